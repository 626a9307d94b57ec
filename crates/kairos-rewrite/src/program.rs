//! What is compiled once from a model and shared by all replications.

mod aggregate;
mod choice;

use std::sync::Arc;

use kairos_model::{
    expr::{ExprKind, Formula, FormulaId, Var},
    formulas::Owner,
    model::Model,
    pattern::{Scope, SubPattern, SubPatternId},
    probe::ProbeId,
    rule::{Rule, RuleId},
    timer::{ClockMode, Family},
    types::{EdgeTypeId, Value},
};

pub use aggregate::AggregatePlan;
pub(crate) use choice::choice_shape;
pub use choice::{ChoicePlan, ChoiceShape};

use crate::{
    binding::Binding,
    effects::RuleEffects,
    eval::{Code, Env, NoCounts, Tables, compile},
    graph::HostGraph,
    incremental::{Foreseen, Network},
    schema::{EndPorts, Schema},
    upkeep::Upkeep,
};
use aggregate::plan_aggregate;
use choice::{plan_choice, require_choice};

/// A sub-pattern among all of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubId(pub u32);

impl SubId {
    /// The id as an index.
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Model, layouts and compiled expressions; immutable.
#[derive(Debug)]
pub struct Program {
    /// The model, `required` choices turned into guards.
    pub model: Model,
    /// Layouts of nodes and edges.
    pub schema: Arc<Schema>,
    /// For each rule the steps of its choice.
    pub choices: Vec<Vec<ChoicePlan>>,
    /// For each rule with an aggregate clock, how its left-hand side is split.
    pub aggregates: Vec<Option<AggregatePlan>>,
    /// By rule.
    effects: Vec<RuleEffects>,
    network: Network,
    tables: Tables,
    codes: Vec<Code>,
    formulas: Vec<(Owner, Formula)>,
    subs: Vec<(Owner, SubPatternId)>,
    empty: Scope,
}

impl Program {
    /// In which ports edges of a type between two nodes stand, where each of the nodes can have one type only.
    pub(crate) fn known_ports(
        &self,
        scope: &Scope,
        ty: EdgeTypeId,
        (from, to): (Var, Var),
    ) -> Option<EndPorts> {
        let types = (scope.only_type(from)?, scope.only_type(to)?);
        self.schema.edge_ports(ty, types)
    }

    /// Compiles a model.
    #[must_use]
    pub fn compile(mut model: Model) -> Self {
        model.rules.iter_mut().for_each(require_choice);
        model.fold_constants();
        let mut formulas = Vec::new();
        model.for_each_formula(&mut |owner, formula| formulas.push((owner, formula.clone())));
        let mut subs = Vec::new();
        for owner in owners(&model) {
            let count = model.scope(owner).map_or(0, |s| s.sub_patterns.len());
            subs.extend((0..count).map(|i| {
                (
                    owner,
                    SubPatternId(u16::try_from(i).expect("fewer than 2^16 sub-patterns")),
                )
            }));
        }
        let schema = Arc::new(Schema::new(&model.types, Upkeep::of(&model)));
        let plan = |r: &Rule| {
            let choices = r.choose.iter();
            choices.map(|c| plan_choice(&schema, r, c)).collect()
        };
        let choices = model.rules.iter().map(plan).collect();
        let aggregates = model
            .rules
            .iter()
            .zip(&model.timers)
            .map(|(r, t)| matches!(t.clock, ClockMode::Aggregate { .. }).then(|| plan_aggregate(r)))
            .collect();
        let tables = Tables::new(&model.tables);
        let mut program = Program {
            model,
            schema,
            choices,
            aggregates,
            effects: Vec::new(),
            network: Network::default(),
            tables,
            codes: Vec::new(),
            formulas,
            subs,
            empty: Scope::default(),
        };
        program.codes = program
            .formulas
            .iter()
            .map(|(owner, f)| program.compile_formula(*owner, f))
            .collect();
        let rules = program.model.rules.iter();
        program.effects = rules.map(|r| RuleEffects::new(&program, r)).collect();
        program.network = Network::compile(&program);
        let foreseen = program.foreseen();
        let rules = program.effects.iter_mut().zip(&program.model.rules);
        for ((effects, rule), foreseen) in rules.zip(foreseen) {
            effects.note_readers(&program.network.dispatch, foreseen, rule);
        }
        program
    }

    /// For each rule with straight effects what its application means for matches, where all of it is foreseen.
    fn foreseen(&self) -> Vec<Option<Foreseen>> {
        let rules = self.effects.iter().zip(&self.model.rules);
        let foreseen = rules.map(|(effects, rule)| {
            let is_straight = effects.are_straight();
            is_straight.then(|| Foreseen::of(&self.network, rule))?
        });
        foreseen.collect()
    }

    /// The variables of an owner.
    #[must_use]
    pub fn scope(&self, owner: Owner) -> &Scope {
        self.model.scope(owner).unwrap_or(&self.empty)
    }

    /// The compiled form of a formula of this program's model.
    #[must_use]
    pub fn code(&self, formula: &Formula) -> &Code {
        &self.codes[formula.id.0 as usize]
    }

    /// Compiles a formula that the model need not have.
    pub(crate) fn compile_formula(&self, owner: Owner, formula: &Formula) -> Code {
        compile(self, &self.tables, owner, formula)
    }

    /// What is known of a rule's effects.
    #[inline]
    pub(crate) fn effects(&self, rule: RuleId) -> &RuleEffects {
        &self.effects[rule.index()]
    }

    /// The compiled form of the formula with this id.
    pub(crate) fn code_of(&self, id: FormulaId) -> &Code {
        &self.codes[id.0 as usize]
    }

    /// The formula with this id.
    #[must_use]
    pub fn formula(&self, id: FormulaId) -> &Formula {
        &self.formulas[id.0 as usize].1
    }

    /// Whose variables the formula with this id speaks of, and the formula.
    #[must_use]
    pub fn formula_owner(&self, id: FormulaId) -> (Owner, &Formula) {
        let (owner, formula) = &self.formulas[id.0 as usize];
        (*owner, formula)
    }

    /// The value of a formula that reads nothing but constants, parameters and tables, as a real number.
    #[must_use]
    pub fn constant(&self, formula: &Formula) -> Option<f64> {
        let mut constant = true;
        formula.expr.walk(&mut |e| {
            constant &= matches!(
                e.kind,
                ExprKind::Constant(_)
                    | ExprKind::Parameter(_)
                    | ExprKind::ToReal(_)
                    | ExprKind::Not(_)
                    | ExprKind::Negate(_)
                    | ExprKind::Binary(..)
                    | ExprKind::Call(..)
                    | ExprKind::Case { .. }
                    | ExprKind::Lookup { .. }
            );
        });
        if !constant {
            return None;
        }
        let (graph, bound) = (HostGraph::new(Arc::clone(&self.schema)), Binding::new(0));
        let env = Env {
            graph: &graph,
            bound: &bound,
            now: 0.0,
            index: 0,
            counts: &NoCounts,
            drawing: None,
            metrics: &[],
        };
        match self.code(formula).value(&env).ok()? {
            Value::Real(value) => Some(value),
            #[expect(
                clippy::cast_precision_loss,
                reason = "an Int parameter of a law is small"
            )]
            Value::Int(value) => Some(value as f64),
            Value::Bool(_) | Value::Enumerator(..) => None,
        }
    }

    /// Whether a rule's timer is `Never`: it is switched off, and its matches are not looked for.
    #[must_use]
    pub fn is_switched_off(&self, rule: RuleId) -> bool {
        self.model.timers[rule.index()].law.family == Family::Never
    }

    /// Number of variables of the scope with most variables.
    #[must_use]
    pub fn widest_scope(&self) -> usize {
        owners(&self.model)
            .iter()
            .map(|&o| self.scope(o).elements.len())
            .max()
            .unwrap_or(0)
    }

    #[inline]
    pub(crate) fn network(&self) -> &Network {
        &self.network
    }

    /// Number of sub-patterns.
    #[must_use]
    pub fn sub_count(&self) -> usize {
        self.subs.len()
    }

    /// The id of a sub-pattern of an owner.
    #[must_use]
    pub fn sub_id(&self, owner: Owner, sub: SubPatternId) -> SubId {
        let position = self
            .subs
            .binary_search(&(owner, sub))
            .expect("every sub-pattern was listed");
        SubId(u32::try_from(position).expect("fewer than 2^32 sub-patterns"))
    }

    /// The owner of a sub-pattern, and its id there.
    #[must_use]
    pub fn sub_owner(&self, sub: SubId) -> (Owner, SubPatternId) {
        self.subs[sub.index()]
    }

    /// A sub-pattern.
    #[must_use]
    pub fn sub(&self, sub: SubId) -> &SubPattern {
        let (owner, id) = self.subs[sub.index()];
        &self.scope(owner).sub_patterns[id.index()]
    }
}

pub(crate) fn owners(model: &Model) -> Vec<Owner> {
    let ids =
        |n: usize| 0..u16::try_from(n).expect("check allows fewer than 2^16 rules and probes");
    ids(model.rules.len())
        .map(|i| Owner::Rule(RuleId(i)))
        .chain(ids(model.probes.len()).map(|i| Owner::Probe(ProbeId(i))))
        .chain([Owner::Stop, Owner::Start])
        .collect()
}

/// The rule that an owner is, with its name.
pub(crate) fn owner_rule(program: &Program, owner: Owner) -> Option<(RuleId, String)> {
    match owner {
        Owner::Rule(rule) => Some((rule, program.model.rule(rule).name.clone())),
        _ => None,
    }
}
