//! The section of one metric: estimates, differences, what they mean, sweeps, distributions.

use crate::{
    Words, curves,
    forest::{Scale, Whisker},
    format::{grouped, rounded_like, short, significant},
    html::{Element, el, list},
    plot::{Download, in_full, slug},
    results::Results,
    rows::{Difference, Estimate},
};

/// Longer tables are folded up.
const LONG: usize = 12;

/// Where the section is on the page.
pub(crate) fn anchor(metric: &str) -> String {
    format!("metric-{}", slug(metric))
}

/// The section.
pub(crate) fn section(results: &Results, words: &Words, metric: &str) -> Element {
    let rows: Vec<&Estimate> = results
        .summary
        .iter()
        .filter(|row| row.metric == metric)
        .collect();
    let unit = rows.first().map_or("", |row| row.unit.as_str());
    let label = curves::labelled(metric, unit);
    let differences: Vec<&Difference> = results
        .comparison
        .iter()
        .filter(|d| d.metric == metric)
        .collect();
    let findings = words.findings.iter().filter(|f| f.metric == metric);
    let says: Vec<Element> = findings.map(|f| el("li").words(&f.text)).collect();
    let mut section = el("section")
        .with("id", &anchor(metric))
        .add(heading(metric, unit));
    if !says.is_empty() {
        section = section.add(list("findings", says));
    }
    let sweeps = curves::sweeps(results, metric, &label);
    let mut pair = el("div").class("pair");
    if !rows.is_empty() {
        let button = download_estimates(metric, &rows);
        let table = estimates(results, &rows);
        pair = pair.add(folded("Estimates", rows.len(), button, table));
    }
    if !differences.is_empty() {
        pair = pair.add(folded(
            "Paired differences",
            differences.len(),
            download_differences(metric, &differences),
            compared(results, &differences),
        ));
    }
    let distributions = curves::distributions(results, metric, &label);
    section
        .add(el("div").class("plots").all(sweeps))
        .add(pair)
        .add(el("div").class("plots").all(distributions))
}

fn heading(metric: &str, unit: &str) -> Element {
    let heading = el("h2").text(metric);
    match unit {
        "" => heading,
        unit => heading.text(" ").add(el("small").text(unit)),
    }
}

/// A part with a heading and a download, closed where it is long.
fn folded(title: &str, rows: usize, download: Element, inside: Element) -> Element {
    match rows > LONG {
        false => el("div")
            .add(el("h3").text(title).add(download))
            .add(inside),
        true => el("details")
            .add(el("summary").add(el("h3").text(&format!("{title} ({rows})"))))
            .add(download)
            .add(inside),
    }
}

fn download_estimates(metric: &str, rows: &[&Estimate]) -> Element {
    let row = |row: &&Estimate| {
        let numbers = [row.mean, row.sd, row.low, row.high].map(in_full);
        let counts = [row.n, row.undefined].map(|n| n.to_string());
        [vec![row.scenario.clone()], numbers.into(), counts.into()].concat()
    };
    Download {
        file: &format!("{}-estimates", slug(metric)),
        columns: &["scenario", "mean", "sd", "low", "high", "n", "undefined"],
        rows: rows.iter().map(row).collect(),
    }
    .button()
}

fn download_differences(metric: &str, rows: &[&Difference]) -> Element {
    let row = |row: &&Difference| {
        let names = [row.scenario.clone(), row.baseline.clone()];
        let numbers = [row.difference, row.low, row.high, row.p_holm].map(in_full);
        [names.as_slice(), &numbers, &[row.pairs.to_string()]].concat()
    };
    Download {
        file: &format!("{}-differences", slug(metric)),
        columns: &[
            "scenario",
            "baseline",
            "difference",
            "low",
            "high",
            "p_holm",
            "pairs",
        ],
        rows: rows.iter().map(row).collect(),
    }
    .button()
}

/// The name of a scenario, in its colour.
pub(crate) fn scenario(results: &Results, name: &str, scope: &str) -> Element {
    let colour = results.position(name) % 8;
    let swatch = el("i")
        .class(&format!("swatch s{colour}"))
        .with("aria-hidden", "true");
    el("th")
        .class("scenario")
        .with("scope", scope)
        .add(swatch)
        .text(name)
}

/// An estimate's interval, with as many digits as its width deserves.
pub(crate) fn range(low: Option<f64>, high: Option<f64>) -> String {
    let (Some(low), Some(high)) = (low, high) else {
        return "–".to_owned();
    };
    let [low, high] = [low, high].map(|x| signed(x, (high - low) / 2.0));
    format!("{low} … {high}")
}

/// A number with as many digits as a half-width deserves, and a true minus.
pub(crate) fn signed(value: f64, half_width: f64) -> String {
    rounded_like(value, half_width).replace('-', "−")
}

/// A mean, with as many digits as its interval deserves.
pub(crate) fn mean(mean: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    match (mean, low, high) {
        (Some(mean), Some(low), Some(high)) => signed(mean, (high - low) / 2.0),
        _ => short(mean).replace('-', "−"),
    }
}

/// A table in a frame that scrolls where it is too wide.
pub(crate) fn framed(table: Element) -> Element {
    el("div").class("frame").add(table)
}

/// A line of a table of intervals.
struct Line<'a> {
    scenario: &'a str,
    /// What stands behind the name in small print.
    beside: String,
    mean: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    /// The last two cells.
    extra: [String; 2],
}

/// What the two last cells of a line are.
type Heads = [&'static str; 2];

fn estimates<'a>(results: &Results, rows: &[&'a Estimate]) -> Element {
    let line = |&row: &&'a Estimate| Line {
        scenario: &row.scenario,
        beside: String::new(),
        mean: row.mean,
        low: row.low,
        high: row.high,
        extra: [
            short(row.sd),
            match row.undefined {
                0 => grouped(row.n),
                undefined => format!("{} (+{} undefined)", grouped(row.n), grouped(undefined)),
            },
        ],
    };
    let lines: Vec<Line<'_>> = rows.iter().map(line).collect();
    intervals(results, ["scenario", "mean"], ["sd", "n"], &lines, false)
}

fn compared<'a>(results: &Results, rows: &[&'a Difference]) -> Element {
    let one_baseline = rows.iter().all(|row| row.baseline == rows[0].baseline);
    let line = |&row: &&'a Difference| Line {
        scenario: &row.scenario,
        beside: match one_baseline {
            true => String::new(),
            false => format!(" − {}", row.baseline),
        },
        mean: row.difference,
        low: row.low,
        high: row.high,
        extra: [
            row.p_holm.map_or_else(|| "–".to_owned(), p_value),
            grouped(row.pairs),
        ],
    };
    let lines: Vec<Line<'_>> = rows.iter().map(line).collect();
    let first = match one_baseline {
        true => format!("minus {}", rows[0].baseline),
        false => "scenario − baseline".to_owned(),
    };
    intervals(
        results,
        [&first, "difference"],
        ["p (Holm)", "n"],
        &lines,
        true,
    )
}

/// Intervals in numbers and drawn on one scale; `zero` says that there zero means "no difference".
fn intervals(
    results: &Results,
    first: [&str; 2],
    last: Heads,
    lines: &[Line<'_>],
    zero: bool,
) -> Element {
    let whisker = |line: &Line<'_>| Whisker::new(line.mean, line.low, line.high);
    let scale = Scale::new(lines.iter().filter_map(whisker), zero);
    let interval = results.interval();
    // Where there is no room for a head, each cell says what it is.
    let number = |label: &str, text: &str| {
        el("td")
            .class("number")
            .with("data-label", label)
            .text(text)
    };
    let row = |line: &Line<'_>| {
        let (middle, range) = (
            mean(line.mean, line.low, line.high),
            range(line.low, line.high),
        );
        let says = format!("{}{}: {middle} ({range})", line.scenario, line.beside);
        let colour = results.position(line.scenario);
        let drawn = scale.as_ref().zip(whisker(line));
        let drawn = drawn.map(|(scale, whisker)| scale.interval(whisker, colour, &says));
        el("tr")
            .add(scenario(results, line.scenario, "row").add(el("small").text(&line.beside)))
            .add(el("td").class("number main").text(&middle))
            .add(number(&interval, &range))
            .add(el("td").class("drawn").all(drawn))
            .add(number(last[0], &line.extra[0]))
            .add(number(last[1], &line.extra[1]))
    };
    let empty = |_| el("td");
    let foot = el("tr")
        .class("foot")
        .all((0..3).map(empty))
        .add(el("td").class("drawn").all(scale.as_ref().map(Scale::axis)))
        .all((0..2).map(empty));
    let heads = [first[0], first[1], &interval, "", last[0], last[1]];
    let head = heads.map(|text| el("th").with("scope", "col").text(text));
    framed(
        el("table")
            .class("intervals")
            .add(el("thead").add(el("tr").all(head)))
            .add(el("tbody").all(lines.iter().map(row)).add(foot)),
    )
}

/// A p-value; those that are tiny say no more than that.
pub(crate) fn p_value(p: f64) -> String {
    match p < 1e-4 {
        true => "< 0.0001".to_owned(),
        false => significant(p, 2),
    }
}
