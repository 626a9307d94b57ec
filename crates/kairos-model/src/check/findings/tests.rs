//! What is found in models without mistakes.

use expect_test::{Expect, expect};

use super::findings;
use crate::check::tests::{list, model};

fn check(text: &str, expected: &Expect) {
    let model = model(text);
    let found: Vec<_> = findings(&model).all().collect();
    expected.assert_eq(&list(&model.sources, &found));
}

/// A protocol whose parts hang together: each test breaks one of them.
const PROTOCOL: &str = r#"--- model.ron
Model(
    rules: "rules.ron",
    parameters: { "clients": 3 },
    start: [Create("(s:Server)"), Repeat("clients", "(c:Client)-[:link]->(s)")],
    timers: { "ask": Exponential(rate: "speed"), "answer": Exponential(rate: 1.0), "done": Exponential(rate: 1.0) },
)
--- rules.ron
RuleSet(
    types: (
        enumerations: { "State": ["idle", "busy", "done"] },
        nodes: {
            "Client": (attributes: { "state": Enum("State", "idle"), "weight": Real(1.0) }),
            "Server": (),
            "Job": (attributes: { "size": Int }),
        },
        edges: { "link": (from: "Client", to: "Server"), "for": (from: "Job", to: "Client") },
    ),
    parameters: { "speed": 1.0 },
    rules: {
        "ask": (
            match: "(c:Client)-[:link]->(:Server)",
            where: "c.state = State.idle AND c.weight > 0.5",
            create: ["(:Job {size: 3})-[:for]->(c)"],
            set: ["c.state = State.busy"],
        ),
        "answer": (
            match: "(j:Job)-[:for]->(c:Client)",
            where: "j.size > 2",
            delete: ["j"],
            set: ["c.state = State.done"],
        ),
        "done": (match: "(c:Client)", where: "c.state = State.done", set: ["c.state = State.idle"]),
    },
)
"#;

fn broken(from: &str, to: &str, expected: &Expect) {
    assert!(PROTOCOL.contains(from), "{from}");
    check(&PROTOCOL.replace(from, to), expected);
}

#[test]
fn nothing_is_found_where_all_hangs_together() {
    check(PROTOCOL, &expect![[""]]);
}

#[test]
fn what_depends_on_a_rule_that_is_switched_off() {
    broken(
        r#""ask": Exponential(rate: "speed")"#,
        r#""ask": Never"#,
        &expect![[r#"
            warning[never-fires] rules.ron:20:21 «(j:Job)»: rule `answer` can never have an effect
              ^ no `Job` is ever there
              rules.ron:19:9 «"answer"»: in this rule
              help: `ask` would create one, but is switched off
            warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
              ^ this never holds
              rules.ron:25:9 «"done"»: in this rule
              help: `c.state` is only ever State.idle
            warning[never-created] rules.ron:7:13 «"Job"»: no `Job` is ever created
              help: `ask` would create one, but is switched off
            warning[never-created] rules.ron:9:58 «"for"»: no `for` is ever created
              help: `ask` would create one, but is switched off
            warning[unused-parameter] rules.ron:11:28 «1.0»: nothing uses parameter `speed`
        "#]],
    );
}

#[test]
fn values_that_are_never_assigned() {
    broken(
        "c.state = State.done\"],",
        "c.state = State.busy\"],",
        &expect![[r#"
            warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
              ^ this never holds
              rules.ron:25:9 «"done"»: in this rule
              help: `c.state` is only ever State.idle or State.busy
        "#]],
    );
    broken(
        "size: 3",
        "size: 2",
        &expect![[r#"
        warning[never-fires] rules.ron:21:21 «j.size > 2»: rule `answer` can never have an effect
          ^ this never holds
          rules.ron:19:9 «"answer"»: in this rule
          help: `j.size` is only ever 2
        warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
          ^ this never holds
          rules.ron:25:9 «"done"»: in this rule
          help: `c.state` is only ever State.idle or State.busy
    "#]],
    );
}

#[test]
fn edges_that_never_join_such_nodes() {
    broken(
        "(c:Client)-[:link]->(s)",
        "(c:Client)",
        &expect![[r#"
        warning[never-fires] rules.ron:20:21 «(j:Job)»: rule `answer` can never have an effect
          ^ no `Job` is ever there
          rules.ron:19:9 «"answer"»: in this rule
          help: `ask` would create one, but can never have an effect
        warning[never-fires] rules.ron:14:31 «-[:link]->»: rule `ask` can never have an effect
          ^ no `link` is ever there
          rules.ron:13:9 «"ask"»: in this rule
        warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
          ^ this never holds
          rules.ron:25:9 «"done"»: in this rule
          help: `c.state` is only ever State.idle
        warning[never-created] rules.ron:7:13 «"Job"»: no `Job` is ever created
          help: `ask` would create one, but can never have an effect
        warning[never-created] rules.ron:9:18 «"link"»: no `link` is ever created
          ^ neither by the start graph nor by a rule
        warning[never-created] rules.ron:9:58 «"for"»: no `for` is ever created
          help: `ask` would create one, but can never have an effect
    "#]],
    );
}

#[test]
fn attributes_and_parameters_without_readers() {
    broken(
        " AND c.weight > 0.5",
        "",
        &expect![[r#"
        warning[never-read] rules.ron:5:70 «"weight"»: nobody reads attribute `weight` of `Client`
    "#]],
    );
    broken(
        r#""speed": 1.0"#,
        r#""speed": 1.0, "slowness": 2.0"#,
        &expect![[r#"
            warning[unused-parameter] rules.ron:11:45 «2.0»: nothing uses parameter `slowness`
        "#]],
    );
}

#[test]
fn attributes_of_types_that_are_never_there_are_passed_over() {
    let unread = PROTOCOL.replace(r#"where: "j.size > 2","#, "");
    let names = |text: &str| -> Vec<String> {
        let read = findings(&model(text)).never_read;
        read.into_iter().map(|found| found.message).collect()
    };
    assert_eq!(names(&unread), ["nobody reads attribute `size` of `Job`"]);
    let absent = unread.replace(r#""ask": Exponential(rate: "speed")"#, r#""ask": Never"#);
    assert_eq!(names(&absent), Vec::<String>::new());
}

#[test]
fn parameters_in_file_names_and_other_parameters_are_used() {
    let with = PROTOCOL
        .replace(
            r#""clients": 3"#,
            r#""clients": "2 * half", "half": 2, "data": "a.csv""#,
        )
        .replace(
            "    start:",
            "    tables: { \"t\": Csv(\"{data}\", key: [\"k\"]) },\n    start:",
        );
    check(&(with + "--- a.csv\nk,v\n1,2\n"), &expect![[""]]);
}

#[test]
fn sub_patterns_and_choices_that_find_nothing() {
    broken(
        r#"where: "j.size > 2","#,
        r#"where: "EXISTS { (x:Client)-[:link]->(:Server) WHERE x.state = State.done AND x.weight < 0.0 }","#,
        &expect![[r#"
            warning[never-fires] rules.ron:21:21 «EXISTS { (x:Client)-[:link]->(:Server) WHERE x.state = State.done AND »: rule `answer` can never have an effect
              ^ this never holds
              rules.ron:19:9 «"answer"»: in this rule
            warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
              ^ this never holds
              rules.ron:25:9 «"done"»: in this rule
              help: `c.state` is only ever State.idle or State.busy
            warning[never-read] rules.ron:7:35 «"size"»: nobody reads attribute `size` of `Job`
        "#]],
    );
    broken(
        r#"where: "j.size > 2","#,
        r#"choose: [Uniform("(other:Job WHERE other.size < 3)")],"#,
        &expect![[r#"
            warning[never-fires] rules.ron:21:48 «other.size < 3»: rule `answer` can never have an effect
              ^ this never holds
              rules.ron:19:9 «"answer"»: in this rule
              help: `other.size` is only ever 3
            warning[never-fires] rules.ron:25:47 «c.state = State.done»: rule `done` can never have an effect
              ^ this never holds
              rules.ron:25:9 «"done"»: in this rule
              help: `c.state` is only ever State.idle or State.busy
        "#]],
    );
}
