//! What can be said of an effect before it is applied: which of its variables are nodes, and in which column an attribute stands.

use kairos_model::{
    pattern::{Scope, Sort},
    rule::{Assignment, Effect, Rule},
    types::{EdgeTypeId, NodeTypeId, TypeGraph},
};

use super::alone::is_alone;
use crate::{binding::Slot, graph::HostGraph, program::is_node};

/// The effects of a rule.
#[derive(Debug)]
pub(crate) struct RuleEffects {
    pub(crate) main: CompiledEffect,
    pub(crate) blocks: Vec<CompiledEffect>,
    /// Whether all there is is one assignment.
    pub(crate) alone: bool,
}

impl RuleEffects {
    pub(crate) fn new(types: &TypeGraph, rule: &Rule) -> Self {
        let compile = |effect| CompiledEffect::new(types, &rule.scope, effect);
        RuleEffects {
            main: compile(&rule.effect),
            alone: is_alone(rule),
            blocks: rule.for_each.iter().map(|b| compile(&b.effect)).collect(),
        }
    }
}

/// What goes with each line of an [`Effect`].
#[derive(Debug)]
pub(crate) struct CompiledEffect {
    /// For each deletion whether it is a node.
    pub(crate) delete: Box<[bool]>,
    /// For each assignment where its attribute stands.
    pub(crate) set: Box<[Target]>,
}

impl CompiledEffect {
    fn new(types: &TypeGraph, scope: &Scope, effect: &Effect) -> Self {
        CompiledEffect {
            delete: effect.delete.iter().map(|&v| is_node(scope, v)).collect(),
            set: effect
                .set
                .iter()
                .map(|a| Target::new(types, scope, a))
                .collect(),
        }
    }
}

/// An attribute that is assigned to.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) is_node: bool,
    column: Column,
}

/// Where the attribute stands among those of its element.
#[derive(Debug)]
enum Column {
    /// In the same place for all types.
    Same(usize),
    /// By type.
    ByType(Vec<(u16, usize)>),
}

impl Target {
    fn new(types: &TypeGraph, scope: &Scope, assignment: &Assignment) -> Self {
        let attribute = assignment.attribute;
        let of_node = |&ty: &NodeTypeId| Some((ty.0, types.node_column(ty, attribute)?));
        let of_edge = |&ty: &EdgeTypeId| Some((ty.0, types.edge_column(ty, attribute)?));
        let columns: Vec<(u16, usize)> = match &scope.element(assignment.target).sort {
            Sort::Node(alternatives) => alternatives.iter().filter_map(of_node).collect(),
            Sort::Edge(alternatives) => alternatives.iter().filter_map(of_edge).collect(),
        };
        let column = match columns.as_slice() {
            [first, rest @ ..] if rest.iter().all(|c| c.1 == first.1) => Column::Same(first.1),
            _ => Column::ByType(columns),
        };
        Target {
            is_node: is_node(scope, assignment.target),
            column,
        }
    }

    /// The bits of the attribute, given its column.
    #[inline]
    pub(crate) fn word(&self, graph: &HostGraph, element: Slot, column: usize) -> u64 {
        if self.is_node {
            graph.node_word(element, column)
        } else {
            graph.edge_word(element, column)
        }
    }

    /// The column of the attribute in an element.
    #[inline]
    pub(crate) fn column(&self, graph: &HostGraph, element: Slot) -> usize {
        match &self.column {
            Column::Same(column) => *column,
            Column::ByType(columns) => {
                let ty = if self.is_node {
                    graph.node_type(element).0
                } else {
                    graph.edge_type(element).0
                };
                let column = columns.iter().find(|c| c.0 == ty);
                column
                    .expect("check knows the attribute in every type of the variable")
                    .1
            }
        }
    }
}
