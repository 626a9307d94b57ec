//! The guide in `docs`: its pages, and what of them can be carried out.
//!
//! Some fenced blocks are more than text:
//!
//! - ```` ```ron NAME ```` is a file if it starts with `RuleSet(`, `Model(` or `Study(` (comments aside). Otherwise it holds fields, which take the place
//!   of those of the same names in the file NAME that is there already; see [`with_fields`].
//! - ```` ```ron ```` without a name has the comment `// PATH` as its first line and is an excerpt of that file. How far lines are indented does not matter,
//!   and a line `…` stands for what is left out.
//! - ```` ```console ```` holds commands behind `$`, each followed by what it writes (see [`console`]).
//! - ```` ```text theory DIR ```` has figures that the results in DIR must agree with (see [`theory`]).

pub mod console;
pub mod features;
pub mod language;
pub mod links;
pub mod theory;

use std::{
    fs,
    path::{Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The top of the repository.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A page of the guide.
#[derive(Clone, Debug)]
pub struct Page {
    /// Its path from `docs`.
    pub path: PathBuf,
    /// Its text.
    pub text: String,
}

/// A fenced block.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its language and the words behind it.
    pub info: Vec<String>,
    /// What is in it.
    pub text: String,
    /// Where in the page that is.
    pub range: std::ops::Range<usize>,
    /// The number of its first line.
    pub line: usize,
}

impl Page {
    /// A page by its path from `docs`.
    ///
    /// # Panics
    /// If it cannot be read.
    #[must_use]
    pub fn read(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let text = fs::read_to_string(Path::new(ROOT).join("docs").join(&path));
        let text = text.unwrap_or_else(|e| panic!("docs/{}: {e}", path.display()));
        Page { path, text }
    }

    /// Every page, by its path: all Markdown under `docs`.
    ///
    /// # Panics
    /// If one cannot be read.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let docs = Path::new(ROOT).join("docs");
        let mut paths = files_under(&docs);
        paths.retain(|path| path.extension().is_some_and(|e| e == "md"));
        let pages = paths
            .iter()
            .map(|path| path.strip_prefix(&docs).expect("it was found there"));
        pages.map(Page::read).collect()
    }

    /// What Markdown sees, with places.
    pub fn events(&self) -> impl Iterator<Item = (Event<'_>, std::ops::Range<usize>)> {
        Parser::new_ext(&self.text, Options::ENABLE_TABLES).into_offset_iter()
    }

    /// Its fenced blocks, in order.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut open: Option<Block> = None;
        for (event, range) in self.events() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    open = Some(Block {
                        info: info.split_whitespace().map(str::to_owned).collect(),
                        text: String::new(),
                        range: range.end..range.end,
                        line: self.text[..range.start].lines().count() + 1,
                    });
                }
                Event::Text(text) => {
                    if let Some(block) = &mut open {
                        block.text.push_str(&text);
                        block.range = block.range.start.min(range.start)..range.end;
                    }
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
        blocks
    }
}

impl Block {
    /// Whether it has this language.
    #[must_use]
    pub fn is(&self, language: &str) -> bool {
        self.info.first().is_some_and(|word| word == language)
    }

    /// The file that it is, or whose fields it gives.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.info.get(1).map(String::as_str)
    }

    /// The file that it is an excerpt of.
    #[must_use]
    pub fn excerpt_of(&self) -> Option<&str> {
        let path = self.text.lines().next()?.strip_prefix("// ")?;
        path.ends_with(".ron").then_some(path)
    }
}

/// All files in a folder and those below it, in the order of their paths; build folders and results are left out.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a folder can be read to its end").path())
        .collect();
    paths.sort();
    let below = |path: PathBuf| match path.is_dir() {
        true => files_under(&path),
        false => vec![path],
    };
    paths.into_iter().flat_map(below).collect()
}

/// A file with some of its fields replaced by those of a fragment, in their places; new ones come last. A line `…` in a field stands for all that is in
/// it so far.
///
/// A field of the outermost level starts with `    name:` and lasts until the next one starts, or the file ends with `)`; in the fragment it starts in
/// the first column.
#[must_use]
pub fn with_fields(file: &str, fragment: &str) -> String {
    let mut given = fields(fragment.lines(), "").1;
    let body = file.lines().take_while(|line| *line != ")");
    let (head, there) = fields(body, "    ");
    let mut lines: Vec<String> = head.into_iter().map(str::to_owned).collect();
    for (name, before) in &there {
        match given.iter().position(|(n, _)| n == name) {
            Some(position) => lines.extend(indented(&given.remove(position).1, before)),
            None => lines.extend(before.iter().map(|&line| line.to_owned())),
        }
    }
    for (_, field) in given {
        lines.extend(indented(&field, &[]));
    }
    lines.join("\n") + "\n)\n"
}

/// Lines of a fragment as they stand in a file, `…` being what stood there before between the first line and the last.
fn indented(field: &[&str], before: &[&str]) -> Vec<String> {
    let inside = before
        .get(1..before.len().saturating_sub(1))
        .unwrap_or_default();
    let lines = field.iter().flat_map(|&line| match line.trim() {
        "…" => inside.iter().map(|&line| line.to_owned()).collect(),
        _ => vec![format!("    {line}")],
    });
    lines.collect()
}

/// The lines before the first field, and the fields: their names and lines.
fn fields<'t>(
    lines: impl Iterator<Item = &'t str>,
    indentation: &str,
) -> (Vec<&'t str>, Vec<(&'t str, Vec<&'t str>)>) {
    let mut head = Vec::new();
    let mut fields: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in lines {
        match (field_name(line, indentation), fields.last_mut()) {
            (Some(name), _) => fields.push((name, vec![line])),
            (None, Some((_, field))) => field.push(line),
            (None, None) => head.push(line),
        }
    }
    (head, fields)
}

/// The name of the field that starts on a line with this indentation.
fn field_name<'l>(line: &'l str, indentation: &str) -> Option<&'l str> {
    let (name, _) = line.strip_prefix(indentation)?.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    is_name.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::with_fields;

    #[test]
    fn fields_take_the_place_of_others() {
        let file = "Model(\n    rules: \"a\",\n    timers: {\n        \"x\": Never,\n    },\n    horizon: 1.0,\n)\n";
        let fragment = "horizon: 2.0,\ntimers: {\n    …\n    \"y\": Never,\n},\nwarm_up: 1.0,\n";
        let changed = "Model(\n    rules: \"a\",\n    timers: {\n        \"x\": Never,\n        \"y\": Never,\n    },\n    horizon: 2.0,\n    warm_up: 1.0,\n)\n";
        assert_eq!(with_fields(file, fragment), changed);
    }
}
