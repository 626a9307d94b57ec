#![allow(clippy::unwrap_used, missing_docs)]
use kairos_model::{check, source::MemoryFiles};
use kairos_rewrite::{incremental::IncrementalMatcher, matcher::Matcher, program::Program};
use kairos_sim::{
    draw::Randomness,
    engine::{Progress, Simulation, Timers},
    schedule::HeapSchedule,
    start,
};
use std::{sync::Arc, time::Instant};
fn go(name: &str, rules: &str, model: &str, n: &str, horizon: f64) {
    let files = MemoryFiles(
        [
            ("r.ron".into(), rules.into()),
            ("m.ron".into(), model.into()),
        ]
        .into(),
    );
    let mut o = check::Overrides::default();
    o.parameters.push(("n".into(), n.into()));
    let loaded = check::load_model(&files, "m.ron", &o);
    println!(
        "{}",
        kairos_model::render::render(
            &loaded.sources,
            &loaded.diagnostics,
            kairos_model::render::Colour::Never
        )
    );
    let program = Arc::new(Program::compile(loaded.value.expect("ok")));
    let timers = Timers::new(&program);
    let r = Randomness::new(1, 0);
    let t0 = Instant::now();
    let g = start::build(&program, &r).unwrap();
    let t1 = Instant::now();
    let mut s =
        Simulation::<IncrementalMatcher, HeapSchedule>::new(&program, &timers, r, g).unwrap();
    let t2 = Instant::now();
    let reason = loop {
        if let Progress::Stopped(x) = s.step(horizon, &mut ()).unwrap() {
            break x;
        }
    };
    let e = t2.elapsed();
    let c = s.counts();
    println!(
        "{name} n={n}: {:?} start {:?} init {:?} ns/step {:.0} search/step {:.2} index/step {:.2} mem {} MB, {reason}",
        c,
        t1 - t0,
        t2 - t1,
        e.as_nanos() as f64 / c.steps() as f64,
        s.matcher().effort().search_steps as f64 / c.steps() as f64,
        s.matcher().effort().index_steps as f64 / c.steps() as f64,
        s.memory_bytes() >> 20
    );
}
#[test]
fn perf() {
    let clock = r#"RuleSet(types: (nodes: {"N": (attributes: {"count": Int(0)})}, edges: {}), rules: {"tick": (match: "(n:N)", set: ["n.count += 1"])})"#;
    let clockm = r#"Model(rules: "r.ron", parameters: {"n": 1000}, start: [Repeat("n", "(x:N)")], timers: {"tick": Normal(mean: 1.0, sd: 0.1)}, horizon: 10.0)"#;
    for n in ["1000", "100000"] {
        go("clock", clock, clockm, n, 10.0);
    }
    let nd = r#"RuleSet(types: (nodes: {"P": ()}, edges: {"buddy": (from: "P", to: "P", unique: true)}),
      rules: {"drop": (match: "(p:P)", choose: [Uniform("(p)-[:buddy]->(q:P)"), Uniform("(q)-[:buddy]->(r:P)")], then_where: "r <> p AND NOT EXISTS { (p)-[:buddy]->(r) }", create: ["(p)-[:buddy]->(r)"])})"#;
    let ndm = r#"Model(rules: "r.ron", parameters: {"n": 1000}, start: [Repeat("n", "(x:P)"), Topology(Ring, nodes: "P", edge: "buddy"), Topology(WattsStrogatz(k: 2, beta: 1.0), nodes: "P", edge: "buddy")], timers: {"drop": Exponential(mean: 3.0)}, horizon: 20.0)"#;
    let _ = ndm;
    let ndm = r#"Model(rules: "r.ron", parameters: {"n": 1000}, start: [Repeat("n", "(x:P)"), Topology(WattsStrogatz(k: 4, beta: 0.0), nodes: "P", edge: "buddy")], timers: {"drop": Exponential(mean: 3.0)}, horizon: 20.0)"#;
    for n in ["1000", "100000"] {
        go("namedrop", nd, ndm, n, 20.0);
    }
    let rw = r#"RuleSet(types: (nodes: {"P": (attributes: {"free": Int(4)})}, edges: {"e": (between: ("P","P"))}),
      rules: {"connect": (match: "(a:P), (b:P)", where: "a.free > 0 AND b.free > 0", symmetric: true, create: ["(a)~[:e]~(b)"], set: ["a.free -= 1", "b.free -= 1"]),
              "break": (match: "(a:P)~[x:e]~(b:P)", symmetric: true, delete: ["x"], set: ["a.free += 1", "b.free += 1"])})"#;
    let rwm = r#"Model(rules: "r.ron", parameters: {"n": 1000}, start: [Repeat("n", "(x:P)")], timers: {"connect": Exponential(rate: "1.0 / n", clock: Aggregate, weights: {"a": "a.free * 1.0", "b": "b.free * 1.0"}), "break": Exponential(rate: 1.0, clock: Aggregate)}, horizon: 5.0)"#;
    for n in ["1000", "10000", "100000"] {
        go("rewiring", rw, rwm, n, 5.0);
    }
}
