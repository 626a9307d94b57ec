//! Edges counted at a node by the type of their other end.

use kairos_model::probe::ProbeId;

use super::*;

#[test]
fn an_edge_to_another_type_does_not_stand_for_one_that_is_counted() {
    let source = Source {
        types: r#"nodes: { "N": (abstract: true), "A": (is: "N"), "B": (is: "N") }, edges: { "r": (between: ("N", "N")) }"#,
        rules: r#"
            "swap": (match: "(x:A)~[l:r]~(y:A), (b:B)", delete: ["l"], create: ["(x)~[:r]~(b)"]),
            "free": (match: "(x:A)", unless: ["(x)~[:r]~(:B)"]),
        "#,
        model: r#"start: [Create("(x:A)~[:r]~(y:A), (b:B)")], timers: { "swap": Exponential(rate: 1.0), "free": Exponential(rate: 1.0) }"#,
    };
    let mut sim = source.sim();
    let events = sim.active_events();
    let swap = events.iter().find(|e| e.matched.len() == 4).unwrap();
    let (x, y) = (swap.matched[0], swap.matched[2]);
    sim.fire(swap.due, &mut ()).unwrap();
    sim.check_invariants();
    assert!(clock(&sim, "free", &[x]).is_none(), "x has an edge to a B");
    assert!(clock(&sim, "free", &[y]).is_some());
}

/// A loop and a node beside it are no edge between two nodes.
#[test]
fn loops_beside_a_node_are_counted_as_such() {
    let sim = Source {
        types: r#"nodes: { "P": () }, edges: { "e": (from: "P", to: "P") }"#,
        rules: r#""never": (match: "(p:P)"),"#,
        model: r#"start: [Create("(p:P)-[:e]->(p), (p)-[:e]->(q:P)-[:e]->(p), (q)-[:e]->(r:P)")], timers: { "never": Never },
            probes: { "loops": Count("(p:P)-[:e]->(p), (q:P)"), "edges": Count("(p:P)-[:e]->(q:P)") }"#,
    }
    .sim();
    assert_eq!(sim.matcher().reading(ProbeId(0)), Some(2.0));
    assert_eq!(sim.matcher().reading(ProbeId(1)), Some(3.0));
}
