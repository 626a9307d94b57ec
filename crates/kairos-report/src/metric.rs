//! The section of one metric: estimates, differences, what they mean, sweeps, distributions.

use crate::{
    Words, curves,
    forest::{Scale, Whisker},
    format::{grouped, rounded_like, short, significant},
    html::{Element, el},
    plot::slug,
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
        section = section.add(el("ul").class("findings").all(says));
    }
    let mut pair = el("div").class("pair");
    if !rows.is_empty() {
        pair = pair.add(folded("Estimates", rows.len(), estimates(results, &rows)));
    }
    if !differences.is_empty() {
        pair = pair.add(folded(
            "Paired differences",
            differences.len(),
            compared(results, &differences),
        ));
    }
    section
        .add(pair)
        .add(
            el("div")
                .class("plots")
                .all(curves::sweeps(results, metric, &label)),
        )
        .add(
            el("div")
                .class("plots")
                .all(curves::distributions(results, metric, &label)),
        )
}

fn heading(metric: &str, unit: &str) -> Element {
    let heading = el("h2").text(metric);
    match unit {
        "" => heading,
        unit => heading.text(" ").add(el("small").text(unit)),
    }
}

/// A part with a heading, closed where it is long.
fn folded(title: &str, rows: usize, inside: Element) -> Element {
    match rows > LONG {
        false => el("div").add(el("h3").text(title)).add(inside),
        true => el("details")
            .add(el("summary").add(el("h3").text(&format!("{title} ({rows})"))))
            .add(inside),
    }
}

/// The name of a scenario, in its colour.
pub(crate) fn scenario(results: &Results, name: &str) -> Element {
    let colour = results.position(name) % 8;
    let swatch = el("i")
        .class(&format!("swatch s{colour}"))
        .with("aria-hidden", "true");
    el("th").with("scope", "row").add(swatch).text(name)
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

fn head(cells: &[&str]) -> Element {
    let cell = |text: &&str| el("th").with("scope", "col").text(text);
    el("thead").add(el("tr").all(cells.iter().map(cell)))
}

fn number(text: &str) -> Element {
    el("td").class("number").text(text)
}

/// A table in a frame that scrolls where it is too wide.
pub(crate) fn framed(table: Element) -> Element {
    el("div").class("frame").add(table)
}

fn estimates(results: &Results, rows: &[&Estimate]) -> Element {
    let whisker = |row: &Estimate| Whisker::new(row.mean, row.low, row.high);
    let scale = Scale::new(rows.iter().filter_map(|row| whisker(row)), false);
    let interval = results.interval();
    let row = |row: &&Estimate| {
        let (range, middle) = (range(row.low, row.high), mean(row.mean, row.low, row.high));
        let says = format!("{}: {middle} ({range})", row.scenario);
        let drawn = scale.as_ref().zip(whisker(row));
        let drawn =
            drawn.map(|(scale, w)| scale.interval(w, results.position(&row.scenario), &says));
        let n = match row.undefined {
            0 => grouped(row.n),
            undefined => format!("{} (+{} undefined)", grouped(row.n), grouped(undefined)),
        };
        el("tr")
            .add(scenario(results, &row.scenario))
            .add(number(&middle).class("main"))
            .add(number(&range))
            .add(el("td").class("drawn").all(drawn))
            .add(number(&short(row.sd)))
            .add(number(&n))
    };
    let body = el("tbody")
        .all(rows.iter().map(row))
        .add(foot(scale.as_ref(), 3, 2));
    framed(
        el("table")
            .add(head(&["scenario", "mean", &interval, "", "sd", "n"]))
            .add(body),
    )
}

/// The axis below the column of drawings.
fn foot(scale: Option<&Scale>, before: usize, after: usize) -> Element {
    let empty = |_| el("td");
    el("tr")
        .class("foot")
        .all((0..before).map(empty))
        .add(el("td").class("drawn").all(scale.map(Scale::axis)))
        .all((0..after).map(empty))
}

fn compared(results: &Results, rows: &[&Difference]) -> Element {
    let whisker = |row: &Difference| Whisker::new(row.difference, row.low, row.high);
    let scale = Scale::new(rows.iter().filter_map(|row| whisker(row)), true);
    let one_baseline = rows.iter().all(|row| row.baseline == rows[0].baseline);
    let row = |row: &&Difference| {
        let (range, middle) = (
            range(row.low, row.high),
            mean(row.difference, row.low, row.high),
        );
        let says = format!(
            "{} − {}: {middle} ({range}), {} pairs",
            row.scenario, row.baseline, row.pairs
        );
        let drawn = scale.as_ref().zip(whisker(row));
        let drawn =
            drawn.map(|(scale, w)| scale.interval(w, results.position(&row.scenario), &says));
        let mut name = scenario(results, &row.scenario);
        if !one_baseline {
            name = name.add(el("small").text(&format!(" − {}", row.baseline)));
        }
        el("tr")
            .add(name)
            .add(number(&middle).class("main"))
            .add(number(&range))
            .add(el("td").class("drawn").all(drawn))
            .add(number(&row.p_holm.map_or_else(|| "–".to_owned(), p_value)))
            .add(number(&row.variance_reduction.map_or_else(
                || "–".to_owned(),
                |x| format!("× {}", significant(x, 2)),
            )))
    };
    let first = match one_baseline {
        true => format!("minus {}", rows[0].baseline),
        false => "scenario − baseline".to_owned(),
    };
    let body = el("tbody")
        .all(rows.iter().map(row))
        .add(foot(scale.as_ref(), 3, 2));
    framed(
        el("table")
            .add(head(&[
                &first,
                "difference",
                &results.interval(),
                "",
                "p (Holm)",
                "gain",
            ]))
            .add(body),
    )
}

/// A p-value; those that are tiny say no more than that.
pub(crate) fn p_value(p: f64) -> String {
    match p < 1e-4 {
        true => "< 0.0001".to_owned(),
        false => significant(p, 2),
    }
}
