//! What a page says in words: findings, and what a reader should know before believing a number.

use kairos_report::{Finding, Words};
use kairos_stats::settles_later;

use super::{correlated, cut_short, imprecise, sentences, truncated};
use crate::{
    format::{grouped, significant},
    study::{Ending, Fold, SeriesPoint, Stopped},
};

/// Findings and warnings of a study.
#[must_use]
pub fn words(fold: &Fold, ending: &Ending) -> Words {
    let plan = fold.plan();
    let finding = |metric: usize, text: String, sums_up: bool| Finding {
        metric: plan.metrics[metric].name.clone(),
        text,
        sums_up,
    };
    let (differences, selections) = (fold.differences(), fold.selections());
    let differences = differences
        .iter()
        .map(|d| finding(d.metric, sentences::difference(fold, d), false));
    let selections = selections
        .iter()
        .map(|s| finding(s.metric, sentences::selection(plan, s), true));
    Words {
        findings: differences.chain(selections).collect(),
        warnings: Some(warnings(fold, ending)),
    }
}

fn warnings(fold: &Fold, ending: &Ending) -> Vec<String> {
    let mut warnings = Vec::new();
    match ending.stopped {
        Stopped::Interrupted => warnings.push(format!(
            "The study is not complete: these are its first {} replications.",
            grouped(ending.replications)
        )),
        Stopped::AtMost => {
            warnings.push("Not every interval is as narrow as was asked for, and the most replications allowed are done.".to_owned());
            warnings.extend(lines(&imprecise(fold)));
        }
        Stopped::Fixed | Stopped::Precise => {}
    }
    warnings.extend(lines(&correlated(fold)));
    warnings.extend(lines(&truncated(fold)));
    warnings.extend(lines(&cut_short(fold)));
    warnings.extend(failures(fold));
    warnings.extend(undefined(fold));
    warnings.extend(idle_rules(fold));
    warnings.extend(short_warm_ups(fold));
    warnings.extend(fading_series(fold));
    warnings
}

fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().map(|line| line.trim().to_owned())
}

/// How many replications of each scenario failed, and why the first one did; a line each.
#[must_use]
pub fn failures(fold: &Fold) -> Vec<String> {
    let scenarios = fold.plan().scenarios.iter().enumerate();
    let failed = scenarios.filter(|(s, _)| fold.failed(*s) > 0);
    let text = |(s, scenario): (usize, &crate::study::PlannedScenario)| {
        let first = fold
            .first_failures()
            .iter()
            .find(|(unit, _)| unit.scenario == s);
        let first = first.map_or_else(String::new, |(unit, why)| {
            format!(" Replication {}: {why}", unit.replication)
        });
        format!(
            "{} of {} replications of `{}` failed, and are left out.{first}",
            grouped(fold.failed(s)),
            grouped(fold.replications()),
            scenario.name
        )
    };
    failed.map(text).collect()
}

/// Metrics without a value in some replications, one line each for scenarios where it never has one, and for those where it has.
fn undefined(fold: &Fold) -> Vec<String> {
    let plan = fold.plan();
    let observations = format!("{}s", plan.replications.observation());
    let mut warnings = Vec::new();
    for (m, metric) in plan.metrics.iter().enumerate() {
        let (mut never, mut sometimes) = (Vec::new(), Vec::new());
        for (s, scenario) in plan.scenarios.iter().enumerate() {
            let estimate = fold.estimate(s, m);
            let failed = fold.failed(s) * plan.replications.batches();
            let undefined = estimate.undefined.saturating_sub(failed);
            match (undefined, estimate.count) {
                (0, _) => {}
                (_, 0) => never.push(format!("`{}`", scenario.name)),
                (_, count) => sometimes.push(format!(
                    "{} of {} of `{}`",
                    grouped(undefined),
                    grouped(count + undefined),
                    scenario.name
                )),
            }
        }
        let name = &metric.name;
        if !never.is_empty() {
            warnings.push(format!(
                "`{name}` is undefined in all {observations} of {}.",
                never.join(", ")
            ));
        }
        if !sometimes.is_empty() {
            warnings.push(format!(
                "`{name}` is undefined in some {observations}, which are left out, so that its mean is that of the others: {}.",
                sometimes.join(", ")
            ));
        }
    }
    warnings
}

/// Rules that are switched on, and fired in no replication.
fn idle_rules(fold: &Fold) -> Vec<String> {
    let scenarios = &fold.plan().scenarios;
    let mut idle: Vec<(&str, Vec<&str>)> = Vec::new();
    for (s, scenario) in scenarios.iter().enumerate() {
        for (r, rule) in scenario.rules.iter().enumerate() {
            if !rule.on || fold.firings(s, r).mean != Some(0.0) {
                continue;
            }
            match idle.iter_mut().find(|(name, _)| *name == rule.name) {
                Some((_, names)) => names.push(&scenario.name),
                None => idle.push((&rule.name, vec![&scenario.name])),
            }
        }
    }
    let text = |(rule, names): (&str, Vec<&str>)| match names.len() == scenarios.len() {
        true => format!("Rule `{rule}` never fired in any scenario."),
        false => format!("Rule `{rule}` never fired in `{}`.", names.join("`, `")),
    };
    idle.into_iter().map(text).collect()
}

/// Series that settle after the end of the warm-up, by MSER-5 of their means over the replications. Without a warm-up a study is about
/// a time that begins at 0, and nothing has to settle.
fn short_warm_ups(fold: &Fold) -> Vec<String> {
    let plan = fold.plan();
    let mut warnings = Vec::new();
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        for (p, series) in plan.series.iter().enumerate() {
            let points: Vec<_> = fold.series(s, p).collect();
            let means: Option<Vec<f64>> = points.iter().map(|point| point.estimate.mean).collect();
            let (Some(means), true) = (means, scenario.warm_up > 0.0) else {
                continue;
            };
            let begun = points.partition_point(|point| point.time < scenario.warm_up);
            if let Some(settled) = settles_later(&means, begun).and_then(|n| points.get(n)) {
                warnings.push(format!(
                    "The warm-up of `{}`, {} {}, looks too short: `{}` settles at {} {} only (MSER-5).",
                    scenario.name,
                    scenario.warm_up,
                    plan.time_unit,
                    series.name,
                    significant(settled.time, 3),
                    plan.time_unit
                ));
            }
        }
    }
    warnings
}

/// Series over runs of which some ended before others: their late points are means over those that were still going on.
fn fading_series(fold: &Fold) -> Vec<String> {
    let plan = fold.plan();
    let mut warnings = Vec::new();
    for (s, scenario) in plan.scenarios.iter().enumerate() {
        let observed = |point: &SeriesPoint| point.estimate.count + point.estimate.undefined;
        // All series of a run are sampled at the same times.
        let mut points = (0..plan.series.len())
            .take(1)
            .flat_map(|p| fold.series(s, p));
        let (Some(first), Some(last)) = (points.next(), points.last()) else {
            continue;
        };
        if observed(&last) < observed(&first) {
            warnings.push(format!(
                "Series of `{}` begin as means over {} replications and are of {} at {} {}: runs that ended earlier are not in the later points.",
                scenario.name,
                grouped(observed(&first)),
                grouped(observed(&last)),
                significant(last.time, 3),
                plan.time_unit
            ));
        }
    }
    warnings
}
