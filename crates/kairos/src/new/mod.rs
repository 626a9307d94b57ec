//! A small project to begin with: rule set, model, study and README.

use std::{
    ffi::OsStr,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use crate::error::{Error, Result};

/// The files of a project: names and texts. `NAME` in the README is replaced by the project's.
const FILES: [(&str, &str); 4] = [
    ("README.md", include_str!("README.md")),
    ("rules.ron", include_str!("rules.ron")),
    ("model.ron", include_str!("model.ron")),
    ("study.ron", include_str!("study.ron")),
];

/// Writes a project that checks, runs and compares as it is into a directory that is made for it, and returns its files.
///
/// # Errors
/// Where the directory holds something already, or cannot be written.
pub fn create(directory: &Path) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(directory) {
        Ok(mut entries) => {
            if entries.next().is_some() {
                let path = directory.to_owned();
                return Err(Error::Occupied { path });
            }
        }
        Err(e) if e.kind() == ErrorKind::NotFound => {
            std::fs::create_dir_all(directory).map_err(Error::io("create", directory))?;
        }
        Err(e) => return Err(Error::io("read", directory)(e)),
    }
    let name = directory.file_name().unwrap_or(OsStr::new("A project"));
    let write = |(file, text): (&str, &str)| {
        let path = directory.join(file);
        let text = text.replace("NAME", &name.to_string_lossy());
        std::fs::write(&path, text).map_err(Error::io("write", &path))?;
        Ok(path)
    };
    FILES.into_iter().map(write).collect()
}
