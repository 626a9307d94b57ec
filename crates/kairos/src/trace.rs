//! Traces: one line for each step, as JSON or CSV.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use kairos_model::{
    expr::Var,
    pattern::{Scope, Sort},
};
use kairos_rewrite::{binding::Binding, binding::Slot, graph::HostGraph, matcher::Matcher};
use kairos_sim::engine::{Firing, FiringOutcome, Observer};
use serde::Serialize;

use crate::error::{Error, Result};

/// A step. Elements go by their numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line<Text: Ord> {
    /// Its position in the trajectory, from 0.
    pub step: u64,
    /// When.
    pub time: f64,
    /// The rule.
    pub rule: Text,
    /// `applied`, `effectless` or `thinned`.
    pub outcome: &'static str,
    /// The match: the elements of the left-hand side in the order of the text.
    pub matched: Vec<u64>,
    /// What was chosen, in the order of the text.
    pub chosen: Vec<u64>,
    /// Variables of the rule text that name an element of match, choice or main effect.
    pub variables: BTreeMap<Text, u64>,
    /// What was created.
    pub created: Vec<u64>,
    /// What was deleted, dangling edges included, ascending.
    pub deleted: Vec<u64>,
}

impl Line<&str> {
    /// The line with texts of its own.
    pub(crate) fn owned(self) -> Line<String> {
        let named = self.variables.into_iter();
        Line {
            step: self.step,
            time: self.time,
            rule: self.rule.to_owned(),
            outcome: self.outcome,
            matched: self.matched,
            chosen: self.chosen,
            variables: named.map(|(name, n)| (name.to_owned(), n)).collect(),
            created: self.created,
            deleted: self.deleted,
        }
    }
}

/// A form of traces.
#[derive(Debug)]
enum Sink {
    Json(BufWriter<File>),
    Csv(Box<csv::Writer<File>>),
}

/// Writes a trace to a file.
#[derive(Debug)]
pub struct Trace {
    sink: Sink,
    path: PathBuf,
    failed: Option<io::Error>,
}

impl Trace {
    /// Begins a trace: CSV if the file's name ends so, else one JSON object per line.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        let file = File::create(path).map_err(Error::io("create", path))?;
        let sink = if path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("csv"))
        {
            let mut rows = csv::Writer::from_writer(file);
            let head = [
                "step",
                "time",
                "rule",
                "outcome",
                "matched",
                "chosen",
                "variables",
                "created",
                "deleted",
            ];
            let written = rows.write_record(head);
            written.map_err(|e| Error::io("write", path)(e.into()))?;
            Sink::Csv(Box::new(rows))
        } else {
            Sink::Json(BufWriter::new(file))
        };
        Ok(Trace {
            sink,
            path: path.to_owned(),
            failed: None,
        })
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Where this or an earlier line could not be written.
    pub fn finish(mut self) -> Result<()> {
        let flushed = match (self.failed.take(), &mut self.sink) {
            (Some(e), _) => Err(e),
            (None, Sink::Json(file)) => file.flush(),
            (None, Sink::Csv(rows)) => rows.flush(),
        };
        flushed.map_err(Error::io("write", self.path))
    }

    fn write(&mut self, line: &Line<&str>) -> io::Result<()> {
        match &mut self.sink {
            Sink::Json(file) => {
                serde_json::to_writer(&mut *file, line)?;
                file.write_all(b"\n")
            }
            Sink::Csv(rows) => {
                let variables = line.variables.iter().map(|(name, n)| format!("{name}={n}"));
                let variables: Vec<String> = variables.collect();
                rows.write_record([
                    &line.step.to_string(),
                    &format!("{:?}", line.time),
                    line.rule,
                    line.outcome,
                    &numbers(&line.matched),
                    &numbers(&line.chosen),
                    &variables.join(" "),
                    &numbers(&line.created),
                    &numbers(&line.deleted),
                ])
                .map_err(io::Error::from)
            }
        }
    }
}

fn numbers(numbers: &[u64]) -> String {
    let numbers: Vec<String> = numbers.iter().map(u64::to_string).collect();
    numbers.join(" ")
}

impl<M: Matcher> Observer<M> for Trace {
    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        if self.failed.is_none() {
            self.failed = self.write(&line(matcher, firing, outcome)).err();
        }
    }
}

/// What a trace says of a step.
pub(crate) fn line<'a, M: Matcher>(
    matcher: &'a M,
    firing: &Firing<'_>,
    outcome: &FiringOutcome,
) -> Line<&'a str> {
    let (graph, rule) = (matcher.graph(), matcher.program().model.rule(firing.rule));
    let bound = Bound {
        graph,
        scope: &rule.scope,
        bound: firing.bound,
    };
    // What was tried and did not fit is not chosen.
    let is_applied = matches!(outcome, FiringOutcome::Applied(_));
    let steps = rule.choose.iter().filter(|_| is_applied);
    let chosen = steps.flat_map(|choice| &choice.pattern.elements);
    let (word, created, deleted) = match outcome {
        FiringOutcome::Applied(created) => ("applied", created.clone().collect(), deleted(graph)),
        FiringOutcome::Effectless => ("effectless", Vec::new(), Vec::new()),
        FiringOutcome::Thinned => ("thinned", Vec::new(), Vec::new()),
    };
    let own = rule.lhs.elements.iter().chain(chosen.clone());
    let own = own.chain(rule.effect.create.iter().map(|creation| &creation.var));
    let named =
        own.filter_map(|&var| Some((rule.scope.element(var).name.as_deref()?, bound.number(var)?)));
    Line {
        step: firing.step,
        time: firing.time,
        rule: &rule.name,
        outcome: word,
        matched: rule
            .lhs
            .elements
            .iter()
            .filter_map(|&var| bound.number(var))
            .collect(),
        chosen: chosen.filter_map(|&var| bound.number(var)).collect(),
        variables: named.collect(),
        created,
        deleted,
    }
}

fn deleted(graph: &HostGraph) -> Vec<u64> {
    let nodes = graph.deleted_nodes().map(|slot| graph.node_number(slot));
    let edges = graph.deleted_edges().map(|slot| graph.edge_number(slot));
    let mut numbers: Vec<u64> = nodes.chain(edges).collect();
    numbers.sort_unstable();
    numbers
}

struct Bound<'a> {
    graph: &'a HostGraph,
    scope: &'a Scope,
    bound: &'a Binding,
}

impl Bound<'_> {
    /// The number of what a variable is bound to; of a deleted element, too, until the next step.
    fn number(&self, var: Var) -> Option<u64> {
        let slot = self.bound.get(var);
        let number = match self.scope.element(var).sort {
            Sort::Node(_) => HostGraph::node_number,
            Sort::Edge(_) => HostGraph::edge_number,
        };
        (slot != Slot::NONE).then(|| number(self.graph, slot))
    }
}
