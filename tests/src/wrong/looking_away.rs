//! An observer that drops what is still open at the end.

use std::sync::Arc;

use kairos_rewrite::{incremental::IncrementalMatcher, matcher::Matcher, program::Program};
use kairos_sim::{
    draw::Randomness,
    engine::{Firing, FiringOutcome, Observer, Timers},
    schedule::CalendarSchedule,
};

use crate::closed_form::{Engine, Metrics, watch};

/// Takes the median over closed durations alone, all of which began at time 0.
pub(super) const ENGINE: Engine = Engine { alter: |_| {}, run };

/// Durations that have ended, in the order of their ends.
#[derive(Default)]
struct Closed(Vec<f64>);

impl<M: Matcher> Observer<M> for Closed {
    fn after(&mut self, matcher: &M, firing: &Firing<'_>, _: &FiringOutcome) {
        if matcher.program().model.rule(firing.rule).name == "end" {
            self.0.push(firing.time);
        }
    }
}

fn run(program: &Arc<Program>, timers: &Arc<Timers>, randomness: Randomness) -> Metrics {
    let mut closed = Closed::default();
    watch::<IncrementalMatcher, CalendarSchedule, _>(program, timers, randomness, &mut closed);
    let median = closed.0.get(closed.0.len() / 2).copied();
    #[expect(clippy::cast_precision_loss, reason = "a hundred")]
    let open = 101.0 - closed.0.len() as f64;
    vec![
        ("stay.median".to_owned(), median),
        ("stay.censored".to_owned(), Some(open)),
    ]
}
