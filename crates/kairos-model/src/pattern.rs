//! Checked patterns and the variables that they bind.

use crate::{
    expr::{Expr, ExprKind, Formula, Var},
    source::Span,
    types::{EdgeTypeId, NodeTypeId, ids},
};

ids! {
    /// A sub-pattern (`EXISTS`, `COUNT`, `unless`): its position in [`Scope::sub_patterns`].
    SubPatternId(u16),
}

/// All variables of a rule, a probe's query or a start graph: a match, its extensions and its sub-patterns bind them in one flat array.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The elements, by [`Var`]: left-hand side first, in the order of the text.
    pub elements: Vec<Element>,
    /// Sub-patterns, by [`SubPatternId`], an outer one before the ones in it.
    pub sub_patterns: Vec<SubPattern>,
}

impl Scope {
    /// The element that a variable stands for.
    #[must_use]
    pub fn element(&self, var: Var) -> &Element {
        &self.elements[var.index()]
    }

    /// Whether a variable is a node.
    #[must_use]
    pub fn is_node(&self, var: Var) -> bool {
        matches!(self.element(var).sort, Sort::Node(_))
    }

    /// Concrete types of a node variable; none of an edge.
    #[must_use]
    pub fn node_types(&self, var: Var) -> &[NodeTypeId] {
        match &self.element(var).sort {
            Sort::Node(types) => types,
            Sort::Edge(_) => &[],
        }
    }

    /// The type of a node variable that can have no other.
    #[must_use]
    pub fn only_type(&self, var: Var) -> Option<NodeTypeId> {
        match *self.node_types(var) {
            [ty] => Some(ty),
            _ => None,
        }
    }

    /// Types of an edge variable; none of a node.
    #[must_use]
    pub fn edge_types(&self, var: Var) -> &[EdgeTypeId] {
        match &self.element(var).sort {
            Sort::Edge(types) => types,
            Sort::Node(_) => &[],
        }
    }

    /// Whether two variables can be bound to the same element, going by their types.
    #[must_use]
    pub fn can_be_same(&self, a: Var, b: Var) -> bool {
        self.element(a).sort.overlaps(&self.element(b).sort)
    }

    /// Edges of `taken` that an edge of the pattern could be bound to, going by their types.
    pub fn overlapping<'a>(
        &'a self,
        pattern: &'a Pattern,
        taken: &'a [Var],
    ) -> impl Iterator<Item = Var> + 'a {
        let could_be = |t: Var| pattern.edges.iter().any(|e| self.can_be_same(e.edge, t));
        taken.iter().copied().filter(move |&t| could_be(t))
    }

    /// Adds the variables that an expression depends on: those it names, those its sub-patterns (at any depth) name beyond their own, and edges
    /// that these must avoid.
    pub fn mentions(&self, expr: &Expr, out: &mut Vec<Var>) {
        expr.walk(&mut |e| match e.kind {
            ExprKind::Attribute { of, .. } | ExprKind::Number(of) => out.push(of),
            ExprKind::Same(a, b) => out.extend([a, b]),
            ExprKind::Exists(sub) | ExprKind::Count(sub) => {
                let sub = &self.sub_patterns[sub.index()];
                let mut inner = sub.outer.clone();
                inner.extend(self.overlapping(&sub.pattern, &sub.taken));
                for condition in &sub.pattern.conditions {
                    self.mentions(&condition.expr, &mut inner);
                }
                inner.retain(|v| !sub.pattern.elements.contains(v));
                out.append(&mut inner);
            }
            _ => {}
        });
    }
}

/// A variable: an element of a pattern or one that an effect creates.
#[derive(Clone, Debug)]
pub struct Element {
    /// The author's name for it; anonymous elements have none.
    pub name: Option<String>,
    /// Node or edge, with the types that it can have.
    pub sort: Sort,
    /// Where it is introduced.
    pub span: Span,
}

/// What a variable can be bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A node of one of these concrete types, ascending.
    Node(Vec<NodeTypeId>),
    /// An edge of one of these types, ascending; all are directed or all undirected.
    Edge(Vec<EdgeTypeId>),
}

impl Sort {
    /// Whether an element can be of both.
    #[must_use]
    pub fn overlaps(&self, other: &Sort) -> bool {
        match (self, other) {
            (Sort::Node(a), Sort::Node(b)) => a.iter().any(|ty| b.contains(ty)),
            (Sort::Edge(a), Sort::Edge(b)) => a.iter().any(|ty| b.contains(ty)),
            _ => false,
        }
    }
}

/// Nodes, edges between them, and conditions.
#[derive(Clone, Debug, Default)]
pub struct Pattern {
    /// The elements that this pattern binds itself, nodes and edges, in the order of the text.
    pub elements: Vec<Var>,
    /// Its edges, in the order of the text. Their ends may be nodes of an enclosing pattern.
    pub edges: Vec<PatternEdge>,
    /// Conditions, all of which must hold: `WHERE`, attribute values in braces, guard, and `unless` as `NOT EXISTS`,
    /// split at `AND`.
    pub conditions: Vec<Formula>,
}

/// An edge of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatternEdge {
    /// The edge itself.
    pub edge: Var,
    /// Its source; for an undirected edge, one end.
    pub from: Var,
    /// Its target; for an undirected edge, the other end.
    pub to: Var,
    /// Whether either end may be `from`.
    pub undirected: bool,
}

/// A pattern that is looked for around an enclosing match.
///
/// Its own edges are distinct from each other and from those in `taken`; its own nodes are distinct from each other,
/// but may be nodes of the enclosing match.
#[derive(Clone, Debug)]
pub struct SubPattern {
    /// Its own elements and conditions.
    pub pattern: Pattern,
    /// The variables of enclosing patterns that it (or a sub-pattern in it) mentions, ascending.
    pub outer: Vec<Var>,
    /// Edges of the enclosing match and enclosing sub-patterns that its own edges must differ from, ascending.
    pub taken: Vec<Var>,
    /// The sub-pattern in whose conditions it stands.
    pub parent: Option<SubPatternId>,
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}
