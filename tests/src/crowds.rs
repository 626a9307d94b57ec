//! Matches of elements that are in many: found along their lists while one of these is short, and by their slots once all are long.

use std::sync::Arc;

use kairos_rewrite::program::Program;

use crate::twin::{compare_programs, load_texts};

const RULES: &str = r#"RuleSet(types: (
        nodes: { "A": (attributes: { "v": Int(0) }), "B": () },
        edges: { "knows": (from: "A", to: "B"), "near": (between: ("B", "B")) },
    ), rules: {
        "meet": (match: "(a:A), (b:B)", unless: ["(a)-[:knows]->(b)"], create: ["(a)-[:knows]->(b)"], set: ["a.v += 1"]),
        "introduce": (match: "(a:A)-[:knows]->(b:B)~[:near]~(c:B)", unless: ["(a)-[:knows]->(c)"], create: ["(a)-[:knows]->(c)"]),
        "forget": (match: "(a:A WHERE a.v > 2)-[k:knows]->(b:B)", delete: ["k"], set: ["a.v -= 1"]),
        "come": (match: "(b:B)", create: ["(a:A)", "(b)~[:near]~(c:B)"]),
        "go": (match: "(a:A), (b:B)", where: "COUNT { (a)-[:knows]->(:B) } > 1", delete: ["a", "b"]),
    })"#;

/// Few come and go at first: so lists are short, grow long, and are long and short at once where there are few of one type.
const MODEL: &str = r#"Model(rules: "rules.ron", parameters: { "some": 2, "others": 2 },
    start: [Repeat("some", "(a:A)"), Repeat("others", "(b:B)"), Repeat(2, "(b:B)~[:near]~(c:B)")],
    timers: {
        "meet": Exponential(mean: 30.0), "introduce": Normal(mean: 6.0, sd: 2.0), "forget": Uniform(low: 2.0, high: 9.0),
        "come": Exponential(mean: 12.0), "go": Exponential(mean: 250.0),
    }, horizon: 1000.0)"#;

/// Engine and reference engine agree, and every rule fires.
///
/// # Panics
/// Where they do not, or one does not.
pub fn agree() {
    for (some, others) in [(2, 2), (1, 14), (14, 1), (12, 12)] {
        let model = MODEL
            .replace(r#""some": 2"#, &format!(r#""some": {some}"#))
            .replace(r#""others": 2"#, &format!(r#""others": {others}"#));
        let model = load_texts(RULES, &model);
        let program = model.map(|model| Arc::new(Program::compile(model)));
        let program = program.unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let agreement = compare_programs(&program, &program, 200, 1);
        let agreement =
            agreement.unwrap_or_else(|difference| panic!("{some}, {others}: {difference}"));
        assert_eq!(agreement.applied.len(), 5, "{:?}", agreement.applied);
    }
}
