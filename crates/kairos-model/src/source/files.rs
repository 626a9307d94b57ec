//! Where texts come from: the file system, or memory.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read},
};

/// The greatest size of a file, in bytes: 256 MiB.
pub const MAX_FILE_BYTES: u64 = 256 << 20;

/// Where texts come from: the file system, or a map in tests.
pub trait Files {
    /// The text of the file at `path`, or why it cannot be read.
    ///
    /// # Errors
    /// A message for the user, without the path.
    fn read(&self, path: &str) -> Result<String, String>;

    /// Names of the files in the folder of `path`, as far as they are known: for advice.
    fn beside(&self, path: &str) -> Vec<String>;
}

/// The folder of a path, with its slash, and the name of the file.
fn split(path: &str) -> (&str, &str) {
    path.split_at(path.rfind('/').map_or(0, |slash| slash + 1))
}

/// The file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &str) -> Result<String, String> {
        let file = File::open(path).map_err(|e| in_words(&e))?;
        let metadata = file.metadata().map_err(|e| in_words(&e))?;
        if metadata.is_dir() {
            return Err("it is a directory".to_owned());
        }
        let mut bytes = Vec::new();
        // A device or pipe has no length, so the limit holds while reading, too.
        if metadata.len() <= MAX_FILE_BYTES {
            file.take(MAX_FILE_BYTES + 1)
                .read_to_end(&mut bytes)
                .map_err(|e| in_words(&e))?;
        }
        if metadata.len().max(bytes.len() as u64) > MAX_FILE_BYTES {
            return Err(format!("it is greater than {} MiB", MAX_FILE_BYTES >> 20));
        }
        String::from_utf8(bytes).map_err(|e| not_utf8(e.as_bytes(), e.utf8_error().valid_up_to()))
    }

    fn beside(&self, path: &str) -> Vec<String> {
        let folder = match split(path).0 {
            "" => ".",
            folder => folder,
        };
        let Ok(entries) = std::fs::read_dir(folder) else {
            return Vec::new();
        };
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        names
    }
}

/// Files in memory, by path.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles(pub BTreeMap<String, String>);

impl Files for MemoryFiles {
    fn read(&self, path: &str) -> Result<String, String> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| "there is no such file".to_owned())
    }

    fn beside(&self, path: &str) -> Vec<String> {
        let (folder, _) = split(path);
        let names = self.0.keys().map(|path| split(path));
        let names = names.filter(|(of, _)| *of == folder);
        names.map(|(_, name)| name.to_owned()).collect()
    }
}

impl<P: Into<String>, T: Into<String>> FromIterator<(P, T)> for MemoryFiles {
    fn from_iter<I: IntoIterator<Item = (P, T)>>(files: I) -> Self {
        MemoryFiles(
            files
                .into_iter()
                .map(|(path, text)| (path.into(), text.into()))
                .collect(),
        )
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        _ => error.to_string(),
    }
}

fn not_utf8(bytes: &[u8], valid: usize) -> String {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return "it is UTF-16 text; save it as UTF-8".to_owned();
    }
    let line = 1 + bytes[..valid].iter().filter(|b| **b == b'\n').count();
    format!("it is not UTF-8 text: the first other byte stands in line {line}")
}

/// The path of a file that the file `base` names relative to itself, normalised.
#[must_use]
pub fn join(base: &str, relative: &str) -> String {
    let folder = base.rfind('/').map_or("", |slash| &base[..=slash]);
    if relative.starts_with('/') {
        normalise(relative)
    } else {
        normalise(&format!("{folder}{relative}"))
    }
}

/// A path without `.` and, as far as it goes, without `..`, so that one file has one path (symbolic links aside).
#[must_use]
pub fn normalise(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            // The root is its own parent.
            ".." if absolute => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (absolute, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Sources;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        let cases = [
            ("models/a.ron", "../rules/b.ron", "rules/b.ron"),
            ("a.ron", "b.ron", "b.ron"),
            ("./x/../a.ron", "./y//b.ron", "y/b.ron"),
            ("a.ron", "../../b.ron", "../../b.ron"),
            ("../a/b.ron", "../c.ron", "../c.ron"),
            ("/a/b.ron", "../../../c.ron", "/c.ron"),
            ("a/b.ron", "/c.ron", "/c.ron"),
            ("a/b.ron", "..", "."),
        ];
        for (base, relative, expected) in cases {
            assert_eq!(join(base, relative), expected, "{relative} from {base}");
        }
    }

    #[test]
    fn unreadable_files_say_why() {
        let folder = std::env::temp_dir().join(format!("kairos-files-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let read = |name: &str, bytes: Option<&[u8]>| {
            let path = folder.join(name);
            if let Some(bytes) = bytes {
                std::fs::write(&path, bytes).unwrap();
            }
            DiskFiles.read(path.to_str().unwrap())
        };
        assert_eq!(read("missing", None).unwrap_err(), "there is no such file");
        assert_eq!(read("", None).unwrap_err(), "it is a directory");
        assert_eq!(
            read("utf16", Some(b"\xff\xfeM\0")).unwrap_err(),
            "it is UTF-16 text; save it as UTF-8"
        );
        read("lating", Some(b"")).unwrap();
        let latin = read("latin", Some(b"Model(\n// caf\xe9\n)"));
        assert_eq!(
            latin.unwrap_err(),
            "it is not UTF-8 text: the first other byte stands in line 2"
        );
        let huge = File::create(folder.join("huge")).unwrap();
        huge.set_len(MAX_FILE_BYTES + 1).unwrap();
        assert_eq!(
            read("huge", None).unwrap_err(),
            "it is greater than 256 MiB"
        );
        assert_eq!(read("good", Some("é".as_bytes())).unwrap(), "é");
        let help = |name: &str| {
            let path = folder.join(name);
            let loaded = Sources::default().load(&DiskFiles, path.to_str().unwrap(), None);
            loaded.unwrap_err().help
        };
        assert_eq!(help("latim").as_deref(), Some("did you mean `latin`?"));
        assert_eq!(help("latin"), None, "another file is not what was meant");
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        let files: MemoryFiles = [("a.ron", "\u{feff}Model()")].into_iter().collect();
        let mut sources = Sources::default();
        let id = sources.load(&files, "a.ron", None).unwrap();
        assert_eq!(&*sources.file(id).text, "Model()");
        let error = sources.load(&files, "b.ron", None).unwrap_err();
        assert_eq!(error.message, "cannot read `b.ron`: there is no such file");
    }
}
