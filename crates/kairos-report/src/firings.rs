//! How often rules fire, by scenario.

use crate::{
    format::significant,
    html::{Element, el},
    metric::{framed, range},
    plot::Download,
    results::{Results, distinct},
    rows::Firings,
};

/// The section, if firings are known.
pub(crate) fn section(results: &Results) -> Option<Element> {
    let rules = distinct(results.firings.iter().map(|f| f.rule.as_str()));
    if rules.is_empty() {
        return None;
    }
    let scenarios = results.scenarios();
    let column = |name: &&str| el("th").with("scope", "col").text(name);
    let row = |rule: &&str| {
        let of_rule: Vec<&Firings> = results
            .firings
            .iter()
            .filter(|f| f.rule == **rule)
            .collect();
        let most = of_rule.iter().filter_map(|f| f.mean).fold(0.0, f64::max);
        let cells = scenarios.iter().map(|name| {
            let found = of_rule.iter().find(|f| f.scenario == *name);
            found.map_or_else(
                || el("td").class("number off").text("not there"),
                |f| cell(results, f, most),
            )
        });
        el("tr")
            .add(el("th").with("scope", "row").text(rule))
            .all(cells)
    };
    let head = el("tr").add(el("th").with("scope", "col").text("rule"));
    let table = el("table")
        .class("firings")
        .add(el("thead").add(head.all(scenarios.iter().map(column))))
        .add(el("tbody").all(rules.iter().map(row)));
    let legend = "Firings with an effect in one run, warm-up included: means over the replications. Bars compare the scenarios of one rule.";
    Some(
        el("section")
            .with("id", "firings")
            .add(el("h2").text("Firings").add(download(results)))
            .add(framed(table))
            .add(el("p").class("legend").text(legend)),
    )
}

fn cell(results: &Results, firings: &Firings, most: f64) -> Element {
    let cell = el("td").class("number");
    let mean = match (firings.on, firings.mean) {
        (false, _) => return cell.class("number off").text("switched off"),
        (true, None) => return cell.text("–"),
        (true, Some(mean)) => mean,
    };
    if mean == 0.0 {
        return cell.class("number never").text("never");
    }
    let says = format!(
        "{} in {}: {}",
        firings.rule,
        firings.scenario,
        range(firings.low, firings.high)
    );
    let width = format!("width:{:.2}%", 100.0 * mean / most);
    let colour = results.position(&firings.scenario) % 8;
    let bar = el("i")
        .class(&format!("bar s{colour}"))
        .with("style", &width);
    cell.with("title", &says)
        .text(&significant(mean, 4))
        .add(el("span").class("track").add(bar))
}

fn download(results: &Results) -> Element {
    let cell = |x: Option<f64>| x.map(|x| format!("{x:?}")).unwrap_or_default();
    let row = |f: &Firings| {
        let on = if f.on { "true" } else { "false" };
        vec![
            f.scenario.clone(),
            f.rule.clone(),
            on.to_owned(),
            cell(f.mean),
            cell(f.low),
            cell(f.high),
        ]
    };
    Download {
        file: "firings",
        columns: &["scenario", "rule", "on", "mean", "low", "high"],
        rows: results.firings.iter().map(row).collect(),
    }
    .button()
}
