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
fn keys<'a>(
    types: &'a TypeGraph,
    graph: &HostGraph,
    direction: Direction,
) -> BTreeMap<Key<'a>, String> {
    let mut keys = vec![("edge", "type", "string"), ("node", "type", "string")];
    if direction == Direction::Mixed {
        keys.push(("edge", "undirected", "boolean"));
    }
    let name = |a: &Attribute| types.attributes[a.id.index()].as_str();
    for (ty, node_type) in types.nodes.iter().enumerate() {
        if !graph.nodes_of(NodeTypeId(ty as u16)).is_empty() {
            keys.extend(
                node_type
                    .attributes
                    .iter()
                    .map(|a| ("node", name(a), xml_type(a.ty))),
            );
        }
    }
    let mut used = vec![false; types.edges.len()];
    graph
        .edges()
        .for_each(|edge| used[graph.edge_type(edge).index()] = true);
    for (edge_type, _) in types.edges.iter().zip(used).filter(|(_, used)| *used) {
        keys.extend(
            edge_type
                .attributes
                .iter()
                .map(|a| ("edge", name(a), xml_type(a.ty))),
        );
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
                .with_attributes([
                    ("id", id.as_str()),
                    ("for", kind),
                    ("attr.name", name),
                    ("attr.type", ty),
                ])
                .write_empty()?;
        }
        let default = if direction == Direction::Undirected {
            "undirected"
        } else {
            "directed"
        };
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
    let element = writer
        .create_element("node")
        .with_attribute(("id", id.as_str()));
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
    let ends = [
        ("id", id.as_str()),
        ("source", from.as_str()),
        ("target", to.as_str()),
    ];
    let element = writer.create_element("edge").with_attributes(ends);
    element.write_inner_content(|writer| {
        data(writer, &keys[&("edge", "type", "string")], &ty.name)?;
        if direction == Direction::Mixed {
            let undirected = ty.undirected.to_string();
            data(
                writer,
                &keys[&("edge", "undirected", "boolean")],
                &undirected,
            )?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use expect_test::expect;
    use kairos_model::{check, source::MemoryFiles, types::EdgeTypeId};
    use kairos_rewrite::schema::Schema;

    use super::*;

    const RULES: &str = r#"RuleSet(
        types: (
            enumerations: { "State": ["idle", "busy"] },
            nodes: {
                "A": (attributes: { "x": Real(0.1), "state": Enum("State", "busy") }),
                "B": (attributes: { "x": Int(0), "ok": Bool(true) }),
            },
            edges: {
                "to": (from: "A", to: "B", attributes: { "w": Int(0) }),
                "beside": (between: ("A", "A")),
            },
        ),
        rules: {},
    )"#;

    /// Two nodes of A, one of B, and edges of the types named.
    fn graph(edges: &[&str]) -> (TypeGraph, HostGraph) {
        let files = MemoryFiles([("r.ron".to_owned(), RULES.to_owned())].into());
        let types = check::load_rules(&files, "r.ron").value.unwrap().types;
        let mut graph = HostGraph::new(Arc::new(Schema::new(&types)));
        let b = graph.create_node(NodeTypeId(1), 0, &[7, 1]);
        let a = [2.5, -1e300_f64].map(|x| graph.create_node(NodeTypeId(0), 0, &[x.to_bits(), 1]));
        for &edge in edges {
            match edge {
                "to" => graph.create_edge(EdgeTypeId(0), a[1], b, 0, &[3]),
                _ => graph.create_edge(EdgeTypeId(1), a[0], a[1], 0, &[]),
            };
        }
        (types, graph)
    }

    fn xml(edges: &[&str]) -> String {
        let (types, graph) = graph(edges);
        let mut out = Vec::new();
        graph_ml(&mut out, &types, &graph).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn graph_ml_has_typed_keys_and_a_direction() {
        expect![[r#"
            <?xml version="1.0" encoding="UTF-8"?>
            <graphml xmlns="http://graphml.graphdrawing.org/xmlns">
              <key id="d0" for="edge" attr.name="type" attr.type="string"/>
              <key id="d1" for="edge" attr.name="undirected" attr.type="boolean"/>
              <key id="d2" for="edge" attr.name="w" attr.type="long"/>
              <key id="d3" for="node" attr.name="ok" attr.type="boolean"/>
              <key id="d4" for="node" attr.name="state" attr.type="string"/>
              <key id="d5" for="node" attr.name="type" attr.type="string"/>
              <key id="d6" for="node" attr.name="x" attr.type="double"/>
              <key id="d7" for="node" attr.name="x" attr.type="long"/>
              <graph id="G" edgedefault="directed">
                <node id="n0">
                  <data key="d5">B</data>
                  <data key="d7">7</data>
                  <data key="d3">true</data>
                </node>
                <node id="n1">
                  <data key="d5">A</data>
                  <data key="d6">2.5</data>
                  <data key="d4">busy</data>
                </node>
                <node id="n2">
                  <data key="d5">A</data>
                  <data key="d6">-1e300</data>
                  <data key="d4">busy</data>
                </node>
                <edge id="e3" source="n1" target="n2">
                  <data key="d0">beside</data>
                  <data key="d1">true</data>
                </edge>
                <edge id="e4" source="n2" target="n0">
                  <data key="d0">to</data>
                  <data key="d1">false</data>
                  <data key="d2">3</data>
                </edge>
              </graph>
            </graphml>
        "#]]
        .assert_eq(&xml(&["beside", "to"]));
        assert!(xml(&["beside"]).contains(r#"edgedefault="undirected""#));
        assert!(xml(&["to"]).contains(r#"edgedefault="directed""#));
        assert!(!xml(&["to"]).contains("undirected"));
    }

    #[test]
    fn graph_ml_is_read_back_as_a_start_graph() {
        let model =
            r#"Model(rules: "r.ron", start: [GraphMl("g.graphml")], timers: {}, horizon: 1.0)"#;
        let files = [
            ("r.ron", RULES),
            ("m.ron", model),
            ("g.graphml", &xml(&["beside", "to", "to"])),
        ];
        let files = MemoryFiles(
            files
                .map(|(path, text)| (path.to_owned(), text.to_owned()))
                .into(),
        );
        let loaded = check::load_model(&files, "m.ron", &check::Overrides::default());
        assert!(loaded.value.is_some(), "{:?}", loaded.diagnostics);
    }

    #[test]
    fn dot_is_drawn_by_number() {
        let (types, graph) = graph(&["beside", "to"]);
        expect![[r#"
            digraph {
                0 [ shape = box, label = "B 0\nx = 7\nok = true"]
                1 [ shape = box, label = "A 1\nx = 2.5\nstate = busy"]
                2 [ shape = box, label = "A 2\nx = -1e300\nstate = busy"]
                1 -> 2 [ label = "beside", dir = none]
                2 -> 0 [ label = "to\nw = 3"]
            }
        "#]]
        .assert_eq(&dot(&types, &graph));
    }

    #[test]
    fn requests_are_parsed() {
        let request: Request = "1.5:a:b.graphml".parse().unwrap();
        assert_eq!(
            (request.time, request.path),
            (1.5, PathBuf::from("a:b.graphml"))
        );
        for text in ["a.dot", "-1:a.dot", "nan:a.dot", "1:a.png", "1:"] {
            assert!(text.parse::<Request>().is_err(), "{text}");
        }
    }
}
