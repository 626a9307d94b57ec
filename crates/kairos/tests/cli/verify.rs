//! What `kairos verify` finds: agreement, and faults, which it demands of both engines at the same step and in the same words.

use crate::project::Project;

/// What `verify` says of a rule `act` beside one that counts `v` of nodes `A` down to where a division by it fails; `start` are the nodes.
fn said(act: &str, timer: &str, start: &str, run: &str) -> String {
    let project = Project::new();
    project.write(
        "rules.ron",
        &format!(
            r#"RuleSet(
                types: (
                    nodes: {{"A": (attributes: {{"v": Int(0), "on": Bool(false)}}), "B": ()}},
                    edges: {{"e": (from: "A", to: "A")}},
                ),
                rules: {{"act": ({act}), "fall": (match: "(a:A)", set: ["a.v -= 1"])}},
            )"#
        ),
    );
    project.write(
        "model.ron",
        &format!(
            r#"Model(rules: "rules.ron", start: [{start}], timers: {{"act": {timer}, "fall": Deterministic(1.0)}}, horizon: 6.0, {run})"#
        ),
    );
    let ran = project.kairos("verify model.ron");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(said.starts_with("agree on"), "{act}: {said}");
    said
}

const TIMER: &str = "Deterministic(10.0)";
const PATH: &str = r#"Create("(:A {v: 3})-[:e]->(:A {v: 2})-[:e]->(:A {v: 4})")"#;

#[test]
fn what_fails_matters_where_the_rest_of_the_match_is_there() {
    for act in [
        r#"match: "(a:A WHERE a.on)", unless: ["(a)-[:e]->(x:A WHERE 10 / x.v < 1)"]"#,
        r#"match: "(a:A WHERE a.on)", where: "COUNT { (x:A WHERE 10 / x.v < 1) } > 1""#,
        r#"match: "(b:B)", choose: [Max("10 / x.v", of: "(x:A)")]"#,
        r#"match: "(b:A WHERE b.on)", choose: [Min("10 / x.v", of: "(b)-[:e]->(x:A)")]"#,
    ] {
        let said = said(act, TIMER, PATH, "");
        assert!(
            said.contains("agree on 18 steps (the horizon"),
            "{act}: {said}"
        );
    }
}

#[test]
fn a_choice_fails_while_one_of_its_values_does() {
    let choose = r#"match: "(b:B)", choose: [Max("10 / x.v", of: "(x:A WHERE x.on)")], set: ["x.on = FALSE"]"#;
    let start =
        |v: i32| format!(r#"Create("(:B), (:A {{v: 9, on: TRUE}}), (:A {{v: {v}, on: TRUE}})")"#);
    // It chooses at 2.5 and at 5, when the second is at v - 2 and v - 5: past 0 or not.
    let at = |v| said(choose, "Deterministic(2.5)", &start(v), "");
    assert!(at(1).contains("the horizon"), "{}", at(1));
    assert!(at(9).contains("the horizon"), "{}", at(9));
    let fails = at(2);
    assert!(
        fails.contains("agree on 4 steps and on the fault"),
        "{fails}"
    );
    assert!(
        fails.contains("division by zero, in `10 / x.v`, rule `act`"),
        "{fails}"
    );
}

/// Rows of a symmetric table are found in either order, equal keys on its diagonal, and there is none for other keys.
#[test]
fn pairs_are_looked_up_alike() {
    let project = Project::new();
    project.write(
        "rules.ron",
        r#"RuleSet(
            types: (nodes: {"A": (attributes: {"at": Int(0)}), "Sum": (attributes: {"of": Real(0.0)})}),
            rules: {
                "add": (match: "(a:A), (b:A), (s:Sum)", set: ["s.of += ms(a.at, b.at).to"]),
                "leave": (match: "(a:A WHERE a.at = 2)", set: ["a.at = 7"]),
            },
        )"#,
    );
    project.write(
        "model.ron",
        r#"Model(
            rules: "rules.ron",
            tables: {"ms": Csv("ms.csv", key: ["a", "b"], symmetric: true, diagonal: (to: 0.25))},
            start: [Create("(:Sum)"), Repeat(6, "(:A {at: index % 3})")],
            timers: {"add": Deterministic("1.0 + ms(a.at, b.at).to"), "leave": Deterministic(60.0)},
            probes: {"sum": Sum("s.of", over: "(s:Sum)")},
            horizon: 50.0,
        )"#,
    );
    project.write("ms.csv", "a,b,to\n0,1,3\n2,0,5\n1,2,7\n2,2,11\n");
    let agreed = project.kairos("verify model.ron").expect(0);
    assert!(agreed.out.contains("(the horizon"), "{}", agreed.out);
    // Eight pairs of 3 come three times until then, eight of 5 twice, eight of 7 once, four of 0.25 nine times, and two of 11, which have a row, once.
    let ran = project
        .kairos("run model.ron --until 12.1 --format json")
        .expect(0);
    let sum = 8 * (3 * 3 + 2 * 5 + 7) + 9 + 2 * 11;
    assert!(
        ran.out.contains(&format!("\"sum.last\": {sum}.0")),
        "{sum}: {}",
        ran.out
    );
    let failed = project.kairos("verify model.ron --until 80");
    let said = format!("{}{}", failed.out, failed.err);
    assert!(said.contains("has no row for ("), "{said}");
}

#[test]
fn a_fault_of_one_component_names_its_elements_alone() {
    let start = r#"Repeat(3, "(:A {v: index + 1})")"#;
    let act = r#"match: ["(a:A WHERE 10 / a.v < 100)", "(b:A WHERE b.v < 5)"], symmetric: false"#;
    let aggregate = "Exponential(rate: 0.0, clock: Aggregate)";
    let text = said(act, aggregate, start, "");
    assert!(
        text.contains("rule `act`, match (a = 0), at time 1"),
        "{text}"
    );
    let act = r#"match: "(a:A), (b:A)", symmetric: false"#;
    let weighted = r#"Exponential(rate: 0.0, clock: Aggregate, weights: {"a": "a.v"})"#;
    let text = said(act, weighted, start, "");
    assert!(
        text.contains("the weight -1 is negative, in `a.v`, rule `act`, match (a = 0)"),
        "{text}"
    );
}

#[test]
fn the_limit_of_active_events_is_that_of_whole_steps() {
    let act = r#"match: "(b:B)", create: ["(:B)", "(:B)", "(:B)"]"#;
    let text = said(
        act,
        TIMER,
        r#"Create("(:B)")"#,
        "limits: (active_events: 2)",
    );
    assert!(text.contains("the horizon"), "{text}");
    let text = said(
        act,
        "Deterministic(2.0)",
        r#"Create("(:B)")"#,
        "limits: (active_events: 2)",
    );
    assert!(
        text.contains("active events: 4 is more than the limit of 2, rule `act`"),
        "{text}"
    );
}

/// Edges with and without a direction, between types that have a common ancestor; who waits for one asks for a way and a type. A rule matches one edge
/// and deletes another.
const WAITING: &str = r#"RuleSet(
    types: (
        nodes: {"P": (abstract: true, attributes: {"v": Int(0)}), "A": (is: "P"), "B": (is: "P")},
        edges: {"to": (from: "P", to: "P"), "line": (between: ("P", "P"))},
    ),
    rules: {
        "join": (match: "(a:A), (b:A)", create: ["(a)-[:to]->(b)"]),
        "cross": (match: "(a:A), (b:B)", create: ["(a)-[:to]->(b)"], set: ["b.v += 1"]),
        "back": (match: "(a:A), (b:B)", create: ["(b)-[:to]->(a)"], set: ["a.v -= 1", "b.v -= 2"]),
        "tie": (match: "(a:A), (b:B)", create: ["(a)~[:line]~(b)"]),
        "cut": (match: "(a:A)-[e:to]->(b:B)", delete: ["e"], set: ["a.v = b.v"]),
        "cut_back": (match: "(b:B)-[e:to]->(a:A)", delete: ["e"]),
        "part": (match: "(a:A)-[e:to]->(b:A)", delete: ["e"]),
        "untie": (match: "(a:A)-[e:to]->(b:B)", choose: [Uniform("(b)~[l:line]~(c:A)")], delete: ["l"]),
        "no_out": (match: "(x:A)", unless: ["(x)-[:to]->(:B)"], set: ["x.v += 1"]),
        "no_in": (match: "(x:B)", unless: ["(:A)-[:to]->(x)"], set: ["x.v -= 1"]),
        "some_in": (match: "(x:A)", where: "EXISTS { (:B)-[:to]->(x) }", set: ["x.v = 0"]),
        "no_line": (match: "(x:B)", unless: ["(x)~[:line]~(:A)"], set: ["x.v = 0"]),
        "few": (match: "(x:A)", where: "COUNT { (x)-[:to]->(:A) } < 2 AND x.v > 0", set: ["x.v -= 1"]),
        "many": (match: "(x:P)", where: "COUNT { (:P)-[:to]->(x) } > 1", set: ["x.v = 1"]),
    },
)"#;

#[test]
fn what_is_foreseen_comes_true() {
    let project = Project::new();
    project.write("rules.ron", WAITING);
    let rules = ["join", "cross", "back", "tie"].map(|rule| (rule, "0.02"));
    let rules = rules.into_iter().chain(
        [
            "cut", "cut_back", "part", "untie", "no_out", "no_in", "some_in", "no_line", "few",
            "many",
        ]
        .map(|rule| (rule, "0.3")),
    );
    for clock in ["", ", clock: Aggregate"] {
        let timer = |(rule, rate)| format!(r#""{rule}": Exponential(rate: {rate}{clock}),"#);
        let timers: String = rules.clone().map(timer).collect();
        project.write(
            "model.ron",
            &format!(
                r#"Model(
                    rules: "rules.ron", start: [Repeat(5, "(:A), (:B)")], timers: {{ {timers} }}, horizon: 1000.0,
                    probes: {{
                        "edges": Count("(:P)-[:to]->(:P)"), "lines": Count("(:A)~[:line]~(:B)"),
                        "sum": Sum("x.v", over: "(x:P)"), "low": Min("x.v", over: "(x:A)"),
                    }},
                )"#
            ),
        );
        for random_seed in 1..4 {
            let ran = project.kairos(&format!(
                "verify model.ron --steps 1000 --random-seed {random_seed}"
            ));
            let said = ran.expect(0).out;
            assert!(said.starts_with("agree on 1000 steps"), "{said}");
        }
    }
}
