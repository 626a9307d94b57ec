use std::fmt::Write;

use kairos_model::{
    check::{Overrides, load_model},
    source::MemoryFiles,
    types::EdgeTypeId,
};

use super::Upkeep;

/// What a model with these rules needs: for each edge type where its edges are listed, and whether one may be deleted.
fn check(rules: &str, start: &str, expected: &str) {
    let types = r#"(
        nodes: { "A": (), "B": () },
        edges: {
            "to": (from: "A", to: "B", attributes: { "w": Int(0) }),
            "next": (from: "A", to: "A", unique: true),
            "line": (between: ("B", "B")),
        },
    )"#;
    let names = ["r", "s"].map(|rule| format!(r#""{rule}": Exponential(rate: 1.0)"#));
    let timers = names.join(", ");
    let files = [
        (
            "rules.ron",
            format!("RuleSet(types: {types}, rules: {{ {rules} }})"),
        ),
        (
            "model.ron",
            format!(
                r#"Model(rules: "rules.ron", start: [{start}], timers: {{ {timers} }}, horizon: 1.0)"#
            ),
        ),
    ];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    let model = loaded.value.expect("no mistakes");
    let upkeep = Upkeep::of(&model);
    let mut said = String::new();
    for (index, ty) in (0..).zip(&model.types.edges) {
        let edge = upkeep.edge(EdgeTypeId(index));
        let words = [
            (edge.out, " out"),
            (edge.back, " back"),
            (edge.deletable, " deletable"),
        ];
        let words = words.iter().filter(|(so, _)| *so).map(|(_, word)| *word);
        let _ = write!(said, "{}:{}; ", ty.name, words.collect::<String>());
    }
    if upkeep.names() {
        said.push_str("names");
    }
    assert_eq!(said.trim_end(), expected);
}

/// A rule that does nothing, for one of the two timers.
const IDLE: &str = r#""s": (match: "(a:A)")"#;

#[test]
fn a_choice_follows_one_list() {
    // What is looked for between nodes of different types is listed at both.
    let name_drop = r#""r": (
        match: "(a:A)",
        choose: [Uniform("(a)-[:next]->(b:A)"), Uniform("(b)-[:to]->(c:B)"), Uniform("(c)~[:line]~(d:B)")],
        then_unless: ["(a)-[:to]->(d)"],
        create: ["(a)-[:to]->(d)"],
    )"#;
    check(
        &format!("{name_drop}, {IDLE}"),
        "",
        "to: out back; next: out; line: out back;",
    );
    let plain = r#""r": (match: "(a:A)", choose: [Uniform("(a)-[:to]->(b:B)")])"#;
    check(
        &format!("{plain}, {IDLE}"),
        "",
        "to: out; next: out; line: out back;",
    );
}

#[test]
fn a_choice_against_the_edges_or_with_a_condition() {
    let rule = r#""r": (
        match: "(b:B)",
        choose: [Uniform("(a:A)-[:to]->(b)"), Uniform("(a)-[:next]->(c:A WHERE EXISTS { (c)-[:to]->(:B) })")],
    )"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: out back; next: out back; line: out back;",
    );
    let against = r#""r": (match: "(b:B)", choose: [Uniform("(a:A)-[:to]->(b)")])"#;
    check(
        &format!("{against}, {IDLE}"),
        "",
        "to: back; next: out; line: out back;",
    );
}

#[test]
fn patterns_are_searched_either_way() {
    let rule = r#""r": (match: "(a:A)-[:next]->(b:A)"), "s": (match: "(a:A)", where: "COUNT { (:A)-[:next]->(a) } < 3")"#;
    check(rule, "", "to: out; next: out back; line: out back; names");
}

#[test]
fn what_joins_two_nodes_of_a_match_is_in_the_shorter_list() {
    let rule = r#""r": (match: "(a:A), (b:B)", unless: ["(a)-[:to]->(b)"])"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: out back; next: out; line: out back;",
    );
    let alike = r#""r": (match: "(a:A), (b:A)", unless: ["(a)-[:next]->(b)"])"#;
    check(
        &format!("{alike}, {IDLE}"),
        "",
        "to: out; next: out; line: out back;",
    );
    let with_condition =
        r#""r": (match: "(a:A), (b:B)", unless: ["(a)-[k:to]->(b) WHERE k.w > 1"])"#;
    check(
        &format!("{with_condition}, {IDLE}"),
        "",
        "to: out back; next: out; line: out back;",
    );
}

#[test]
fn nodes_take_their_edges_along() {
    let rule = r#""r": (match: "(b:B)", delete: ["b"])"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: back deletable; next: out; line: out back deletable;",
    );
    let edge = r#""r": (match: "(a:A)", for_each: [(match: "(a)-[k:next]->(:A)", delete: ["k"])])"#;
    check(
        &format!("{edge}, {IDLE}"),
        "",
        "to: out; next: out back deletable; line: out back; names",
    );
}

#[test]
fn edges_that_the_text_may_name_have_names() {
    let idle = r#""r": (match: "(a:A)"), "s": (match: "(b:B)")"#;
    let start = r#"Create("(:A)-[k:to]->(:B)")"#;
    check(idle, start, "to: out; next: out; line: out back; names");
}
