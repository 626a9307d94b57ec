//! The progress bar of a study.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
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
        Bar::on(ProgressDrawTarget::stderr())
    }

    fn on(screen: ProgressDrawTarget) -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), screen);
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
                fold.plan().metrics[metric].name,
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicBool;

    use indicatif::InMemoryTerm;
    use kairos::{load, simulate::Scenarios, study};
    use kairos_model::{check::Overrides, source::MemoryFiles};

    use super::*;

    /// Estimates of a small study of two scenarios.
    fn estimated(replications: &str) -> Fold {
        let rules = r#"RuleSet(
            types: (nodes: { "Atom": () }),
            rules: { "decay": (match: "(a:Atom)", delete: ["a"]) },
        )"#;
        let model = r#"Model(
            rules: "rules.ron",
            parameters: { "rate": 0.5 },
            start: [Repeat(50, "(:Atom)")],
            timers: { "decay": Exponential(rate: "rate") },
            probes: { "left": Count("(a:Atom)") },
            horizon: 1.0,
        )"#;
        let study = format!(
            r#"Study(
                model: "model.ron",
                scenarios: {{ "slow": (), "fast": (parameters: {{ "rate": 2.0 }}) }},
                metrics: ["left.last"],
                replications: {replications},
                seed: 1,
            )"#
        );
        let files: MemoryFiles = [
            ("rules.ron", rules),
            ("model.ron", model),
            ("study.ron", &study),
        ]
        .into_iter()
        .collect();
        let study = load::study(&files, "study.ron", &Overrides::default());
        let (plan, scenarios) = Scenarios::new(study.unwrap().value);
        let never = AtomicBool::new(false);
        study::estimate(&plan, 1, &scenarios, &never).unwrap().0
    }

    /// What stands on a screen of so many columns.
    fn shown(columns: u16, done: u64, total: u64, fold: &Fold) -> String {
        let screen = InMemoryTerm::new(4, columns);
        let target = ProgressDrawTarget::term_like(Box::new(screen.clone()));
        let mut bar = Bar::on(target);
        let status = Status {
            done,
            total,
            events: 5000,
            fold: Some(fold),
        };
        bar.progress(&status);
        bar.bar.tick();
        screen.contents()
    }

    #[test]
    fn replications_speed_time_and_the_widest_interval_are_shown() {
        let fold = estimated("10");
        let text = shown(100, 20, 60, &fold);
        for part in [
            "20/60 replications, ",
            " left\n",
            " events/s; widest interval: left.last of fast, ± ",
            " %",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn narrow_screens_have_two_lines_all_the_same() {
        let text = shown(40, 20, 60, &estimated("10"));
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 40),
            "{text}"
        );
    }

    #[test]
    fn a_precision_says_how_many_there_will_be() {
        let expected = |replications: &str| {
            let fold = estimated(replications);
            expected(&Status {
                done: 20,
                total: 200_000,
                events: 0,
                fold: Some(&fold),
            })
        };
        assert_eq!(expected("10"), 200_000, "a fixed number is the total");
        let enough = "Precision(relative: 0.1, at_least: 10, at_most: 100000)";
        assert_eq!(expected(enough), 20, "nothing more is needed");
        // Ended by the greatest number, with intervals that are still too wide.
        let more = "Precision(relative: 0.01, at_least: 10, at_most: 20)";
        assert!((1_000..200_000).contains(&expected(more)));
    }
}
