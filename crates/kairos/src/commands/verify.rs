//! `kairos verify`: the engine against its reference.

use kairos::verify::{Verdict, compare};

use super::{
    Done, failed, print,
    run::{Replication, time},
};
use crate::{exit::Exit, interrupt};

/// Compare the engine with the reference engine, step by step, on your own model
///
/// The reference looks up all matches again after every step and keeps its events in a ready-made priority queue: slow, and easy to
/// believe. Steps, active events with their times, and probes must agree bit for bit.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos verify models/skype.ron --steps 1000
  kairos verify models/skype.ron --steps 1000 --random-seed 7 --set clients=20")]
pub(crate) struct Arguments {
    /// A file with a Model
    #[arg(value_name = "MODEL")]
    model: String,

    /// So many steps
    #[arg(long, value_name = "N", default_value_t = 1000)]
    steps: u64,

    /// End at this time instead of the model's horizon
    #[arg(long, value_name = "T", value_parser = time)]
    until: Option<f64>,

    #[command(flatten)]
    replication: Replication,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let compiled = arguments.replication.load(&arguments.model)?;
    let randomness = || arguments.replication.randomness();
    let started = (
        compiled.start(randomness()),
        compiled.start_reference(randomness()),
    );
    let (mut fast, mut reference) = match started {
        (Ok(fast), Ok(reference)) => (fast, reference),
        (Err(a), Err(b)) if a == b => return Err(failed(&a, compiled.model())),
        (a, b) => {
            let says = |outcome: Option<String>| outcome.unwrap_or_else(|| "no fault".to_owned());
            let (a, b) = (
                a.err().map(|e| e.to_string()),
                b.err().map(|e| e.to_string()),
            );
            print(&format!(
                "differ at the start\n  engine:    {}\n  reference: {}\n",
                says(a),
                says(b)
            ))?;
            return Ok(Exit::Failed);
        }
    };
    let horizon = arguments.until.or(compiled.model().run.horizon);
    let bounds = (horizon.unwrap_or(f64::INFINITY), arguments.steps);
    match compare(&mut fast, &mut reference, bounds, &interrupt::flag()) {
        Verdict::Agree { steps, reason } => {
            print(&format!("agree on {steps} steps ({reason})\n"))?;
            Ok(Exit::of(reason))
        }
        Verdict::Fault { steps, error } => {
            print(&format!(
                "agree on {steps} steps and on the fault after them\n"
            ))?;
            Err(failed(&error, compiled.model()))
        }
        Verdict::Differ(difference) => {
            let mut text = format!(
                "differ after {} steps\n  engine:    {}\n  reference: {}\n",
                difference.steps, difference.fast, difference.reference
            );
            let events = [
                ("missing", &difference.missing),
                ("extra", &difference.extra),
            ];
            for (what, events) in events {
                events
                    .iter()
                    .for_each(|event| text += &format!("  {what}: {event}\n"));
            }
            print(&text)?;
            Ok(Exit::Failed)
        }
    }
}
