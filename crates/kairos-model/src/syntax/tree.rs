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
    /// Levels of the tree, 1 for a leaf. The parser bounds them by [`super::MAX_DEPTH`], so that walks and `Drop` may recurse.
    pub height: u16,
}

impl ExprTree {
    /// An expression, its height one more than that of its highest part.
    #[must_use]
    pub fn new(kind: ExprTreeKind, span: Span) -> Self {
        use ExprTreeKind as K;
        let below = match &kind {
            K::Int(_) | K::Real(_) | K::Bool(_) | K::Name(_) => 0,
            K::Member { of: inner, .. } | K::Not(inner) | K::Negate(inner) => inner.height,
            K::Call { arguments, .. } => highest(arguments.iter().map(|(_, a)| a)),
            K::Binary { left, right, .. } => left.height.max(right.height),
            K::Case {
                branches,
                otherwise,
            } => highest(branches.iter().flat_map(|(c, r)| [c, r])).max(otherwise.height),
            K::Exists(pattern) | K::Count(pattern) => pattern.height(),
        };
        ExprTree {
            kind,
            span,
            height: below.saturating_add(1),
        }
    }
}

impl PatternTree {
    /// The height of the highest expression in it, 0 without any.
    #[must_use]
    pub fn height(&self) -> u16 {
        let paths = self.paths.iter().flat_map(|path| {
            let nodes = std::iter::once(&path.first).chain(path.steps.iter().map(|(_, n)| n));
            let in_nodes =
                nodes.flat_map(|n| n.attributes.iter().map(|(_, v)| v).chain(&n.condition));
            let edges = path.steps.iter().map(|(e, _)| e);
            in_nodes
                .chain(edges.flat_map(|e| e.attributes.iter().map(|(_, v)| v).chain(&e.condition)))
        });
        highest(paths.chain(&self.condition))
    }
}

fn highest<'a>(trees: impl IntoIterator<Item = &'a ExprTree>) -> u16 {
    trees.into_iter().map(|t| t.height).max().unwrap_or(0)
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
