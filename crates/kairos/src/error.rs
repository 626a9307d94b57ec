//! What can go wrong around a simulation: files, directories and results.

use std::{io, path::PathBuf};

/// A result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why results could not be read or written. The messages are fit for users.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The operating system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: "read", "write", …
        action: &'static str,
        /// With which file or directory.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
    /// A directory that is neither empty nor one of results.
    #[error(
        "{} holds something else than results of a study; name another directory with --out", path.display()
    )]
    NotResults {
        /// The directory.
        path: PathBuf,
    },
    /// A directory in which nothing of a study was found.
    #[error("{} holds no results of a study that could be read: {why}", path.display())]
    NoResults {
        /// The directory.
        path: PathBuf,
        /// What was wrong with the first file that is needed.
        why: String,
    },
    /// A directory for something new that holds something already.
    #[error("{} is there already, and is not empty", path.display())]
    Occupied {
        /// The directory.
        path: PathBuf,
    },
    /// A directory in which another process is at work.
    #[error("another process is writing to {}; wait for it, or name another directory with --out", path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
    },
    /// A file that must not be written over.
    #[error("{} is not written: {loss}; name another file", path.display())]
    Loss {
        /// The file.
        path: PathBuf,
        /// What would be lost.
        loss: &'static str,
    },
    /// A directory with results of something else than what was asked for.
    #[error(
        "{} holds results of a study that differs from this one:\n{}\nName another directory with --out, or delete this one. With the files as they were, more replications can be asked for by --replications.",
        path.display(), bullets(changes)
    )]
    Changed {
        /// The directory.
        path: PathBuf,
        /// What differs, one line each.
        changes: Vec<String>,
    },
    /// A file of results that is not as it was written.
    #[error("{} is damaged: {what}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// In which way.
        what: String,
    },
    /// Directories that do not make a whole.
    #[error("these directories cannot be merged: {what}")]
    Merge {
        /// Why.
        what: String,
    },
    /// A warm-up that was to be found, and was not.
    #[error("no warm-up was found: {what}")]
    NoWarmUp {
        /// Why.
        what: String,
    },
    /// A study that cannot be run as it stands.
    #[error("{what}")]
    Unfit {
        /// Why.
        what: String,
    },
}

impl Error {
    /// Makes an operating system's answer say what was tried, and with which file.
    pub fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Error::Io {
            action,
            path,
            source,
        }
    }
}

fn bullets(lines: &[String]) -> String {
    let lines: Vec<_> = lines.iter().map(|line| format!("  - {line}")).collect();
    lines.join("\n")
}
