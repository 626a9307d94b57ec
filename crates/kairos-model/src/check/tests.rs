//! Tests as data: RON in, diagnostics out. `UPDATE_EXPECT=1 cargo test` rewrites what is expected.

mod complete;
mod models;
mod mutations;
mod patterns;
mod probes;
mod rule_sets;
mod rules;
mod start;
mod studies;
mod tables;
mod timers;

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Loaded, Overrides, load_model, load_rules, load_study};
use crate::{
    diagnostic::{Diagnostic, Severity},
    model::Model,
    source::{MemoryFiles, Sources, Span},
    spec::FileKind,
};

/// Files in memory: texts behind lines `--- path`.
fn files(text: &str) -> (MemoryFiles, String) {
    let mut files = BTreeMap::new();
    let mut first = None;
    for part in text.split("--- ").skip(1) {
        let (path, text) = part.split_once('\n').unwrap();
        first.get_or_insert_with(|| path.to_owned());
        files.insert(path.to_owned(), text.to_owned());
    }
    (MemoryFiles(files), first.unwrap())
}

/// Loads the first file, whatever it is, and lists what is to be said of it.
fn diagnose(text: &str) -> String {
    diagnose_with(text, &[])
}

fn diagnose_with(text: &str, set: &[(&str, &str)]) -> String {
    let (files, first) = files(text);
    let set = set.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    let overrides = Overrides {
        parameters: set.collect(),
    };
    match FileKind::of(files.0.get(&first).unwrap()) {
        Some(FileKind::Model) => listing(&load_model(&files, &first, &overrides)),
        Some(FileKind::Study) => listing(&load_study(&files, &first, &overrides)),
        _ => listing(&load_rules(&files, &first)),
    }
}

fn listing<T>(loaded: &Loaded<T>) -> String {
    let errors = loaded
        .diagnostics
        .iter()
        .any(|d| d.severity == Severity::Error);
    assert_eq!(
        loaded.value.is_none(),
        errors,
        "a value is absent exactly where there is an error: {:?}",
        loaded.diagnostics
    );
    list(&loaded.sources, &loaded.diagnostics)
}

/// Diagnostics in their order, with what they underline.
pub(super) fn list(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        describe(sources, diagnostic, &mut text);
    }
    text
}

fn describe(sources: &Sources, diagnostic: &Diagnostic, text: &mut String) {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let place = diagnostic
        .span
        .map_or(String::new(), |span| place(sources, span));
    let _ = writeln!(
        text,
        "{severity}[{}] {place}: {}",
        diagnostic.code, diagnostic.message
    );
    if !diagnostic.label.is_empty() {
        let _ = writeln!(text, "  ^ {}", diagnostic.label);
    }
    for (span, label) in &diagnostic.related {
        let _ = writeln!(text, "  {}: {label}", self::place(sources, *span));
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "  help: {help}");
    }
}

/// `file:line:column «underlined»`
fn place(sources: &Sources, span: Span) -> String {
    let file = sources.file(span.file);
    let before = &file.text[..span.range().start];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let shown: String = sources.text(span).chars().take(70).collect();
    format!("{}:{line}:{column} «{shown}»", file.path)
}

/// The model in the first file, which has no mistakes.
pub(super) fn model(text: &str) -> Model {
    let (files, first) = files(text);
    let loaded = load_model(&files, &first, &Overrides::default());
    assert_eq!(listing(&loaded), "");
    loaded.value.unwrap()
}
