//! Joining the shards of a study into the bytes of the whole.

use std::path::{Path, PathBuf};

use kairos_stats::Stop;

use super::{
    directory::{Directory, names},
    fold::Fold,
    journal::{Reader, Record, Writer},
    manifest::Manifest,
    plan::Shard,
    tables::{self, Ending, Rows, Stopped},
    timing::sessions,
};
use crate::{
    error::{Error, Result},
    outputs::is_same,
};

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
/// All shards are read to their end before anything is written, so that a merge that fails leaves what `out` held.
///
/// # Errors
/// Where parts are missing, unfinished, damaged, or of different studies; where `out` is one of them; where results cannot be
/// written.
pub fn merge(parts: &[PathBuf], out: &Path) -> Result<Estimates> {
    let parts = read_parts(parts)?;
    if let Some((part, _)) = parts.iter().find(|(part, _)| is_same(part, out)) {
        return Err(Error::Merge {
            what: format!(
                "the results would be written over {}, which is one of them; name another directory with --out",
                part.display()
            ),
        });
    }
    let mut whole = parts[0].1.clone();
    whole.shard = Shard::WHOLE;
    let mut fold = Fold::new(&whole.plan)?;
    in_turn(&whole, &parts, |record| {
        Ok(fold.push(record).and_then(|(_, stop)| stop))
    })?;
    let directory = Directory::claim(out, &whole)?;
    let (fold, ending) = join(&directory, &whole, &parts)?;
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
        let manifest = Manifest::of(path)?;
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

/// Writes journal and tables of the whole.
fn join(
    directory: &Directory,
    whole: &Manifest,
    parts: &[(PathBuf, Manifest)],
) -> Result<(Fold, Ending)> {
    let mut journal = Writer::create(&directory.file(names::JOURNAL))?;
    let mut fold = Fold::new(&whole.plan)?;
    let mut rows = Rows::create(directory, &whole.plan)?;
    let stop = in_turn(whole, parts, |record| {
        journal.push(&record)?;
        let Some((row, stop)) = fold.push(record) else {
            return Ok(None);
        };
        rows.push(&whole.plan, &row)?;
        Ok(stop)
    })?;
    journal.finish()?;
    rows.finish()?;
    let ending = Ending::new(&fold, Stopped::of(stop, whole.plan.replications, true));
    tables::write(directory, &fold, &ending)?;
    Ok((fold, ending))
}

/// Hands over the records of all parts in the order of the whole, until the study stops.
///
/// # Errors
/// Where a part ends before that, because it is not finished or damaged; those of `take`.
fn in_turn(
    whole: &Manifest,
    parts: &[(PathBuf, Manifest)],
    mut take: impl FnMut(Record) -> Result<Option<Stop>>,
) -> Result<Option<Stop>> {
    let open = |(path, manifest): &'_ (PathBuf, Manifest)| {
        Reader::open(&path.join(names::JOURNAL), &whole.plan, manifest.shard)
    };
    let mut readers = parts.iter().map(open).collect::<Result<Vec<_>>>()?;
    let units = whole.plan.units().unwrap_or(u64::MAX);
    let mut turn = (0..readers.len()).cycle();
    for _ in 0..units {
        let part = turn.next().unwrap_or(0);
        let Some(record) = readers[part].next()? else {
            let (path, manifest) = &parts[part];
            return Err(ended_early(
                path,
                &readers[part],
                manifest.shard.share(units),
            ));
        };
        let stop = take(record)?;
        if stop.is_some() {
            return Ok(stop);
        }
    }
    Ok(None)
}

fn ended_early(part: &Path, reader: &Reader<'_>, share: u64) -> Error {
    let (directory, read) = (part.display(), reader.records());
    let what = if reader.is_torn() {
        format!(
            "the journal in {directory} is damaged after {read} of its {share} replications; run its shard again, it goes on from there"
        )
    } else {
        format!(
            "{directory} has {read} of its {share} replications; run its shard to the end first"
        )
    };
    Error::Merge { what }
}

/// The estimates of a directory, from its manifest and its journal.
///
/// # Errors
/// Where manifest or journal cannot be read.
pub fn read(directory: &Path) -> Result<Estimates> {
    let manifest = Manifest::of(directory)?;
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
