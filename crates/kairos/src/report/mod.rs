//! What a study found, in words and tables for the screen.

use std::fmt::Write;

use kairos_stats::{Estimate, MetricStatus, SerialCorrelation};

use crate::{
    format::{grouped, short, significant},
    study::{Ending, Fold, Stopped},
};

mod sentences;
mod words;

pub use words::{failures, words};

/// A truncation that moves the mean of a normal delay by more than this is told.
pub const TRUNCATION_TOLD: f64 = 0.01;

/// The tables of all metrics, the differences to the baseline, and what there is to know about the replications.
#[must_use]
pub fn study(fold: &Fold, ending: &Ending) -> String {
    let mut text = String::new();
    let (differences, selections) = (fold.differences(), fold.selections());
    for (metric, planned) in fold.plan().metrics.iter().enumerate() {
        text += &match planned.unit.as_str() {
            "" => format!("{}\n", planned.name),
            unit => format!("{} ({unit})\n", planned.name),
        };
        text += &indented(&estimates(fold, metric));
        for difference in differences.iter().filter(|d| d.metric == metric) {
            text += &format!("  {}\n", sentences::difference(fold, difference));
        }
        for selection in selections.iter().filter(|s| s.metric == metric) {
            text += &format!("  {}\n", sentences::selection(fold.plan(), selection));
        }
        text.push('\n');
    }
    text + &endings(fold, ending)
}

fn estimates(fold: &Fold, metric: usize) -> String {
    let plan = fold.plan();
    let interval = format!("{} % interval", percent(plan.confidence));
    let mut rows = vec![["scenario", "mean", &interval, "sd", "n"].map(str::to_owned)];
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        let estimate = fold.estimate(s, metric);
        rows.push([
            scenario.name.clone(),
            short(estimate.mean),
            range(&estimate),
            short(estimate.sd),
            count(&estimate),
        ]);
    }
    table(&rows)
}

/// 0.95 as 95, 0.999 as 99.9.
fn percent(confidence: f64) -> String {
    // Rounded, so that 0.57 is not 56.99999999999999 %.
    let percent = (confidence * 1e8).round() / 1e6;
    format!("{percent}")
}

fn range(estimate: &Estimate) -> String {
    match estimate.interval {
        Some(interval) => format!(
            "{} … {}",
            significant(interval.low, 4),
            significant(interval.high, 4)
        ),
        None => "–".to_owned(),
    }
}

fn count(estimate: &Estimate) -> String {
    if estimate.undefined == 0 {
        grouped(estimate.count)
    } else {
        format!(
            "{} (+{} undefined)",
            grouped(estimate.count),
            grouped(estimate.undefined)
        )
    }
}

/// Columns aligned, the first one to the left.
pub fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; N] = std::array::from_fn(|column| width(column).unwrap_or(0));
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
            let written = if column == 0 {
                write!(line, "{cell:<width$}")
            } else {
                write!(line, "  {cell:>width$}")
            };
            written.expect("strings can be written to");
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

fn endings(fold: &Fold, ending: &Ending) -> String {
    let plan = fold.plan();
    let n = grouped(ending.replications);
    let mut text = match ending.stopped {
        Stopped::Fixed if plan.replications.batches() > 1 => {
            let batches = grouped(plan.replications.batches());
            format!("One run of each scenario, in {batches} batches.\n") + &correlated(fold)
        }
        Stopped::Fixed => format!("{n} replications of each scenario.\n"),
        Stopped::Precise => {
            format!("{n} replications of each scenario: every interval is narrow enough.\n")
        }
        Stopped::AtMost => {
            format!(
                "{n} replications of each scenario, the most allowed; not every interval is narrow enough.\n"
            )
        }
        Stopped::Interrupted => {
            format!(
                "{n} replications of each scenario so far: the study is not complete. The same command goes on from here.\n"
            )
        }
    };
    if ending.stopped == Stopped::AtMost {
        text += &imprecise(fold);
    }
    if let (Some(pilot), Some(scenario)) = (&plan.pilot, plan.scenarios.first()) {
        text += &format!(
            "Warm-up: {} {}, found by MSER-5 from {} pilot replication{} of each scenario.\n",
            scenario.warm_up,
            plan.time_unit,
            grouped(pilot.replications),
            if pilot.replications == 1 { "" } else { "s" },
        );
    }
    text += &truncated(fold);
    text += &cut_short(fold);
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        if fold.failed(s) > 0 {
            text += &format!(
                "Failed replications of `{}`: {}.\n",
                scenario.name,
                grouped(fold.failed(s))
            );
        }
    }
    for (unit, why) in fold.first_failures() {
        let name = &plan.scenarios[unit.scenario].name;
        text += &format!("  `{name}`, replication {}: {why}\n", unit.replication);
    }
    text
}

/// Normal delays that are far from what was written, being positive.
fn truncated(fold: &Fold) -> String {
    let plan = fold.plan();
    let mut text = String::new();
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        let told = |shift: &f64| *shift > TRUNCATION_TOLD;
        for (rule, shift) in fold.truncation(s).iter().filter(|(_, shift)| told(shift)) {
            text += &format!(
                "Truncation at 0 moved the mean of a normal delay of `{rule}` in `{}` by up to {} %.\n",
                scenario.name,
                significant(100.0 * shift, 2)
            );
        }
    }
    text
}

/// Replications that ended before the time that the study is about.
fn cut_short(fold: &Fold) -> String {
    let mut text = String::new();
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        if fold.cut_short(s) > 0 {
            text += &format!(
                "{} of {} replications of `{}` ended at the limit of steps, before the horizon: their values are those of shorter runs. Raise `steps` in the `limits` of its model.\n",
                grouped(fold.cut_short(s)),
                grouped(fold.replications()),
                scenario.name
            );
        }
    }
    text
}

/// Batches that are too short: their intervals promise too much.
fn correlated(fold: &Fold) -> String {
    let plan = fold.plan();
    let mut text = String::new();
    let mut tested = 0;
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        for (m, metric) in plan.metrics.iter().enumerate() {
            let correlation = fold.correlation(s, m);
            tested += u64::from(correlation.is_some());
            if let Some(correlation) = correlation.filter(|c| c.correlated) {
                text += &format!(
                    "  {} of `{}`: neighbouring batches are correlated ({}), so that its interval is too narrow: make the run longer.\n",
                    metric.name,
                    scenario.name,
                    significant(correlation.lag_one, 2)
                );
            }
        }
    }
    let by_chance = tested as f64 * SerialCorrelation::ALPHA;
    if !text.is_empty() && by_chance >= 1.0 {
        text += &format!(
            "  {} series were tested, each at α = {}: about {} of them would be named by chance alone.\n",
            grouped(tested),
            SerialCorrelation::ALPHA,
            grouped(by_chance.round() as u64)
        );
    }
    text
}

fn imprecise(fold: &Fold) -> String {
    let plan = fold.plan();
    let mut text = String::new();
    for (position, status) in fold.precision().into_iter().enumerate() {
        let scenario = &plan.scenarios[position / plan.metrics.len()].name;
        let metric = &plan.metrics[position % plan.metrics.len()].name;
        let what = match status {
            MetricStatus::Precise => continue,
            MetricStatus::TooWide {
                half_width,
                allowed,
            } => format!(
                "± {}, and ± {} was asked for",
                significant(half_width, 3),
                significant(allowed, 3)
            ),
            MetricStatus::MeanMayBeZero { half_width } => format!(
                "± {}; the mean may be zero, so that no relative precision can be reached: give `or_absolute`",
                significant(half_width, 3)
            ),
            MetricStatus::TooFewDefined { defined } => {
                format!("defined in {defined} replications only")
            }
        };
        text += &format!("  {metric} of `{scenario}`: {what}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{Outcome, Record, Rule, Sample, plan_of};

    fn fold(rule: Rule, values: impl Fn(u64, usize) -> Option<Option<f64>>) -> (Fold, Ending) {
        let plan = plan_of(&[("widest", ""), ("random", "")], &["latency.mean"], rule);
        let mut fold = Fold::new(&plan).unwrap();
        for number in 0..2 * rule.at_most() {
            let unit = plan.unit(number);
            let outcome = match values(unit.replication, unit.scenario) {
                None => Outcome::Failed("division by zero".to_owned()),
                Some(value) => Outcome::Sample(Sample {
                    metrics: vec![value],
                    series: vec![Vec::new()],
                    ..Sample::default()
                }),
            };
            let _ = fold.push(Record::new(unit, outcome));
        }
        let stopped = if rule == Rule::Fixed(rule.at_most()) {
            Stopped::Fixed
        } else {
            Stopped::AtMost
        };
        let ending = Ending::new(&fold, stopped);
        (fold, ending)
    }

    fn check(
        rule: Rule,
        values: impl Fn(u64, usize) -> Option<Option<f64>>,
        expected: &expect_test::Expect,
    ) {
        let (fold, ending) = fold(rule, values);
        expected.assert_eq(&study(&fold, &ending));
    }

    #[test]
    fn a_difference_that_pairing_shows() {
        let values = |r: u64, s: usize| {
            let (noise, own) = ((r * 37 % 11) as f64, (r * (s as u64 + 5) % 7) as f64);
            Some(Some(50.0 + noise + 0.1 * own + 12.3 * s as f64))
        };
        check(
            Rule::Fixed(20),
            values,
            &expect_test::expect![[r#"
                latency.mean (s)
                  scenario   mean  95 % interval     sd   n
                  widest    55.31  53.71 … 56.90  3.406  20
                  random    67.61  66.02 … 69.20  3.398  20
                  `random` is 12.305 s (12.207 to 12.403) higher than `widest`, +22 %; p (Holm) < 0.0001. Common random numbers cut the variance of the difference 530-fold.
                  The least is that of `widest`, with 95 % confidence; behind it `random`.

                20 replications of each scenario.
            "#]],
        );
    }

    #[test]
    fn no_difference_undefined_values_and_failures() {
        let values = |r: u64, s: usize| match (r, s) {
            (3, 1) => None,
            (4, 0) => Some(None),
            _ => Some(Some((r * (s as u64 + 3) % 5) as f64)),
        };
        check(
            Rule::Fixed(12),
            values,
            &expect_test::expect![[r#"
                latency.mean (s)
                  scenario   mean   95 % interval     sd                  n
                  widest    1.909  0.8488 … 2.969  1.578  11 (+1 undefined)
                  random    2.000  0.8758 … 3.124  1.673  11 (+1 undefined)
                  `random` shows no difference from `widest`: 0.40 s (−0.50 to 1.30), +21 %; p (Holm) = 0.34; 2 of 12 pairs are left out, being undefined on one side. Common random numbers cut the variance of the difference 3.3-fold.
                  Any scenario may have the least: none is ruled out with 95 % confidence.

                12 replications of each scenario.
                Failed replications of `random`: 1.
                  `random`, replication 3: division by zero
            "#]],
        );
    }

    #[test]
    fn undefined_values_are_told_in_one_line_each() {
        let values = |r: u64, s: usize| {
            let defined = s == 0 && r != 3;
            (r != 5 || s == 0).then_some(defined.then_some(r as f64))
        };
        let (fold, ending) = fold(Rule::Fixed(12), values);
        let warnings = words(&fold, &ending).warnings.unwrap();
        expect_test::expect![[r#"
            1 of 12 replications of `random` failed, and are left out. Replication 5: division by zero
            `latency.mean` is undefined in all replications of `random`.
            `latency.mean` is undefined in some replications, which are left out, so that its mean is that of the others: 1 of 12 of `widest`.
        "#]].assert_eq(&(warnings.join("\n") + "\n"));
    }

    #[test]
    fn precision_that_cannot_be_reached() {
        let rule = Rule::Precision {
            relative: 0.01,
            or_absolute: None,
            at_least: 5,
            at_most: 12,
        };
        let values = |r: u64, s: usize| {
            let sign = if r.is_multiple_of(2) { 1.0 } else { -1.0 };
            Some((s == 0).then_some(sign))
        };
        check(
            rule,
            values,
            &expect_test::expect![[r#"
                latency.mean (s)
                  scenario       mean     95 % interval     sd                  n
                  widest    2.776e-17  -0.6636 … 0.6636  1.044                 12
                  random            –                 –      –  0 (+12 undefined)
                  `random` and `widest` cannot be compared: latency.mean is defined for both in no or one replication.
                  Any scenario may have the least: none is ruled out with 95 % confidence.

                12 replications of each scenario, the most allowed; not every interval is narrow enough.
                  latency.mean of `widest`: ± 0.664; the mean may be zero, so that no relative precision can be reached: give `or_absolute`
                  latency.mean of `random`: defined in 0 replications only
            "#]],
        );
    }
}
