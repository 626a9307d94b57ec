//! Checked expressions: every name resolved, every node typed.

use crate::{
    pattern::SubPatternId,
    source::Span,
    timer::Law,
    types::{AttributeId, Type, Value, ids},
};

ids! {
    /// An element (node or edge) that a rule or query speaks of: its position in [`crate::pattern::Scope::elements`].
    Var(u16),
    /// A model parameter.
    ParameterId(u16),
    /// A look-up table.
    TableId(u16),
    /// A formula: its position among all formulas of a model (see [`crate::model::Model::number_formulas`]).
    FormulaId(u32),
}

impl FormulaId {
    /// Of a formula that no model has numbered yet.
    pub const UNSET: FormulaId = FormulaId(u32::MAX);
}

/// An expression as the author wrote it: what run-time errors quote.
#[derive(Clone, Debug)]
pub struct Formula {
    /// Its number in the model.
    pub id: FormulaId,
    /// The checked expression.
    pub expr: Expr,
    /// Its text.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A typed expression.
#[derive(Clone, Debug)]
pub struct Expr {
    /// What it computes.
    pub kind: ExprKind,
    /// The type of the result.
    pub ty: Type,
}

/// What an expression computes. Operands have the types that the operator needs: an `Int` where a `Real` is needed
/// is wrapped in [`ExprKind::ToReal`].
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A literal.
    Constant(Value),
    /// A model parameter; its value is in [`crate::model::Model::parameters`].
    Parameter(ParameterId),
    /// The `index` of a repeated start statement, from 0.
    Index,
    /// The time, in the model's unit.
    Now,
    /// An attribute of an element; every type that the element can have has it, with one type of value.
    Attribute {
        /// The element.
        of: Var,
        /// The attribute.
        attribute: AttributeId,
    },
    /// `id(x)`: the number of an element.
    Number(Var),
    /// `a = b` or `a <> b` on elements: whether two variables are the same element.
    Same(Var, Var),
    /// `table(keys).column`. A row that is not there gives the table's `missing` row or is a run-time error.
    Lookup {
        /// The table.
        table: TableId,
        /// One `Int` for each key column.
        keys: Vec<Expr>,
        /// The column, by its position in [`crate::model::Table::columns`].
        column: usize,
    },
    /// An `Int` read as `Real`.
    ToReal(Box<Expr>),
    /// `NOT`.
    Not(Box<Expr>),
    /// Unary minus, of `Int` or `Real`.
    Negate(Box<Expr>),
    /// A binary operator; both operands have the same type.
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// A function of numbers.
    Call(Function, Vec<Expr>),
    /// `CASE WHEN c THEN a … ELSE z END`: the first branch whose condition holds.
    Case {
        /// Conditions and results.
        branches: Vec<(Expr, Expr)>,
        /// The result where no condition holds.
        otherwise: Box<Expr>,
    },
    /// `EXISTS { … }`.
    Exists(SubPatternId),
    /// `COUNT { … }`, an `Int`.
    Count(SubPatternId),
    /// `draw(Law)`: a value drawn when an effect or a start statement is carried out.
    Draw {
        /// The law; its parameters are expressions of the same scope.
        law: Box<Law>,
        /// Which draw of the rule or start graph this is, from 0 in the order of the text.
        place: u32,
    },
    /// In a derived probe: a metric, by its position in [`crate::probe::ProbeKind::Derived`].
    Metric(usize),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`, `Int` (overflow is an error) or `Real`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`: `Real` operands, `Real` result; division by zero is an error.
    Divide,
    /// `%`: the remainder with the sign of the divisor's absolute value (never negative); zero divisor is an error.
    Remainder,
    /// `AND`, the right side only where the left one is true.
    And,
    /// `OR`, the right side only where the left one is false.
    Or,
    /// `=`.
    Equal,
    /// `<>`.
    NotEqual,
    /// `<`, on `Int` or `Real`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

/// Functions. A result that is NaN or infinite is a run-time error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `abs(x)`, `Int` or `Real`.
    Abs,
    /// `min(a, b, …)`, all `Int` or all `Real`.
    Min,
    /// `max(a, b, …)`.
    Max,
    /// `floor(x)`: the greatest `Int` not above the `Real` x.
    Floor,
    /// `ceil(x)`: the least `Int` not below x.
    Ceil,
    /// `round(x)`: the nearest `Int`, halves away from zero.
    Round,
    /// `sqrt(x)`, `Real`.
    Sqrt,
    /// `exp(x)`.
    Exp,
    /// `ln(x)`.
    Ln,
    /// `pow(x, y)`, `Real`.
    Pow,
    /// `rating(delay_ms, loss, impairment, robustness)`, `Real`: see [`crate::voice::rating`].
    Rating,
    /// `mos(r)`, `Real`: see [`crate::voice::mos`].
    Mos,
}

impl Expr {
    /// Calls `visit` for this expression and every expression in it, laws of `draw` included, outside before inside.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Expr)) {
        visit(self);
        match &self.kind {
            ExprKind::Lookup { keys: inner, .. } | ExprKind::Call(_, inner) => {
                inner.iter().for_each(|e| e.walk(visit));
            }
            ExprKind::ToReal(e) | ExprKind::Not(e) | ExprKind::Negate(e) => e.walk(visit),
            ExprKind::Binary(_, a, b) => {
                a.walk(visit);
                b.walk(visit);
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    condition.walk(visit);
                    result.walk(visit);
                }
                otherwise.walk(visit);
            }
            ExprKind::Draw { law, .. } => law.parameters.iter().for_each(|p| p.expr.walk(visit)),
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::Index
            | ExprKind::Now
            | ExprKind::Attribute { .. }
            | ExprKind::Number(_)
            | ExprKind::Same(..)
            | ExprKind::Exists(_)
            | ExprKind::Count(_)
            | ExprKind::Metric(_) => {}
        }
    }
}
