//! Carries out search plans, and counts the extensions of sub-patterns.

use std::cell::Cell;

use kairos_model::{
    expr::{FormulaId, Var},
    types::NodeTypeId,
};

use super::{
    heads::AllHeads,
    network::Network,
    plan::{Connect, EdgeTest, Ends, Expand, Item, NodeTest, Plan, Turn, TypeSet},
    query::QueryId,
    store::Store,
    strategy::Strategy,
};
use crate::{
    binding::{Binding, Slot},
    error::Fault,
    eval::{Counts, Env, Evaluated},
    graph::{HostGraph, first_to},
    matcher::Effort,
    program::{Program, SubId},
    schema::Way,
};

/// What a search reads: graph, stored matches, compiled program.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) program: &'a Program,
    pub(crate) network: &'a Network,
    pub(crate) graph: &'a HostGraph,
    pub(crate) stores: &'a [Store],
    pub(crate) heads: &'a AllHeads,
    pub(crate) effort: &'a Cell<Effort>,
    pub(crate) now: f64,
}

/// A condition that has no value.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) condition: FormulaId,
    pub(crate) fault: Box<Fault>,
}

/// Is told of each embedding; says whether to go on.
pub(crate) type Emit<'a> = &'a mut dyn FnMut() -> bool;

impl<'a> View<'a> {
    /// What conditions read under a binding.
    pub(crate) fn env(&'a self, bound: &'a Binding) -> Env<'a> {
        Env {
            graph: self.graph,
            bound,
            now: self.now,
            index: 0,
            counts: self,
            drawing: None,
            metrics: &[],
        }
    }

    /// Whether a condition holds.
    #[inline]
    pub(crate) fn holds(&self, condition: FormulaId, bound: &Binding) -> Result<bool, Failure> {
        let code = self.program.code_of(condition);
        match code.quick() {
            Some(quick) => Ok(quick.holds(self.graph, bound, |n| self.note_search(n))),
            None => {
                let holds = code.holds(&self.env(bound));
                holds.map_err(|fault| Failure { condition, fault })
            }
        }
    }

    /// Counts candidates that were tested.
    pub(crate) fn note_search(&self, candidates: u64) {
        let mut effort = self.effort.get();
        effort.search_steps += candidates;
        self.effort.set(effort);
    }

    /// Finds the embeddings around a seed element.
    pub(crate) fn around(
        &self,
        plan: &Plan,
        conditions: &[FormulaId],
        element: Slot,
        bound: &Binding,
        emit: Emit<'_>,
    ) -> Result<(), Failure> {
        let Some(seed) = &plan.seed else {
            return self.run(plan, conditions, bound, emit);
        };
        let fits = if seed.is_node {
            seed.types.has_node(self.graph.node_type(element))
        } else {
            seed.types.has_edge(self.graph.edge_type(element))
        };
        if fits {
            bound.set(seed.var, element);
            self.run(plan, conditions, bound, emit)?;
        }
        Ok(())
    }

    /// Finds the embeddings that extend what is bound.
    pub(crate) fn run(
        &self,
        plan: &Plan,
        conditions: &[FormulaId],
        bound: &Binding,
        emit: Emit<'_>,
    ) -> Result<(), Failure> {
        let mut search = Search {
            view: self,
            conditions,
            bound,
            emit,
            steps: 0,
            failure: None,
        };
        search.step(&plan.items);
        self.note_search(search.steps);
        search.failure.map_or(Ok(()), Err)
    }

    /// Evaluates a sub-pattern by search; counts up to `limit`.
    fn count_by_search(
        &self,
        sub: SubId,
        plan: &Plan,
        env: &Env<'_>,
        limit: u64,
    ) -> Evaluated<u64> {
        let conditions = &self.network.sub_conditions[sub.index()];
        let mut count = 0;
        let mut emit = || {
            count += 1;
            count < limit
        };
        self.run(plan, conditions, env.bound, &mut emit)
            .map_err(|failure| failure.fault)?;
        Ok(count)
    }

    fn counted(&self, sub: SubId, env: &Env<'_>, limit: u64) -> Evaluated<u64> {
        match self.network.strategies.of(sub) {
            Strategy::Degree {
                anchor,
                way,
                ports,
                others,
                taken,
            } => {
                let node = env.bound.get(*anchor);
                let ports = &ports[self.graph.node_type(node).index()];
                let all: usize = ports.iter().map(|&p| self.graph.degree(node, p)).sum();
                let mine = taken
                    .iter()
                    .filter(|&&t| self.is_counted(env.bound.get(t), node, sub, *way, others));
                Ok((all - mine.count()) as u64)
            }
            Strategy::Nodes { types } => Ok(types
                .iter()
                .map(|&ty| self.graph.nodes_of(ty).len() as u64)
                .sum()),
            Strategy::Stored {
                anchor,
                query,
                taken,
            } => {
                let query = query.expect("every stored sub-pattern has its query");
                let store = &self.stores[query.index()];
                let node = anchor.map(|a| env.bound.get(a));
                let mine = if taken.is_empty() {
                    0
                } else {
                    self.using(query, node, taken, env.bound)
                };
                Ok(store.count(node) - mine)
            }
            Strategy::Search { plan } => self.count_by_search(sub, plan, env, limit),
        }
    }

    /// Whether a matched edge is among those that a degree counts.
    fn is_counted(
        &self,
        edge: Slot,
        node: Slot,
        sub: SubId,
        way: Way,
        others: &[NodeTypeId],
    ) -> bool {
        let (from, to) = self.graph.ends(edge);
        let other = match way {
            Way::Out if from == node => to,
            Way::In if to == node => from,
            Way::Undirected if from == node => to,
            Way::Undirected if to == node => from,
            _ => return false,
        };
        let (owner, id) = self.program.sub_owner(sub);
        let scope = self.program.scope(owner);
        let counted = scope.sub_patterns[id.index()].pattern.edges[0].edge;
        scope
            .edge_types(counted)
            .contains(&self.graph.edge_type(edge))
            && others.contains(&self.graph.node_type(other))
    }

    /// How many of the stored extensions at a node use matched edges.
    fn using(&self, query: QueryId, node: Option<Slot>, taken: &[Var], bound: &Binding) -> u64 {
        let compiled = &self.network.queries[query.index()];
        let store = &self.stores[query.index()];
        let mut count = 0;
        for (position, &edge) in taken.iter().enumerate() {
            let earlier = || taken[..position].iter().map(|&t| bound.get(t));
            let edge = bound.get(edge);
            if earlier().any(|e| e == edge) {
                continue;
            }
            for (hook, &column) in compiled.hooks.iter().enumerate() {
                if compiled.nodes[column] {
                    continue;
                }
                let head = store.first(hook, self.graph, self.heads, edge);
                for row in store.rows_from(hook, head) {
                    let slots = store.row(row, self.graph);
                    let here = compiled.anchor.is_none_or(|a| Some(slots[a]) == node);
                    let uses = |e: Slot| {
                        slots
                            .iter()
                            .zip(&compiled.nodes)
                            .any(|(&s, &is_node)| !is_node && s == e)
                    };
                    count += u64::from(here && !earlier().any(uses));
                }
            }
        }
        count
    }
}

impl View<'_> {
    /// The value of `EXISTS` or `COUNT` as a word.
    pub(crate) fn observed(&self, sub: SubId, exists: bool, env: &Env<'_>) -> Evaluated<u64> {
        if exists {
            Ok(u64::from(self.exists(sub, env)?))
        } else {
            self.count(sub, env)
        }
    }
}

impl Counts for View<'_> {
    fn exists(&self, sub: SubId, env: &Env<'_>) -> Evaluated<bool> {
        Ok(self.counted(sub, env, 1)? > 0)
    }

    fn count(&self, sub: SubId, env: &Env<'_>) -> Evaluated<u64> {
        self.counted(sub, env, u64::MAX)
    }

    fn tested(&self, candidates: u64) {
        self.note_search(candidates);
    }
}

/// A list that is followed without asking whether another one is shorter.
const SHORT: usize = 2;

/// One search under way: a depth-first walk through the items of a plan.
struct Search<'a, 'e> {
    view: &'a View<'a>,
    conditions: &'a [FormulaId],
    bound: &'a Binding,
    emit: Emit<'e>,
    steps: u64,
    /// Why the search ended, where a condition had no value.
    failure: Option<Failure>,
}

impl<'a> Search<'a, '_> {
    /// Carries out the rest of a plan; says whether to go on.
    fn step(&mut self, mut items: &[Item]) -> bool {
        while let Some((item, rest)) = items.split_first() {
            let (expand, rest) = match item {
                Item::Check(position) => {
                    match self.view.holds(self.conditions[*position], self.bound) {
                        Ok(true) => {}
                        Ok(false) => return true,
                        Err(failure) => {
                            self.failure = Some(failure);
                            return false;
                        }
                    }
                    items = rest;
                    continue;
                }
                Item::Ends(ends) => {
                    let (mut a, mut b) = self.view.graph.ends(self.bound.get(ends.edge));
                    if ends.undirected && a != b {
                        if self.bind_ends(ends, a, b) && !self.step(rest) {
                            return false;
                        }
                        (a, b) = (b, a);
                    }
                    if !self.bind_ends(ends, a, b) {
                        return true;
                    }
                    items = rest;
                    continue;
                }
                Item::Expand(expand) => (expand, rest),
                Item::Shortest(turns) => {
                    let turn = self.shortest(turns);
                    (&turn.expand, &*turn.rest)
                }
                Item::Connect(connect) => return self.connect(connect, rest),
                Item::Scan { node, types } => return self.scan(node, types, rest),
                Item::ScanEdges { edge, types } => return self.scan_edges(*edge, types, rest),
            };
            return self.expand(expand, rest);
        }
        (self.emit)()
    }

    #[inline]
    fn bind_ends(&mut self, ends: &Ends, a: Slot, b: Slot) -> bool {
        self.steps += 1;
        self.bind_node(&ends.from, a) && self.bind_node(&ends.to, b)
    }

    fn expand(&mut self, expand: &Expand, rest: &[Item]) -> bool {
        let graph = self.view.graph;
        let near = self.bound.get(expand.from);
        for &port in expand.ports.of(graph, near) {
            for half in graph.port(near, port) {
                self.steps += 1;
                let fits = self.bind_edge(&expand.edge, half.edge())
                    && self.bind_node(&expand.to, half.node());
                if fits && !self.step(rest) {
                    return false;
                }
            }
        }
        true
    }

    fn shortest<'t>(&self, turns: &'t [Turn]) -> &'t Turn {
        let graph = self.view.graph;
        let (mut best, mut least) = (0, usize::MAX);
        for (position, Turn { expand, .. }) in turns.iter().enumerate() {
            let near = self.bound.get(expand.from);
            let ports = expand.ports.of(graph, near).iter();
            let length = ports.map(|&port| graph.degree(near, port)).sum();
            if length < least {
                (best, least) = (position, length);
            }
            // Looking on would cost as much as it could save.
            if least <= SHORT {
                break;
            }
        }
        &turns[best]
    }

    fn connect(&mut self, connect: &Connect, rest: &[Item]) -> bool {
        let (a, b) = (self.bound.get(connect.from), self.bound.get(connect.to));
        for &ty in &connect.types {
            let (mut halves, other) = self.view.graph.between(ty, a, b);
            while let Some(next) = first_to(halves, other) {
                self.steps += next as u64 + 1;
                let found = halves[next].edge();
                halves = &halves[next + 1..];
                if self.bind_edge(&connect.edge, found) && !self.step(rest) {
                    return false;
                }
            }
            self.steps += halves.len() as u64;
        }
        true
    }

    fn scan(&mut self, node: &NodeTest, types: &[NodeTypeId], rest: &[Item]) -> bool {
        for &ty in types {
            for &candidate in self.view.graph.nodes_of(ty) {
                self.steps += 1;
                if self.bind_node(node, candidate) && !self.step(rest) {
                    return false;
                }
            }
        }
        true
    }

    fn scan_edges(&mut self, edge: Var, types: &TypeSet, rest: &[Item]) -> bool {
        let graph = self.view.graph;
        for candidate in graph.edges() {
            if types.has_edge(graph.edge_type(candidate)) {
                self.bound.set(edge, candidate);
                if !self.step(rest) {
                    return false;
                }
            }
        }
        true
    }

    /// Binds a node variable, if the node fits.
    #[inline]
    fn bind_node(&self, test: &NodeTest, node: Slot) -> bool {
        let bound = self.bound;
        if test.bound {
            return bound.get(test.var) == node;
        }
        let fits = test.has_type(self.view.graph, node)
            && test.distinct.iter().all(|&v| bound.get(v) != node);
        if fits {
            bound.set(test.var, node);
        }
        fits
    }

    /// Binds an edge variable, if the edge fits.
    #[inline]
    fn bind_edge(&self, test: &EdgeTest, edge: Slot) -> bool {
        let fits = test.distinct.iter().all(|&v| self.bound.get(v) != edge);
        if fits {
            self.bound.set(test.var, edge);
        }
        fits
    }
}
