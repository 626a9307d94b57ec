//! Conditions of the form "no better one", which the engine answers from an ordered index, and others that only look so.

use std::sync::Arc;

use kairos_rewrite::program::Program;

use crate::twin::{compare_programs, load_texts};

/// A condition of which no `x` may be found for `y` to be picked, and whether it says that `x` is better.
const CONDITIONS: [(&str, bool); 45] = [
    ("x.q > y.q", true),
    ("y.q < x.q", true),
    ("x.q < y.q", true),
    ("y.q > x.q", true),
    ("x.r > y.r", true),
    // ties by number, written in every way
    ("x.q > y.q OR x.q = y.q AND id(x) < id(y)", true),
    ("x.q > y.q OR x.q = y.q AND id(x) > id(y)", true),
    ("x.q > y.q OR x.q = y.q AND id(y) > id(x)", true),
    ("x.q > y.q OR x.q = y.q AND id(y) < id(x)", true),
    ("y.q > x.q OR y.q = x.q AND id(x) < id(y)", true),
    ("x.q > y.q OR x.q = y.q AND id(x) <> id(y)", false),
    ("x.q > y.q OR x.q = y.q AND id(c) < id(y)", false),
    ("x.q > y.q OR x.q = y.q AND id(x) < id(c)", false),
    ("x.q > y.q OR x.q = y.q AND x.n < y.n", false),
    ("x.q > y.q OR x.q = y.q OR id(x) < id(y)", false),
    ("x.q > y.q OR x.q < y.q AND id(x) < id(y)", false),
    ("x.q > y.q OR x.r = y.r AND id(x) < id(y)", false),
    ("x.q > y.q OR x.q = y.r AND id(x) < id(y)", false),
    ("x.q > y.q AND x.q = y.q AND id(x) < id(y)", false),
    // keys of several parts
    ("max(x.q, x.r) > max(y.q, y.r)", true),
    ("max(x.q, x.r) > max(y.r, y.q)", false),
    ("max(x.q, x.r) > min(y.q, y.r)", false),
    ("max(x.q, y.r) > max(y.q, y.r)", false),
    ("max(x.q, y.r) > max(y.q, x.r)", false),
    ("max(x.q, 1.0) > max(y.q, 1.0)", true),
    ("max(x.q, 1.0) > max(y.q, 2.0)", false),
    ("max(x.q, p) > max(y.q, p)", true),
    ("max(x.q, p) > max(y.q, o)", false),
    ("max(x.q, x.n) > max(y.q, y.n)", true),
    ("max(x.q, x.n) > max(y.q, y.r)", false),
    ("max(x.q, id(x)) > max(y.q, id(y))", true),
    ("max(x.q, id(x)) > max(y.q, id(c))", false),
    ("abs(x.r) > abs(y.q)", false),
    ("-x.q > -y.q", true),
    ("-x.q > y.q", false),
    ("x.n > y.n", true),
    ("x.n > y.q", false),
    // sums can overflow
    ("x.q + x.r > y.q + y.r", false),
    // no order, or one of others
    ("x.q >= y.q AND x <> y", false),
    ("x.q > y.r", false),
    ("x.q > 6.0", false),
    ("x.q > c.q", false),
    // what blocks besides
    ("x.q > y.q AND x.on", true),
    ("x.q > y.q AND c.on", true),
    ("x.q > y.q AND y.on", false),
];

const TYPES: &str = r#"nodes: {
    "C": (attributes: { "q": Real(5.0), "on": Bool(true) }),
    "S": (attributes: { "q": Real(0.0), "r": Real(0.0), "n": Int(0), "on": Bool(true) }),
}, edges: { "link": (between: ("C", "S")) }"#;

fn program(condition: &str) -> Arc<Program> {
    let rules = format!(
        r#"RuleSet(types: ({TYPES}), rules: {{
            "pick": (match: "(c:C), (y:S)", where: "c.on", unless: ["(x:S WHERE {condition})"], create: ["(c)~[:link]~(y)"]),
            "drop": (match: "(c:C)~[l:link]~(y:S)", where: "y.n > 2", unless: ["(x:S WHERE {condition})"], delete: ["l"]),
            "stir": (match: "(s:S)", set: [
                "s.q = floor(draw(Uniform(low: -4.0, high: 8.0)))", "s.r = floor(draw(Uniform(low: -4.0, high: 8.0)))",
                "s.n = s.n + 1", "s.on = NOT s.on",
            ]),
            "turn": (match: "(c:C)", set: ["c.on = NOT c.on"], create: ["(s:S {{q: 2.0}})"]),
            "leave": (match: "(s:S)", where: "s.n > 3", delete: ["s"]),
        }})"#
    );
    let model = r#"Model(rules: "rules.ron", parameters: { "o": 0.5, "p": 2.0 },
        start: [Repeat(2, "(c:C)"), Repeat(9, "(s:S)")],
        timers: { "pick": Uniform(low: 0.5, high: 1.5), "stir": Exponential(mean: 2.0), "turn": Exponential(mean: 3.0),
            "drop": Exponential(mean: 1.0), "leave": Exponential(mean: 1.0) },
        horizon: 100.0)"#;
    let model = load_texts(&rules, model);
    let model = model.unwrap_or_else(|mistakes| panic!("{condition}: {mistakes}"));
    Arc::new(Program::compile(model))
}

/// Engine and reference engine agree on each, and the engine walks an index where it should.
///
/// # Panics
/// Where they do not, or it does not.
pub fn agree() {
    let mut wrong = Vec::new();
    for (condition, is_better) in CONDITIONS {
        let program = program(condition);
        let agreement = compare_programs(&program, &program, 100, 1);
        let agreement = agreement.unwrap_or_else(|difference| panic!("{condition}: {difference}"));
        if (agreement.effort.index_steps > 0) != is_better {
            wrong.push(condition);
        }
    }
    assert!(
        wrong.is_empty(),
        "should be ranked, or should not: {wrong:#?}"
    );
}
