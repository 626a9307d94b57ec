//! DOT, by petgraph.

use std::collections::BTreeMap;

use kairos_model::types::{Type, TypeGraph};
use kairos_rewrite::{binding::Slot, graph::HostGraph};
use petgraph::{
    dot::{Config, Dot},
    graph::{DiGraph, NodeIndex},
};

use super::{attributes, edges, nodes};

/// A picture: the weights are the attribute lists of Graphviz.
pub(super) fn picture(types: &TypeGraph, graph: &HostGraph) -> String {
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
