//! Places the nodes and edges of a pattern in every way, along its edges.

use std::{cell::Cell, ops::ControlFlow};

use kairos_model::{
    expr::Var,
    pattern::{Pattern, PatternEdge, Scope},
};

use crate::{
    binding::{Binding, Slot},
    graph::HostGraph,
};

/// What is placed next.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A node that no edge leads to from what is placed.
    Node(Var),
    /// An edge at a node that is placed, and the node at its other end.
    Edge(PatternEdge, End),
}

/// The end of an edge that is placed before the edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    From,
    To,
}

impl Step {
    /// What has no place where this step fails.
    pub(super) fn var(self) -> Var {
        match self {
            Step::Node(var) => var,
            Step::Edge(edge, _) => edge.edge,
        }
    }

    /// Where the edge of this step starts from.
    pub(super) fn near(self) -> Option<Var> {
        match self {
            Step::Node(_) => None,
            Step::Edge(edge, End::From) => Some(edge.from),
            Step::Edge(edge, End::To) => Some(edge.to),
        }
    }
}

/// A pattern with its plan.
pub(super) struct Search<'s> {
    scope: &'s Scope,
    graph: &'s HostGraph,
    pattern: &'s Pattern,
    /// Edges around it that its own must differ from.
    taken: &'s [Var],
    bound: &'s Binding,
    steps: Vec<Step>,
    /// Attempts so far, and how many are allowed.
    effort: (&'s Cell<u64>, u64),
}

/// Is told of a step that has no candidate, and how many were made before it.
type Stuck<'a> = &'a mut dyn FnMut(usize, Step);

/// Is told of a whole embedding.
type Visit<'a> = &'a mut dyn FnMut() -> ControlFlow<()>;

impl<'s> Search<'s> {
    pub(super) fn new(
        scope: &'s Scope,
        graph: &'s HostGraph,
        pattern: &'s Pattern,
        taken: &'s [Var],
        bound: &'s Binding,
        effort: (&'s Cell<u64>, u64),
    ) -> Self {
        Search {
            scope,
            graph,
            pattern,
            taken,
            bound,
            steps: plan(scope, pattern),
            effort,
        }
    }

    /// Calls `visit` for every way to place all elements, until it breaks or the effort is spent. What was bound is unbound again.
    pub(super) fn each(&self, visit: Visit<'_>, stuck: Stuck<'_>) -> ControlFlow<()> {
        self.unbind();
        let done = self.place(0, visit, stuck);
        self.unbind();
        done
    }

    fn unbind(&self) {
        let own = self.pattern.elements.iter();
        own.for_each(|&var| self.bound.set(var, Slot::NONE));
    }

    fn place(&self, depth: usize, visit: Visit<'_>, stuck: Stuck<'_>) -> ControlFlow<()> {
        let Some(&step) = self.steps.get(depth) else {
            return visit();
        };
        let placed = match step {
            Step::Node(var) => self.place_node(depth, var, visit, stuck)?,
            Step::Edge(edge, end) => self.place_edge(depth, &edge, end, visit, stuck)?,
        };
        if !placed {
            stuck(depth, step);
        }
        ControlFlow::Continue(())
    }

    /// Whether there was a candidate.
    fn place_node(
        &self,
        depth: usize,
        var: Var,
        visit: Visit<'_>,
        stuck: Stuck<'_>,
    ) -> ControlFlow<(), bool> {
        let mut placed = false;
        let types = self.scope.node_types(var).iter();
        let mut nodes: Vec<Slot> = types
            .flat_map(|&ty| self.graph.nodes_of(ty))
            .copied()
            .collect();
        nodes.sort_unstable_by_key(|&node| self.graph.node_number(node));
        for node in nodes {
            self.count()?;
            if self.is_free(node) {
                placed = true;
                self.bound.set(var, node);
                self.place(depth + 1, &mut *visit, &mut *stuck)?;
                self.bound.set(var, Slot::NONE);
            }
        }
        ControlFlow::Continue(placed)
    }

    fn place_edge(
        &self,
        depth: usize,
        edge: &PatternEdge,
        end: End,
        visit: Visit<'_>,
        stuck: Stuck<'_>,
    ) -> ControlFlow<(), bool> {
        let (near, far) = match end {
            End::From => (edge.from, edge.to),
            End::To => (edge.to, edge.from),
        };
        let is_open = self.bound.get(far) == Slot::NONE;
        let mut placed = false;
        for (candidate, other) in self.candidates(edge, end, self.bound.get(near)) {
            self.count()?;
            let fits = if is_open {
                let types = self.scope.node_types(far);
                types.contains(&self.graph.node_type(other)) && self.is_free(other)
            } else {
                self.bound.get(far) == other
            };
            if fits && self.is_unused(candidate) {
                placed = true;
                self.bound.set(edge.edge, candidate);
                self.bound.set(far, other);
                self.place(depth + 1, &mut *visit, &mut *stuck)?;
                self.bound.set(edge.edge, Slot::NONE);
                if is_open {
                    self.bound.set(far, Slot::NONE);
                }
            }
        }
        ControlFlow::Continue(placed)
    }

    /// Edges of the right types and direction at a node, with the nodes at their other ends.
    fn candidates(&self, edge: &PatternEdge, end: End, near: Slot) -> Vec<(Slot, Slot)> {
        let types = self.scope.edge_types(edge.edge);
        let other = |candidate: Slot| {
            let (from, to) = self.graph.ends(candidate);
            match end {
                _ if edge.undirected => Some(if from == near { to } else { from }),
                End::From => (from == near).then_some(to),
                End::To => (to == near).then_some(from),
            }
        };
        let at_node = self.graph.halves_of(near).map(|half| half.edge());
        let of_type = at_node.filter(|&e| types.contains(&self.graph.edge_type(e)));
        let mut candidates: Vec<(Slot, Slot)> =
            of_type.filter_map(|e| Some((e, other(e)?))).collect();
        // A directed loop is seen from both its ends.
        candidates.sort_unstable_by_key(|&(edge, _)| self.graph.edge_number(edge));
        candidates.dedup();
        candidates
    }

    /// Whether none of the pattern's own nodes stands for this one.
    fn is_free(&self, node: Slot) -> bool {
        let mut own = self.pattern.elements.iter();
        own.all(|&v| !self.scope.is_node(v) || self.bound.get(v) != node)
    }

    /// Whether no edge of the pattern, or of what is around it, stands for this one.
    fn is_unused(&self, edge: Slot) -> bool {
        let own = self.pattern.elements.iter();
        let own = own.filter(|&&v| !self.scope.is_node(v));
        own.chain(self.taken).all(|&v| self.bound.get(v) != edge)
    }

    fn count(&self) -> ControlFlow<()> {
        let (effort, limit) = self.effort;
        effort.set(effort.get() + 1);
        if effort.get() > limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// The order in which elements are placed: that of the text, edges as soon as one of their ends is there, first those with both.
fn plan(scope: &Scope, pattern: &Pattern) -> Vec<Step> {
    let own = |v: Var| pattern.elements.contains(&v);
    let mut open: Vec<PatternEdge> = pattern.edges.clone();
    let mut nodes: Vec<Var> = pattern.elements.clone();
    nodes.retain(|&v| scope.is_node(v));
    let mut steps = Vec::new();
    loop {
        let there = |v: Var| !own(v) || !nodes.contains(&v);
        let ready = |e: &PatternEdge| u8::from(there(e.from)) + u8::from(there(e.to));
        let closed = open.iter().position(|e| ready(e) == 2);
        let next = closed.or_else(|| open.iter().position(|e| ready(e) == 1));
        if let Some(position) = next {
            let end = if there(open[position].from) {
                End::From
            } else {
                End::To
            };
            let edge = open.remove(position);
            nodes.retain(|&v| v != edge.from && v != edge.to);
            steps.push(Step::Edge(edge, end));
        } else if nodes.is_empty() {
            return steps;
        } else {
            steps.push(Step::Node(nodes.remove(0)));
        }
    }
}
