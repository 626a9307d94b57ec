//! What an engine may ask of a matcher, incremental or naive.

use std::ops::Deref;

use kairos_model::{expr::Formula, probe::ProbeId, rule::RuleId, timer::Family, types::Value};

use crate::{
    binding::{Binding, Slot},
    error::{Fault, Outcome},
    graph::HostGraph,
    program::Program,
};

/// The number of an event. Dense; used again after the event is lost, but not before the next application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub u32);

impl EventId {
    /// The id as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An event: a rule with a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Event {
    /// Its number among all.
    pub id: EventId,
    /// Its rule.
    pub rule: RuleId,
    /// Where the matcher keeps its match.
    pub row: u32,
}

/// What a match maps the elements of a pattern to, in their order.
#[derive(Clone, Copy, Debug)]
pub enum Matched<'a> {
    /// The only one of them.
    One(Slot),
    /// An edge with its ends.
    Edge([Slot; 3]),
    /// Any number of them.
    Many(&'a [Slot]),
}

impl Deref for Matched<'_> {
    type Target = [Slot];

    #[inline]
    fn deref(&self) -> &[Slot] {
        match self {
            Matched::One(slot) => std::slice::from_ref(slot),
            Matched::Edge(slots) => slots,
            Matched::Many(slots) => slots,
        }
    }
}

/// An event that is no longer active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The event; [`Matcher::matched`] still answers for it until the next application.
    pub event: Event,
    /// Whether a matched element was deleted (else guard or NAC no longer hold).
    pub deleted: bool,
}

/// What an application changed among the matches. In no particular order.
#[derive(Clone, Debug, Default)]
pub struct MatchDelta {
    /// Events that were active before and are not now.
    pub lost: Vec<Lost>,
    /// Events that are active now and were not before.
    pub found: Vec<Event>,
    /// Events active before and after for which an attribute or count that the timer reads has other bits than before. No event twice.
    pub stale: Vec<Event>,
    /// Rules with an aggregate clock, a component of which has gained or lost matches or changed weights. No rule twice.
    pub aggregates: Vec<RuleId>,
    /// Probes (counts and summaries) whose reading may have changed. No probe twice.
    pub probes: Vec<ProbeId>,
}

impl MatchDelta {
    /// Whether the same events are active as before, and their timers read what they read before.
    #[inline]
    #[must_use]
    pub fn keeps_events(&self) -> bool {
        // Looked at together: a branch for each would cost more.
        let (events, rules) = (self.lost.len() | self.found.len(), self.aggregates.len());
        events | self.stale.len() | rules == 0
    }

    /// Forgets everything. The memory that a start takes is given back.
    #[inline]
    pub fn clear(&mut self) {
        /// Hardly ever does a step find so many.
        const MANY: usize = 1 << 16;
        if self.found.capacity() > MANY {
            self.found = Vec::new();
        }
        self.lost.clear();
        self.found.clear();
        self.stale.clear();
        self.aggregates.clear();
        self.probes.clear();
    }

    /// Bytes in use.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.lost.capacity() * size_of::<Lost>()
            + (self.found.capacity() + self.stale.capacity()) * size_of::<Event>()
            + self.aggregates.capacity() * size_of::<RuleId>()
            + self.probes.capacity() * size_of::<ProbeId>()
    }
}

/// A firing: a rule at a match, with its choices made.
#[derive(Clone, Copy, Debug)]
pub struct Firing<'a> {
    /// The rule.
    pub rule: RuleId,
    /// Left-hand side and chosen elements are bound; the application binds the created ones of the main effect.
    pub bound: &'a Binding,
    /// The time.
    pub now: f64,
}

/// What a firing gives to the elements that it creates and to `draw(…)`: names and random values. An engine implements it.
pub trait Cause {
    /// The name of an element created by the `position`-th creation of the rule text (main effect first, then the for_each blocks), inside
    /// for_each for the extension whose elements have the names `extension`.
    fn name(&mut self, position: u32, extension: &[u64]) -> u64;

    /// A value of a law, for the draw at `place` (see [`kairos_model::expr::ExprKind::Draw`]).
    ///
    /// # Errors
    /// Where a parameter is outside the law's domain.
    fn draw(
        &mut self,
        family: Family,
        parameters: &[Value],
        place: u32,
        extension: &[u64],
    ) -> Result<Value, Fault>;
}

/// How soon an event fires: what was asked for at one time is there to be followed at the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soon {
    /// Its match is asked for.
    Near,
    /// The elements of that.
    Nearer,
    /// What hangs at these: attributes, neighbours, other matches.
    Next,
}

/// Extensions of a match, each a slot for every own element of the step's pattern.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// Elements of one extension.
    pub width: usize,
    /// Slots, `width` for each extension.
    pub slots: Vec<Slot>,
}

impl Extensions {
    /// Number of extensions (`width` is at least one).
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() / self.width.max(1)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The extension at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> &[Slot] {
        &self.slots[position * self.width..(position + 1) * self.width]
    }

    /// Forgets all and sets the width.
    pub fn reset(&mut self, width: usize) {
        self.width = width;
        self.slots.clear();
    }
}

/// How much searching was done, summed over the trajectory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// Candidates tested by searches.
    pub search_steps: u64,
    /// Nodes walked in ordered indexes.
    pub index_steps: u64,
}

/// Graph and matches of one replication.
///
/// Conditions are evaluated when matches are looked for; a fault in one (division by zero, say) ends the run.
pub trait Matcher: Sized {
    /// Takes the start graph and finds all matches; [`Matcher::delta`] then holds them as found.
    ///
    /// # Errors
    /// A fault in a guard or a limit.
    fn start(program: &std::sync::Arc<Program>, graph: HostGraph) -> Outcome<Self>;

    /// The program.
    fn program(&self) -> &std::sync::Arc<Program>;

    /// The host graph.
    fn graph(&self) -> &HostGraph;

    /// Says what time it is, for conditions of choices that read `now`.
    fn set_time(&mut self, now: f64);

    /// Applies a rule and updates the matches. The elements that it creates get the numbers from [`HostGraph::next_number`] on. What must hold after all picks does ([`Matcher::permits`]): what it says is not looked at again.
    ///
    /// # Errors
    /// A fault in an expression, a violated `unique`, a double assignment, a limit. The state is then useless.
    fn apply(&mut self, firing: Firing<'_>, cause: &mut dyn Cause) -> Outcome<()>;

    /// What the last application (or the start) changed.
    fn delta(&self) -> &MatchDelta;

    /// What an event's match maps `rule.lhs.elements` to, in that order; of a symmetric event the embedding with the smallest names.
    fn matched(&self, event: Event) -> Matched<'_>;

    /// Asks for the memory that an event's firing will read, as soon as it is known `how_soon` that will be. A hint: it changes nothing.
    #[inline]
    fn prefetch(&self, _event: Event, _how_soon: Soon) {}

    /// Says whether that was done for the event that fires next. A hint too.
    #[inline]
    fn note_foreseen(&self, _is_foreseen: bool) {}

    /// Asks for the memory of the node that its first pick comes to, if that is uniform and made as it would be now, at the fraction that `uniform`
    /// gives; says which node that is.
    #[inline]
    fn prefetch_pick(&self, _event: Event, _uniform: impl FnOnce() -> Fraction) -> Option<Slot> {
        None
    }

    /// Asks for the memory of the match that its first pick comes to, if that is uniform, from all matches of a pattern, and made once a rule was
    /// applied that changes how many there are as it did before; at the fraction that `uniform` gives.
    #[inline]
    fn prefetch_chosen(&self, _event: Event, _after: RuleId, _uniform: impl FnOnce() -> Fraction) {}

    /// Asks for the memory of the edges at a node, or where there was one; what was asked for before has come.
    #[inline]
    fn prefetch_edges(&self, _node: Slot) {}

    /// All active events, in no particular order.
    fn events(&self) -> Vec<Event>;

    /// The value of a formula of the program's model under a binding.
    ///
    /// # Errors
    /// The fault, with the formula's text; the caller adds rule and match.
    fn value(&self, formula: &Formula, bound: &Binding, now: f64) -> Outcome<Value>;

    /// Makes a rule's picks from its step `first` on, as far as they are `Uniform` and from pools (see [`crate::program::ChoiceShape`]): binds the
    /// elements of such a step to members of its pool, under what is bound so far: the k-th time, from 0 and below `attempts`, to the one
    /// at fraction `uniform(step, k)`, until distinctness and the remaining conditions hold for it. Returns the step that must be
    /// made otherwise, since it is another or these never held; `None` after the last.
    ///
    /// # Errors
    /// A fault in a condition.
    fn pool_picks(
        &self,
        rule: RuleId,
        first: usize,
        attempts: u32,
        uniform: impl Fn(usize, u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<Option<usize>>;

    /// Whether what must hold after all picks of a rule does.
    ///
    /// # Errors
    /// The fault, with the condition's text; the caller adds rule and match.
    fn permits(&self, rule: RuleId, bound: &Binding, now: f64) -> Outcome<bool> {
        for condition in &self.program().model.rule(rule).then {
            if self.value(condition, bound, now)? != Value::Bool(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All extensions of what is bound by a step: of a pool step in pool order, of others in ascending numbers.
    ///
    /// # Errors
    /// A fault in a condition.
    fn extensions(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()>;

    /// The extensions with the greatest (`Max`) or least (`Min`) value of the step's formula, in ascending numbers.
    ///
    /// # Errors
    /// A fault in a condition or in the formula.
    fn best(&self, rule: RuleId, step: usize, bound: &Binding, out: &mut Extensions)
    -> Outcome<()>;

    /// For a `Weighted` step whose pool has an index of sums: binds the member at fraction `u` (from 0 to 1) of the total weight, and says whether there is one.
    /// `None` where there is no such index, and the caller weighs [`Matcher::extensions`] itself.
    fn pool_weighted(&self, rule: RuleId, step: usize, u: f64, bound: &Binding) -> Option<bool>;

    /// For each component of an aggregate rule the number of its matches, or the sum of their weights.
    fn component_weights(&self, rule: RuleId) -> impl Iterator<Item = f64>;

    /// Binds each component's elements to the match at a fraction of its weight, which `u` gives: the ⌊u·n⌋-th in pool order without weights, by the binary
    /// tree of sums with them.
    fn component_picks(&self, rule: RuleId, u: impl Fn(usize) -> f64, bound: &Binding);

    /// Whether so many matches can be picked for an aggregate rule that it pays to ask for them ahead.
    #[inline]
    fn has_large_pools(&self, _rule: RuleId) -> bool {
        false
    }

    /// Asks for memory that such picks will come upon: what tells which matches they are (near), the matches (nearer), what hangs there (next). A hint: it
    /// changes nothing.
    #[inline]
    fn prefetch_components(&self, _rule: RuleId, _how_soon: Soon, _u: impl Fn(usize) -> f64) {}

    /// Whether the components' matches that were picked make a match of the whole: injective, and conditions across components hold.
    ///
    /// # Errors
    /// A fault in a condition.
    fn complete(&self, rule: RuleId, bound: &Binding) -> Outcome<bool>;

    /// The reading of a count or summary probe; `None` where undefined, and for other probes.
    fn reading(&self, probe: ProbeId) -> Option<f64>;

    /// Whether the model's `stop_when` holds.
    fn stops(&self) -> bool;

    /// How much searching was done so far.
    fn effort(&self) -> Effort;

    /// Bytes that graph and matches use, roughly.
    fn memory_bytes(&self) -> u64;

    /// Asserts what must always be true; slow.
    fn check_invariants(&self);
}

/// The position at fraction `u`, from 0 to below 1, of `n`: the whole part of their product, as it is rounded to a real number.
#[inline]
#[must_use]
pub fn at_fraction(u: f64, n: usize) -> usize {
    let bits = (u + BELOW_ONE).to_bits() << 12;
    at_bits(bits, n).unwrap_or_else(|| at_rounded(u, n))
}

/// The greatest double below 1.
const BELOW_ONE: f64 = 1.0 - f64::EPSILON / 2.0;

/// A random fraction: (2k + 1) / 2⁵³, as the 52 bits of k.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// k, in the upper bits.
    bits: u64,
}

impl Fraction {
    /// Of the upper 52 bits of a random word.
    #[inline]
    #[must_use]
    pub const fn of_word(word: u64) -> Self {
        Fraction {
            bits: word >> 12 << 12,
        }
    }

    /// The fraction: its bits behind the exponent of the numbers from 1 to 2, from which what is taken away rounds nothing.
    #[inline]
    #[must_use]
    pub fn value(self) -> f64 {
        f64::from_bits(self.bits >> 12 | 1_f64.to_bits()) - BELOW_ONE
    }

    /// The position [at this fraction](at_fraction) of `n`.
    #[inline]
    #[must_use]
    pub fn of(self, n: usize) -> usize {
        at_bits(self.bits, n).unwrap_or_else(|| at_rounded(self.value(), n))
    }
}

/// The position at the fraction with these bits behind the exponent of the numbers from 1 to 2, if it does not depend on how anything is rounded.
// Who has just read `n` waits for what depends on it: that is one multiplication of integers. The bits are up to 2^-52 less than the fraction.
// That and the rounding make less than n / 2^51, which mostly leaves the whole part as it is.
#[inline]
fn at_bits(bits: u64, n: usize) -> Option<usize> {
    let product = u128::from(bits) * n as u128;
    let (whole, rest) = ((product >> u64::BITS) as usize, product as u64);
    // Of 0 the bits are those of the number before 1, and the rest is so near to 1.
    rest.checked_add((n as u64) << 13).map(|_| whole)
}

/// The same, where it depends on how the product is rounded.
#[cold]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "u is in 0..1, n below 2^32"
)]
fn at_rounded(u: f64, n: usize) -> usize {
    ((u * f64::from(n as u32)) as u32 as usize).min(n.saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Fraction, at_fraction, at_rounded};

    proptest! {
        #[test]
        fn positions_are_whole_parts(u in 0.0..1.0, n in 0usize..1 << 32, few in 0usize..40) {
            prop_assert_eq!(at_fraction(u, n), at_rounded(u, n));
            prop_assert_eq!(at_fraction(u, few), at_rounded(u, few));
        }

        /// Fractions as near as they can be to where the next position begins.
        #[test]
        fn positions_begin_where_they_did(n in 1usize..1 << 32, at in 0.0..1.0, steps in -3i64..=3) {
            let begins = at_rounded(at, n) as f64 / n as f64;
            let near = f64::from_bits(begins.to_bits().saturating_add_signed(steps));
            let u = near.clamp(0.0, 1.0 - f64::EPSILON / 2.0);
            prop_assert_eq!(at_fraction(u, n), at_rounded(u, n));
        }
    }

    proptest! {
        /// Whether the bits are multiplied or the number that they stand for.
        #[test]
        fn a_fraction_is_a_number(word: u64, n in 1usize..1 << 32) {
            let fraction = Fraction::of_word(word);
            prop_assert_eq!(fraction.of(n), at_rounded(fraction.value(), n));
        }
    }

    #[test]
    fn the_last_position_is_below_all() {
        let last = 1.0 - f64::EPSILON / 2.0;
        for n in [1, 2, 3, 7, 1 << 20, (1 << 32) - 1] {
            assert_eq!(at_fraction(last, n), n - 1);
            assert_eq!(at_fraction(0.0, n), 0);
        }
        assert_eq!(at_fraction(last, 0), 0);
        for n in [1, 2, 3, 7, 1 << 20, (1 << 32) - 1] {
            assert_eq!(Fraction::of_word(u64::MAX).of(n), n - 1);
            assert_eq!(Fraction::of_word(0).of(n), 0);
        }
    }
}
