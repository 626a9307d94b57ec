//! Host graphs in plain words, for pictures: from a running graph, or from a GraphML file without its model.

use std::{collections::BTreeMap, path::Path};

use kairos_draw::graph::{Edge, HostGraph as Plain, Node};
use kairos_model::types::TypeGraph;
use kairos_rewrite::graph::HostGraph;
use roxmltree::{Document, ParsingOptions};

use super::{attributes, edges, nodes};
use crate::error::{Error, Result};

/// Elements of an XML file, so that a file cannot use up the memory.
const MAX_XML_NODES: u32 = 50_000_000;

/// A host graph in plain words.
#[must_use]
pub fn plain(types: &TypeGraph, graph: &HostGraph) -> Plain {
    let mut plain = Plain::default();
    let mut places = BTreeMap::new();
    for slot in nodes(graph) {
        let ty = types.node(graph.node_type(slot));
        let values = attributes(types, &ty.attributes, |c| graph.node_word(slot, c));
        places.insert(slot, plain.nodes.len());
        plain.nodes.push(Node {
            name: graph.node_number(slot).to_string(),
            ty: ty.name.clone(),
            values: values
                .map(|(name, _, value)| equation(name, &value))
                .collect(),
        });
    }
    for slot in edges(graph) {
        let ty = types.edge(graph.edge_type(slot));
        let (from, to) = graph.ends(slot);
        let values = attributes(types, &ty.attributes, |c| graph.edge_word(slot, c));
        plain.edges.push(Edge {
            from: places[&from],
            to: places[&to],
            ty: ty.name.clone(),
            directed: !ty.undirected,
            values: values
                .map(|(name, _, value)| equation(name, &value))
                .collect(),
        });
    }
    plain
}

fn equation(name: &str, value: &str) -> String {
    format!("{name} = {value}")
}

/// Reads a GraphML file, as `kairos run --snapshot` writes it or another program.
///
/// # Errors
/// Where the file cannot be read, is no GraphML, or has an edge to a node that is not there.
pub fn read(path: &Path) -> Result<Plain> {
    let text = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    from_xml(&text).map_err(|what| Error::Damaged {
        path: path.to_owned(),
        what,
    })
}

fn from_xml(text: &str) -> std::result::Result<Plain, String> {
    let options = ParsingOptions {
        nodes_limit: MAX_XML_NODES,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|e| e.to_string())?;
    let root = document.root_element();
    let graph = root.children().find(is("graph"));
    let graph = graph.filter(|_| is("graphml")(&root));
    let graph = graph.ok_or("it is no GraphML: there is no <graph> in <graphml>")?;
    let keys: Keys<'_> = root
        .children()
        .filter(is("key"))
        .filter_map(|n| {
            Some((
                n.attribute("id")?,
                n.attribute("attr.name").or(n.attribute("id"))?,
            ))
        })
        .collect();
    let all_directed = graph.attribute("edgedefault") != Some("undirected");
    let mut plain = Plain::default();
    let mut places = BTreeMap::new();
    for element in graph.children().filter(is("node")) {
        let id = element.attribute("id").ok_or("a node has no id")?;
        if places.insert(id, plain.nodes.len()).is_some() {
            return Err(format!("two nodes have the id `{id}`"));
        }
        let (ty, values, _) = data(&keys, element);
        plain.nodes.push(Node {
            name: id.strip_prefix('n').unwrap_or(id).to_owned(),
            ty: ty.unwrap_or_else(|| "node".to_owned()),
            values,
        });
    }
    for element in graph.children().filter(is("edge")) {
        let end = |name: &str| {
            let id = element.attribute(name);
            let id = id.ok_or_else(|| format!("an edge has no {name}"))?;
            let place = places.get(id).copied();
            place.ok_or_else(|| format!("the {name} of an edge, `{id}`, is not there"))
        };
        let (ty, values, undirected) = data(&keys, element);
        plain.edges.push(Edge {
            from: end("source")?,
            to: end("target")?,
            ty: ty.unwrap_or_else(|| "edge".to_owned()),
            directed: all_directed && !undirected,
            values,
        });
    }
    Ok(plain)
}

/// Names of data keys by their ids.
type Keys<'x> = BTreeMap<&'x str, &'x str>;

/// Type and values of an element, and whether it says that it has no direction.
fn data(keys: &Keys<'_>, element: roxmltree::Node<'_, '_>) -> (Option<String>, Vec<String>, bool) {
    let (mut ty, mut values, mut undirected) = (None, Vec::new(), false);
    for datum in element.children().filter(is("data")) {
        let id = datum.attribute("key").unwrap_or_default();
        let name = keys.get(id).copied().unwrap_or(id);
        let value = datum.text().unwrap_or_default().trim();
        match name {
            "type" => ty = Some(value.to_owned()),
            "undirected" => undirected = value == "true",
            _ => values.push(equation(name, value)),
        }
    }
    (ty, values, undirected)
}

/// Whether this is an element of a name, in any name space: some programs write GraphML without one.
fn is(name: &'static str) -> impl Fn(&roxmltree::Node<'_, '_>) -> bool {
    move |node| node.is_element() && node.tag_name().name() == name
}
