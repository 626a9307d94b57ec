//! Syntax trees of patterns and expressions, with positions; nothing is resolved.

use crate::source::{Span, Spanned};

/// A name with its place.
pub type Name = Spanned<String>;

/// A pattern: paths separated by commas, with an optional `WHERE`.
#[derive(Clone, Debug)]
pub struct PatternTree {
    /// The paths.
    pub paths: Vec<Path>,
    /// The condition behind `WHERE`.
    pub condition: Option<ExprTree>,
    /// The whole.
    pub span: Span,
}

/// `(a)-[:x]->(b)~[:y]~(c)`.
#[derive(Clone, Debug)]
pub struct Path {
    /// The first node.
    pub first: NodeTree,
    /// Edges, each with the node that it leads to.
    pub steps: Vec<(EdgeTree, NodeTree)>,
}

/// `(name:Type|Type {attribute: value} WHERE condition)`; every part may be absent.
#[derive(Clone, Debug)]
pub struct NodeTree {
    /// The variable.
    pub name: Option<Name>,
    /// Alternatives; empty where no type is given.
    pub types: Vec<Name>,
    /// Attribute values in braces: conditions in a pattern, initial values in `create`.
    pub attributes: Vec<(Name, ExprTree)>,
    /// The condition behind `WHERE`.
    pub condition: Option<ExprTree>,
    /// With its parentheses.
    pub span: Span,
}

/// `-[name:type|type {attribute: value} WHERE condition]->`.
#[derive(Clone, Debug)]
pub struct EdgeTree {
    /// The variable.
    pub name: Option<Name>,
    /// Alternatives; empty where no type is given.
    pub types: Vec<Name>,
    /// Attribute values in braces.
    pub attributes: Vec<(Name, ExprTree)>,
    /// The condition behind `WHERE`.
    pub condition: Option<ExprTree>,
    /// Which way it points.
    pub direction: Direction,
    /// With its arrow.
    pub span: Span,
}

/// Which way an edge points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `-[…]->`
    Right,
    /// `<-[…]-`
    Left,
    /// `~[…]~`
    Undirected,
}

/// An expression.
#[derive(Clone, Debug)]
pub struct ExprTree {
    /// What it is.
    pub kind: ExprTreeKind,
    /// Where.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExprTreeKind {
    /// An integer literal that fits 64 bits.
    Int(i64),
    /// A finite decimal literal.
    Real(f64),
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A lone name: parameter, `now`, `index`, variable, or (in a derived probe) a probe.
    Name(String),
    /// `of.name`: attribute of a variable, value of an enumeration, column of a look-up, statistic of a probe.
    Member {
        /// What stands before the dot.
        of: Box<ExprTree>,
        /// What stands behind it.
        name: Name,
    },
    /// `name(arguments)`: a function, `id(x)`, `draw(…)`, a table, or inside `draw` a law; arguments may be named (`mean: 3`).
    Call {
        /// The function's name.
        name: Name,
        /// Arguments, with the names of the named ones.
        arguments: Vec<(Option<Name>, ExprTree)>,
    },
    /// `NOT x`.
    Not(Box<ExprTree>),
    /// `-x`.
    Negate(Box<ExprTree>),
    /// `a op b`; AND, OR and comparisons included. Comparisons do not chain.
    Binary {
        /// The operator.
        operator: Spanned<BinaryOperator>,
        /// Left operand.
        left: Box<ExprTree>,
        /// Right operand.
        right: Box<ExprTree>,
    },
    /// `CASE WHEN c THEN a … ELSE z END`.
    Case {
        /// Conditions and results.
        branches: Vec<(ExprTree, ExprTree)>,
        /// Result where no condition holds.
        otherwise: Box<ExprTree>,
    },
    /// `EXISTS { pattern }`.
    Exists(Box<PatternTree>),
    /// `COUNT { pattern }`.
    Count(Box<PatternTree>),
}

/// Binary operators as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the operator of its name")]
pub enum BinaryOperator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// `target.attribute = value`, or with `+=` or `-=`.
#[derive(Clone, Debug)]
pub struct AssignmentTree {
    /// The variable.
    pub target: Name,
    /// Its attribute.
    pub attribute: Name,
    /// `=`, `+=` or `-=`.
    pub mode: crate::rule::AssignmentMode,
    /// The value.
    pub value: ExprTree,
    /// The whole.
    pub span: Span,
}
