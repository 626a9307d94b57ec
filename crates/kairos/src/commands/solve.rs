//! `kairos solve`: exact values of models that are Markov chains.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use kairos::{
    format::{grouped, significant},
    load::Mistakes,
    report::table,
};
use kairos_rewrite::graph::HostGraph;
use kairos_sim::{draw::Randomness, start};
use kairos_solve::{
    Chain, Error, Markov, Solution, export,
    values::{Metric, values},
};
use serde::Serialize;

use super::{
    Done, Format,
    check::{json, show},
    failed, print, remark,
    run::{Replication, time},
};
use crate::{
    exit::{Exit, Failure},
    interrupt,
};

/// Solve a model as a Markov chain: exact values instead of a simulation
///
/// For models whose timers are all exponential or immediate. All graphs that can be reached from the start graph, up to isomorphism,
/// are the states of a chain; it is solved for the model's horizon, for another one, or in the long run. What is shown is what the
/// metrics are on average over infinitely many runs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos solve models/bench/mutex.ron --set n=3 --horizon 4
  kairos solve models/bench/rewiring.ron --set n=4 --steady --format json
  kairos solve models/gallery/epidemic.ron --set people=6 --horizon 10 --export chain

--export writes the chain for PRISM (.tra, .sta, .lab, .srew) and for Storm (.storm.tra, .storm.lab).")]
pub(crate) struct Arguments {
    /// A file with a Model
    #[arg(value_name = "MODEL")]
    model: String,

    /// The end of the time that is observed, instead of the model's horizon
    #[arg(long, value_name = "T", value_parser = time, conflicts_with = "steady")]
    horizon: Option<f64>,

    /// The long run instead of a horizon
    #[arg(long)]
    steady: bool,

    /// The most states
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    states: usize,

    /// Write the chain for PRISM and Storm into this directory
    #[arg(long, value_name = "DIR")]
    export: Option<PathBuf>,

    #[command(flatten)]
    replication: Replication,

    /// How the values are shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Graphs of so many nodes are not compared: they have too many states anyway.
const LARGE: usize = 1000;

/// The values for programs.
#[derive(Serialize)]
struct Report {
    /// `null` in the long run.
    horizon: Option<f64>,
    warm_up: f64,
    states: usize,
    transitions: usize,
    vanished: usize,
    metrics: BTreeMap<String, f64>,
    /// Why the others have no exact value.
    without: BTreeMap<String, &'static str>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let model = arguments.replication.model(&arguments.model)?;
    let sources = model.sources.clone();
    let window = window(arguments, model.run.warm_up, model.run.horizon)?;
    let markov = match Markov::new(model) {
        Ok(markov) => markov,
        Err(diagnostics) => {
            show(&Mistakes {
                sources,
                diagnostics,
            })?;
            return Err(Failure::Told(Exit::Mistakes));
        }
    };
    let graph = start_graph(&markov, arguments.replication.randomness())?;
    warn_of_random_start(&markov, &graph, &arguments.replication)?;
    let chain = markov
        .explore(graph, arguments.states, &interrupt::flag())
        .map_err(|error| unsolved(error, &markov))?;
    let solution = match window {
        Some((warm_up, horizon)) => chain.until(warm_up, horizon),
        None => chain.in_the_long_run(),
    };
    let solution = solution.map_err(|error| unsolved(error, &markov))?;
    if let Some(directory) = &arguments.export {
        exported(&markov, &chain, arguments, directory)?;
    }
    let metrics = values(markov.program(), &chain, &solution);
    match arguments.format {
        Format::Json => print(&json(&report(window, &chain, metrics)))?,
        Format::Text => {
            let unit = &markov.program().model.run.time_unit;
            print(&text(window, unit, &chain, &solution, &metrics))?;
        }
    }
    Ok(Exit::Done)
}

fn start_graph(markov: &Markov, randomness: Randomness) -> Result<HostGraph, Failure> {
    let program = markov.program();
    start::build(program, &randomness).map_err(|error| failed(&error, &program.model))
}

/// What is solved begins with one start graph; where replications begin with others, the values are not theirs.
fn warn_of_random_start(
    markov: &Markov,
    graph: &HostGraph,
    replication: &Replication,
) -> Result<(), Failure> {
    let other = start_graph(markov, replication.next().randomness())?;
    if graph.node_count() > LARGE || Markov::are_same(graph, &other) {
        return Ok(());
    }
    remark(
        "warning: the start graph is random; these values are those of the one of this replication (--replication N)",
    )
}

/// Warm-up and horizon, or neither in the long run.
fn window(
    arguments: &Arguments,
    warm_up: f64,
    horizon: Option<f64>,
) -> Result<Option<(f64, f64)>, Failure> {
    if arguments.steady {
        return Ok(None);
    }
    let usage = |message: String| Failure::Because(Exit::Usage, message);
    let horizon = arguments.horizon.or(horizon).ok_or_else(|| {
        usage("the model has no horizon: give --horizon T, or --steady for the long run".to_owned())
    })?;
    if horizon <= warm_up {
        let message = format!("the horizon of {horizon} is not after the warm-up of {warm_up}");
        return Err(usage(message));
    }
    Ok(Some((warm_up, horizon)))
}

fn unsolved(error: Error, markov: &Markov) -> Failure {
    let exit = match error {
        Error::Model(error) => return failed(&error, &markov.program().model),
        Error::Interrupted => Exit::Interrupted,
        Error::TooMany { .. } | Error::TooLong(_) => Exit::Stopped,
        Error::Write { .. } => Exit::Files,
        _ => Exit::Failed,
    };
    Failure::Because(exit, error.to_string())
}

fn exported(
    markov: &Markov,
    chain: &Chain,
    arguments: &Arguments,
    directory: &Path,
) -> Result<(), Failure> {
    let stem = Path::new(&arguments.model).file_stem();
    let name = stem.map_or("model".into(), |s| s.to_string_lossy());
    let model = &markov.program().model;
    let files = export::write(chain, model, directory, &name);
    let files = files.map_err(|error| unsolved(error, markov))?;
    remark(&format!("{}: {}", directory.display(), files.join(", ")))
}

fn report(window: Option<(f64, f64)>, chain: &Chain, metrics: Vec<Metric>) -> Report {
    let mut report = Report {
        horizon: window.map(|(_, horizon)| horizon),
        warm_up: window.map_or(0.0, |(warm_up, _)| warm_up),
        states: chain.states(),
        transitions: chain.transitions(),
        vanished: chain.vanished(),
        metrics: BTreeMap::new(),
        without: BTreeMap::new(),
    };
    for metric in metrics {
        match metric.value {
            Ok(value) => drop(report.metrics.insert(metric.name, value)),
            Err(why) => drop(report.without.insert(metric.name, why)),
        }
    }
    report
}

fn text(
    window: Option<(f64, f64)>,
    unit: &str,
    chain: &Chain,
    solution: &Solution,
    metrics: &[Metric],
) -> String {
    let mut rows = vec![["metric", "exact value", ""].map(str::to_owned)];
    for metric in metrics {
        if let Ok(value) = metric.value {
            rows.push([
                metric.name.clone(),
                significant(value, 10),
                metric.unit.clone(),
            ]);
        }
    }
    let mut text = format!(
        "{} states, {} transitions",
        grouped(chain.states() as u64),
        grouped(chain.transitions() as u64)
    );
    if chain.vanished() > 0 {
        text += &format!(
            ", {} graphs left in no time",
            grouped(chain.vanished() as u64)
        );
    }
    text += &match window {
        Some((warm_up, horizon)) => format!("; from {warm_up} to {horizon} {unit}"),
        None => "; in the long run".to_owned(),
    };
    if solution.classes() > 1 {
        text += &format!(
            ", which ends in one of {} classes of states by chance",
            solution.classes()
        );
    }
    text += "\n\n";
    text += &table(&rows);
    let mut without: Vec<(&str, Vec<&str>)> = Vec::new();
    for metric in metrics {
        let Err(why) = metric.value else { continue };
        match without.iter_mut().find(|(reason, _)| *reason == why) {
            Some((_, names)) => names.push(&metric.name),
            None => without.push((why, vec![&metric.name])),
        }
    }
    if !without.is_empty() {
        text += "\nWithout an exact value:\n";
    }
    for (why, names) in without {
        text += &format!("  {}: {why}\n", names.join(", "));
    }
    text
}
