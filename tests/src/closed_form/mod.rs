//! Compares simulated moments with values that theory gives.

use std::sync::{Arc, atomic::AtomicBool};

use kairos::{
    load,
    model::{check::Overrides, model::Model},
    trajectory::{self, Bounds, End},
};
use kairos_model::source::MemoryFiles;
use kairos_rewrite::{incremental::IncrementalMatcher, matcher::Matcher, program::Program};
use kairos_sim::{
    draw::Randomness,
    engine::{Observer, Simulation, Timers},
    observe::{Collector, Wanted},
    schedule::{CalendarSchedule, Schedule},
    start,
};
use kairos_stats::StudentT;

use crate::two_stage::{self, Stage};

mod delays;
mod families;
mod populations;
mod queues;
mod races;
mod renewals;

pub use families::{FAMILIES, all, named};

/// What is compared of a metric.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// Its mean over replications.
    Mean(f64),
    /// Its variance over replications, where the mean is known.
    Variance {
        /// The mean.
        mean: f64,
        /// The variance.
        variance: f64,
    },
}

/// A model whose metrics theory knows.
#[derive(Clone, Debug)]
pub struct Case {
    /// As a failure names it.
    pub name: &'static str,
    /// The rule set without `RuleSet(…)`.
    pub rules: String,
    /// The model without `Model(…)` and the name of its rule set.
    pub model: String,
    /// How many replications in the first stage.
    pub replications: u64,
    /// Metrics and what they should come to.
    pub expected: Vec<(&'static str, Moment)>,
}

/// Metrics of a replication, by name.
pub type Metrics = Vec<(String, Option<f64>)>;

/// An engine under test: what it makes of a model, and how it runs it.
#[derive(Clone, Copy, Debug)]
pub struct Engine {
    /// What it does to a model before it is compiled; a right one does nothing.
    pub alter: fn(&mut Model),
    /// How it runs a replication.
    pub run: fn(&Arc<Program>, &Arc<Timers>, Randomness) -> Metrics,
}

impl Engine {
    /// The engine that is shipped.
    pub const SHIPPED: Engine = Engine::of::<IncrementalMatcher, CalendarSchedule>();

    /// The engine of a matcher and a schedule.
    #[must_use]
    pub const fn of<M: Matcher, S: Schedule + Default>() -> Self {
        Engine {
            alter: |_| {},
            run: run::<M, S>,
        }
    }

    /// The shipped engine, on models that were altered.
    #[must_use]
    pub const fn altering(alter: fn(&mut Model)) -> Self {
        Engine {
            alter,
            ..Engine::SHIPPED
        }
    }
}

/// How far a metric is from what theory says.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// Model and metric.
    pub name: String,
    /// What theory says.
    pub exact: f64,
    /// What was simulated.
    pub estimate: f64,
    /// The difference in standard errors.
    pub t: f64,
    /// The two-sided probability of so large a difference.
    pub p: f64,
}

impl Comparison {
    /// A line of the report.
    #[must_use]
    pub fn row(&self) -> String {
        format!(
            "{:<66} exact {:>10.5}  simulated {:>10.5}  t {:>6.2}",
            self.name, self.exact, self.estimate, self.t
        )
    }
}

/// What a two-stage test of a case found.
#[derive(Clone, Debug)]
pub struct Tested {
    /// The comparisons of the first stage.
    pub first: Vec<Comparison>,
    /// Those of the second stage that failed both.
    pub failed: Vec<Comparison>,
}

/// Tests an engine on a case in two stages.
///
/// # Panics
/// If the model has mistakes, a run fails or a metric is undefined.
#[must_use]
pub fn test(case: &Case, engine: Engine) -> Tested {
    let (mut first, mut last) = (Vec::new(), Vec::new());
    let failing = two_stage::failing(|stage| {
        last = compare(case, engine, stage);
        if stage == Stage::ONE {
            first.clone_from(&last);
        }
        last.iter().map(|c| c.p).collect()
    });
    let failed = failing.into_iter().map(|at| last[at].clone()).collect();
    Tested { first, failed }
}

fn compare(case: &Case, engine: Engine, stage: Stage) -> Vec<Comparison> {
    let values = simulate(case, engine, stage);
    let of_metric = |(at, (metric, moment)): (usize, &(&str, Moment))| {
        let sample: Vec<f64> = values.iter().map(|replication| replication[at]).collect();
        let (what, exact, sample) = match *moment {
            Moment::Mean(exact) => ("mean", exact, sample),
            Moment::Variance { mean, variance } => {
                let squares = sample.iter().map(|x| (x - mean) * (x - mean));
                ("variance", variance, squares.collect())
            }
        };
        comparison(format!("{}: {what} of {metric}", case.name), exact, &sample)
    };
    case.expected.iter().enumerate().map(of_metric).collect()
}

fn simulate(case: &Case, engine: Engine, stage: Stage) -> Vec<Vec<f64>> {
    let mut model = model(case);
    (engine.alter)(&mut model);
    let program = Arc::new(Program::compile(model));
    let timers = Timers::new(&program);
    let replicate = |replication| {
        let randomness = Randomness::new(stage.random_seed, replication);
        let metrics = (engine.run)(&program, &timers, randomness);
        let value = |name: &str| {
            let found = metrics.iter().find(|m| m.0 == name);
            found.and_then(|m| m.1).unwrap_or(f64::NAN)
        };
        case.expected
            .iter()
            .map(|(metric, _)| value(metric))
            .collect()
    };
    (0..case.replications * stage.times)
        .map(replicate)
        .collect()
}

/// The model of a case.
///
/// # Panics
/// If it has mistakes.
pub(crate) fn model(case: &Case) -> Model {
    let files = [
        ("rules.ron", format!("RuleSet({})", case.rules)),
        (
            "model.ron",
            format!("Model(rules: \"rules.ron\", {})", case.model),
        ),
        ("table.csv", "k,m\n1,0.5\n2,1.5\n".to_owned()),
    ];
    let files = MemoryFiles(files.map(|(path, text)| (path.to_owned(), text)).into());
    load::model(&files, "model.ron", &Overrides::default())
        .unwrap_or_else(|mistakes| panic!("{}: {mistakes}", case.name))
        .value
}

fn run<M: Matcher, S: Schedule + Default>(
    program: &Arc<Program>,
    timers: &Arc<Timers>,
    randomness: Randomness,
) -> Metrics {
    let mut collector = Collector::new(program, Wanted::All);
    let end = watch::<M, S, _>(program, timers, randomness, &mut collector);
    let metrics = collector.finish(end.time).metrics();
    metrics.into_iter().map(|m| (m.0, m.2)).collect()
}

/// Runs a replication to its end under the eyes of an observer.
///
/// # Panics
/// If the run fails.
pub fn watch<M: Matcher, S: Schedule + Default, O: Observer<M>>(
    program: &Arc<Program>,
    timers: &Arc<Timers>,
    randomness: Randomness,
    observer: &mut O,
) -> End {
    let halt = AtomicBool::new(false);
    start::build(program, &randomness)
        .and_then(|graph| Simulation::<M, S>::new(program, timers, randomness, graph))
        .and_then(|mut simulation| {
            let bounds = Bounds::of(&program.model, &halt);
            trajectory::run(&mut simulation, bounds, observer)
        })
        .unwrap_or_else(|error| panic!("a run of a closed form fails: {error}"))
}

/// Student's test of a mean.
fn comparison(name: String, exact: f64, sample: &[f64]) -> Comparison {
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 replications")]
    let n = sample.len() as f64;
    let estimate = sample.iter().sum::<f64>() / n;
    let squares: f64 = sample.iter().map(|x| (x - estimate) * (x - estimate)).sum();
    let t = (estimate - exact) / (squares / (n - 1.0) / n).sqrt();
    Comparison {
        name,
        exact,
        estimate,
        t,
        p: StudentT::new(n - 1.0).two_sided(t),
    }
}

/// The integral of a function over an interval, by Simpson's rule on 20,000 pieces.
fn integral(f: impl Fn(f64) -> f64, from: f64, to: f64) -> f64 {
    const PIECES: u32 = 20_000;
    let width = (to - from) / f64::from(PIECES);
    let weight = |i: u32| match i {
        0 | PIECES => 1.0,
        _ if i % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=PIECES)
        .map(|i| weight(i) * f(from + f64::from(i) * width))
        .sum::<f64>()
        * width
        / 3.0
}
