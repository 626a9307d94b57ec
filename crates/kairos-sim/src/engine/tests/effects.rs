//! Single pushout, as the semantics tell it: what deletion wins over, what may not be there twice, and in which order attributes accumulate.

use kairos_rewrite::{error::Fault, graph::HostGraph};

use super::*;

const TYPES: &str = r#"nodes: { "A": (attributes: { "n": Int(1), "x": Real(1.5) }), "B": (attributes: { "n": Int(2) }),
        "C": (attributes: { "x": Real(2.5), "n": Int(4) }) },
    edges: {
        "link": (from: "A", to: "B", attributes: { "n": Int(3) }),
        "one": (from: "A", to: "B", unique: true),
        "pair": (between: ("A", "A"), unique: true),
        "arc": (from: "A", to: "A", unique: true),
    }"#;

/// Fires a rule `"act"` at a match on a start graph.
fn act(rule: &str, start: &str, matched: &[u64]) -> Result<Sim, Box<RuntimeError>> {
    let source = Source {
        types: TYPES,
        rules: &format!(r#""act": ({rule}),"#),
        model: &format!(r#"start: [{start}], timers: {{ "act": Exponential(rate: 1.0) }}"#),
    };
    let mut sim = source.sim();
    let due = sim.event("act", matched).expect("the rule matches there");
    sim.fire(due, &mut ())?;
    sim.check_invariants();
    Ok(sim)
}

/// Numbers of nodes and edges.
fn elements(sim: &Sim) -> (Vec<u64>, Vec<u64>) {
    let graph: &HostGraph = sim.matcher().graph();
    let mut nodes: Vec<u64> = graph.nodes().map(|s| graph.node_number(s)).collect();
    let mut edges: Vec<u64> = graph.edges().map(|s| graph.edge_number(s)).collect();
    nodes.sort_unstable();
    edges.sort_unstable();
    (nodes, edges)
}

/// The values of the first attribute of all nodes, by number.
fn values(sim: &Sim) -> Vec<i64> {
    let graph = sim.matcher().graph();
    let mut nodes: Vec<_> = graph.nodes().map(|s| (graph.node_number(s), s)).collect();
    nodes.sort_unstable();
    let value = |(_, slot): (u64, _)| graph.node_word(slot, 0).cast_signed();
    nodes.into_iter().map(value).collect()
}

#[test]
fn an_edge_to_a_node_that_goes_is_not_created_and_uses_no_number() {
    // a = 0, b = 1, c = 2, the link from a to b = 3: b goes, though only the block names it
    let rule = r#"match: "(a:A), (b:B)", create: ["(a)-[:one]->(b)", "(m:A)", "(m)-[:one]->(b)", "(m)-[:one]->(d:B)"],
        for_each: [(match: "(a)-[:link]->(c:B)", delete: ["c"])]"#;
    let start = r#"Create("(a:A)-[:link]->(b:B), (c:B)")"#;
    let graph = act(rule, start, &[0, 1]).unwrap();
    // the link is dangling and goes too; two nodes and an edge between them come
    assert_eq!(elements(&graph), (vec![0, 3, 4, 5], vec![6]), "at b");
    let graph = act(rule, start, &[0, 3]).unwrap();
    assert_eq!(elements(&graph).1.len(), 3, "at c, that stays");
}

#[test]
fn what_goes_is_not_set() {
    let rule = r#"match: "(a:A)", set: ["a.n = 7"], for_each: [(match: "(a)-[:link]->(b:B)", set: ["b.n = 8"]), (match: "(a)-[:link]->(b:B)", where: "b.n = 2", delete: ["b"])]"#;
    let start =
        r#"Create("(a:A), (b:B {n: 2}), (c:B {n: 5}), (a)-[:link]->(b), (a)-[:link]->(c)")"#;
    let sim = act(rule, start, &[0]).unwrap();
    assert_eq!(values(&sim), [7, 8]);
}

fn duplicate(rule: &str, start: &str, matched: &[u64]) -> (u64, u64) {
    let error = act(rule, start, matched).expect_err("a second edge");
    assert_eq!(error.rule.as_ref().unwrap().1, "act");
    match error.fault {
        Fault::Duplicate { from, to, .. } => (from, to),
        fault => panic!("{fault}"),
    }
}

#[test]
fn a_second_edge_to_a_node_that_was_to_come_names_the_number_it_would_have_had() {
    // a = 0, b = 1, c = 2
    let rule = r#"match: "(a:A)", create: ["(m:B)", "(a)-[:one]->(m)", "(a)-[:one]->(m)"]"#;
    let start = r#"Create("(a:A), (b:B), (c:B)")"#;
    assert_eq!(duplicate(rule, start, &[0]), (0, 3));
}

#[test]
fn a_unique_edge_is_not_created_twice() {
    let there = r#"Create("(a:A)-[:one]->(b:B)")"#;
    let link = r#"match: "(a:A), (b:B)", create: ["(a)-[:one]->(b)"]"#;
    assert_eq!(duplicate(link, there, &[0, 1]), (0, 1), "one is there");
    let again = r#"match: "(a:A)-[e:one]->(b:B)", delete: ["e"], create: ["(a)-[:one]->(b)"]"#;
    let sim = act(again, there, &[0, 2, 1]).unwrap();
    assert_eq!(elements(&sim), (vec![0, 1], vec![3]), "the other one goes");

    let free = r#"Create("(a:A), (b:B)")"#;
    let two = r#"match: "(a:A), (b:B)", create: ["(a)-[:one]->(b)", "(a)-[:one]->(b)"]"#;
    assert_eq!(duplicate(two, free, &[0, 1]), (0, 1), "two come");
    let both = r#"match: "(a:A), (b:B)", create: ["(a)-[:one]->(b)", "(a)-[:link]->(b)", "(a)-[:link]->(b)"]"#;
    assert!(act(both, free, &[0, 1]).is_ok(), "of other types");
}

/// What holds after the choices says that no other edge is there: of those that are matched it says nothing.
#[test]
fn a_matched_edge_may_be_the_first_of_two() {
    let meet = r#"match: "(a:A)", choose: [Uniform("(a)-[:arc]->(b:A)"), Uniform("(b)-[:arc]->(c:A)")],
        then_unless: ["(a)-[:arc]->(c)"], create: ["(a)-[:arc]->(c)"]"#;
    let apart = r#"Create("(a:A)-[:arc]->(b:A)-[:arc]->(c:A)")"#;
    let sim = act(meet, apart, &[0]).unwrap();
    assert_eq!(elements(&sim).1.len(), 3);
    let chosen_first = r#"Create("(a:A)-[:arc]->(b:A), (b)-[:arc]->(b)")"#;
    assert_eq!(duplicate(meet, chosen_first, &[0]), (0, 1));
    let other =
        r#"Create("(a:A)-[:arc]->(b:A)-[:arc]->(c:A), (a)-[:link]->(d:B), (c)-[:arc]->(a)")"#;
    let closed = meet.replace("(a)-[:arc]->(c)", "(c)-[:arc]->(a)");
    let sim = act(&closed, other, &[0]).unwrap();
    assert_eq!(sim.counts().effectless, 1, "one that is not matched");

    let back = r#"match: "(a:A)", choose: [Uniform("(a)~[:pair]~(b:A)")],
        then_unless: ["(a)~[:pair]~(b)"], create: ["(b)~[:pair]~(a)"]"#;
    let there = r#"Create("(a:A)~[:pair]~(b:A)")"#;
    assert_eq!(duplicate(back, there, &[0]), (1, 0));
}

#[test]
fn ends_of_an_undirected_edge_have_no_order() {
    let nodes = r#"Create("(a:A), (b:A)")"#;
    let twice = r#"match: "(a:A), (b:A)", create: ["(a)~[:pair]~(b)", "(b)~[:pair]~(a)"]"#;
    assert_eq!(duplicate(twice, nodes, &[0, 1]), (1, 0));
    let there = r#"Create("(a:A)~[:pair]~(b:A)")"#;
    let once = r#"match: "(a:A), (b:A)", create: ["(b)~[:pair]~(a)"]"#;
    assert_eq!(duplicate(once, there, &[0, 1]), (1, 0));
    let arcs = r#"match: "(a:A), (b:A)", create: ["(a)-[:arc]->(b)", "(b)-[:arc]->(a)", "(a)-[:arc]->(a)"]"#;
    assert!(
        act(arcs, nodes, &[0, 1]).is_ok(),
        "those of a directed one have"
    );
}

#[test]
fn created_nodes_are_ends_like_others() {
    let start = r#"Create("(a:A)")"#;
    let twice = r#"match: "(a:A)", create: ["(b:B)", "(a)-[:one]->(b)", "(a)-[:one]->(b)"]"#;
    assert_eq!(duplicate(twice, start, &[0]).0, 0);
    let two = r#"match: "(a:A)", create: ["(b:B)", "(c:B)", "(a)-[:one]->(b)", "(a)-[:one]->(c)"]"#;
    assert!(act(two, start, &[0]).is_ok());
}

/// Twelve links, so that assignments are many.
fn star() -> String {
    let links: String = (0..12)
        .map(|i| format!(", (a)-[:link {{n: {i}}}]->(b)"))
        .collect();
    format!(r#"Create("(a:A), (b:B), (c:A){links}")"#)
}

#[test]
fn assignments_accumulate() {
    let rule = r#"match: "(a:A)", set: ["a.n += 100", "a.n -= 1"], for_each: [
        (match: "(a)-[l:link]->(b:B)", set: ["a.n += l.n", "b.n -= l.n", "l.n = 0"]),
    ]"#;
    let sim = act(rule, &star(), &[0]).unwrap();
    assert_eq!(values(&sim), [1 + 100 - 1 + 66, 2 - 66, 1]);
    let graph = sim.matcher().graph();
    assert!(graph.edges().all(|e| graph.edge_word(e, 0) == 0));
}

#[test]
fn an_attribute_is_set_once() {
    let twice = |rule: &str| match act(rule, &star(), &[0]).map_err(|e| e.fault) {
        Err(Fault::DoubleAssignment { attribute, element }) => (attribute, element),
        other => panic!("{rule}: {:?}", other.map(|sim| values(&sim))),
    };
    let block = |main: &str, set: &str| {
        format!(
            r#"match: "(a:A)", set: [{main}], for_each: [(match: "(d:A)-[l:link]->(b:B)", set: ["l.n = 1", {set}])]"#
        )
    };
    let n = |element| (String::from("n"), element);
    assert_eq!(twice(&block("", r#""b.n = 1""#)), n(1), "set and set");
    assert_eq!(
        twice(&block(r#""a.n = 1""#, r#""d.n += 1""#)),
        n(0),
        "set, then add"
    );
    assert_eq!(
        twice(&block(r#""a.n += 1""#, r#""d.n = 1""#)),
        n(0),
        "add, then set"
    );
    let edges = r#"match: "(a:A)", for_each: [(match: "(a)-[l:link]->(b:B)", set: ["l.n = 1"]), (match: "(a)-[l:link]->(b:B)", where: "l.n = 11", set: ["l.n = 1"])]"#;
    assert_eq!(twice(edges).0, "n", "of an edge");
}

/// Assignments to two variables are to one attribute where a choice takes the node that is matched, and so are two to one variable.
#[test]
fn a_chosen_node_may_be_the_matched_one() {
    let meet = |set: &str| {
        let rule = format!(r#"match: "(a:A)", choose: [Uniform("(c:A)")], set: [{set}]"#);
        act(&rule, r#"Create("(a:A {n: 4})")"#, &[0])
            .map(|sim| values(&sim))
            .map_err(|e| e.fault)
    };
    assert_eq!(meet(r#""a.n += 1", "c.n += 2""#), Ok(vec![7]));
    assert_eq!(meet(r#""a.n -= 1", "a.n += 3""#), Ok(vec![6]));
    assert_eq!(meet(r#""a.n = 1", "c.x = 2.0""#), Ok(vec![1]));
    for twice in [r#""a.n = 1", "c.n = 1""#, r#""a.n += 1", "c.n = 1""#] {
        let (attribute, element) = (String::from("n"), 0);
        let fault = Fault::DoubleAssignment { attribute, element };
        assert_eq!(meet(twice), Err(fault), "{twice}");
    }
}

#[test]
fn sums_that_no_number_can_hold_are_faults() {
    let fault = |set: &str| {
        let rule = format!(r#"match: "(a:A)", set: ["{set}"]"#);
        act(
            &rule,
            r#"Create("(a:A {n: 9223372036854775807, x: 1.7e308})")"#,
            &[0],
        )
        .map(|sim| values(&sim))
        .map_err(|e| (e.fault, e.expression))
    };
    assert_eq!(
        fault("a.n += 1").unwrap_err(),
        (Fault::Overflow, Some("1".to_owned()))
    );
    assert_eq!(fault("a.n -= -1").unwrap_err().0, Fault::Overflow);
    assert!(fault("a.x += 1.7e308").is_err());
    assert!(fault("a.x -= -1.7e308").is_err());
    assert_eq!(fault("a.n -= 1"), Ok(vec![i64::MAX - 1]));
}

#[test]
fn an_attribute_stands_elsewhere_in_another_type() {
    let rule = r#"match: "(v:A|C)", set: ["v.n = 9", "v.x += 0.5"]"#;
    let start = r#"Create("(a:A), (c:C)")"#;
    let words = |number| {
        let sim = act(rule, start, &[number]).unwrap();
        let graph = sim.matcher().graph();
        let node = graph
            .nodes()
            .find(|&s| graph.node_number(s) == number)
            .unwrap();
        [graph.node_word(node, 0), graph.node_word(node, 1)]
    };
    assert_eq!(words(0), [9, 2.0_f64.to_bits()]);
    assert_eq!(words(1), [3.0_f64.to_bits(), 9]);
}
