//! Finds all embeddings of a pattern by trying everything.

use std::ops::ControlFlow;

use kairos_model::{
    expr::{Formula, Var},
    pattern::{Pattern, PatternEdge},
};

use super::eval::Context;
use crate::{
    binding::Slot,
    error::Fault,
    eval::{Evaluated, can_fault},
};

/// The first fault in a condition, with the condition.
pub(super) type Stop = (Option<Formula>, Box<Fault>);

/// In how many ways a sub-pattern can be found around what is bound: own edges differ from each other and from `taken`, own nodes from each other.
pub(super) fn count(context: &Context<'_>, pattern: &Pattern, taken: &[Var]) -> Evaluated<usize> {
    let mut count = 0;
    each(context, pattern, taken, &mut || count += 1).map_err(|(_, fault)| fault)?;
    Ok(count)
}

/// Calls `visit` for every embedding of a pattern's own elements.
pub(super) fn each(
    context: &Context<'_>,
    pattern: &Pattern,
    taken: &[Var],
    visit: &mut dyn FnMut(),
) -> Result<(), Stop> {
    let scope = context.program.scope(context.owner);
    let (nodes, edges): (Vec<Var>, Vec<Var>) =
        pattern.elements.iter().partition(|v| scope.is_node(**v));
    let tables = &context.program.model.tables;
    let (faulty, safe): (Vec<&Formula>, Vec<&Formula>) = pattern
        .conditions
        .iter()
        .partition(|c| can_fault(scope, tables, &c.expr));
    let finder = Finder {
        context,
        pattern,
        taken,
        nodes: &nodes,
        edges: &edges,
        conditions: [safe, faulty].concat(),
    };
    for &var in &pattern.elements {
        context.bound.set(var, Slot::NONE);
    }
    match finder.place_node(0, visit) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(stop) => Err(stop),
    }
}

struct Finder<'a> {
    context: &'a Context<'a>,
    pattern: &'a Pattern,
    taken: &'a [Var],
    nodes: &'a [Var],
    edges: &'a [Var],
    conditions: Vec<&'a Formula>,
}

impl Finder<'_> {
    fn place_node(&self, position: usize, visit: &mut dyn FnMut()) -> ControlFlow<Stop> {
        let Some(&var) = self.nodes.get(position) else {
            return self.place_edge(0, visit);
        };
        let Context {
            graph,
            bound,
            program,
            owner,
            ..
        } = *self.context;
        for node in graph.nodes() {
            let fits = program
                .scope(owner)
                .node_types(var)
                .contains(&graph.node_type(node));
            if fits && self.nodes[..position].iter().all(|&v| bound.get(v) != node) {
                bound.set(var, node);
                if self.is_joined() {
                    self.place_node(position + 1, visit)?;
                }
            }
        }
        bound.set(var, Slot::NONE);
        ControlFlow::Continue(())
    }

    /// Whether every edge whose ends are both placed has some candidate: cuts hopeless attempts short.
    fn is_joined(&self) -> bool {
        self.pattern.edges.iter().all(|e| {
            let placed = |v: Var| self.context.bound.get(v) != Slot::NONE;
            !placed(e.from) || !placed(e.to) || !self.candidates(e).is_empty()
        })
    }

    /// The host edges that a pattern edge whose ends are placed could be.
    fn candidates(&self, e: &PatternEdge) -> Vec<Slot> {
        let Context {
            graph,
            bound,
            program,
            owner,
            ..
        } = *self.context;
        let (from, to) = (bound.get(e.from), bound.get(e.to));
        let fits = |edge: &Slot| {
            let ends = graph.ends(*edge);
            program
                .scope(owner)
                .edge_types(e.edge)
                .contains(&graph.edge_type(*edge))
                && (ends == (from, to) || (e.undirected && ends == (to, from)))
        };
        let mut edges: Vec<Slot> = graph
            .halves_of(from)
            .map(|half| half.edge())
            .filter(fits)
            .collect();
        edges.sort_unstable();
        edges.dedup();
        edges
    }

    fn place_edge(&self, position: usize, visit: &mut dyn FnMut()) -> ControlFlow<Stop> {
        let Some(&var) = self.edges.get(position) else {
            return self.finish(visit);
        };
        let bound = self.context.bound;
        let e = self
            .pattern
            .edges
            .iter()
            .find(|e| e.edge == var)
            .expect("every edge variable has its pattern edge");
        for edge in self.candidates(e) {
            let mut others = self.edges[..position].iter().chain(self.taken);
            if others.all(|&v| bound.get(v) != edge) {
                bound.set(var, edge);
                self.place_edge(position + 1, visit)?;
            }
        }
        bound.set(var, Slot::NONE);
        ControlFlow::Continue(())
    }

    fn finish(&self, visit: &mut dyn FnMut()) -> ControlFlow<Stop> {
        for &condition in &self.conditions {
            match self.context.holds(&condition.expr) {
                Ok(true) => {}
                Ok(false) => return ControlFlow::Continue(()),
                Err(fault) => return ControlFlow::Break((Some(condition.clone()), fault)),
            }
        }
        visit();
        ControlFlow::Continue(())
    }
}
