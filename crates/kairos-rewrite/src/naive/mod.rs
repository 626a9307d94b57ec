//! The matcher that looks everything up again after every step: slow, and the easiest to believe. `kairos verify` and the tests compare with it.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use kairos_model::{
    expr::{ExprKind, Formula, FormulaId, Var},
    formulas::Owner,
    pattern::Pattern,
    probe::{ProbeId, ProbeKind, Summary},
    rule::{Pick, RuleId},
    timer::ClockMode,
    types::Value,
};

mod ask;
mod eval;
mod find;

use eval::Context;

use crate::{
    binding::{Binding, Slot},
    effects::{Change, EffectReader},
    error::{Fault, Outcome, RuntimeError},
    eval::Drawing,
    exact::ExactSum,
    graph::HostGraph,
    matcher::{
        Cause, Effort, Event, EventId, Extensions, Firing, Fraction, Lost, MatchDelta, Matched,
        Matcher,
    },
    program::{ChoiceShape, Program},
    sums::SumTree,
};

/// Element numbers of a match, in the order in which matches are compared.
type Numbers = Vec<u64>;

/// Matches by their numbers: slots in the order of the pattern's elements.
type Found = BTreeMap<Numbers, Vec<Slot>>;

/// The match of an event.
#[derive(Clone, Debug)]
struct Kept {
    slots: Vec<Slot>,
    /// What the timer read last.
    reads: Vec<u64>,
}

/// Matches in pool order.
#[derive(Clone, Debug, Default)]
struct Pool {
    members: Vec<(Numbers, Vec<Slot>)>,
}

impl Pool {
    /// Lost members leave in ascending numbers, each by swapping with the last, then found ones are appended in ascending numbers.
    fn update(&mut self, mut found: Found) -> bool {
        let mut lost: Vec<Numbers> = self
            .members
            .iter()
            .map(|m| m.0.clone())
            .filter(|n| !found.contains_key(n))
            .collect();
        lost.sort();
        for (numbers, _) in &self.members {
            found.remove(numbers);
        }
        for numbers in &lost {
            let position = self
                .members
                .iter()
                .position(|m| m.0 == *numbers)
                .expect("a member");
            self.members.swap_remove(position);
        }
        let changed = !lost.is_empty() || !found.is_empty();
        self.members.extend(found);
        changed
    }
}

/// Graph and matches, found anew after every application.
#[derive(Debug)]
pub struct NaiveMatcher {
    program: Arc<Program>,
    graph: HostGraph,
    change: Change,
    /// By rule.
    active: Vec<BTreeMap<Numbers, Event>>,
    events: Vec<Kept>,
    free: Vec<EventId>,
    lost: Vec<EventId>,
    /// By rule and component: members, and their weights' bits.
    components: Vec<Vec<(Pool, Vec<u64>)>>,
    /// By rule and step: pools by the anchor's number (0 without anchor).
    pools: Vec<Vec<BTreeMap<u64, Pool>>>,
    /// By probe.
    probes: Vec<Pool>,
    readings: Vec<Option<f64>>,
    stops: bool,
    delta: MatchDelta,
    now: f64,
}

impl NaiveMatcher {
    fn context<'a>(&'a self, owner: Owner, bound: &'a Binding) -> Context<'a> {
        Context {
            program: &self.program,
            owner,
            graph: &self.graph,
            bound,
            now: self.now,
            draws: None,
        }
    }

    fn number(&self, owner: Owner, var: Var, slot: Slot) -> u64 {
        if self.program.scope(owner).is_node(var) {
            self.graph.node_number(slot)
        } else {
            self.graph.edge_number(slot)
        }
    }

    fn name(&self, owner: Owner, var: Var, slot: Slot) -> u64 {
        if self.program.scope(owner).is_node(var) {
            self.graph.node_name(slot)
        } else {
            self.graph.edge_name(slot)
        }
    }

    fn error(
        &self,
        owner: Owner,
        fault: Fault,
        formula: Option<&Formula>,
        bound: &Binding,
    ) -> Box<RuntimeError> {
        let mut error = RuntimeError::new(fault, self.now);
        if let Some(formula) = formula {
            error = error.of(formula);
        }
        if let Owner::Rule(id) = owner {
            let rule = self.program.model.rule(id);
            error.rule = Some((id, rule.name.clone()));
            let there = |v: Var, s: Slot| {
                if rule.scope.is_node(v) {
                    self.graph.has_node(s)
                } else {
                    self.graph.has_edge(s)
                }
            };
            for &var in &rule.lhs.elements {
                let slot = bound.get(var);
                if there(var, slot) {
                    let name = rule
                        .scope
                        .element(var)
                        .name
                        .clone()
                        .unwrap_or_else(|| String::from("_"));
                    error.matched.push((name, self.number(owner, var, slot)));
                }
            }
        }
        Box::new(error)
    }

    /// All embeddings of a pattern around what is bound, by their numbers.
    fn find(
        &self,
        owner: Owner,
        pattern: &Pattern,
        taken: &[Var],
        bound: &Binding,
    ) -> Outcome<Found> {
        let mut found = Found::new();
        let context = self.context(owner, bound);
        let result = find::each(&context, pattern, taken, &mut || {
            let slots: Vec<Slot> = pattern.elements.iter().map(|&v| bound.get(v)).collect();
            let numbers = pattern
                .elements
                .iter()
                .zip(&slots)
                .map(|(&v, &s)| self.number(owner, v, s))
                .collect();
            found.insert(numbers, slots);
        });
        match result {
            Ok(()) => Ok(found),
            Err((formula, fault)) => Err(self.error(owner, *fault, formula.as_ref(), bound)),
        }
    }

    fn binding(&self) -> Binding {
        Binding::new(self.program.widest_scope())
    }

    /// Recomputes everything and compares with what was there.
    fn recompute(&mut self) -> Outcome<()> {
        let rules = (0..)
            .zip(&self.program.model.rules)
            .map(|(i, _)| RuleId(i))
            .collect::<Vec<_>>();
        for &rule in &rules {
            if self.program.is_switched_off(rule) {
                continue;
            }
            if self.program.aggregates[rule.index()].is_none() {
                self.recompute_events(rule)?;
            } else {
                self.recompute_components(rule)?;
            }
            self.recompute_pools(rule)?;
        }
        self.recompute_probes()?;
        self.stops = match &self.program.model.run.stop_when {
            None => false,
            Some((_, condition)) => {
                let bound = self.binding();
                let holds = self.context(Owner::Stop, &bound).holds(&condition.expr);
                holds.map_err(|fault| self.error(Owner::Stop, *fault, Some(condition), &bound))?
            }
        };
        Ok(())
    }

    fn recompute_events(&mut self, id: RuleId) -> Outcome<()> {
        let program = Arc::clone(&self.program);
        let rule = program.model.rule(id);
        let owner = Owner::Rule(id);
        let bound = self.binding();
        let mut found = self.find(owner, &rule.lhs, &[], &bound)?;
        if rule.symmetric {
            found.retain(|_, slots| self.is_canonical(id, slots));
        }
        let before = std::mem::take(&mut self.active[id.index()]);
        for (numbers, &event) in &before {
            if !found.contains_key(numbers) {
                let slots = &self.events[event.id.index()].slots;
                let gone =
                    rule.lhs
                        .elements
                        .iter()
                        .zip(slots)
                        .zip(numbers)
                        .any(|((&v, &s), &n)| {
                            let there = if rule.scope.is_node(v) {
                                self.graph.has_node(s)
                            } else {
                                self.graph.has_edge(s)
                            };
                            !there || self.number(owner, v, s) != n
                        });
                self.lost.push(event.id);
                self.delta.lost.push(Lost {
                    event,
                    deleted: gone,
                });
            }
        }
        let mut active = BTreeMap::new();
        for (numbers, slots) in found {
            rule.lhs
                .elements
                .iter()
                .zip(&slots)
                .for_each(|(&v, &s)| bound.set(v, s));
            let reads = self.timer_reads(id, &bound)?;
            let event = match before.get(&numbers) {
                Some(&event) => {
                    let old = &mut self.events[event.id.index()].reads;
                    if *old != reads {
                        *old = reads;
                        self.delta.stale.push(event);
                    }
                    event
                }
                None => self.activate(id, Kept { slots, reads }),
            };
            active.insert(numbers, event);
        }
        self.active[id.index()] = active;
        Ok(())
    }

    fn activate(&mut self, rule: RuleId, kept: Kept) -> Event {
        let id = self.free.pop().unwrap_or_else(|| {
            self.events.push(kept.clone());
            EventId(u32::try_from(self.events.len() - 1).expect("fewer than 2^32 events"))
        });
        self.events[id.index()] = kept;
        let event = Event {
            id,
            rule,
            row: id.0,
        };
        self.delta.found.push(event);
        event
    }

    /// Of each orbit under the rule's automorphisms the embedding with the smallest names is kept, ties by numbers.
    fn is_canonical(&self, id: RuleId, slots: &[Slot]) -> bool {
        let rule = self.program.model.rule(id);
        let owner = Owner::Rule(id);
        let elements = &rule.lhs.elements;
        let of = |v: Var| slots[elements.iter().position(|&e| e == v).expect("an element")];
        let key = |image: &[Var]| {
            let slots: Vec<Slot> = image.iter().map(|&v| of(v)).collect();
            let names: Vec<u64> = elements
                .iter()
                .zip(&slots)
                .map(|(&v, &s)| self.name(owner, v, s))
                .collect();
            let numbers: Vec<u64> = elements
                .iter()
                .zip(&slots)
                .map(|(&v, &s)| self.number(owner, v, s))
                .collect();
            (names, numbers)
        };
        rule.automorphisms
            .iter()
            .all(|image| key(elements) <= key(image))
    }

    /// The attributes of matched elements that a timer reads, and the values of its sub-patterns, as bits.
    fn timer_reads(&self, id: RuleId, bound: &Binding) -> Outcome<Vec<u64>> {
        let owner = Owner::Rule(id);
        let context = self.context(owner, bound);
        let mut reads = Vec::new();
        let mut fault = None;
        for parameter in &self.program.model.timers[id.index()].law.parameters {
            parameter.expr.walk(&mut |e| {
                if matches!(
                    e.kind,
                    ExprKind::Attribute { .. } | ExprKind::Exists(_) | ExprKind::Count(_)
                ) {
                    match context.value(e) {
                        Ok(value) => reads.push(value.to_bits()),
                        Err(f) => fault = Some(f),
                    }
                }
            });
        }
        match fault {
            Some(fault) => Err(self.error(owner, *fault, None, bound)),
            None => Ok(reads),
        }
    }

    fn recompute_components(&mut self, id: RuleId) -> Outcome<()> {
        let program = Arc::clone(&self.program);
        let rule = program.model.rule(id);
        let owner = Owner::Rule(id);
        let (Some(plan), ClockMode::Aggregate { weights }) = (
            &program.aggregates[id.index()],
            &program.model.timers[id.index()].clock,
        ) else {
            return Ok(());
        };
        let mut changed = false;
        for (position, elements) in rule.components.iter().enumerate() {
            let conditions = plan.conditions[position]
                .iter()
                .map(|&c| rule.lhs.conditions[c].clone());
            let pattern = Pattern {
                elements: elements.clone(),
                edges: rule
                    .lhs
                    .edges
                    .iter()
                    .filter(|e| elements.contains(&e.edge))
                    .copied()
                    .collect(),
                conditions: conditions.collect(),
            };
            let bound = self.binding();
            let found = self.find(owner, &pattern, &[], &bound)?;
            let (mut pool, old) = std::mem::take(&mut self.components[id.index()][position]);
            changed |= pool.update(found);
            let mut bits = Vec::new();
            if let Some(formula) = weights.get(position).and_then(Option::as_ref) {
                for (_, slots) in &pool.members {
                    elements
                        .iter()
                        .zip(slots)
                        .for_each(|(&v, &s)| bound.set(v, s));
                    bits.push(self.weight(owner, formula, &bound)?.to_bits());
                }
            }
            changed |= bits != old;
            self.components[id.index()][position] = (pool, bits);
        }
        if changed {
            self.delta.aggregates.push(id);
        }
        Ok(())
    }

    /// A weight, which must not be negative.
    fn weight(&self, owner: Owner, formula: &Formula, bound: &Binding) -> Outcome<f64> {
        match self.context(owner, bound).value(&formula.expr) {
            Ok(Value::Real(weight)) if weight < 0.0 => {
                Err(self.error(owner, Fault::NegativeWeight(weight), Some(formula), bound))
            }
            Ok(Value::Real(weight)) => Ok(weight),
            Ok(_) => unreachable!("check types weights as Real"),
            Err(fault) => Err(self.error(owner, *fault, Some(formula), bound)),
        }
    }

    fn recompute_pools(&mut self, id: RuleId) -> Outcome<()> {
        let program = Arc::clone(&self.program);
        let owner = Owner::Rule(id);
        for (step, choice) in program.model.rule(id).choose.iter().enumerate() {
            let plan = &program.choices[id.index()][step];
            let conditions = plan
                .candidate
                .iter()
                .map(|&c| choice.pattern.conditions[c].clone())
                .collect();
            let pattern = Pattern {
                conditions,
                ..choice.pattern.clone()
            };
            let bound = self.binding();
            let mut found: BTreeMap<u64, Found> = BTreeMap::new();
            match plan.shape {
                ChoiceShape::Search => continue,
                ChoiceShape::Nodes { .. } => {
                    found.insert(0, self.find(owner, &pattern, &[], &bound)?);
                }
                ChoiceShape::Edges { anchor, edge, .. } => {
                    let column = pattern
                        .elements
                        .iter()
                        .position(|&v| v == edge)
                        .expect("the edge is an element");
                    for node in self.graph.nodes() {
                        let types = program.scope(owner).node_types(anchor);
                        if types.contains(&self.graph.node_type(node)) {
                            bound.set(anchor, node);
                            let at = self.find(owner, &pattern, &[], &bound)?;
                            let by_edge = at
                                .into_values()
                                .map(|s| (vec![self.graph.edge_number(s[column])], s));
                            found.insert(self.graph.node_number(node), by_edge.collect());
                        }
                    }
                }
            }
            let pools = &mut self.pools[id.index()][step];
            pools.retain(|anchor, _| found.contains_key(anchor));
            for (anchor, found) in found {
                pools.entry(anchor).or_default().update(found);
            }
            if let (Pick::Weighted(formula), true) = (&choice.pick, self.has_sums(id, step)) {
                self.check_weights(owner, formula, &choice.pattern.elements, id, step)?;
            }
        }
        Ok(())
    }

    /// Whether a weighted step's weights are kept in an index of sums, and so are looked at even where nothing is picked.
    fn has_sums(&self, id: RuleId, step: usize) -> bool {
        let plan = &self.program.choices[id.index()][step];
        plan.value_reads_candidate && plan.remaining.is_empty() && plan.taken.is_empty()
    }

    fn check_weights(
        &self,
        owner: Owner,
        formula: &Formula,
        own: &[Var],
        id: RuleId,
        step: usize,
    ) -> Outcome<()> {
        let bound = self.binding();
        for pool in self.pools[id.index()][step].values() {
            for (_, slots) in &pool.members {
                own.iter().zip(slots).for_each(|(&v, &s)| bound.set(v, s));
                self.weight(owner, formula, &bound)?;
            }
        }
        Ok(())
    }

    fn recompute_probes(&mut self) -> Outcome<()> {
        let program = Arc::clone(&self.program);
        for (index, probe) in program.model.probes.iter().enumerate() {
            let id = ProbeId(u16::try_from(index).expect("fewer than 2^16 probes"));
            let (ProbeKind::Count(query) | ProbeKind::Summary { over: query, .. }) = &probe.kind
            else {
                continue;
            };
            let bound = self.binding();
            let found = self.find(Owner::Probe(id), &query.pattern, &[], &bound)?;
            let mut pool = std::mem::take(&mut self.probes[index]);
            pool.update(found);
            let reading = self.read(id, &probe.kind, &pool, &bound)?;
            if reading.map(f64::to_bits) != self.readings[index].map(f64::to_bits) {
                self.delta.probes.push(id);
            }
            self.readings[index] = reading;
            self.probes[index] = pool;
        }
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 matches")]
    fn read(
        &self,
        id: ProbeId,
        kind: &ProbeKind,
        pool: &Pool,
        bound: &Binding,
    ) -> Outcome<Option<f64>> {
        let count = pool.members.len() as f64;
        let ProbeKind::Summary { of, value, over } = kind else {
            return Ok(Some(count));
        };
        let mut sum = ExactSum::default();
        let mut values = Vec::new();
        for (_, slots) in &pool.members {
            over.pattern
                .elements
                .iter()
                .zip(slots)
                .for_each(|(&v, &s)| bound.set(v, s));
            match self.context(Owner::Probe(id), bound).value(&value.expr) {
                Ok(Value::Real(v)) => {
                    sum.add(v);
                    values.push(v);
                }
                Ok(_) => unreachable!("check types values of summaries as Real"),
                Err(fault) => return Err(self.error(Owner::Probe(id), *fault, Some(value), bound)),
            }
        }
        let reading = match of {
            Summary::Sum => Some(sum.value()),
            Summary::Mean => (count > 0.0).then(|| sum.value() / count),
            Summary::Min => values.into_iter().min_by(f64::total_cmp),
            Summary::Max => values.into_iter().max_by(f64::total_cmp),
        };
        // A reading knows one zero only: which of two equal ones is met first means nothing.
        Ok(reading.map(|reading| reading + 0.0))
    }
}
