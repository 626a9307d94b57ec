//! Counts of a probe that the graph keeps anyway: nodes of some types, or edges of some types.

use kairos_model::{
    pattern::{Pattern, Scope},
    types::{EdgeTypeId, NodeTypeId},
};

use crate::{
    graph::HostGraph,
    program::{Program, edge_types, node_types},
};

/// What is counted.
#[derive(Clone, Debug)]
pub(crate) enum Tally {
    /// All nodes of these types.
    Nodes(Vec<NodeTypeId>),
    /// All edges of these types that are no loops, each so many times.
    Edges { types: Vec<EdgeTypeId>, times: u64 },
}

impl Tally {
    /// How the matches of a pattern are counted without looking at them, if they can be: one node, or one edge whose ends may be whatever
    /// its type allows, and no conditions.
    pub(crate) fn of(program: &Program, scope: &Scope, pattern: &Pattern) -> Option<Tally> {
        if !pattern.conditions.is_empty() {
            return None;
        }
        match (pattern.elements.as_slice(), pattern.edges.as_slice()) {
            (&[node], []) => Some(Tally::Nodes(node_types(scope, node).to_vec())),
            ([_, _, _], &[edge]) if edge.from != edge.to => {
                let types = edge_types(scope, edge.edge).to_vec();
                let (from, to) = (node_types(scope, edge.from), node_types(scope, edge.to));
                let all = |of: &[NodeTypeId], among: &[NodeTypeId]| {
                    of.iter().all(|ty| among.contains(ty))
                };
                let whole = |&ty: &EdgeTypeId| {
                    let declared = program.model.types.edge(ty);
                    all(&declared.from, from)
                        && all(&declared.to, to)
                        && (!edge.undirected
                            || (all(&declared.from, to) && all(&declared.to, from)))
                };
                // An undirected edge is matched both ways.
                let times = if edge.undirected { 2 } else { 1 };
                let counted = types.iter().all(whole);
                counted.then_some(Tally::Edges { types, times })
            }
            _ => None,
        }
    }

    /// The count.
    pub(crate) fn count(&self, graph: &HostGraph) -> u64 {
        match self {
            Tally::Nodes(types) => types
                .iter()
                .map(|&ty| graph.nodes_of(ty).len() as u64)
                .sum(),
            Tally::Edges { types, times } => {
                let links = types.iter().map(|&ty| graph.link_count(ty) as u64);
                links.sum::<u64>() * times
            }
        }
    }
}
