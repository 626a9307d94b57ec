//! Answers an engine's questions: extensions, pools, components, readings.

use std::cell::RefCell;

use kairos_model::{
    expr::{Formula, FormulaId, Var},
    formulas::Owner,
    probe::{ProbeId, ProbeKind, Summary},
    rule::{Pick, RuleId},
    types::Value,
};

use super::{
    data::Data,
    network::{Component, QueryId},
    plan::Plan,
    pool::{of_ordered, ordered},
    search::Failure,
};
use crate::{
    binding::{Binding, Slot},
    effects::EffectReader,
    error::{Fault, Outcome, RuntimeError},
    eval::{Drawing, Env},
    graph::{Half, HostGraph},
    matcher::{Extensions, Firing},
    program::{ChoiceShape, Program, node_types},
};

/// The members of a pool, in pool order.
enum Members<'a> {
    Rows(QueryId, &'a [u32]),
    Halves(&'a [Half]),
    Nodes(&'a [Slot]),
    Empty,
}

impl Members<'_> {
    fn len(&self) -> usize {
        match self {
            Members::Rows(_, rows) => rows.len(),
            Members::Halves(halves) => halves.len(),
            Members::Nodes(nodes) => nodes.len(),
            Members::Empty => 0,
        }
    }
}

/// A step of a rule's choice.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) rule: RuleId,
    pub(crate) step: usize,
}

impl Data {
    fn shape(&self, at: Step) -> ChoiceShape {
        self.program.choices[at.rule.index()][at.step].shape
    }

    fn anchor(&self, at: Step, bound: &Binding) -> Option<Slot> {
        match self.shape(at) {
            ChoiceShape::Edges { anchor, .. } => Some(bound.get(anchor)),
            ChoiceShape::Nodes { .. } | ChoiceShape::Search => None,
        }
    }

    fn members(&self, at: Step, bound: &Binding) -> Members<'_> {
        if let Some(id) = self.network().pools[at.rule.index()][at.step] {
            let pools = self.pools[id.index()].as_ref();
            return pools.map_or(Members::Empty, |p| {
                Members::Rows(id, p.rows(self.anchor(at, bound)))
            });
        }
        let scope = self.program.scope(Owner::Rule(at.rule));
        match self.shape(at) {
            ChoiceShape::Search => Members::Empty,
            ChoiceShape::Nodes { node } => {
                Members::Nodes(self.graph.nodes_of(node_types(scope, node)[0]))
            }
            ChoiceShape::Edges { anchor, .. } => {
                let from = bound.get(anchor);
                let plan = &self.program.choices[at.rule.index()][at.step];
                let port = plan.ports[self.graph.node_type(from).index()];
                port.map_or(Members::Empty, |p| {
                    Members::Halves(self.graph.port(from, p))
                })
            }
        }
    }

    pub(crate) fn pool_len(&self, at: Step, bound: &Binding) -> usize {
        self.members(at, bound).len()
    }

    /// Binds the candidate at a position.
    fn bind_member(&self, at: Step, members: &Members<'_>, position: usize, bound: &Binding) {
        match (members, self.shape(at)) {
            (Members::Rows(id, rows), _) => self.bind(*id, rows[position], bound),
            (Members::Halves(halves), ChoiceShape::Edges { edge, node, .. }) => {
                bound.set(edge, halves[position].edge());
                bound.set(node, halves[position].node());
            }
            (Members::Nodes(nodes), ChoiceShape::Nodes { node }) => {
                bound.set(node, nodes[position])
            }
            _ => unreachable!("an empty pool has no position"),
        }
    }

    pub(crate) fn pool_bind(&self, at: Step, position: usize, bound: &Binding) -> Outcome<bool> {
        let members = self.members(at, bound);
        self.bind_member(at, &members, position, bound);
        self.passes(at, bound)
    }

    /// Whether distinctness and remaining conditions hold for a bound candidate.
    fn passes(&self, at: Step, bound: &Binding) -> Outcome<bool> {
        let plan = &self.program.choices[at.rule.index()][at.step];
        let choice = &self.program.model.rule(at.rule).choose[at.step];
        if let ChoiceShape::Edges { edge, .. } = plan.shape
            && plan.taken.iter().any(|&t| bound.get(t) == bound.get(edge))
        {
            return Ok(false);
        }
        for &position in &plan.remaining {
            if !self.condition(at.rule, choice.pattern.conditions[position].id, bound)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn condition(&self, rule: RuleId, condition: FormulaId, bound: &Binding) -> Outcome<bool> {
        let code = self.program.code_of(condition);
        if let Some(quick) = code.quick() {
            return Ok(quick.holds(&self.graph, bound));
        }
        let view = self.view();
        let holds = code.holds(&view.env(bound));
        holds.map_err(|fault| self.failure(Owner::Rule(rule), Failure { condition, fault }, bound))
    }

    pub(crate) fn extensions(
        &self,
        at: Step,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let own = &self.program.model.rule(at.rule).choose[at.step]
            .pattern
            .elements;
        out.reset(own.len());
        if self.shape(at) == ChoiceShape::Search {
            let plan = &self.network().choices[at.rule.index()][at.step];
            return self.all_extensions(at.rule, own, plan, bound, out);
        }
        let members = self.members(at, bound);
        for position in 0..members.len() {
            self.bind_member(at, &members, position, bound);
            if self.passes(at, bound)? {
                out.slots.extend(own.iter().map(|&v| bound.get(v)));
            }
        }
        Ok(())
    }

    /// The extensions of a for_each block, in ascending numbers.
    pub(crate) fn block_extensions(
        &self,
        rule: RuleId,
        block: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let own = &self.program.model.rule(rule).for_each[block]
            .pattern
            .elements;
        out.reset(own.len());
        let plan = &self.network().blocks[rule.index()][block];
        self.all_extensions(rule, own, plan, bound, out)
    }

    fn all_extensions(
        &self,
        rule: RuleId,
        own: &[Var],
        (plan, conditions): &(Plan, Vec<FormulaId>),
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let slots = &mut out.slots;
        let mut emit = || {
            slots.extend(own.iter().map(|&v| bound.get(v)));
            true
        };
        let found = self.view().run(plan, conditions, bound, &mut emit);
        found.map_err(|failure| self.failure(Owner::Rule(rule), failure, bound))?;
        self.sort(rule, own, out);
        Ok(())
    }

    /// Puts extensions in ascending numbers.
    fn sort(&self, rule: RuleId, own: &[Var], out: &mut Extensions) {
        if out.len() < 2 {
            return;
        }
        let scope = self.program.scope(Owner::Rule(rule));
        let is_node: smallvec::SmallVec<[bool; 8]> = own
            .iter()
            .map(|&v| crate::program::is_node(scope, v))
            .collect();
        let number = |column: usize, slot: Slot| {
            if is_node[column] {
                self.graph.node_number(slot)
            } else {
                self.graph.edge_number(slot)
            }
        };
        let numbers = |position: &usize| {
            (0..out.width)
                .map(|c| number(c, out.get(*position)[c]))
                .collect::<smallvec::SmallVec<[u64; 8]>>()
        };
        let mut order: Vec<usize> = (0..out.len()).collect();
        order.sort_by_cached_key(numbers);
        out.slots = order.iter().flat_map(|&p| out.get(p)).copied().collect();
    }

    /// The extensions with the greatest or least value, in ascending numbers.
    pub(crate) fn best(&self, at: Step, bound: &Binding, out: &mut Extensions) -> Outcome<()> {
        let choice = &self.program.model.rule(at.rule).choose[at.step];
        let (formula, greatest) = match &choice.pick {
            Pick::Max(formula) => (formula, true),
            Pick::Min(formula) => (formula, false),
            Pick::Uniform | Pick::Weighted(_) => unreachable!("asked for Max and Min only"),
        };
        let own = &choice.pattern.elements;
        match self.network().pools[at.rule.index()][at.step] {
            Some(id) if self.query(id).value.is_some() => {
                self.best_by_index(at, id, greatest, bound, out)?
            }
            _ => {
                let mut all = Extensions::default();
                self.extensions(at, bound, &mut all)?;
                out.reset(own.len());
                let mut best = None;
                for position in 0..all.len() {
                    let slots = all.get(position);
                    own.iter().zip(slots).for_each(|(&v, &s)| bound.set(v, s));
                    let key = ordered(self.value(Owner::Rule(at.rule), formula.id, bound)?);
                    let key = if greatest { !key } else { key };
                    if best.is_none_or(|b| key < b) {
                        best = Some(key);
                        out.slots.clear();
                    }
                    if best == Some(key) {
                        out.slots.extend_from_slice(slots);
                    }
                }
            }
        }
        self.sort(at.rule, own, out);
        Ok(())
    }

    fn best_by_index(
        &self,
        at: Step,
        id: QueryId,
        greatest: bool,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let own = &self.program.model.rule(at.rule).choose[at.step]
            .pattern
            .elements;
        out.reset(own.len());
        let Some(pools) = &self.pools[id.index()] else {
            return Ok(());
        };
        let mut best = None;
        let mut steps = 0;
        for (key, row) in pools.ordered(self.anchor(at, bound), greatest) {
            if best.is_some_and(|b| b != key) {
                break;
            }
            steps += 1;
            self.bind(id, row, bound);
            if self.passes(at, bound)? {
                best = Some(key);
                out.slots.extend(own.iter().map(|&v| bound.get(v)));
            }
        }
        let mut effort = self.effort.get();
        effort.index_steps += steps;
        self.effort.set(effort);
        Ok(())
    }

    pub(crate) fn pool_weighted(&self, at: Step, u: f64, bound: &Binding) -> Option<bool> {
        let id = self.network().pools[at.rule.index()][at.step]?;
        if self.query(id).indexed != super::network::Indexed::Sums {
            return None;
        }
        let pools = self.pools[id.index()].as_ref()?;
        let anchor = self.anchor(at, bound);
        let position = pools.sums(anchor).and_then(|s| s.locate(u));
        if let Some(position) = position {
            self.bind(id, pools.rows(anchor)[position], bound);
        }
        Some(position.is_some())
    }

    pub(crate) fn component_weight(&self, rule: RuleId, component: usize) -> f64 {
        let id = self.network().components[rule.index()][component].query;
        let Some(pools) = &self.pools[id.index()] else {
            return 0.0;
        };
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^32 matches")]
        if self.query(id).value.is_some() {
            pools.sums(None).map_or(0.0, |s| s.total())
        } else {
            pools.rows(None).len() as f64
        }
    }

    pub(crate) fn component_pick(&self, rule: RuleId, component: usize, u: f64, bound: &Binding) {
        let Component { query: id, vars } = &self.network().components[rule.index()][component];
        let Some(pools) = &self.pools[id.index()] else {
            return;
        };
        let rows = pools.rows(None);
        let position = if self.query(*id).value.is_some() {
            pools.sums(None).and_then(|s| s.locate(u))
        } else {
            Some(fraction(u, rows.len()))
        };
        if let Some(&row) = position.and_then(|p| rows.get(p)) {
            let slots = self.stores[id.index()].row(row);
            vars.iter().zip(slots).for_each(|(&v, &s)| bound.set(v, s));
        }
    }

    /// Whether picked components make a match of the whole.
    pub(crate) fn complete(&self, id: RuleId, bound: &Binding) -> Outcome<bool> {
        let rule = self.program.model.rule(id);
        let Some(plan) = &self.program.aggregates[id.index()] else {
            return Ok(true);
        };
        let clash = |&(a, b): &(Var, Var)| bound.get(a) == bound.get(b);
        if plan.distinct.iter().any(clash) {
            return Ok(false);
        }
        for &position in &plan.across {
            if !self.condition(id, rule.lhs.conditions[position].id, bound)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The value of a formula.
    pub(crate) fn value(
        &self,
        owner: Owner,
        formula: FormulaId,
        bound: &Binding,
    ) -> Outcome<Value> {
        let view = self.view();
        let value = self.program.code_of(formula).value(&view.env(bound));
        value.map_err(|fault| {
            self.failure(
                owner,
                Failure {
                    condition: formula,
                    fault,
                },
                bound,
            )
        })
    }

    /// The reading of a count or summary.
    pub(crate) fn reading(&self, probe: ProbeId) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 matches")]
        if let Some(tally) = &self.network().tallies[probe.index()] {
            return Some(tally.count(&self.graph) as f64);
        }
        let id = self.network().probes[probe.index()]?;
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^32 matches")]
        let count = self.stores[id.index()].len() as f64;
        let ProbeKind::Summary { of, .. } = self.program.model.probes[probe.index()].kind else {
            return Some(count);
        };
        let pools = self.pools[id.index()].as_ref()?;
        let sum = || pools.sums(None).map_or(0.0, |s| s.total());
        let extreme = |greatest| {
            pools
                .ordered(None, greatest)
                .next()
                .map(|(key, _)| of_ordered(key))
        };
        let reading = match of {
            Summary::Sum => Some(sum()),
            Summary::Mean => (count > 0.0).then(|| sum() / count),
            Summary::Min => extreme(false),
            Summary::Max => extreme(true),
        };
        // A reading knows one zero only: which of two equal ones is met first means nothing.
        reading.map(|reading| reading + 0.0)
    }
}

/// The position at fraction `u` of `n`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "u is in 0..1, n below 2^32"
)]
fn fraction(u: f64, n: usize) -> usize {
    ((u * n as f64) as usize).min(n.saturating_sub(1))
}

impl EffectReader for Data {
    fn program(&self) -> &Program {
        &self.program
    }

    fn graph(&self) -> &HostGraph {
        &self.graph
    }

    #[inline]
    fn evaluate(
        &self,
        firing: &Firing<'_>,
        formula: &Formula,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value> {
        if let Some(quick) = self.program.code(formula).quick() {
            return Ok(quick.value(&self.graph, firing.bound));
        }
        let view = self.view();
        let env = Env {
            drawing: Some(drawing),
            ..view.env(firing.bound)
        };
        let value = self.program.code(formula).value(&env);
        let failure = |fault| Failure {
            condition: formula.id,
            fault,
        };
        value.map_err(|fault| self.failure(Owner::Rule(firing.rule), failure(fault), firing.bound))
    }

    fn block(&self, firing: &Firing<'_>, block: usize, out: &mut Extensions) -> Outcome<()> {
        self.block_extensions(firing.rule, block, firing.bound, out)
    }

    fn fault(&self, firing: &Firing<'_>, fault: Fault) -> Box<RuntimeError> {
        self.error(Owner::Rule(firing.rule), fault, firing.bound)
    }
}
