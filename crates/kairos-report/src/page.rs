//! The page as a whole, in the order in which a reader needs it.

use crate::{
    Words, curves, findings, firings,
    format::grouped,
    html::{Element, el},
    metric,
    results::Results,
    run,
};

const STYLE: &str = include_str!("../assets/page.css");
const SCRIPT: &str = include_str!("../assets/page.js");
const UPLOT: &str = include_str!("../assets/uPlot.iife.min.js");
const UPLOT_STYLE: &str = include_str!("../assets/uPlot.min.css");
const UPLOT_LICENCE: &str = include_str!("../assets/uPlot-LICENSE");

/// The page: HTML that needs nothing else.
#[must_use]
pub fn page(results: &Results, words: &Words) -> String {
    let series = curves::series(results);
    let series = (!series.is_empty()).then(|| {
        let plots = el("div").class("plots").all(series);
        el("section")
            .with("id", "series")
            .add(el("h2").text("Over time"))
            .add(plots)
    });
    let metrics = results.metrics();
    let sections = metrics
        .iter()
        .map(|name| metric::section(results, words, name));
    let (firings, pictures, run) = (
        firings::section(results),
        run::pictures(results),
        run::section(results),
    );
    let links = [
        (true, "overview", "Overview"),
        (series.is_some(), "series", "Over time"),
        (firings.is_some(), "firings", "Firings"),
        (pictures.is_some(), "rules", "Rules"),
        (run.is_some(), "run", "What was run"),
    ];
    let main = el("main")
        .all(findings::warnings(results, words))
        .add(findings::overview(results, words))
        .all(sections)
        .all(series)
        .all(firings)
        .all(pictures)
        .all(run);
    document(
        &title(results),
        el("body")
            .add(header(results))
            .add(navigation(&links, &metrics))
            .add(main),
    )
}

fn title(results: &Results) -> String {
    match &results.manifest {
        Some(manifest) => manifest.study.clone(),
        None => "A study".to_owned(),
    }
}

/// Name, size and state in a few words.
fn header(results: &Results) -> Element {
    let count = |n: usize, what: &str| {
        format!(
            "{} {what}{}",
            grouped(n as u64),
            if n == 1 { "" } else { "s" }
        )
    };
    let mut facts = vec![
        count(results.scenarios().len(), "scenario"),
        count(results.metrics().len(), "metric"),
    ];
    if let Some(ending) = &results.ending {
        let often = match ending.replications {
            1 => "one run of each".to_owned(),
            n => format!("{} replications of each", grouped(n)),
        };
        facts.insert(1, often);
    }
    if let Some(manifest) = &results.manifest {
        facts.push(format!("random seed {}", manifest.plan.random_seed));
        facts.push(format!("Kairos {}", manifest.kairos));
    }
    let state = match &results.ending {
        Some(ending) if ending.complete => ("complete", "complete"),
        Some(_) => (
            "incomplete",
            "not complete: the same command goes on from here",
        ),
        None => ("incomplete", "not known to be complete"),
    };
    el("header")
        .add(el("p").class("eyebrow").text("Kairos study"))
        .add(el("h1").text(&title(results)))
        .add(
            el("p")
                .class("facts")
                .text(&facts.join(" · "))
                .text(" ")
                .add(
                    el("span")
                        .class(&format!("state {}", state.0))
                        .text(state.1),
                ),
        )
}

fn navigation(links: &[(bool, &str, &str)], metrics: &[&str]) -> Element {
    let link = |to: &str, text: &str| el("a").with("href", &format!("#{to}")).text(text);
    let mut parts = links
        .iter()
        .filter(|(there, ..)| *there)
        .map(|(_, to, text)| link(to, text));
    let first: Vec<Element> = parts.by_ref().take(1).collect();
    let of_metrics = metrics
        .iter()
        .map(|name| link(&metric::anchor(name), name).class("metric"));
    el("nav").all(first).all(of_metrics).all(parts)
}

fn document(title: &str, body: Element) -> String {
    let meta = |name: &str, content: &str| el("meta").with("name", name).with("content", content);
    let style = format!("{UPLOT_STYLE}\n{STYLE}");
    let head = el("head")
        .add(el("meta").with("charset", "utf-8"))
        .add(meta("viewport", "width=device-width, initial-scale=1"))
        .add(meta("color-scheme", "light dark"))
        .add(el("title").text(&format!("{title} · Kairos")))
        // An icon that is nothing: or browsers ask the server for one.
        .add(el("link").with("rel", "icon").with("href", "data:,"))
        .add(el("style").verbatim(&style));
    let body = body
        .add(el("script").verbatim(&format!(
            "/* uPlot 1.6.32\n{UPLOT_LICENCE}*/\n{}",
            code(UPLOT)
        )))
        .add(el("script").verbatim(SCRIPT));
    let html = el("html").with("lang", "en").add(head).add(body).markup();
    format!("<!doctype html>\n{html}\n")
}

/// The library without its first line, which names its origin by an address.
fn code(library: &str) -> &str {
    library.split_once('\n').map_or(library, |(_, code)| code)
}
