//! From which created edges which rules' matches are looked for.

use kairos_model::{
    check::{Overrides, load_model},
    source::MemoryFiles,
};

use crate::{incremental::query::Purpose, program::Program};

/// Beside a rule `act`: a mail somewhere, at its sender's, at another one's; two persons who know each other, one of whom has a mail.
fn program(act: &str) -> Program {
    let rules = format!(
        r#"RuleSet(types: (
            nodes: {{ "Mail": (), "Person": (attributes: {{ "idle": Bool(true) }}) }},
            edges: {{
                "at": (from: "Mail", to: "Person"), "by": (from: "Mail", to: "Person"), "knows": (between: ("Person", "Person")),
                "noted": (from: "Person", to: "Mail"),
            }},
        ), rules: {{
            "act": ({act}),
            "home": (match: "(m:Mail)-[:by]->(p:Person)<-[:at]-(m)", set: ["p.idle = FALSE"]),
            "lost": (match: "(m:Mail)-[:by]->(p:Person)", unless: ["(m)-[:at]->(:Person WHERE NOT p.idle)"], delete: ["m"]),
            "near": (match: "(m:Mail)-[:at]->(p:Person)~[:knows]~(q:Person)", set: ["q.idle = FALSE"]),
            "there": (match: "(m:Mail)-[:at]->(p:Person)", set: ["p.idle = FALSE"]),
        }})"#
    );
    let model = r#"Model(rules: "rules.ron", start: [Create("(:Person)")], horizon: 1.0, timers: {
        "act": Exponential(rate: 1.0), "home": Exponential(rate: 1.0), "lost": Exponential(rate: 1.0),
        "near": Exponential(rate: 1.0), "there": Exponential(rate: 1.0),
    })"#;
    let files = [("rules.ron", rules), ("model.ron", model.to_owned())];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    assert!(loaded.value.is_some(), "{:#?}", loaded.diagnostics);
    Program::compile(loaded.value.unwrap())
}

/// For each edge that `act` creates the rules whose matches are looked for from it.
#[track_caller]
fn check(act: &str, expected: &[&str]) {
    let program = program(act);
    let network = program.network();
    let model = &program.model;
    let act = model.rules.iter().position(|rule| rule.name == "act");
    let Some(seeds) = &network.seeds[act.unwrap()] else {
        return assert_eq!(expected, ["whatever"]);
    };
    let names = |position: usize| {
        let reactions = seeds.edges.iter().flat_map(|edges| &edges[position]);
        let rules = reactions.filter_map(|r| match network.queries[r.query.index()].purpose {
            Purpose::Events(rule) => Some(model.rule(rule).name.as_str()),
            _ => None,
        });
        let mut rules: Vec<&str> = rules.collect();
        rules.sort_unstable();
        rules.join(" ")
    };
    let found: Vec<String> = (0..seeds.edges[0].len()).map(names).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_a_new_node_has_no_edges_for_is_not_looked_for() {
    check(
        r#"match: "(p:Person)", create: ["(:Mail)-[:at]->(p)"]"#,
        &["near there"],
    );
    check(
        r#"match: "(p:Person)", create: ["(:Mail)-[:by]->(p)"]"#,
        &["lost"],
    );
    // Mails that are there may have the other edge.
    check(
        r#"match: "(p:Person)-[:noted]->(m:Mail)", create: ["(m)-[:at]->(p)"]"#,
        &["home lost near there"],
    );
}

#[test]
fn matches_with_a_new_node_are_looked_for_from_one_of_its_edges() {
    let act = r#"match: "(p:Person)", create: ["(m:Mail)-[:at]->(p), (m)-[:by]->(p)"]"#;
    check(act, &["near there", "home lost"]);
    let act = r#"match: "(p:Person)", create: ["(m:Mail)-[:at]->(q:Person)~[:knows]~(p), (q)~[:knows]~(r:Person)"]"#;
    check(act, &["near there", "near", ""]);
    // No mail is at a new person, but one may be at a person whom that one knows.
    let act = r#"match: "(p:Person)", create: ["(q:Person)~[:knows]~(p)"]"#;
    check(act, &["near"]);
}

#[test]
fn one_node_is_not_two() {
    let create = r#"create: ["(m:Mail)-[:at]->(p), (m)-[:by]->(q)"]"#;
    let act = format!(r#"match: "(p:Person), (q:Person)", {create}"#);
    check(&act, &["near there", "lost"]);
    let act =
        format!(r#"match: "(p:Person)", choose: [Uniform("(q:Person WHERE q.idle)")], {create}"#);
    check(&act, &["near there", "home lost"]);
}

#[test]
fn what_else_may_be_created_is_looked_for_from_all() {
    let act = r#"match: "(p:Person)", create: ["(m:Mail)-[:at]->(p)"],
        for_each: [(match: "(p)~[:knows]~(q:Person)", create: ["(m)-[:by]->(q)"])]"#;
    check(act, &["whatever"]);
}
