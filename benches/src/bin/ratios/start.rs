//! How long it takes to begin: the graph of `models/bench/start.ron`, its matches, its clocks.

use std::error::Error;

use clap::Args;
use kairos::rewrite::matcher::Matcher;
use kairos_benches::{cpu::Stopwatch, engine};
use kairos_sim::start;

use crate::rounds::median;

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Nodes; there are three times as many edges
    #[arg(long, default_value_t = 1_000_000)]
    n: u32,
    /// How often
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    rounds: u8,
}

/// Prints medians over replications.
pub(crate) fn print(options: &Options) -> Result<(), Box<dyn Error>> {
    let compiled = engine::compile("start", options.n);
    let (mut graphs, mut wholes) = (Vec::new(), Vec::new());
    let mut elements = [0, 0];
    for replication in 0..u64::from(options.rounds) {
        let watch = Stopwatch::start();
        let graph = start::build(compiled.program(), &engine::randomness(replication))?;
        graphs.push(watch.read().as_secs_f64());
        elements = [graph.node_count(), graph.edge_count()];
        drop(graph);
        let watch = Stopwatch::start();
        let simulation = engine::start(&compiled, replication);
        wholes.push(watch.read().as_secs_f64());
        assert_eq!(simulation.matcher().graph().node_count(), elements[0]);
    }
    let [nodes, edges] = elements;
    println!("| nodes | edges | graph, s | with matches and clocks, s |");
    println!("|---:|---:|---:|---:|");
    let [graph, whole] = [graphs, wholes].map(|times| median(times.into_iter()));
    println!("| {nodes} | {edges} | {graph:.2} | {whole:.2} |");
    Ok(())
}
