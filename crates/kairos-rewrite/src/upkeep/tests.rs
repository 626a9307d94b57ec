use std::fmt::Write;

use kairos_model::{
    check::{Overrides, load_model},
    source::MemoryFiles,
    types::EdgeTypeId,
};

use super::{Kept, Upkeep};

/// What a model with these rules needs: for each edge type where its edges are listed or counted, and whether one may be deleted.
fn check(rules: &str, start: &str, expected: &str) {
    check_with(rules, "Exponential(rate: 1.0)", start, expected);
}

/// The same with this timer for both rules.
fn check_with(rules: &str, timer: &str, start: &str, expected: &str) {
    let types = r#"(
        nodes: { "A": (), "B": () },
        edges: {
            "to": (from: "A", to: "B", attributes: { "w": Int(0) }),
            "next": (from: "A", to: "A", unique: true),
            "line": (between: ("B", "B")),
        },
    )"#;
    let names = ["r", "s"].map(|rule| format!(r#""{rule}": {timer}"#));
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
        let _ = write!(said, "{}:", ty.name);
        for (kept, end) in [(edge.out, "out"), (edge.back, "back")] {
            let _ = match kept {
                Kept::Nothing => Ok(()),
                Kept::Number => write!(said, " {end}-number"),
                Kept::List => write!(said, " {end}"),
            };
        }
        said.push_str(if edge.deletable { " deletable; " } else { "; " });
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
        "to: out; next: out; line:;",
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
        "to: out-number back; next: out back; line:;",
    );
    let against = r#""r": (match: "(b:B)", choose: [Uniform("(a:A)-[:to]->(b)")])"#;
    check(
        &format!("{against}, {IDLE}"),
        "",
        "to: back; next: out; line:;",
    );
}

#[test]
fn patterns_are_searched_either_way() {
    let rule = r#""r": (match: "(a:A)-[:next]->(b:A)-[:to]->(c:B)")"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: out back; next: out back; line:; names",
    );
}

#[test]
fn matches_of_one_edge_are_found_from_it_alone() {
    let rule = r#""r": (match: "(a:A)-[k:to]->(b:B)", delete: ["k"])"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: deletable; next: out; line:; names",
    );
    // When something is asked about an end, they are found from that end as well.
    let asking = r#""r": (match: "(a:A)-[:to]->(b:B)", unless: ["(b)~[:line]~(:B)"])"#;
    check(
        &format!("{asking}, {IDLE}"),
        "",
        "to: out back; next: out; line: out-number back-number; names",
    );
}

#[test]
fn what_is_only_counted_has_no_list() {
    let rule = r#""r": (match: "(a:A)", unless: ["(a)-[:to]->(:B)"]), "s": (match: "(a:A)", where: "COUNT { (:A)-[:next]->(a) } < 3")"#;
    check(rule, "", "to: out-number; next: out back-number; line:;");
    let goes = r#""r": (match: "(a:A)", unless: ["(a)-[:to]->(:B)"], delete: ["a"])"#;
    check(
        &format!("{goes}, {IDLE}"),
        "",
        "to: out deletable; next: out back deletable; line:;",
    );
}

#[test]
fn what_joins_two_nodes_of_a_match_is_in_the_shorter_list() {
    let rule = r#""r": (match: "(a:A), (b:B)", unless: ["(a)-[:to]->(b)"])"#;
    check(
        &format!("{rule}, {IDLE}"),
        "",
        "to: out back; next: out; line:;",
    );
    let alike = r#""r": (match: "(a:A), (b:A)", unless: ["(a)-[:next]->(b)"])"#;
    check(&format!("{alike}, {IDLE}"), "", "to:; next: out; line:;");
    let with_condition =
        r#""r": (match: "(a:A), (b:B)", unless: ["(a)-[k:to]->(b) WHERE k.w > 1"])"#;
    check(
        &format!("{with_condition}, {IDLE}"),
        "",
        "to: out back; next: out; line:;",
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
        "to:; next: out back deletable; line:; names",
    );
}

#[test]
fn edges_that_the_text_may_name_have_names() {
    let idle = r#""r": (match: "(a:A)"), "s": (match: "(b:B)")"#;
    let start = r#"Create("(:A)-[k:to]->(:B)")"#;
    check(idle, start, "to:; next: out; line:; names");
}

#[test]
fn edges_have_names_where_events_of_their_own_match_them() {
    let rules =
        format!(r#""r": (match: "(a:B)~[k:line]~(b:B)", symmetric: true, delete: ["k"]), {IDLE}"#);
    check(&rules, "", "to:; next: out; line: deletable; names");
    let aggregate = "Exponential(rate: 1.0, clock: Aggregate)";
    check_with(&rules, aggregate, "", "to:; next: out; line: deletable;");
}
