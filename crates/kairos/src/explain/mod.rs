//! Why nothing fires: every rule in one state of a replication, with what stops those that have no match.

mod text;
mod words;

use std::{collections::BTreeMap, sync::atomic::AtomicBool};

use kairos_model::{
    expr::{ExprKind, Formula},
    rule::RuleId,
    types::Value,
};
use kairos_rewrite::{
    error::Outcome,
    explain::{self, Evidence, Explainer, Obstacle, Placed},
    matcher::Matcher,
};
use kairos_sim::{
    draw::Randomness,
    engine::{Active, Due, StopReason},
    start,
};
use serde::{Serialize, Serializer};

use crate::{
    simulate::{Compiled, Simulation},
    trajectory::{self, Bounds},
};
use words::Words;

pub use text::text;

/// So many matches of a rule are asked what their choice would find.
const CHOICES: usize = 100;

/// What is to be explained.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which replication.
    pub randomness: Randomness,
    /// The state after all events up to this time; absent: the start graph.
    pub at: Option<f64>,
    /// One rule, or all of them.
    pub rule: Option<RuleId>,
}

/// A state, and what its rules do in it.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// When.
    pub time: f64,
    /// The unit of time.
    pub time_unit: String,
    /// Steps made so far.
    pub steps: u64,
    /// Why the run ended before the time asked for, where it did; as JSON by its short name, `deadlock`.
    #[serde(serialize_with = "short_name")]
    pub ended: Option<StopReason>,
    /// The rules asked for, in the order of their names.
    pub rules: Vec<RuleState>,
}

fn short_name<S: Serializer>(reason: &Option<StopReason>, to: S) -> Result<S::Ok, S::Error> {
    reason.map(StopReason::name).serialize(to)
}

/// A rule in a state.
#[derive(Clone, Debug, Serialize)]
pub struct RuleState {
    /// Its name.
    pub rule: String,
    /// What it does.
    #[serde(flatten)]
    pub state: State,
}

/// What a rule does in a state.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// It is not meant to fire.
    SwitchedOff {
        /// The condition that is false by the values of parameters; absent where its timer is `Never`.
        condition: Option<String>,
    },
    /// It has matches.
    Active {
        /// How many; absent for an aggregate clock, whose matches are not counted one by one.
        matches: Option<usize>,
        /// When the first of their clocks runs out; absent where none ever does.
        next: Option<f64>,
        /// Matches for which the choice finds nothing, as far as they were looked at, and why for the first of them.
        choiceless: Option<Choiceless>,
    },
    /// It has no match.
    Stopped {
        /// What stops it.
        why: Why,
    },
}

/// Matches whose event would have no effect now.
#[derive(Clone, Debug, Serialize)]
pub struct Choiceless {
    /// How many.
    pub matches: usize,
    /// Of so many that were looked at.
    pub of: usize,
    /// What stops the choice of the first one.
    pub why: Why,
}

/// How far a pattern comes.
#[derive(Clone, Debug, Serialize)]
pub struct Why {
    /// Ways to place its nodes and edges, whatever the conditions say.
    pub embeddings: u64,
    /// Whether all of them were looked at.
    pub complete: bool,
    /// Where it stops; absent where nothing stops it.
    pub stop: Option<Stop>,
}

/// Where a pattern stops.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Stop {
    /// At a node or an edge.
    Element {
        /// What could be placed.
        placed: Vec<Element>,
        /// What has no place then, as the rule writes it.
        missing: String,
        /// More about it.
        because: String,
    },
    /// At conditions.
    Conditions {
        /// Each that fails somewhere.
        failures: Vec<Failures>,
        /// The embeddings of which fewest conditions fail.
        nearest: Vec<NearMiss>,
    },
}

/// An element of the rule's text, and what stands for it.
#[derive(Clone, Debug, Serialize)]
pub struct Element {
    /// The rule's name for it; absent where it has none.
    pub variable: Option<String>,
    /// Whether it is an edge.
    pub edge: bool,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its number.
    pub number: u64,
    /// What the start graph calls it, if it was there and has a name.
    pub name: Option<String>,
}

/// How often a condition fails.
#[derive(Clone, Debug, Serialize)]
pub struct Failures {
    /// The condition.
    pub condition: String,
    /// In so many embeddings.
    pub fails: u64,
    /// In so many of them nothing else fails.
    pub alone: u64,
}

/// An embedding that is no match.
#[derive(Clone, Debug, Serialize)]
pub struct NearMiss {
    /// The embedding.
    pub placed: Vec<Element>,
    /// The conditions that fail.
    pub failing: Vec<Failing>,
}

/// A condition that fails.
#[derive(Clone, Debug, Serialize)]
pub struct Failing {
    /// The condition.
    pub condition: String,
    /// Why it has no truth value, where it has none.
    pub fault: Option<String>,
    /// The values that it reads: what, and its value.
    pub values: Vec<(String, String)>,
    /// Sub-patterns that it asks for and that are there.
    pub found: Vec<Found>,
    /// Sub-patterns that it asks for and that are not there.
    pub missing: Vec<Missing>,
}

/// A sub-pattern that is there.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Its text.
    pub pattern: String,
    /// In so many ways.
    pub count: u64,
    /// One of them.
    pub placed: Vec<Element>,
}

/// A sub-pattern that is not there.
#[derive(Clone, Debug, Serialize)]
pub struct Missing {
    /// Its text.
    pub pattern: String,
    /// What stops it.
    pub why: Why,
}

/// Runs a replication up to the time asked for, and explains its rules there.
///
/// # Errors
/// A fault of the model.
///
/// # Example
/// ```
/// use std::sync::atomic::AtomicBool;
/// use kairos::{explain::{Question, explain, text}, load, simulate::Compiled};
/// use kairos::model::{check::Overrides, source::MemoryFiles};
/// use kairos::sim::draw::Randomness;
///
/// let rules = r#"RuleSet(
///     types: (nodes: { "Atom": (attributes: { "hot": Bool(false) }) }),
///     rules: { "decay": (match: "(a:Atom)", where: "a.hot", delete: ["a"]) },
/// )"#;
/// let model = r#"Model(rules: "rules.ron", start: [Create("(cold:Atom)")], timers: { "decay": Exponential(rate: 0.5) }, horizon: 1.0)"#;
/// let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
/// let compiled = Compiled::new(load::model(&files, "model.ron", &Overrides::default())?.value);
///
/// let question = Question { randomness: Randomness::new(0, 0), at: None, rule: None };
/// let said = text(&explain(&compiled, question, &AtomicBool::new(false))?);
/// assert!(said.contains("`decay` has no match") && said.contains("with a.hot = FALSE"), "{said}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn explain(compiled: &Compiled, question: Question, halt: &AtomicBool) -> Outcome<Explanation> {
    let mut simulation = compiled.start(question.randomness)?;
    let labels = start::labels(compiled.program(), simulation.matcher().graph());
    let mut ended = None;
    if let Some(at) = question.at {
        let bounds = Bounds {
            horizon: at,
            ..Bounds::of(compiled.model(), halt)
        };
        let end = trajectory::run(&mut simulation, bounds, &mut ())?;
        ended = Some(end.reason).filter(|reason| *reason != StopReason::Horizon);
    }
    let time = match ended {
        None => question.at.unwrap_or(0.0),
        Some(_) => simulation.time(),
    };
    let state = Explained {
        compiled,
        simulation: &simulation,
        explainer: Explainer::new(compiled.program(), simulation.matcher().graph()),
        active: simulation.active_events(),
        labels,
    };
    let all = (0..).map(RuleId).take(compiled.model().rules.len());
    let asked = all.filter(|&id| question.rule.is_none_or(|rule| rule == id));
    Ok(Explanation {
        time,
        time_unit: compiled.model().run.time_unit.clone(),
        steps: simulation.counts().steps(),
        ended,
        rules: asked.map(|id| state.rule(id)).collect(),
    })
}

/// A state, and whom to ask about it.
struct Explained<'s> {
    compiled: &'s Compiled,
    simulation: &'s Simulation,
    explainer: Explainer<'s>,
    active: Vec<Active>,
    labels: BTreeMap<u64, String>,
}

impl<'s> Explained<'s> {
    fn rule(&self, id: RuleId) -> RuleState {
        RuleState {
            rule: self.compiled.model().rule(id).name.clone(),
            state: self.state(id),
        }
    }

    fn state(&self, id: RuleId) -> State {
        if self.compiled.program().is_switched_off(id) {
            return State::SwitchedOff { condition: None };
        }
        let mut guard = self.compiled.model().rule(id).lhs.conditions.iter();
        let is_false = |c: &&Formula| matches!(c.expr.kind, ExprKind::Constant(Value::Bool(false)));
        if let Some(condition) = guard.find(is_false) {
            return State::SwitchedOff {
                condition: Some(self.words(id).condition(condition)),
            };
        }
        let active: Vec<&Active> = self.active.iter().filter(|a| a.rule == id).collect();
        let is_aggregate = active.iter().any(|a| matches!(a.due, Due::Aggregate(_)));
        let times = active.iter().map(|a| match a.priority {
            Some(_) => self.simulation.time(),
            None => a.time,
        });
        let next = times.min_by(f64::total_cmp).filter(|time| time.is_finite());
        // An aggregate clock is there whether its rule has a match or not.
        if active.is_empty() || (is_aggregate && next.is_none()) {
            let why = self.explainer.rule(id);
            if why.matches == 0 {
                return State::Stopped {
                    why: self.words(id).why(&why),
                };
            }
        }
        State::Active {
            matches: (!is_aggregate).then_some(active.len()),
            next,
            choiceless: self.choiceless(id, &active),
        }
    }

    /// The matches for which the first step of the choice finds nothing.
    fn choiceless(&self, id: RuleId, active: &[&Active]) -> Option<Choiceless> {
        let matcher = self.simulation.matcher();
        let mut first = None;
        let (mut matches, mut of) = (0, 0);
        for active in active.iter().take(CHOICES) {
            let Due::Event(event) = active.due else {
                continue;
            };
            let choice = self.explainer.choice(id, &matcher.matched(event))?;
            if !choice.is_complete {
                break;
            }
            of += 1;
            if choice.matches == 0 {
                matches += 1;
                first.get_or_insert_with(|| self.words(id).why(&choice));
            }
        }
        Some(Choiceless {
            matches,
            of,
            why: first?,
        })
    }

    fn words(&self, rule: RuleId) -> Words<'_> {
        Words {
            model: self.compiled.model(),
            graph: self.explainer.graph(),
            scope: &self.compiled.model().rule(rule).scope,
            labels: &self.labels,
        }
    }
}

impl Words<'_> {
    fn why(&self, explained: &explain::Explanation<'_>) -> Why {
        Why {
            embeddings: explained.embeddings,
            complete: explained.is_complete,
            stop: explained.obstacle.as_ref().map(|o| self.stop(o)),
        }
    }

    fn stop(&self, obstacle: &Obstacle<'_>) -> Stop {
        match obstacle {
            Obstacle::Element {
                placed,
                missing,
                near,
            } => Stop::Element {
                placed: self.placed(placed),
                missing: self.pattern_around(*missing, placed),
                because: self.absence(*missing, *near),
            },
            Obstacle::Conditions { failures, nearest } => Stop::Conditions {
                failures: failures
                    .iter()
                    .map(|f| Failures {
                        condition: self.condition(f.condition),
                        fails: f.count,
                        alone: f.alone,
                    })
                    .collect(),
                nearest: nearest
                    .iter()
                    .map(|near| NearMiss {
                        placed: self.placed(&near.placed),
                        failing: near.failing.iter().map(|f| self.failing(f)).collect(),
                    })
                    .collect(),
            },
        }
    }

    fn placed(&self, placed: &Placed) -> Vec<Element> {
        let elements = placed.iter();
        elements
            .map(|&(var, slot)| self.element(var, slot))
            .collect()
    }

    fn failing(&self, failing: &explain::Failing<'_>) -> Failing {
        let mut said = Failing {
            condition: self.condition(failing.condition),
            fault: failing.fault.as_ref().map(ToString::to_string),
            values: Vec::new(),
            found: Vec::new(),
            missing: Vec::new(),
        };
        for evidence in &failing.evidence {
            match evidence {
                Evidence::Value(expr, value) => {
                    let value = (self.leaf(expr), self.model.types.shown(*value));
                    if !matches!(expr.kind, ExprKind::Constant(_)) && !said.values.contains(&value)
                    {
                        said.values.push(value);
                    }
                }
                Evidence::Found {
                    pattern,
                    count,
                    placed,
                } => said.found.push(Found {
                    pattern: self.sub_pattern(pattern),
                    count: *count,
                    placed: self.placed(placed),
                }),
                Evidence::NotFound { pattern, why } => said.missing.push(Missing {
                    pattern: self.sub_pattern(pattern),
                    why: self.why(why),
                }),
            }
        }
        said
    }
}
