//! Probes that need no query: counts that the graph keeps anyway, of nodes of some types or edges of some types, and sums of an attribute of all
//! these nodes.

use kairos_model::{
    expr::Formula,
    pattern::{Pattern, Scope},
    types::{EdgeTypeId, NodeTypeId},
};

use crate::{eval::OfBits, graph::HostGraph, program::Program};

/// What a probe counts, and sums up.
#[derive(Clone, Debug)]
pub(crate) struct Tally {
    pub(crate) counted: Counted,
    /// What each node adds to the sum: a column of its attributes, and what its bits come to.
    pub(crate) summand: Option<(usize, OfBits)>,
}

/// What is counted.
#[derive(Clone, Debug)]
pub(crate) enum Counted {
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
            (&[node], []) => Some(Counted::Nodes(scope.node_types(node).to_vec()).into()),
            ([_, _, _], &[edge]) if edge.from != edge.to => {
                let types = scope.edge_types(edge.edge).to_vec();
                let (from, to) = (scope.node_types(edge.from), scope.node_types(edge.to));
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
                counted.then(|| Counted::Edges { types, times }.into())
            }
            _ => None,
        }
    }

    /// With a sum, if the value is one of an attribute, by that alone, of each node.
    pub(crate) fn sum(self, program: &Program, value: &Formula) -> Option<Tally> {
        let value = program.code(value).quick()?.of_attribute();
        let summand = value.filter(|_| matches!(self.counted, Counted::Nodes(_)))?;
        Some(Tally {
            summand: Some(summand),
            ..self
        })
    }

    /// Whether nothing is summed up.
    #[inline]
    pub(crate) fn is_count(&self) -> bool {
        self.summand.is_none()
    }

    /// What is summed up.
    pub(crate) fn summands(&self, graph: &HostGraph) -> impl Iterator<Item = f64> {
        let nodes = match &self.counted {
            Counted::Nodes(types) => types.as_slice(),
            Counted::Edges { .. } => &[],
        };
        let nodes = nodes.iter().flat_map(|&ty| graph.nodes_of(ty));
        let summand = self.summand.into_iter();
        summand.flat_map(move |(column, value)| {
            let nodes = nodes.clone();
            nodes.map(move |&node| value.value(graph.node_word(node, column)))
        })
    }

    /// The count.
    #[inline]
    pub(crate) fn count(&self, graph: &HostGraph) -> u64 {
        match &self.counted {
            Counted::Nodes(types) => types
                .iter()
                .map(|&ty| graph.nodes_of(ty).len() as u64)
                .sum(),
            Counted::Edges { types, times } => {
                let links = types.iter().map(|&ty| graph.link_count(ty) as u64);
                links.sum::<u64>() * times
            }
        }
    }
}

impl From<Counted> for Tally {
    fn from(counted: Counted) -> Tally {
        Tally {
            counted,
            summand: None,
        }
    }
}
