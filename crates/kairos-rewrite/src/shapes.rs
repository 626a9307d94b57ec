//! Patterns that are no more than one edge, of which less need be kept than of others.

use kairos_model::{
    expr::Var,
    pattern::{Pattern, PatternEdge},
};

use crate::schema::Way;

/// The edge, where these are all the elements and edges of a pattern: one edge with its ends.
pub(crate) fn lone_edge(elements: &[Var], edges: &[PatternEdge]) -> Option<PatternEdge> {
    let &[edge] = edges else {
        return None;
    };
    let all = [edge.edge, edge.from, edge.to];
    let is_lone = all.iter().all(|var| elements.contains(var))
        && elements.iter().all(|var| all.contains(var));
    is_lone.then_some(edge)
}

/// An edge at a node, of which the number of the node's edges tells whether there is any, and how many.
pub(crate) struct CountedEdge {
    /// The node, outside of the pattern.
    pub(crate) anchor: Var,
    /// How it leaves the node.
    pub(crate) way: Way,
    pub(crate) edge: Var,
    /// The node at its other end.
    pub(crate) other: Var,
}

impl CountedEdge {
    /// What a pattern is, where it is no more than this.
    pub(crate) fn of(pattern: &Pattern) -> Option<Self> {
        let own = |var: Var| pattern.elements.contains(&var);
        let ([_, _], &[edge], []) = (
            pattern.elements.as_slice(),
            pattern.edges.as_slice(),
            pattern.conditions.as_slice(),
        ) else {
            return None;
        };
        let (anchor, other, way) = match (own(edge.from), own(edge.to)) {
            (false, true) => (edge.from, edge.to, Way::Out),
            (true, false) => (edge.to, edge.from, Way::In),
            _ => return None,
        };
        let way = if edge.undirected {
            Way::Undirected
        } else {
            way
        };
        let edge = edge.edge;
        own(edge).then_some(CountedEdge {
            anchor,
            way,
            edge,
            other,
        })
    }
}
