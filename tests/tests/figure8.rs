//! Figure 8 of Khan, Torrini and Heckel (2009), to the letter: which events are active before and after each step.
#![allow(clippy::unwrap_used)]

use kairos::{
    load,
    model::{check::Overrides, source::DiskFiles},
    rewrite::matcher::Matcher,
    sim::{draw::Randomness, engine::Due},
    simulate::{Compiled, Simulation},
};

/// Numbers of the elements as the model creates them.
const SN: u64 = 0;
const SC1: u64 = 1;
const SC2: u64 = 3;
const P1: u64 = 5;
const P2: u64 = 9;

/// Active events: rule and the nodes of its match that the figure names.
fn active(simulation: &Simulation) -> Vec<(String, Vec<u64>)> {
    let model = &simulation.matcher().program().model;
    let named = [SN, SC1, SC2, P1, P2];
    let event = |a: kairos::sim::engine::Active| {
        let nodes: Vec<u64> = a
            .matched
            .into_iter()
            .filter(|n| named.contains(n))
            .collect();
        (model.rule(a.rule).name.clone(), nodes)
    };
    simulation.active_events().into_iter().map(event).collect()
}

fn ticks() -> Vec<(String, Vec<u64>)> {
    [SN, SC1, SC2]
        .map(|n| ("clock_tick".to_owned(), vec![n]))
        .to_vec()
}

fn with_ticks(rule: &str, nodes: &[u64]) -> Vec<(String, Vec<u64>)> {
    [ticks(), vec![(rule.to_owned(), nodes.to_vec())]].concat()
}

/// Fires the only active event of a rule.
fn fire(simulation: &mut Simulation, rule: &str) {
    let id = simulation
        .matcher()
        .program()
        .model
        .rule_named(rule)
        .unwrap();
    let due: Vec<Due> = simulation
        .active_events()
        .into_iter()
        .filter(|a| a.rule == id)
        .map(|a| a.due)
        .collect();
    assert_eq!(due.len(), 1, "one active event of {rule}");
    simulation.fire(due[0], &mut ()).unwrap();
}

fn tick_times(simulation: &Simulation) -> Vec<u64> {
    let tick = simulation
        .matcher()
        .program()
        .model
        .rule_named("clock_tick")
        .unwrap();
    simulation
        .active_events()
        .iter()
        .filter(|a| a.rule == tick)
        .map(|a| a.time.to_bits())
        .collect()
}

#[test]
fn the_events_of_figure_8() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/figure8.ron");
    let compiled = Compiled::new(
        load::model(&DiskFiles, path, &Overrides::default())
            .unwrap()
            .value,
    );
    let mut simulation = compiled.start(Randomness::new(1, 0)).unwrap();
    let clocks = tick_times(&simulation);

    // p1 waits in the super-node: it can be delivered, and keeps p2 out.
    assert_eq!(active(&simulation), with_ticks("deliver", &[P1, SC2, SN]));
    fire(&mut simulation, "deliver");
    assert_eq!(active(&simulation), with_ticks("send", &[P2, SC1, SN]));
    fire(&mut simulation, "send");
    assert_eq!(active(&simulation), with_ticks("deliver", &[P2, SC2, SN]));
    fire(&mut simulation, "deliver");
    assert_eq!(active(&simulation), ticks());

    // Nobody touched the clocks meanwhile, and they go on ticking.
    assert_eq!(tick_times(&simulation), clocks);
    for _ in 0..30 {
        simulation.step(f64::INFINITY, &mut ()).unwrap();
    }
    assert_eq!(active(&simulation), ticks());
    assert!(
        simulation.time() > 5.0,
        "30 ticks of three clocks take about 10 s"
    );
}
