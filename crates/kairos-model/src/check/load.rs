//! Reads files, each once.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use super::{csv::CsvFile, report::Report};
use crate::{
    diagnostic::Diagnostic,
    source::{FileId, Files, Sources, Span, join},
    spec::{ModelSpec, RuleSetSpec, StudySpec, Text, read_model, read_rule_set, read_study},
};

/// Includes may nest so deep.
const MAX_INCLUDES: usize = 100;

/// Files read so far, and what they said.
pub(super) struct Loader<'f> {
    files: &'f dyn Files,
    sources: RefCell<Sources>,
    opened: RefCell<BTreeMap<String, Option<FileId>>>,
    rule_sets: RefCell<BTreeMap<FileId, Option<Rc<RuleSetSpec>>>>,
    csv: RefCell<BTreeMap<FileId, Option<Rc<CsvFile>>>>,
}

impl<'f> Loader<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Loader {
            files,
            sources: RefCell::default(),
            opened: RefCell::default(),
            rule_sets: RefCell::default(),
            csv: RefCell::default(),
        }
    }

    pub(super) fn sources(&self) -> Sources {
        self.sources.borrow().clone()
    }

    /// The text at a place.
    pub(super) fn text(&self, span: Span) -> String {
        self.sources.borrow().text(span).to_owned()
    }

    /// The path of a file.
    pub(super) fn path(&self, file: FileId) -> String {
        self.sources.borrow().file(file).path.clone()
    }

    /// A text that stands in no file, such as an argument of the command line, under a name of its own.
    pub(super) fn add(&self, name: String, text: String) -> FileId {
        self.sources.borrow_mut().add(name, text)
    }

    /// Reads a file whose path, `asked` for there, stands in another one, which it is relative to.
    pub(super) fn open_relative(&self, report: &Report, path: &str, asked: Span) -> Option<FileId> {
        let path = join(&self.path(asked.file), path);
        self.open(report, &path, Some(asked))
    }

    /// Reads a file, once.
    pub(super) fn open(&self, report: &Report, path: &str, asked: Option<Span>) -> Option<FileId> {
        if let Some(&known) = self.opened.borrow().get(path) {
            return known;
        }
        let read = self.sources.borrow_mut().load(self.files, path, asked);
        let file = read.map_err(|mistake| report.push(*mistake)).ok();
        self.opened.borrow_mut().insert(path.to_owned(), file);
        file
    }

    /// A model; `asked` is where a study names it.
    pub(super) fn model(
        &self,
        report: &Report,
        file: FileId,
        asked: Option<Span>,
    ) -> Option<ModelSpec> {
        let read = read_model(&self.sources.borrow(), file);
        tell(report, read.diagnostics, asked);
        read.value
    }

    pub(super) fn study(&self, report: &Report, file: FileId) -> Option<StudySpec> {
        let read = read_study(&self.sources.borrow(), file);
        tell(report, read.diagnostics, None);
        read.value
    }

    fn rule_set(
        &self,
        report: &Report,
        file: FileId,
        asked: Option<Span>,
    ) -> Option<Rc<RuleSetSpec>> {
        if let Some(known) = self.rule_sets.borrow().get(&file) {
            return known.clone();
        }
        let read = read_rule_set(&self.sources.borrow(), file);
        tell(report, read.diagnostics, asked);
        let spec = read.value.map(Rc::new);
        self.rule_sets.borrow_mut().insert(file, spec.clone());
        spec
    }

    /// A file of comma-separated values.
    pub(super) fn csv(&self, report: &Report, file: FileId) -> Option<Rc<CsvFile>> {
        if let Some(known) = self.csv.borrow().get(&file) {
            return known.clone();
        }
        let text = self.sources.borrow().file(file).text.clone();
        let csv = CsvFile::read(report, file, &text).map(Rc::new);
        self.csv.borrow_mut().insert(file, csv.clone());
        csv
    }

    /// A rule set and all that it includes, each once, what is included first. `None` where one of them could not be read. `asked` is where
    /// a model or a study names it.
    pub(super) fn rule_sets(
        &self,
        report: &Report,
        file: FileId,
        asked: Option<Span>,
    ) -> Option<Vec<Rc<RuleSetSpec>>> {
        let mut gathered = Gathered::default();
        self.gather(report, file, asked, &mut gathered);
        gathered.complete.then_some(gathered.rule_sets)
    }

    fn gather(&self, report: &Report, file: FileId, asked: Option<Span>, gathered: &mut Gathered) {
        if gathered.seen.contains(&file) {
            return;
        }
        gathered.seen.push(file);
        let Some(spec) = self.rule_set(report, file, asked) else {
            gathered.complete = false;
            return;
        };
        gathered.chain.push(file);
        for include in &spec.include {
            match self.open_relative(report, &include.value, include.span) {
                Some(next) if gathered.chain.contains(&next) => {
                    report.push(self.include_cycle(&gathered.chain, next, include));
                }
                Some(_) if gathered.chain.len() >= MAX_INCLUDES => {
                    let message = format!("includes nest deeper than {MAX_INCLUDES} files");
                    report.push(Diagnostic::error("include-depth", include.span, message));
                }
                Some(next) => self.gather(report, next, Some(include.span), gathered),
                None => gathered.complete = false,
            }
        }
        gathered.chain.pop();
        gathered.rule_sets.push(spec);
    }

    fn include_cycle(&self, chain: &[FileId], next: FileId, include: &Text) -> Diagnostic {
        let members = chain.iter().skip_while(|&&f| f != next);
        let paths: Vec<String> = members.map(|&f| self.path(f)).collect();
        let message = format!(
            "rule sets include each other: {} → {}",
            paths.join(" → "),
            self.path(next)
        );
        Diagnostic::error("include-cycle", include.span, message)
            .label("closes the cycle")
            .help("move what both need into a file of its own and include that one")
    }
}

struct Gathered {
    chain: Vec<FileId>,
    seen: Vec<FileId>,
    rule_sets: Vec<Rc<RuleSetSpec>>,
    complete: bool,
}

impl Default for Gathered {
    fn default() -> Self {
        Gathered {
            chain: Vec::new(),
            seen: Vec::new(),
            rule_sets: Vec::new(),
            complete: true,
        }
    }
}

/// Notes mistakes of a file; one that is of another kind than was asked for says where it was.
fn tell(report: &Report, mistakes: Vec<Diagnostic>, asked: Option<Span>) {
    for mistake in mistakes {
        report.push(match asked.filter(|_| mistake.code == "wrong-file-kind") {
            Some(asked) => mistake.related(asked, "named here"),
            None => mistake,
        });
    }
}
