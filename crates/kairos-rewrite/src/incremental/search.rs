//! Carries out search plans, and counts the extensions of sub-patterns.

use std::cell::Cell;

use kairos_model::{
    expr::{FormulaId, Var},
    types::NodeTypeId,
};

use super::{
    network::Network,
    plan::{EdgeTest, Ends, Item, NodeTest, Plan},
    query::QueryId,
    store::{Heads, Store},
    strategy::Strategy,
};
use crate::{
    binding::{Binding, Slot},
    error::Fault,
    eval::{Counts, Env, Evaluated},
    graph::{Half, HostGraph},
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
    /// Rows of each edge.
    pub(crate) edge_heads: &'a Heads,
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
        };
        let result = search.step(&plan.items);
        self.note_search(search.steps);
        result.map(|_| ())
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
                let all: usize = ports.iter().map(|&p| self.graph.port(node, p).len()).sum();
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
        crate::program::edge_types(scope, counted).contains(&self.graph.edge_type(edge))
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
                let head = store.first(hook, self.graph, self.edge_heads, edge);
                for row in store.rows_from(hook, head) {
                    let slots = store.row(row);
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

/// One search under way: a depth-first walk through the items of a plan.
struct Search<'a, 'e> {
    view: &'a View<'a>,
    conditions: &'a [FormulaId],
    bound: &'a Binding,
    emit: Emit<'e>,
    steps: u64,
}

/// Whether to go on.
type Going = Result<bool, Failure>;

impl<'a> Search<'a, '_> {
    fn step(&mut self, items: &[Item]) -> Going {
        let Some((item, rest)) = items.split_first() else {
            return Ok((self.emit)());
        };
        match item {
            Item::Check(position) => {
                let condition = self.conditions[*position];
                if self.view.holds(condition, self.bound)? {
                    self.step(rest)
                } else {
                    Ok(true)
                }
            }
            Item::Ends(ends) => {
                let (a, b) = self.view.graph.ends(self.bound.get(ends.edge));
                Ok(self.ends(ends, a, b, rest)?
                    && (!ends.undirected || a == b || self.ends(ends, b, a, rest)?))
            }
            Item::Expand {
                from,
                ports,
                edge,
                to,
            } => {
                let near = self.bound.get(*from);
                for &port in &ports[self.view.graph.node_type(near).index()] {
                    for &half in self.view.graph.port(near, port) {
                        self.steps += 1;
                        if !self.far_end(half, edge, to, rest)? {
                            return Ok(false);
                        }
                    }
                }
                Ok(true)
            }
            Item::Connect {
                from,
                to,
                types,
                edge,
            } => {
                let (a, b) = (self.bound.get(*from), self.bound.get(*to));
                for &ty in types {
                    let (mut halves, other) = self.view.graph.between(ty, a, b);
                    while let Some(next) = halves.iter().position(|half| half.node() == other) {
                        self.steps += next as u64 + 1;
                        let found = halves[next].edge();
                        halves = &halves[next + 1..];
                        if self.edge_fits(edge, found) {
                            self.bound.set(edge.var, found);
                            if !self.step(rest)? {
                                return Ok(false);
                            }
                        }
                    }
                    self.steps += halves.len() as u64;
                }
                Ok(true)
            }
            Item::Scan { node, types } => {
                for &ty in types {
                    for &candidate in self.view.graph.nodes_of(ty) {
                        self.steps += 1;
                        if self.node_fits(node, candidate) {
                            self.bound.set(node.var, candidate);
                            if !self.step(rest)? {
                                return Ok(false);
                            }
                        }
                    }
                }
                Ok(true)
            }
        }
    }

    fn ends(&mut self, ends: &Ends, a: Slot, b: Slot, rest: &[Item]) -> Going {
        self.steps += 1;
        if !self.node_fits(&ends.from, a) {
            return Ok(true);
        }
        self.bound.set(ends.from.var, a);
        if !self.node_fits(&ends.to, b) {
            return Ok(true);
        }
        self.bound.set(ends.to.var, b);
        self.step(rest)
    }

    fn far_end(&mut self, half: Half, edge: &EdgeTest, to: &NodeTest, rest: &[Item]) -> Going {
        if !self.edge_fits(edge, half.edge()) || !self.node_fits(to, half.node()) {
            return Ok(true);
        }
        self.bound.set(edge.var, half.edge());
        self.bound.set(to.var, half.node());
        self.step(rest)
    }

    fn node_fits(&self, test: &NodeTest, node: Slot) -> bool {
        let bound = self.bound;
        if test.bound {
            return bound.get(test.var) == node;
        }
        test.types.has_node(self.view.graph.node_type(node))
            && test.distinct.iter().all(|&v| bound.get(v) != node)
    }

    fn edge_fits(&self, test: &EdgeTest, edge: Slot) -> bool {
        test.distinct.iter().all(|&v| self.bound.get(v) != edge)
    }
}
