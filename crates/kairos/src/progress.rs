//! The progress bar of a study.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use kairos::{
    format::{grouped, significant},
    study::{Fold, Status, Watch},
};
use kairos_stats::MetricStatus;

/// How often estimates are looked at; the bar itself draws less often where it must.
const INTERVAL: Duration = Duration::from_millis(250);

/// A bar on the standard error, hidden where that is no terminal.
pub(crate) struct Bar {
    bar: ProgressBar,
    start: Instant,
    looked: Option<Instant>,
}

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style = ProgressStyle::with_template(
            "{wide_bar} {pos}/{len} replications, {eta} left\n{wide_msg}",
        );
        bar.set_style(style.expect("the template is well-formed"));
        bar.enable_steady_tick(INTERVAL);
        Bar {
            bar,
            start: Instant::now(),
            looked: None,
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn message(&self, status: &Status<'_>) -> String {
        let seconds = self.start.elapsed().as_secs_f64();
        let rate = status.events as f64 / seconds.max(1e-9);
        let rate = grouped(rate as u64);
        let widest = status.fold.and_then(|fold| Some((fold, fold.widest()?)));
        match widest {
            None => format!("{rate} events/s"),
            Some((fold, (scenario, metric, width))) => format!(
                "{rate} events/s; widest interval: {} of {}, ± {} %",
                fold.plan().metrics[metric],
                fold.plan().scenarios[scenario].name,
                significant(100.0 * width, 2)
            ),
        }
    }
}

impl Watch for Bar {
    fn progress(&mut self, status: &Status<'_>) {
        self.bar.set_position(status.done);
        if self.looked.is_none() {
            // What an earlier process has done says nothing about the speed of this one.
            self.bar.reset_eta();
        }
        if self
            .looked
            .is_none_or(|looked| looked.elapsed() >= INTERVAL)
        {
            self.looked = Some(Instant::now());
            self.bar.set_length(expected(status));
            self.bar.set_message(self.message(status));
        }
    }
}

/// How many replications there will be, going by the intervals so far: half-widths shrink with the square root of their number.
fn expected(status: &Status<'_>) -> u64 {
    let Some(fold) = status.fold.filter(|fold| fold.replications() > 1) else {
        return status.total;
    };
    let needed = |status| match status {
        MetricStatus::TooWide {
            half_width,
            allowed,
        } => (half_width / allowed) * (half_width / allowed),
        MetricStatus::Precise => 0.0,
        MetricStatus::MeanMayBeZero { .. } | MetricStatus::TooFewDefined { .. } => f64::INFINITY,
    };
    let precision = fold.precision();
    if precision.is_empty() {
        return status.total;
    }
    let factor = precision.into_iter().map(needed).fold(0.0, f64::max);
    let units = factor * fold_units(fold);
    (units.ceil() as u64).clamp(status.done, status.total)
}

fn fold_units(fold: &Fold) -> f64 {
    fold.replications() as f64 * fold.plan().scenarios.len() as f64
}
