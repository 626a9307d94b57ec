//! Compiled expressions against trees that are walked.

mod tree;

use kairos::{load, model::check::Overrides, simulate::Compiled};
use kairos_model::source::MemoryFiles;
use kairos_rewrite::{error, matcher::Matcher};
use kairos_sim::{draw::Randomness, engine::Progress};

use crate::{
    dice::Dice,
    section::{Scale, Section},
};
use tree::{Fault, Tree, Ty, Value, World};

/// How often each kind of result came.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    values: u64,
    faults: u64,
    refused: u64,
}

/// Random expressions of every type: the same value bit for bit, or the same fault.
#[must_use]
pub fn agree(scale: Scale) -> Section {
    let mut section = Section::new("Expressions");
    let count: u64 = scale.pick(20_000, 1_000_000);
    let mut seen = Seen::default();
    for seed in 0..count {
        let mut dice = Dice::new(seed);
        let world = world(&mut dice);
        let ty = *dice.pick(&[Ty::Int, Ty::Real, Ty::Bool, Ty::State]);
        let tree = Tree::random(&mut dice, &world, ty, 4);
        let expected = tree.value(&world);
        let agrees = match evaluate(&tree, ty, &world) {
            None => {
                seen.refused += 1;
                true
            }
            Some(Ok(bits)) => {
                seen.values += 1;
                expected.is_ok_and(|value| widened(value, ty).bits() == bits)
            }
            Some(Err(fault)) => {
                seen.faults += 1;
                expected.err() == Some(fault)
            }
        };
        section.require(agrees, || {
            let got = evaluate(&tree, ty, &world);
            format!("seed {seed}: {tree}\nin {world:?}\nexpected {expected:?}, got {got:?}")
        });
    }
    section.note(format!(
        "{count} random expressions: {} values and {} faults agree, {} were refused because a constant part has no value",
        seen.values, seen.faults, seen.refused
    ));
    let enough = |part: u64| 20 * part > count;
    section.require(
        enough(seen.values) && enough(seen.faults) && 4 * seen.refused < count,
        || format!("the expressions are lopsided: {seen:?}"),
    );
    section
}

/// A `Real` that is given an `Int` takes it widened.
fn widened(value: Value, ty: Ty) -> Value {
    match (value, ty) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "widening is what the language says"
        )]
        (Value::Int(i), Ty::Real) => Value::Real(i as f64),
        _ => value,
    }
}

fn world(dice: &mut Dice) -> World {
    const INTS: [i64; 9] = [0, 1, -1, 3, -7, 1000, i64::MAX, i64::MIN, 1 << 53];
    const REALS: [f64; 9] = [0.0, 1.0, -1.0, 0.3, -2.5, 1e200, 1e-200, 42.5, -0.0];
    let small = |dice: &mut Dice| Value::Int(i64::try_from(dice.below(4)).expect("below 4"));
    World(vec![
        ("x.i", Value::Int(*dice.pick(&INTS))),
        ("x.j", small(dice)),
        ("y.i", Value::Int(*dice.pick(&INTS))),
        ("p", small(dice)),
        ("id(x)", Value::Int(0)),
        ("id(y)", Value::Int(1)),
        ("COUNT { (x)-[:e]->(:Y) }", Value::Int(2)),
        ("x.r", Value::Real(*dice.pick(&REALS))),
        ("y.r", Value::Real(*dice.pick(&REALS))),
        ("q", Value::Real(*dice.pick(&REALS))),
        ("now", Value::Real(2.0)),
        ("x.b", Value::Bool(dice.one_in(2))),
        ("(x = y)", Value::Bool(false)),
        ("EXISTS { (y)-[:e]->(x) }", Value::Bool(false)),
        ("x.s", Value::State(*dice.pick(&[0, 1, 2]))),
    ])
}

/// What the engine makes of an expression that an effect assigns; `None` where `check` refuses it.
fn evaluate(tree: &Tree, ty: Ty, world: &World) -> Option<Result<u64, Fault>> {
    let of = |name: &str| {
        let found = world.0.iter().find(|(n, _)| *n == name);
        found.map_or_else(String::new, |(_, value)| value.to_string())
    };
    let declared = match ty {
        Ty::Int => "Int(5)",
        Ty::Real => "Real(5.0)",
        Ty::Bool => "Bool(true)",
        Ty::State => r#"Enum("S", "gone")"#,
    };
    let rules = format!(
        r#"RuleSet(
            types: (
                enumerations: {{ "S": ["idle", "busy", "gone"] }},
                nodes: {{
                    "X": (attributes: {{ "i": Int, "j": Int, "r": Real, "b": Bool, "s": Enum("S") }}),
                    "Y": (is: "X"),
                    "Out": (attributes: {{ "it": {declared} }}),
                }},
                edges: {{ "e": (from: "X", to: "X") }},
            ),
            parameters: {{ "p": 0, "q": 0.0 }},
            rules: {{ "assign": (match: "(x:X), (y:Y), (o:Out)", where: "id(x) = 0", set: ["o.it = {tree}"]) }},
        )"#
    );
    let model = format!(
        r#"Model(
            rules: "rules.ron",
            parameters: {{ "p": {}, "q": {} }},
            tables: {{ "sparse": Csv("t.csv", key: ["k"]), "full": Csv("t.csv", key: ["k"], missing: (m: 7.0)), "pairs": Csv("u.csv", key: ["a", "b"], symmetric: true, diagonal: (m: -2.0)) }},
            start: [Create("(x:X {{i: {}, j: {}, r: {}, b: {}, s: {}}}), (y:Y {{i: {}, j: 0, r: {}, b: FALSE, s: S.idle}}), (x)-[:e]->(y), (x)-[:e]->(y), (:Out)")],
            timers: {{ "assign": Deterministic(2.0) }},
        )"#,
        of("p").trim_matches(['(', ')']),
        of("q").trim_matches(['(', ')']),
        of("x.i"),
        of("x.j"),
        of("x.r"),
        of("x.b"),
        of("x.s"),
        of("y.i"),
        of("y.r"),
    );
    let files = [
        ("rules.ron", rules),
        ("model.ron", model),
        ("t.csv", "k,m\n0,0.25\n3,-1.5\n".to_owned()),
        (
            "u.csv",
            "a,b,m\n0,1,0.5\n3,0,1.25\n2,-1,4.0\n3,3,-8.0\n".to_owned(),
        ),
    ];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    let model = load::model(&files, "model.ron", &Overrides::default());
    let model = match model {
        Ok(checked) => checked.value,
        Err(mistakes) => {
            let text = mistakes.to_string();
            assert!(
                text.contains("no value") || text.contains("constant"),
                "{tree}\n{text}"
            );
            return None;
        }
    };
    let mut simulation = Compiled::new(model)
        .start(Randomness::new(1, 0))
        .expect("the start graph has no faults");
    match simulation.step(f64::INFINITY, &mut ()) {
        Ok(Progress::Fired { .. }) => {
            let graph = simulation.matcher().graph();
            let out = graph.nodes().last().expect("the start graph has nodes");
            Some(Ok(graph.node_word(out, 0)))
        }
        Ok(Progress::Stopped(reason)) => panic!("the assignment did not fire: {reason}"),
        Err(error) => Some(Err(match error.fault {
            error::Fault::Overflow => Fault::Overflow,
            error::Fault::DivisionByZero => Fault::DivisionByZero,
            error::Fault::NotFinite => Fault::NotFinite,
            error::Fault::NoRow { .. } => Fault::NoRow,
            other => panic!("an expression cannot have the fault {other}"),
        })),
    }
}
