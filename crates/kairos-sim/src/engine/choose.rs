//! Picks part of a match when an event fires (SEMANTICS: `choose`).

use kairos_model::{
    rule::{Pick, RuleId},
    types::Value,
};
use kairos_rewrite::{
    binding::Binding,
    error::{Fault, Outcome, RuntimeError},
    matcher::{Extensions, Fraction, Matcher, at_fraction},
    program::ChoiceShape,
    sums::SumTree,
};

use crate::draw::{Name, Place, Randomness};

/// Positions of picks among the places of a rule's text: after the delay, before the draws.
const FIRST_PICK: u32 = 1;

/// Positions of picks of components.
const FIRST_COMPONENT: u32 = 1 << 15;

/// How often a pool is tried before its members are gone through.
const ATTEMPTS: u32 = 16;

/// Picks for a firing; its buffers are kept from one to the next.
#[derive(Debug, Default)]
pub(super) struct Chooser {
    extensions: Extensions,
    weights: SumTree,
}

/// What a pick needs to know of its firing.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) randomness: &'a Randomness,
    pub(super) name: Name,
    pub(super) rule: RuleId,
    pub(super) now: f64,
}

/// The uniform number by which a component of an aggregate rule is picked.
#[inline]
pub(super) fn of_component(randomness: &Randomness, name: Name, component: usize) -> f64 {
    // There are fewer than 2^15 components.
    let place = Place::text(FIRST_COMPONENT + component as u32);
    randomness.rng(name, place).uniform()
}

/// The uniform number of an attempt at a step.
#[inline]
pub(super) fn of_attempt(
    randomness: &Randomness,
    name: Name,
    step: usize,
    attempt: u32,
) -> Fraction {
    // There are fewer than 2^16 steps.
    let place = Place::text(FIRST_PICK + step as u32).attempt(attempt);
    Fraction::of_word(randomness.rng(name, place).word())
}

impl Chooser {
    /// Makes all picks of a rule and checks what must hold after them; false where there is nothing to pick or it does not hold.
    #[inline(always)]
    pub(super) fn choose<M: Matcher>(
        &mut self,
        matcher: &M,
        at: At<'_>,
        bound: &Binding,
    ) -> Outcome<bool> {
        let uniform = |step: usize, attempt| of_attempt(at.randomness, at.name, step, attempt);
        let mut first = 0;
        while let Some(step) = matcher.pool_picks(at.rule, first, ATTEMPTS, uniform, bound)? {
            if !self.step(matcher, at, step, bound)? {
                return Ok(false);
            }
            first = step + 1;
        }
        matcher.permits(at.rule, bound, at.now)
    }

    /// Makes a step that is no uniform pick from a pool, or found nothing there in so many attempts.
    #[inline(never)]
    fn step<M: Matcher>(
        &mut self,
        matcher: &M,
        at: At<'_>,
        step: usize,
        bound: &Binding,
    ) -> Outcome<bool> {
        let program = matcher.program();
        let uniform = |attempt| of_attempt(at.randomness, at.name, step, attempt).value();
        match &program.model.rule(at.rule).choose[step].pick {
            Pick::Uniform => {
                matcher.extensions(at.rule, step, bound, &mut self.extensions)?;
                let shape = program.choices[at.rule.index()][step].shape;
                let attempts = if shape == ChoiceShape::Search {
                    0
                } else {
                    ATTEMPTS
                };
                Ok(self.bind_at(matcher, at, step, uniform(attempts), bound))
            }
            Pick::Max(_) | Pick::Min(_) => {
                matcher.best(at.rule, step, bound, &mut self.extensions)?;
                Ok(self.bind_at(matcher, at, step, uniform(0), bound))
            }
            Pick::Weighted(formula) => {
                if let Some(picked) = matcher.pool_weighted(at.rule, step, uniform(0), bound) {
                    return Ok(picked);
                }
                matcher.extensions(at.rule, step, bound, &mut self.extensions)?;
                self.weights.clear();
                for position in 0..self.extensions.len() {
                    self.bind(matcher, at, step, position, bound);
                    let Value::Real(weight) = matcher.value(formula, bound, at.now)? else {
                        unreachable!("check types weights as Real")
                    };
                    if weight < 0.0 {
                        let fault = Fault::NegativeWeight(weight);
                        return Err(Box::new(RuntimeError::new(fault, at.now).of(formula)));
                    }
                    self.weights.push(weight);
                }
                let position = self.weights.locate(uniform(0));
                if let Some(position) = position {
                    self.bind(matcher, at, step, position, bound);
                }
                Ok(position.is_some())
            }
        }
    }

    /// Binds the extension at fraction `u`, if there is any.
    fn bind_at<M: Matcher>(
        &self,
        matcher: &M,
        at: At<'_>,
        step: usize,
        u: f64,
        bound: &Binding,
    ) -> bool {
        let count = self.extensions.len();
        if count > 0 {
            self.bind(matcher, at, step, at_fraction(u, count), bound);
        }
        count > 0
    }

    fn bind<M: Matcher>(
        &self,
        matcher: &M,
        at: At<'_>,
        step: usize,
        position: usize,
        bound: &Binding,
    ) {
        let own = &matcher.program().model.rule(at.rule).choose[step]
            .pattern
            .elements;
        own.iter()
            .zip(self.extensions.get(position))
            .for_each(|(&v, &s)| bound.set(v, s));
    }
}
