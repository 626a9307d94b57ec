//! Expressions compiled to closures.

use std::{cell::RefCell, sync::Arc};

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Function, Operator, Var},
    formulas::Owner,
    model::{ParameterValue, Table},
    pattern::Sort,
    timer::Family,
    types::{AttributeId, Type, Value},
    voice,
};
use rustc_hash::FxHashMap;

use crate::{
    binding::Binding,
    error::Fault,
    graph::HostGraph,
    matcher::Cause,
    program::{Program, SubId},
};

/// A value, or why there is none.
pub type Evaluated<T> = Result<T, Box<Fault>>;

/// What counts the extensions of sub-patterns while an expression is evaluated.
pub trait Counts {
    /// Whether a sub-pattern has an extension.
    ///
    /// # Errors
    /// A fault in one of its conditions.
    fn exists(&self, sub: SubId, env: &Env<'_>) -> Evaluated<bool>;

    /// In how many ways a sub-pattern can be found.
    ///
    /// # Errors
    /// A fault in one of its conditions.
    fn count(&self, sub: SubId, env: &Env<'_>) -> Evaluated<u64>;
}

/// No sub-patterns: for the start graph and derived probes.
#[derive(Clone, Copy, Debug)]
pub struct NoCounts;

impl Counts for NoCounts {
    fn exists(&self, _: SubId, _: &Env<'_>) -> Evaluated<bool> {
        unreachable!("check allows no sub-pattern here")
    }

    fn count(&self, _: SubId, _: &Env<'_>) -> Evaluated<u64> {
        unreachable!("check allows no sub-pattern here")
    }
}

/// What draws are made from: the firing, and inside for_each the names of the extension.
pub struct Drawing<'a> {
    /// The firing.
    pub cause: &'a mut dyn Cause,
    /// Names of the extension's elements; empty outside for_each.
    pub extension: &'a [u64],
}

/// What `draw(…)` asks.
pub trait Draws {
    /// A value of a law, for the draw at a place in the text.
    ///
    /// # Errors
    /// Where a parameter is outside the law's domain.
    fn draw(&self, family: Family, parameters: &[Value], place: u32) -> Result<Value, Fault>;
}

impl Draws for RefCell<Drawing<'_>> {
    fn draw(&self, family: Family, parameters: &[Value], place: u32) -> Result<Value, Fault> {
        let drawing = &mut *self.borrow_mut();
        drawing
            .cause
            .draw(family, parameters, place, drawing.extension)
    }
}

/// What an expression reads.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The graph.
    pub graph: &'a HostGraph,
    /// The variables.
    pub bound: &'a Binding,
    /// The time.
    pub now: f64,
    /// The index of a repeated start statement.
    pub index: i64,
    /// Sub-patterns.
    pub counts: &'a dyn Counts,
    /// For `draw(…)`, where it may occur.
    pub drawing: Option<&'a dyn Draws>,
    /// Values of the metrics that a derived probe reads.
    pub metrics: &'a [f64],
}

type Compiled<T> = Box<dyn Fn(&Env<'_>) -> Evaluated<T> + Send + Sync>;

/// A compiled expression, by the type of its result. An enumerator is its position.
pub enum Code {
    /// A value that is always the same: of whole formulas only, never of their parts.
    Constant(Value),
    /// An integer.
    Int(Compiled<i64>),
    /// A real number.
    Real(Compiled<f64>),
    /// A truth value.
    Bool(Compiled<bool>),
    /// A value of an enumeration: its bits.
    Enumerator(Type, Compiled<u64>),
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Code::Constant(_) => "constant",
            Code::Int(_) => "Int code",
            Code::Real(_) => "Real code",
            Code::Bool(_) => "Bool code",
            Code::Enumerator(..) => "enumerator code",
        })
    }
}

impl Code {
    /// The value.
    ///
    /// # Errors
    /// A fault, of which the caller knows the formula.
    pub fn value(&self, env: &Env<'_>) -> Evaluated<Value> {
        Ok(match self {
            Code::Constant(value) => *value,
            Code::Int(f) => Value::Int(f(env)?),
            Code::Real(f) => Value::Real(f(env)?),
            Code::Bool(f) => Value::Bool(f(env)?),
            Code::Enumerator(ty, f) => Value::from_bits(*ty, f(env)?),
        })
    }

    /// The truth value of a condition.
    ///
    /// # Errors
    /// A fault.
    pub fn holds(&self, env: &Env<'_>) -> Evaluated<bool> {
        match self {
            Code::Bool(f) => f(env),
            Code::Constant(Value::Bool(b)) => Ok(*b),
            _ => unreachable!("check types conditions as Bool"),
        }
    }

    /// The value of a `Real` formula.
    ///
    /// # Errors
    /// A fault.
    pub fn real(&self, env: &Env<'_>) -> Evaluated<f64> {
        match self {
            Code::Real(f) => f(env),
            Code::Constant(Value::Real(r)) => Ok(*r),
            _ => unreachable!("check types this formula as Real"),
        }
    }

    fn int(self) -> Compiled<i64> {
        match self {
            Code::Int(f) => f,
            _ => unreachable!("check types this operand as Int"),
        }
    }

    fn into_real(self) -> Compiled<f64> {
        match self {
            Code::Real(f) => f,
            _ => unreachable!("check types this operand as Real"),
        }
    }

    fn bool(self) -> Compiled<bool> {
        match self {
            Code::Bool(f) => f,
            _ => unreachable!("check types this operand as Bool"),
        }
    }

    /// The bits of the result, for comparisons of equality and look-ups.
    fn of_bits(ty: Type, bits: Compiled<u64>) -> Code {
        match ty {
            Type::Int => Code::Int(Box::new(move |e| Ok(bits(e)?.cast_signed()))),
            Type::Real => Code::Real(Box::new(move |e| Ok(f64::from_bits(bits(e)?)))),
            Type::Bool => Code::Bool(Box::new(move |e| Ok(bits(e)? != 0))),
            Type::Enumeration(_) => Code::Enumerator(ty, bits),
        }
    }
}

/// Look-up tables with their indexes.
#[derive(Debug)]
pub struct Tables(Vec<Arc<IndexedTable>>);

#[derive(Debug)]
struct IndexedTable {
    table: Table,
    index: TableIndex,
}

/// From keys to rows.
#[derive(Debug)]
enum TableIndex {
    /// A box of small integers: lowest key and extent per column, row + 1 per cell.
    Dense {
        low: Vec<i64>,
        extent: Vec<usize>,
        rows: Vec<u32>,
    },
    /// Anything else.
    Sparse(FxHashMap<Box<[i64]>, u32>),
}

impl Tables {
    /// Indexes tables by their keys.
    #[must_use]
    pub fn new(tables: &[Table]) -> Self {
        let indexed = |table: &Table| {
            Arc::new(IndexedTable {
                index: TableIndex::new(table),
                table: table.clone(),
            })
        };
        Tables(tables.iter().map(indexed).collect())
    }
}

impl TableIndex {
    fn new(table: &Table) -> Self {
        let width = table.key.len();
        let rows = || table.keys.chunks_exact(width.max(1)).zip(0u32..);
        let bounds = |column: usize| {
            let keys = rows().map(|(key, _)| key[column]);
            Some((keys.clone().min()?, keys.max()?))
        };
        let bounds: Option<Vec<_>> = (0..width).map(bounds).collect();
        let dense = bounds.and_then(|bounds| {
            let extent: Vec<usize> = bounds
                .iter()
                .map(|(low, high)| usize::try_from(high.checked_sub(*low)?.checked_add(1)?).ok())
                .collect::<Option<_>>()?;
            let cells = extent.iter().try_fold(1usize, |n, &e| n.checked_mul(e))?;
            (cells <= 4 * table.rows + 1024).then(|| {
                (
                    bounds.iter().map(|b| b.0).collect::<Vec<_>>(),
                    extent,
                    cells,
                )
            })
        });
        let Some((low, extent, cells)) = dense else {
            return TableIndex::Sparse(rows().map(|(key, row)| (key.into(), row)).collect());
        };
        let mut index = vec![0; cells];
        for (key, row) in rows() {
            index[cell(key, &low, &extent).expect("within the bounds")] = row + 1;
        }
        TableIndex::Dense {
            low,
            extent,
            rows: index,
        }
    }

    fn row(&self, key: &[i64]) -> Option<usize> {
        match self {
            TableIndex::Dense { low, extent, rows } => {
                (rows[cell(key, low, extent)?] as usize).checked_sub(1)
            }
            TableIndex::Sparse(rows) => rows.get(key).map(|&row| row as usize),
        }
    }
}

fn cell(key: &[i64], low: &[i64], extent: &[usize]) -> Option<usize> {
    let mut cell = 0;
    for ((k, low), extent) in key.iter().zip(low).zip(extent) {
        let offset = usize::try_from(k.checked_sub(*low)?)
            .ok()
            .filter(|o| o < extent)?;
        cell = cell * extent + offset;
    }
    Some(cell)
}

/// Compiles a formula of an owner.
pub(crate) fn compile(program: &Program, tables: &Tables, owner: Owner, formula: &Formula) -> Code {
    let compiler = Compiler {
        program,
        tables,
        owner,
    };
    match compiler.fixed(&formula.expr) {
        Some(value) => Code::Constant(value),
        None => compiler.expr(&formula.expr),
    }
}

struct Compiler<'a> {
    program: &'a Program,
    tables: &'a Tables,
    owner: Owner,
}

impl Compiler<'_> {
    /// The value of an expression that is a constant or a parameter.
    fn fixed(&self, expr: &Expr) -> Option<Value> {
        match &expr.kind {
            ExprKind::Constant(value) => Some(*value),
            ExprKind::Parameter(id) => match self.program.model.parameters[id.index()].value {
                ParameterValue::Value(value) => Some(value),
                ParameterValue::Text(_) => None,
            },
            _ => None,
        }
    }

    fn expr(&self, expr: &Expr) -> Code {
        match &expr.kind {
            ExprKind::Constant(value) => constant(*value),
            ExprKind::Parameter(id) => match &self.program.model.parameters[id.index()].value {
                ParameterValue::Value(value) => constant(*value),
                ParameterValue::Text(_) => unreachable!("check allows texts in file names only"),
            },
            ExprKind::Index => Code::Int(Box::new(|e| Ok(e.index))),
            ExprKind::Now => Code::Real(Box::new(|e| Ok(e.now))),
            ExprKind::Attribute { of, attribute } => self.attribute(*of, *attribute, expr.ty),
            ExprKind::Number(var) => self.number(*var),
            ExprKind::Same(a, b) => {
                let (a, b) = (*a, *b);
                Code::Bool(Box::new(move |e| Ok(e.bound.get(a) == e.bound.get(b))))
            }
            ExprKind::Lookup {
                table,
                keys,
                column,
            } => self.lookup(table.index(), keys, *column),
            ExprKind::ToReal(inner) => {
                let f = self.expr(inner).int();
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "widening an Int is what the language says"
                )]
                Code::Real(Box::new(move |e| Ok(f(e)? as f64)))
            }
            ExprKind::Not(inner) => {
                let f = self.expr(inner).bool();
                Code::Bool(Box::new(move |e| Ok(!f(e)?)))
            }
            ExprKind::Negate(inner) => match self.expr(inner) {
                Code::Int(f) => {
                    Code::Int(Box::new(move |e| f(e)?.checked_neg().ok_or_else(overflow)))
                }
                other => {
                    let f = other.into_real();
                    Code::Real(Box::new(move |e| Ok(-f(e)?)))
                }
            },
            ExprKind::Binary(operator, a, b) => binary(*operator, self.expr(a), self.expr(b)),
            ExprKind::Call(function, arguments) => {
                call(*function, arguments.iter().map(|a| self.expr(a)).collect())
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => self.case(branches, otherwise),
            ExprKind::Exists(sub) => {
                let sub = self.program.sub_id(self.owner, *sub);
                Code::Bool(Box::new(move |e| e.counts.exists(sub, e)))
            }
            ExprKind::Count(sub) => {
                let sub = self.program.sub_id(self.owner, *sub);
                Code::Int(Box::new(move |e| {
                    i64::try_from(e.counts.count(sub, e)?).map_err(|_| overflow())
                }))
            }
            ExprKind::Draw { law, place } => {
                let parameters: Vec<Code> =
                    law.parameters.iter().map(|p| self.expr(&p.expr)).collect();
                let (family, place) = (law.family, *place);
                let bits = move |e: &Env<'_>| {
                    let values = parameters
                        .iter()
                        .map(|p| p.value(e))
                        .collect::<Evaluated<Vec<_>>>()?;
                    let draws = e
                        .drawing
                        .expect("check allows draws in effects and start graphs only");
                    Ok(draws.draw(family, &values, place)?.to_bits())
                };
                Code::of_bits(expr.ty, Box::new(bits))
            }
            ExprKind::Metric(position) => {
                let position = *position;
                Code::Real(Box::new(move |e| Ok(e.metrics[position])))
            }
        }
    }

    fn attribute(&self, of: Var, attribute: AttributeId, ty: Type) -> Code {
        let types = &self.program.model.types;
        let bits: Compiled<u64> = match &self.program.scope(self.owner).element(of).sort {
            Sort::Node(alternatives) => {
                let columns: Vec<_> = alternatives
                    .iter()
                    .map(|&t| (t, types.node_column(t, attribute)))
                    .collect();
                match uniform(columns.iter().map(|c| c.1)) {
                    Some(column) => {
                        Box::new(move |e| Ok(e.graph.node_word(e.bound.get(of), column)))
                    }
                    None => Box::new(move |e| {
                        let node = e.bound.get(of);
                        let ty = e.graph.node_type(node);
                        let column = columns.iter().find(|c| c.0 == ty).and_then(|c| c.1);
                        Ok(e.graph.node_word(
                            node,
                            column.expect("check knows the attribute in every alternative"),
                        ))
                    }),
                }
            }
            Sort::Edge(alternatives) => {
                let columns: Vec<_> = alternatives
                    .iter()
                    .map(|&t| (t, types.edge_column(t, attribute)))
                    .collect();
                match uniform(columns.iter().map(|c| c.1)) {
                    Some(column) => {
                        Box::new(move |e| Ok(e.graph.edge_word(e.bound.get(of), column)))
                    }
                    None => Box::new(move |e| {
                        let edge = e.bound.get(of);
                        let ty = e.graph.edge_type(edge);
                        let column = columns.iter().find(|c| c.0 == ty).and_then(|c| c.1);
                        Ok(e.graph.edge_word(
                            edge,
                            column.expect("check knows the attribute in every alternative"),
                        ))
                    }),
                }
            }
        };
        Code::of_bits(ty, bits)
    }

    fn number(&self, var: Var) -> Code {
        let signed = |n: u64| i64::try_from(n).map_err(|_| overflow());
        match self.program.scope(self.owner).element(var).sort {
            Sort::Node(_) => Code::Int(Box::new(move |e| {
                signed(e.graph.node_number(e.bound.get(var)))
            })),
            Sort::Edge(_) => Code::Int(Box::new(move |e| {
                signed(e.graph.edge_number(e.bound.get(var)))
            })),
        }
    }

    fn lookup(&self, table: usize, keys: &[Expr], column: usize) -> Code {
        let table = Arc::clone(&self.tables.0[table]);
        let keys: Vec<Compiled<i64>> = keys.iter().map(|k| self.expr(k).int()).collect();
        let ty = table.table.columns[column].ty;
        Code::of_bits(
            ty,
            Box::new(move |e| {
                let mut key = smallvec::SmallVec::<[i64; 4]>::new();
                for k in &keys {
                    key.push(k(e)?);
                }
                match (table.index.row(&key), &table.table.missing) {
                    (Some(row), _) => Ok(table.table.columns[column].bits[row]),
                    (None, Some(missing)) => Ok(missing[column].to_bits()),
                    (None, None) => {
                        let keys: Vec<_> = key.iter().map(i64::to_string).collect();
                        Err(Box::new(Fault::NoRow {
                            table: table.table.name.clone(),
                            keys: keys.join(", "),
                        }))
                    }
                }
            }),
        )
    }

    fn case(&self, branches: &[(Expr, Expr)], otherwise: &Expr) -> Code {
        let mut code = self.expr(otherwise);
        for (condition, result) in branches.iter().rev() {
            let condition = self.expr(condition).bool();
            code = select(condition, self.expr(result), code);
        }
        code
    }
}

fn uniform(mut columns: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    let first = columns.next()??;
    columns.all(|c| c == Some(first)).then_some(first)
}

fn constant(value: Value) -> Code {
    match value {
        Value::Int(i) => Code::Int(Box::new(move |_| Ok(i))),
        Value::Real(r) => Code::Real(Box::new(move |_| Ok(r))),
        Value::Bool(b) => Code::Bool(Box::new(move |_| Ok(b))),
        Value::Enumerator(..) => {
            Code::Enumerator(value.ty(), Box::new(move |_| Ok(value.to_bits())))
        }
    }
}

fn select(condition: Compiled<bool>, yes: Code, no: Code) -> Code {
    match (yes, no) {
        (Code::Int(y), Code::Int(n)) => {
            Code::Int(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Real(y), Code::Real(n)) => {
            Code::Real(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Bool(y), Code::Bool(n)) => {
            Code::Bool(Box::new(move |e| if condition(e)? { y(e) } else { n(e) }))
        }
        (Code::Enumerator(ty, y), Code::Enumerator(_, n)) => Code::Enumerator(
            ty,
            Box::new(move |e| if condition(e)? { y(e) } else { n(e) }),
        ),
        _ => unreachable!("check gives all branches one type"),
    }
}

fn overflow() -> Box<Fault> {
    Box::new(Fault::Overflow)
}

/// Every `Real` result passes through here: NaN and infinities never reach an attribute or a clock.
pub(crate) fn finite(value: f64) -> Evaluated<f64> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Box::new(Fault::NotFinite))
    }
}

fn binary(operator: Operator, a: Code, b: Code) -> Code {
    match (a, b) {
        (Code::Int(a), Code::Int(b)) => int_binary(operator, a, b),
        (Code::Real(a), Code::Real(b)) => real_binary(operator, a, b),
        (Code::Bool(a), Code::Bool(b)) => Code::Bool(match operator {
            Operator::And => Box::new(move |e| Ok(a(e)? && b(e)?)),
            Operator::Or => Box::new(move |e| Ok(a(e)? || b(e)?)),
            Operator::Equal => Box::new(move |e| Ok(a(e)? == b(e)?)),
            Operator::NotEqual => Box::new(move |e| Ok(a(e)? != b(e)?)),
            _ => unreachable!("check allows no such operator on truth values"),
        }),
        (Code::Enumerator(_, a), Code::Enumerator(_, b)) => Code::Bool(match operator {
            Operator::Equal => Box::new(move |e| Ok(a(e)? == b(e)?)),
            Operator::NotEqual => Box::new(move |e| Ok(a(e)? != b(e)?)),
            _ => unreachable!("check allows no such operator on enumerations"),
        }),
        _ => unreachable!("check gives both operands one type"),
    }
}

fn int_binary(operator: Operator, a: Compiled<i64>, b: Compiled<i64>) -> Code {
    match operator {
        Operator::Add => Code::Int(Box::new(move |e| {
            a(e)?.checked_add(b(e)?).ok_or_else(overflow)
        })),
        Operator::Subtract => Code::Int(Box::new(move |e| {
            a(e)?.checked_sub(b(e)?).ok_or_else(overflow)
        })),
        Operator::Multiply => Code::Int(Box::new(move |e| {
            a(e)?.checked_mul(b(e)?).ok_or_else(overflow)
        })),
        Operator::Remainder => Code::Int(Box::new(move |e| {
            let (a, b) = (a(e)?, b(e)?);
            if b == 0 {
                Err(Box::new(Fault::DivisionByZero))
            } else {
                Ok(remainder(a, b))
            }
        })),
        Operator::Equal => Code::Bool(Box::new(move |e| Ok(a(e)? == b(e)?))),
        Operator::NotEqual => Code::Bool(Box::new(move |e| Ok(a(e)? != b(e)?))),
        Operator::Less => Code::Bool(Box::new(move |e| Ok(a(e)? < b(e)?))),
        Operator::LessEqual => Code::Bool(Box::new(move |e| Ok(a(e)? <= b(e)?))),
        Operator::Greater => Code::Bool(Box::new(move |e| Ok(a(e)? > b(e)?))),
        Operator::GreaterEqual => Code::Bool(Box::new(move |e| Ok(a(e)? >= b(e)?))),
        Operator::Divide | Operator::And | Operator::Or => {
            unreachable!("check widens or refuses these on Int")
        }
    }
}

fn real_binary(operator: Operator, a: Compiled<f64>, b: Compiled<f64>) -> Code {
    match operator {
        Operator::Add => Code::Real(Box::new(move |e| finite(a(e)? + b(e)?))),
        Operator::Subtract => Code::Real(Box::new(move |e| finite(a(e)? - b(e)?))),
        Operator::Multiply => Code::Real(Box::new(move |e| finite(a(e)? * b(e)?))),
        Operator::Divide => Code::Real(Box::new(move |e| divide(a(e)?, b(e)?, |a, b| a / b))),
        Operator::Remainder => Code::Real(Box::new(move |e| divide(a(e)?, b(e)?, f64::rem_euclid))),
        Operator::Equal => Code::Bool(Box::new(move |e| Ok(a(e)? == b(e)?))),
        Operator::NotEqual => Code::Bool(Box::new(move |e| Ok(a(e)? != b(e)?))),
        Operator::Less => Code::Bool(Box::new(move |e| Ok(a(e)? < b(e)?))),
        Operator::LessEqual => Code::Bool(Box::new(move |e| Ok(a(e)? <= b(e)?))),
        Operator::Greater => Code::Bool(Box::new(move |e| Ok(a(e)? > b(e)?))),
        Operator::GreaterEqual => Code::Bool(Box::new(move |e| Ok(a(e)? >= b(e)?))),
        Operator::And | Operator::Or => unreachable!("check refuses these on Real"),
    }
}

/// Of a division by anything but 0, never negative. That of the least number by −1 is 0, though the quotient does not fit.
pub(crate) fn remainder(a: i64, b: i64) -> i64 {
    a.checked_rem_euclid(b).unwrap_or(0)
}

fn divide(a: f64, b: f64, operation: impl Fn(f64, f64) -> f64) -> Evaluated<f64> {
    if b == 0.0 {
        Err(Box::new(Fault::DivisionByZero))
    } else {
        finite(operation(a, b))
    }
}

fn call(function: Function, arguments: Vec<Code>) -> Code {
    let mut arguments = arguments.into_iter();
    let mut next = || arguments.next().expect("check counts arguments");
    match function {
        Function::Abs => match next() {
            Code::Int(f) => Code::Int(Box::new(move |e| f(e)?.checked_abs().ok_or_else(overflow))),
            other => real_function(other, f64::abs),
        },
        Function::Min | Function::Max => {
            let least = function == Function::Min;
            let first = next();
            arguments.fold(first, |a, b| extremum(least, a, b))
        }
        Function::Floor => rounding(next(), f64::floor),
        Function::Ceil => rounding(next(), f64::ceil),
        Function::Round => rounding(next(), f64::round),
        Function::Sqrt => real_function(next(), f64::sqrt),
        Function::Exp => real_function(next(), libm::exp),
        Function::Ln => real_function(next(), libm::log),
        Function::Pow => {
            let (a, b) = (next().into_real(), next().into_real());
            Code::Real(Box::new(move |e| finite(libm::pow(a(e)?, b(e)?))))
        }
        Function::Rating => {
            let [delay, loss, ie, bpl] = std::array::from_fn(|_| next().into_real());
            Code::Real(Box::new(move |e| {
                finite(voice::rating(delay(e)?, loss(e)?, ie(e)?, bpl(e)?))
            }))
        }
        Function::Mos => real_function(next(), voice::mos),
    }
}

fn real_function(argument: Code, function: fn(f64) -> f64) -> Code {
    let f = argument.into_real();
    Code::Real(Box::new(move |e| finite(function(f(e)?))))
}

fn extremum(least: bool, a: Code, b: Code) -> Code {
    match (a, b) {
        (Code::Int(a), Code::Int(b)) => Code::Int(Box::new(move |e| {
            let (a, b) = (a(e)?, b(e)?);
            Ok(if least { a.min(b) } else { a.max(b) })
        })),
        (a, b) => {
            let (a, b) = (a.into_real(), b.into_real());
            Code::Real(Box::new(move |e| {
                let (a, b) = (a(e)?, b(e)?);
                let further = if least { b < a } else { a < b };
                Ok(if further { b } else { a })
            }))
        }
    }
}

fn rounding(argument: Code, function: fn(f64) -> f64) -> Code {
    let f = argument.into_real();
    Code::Int(Box::new(move |e| to_int(function(f(e)?))))
}

/// A whole `Real` as `Int`, if it fits.
fn to_int(whole: f64) -> Evaluated<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&whole) {
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        Ok(whole as i64)
    } else {
        Err(overflow())
    }
}
