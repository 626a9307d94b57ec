//! What is compiled once from a model and shared by all replications.

use std::sync::Arc;

use kairos_model::{
    expr::{Expr, ExprKind, Formula, FormulaId, Function, Operator, Var},
    formulas::Owner,
    model::{Model, Table},
    pattern::{Pattern, Scope, Sort, SubPattern, SubPatternId},
    probe::ProbeId,
    rule::{Choice, Pick, Rule, RuleId},
    source::Span,
    timer::{ClockMode, Family},
    types::{EdgeTypeId, NodeTypeId, Type, Value},
};

use crate::{
    binding::Binding,
    effects::RuleEffects,
    eval::{Code, Env, NoCounts, Tables, compile},
    graph::HostGraph,
    incremental::{Foreseen, Network},
    schema::{EndPorts, PortId, Schema, Way},
    upkeep::{Kept, Upkeep},
};

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

/// How the extensions of a step of `choose` are found.
#[derive(Clone, Debug)]
pub struct ChoicePlan {
    /// Pool or search.
    pub shape: ChoiceShape,
    /// Positions, among the step's conditions, of those that read only the candidate and not the time: they filter the pool.
    pub candidate: Vec<usize>,
    /// Positions of the others, checked for each candidate.
    pub remaining: Vec<usize>,
    /// Edges bound before that the candidate's edge could be and must not be.
    pub taken: Vec<Var>,
    /// Where the pool is the edges at a node: by that node's type the list in which they stand.
    pub ports: Vec<Option<PortId>>,
    /// Whether the value of `Max`, `Min` or `Weighted` reads only the candidate and parameters, and not the time.
    pub value_reads_candidate: bool,
}

/// Whether a step of `choose` picks from a pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceShape {
    /// From all nodes of the variable's types.
    Nodes {
        /// The candidate.
        node: Var,
    },
    /// From the edges of one type at a node that is bound.
    Edges {
        /// The node that is bound.
        anchor: Var,
        /// The candidate edge.
        edge: Var,
        /// The candidate node at its other end.
        node: Var,
        /// Direction, as seen from the anchor.
        way: Way,
    },
    /// From all extensions that a search finds, in ascending numbers.
    Search,
}

/// How the left-hand side of a rule with an aggregate clock is split.
#[derive(Clone, Debug)]
pub struct AggregatePlan {
    /// For each component the positions, among the guard's conditions, of those that read only its elements.
    pub conditions: Vec<Vec<usize>>,
    /// Positions of the conditions across components, checked at the pick.
    pub across: Vec<usize>,
    /// Elements of unlike components that could be the same one and must not.
    pub distinct: Vec<(Var, Var)>,
}

impl Program {
    /// In which ports edges of a type between two nodes stand, where each of the nodes can have one type only.
    pub(crate) fn known_ports(
        &self,
        scope: &Scope,
        ty: EdgeTypeId,
        (from, to): (Var, Var),
    ) -> Option<EndPorts> {
        let types = (only_type(scope, from)?, only_type(scope, to)?);
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

/// `required: true` is the guard "an extension exists".
fn require_choice(rule: &mut Rule) {
    if !std::mem::take(&mut rule.required) {
        return;
    }
    let Some(choice) = rule.choose.first() else {
        return;
    };
    let id = SubPatternId(
        u16::try_from(rule.scope.sub_patterns.len()).expect("fewer than 2^16 sub-patterns"),
    );
    let mut outer = Vec::new();
    for edge in &choice.pattern.edges {
        outer.extend([edge.from, edge.to]);
    }
    for condition in &choice.pattern.conditions {
        mentions(&rule.scope, &condition.expr, &mut outer);
    }
    outer.retain(|v| rule.lhs.elements.contains(v));
    outer.sort_unstable();
    outer.dedup();
    let sub = SubPattern {
        pattern: choice.pattern.clone(),
        outer,
        taken: choice.taken.clone(),
        parent: None,
        text: String::new(),
        span: choice.span,
    };
    rule.lhs.conditions.push(exists(id, choice.span));
    rule.scope.sub_patterns.push(sub);
}

fn exists(sub: SubPatternId, span: Span) -> Formula {
    Formula {
        id: FormulaId::UNSET,
        expr: Expr {
            kind: ExprKind::Exists(sub),
            ty: Type::Bool,
        },
        text: String::from("required"),
        span,
    }
}

/// Adds the variables that an expression depends on: those it names, those its sub-patterns (at any depth) name beyond their own, and edges
/// that these must avoid.
pub fn mentions(scope: &Scope, expr: &Expr, out: &mut Vec<Var>) {
    expr.walk(&mut |e| match e.kind {
        ExprKind::Attribute { of, .. } | ExprKind::Number(of) => out.push(of),
        ExprKind::Same(a, b) => out.extend([a, b]),
        ExprKind::Exists(sub) | ExprKind::Count(sub) => {
            let sub = &scope.sub_patterns[sub.index()];
            let mut inner = sub.outer.clone();
            inner.extend(overlapping(scope, &sub.pattern, &sub.taken));
            for condition in &sub.pattern.conditions {
                mentions(scope, &condition.expr, &mut inner);
            }
            out.extend(
                inner
                    .into_iter()
                    .filter(|v| !sub.pattern.elements.contains(v)),
            );
        }
        _ => {}
    });
}

/// Edges of `taken` that an edge of the pattern could be bound to, going by their types.
pub fn overlapping<'a>(
    scope: &'a Scope,
    pattern: &'a Pattern,
    taken: &'a [Var],
) -> impl Iterator<Item = Var> + 'a {
    taken.iter().copied().filter(move |&t| {
        pattern.edges.iter().any(
            |e| match (&scope.element(e.edge).sort, &scope.element(t).sort) {
                (Sort::Edge(a), Sort::Edge(b)) => a.iter().any(|ty| b.contains(ty)),
                _ => false,
            },
        )
    })
}

fn plan_choice(schema: &Schema, rule: &Rule, choice: &Choice) -> ChoicePlan {
    let shape = choice_shape(&rule.scope, &choice.pattern);
    let own = &choice.pattern.elements;
    let reads_only_own = |expr: &Expr| {
        let mut read = Vec::new();
        mentions(&rule.scope, expr, &mut read);
        read.iter().all(|v| own.contains(v))
    };
    // What is kept of the candidates is looked at again when they change, and not as time goes by. Sub-patterns never read the time.
    let can_be_kept = |expr: &Expr| {
        let mut is_timeless = true;
        expr.walk(&mut |e| is_timeless &= !matches!(e.kind, ExprKind::Now));
        is_timeless && reads_only_own(expr)
    };
    let (mut candidate, mut remaining) = (Vec::new(), Vec::new());
    for (position, condition) in choice.pattern.conditions.iter().enumerate() {
        let filters = shape != ChoiceShape::Search && can_be_kept(&condition.expr);
        if filters {
            &mut candidate
        } else {
            &mut remaining
        }
        .push(position);
    }
    let value_reads_candidate = match &choice.pick {
        Pick::Uniform => true,
        Pick::Max(f) | Pick::Min(f) | Pick::Weighted(f) => can_be_kept(&f.expr),
    };
    let taken = overlapping(&rule.scope, &choice.pattern, &choice.taken).collect();
    ChoicePlan {
        shape,
        candidate,
        remaining,
        taken,
        ports: ports(schema, &rule.scope, shape),
        value_reads_candidate,
    }
}

/// For each type of the node that a pool of edges is at the list of its first kind of neighbour.
fn ports(schema: &Schema, scope: &Scope, shape: ChoiceShape) -> Vec<Option<PortId>> {
    let ChoiceShape::Edges {
        edge, node, way, ..
    } = shape
    else {
        return Vec::new();
    };
    let edge = edge_types(scope, edge)[0];
    let types = 0..u16::try_from(schema.node_types()).expect("check allows fewer than 2^16 types");
    let port = |ty: NodeTypeId| {
        let mut neighbours = node_types(scope, node).iter();
        neighbours.find_map(|&n| schema.port(ty, edge, way, n, Kept::List))
    };
    types.map(NodeTypeId).map(port).collect()
}

pub(crate) fn choice_shape(scope: &Scope, pattern: &Pattern) -> ChoiceShape {
    let own = |v: Var| pattern.elements.contains(&v);
    match (pattern.elements.as_slice(), pattern.edges.as_slice()) {
        (&[node], []) => ChoiceShape::Nodes { node },
        ([_, _], &[e]) if edge_types(scope, e.edge).len() == 1 && own(e.from) != own(e.to) => {
            let (anchor, node, way) = if own(e.to) {
                (e.from, e.to, Way::Out)
            } else {
                (e.to, e.from, Way::In)
            };
            ChoiceShape::Edges {
                anchor,
                edge: e.edge,
                node,
                way: if e.undirected { Way::Undirected } else { way },
            }
        }
        _ => ChoiceShape::Search,
    }
}

fn plan_aggregate(rule: &Rule) -> AggregatePlan {
    let mut conditions = vec![Vec::new(); rule.components.len()];
    let mut across = Vec::new();
    for (position, condition) in rule.lhs.conditions.iter().enumerate() {
        let mut read = Vec::new();
        mentions(&rule.scope, &condition.expr, &mut read);
        read.retain(|v| rule.lhs.elements.contains(v));
        let home = rule
            .components
            .iter()
            .position(|c| !read.is_empty() && read.iter().all(|v| c.contains(v)));
        match home {
            Some(component) => conditions[component].push(position),
            None => across.push(position),
        }
    }
    AggregatePlan {
        conditions,
        across,
        distinct: distinct_pairs(rule),
    }
}

/// Elements of unlike components whose types overlap.
fn distinct_pairs(rule: &Rule) -> Vec<(Var, Var)> {
    let scope = &rule.scope;
    let overlap = |a: Var, b: Var| match (&scope.element(a).sort, &scope.element(b).sort) {
        (Sort::Node(a), Sort::Node(b)) => a.iter().any(|ty| b.contains(ty)),
        (Sort::Edge(a), Sort::Edge(b)) => a.iter().any(|ty| b.contains(ty)),
        _ => false,
    };
    let mut pairs = Vec::new();
    for (position, component) in rule.components.iter().enumerate() {
        for other in &rule.components[..position] {
            for &a in component {
                pairs.extend(other.iter().filter(|&&b| overlap(a, b)).map(|&b| (a, b)));
            }
        }
    }
    pairs
}

/// The rule that an owner is, with its name.
pub(crate) fn owner_rule(program: &Program, owner: Owner) -> Option<(RuleId, String)> {
    match owner {
        Owner::Rule(rule) => Some((rule, program.model.rule(rule).name.clone())),
        _ => None,
    }
}

/// Concrete types of a node variable.
#[must_use]
pub fn node_types(scope: &Scope, var: Var) -> &[NodeTypeId] {
    match &scope.element(var).sort {
        Sort::Node(types) => types,
        Sort::Edge(_) => &[],
    }
}

/// The type of a node variable that can have no other.
pub(crate) fn only_type(scope: &Scope, var: Var) -> Option<NodeTypeId> {
    match *node_types(scope, var) {
        [ty] => Some(ty),
        _ => None,
    }
}

/// Types of an edge variable.
#[must_use]
pub fn edge_types(scope: &Scope, var: Var) -> &[EdgeTypeId] {
    match &scope.element(var).sort {
        Sort::Edge(types) => types,
        Sort::Node(_) => &[],
    }
}

/// Whether a variable is a node.
#[must_use]
pub fn is_node(scope: &Scope, var: Var) -> bool {
    matches!(scope.element(var).sort, Sort::Node(_))
}

/// Whether evaluating an expression can fail. Conditions that can are evaluated last, in the order of the text, on complete matches only.
#[must_use]
pub fn can_fault(scope: &Scope, tables: &[Table], expr: &Expr) -> bool {
    let mut faulty = false;
    expr.walk(&mut |e| {
        faulty |= match &e.kind {
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::Index
            | ExprKind::Now
            | ExprKind::Attribute { .. }
            | ExprKind::Number(_)
            | ExprKind::Same(..)
            | ExprKind::ToReal(_)
            | ExprKind::Not(_)
            | ExprKind::Case { .. }
            | ExprKind::Metric(_) => false,
            ExprKind::Lookup { table, .. } => tables[table.index()].missing.is_none(),
            ExprKind::Negate(_) => e.ty == Type::Int,
            ExprKind::Binary(operator, ..) => matches!(
                operator,
                Operator::Add
                    | Operator::Subtract
                    | Operator::Multiply
                    | Operator::Divide
                    | Operator::Remainder
            ),
            ExprKind::Call(function, _) => !matches!(function, Function::Min | Function::Max),
            ExprKind::Draw { .. } => true,
            ExprKind::Exists(sub) | ExprKind::Count(sub) => {
                let conditions = &scope.sub_patterns[sub.index()].pattern.conditions;
                conditions.iter().any(|c| can_fault(scope, tables, &c.expr))
            }
        };
    });
    faulty
}
