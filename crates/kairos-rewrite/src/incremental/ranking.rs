//! Recognises "no better one" among the conditions of a rule, and compiles it to an ordered index.
//!
//! `NOT EXISTS { (x:T WHERE C AND x is better than y) }`, with "better" a comparison of one expression of `x` and of `y`, ties by number or not at all, says that `y`
//! stands no lower than the first node of the order for which `C` holds. With the rest of the left-hand side bound (a *frame*), the matches are
//! found by walking the order from its top to that node: cost does not depend on how many nodes stand below.

use kairos_model::{
    expr::{Expr, ExprKind, Formula, FormulaId, Operator, Var},
    formulas::Owner,
    pattern::{PatternEdge, Scope, SubPattern},
    rule::{Rule, RuleId},
};

use super::{
    plan::Plan,
    planner::{Shape, plan},
    strategy::split_conditions,
};
use crate::{
    eval::{Code, can_fault},
    program::Program,
};

/// How a rule's matches follow from an order of nodes.
#[derive(Debug)]
pub(crate) struct Ranking {
    /// The node of the left-hand side than which there must be no better one.
    pub(crate) best: Var,
    /// The node of the sub-pattern.
    pub(crate) other: Var,
    /// What is compared, as an expression of `other`.
    pub(crate) key: Code,
    pub(crate) key_formula: Formula,
    /// Whether greater keys are better.
    pub(crate) greatest: bool,
    /// How equal keys are ranked.
    pub(crate) ties: Ties,
    /// Left-hand side without `best` and its edges.
    pub(crate) frame: Vec<Var>,
    pub(crate) frame_edges: Vec<PatternEdge>,
    pub(crate) frame_conditions: Vec<FormulaId>,
    /// Completes a frame and `best` to a match: remaining elements and conditions.
    pub(crate) rest: Plan,
    pub(crate) rest_conditions: Vec<FormulaId>,
    /// The conditions on `other` besides being better.
    pub(crate) blocking: Vec<FormulaId>,
    /// The edges at `best`.
    pub(crate) edges: Vec<Var>,
}

/// How equal keys are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ties {
    /// None is better.
    Equal,
    /// The smaller number is better.
    SmallerNumber,
    /// The greater number is better.
    GreaterNumber,
}

impl Ranking {
    /// The ranking in a rule's conditions, if there is one.
    pub(crate) fn of(program: &Program, id: RuleId) -> Option<Ranking> {
        let rule = program.model.rule(id);
        if rule.symmetric || program.aggregates[id.index()].is_some() {
            return None;
        }
        rule.lhs.conditions.iter().find_map(|condition| {
            let ExprKind::Not(inner) = &condition.expr.kind else {
                return None;
            };
            let ExprKind::Exists(sub) = inner.kind else {
                return None;
            };
            let sub = program.sub(program.sub_id(Owner::Rule(id), sub));
            compile(program, id, condition, sub)
        })
    }
}

fn compile(program: &Program, id: RuleId, nac: &Formula, sub: &SubPattern) -> Option<Ranking> {
    let rule = program.model.rule(id);
    let scope = &rule.scope;
    let (&[other], []) = (
        sub.pattern.elements.as_slice(),
        sub.pattern.edges.as_slice(),
    ) else {
        return None;
    };
    let better = sub
        .pattern
        .conditions
        .iter()
        .find_map(|c| Some((c.id, Better::read(rule, other, &c.expr)?)));
    let (
        comparison,
        Better {
            key,
            best,
            greatest,
            ties,
        },
    ) = better?;
    let covered = scope
        .node_types(best)
        .iter()
        .all(|ty| scope.node_types(other).contains(ty));
    let plain = !reads_sub(key) && !can_fault(scope, &program.model.tables, key);
    let blocking: Vec<&Formula> = sub
        .pattern
        .conditions
        .iter()
        .filter(|c| c.id != comparison)
        .collect();
    let at_best = |e: &&PatternEdge| e.from == best || e.to == best;
    let edges: Vec<Var> = rule
        .lhs
        .edges
        .iter()
        .filter(at_best)
        .map(|e| e.edge)
        .collect();
    let frame: Vec<Var> = rule
        .lhs
        .elements
        .iter()
        .copied()
        .filter(|v| *v != best && !edges.contains(v))
        .collect();
    // What blocks must not depend on the ranked node or its edges: these differ from match to match of one frame.
    let beyond_frame = |f: &&Formula| {
        mentioned(scope, &f.expr)
            .iter()
            .any(|v| rule.lhs.elements.contains(v) && !frame.contains(v))
    };
    if !covered || !plain || blocking.iter().any(beyond_frame) {
        return None;
    }
    let of_frame = |f: &&Formula| {
        mentioned(scope, &f.expr)
            .iter()
            .all(|v| frame.contains(v) || !rule.lhs.elements.contains(v))
    };
    let others = || rule.lhs.conditions.iter().filter(|c| c.id != nac.id);
    let (frame_conditions, rest): (Vec<&Formula>, Vec<&Formula>) = others().partition(of_frame);
    let rest_plan = rest_plan(program, rule, &frame, best, &rest);
    let key_formula = Formula {
        id: FormulaId::UNSET,
        expr: key.clone(),
        text: nac.text.clone(),
        span: nac.span,
    };
    Some(Ranking {
        best,
        other,
        key: program.compile_formula(Owner::Rule(id), &key_formula),
        key_formula,
        greatest,
        ties,
        frame_edges: rule
            .lhs
            .edges
            .iter()
            .filter(|e| !at_best(e))
            .copied()
            .collect(),
        frame_conditions: frame_conditions.iter().map(|f| f.id).collect(),
        frame,
        rest: rest_plan,
        rest_conditions: rest.iter().map(|f| f.id).collect(),
        blocking: blocking.iter().map(|f| f.id).collect(),
        edges,
    })
}

fn rest_plan(
    program: &Program,
    rule: &Rule,
    frame: &[Var],
    best: Var,
    conditions: &[&Formula],
) -> Plan {
    let mut bound = frame.to_vec();
    bound.push(best);
    let own: Vec<Var> = rule
        .lhs
        .elements
        .iter()
        .copied()
        .filter(|v| !bound.contains(v))
        .collect();
    let (early, late) = split_conditions(program, &rule.scope, &own, conditions.iter().copied());
    let shape = Shape {
        scope: &rule.scope,
        vars: &own,
        edges: &rule.lhs.edges,
        injective: &[],
        taken: &[],
        early: &early,
        late: &late,
        bridges: &[],
    };
    plan(&program.model.types, &program.schema, &shape, None, &bound)
}

fn mentioned(scope: &Scope, expr: &Expr) -> Vec<Var> {
    let mut vars = Vec::new();
    scope.mentions(expr, &mut vars);
    vars
}

fn reads_sub(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |e| found |= matches!(e.kind, ExprKind::Exists(_) | ExprKind::Count(_)));
    found
}

/// A condition that says "better than".
struct Better<'a> {
    key: &'a Expr,
    best: Var,
    greatest: bool,
    ties: Ties,
}

impl<'a> Better<'a> {
    /// Reads `k(other) > k(best)`, also the other way round and with `<`, alone or in `… OR (k(other) = k(best) AND id(other) < id(best))`.
    fn read(rule: &Rule, other: Var, expr: &'a Expr) -> Option<Self> {
        if let ExprKind::Binary(Operator::Or, strict, tie) = &expr.kind {
            let better = Better::strict(rule, other, strict)?;
            let ExprKind::Binary(Operator::And, equal, number) = &tie.kind else {
                return None;
            };
            let ExprKind::Binary(Operator::Equal, a, b) = &equal.kind else {
                return None;
            };
            let keys = |a: &Expr, b: &Expr| {
                same(a, better.key, None) && same(better.key, b, Some((other, better.best)))
            };
            let smaller = numbers(number, other, better.best)?;
            let ties = if smaller {
                Ties::SmallerNumber
            } else {
                Ties::GreaterNumber
            };
            return (keys(a, b) || keys(b, a)).then_some(Better { ties, ..better });
        }
        Better::strict(rule, other, expr)
    }

    fn strict(rule: &Rule, other: Var, expr: &'a Expr) -> Option<Self> {
        let (key, against, greatest) = match &expr.kind {
            ExprKind::Binary(Operator::Greater, a, b) if reads(a, other) => (a, b, true),
            ExprKind::Binary(Operator::Greater, b, a) => (a, b, false),
            ExprKind::Binary(Operator::Less, a, b) if reads(a, other) => (a, b, false),
            ExprKind::Binary(Operator::Less, b, a) => (a, b, true),
            _ => return None,
        };
        let best = only_variable(against)
            .filter(|v| rule.lhs.elements.contains(v) && rule.scope.is_node(*v))?;
        let matches = only_variable(key) == Some(other) && same(key, against, Some((other, best)));
        matches.then_some(Better {
            key,
            best,
            greatest,
            ties: Ties::Equal,
        })
    }
}

/// Whether `expr` says `id(other) < id(best)` (true) or `id(other) > id(best)` (false).
fn numbers(expr: &Expr, other: Var, best: Var) -> Option<bool> {
    let ExprKind::Binary(operator, a, b) = &expr.kind else {
        return None;
    };
    let smaller = match operator {
        Operator::Less => true,
        Operator::Greater => false,
        _ => return None,
    };
    match (&a.kind, &b.kind) {
        (ExprKind::Number(a), ExprKind::Number(b)) if (*a, *b) == (other, best) => Some(smaller),
        (ExprKind::Number(a), ExprKind::Number(b)) if (*a, *b) == (best, other) => Some(!smaller),
        _ => None,
    }
}

fn reads(expr: &Expr, var: Var) -> bool {
    only_variable(expr) == Some(var)
}

/// The one variable that an expression reads attributes of.
fn only_variable(expr: &Expr) -> Option<Var> {
    let mut vars = Vec::new();
    let mut other = false;
    expr.walk(&mut |e| match e.kind {
        ExprKind::Attribute { of, .. } | ExprKind::Number(of) => vars.push(of),
        ExprKind::Now | ExprKind::Same(..) => other = true,
        _ => {}
    });
    let first = *vars.first()?;
    (!other && vars.iter().all(|v| *v == first)).then_some(first)
}

/// Whether two expressions are the same, after renaming a variable of the first.
fn same(a: &Expr, b: &Expr, rename: Option<(Var, Var)>) -> bool {
    let renamed = |v: Var| rename.map_or(v, |(from, to)| if v == from { to } else { v });
    let all = |a: &[Expr], b: &[Expr]| {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b, rename))
    };
    match (&a.kind, &b.kind) {
        (ExprKind::Constant(a), ExprKind::Constant(b)) => {
            a.ty() == b.ty() && a.to_bits() == b.to_bits()
        }
        (ExprKind::Parameter(a), ExprKind::Parameter(b)) => a == b,
        (
            ExprKind::Attribute {
                of: v,
                attribute: a,
            },
            ExprKind::Attribute {
                of: w,
                attribute: b,
            },
        ) => renamed(*v) == *w && a == b,
        (ExprKind::Number(a), ExprKind::Number(b)) => renamed(*a) == *b,
        (ExprKind::ToReal(a), ExprKind::ToReal(b))
        | (ExprKind::Negate(a), ExprKind::Negate(b))
        | (ExprKind::Not(a), ExprKind::Not(b)) => same(a, b, rename),
        (ExprKind::Binary(o, a, b), ExprKind::Binary(p, c, d)) => {
            o == p && same(a, c, rename) && same(b, d, rename)
        }
        (ExprKind::Call(f, a), ExprKind::Call(g, b)) => f == g && all(a, b),
        (
            ExprKind::Lookup {
                table: t,
                keys: a,
                column: c,
            },
            ExprKind::Lookup {
                table: u,
                keys: b,
                column: d,
            },
        ) => t == u && c == d && all(a, b),
        _ => false,
    }
}
