//! Host graphs as files: GraphML for networkx, yEd, Gephi and Kairos itself, and DOT for Graphviz.
//!
//! Nodes and edges come in the order of their numbers, so that equal graphs are equal bytes.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
};

use kairos_model::types::{Attribute, NodeTypeId, Type, TypeGraph, Value};
use kairos_rewrite::{binding::Slot, error::Outcome, graph::HostGraph, matcher::Matcher};
use kairos_sim::engine::{Firing, Observer};
use petgraph::{
    dot::{Config, Dot},
    graph::{DiGraph, NodeIndex},
};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

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
            Format::GraphMl => graph_ml(&mut file, types, graph)?,
            Format::Dot => write!(file, "{}", dot(types, graph))?,
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
    pub fn finish(mut self, types: &TypeGraph, graph: &HostGraph, end: f64) -> Result<Vec<Request>> {
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

/// A data key of GraphML: what it is for, the attribute's name and its type there.
type Key<'a> = (&'static str, &'a str, &'static str);

/// The name of a type in GraphML.
fn xml_type(ty: Type) -> &'static str {
    match ty {
        Type::Int => "long",
        Type::Real => "double",
        Type::Bool => "boolean",
        Type::Enumeration(_) => "string",
    }
}

/// How undirected edges are said. Readers such as networkx refuse files with both kinds, so there a data key says it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Directed,
    Undirected,
    Mixed,
}

impl Direction {
    fn of(types: &TypeGraph, graph: &HostGraph) -> Self {
        let undirected = |edge| types.edge(graph.edge_type(edge)).undirected;
        let some = graph.edges().any(undirected);
        match (some, some && graph.edges().all(undirected)) {
            (false, _) => Direction::Directed,
            (true, true) => Direction::Undirected,
            (true, false) => Direction::Mixed,
        }
    }
}

/// Data keys with their ids, for every attribute of a type that the graph has elements of.
fn keys<'a>(types: &'a TypeGraph, graph: &HostGraph, direction: Direction) -> BTreeMap<Key<'a>, String> {
    let mut keys = vec![("edge", "type", "string"), ("node", "type", "string")];
    if direction == Direction::Mixed {
        keys.push(("edge", "undirected", "boolean"));
    }
    let name = |a: &Attribute| types.attributes[a.id.index()].as_str();
    for (ty, node_type) in types.nodes.iter().enumerate() {
        if !graph.nodes_of(NodeTypeId(ty as u16)).is_empty() {
            keys.extend(node_type.attributes.iter().map(|a| ("node", name(a), xml_type(a.ty))));
        }
    }
    let mut used = vec![false; types.edges.len()];
    graph.edges().for_each(|edge| used[graph.edge_type(edge).index()] = true);
    for (edge_type, _) in types.edges.iter().zip(used).filter(|(_, used)| *used) {
        keys.extend(edge_type.attributes.iter().map(|a| ("edge", name(a), xml_type(a.ty))));
    }
    keys.sort_unstable();
    keys.dedup();
    let numbered = keys.into_iter().enumerate();
    numbered.map(|(i, key)| (key, format!("d{i}"))).collect()
}

fn graph_ml(out: &mut impl Write, types: &TypeGraph, graph: &HostGraph) -> io::Result<()> {
    let direction = Direction::of(types, graph);
    let keys = keys(types, graph, direction);
    let mut writer = Writer::new_with_indent(out, b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let root = writer
        .create_element("graphml")
        .with_attribute(("xmlns", "http://graphml.graphdrawing.org/xmlns"));
    root.write_inner_content(|writer| {
        for (&(kind, name, ty), id) in &keys {
            writer
                .create_element("key")
                .with_attributes([("id", id.as_str()), ("for", kind), ("attr.name", name), ("attr.type", ty)])
                .write_empty()?;
        }
        let default = if direction == Direction::Undirected { "undirected" } else { "directed" };
        let element = writer
            .create_element("graph")
            .with_attributes([("id", "G"), ("edgedefault", default)]);
        element.write_inner_content(|writer| {
            for node in nodes(graph) {
                write_node(writer, types, graph, &keys, node)?;
            }
            for edge in edges(graph) {
                write_edge(writer, types, graph, &keys, direction, edge)?;
            }
            Ok(())
        })?;
        Ok(())
    })?;
    writer.get_mut().write_all(b"\n")
}

fn write_node<W: Write>(
    writer: &mut Writer<W>,
    types: &TypeGraph,
    graph: &HostGraph,
    keys: &BTreeMap<Key<'_>, String>,
    node: Slot,
) -> io::Result<()> {
    let ty = types.node(graph.node_type(node));
    let id = node_id(graph, node);
    let element = writer.create_element("node").with_attribute(("id", id.as_str()));
    element.write_inner_content(|writer| {
        data(writer, &keys[&("node", "type", "string")], &ty.name)?;
        for (name, ty, value) in attributes(types, &ty.attributes, |c| graph.node_word(node, c)) {
            data(writer, &keys[&("node", name, xml_type(ty))], &value)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn write_edge<W: Write>(
    writer: &mut Writer<W>,
    types: &TypeGraph,
    graph: &HostGraph,
    keys: &BTreeMap<Key<'_>, String>,
    direction: Direction,
    edge: Slot,
) -> io::Result<()> {
    let ty = types.edge(graph.edge_type(edge));
    let (from, to) = graph.ends(edge);
    let id = format!("e{}", graph.edge_number(edge));
    let (from, to) = (node_id(graph, from), node_id(graph, to));
    let ends = [("id", id.as_str()), ("source", from.as_str()), ("target", to.as_str())];
    let element = writer.create_element("edge").with_attributes(ends);
    element.write_inner_content(|writer| {
        data(writer, &keys[&("edge", "type", "string")], &ty.name)?;
        if direction == Direction::Mixed {
            let undirected = ty.undirected.to_string();
            data(writer, &keys[&("edge", "undirected", "boolean")], &undirected)?;
        }
        for (name, ty, value) in attributes(types, &ty.attributes, |c| graph.edge_word(edge, c)) {
            data(writer, &keys[&("edge", name, xml_type(ty))], &value)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn node_id(graph: &HostGraph, node: Slot) -> String {
    format!("n{}", graph.node_number(node))
}

fn data<W: Write>(writer: &mut Writer<W>, key: &str, value: &str) -> io::Result<()> {
    let element = writer.create_element("data").with_attribute(("key", key));
    element.write_text_content(BytesText::new(value)).map(drop)
}

/// A picture: the weights are the attribute lists of Graphviz.
fn dot(types: &TypeGraph, graph: &HostGraph) -> String {
    let mut picture: DiGraph<String, String> = DiGraph::new();
    let mut places: BTreeMap<Slot, NodeIndex> = BTreeMap::new();
    for node in nodes(graph) {
        let ty = types.node(graph.node_type(node));
        let name = format!("{} {}", ty.name, graph.node_number(node));
        let values = attributes(types, &ty.attributes, |c| graph.node_word(node, c));
        let weight = format!("shape = box, {}", label(name, values));
        places.insert(node, picture.add_node(weight));
    }
    for edge in edges(graph) {
        let (from, to) = graph.ends(edge);
        let ty = types.edge(graph.edge_type(edge));
        let values = attributes(types, &ty.attributes, |c| graph.edge_word(edge, c));
        let mut weight = label(ty.name.clone(), values);
        if ty.undirected {
            weight += ", dir = none";
        }
        picture.add_edge(places[&from], places[&to], weight);
    }
    let config = [Config::NodeNoLabel, Config::EdgeNoLabel];
    let dot = Dot::with_attr_getters(
        &picture,
        &config,
        &|_, edge| edge.weight().clone(),
        &|_, (_, weight)| weight.clone(),
    );
    dot.to_string()
}

/// A label of a name and a line for each attribute. Names of types, attributes and enumerators need no escapes.
fn label<'a>(name: String, values: impl Iterator<Item = (&'a str, Type, String)>) -> String {
    let mut lines = vec![name];
    lines.extend(values.map(|(name, _, value)| format!("{name} = {value}")));
    format!("label = \"{}\"", lines.join("\\n"))
}
