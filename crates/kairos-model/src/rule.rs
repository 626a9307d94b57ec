//! Checked rules.

use crate::{
    expr::{Formula, Var},
    pattern::{Pattern, Scope},
    source::Span,
    types::{AttributeId, EdgeTypeId, NodeTypeId, ids},
};

ids! {
    /// A rule: its position in [`crate::model::Model::rules`], in the order of the names.
    RuleId(u16),
}

/// A rule: left-hand side, guard and NACs, choices, effect.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name, unique in the model.
    pub name: String,
    /// Its variables, and the sub-patterns of guard, choices, timer and tallies.
    pub scope: Scope,
    /// The left-hand side. Its conditions are the guard; a NAC is a `NOT EXISTS`.
    pub lhs: Pattern,
    /// Steps that pick part of the match when the event fires, in order.
    pub choose: Vec<Choice>,
    /// `then_where` and `then_unless`: what must hold after the picks, or the firing has no effect.
    pub then: Vec<Formula>,
    /// The event is active only while the choice has an extension.
    pub required: bool,
    /// The main effect.
    pub effect: Effect,
    /// Effects for every extension of the match, in order.
    pub for_each: Vec<ForEach>,
    /// One event per occurrence instead of one per embedding.
    pub symmetric: bool,
    /// All automorphisms of the left-hand side, identity first: entry `i` is what `lhs.elements[i]` maps to.
    pub automorphisms: Vec<Vec<Var>>,
    /// The connected components of the left-hand side's elements, in the order of their first elements.
    pub components: Vec<Vec<Var>>,
    /// Where its name stands.
    pub span: Span,
}

/// One step of `choose`.
#[derive(Clone, Debug)]
pub struct Choice {
    /// How one extension is picked.
    pub pick: Pick,
    /// The extension: elements beyond what is bound so far, with its own conditions.
    pub pattern: Pattern,
    /// Edges of match and earlier steps that its own edges must differ from, ascending.
    pub taken: Vec<Var>,
    /// Where it stands.
    pub span: Span,
}

/// How a step of `choose` picks.
#[derive(Clone, Debug)]
pub enum Pick {
    /// Each extension with the same probability.
    Uniform,
    /// An extension with the greatest value; ties uniformly.
    Max(Formula),
    /// An extension with the least value; ties uniformly.
    Min(Formula),
    /// Each extension with a probability proportional to a weight (`Real`, not negative).
    Weighted(Formula),
}

/// Deletions, creations and assignments, all reading the graph as it was before.
#[derive(Clone, Debug, Default)]
pub struct Effect {
    /// Elements to delete, in the order of the text.
    pub delete: Vec<Var>,
    /// Elements to create, in the order of the text, a node before its edges.
    pub create: Vec<Creation>,
    /// Assignments, in the order of the text.
    pub set: Vec<Assignment>,
}

/// An element to create.
#[derive(Clone, Debug)]
pub struct Creation {
    /// The variable that names it.
    pub var: Var,
    /// Node or edge.
    pub what: Created,
    /// A value for every attribute of the type, in the order of its columns.
    pub attributes: Vec<Formula>,
}

/// What is created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Created {
    /// A node of a concrete type.
    Node(NodeTypeId),
    /// An edge. Not created where an end is deleted by the same application.
    Edge {
        /// Its type.
        ty: EdgeTypeId,
        /// Its source.
        from: Var,
        /// Its target.
        to: Var,
    },
}

/// An assignment to an attribute.
#[derive(Clone, Debug)]
pub struct Assignment {
    /// The element.
    pub target: Var,
    /// Its attribute.
    pub attribute: AttributeId,
    /// How the value is combined.
    pub mode: AssignmentMode,
    /// The value, of the attribute's type.
    pub value: Formula,
}

/// How an assignment combines with what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentMode {
    /// `=`.
    Set,
    /// `+=`, accumulates.
    Add,
    /// `-=`, accumulates.
    Subtract,
}

/// An effect for every extension of the match.
#[derive(Clone, Debug)]
pub struct ForEach {
    /// The extension.
    pub pattern: Pattern,
    /// Edges of match and choices that its own edges must differ from, ascending.
    pub taken: Vec<Var>,
    /// What is done for each.
    pub effect: Effect,
}
