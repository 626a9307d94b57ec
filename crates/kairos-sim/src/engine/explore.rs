//! Looking into a simulation: active events with their times, and what must always be true.

use kairos_model::rule::RuleId;
use kairos_rewrite::matcher::{Event, Matcher};

use super::{Due, Simulation};
use crate::schedule::Schedule;

/// An active event and its clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Active {
    /// The event, or the aggregate clock.
    pub due: Due,
    /// Its rule.
    pub rule: RuleId,
    /// Numbers of the matched elements, in the order of the text; empty for an aggregate clock.
    pub matched: Vec<u64>,
    /// When it is due; `+inf` if never. For an immediate event its virtual time.
    pub time: f64,
    /// The priority of an immediate event.
    pub priority: Option<i64>,
}

impl<M: Matcher, S: Schedule + Default> Simulation<M, S> {
    /// Every active event with its time, in the order of rules and matched numbers; aggregate clocks last.
    #[must_use]
    pub fn active_events(&self) -> Vec<Active> {
        let active = |due: Due, rule: RuleId, matched: Vec<u64>| {
            let clock = self.clockwork.clocks.due(self.clockwork.slot(due));
            let clock = clock.expect("every active event has a clock");
            Active {
                due,
                rule,
                matched,
                time: clock.time,
                priority: clock.priority,
            }
        };
        let events = self.matcher.events().into_iter();
        let of_event = |event: Event| active(Due::Event(event), event.rule, self.numbers(event));
        let mut all: Vec<Active> = events.map(of_event).collect();
        all.sort_by(|a, b| (a.rule, &a.matched).cmp(&(b.rule, &b.matched)));
        let aggregates = self.timers.aggregates.iter();
        all.extend(aggregates.map(|&rule| active(Due::Aggregate(rule), rule, Vec::new())));
        all
    }

    /// The active event of a rule at a match: numbers of the matched elements in the order of the text. Goes through all events.
    #[must_use]
    pub fn event(&self, rule: &str, matched: &[u64]) -> Option<Due> {
        let rule = self.program.model.rule_named(rule)?;
        let is_it = |&event: &Event| event.rule == rule && self.numbers(event) == matched;
        self.matcher
            .events()
            .into_iter()
            .find(is_it)
            .map(Due::Event)
    }

    fn numbers(&self, event: Event) -> Vec<u64> {
        let elements = &self.timers.of(event.rule).elements;
        let matched = self.matcher.matched(event);
        let matched = elements.iter().zip(&*matched);
        matched
            .map(|(e, &slot)| e.number(self.matcher.graph(), slot))
            .collect()
    }

    /// For each rule with normal delays that truncation moved: how far it moved their mean at worst, relative to the mean.
    #[must_use]
    pub fn truncation_shifts(&self) -> Vec<(RuleId, f64)> {
        self.clockwork.truncation.shifts()
    }

    /// Bytes that graph, matches and clocks use, roughly.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        self.matcher.memory_bytes() + self.clockwork.memory_bytes()
    }

    /// Asserts what must always be true; slow.
    pub fn check_invariants(&self) {
        self.matcher.check_invariants();
        self.clockwork.clocks.check_invariants();
        let events = self.matcher.events();
        let running = |due| {
            self.clockwork
                .clocks
                .due(self.clockwork.slot(due))
                .is_some()
        };
        assert!(
            events.iter().all(|&e| running(Due::Event(e))),
            "an active event has no clock"
        );
        let active = events.len() + self.timers.aggregates.len();
        assert_eq!(
            self.clockwork.clocks.len(),
            active,
            "a clock runs for no active event"
        );
    }
}
