//! The rules of the GSMP, one by one, on models small enough to be followed by hand.

mod aggregate;
mod choices;
mod clocks;
mod degrees;
mod effects;
mod faults;
mod immediate;
mod memory;
mod observers;
mod searches;

use std::sync::Arc;

use kairos_model::{
    check::{Overrides, load_model},
    render::{Colour, render},
    source::MemoryFiles,
};
use kairos_rewrite::{
    error::RuntimeError, incremental::IncrementalMatcher, matcher::Matcher, program::Program,
};

use super::{Active, FiringOutcome, Progress, Simulation, Timers};
use crate::{draw::Randomness, schedule::CalendarSchedule, start};

type Sim = Simulation<IncrementalMatcher, CalendarSchedule>;

/// Types, rules and the rest of a model, as RON.
struct Source<'a> {
    types: &'a str,
    rules: &'a str,
    model: &'a str,
}

impl Source<'_> {
    fn program(&self) -> Arc<Program> {
        let rules = format!(
            "RuleSet(types: ({}), rules: {{ {} }})",
            self.types, self.rules
        );
        let model = format!("Model(rules: \"r.ron\", {})", self.model);
        let files = MemoryFiles([("r.ron".into(), rules), ("m.ron".into(), model)].into());
        let loaded = load_model(&files, "m.ron", &Overrides::default());
        let mistakes = render(&loaded.sources, &loaded.diagnostics, Colour::Never);
        Arc::new(Program::compile(
            loaded.value.unwrap_or_else(|| panic!("{mistakes}")),
        ))
    }

    fn replication(&self, replication: u64) -> Result<Sim, Box<RuntimeError>> {
        let program = self.program();
        let randomness = Randomness::new(7, replication);
        let graph = start::build(&program, &randomness)?;
        Sim::new(&program, &Timers::new(&program), randomness, graph)
    }

    fn sim(&self) -> Sim {
        self.replication(0).unwrap()
    }
}

/// Fires the event of a rule at a match, now.
fn fire(sim: &mut Sim, rule: &str, matched: &[u64]) -> FiringOutcome {
    let due = sim
        .event(rule, matched)
        .unwrap_or_else(|| panic!("`{rule}` is not active at {matched:?}"));
    outcome(sim.fire(due, &mut ()).unwrap(), sim)
}

/// Fires it when its clock runs out.
fn fire_when_due(sim: &mut Sim, rule: &str, matched: &[u64]) {
    let due = sim
        .event(rule, matched)
        .unwrap_or_else(|| panic!("`{rule}` is not active at {matched:?}"));
    outcome(sim.fire_when_due(due, &mut ()).unwrap(), sim);
}

fn outcome(progress: Progress, sim: &Sim) -> FiringOutcome {
    sim.check_invariants();
    match progress {
        Progress::Fired { outcome, .. } => outcome,
        Progress::Stopped(reason) => panic!("stopped: {reason}"),
    }
}

/// Steps once; the name of the rule that fired.
fn step(sim: &mut Sim) -> String {
    let Progress::Fired { rule, .. } = sim.step(f64::INFINITY, &mut ()).unwrap() else {
        panic!("nothing fires")
    };
    sim.check_invariants();
    sim.matcher().program().model.rule(rule).name.clone()
}

/// The clock of a rule at a match; of an aggregate clock with no match at all.
fn clock(sim: &Sim, rule: &str, matched: &[u64]) -> Option<Active> {
    let id = sim.matcher().program().model.rule_named(rule).unwrap();
    sim.active_events()
        .into_iter()
        .find(|a| a.rule == id && a.matched == matched)
}

/// When an active event is due.
fn time(sim: &Sim, rule: &str, matched: &[u64]) -> f64 {
    clock(sim, rule, matched)
        .unwrap_or_else(|| panic!("`{rule}` is not active at {matched:?}"))
        .time
}

/// Whether two times are the same up to rounding.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs())
}
