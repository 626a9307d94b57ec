//! Which clocks start, go on, change and stop when matches change: the rules of the GSMP.

mod starting;

use std::sync::Arc;

use kairos_model::{
    rule::RuleId,
    timer::{Memory, OnChange},
};
use kairos_rewrite::{
    binding::{Binding, Slot as MatchedSlot},
    error::{Outcome, RuntimeError},
    matcher::{Event, EventId, Lost, Matcher, Soon},
    program::Program,
};
use rustc_hash::FxHashMap;

use self::starting::{FEW, Starting};
use super::{
    Due,
    ages::AgeMemory,
    choose,
    clocks::{Clocks, Delay, Runs},
    fault::located,
    quick::Begun,
    timers::{Reading, Timer, Timers, bad_hazard},
    truncation::Truncation,
};
use crate::{
    draw::{Name, Place, Randomness},
    law::standard_exponential,
    schedule::{Lane, Note, Schedule, Slot},
};

/// The clocks of a replication, and what their draws are named by.
#[derive(Debug)]
pub(super) struct Clockwork<S> {
    timers: Arc<Timers>,
    randomness: Randomness,
    pub(super) clocks: Clocks<S>,
    /// By rule: its match, for the parameters of its timer.
    bindings: Vec<Binding>,
    /// By stream and key: how often it was activated.
    streams: FxHashMap<Name, u64>,
    pub(super) ages: AgeMemory,
    pub(super) truncation: Truncation,
    starting: Vec<Starting>,
    names: Vec<Name>,
    /// The draw that will probably be needed next, and the firing that is its cause.
    ahead: Option<(Name, Begun)>,
    /// Draws for few events that were found last.
    begun: [Begun; FEW],
}

impl<S: Schedule + Default> Clockwork<S> {
    pub(super) fn new(program: &Program, timers: Arc<Timers>, randomness: Randomness) -> Self {
        let rules = &program.model.rules;
        Clockwork {
            timers,
            randomness,
            clocks: Clocks::new(),
            bindings: rules
                .iter()
                .map(|r| Binding::new(r.scope.elements.len()))
                .collect(),
            streams: FxHashMap::default(),
            ages: AgeMemory::default(),
            truncation: Truncation::new(rules.len()),
            starting: Vec::new(),
            names: Vec::new(),
            ahead: None,
            begun: [Begun::NOTHING; FEW],
        }
    }

    /// The slot of a clock: aggregate ones first.
    #[inline]
    pub(super) fn slot(&self, due: Due) -> Slot {
        match due {
            Due::Aggregate(rule) => {
                let aggregate = self
                    .timers
                    .of(rule)
                    .aggregate
                    .expect("the rule has an aggregate clock");
                Slot(aggregate.place)
            }
            Due::Event(event) => self.slot_of(event.id),
        }
    }

    /// The slot of the clock of an event.
    #[inline]
    pub(super) fn slot_of(&self, event: EventId) -> Slot {
        Slot(self.timers.aggregates.len() as u32 + event.0)
    }

    /// What the clock in a slot runs for, or ran for last.
    #[inline]
    pub(super) fn due_in(&self, slot: Slot) -> Due {
        self.due(slot, self.clocks.note(slot))
    }

    #[inline(always)]
    fn due(&self, slot: Slot, Note { rule, row, .. }: Note) -> Due {
        match slot.0.checked_sub(self.timers.aggregates.len() as u32) {
            None => Due::Aggregate(rule),
            Some(id) => Due::Event(Event {
                id: EventId(id),
                rule,
                row,
            }),
        }
    }

    /// The event that probably fires so many firings after the next, and the name of that firing. What is foreseen may be out of date: only an
    /// event whose clock runs is surely active.
    #[inline(always)]
    pub(super) fn foresee(&self, ahead: usize) -> Option<(Event, Name)> {
        let slot = self.clocks.foresee(ahead)?;
        let note = self.clocks.note(slot);
        match self.due(slot, note) {
            Due::Event(event) if note.lane != Lane::Stopped => Some((event, note.name)),
            _ => None,
        }
    }

    /// What fires, and the name of the firing, when the clock in a slot has run out.
    #[inline(always)]
    pub(super) fn fire(&mut self, slot: Slot) -> (Due, Name) {
        let note = self.clocks.fire(slot);
        (self.due(slot, note), note.name)
    }

    /// Starts the clocks of the start graph.
    pub(super) fn begin<M: Matcher>(&mut self, matcher: &M) -> Outcome<()> {
        let events = matcher.delta().found.iter().map(|&e| Due::Event(e));
        let aggregates = self.timers.aggregates.iter().map(|&r| Due::Aggregate(r));
        self.starting
            .extend(events.chain(aggregates).map(Starting::new));
        self.start_all(matcher, Name::START, 0.0)?;
        // Never again will so many start at once.
        self.starting = Vec::new();
        Ok(())
    }

    /// Whether an application has changed anything besides the clock that fired.
    #[inline]
    pub(super) fn has_to_follow<M: Matcher>(&self, matcher: &M) -> bool {
        !matcher.delta().keeps_events() || self.ages.len() > 0
    }

    /// Follows an application: stops the clocks of lost events, starts those of found ones and of the fired one if it is
    /// still active, and rescales those whose rate has changed. All others go on.
    pub(super) fn follow<M: Matcher>(
        &mut self,
        matcher: &M,
        fired: Slot,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let delta = matcher.delta();
        let delays = self.begun_delays(&delta.found);
        let mut survives = true;
        for lost in &delta.lost {
            let has_fired = self.slot_of(lost.event.id) == fired;
            survives &= !has_fired;
            self.disable(matcher, lost, !has_fired, now);
        }
        self.forget_deleted(matcher);
        for &event in &delta.stale {
            if !survives || self.slot_of(event.id) != fired {
                self.refresh(matcher, event, now)?;
            }
        }
        for &rule in &delta.aggregates {
            let slot = self.slot(Due::Aggregate(rule));
            if slot != fired {
                let hazard = self.hazard(matcher, rule, now)?;
                self.clocks.rescale(slot, hazard, now);
            }
        }
        // Nothing is to be put in order where at most one starts.
        match delta.found.as_slice() {
            _ if !self.starting.is_empty() => {}
            [] if survives => return self.start_again(matcher, fired, cause, now),
            [] => return Ok(()),
            few @ ([_] | [_, _]) if !survives => {
                return self.start_found(matcher, few, &delays, cause, now);
            }
            _ => {}
        }
        self.start_many(matcher, survives.then_some(fired), cause, now)
    }

    /// The fired event stays active and nothing else has changed.
    // What mostly happens calls nothing, so that it has all registers for itself: a draw that takes more than a word is begun anew.
    #[inline(never)]
    pub(super) fn restart<M: Matcher>(
        &mut self,
        matcher: &M,
        (slot, rule): (Slot, RuleId),
        matched: &Binding,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let timer = self.timers.of(rule);
        if let Some(quick) = &timer.quick {
            let begun = match self.ahead {
                Some((of, begun)) if of == cause => begun,
                _ => self.begun(timer, matcher, matched.slots(), cause),
            };
            // No half waits for the other, so that the processor is at both at the same time.
            let next = self.begin_next(matcher);
            if let Some(delay) = quick.delay(begun) {
                self.clocks.restart(slot, begun.name, delay, now);
                self.ahead = next;
                return Ok(());
            }
        }
        self.start_again(matcher, slot, cause, now)
    }

    /// Begins the draw that follows if the event that is probably next stays active when it fires; and says by which firing.
    #[inline(always)]
    fn begin_next<M: Matcher>(&self, matcher: &M) -> Option<(Name, Begun)> {
        let (event, cause) = self.foresee(1)?;
        let matched = matcher.matched(event);
        let timer = self.timers.of(event.rule);
        let begin = || self.begun(timer, matcher, matched.iter().copied(), cause);
        timer.quick.is_some().then(|| (cause, begin()))
    }

    /// Begins the draw that a firing is the cause of, where a quick law, rule and match are all that it depends on.
    #[inline(always)]
    fn begun<M: Matcher>(
        &self,
        timer: &Timer,
        matcher: &M,
        matched: impl Iterator<Item = MatchedSlot>,
        cause: Name,
    ) -> Begun {
        let name = timer.name(matcher.graph(), matched, cause);
        Begun::new(&self.randomness, name)
    }

    /// Asks for what the next firings of an aggregate clock will probably read, when it fires: a name without a match follows from the one before,
    /// so that it can be told long ahead which fractions will be picked.
    #[inline(never)]
    pub(super) fn foresee_picks<M: Matcher>(&self, matcher: &M, rule: RuleId, mut name: Name) {
        let timer = self.timers.of(rule);
        if !matcher.has_large_pools(rule) {
            return;
        }
        for how_soon in [Soon::Next, Soon::Nearer, Soon::Near] {
            name = timer.name_without_match(name);
            let u = |component| choose::of_component(&self.randomness, name, component);
            matcher.prefetch_components(rule, how_soon, u);
        }
    }

    /// Stops the clock of an event that was lost; with age memory, unless it fired, what remains of it is kept.
    #[inline]
    fn disable<M: Matcher>(&mut self, matcher: &M, lost: &Lost, keep: bool, now: f64) {
        if self.timers.remember {
            self.remember(matcher, lost, keep, now);
        }
        self.clocks.stop(self.slot_of(lost.event.id));
    }

    /// What is remembered of a lost event, or no longer.
    fn remember<M: Matcher>(&mut self, matcher: &M, lost: &Lost, keep: bool, now: f64) {
        let rule = lost.event.rule;
        let slot = self.slot_of(lost.event.id);
        if lost.deleted {
            self.forget_stream(matcher, lost.event);
        } else if keep
            && self.timers.of(rule).memory == Memory::Age
            && let Some(remaining) = self.clocks.remaining(slot, now)
        {
            let timer = self.timers.of(rule);
            let matched = matcher.matched(lost.event);
            let event = identity(timer, matcher, &matched);
            let elements = timer.elements.iter().zip(&*matched);
            let numbers = elements.map(|(e, &slot)| e.number(matcher.graph(), slot));
            self.ages.keep(event, remaining, numbers);
        }
    }

    /// Age memory forgets the events of deleted elements.
    #[inline]
    fn forget_deleted<M: Matcher>(&mut self, matcher: &M) {
        if self.ages.len() == 0 {
            return;
        }
        let graph = matcher.graph();
        let nodes = graph.deleted_nodes().map(|n| graph.node_number(n));
        let edges = graph.deleted_edges().map(|e| graph.edge_number(e));
        nodes.chain(edges).for_each(|n| self.ages.forget(n));
    }

    /// What a timer reads has changed.
    fn refresh<M: Matcher>(&mut self, matcher: &M, event: Event, now: f64) -> Outcome<()> {
        let (rule, slot) = (event.rule, self.slot_of(event.id));
        debug_assert!(self.timers.of(rule).plain.is_none(), "it reads nothing");
        self.bind(matcher, event);
        match self
            .timers
            .read(rule, matcher, &self.bindings[rule.index()], now)?
        {
            Reading::Exponential(rate) => self.clocks.rescale(slot, rate, now),
            Reading::Immediate { priority, weight } => {
                self.clocks.reprioritise(slot, priority, weight)
            }
            Reading::Law(_) if self.timers.of(rule).on_change == OnChange::Redraw => {
                self.starting.push(Starting::new(Due::Event(event)));
            }
            Reading::Law(_) => {}
        }
        Ok(())
    }

    /// Starts the clock in a slot again, which has fired.
    #[inline(never)]
    fn start_again<M: Matcher>(
        &mut self,
        matcher: &M,
        slot: Slot,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        match self.due_in(slot) {
            Due::Event(ref event) => self.start_event(matcher, event, cause, now),
            Due::Aggregate(rule) => self.start_aggregate(matcher, rule, cause, now),
        }
    }

    /// Starts the clock of a rule.
    #[inline]
    fn start_aggregate<M: Matcher>(
        &mut self,
        matcher: &M,
        rule: RuleId,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let (name, delay) = self.delay_of_aggregate(matcher, rule, cause, now)?;
        let of = Runs { rule, row: 0 };
        self.clocks
            .start(self.slot(Due::Aggregate(rule)), of, name, delay, now);
        Ok(())
    }

    /// Starts the clock of an event that has become active, or is active again.
    #[inline(never)]
    fn start_event<M: Matcher>(
        &mut self,
        matcher: &M,
        event: &Event,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let &Event { id, rule, row } = event;
        let matched = matcher.matched(*event);
        let drawn = match self.plain_delay(matcher, rule, matched.iter().copied(), cause) {
            None => self.delay(matcher, *event, cause, now)?,
            plain => plain,
        };
        if let Some((name, delay)) = drawn {
            let of = Runs { rule, row };
            self.clocks.start(self.slot_of(id), of, name, delay, now);
        }
        Ok(())
    }

    /// The name of the firing to come of a match and its delay, where the rule, the match and a constant law are all that they depend on.
    #[inline(always)]
    fn plain_delay<M: Matcher>(
        &mut self,
        matcher: &M,
        rule: RuleId,
        matched: impl Iterator<Item = MatchedSlot>,
        cause: Name,
    ) -> Option<(Name, Delay)> {
        let timer = self.timers.of(rule);
        let reading = timer.plain.as_ref()?;
        let name = timer.name(matcher.graph(), matched, cause);
        self.truncation.note_once(rule, reading);
        let quick = timer.quick.as_ref();
        let delay = quick.and_then(|quick| quick.delay(Begun::new(&self.randomness, name)));
        let delay = match delay {
            Some(delay) => Delay::After(delay),
            None => draw(&self.randomness, name, reading).settled(),
        };
        Some((name, delay))
    }

    /// The same of a rule with an aggregate clock.
    #[inline]
    fn delay_of_aggregate<M: Matcher>(
        &self,
        matcher: &M,
        rule: RuleId,
        cause: Name,
        now: f64,
    ) -> Outcome<(Name, Delay)> {
        let timer = self.timers.of(rule);
        let name = timer.name_without_match(cause);
        let rate = self.hazard(matcher, rule, now)?;
        Ok((name, exponential(&self.randomness, name, rate)))
    }

    /// The same of an event that may have a stream, remember its age, or read its match; none where what remained of it goes on.
    fn delay<M: Matcher>(
        &mut self,
        matcher: &M,
        event: Event,
        cause: Name,
        now: f64,
    ) -> Outcome<Option<(Name, Delay)>> {
        let (rule, slot) = (event.rule, self.slot_of(event.id));
        let (timer, matched) = (self.timers.of(rule), matcher.matched(event));
        if timer.memory == Memory::Age {
            let identity = identity(timer, matcher, &matched);
            if let Some(remaining) = self.ages.take(identity) {
                let Event { rule, row, .. } = event;
                self.clocks.resume(slot, Runs { rule, row }, remaining, now);
                self.catch_up(matcher, event, now)?;
                return Ok(None);
            }
        }
        let name = match &timer.stream {
            None => timer.name(matcher.graph(), matched.iter().copied(), cause),
            Some(_) => self.next_in_stream(matcher, event),
        };
        let delay = match &self.timers.of(rule).constant {
            Some(reading) => {
                self.truncation.note(rule, reading);
                draw(&self.randomness, name, reading)
            }
            None => {
                self.bind(matcher, event);
                let bound = &self.bindings[rule.index()];
                let reading = self.timers.read(rule, matcher, bound, now)?;
                self.truncation.note(rule, &reading);
                draw(&self.randomness, name, &reading)
            }
        };
        Ok(Some((name, delay)))
    }

    /// What the rate of an event with age memory reads may have changed while it was disabled.
    fn catch_up<M: Matcher>(&mut self, matcher: &M, event: Event, now: f64) -> Outcome<()> {
        let rule = event.rule;
        if self.timers.of(rule).constant.is_some() {
            return Ok(());
        }
        self.bind(matcher, event);
        let bound = &self.bindings[rule.index()];
        if let Reading::Exponential(rate) = self.timers.read(rule, matcher, bound, now)? {
            self.clocks.rescale(self.slot_of(event.id), rate, now);
        }
        Ok(())
    }

    /// The name of the next firing of an event whose timer has a stream.
    fn next_in_stream<M: Matcher>(&mut self, matcher: &M, event: Event) -> Name {
        let (stream, key) = self.stream(matcher, event);
        let count = self.streams.entry(key).or_insert(0);
        let name = Name::stream(stream, &self.names, *count);
        *count += 1;
        name
    }

    /// The name of an event's stream, and a hash of it with its key; the names of the key are left in `names`.
    fn stream<M: Matcher>(&mut self, matcher: &M, event: Event) -> (crate::draw::StreamKey, Name) {
        let rule = event.rule;
        self.bind(matcher, event);
        let stream = self
            .timers
            .of(rule)
            .stream
            .as_ref()
            .expect("the timer has a stream");
        let bound = &self.bindings[rule.index()];
        self.names.clear();
        let key = stream
            .key
            .iter()
            .map(|e| e.name(matcher.graph(), bound.get(e.var())));
        self.names.extend(key);
        (stream.name, Name::stream(stream.name, &self.names, 0))
    }

    /// A key of which an element was deleted never comes again.
    fn forget_stream<M: Matcher>(&mut self, matcher: &M, event: Event) {
        let rule = event.rule;
        if self.timers.of(rule).stream.is_none() {
            return;
        }
        let (_, key) = self.stream(matcher, event);
        let bound = &self.bindings[rule.index()];
        let mut elements = self.timers.of(rule).stream.iter().flat_map(|s| &s.key);
        if !elements.all(|e| e.lives(matcher.graph(), bound.get(e.var()))) {
            self.streams.remove(&key);
        }
    }

    /// Binds a match for the parameters of its timer.
    fn bind<M: Matcher>(&self, matcher: &M, event: Event) {
        self.bindings[event.rule.index()].set_first(&matcher.matched(event));
    }

    /// The rate of an aggregate clock: the timer's rate for each occurrence.
    #[inline(always)]
    fn hazard<M: Matcher>(&self, matcher: &M, rule: RuleId, now: f64) -> Outcome<f64> {
        let aggregate = self.timers.of(rule).aggregate.as_ref();
        let aggregate = aggregate.expect("the rule has an aggregate clock");
        let rate = match aggregate.rate {
            Some(rate) => rate,
            None => self.rate(matcher, rule, now)?,
        };
        let mut hazard = rate;
        for weight in matcher.component_weights(rule) {
            hazard *= weight;
        }
        hazard /= aggregate.automorphisms;
        if (0.0..=f64::MAX).contains(&hazard) {
            return Ok(hazard);
        }
        Err(self.no_hazard(matcher, rule, bad_hazard(hazard, now)))
    }

    /// An error of the rate of an aggregate clock.
    #[cold]
    fn no_hazard<M: Matcher>(
        &self,
        matcher: &M,
        rule: RuleId,
        error: Box<RuntimeError>,
    ) -> Box<RuntimeError> {
        let bound = &self.bindings[rule.index()];
        located(error, matcher.program(), matcher.graph(), rule, bound)
    }

    /// The rate of the timer of a rule with an aggregate clock, where it is computed.
    fn rate<M: Matcher>(&self, matcher: &M, rule: RuleId, now: f64) -> Outcome<f64> {
        let bound = &self.bindings[rule.index()];
        match self.timers.read(rule, matcher, bound, now)? {
            Reading::Exponential(rate) => Ok(rate),
            _ => unreachable!("check lets only exponential timers be aggregate"),
        }
    }

    /// Bytes in use, roughly.
    pub(super) fn memory_bytes(&self) -> u64 {
        let streams = self.streams.capacity() * size_of::<(Name, u64)>();
        self.clocks.memory_bytes() + self.ages.memory_bytes() + streams as u64
    }
}

/// A hash of rule and matched elements.
fn identity<M: Matcher>(timer: &Timer, matcher: &M, matched: &[MatchedSlot]) -> Name {
    timer.name(matcher.graph(), matched.iter().copied(), Name::START)
}

fn draw(randomness: &Randomness, name: Name, reading: &Reading<'_>) -> Delay {
    match *reading {
        Reading::Exponential(rate) => exponential(randomness, name, rate),
        Reading::Immediate { priority, weight } => Delay::Immediate {
            priority,
            unit: unit_exponential(randomness, name),
            weight,
        },
        Reading::Law(ref law) => Delay::After(law.delay(&mut randomness.rng(name, Place::DELAY))),
    }
}

#[inline]
fn exponential(randomness: &Randomness, name: Name, rate: f64) -> Delay {
    Delay::Exponential {
        unit: unit_exponential(randomness, name),
        rate,
    }
}

/// An exponential delay of rate 1: what a clock of any rate works off, so that it can be rescaled.
#[inline]
fn unit_exponential(randomness: &Randomness, name: Name) -> f64 {
    standard_exponential(&mut randomness.rng(name, Place::DELAY))
}
