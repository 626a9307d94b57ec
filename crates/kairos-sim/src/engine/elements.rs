//! Elements of a match: their numbers and names.

use kairos_model::{
    expr::Var,
    pattern::{Scope, Sort},
};
use kairos_rewrite::{binding::Slot, graph::HostGraph};

use crate::draw::Name;

/// A variable of a rule that is bound to a node or to an edge.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Element {
    Node(Var),
    Edge(Var),
}

impl Element {
    pub(crate) fn new(scope: &Scope, var: Var) -> Self {
        match scope.element(var).sort {
            Sort::Node(_) => Element::Node(var),
            Sort::Edge(_) => Element::Edge(var),
        }
    }

    pub(crate) fn var(self) -> Var {
        match self {
            Element::Node(var) | Element::Edge(var) => var,
        }
    }

    pub(crate) fn number(self, graph: &HostGraph, slot: Slot) -> u64 {
        match self {
            Element::Node(_) => graph.node_number(slot),
            Element::Edge(_) => graph.edge_number(slot),
        }
    }

    pub(crate) fn name(self, graph: &HostGraph, slot: Slot) -> Name {
        Name(match self {
            Element::Node(_) => graph.node_name(slot),
            Element::Edge(_) => graph.edge_name(slot),
        })
    }

    /// Whether the element is still there.
    pub(crate) fn lives(self, graph: &HostGraph, slot: Slot) -> bool {
        match self {
            Element::Node(_) => graph.has_node(slot),
            Element::Edge(_) => graph.has_edge(slot),
        }
    }
}
