//! What differs, by how much, and what is the best, in sentences.

use kairos_stats::{Estimate, Interval};

use super::percent;
use crate::{
    format::{grouped, rounded_like, significant},
    study::{Difference, Fold, Plan, Selection},
};

/// Significant digits of ratios and p-values.
const RATIO_DIGITS: usize = 2;

/// Factors of variance reduction from here on are a gain worth the name.
const GAIN: f64 = 1.05;

/// Two sentences: what a paired difference is, and what it owes to common random numbers.
pub(super) fn difference(fold: &Fold, difference: &Difference) -> String {
    let plan = fold.plan();
    let scenario = &plan.scenarios[difference.scenario].name;
    let baseline = &plan.scenarios[difference.baseline].name;
    let metric = &plan.metrics[difference.metric];
    let each = plan.replications.observation();
    let estimate = difference.comparison.difference;
    let (Some(mean), Some(interval)) = (estimate.mean, estimate.interval) else {
        return format!(
            "`{scenario}` and `{baseline}` cannot be compared: {} is defined for both in no or one {each}.",
            metric.name
        );
    };
    if mean == 0.0 && interval.half_width() == 0.0 {
        return format!("`{scenario}` is the same as `{baseline}` in every {each}.");
    }
    let seen = !interval.contains(0.0);
    let mut text = if seen {
        let direction = if mean > 0.0 { "higher" } else { "lower" };
        let size = with_interval(mean.abs(), magnitude(interval), &metric.unit);
        format!("`{scenario}` is {size} {direction} than `{baseline}`")
    } else {
        let size = with_interval(mean, interval, &metric.unit);
        format!("`{scenario}` shows no difference from `{baseline}`: {size}")
    };
    if let Some(share) = share_of_baseline(fold, difference, mean) {
        text += &format!(", {share} %");
    }
    if let Some(p) = difference.p_holm {
        text += &p_value(p, seen && p > 1.0 - plan.confidence);
    }
    text += &excluded(&estimate);
    text + ". " + &variance_reduction(difference.comparison.variance_reduction, each)
}

/// A value and its interval, with as many decimals as the interval is worth: `0.2100 s (0.1800 to 0.2400)`.
fn with_interval(value: f64, interval: Interval, unit: &str) -> String {
    let width = interval.half_width();
    let [value, low, high] =
        [value, interval.low, interval.high].map(|x| rounded_like(x, width).replace('-', "−"));
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    format!("{value}{unit} ({low} to {high})")
}

/// The interval of the magnitude of what is surely not 0.
fn magnitude(interval: Interval) -> Interval {
    if interval.low > 0.0 {
        return interval;
    }
    Interval {
        low: -interval.high,
        high: -interval.low,
    }
}

/// The difference in per cent of the baseline's mean, signed; `None` where that mean may be zero.
fn share_of_baseline(fold: &Fold, difference: &Difference, mean: f64) -> Option<String> {
    let baseline = fold.estimate(difference.baseline, difference.metric);
    if baseline.interval?.contains(0.0) {
        return None;
    }
    let share = 100.0 * mean / baseline.mean?.abs();
    let sign = if share < 0.0 { "−" } else { "+" };
    Some(format!("{sign}{}", significant(share.abs(), RATIO_DIGITS)))
}

fn p_value(p: f64, doubtful: bool) -> String {
    let mut text = if p < 1e-4 {
        "; p (Holm) < 0.0001".to_owned()
    } else {
        format!("; p (Holm) = {}", significant(p, RATIO_DIGITS))
    };
    if doubtful {
        text += ", so that among all these comparisons it may be chance";
    }
    text
}

fn excluded(difference: &Estimate) -> String {
    if difference.undefined == 0 {
        return String::new();
    }
    format!(
        "; {} of {} pairs are left out, being undefined on one side",
        grouped(difference.undefined),
        grouped(difference.count + difference.undefined)
    )
}

fn variance_reduction(factor: Option<f64>, each: &str) -> String {
    match factor {
        None => format!("The difference is the same in every {each}."),
        Some(factor) if factor >= GAIN => format!(
            "Common random numbers cut the variance of the difference {}-fold.",
            significant(factor, RATIO_DIGITS)
        ),
        Some(factor) => format!(
            "Common random numbers did not cut the variance of the difference (factor {}).",
            significant(factor, RATIO_DIGITS)
        ),
    }
}

/// Which scenarios may be the best, and which are not.
pub(super) fn selection(plan: &Plan, selection: &Selection) -> String {
    let names = |best: bool| -> Vec<String> {
        let ranked = selection.ranked.iter().filter(|r| r.may_be_best == best);
        ranked
            .map(|r| format!("`{}`", plan.scenarios[r.alternative].name))
            .collect()
    };
    let (candidates, beaten) = (names(true), names(false));
    let confidence = percent(plan.confidence);
    let at = if selection.point.is_empty() {
        String::new()
    } else {
        format!("At {}: ", selection.point)
    };
    let best = selection.best.word();
    if selection.ranked.iter().all(|r| r.mean.is_none()) {
        return format!(
            "{at}Which scenario has the {best} cannot be said: the metric has no values."
        );
    }
    match candidates.as_slice() {
        [only] => format!(
            "{at}The {best} is that of {only}, with {confidence} % confidence; behind it {}.",
            beaten.join(", ")
        ),
        _ if beaten.is_empty() => format!(
            "{at}Any scenario may have the {best}: none is ruled out with {confidence} % confidence."
        ),
        _ => format!(
            "{at}The {best} is that of one of {}, with {confidence} % confidence; ruled out: {}.",
            candidates.join(", "),
            beaten.join(", ")
        ),
    }
}
