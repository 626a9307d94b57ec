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
    let scenarios = &manifest.plan.scenarios;
    let is_whole = results.ending.as_ref().is_some_and(|e| e.complete);
    Some(
        el("section")
            .with("id", "run")
            .add(el("h2").text("What was run"))
            .add(el("p").text(match is_whole {
                true => "This command gives the same numbers again, bit for bit:",
                false => "This command, into the same directory, goes on from here:",
            }))
            .add(command)
            .add(facts(manifest))
            .all(named(results, scenarios, SETTINGS))
            .all(named(results, scenarios, PARAMETERS))
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

/// What scenarios have by name, in their order.
type Named = fn(&Scenario) -> &[(String, String)];

/// Titles of what differs, of what is shared beside it, and of what is shared where nothing differs.
type Titles = [&'static str; 3];

const PARAMETERS: (Named, Titles) = (
    |s| &s.parameters,
    [
        "Parameters in which the scenarios differ",
        "Parameters that they share",
        "Parameters",
    ],
);

const SETTINGS: (Named, Titles) = (
    |s| &s.settings,
    [
        "Timers and other settings in which the scenarios differ",
        "Timers and other settings that the study changes in all",
        "Timers and other settings that the study changes",
    ],
);

/// What all scenarios share, and that in which they differ.
fn named(results: &Results, scenarios: &[Scenario], (of, titles): (Named, Titles)) -> Vec<Element> {
    let value = |s: &Scenario, name: &str| {
        let found = of(s).iter().find(|(n, text)| n == name && !text.is_empty());
        found.map_or_else(|| "–".to_owned(), |(_, value)| value.clone())
    };
    let all = scenarios.iter().flat_map(|s| of(s).iter());
    let names = distinct(all.map(|(name, _)| name.as_str()));
    let is_shared = |name: &&str| {
        scenarios
            .iter()
            .all(|s| value(s, name) == value(&scenarios[0], name))
    };
    let (shared, differing): (Vec<&str>, Vec<&str>) = names.into_iter().partition(is_shared);
    let [title_differing, title_beside, title_alone] = titles;
    let mut parts = Vec::new();
    if !differing.is_empty() {
        let head = el("tr").add(el("th").with("scope", "col").text("scenario"));
        let column = |name: &&str| {
            let head = el("th").with("scope", "col").text(name);
            match scenarios.iter().all(|s| is_number(&value(s, name))) {
                true => head,
                false => head.class("words"),
            }
        };
        let row = |s: &Scenario| {
            let cells = differing.iter().map(|name| cell(&value(s, name)));
            el("tr").add(scenario(results, &s.name, "row")).all(cells)
        };
        let table = el("table")
            .add(el("thead").add(head.all(differing.iter().map(column))))
            .add(el("tbody").all(scenarios.iter().map(row)));
        parts.push(el("h3").text(title_differing));
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
            true => title_alone,
            false => title_beside,
        }));
        parts.push(
            el("dl")
                .class("parameters")
                .all(shared.iter().flat_map(pair)),
        );
    }
    parts
}

fn is_number(value: &str) -> bool {
    value == "–" || value.parse::<f64>().is_ok()
}

fn cell(value: &str) -> Element {
    let cell = el("td").text(value);
    match is_number(value) {
        true => cell.class("number"),
        false => cell,
    }
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
            .all(whose_timers(results))
            .add(
                el("div")
                    .class("pictures")
                    .all(results.pictures.iter().map(figure)),
            ),
    )
}

/// Whose timers the pictures show, where scenarios have different ones.
fn whose_timers(results: &Results) -> Option<Element> {
    let plan = &results.manifest.as_ref()?.plan;
    let timers = |s: &Scenario| -> Vec<(String, String)> {
        let settings = s.settings.iter();
        settings
            .filter(|(name, _)| name.starts_with("timer of "))
            .cloned()
            .collect()
    };
    let baseline = plan.scenarios.get(plan.baseline)?;
    let differ = plan.scenarios.iter().any(|s| timers(s) != timers(baseline));
    let text = format!(
        "With the timers of {}, or of the first scenario in which a rule is switched on; what differs is said below.",
        baseline.name
    );
    differ.then(|| el("p").class("legend").text(&text))
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
