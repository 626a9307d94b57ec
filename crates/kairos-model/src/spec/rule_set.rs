//! `RuleSet(…)`: what can happen.

use super::{Entries, NumberOrText, Text};
use crate::source::{FileId, Span, Spanned};

/// `RuleSet(…)`: one file.
#[derive(Clone, Debug)]
pub struct RuleSetSpec {
    /// The file.
    pub file: FileId,
    /// Other rule sets, relative to this file.
    pub include: Vec<Text>,
    /// Node types.
    pub node_types: Entries<NodeTypeSpec>,
    /// Edge types.
    pub edge_types: Entries<EdgeTypeSpec>,
    /// Enumerations: a name and its values.
    pub enumerations: Entries<Vec<Text>>,
    /// Parameters with default values.
    pub parameters: Entries<NumberOrText>,
    /// Rules.
    pub rules: Entries<RuleSpec>,
    /// Names of entries that are declared but had a mistake and were left out: nothing further is said about them.
    pub unreadable: Vec<Text>,
}

/// `(is: "Node", abstract: true, attributes: {…})`.
#[derive(Clone, Debug, Default)]
pub struct NodeTypeSpec {
    /// The parent.
    pub is: Option<Text>,
    /// Whether it is abstract.
    pub is_abstract: bool,
    /// Own attributes.
    pub attributes: Entries<AttributeSpec>,
}

/// `Int(0)`, `Real`, `Bool(false)`, `Enum("State", "idle")`, `Enum("State")`.
#[derive(Clone, Debug)]
pub enum AttributeSpec {
    /// `Int` with an optional default.
    Int(Option<Spanned<i64>>),
    /// `Real` with an optional default.
    Real(Option<Spanned<f64>>),
    /// `Bool` with an optional default.
    Bool(Option<Spanned<bool>>),
    /// An enumeration with an optional default.
    Enum(Text, Option<Text>),
}

/// `(from: "A|B", to: "C", unique: true, attributes: {…})` or `(between: ("A", "B"), …)`.
#[derive(Clone, Debug)]
pub struct EdgeTypeSpec {
    /// The ends, alternatives separated by `|`.
    pub ends: Spanned<EndsSpec>,
    /// Whether two edges may have the same ends.
    pub unique: bool,
    /// Attributes.
    pub attributes: Entries<AttributeSpec>,
}

/// Ends of an edge type.
#[derive(Clone, Debug)]
pub enum EndsSpec {
    /// `from`, `to`.
    Directed(Text, Text),
    /// `between`.
    Undirected(Text, Text),
}

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct RuleSpec {
    /// Patterns of the left-hand side (a single string is a list of one; absent: empty left-hand side).
    pub matches: Vec<Text>,
    /// The guard.
    pub condition: Option<Text>,
    /// NACs.
    pub unless: Vec<Text>,
    /// Picks.
    pub choose: Vec<ChoiceSpec>,
    /// What must hold after the picks.
    pub then_where: Option<Text>,
    /// Patterns that must not be there after the picks.
    pub then_unless: Vec<Text>,
    /// Whether the event is active only while an extension exists.
    pub required: Option<Spanned<bool>>,
    /// Variables to delete.
    pub delete: Vec<Text>,
    /// Patterns to create.
    pub create: Vec<Text>,
    /// Assignments.
    pub set: Vec<Text>,
    /// Effects for every extension.
    pub for_each: Vec<ForEachSpec>,
    /// One event per occurrence.
    pub symmetric: Option<Spanned<bool>>,
}

/// `Max("sn.bandwidth", of: "…")`, `Uniform("…")`, `Uniform(of: "…")`.
#[derive(Clone, Debug)]
pub struct ChoiceSpec {
    /// How.
    pub pick: PickSpec,
    /// The extension.
    pub of: Text,
    /// The whole.
    pub span: Span,
}

/// How a choice picks.
#[derive(Clone, Debug)]
pub enum PickSpec {
    /// All alike.
    Uniform,
    /// The greatest value.
    Max(Text),
    /// The least value.
    Min(Text),
    /// In proportion to a weight.
    Weighted(Text),
}

/// `(match: …, where: …, delete: …, create: …, set: …)`.
#[derive(Clone, Debug, Default)]
pub struct ForEachSpec {
    /// The extension.
    pub matches: Vec<Text>,
    /// Its condition.
    pub condition: Option<Text>,
    /// Variables to delete.
    pub delete: Vec<Text>,
    /// Patterns to create.
    pub create: Vec<Text>,
    /// Assignments.
    pub set: Vec<Text>,
}
