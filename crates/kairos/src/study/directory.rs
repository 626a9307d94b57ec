//! A directory of results: who may write there, and how files come into being whole.

use std::{
    fs::{File, TryLockError},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use super::manifest::Manifest;
use crate::error::{Error, Result};

/// The names of the files of results.
pub mod names {
    pub use kairos_report::names::*;

    /// What every replication gave, in order.
    pub const JOURNAL: &str = "journal.jsonl";
    /// Metrics of every replication, tidy and long.
    pub const SAMPLES: &str = "samples.csv";
    /// The same as Parquet, where this was built with it.
    pub const SAMPLES_PARQUET: &str = "samples.parquet";
    /// Replications that failed.
    pub const FAILURES: &str = "failures.csv";
    /// All that may differ between machines.
    pub const TIMING: &str = "timing.json";
    /// Held by the process that writes.
    pub const LOCK: &str = "lock";
}

/// A directory that this process alone writes to, as long as the value lives.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory, or takes up one that holds results of the same study, perhaps of fewer replications.
    ///
    /// # Errors
    /// Where it holds something else, results of another study, or another process is at work in it; where the file system refuses.
    pub fn claim(path: &Path, manifest: &Manifest) -> Result<Self> {
        std::fs::create_dir_all(path).map_err(Error::io("create", path))?;
        let manifest_path = path.join(names::MANIFEST);
        // Asked again after looking around: another process may have begun here meanwhile, and what lies around is its own.
        let begun = || manifest_path.exists();
        if !begun() && holds_something_else(path)? && !begun() {
            return Err(Error::NotResults {
                path: path.to_owned(),
            });
        }
        let directory = Directory {
            path: path.to_owned(),
            _lock: lock(path)?,
        };
        // Another process may have begun the same directory before this one got the lock.
        if manifest_path.exists() {
            let there = Manifest::read(&manifest_path)?;
            let changes = there.changes(manifest);
            let grows = there.grows_to(manifest);
            if !changes.is_empty() && !grows {
                return Err(Error::Changed {
                    path: path.to_owned(),
                    changes,
                });
            }
            if grows {
                // The study is no longer complete; whoever is killed now must not leave word that it is.
                directory.remove(names::OUTCOME)?;
            }
            // The command may be another one that gives the same results; hashes of hashes are made anew.
            if there != *manifest {
                directory.write_json(names::MANIFEST, manifest)?;
            }
        } else {
            directory.write_json(names::MANIFEST, manifest)?;
        }
        Ok(directory)
    }

    /// The path of a file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file: whoever looks sees the old one or the new one, never a part.
    ///
    /// # Errors
    /// Where the file system refuses; the old file is then still there.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.file(name);
        let part = self.file(&format!("{name}.part"));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&part)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&part, &path)
        };
        write().map_err(|e| {
            // What is left of the attempt helps nobody; that it cannot be removed either adds nothing to the error.
            let _ = std::fs::remove_file(&part);
            Error::io("write", path)(e)
        })
    }

    /// Removes a file, if it is there.
    fn remove(&self, name: &str) -> Result<()> {
        let path = self.file(name);
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != ErrorKind::NotFound => Err(Error::io("remove", path)(e)),
            _ => Ok(()),
        }
    }

    /// Writes a value as JSON.
    ///
    /// # Errors
    /// As [`Directory::write`].
    pub fn write_json(&self, name: &str, value: &impl serde::Serialize) -> Result<()> {
        self.write(name, &json(value))
    }
}

/// A value as JSON that people can read.
pub(super) fn json(value: &impl serde::Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(value).expect("plain data, with text as keys");
    bytes.push(b'\n');
    bytes
}

/// Files that a process may leave behind that was killed before it wrote a manifest.
fn holds_something_else(path: &Path) -> Result<bool> {
    let ours = [names::LOCK.to_owned(), format!("{}.part", names::MANIFEST)];
    for entry in std::fs::read_dir(path).map_err(Error::io("read", path))? {
        let name = entry.map_err(Error::io("read", path))?.file_name();
        if !ours.iter().any(|ours| name == ours.as_str()) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn lock(path: &Path) -> Result<File> {
    let lock_path = path.join(names::LOCK);
    let file = File::create(&lock_path).map_err(Error::io("create", &lock_path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::Locked {
            path: path.to_owned(),
        }),
        // Some network file systems have no locks; results are worth more than the guard.
        Err(TryLockError::Error(e)) if e.kind() == ErrorKind::Unsupported => Ok(file),
        Err(TryLockError::Error(e)) => Err(Error::io("lock", lock_path)(e)),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::plan::{Rule, Shard, tests::plan},
        *,
    };

    fn manifest(seed: u64) -> Manifest {
        let mut plan = plan(&[("a", "")], &["m"], Rule::Fixed(4));
        plan.random_seed = seed;
        Manifest::new("s".into(), String::new(), plan, Vec::new(), Shard::WHOLE)
    }

    #[test]
    fn a_directory_belongs_to_one_study_and_one_writer() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/results");
        let first = Directory::claim(&path, &manifest(1)).unwrap();
        let second = Directory::claim(&path, &manifest(1));
        assert!(matches!(second, Err(Error::Locked { .. })));
        drop(first);
        assert!(Directory::claim(&path, &manifest(1)).is_ok());
        let other = Directory::claim(&path, &manifest(2)).unwrap_err();
        assert!(
            other
                .to_string()
                .contains("the random seed: 1 there, 2 now")
        );
    }

    #[test]
    fn what_is_not_ours_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("thesis.tex"), "…").unwrap();
        let refused = Directory::claim(dir.path(), &manifest(1));
        assert!(matches!(refused, Err(Error::NotResults { .. })));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        let file = dir.path().join("thesis.tex");
        let refused = Directory::claim(&file, &manifest(1)).unwrap_err();
        assert!(
            refused.to_string().starts_with("cannot create"),
            "{refused}"
        );
    }
}
