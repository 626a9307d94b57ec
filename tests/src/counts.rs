//! Counts around a match of several edges, which they may not use again: counted in every way that the engine has. Summaries of whole numbers.

use std::sync::Arc;

use kairos_rewrite::program::Program;

use crate::twin::{compare_programs, load_texts};

/// Conditions on a match of `(a)-[x:e]->(b), (a)-[y:e]->(c)~[z:r]~(d)`.
const CONDITIONS: [&str; 22] = [
    // lengths of adjacency lists
    "COUNT { (a)-[:e]->(:N) } > 0",
    "COUNT { (a)<-[:e]-(:N) } = 1",
    "COUNT { (b)<-[:e]-(:N) } < 2",
    "COUNT { (d)~[:r]~(:N) } > 1",
    "COUNT { (c)~[:r]~(:N) } = 0",
    "COUNT { (a)-[:e]->(:S) } > 0",
    // of one type, or of all
    "COUNT { (:S) } > 1",
    "COUNT { (:N)-[:e]->(:N) } > 8",
    // of what nothing else in the model is about
    "COUNT { (a)-[:told]->(:N) } = 0",
    "COUNT { (:U) } > 1",
    // stored extensions at a node
    "COUNT { (a)-[:e]->(n:N WHERE n.v > 1) } > 1",
    "COUNT { (a)-[k:e]->(:N WHERE k.w > 1) } < 2",
    "COUNT { (n:N WHERE n.v < 3)-[:e]->(b) } = 0",
    "COUNT { (d)~[k:r]~(n:N WHERE n.v > 1) } > 0",
    "COUNT { (a)-[:e]->(:N)-[:e]->(:N) } > 1",
    "COUNT { (:N)-[:e]->(a)-[:e]->(n:N WHERE n.v > 1) } > 0",
    "COUNT { (a)-[:e]->(:N), (a)-[:e]->(:N) } > 1",
    // stored extensions anywhere
    "COUNT { (m:N WHERE m.v > 2)-[:e]->(n:N WHERE n.v < 2) } > 1",
    // searched on demand around several nodes
    "COUNT { (a)-[:e]->(:N)-[:e]->(b) } > 0",
    "COUNT { (a)-[:e]->(n:N WHERE n.v > b.v) } > 0",
    "NOT EXISTS { (b)-[:e]->(c) }",
    "COUNT { (b)~[:r]~(:N)~[:r]~(d) } = 0",
];

fn program(condition: &str) -> Arc<Program> {
    let rules = format!(
        r#"RuleSet(types: (
            nodes: {{ "N": (attributes: {{ "v": Int(0) }}), "S": (is: "N"), "U": () }},
            edges: {{ "e": (from: "N", to: "N", attributes: {{ "w": Int(1) }}), "r": (between: ("N", "N")), "told": (from: "N", to: "N") }},
        ), rules: {{
            "act": (match: "(a:N)-[x:e]->(b:N), (a)-[y:e]->(c:N)~[z:r]~(d:N)", where: "{condition}",
                set: ["b.v += 1"], delete: ["y"], create: ["(d)-[:e]->(c)"]),
            "stir": (match: "(n:N)-[k:e]->(m:N)",
                set: ["n.v = floor(draw(Uniform(low: -2.0, high: 5.0)))", "k.w = floor(draw(Uniform(low: 0.0, high: 4.0)))"]),
            "double": (match: "(n:N)-[k:e]->(m:N)", create: ["(n)-[:e {{w: 2}}]->(m)", "(m)~[:r]~(n)"]),
            "tell": (match: "(n:N)", create: ["(n)-[:told]->(n)", "(u:U)"]),
            "cut": (match: "(n:N)-[k:e]->(m:N)~[l:r]~(o:N)", delete: ["k", "l"]),
            "loop": (match: "(n:S)", create: ["(n)-[:e]->(n)", "(n)~[:r]~(n)"]),
        }})"#
    );
    let model = r#"Model(rules: "rules.ron", start: [
            Repeat(2, "(a:N)-[:e]->(b:N), (a)-[:e]->(c:S)~[:r]~(d:N), (a)-[:e]->(d), (d)-[:e]->(a), (b)-[:e]->(c), (b)-[:e]->(d), (b)-[:e]->(a), (c)~[:r]~(a)"),
        ], timers: {
            "act": Uniform(low: 1.0, high: 3.0), "stir": Exponential(mean: 4.0), "double": Exponential(mean: 8.0), "tell": Exponential(mean: 10.0),
            "cut": Exponential(mean: 20.0), "loop": Exponential(mean: 50.0),
        }, probes: {
            "least": Min("n.v", over: "(n:N)"), "most": Max("n.v", over: "(n:N WHERE n.v < 2)"), "sum": Sum("n.v", over: "(n:S)"),
            "mean": Mean("k.w", over: "(n:N)-[k:e]->(m:N)"), "heaviest": Max("k.w", over: "(n:S)-[k:e]->(m:N)"),
        }, horizon: 100.0)"#;
    let model = load_texts(&rules, model);
    let model = model.unwrap_or_else(|mistakes| panic!("{condition}: {mistakes}"));
    Arc::new(Program::compile(model))
}

/// Engine and reference engine agree on each, and the rule with the condition fires.
///
/// # Panics
/// Where they do not, or it does not.
pub fn agree() {
    let mut idle = Vec::new();
    for condition in CONDITIONS {
        let program = program(condition);
        let agreement = compare_programs(&program, &program, 60, 1);
        let agreement = agreement.unwrap_or_else(|difference| panic!("{condition}: {difference}"));
        if !agreement.applied.contains_key("act") {
            idle.push(condition);
        }
    }
    assert!(idle.is_empty(), "never fires: {idle:#?}");
}
