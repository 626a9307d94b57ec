//! The checked model.

use crate::{
    diagnostic::suggest,
    expr::{Formula, FormulaId},
    formulas::Owner,
    pattern::Scope,
    probe::{Probe, ProbeKind},
    rule::{Rule, RuleId},
    source::{Sources, Span},
    start::StartGraph,
    timer::Timer,
    types::{Type, TypeGraph, Value},
};

/// A model without mistakes: what can happen, where it starts, and when things happen.
#[derive(Clone, Debug)]
pub struct Model {
    /// The files that it was read from.
    pub sources: Sources,
    /// The type graph.
    pub types: TypeGraph,
    /// Parameters with the values of this scenario, by [`crate::expr::ParameterId`].
    pub parameters: Vec<Parameter>,
    /// Look-up tables, by [`crate::expr::TableId`].
    pub tables: Vec<Table>,
    /// Rules, by [`RuleId`], in the order of their names.
    pub rules: Vec<Rule>,
    /// Timers, by [`RuleId`].
    pub timers: Vec<Timer>,
    /// The start graph.
    pub start: StartGraph,
    /// Probes, by [`crate::probe::ProbeId`].
    pub probes: Vec<Probe>,
    /// When and how a run ends, and what is sampled on the way.
    pub run: RunSettings,
}

impl Model {
    /// Gives every formula its number, in the order of the model, and returns how many there are.
    ///
    /// `check` calls this last; who adds or copies formulas calls it again.
    pub fn number_formulas(&mut self) -> u32 {
        let mut next = 0;
        self.for_each_formula(&mut |_, formula| {
            formula.id = FormulaId(next);
            next += 1;
        });
        next
    }

    /// Calls `visit` for every formula, in a fixed order; formulas inside `draw(…)` come after the one that they stand in.
    pub fn for_each_formula(&mut self, visit: &mut dyn FnMut(Owner, &mut Formula)) {
        crate::formulas::for_each_mut(self, visit);
    }

    /// The variables of an owner of formulas, if it has any.
    #[must_use]
    pub fn scope(&self, owner: Owner) -> Option<&Scope> {
        match owner {
            Owner::Rule(rule) => Some(&self.rule(rule).scope),
            Owner::Probe(probe) => match &self.probes[probe.index()].kind {
                ProbeKind::Count(query) | ProbeKind::Summary { over: query, .. } => {
                    Some(&query.scope)
                }
                _ => None,
            },
            Owner::Stop => self.run.stop_when.as_ref().map(|(scope, _)| scope),
            Owner::Start => Some(&self.start.scope),
        }
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> &Rule {
        &self.rules[id.index()]
    }

    /// The rule of this name.
    #[must_use]
    pub fn rule_named(&self, name: &str) -> Option<RuleId> {
        let position = self
            .rules
            .binary_search_by(|r| r.name.as_str().cmp(name))
            .ok()?;
        u16::try_from(position).ok().map(RuleId)
    }

    /// The rule that somebody asks for by its name.
    ///
    /// # Errors
    /// What to say where the model has no such rule.
    pub fn rule_asked(&self, name: &str) -> Result<RuleId, String> {
        self.rule_named(name).ok_or_else(|| {
            let names = self.rules.iter().map(|rule| rule.name.as_str());
            let near = suggest(name, names).map(|near| format!(": did you mean `{near}`?"));
            format!("the model has no rule `{name}`{}", near.unwrap_or_default())
        })
    }
}

/// A parameter.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: ParameterValue,
    /// Where it was given this value.
    pub span: Span,
    /// Whether anything that was read names it: an expression, or the braces of a file name.
    pub is_used: bool,
}

/// The value of a parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParameterValue {
    /// A value that expressions can read.
    Value(Value),
    /// A text, for `{…}` in file names only.
    Text(String),
}

/// An immutable look-up table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Names of the key columns.
    pub key: Vec<String>,
    /// The keys of the rows, `key.len()` numbers each, one row after the other; no two rows have the same keys. Empty without key columns.
    pub keys: Vec<i64>,
    /// Whether a row holds for its two keys in either order; `keys` has the lower one first.
    pub symmetric: bool,
    /// Value columns.
    pub columns: Vec<Column>,
    /// Number of rows.
    pub rows: usize,
    /// A value per column for equal keys that are not there.
    pub diagonal: Option<Vec<Value>>,
    /// A value per column for any other keys that are not there.
    pub missing: Option<Vec<Value>>,
}

/// A value column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The type of all its values.
    pub ty: Type,
    /// The values as bits, one per row (see [`Value::from_bits`]).
    pub bits: Vec<u64>,
}

/// When and how a run ends, and what is sampled on the way.
#[derive(Clone, Debug)]
pub struct RunSettings {
    /// The time at which a run ends, if nothing ends it before.
    pub horizon: Option<f64>,
    /// Observations before this time do not count in averages and tallies.
    pub warm_up: f64,
    /// Series are sampled at every multiple of this interval.
    pub sample_every: Option<f64>,
    /// A condition without a match (`COUNT`, `EXISTS`, parameters) that ends the run when it holds.
    pub stop_when: Option<(Scope, Formula)>,
    /// The unit of time, for reports.
    pub time_unit: String,
    /// Limits that guard against mistakes.
    pub limits: Limits,
}

/// So many samples a series may have at most: they are kept in memory.
pub const MAX_SAMPLES: f64 = 1e7;

/// Limits that guard against mistakes in a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Firings without time moving on (Zeno guard).
    pub firings_at_one_time: u64,
    /// Nodes and edges in the host graph.
    pub elements: u64,
    /// Active events.
    pub active_events: u64,
    /// Steps, if a number is given.
    pub steps: Option<u64>,
    /// Bytes of memory that graph, matches and schedule of one replication may use; `None` for any number.
    pub memory_bytes: Option<u64>,
    /// Seconds of wall time, if a number is given.
    pub wall_seconds: Option<f64>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            firings_at_one_time: 1_000_000,
            elements: 1 << 31,
            active_events: 1 << 31,
            steps: None,
            memory_bytes: Some(8 << 30),
            wall_seconds: None,
        }
    }
}
