//! Evaluates expressions by walking them: the twin of the compiled closures.

use kairos_model::{
    expr::{Expr, ExprKind, Function, Operator, Var},
    formulas::Owner,
    model::ParameterValue,
    pattern::SubPatternId,
    types::{AttributeId, Type, Value},
    voice,
};

use super::find::count;
use crate::{
    binding::Binding,
    error::Fault,
    eval::{Draws, Evaluated, remainder},
    graph::HostGraph,
    program::Program,
};

/// What an expression reads.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) program: &'a Program,
    pub(super) owner: Owner,
    pub(super) graph: &'a HostGraph,
    pub(super) bound: &'a Binding,
    pub(super) now: f64,
    pub(super) draws: Option<&'a dyn Draws>,
}

impl Context<'_> {
    /// Whether a condition holds.
    pub(super) fn holds(&self, expr: &Expr) -> Evaluated<bool> {
        Ok(self.value(expr)? == Value::Bool(true))
    }

    /// The value of an expression.
    pub(super) fn value(&self, expr: &Expr) -> Evaluated<Value> {
        Ok(match &expr.kind {
            ExprKind::Constant(value) => *value,
            ExprKind::Parameter(id) => match self.program.model.parameters[id.index()].value {
                ParameterValue::Value(value) => value,
                ParameterValue::Text(_) => unreachable!("check allows texts in file names only"),
            },
            ExprKind::Now => Value::Real(self.now),
            ExprKind::Attribute { of, attribute } => self.attribute(*of, *attribute, expr.ty),
            ExprKind::Number(var) => {
                Value::Int(i64::try_from(self.number(*var)).map_err(|_| Fault::Overflow)?)
            }
            ExprKind::Same(a, b) => Value::Bool(self.bound.get(*a) == self.bound.get(*b)),
            ExprKind::Lookup {
                table,
                keys,
                column,
            } => self.lookup(table.index(), keys, *column)?,
            #[expect(
                clippy::cast_precision_loss,
                reason = "widening an Int is what the language says"
            )]
            ExprKind::ToReal(inner) => Value::Real(int(self.value(inner)?) as f64),
            ExprKind::Not(inner) => Value::Bool(!self.holds(inner)?),
            ExprKind::Negate(inner) => match self.value(inner)? {
                Value::Int(i) => Value::Int(i.checked_neg().ok_or(Fault::Overflow)?),
                value => Value::Real(-real(value)),
            },
            ExprKind::Binary(Operator::And, a, b) => Value::Bool(self.holds(a)? && self.holds(b)?),
            ExprKind::Binary(Operator::Or, a, b) => Value::Bool(self.holds(a)? || self.holds(b)?),
            ExprKind::Binary(operator, a, b) => binary(*operator, self.value(a)?, self.value(b)?)?,
            ExprKind::Call(function, arguments) => {
                let values = arguments
                    .iter()
                    .map(|a| self.value(a))
                    .collect::<Evaluated<Vec<_>>>()?;
                call(*function, &values)?
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => {
                for (condition, result) in branches {
                    if self.holds(condition)? {
                        return self.value(result);
                    }
                }
                self.value(otherwise)?
            }
            ExprKind::Exists(sub) => Value::Bool(self.count(*sub)? > 0),
            ExprKind::Count(sub) => {
                Value::Int(i64::try_from(self.count(*sub)?).map_err(|_| Fault::Overflow)?)
            }
            ExprKind::Draw { law, place } => {
                let values = law
                    .parameters
                    .iter()
                    .map(|p| self.value(&p.expr))
                    .collect::<Evaluated<Vec<_>>>()?;
                let draws = self.draws.expect("check allows draws in effects only");
                draws.draw(law.family, &values, *place)?
            }
            ExprKind::Index | ExprKind::Metric(_) => {
                unreachable!("of start graphs and derived probes")
            }
        })
    }

    /// In how many ways a sub-pattern can be found.
    pub(super) fn count(&self, sub: SubPatternId) -> Evaluated<usize> {
        let sub = &self.program.scope(self.owner).sub_patterns[sub.index()];
        count(self, &sub.pattern, &sub.taken)
    }

    fn attribute(&self, of: Var, attribute: AttributeId, ty: Type) -> Value {
        let (types, slot) = (&self.program.model.types, self.bound.get(of));
        let bits = if self.program.scope(self.owner).is_node(of) {
            let column = types.node_column(self.graph.node_type(slot), attribute);
            self.graph.node_word(
                slot,
                column.expect("check knows the attribute in every type"),
            )
        } else {
            let column = types.edge_column(self.graph.edge_type(slot), attribute);
            self.graph.edge_word(
                slot,
                column.expect("check knows the attribute in every type"),
            )
        };
        Value::from_bits(ty, bits)
    }

    fn number(&self, var: Var) -> u64 {
        let slot = self.bound.get(var);
        if self.program.scope(self.owner).is_node(var) {
            self.graph.node_number(slot)
        } else {
            self.graph.edge_number(slot)
        }
    }

    fn lookup(&self, table: usize, keys: &[Expr], column: usize) -> Evaluated<Value> {
        let table = &self.program.model.tables[table];
        let key = keys
            .iter()
            .map(|k| Ok(int(self.value(k)?)))
            .collect::<Evaluated<Vec<_>>>()?;
        let row = table
            .keys
            .chunks_exact(key.len().max(1))
            .position(|row| row == key || table.symmetric && row.iter().rev().eq(&key));
        let on_diagonal = key.iter().all(|k| *k == key[0]);
        match (row, &table.diagonal, &table.missing) {
            (Some(row), ..) => Ok(Value::from_bits(
                table.columns[column].ty,
                table.columns[column].bits[row],
            )),
            (None, Some(diagonal), _) if on_diagonal => Ok(diagonal[column]),
            (None, _, Some(missing)) => Ok(missing[column]),
            (None, _, None) => {
                let keys: Vec<_> = key.iter().map(i64::to_string).collect();
                Err(Box::new(Fault::NoRow {
                    table: table.name.clone(),
                    keys: keys.join(", "),
                }))
            }
        }
    }
}

fn int(value: Value) -> i64 {
    match value {
        Value::Int(i) => i,
        _ => unreachable!("check types this as Int"),
    }
}

fn real(value: Value) -> f64 {
    match value {
        Value::Real(r) => r,
        _ => unreachable!("check types this as Real"),
    }
}

fn finite(value: f64) -> Evaluated<Value> {
    if value.is_finite() {
        Ok(Value::Real(value))
    } else {
        Err(Box::new(Fault::NotFinite))
    }
}

fn binary(operator: Operator, a: Value, b: Value) -> Evaluated<Value> {
    use Operator::{
        Add, Divide, Equal, Greater, GreaterEqual, Less, LessEqual, Multiply, NotEqual, Remainder,
        Subtract,
    };
    let order = match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(&b),
        (Value::Real(a), Value::Real(b)) => a.partial_cmp(&b).ok_or(Fault::NotFinite)?,
        _ => a.to_bits().cmp(&b.to_bits()),
    };
    Ok(match (operator, a, b) {
        (Equal, ..) => Value::Bool(order.is_eq()),
        (NotEqual, ..) => Value::Bool(order.is_ne()),
        (Less, ..) => Value::Bool(order.is_lt()),
        (LessEqual, ..) => Value::Bool(order.is_le()),
        (Greater, ..) => Value::Bool(order.is_gt()),
        (GreaterEqual, ..) => Value::Bool(order.is_ge()),
        (Divide | Remainder, Value::Real(_), Value::Real(0.0)) | (Remainder, _, Value::Int(0)) => {
            return Err(Box::new(Fault::DivisionByZero));
        }
        (Add, Value::Int(a), Value::Int(b)) => Value::Int(a.checked_add(b).ok_or(Fault::Overflow)?),
        (Subtract, Value::Int(a), Value::Int(b)) => {
            Value::Int(a.checked_sub(b).ok_or(Fault::Overflow)?)
        }
        (Multiply, Value::Int(a), Value::Int(b)) => {
            Value::Int(a.checked_mul(b).ok_or(Fault::Overflow)?)
        }
        (Remainder, Value::Int(a), Value::Int(b)) => Value::Int(remainder(a, b)),
        (Add, a, b) => return finite(real(a) + real(b)),
        (Subtract, a, b) => return finite(real(a) - real(b)),
        (Multiply, a, b) => return finite(real(a) * real(b)),
        (Divide, a, b) => return finite(real(a) / real(b)),
        (Remainder, a, b) => return finite(real(a).rem_euclid(real(b))),
        (Operator::And | Operator::Or, ..) => unreachable!("evaluated from left to right before"),
    })
}

fn call(function: Function, values: &[Value]) -> Evaluated<Value> {
    let whole = |x: f64| {
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole and in range")]
        if (-LIMIT..LIMIT).contains(&x) {
            Ok(Value::Int(x as i64))
        } else {
            Err(Box::new(Fault::Overflow))
        }
    };
    let x = || real(values[0]);
    match (function, values[0]) {
        (Function::Abs, Value::Int(i)) => Ok(Value::Int(i.checked_abs().ok_or(Fault::Overflow)?)),
        (Function::Abs, _) => finite(x().abs()),
        (Function::Min | Function::Max, Value::Int(_)) => {
            let ints = values.iter().map(|&v| int(v));
            let extreme = if function == Function::Min {
                ints.min()
            } else {
                ints.max()
            };
            Ok(Value::Int(extreme.expect("check counts arguments")))
        }
        (Function::Min, _) => Ok(Value::Real(
            values
                .iter()
                .skip(1)
                .fold(x(), |a, &b| if real(b) < a { real(b) } else { a }),
        )),
        (Function::Max, _) => Ok(Value::Real(
            values
                .iter()
                .skip(1)
                .fold(x(), |a, &b| if a < real(b) { real(b) } else { a }),
        )),
        (Function::Floor, _) => whole(x().floor()),
        (Function::Ceil, _) => whole(x().ceil()),
        (Function::Round, _) => whole(x().round()),
        (Function::Sqrt, _) => finite(x().sqrt()),
        (Function::Exp, _) => finite(libm::exp(x())),
        (Function::Ln, _) => finite(libm::log(x())),
        (Function::Pow, _) => finite(libm::pow(x(), real(values[1]))),
        (Function::Rating, _) => {
            let value = |i: usize| real(values[i]);
            finite(voice::rating(x(), value(1), value(2), value(3)))
        }
        (Function::Mos, _) => finite(voice::mos(x())),
    }
}
