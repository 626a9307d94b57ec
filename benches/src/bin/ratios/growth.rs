//! Whether memory grows over a run whose graph does not.

use clap::Args;
use kairos::{rewrite::matcher::Matcher, simulate::Simulation};
use kairos_benches::{
    cases::{self, Case},
    engine,
};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// The parameter n
    #[arg(long, default_value_t = 2000)]
    n: u32,
    /// The run lasts so many times as long as in the table of ratios
    #[arg(long, default_value_t = 4.0)]
    times: f64,
}

/// More than so much over the second half is growth: reserves are doubled now and then, when a graph of a random size reaches a new height.
const TOLERANCE: f64 = 0.05;

/// What there is at some time.
#[derive(Clone, Copy, Debug)]
struct State {
    bytes: u64,
    elements: usize,
}

impl State {
    fn of(simulation: &Simulation) -> Self {
        let graph = simulation.matcher().graph();
        State {
            bytes: simulation.memory_bytes(),
            elements: graph.node_count() + graph.edge_count(),
        }
    }

    fn megabytes(self) -> f64 {
        self.bytes as f64 / 1e6
    }
}

/// Prints a line for each model.
pub(crate) fn print(options: &Options) {
    println!(
        "| model | n | steps | elements at half-time | at the end | MB at half-time | at the end | memory |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|---|");
    for case in cases::all() {
        println!("{}", line(&case, options));
    }
}

fn line(case: &Case, options: &Options) -> String {
    let compiled = engine::compile(case.name, options.n);
    let mut simulation = engine::start(&compiled, 0);
    let [half, end] = [0.5, 1.0].map(|part| {
        let until = part * options.times * case.until;
        engine::advance(&mut simulation, compiled.model(), until, &mut ());
        State::of(&simulation)
    });
    let grows = |from: f64, to: f64| to > (1.0 + TOLERANCE) * from;
    let graph_grows = grows(half.elements as f64, end.elements as f64);
    let verdict = match (grows(half.bytes as f64, end.bytes as f64), graph_grows) {
        (false, _) => "does not grow",
        (true, true) => "grows with the graph",
        (true, false) => "grows",
    };
    format!(
        "| {} | {} | {} | {} | {} | {:.2} | {:.2} | {verdict} |",
        case.name,
        options.n,
        simulation.counts().steps(),
        half.elements,
        end.elements,
        half.megabytes(),
        end.megabytes(),
    )
}
