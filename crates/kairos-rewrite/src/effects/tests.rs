//! How effects are carried out, and what of them is passed on: which is a matter of speed, so that nothing else would show it.

use std::fmt::Write;

use kairos_model::{
    check::{Overrides, load_model},
    rule::RuleId,
    source::MemoryFiles,
};

use crate::program::Program;

/// How the effects of a rule for `(a:A), (b:A), (a)-[k:link]->(c:B)` are carried out, and which of them a query may be about: another rule
/// looks for `A` with `n`, for `heard` edges between such, and counts `near` ones; probes count `C` and `told`.
fn check(rule: &str, expected: &str) {
    let rules = format!(
        r#"RuleSet(types: (
            nodes: {{ "A": (attributes: {{ "n": Int(0), "m": Int(0) }}), "B": (), "C": (), "D": () }},
            edges: {{
                "link": (from: "A", to: "B", attributes: {{ "w": Int(0) }}), "heard": (from: "A", to: "A"), "near": (from: "A", to: "A"),
                "told": (from: "A", to: "A"), "idle": (from: "A", to: "A"),
                "one": (from: "A", to: "A", unique: true), "two": (from: "A", to: "A", unique: true),
            }},
        ), rules: {{
            "act": (match: "(a:A), (b:A), (a)-[k:link]->(c:B)", {rule}),
            "ask": (match: "(x:A)-[:heard]->(y:A)", where: "x.n > 0 AND COUNT {{ (x)-[:near]->(:A) }} = 0", set: ["x.n = 0"]),
        }})"#
    );
    let model = r#"Model(rules: "rules.ron", start: [Create("(a:A)")], timers: { "act": Exponential(rate: 1.0), "ask": Exponential(rate: 1.0) },
        probes: { "some": Count("(:C)"), "words": Count("(:A)-[:told]->(:A)") }, horizon: 1.0)"#;
    let files = [("rules.ron", rules), ("model.ron", model.to_owned())];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    assert!(loaded.value.is_some(), "{:#?}", loaded.diagnostics);
    let program = Program::compile(loaded.value.unwrap());
    let effects = program.effects(RuleId(0));
    let mut said = match (effects.alone(), effects.are_straight()) {
        (Some(_), true) => "alone",
        (None, true) => "straight",
        (None, false) => "planned",
        (Some(_), false) => "alone, but planned",
    }
    .to_owned();
    let assignments = effects.main.set.iter().map(|set| set.noticed);
    let creations = effects.main.create.iter().map(|creation| creation.noticed);
    for noticed in assignments.chain(creations) {
        let _ = write!(said, " {}", if noticed { "noticed" } else { "-" });
    }
    assert_eq!(said, expected, "{rule}");
}

#[test]
fn one_assignment_stands_alone() {
    check(r#"set: ["a.n = 1"]"#, "straight noticed");
    check(r#"set: ["a.m += 1"]"#, "alone -");
    check(r#"set: ["k.w = 1"]"#, "alone -");
    check(r#"set: ["a.n = 1"], delete: ["k"]"#, "straight noticed");
    check(
        r#"set: ["a.n = 1"], create: ["(d:D)"]"#,
        "straight noticed -",
    );
    let block = r#"set: ["a.m = 1"], for_each: [(match: "(a)-[:heard]->(d:A)", set: ["d.n = 1"])]"#;
    check(block, "planned -");
}

#[test]
fn one_new_edge_stands_alone() {
    check(r#"create: ["(a)-[:idle]->(b)"]"#, "alone -");
    check(r#"create: ["(a)-[:one]->(b)"]"#, "alone -");
    check(r#"create: ["(a)-[:told]->(b)"]"#, "straight -");
    check(
        r#"create: ["(a)-[:idle]->(b)", "(b)-[:idle]->(a)"]"#,
        "straight - -",
    );
    check(r#"create: ["(a)-[:link {w: 1}]->(c)"]"#, "straight noticed");
}

#[test]
fn effects_apart_need_no_plan() {
    check(
        r#"set: ["a.n = 1", "b.n = 1", "a.m = 1"]"#,
        "straight noticed noticed -",
    );
    check(r#"delete: ["k"]"#, "straight");
    check(
        r#"create: ["(a)-[:one]->(b)", "(a)-[:two]->(b)"]"#,
        "straight - -",
    );
}

#[test]
fn effects_that_may_meet_are_planned() {
    check(r#"delete: ["c"]"#, "planned");
    check(
        r#"create: ["(a)-[:one]->(b)", "(b)-[:one]->(a)"]"#,
        "planned - -",
    );
    check(
        r#"set: ["a.n += 1", "a.n += 2"]"#,
        "planned noticed noticed",
    );
    check(
        r#"choose: [Uniform("(d:A)")], set: ["a.n = 1", "d.n = 1"]"#,
        "planned noticed noticed",
    );
    let edge = r#"choose: [Uniform("(b)-[l:link]->(d:B)")], delete: ["k"], set: ["l.w = 1"]"#;
    check(edge, "planned -");
}

#[test]
fn what_nobody_asks_for_is_not_noticed() {
    // A new `B` has no edge, and is matched at one only.
    check(
        r#"create: ["(d:A)", "(e:B)", "(f:C)", "(g:D)"]"#,
        "straight noticed - noticed -",
    );
    check(
        r#"create: ["(a)-[:link]->(c)", "(a)-[:heard]->(b)", "(a)-[:near]->(b)", "(a)-[:told]->(b)", "(a)-[:idle]->(b)"]"#,
        "straight noticed noticed noticed noticed -",
    );
}
