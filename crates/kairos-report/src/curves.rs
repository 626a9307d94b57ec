//! Plots of the results: distributions, series over time, and sweeps over a parameter.

use std::collections::BTreeMap;

use crate::{
    html::Element,
    plot::{Curve, Plot, Style, slug},
    results::{Results, Scenario, distinct},
    rows::{Bin, Share},
};

/// More curves than these cannot be told apart; the others are in the files.
const MOST: usize = 8;

/// A mean and its band, at a place on the horizontal axis.
type Point = (f64, [Option<f64>; 3]);

/// Says which curves are left out.
fn left_out(all: usize) -> String {
    match all > MOST {
        true => format!(" The first {MOST} of {all}; the files hold all."),
        false => String::new(),
    }
}

/// With its unit in brackets.
pub(crate) fn labelled(name: &str, unit: &str) -> String {
    match unit {
        "" => name.to_owned(),
        unit => format!("{name} ({unit})"),
    }
}

/// Histogram and empirical distribution function of a metric over its replications, as far as they are there.
pub(crate) fn distributions(results: &Results, metric: &str, label: &str) -> Vec<Element> {
    let mut figures = Vec::new();
    let each = results.observation();
    let bins: Vec<&Bin> = results
        .histograms
        .iter()
        .filter(|b| b.metric == metric)
        .collect();
    let counted = distinct(bins.iter().map(|b| b.scenario.as_str()));
    if !counted.is_empty() {
        let note = left_out(counted.len());
        let plot = histogram(results, metric, label, &bins, &counted);
        figures.push(plot.figure(&format!(
            "Histogram of `{metric}`, one value for each {each}.{note}"
        )));
    }
    let shares: Vec<&Share> = results
        .distributions
        .iter()
        .filter(|s| s.metric == metric)
        .collect();
    let shared = distinct(shares.iter().map(|s| s.scenario.as_str()));
    if !shared.is_empty() {
        let note = left_out(shared.len());
        let plot = ecdf(results, metric, label, &shares, &shared);
        figures.push(plot.figure(&format!("Distribution function of `{metric}`.{note}")));
    }
    figures
}

fn histogram(
    results: &Results,
    metric: &str,
    label: &str,
    bins: &[&Bin],
    scenarios: &[&str],
) -> Plot {
    let of = |name: &str| {
        bins.iter()
            .filter(move |b| b.scenario == name)
            .copied()
            .collect::<Vec<_>>()
    };
    let edges = of(scenarios[0]);
    let mut columns = vec![format!("{label}, from")];
    let mut data = vec![edges.iter().map(|b| Some(b.from)).collect::<Vec<_>>()];
    let mut curves = Vec::new();
    for name in scenarios.iter().take(MOST) {
        let mut counts: Vec<_> = of(name).iter().map(|b| Some(b.count as f64)).collect();
        // Torn tables have fewer rows for the last one.
        counts.resize(edges.len(), None);
        curves.push(Curve {
            name: (*name).to_owned(),
            colour: results.position(name),
            value: columns.len(),
            band: None,
        });
        columns.push((*name).to_owned());
        data.push(counts);
    }
    columns.push("to".to_owned());
    data.push(edges.iter().map(|b| Some(b.to)).collect());
    Plot {
        file: format!("{}-histogram", slug(metric)),
        x: label.to_owned(),
        y: "count".to_owned(),
        style: Style::Bins,
        columns,
        data,
        curves,
    }
}

fn ecdf(
    results: &Results,
    metric: &str,
    label: &str,
    shares: &[&Share],
    scenarios: &[&str],
) -> Plot {
    let mut values: Vec<f64> = shares.iter().map(|s| s.value).collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    let mut columns = vec![label.to_owned()];
    let mut curves = Vec::new();
    let mut data = vec![values.iter().map(|&v| Some(v)).collect::<Vec<_>>()];
    for name in scenarios.iter().take(MOST) {
        let mut steps = shares.iter().filter(|s| s.scenario == **name).peekable();
        let mut level = 0.0;
        let at = |value: &f64| {
            while let Some(step) = steps.next_if(|s| s.value <= *value) {
                level = step.share;
            }
            Some(level)
        };
        data.push(values.iter().map(at).collect());
        curves.push(Curve {
            name: (*name).to_owned(),
            colour: results.position(name),
            value: columns.len(),
            band: None,
        });
        columns.push((*name).to_owned());
    }
    Plot {
        file: format!("{}-distribution", slug(metric)),
        x: label.to_owned(),
        y: "share".to_owned(),
        style: Style::Step,
        columns,
        data,
        curves,
    }
}

/// A plot for each probe whose series are kept.
pub(crate) fn series(results: &Results) -> Vec<Element> {
    let probes = distinct(results.series.iter().map(|row| row.probe.as_str()));
    let time = match &results.manifest {
        Some(manifest) => labelled("time", &manifest.plan.time_unit),
        None => "time".to_owned(),
    };
    let interval = results.interval();
    let figure = |probe: &&str| {
        let rows = || results.series.iter().filter(|row| row.probe == **probe);
        let unit = rows().next().map_or("", |row| row.unit.as_str());
        let names = distinct(rows().map(|row| row.scenario.as_str()));
        let lines = names.iter().take(MOST).map(|name| {
            let points = rows().filter(|row| row.scenario == *name);
            let points = points.map(|row| (row.time, [row.mean, row.low, row.high]));
            ((*name).to_owned(), results.position(name), points.collect())
        });
        let plot = banded(
            &format!("{}-series", slug(probe)),
            &time,
            &labelled(probe, unit),
            lines.collect(),
        );
        let note = left_out(names.len());
        plot.figure(&format!(
            "`{probe}` over time: mean of the replications with its {interval} at each time.{note}"
        ))
    };
    probes.iter().map(figure).collect()
}

/// For each parameter that was varied over numbers: the metric against it.
pub(crate) fn sweeps(results: &Results, metric: &str, label: &str) -> Vec<Element> {
    let scenarios = results
        .manifest
        .as_ref()
        .map_or(&[][..], |m| &m.plan.scenarios);
    let varied = distinct(
        scenarios
            .iter()
            .flat_map(|s| s.point.iter().map(|(name, _)| name.as_str())),
    );
    let interval = results.interval();
    let figure = |parameter: &&str| {
        let lines = lines(results, scenarios, metric, parameter)?;
        let note = left_out(lines.len());
        let lines = lines.into_iter().take(MOST).enumerate();
        let lines = lines.map(|(i, (name, points))| (name, i, points)).collect();
        let file = format!("{}-by-{}", slug(metric), slug(parameter));
        let mut plot = banded(&file, parameter, label, lines);
        plot.style = Style::Marked;
        Some(plot.figure(&format!(
            "`{metric}` against `{parameter}`: mean with its {interval}.{note}"
        )))
    };
    varied.iter().filter_map(figure).collect()
}

/// For every group and values of the other varied parameters, the points along one of them. `None` unless it takes two values, all numbers.
fn lines(
    results: &Results,
    scenarios: &[Scenario],
    metric: &str,
    parameter: &str,
) -> Option<Vec<(String, Vec<Point>)>> {
    let mut lines: Vec<(String, Vec<Point>)> = Vec::new();
    let mut places = Vec::new();
    for scenario in scenarios {
        let (_, value) = scenario.point.iter().find(|(name, _)| name == parameter)?;
        let place: f64 = value.parse().ok().filter(|x: &f64| x.is_finite())?;
        places.push(place);
        let estimate =
            |row: &&crate::rows::Estimate| row.scenario == scenario.name && row.metric == metric;
        let Some(row) = results.summary.iter().find(estimate) else {
            continue;
        };
        let others = scenario.point.iter().filter(|(name, _)| name != parameter);
        let name = others.fold(scenario.group.clone(), |text, (name, value)| {
            format!("{text}, {name} = {value}")
        });
        let point = (place, [row.mean, row.low, row.high]);
        match lines.iter_mut().find(|(line, _)| *line == name) {
            Some((_, points)) => points.push(point),
            None => lines.push((name, vec![point])),
        }
    }
    places.sort_by(f64::total_cmp);
    places.dedup();
    (places.len() > 1 && !lines.is_empty()).then_some(lines)
}

/// Means with bands, brought to common places on the horizontal axis.
fn banded(file: &str, x: &str, y: &str, lines: Vec<(String, usize, Vec<Point>)>) -> Plot {
    let mut places: Vec<f64> = lines
        .iter()
        .flat_map(|(_, _, points)| points.iter().map(|p| p.0))
        .collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let mut columns = vec![x.to_owned()];
    let mut data = vec![places.iter().map(|&p| Some(p)).collect::<Vec<_>>()];
    let mut curves = Vec::new();
    for (name, colour, points) in lines {
        // Keyed by bits: equal numbers have them equal, but for zeros, and these sort side by side.
        let by_place: BTreeMap<u64, [Option<f64>; 3]> = points
            .iter()
            .map(|p| ((p.0 + 0.0).to_bits(), p.1))
            .collect();
        let value = columns.len();
        curves.push(Curve {
            name: name.clone(),
            colour,
            value,
            band: Some((value + 1, value + 2)),
        });
        for (i, what) in ["", ", low", ", high"].iter().enumerate() {
            columns.push(format!("{name}{what}"));
            let at = |p: &f64| {
                by_place
                    .get(&(p + 0.0).to_bits())
                    .and_then(|point| point[i])
            };
            data.push(places.iter().map(at).collect());
        }
    }
    Plot {
        file: file.to_owned(),
        x: x.to_owned(),
        y: y.to_owned(),
        style: Style::Line,
        columns,
        data,
        curves,
    }
}
