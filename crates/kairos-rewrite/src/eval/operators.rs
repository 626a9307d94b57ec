//! Operators and functions, by the types of their operands.

use kairos_model::{
    expr::{Function, Operator},
    voice,
};

use super::{Code, Compiled, Evaluated};
use crate::error::Fault;

#[cold]
pub(crate) fn overflow() -> Box<Fault> {
    Box::new(Fault::Overflow)
}

/// Every `Real` result passes through here: NaN and infinities never reach an attribute or a clock.
#[inline]
pub(crate) fn finite(value: f64) -> Evaluated<f64> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(Box::new(Fault::NotFinite))
    }
}

pub(super) fn binary(operator: Operator, a: Code, b: Code) -> Code {
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

pub(super) fn call(function: Function, arguments: Vec<Code>) -> Code {
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
