//! Files that a command is asked to write: never over what it reads, a model, results of a study, or another of its files.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use crate::{
    error::{Error, Result},
    study::names,
};

/// Looks whether the files `wanted` may be written by a command that reads the files `read`; nothing is written yet.
///
/// # Errors
/// What would be lost.
pub fn check<'a>(
    wanted: impl IntoIterator<Item = &'a Path>,
    read: impl IntoIterator<Item = &'a str>,
) -> Result<()> {
    let read: Vec<PathBuf> = read.into_iter().map(|path| place(path.as_ref())).collect();
    let mut earlier: Vec<PathBuf> = Vec::new();
    for path in wanted {
        let place = place(path);
        let loss = if read.contains(&place) {
            Some("this command reads it")
        } else if earlier.contains(&place) {
            Some("two outputs would go there")
        } else {
            loss(&place)
        };
        if let Some(loss) = loss {
            return Err(Error::Loss {
                path: path.to_owned(),
                loss,
            });
        }
        earlier.push(place);
    }
    Ok(())
}

/// Whether two paths lead to the same place.
pub(crate) fn is_same(a: &Path, b: &Path) -> bool {
    place(a) == place(b)
}

/// Why what is at a place must not be lost, whoever writes there.
fn loss(place: &Path) -> Option<&'static str> {
    if !place.is_file() {
        return None;
    }
    if place
        .extension()
        .is_some_and(|extension| extension == "ron")
    {
        return Some("a model, a rule set or a study is there");
    }
    let holds = |name: &str| place.with_file_name(name).is_file();
    let page = place.file_name() == Some(OsStr::new(names::REPORT));
    (!page && holds(names::MANIFEST) && holds(names::JOURNAL))
        .then_some("it is one of the results of a study")
}

/// A path in the one form that all paths to the same place have, where there is something, or at least a directory for it.
fn place(path: &Path) -> PathBuf {
    let beside = || {
        let parent = path.parent()?;
        let parent = if parent.as_os_str().is_empty() {
            Path::new(".")
        } else {
            parent
        };
        Some(parent.canonicalize().ok()?.join(path.file_name()?))
    };
    let there = path.canonicalize().ok();
    there.or_else(beside).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_over_what_is_read_or_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let say = |wanted: &[PathBuf]| {
            let input = path("delays.csv");
            let wanted = wanted.iter().map(PathBuf::as_path);
            check(wanted, input.to_str()).map_err(|e| e.to_string().replace('\\', "/"))
        };
        for file in ["delays.csv", "other.ron", "old.csv", "r/manifest.json"] {
            std::fs::create_dir_all(path(file).parent().unwrap()).unwrap();
            std::fs::write(path(file), "").unwrap();
        }
        for file in ["journal.jsonl", "report.html"] {
            std::fs::write(path("r").join(file), "").unwrap();
        }
        let fine = ["old.csv", "new.csv", "r/report.html", "r/new.csv"].map(path);
        assert_eq!(say(&fine), Ok(()));
        for (wanted, loss) in [
            (vec!["r/../delays.csv"], "this command reads it"),
            (vec!["other.ron"], "a model, a rule set or a study is there"),
            (
                vec!["r/journal.jsonl"],
                "it is one of the results of a study",
            ),
            (vec!["a.dot", "r/../a.dot"], "two outputs would go there"),
        ] {
            let wanted: Vec<PathBuf> = wanted.into_iter().map(path).collect();
            let error = say(&wanted).unwrap_err();
            assert!(error.contains(loss), "{error}");
        }
    }
}
