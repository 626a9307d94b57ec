#![allow(clippy::unwrap_used, missing_docs)]
use kairos_model::{check, source::MemoryFiles};
use kairos_rewrite::{
    incremental::IncrementalMatcher, matcher::Matcher, naive::NaiveMatcher, program::Program,
};
use kairos_sim::{
    draw::Randomness,
    engine::{Progress, Simulation, Timers},
    schedule::{HeapSchedule, TwinSchedule},
    start,
};
use std::sync::Arc;

const RULES: &str = r#"RuleSet(
    types: (
        nodes: { "RS": (), "SC": (attributes: {"n": Int(0)}), "SN": (attributes: {"bandwidth": Real}) },
        edges: { "registration": (from: "SC|SN", to: "RS", unique: true), "link": (from: "SC", to: "SN", unique: true) },
    ),
    parameters: { "kbps": 5.0 },
    rules: {
        "connect_widest": (
            match: "(sc:SC)-[:registration]->(:RS)<-[:registration]-(sn:SN)",
            where: "sn.bandwidth >= kbps AND COUNT { (sc)-[:link]->(:SN) } < 2",
            unless: ["(sc)-[:link]->(sn)",
                "(o:SN WHERE NOT EXISTS { (sc)-[:link]->(o) } AND (o.bandwidth > sn.bandwidth OR (o.bandwidth = sn.bandwidth AND id(o) < id(sn))))"],
            create: ["(sc)-[:link]->(sn)"],
            set: ["sn.bandwidth -= kbps"],
        ),
        "connect_random": (
            match: "(sc:SC)-[:registration]->(rs:RS)",
            where: "COUNT { (sc)-[:link]->(:SN) } < 2",
            choose: [Uniform("(rs)<-[:registration]-(sn:SN WHERE sn.bandwidth >= kbps AND NOT EXISTS { (sc)-[:link]->(sn) })")],
            create: ["(sc)-[:link]->(sn)"],
            set: ["sn.bandwidth -= kbps"],
        ),
        "drop": (match: "(sc:SC)-[l:link]->(sn:SN)", delete: ["l"], set: ["sn.bandwidth += kbps"]),
        "tick": (match: "(sc:SC)", set: ["sc.n += 1"]),
        "join": (match: "(rs:RS)", create: ["(sc:SC)-[:registration]->(rs)"]),
        "leave": (match: "(sc:SC)", delete: ["sc"], for_each: [(match: "(sc)-[:link]->(sn:SN)", set: ["sn.bandwidth += kbps"])]),
        "crash": (match: "(sn:SN)", where: "COUNT { (:SN) } > 2", delete: ["sn"]),
        "boot": (match: "(rs:RS)", create: ["(sn:SN {bandwidth: draw(Uniform(20.0, 60.0))})-[:registration]->(rs)"]),
    },
)"#;
const MODEL: &str = r#"Model(
    rules: "r.ron",
    parameters: { "clients": 6 },
    start: [Create("(rs:RS)"), Repeat(4, "(sn:SN {bandwidth: 30.0 + index % 2})-[:registration]->(rs)"), Repeat("clients", "(sc:SC)-[:registration]->(rs)")],
    timers: {
        "connect_widest": Exponential(mean: 1.0),
        "connect_random": Exponential(rate: "1.0 + COUNT { (sc)-[:link]->(:SN) }"),
        "drop": Normal(mean: 2.0, sd: 0.5),
        "tick": Normal(mean: 1.0, sd: 0.1),
        "join": Exponential(mean: 2.0), "leave": Exponential(mean: 12.0), "crash": Exponential(mean: 20.0), "boot": Exponential(mean: 5.0),
    },
    probes: { "connected": Count("(sc:SC WHERE EXISTS { (sc)-[:link]->(:SN) })"), "spare": Mean("sn.bandwidth", over: "(sn:SN)") },
    horizon: 100.0,
)"#;

#[test]
fn twins_agree() {
    let files = MemoryFiles(
        [
            ("r.ron".into(), RULES.into()),
            ("m.ron".into(), MODEL.into()),
        ]
        .into(),
    );
    let loaded = check::load_model(&files, "m.ron", &check::Overrides::default());
    let text = kairos_model::render::render(
        &loaded.sources,
        &loaded.diagnostics,
        kairos_model::render::Colour::Never,
    );
    println!("{text}");
    let program = Arc::new(Program::compile(loaded.value.expect("no mistakes")));
    let timers = Timers::new(&program);
    let randomness = Randomness::new(1, 0);
    let graph = || start::build(&program, &randomness).unwrap();
    let mut fast =
        Simulation::<IncrementalMatcher, HeapSchedule>::new(&program, &timers, randomness, graph())
            .unwrap();
    let mut slow =
        Simulation::<NaiveMatcher, TwinSchedule>::new(&program, &timers, randomness, graph())
            .unwrap();
    for step in 0..400 {
        assert_eq!(
            fast.active_events()
                .iter()
                .map(|a| (a.rule, a.matched.clone(), a.time.to_bits()))
                .collect::<Vec<_>>(),
            slow.active_events()
                .iter()
                .map(|a| (a.rule, a.matched.clone(), a.time.to_bits()))
                .collect::<Vec<_>>(),
            "step {step}"
        );
        for p in 0..2 {
            let p = kairos_model::probe::ProbeId(p);
            assert_eq!(fast.matcher().reading(p), slow.matcher().reading(p));
        }
        let a = fast.step(f64::INFINITY, &mut ()).unwrap();
        let b = slow.step(f64::INFINITY, &mut ()).unwrap();
        assert_eq!(a, b, "step {step}");
        fast.check_invariants();
        if let Progress::Stopped(r) = a {
            println!("{r}");
            break;
        }
    }
    assert_eq!(fast.fingerprint(), slow.fingerprint());
    println!(
        "{:?} t={} {:?}",
        fast.counts(),
        fast.time(),
        fast.matcher().effort()
    );
}
