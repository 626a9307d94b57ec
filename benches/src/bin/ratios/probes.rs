//! What probes cost: the Skype model with all its probes, with probes that nobody asks for, and without any.

use clap::Args;
use kairos::simulate::Compiled;
use kairos_benches::engine;
use kairos_sim::observe::Wanted;

use crate::rounds::{self, Contestant, Turn};

#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Clients; an eighth as many super-nodes
    #[arg(long, default_value_t = 200)]
    clients: u32,
    /// Seconds of the model
    #[arg(long, default_value_t = 60.0)]
    until: f64,
    /// Rounds
    #[arg(long, default_value_t = 9)]
    rounds: u8,
}

/// Prints a line for each way to observe.
pub(crate) fn print(options: &Options) {
    let parameters = [
        ("clients", options.clients),
        ("super_nodes", options.clients.div_ceil(8)),
    ];
    let model = engine::model("skype", &parameters);
    let probes = model.probes.len();
    let bare = {
        let mut model = model.clone();
        model.probes.clear();
        Compiled::new(model)
    };
    let observed = Compiled::new(model);
    let none = || Wanted::Metrics(Vec::new());
    let contestant = |compiled, wanted: fn() -> Wanted| -> Contestant<'_> {
        Box::new(move |number| {
            let run = engine::run(compiled, number, options.until, wanted());
            Turn {
                time: run.stepping,
                steps: run.steps,
            }
        })
    };
    let turns = rounds::take(
        usize::from(options.rounds),
        vec![
            contestant(&bare, none),
            contestant(&observed, none),
            contestant(&observed, || Wanted::All),
        ],
    );
    println!("| probes | ns a step | over none |");
    println!("|---|---:|---:|");
    let what = [
        "none".to_owned(),
        format!("{probes}, which nobody asks for"),
        format!("{probes}, all metrics"),
    ];
    for (what, of) in what.iter().zip(&turns) {
        let time = rounds::nanoseconds(of);
        let more = 100.0 * (rounds::ratio(of, &turns[0]) - 1.0);
        println!("| {what} | {time:.0} | {more:+.1} % |");
    }
}
