//! Names resolved, types inferred, every mistake collected: `spec → model`.
//!
//! [`load_rules`], [`load_model`] and [`load_study`] read a file with all that it needs and say everything that is wrong with it
//! in one go. What cannot be resolved is reported once; whatever depends on it is not judged.
//!
//! The way through a model: `types` → `parameters` → `table` → rules (`rule`, with `pattern`, `expr`, `effect`) →
//! `timer` → `start` → `probe` → `run`; `symmetry` judges rules that are complete.

mod body;
mod call;
mod canonical;
mod changes;
mod constant;
mod create;
mod csv;
mod domain;
mod effect;
mod env;
mod estimate;
mod expr;
mod findings;
mod graph_ml;
mod law;
mod load;
mod model;
mod name;
mod narrow;
mod order;
mod parameters;
mod pattern;
mod place;
mod probe;
mod report;
mod rows;
mod rule;
mod run;
mod settings;
mod stand_in;
mod start;
mod study;
mod symmetry;
mod table;
#[cfg(test)]
mod tests;
mod timer;
mod topology;
mod types;
mod vary;

pub use self::findings::{Findings, findings};
use self::{
    changes::{Changes, CommandLine},
    load::Loader,
    report::Report,
};
use crate::{
    diagnostic::Diagnostic,
    model::{Model, Parameter},
    rule::Rule,
    source::{Files, Sources},
    study::Study,
    types::TypeGraph,
};

/// What was loaded, and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Loaded<T> {
    /// The checked value; absent exactly where there is an error.
    pub value: Option<T>,
    /// All files that were read: places refer to them.
    pub sources: Sources,
    /// Mistakes and warnings, in the order in which they were found.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the command line changes in a model.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--set NAME=VALUE`: names and values as typed. A path is relative to the working directory.
    pub parameters: Vec<(String, String)>,
}

/// A checked rule set without a model: no tables, and parameters with their defaults.
#[derive(Clone, Debug)]
pub struct RuleSetInfo {
    /// The type graph.
    pub types: TypeGraph,
    /// Parameters with their defaults.
    pub parameters: Vec<Parameter>,
    /// Rules in the order of their names.
    pub rules: Vec<Rule>,
}

/// Loads a rule set with all that it includes.
pub fn load_rules(files: &dyn Files, path: &str) -> Loaded<RuleSetInfo> {
    let (loader, report) = (Loader::new(files), Report::default());
    let value = loader
        .open(&report, path, None)
        .and_then(|file| model::rule_set(&report, &loader, file));
    loaded(value, &loader, report)
}

/// Loads a model with its rule set, tables and start graph.
pub fn load_model(files: &dyn Files, path: &str, overrides: &Overrides) -> Loaded<Model> {
    let (loader, report) = (Loader::new(files), Report::default());
    let command_line = CommandLine::read(&loader, overrides);
    let spec = loader
        .open(&report, path, None)
        .and_then(|file| loader.model(&report, file, None));
    let value = spec
        .and_then(|spec| model::model(&report, &loader, &spec, Changes::default(), &command_line));
    loaded(value, &loader, report)
}

/// Loads a study with the models of all its scenarios.
pub fn load_study(files: &dyn Files, path: &str, overrides: &Overrides) -> Loaded<Study> {
    let (loader, report) = (Loader::new(files), Report::default());
    let command_line = CommandLine::read(&loader, overrides);
    let spec = loader
        .open(&report, path, None)
        .and_then(|file| loader.study(&report, file));
    let value = spec.and_then(|spec| study::study(&report, &loader, &spec, &command_line));
    loaded(value, &loader, report)
}

fn loaded<T>(value: Option<T>, loader: &Loader<'_>, report: Report) -> Loaded<T> {
    debug_assert!(
        value.is_some() || report.has_errors(),
        "whatever has no value has a mistake"
    );
    Loaded {
        value: value.filter(|_| !report.has_errors()),
        sources: loader.sources(),
        diagnostics: report.into_diagnostics(),
    }
}
