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
    engine::{Due, elements::Element, timers::Timers},
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

impl<S: Schedule + Default> Clockwork<S> {
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
    pub(super) fn is_after<M: Matcher>(&self, matcher: &M, a: &Event, b: &Event) -> bool {
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
