//! How far truncation moved the means of normal delays.

use kairos_model::rule::RuleId;

use super::timers::Reading;
use crate::law::DelayLaw;

/// By rule, the normal law that truncation moved most.
#[derive(Clone, Debug)]
pub(super) struct Truncation(Vec<Noted>);

/// What the laws of a rule were.
#[derive(Clone, Copy, Debug)]
enum Noted {
    Nothing,
    /// No normal laws.
    Others,
    /// Mean / sd of the normal one for which that is least, and that law.
    Normal(f64, DelayLaw<'static>),
}

impl Truncation {
    pub(super) fn new(rules: usize) -> Self {
        Truncation(vec![Noted::Nothing; rules])
    }

    /// The law that all delays of the rule are drawn from.
    #[inline]
    pub(super) fn note_once(&mut self, rule: RuleId, reading: &Reading<'_>) {
        if !self.has_noted(rule) {
            self.note(rule, reading);
        }
    }

    /// Whether that was said.
    #[inline]
    pub(super) fn has_noted(&self, rule: RuleId) -> bool {
        !matches!(self.0[rule.index()], Noted::Nothing)
    }

    /// A law that a delay is drawn from. The shift falls with mean / sd, which is all that is compared here.
    pub(super) fn note(&mut self, rule: RuleId, reading: &Reading<'_>) {
        let noted = &mut self.0[rule.index()];
        let normal = match reading {
            Reading::Law(law) => law.truncated(),
            Reading::Exponential(_) | Reading::Immediate { .. } => None,
        };
        match (normal, &noted) {
            (None, Noted::Nothing) => *noted = Noted::Others,
            (Some((ratio, law)), Noted::Nothing | Noted::Others) => {
                *noted = Noted::Normal(ratio, law);
            }
            (Some((ratio, law)), Noted::Normal(least, _)) if ratio < *least => {
                *noted = Noted::Normal(ratio, law);
            }
            _ => {}
        }
    }

    /// For each rule whose means were moved, the greatest shift relative to the mean before truncation.
    pub(super) fn shifts(&self) -> Vec<(RuleId, f64)> {
        let shift = |noted: &Noted| match noted {
            Noted::Normal(_, law) => Some(law.law().truncation_shift()),
            Noted::Nothing | Noted::Others => None,
        };
        let shifts = (0..).map(RuleId).zip(self.0.iter().map(shift));
        shifts
            .filter_map(|(rule, shift)| Some((rule, shift.filter(|&s| s > 0.0)?)))
            .collect()
    }
}
