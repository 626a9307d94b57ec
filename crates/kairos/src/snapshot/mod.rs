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
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use kairos_model::types::{Attribute, Type, TypeGraph, Value};
use kairos_rewrite::{binding::Slot, error::Outcome, graph::HostGraph, matcher::Matcher};
use kairos_sim::engine::{Firing, Observer};

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

/// A snapshot that is wanted: `T:FILE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// When: the graph after every event up to this time, this time included.
    pub time: f64,
    /// Where to.
    pub path: PathBuf,
    /// In which format.
    pub format: Format,
}

impl FromStr for Request {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        let Some((time, path)) = text.split_once(':') else {
            return Err("T:FILE is expected, as 10:graph.graphml".to_owned());
        };
        let time: Option<f64> = time.parse().ok();
        let Some(time) = time.filter(|&t| t >= 0.0 && t.is_finite()) else {
            return Err("the time of a snapshot is a number and not negative".to_owned());
        };
        let path = PathBuf::from(path);
        match Format::of(&path) {
            Some(format) => Ok(Request { time, path, format }),
            None => Err("a snapshot is a file named *.graphml or *.dot".to_owned()),
        }
    }
}

/// Takes snapshots while a trajectory runs.
#[derive(Debug)]
pub struct Snapshots {
    /// Those to come, the next one last.
    wanted: Vec<Request>,
    failed: Option<Error>,
}

impl Snapshots {
    /// Will take these.
    #[must_use]
    pub fn new(mut wanted: Vec<Request>) -> Self {
        wanted.sort_by(|a, b| b.time.total_cmp(&a.time));
        Snapshots {
            wanted,
            failed: None,
        }
    }

    /// Takes those whose time is due: nothing changes the graph any more at times that `is_past` holds for.
    fn take(&mut self, types: &TypeGraph, graph: &HostGraph, is_past: impl Fn(f64) -> bool) {
        while let Some(request) = self.wanted.pop_if(|request| is_past(request.time)) {
            if let Err(e) = save(&request.path, request.format, types, graph) {
                self.failed.get_or_insert(e);
            }
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
        match self.failed {
            Some(e) => Err(e),
            None => Ok(self.wanted),
        }
    }
}

impl<M: Matcher> Observer<M> for Snapshots {
    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        let types = &matcher.program().model.types;
        self.take(types, matcher.graph(), |time| time < firing.time);
        Ok(())
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
