//! Checked patterns and the variables that they bind.

use crate::{
    expr::{Formula, Var},
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
