//! What can ever be there: an over-approximation of every graph that a model can reach, without running it.
//!
//! Kept are the types of nodes, the types of edges with those of their ends, and for each attribute the few values that it can
//! have. A rule that cannot match in this approximation can never match.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{constant::evaluate, expr::constant};
use crate::{
    expr::{Expr, ExprKind, Formula, Operator, Var},
    model::{Model, ParameterValue},
    pattern::{Pattern, Scope, Sort},
    rule::{AssignmentMode, Created, Creation, Effect, Rule, RuleId},
    start::{Statement, Topology},
    timer::Family,
    types::{AttributeId, EdgeTypeId, NodeTypeId, Type, Value},
};

/// An attribute with more values than this is taken to have any.
const MAX_VALUES: usize = 16;

/// Values by their bits; `None` where any is possible.
type Values = Option<BTreeSet<u64>>;

/// A type of nodes or edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Node(NodeTypeId),
    Edge(EdgeTypeId),
}

/// Whether a condition may be true, and whether it may be false.
#[derive(Clone, Copy)]
struct Truth {
    yes: bool,
    no: bool,
}

const EITHER: Truth = Truth {
    yes: true,
    no: true,
};

/// What keeps a pattern from ever matching.
#[derive(Clone, Copy, Debug)]
pub(super) enum Blocker<'p> {
    /// No element of its types is ever there; of an edge, between such nodes.
    Element(Var),
    /// A condition that cannot become true.
    Condition(&'p Formula),
}

/// The approximation.
pub(super) struct Reach<'m> {
    model: &'m Model,
    nodes: BTreeSet<NodeTypeId>,
    edges: BTreeSet<(EdgeTypeId, NodeTypeId, NodeTypeId)>,
    values: BTreeMap<(Owner, AttributeId), Values>,
    grew: bool,
}

impl<'m> Reach<'m> {
    pub(super) fn new(model: &'m Model) -> Self {
        let mut reach = Reach {
            model,
            nodes: BTreeSet::new(),
            edges: BTreeSet::new(),
            values: BTreeMap::new(),
            grew: false,
        };
        let statements = &model.start.statements;
        statements.iter().for_each(|s| reach.statement(s));
        loop {
            reach.grew = false;
            for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
                if !reach.is_switched_off(id) && reach.blocker(rule).is_none() {
                    reach.apply(rule);
                }
            }
            if !reach.grew {
                return reach;
            }
        }
    }

    /// Whether a rule is not meant to fire: its timer is `Never`, or its guard is false by the values of parameters.
    pub(super) fn is_switched_off(&self, id: RuleId) -> bool {
        let guard = &self.model.rule(id).lhs.conditions;
        let is_false = |c: &Formula| self.constant(&c.expr) == Some(Value::Bool(false));
        self.model.timers[id.index()].law.family == Family::Never || guard.iter().any(is_false)
    }

    pub(super) fn has_node(&self, ty: NodeTypeId) -> bool {
        self.nodes.contains(&ty)
    }

    pub(super) fn has_edge(&self, ty: EdgeTypeId) -> bool {
        self.edges.iter().any(|&(edge, ..)| edge == ty)
    }

    /// What keeps a rule from ever having an effect: its left-hand side, its choices, or what is checked after them.
    pub(super) fn blocker<'p>(&self, rule: &'p Rule) -> Option<Blocker<'p>> {
        self.pattern(&rule.scope, &rule.lhs)
            .or_else(|| {
                let choices = rule.choose.iter();
                choices
                    .filter_map(|c| self.pattern(&rule.scope, &c.pattern))
                    .next()
            })
            .or_else(|| self.conditions(&rule.scope, &rule.then))
    }

    /// What keeps a pattern from ever matching.
    pub(super) fn pattern<'p>(
        &self,
        scope: &'p Scope,
        pattern: &'p Pattern,
    ) -> Option<Blocker<'p>> {
        let missing = pattern.elements.iter().find(|&&var| {
            let edge = pattern.edges.iter().find(|e| e.edge == var);
            match (&scope.element(var).sort, edge) {
                (Sort::Node(types), _) => !types.iter().any(|&t| self.has_node(t)),
                (Sort::Edge(types), Some(e)) => {
                    let joined = self.joined(scope, types, e.from, e.to);
                    let turned = e.undirected && self.joined(scope, types, e.to, e.from);
                    !joined && !turned
                }
                (Sort::Edge(_), None) => false,
            }
        });
        match missing {
            Some(&var) => Some(Blocker::Element(var)),
            None => self.conditions(scope, &pattern.conditions),
        }
    }

    fn joined(&self, scope: &Scope, types: &[EdgeTypeId], from: Var, to: Var) -> bool {
        let (from, to) = (scope.node_types(from), scope.node_types(to));
        let fits = |(edge, a, b): &(EdgeTypeId, NodeTypeId, NodeTypeId)| {
            types.contains(edge) && from.contains(a) && to.contains(b)
        };
        self.edges.iter().any(fits)
    }

    fn conditions<'p>(&self, scope: &Scope, conditions: &'p [Formula]) -> Option<Blocker<'p>> {
        let impossible = conditions
            .iter()
            .find(|c| !self.truth(scope, &c.expr).yes)?;
        Some(Blocker::Condition(impossible))
    }

    fn truth(&self, scope: &Scope, expr: &Expr) -> Truth {
        match &expr.kind {
            ExprKind::Not(inner) => {
                let inner = self.truth(scope, inner);
                Truth {
                    yes: inner.no,
                    no: inner.yes,
                }
            }
            ExprKind::Binary(Operator::And, a, b) => {
                let (a, b) = (self.truth(scope, a), self.truth(scope, b));
                Truth {
                    yes: a.yes && b.yes,
                    no: a.no || b.no,
                }
            }
            ExprKind::Binary(Operator::Or, a, b) => {
                let (a, b) = (self.truth(scope, a), self.truth(scope, b));
                Truth {
                    yes: a.yes || b.yes,
                    no: a.no && b.no,
                }
            }
            ExprKind::Exists(id) => {
                let sub = &scope.sub_patterns[id.index()];
                Truth {
                    yes: self.pattern(scope, &sub.pattern).is_none(),
                    no: true,
                }
            }
            ExprKind::Binary(operator, a, b) => self.comparison(scope, *operator, a, b),
            _ => match self.values_of(scope, expr) {
                Some(values) => Truth {
                    yes: values.contains(&Value::Bool(true)),
                    no: values.contains(&Value::Bool(false)),
                },
                None => EITHER,
            },
        }
    }

    /// A comparison of what has few values: each pair is compared.
    fn comparison(&self, scope: &Scope, operator: Operator, a: &Expr, b: &Expr) -> Truth {
        let (Some(left), Some(right)) = (self.values_of(scope, a), self.values_of(scope, b)) else {
            return EITHER;
        };
        let mut truth = Truth {
            yes: false,
            no: false,
        };
        for (&x, &y) in left.iter().flat_map(|x| right.iter().map(move |y| (x, y))) {
            let compared = Expr {
                kind: ExprKind::Binary(operator, Box::new(constant(x)), Box::new(constant(y))),
                ty: Type::Bool,
            };
            match evaluate(&compared, &|_| None) {
                Ok(Value::Bool(true)) => truth.yes = true,
                Ok(Value::Bool(false)) => truth.no = true,
                _ => return EITHER,
            }
        }
        truth
    }

    /// The attributes that a condition reads and that have few values, with these.
    pub(super) fn known<'p>(
        &self,
        scope: &Scope,
        condition: &'p Expr,
    ) -> Vec<(Var, AttributeId, Vec<Value>)> {
        let mut known: Vec<(Var, AttributeId, Vec<Value>)> = Vec::new();
        condition.walk(&mut |e: &'p Expr| {
            if let ExprKind::Attribute { of, attribute } = e.kind
                && !known.iter().any(|k| (k.0, k.1) == (of, attribute))
                && let Some(values) = self.values_of(scope, e)
            {
                known.push((of, attribute, values));
            }
        });
        known
    }

    /// The values that an expression can have, where they are few and known.
    fn values_of(&self, scope: &Scope, expr: &Expr) -> Option<Vec<Value>> {
        if let Some(value) = self.constant(expr) {
            return Some(vec![value]);
        }
        match &expr.kind {
            ExprKind::Attribute { of, attribute } => {
                let mut all = BTreeSet::new();
                for owner in self.owners(scope, *of) {
                    all.extend(self.values.get(&(owner, *attribute)).cloned()??);
                }
                let typed = all.into_iter().map(|bits| Value::from_bits(expr.ty, bits));
                Some(typed.collect())
            }
            ExprKind::ToReal(inner) => {
                let real = |value| match value {
                    #[expect(clippy::cast_precision_loss, reason = "as everywhere")]
                    Value::Int(i) => Value::Real(i as f64),
                    other => other,
                };
                Some(
                    self.values_of(scope, inner)?
                        .into_iter()
                        .map(real)
                        .collect(),
                )
            }
            ExprKind::Count(id) => {
                let sub = &scope.sub_patterns[id.index()];
                let blocked = self.pattern(scope, &sub.pattern).is_some();
                blocked.then(|| vec![Value::Int(0)])
            }
            _ => None,
        }
    }

    fn constant(&self, expr: &Expr) -> Option<Value> {
        let parameter = |id: crate::expr::ParameterId| match self.model.parameters[id.index()].value
        {
            ParameterValue::Value(value) => Some(value),
            ParameterValue::Text(_) => None,
        };
        evaluate(expr, &parameter).ok()
    }

    /// The types that are ever there among those of a variable.
    fn owners(&self, scope: &Scope, var: Var) -> Vec<Owner> {
        match &scope.element(var).sort {
            Sort::Node(types) => {
                let there = types.iter().filter(|&&t| self.has_node(t));
                there.map(|&t| Owner::Node(t)).collect()
            }
            Sort::Edge(types) => {
                let there = types.iter().filter(|&&t| self.has_edge(t));
                there.map(|&t| Owner::Edge(t)).collect()
            }
        }
    }

    fn apply(&mut self, rule: &Rule) {
        self.effect(&rule.scope, &rule.effect);
        for block in &rule.for_each {
            if self.pattern(&rule.scope, &block.pattern).is_none() {
                self.effect(&rule.scope, &block.effect);
            }
        }
    }

    fn effect(&mut self, scope: &Scope, effect: &Effect) {
        self.creations(scope, &effect.create);
        for assignment in &effect.set {
            let value = match assignment.mode {
                AssignmentMode::Set => self.constant(&assignment.value.expr),
                AssignmentMode::Add | AssignmentMode::Subtract => None,
            };
            for owner in self.owners(scope, assignment.target) {
                self.add_value(owner, assignment.attribute, value);
            }
        }
    }

    fn creations(&mut self, scope: &Scope, creations: &[Creation]) {
        for creation in creations {
            match creation.what {
                Created::Node(ty) => self.add_node(ty, &creation.attributes),
                Created::Edge { ty, from, to } => {
                    let (from, to) = (scope.node_types(from), scope.node_types(to));
                    self.add_edge(ty, from, to, &creation.attributes);
                }
            }
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Create { create, .. } => {
                let model = self.model;
                self.creations(&model.start.scope, create);
            }
            Statement::Topology(Topology {
                nodes,
                edge,
                attributes,
                ..
            }) => self.add_edge(*edge, nodes, nodes, attributes),
            Statement::Nodes(rows) => {
                for row in &rows.rows {
                    let (ty, template) = &rows.templates[usize::from(row.template)];
                    self.nodes.insert(*ty);
                    let columns = &self.model.types.node(*ty).attributes;
                    let cells = row.values.iter().zip(template).zip(columns);
                    for ((value, formula), column) in cells {
                        let value = value.or_else(|| self.constant(&formula.expr));
                        self.add_value(Owner::Node(*ty), column.id, value);
                    }
                }
            }
            Statement::Edges(rows) => {
                // Between which nodes is not looked up: between any that the type allows.
                for (ty, _) in &rows.templates {
                    let declared = self.model.types.edge(*ty);
                    self.add_edge(*ty, &declared.from, &declared.to, &[]);
                    for column in &declared.attributes {
                        self.add_value(Owner::Edge(*ty), column.id, None);
                    }
                }
            }
        }
    }

    fn add_node(&mut self, ty: NodeTypeId, attributes: &[Formula]) {
        self.grew |= self.nodes.insert(ty);
        let columns = &self.model.types.node(ty).attributes;
        for (column, formula) in columns.iter().zip(attributes) {
            let value = self.constant(&formula.expr);
            self.add_value(Owner::Node(ty), column.id, value);
        }
    }

    fn add_edge(
        &mut self,
        ty: EdgeTypeId,
        from: &[NodeTypeId],
        to: &[NodeTypeId],
        attributes: &[Formula],
    ) {
        let declared = self.model.types.edge(ty);
        for (&a, &b) in from.iter().flat_map(|a| to.iter().map(move |b| (a, b))) {
            if !self.has_node(a) || !self.has_node(b) {
                continue;
            }
            self.grew |= self.edges.insert((ty, a, b));
            if declared.undirected {
                self.grew |= self.edges.insert((ty, b, a));
            }
        }
        for (column, formula) in declared.attributes.iter().zip(attributes) {
            let value = self.constant(&formula.expr);
            self.add_value(Owner::Edge(ty), column.id, value);
        }
    }

    /// An attribute may have a value; any, where none is known.
    fn add_value(&mut self, owner: Owner, attribute: AttributeId, value: Option<Value>) {
        let known = self.values.entry((owner, attribute));
        let known = known.or_insert_with(|| Some(BTreeSet::new()));
        let (Some(values), value) = (known.as_mut(), value) else {
            return;
        };
        let Some(value) = value else {
            *known = None;
            self.grew = true;
            return;
        };
        self.grew |= values.insert(value.to_bits());
        if values.len() > MAX_VALUES {
            *known = None;
        }
    }
}
