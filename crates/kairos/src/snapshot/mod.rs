//! Host graphs as files: GraphML for networkx, yEd, Gephi and Kairos itself, and DOT for Graphviz.
//!
//! Nodes and edges come in the order of their numbers, so that equal graphs are equal bytes.

mod dot;
mod graph_ml;
mod plain;
#[cfg(test)]
mod tests;

pub use self::plain::{plain, read};

use std::{
    fmt,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use kairos_model::{
    model::Model,
    rule::RuleId,
    types::{Attribute, Type, TypeGraph, Value},
};
use kairos_rewrite::{binding::Slot, error::Outcome, graph::HostGraph, matcher::Matcher};
use kairos_sim::engine::{Firing, FiringOutcome, Observer};

use crate::error::{Error, Result};

/// A file format of snapshots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// GraphML.
    GraphMl,
    /// Graphviz.
    Dot,
}

impl Format {
    /// The format that a file's extension names.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "graphml" => Some(Format::GraphMl),
            "dot" | "gv" => Some(Format::Dot),
            _ => None,
        }
    }
}

/// Writes a host graph to a file.
///
/// # Errors
/// Where the file cannot be written.
pub fn save(path: &Path, format: Format, types: &TypeGraph, graph: &HostGraph) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = io::BufWriter::new(std::fs::File::create(path)?);
        match format {
            Format::GraphMl => graph_ml::write(&mut file, types, graph)?,
            Format::Dot => file.write_all(dot::picture(types, graph).as_bytes())?,
        }
        file.flush()
    };
    write().map_err(Error::io("write", path))
}

/// When a snapshot is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum When {
    /// After every event up to this time, this time included.
    Time(f64),
    /// After this firing, counted from 1, of the rule of this name that had an effect.
    Firing(String, u64),
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Time(time) => write!(f, "time {time}"),
            When::Firing(rule, number) => write!(f, "firing {number} of `{rule}`"),
        }
    }
}

impl FromStr for When {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        if let Some((rule, number)) = text.rsplit_once('#') {
            let number: Option<u64> = number.parse().ok();
            let number = number.filter(|&n| n > 0 && !rule.is_empty());
            return number
                .map(|n| When::Firing(rule.to_owned(), n))
                .ok_or_else(|| "RULE#N is expected, as connect#100, N from 1".to_owned());
        }
        let time: Option<f64> = text.parse().ok();
        time.filter(|&t| t >= 0.0 && t.is_finite())
            .map(When::Time)
            .ok_or_else(|| "the time of a snapshot is a number and not negative".to_owned())
    }
}

/// A snapshot that is wanted: `T:FILE` or `RULE#N:FILE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// When.
    pub when: When,
    /// Where to.
    pub path: PathBuf,
    /// In which format.
    pub format: Format,
}

impl Request {
    fn take(&self, types: &TypeGraph, graph: &HostGraph, failed: &mut Option<Error>) {
        if let Err(e) = save(&self.path, self.format, types, graph) {
            failed.get_or_insert(e);
        }
    }
}

impl FromStr for Request {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let Some((when, path)) = text.split_once(':') else {
            return Err(
                "T:FILE or RULE#N:FILE is expected, as 10:graph.graphml or connect#100:graph.graphml"
                    .to_owned(),
            );
        };
        let (when, path) = (when.parse()?, PathBuf::from(path));
        match Format::of(&path) {
            Some(format) => Ok(Request { when, path, format }),
            None => Err("a snapshot is a file named *.graphml or *.dot".to_owned()),
        }
    }
}

/// Takes snapshots while a trajectory runs.
#[derive(Debug)]
pub struct Snapshots {
    /// Those to come at a time, the next one last.
    timed: Vec<(f64, Request)>,
    /// Those to come at a firing: the rule, firings still to come, and the request.
    counted: Vec<(RuleId, u64, Request)>,
    failed: Option<Error>,
}

impl Snapshots {
    /// Will take these of a trajectory of `model`.
    ///
    /// # Errors
    /// The name of a rule that the model does not have.
    pub fn new(model: &Model, wanted: Vec<Request>) -> std::result::Result<Self, String> {
        let (mut timed, mut counted) = (Vec::new(), Vec::new());
        for request in wanted {
            match &request.when {
                When::Time(time) => timed.push((*time, request)),
                When::Firing(rule, number) => {
                    let rule = model.rule_asked(rule);
                    let rule = rule.map_err(|unknown| format!("--snapshot: {unknown}"))?;
                    counted.push((rule, *number, request));
                }
            }
        }
        timed.sort_by(|a, b| b.0.total_cmp(&a.0));
        Ok(Snapshots {
            timed,
            counted,
            failed: None,
        })
    }

    /// Takes those whose time is due: nothing changes the graph any more at times that `is_past` holds for.
    fn take(&mut self, types: &TypeGraph, graph: &HostGraph, is_past: impl Fn(f64) -> bool) {
        while let Some((_, request)) = self.timed.pop_if(|(time, _)| is_past(*time)) {
            request.take(types, graph, &mut self.failed);
        }
    }

    /// Takes those up to the end of the trajectory, and returns the others.
    ///
    /// # Errors
    /// Where a file could not be written.
    pub fn finish(
        mut self,
        types: &TypeGraph,
        graph: &HostGraph,
        end: f64,
    ) -> Result<Vec<Request>> {
        self.take(types, graph, |time| time <= end);
        let timed = self.timed.into_iter().map(|(_, request)| request);
        let counted = self.counted.into_iter().map(|(_, _, request)| request);
        match self.failed {
            Some(e) => Err(e),
            None => Ok(timed.chain(counted).collect()),
        }
    }
}

impl<M: Matcher> Observer<M> for Snapshots {
    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        let types = &matcher.program().model.types;
        self.take(types, matcher.graph(), |time| time < firing.time);
        Ok(())
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        if self.counted.is_empty() || !matches!(outcome, FiringOutcome::Applied(_)) {
            return;
        }
        let types = &matcher.program().model.types;
        let failed = &mut self.failed;
        self.counted.retain_mut(|(rule, to_come, request)| {
            if *rule == firing.rule {
                *to_come -= 1;
                if *to_come == 0 {
                    request.take(types, matcher.graph(), failed);
                }
            }
            *to_come > 0
        });
    }
}

/// All nodes in the order of their numbers.
fn nodes(graph: &HostGraph) -> Vec<Slot> {
    let mut nodes: Vec<Slot> = graph.nodes().collect();
    nodes.sort_by_key(|&node| graph.node_number(node));
    nodes
}

/// All edges in the order of their numbers.
fn edges(graph: &HostGraph) -> Vec<Slot> {
    let mut edges: Vec<Slot> = graph.edges().collect();
    edges.sort_by_key(|&edge| graph.edge_number(edge));
    edges
}

/// A value as an expression or a data file would write it.
fn text(types: &TypeGraph, value: Value) -> String {
    match value {
        Value::Int(i) => i.to_string(),
        Value::Real(r) => format!("{r:?}"),
        Value::Bool(b) => b.to_string(),
        Value::Enumerator(id, position) => {
            types.enumerations[id.index()].values[usize::from(position)].clone()
        }
    }
}

/// Names and values of an element's attributes.
fn attributes<'a>(
    types: &'a TypeGraph,
    attributes: &'a [Attribute],
    word: impl Fn(usize) -> u64 + 'a,
) -> impl Iterator<Item = (&'a str, Type, String)> + 'a {
    attributes.iter().enumerate().map(move |(column, a)| {
        let name = types.attributes[a.id.index()].as_str();
        let value = Value::from_bits(a.ty, word(column));
        (name, a.ty, text(types, value))
    })
}
