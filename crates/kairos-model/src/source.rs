//! Files, and places in them.

mod files;

use std::{ops::Range, sync::Arc};

pub use self::files::{DiskFiles, Files, MAX_FILE_BYTES, MemoryFiles, join, normalise};
use crate::diagnostic::{Diagnostic, suggest};

/// A file that was read, by its position in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A place: a range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The place as a range of bytes.
    #[must_use]
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value together with the place where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

/// One file that was read.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The path as the user would write it.
    pub path: String,
    /// The text, without byte order mark.
    pub text: Arc<str>,
}

/// All files that were read for one model or study.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    /// Reads a file and adds it. `asked_at` is where another file names it.
    ///
    /// # Errors
    /// A diagnostic that says why the file cannot be read.
    pub fn load(
        &mut self,
        files: &dyn Files,
        path: &str,
        asked_at: Option<Span>,
    ) -> Result<FileId, Box<Diagnostic>> {
        match files.read(path) {
            Ok(text) => Ok(self.add(path.to_owned(), text)),
            Err(reason) => {
                let message = format!("cannot read `{path}`: {reason}");
                let mistake = Diagnostic::error_at("unreadable-file", message, asked_at);
                let name = path.rsplit('/').next().unwrap_or(path);
                let beside = files.beside(path);
                // A file that is there and cannot be read is the one that was meant.
                let is_there = beside.iter().any(|n| n == name);
                Err(Box::new(
                    match suggest(name, beside.iter().map(String::as_str)) {
                        Some(near) if !is_there => mistake.help(format!("did you mean `{near}`?")),
                        _ => mistake,
                    },
                ))
            }
        }
    }

    /// Adds a file and returns its id. A byte order mark is left out.
    pub fn add(&mut self, path: String, mut text: String) -> FileId {
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let id = FileId(u32::try_from(self.files.len()).expect("fewer than 2^32 files"));
        self.files.push(SourceFile {
            path,
            text: text.into(),
        });
        id
    }

    /// The file with this id.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file that was added under this path.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        let position = self.files.iter().position(|f| f.path == path)?;
        u32::try_from(position).ok().map(FileId)
    }

    /// The paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|f| f.path.as_str())
    }

    /// The text at a place.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.range()]
    }
}
