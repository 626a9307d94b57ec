//! Joining the shards of a study into the bytes of the whole.

use std::path::{Path, PathBuf};

use super::{
    directory::{Directory, names},
    fold::Fold,
    journal::{Reader, Writer},
    manifest::Manifest,
    plan::Shard,
    tables::{self, Ending, Rows, Stopped},
    timing::sessions,
};
use crate::error::{Error, Result};

/// What a directory of results says.
#[derive(Debug)]
pub struct Estimates {
    /// What it is about.
    pub manifest: Manifest,
    /// The estimates.
    pub fold: Fold,
    /// Whether the study is complete.
    pub ending: Ending,
    /// Where the journal is damaged, what is left out.
    pub warning: Option<String>,
}

/// Joins the shards in `parts` into `out`. Journal and tables are the same bytes as of the study run whole.
///
/// # Errors
/// Where parts are missing, unfinished, damaged, or of different studies; where results cannot be written.
pub fn merge(parts: &[PathBuf], out: &Path) -> Result<Estimates> {
    let parts = read_parts(parts)?;
    let shard_of = |(_, manifest): &(PathBuf, Manifest)| manifest.shard;
    let mut whole = parts[0].1.clone();
    whole.shard = Shard::WHOLE;
    let directory = Directory::claim(out, &whole)?;
    let mut readers = Vec::new();
    for part in &parts {
        let path = part.0.join(names::JOURNAL);
        readers.push(Reader::open(&path, &part.1.plan, shard_of(part))?);
    }
    let (fold, ending) = join(&directory, &whole, &parts, &mut readers)?;
    for (path, _) in &parts {
        let pictures = path.join(names::PICTURES);
        if let Ok(bytes) = std::fs::read(pictures) {
            directory.write(names::PICTURES, &bytes)?;
        }
        for session in sessions(&path.join(names::TIMING))? {
            session.append(&directory)?;
        }
    }
    Ok(Estimates {
        manifest: whole,
        fold,
        ending,
        warning: None,
    })
}

/// The parts in the order of their indices, each there once.
fn read_parts(paths: &[PathBuf]) -> Result<Vec<(PathBuf, Manifest)>> {
    let unfit = |what: String| Error::Merge { what };
    let mut parts: Vec<(PathBuf, Manifest)> = Vec::new();
    for path in paths {
        let manifest = Manifest::read(&path.join(names::MANIFEST))?;
        parts.push((path.clone(), manifest));
    }
    parts.sort_by_key(|(_, manifest)| manifest.shard.index);
    let Some((first_path, first)) = parts.first() else {
        return Err(unfit("none is given".to_owned()));
    };
    for (path, manifest) in &parts[1..] {
        let mut alike = manifest.clone();
        alike.shard.index = first.shard.index;
        let changes = first.changes(&alike);
        if !changes.is_empty() {
            return Err(unfit(format!(
                "{} and {} are of different studies ({})",
                first_path.display(),
                path.display(),
                changes.join("; ")
            )));
        }
    }
    let of = first.shard.of;
    let indices: Vec<u64> = parts.iter().map(|(_, m)| m.shard.index).collect();
    let missing: Vec<String> = (1..=of)
        .filter(|index| !indices.contains(index))
        .map(|index| format!("{index}/{of}"))
        .collect();
    if !missing.is_empty() {
        return Err(unfit(format!("shard {} is missing", missing.join(", "))));
    }
    if let Some(twice) = indices.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(unfit(format!("shard {}/{of} is given twice", twice[0])));
    }
    Ok(parts)
}

fn join(
    directory: &Directory,
    whole: &Manifest,
    parts: &[(PathBuf, Manifest)],
    readers: &mut [Reader<'_>],
) -> Result<(Fold, Ending)> {
    let units = whole.plan.units().unwrap_or(u64::MAX);
    let mut journal = Writer::create(&directory.file(names::JOURNAL))?;
    let mut fold = Fold::new(&whole.plan)?;
    let mut rows = Rows::create(directory, &whole.plan)?;
    let mut stop = None;
    let mut turn = (0..readers.len()).cycle();
    for _ in 0..units {
        let part = turn.next().unwrap_or(0);
        let Some(record) = readers[part].next()? else {
            return Err(Error::Merge {
                what: format!(
                    "{} has {} of its {} replications; run its shard to the end first",
                    parts[part].0.display(),
                    readers[part].records(),
                    parts[part].1.shard.share(units),
                ),
            });
        };
        journal.push(&record)?;
        if let Some((row, stopped)) = fold.push(record) {
            rows.push(&whole.plan, &row)?;
            stop = stopped;
        }
        if stop.is_some() {
            break;
        }
    }
    journal.finish()?;
    rows.finish()?;
    let ending = Ending::new(&fold, Stopped::of(stop, whole.plan.replications, true));
    tables::write(directory, &fold, &ending)?;
    Ok((fold, ending))
}

/// The estimates of a directory, from its manifest and its journal.
///
/// # Errors
/// Where manifest or journal cannot be read.
pub fn read(directory: &Path) -> Result<Estimates> {
    let manifest = Manifest::read(&directory.join(names::MANIFEST))?;
    if manifest.shard.of > 1 {
        return Err(Error::Unfit {
            what: format!(
                "{} holds shard {} of {}; join the shards with `kairos merge` first",
                directory.display(),
                manifest.shard.index,
                manifest.shard.of
            ),
        });
    }
    let path = directory.join(names::JOURNAL);
    let mut reader = Reader::open(&path, &manifest.plan, manifest.shard)?;
    let mut fold = Fold::new(&manifest.plan)?;
    let mut stop = None;
    while stop.is_none()
        && let Some(record) = reader.next()?
    {
        stop = fold.push(record).and_then(|(_, stop)| stop);
    }
    let all_done = manifest.plan.units() == Some(reader.records());
    let stopped = Stopped::of(stop, manifest.plan.replications, all_done);
    let warning = reader.is_torn().then(|| {
        format!(
            "{} is damaged after {} replications; what follows is left out",
            path.display(),
            reader.records()
        )
    });
    let ending = Ending::new(&fold, stopped);
    Ok(Estimates {
        manifest,
        fold,
        ending,
        warning,
    })
}
