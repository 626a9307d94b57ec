//! Figures of theory in the guide, against the results of the study before them.

use std::{fs, path::Path};

use super::Block;

/// So many half-widths of a 95 % interval a figure may lie beside the mean: six standard errors, as in the tests of the gallery.
const HALF_WIDTHS: f64 = 3.0;

/// What is wrong with a block `text theory DIR`, whose lines are `metric  scenario  = figure`.
#[must_use]
pub fn contradicted(block: &Block, here: &Path) -> Option<String> {
    let summary = here.join(block.info.get(2)?).join("summary.csv");
    let Ok(summary) = fs::read_to_string(&summary) else {
        return Some(format!("there is no {}", summary.display()));
    };
    let lines = block.text.lines().filter(|line| !line.trim().is_empty());
    let faults: Vec<String> = lines.filter_map(|line| fault(line, &summary)).collect();
    (!faults.is_empty()).then(|| faults.join("\n"))
}

fn fault(line: &str, summary: &str) -> Option<String> {
    let read = || {
        let (estimate, figure) = line.rsplit_once('=')?;
        let (metric, scenario) = estimate.split_once(' ')?;
        Some((metric, scenario.trim(), figure.trim().parse::<f64>().ok()?))
    };
    let Some((metric, scenario, figure)) = read() else {
        return Some(format!("`{line}` is not `metric scenario = figure`"));
    };
    let Some((mean, low, high)) = interval(summary, scenario, metric) else {
        return Some(format!("`{scenario}` has no interval of {metric}"));
    };
    let slack = HALF_WIDTHS * (high - low) / 2.0;
    let agrees = (mean - figure).abs() <= slack;
    (!agrees).then(|| format!("{metric} of `{scenario}` is {mean} ({low} to {high}), not {figure}"))
}

/// Mean and interval.
fn interval(summary: &str, scenario: &str, metric: &str) -> Option<(f64, f64, f64)> {
    let mut lines = summary.lines();
    let names: Vec<&str> = lines.next()?.split(',').collect();
    let column = |name: &str| names.iter().position(|n| *n == name);
    // Only the first column may hold commas, and is quoted then.
    let row = lines.find_map(|line| {
        let plain = line.strip_prefix(&format!("{scenario},"));
        let quoted = line.strip_prefix(&format!("\"{scenario}\","));
        let rest: Vec<&str> = plain.or(quoted)?.split(',').collect();
        (rest[0] == metric).then_some(rest)
    })?;
    let value = |name: &str| row.get(column(name)? - 1)?.parse::<f64>().ok();
    Some((value("mean")?, value("low")?, value("high")?))
}
