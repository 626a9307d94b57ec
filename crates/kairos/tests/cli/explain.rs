//! `kairos explain`.

use expect_test::{Expect, expect};

use crate::project::Project;

const RULES: &str = r#"RuleSet(
    types: (
        nodes: {
            "Client": (attributes: { "asked": Bool(false) }),
            "Server": (attributes: { "free": Int(1) }),
            "Robot": (),
        },
        edges: { "link": (from: "Client", to: "Server", unique: true) },
    ),
    parameters: { "enough": 2, "unheard": 1 },
    rules: {
        "connect": (
            match: "(c:Client)",
            where: "NOT c.asked",
            choose: [Max("s.free", of: "(s:Server WHERE s.free >= 1)")],
            create: ["(c)-[:link]->(s)"],
            set: ["s.free -= 1", "c.asked = TRUE"],
        ),
        "enlarge": (
            match: "(c:Client)",
            unless: ["(c)-[:link]->(:Server)"],
            choose: [Uniform("(s:Server WHERE s.free > enough)")],
            required: true,
            set: ["s.free -= 1"],
        ),
        "part": (
            match: "(a:Client)-[:link]->(s:Server)<-[:link]-(b:Client)",
            symmetric: true,
            delete: ["s"],
        ),
        "rest": (match: "(r:Robot)", delete: ["r"]),
        "sleep": (match: "(c:Client)", delete: ["c"]),
        "wake": (
            match: "(c:Client), (s:Server)",
            where: "EXISTS { (other:Client)-[:link]->(s) WHERE other <> c }",
            unless: ["(c)-[:link]->(s)", "(other:Client WHERE other <> c AND id(other) < id(c) AND NOT other.asked)"],
            set: ["c.asked = FALSE"],
        ),
    },
)"#;

const MODEL: &str = r#"Model(
    rules: "rules.ron",
    parameters: { "clients": 2 },
    start: [Create("(hub:Server)"), Repeat("clients", "(c:Client)")],
    timers: {
        "connect": Deterministic(1.0),
        "enlarge": Exponential(rate: 1.0),
        "part": Exponential(rate: 1.0),
        "rest": Exponential(rate: 1.0),
        "sleep": Never,
        "wake": Exponential(rate: 0.0),
    },
    horizon: 3.0,
)"#;

fn project() -> Project {
    let project = Project::new();
    project.write("rules.ron", RULES);
    project.write("model.ron", MODEL);
    project
}

fn explained(arguments: &str, expected: &Expect) {
    let ran = project()
        .kairos(&format!("explain model.ron {arguments}"))
        .expect(0);
    expected.assert_eq(&ran.out);
}

#[test]
fn what_is_known_before_a_run() {
    let ran = project().kairos("explain model.ron").expect(0);
    expect![[r#"
        warning[never-created]: no `Robot` is ever created
         --> rules.ron:6:13
          |
        6 |             "Robot": (),
          |             ^^^^^^^ neither by the start graph nor by a rule

        warning[unused-parameter]: nothing uses parameter `unheard`
          --> rules.ron:10:43
           |
        10 |     parameters: { "enough": 2, "unheard": 1 },
           |                                           ^

        warning[never-fires]: rule `rest` can never have an effect
          --> rules.ron:31:26
           |
        31 |         "rest": (match: "(r:Robot)", delete: ["r"]),
           |         ------           ^^^^^^^^^ no `Robot` is ever there
           |         |
           |         in this rule

    "#]]
    .assert_eq(&ran.err);
    let ran = project().kairos("check model.ron").expect(0);
    expect![[r#"
        1 file: no mistakes, 2 warnings
    "#]]
    .assert_eq(&ran.out);
}

#[test]
fn the_start_graph() {
    explained(
        "",
        &expect![[r#"
            In the start graph:

            `connect` has 2 matches, due at 1.000 s
            `sleep` is switched off: its timer is `Never`
            `enlarge` has no match
              nodes and edges can be placed in 2 ways; what fails:
                `choose: Uniform("(s:Server WHERE s.free > enough)")` (always)
              nearest, c = c[0] (Client 1):
                `choose: Uniform("(s:Server WHERE s.free > enough)")` does not hold
                  nodes and edges can be placed in 1 way; what fails:
                    `s.free > enough` (always)
                  nearest, s = hub (Server 0):
                    `s.free > enough` does not hold, with s.free = 1, enough = 2
            `part` has no match
              nothing fits `(a)-[:link]->(s:Server)`: no `link` at `(a)`
              as far as it comes: a = c[0] (Client 1)
            `rest` has no match
              nothing fits `(r:Robot)`: there is no `Robot`
            `wake` has no match
              nodes and edges can be placed in 2 ways; what fails:
                `EXISTS { (other:Client)-[:link]->(s) WHERE other <> c }` (always, once alone)
                `NOT EXISTS { (other:Client WHERE other <> c AND id(other) < id(c) AND NOT other.asked) }` (once)
              nearest, c = c[0] (Client 1), s = hub (Server 0):
                `EXISTS { (other:Client)-[:link]->(s) WHERE other <> c }` does not hold
                  nothing fits `(other:Client)-[:link]->(s)`: no `link` at `(s)`
        "#]],
    );
}

#[test]
fn a_state_on_the_way() {
    explained(
        "--at 1",
        &expect![[r#"
            At 1.000 s, after 2 steps:

            `connect` has 1 match, due at 2.000 s
              for 1 of 1 looked at, `choose` finds nothing; the first:
                nodes and edges can be placed in 1 way; what fails:
                  `s.free >= 1` (always)
                nearest, s = hub (Server 0):
                  `s.free >= 1` does not hold, with s.free = 0
            `sleep` is switched off: its timer is `Never`
            `wake` has 1 match, never due: no clock ever runs out
            `enlarge` has no match
              nodes and edges can be placed in 2 ways; what fails:
                `NOT EXISTS { (c)-[:link]->(:Server) }` (once)
                `choose: Uniform("(s:Server WHERE s.free > enough)")` (always, once alone)
              nearest, c = c[1] (Client 2):
                `choose: Uniform("(s:Server WHERE s.free > enough)")` does not hold
                  nodes and edges can be placed in 1 way; what fails:
                    `s.free > enough` (always)
                  nearest, s = hub (Server 0):
                    `s.free > enough` does not hold, with s.free = 0, enough = 2
            `part` has no match
              nothing fits `(s)<-[:link]-(b:Client)`: the only `link` at `(s)` joins it to c[0] (Client 1)
              as far as it comes: a = c[0] (Client 1), s = hub (Server 0)
            `rest` has no match
              nothing fits `(r:Robot)`: there is no `Robot`
        "#]],
    );
    explained(
        "--at 2 --rule wake",
        &expect![[r#"
        At 2.000 s, after 3 steps:

        `wake` has 1 match, never due: no clock ever runs out
    "#]],
    );
}

#[test]
fn the_end_of_a_run_without_active_events() {
    let project = project();
    let silent = MODEL.replace("Deterministic(1.0)", "Deterministic(1.0, memory: Age)");
    let silent = silent.replace(r#""clients": 2"#, r#""clients": 1"#);
    project.write("model.ron", &silent);
    let ran = project
        .kairos("run model.ron --random-seed 3 --set clients=1")
        .expect(0);
    expect![[r#"
        Nothing can happen any more: `kairos explain model.ron --at end --random-seed 3 --set clients=1` says why.
    "#]]
    .assert_eq(&ran.err);
    let ran = project.kairos("explain model.ron --at end").expect(0);
    expect![[r#"
        After 1 step, at 1.000 s, no event is active that could ever fire:

        `sleep` is switched off: its timer is `Never`
        `connect` has no match
          nodes and edges can be placed in 1 way; what fails:
            `NOT c.asked` (always)
          nearest, c = c[0] (Client 1):
            `NOT c.asked` does not hold, with c.asked = TRUE
        `enlarge` has no match
          nodes and edges can be placed in 1 way; what fails:
            `NOT EXISTS { (c)-[:link]->(:Server) }` (always)
            `choose: Uniform("(s:Server WHERE s.free > enough)")` (always)
          nearest, c = c[0] (Client 1):
            `NOT EXISTS { (c)-[:link]->(:Server) }` does not hold
              blocked by hub (Server 0)
            `choose: Uniform("(s:Server WHERE s.free > enough)")` does not hold
              nodes and edges can be placed in 1 way; what fails:
                `s.free > enough` (always)
              nearest, s = hub (Server 0):
                `s.free > enough` does not hold, with s.free = 0, enough = 2
        `part` has no match
          nothing fits `(s)<-[:link]-(b:Client)`: the only `link` at `(s)` joins it to c[0] (Client 1)
          as far as it comes: a = c[0] (Client 1), s = hub (Server 0)
        `rest` has no match
          nothing fits `(r:Robot)`: there is no `Robot`
        `wake` has no match
          nodes and edges can be placed in 1 way; what fails:
            `EXISTS { (other:Client)-[:link]->(s) WHERE other <> c }` (always)
            `NOT EXISTS { (c)-[:link]->(s) }` (always)
          nearest, c = c[0] (Client 1), s = hub (Server 0):
            `EXISTS { (other:Client)-[:link]->(s) WHERE other <> c }` does not hold
              nodes and edges can be placed in 1 way; what fails:
                `other <> c` (always)
              nearest, other = c[0] (Client 1):
                `other <> c` does not hold
            `NOT EXISTS { (c)-[:link]->(s) }` does not hold
              blocked by link 2
    "#]].assert_eq(&ran.out);
}

#[test]
fn for_programs() {
    let ran = project()
        .kairos("explain model.ron --format json --at 1")
        .expect(0);
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(answer["findings"][2]["code"], "never-fires");
    let rules = answer["rules"].as_array().unwrap();
    let rule = |name: &str| rules.iter().find(|r| r["rule"] == name).unwrap();
    assert_eq!(rule("sleep")["state"], "switched_off");
    assert_eq!(rule("connect")["choiceless"]["matches"], 1);
    let near = &rule("part")["why"]["stop"];
    assert_eq!(
        (&near["at"], &near["placed"][0]["name"]),
        (&"element".into(), &"c[0]".into())
    );
    let near = &rule("enlarge")["why"]["stop"]["nearest"][0];
    let inner = &near["failing"][0]["missing"][0]["why"]["stop"];
    assert_eq!(inner["failures"][0]["condition"], "s.free > enough");
}

#[test]
fn rules_that_are_not_there() {
    let ran = project()
        .kairos("explain model.ron --rule conect")
        .expect(2);
    assert_eq!(
        ran.err,
        "error: the model has no rule `conect`: did you mean `connect`?\n"
    );
    project().kairos("explain model.ron --at never").expect(2);
}

/// Lists of nodes are in another order once some are gone.
#[test]
fn candidates_come_in_the_order_of_their_numbers() {
    let project = Project::new();
    project.write(
        "rules.ron",
        r#"RuleSet(
            types: (nodes: {"A": (attributes: {"v": Int(0)}), "B": ()}, edges: {"e": (from: "A", to: "B")}),
            rules: {
                "first": (match: "(a:A WHERE a.v = 0)", delete: ["a"]),
                "r": (match: "(a:A)-[:e]->(b:B)", delete: ["b"]),
            },
        )"#,
    );
    project.write(
        "model.ron",
        r#"Model(
            rules: "rules.ron",
            start: [Repeat(5, "(:A {v: index})")],
            timers: {"first": Deterministic(1.0), "r": Exponential(rate: 1.0)},
            horizon: 3.0,
        )"#,
    );
    let said = project
        .kairos("explain model.ron --rule r --at 2")
        .expect(0)
        .out;
    assert!(said.contains("a = A 1"), "{said}");
}
