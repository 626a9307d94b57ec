//! A step allocates nothing once its buffers have grown, a run whose graph does not grow needs no more memory, and what a simulation says that it
//! uses is what was allocated.
#![allow(clippy::unwrap_used)]
#![expect(unsafe_code, reason = "an allocator can be counted only by being one")]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use kairos_model::{
    check::{Overrides, load_model},
    source::{DiskFiles, MemoryFiles},
};
use kairos_rewrite::{incremental::IncrementalMatcher, program::Program};
use kairos_sim::{
    draw::Randomness,
    engine::{Progress, Simulation, Timers},
    schedule::CalendarSchedule,
    start,
};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicI64 = AtomicI64::new(0);

// SAFETY: everything is passed on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size() as i64, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        BYTES.fetch_sub(layout.size() as i64, Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn bench(model: &str) -> Arc<Program> {
    let path = format!(
        "{}/../../models/bench/{model}.ron",
        env!("CARGO_MANIFEST_DIR")
    );
    let loaded = load_model(&DiskFiles, &path, &Overrides::default());
    Arc::new(Program::compile(loaded.value.unwrap()))
}

/// `n` times two nodes, two edges between them, each with attributes; one rule that replaces all of it.
fn pairs(n: u64) -> Arc<Program> {
    let rules = r#"RuleSet(types: (
            nodes: { "A": (attributes: { "x": Real(1.0), "n": Int(1), "m": Int(2) }), "B": () },
            edges: { "e": (from: "A", to: "B", attributes: { "y": Real(0.0), "z": Int(0) }), "r": (between: ("A", "B")) },
        ), rules: {
            "renew": (match: "(a:A)-[x:e]->(b:B)", delete: ["a", "b"], create: ["(c:A)-[:e]->(d:B)~[:r]~(c)"]),
        })"#;
    let model = format!(
        r#"Model(rules: "rules.ron", start: [Repeat({n}, "(a:A)-[:e]->(b:B)~[:r]~(a)")], timers: {{ "renew": Exponential(rate: 1.0) }}, horizon: 1.0)"#
    );
    program(rules, &model)
}

fn program(rules: &str, model: &str) -> Arc<Program> {
    let files = [("rules.ron", rules), ("model.ron", model)];
    let files = MemoryFiles(files.map(|(p, t)| (p.to_owned(), t.to_owned())).into());
    let loaded = load_model(&files, "model.ron", &Overrides::default());
    Arc::new(Program::compile(
        loaded
            .value
            .unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)),
    ))
}

/// Steps after a warm-up: allocations, and bytes that stayed.
fn steps(program: &Arc<Program>, warm_up: u64, steps: u64) -> (u64, i64) {
    let randomness = Randomness::new(1, 0);
    let graph = start::build(program, &randomness).unwrap();
    let timers = Timers::new(program);
    let mut simulation: Simulation<IncrementalMatcher, CalendarSchedule> =
        Simulation::new(program, &timers, randomness, graph).unwrap();
    let mut step = || {
        let progress = simulation.step(f64::INFINITY, &mut ()).unwrap();
        assert!(matches!(progress, Progress::Fired { .. }));
    };
    (0..warm_up).for_each(|_| step());
    let before = (ALLOCATIONS.load(Relaxed), BYTES.load(Relaxed));
    (0..steps).for_each(|_| step());
    (
        ALLOCATIONS.load(Relaxed) - before.0,
        BYTES.load(Relaxed) - before.1,
    )
}

/// What a simulation says that it uses, and what was allocated for it.
fn said_and_allocated(model: &str, parameters: &[(&str, &str)]) -> (f64, f64) {
    let path = format!("{}/../../models/{model}.ron", env!("CARGO_MANIFEST_DIR"));
    let owned = |(n, v): &(&str, &str)| ((*n).to_owned(), (*v).to_owned());
    let parameters = parameters.iter().map(owned).collect();
    let loaded = load_model(&DiskFiles, &path, &Overrides { parameters });
    let program = Arc::new(Program::compile(loaded.value.unwrap()));
    let randomness = Randomness::new(1, 0);
    let timers = Timers::new(&program);
    let before = BYTES.load(Relaxed);
    let graph = start::build(&program, &randomness).unwrap();
    let mut simulation: Simulation<IncrementalMatcher, CalendarSchedule> =
        Simulation::new(&program, &timers, randomness, graph).unwrap();
    for _ in 0..3000 {
        simulation.step(f64::INFINITY, &mut ()).unwrap();
    }
    let allocated = BYTES.load(Relaxed) - before;
    (simulation.memory_bytes() as f64, allocated as f64)
}

/// Of what a larger model needs more, four fifths at least are counted, and never more than all, but for half a hundredth: some buffers of a step, whose
/// lengths are a matter of chance, are not counted in either.
fn memory_is_counted() {
    let models = [
        ("bench/rewiring-gsmp", "n", "300", "3000"),
        ("bench/rewiring", "n", "300", "3000"),
        ("bench/churn", "n", "300", "3000"),
        ("skype", "clients", "300", "2000"),
        ("gallery/epidemic", "people", "300", "4000"),
        ("gallery/popular", "objects", "50", "1000"),
        ("bench/clock", "n", "300", "3000"),
        ("gallery/swarm", "peers", "6", "50"),
    ];
    for (model, parameter, few, many) in models {
        let [few, many] = [few, many].map(|n| said_and_allocated(model, &[(parameter, n)]));
        let more = (many.0 - few.0) / (many.1 - few.1);
        assert!(
            (0.8..=1.005).contains(&more),
            "{model}: of {} bytes more, {} are counted",
            many.1 - few.1,
            many.0 - few.0
        );
    }
}

/// Models in which one part of what a matcher stores is large: what it is, how much of all that is allocated is counted at least (the rest are
/// lists of what the first update found), rules, timers.
const PARTS: [(&str, f64, &str, &str); 6] = [
    (
        "lists at elements that are in no match",
        0.99,
        r#""r": (match: "(a:A)-[:e]->(b:B)", where: "a.n = 7 AND b.n = 7"), "s": (match: "(b:B)-[:e]->(a:A)", where: "a.n = 7 AND b.n = 7"),
           "t": (match: "(a:A)-[:e]->(b:A)", where: "a.n = 7 AND b.n = 7"), "u": (match: "(a:B)-[:e]->(b:B)", where: "a.n = 7 AND b.n = 7")"#,
        r#""r": Exponential(rate: 1.0), "s": Exponential(rate: 1.0), "t": Exponential(rate: 1.0), "u": Exponential(rate: 1.0)"#,
    ),
    (
        "matches with clocks that read counts",
        0.98,
        r#""r": (match: "(a:A), (h:H)")"#,
        r#""r": Exponential(rate: "COUNT { (a)-[:e]->(:N) } + COUNT { (a)<-[:e]-(:N) }")"#,
    ),
    (
        "streams of delays",
        0.955,
        r#""r": (match: "(a:N)")"#,
        r#""r": Exponential(rate: 1.0, stream: "s", key: ["a"])"#,
    ),
    (
        "matches in the order of their numbers",
        0.99,
        r#""r": (match: "(h:H)", choose: [Uniform("(a:N)")])"#,
        r#""r": Exponential(rate: 1.0)"#,
    ),
    (
        "matches in the order of their values",
        0.91,
        r#""r": (match: "(h:H)", choose: [Max("a.n", of: "(a:N)")])"#,
        r#""r": Exponential(rate: 1.0)"#,
    ),
    (
        "matches with weights",
        0.99,
        r#""r": (match: "(a:N)")"#,
        r#""r": Exponential(rate: 1.0, clock: Aggregate, weights: { "a": "a.n" })"#,
    ),
];

fn part(rules: &str, timers: &str, n: u64) -> Arc<Program> {
    let rules = format!(
        r#"RuleSet(types: (nodes: {{ "N": (attributes: {{ "n": Int(1) }}), "A": (is: "N"), "B": (is: "N"), "H": () }},
            edges: {{ "e": (from: "N", to: "N") }}), rules: {{ {rules} }})"#
    );
    let model = format!(
        r#"Model(rules: "rules.ron", start: [Create("(:H)"), Repeat({n}, "(a:A), (b:B)")], timers: {{ {timers} }}, horizon: 1.0)"#
    );
    program(&rules, &model)
}

fn parts_are_counted() {
    for (what, least, rules, timers) in PARTS {
        let [few, many] = [300, 3000].map(|n| {
            let program = part(rules, timers, n);
            let timers = Timers::new(&program);
            let before = BYTES.load(Relaxed);
            let graph = start::build(&program, &Randomness::new(1, 0)).unwrap();
            let simulation: Simulation<IncrementalMatcher, CalendarSchedule> =
                Simulation::new(&program, &timers, Randomness::new(1, 0), graph).unwrap();
            (
                simulation.memory_bytes() as f64,
                (BYTES.load(Relaxed) - before) as f64,
            )
        });
        let more = (many.0 - few.0) / (many.1 - few.1);
        assert!(
            (least..=1.0).contains(&more),
            "{what}: {more} is counted, of {few:?} and {many:?}"
        );
    }
}

/// Of a graph all but a hundredth is counted.
fn memory_of_graphs_is_counted() {
    let [few, many] = [300, 3000].map(|n| {
        let program = pairs(n);
        let before = BYTES.load(Relaxed);
        let graph = start::build(&program, &Randomness::new(1, 0)).unwrap();
        (
            graph.memory_bytes() as f64,
            (BYTES.load(Relaxed) - before) as f64,
        )
    });
    let more = (many.0 - few.0) / (many.1 - few.1);
    assert!((0.99..=1.0).contains(&more), "{few:?}, {many:?}");
}

fn steps_allocate_nothing() {
    for (model, warm_up, count) in [
        ("clock", 20_000, 20_000),
        ("rewiring-gsmp", 200_000, 100_000),
        ("rewiring", 200_000, 100_000),
        ("churn", 200_000, 100_000),
    ] {
        let (allocations, bytes) = steps(&bench(model), warm_up, count);
        // A list that happens to be longer than ever before still grows, and a calendar is made anew now and then.
        assert!(allocations <= 20, "{model}: {allocations} allocations");
        assert!(bytes < 200_000, "{model}: {bytes} bytes more");
    }
    // Where all elements go, others take their room.
    let (_, bytes) = steps(&pairs(20), 2000, 20_000);
    assert!(bytes < 2000, "{bytes} bytes more");
}

/// One test, so that no other allocates meanwhile.
#[test]
fn allocations() {
    memory_is_counted();
    memory_of_graphs_is_counted();
    parts_are_counted();
    steps_allocate_nothing();
}
