//! Compiled expressions: the values of the probes of `models/bench/parts.ron`, each beside the same written in Rust over plain numbers.

use std::{hint::black_box, time::Duration};

use criterion::{Criterion, criterion_group, criterion_main};
use kairos::{
    model::{expr::Formula, probe::ProbeKind},
    rewrite::{
        binding::{Binding, Slot},
        eval::{Env, NoCounts},
        graph::HostGraph,
    },
    simulate::Compiled,
};
use kairos_benches::engine;
use kairos_sim::start;

const CLIENTS: u32 = 1000;

/// What a client has, in plain numbers.
#[derive(Clone, Copy)]
struct Client {
    number: i64,
    count: i64,
    idle: bool,
    load: f64,
    /// Of its server.
    free: f64,
}

const SHARE: f64 = 0.25;

/// A probe, and its value in Rust.
type Pair = (&'static str, fn(&Client) -> f64);

const EXPRESSIONS: [Pair; 6] = [
    ("attribute", |c| c.load),
    ("arithmetic", |c| (c.load + SHARE) * 2.0 - c.load / 4.0),
    ("integers", |c| {
        (c.count * 3 + c.number.rem_euclid(7)) as f64
    }),
    ("condition", |c| {
        if c.load > SHARE && c.idle { 1.0 } else { 0.0 }
    }),
    ("functions", |c| libm::exp(-c.load).min(c.load.sqrt())),
    ("two_nodes", |c| c.free - c.load * SHARE),
];

/// A client, the edge to its server, the server: what `(c:Client)-[:home]->(s:Server)` matches, and its beginning `(c:Client)`.
type Home = [Slot; 3];

fn homes(compiled: &Compiled, graph: &HostGraph) -> Vec<Home> {
    let types = &compiled.model().types.edges;
    let is_home = |edge: &Slot| types[graph.edge_type(*edge).index()].name == "home";
    let home = |edge| {
        let (client, server) = graph.ends(edge);
        [client, edge, server]
    };
    graph.edges().filter(is_home).map(home).collect()
}

/// The value of a probe, and what it is bound to at each client.
fn probe<'a>(compiled: &'a Compiled, name: &str, homes: &[Home]) -> (&'a Formula, Vec<Binding>) {
    let mut probes = compiled.model().probes.iter();
    let kind = probes
        .find(|probe| probe.name == name)
        .map(|probe| &probe.kind);
    let Some(ProbeKind::Summary { value, over, .. }) = kind else {
        panic!("{name} is a summary");
    };
    let bind = |home: &Home| {
        let bound = Binding::new(over.scope.elements.len());
        for (var, slot) in over.pattern.elements.iter().zip(home) {
            bound.set(*var, *slot);
        }
        bound
    };
    (value, homes.iter().map(bind).collect())
}

fn expressions(criterion: &mut Criterion) {
    let compiled = Compiled::new(engine::model("bench/parts", &[("n", CLIENTS)]));
    let graph = start::build(compiled.program(), &engine::randomness(0));
    let graph = graph.unwrap_or_else(|error| panic!("{error}"));
    let homes = homes(&compiled, &graph);
    let client = |home: &Home| Client {
        number: graph.node_number(home[0]).cast_signed(),
        count: 0,
        idle: true,
        load: 0.5,
        free: 10.0,
    };
    let clients: Vec<Client> = homes.iter().map(client).collect();
    for (name, native) in EXPRESSIONS {
        let (value, matches) = probe(&compiled, name, &homes);
        let code = compiled.program().code(value);
        let compiled_value = |bound: &Binding| {
            code.real(&Env {
                graph: &graph,
                bound,
                now: 0.0,
                index: 0,
                counts: &NoCounts,
                drawing: None,
                metrics: &[],
            })
        };
        for (bound, client) in matches.iter().zip(&clients) {
            let value = compiled_value(bound).expect("nothing in these expressions can fail");
            assert_eq!(value, native(client), "{name}");
        }
        let mut turn = 0..;
        let mut next = || turn.next().unwrap_or(0) % CLIENTS as usize;
        criterion.bench_function(&format!("expressions/{name}/compiled"), |bencher| {
            bencher.iter(|| compiled_value(&matches[next()]));
        });
        criterion.bench_function(&format!("expressions/{name}/Rust"), |bencher| {
            bencher.iter(|| black_box(native)(&clients[next()]));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = expressions
}
criterion_main!(benches);
