//! Expressions compiled to closures, and the simplest ones to less.

mod compile;
mod faults;
mod operators;
mod quick;
mod tables;

use std::cell::RefCell;

use kairos_model::{
    timer::Family,
    types::{Type, Value},
};

pub(crate) use compile::compile;
pub(crate) use faults::can_fault;
pub(crate) use operators::{finite, overflow, remainder};
pub use quick::Quick;
pub(crate) use quick::{OfBits, Range};
pub use tables::Tables;

use crate::{binding::Binding, error::Fault, graph::HostGraph, matcher::Cause, program::SubId};

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

    /// Is told how many candidates were gone through where that was done without asking.
    fn tested(&self, _candidates: u64) {}
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

impl Env<'_> {
    fn quick_value(&self, quick: &Quick) -> Value {
        quick.value(self.graph, self.bound, |n| self.counts.tested(n))
    }
}

type Compiled<T> = Box<dyn Fn(&Env<'_>) -> Evaluated<T> + Send + Sync>;

/// A compiled expression, by the type of its result. An enumerator is its position.
pub enum Code {
    /// One that needs no closure: whole formulas only, never their parts.
    Quick(Quick),
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
            Code::Quick(_) => "quick code",
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
            Code::Quick(quick) => env.quick_value(quick),
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
            Code::Quick(quick) => Ok(quick.holds(env.graph, env.bound, |n| env.counts.tested(n))),
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
            Code::Quick(quick) => match env.quick_value(quick) {
                Value::Real(r) => Ok(r),
                _ => unreachable!("check types this formula as Real"),
            },
            _ => unreachable!("check types this formula as Real"),
        }
    }

    /// The code, where it needs no closure.
    #[inline]
    pub(crate) fn quick(&self) -> Option<&Quick> {
        match self {
            Code::Quick(quick) => Some(quick),
            _ => None,
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
