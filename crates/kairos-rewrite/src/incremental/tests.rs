//! What is kept for which pattern, and how: a matter of speed and memory, so that nothing else would show it.

use kairos_model::{
    check::{Overrides, load_model},
    rule::RuleId,
    source::MemoryFiles,
};

use super::{foreseen::Foreseen, layout::Content, network::Network, query::Purpose};
use crate::program::Program;

/// What stands in the tables of a rule `act`, beside which another waits for `(c:C {on: TRUE})` without a wire, and of a probe.
fn program(act: &str, timer: &str, probe: &str) -> Program {
    let rules = format!(
        r#"RuleSet(types: (
            nodes: {{
                "Base": (abstract: true, attributes: {{ "n": Int(0), "load": Real(0.5) }}), "A": (is: "Base"), "B": (is: "Base"),
                "C": (attributes: {{ "on": Bool(true), "idle": Bool(true) }}),
            }},
            edges: {{ "wire": (between: ("C", "C")), "link": (from: "A", to: "B"), "to": (from: "C", to: "C") }},
        ), rules: {{
            "act": ({act}),
            "wait": (match: "(c:C WHERE c.on)", unless: ["(c)~[:wire]~(:C)"], set: ["c.on = FALSE"]),
        }})"#
    );
    let model = format!(
        r#"Model(rules: "rules.ron", start: [Create("(:C)")], timers: {{ "act": {timer}, "wait": Exponential(rate: 1.0) }},
            probes: {{ "p": {probe} }}, horizon: 1.0)"#
    );
    let files = [("rules.ron", rules), ("model.ron", model)];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    assert!(loaded.value.is_some(), "{:#?}", loaded.diagnostics);
    Program::compile(loaded.value.unwrap())
}

const TIMER: &str = "Exponential(rate: 1.0)";
const AGGREGATE: &str = "Exponential(rate: 1.0, clock: Aggregate)";
const PROBE: &str = r#"Count("(:A)")"#;

fn queries(network: &Network, of: impl Fn(&Purpose) -> bool) -> usize {
    network.queries.iter().filter(|q| of(&q.purpose)).count()
}

#[test]
fn a_pool_of_nodes_that_wait_for_a_rule_is_kept_with_its_events() {
    let pools = |pool: &str| {
        let act = format!(
            r#"match: "(a:C WHERE a.idle AND a.idle)", choose: [Uniform("{pool}")], create: ["(a)-[:to]->(x)"]"#
        );
        let program = program(&act, TIMER, PROBE);
        queries(program.network(), |purpose| {
            matches!(purpose, Purpose::Pool(..))
        })
    };
    let free = "NOT EXISTS { (x)~[:wire]~(:C) }";
    assert_eq!(pools(&format!("(x:C WHERE x.on AND {free})")), 0);
    assert_eq!(pools(&format!("(x:C WHERE {free} AND x.on AND x <> a)")), 0);
    for other in [
        // The rule itself says the same of its nodes twice.
        "(x:C WHERE x.idle AND x.on)".to_owned(),
        format!("(x:C WHERE x.on AND {free} AND {free} AND x.idle)"),
        "(x:C WHERE x.on)".to_owned(),
        format!("(x:C WHERE x.idle AND {free})"),
        format!("(x:C WHERE NOT x.on AND {free})"),
        "(x:C WHERE x.on AND EXISTS { (x)~[:wire]~(:C) })".to_owned(),
        "(x:C WHERE x.on AND NOT EXISTS { (x)-[:to]->(:C) })".to_owned(),
        format!("(x:C WHERE x.on AND {free} AND NOT EXISTS {{ (x)-[:to]->(:C) }})"),
    ] {
        assert_eq!(pools(&other), 1, "{other}");
    }
}

#[test]
fn a_sum_of_an_attribute_needs_no_matches() {
    let matches = |probe: &str| {
        let program = program(r#"match: "(a:A)", set: ["a.n += 1"]"#, TIMER, probe);
        queries(program.network(), |purpose| {
            matches!(purpose, Purpose::Probe(_))
        })
    };
    for without in [
        r#"Mean("x.n / 4", over: "(x:Base)")"#,
        r#"Sum("x.load", over: "(x:B)")"#,
        r#"Sum("x.n", over: "(x:A)")"#,
    ] {
        assert_eq!(matches(without), 0, "{without}");
    }
    for with in [
        r#"Mean("x.n / 4", over: "(x:Base WHERE x.n > 0)")"#,
        r#"Mean("x.n * x.load", over: "(x:Base)")"#,
        r#"Max("x.n", over: "(x:Base)")"#,
        r#"Sum("x.n", over: "(x:A)-[:link]->(:B)")"#,
    ] {
        assert_eq!(matches(with), 1, "{with}");
    }
}

#[test]
fn an_attribute_decides_a_rule_that_asks_for_it_alone() {
    let decided = |pattern: &str| {
        let act = format!(r#"match: "{pattern}", set: ["a.n += 1"]"#);
        let program = program(&act, TIMER, PROBE);
        let strata = program.network().dispatch.strata.iter();
        strata.flat_map(|s| &s.ranged).map(Vec::len).sum::<usize>()
    };
    // One table for each type.
    assert_eq!(decided("(a:Base WHERE a.n < 3)"), 2);
    assert_eq!(decided("(a:A WHERE a.n < 3)"), 1);
    assert_eq!(decided("(a:A WHERE a.n < 3 AND a.load > 0.5)"), 0);
    assert_eq!(decided("(a:A WHERE a.n < 3)-[:link]->(b:B)"), 0);
}

#[test]
fn matches_of_an_edge_alone_are_what_the_graph_says() {
    let content = |pattern: &str, timer: &str| {
        let act = format!(r#"match: "{pattern}", symmetric: false, delete: ["e"]"#);
        let program = program(&act, timer, PROBE);
        let network = program.network();
        let mut of_act = network.queries.iter().filter(|q| q.edges.len() == 1);
        let query = of_act.next().expect("a query of the rule");
        let places = &network.dispatch.hook_places[query.id.index()];
        query.layout(&program, places).content
    };
    let of_any = Content::Edge {
        from: 0,
        edge: 1,
        to: 2,
    };
    assert_eq!(content("(a)-[e]->(b)", AGGREGATE), of_any);
    assert_eq!(content("(a)-[e]->(b)", TIMER), Content::Stored);
    // Edges of one type among several are numbered by themselves, which does not say where they stand.
    assert_eq!(content("(a:C)~[e:wire]~(b:C)", AGGREGATE), Content::Stored);
    assert_eq!(content("(a:C)-[e:to]->(b:C)", AGGREGATE), Content::Stored);
}

#[test]
fn what_a_rule_means_is_foreseen_where_it_names_the_elements() {
    let foreseen = |act: &str| {
        let program = program(act, TIMER, r#"Sum("x.n", over: "(x:A)")"#);
        let foreseen = program.effects(RuleId(0)).foreseen();
        foreseen.map(Foreseen::is_nothing)
    };
    let (something, nothing) = (Some(false), Some(true));
    for (act, expected) in [
        (r#"match: "(a:A)", set: ["a.n += 1"]"#, something),
        (r#"match: "(a:A)", set: ["a.load = 0.0"]"#, nothing),
        (r#"match: "(a:C)", set: ["a.on = FALSE"]"#, something),
        (r#"match: "(a:C)", set: ["a.idle = FALSE"]"#, nothing),
        (
            r#"match: "(a:C WHERE a.on AND a.idle)", set: ["a.idle = FALSE"]"#,
            something,
        ),
        (
            r#"match: "(a:C), (b:C)", create: ["(a)~[:wire]~(b)"]"#,
            something,
        ),
        (
            r#"match: "(a:C), (b:C)", create: ["(a)-[:to]->(b)"]"#,
            nothing,
        ),
        (
            r#"match: "(a:C)~[w:wire]~(b:C)", symmetric: true, delete: ["w"]"#,
            something,
        ),
        (
            r#"match: "(a:C)", choose: [Uniform("(a)~[w:wire]~(b:C)")], delete: ["w"]"#,
            something,
        ),
        (r#"match: "(a:C)", create: ["(:B)"]"#, nothing),
        // What needs a plan; nodes that come or go; a type that is not certain; what is found by a search.
        (
            r#"match: "(a:C)~[w:wire]~(b:C)~[v:wire]~(c:C)", delete: ["w", "v"]"#,
            None,
        ),
        (r#"match: "(a:C)", create: ["(:C)"]"#, None),
        (r#"match: "(a:C)", delete: ["a"]"#, None),
        (r#"match: "(a:Base)", set: ["a.n += 1"]"#, None),
        (
            r#"match: "(a:C WHERE a.idle)-[:to]->(b:C)", set: ["a.idle = FALSE"]"#,
            None,
        ),
        // Rows of several edges, which each of them lists.
        (
            r#"match: "(a:C)~[w:wire]~(b:C)-[:to]->(c:C)", delete: ["w"]"#,
            None,
        ),
    ] {
        assert_eq!(foreseen(act), expected, "{act}");
    }
}

#[test]
fn what_one_thing_decides_follows_at_once() {
    let at_once = |act: &str, timer: &str| {
        let program = program(act, timer, PROBE);
        let foreseen = program.effects(RuleId(0)).foreseen();
        foreseen.map(Foreseen::follows_at_once)
    };
    let wait = r#"match: "(a:C)", unless: ["(a)-[:to]->(:C)"], choose: [Uniform("(b:C)")], create: ["(a)-[:to]->(b)"]"#;
    let all = r#"match: "(a:A WHERE a.n > 0), (b:A WHERE b.n > 0), (c:A WHERE c.n > 0)", set: ["a.n -= 1", "b.n -= 1", "c.n -= 1"]"#;
    for (act, timer, expected) in [
        // An edge and its ends; attributes of one node, and of two.
        (wait, TIMER, Some(true)),
        (
            r#"match: "(a:C)-[t:to]->(b:C)", delete: ["t"]"#,
            TIMER,
            Some(true),
        ),
        (
            r#"match: "(a:C)-[t:to]->(b:C)", delete: ["t"]"#,
            AGGREGATE,
            Some(true),
        ),
        (
            r#"match: "(a:A WHERE a.n > 0)", set: ["a.n -= 1"]"#,
            TIMER,
            Some(true),
        ),
        (
            r#"match: "(a:A WHERE a.n > 0), (b:A WHERE b.n > 0)", set: ["a.n -= 1", "b.n += 1"]"#,
            AGGREGATE,
            Some(true),
        ),
        // An edge that another rule waits for on one condition more; more nodes than two; what is not foreseen.
        (
            r#"match: "(a:C), (b:C)", create: ["(a)~[:wire]~(b)"]"#,
            TIMER,
            Some(false),
        ),
        (all, AGGREGATE, Some(false)),
        (r#"match: "(a:C)", create: ["(:C)"]"#, TIMER, None),
    ] {
        assert_eq!(at_once(act, timer), expected, "{act} {timer}");
    }
}
