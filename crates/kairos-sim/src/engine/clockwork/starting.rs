//! Clocks that start at once, and in which order.

use std::cmp::Ordering;

use kairos_model::rule::RuleId;
use kairos_rewrite::{
    error::Outcome,
    matcher::{Event, Matched, Matcher},
};

use super::Clockwork;
use crate::{
    draw::Name,
    engine::{Due, clocks::Runs, elements::Element, quick::Begun, timers::Timers},
    schedule::{Schedule, Slot},
};

/// A clock that is to be started, in the order of its rule's name and the numbers of its match: these are known only where there are
/// several.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starting {
    due: Due,
    rule: RuleId,
    /// The first of the matched numbers.
    first: u64,
}

impl Starting {
    #[inline]
    pub(super) fn new(due: Due) -> Self {
        Starting {
            due,
            rule: RuleId(0),
            first: 0,
        }
    }

    #[inline]
    fn look_up<M: Matcher>(&mut self, timers: &Timers, matcher: &M) {
        match self.due {
            Due::Aggregate(rule) => self.rule = rule,
            Due::Event(event) => {
                let matched = matcher.matched(event);
                let elements = &timers.of(event.rule).elements;
                let element = elements.first().zip(matched.first());
                self.rule = event.rule;
                self.first = element.map_or(0, |(e, &slot)| e.number(matcher.graph(), slot));
            }
        }
    }
}

/// For so many events is drawn at once.
pub(super) const FEW: usize = 2;

impl<S: Schedule + Default> Clockwork<S> {
    /// Begins to draw for few events that an application has found. A draw is a chain in which each part waits for the one before; so its hashes, its
    /// delay and the entry of the clock stand apart, with work between them that waits for none.
    #[inline(always)]
    pub(in crate::engine) fn begin_found<M: Matcher>(&mut self, matcher: &M, cause: Name) {
        if (1..=FEW).contains(&matcher.delta().found.len()) {
            self.begin_few(matcher, cause);
        }
    }

    // Not in line: what happens at every step needs the registers more.
    #[inline(never)]
    fn begin_few<M: Matcher>(&mut self, matcher: &M, cause: Name) {
        for (position, event) in matcher.delta().found.iter().enumerate() {
            let timer = self.timers.of(event.rule);
            if timer.quick.is_some() {
                let matched = matcher.matched(*event);
                self.begun[position] = self.begun(timer, matcher, matched.iter().copied(), cause);
            }
        }
    }

    /// The delays of the draws that were begun for few events, where that suffices; else no numbers.
    #[inline(always)]
    pub(super) fn begun_delays(&self, found: &[Event]) -> [f64; FEW] {
        let delay = |event: &Event, begun: Begun| {
            let quick = self.timers.of(event.rule).quick.as_ref();
            let delay = quick.and_then(|quick| quick.delay(begun));
            delay.unwrap_or(f64::NAN)
        };
        match (found, self.begun) {
            ([only], [begun, _]) => [delay(only, begun), f64::NAN],
            ([a, b], [first, second]) => [delay(a, first), delay(b, second)],
            _ => [f64::NAN; FEW],
        }
    }

    /// Starts the clocks of one event, or two, that were found.
    #[inline(always)]
    pub(super) fn start_found<M: Matcher>(
        &mut self,
        matcher: &M,
        found: &[Event],
        delays: &[f64; FEW],
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let swap = matches!(found, [a, b] if self.is_after(matcher, a, b));
        for position in 0..found.len() {
            let position = (position ^ usize::from(swap)) % FEW;
            let event = found[position];
            let (name, delay) = (self.begun[position].name, delays[position]);
            if delay.is_nan() || !self.truncation.has_noted(event.rule) {
                self.start_event(matcher, &event, cause, now)?;
                continue;
            }
            let Event { id, rule, row } = event;
            self.clocks
                .start_new(self.slot_of(id), Runs { rule, row }, name, delay, now);
        }
        Ok(())
    }

    /// Starts those of the events that were found, of the one that has fired and stays active, and those that are drawn anew.
    #[inline(never)]
    pub(super) fn start_many<M: Matcher>(
        &mut self,
        matcher: &M,
        survivor: Option<Slot>,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        let survivor = survivor.map(|slot| self.due_in(slot));
        let found = matcher.delta().found.iter().map(|&e| Due::Event(e));
        let all = found.chain(survivor).map(Starting::new);
        self.starting.extend(all);
        self.start_all(matcher, cause, now)
    }

    /// Whether the clock of an event starts after that of another one.
    #[inline]
    fn is_after<M: Matcher>(&self, matcher: &M, a: &Event, b: &Event) -> bool {
        let timers = &*self.timers;
        if a.rule == b.rule && timers.of(a.rule).of_a_node {
            let (a, b) = (matcher.matched(*a), matcher.matched(*b));
            return matcher.graph().order_of_nodes(a[0], b[0]).is_gt();
        }
        let [mut a, mut b] = [Starting::new(Due::Event(*a)), Starting::new(Due::Event(*b))];
        a.look_up(timers, matcher);
        b.look_up(timers, matcher);
        order(timers, matcher, &a, &b).is_gt()
    }

    /// Starts clocks in the order of their rules and matched numbers.
    pub(super) fn start_all<M: Matcher>(
        &mut self,
        matcher: &M,
        cause: Name,
        now: f64,
    ) -> Outcome<()> {
        if self.starting.len() > 1 {
            self.put_in_order(matcher);
        }
        for position in 0..self.starting.len() {
            match self.starting[position].due {
                Due::Event(event) => self.start_event(matcher, &event, cause, now)?,
                Due::Aggregate(rule) => self.start_aggregate(matcher, rule, cause, now)?,
            }
        }
        self.starting.clear();
        Ok(())
    }

    fn put_in_order<M: Matcher>(&mut self, matcher: &M) {
        let timers = &*self.timers;
        for starting in &mut self.starting {
            starting.look_up(timers, matcher);
        }
        let order = |a: &Starting, b: &Starting| order(timers, matcher, a, b);
        match self.starting.as_mut_slice() {
            [a, b] => {
                if order(a, b).is_gt() {
                    std::mem::swap(a, b);
                }
            }
            many => many.sort_unstable_by(order),
        }
    }
}

/// In which order two clocks start, of which the rules and first numbers are known.
#[inline]
fn order<M: Matcher>(timers: &Timers, matcher: &M, a: &Starting, b: &Starting) -> Ordering {
    let rest = || numbers(timers, matcher, a).cmp(numbers(timers, matcher, b));
    let firsts = a.first.cmp(&b.first);
    a.rule.cmp(&b.rule).then(firsts).then_with(rest)
}

/// The numbers of a match, in the order of the text.
fn numbers<'a, M: Matcher>(
    timers: &'a Timers,
    matcher: &'a M,
    of: &Starting,
) -> impl Iterator<Item = u64> + 'a {
    let (elements, matched) = match of.due {
        Due::Aggregate(_) => (&[][..], Matched::Many(&[])),
        Due::Event(event) => (&timers.of(of.rule).elements[..], matcher.matched(event)),
    };
    let number = move |(at, e): (usize, &Element)| e.number(matcher.graph(), matched[at]);
    elements.iter().enumerate().map(number)
}
