//! How far truncation moved the means of normal delays.

use kairos_model::rule::RuleId;

use crate::law::DelayLaw;

/// By rule, the normal law that truncation moved most.
#[derive(Clone, Debug)]
pub(super) struct Truncation(Vec<Option<(f64, DelayLaw<'static>)>>);

impl Truncation {
    pub(super) fn new(rules: usize) -> Self {
        Truncation(vec![None; rules])
    }

    /// A law that a delay was drawn from. The shift falls with mean / sd, which is all that is compared here.
    pub(super) fn note(&mut self, rule: RuleId, law: &DelayLaw<'_>) {
        let Some((ratio, law)) = law.truncated() else {
            return;
        };
        let worst = &mut self.0[rule.index()];
        if worst.is_none_or(|(least, _)| ratio < least) {
            *worst = Some((ratio, law));
        }
    }

    /// For each rule whose means were moved, the greatest shift relative to the mean before truncation.
    pub(super) fn shifts(&self) -> Vec<(RuleId, f64)> {
        let shift = |worst: &Option<(f64, DelayLaw<'_>)>| {
            worst.map(|(_, law)| law.law().truncation_shift())
        };
        let shifts = (0..).map(RuleId).zip(self.0.iter().map(shift));
        shifts
            .filter_map(|(rule, shift)| Some((rule, shift.filter(|&s| s > 0.0)?)))
            .collect()
    }
}
