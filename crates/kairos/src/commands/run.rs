//! `kairos run`: one trajectory.

use std::{collections::BTreeMap, path::PathBuf, sync::atomic::AtomicBool, time::Instant};

use kairos::{
    format::{grouped, short, significant},
    load, memory, outputs,
    report::{TRUNCATION_TOLD, table},
    simulate::{Compiled, Simulation, truncation},
    snapshot::{Request, Snapshots},
    trace::Trace,
    trajectory::{self, Bounds, End},
};
use kairos_model::{
    check::Overrides,
    model::{MAX_SAMPLES, Model},
    source::DiskFiles,
};
use kairos_rewrite::matcher::Matcher;
use kairos_sim::{
    draw::Randomness,
    engine::StopReason,
    observe::{Collector, Wanted},
};
use serde::Serialize;

use super::{Done, Format, assignment, check::json, failed, print, remark, study::quoted, told};
use crate::{
    exit::{Exit, Failure},
    interrupt,
};

/// Run a model once, and show what was observed
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  kairos run models/skype.ron
  kairos run models/skype.ron --random-seed 7 --until 60 --set clients=1000 --format json
  kairos run models/skype.ron --steps 100 --trace steps.csv --snapshot 10:start.graphml --snapshot 60:end.dot")]
pub(crate) struct Arguments {
    /// A file with a Model
    #[arg(value_name = "MODEL")]
    model: String,

    #[command(flatten)]
    replication: Replication,

    /// End at this time instead of the model's horizon
    #[arg(long, value_name = "T", value_parser = time)]
    until: Option<f64>,

    /// End after so many steps
    #[arg(long, value_name = "N")]
    steps: Option<u64>,

    /// Write one line for each step: CSV if the file is named *.csv, else one JSON object each
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,

    /// Write the graph to a *.graphml or *.dot file: as it is at time T, every event up to T included, or
    /// (RULE#N:FILE) right after the N-th firing of a rule
    #[arg(long = "snapshot", value_name = "T:FILE")]
    snapshots: Vec<Request>,

    /// How the outcome is shown
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// Which replication of a model.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Replication {
    /// The random seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    random_seed: u64,

    /// The replication: each has other draws, under every random seed
    #[arg(long, value_name = "N", default_value_t = 0)]
    replication: u64,

    /// Give a parameter of the model another value
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = assignment)]
    parameters: Vec<(String, String)>,
}

impl Replication {
    /// Loads the model, and shows what is to be said about it.
    pub(crate) fn model(&self, path: &str) -> Result<Model, Failure> {
        let overrides = Overrides {
            parameters: self.parameters.clone(),
        };
        Ok(told(load::model(&DiskFiles, path, &overrides))?.value)
    }

    /// Loads the model, and compiles it.
    pub(crate) fn load(&self, path: &str) -> Result<Compiled, Failure> {
        self.model(path).map(Compiled::new)
    }

    /// The options that name this replication, each with a space before it; none for what is the default anyway.
    fn options(&self) -> String {
        let mut text = String::new();
        for (option, value) in [
            ("random-seed", self.random_seed),
            ("replication", self.replication),
        ] {
            if value != 0 {
                text += &format!(" --{option} {value}");
            }
        }
        for (name, value) in &self.parameters {
            text += &format!(" --set {}", quoted(&format!("{name}={value}")));
        }
        text
    }

    /// The replication after this one.
    pub(crate) fn next(&self) -> Self {
        Replication {
            replication: self.replication.wrapping_add(1),
            ..self.clone()
        }
    }

    pub(crate) fn randomness(&self) -> Randomness {
        Randomness::new(self.random_seed, self.replication)
    }
}

pub(crate) fn time(text: &str) -> Result<f64, String> {
    let time: Option<f64> = text.parse().ok();
    time.filter(|&t| t >= 0.0 && t.is_finite())
        .ok_or_else(|| "a time is a number and not negative".to_owned())
}

/// What is shown of a run.
#[derive(Debug, Serialize)]
struct Report {
    random_seed: u64,
    replication: u64,
    events: u64,
    effectless: u64,
    thinned: u64,
    time: f64,
    stop_reason: &'static str,
    setup_seconds: f64,
    wall_seconds: f64,
    events_per_second: f64,
    peak_rss_bytes: Option<u64>,
    active_events: usize,
    nodes: usize,
    edges: usize,
    search_steps: u64,
    index_steps: u64,
    fingerprint: String,
    /// For each rule how far truncation moved the mean of its normal delays at worst, relative to the mean.
    truncation: BTreeMap<String, f64>,
    metrics: BTreeMap<String, Option<f64>>,
}

pub(crate) fn run(arguments: &Arguments) -> Done {
    let began = Instant::now();
    let compiled = arguments.replication.load(&arguments.model)?;
    let interrupt = interrupt::flag();
    let bounds = bounds(arguments, &compiled, &interrupt)?;
    let snapshots = arguments.snapshots.iter().map(|request| &*request.path);
    let written = arguments.trace.as_deref().into_iter().chain(snapshots);
    outputs::check(written, compiled.model().sources.paths())?;
    let mut trace = arguments.trace.as_deref().map(Trace::create).transpose()?;
    let mut snapshots = Snapshots::new(compiled.model(), arguments.snapshots.clone())
        .map_err(|message| Failure::Because(Exit::Usage, message))?;
    let mut collector = Collector::new(compiled.program(), Wanted::All);
    let mut simulation = compiled
        .start(arguments.replication.randomness())
        .map_err(|error| failed(&error, compiled.model()))?;
    let setup = began.elapsed().as_secs_f64();

    let mut watching = (&mut collector, (&mut trace, &mut snapshots));
    let ran = trajectory::run(&mut simulation, bounds, &mut watching);
    trace.map_or(Ok(()), Trace::finish)?;
    let end = ran.map_err(|error| failed(&error, compiled.model()))?;
    let types = &compiled.model().types;
    let missed = snapshots.finish(types, simulation.matcher().graph(), end.time)?;
    for request in missed {
        let (when, path) = (&request.when, request.path.display());
        remark(&format!(
            "warning: no snapshot {path}: the run ended before {when}"
        ))?;
    }
    let report = report(arguments, &compiled, &simulation, collector, end, setup);
    match arguments.format {
        Format::Json => print(&json(&report))?,
        Format::Text => print(&text(&report, end, &compiled.model().run.time_unit))?,
    }
    for (rule, shift) in report
        .truncation
        .iter()
        .filter(|(_, shift)| **shift > TRUNCATION_TOLD)
    {
        remark(&format!(
            "warning: truncation at 0 moved the mean of a normal delay of `{rule}` by up to {} %",
            significant(100.0 * shift, 2)
        ))?;
    }
    if end.reason == StopReason::Deadlock {
        let at = arguments.until.map_or("end".to_owned(), |t| t.to_string());
        let (model, same) = (quoted(&arguments.model), arguments.replication.options());
        remark(&format!(
            "Nothing can happen any more: `kairos explain {model} --at {at}{same}` says why."
        ))?;
    }
    Ok(exit(arguments, end.reason))
}

fn bounds<'a>(
    arguments: &Arguments,
    compiled: &Compiled,
    interrupt: &'a AtomicBool,
) -> Result<Bounds<'a>, Failure> {
    let model = compiled.model();
    let mut bounds = Bounds::of(model, interrupt);
    if let Some(until) = arguments.until {
        bounds.horizon = until;
    }
    if let Some(steps) = arguments.steps {
        bounds.steps = Some(bounds.steps.map_or(steps, |limit| limit.min(steps)));
    }
    let endless =
        bounds.horizon.is_infinite() && bounds.steps.is_none() && model.run.stop_when.is_none();
    if endless {
        let message =
            "nothing ends this run: the model has no horizon. Give --until T or --steps N.";
        return Err(Failure::Because(Exit::Usage, message.to_owned()));
    }
    let samples = |every: f64| bounds.horizon / every;
    if bounds.horizon.is_finite() && model.run.sample_every.map_or(0.0, samples) > MAX_SAMPLES {
        let message = format!(
            "until {} a series would have more than {MAX_SAMPLES} samples",
            bounds.horizon
        );
        return Err(Failure::Because(Exit::Usage, message));
    }
    Ok(bounds)
}

fn exit(arguments: &Arguments, reason: StopReason) -> Exit {
    match reason {
        StopReason::Steps if arguments.steps.is_none() => Exit::Stopped,
        _ => Exit::of(reason),
    }
}

fn report(
    arguments: &Arguments,
    compiled: &Compiled,
    simulation: &Simulation,
    collector: Collector,
    end: End,
    setup_seconds: f64,
) -> Report {
    let (matcher, counts) = (simulation.matcher(), simulation.counts());
    let effort = matcher.effort();
    let wall_seconds = end.wall.as_secs_f64();
    let observations = collector.finish(end.time);
    Report {
        random_seed: arguments.replication.random_seed,
        replication: arguments.replication.replication,
        events: counts.events,
        effectless: counts.effectless,
        thinned: counts.thinned,
        time: end.time,
        stop_reason: end.reason.name(),
        setup_seconds,
        wall_seconds,
        events_per_second: counts.events as f64 / wall_seconds.max(1e-9),
        peak_rss_bytes: memory::peak_rss_bytes(),
        active_events: simulation.active_count(),
        nodes: matcher.graph().node_count(),
        edges: matcher.graph().edge_count(),
        search_steps: effort.search_steps,
        index_steps: effort.index_steps,
        fingerprint: format!("{:016x}", simulation.fingerprint()),
        truncation: truncation(simulation, compiled.model()),
        metrics: observations
            .metrics()
            .into_iter()
            .map(|(name, _, value)| (name, value))
            .collect(),
    }
}

/// How much faster or slower than what it simulates a run was, where the model's time is in seconds.
fn against_real_time(report: &Report, time_unit: &str) -> String {
    let times = report.time / report.wall_seconds.max(1e-9);
    match time_unit {
        "s" if report.time > 0.0 => format!(", {} times real time", significant(times, 3)),
        _ => String::new(),
    }
}

fn text(report: &Report, end: End, time_unit: &str) -> String {
    let megabytes = |bytes: u64| format!("{} MB", significant(bytes as f64 / 1e6, 3));
    let mut rows = vec![
        [
            "ended",
            &format!(
                "{}, at {} {time_unit}",
                end.reason,
                short(Some(report.time))
            ),
        ]
        .map(str::to_owned),
        ["events", &grouped(report.events)].map(str::to_owned),
    ];
    for (name, count) in [
        ("without effect", report.effectless),
        ("thinned", report.thinned),
    ] {
        if count > 0 {
            rows.push([name.to_owned(), grouped(count)]);
        }
    }
    let graph = format!(
        "{} nodes, {} edges",
        grouped(report.nodes as u64),
        grouped(report.edges as u64)
    );
    let speed = format!(
        "{} s for the steps ({} events/s{}), and {} s to make ready",
        significant(report.wall_seconds, 3),
        grouped(report.events_per_second as u64),
        against_real_time(report, time_unit),
        significant(report.setup_seconds, 3)
    );
    rows.extend([
        ["graph at the end".to_owned(), graph],
        [
            "active events".to_owned(),
            grouped(report.active_events as u64),
        ],
        ["wall time".to_owned(), speed],
        [
            "memory".to_owned(),
            report
                .peak_rss_bytes
                .map_or_else(|| "–".to_owned(), megabytes),
        ],
        ["fingerprint".to_owned(), report.fingerprint.clone()],
    ]);
    let width = rows.iter().map(|[name, _]| name.len()).max().unwrap_or(0);
    let mut text: String = rows
        .iter()
        .map(|[name, value]| format!("{name:<width$}  {value}\n"))
        .collect();
    if !report.metrics.is_empty() {
        let metrics = report
            .metrics
            .iter()
            .map(|(name, value)| [name.clone(), short(*value)]);
        text += "\n";
        text += &table(&metrics.collect::<Vec<_>>());
    }
    text
}
