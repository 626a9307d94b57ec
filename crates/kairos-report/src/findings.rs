//! What is to be read first: warnings, and all scenarios by all metrics.

use crate::{
    Words,
    html::{Element, el, list},
    metric::{anchor, framed, mean, range, scenario},
    plot::{Download, in_full},
    results::Results,
    rows::{Difference, Estimate},
};

/// What a reader should know before believing a number.
pub(crate) fn warnings(results: &Results, words: &Words) -> Option<Element> {
    let notice = |title: &str, class: &str, lines: &[String]| {
        let lines = lines.iter().map(|line| el("li").words(line));
        el("section")
            .class(&format!("notice {class}"))
            .add(el("h2").text(title))
            .add(list("", lines.collect()))
    };
    let told = match &words.warnings {
        Some(lines) if lines.is_empty() => None,
        Some(lines) => Some(notice("Warnings", "warning", lines)),
        None => {
            let unknown = "The journal cannot be read, so that nothing is known about intervals that are too wide, warm-up or failures.";
            Some(notice("Warnings", "warning", &[unknown.to_owned()]))
        }
    };
    let missing = (!results.missing.is_empty())
        .then(|| notice("Missing or damaged", "warning", &results.missing));
    if told.is_none() && missing.is_none() {
        return Some(
            el("p").class("notice fine").text(
                "No warnings: no replication failed, no interval missed its precision, every rule that is switched on fired.",
            ),
        );
    }
    Some(el("div").with("id", "warnings").all(missing).all(told))
}

/// Every scenario by every metric, and what sums it up.
pub(crate) fn overview(results: &Results, words: &Words) -> Element {
    let sums = words.findings.iter().filter(|f| f.sums_up);
    let sums: Vec<Element> = sums
        .map(|f| {
            el("li")
                .add(el("b").text(&f.metric))
                .text(": ")
                .words(&f.text)
        })
        .collect();
    let legend = format!(
        "Means with their {}s. ▲ and ▼: higher and lower than the baseline, also after Holm's correction for all comparisons. ★: may be the best.",
        results.interval()
    );
    let section = el("section")
        .with("id", "overview")
        .add(el("h2").text("Overview").add(download(results)))
        .add(framed(matrix(results)))
        .add(el("p").class("legend").text(&legend));
    match sums.is_empty() {
        true => section,
        false => section.add(list("findings", sums)),
    }
}

/// Estimates, with rows for whatever there is more of: a page has more room below than beside.
fn matrix(results: &Results) -> Element {
    let (metrics, scenarios) = (results.metrics(), results.scenarios());
    let corner = |text: &str| el("th").with("scope", "col").text(text);
    let (head, rows): (Element, Vec<Element>) = if metrics.len() > scenarios.len() {
        let columns = scenarios.iter().map(|name| scenario(results, name, "col"));
        let row = |metric: &&str| {
            let cells = scenarios.iter().map(|name| cell(results, name, metric));
            el("tr").add(linked(results, metric, "row")).all(cells)
        };
        let head = el("tr").add(corner("metric")).all(columns);
        (head, metrics.iter().map(row).collect())
    } else {
        let columns = metrics.iter().map(|metric| linked(results, metric, "col"));
        let row = |name: &&str| {
            let cells = metrics.iter().map(|metric| cell(results, name, metric));
            el("tr").add(scenario(results, name, "row")).all(cells)
        };
        let head = el("tr").add(corner("scenario")).all(columns);
        (head, scenarios.iter().map(row).collect())
    };
    el("table")
        .class("matrix")
        .add(el("thead").add(head))
        .add(el("tbody").all(rows))
}

/// The head of a metric, which leads to its section.
fn linked(results: &Results, metric: &str, scope: &str) -> Element {
    let link = el("a")
        .with("href", &format!("#{}", anchor(metric)))
        .text(metric);
    let head = el("th").with("scope", scope).add(link);
    let row = results.summary.iter().find(|row| row.metric == metric);
    match row.map_or("", |row| row.unit.as_str()) {
        "" => head,
        unit => head.add(el("small").text(unit)),
    }
}

fn cell(results: &Results, scenario: &str, metric: &str) -> Element {
    let row = results
        .summary
        .iter()
        .find(|row| row.scenario == scenario && row.metric == metric);
    let Some(Estimate {
        mean: m, low, high, ..
    }) = row
    else {
        return el("td").class("number").text("–");
    };
    let marks = [
        change(results, scenario, metric),
        best(results, scenario, metric),
    ];
    el("td")
        .class("number")
        .add(el("span").class("main").text(&mean(*m, *low, *high)))
        .all(marks.into_iter().flatten())
        .add(el("small").text(&range(*low, *high)))
}

/// Whether a scenario differs from its baseline, and in which direction.
fn change(results: &Results, scenario: &str, metric: &str) -> Option<Element> {
    let level = 1.0 - results.manifest.as_ref()?.plan.confidence;
    let is_it = |d: &&Difference| d.scenario == scenario && d.metric == metric;
    let found = results.comparison.iter().find(is_it)?;
    let difference = found
        .difference
        .filter(|_| found.p_holm.is_some_and(|p| p <= level))?;
    let (sign, word) = match difference > 0.0 {
        true => ("▲", "higher"),
        false => ("▼", "lower"),
    };
    let says = format!("{word} than {}", found.baseline);
    Some(
        el("span")
            .class(&format!("mark {word}"))
            .with("title", &says)
            .text(sign),
    )
}

fn best(results: &Results, scenario: &str, metric: &str) -> Option<Element> {
    let ranked = results
        .ranking
        .iter()
        .find(|r| r.scenario == scenario && r.metric == metric)?;
    let mark = el("span")
        .class("mark best")
        .with("title", "may be the best");
    let has_value = |e: &Estimate| e.scenario == scenario && e.metric == metric && e.mean.is_some();
    let is_candidate = ranked.may_be_best && results.summary.iter().any(has_value);
    is_candidate.then(|| mark.text("★"))
}

fn download(results: &Results) -> Element {
    let row = |r: &Estimate| {
        vec![
            r.scenario.clone(),
            r.metric.clone(),
            r.unit.clone(),
            r.n.to_string(),
            r.undefined.to_string(),
            in_full(r.mean),
            in_full(r.sd),
            in_full(r.low),
            in_full(r.high),
        ]
    };
    Download {
        file: "summary",
        columns: &[
            "scenario",
            "metric",
            "unit",
            "n",
            "undefined",
            "mean",
            "sd",
            "low",
            "high",
        ],
        rows: results.summary.iter().map(row).collect(),
    }
    .button()
}
