//! Files in; specs with their places, or rendered mistakes, out.

mod mistakes;
mod random;

use super::*;
use crate::source::Sources;
use crate::{
    render::{Colour, render},
    source::FileId,
};

fn sources(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("file.ron".to_owned(), text.to_owned());
    sources
}

/// Reads a text as what it starts with (or as a rule set) and renders what is wrong with it.
fn mistakes(text: &str) -> String {
    let sources = sources(text);
    let file = FileId(0);
    let diagnostics = match FileKind::of(&sources.file(file).text) {
        Some(FileKind::Model) => read_model(&sources, file).diagnostics,
        Some(FileKind::Study) => read_study(&sources, file).diagnostics,
        _ => read_rule_set(&sources, file).diagnostics,
    };
    render(&sources, &diagnostics, Colour::Never)
}

const RULES: &str = r##"#![enable(implicit_some)]
/* what can happen */
RuleSet(
    include: ["voip-types.ron"], // shared
    types: (
        nodes: {
            "RS": (),
            "Node": (abstract: true, attributes: { "chronos": Int(0), "host": Int }),
            "SC": (is: "Node", attributes: { "behind_nat": Bool(false), "state": Enum("State", "idle") }),
            "SN": (is: Some("Node"), attributes: { "bandwidth": Real(1) }),
        },
        edges: {
            "link": (from: "SC", to: "SN", unique: true, attributes: { "primary": Bool(true) }),
            "overlay": (between: ("SN", "SN"), unique: true),
        },
        enumerations: { "State": ["idle", "busy"] },
    ),
    parameters: { "max_latency": 800, "call_kbps": 5.0, "half": "call_kbps / 2", "on": true },
    rules: {
        "connect_best": (
            match: "(sc:SC)-[:registration]->(rs:RS)",
            where: r#"COUNT { (sc)-[:link]->(:SN) } < links"#,
            choose: [Max("sn.bandwidth", of: "(rs)<-[:registration]-(sn:SN)")],
            unless: ["(sc)-[:link]->(sn)"],
            create: ["(sc)-[:link]->(sn)"],
            set: ["sn.bandwidth -= call_kbps"],
            symmetric: false,
        ),
        "leave": (
            match: ["(sc:SC)", "(rs:RS)"],
            delete: ["sc"],
            for_each: [(match: "(sc)-[:link]->(sn:SN)", set: ["sn.bandwidth += call_kbps"])],
        ),
        "any": (choose: Uniform("(a:SC)"), required: true),
    },
)
"##;

const MODEL: &str = r#"Model(
    rules: "../rules/skype.ron",
    parameters: { "clients": 200, "data": "data/rtt-small.csv" },
    tables: { "rtt": Csv("{data}", key: ["from", "to"], missing: (mean_s: 0.001, sd_s: 0.0005)) },
    start: [
        Create("(rs:RS)"),
        Repeat("super_nodes", "(sn:SN {bandwidth: 100.0})"),
        Topology(RandomRegular(degree: 4), nodes: "SN", edge: "overlay", draw: PerReplication),
        Topology(Ring, nodes: "SN", edge: "overlay", attributes: {"weight": 1}),
        Nodes(csv: "n.csv", node: "SN", key: "id", columns: {"host": "h"}, attributes: {"bandwidth": "index"}),
        Edges(csv: "e.csv", edge: "link", from: "from", to: "to", nodes: "SN"),
        GraphMl("g.xml", node: "Peer"),
    ],
    timers: {
        "tick": Normal(mean: 0.001, sd: 0.00005, memory: Age),
        "connect_best": Exponential(mean: "think", stream: "connect", key: ["sc"]),
        "connect_widest": Never,
        "fixed": Deterministic(1.0),
        "begin_call": Exponential(rate: "calls", clock: Aggregate, weights: {"a": "a.free"}),
    },
    probes: {
        "connected": Count("(sc:SC)"),
        "spare": Mean("sn.bandwidth", over: "(sn:SN)"),
        "reconfigured": Firings("abandon"),
        "latency": Tally(on: "deliver", value: "now - p.sent", when: "TRUE"),
        "offline": Between(from: "abandon", to: "connect_best", same: ("sc", "client")),
        "loss": Derived("lost.count / sent.count"),
    },
    horizon: 3600.0,
    warm_up: "10 * clients",
    time_unit: "min",
    limits: (elements: 1000),
)
"#;

const STUDY: &str = r#"Study(
    model: "skype.ron",
    scenarios: {
        "widest": (),
        "random": (rules: "../rules/skype-random.ron", timers: {"a": Never}, start: [Create("(rs:RS)")]),
        "two links": (parameters: { "links": 2 }),
    },
    vary: { "clients": [100, "2 * 100"] },
    constraints: ["clients > 1"],
    metrics: ["latency.mean"],
    baseline: "widest",
    warm_up: 300.0,
    replications: Precision(relative: 0.02, or_absolute: 0.0005, at_least: 10, at_most: 2000),
    seed: 18446744073709551615,
)
"#;

#[test]
fn whole_files_are_read_without_mistakes() {
    for text in [RULES, MODEL, STUDY] {
        for text in [
            text.to_owned(),
            text.replace('\n', "\r\n"),
            format!("\u{feff}{text}"),
        ] {
            assert_eq!(mistakes(&text), "");
        }
    }
}

#[test]
fn texts_know_their_places() {
    let text =
        "RuleSet(rules: {\"a\": (match: [\"é\\tb\\u{e9}\\\\c\\\n  d\", r#\"é\"e\"#, \"fé\"])})";
    let sources = sources(text);
    let read = read_rule_set(&sources, FileId(0));
    let texts = &read.value.unwrap().rules[0].1.matches;
    let place_of = |text: &Text, part: &str| {
        let start = text.value.find(part).unwrap();
        sources
            .text(text.span_of(start..start + part.len()))
            .to_owned()
    };
    let places: Vec<String> = [
        (0, "é"),
        (0, "\t"),
        (0, "b"),
        (0, "bé"),
        (0, "\\"),
        (0, "cd"),
        (1, "\""),
        (1, "é\"e"),
        (2, "é"),
    ]
    .iter()
    .map(|(text, part)| place_of(&texts[*text], part))
    .collect();
    assert_eq!(
        places,
        [
            "é", "\\t", "b", "b\\u{e9}", "\\\\", "c\\\n  d", "\"", "é\"e", "é"
        ]
    );
    assert_eq!(
        sources.text(texts[0].span_of(0..texts[0].value.len())),
        &sources.text(texts[0].span)[1..texts[0].span.range().len() - 1]
    );
}

#[test]
fn entries_with_mistakes_are_left_out_and_listed() {
    let sources = sources(
        r#"RuleSet(types: (nodes: {"A": (iz: "B"), "B": ()}), rules: {"r": (match: 1), "s": (match: "(b:B)")})"#,
    );
    let read = read_rule_set(&sources, FileId(0)).value.unwrap();
    let names =
        |texts: &mut dyn Iterator<Item = &Text>| texts.map(|t| t.value.clone()).collect::<Vec<_>>();
    assert_eq!(names(&mut read.node_types.iter().map(|(n, _)| n)), ["B"]);
    assert_eq!(names(&mut read.rules.iter().map(|(n, _)| n)), ["s"]);
    assert_eq!(names(&mut read.unreadable.iter()), ["A", "r"]);
}
