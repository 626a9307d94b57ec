//! Results as a page to look at: `report.html`.
//!
//! Where the journal can be read, all tables are made anew from it, so that a damaged or missing table costs nothing, and a study that
//! runs or was killed has its page too. Where it cannot, the page shows the tables that are there, and says what is missing.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use kairos_report::{Picture, Results, Words};

use crate::{
    error::{Error, Result},
    pictures::Drawn,
    report,
    study::{self, Directory, Ending, Estimates, Fold, names},
};

/// Tables by the names of their files.
type Tables = Vec<(&'static str, Vec<u8>)>;

/// Keeps the pictures of a study with its results, so that its page needs no model.
///
/// # Errors
/// Where they cannot be written.
pub fn keep_pictures(directory: &Directory, pictures: &[Drawn]) -> Result<()> {
    let picture = |drawn: &Drawn| Picture {
        name: drawn.rule.clone().unwrap_or_else(|| "Types".to_owned()),
        svg: drawn.picture.svg(),
    };
    let pictures: Vec<Picture> = pictures.iter().map(picture).collect();
    directory.write_json(names::PICTURES, &pictures)
}

/// Writes the page of a study into the directory of its results, and says where it is.
///
/// # Errors
/// Where the results cannot be read or the page cannot be written.
pub fn write(directory: &Path, fold: &Fold, ending: &Ending) -> Result<PathBuf> {
    let tables = study::tables(fold, ending)?;
    let results = results(directory, &tables)?;
    let page = kairos_report::page(&results, &report::words(fold, ending));
    let path = directory.join(names::REPORT);
    std::fs::write(&path, page).map_err(Error::io("write", &path))?;
    Ok(path)
}

/// The page of a directory of results.
///
/// # Errors
/// Where nothing of a study can be read there, or a shard of one.
pub fn read(directory: &Path) -> Result<String> {
    // A directory that is not there has no results, whatever else would be said of its files.
    std::fs::read_dir(directory).map_err(Error::io("read", directory))?;
    let (tables, words, remarks) = match study::read(directory) {
        Ok(estimates) => from_journal(directory, estimates)?,
        Err(shard @ Error::Unfit { .. }) => return Err(shard),
        Err(Error::NoResults { why, .. }) => (Tables::new(), Words::default(), vec![why]),
        Err(e) => (Tables::new(), Words::default(), vec![e.to_string()]),
    };
    let results = results(directory, &tables).map_err(|e| match remarks.first() {
        Some(why) => Error::NoResults {
            path: directory.to_owned(),
            why: why.clone(),
        },
        None => e,
    })?;
    let remarked = |results: Results, remark| results.remarked(Some(remark));
    let results = remarks.into_iter().fold(results, remarked);
    Ok(kairos_report::page(&results, &words))
}

fn from_journal(directory: &Path, estimates: Estimates) -> Result<(Tables, Words, Vec<String>)> {
    let Estimates {
        fold,
        ending,
        warning,
        ..
    } = estimates;
    let tables = study::tables(&fold, &ending)?;
    let remarks = warning.into_iter().chain(changed(directory, &tables));
    Ok((
        tables.clone(),
        report::words(&fold, &ending),
        remarks.collect(),
    ))
}

/// Files that are not as the end of this very study left them. Before its end there are none, or those of an earlier one.
fn changed(directory: &Path, tables: &Tables) -> Vec<String> {
    let on_disk = |name: &str| std::fs::read(directory.join(name));
    let ended = |(name, bytes): &(&str, Vec<u8>)| {
        *name == names::OUTCOME && on_disk(name).is_ok_and(|found| found == *bytes)
    };
    if !tables.iter().any(ended) {
        return Vec::new();
    }
    let remark = |(name, bytes): &(&str, Vec<u8>)| {
        let what = match on_disk(name) {
            Ok(found) if found == *bytes => return None,
            Ok(_) => "was changed",
            Err(e) if e.kind() == ErrorKind::NotFound => "is missing",
            Err(_) => "cannot be read",
        };
        Some(format!(
            "{name} {what}: its numbers were computed again from the journal, and are whole"
        ))
    };
    tables.iter().filter_map(remark).collect()
}

/// What is there: tables that are given, and otherwise the files.
fn results(directory: &Path, tables: &Tables) -> Result<Results> {
    let file = |name: &str| match tables.iter().find(|(table, _)| *table == name) {
        Some((_, bytes)) => Ok(bytes.clone()),
        None => std::fs::read(directory.join(name)),
    };
    Results::read(&file).ok_or_else(|| Error::NoResults {
        path: directory.to_owned(),
        why: format!("there is no {}", names::MANIFEST),
    })
}
