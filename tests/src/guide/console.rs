//! Commands in the guide, and what they write.
//!
//! The commands of a page run one after another, as a reader would give them, in a folder that has the shipped `rules` and `models` and the files that
//! the page shows. `kairos` is the command as it was built; `cd` goes to a folder for the rest of the page; `cat FILE` shows a file, which it
//! writes where it is not there, since that is how a page shows a file that is not RON. What is written to both outputs must be what the page shows, where
//! `…` stands for anything within a line, and alone on a line for any lines. A picture on the page that a command has drawn, by its path, must be that one.

use std::{
    fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use kairos::model::spec::FileKind;

use super::{Block, Page, ROOT, files_under, links, theory, with_fields};
use crate::project::kairos;

/// A command and what it should write.
#[derive(Clone, Debug)]
struct Step {
    command: String,
    shown: String,
}

/// The folder in which a page is followed.
struct Place {
    folder: tempfile::TempDir,
    here: PathBuf,
}

/// A page that was followed.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    /// What it shows wrongly.
    pub faults: Vec<String>,
    /// The page as it should be.
    pub text: String,
    /// Pictures that it shows, as its commands have drawn them: paths from `docs`.
    pub pictures: Vec<(PathBuf, Vec<u8>)>,
}

/// Follows a page.
///
/// # Panics
/// If scratch files cannot be written.
#[must_use]
pub fn follow(page: &Page) -> Followed {
    let mut place = Place::new();
    let mut followed = Followed::default();
    let mut copied = 0;
    for block in page.blocks() {
        let fault = if block.is("ron") {
            place.put(&block)
        } else if block.file() == Some("theory") {
            theory::contradicted(&block, &place.here)
        } else if block.is("console") {
            let (wrong, now) = place.session(&block.text);
            followed.text += &page.text[copied..block.range.start];
            followed.text += &now;
            copied = block.range.end;
            wrong
        } else {
            None
        };
        let told = |what| format!("docs/{}:{}: {what}", page.path.display(), block.line);
        followed.faults.extend(fault.map(told));
    }
    followed.text += &page.text[copied..];
    place.look_at_pictures(page, &mut followed);
    followed
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step {
                command: command.to_owned(),
                shown: String::new(),
            }),
            (None, Some(step)) => step.shown.extend([line, "\n"]),
            (None, None) => panic!("{line}: nothing is written before a command"),
        }
    }
    steps
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory for scratch files");
        let root = PathBuf::from(ROOT);
        for shipped in ["rules", "models"] {
            for path in files_under(&root.join(shipped)) {
                let to = folder
                    .path()
                    .join(path.strip_prefix(&root).expect("below it"));
                fs::create_dir_all(to.parent().expect("a file is in a folder"))
                    .expect("scratch directories can be made");
                fs::copy(path, to).expect("scratch files can be written");
            }
        }
        let here = folder.path().to_owned();
        Place { folder, here }
    }

    /// Writes a file that a page shows, or changes its fields; says what is wrong with an excerpt.
    fn put(&self, block: &Block) -> Option<String> {
        let Some(name) = block.file() else {
            return self.misquoted(block);
        };
        let path = self.here.join(name);
        let text = match FileKind::of(&block.text).is_some() {
            true => block.text.clone(),
            false => match fs::read_to_string(&path) {
                Ok(before) => with_fields(&before, &block.text),
                Err(_) => return Some("fields of a file that is not there".to_owned()),
            },
        };
        fs::write(path, text).expect("scratch files can be written");
        None
    }

    /// What an excerpt says that the file does not: its pieces must stand there in this order.
    fn misquoted(&self, block: &Block) -> Option<String> {
        let Some(path) = block.excerpt_of() else {
            return Some("neither a file nor an excerpt of one".to_owned());
        };
        let Ok(file) = fs::read_to_string(self.here.join(path)) else {
            return Some(format!("{path} is not there"));
        };
        let plain = |text: &str| {
            text.lines()
                .map(|line| format!("{}\n", line.trim()))
                .collect::<String>()
        };
        let (_, quoted) = block.text.split_once('\n')?;
        let fits = fits(&format!("…\n{}…\n", plain(quoted)), &plain(&file));
        (!fits).then(|| format!("{path} says something else"))
    }

    /// Carries out the commands of a block: what is wrong with it, and what it should be.
    fn session(&mut self, text: &str) -> (Option<String>, String) {
        let mut wrong = String::new();
        let mut now = String::new();
        for step in steps(text) {
            let written = self.carry_out(&step);
            let fits = fits(&step.shown, &written);
            if !fits {
                wrong += &format!("`{}` writes\n{written}", step.command);
            }
            let shown = if fits { &step.shown } else { &written };
            now += &format!("$ {}\n{shown}", step.command);
        }
        ((!wrong.is_empty()).then_some(wrong), now)
    }

    /// A picture whose path leads to one that a command has drawn must be that one.
    fn look_at_pictures(&self, page: &Page, followed: &mut Followed) {
        let folder = page.path.parent().unwrap_or(Path::new(""));
        for target in links::targets(page) {
            let Ok(drawn) = fs::read(self.here.join(&target)) else {
                continue;
            };
            let path = folder.join(&target);
            if fs::read(Path::new(ROOT).join("docs").join(&path))
                .ok()
                .as_ref()
                != Some(&drawn)
            {
                followed
                    .faults
                    .push(format!("docs/{} is another picture", path.display()));
            }
            followed.pictures.push((path, drawn));
        }
    }

    fn carry_out(&mut self, step: &Step) -> String {
        match step.command.split_once(' ') {
            Some(("cd", "..")) => {
                self.here.pop();
                assert!(self.here.starts_with(self.folder.path()));
                String::new()
            }
            Some(("cd", folder)) => {
                self.here.push(folder);
                assert!(self.here.is_dir(), "{}", step.command);
                String::new()
            }
            Some(("cat", file)) => {
                let path = self.here.join(file);
                if !path.exists() {
                    fs::write(&path, &step.shown).expect("scratch files can be written");
                }
                fs::read_to_string(&path).expect("a text")
            }
            Some(("kairos", arguments)) => {
                let arguments: Vec<&str> = arguments.split_whitespace().collect();
                written(&arguments, &self.here)
            }
            _ => panic!("`{}` is no command of the guide", step.command),
        }
    }
}

/// What the command writes to both outputs, as a terminal would show it.
fn written(arguments: &[&str], here: &Path) -> String {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let both = writer.try_clone().expect("a pipe has many writers");
    let mut command = Command::new(kairos());
    command
        .args(arguments)
        .current_dir(here)
        .stdin(Stdio::null());
    let mut child = command
        .stdout(writer)
        .stderr(both)
        .spawn()
        .expect("the command runs");
    drop(command);
    let mut text = String::new();
    reader
        .read_to_string(&mut text)
        .expect("what is written is text");
    child.wait().expect("the command ends");
    text
}

/// Whether a text is what is shown.
fn fits(shown: &str, written: &str) -> bool {
    let shown: Vec<&str> = shown.trim_end().lines().collect();
    let written: Vec<&str> = written.trim_end().lines().collect();
    lines_fit(&shown, &written)
}

fn lines_fit(shown: &[&str], written: &[&str]) -> bool {
    match (shown.split_first(), written.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((first, shown)), _) if first.trim() == "…" => {
            (0..=written.len()).any(|skipped| lines_fit(shown, &written[skipped..]))
        }
        (Some((first, shown)), Some((line, written))) => {
            line_fits(first, line) && lines_fit(shown, written)
        }
        (Some(_), None) => false,
    }
}

fn line_fits(shown: &str, written: &str) -> bool {
    let Some((before, after)) = shown.split_once('…') else {
        return shown == written;
    };
    let Some(rest) = written.strip_prefix(before) else {
        return false;
    };
    let mut starts = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    starts.any(|at| line_fits(after, &rest[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_does_not_fit() {
        assert!(fits("a … c\n…\nz\n", "a b c\nd\ne\nz"));
        assert!(fits("…\nb\n", "b\n"));
        assert!(!fits("a … c\n", "a b d\n"));
        assert!(!fits("a\n", "a\nb\n"));
        assert!(!fits("a\n…\nz\n", "a\nb\n"));
    }
}
