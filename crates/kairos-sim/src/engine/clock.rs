//! Clocks: how delays are drawn, kept, rescaled and cancelled.

use std::sync::Arc;

use kairos_model::{
    rule::RuleId,
    timer::{Family, Memory, OnChange},
    types::Value,
};
use kairos_rewrite::{
    error::{Outcome, RuntimeError},
    matcher::{EventId, Matcher},
};
use rustc_hash::FxHashMap;

use super::{
    Due, Simulation, describe,
    immediate::Immediates,
    memory::{AgeMemory, Disabled, Kept},
    real,
    timers::{Kind, Timers},
};
use crate::{
    draw::{Name, Place, StreamKey},
    law::{DelayLaw, Law},
    schedule::{Schedule, Slot},
    value::{fault, law},
};

/// The clock of an active event, or of a rule.
#[derive(Clone, Copy, Debug)]
struct Clock {
    name: Name,
    /// Of an exponential timer the rate at the last reading; else NaN.
    rate: f64,
    /// While the rate is 0: what remained, times the rate before.
    product: f64,
}

const NO_CLOCK: Clock = Clock {
    name: Name::START,
    rate: f64::NAN,
    product: 0.0,
};

/// What a match's draws are named by: a stream with the names of its key.
type StreamCount = FxHashMap<(StreamKey, Box<[Name]>), u64>;

/// All clocks of a replication.
#[derive(Debug)]
pub(super) struct Clocks<S> {
    pub(super) schedule: S,
    pub(super) immediates: Immediates,
    /// By event.
    clocks: Vec<Clock>,
    /// By aggregate clock.
    aggregates: Vec<Clock>,
    ages: AgeMemory,
    streams: StreamCount,
    /// Running number of activations.
    order: u64,
    /// By rule: how far truncation moved a mean at worst.
    shifts: Vec<f64>,
}

impl<S: Schedule + Default> Clocks<S> {
    pub(super) fn new(timers: &Arc<Timers>) -> Self {
        Clocks {
            schedule: S::default(),
            immediates: Immediates::default(),
            clocks: Vec::new(),
            aggregates: vec![NO_CLOCK; timers.aggregates.len()],
            ages: AgeMemory::default(),
            streams: StreamCount::default(),
            order: 0,
            shifts: vec![0.0; timers.timers.len()],
        }
    }

    /// Aggregate clocks come first in the schedule, then events.
    fn slot(&self, event: EventId) -> Slot {
        Slot(event.0 + u32::try_from(self.aggregates.len()).expect("fewer than 2^16 rules"))
    }

    fn aggregate(timers: &Timers, rule: RuleId) -> u32 {
        timers
            .of(rule)
            .aggregate
            .expect("asked for rules with an aggregate clock only")
    }

    pub(super) fn peek(&self, timers: &Timers) -> Option<(Due, f64)> {
        let due = self.schedule.peek()?;
        let first = self.aggregates.len();
        let what = match (due.slot.0 as usize).checked_sub(first) {
            None => Due::Aggregate(timers.aggregates[due.slot.0 as usize]),
            Some(event) => Due::Event(EventId(u32::try_from(event).expect("slots are 32 bits"))),
        };
        Some((what, due.time))
    }

    pub(super) fn name(&self, event: EventId) -> Name {
        self.clocks[event.index()].name
    }

    pub(super) fn aggregate_name(&self, timers: &Timers, rule: RuleId) -> Name {
        self.aggregates[Self::aggregate(timers, rule) as usize].name
    }

    pub(super) fn time(&self, _timers: &Timers, event: EventId) -> Option<f64> {
        self.schedule.time_of(self.slot(event))
    }

    pub(super) fn aggregate_time(&self, timers: &Timers, rule: RuleId) -> Option<f64> {
        self.schedule.time_of(Slot(Self::aggregate(timers, rule)))
    }

    pub(super) fn len(&self) -> usize {
        self.schedule.len() + self.immediates.len()
    }

    pub(super) fn truncation_shifts(&self) -> Vec<(RuleId, f64)> {
        (0..)
            .map(RuleId)
            .zip(self.shifts.iter().copied())
            .filter(|s| s.1 > 0.0)
            .collect()
    }

    pub(super) fn memory_bytes(&self) -> u64 {
        // A heap entry is three words, its position one.
        (self.clocks.capacity() * size_of::<Clock>() + self.schedule.len() * 32) as u64
    }

    fn set(&mut self, event: EventId, clock: Clock) {
        if self.clocks.len() <= event.index() {
            self.clocks.resize(event.index() + 1, NO_CLOCK);
        }
        self.clocks[event.index()] = clock;
    }

    fn put(&mut self, slot: Slot, time: f64) {
        let order = self.order;
        self.order += 1;
        if self.schedule.contains(slot) {
            self.schedule.reschedule(slot, time, order);
        } else {
            self.schedule.insert(slot, time, order);
        }
    }
}

/// When something with this much left to wait is due, at this rate.
fn due(now: f64, clock: &mut Clock, unit: f64) -> f64 {
    clock.product = unit;
    if clock.rate > 0.0 {
        now + unit / clock.rate
    } else {
        f64::INFINITY
    }
}

impl<M: Matcher, S: Schedule + Default> Simulation<M, S> {
    /// Cancels the clocks of lost events; age memory keeps what remains. Takes the fired event out if it is among them.
    pub(super) fn cancel_lost(&mut self, fired: &mut Option<EventId>) {
        for position in 0..self.matcher.delta().lost.len() {
            let lost = self.matcher.delta().lost[position];
            let rule = self.matcher.rule_of(lost.event);
            let slot = self.clocks.slot(lost.event);
            let has_fired = *fired == Some(lost.event);
            if has_fired {
                *fired = None;
            } else if !lost.deleted && self.timers.of(rule).memory == Memory::Age {
                self.keep(lost.event, rule);
            }
            self.clocks.immediates.remove(lost.event);
            if self.clocks.schedule.contains(slot) {
                self.clocks.schedule.remove(slot);
            }
        }
    }

    fn keep(&mut self, event: EventId, rule: RuleId) {
        let Clock {
            name,
            rate,
            product,
        } = self.clocks.clocks[event.index()];
        let time = self
            .clocks
            .time(&self.timers, event)
            .unwrap_or(f64::INFINITY);
        let disabled: Disabled = (rule, self.numbers(event).collect());
        self.clocks.ages.keep(
            disabled,
            Kept {
                name,
                remaining: time - self.now,
                rate,
                product,
            },
        );
    }

    /// Age memory forgets the events of deleted elements.
    pub(super) fn forget_deleted(&mut self) {
        if self.clocks.ages.is_empty() {
            return;
        }
        let graph = self.matcher.graph();
        for node in graph.deleted_nodes() {
            self.clocks.ages.forget(graph.node_number(node));
        }
        for edge in graph.deleted_edges() {
            self.clocks.ages.forget(graph.edge_number(edge));
        }
    }

    /// Reads the parameters of stale events again: exponential clocks are rescaled, others kept, or redrawn if the model says so.
    pub(super) fn refresh_stale(&mut self, fired: Option<EventId>) -> Outcome<()> {
        for position in 0..self.matcher.delta().stale.len() {
            let event = self.matcher.delta().stale[position];
            if Some(event) == fired {
                continue;
            }
            let rule = self.matcher.rule_of(event);
            let (family, on_change) = (self.timers.of(rule).family, self.timers.of(rule).on_change);
            match family {
                Family::ExponentialRate | Family::ExponentialMean => self.rescale(event, rule)?,
                Family::Immediate => self.rescale_immediate(event, rule)?,
                _ if on_change == OnChange::Redraw => self.fresh.push(event),
                _ => {}
            }
        }
        Ok(())
    }

    fn rescale(&mut self, event: EventId, rule: RuleId) -> Outcome<()> {
        self.bind(event, rule);
        let rate = self.exponential_rate(rule)?;
        let slot = self.clocks.slot(event);
        let mut clock = self.clocks.clocks[event.index()];
        if rate.to_bits() == clock.rate.to_bits() {
            return Ok(());
        }
        let time = self.clocks.schedule.time_of(slot).unwrap_or(f64::INFINITY);
        let time = rescaled(self.now, time, &mut clock, rate);
        self.clocks.clocks[event.index()] = clock;
        self.reschedule(slot, time);
        Ok(())
    }

    /// Another time, the same place among equal times.
    fn reschedule(&mut self, slot: Slot, time: f64) {
        let order = self.clocks.schedule.order_of(slot);
        self.clocks.schedule.reschedule(slot, time, order);
    }

    fn rescale_immediate(&mut self, event: EventId, rule: RuleId) -> Outcome<()> {
        self.bind(event, rule);
        let (priority, weight) = self.priority_and_weight(rule)?;
        let mut clock = self.clocks.clocks[event.index()];
        let Some((old, time)) = self.clocks.immediates.due(event) else {
            return Ok(());
        };
        if weight.to_bits() == clock.rate.to_bits() && old == priority {
            return Ok(());
        }
        // A change of priority takes what remains along into the other race.
        let time = rescaled(self.clocks.immediates.now(old), time, &mut clock, weight);
        let time = time - self.clocks.immediates.now(old) + self.clocks.immediates.now(priority);
        self.clocks.clocks[event.index()] = clock;
        self.clocks.immediates.reschedule(event, priority, time);
        Ok(())
    }

    /// Sets the clocks of the events in `fresh`, in the order (rule, matched numbers).
    pub(super) fn arm_fresh(&mut self, cause: Name) -> Outcome<()> {
        let mut fresh = std::mem::take(&mut self.fresh);
        if fresh.len() > 1 {
            fresh.sort_unstable_by(|&a, &b| {
                let rules = self.matcher.rule_of(a).cmp(&self.matcher.rule_of(b));
                rules.then_with(|| self.numbers(a).cmp(self.numbers(b)))
            });
        }
        for event in fresh.drain(..) {
            let rule = self.matcher.rule_of(event);
            self.bind(event, rule);
            self.arm(event, rule, cause)
                .map_err(|error| self.at_match(error, rule))?;
        }
        self.fresh = fresh;
        Ok(())
    }

    /// Sets the clock of an event that becomes active.
    fn arm(&mut self, event: EventId, rule: RuleId, cause: Name) -> Outcome<()> {
        if self.timers.of(rule).memory == Memory::Age && !self.clocks.ages.is_empty() {
            let disabled: Disabled = (rule, self.numbers(event).collect());
            if let Some(Kept {
                name,
                remaining,
                rate,
                product,
            }) = self.clocks.ages.take(&disabled)
            {
                self.clocks.set(
                    event,
                    Clock {
                        name,
                        rate,
                        product,
                    },
                );
                let slot = self.clocks.slot(event);
                self.clocks.put(slot, self.now + remaining);
                return Ok(());
            }
        }
        let name = self.name_of(event, rule, cause);
        if self.timers.of(rule).kind == Kind::Immediate {
            return self.arm_immediate(event, rule, name);
        }
        let timers = Arc::clone(&self.timers);
        let mut rng = self.randomness.rng(name, Place::DELAY);
        let mut clock = Clock { name, ..NO_CLOCK };
        let time = match &timers.of(rule).kind {
            Kind::Constant(law) if law.law().rate().is_none() => {
                self.note_shift(rule, law.law());
                self.now + law.delay(&mut rng)
            }
            _ if matches!(
                timers.of(rule).family,
                Family::ExponentialRate | Family::ExponentialMean
            ) =>
            {
                clock.rate = self.exponential_rate(rule)?;
                let unit = unit_exponential().delay(&mut rng);
                due(self.now, &mut clock, unit)
            }
            _ => {
                let parameters = self.parameters(rule)?;
                let family = timers.of(rule).family;
                let law = law(family, &parameters, &timers.columns).and_then(DelayLaw::new);
                let law = law.map_err(|error| self.domain(error, rule))?;
                self.note_shift(rule, law.law());
                self.now + law.delay(&mut rng)
            }
        };
        self.clocks.set(event, clock);
        let slot = self.clocks.slot(event);
        self.clocks.put(slot, time);
        Ok(())
    }

    fn arm_immediate(&mut self, event: EventId, rule: RuleId, name: Name) -> Outcome<()> {
        let (priority, weight) = self.priority_and_weight(rule)?;
        let mut clock = Clock {
            name,
            rate: weight,
            product: 0.0,
        };
        let unit = unit_exponential().delay(&mut self.randomness.rng(name, Place::DELAY));
        let time = due(self.clocks.immediates.now(priority), &mut clock, unit);
        self.clocks.set(event, clock);
        let order = self.clocks.order;
        self.clocks.order += 1;
        self.clocks.immediates.insert(event, priority, time, order);
        Ok(())
    }

    /// The name of the firing that an event stands for.
    fn name_of(&mut self, event: EventId, id: RuleId, cause: Name) -> Name {
        let rule = self.program.model.rule(id);
        let timer = self.timers.of(id);
        let graph = self.matcher.graph();
        let name = |v, s| {
            let is_node = kairos_rewrite::program::is_node(&rule.scope, v);
            Name(if is_node {
                graph.node_name(s)
            } else {
                graph.edge_name(s)
            })
        };
        match &timer.stream {
            None => {
                let matched = rule.lhs.elements.iter().zip(self.matcher.matched(event));
                let names: smallvec::SmallVec<[Name; 8]> =
                    matched.map(|(&v, &s)| name(v, s)).collect();
                Name::firing(timer.key, &names, cause)
            }
            Some((stream, key)) => {
                let names: Box<[Name]> = key.iter().map(|&v| name(v, self.bound.get(v))).collect();
                let k = self
                    .clocks
                    .streams
                    .entry((*stream, names.clone()))
                    .or_insert(0);
                let name = Name::stream(*stream, &names, *k);
                *k += 1;
                name
            }
        }
    }

    /// The rate of an exponential timer at the bound match.
    fn exponential_rate(&self, rule: RuleId) -> Outcome<f64> {
        if let Kind::Constant(law) = &self.timers.of(rule).kind
            && let Some(rate) = law.law().rate()
        {
            return Ok(rate);
        }
        let parameters = self.parameters(rule)?;
        let law = law(
            self.timers.of(rule).family,
            &parameters,
            &self.timers.columns,
        );
        let law = law.map_err(|error| self.domain(error, rule))?;
        Ok(law.rate().expect("an exponential law has a rate"))
    }

    fn priority_and_weight(&self, rule: RuleId) -> Outcome<(i64, f64)> {
        let formulas = &self.program.model.timers[rule.index()].law.parameters;
        let Value::Int(priority) = self.matcher.value(&formulas[0], &self.bound, self.now)? else {
            unreachable!("check types priorities as Int")
        };
        let weight = real(self.matcher.value(&formulas[1], &self.bound, self.now)?);
        // A weight is the rate of a race, with the same domain.
        Law::exponential(weight).map_err(|error| self.domain(error, rule))?;
        Ok((priority, weight))
    }

    fn parameters(&self, rule: RuleId) -> Outcome<smallvec::SmallVec<[f64; 4]>> {
        let formulas = &self.program.model.timers[rule.index()].law.parameters;
        formulas
            .iter()
            .map(|f| Ok(real(self.matcher.value(f, &self.bound, self.now)?)))
            .collect()
    }

    /// A parameter outside its domain, with the expression that gave it.
    fn domain(&self, error: crate::law::LawError, id: RuleId) -> Box<RuntimeError> {
        let value = error.value;
        let mut error = RuntimeError::new(fault(error), self.now);
        let formulas = &self.program.model.timers[id.index()].law.parameters;
        let guilty = |f: &&kairos_model::expr::Formula| {
            self.matcher
                .value(f, &self.bound, self.now)
                .is_ok_and(|v| real(v).to_bits() == value.to_bits())
        };
        error.expression = formulas.iter().find(guilty).map(|f| f.text.clone());
        error.value = Some(Value::Real(value));
        error.rule = Some((id, self.program.model.rule(id).name.clone()));
        error.matched = describe(&self.matcher, id, &self.bound);
        Box::new(error)
    }

    fn note_shift(&mut self, rule: RuleId, law: &Law<'_>) {
        if self.timers.of(rule).family == Family::Normal {
            let shift = &mut self.clocks.shifts[rule.index()];
            *shift = shift.max(law.truncation_shift());
        }
    }

    /// The hazard of an aggregate rule: rate × product of component weights ÷ automorphisms if symmetric.
    fn hazard(&self, id: RuleId) -> Outcome<f64> {
        let rule = self.program.model.rule(id);
        let rate = self.exponential_rate(id)?;
        let matches: f64 = (0..rule.components.len())
            .map(|c| self.matcher.component_weight(id, c))
            .product();
        #[expect(clippy::cast_precision_loss, reason = "a handful of automorphisms")]
        let embeddings = if rule.symmetric {
            rule.automorphisms.len() as f64
        } else {
            1.0
        };
        Ok(rate * matches / embeddings)
    }

    /// Sets an aggregate clock anew: at the start, and after each of its firings.
    pub(super) fn arm_aggregate(&mut self, rule: RuleId, cause: Name) -> Outcome<()> {
        let index = Clocks::<S>::aggregate(&self.timers, rule);
        let name = Name::firing(self.timers.of(rule).key, &[], cause);
        let mut clock = Clock {
            name,
            rate: self.hazard(rule)?,
            product: 0.0,
        };
        let unit = unit_exponential().delay(&mut self.randomness.rng(name, Place::DELAY));
        let time = due(self.now, &mut clock, unit);
        self.clocks.aggregates[index as usize] = clock;
        self.clocks.put(Slot(index), time);
        Ok(())
    }

    /// The hazard has changed: the remaining time is rescaled.
    pub(super) fn rescale_aggregate(&mut self, rule: RuleId) -> Outcome<()> {
        let index = Clocks::<S>::aggregate(&self.timers, rule);
        let hazard = self.hazard(rule)?;
        let mut clock = self.clocks.aggregates[index as usize];
        if hazard.to_bits() != clock.rate.to_bits() {
            let time = self
                .clocks
                .schedule
                .time_of(Slot(index))
                .unwrap_or(f64::INFINITY);
            let time = rescaled(self.now, time, &mut clock, hazard);
            self.clocks.aggregates[index as usize] = clock;
            self.reschedule(Slot(index), time);
        }
        Ok(())
    }
}

/// The time of an exponential clock whose rate changes (Gibson and Bruck): t' = now + (t − now) · old ÷ new. At rate 0 the product
/// (t − now) · old is kept until the rate returns.
fn rescaled(now: f64, time: f64, clock: &mut Clock, rate: f64) -> f64 {
    let old = std::mem::replace(&mut clock.rate, rate);
    if old > 0.0 {
        clock.product = (time - now) * old;
    }
    if rate > 0.0 {
        if old > 0.0 {
            now + (time - now) * (old / rate)
        } else {
            now + clock.product / rate
        }
    } else {
        f64::INFINITY
    }
}

fn unit_exponential() -> DelayLaw<'static> {
    let law = Law::exponential(1.0).expect("1 is a rate");
    DelayLaw::new(law).expect("an exponential law is positive")
}
