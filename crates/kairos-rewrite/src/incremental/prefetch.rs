//! What the firing of an event will read, asked for bit by bit: what is asked for now says, once it has come, what to ask for next.

use kairos_model::{
    expr::Var,
    rule::{Rule, RuleId},
    types::NodeTypeId,
};

use super::{
    data::{Data, Told},
    dispatch::Dispatch,
    network::Component,
    picking::{HalvesAt, Picking, Source},
    pool::Pools,
    query::{Query, QueryId},
};
use crate::{
    binding::{Binding, Slot},
    effects::Alone,
    matcher::{Event, Fraction, Soon, at_fraction},
    prefetch::{from, prefetch},
    program::Program,
};

/// What the firings of a rule read of the node that is their match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// An attribute of a node, which is all that changes.
    Attribute,
    /// A node with its edges.
    Node,
    /// The same, and the matches that the node is in.
    NodeInRows,
}

impl Ahead {
    pub(super) fn of(program: &Program, dispatch: &Dispatch, rule: RuleId) -> Ahead {
        match program.effects(rule).alone() {
            Some(Alone::Assignment(_)) => Ahead::Attribute,
            _ if is_noticed(program.model.rule(rule), dispatch) => Ahead::NodeInRows,
            _ => Ahead::Node,
        }
    }
}

/// Whether a query may be about something that a rule changes.
fn is_noticed(rule: &Rule, dispatch: &Dispatch) -> bool {
    let only_creates =
        rule.for_each.is_empty() && rule.effect.delete.is_empty() && rule.effect.set.is_empty();
    let mut creations = rule.effect.create.iter();
    !only_creates || creations.any(|creation| dispatch.notices(&creation.what))
}

/// Of a rule that deletes edges all that is bound when it is applied, and whether it is a node. Where a rule deletes none, the schedule and the picks
/// have asked for most of it.
#[derive(Debug, Default)]
pub(crate) struct Scattered {
    /// Matched elements, then chosen ones.
    elements: Box<[(Var, bool)]>,
    matched: usize,
}

impl Scattered {
    pub(super) fn of(rule: &Rule) -> Scattered {
        if rule.effect.delete.iter().all(|&v| rule.scope.is_node(v)) {
            return Scattered::default();
        }
        let matched = &rule.lhs.elements;
        let chosen = rule.choose.iter().flat_map(|step| &step.pattern.elements);
        let elements = matched.iter().chain(chosen);
        Scattered {
            elements: elements.map(|&v| (v, rule.scope.is_node(v))).collect(),
            matched: matched.len(),
        }
    }

    /// Those that nobody has asked for, where the matched ones may have been.
    #[inline]
    fn elements(&self, match_is_asked_for: bool) -> &[(Var, bool)] {
        match match_is_asked_for {
            true => &self.elements[self.matched..],
            false => &self.elements,
        }
    }
}

/// So many stored matches, where the graph is large, do not stay in the caches by themselves.
const MANY: usize = from(1 << 13);

/// So many weights do not.
const MANY_WEIGHTS: usize = from(1 << 15);

/// So many weights have sums that do not.
const MANY_SUMS: usize = from(1 << 18);

/// With fewer nodes what is known of them stays there, or comes as soon without being asked for.
const MANY_NODES: usize = from(1 << 16);

impl Data {
    /// Asks for the memory that an event's firing will read.
    #[inline(always)]
    pub(super) fn prefetch(&self, event: Event, how_soon: Soon) {
        if self.told[event.rule.index()] != Told::ByNumber {
            return self.prefetch_match(event, how_soon);
        }
        let node = Slot(event.row);
        match (self.network().ahead[event.rule.index()], how_soon) {
            (Ahead::Attribute, Soon::Near) => self.graph.prefetch_node(node),
            (Ahead::Attribute, Soon::Nearer) => self.graph.prefetch_attributes(node),
            (Ahead::Attribute, Soon::Next) => {}
            (Ahead::Node | Ahead::NodeInRows, Soon::Nearer) => self.graph.prefetch_parts(node),
            (Ahead::Node, Soon::Near) => self.graph.prefetch_node(node),
            (Ahead::Node, Soon::Next) => self.graph.prefetch_halves(node),
            (Ahead::NodeInRows, Soon::Near) => {
                self.graph.prefetch_node(node);
                self.heads.nodes.prefetch(node);
            }
            (Ahead::NodeInRows, Soon::Next) => {
                self.graph.prefetch_halves(node);
                self.prefetch_rows(node);
            }
        }
    }

    /// The same of a match whose elements are stored, with the matches beside it in lists.
    #[inline(never)]
    fn prefetch_match(&self, Event { rule, row, .. }: Event, how_soon: Soon) {
        let Some(query) = self.network().events[rule.index()] else {
            return;
        };
        let store = &self.stores[query.index()];
        let nodes = &self.network().queries[query.index()].nodes;
        let elements = || store.stored(row).iter().zip(nodes);
        match how_soon {
            Soon::Near => store.prefetch_row(row),
            Soon::Nearer => {
                elements().for_each(|(&slot, &is_node)| self.prefetch_element(slot, is_node));
                store.prefetch_beside(row);
            }
            Soon::Next => {
                for (&slot, &is_node) in elements() {
                    if is_node {
                        self.graph.prefetch_parts(slot);
                        self.heads.nodes.prefetch_noted(slot);
                        self.prefetch_rows(slot);
                    } else {
                        self.heads.edges.prefetch_noted(slot);
                    }
                }
            }
        }
    }

    /// Asks for the node that an event's first pick comes to, and says which; or, where it is from all matches of a pattern, for where it stands which.
    #[inline]
    pub(super) fn prefetch_pick(
        &self,
        event: Event,
        uniform: impl FnOnce() -> Fraction,
    ) -> Option<Slot> {
        let pick = self.uniform_pick(event.rule)?;
        match &pick.source {
            Source::Halves(at) => {
                let node = self.foresee_pick(at, &self.matched(event), uniform)?;
                self.graph.prefetch_node(node);
                self.graph.prefetch_known_heads(node);
                return Some(node);
            }
            Source::Rows(query, _) => {
                if let Some(pools) = self.large_pool(*query, pick) {
                    pools.prefetch_at(uniform());
                }
            }
            Source::Nodes { .. } | Source::Search => {}
        }
        None
    }

    /// Asks for the match that an event's first pick comes to, where that is from all matches of a pattern, and made once a rule was applied.
    #[inline]
    pub(super) fn prefetch_chosen(
        &self,
        event: Event,
        after: RuleId,
        uniform: impl FnOnce() -> Fraction,
    ) {
        if let Some(pick) = self.uniform_pick(event.rule)
            && let &Source::Rows(query, _) = &pick.source
            && let Some(pools) = self.large_pool(query, pick)
            && let Some(row) = pools.foresee(uniform(), after)
        {
            self.prefetch_pick_of(query, row);
            self.chosen.set(row);
        }
    }

    /// The first pick of a rule, if it is uniform.
    #[inline]
    fn uniform_pick(&self, rule: RuleId) -> Option<&Picking> {
        let pick = self.network().choices[rule.index()].steps.first();
        pick.filter(|pick| pick.is_uniform)
    }

    /// The pool of a pick from all matches of a query, if these do not stay in the caches by themselves.
    #[inline]
    fn large_pool(&self, query: QueryId, pick: &Picking) -> Option<&Pools> {
        let is_one = pick.anchor.is_none() && self.is_large(query);
        self.pools[query.index()].as_deref().filter(|_| is_one)
    }

    /// The node that a pick comes to, where that is at the end of any edge in a list of a matched node.
    #[inline(always)]
    fn foresee_pick(
        &self,
        HalvesAt { anchor, ports, .. }: &HalvesAt,
        matched: &[Slot],
        uniform: impl FnOnce() -> Fraction,
    ) -> Option<Slot> {
        let &from = matched.get(anchor.index())?;
        if !self.graph.has_node(from) {
            return None;
        }
        let halves = self.graph.port(from, ports.of(&self.graph, from)?);
        if halves.is_empty() {
            return None;
        }
        Some(halves[uniform().of(halves.len())].node())
    }

    /// Asks for what is known of the matches of a node alone; the node has come.
    fn prefetch_rows(&self, node: Slot) {
        if self.graph.has_node(node) {
            self.prefetch_rows_of(self.graph.node_type(node), node);
        }
    }

    /// The same of a node of a type.
    fn prefetch_rows_of(&self, ty: NodeTypeId, node: Slot) {
        for &query in &self.network().dispatch.node_rows[ty.index()] {
            self.stores[query.index()].prefetch_row(node.0);
            if let Some(total) = &self.totals[query.index()] {
                total.prefetch(node.0);
            }
        }
    }

    /// Asks for an element, and for what stands at its slot.
    #[inline(always)]
    fn prefetch_element(&self, slot: Slot, is_node: bool) {
        if is_node {
            self.graph.prefetch_node(slot);
            self.graph.prefetch_known_heads(slot);
            self.heads.nodes.prefetch(slot);
        } else {
            self.graph.prefetch_edge(slot);
            self.heads.edges.prefetch(slot);
        }
    }

    /// Asks at once for the elements that the application of a firing would come upon one after the other.
    #[inline]
    pub(super) fn prefetch_scattered(&self, rule: RuleId, bound: &Binding) {
        for (slot, is_node) in self.scattered(rule, bound) {
            self.prefetch_element(slot, is_node);
        }
    }

    /// Asks for what hangs at them; they have come.
    #[inline]
    pub(super) fn prefetch_around_scattered(&self, rule: RuleId, bound: &Binding) {
        for (slot, is_node) in self.scattered(rule, bound) {
            if is_node {
                self.graph.prefetch_parts(slot);
            }
        }
    }

    /// Asks for the edges at them; what hangs there has come.
    #[inline]
    pub(super) fn prefetch_lists_of_scattered(&self, rule: RuleId, bound: &Binding) {
        for (slot, is_node) in self.scattered(rule, bound) {
            if is_node && self.graph.has_node(slot) {
                self.graph.prefetch_lists(slot);
                self.prefetch_sums(self.graph.node_type(slot), slot);
            }
        }
    }

    /// Asks for all of that, one after the other.
    #[inline]
    pub(super) fn prefetch_in_turn(&self, rule: RuleId, bound: &Binding) {
        if self.is_graph_large() {
            self.prefetch_scattered(rule, bound);
            self.prefetch_around_scattered(rule, bound);
            self.prefetch_lists_of_scattered(rule, bound);
        }
    }

    /// Asks for the sums that the weights of matches of a node of a type alone are in; their places have come.
    fn prefetch_sums(&self, ty: NodeTypeId, node: Slot) {
        for &query in &self.network().dispatch.node_rows[ty.index()] {
            if let Some(pools) = &self.pools[query.index()] {
                pools.prefetch_sums(&self.stores[query.index()], node.0);
            }
        }
    }

    /// Asks at once for what is known of the elements of a match that was found, which may have been come upon just now.
    #[inline]
    pub(super) fn prefetch_found(&self, query: &Query, slots: &[Slot]) {
        if !self.is_graph_large() {
            return;
        }
        for (&slot, &is_node) in slots.iter().zip(&query.nodes) {
            self.prefetch_element(slot, is_node);
        }
    }

    /// None in a graph that stays in the caches by itself.
    #[inline]
    fn scattered(&self, rule: RuleId, bound: &Binding) -> impl Iterator<Item = (Slot, bool)> {
        let vars = match self.is_graph_large() {
            true => self.network().scattered[rule.index()].elements(self.is_foreseen.get()),
            false => &[],
        };
        vars.iter().map(|&(var, is_node)| (bound.get(var), is_node))
    }

    /// Whether so much of a query is stored that it does not stay in the caches by itself.
    #[inline]
    pub(super) fn is_large(&self, id: QueryId) -> bool {
        self.is_graph_large() && self.stores[id.index()].len() >= MANY
    }

    /// Whether what is known of all nodes together is so much.
    #[inline]
    pub(super) fn is_graph_large(&self) -> bool {
        self.graph.node_bound() >= MANY_NODES
    }

    /// Whether a component of an aggregate rule has so many matches that they do not stay in the caches by themselves.
    #[inline]
    pub(super) fn has_large_pools(&self, rule: RuleId) -> bool {
        let mut components = self.network().components[rule.index()].iter();
        components.any(|component| self.is_large(component.query))
    }

    /// Asks for what picks of components would read if they were made now: they will be those matches or some near them in their pools.
    #[inline]
    pub(super) fn prefetch_components(
        &self,
        rule: RuleId,
        how_soon: Soon,
        u: impl Fn(usize) -> f64,
    ) {
        let components = &*self.network().components[rule.index()];
        if let [a, b] = components
            && self.common_sums(a, b).is_some()
        {
            return self.prefetch_weights(a.query, how_soon, [u(0), u(1)]);
        }
        for (component, u) in components.iter().zip((0..).map(u)) {
            if component.is_weighted {
                self.prefetch_weights(component.query, how_soon, [u]);
            } else {
                self.prefetch_members(component.query, how_soon, u);
            }
        }
    }

    /// Asks for what picks by weights would read.
    fn prefetch_weights<const N: usize>(&self, query: QueryId, how_soon: Soon, u: [f64; N]) {
        let Some(pools) = &self.pools[query.index()] else {
            return;
        };
        let rows = pools.rows(None);
        let Some(sums) = pools.sums(None).filter(|_| rows.len() >= MANY_WEIGHTS) else {
            return;
        };
        match how_soon {
            Soon::Next => {
                let positions = sums.prefetch_ways(0, u);
                for position in positions.into_iter().flatten() {
                    prefetch(rows, position);
                }
            }
            Soon::Nearer if rows.len() >= MANY_SUMS => {
                sums.prefetch_ways(1, u);
            }
            _ => {}
        }
    }

    /// Asks for what a pick by position would read of a pool that is not grouped.
    fn prefetch_members(&self, id: QueryId, how_soon: Soon, u: f64) {
        if !self.is_large(id) {
            return;
        }
        let Some(pools) = &self.pools[id.index()] else {
            return;
        };
        let (rows, store) = (pools.rows(None), &self.stores[id.index()]);
        let position = at_fraction(u, rows.len());
        let near = |reach| position.saturating_sub(reach)..rows.len().min(position + reach + 1);
        match how_soon {
            Soon::Near => prefetch(rows, position),
            Soon::Nearer => {
                for &row in &rows[near(1)] {
                    store.prefetch_elements(row, &self.graph);
                }
            }
            Soon::Next => {
                for &row in &rows[near(0)] {
                    self.prefetch_picked(id, &store.row(row, &self.graph));
                }
            }
        }
    }

    /// Asks for all that is known of a row that was picked, unless it was foreseen.
    #[inline]
    pub(super) fn prefetch_picked_row(&self, id: QueryId, row: u32) {
        if row != self.chosen.get() {
            self.prefetch_pick_of(id, row);
        }
    }

    /// Asks for all that is known of a row that is picked by chance.
    #[inline]
    fn prefetch_pick_of(&self, id: QueryId, row: u32) {
        if self.is_large(id) {
            self.prefetch_row(id, row);
            self.prefetch_picked(id, &self.stores[id.index()].row(row, &self.graph));
        }
    }

    /// Asks for the places of such a row.
    #[inline]
    pub(super) fn prefetch_row(&self, id: QueryId, row: u32) {
        if self.is_large(id) {
            self.stores[id.index()].prefetch_row(row);
        }
    }

    /// Asks for its elements, and for what stands at their slots.
    #[inline]
    pub(super) fn prefetch_picked(&self, id: QueryId, slots: &[Slot]) {
        if !self.is_large(id) {
            return;
        }
        let query = self.query(id);
        for (column, &slot) in slots.iter().enumerate() {
            self.prefetch_element(slot, query.nodes[column]);
            if let Some(ty) = query.types[column] {
                self.prefetch_rows_of(ty, slot);
            }
        }
    }

    /// Asks for what hangs at the nodes of the components that were picked, as far as it could not be said before they came, and for the sums that
    /// their weights are in.
    #[inline]
    pub(super) fn prefetch_around(&self, rule: RuleId, bound: &Binding) {
        if !self.is_graph_large() {
            return;
        }
        for Component { query, vars, .. } in &self.network().components[rule.index()] {
            if !self.is_large(*query) {
                continue;
            }
            let query = self.query(*query);
            for (column, &var) in vars.iter().enumerate() {
                if !query.nodes[column] {
                    continue;
                }
                let node = bound.get(var);
                self.graph.prefetch_parts(node);
                match query.types[column] {
                    None => self.prefetch_rows(node),
                    Some(ty) => self.prefetch_sums(ty, node),
                }
            }
        }
    }
}
