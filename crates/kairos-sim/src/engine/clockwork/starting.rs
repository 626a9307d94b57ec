//! Clocks that start at once: in which order, and with draws that are begun together.

use kairos_model::rule::RuleId;
use kairos_rewrite::{
    error::Outcome,
    matcher::{EventId, Matcher},
};

use super::Clockwork;
use crate::{
    draw::Name,
    engine::{Due, quick::Begun, timers::Timers},
    schedule::Schedule,
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
                let (rule, matched) = matcher.event(event);
                let element = timers.of(rule).elements.first().zip(matched.first());
                self.rule = rule;
                self.first = element.map_or(0, |(e, &slot)| e.number(matcher.graph(), slot));
            }
        }
    }
}

/// So many draws are begun together.
const TOGETHER: usize = 4;

impl<S: Schedule + Default> Clockwork<S> {
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
        let mut starting = std::mem::take(&mut self.starting);
        for some in starting.chunks(TOGETHER) {
            // Draws that are begun together do not wait for each other.
            let mut begun = [None; TOGETHER];
            for (begun, starting) in begun.iter_mut().zip(some) {
                *begun = self.begin_draw(matcher, starting.due, cause);
            }
            for (begun, starting) in begun.into_iter().zip(some) {
                match (begun, starting.due) {
                    (Some(begun), Due::Event(event)) => {
                        self.start_begun(matcher, event, begun, now);
                    }
                    (_, due) => self.start(matcher, due, cause, now)?,
                }
            }
        }
        starting.clear();
        self.starting = starting;
        Ok(())
    }

    fn put_in_order<M: Matcher>(&mut self, matcher: &M) {
        let timers = &*self.timers;
        for starting in &mut self.starting {
            starting.look_up(timers, matcher);
        }
        let order = |a: &Starting, b: &Starting| {
            let rest = || numbers(timers, matcher, a).cmp(numbers(timers, matcher, b));
            (a.rule, a.first).cmp(&(b.rule, b.first)).then_with(rest)
        };
        match self.starting.as_mut_slice() {
            [a, b] => {
                if order(a, b).is_gt() {
                    std::mem::swap(a, b);
                }
            }
            many => many.sort_unstable_by(order),
        }
    }

    /// Starts the clock of an event whose draw was begun.
    #[inline]
    fn start_begun<M: Matcher>(&mut self, matcher: &M, event: EventId, begun: Begun, now: f64) {
        let Begun { name, .. } = begun;
        if let Some(delay) = self.constant_delay(matcher.rule_of(event), name, Some(begun)) {
            let slot = self.slot(Due::Event(event));
            self.clocks.start(slot, name, delay, now);
        }
    }
}

/// The numbers of a match, in the order of the text.
fn numbers<'a, M: Matcher>(
    timers: &'a Timers,
    matcher: &'a M,
    of: &Starting,
) -> impl Iterator<Item = u64> + 'a {
    let (elements, matched) = match of.due {
        Due::Aggregate(_) => (&[][..], &[][..]),
        Due::Event(event) => (&timers.of(of.rule).elements[..], matcher.matched(event)),
    };
    elements
        .iter()
        .zip(matched)
        .map(|(e, &slot)| e.number(matcher.graph(), slot))
}
