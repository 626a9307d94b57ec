//! Who watches a trajectory: probes, traces, tests.

use std::ops::Range;

use kairos_model::rule::RuleId;
use kairos_rewrite::{
    binding::Binding,
    error::Outcome,
    matcher::{Firing as Application, Matcher},
};

use crate::draw::Name;

/// A firing that is about to have its effect, or to have none.
#[derive(Clone, Copy, Debug)]
pub struct Firing<'a> {
    /// Its position in the trajectory, from 0.
    pub step: u64,
    /// The time, in the model's unit.
    pub time: f64,
    /// The rule.
    pub rule: RuleId,
    /// The firing's name.
    pub name: Name,
    /// The match and, where choices were made, what was chosen; after the application also what the main effect created.
    pub bound: &'a Binding,
}

impl<'a> Firing<'a> {
    /// What a matcher is told of it.
    #[inline]
    #[must_use]
    pub fn application(&self) -> Application<'a> {
        let &Firing {
            rule, bound, time, ..
        } = self;
        let now = time;
        Application { rule, bound, now }
    }
}

/// What came of a firing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FiringOutcome {
    /// The rule was applied; numbers of the created elements.
    Applied(Range<u64>),
    /// A choice had no extension, or what was chosen failed its conditions.
    Effectless,
    /// A pick of an aggregate clock was no match.
    Thinned,
}

/// Watches a trajectory. Every method does nothing unless written otherwise.
pub trait Observer<M: Matcher> {
    /// The start graph and its matches are there; time is 0.
    fn begin(&mut self, _matcher: &M) {}

    /// A firing that will have its effect, the graph being as it was before.
    ///
    /// # Errors
    /// A fault in an expression that is observed.
    fn before(&mut self, _matcher: &M, _firing: &Firing<'_>) -> Outcome<()> {
        Ok(())
    }

    /// A firing and what came of it; where it was applied, the graph is as it is now and [`Matcher::delta`] says what changed.
    fn after(&mut self, _matcher: &M, _firing: &Firing<'_>, _outcome: &FiringOutcome) {}
}

/// Watches nothing.
impl<M: Matcher> Observer<M> for () {}

/// Two observers, the first one first.
impl<M: Matcher, A: Observer<M>, B: Observer<M>> Observer<M> for (A, B) {
    fn begin(&mut self, matcher: &M) {
        self.0.begin(matcher);
        self.1.begin(matcher);
    }

    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        self.0.before(matcher, firing)?;
        self.1.before(matcher, firing)
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        self.0.after(matcher, firing, outcome);
        self.1.after(matcher, firing, outcome);
    }
}

impl<M: Matcher, O: Observer<M> + ?Sized> Observer<M> for &mut O {
    fn begin(&mut self, matcher: &M) {
        (**self).begin(matcher);
    }

    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        (**self).before(matcher, firing)
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        (**self).after(matcher, firing, outcome);
    }
}

/// An observer that need not be there.
impl<M: Matcher, O: Observer<M>> Observer<M> for Option<O> {
    fn begin(&mut self, matcher: &M) {
        if let Some(observer) = self {
            observer.begin(matcher);
        }
    }

    fn before(&mut self, matcher: &M, firing: &Firing<'_>) -> Outcome<()> {
        match self {
            Some(observer) => observer.before(matcher, firing),
            None => Ok(()),
        }
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        if let Some(observer) = self {
            observer.after(matcher, firing, outcome);
        }
    }
}
