//! Observations of trajectories that are written down by hand, and of simulated ones beside a slow twin.

mod durations;
mod firings;
mod levels;
mod twin;
mod windows;

use std::sync::Arc;

use kairos_model::{
    check::{Overrides, load_model},
    probe::{MetricRef, ProbeId},
    render::{Colour, render},
    source::MemoryFiles,
    timer::Family,
    types::Value,
};
use kairos_rewrite::{
    binding::{Binding, Slot},
    error::{Fault, Outcome},
    incremental::IncrementalMatcher,
    matcher::{Cause, Firing as Application, Matcher},
    program::Program,
};

use super::{Collector, Observations, Observed, Wanted};
use crate::{
    draw::{Name, Randomness},
    engine::{Firing, FiringOutcome, Observer},
    start,
};

/// A model of `rules` (a rule set) and `model` (its fields but the rule set).
fn program(rules: &str, model: &str) -> Arc<Program> {
    let model = format!("Model(rules: \"r.ron\", {model})");
    let files = MemoryFiles([("r.ron".into(), rules.into()), ("m.ron".into(), model)].into());
    let loaded = load_model(&files, "m.ron", &Overrides::default());
    let mistakes = render(&loaded.sources, &loaded.diagnostics, Colour::Never);
    let model = loaded.value.unwrap_or_else(|| panic!("{mistakes}"));
    Arc::new(Program::compile(model))
}

fn metrics(program: &Program, names: &[&str]) -> Wanted {
    let parse = |name: &&str| MetricRef::parse(name, &program.model.probes).unwrap();
    Wanted::Metrics(names.iter().map(parse).collect())
}

/// A trajectory whose firings the test writes down.
struct Script {
    program: Arc<Program>,
    matcher: IncrementalMatcher,
    collector: Collector,
    step: u64,
}

impl Script {
    fn new(program: &Arc<Program>, wanted: Wanted) -> Self {
        Self::watched_by(Collector::new(program, wanted), program)
    }

    fn watched_by(mut collector: Collector, program: &Arc<Program>) -> Self {
        let graph = start::build(program, &Randomness::new(1, 0)).unwrap();
        let matcher = IncrementalMatcher::start(program, graph).unwrap();
        collector.begin(&matcher);
        Script {
            program: Arc::clone(program),
            matcher,
            collector,
            step: 0,
        }
    }

    /// Applies a rule to the elements with these numbers: those of the left-hand side, then the chosen ones.
    fn fire(&mut self, time: f64, rule: &str, elements: &[u64]) -> &mut Self {
        self.try_fire(time, rule, elements).unwrap();
        self
    }

    fn try_fire(&mut self, time: f64, rule: &str, elements: &[u64]) -> Outcome<()> {
        let bound = self.bind(rule, elements);
        let firing = self.firing(time, rule, &bound);
        self.collector.before(&self.matcher, &firing)?;
        let application = Application {
            rule: firing.rule,
            bound: &bound,
            now: time,
        };
        let first = self.matcher.graph().next_number();
        self.matcher.apply(application, &mut NoDraws)?;
        self.matcher.check_invariants();
        let outcome = FiringOutcome::Applied(first..self.matcher.graph().next_number());
        self.collector.after(&self.matcher, &firing, &outcome);
        self.step += 1;
        Ok(())
    }

    /// A firing that is not applied.
    fn idle(&mut self, time: f64, rule: &str, outcome: FiringOutcome) -> &mut Self {
        let bound = Binding::new(9);
        let firing = self.firing(time, rule, &bound);
        self.collector.after(&self.matcher, &firing, &outcome);
        self.step += 1;
        self
    }

    fn firing<'b>(&self, time: f64, rule: &str, bound: &'b Binding) -> Firing<'b> {
        Firing {
            step: self.step,
            time,
            rule: self.program.model.rule_named(rule).unwrap(),
            name: Name(self.step),
            bound,
        }
    }

    fn bind(&self, rule: &str, elements: &[u64]) -> Binding {
        let rule = self
            .program
            .model
            .rule(self.program.model.rule_named(rule).unwrap());
        let graph = self.matcher.graph();
        let bound = Binding::new(rule.scope.elements.len());
        let chosen = rule.choose.iter().flat_map(|c| &c.pattern.elements);
        let vars: Vec<_> = rule.lhs.elements.iter().chain(chosen).copied().collect();
        assert_eq!(vars.len(), elements.len(), "elements of `{}`", rule.name);
        for (var, &number) in vars.into_iter().zip(elements) {
            let node = |s: &Slot| graph.node_number(*s) == number;
            let edge = |s: &Slot| graph.edge_number(*s) == number;
            let slot = if rule.scope.is_node(var) {
                graph.nodes().find(node)
            } else {
                graph.edges().find(edge)
            };
            bound.set(var, slot.unwrap_or_else(|| panic!("no element {number}")));
        }
        bound
    }

    fn finish(self, end: f64) -> Observations {
        self.collector.finish(end)
    }
}

/// Names nobody reads, and no draws.
struct NoDraws;

impl Cause for NoDraws {
    fn name(&mut self, position: u32, _: &[u64]) -> u64 {
        u64::from(position)
    }

    fn draw(&mut self, _: Family, _: &[Value], _: u32, _: &[u64]) -> Result<Value, Fault> {
        unreachable!("the rules of these tests draw nothing")
    }
}

impl Observations {
    /// The metric of a name.
    fn at(&self, name: &str) -> Option<f64> {
        self.metric(&MetricRef::parse(name, &self.program.model.probes).unwrap())
    }

    fn probe_named(&self, name: &str) -> &Observed {
        let position = self
            .program
            .model
            .probes
            .iter()
            .position(|p| p.name == name);
        let id = ProbeId(u16::try_from(position.unwrap()).unwrap());
        self.probe(id).unwrap()
    }
}
