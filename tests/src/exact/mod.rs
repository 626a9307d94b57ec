//! Models solved as Markov chains: the simulation agrees with them, and they with closed forms.

mod cases;
mod closed;

use std::sync::atomic::AtomicBool;

use kairos_sim::{draw::Randomness, start};
use kairos_solve::{
    Chain, Markov,
    values::{Metric, values},
};

use crate::{
    closed_form::{self, Case, Comparison, Engine, Moment},
    section::{Scale, Section},
};

pub use cases::{Chained, all};

/// A model as a chain.
pub struct Solved {
    markov: Markov,
    chain: Chain,
}

impl Solved {
    /// Solves a case.
    ///
    /// # Panics
    /// If it is no chain, or has too many states.
    #[must_use]
    pub fn new(case: &Case) -> Self {
        let halt = AtomicBool::new(false);
        let markov = Markov::new(closed_form::model(case))
            .unwrap_or_else(|why| panic!("{}: {}", case.name, why[0].message));
        let graph = start::build(markov.program(), &Randomness::new(0, 0)).expect("a start graph");
        let chain = markov.explore(graph, 20_000, &halt);
        let chain = chain.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        Solved { markov, chain }
    }

    /// The chain.
    #[must_use]
    pub fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Metrics from the model's warm-up to its horizon.
    #[must_use]
    pub fn until_horizon(&self) -> Vec<Metric> {
        let run = &self.markov.program().model.run;
        let horizon = run.horizon.expect("a case has a horizon");
        let solution = self.chain.until(run.warm_up, horizon).expect("few steps");
        values(self.markov.program(), &self.chain, &solution)
    }

    /// Metrics in the long run.
    #[must_use]
    pub fn in_the_long_run(&self) -> Vec<Metric> {
        let solution = self.chain.in_the_long_run().expect("a solution");
        values(self.markov.program(), &self.chain, &solution)
    }
}

/// The exact value of a metric.
///
/// # Panics
/// If it has none.
#[must_use]
pub fn of(metrics: &[Metric], name: &str) -> f64 {
    let metric = metrics.iter().find(|m| m.name == name);
    let metric = metric.unwrap_or_else(|| panic!("there is no metric {name}"));
    metric.value.unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// A case with its exact values as what is expected.
fn expecting(chained: &Chained) -> (Case, usize) {
    let solved = Solved::new(&chained.case);
    let metrics = solved.until_horizon();
    let expected = chained
        .metrics
        .iter()
        .map(|&name| (name, Moment::Mean(of(&metrics, name))));
    let case = Case {
        expected: expected.collect(),
        ..chained.case.clone()
    };
    (case, solved.chain.states())
}

/// Compares the shipped engine with exact values, in two stages.
#[must_use]
pub fn agree(scale: Scale) -> Section {
    let mut section = Section::new("Exact values of Markov chains");
    let mut figures = 0;
    for chained in all() {
        let (mut case, states) = expecting(&chained);
        case.replications *= scale.pick(1, 10);
        let tested = closed_form::test(&case, Engine::SHIPPED);
        figures += tested.first.len();
        section.note(format!("{}, {states} states:", case.name));
        let rows = tested.first.iter().map(Comparison::row);
        rows.for_each(|row| section.note(format!("  {row}")));
        let failed = tested.failed.iter().map(Comparison::row);
        section.faults.extend(failed);
    }
    for (name, wrong) in cases::wrong() {
        let (case, _) = expecting(&cases::named(name));
        let caught = !closed_form::test(&case, wrong).failed.is_empty();
        section.require(caught, || format!("{name}: a wrong engine is not caught"));
    }
    section.note(format!("{figures} figures"));
    section
}

/// Compares exact values with closed forms, to nine digits.
#[must_use]
pub fn closed_forms() -> Section {
    let mut section = Section::new("Chains against closed forms");
    for (name, solved, expected) in closed::all() {
        let off = (solved / expected - 1.0).abs();
        section.note(format!("{name:<60} {solved:.12}  off by {off:.0e}"));
        section.require(off < 1e-9, || format!("{name}: {solved}, not {expected}"));
    }
    section
}
