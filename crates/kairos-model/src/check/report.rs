//! Collects mistakes.

use std::{cell::RefCell, collections::BTreeSet};

use crate::{
    diagnostic::{Diagnostic, Severity, suggest},
    source::Span,
};

/// All mistakes and warnings found so far. The same one is kept once, however often it is found.
#[derive(Default)]
pub(super) struct Report {
    found: RefCell<Vec<Diagnostic>>,
    known: RefCell<BTreeSet<(&'static str, Option<Span>, String)>>,
}

impl Report {
    pub(super) fn push(&self, diagnostic: Diagnostic) {
        let key = (diagnostic.code, diagnostic.span, diagnostic.message.clone());
        if self.known.borrow_mut().insert(key) {
            self.found.borrow_mut().push(diagnostic);
        }
    }

    /// The value, or `None` with its mistakes noted.
    pub(super) fn accept<T>(&self, result: Result<T, Vec<Diagnostic>>) -> Option<T> {
        result
            .map_err(|mistakes| mistakes.into_iter().for_each(|d| self.push(d)))
            .ok()
    }

    /// Notes a mistake; to end a computation that has no value.
    pub(super) fn fail<T>(&self, diagnostic: Diagnostic) -> Option<T> {
        self.push(diagnostic);
        None
    }

    pub(super) fn has_errors(&self) -> bool {
        let found = self.found.borrow();
        found.iter().any(|d| d.severity == Severity::Error)
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.found.into_inner()
    }
}

/// A name that stands for nothing: with the nearest name that does, or with the few that there are.
pub(super) fn unknown<'a>(
    code: &'static str,
    what: &str,
    name: &str,
    span: Span,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    // A law that can be written in two ways has one name, and some parameters in both.
    let mut seen = BTreeSet::new();
    let candidates: Vec<&str> = candidates.into_iter().filter(|c| seen.insert(*c)).collect();
    let mistake = Diagnostic::error(code, span, format!("unknown {what} `{name}`"));
    if let Some(near) = suggest(name, candidates.iter().copied()) {
        return mistake
            .label("not declared")
            .help(format!("did you mean `{near}`?"));
    }
    match candidates.len() {
        0 => mistake.label(format!("no {what} is declared here")),
        1 => mistake
            .label("not declared")
            .help(format!("there is only `{}`", candidates[0])),
        2..=40 => mistake
            .label("not declared")
            .help(format!("there are {}", listed(candidates))),
        _ => mistake.label("not declared"),
    }
}

/// A name that stands for nothing in its owner: ``unknown attribute `x` of `SC` ``.
pub(super) fn unknown_of<'a>(
    code: &'static str,
    (what, owner): (&str, &str),
    name: &str,
    span: Span,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let message = format!("unknown {what} `{name}` of `{owner}`");
    Diagnostic {
        message,
        ..unknown(code, what, name, span, candidates)
    }
}

/// A name that was declared before.
pub(super) fn duplicate(what: &str, name: &str, span: Span, first: Span) -> Diagnostic {
    let message = format!("{what} `{name}` is declared twice");
    Diagnostic::error("duplicate-name", span, message)
        .label("declared again")
        .related(first, "first declared here")
}

/// `` `a`, `b` and `c` ``.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}

/// The next dense 16-bit id; `None` with a mistake where there are too many.
pub(super) fn dense(report: &Report, len: usize, what: &str, span: Span) -> Option<u16> {
    let id = u16::try_from(len).ok().filter(|&id| id < u16::MAX);
    if id.is_none() {
        let message = format!("too many {what}: at most {} are possible", u16::MAX - 1);
        report.push(Diagnostic::error("too-many", span, message));
    }
    id
}
