//! What was run, so that it can be run again: command, release, random seed, parameters, files, rules.

use crate::{
    format::grouped,
    html::{Element, el},
    metric::{framed, scenario},
    results::{Manifest, Picture, Results, Rule, Scenario, distinct, percent},
};

/// The section, if the manifest is there.
pub(crate) fn section(results: &Results) -> Option<Element> {
    let manifest = results.manifest.as_ref()?;
    let command = el("pre").add(el("code").text(&manifest.command));
    let parameters = parameters(results, &manifest.plan.scenarios);
    Some(
        el("section")
            .with("id", "run")
            .add(el("h2").text("What was run"))
            .add(el("p").text("This command gives the same numbers again, bit for bit:"))
            .add(command)
            .add(facts(manifest))
            .all(parameters)
            .add(files(manifest)),
    )
}

/// How often, in words.
pub(crate) fn replications(rule: Rule) -> String {
    match rule {
        Rule::Fixed(n) => format!("{} of each scenario", grouped(n)),
        Rule::BatchMeans(n) => format!("one run of each scenario, in {} batches", grouped(n)),
        Rule::Precision {
            relative,
            or_absolute,
            at_least,
            at_most,
        } => {
            let absolute = or_absolute.map_or_else(String::new, |x| format!(" or ± {x}"));
            format!(
                "until every interval is within ± {} % of its mean{absolute}; {} to {} of each scenario",
                percent(relative),
                grouped(at_least),
                grouped(at_most)
            )
        }
    }
}

fn facts(manifest: &Manifest) -> Element {
    let plan = &manifest.plan;
    let unit = |x: f64| format!("{x} {}", plan.time_unit).trim_end().to_owned();
    let each = |of: &dyn Fn(&Scenario) -> String| {
        let texts: Vec<String> = plan.scenarios.iter().map(of).collect();
        distinct(texts.iter().map(String::as_str)).join("; ")
    };
    let baseline = plan
        .scenarios
        .get(plan.baseline)
        .map_or("–", |s| s.name.as_str());
    let facts = [
        ("Kairos", manifest.kairos.clone()),
        ("random seed", plan.random_seed.to_string()),
        ("replications", replications(plan.replications)),
        ("confidence", format!("{} %", percent(plan.confidence))),
        ("baseline", baseline.to_owned()),
        ("warm-up", each(&|s| unit(s.warm_up))),
        (
            "horizon",
            each(&|s| s.horizon.map_or_else(|| "none".to_owned(), unit)),
        ),
    ];
    let fact = |(name, value): &(&str, String)| [el("dt").text(name), el("dd").text(value)];
    el("dl").all(facts.iter().flat_map(fact))
}

/// Parameters that all scenarios share, and those in which they differ.
fn parameters(results: &Results, scenarios: &[Scenario]) -> Vec<Element> {
    let value = |s: &Scenario, name: &str| {
        let found = s.parameters.iter().find(|(n, _)| n == name);
        found.map_or_else(|| "–".to_owned(), |(_, value)| value.clone())
    };
    let all = scenarios.iter().flat_map(|s| s.parameters.iter());
    let names = distinct(all.map(|(name, _)| name.as_str()));
    let is_shared = |name: &&str| {
        scenarios
            .iter()
            .all(|s| value(s, name) == value(&scenarios[0], name))
    };
    let (shared, differing): (Vec<&str>, Vec<&str>) = names.into_iter().partition(is_shared);
    let mut parts = Vec::new();
    if !differing.is_empty() {
        let head = el("tr").add(el("th").with("scope", "col").text("scenario"));
        let column = |name: &&str| el("th").with("scope", "col").text(name);
        let row = |s: &Scenario| {
            let cells = differing
                .iter()
                .map(|name| el("td").class("number").text(&value(s, name)));
            el("tr").add(scenario(results, &s.name, "row")).all(cells)
        };
        let table = el("table")
            .add(el("thead").add(head.all(differing.iter().map(column))))
            .add(el("tbody").all(scenarios.iter().map(row)));
        parts.push(el("h3").text("Parameters in which the scenarios differ"));
        parts.push(framed(table));
    }
    if !shared.is_empty() {
        let pair = |name: &&str| {
            [
                el("dt").text(name),
                el("dd").text(&value(&scenarios[0], name)),
            ]
        };
        parts.push(el("h3").text(match differing.is_empty() {
            true => "Parameters",
            false => "Parameters that they share",
        }));
        parts.push(
            el("dl")
                .class("parameters")
                .all(shared.iter().flat_map(pair)),
        );
    }
    parts
}

fn files(manifest: &Manifest) -> Element {
    let row = |file: &crate::results::HashedFile| {
        el("tr")
            .add(el("th").with("scope", "row").text(&file.path))
            .add(el("td").add(el("code").text(&file.sha256)))
    };
    el("details")
        .add(el("summary").text(&format!(
            "{} files, with their SHA-256",
            manifest.files.len()
        )))
        .add(framed(
            el("table")
                .class("files")
                .add(el("tbody").all(manifest.files.iter().map(row))),
        ))
}

/// Rules and type graph, drawn; each picture is an image of its own, so that no name in one can disturb another.
pub(crate) fn pictures(results: &Results) -> Option<Element> {
    if results.pictures.is_empty() {
        return None;
    }
    let figure = |picture: &Picture| {
        let image = el("img")
            .with("alt", &format!("{}, drawn", picture.name))
            .with(
                "src",
                &format!("data:image/svg+xml,{}", percent_encoded(&picture.svg)),
            );
        el("figure")
            .class("picture")
            .add(el("div").class("frame").add(image))
    };
    Some(
        el("section")
            .with("id", "rules")
            .add(el("h2").text("Rules"))
            .add(
                el("div")
                    .class("pictures")
                    .all(results.pictures.iter().map(figure)),
            ),
    )
}

/// What must not stand in a URL as it is.
fn percent_encoded(text: &str) -> String {
    let usual = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~ =:/,;()!*'@$&+?".contains(&byte);
    let byte = |byte: u8| match usual(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}
