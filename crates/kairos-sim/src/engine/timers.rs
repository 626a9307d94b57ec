//! What the engine knows of each rule's timer, prepared once per program and shared by all its replications.

use std::sync::{Arc, LazyLock};

use kairos_model::{
    expr::{Formula, Var},
    rule::{Pick, Rule, RuleId},
    timer::{ClockMode, Family, Memory, OnChange},
    types::Value,
};
use kairos_rewrite::{
    binding::{Binding, Slot},
    error::{Fault, Outcome, RuntimeError},
    graph::HostGraph,
    matcher::Matcher,
    program::{ChoicePlan, ChoiceShape, Program},
};
use smallvec::SmallVec;

use super::{elements::Element, fault::located, quick::Quick};
use crate::{
    draw::{Causes, Name, RuleKey, StreamKey},
    law::{DelayLaw, LawError},
    value::{Columns, fault, law, parameter},
};

/// What a timer's parameters say at a match.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading<'c> {
    /// A rate, by which a running clock is rescaled.
    Exponential(f64),
    /// Before time moves on.
    Immediate {
        /// The highest fires first.
        priority: i64,
        /// The rate of the race among events of one priority.
        weight: f64,
    },
    /// Any other law.
    Law(DelayLaw<'c>),
}

/// One clock for all matches of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aggregate {
    /// Its place among the aggregate clocks.
    pub(super) place: u32,
    /// In how many ways the same occurrence is matched.
    pub(super) automorphisms: f64,
    /// The rate for each occurrence, where it is always the same.
    pub(super) rate: Option<f64>,
}

/// A stream that draws are named by.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) name: StreamKey,
    /// The elements that make its key.
    pub(super) key: Box<[Element]>,
}

/// A rule's timer.
#[derive(Debug)]
pub(super) struct Timer {
    /// The hash of the rule's name.
    pub(super) key: RuleKey,
    /// What the names of all its firings at a match begin with.
    causes: Causes,
    /// The left-hand side, in the order of the text.
    pub(super) elements: Box<[Element]>,
    /// Whether that is a node, as it mostly is.
    pub(super) of_a_node: bool,
    /// How many variables the rule has.
    pub(super) variables: usize,
    /// Whether it makes choices, or checks something after them.
    pub(super) chooses: bool,
    /// What its choices bind, step by step.
    pub(super) chosen: Box<[Element]>,
    pub(super) memory: Memory,
    pub(super) on_change: OnChange,
    pub(super) aggregate: Option<Aggregate>,
    pub(super) stream: Option<Stream>,
    /// The same as `constant`, where a clock that starts needs nothing but a name and a draw by that.
    pub(super) plain: Option<Reading<'static>>,
    /// The same, where one word mostly gives the delay.
    pub(super) quick: Option<Quick>,
    /// What the parameters say, where they are the same for every match.
    pub(super) constant: Option<Reading<'static>>,
}

impl Timer {
    /// The name of the firing of an aggregate clock that `cause` started.
    #[inline]
    pub(super) fn name_without_match(&self, cause: Name) -> Name {
        self.causes.firing(std::iter::empty(), cause)
    }

    /// The name of a firing that `cause` made active, where the timer has no stream.
    #[inline(always)]
    pub(super) fn name(
        &self,
        graph: &HostGraph,
        mut matched: impl Iterator<Item = Slot>,
        cause: Name,
    ) -> Name {
        if self.of_a_node
            && let Some(node) = matched.next()
        {
            let name = Name(graph.node_name(node));
            return self.causes.firing(std::iter::once(name), cause);
        }
        let names = self.elements.iter().zip(matched);
        self.causes
            .firing(names.map(|(e, slot)| e.name(graph, slot)), cause)
    }
}

/// The timers of all rules of a program.
#[derive(Debug)]
pub struct Timers {
    timers: Vec<Timer>,
    /// The rules with an aggregate clock, in the order of their names.
    pub(super) aggregates: Vec<RuleId>,
    /// Whether any rule chooses first among edges at a node, all alike.
    pub(super) pick_edges: bool,
    /// Whether any rule chooses first among all nodes that fit, all alike.
    pub(super) pick_nodes: bool,
    /// Whether anything is kept of events of any rule that are lost: how far they were, or how often their stream was drawn from.
    pub(super) remember: bool,
    pub(super) columns: Columns,
}

impl Timers {
    /// Prepares the timers of a program.
    #[must_use]
    pub fn new(program: &Program) -> Arc<Self> {
        let mut aggregates = Vec::new();
        let rules = (0..u16::MAX).map(RuleId).take(program.model.rules.len());
        let timers: Vec<Timer> = rules
            .map(|id| timer(program, id, &mut aggregates))
            .collect();
        let remembers = |timer: &Timer| timer.memory == Memory::Age || timer.stream.is_some();
        let first = |(rule, shapes): (&Rule, &Vec<ChoicePlan>)| {
            let first = rule.choose.first()?;
            matches!(first.pick, Pick::Uniform).then(|| shapes[0].shape)
        };
        let picks = || {
            let rules = program.model.rules.iter().zip(&program.choices);
            rules.filter_map(first)
        };
        Arc::new(Timers {
            pick_edges: picks().any(|shape| matches!(shape, ChoiceShape::Edges { .. })),
            pick_nodes: picks().any(|shape| matches!(shape, ChoiceShape::Nodes { .. })),
            remember: timers.iter().any(remembers),
            timers,
            aggregates,
            columns: Columns::new(&program.model),
        })
    }

    #[inline]
    pub(super) fn of(&self, rule: RuleId) -> &Timer {
        &self.timers[rule.index()]
    }

    /// Reads the parameters of a rule's timer at a match.
    ///
    /// # Errors
    /// A fault in a parameter, or one outside its domain.
    pub(super) fn read<M: Matcher>(
        &self,
        rule: RuleId,
        matcher: &M,
        bound: &Binding,
        now: f64,
    ) -> Outcome<Reading<'_>> {
        if let Some(reading) = self.of(rule).constant {
            return Ok(reading);
        }
        let program = matcher.program();
        let of = &program.model.timers[rule.index()].law;
        let at = |error| located(error, program, matcher.graph(), rule, bound);
        let mut values = SmallVec::<[Value; 4]>::new();
        for formula in &of.parameters {
            values.push(matcher.value(formula, bound, now).map_err(at)?);
        }
        reading(of.family, &values, &self.columns)
            .map_err(|error| at(domain_error(of.family, &of.parameters, error, now)))
    }
}

fn timer(program: &Program, id: RuleId, aggregates: &mut Vec<RuleId>) -> Timer {
    let (rule, timer) = (program.model.rule(id), &program.model.timers[id.index()]);
    let element = |&var: &Var| Element::new(&rule.scope, var);
    let constant = constant(program, id);
    let aggregate = matches!(timer.clock, ClockMode::Aggregate { .. }).then(|| {
        aggregates.push(id);
        let automorphisms = if rule.symmetric {
            rule.automorphisms.len()
        } else {
            1
        };
        Aggregate {
            place: u32::try_from(aggregates.len() - 1).expect("fewer than 2^16 rules"),
            automorphisms: automorphisms as f64,
            rate: match constant {
                Some(Reading::Exponential(rate)) => Some(rate),
                _ => None,
            },
        }
    });
    let stream = timer.stream.as_ref().map(|stream| Stream {
        name: StreamKey::of(&stream.name),
        key: stream.key.iter().map(element).collect(),
    });
    let vars = rule.lhs.elements.iter().map(|var| var.index());
    assert!(
        vars.eq(0..rule.lhs.elements.len()),
        "the left-hand side has the first variables"
    );
    let key = RuleKey::of(&rule.name);
    let is_plain = stream.is_none() && timer.memory != Memory::Age && aggregate.is_none();
    let plain = constant.filter(|_| is_plain);
    let elements: Box<[Element]> = rule.lhs.elements.iter().map(element).collect();
    Timer {
        key,
        of_a_node: matches!(*elements, [Element::Node(_)]),
        // An aggregate clock names its firings by no element.
        causes: Causes::new(key, aggregate.map_or(rule.lhs.elements.len(), |_| 0)),
        quick: plain.as_ref().and_then(Quick::of),
        plain,
        elements,
        variables: rule.scope.elements.len(),
        chooses: !rule.choose.is_empty() || !rule.then.is_empty(),
        chosen: rule
            .choose
            .iter()
            .flat_map(|c| &c.pattern.elements)
            .map(element)
            .collect(),
        memory: timer.memory,
        on_change: timer.on_change,
        aggregate,
        stream,
        constant,
    }
}

/// What the parameters say where they read nothing of the match. Parameters at fault are left for the first match, so that
/// the error can name it.
fn constant(program: &Program, rule: RuleId) -> Option<Reading<'static>> {
    /// No empirical law: its column belongs to a program.
    static NO_COLUMNS: LazyLock<Columns> = LazyLock::new(Columns::default);
    let law = &program.model.timers[rule.index()].law;
    if matches!(law.family, Family::Empirical { .. } | Family::Immediate) {
        return None;
    }
    let value = |f: &Formula| program.constant(f).map(Value::Real);
    let values: Option<Vec<Value>> = law.parameters.iter().map(value).collect();
    reading(law.family, &values?, &NO_COLUMNS).ok()
}

fn reading<'c>(
    family: Family,
    values: &[Value],
    columns: &'c Columns,
) -> Result<Reading<'c>, LawError> {
    if let (Family::Immediate, &[Value::Int(priority), weight]) = (family, values) {
        let weight = parameter(weight);
        let accepted = weight.is_finite() && weight >= 0.0;
        return accepted
            .then_some(Reading::Immediate { priority, weight })
            .ok_or(LawError {
                law: "Immediate",
                parameter: "weight",
                value: weight,
                requirement: "finite and at least 0",
            });
    }
    let mut parameters = SmallVec::<[f64; 4]>::new();
    parameters.extend(values.iter().map(|&v| parameter(v)));
    let law = law(family, &parameters, columns)?;
    match law.rate() {
        Some(rate) => Ok(Reading::Exponential(rate)),
        None => Ok(Reading::Law(DelayLaw::new(law)?)),
    }
}

fn domain_error(
    family: Family,
    formulas: &[Formula],
    error: LawError,
    now: f64,
) -> Box<RuntimeError> {
    let position = family
        .parameters()
        .iter()
        .position(|&(name, _)| name == error.parameter);
    let formula = position.and_then(|position| formulas.get(position));
    let bare = RuntimeError {
        value: Some(Value::Real(error.value)),
        ..RuntimeError::new(fault(error), now)
    };
    Box::new(match formula {
        Some(formula) => bare.of(formula),
        None => bare,
    })
}

/// A hazard or weight that is no finite number at least 0.
#[cold]
pub(super) fn bad_hazard(value: f64, now: f64) -> Box<RuntimeError> {
    let fault = Fault::Domain {
        law: "Exponential",
        parameter: "rate of the aggregate clock",
        value,
        requirement: "finite and at least 0",
    };
    Box::new(RuntimeError {
        value: Some(Value::Real(value)),
        ..RuntimeError::new(fault, now)
    })
}
