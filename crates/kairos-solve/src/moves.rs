//! What can happen next in one state, and how fast or how likely.

use kairos_model::{
    probe::{ProbeId, ProbeKind},
    rule::{Pick, RuleId},
    timer::Family,
    types::Value,
};
use kairos_rewrite::{
    binding::{Binding, Slot},
    effects::Change,
    error::{Fault, Outcome, RuntimeError},
    graph::HostGraph,
    matcher::{Extensions, Firing, Matcher},
    naive::NaiveMatcher,
    program::Program,
};

use crate::{draws::Script, markov::Markov};

/// What happens at a state's end, or the moment it is entered.
#[derive(Debug)]
pub(crate) struct Move {
    /// A rate; of immediate moves a probability.
    pub(crate) weight: f64,
    /// The graph after it; `None`: the same, for it has no effect.
    pub(crate) to: Option<HostGraph>,
    /// What it adds to which counters.
    pub(crate) gains: Vec<(usize, f64)>,
}

/// All that can happen next.
#[derive(Debug)]
pub(crate) enum Moves {
    /// After a time: with rates.
    Timed(Vec<Move>),
    /// At once: with probabilities.
    Immediate(Vec<Move>),
}

/// Where firings and tallies are counted.
#[derive(Clone, Debug)]
pub(crate) struct Counters {
    rules: usize,
    tallies: Vec<ProbeId>,
}

impl Counters {
    pub(crate) fn new(program: &Program) -> Self {
        let model = &program.model;
        let ids = (0..).map(ProbeId).zip(&model.probes);
        let tallies = ids.filter(|(_, p)| matches!(p.kind, ProbeKind::Tally { .. }));
        Counters {
            rules: model.rules.len(),
            tallies: tallies.map(|(id, _)| id).collect(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        2 * (self.rules + self.tallies.len())
    }

    /// Of applications of a rule.
    pub(crate) fn applied(rule: RuleId) -> usize {
        2 * rule.index()
    }

    /// Of its firings without effect.
    pub(crate) fn effectless(rule: RuleId) -> usize {
        2 * rule.index() + 1
    }

    /// Of tallied values; of their sum one further.
    pub(crate) fn tallied(&self, probe: ProbeId) -> usize {
        let position = self.tallies.iter().position(|&t| t == probe);
        2 * (self.rules + position.expect("a tally has its counters"))
    }
}

/// A firing before its choices are made: rule and bound match, with its rate or weight.
struct Event {
    rule: RuleId,
    slots: Vec<Slot>,
    weight: f64,
}

/// Finds the moves of one state.
pub(crate) struct Mover<'a> {
    markov: &'a Markov,
    counters: &'a Counters,
    matcher: &'a NaiveMatcher,
    change: Change,
    moves: Vec<Move>,
}

impl<'a> Mover<'a> {
    pub(crate) fn new(
        markov: &'a Markov,
        counters: &'a Counters,
        matcher: &'a NaiveMatcher,
    ) -> Self {
        Mover {
            markov,
            counters,
            matcher,
            change: Change::default(),
            moves: Vec::new(),
        }
    }

    fn program(&self) -> &'a Program {
        &self.markov.program
    }

    /// What can happen next: immediate events of the highest priority that has any weight, or else all timed ones.
    pub(crate) fn moves(mut self) -> Outcome<Moves> {
        let (mut timed, mut immediate) = (Vec::new(), Vec::new());
        for event in self.matcher.events() {
            let (rule, slots) = (event.rule, self.matcher.matched(event).to_vec());
            match self.priority(rule, &slots)? {
                Some((priority, weight)) if weight > 0.0 => {
                    immediate.push((
                        priority,
                        Event {
                            rule,
                            slots,
                            weight,
                        },
                    ));
                }
                Some(_) => {}
                None => {
                    let weight = self.rate(rule, &slots)?;
                    timed.push(Event {
                        rule,
                        slots,
                        weight,
                    });
                }
            }
        }
        let Some(first) = immediate.iter().map(|(priority, _)| *priority).max() else {
            for event in timed.iter().filter(|e| e.weight > 0.0) {
                self.fire(event)?;
            }
            return Ok(Moves::Timed(self.moves));
        };
        immediate.retain(|(priority, _)| *priority == first);
        let total: f64 = immediate.iter().map(|(_, event)| event.weight).sum();
        for (_, mut event) in immediate {
            event.weight /= total;
            self.fire(&event)?;
        }
        Ok(Moves::Immediate(self.moves))
    }

    fn bound(&self, rule: RuleId, slots: &[Slot]) -> Binding {
        let rule = self.program().model.rule(rule);
        let bound = Binding::new(rule.scope.elements.len());
        let matched = rule.lhs.elements.iter().zip(slots);
        matched.for_each(|(&var, &slot)| bound.set(var, slot));
        bound
    }

    /// Priority and weight of an immediate event.
    fn priority(&self, rule: RuleId, slots: &[Slot]) -> Outcome<Option<(i64, f64)>> {
        let law = &self.program().model.timers[rule.index()].law;
        if law.family != Family::Immediate {
            return Ok(None);
        }
        let bound = self.bound(rule, slots);
        let value = |position: usize| self.matcher.value(&law.parameters[position], &bound, 0.0);
        let (Value::Int(priority), Value::Real(weight)) = (value(0)?, value(1)?) else {
            unreachable!("check types priority and weight")
        };
        if weight < 0.0 {
            return Err(self.fault(rule, Fault::NegativeWeight(weight)));
        }
        Ok(Some((priority, weight)))
    }

    /// The rate of a timed event.
    fn rate(&self, rule: RuleId, slots: &[Slot]) -> Outcome<f64> {
        let law = &self.program().model.timers[rule.index()].law;
        let bound = self.bound(rule, slots);
        let Value::Real(value) = self.matcher.value(&law.parameters[0], &bound, 0.0)? else {
            unreachable!("check types rates and means as Real")
        };
        let (parameter, rate, fits) = match law.family {
            Family::ExponentialMean => ("mean", 1.0 / value, value > 0.0),
            _ => ("rate", value, value >= 0.0),
        };
        if fits && rate.is_finite() {
            return Ok(rate);
        }
        let requirement = "finite, positive as a mean and not negative as a rate";
        let law = "Exponential";
        Err(self.fault(
            rule,
            Fault::Domain {
                law,
                parameter,
                value,
                requirement,
            },
        ))
    }

    fn fault(&self, rule: RuleId, fault: Fault) -> Box<RuntimeError> {
        let name = self.program().model.rule(rule).name.clone();
        Box::new(RuntimeError {
            rule: Some((rule, name)),
            ..RuntimeError::new(fault, 0.0)
        })
    }

    fn fire(&mut self, event: &Event) -> Outcome<()> {
        let bound = self.bound(event.rule, &event.slots);
        self.choose(event.rule, 0, &bound, event.weight)
    }

    /// Goes through all ways to make the picks from a step on, and applies the rule after the last.
    fn choose(&mut self, id: RuleId, step: usize, bound: &Binding, weight: f64) -> Outcome<()> {
        let rule = self.program().model.rule(id);
        let Some(choice) = rule.choose.get(step) else {
            for condition in &rule.then {
                if self.matcher.value(condition, bound, 0.0)? != Value::Bool(true) {
                    self.effectless(id, weight);
                    return Ok(());
                }
            }
            return self.apply(id, bound, weight);
        };
        let mut found = Extensions::default();
        match choice.pick {
            Pick::Max(_) | Pick::Min(_) => self.matcher.best(id, step, bound, &mut found)?,
            _ => self.matcher.extensions(id, step, bound, &mut found)?,
        }
        let bind = |position: usize| {
            let picked = choice.pattern.elements.iter().zip(found.get(position));
            picked.for_each(|(&var, &slot)| bound.set(var, slot));
        };
        let mut shares = vec![1.0; found.len()];
        if let Pick::Weighted(formula) = &choice.pick {
            for (position, share) in shares.iter_mut().enumerate() {
                bind(position);
                let Value::Real(value) = self.matcher.value(formula, bound, 0.0)? else {
                    unreachable!("check types weights as Real")
                };
                if value < 0.0 {
                    return Err(self.fault(id, Fault::NegativeWeight(value)));
                }
                *share = value;
            }
        }
        let total: f64 = shares.iter().sum();
        if total <= 0.0 {
            self.effectless(id, weight);
            return Ok(());
        }
        for (position, share) in shares.into_iter().enumerate() {
            if share > 0.0 {
                bind(position);
                self.choose(id, step + 1, bound, weight * share / total)?;
            }
        }
        Ok(())
    }

    fn effectless(&mut self, rule: RuleId, weight: f64) {
        self.moves.push(Move {
            weight,
            to: None,
            gains: vec![(Counters::effectless(rule), 1.0)],
        });
    }

    /// Applies a rule, in every way in which its draws can come out.
    fn apply(&mut self, rule: RuleId, bound: &Binding, weight: f64) -> Outcome<()> {
        let mut gains = vec![(Counters::applied(rule), 1.0)];
        self.tally(rule, bound, &mut gains)?;
        let firing = Firing {
            rule,
            bound,
            now: 0.0,
        };
        let mut script = Script::default();
        loop {
            self.change.plan(self.matcher, &firing, &mut script)?;
            let mut graph = self.matcher.graph().clone();
            self.change.commit(&mut graph, bound);
            graph.begin_step();
            self.moves.push(Move {
                weight: weight * script.probability(),
                to: Some(graph),
                gains: gains.clone(),
            });
            if !script.turn() {
                return Ok(());
            }
        }
    }

    /// What probes tally at a firing; those that read the time are left out.
    fn tally(&self, rule: RuleId, bound: &Binding, gains: &mut Vec<(usize, f64)>) -> Outcome<()> {
        for (id, probe) in (0..).map(ProbeId).zip(&self.program().model.probes) {
            let ProbeKind::Tally { on, value, when } = &probe.kind else {
                continue;
            };
            if *on != rule || crate::values::reads_time(&probe.kind) {
                continue;
            }
            if let Some(when) = when
                && self.matcher.value(when, bound, 0.0)? != Value::Bool(true)
            {
                continue;
            }
            let Value::Real(value) = self.matcher.value(value, bound, 0.0)? else {
                unreachable!("check types tallied values as Real")
            };
            let counter = self.counters.tallied(id);
            gains.extend([(counter, 1.0), (counter + 1, value)]);
        }
        Ok(())
    }
}
