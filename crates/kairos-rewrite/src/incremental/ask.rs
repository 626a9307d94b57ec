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
    data::{Data, Told},
    network::Component,
    picking::{Picking, Source, Step},
    plan::Plan,
    pool::{Pools, of_ordered, ordered},
    query::QueryId,
    search::Failure,
};
use crate::{
    binding::{Binding, Slot},
    effects::EffectReader,
    error::{Fault, Outcome, RuntimeError},
    eval::{Drawing, Env},
    graph::HostGraph,
    matcher::{Event, Extensions, Firing, Matched, at_fraction},
    program::Program,
    sums::SumTree,
};

impl Data {
    /// What the match of an event maps the left-hand side to.
    #[inline]
    pub(super) fn matched(&self, Event { rule, row, .. }: Event) -> Matched<'_> {
        match self.told[rule.index()] {
            Told::ByNumber => Matched::One(Slot(row)),
            Told::InRows(query) => Matched::Many(self.stores[query.index()].stored(row)),
            Told::Nowhere => Matched::Many(&[]),
        }
    }

    #[inline]
    fn picking(&self, at: Step) -> &Picking {
        &self.network().choices[at.rule.index()].steps[at.step]
    }

    #[inline]
    pub(super) fn condition(
        &self,
        rule: RuleId,
        condition: FormulaId,
        bound: &Binding,
    ) -> Outcome<bool> {
        let holds = self.view().holds(condition, bound);
        holds.map_err(|failure| self.failure(Owner::Rule(rule), failure, bound))
    }

    pub(crate) fn extensions(
        &self,
        at: Step,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let picking = self.picking(at);
        out.reset(picking.own.len());
        if matches!(picking.source, Source::Search) {
            return self.all_extensions(at.rule, &picking.own, &picking.search, bound, out);
        }
        let members = self.members(picking, bound);
        for position in 0..members.len() {
            members.bind(position, bound);
            if self.fits(at.rule, picking, bound)? {
                out.slots.extend(picking.own.iter().map(|&v| bound.get(v)));
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
        let is_node: smallvec::SmallVec<[bool; 8]> =
            own.iter().map(|&v| scope.is_node(v)).collect();
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
        let picking = self.picking(at);
        let own = &picking.own;
        let ordered_pools = match picking.source {
            Source::Rows(id, _) if self.query(id).value.is_some() => self.pools[id.index()]
                .as_ref()
                .filter(|pools| pools.are_keyed())
                .map(|pools| (id, pools)),
            _ => None,
        };
        match ordered_pools {
            Some((id, pools)) => {
                self.best_by_index(at.rule, picking, (id, pools, greatest), bound, out)?
            }
            None => {
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
        rule: RuleId,
        picking: &Picking,
        (id, pools, greatest): (QueryId, &Pools, bool),
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        out.reset(picking.own.len());
        let anchor = picking.anchor.map(|anchor| bound.get(anchor));
        let mut best = None;
        let mut steps = 0;
        for (key, row) in pools.ordered(anchor, greatest) {
            if best.is_some_and(|b| b != key) {
                break;
            }
            steps += 1;
            self.bind(self.query(id), row, bound);
            if self.fits(rule, picking, bound)? {
                best = Some(key);
                out.slots.extend(picking.own.iter().map(|&v| bound.get(v)));
            }
        }
        let mut effort = self.effort.get();
        effort.index_steps += steps;
        self.effort.set(effort);
        Ok(())
    }

    pub(crate) fn pool_weighted(&self, at: Step, u: f64, bound: &Binding) -> Option<bool> {
        let picking = self.picking(at);
        let Source::Rows(id, _) = picking.source else {
            return None;
        };
        if self.query(id).indexed != super::query::Indexed::Sums {
            return None;
        }
        let pools = self.pools[id.index()].as_ref()?;
        let anchor = picking.anchor.map(|anchor| bound.get(anchor));
        let position = pools.sums(anchor).and_then(|s| s.locate(u));
        if let Some(position) = position {
            self.bind(self.query(id), pools.rows(anchor)[position], bound);
        }
        Some(position.is_some())
    }

    #[inline(always)]
    pub(crate) fn component_weights(&self, rule: RuleId) -> impl Iterator<Item = f64> {
        let components = self.network().components[rule.index()].iter();
        components.map(|component| self.component_weight(component))
    }

    #[inline(always)]
    fn component_weight(&self, component: &Component) -> f64 {
        let Some(pools) = &self.pools[component.query.index()] else {
            return 0.0;
        };
        #[expect(clippy::cast_precision_loss, reason = "fewer than 2^32 matches")]
        if component.is_weighted {
            pools.sums(None).map_or(0.0, SumTree::total)
        } else {
            pools.rows(None).len() as f64
        }
    }

    #[inline]
    pub(crate) fn component_picks(&self, rule: RuleId, u: impl Fn(usize) -> f64, bound: &Binding) {
        let components = &*self.network().components[rule.index()];
        if let [a, b] = components
            && let Some(sums) = self.common_sums(a, b)
        {
            if let Some([first, second]) = sums.locate_each([u(0), u(1)]) {
                self.bind_component(a, first, bound);
                self.bind_component(b, second, bound);
            }
            return;
        }
        for (component, u) in components.iter().zip((0..).map(u)) {
            let Some(pools) = &self.pools[component.query.index()] else {
                continue;
            };
            let position = if component.is_weighted {
                pools.sums(None).and_then(|sums| sums.locate(u))
            } else {
                Some(at_fraction(u, pools.rows(None).len()))
            };
            if let Some(position) = position {
                self.bind_component(component, position, bound);
            }
        }
    }

    /// The sums by which both of two components are picked, if they are the same.
    #[inline]
    pub(super) fn common_sums(&self, a: &Component, b: &Component) -> Option<&SumTree> {
        let are_one = a.query == b.query && a.is_weighted && b.is_weighted;
        let pools = self.pools[a.query.index()].as_ref().filter(|_| are_one)?;
        pools.sums(None)
    }

    /// Binds a component to a member of its pool, if there is one.
    #[inline]
    fn bind_component(&self, component: &Component, position: usize, bound: &Binding) {
        let Component {
            query: id, vars, ..
        } = component;
        let rows = self.pools[id.index()].as_ref().map(|p| p.rows(None));
        if let Some(&row) = rows.and_then(|rows| rows.get(position)) {
            self.prefetch_row(*id, row);
            let bind = |slots: &[Slot]| {
                let pairs = vars.iter().zip(slots);
                pairs.for_each(|(&var, &slot)| bound.set(var, slot));
                self.prefetch_picked(*id, slots);
            };
            match self.stores[id.index()].row(row, &self.graph) {
                Matched::One(slot) => bind(&[slot]),
                Matched::Edge(ref slots) => bind(slots),
                Matched::Many(slots) => bind(slots),
            }
        }
    }

    /// Whether picked components make a match of the whole.
    #[inline]
    pub(crate) fn complete(&self, id: RuleId, bound: &Binding) -> Outcome<bool> {
        let rule = self.program.model.rule(id);
        let Some(plan) = &self.program.aggregates[id.index()] else {
            return Ok(true);
        };
        self.prefetch_around(id, bound);
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

    /// The value of a formula at a time; a fault does not know rule and match.
    pub(crate) fn value_at(&self, formula: &Formula, bound: &Binding, now: f64) -> Outcome<Value> {
        let view = self.view();
        let env = Env {
            now,
            ..view.env(bound)
        };
        self.program
            .code(formula)
            .value(&env)
            .map_err(|fault| Box::new(RuntimeError::new(*fault, now).of(formula)))
    }

    /// The value of a right-hand side that needs more than a look.
    fn right_hand_side(
        &self,
        firing: &Firing<'_>,
        formula: FormulaId,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value> {
        let view = self.view();
        let env = Env {
            drawing: Some(drawing),
            ..view.env(firing.bound)
        };
        let value = self.program.code_of(formula).value(&env);
        let failure = |fault| Failure {
            condition: formula,
            fault,
        };
        value.map_err(|fault| self.failure(Owner::Rule(firing.rule), failure(fault), firing.bound))
    }

    /// The reading of a count or summary.
    #[inline(always)]
    pub(crate) fn reading(&self, probe: ProbeId) -> Option<f64> {
        match &self.network().tallies[probe.index()] {
            Some(tally) if tally.is_count() => Some(real(tally.count(&self.graph))),
            _ => self.other_reading(probe),
        }
    }

    #[inline(never)]
    fn other_reading(&self, probe: ProbeId) -> Option<f64> {
        let query = self.network().probes[probe.index()];
        let count = real(match &self.network().tallies[probe.index()] {
            Some(tally) => tally.count(&self.graph),
            None => self.stores[query?.index()].count(None),
        });
        let ProbeKind::Summary { of, .. } = self.program.model.probes[probe.index()].kind else {
            return Some(count);
        };
        let sum = || match query {
            None => Some(self.sums[probe.index()].value()),
            Some(id) => Some(self.totals[id.index()].as_ref()?.sum()),
        };
        let extreme = |greatest| {
            let pools = self.pools[query?.index()].as_ref()?;
            let (key, _) = pools.ordered(None, greatest).next()?;
            Some(of_ordered(key))
        };
        let reading = match of {
            Summary::Sum => sum(),
            Summary::Mean if count == 0.0 => None,
            Summary::Mean => sum().map(|sum| sum / count),
            Summary::Min => extreme(false),
            Summary::Max => extreme(true),
        };
        // A reading knows one zero only: which of two equal ones is met first means nothing.
        reading.map(|reading| reading + 0.0)
    }
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^53 matches")]
fn real(count: u64) -> f64 {
    // Processors know signed numbers better.
    count.cast_signed() as f64
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
        formula: FormulaId,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value> {
        match self.program.code_of(formula).quick() {
            Some(quick) => Ok(quick.value(&self.graph, firing.bound, |n| self.note_search(n))),
            None => self.right_hand_side(firing, formula, drawing),
        }
    }

    #[inline]
    fn tested(&self, candidates: u64) {
        self.note_search(candidates);
    }

    fn block(&self, firing: &Firing<'_>, block: usize, out: &mut Extensions) -> Outcome<()> {
        self.block_extensions(firing.rule, block, firing.bound, out)
    }

    fn fault(&self, firing: &Firing<'_>, fault: Fault) -> Box<RuntimeError> {
        self.error(Owner::Rule(firing.rule), fault, firing.bound)
    }
}
