//! How a rule's choices are made, as far as the rule alone tells.

use kairos_model::{
    expr::{Expr, ExprKind, Formula, FormulaId, Var},
    pattern::{Pattern, Scope, SubPattern, SubPatternId},
    rule::{Choice, Pick, Rule},
    source::Span,
    types::{NodeTypeId, Type},
};

use crate::{
    schema::{PortId, Schema, Way},
    upkeep::Kept,
};

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

/// `required: true` is the guard "an extension exists".
pub(super) fn require_choice(rule: &mut Rule) {
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
        rule.scope.mentions(&condition.expr, &mut outer);
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

pub(super) fn plan_choice(schema: &Schema, rule: &Rule, choice: &Choice) -> ChoicePlan {
    let shape = choice_shape(&rule.scope, &choice.pattern);
    let own = &choice.pattern.elements;
    let reads_only_own = |expr: &Expr| {
        let mut read = Vec::new();
        rule.scope.mentions(expr, &mut read);
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
    let taken = rule
        .scope
        .overlapping(&choice.pattern, &choice.taken)
        .collect();
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
    let edge = scope.edge_types(edge)[0];
    let types = 0..u16::try_from(schema.node_types()).expect("check allows fewer than 2^16 types");
    let port = |ty: NodeTypeId| {
        let mut neighbours = scope.node_types(node).iter();
        neighbours.find_map(|&n| schema.port(ty, edge, way, n, Kept::List))
    };
    types.map(NodeTypeId).map(port).collect()
}

pub(crate) fn choice_shape(scope: &Scope, pattern: &Pattern) -> ChoiceShape {
    let own = |v: Var| pattern.elements.contains(&v);
    match (pattern.elements.as_slice(), pattern.edges.as_slice()) {
        (&[node], []) => ChoiceShape::Nodes { node },
        ([_, _], &[e]) if scope.edge_types(e.edge).len() == 1 && own(e.from) != own(e.to) => {
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
