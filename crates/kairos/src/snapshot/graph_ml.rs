//! GraphML: keys with `for` and `attr.type`, the type of an element as the data key `type`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use kairos_model::types::{Attribute, NodeTypeId, Type, TypeGraph};
use kairos_rewrite::{binding::Slot, graph::HostGraph};
use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};

use super::{attributes, edges, nodes};

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

pub(super) fn write(out: &mut impl Write, types: &TypeGraph, graph: &HostGraph) -> io::Result<()> {
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
