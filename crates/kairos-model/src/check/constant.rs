//! Values of expressions that read no graph.

use crate::{
    expr::{Expr, ExprKind, Function, Operator, ParameterId},
    types::Value,
    voice,
};

/// Why an expression has no value.
#[derive(Debug, PartialEq)]
pub(super) enum NoValue {
    /// It reads something that is not known before a run.
    Open,
    /// It can be computed and has no result: `division by zero`.
    Undefined(&'static str),
}

use NoValue::{Open, Undefined};

/// The value of an expression, given those of parameters.
pub(super) fn evaluate(
    expr: &Expr,
    parameter: &dyn Fn(ParameterId) -> Option<Value>,
) -> Result<Value, NoValue> {
    let value = |e: &Expr| evaluate(e, parameter);
    match &expr.kind {
        ExprKind::Constant(v) => Ok(*v),
        ExprKind::Parameter(id) => parameter(*id).ok_or(Open),
        ExprKind::ToReal(e) => Ok(Value::Real(real(value(e)?))),
        ExprKind::Not(e) => Ok(Value::Bool(!truth(value(e)?))),
        ExprKind::Negate(e) => match value(e)? {
            Value::Int(i) => i.checked_neg().map(Value::Int).ok_or(OVERFLOW),
            other => Ok(Value::Real(-real(other))),
        },
        ExprKind::Binary(Operator::And, a, b) => {
            Ok(Value::Bool(truth(value(a)?) && truth(value(b)?)))
        }
        ExprKind::Binary(Operator::Or, a, b) => {
            Ok(Value::Bool(truth(value(a)?) || truth(value(b)?)))
        }
        ExprKind::Binary(operator, a, b) => binary(*operator, value(a)?, value(b)?),
        ExprKind::Call(function, arguments) => {
            let arguments: Vec<Value> = arguments.iter().map(value).collect::<Result<_, _>>()?;
            call(*function, &arguments)
        }
        ExprKind::Case {
            branches,
            otherwise,
        } => {
            for (condition, result) in branches {
                if truth(value(condition)?) {
                    return value(result);
                }
            }
            value(otherwise)
        }
        _ => Err(Open),
    }
}

const OVERFLOW: NoValue = Undefined("the result does not fit a 64-bit integer");
const NOT_FINITE: NoValue = Undefined("the result is not a finite number");

/// The number as `Real`. Checked expressions have numbers where this is asked.
fn real(value: Value) -> f64 {
    match value {
        #[expect(
            clippy::cast_precision_loss,
            reason = "an Int where a Real is needed is rounded, as everywhere"
        )]
        Value::Int(i) => i as f64,
        Value::Real(r) => r,
        Value::Bool(_) | Value::Enumerator(..) => unreachable!("the expression is typed"),
    }
}

fn truth(value: Value) -> bool {
    value == Value::Bool(true)
}

fn finite(result: f64) -> Result<Value, NoValue> {
    if result.is_finite() {
        Ok(Value::Real(result))
    } else {
        Err(NOT_FINITE)
    }
}

fn binary(operator: Operator, a: Value, b: Value) -> Result<Value, NoValue> {
    use Operator as O;
    match operator {
        O::Equal => return Ok(Value::Bool(a == b)),
        O::NotEqual => return Ok(Value::Bool(a != b)),
        _ => {}
    }
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        let number = match operator {
            O::Add => a.checked_add(b),
            O::Subtract => a.checked_sub(b),
            O::Multiply => a.checked_mul(b),
            O::Remainder if b == 0 => return Err(Undefined("remainder of a division by zero")),
            O::Remainder => Some(a.checked_rem_euclid(b).unwrap_or(0)),
            O::Less => return Ok(Value::Bool(a < b)),
            O::LessEqual => return Ok(Value::Bool(a <= b)),
            O::Greater => return Ok(Value::Bool(a > b)),
            _ => return Ok(Value::Bool(a >= b)),
        };
        return number.map(Value::Int).ok_or(OVERFLOW);
    }
    let (a, b) = (real(a), real(b));
    match operator {
        O::Add => finite(a + b),
        O::Subtract => finite(a - b),
        O::Multiply => finite(a * b),
        O::Divide if b == 0.0 => Err(Undefined("division by zero")),
        O::Divide => finite(a / b),
        O::Remainder if b == 0.0 => Err(Undefined("remainder of a division by zero")),
        O::Remainder => finite(remainder(a, b)),
        O::Less => Ok(Value::Bool(a < b)),
        O::LessEqual => Ok(Value::Bool(a <= b)),
        O::Greater => Ok(Value::Bool(a > b)),
        _ => Ok(Value::Bool(a >= b)),
    }
}

/// In [0, |b|).
fn remainder(a: f64, b: f64) -> f64 {
    let r = libm::fmod(a, b);
    if r < 0.0 { r + b.abs() } else { r }
}

fn call(function: Function, arguments: &[Value]) -> Result<Value, NoValue> {
    use Function as F;
    let first = arguments[0];
    match function {
        F::Abs => match first {
            Value::Int(i) => i.checked_abs().map(Value::Int).ok_or(OVERFLOW),
            other => finite(real(other).abs()),
        },
        F::Min => Ok(arguments
            .iter()
            .copied()
            .fold(first, |m, v| if less(v, m) { v } else { m })),
        F::Max => Ok(arguments
            .iter()
            .copied()
            .fold(first, |m, v| if less(m, v) { v } else { m })),
        F::Floor => integer(real(first).floor()),
        F::Ceil => integer(real(first).ceil()),
        F::Round => integer(libm::round(real(first))),
        F::Sqrt => finite(real(first).sqrt()),
        F::Exp => finite(libm::exp(real(first))),
        F::Ln => finite(libm::log(real(first))),
        F::Pow => finite(libm::pow(real(first), real(arguments[1]))),
        F::Rating => {
            let x = |i: usize| real(arguments[i]);
            finite(voice::rating(x(0), x(1), x(2), x(3)))
        }
        F::Mos => finite(voice::mos(real(first))),
    }
}

fn less(a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => a < b,
        (a, b) => real(a) < real(b),
    }
}

/// A whole number as `Int`.
fn integer(whole: f64) -> Result<Value, NoValue> {
    // -2^63 is representable, 2^63 is the first number that does not fit
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if (-LIMIT..LIMIT).contains(&whole) {
        #[expect(clippy::cast_possible_truncation, reason = "the range was tested")]
        Ok(Value::Int(whole as i64))
    } else {
        Err(OVERFLOW)
    }
}
