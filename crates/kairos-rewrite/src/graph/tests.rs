use std::sync::Arc;

use kairos_model::{
    check::{Overrides, load_model},
    source::MemoryFiles,
    types::{EdgeTypeId, NodeTypeId},
};
use proptest::prelude::*;

use super::HostGraph;
use crate::{binding::Slot, program::Program};

/// A graph of a model, whose types are edge types `to` (0) and `line` (1) among nodes of one type.
fn program((r, s): (&str, &str)) -> Program {
    let types = r#"(
        nodes: { "A": (attributes: { "x": Int(0) }) },
        edges: { "to": (from: "A", to: "A", attributes: { "w": Int(0) }), "line": (between: ("A", "A")) },
    )"#;
    let rules = format!(r#"RuleSet(types: {types}, rules: {{ "r": ({r}), "s": ({s}) }})"#);
    let timer = "Exponential(rate: 1.0)";
    let timers = format!(r#""r": {timer}, "s": {timer}"#);
    let model = format!(r#"Model(rules: "rules.ron", timers: {{ {timers} }}, horizon: 1.0)"#);
    let files = [("rules.ron", rules.as_str()), ("model.ron", model.as_str())];
    let files: MemoryFiles = files.into_iter().collect();
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    Program::compile(loaded.value.expect("no mistakes"))
}

/// Everything is needed; edges are deleted, but `to` ones never followed back; edges are deleted that are only counted, or neither; only nodes are
/// looked at.
const RULES: [(&str, &str); 5] = [
    (
        r#"match: "(a:A)-[:to]->(:A), (a)~[:line]~(:A)", delete: ["a"]"#,
        IDLE,
    ),
    (
        r#"match: "(a:A)", choose: [Uniform("(a)-[k:to]->(:A)")], delete: ["k"]"#,
        IDLE,
    ),
    (
        r#"match: "(:A)~[k:line]~(:A)", delete: ["k"]"#,
        r#"match: "(a:A)", unless: ["(a)~[:line]~(:A)", "(:A)-[:to]->(a)"]"#,
    ),
    (r#"match: "(:A)-[k:to]->(:A)", delete: ["k"]"#, IDLE),
    (IDLE, IDLE),
];

const IDLE: &str = r#"match: "(a:A)""#;

/// An edge as it should be: its type, ends and weight.
type Shadow = (u16, Slot, Slot, u64);

proptest! {
    /// Whatever is kept of it, a graph has the edges that it was given, and finds them between their ends.
    #[test]
    fn graphs_hold_what_they_were_given(
        which in 0..RULES.len(),
        steps in prop::collection::vec((0u8..6, 0usize..6, 0usize..6, 0u64..100), 1..120),
    ) {
        let program = program(RULES[which]);
        let mut graph = HostGraph::new(Arc::clone(&program.schema));
        let nodes: Vec<Slot> = (0..6).map(|x| graph.create_node(NodeTypeId(0), x, &[x])).collect();
        let mut shadow: Vec<(Slot, Shadow)> = Vec::new();
        for (kind, from, to, weight) in steps {
            let deletable = |ty: u16| program.schema.upkeep().edge(EdgeTypeId(ty)).deletable;
            if kind < 2 && let Some(at) = shadow.iter().position(|(_, s)| deletable(s.0) && s.1 == nodes[from]) {
                graph.begin_step();
                graph.delete_edge(shadow.swap_remove(at).0);
                continue;
            }
            let ty = u16::from(kind % 2);
            let attributes = [weight];
            let attributes = &attributes[usize::from(ty)..];
            let ends = (nodes[from], nodes[to]);
            let slot = graph.create_edge(EdgeTypeId(ty), ends.0, ends.1, weight, attributes);
            shadow.push((slot, (ty, ends.0, ends.1, weight)));
        }
        check(&graph, &program, &shadow);
        let mut all = graph.with_all_lists(&program.model.types).into_owned();
        check(&all, &program, &shadow);
        let loops = shadow.iter().filter(|(_, (ty, from, to, _))| *ty == 1 && from == to).count();
        let seen: usize = nodes.iter().map(|&node| all.halves_of(node).count()).sum();
        prop_assert_eq!(seen, 2 * shadow.len() - loops);
        let deletable = |(_, s): &(Slot, Shadow)| program.schema.upkeep().edge(EdgeTypeId(s.0)).deletable;
        if let Some(at) = shadow.iter().position(deletable) {
            all.delete_edge(shadow.swap_remove(at).0);
            check(&all, &program, &shadow);
        }
    }
}

fn check(graph: &HostGraph, program: &Program, shadow: &[(Slot, Shadow)]) {
    graph.check_invariants();
    assert_eq!(graph.edge_count(), shadow.len());
    let upkeep = graph.schema().upkeep();
    let listed = |ty: &u16| upkeep.all_lists() || upkeep.edge(EdgeTypeId(*ty)).is_listed();
    for &(slot, (ty, from, to, weight)) in shadow {
        assert_eq!(graph.edge_type(slot), EdgeTypeId(ty));
        assert_eq!(graph.ends(slot), (from, to));
        if listed(&ty) {
            let found = graph.edge_between(EdgeTypeId(ty), from, to);
            let found = found.expect("an edge with these ends");
            let ends = graph.ends(found);
            assert!(ends == (from, to) || (ty == 1 && ends == (to, from)));
        }
        if ty == 0 {
            assert_eq!(graph.edge_word(slot, 0), weight);
        }
        if program.schema.upkeep().names() {
            assert_eq!(graph.edge_name(slot), weight);
        }
    }
    let is_there = |ty: u16, from: Slot, to: Slot| {
        let same = |&(_, (t, f, o, _)): &(Slot, Shadow)| {
            t == ty && ((f, o) == (from, to) || (ty == 1 && (f, o) == (to, from)))
        };
        shadow.iter().any(same)
    };
    for ty in [0, 1].into_iter().filter(listed) {
        for from in graph.nodes() {
            for to in graph.nodes() {
                let found = graph.edge_between(EdgeTypeId(ty), from, to);
                assert_eq!(found.is_some(), is_there(ty, from, to));
            }
        }
    }
}
