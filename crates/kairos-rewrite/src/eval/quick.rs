//! Formulas that need no closure: a constant, an attribute, an attribute compared with a constant. Most conditions and values are.

use kairos_model::{
    expr::{Operator, Var},
    types::{Type, Value},
};

use crate::{binding::Binding, graph::HostGraph};

/// An attribute that stands in one column, whatever the type of its element.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    pub(super) of: Var,
    pub(super) column: usize,
    pub(super) is_node: bool,
}

impl Read {
    #[inline]
    fn bits(self, graph: &HostGraph, bound: &Binding) -> u64 {
        let element = bound.get(self.of);
        if self.is_node {
            graph.node_word(element, self.column)
        } else {
            graph.edge_word(element, self.column)
        }
    }
}

/// A range of integers, or all others. Truth values and enumerators go by their bits.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    low: i64,
    high: i64,
    inside: bool,
}

impl Range {
    /// The integers for which a comparison with a constant holds; `None` where the operator is no comparison.
    pub(super) fn compared(operator: Operator, with: i64) -> Option<Range> {
        let (low, high, inside) = match operator {
            Operator::Equal => (with, with, true),
            Operator::NotEqual => (with, with, false),
            Operator::Less => (with, i64::MAX, false),
            Operator::LessEqual => (i64::MIN, with, true),
            Operator::Greater => (i64::MIN, with, false),
            Operator::GreaterEqual => (with, i64::MAX, true),
            _ => return None,
        };
        Some(Range { low, high, inside })
    }

    #[inline]
    fn has(self, value: i64) -> bool {
        ((self.low <= value) & (value <= self.high)) == self.inside
    }
}

/// A formula that has a value at every match, without fail.
#[derive(Clone, Copy, Debug)]
pub enum Quick {
    /// What is always the same.
    Constant(Value),
    /// An attribute.
    Attribute(Read, Type),
    /// An integer read as a real number.
    Widened(Read),
    /// Whether an attribute lies in a range.
    Within(Read, Range),
}

impl Quick {
    /// The value.
    #[inline]
    pub(crate) fn value(self, graph: &HostGraph, bound: &Binding) -> Value {
        match self {
            Quick::Constant(value) => value,
            Quick::Attribute(read, ty) => Value::from_bits(ty, read.bits(graph, bound)),
            Quick::Widened(read) => Value::Real(widened(read.bits(graph, bound))),
            Quick::Within(read, range) => {
                Value::Bool(range.has(read.bits(graph, bound).cast_signed()))
            }
        }
    }

    /// The truth value of a condition.
    #[inline]
    pub(crate) fn holds(self, graph: &HostGraph, bound: &Binding) -> bool {
        match self {
            Quick::Within(read, range) => range.has(read.bits(graph, bound).cast_signed()),
            other => other.value(graph, bound) == Value::Bool(true),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "widening an Int is what the language says"
)]
fn widened(bits: u64) -> f64 {
    bits.cast_signed() as f64
}

#[cfg(test)]
mod tests {
    use super::{Operator, Range};

    #[test]
    fn ranges_compare_like_the_operators() {
        type Compare = fn(&i64, &i64) -> bool;
        const EDGES: [i64; 6] = [i64::MIN, -1, 0, 1, 7, i64::MAX];
        let plain: [(Operator, Compare); 6] = [
            (Operator::Equal, i64::eq),
            (Operator::NotEqual, i64::ne),
            (Operator::Less, i64::lt),
            (Operator::LessEqual, i64::le),
            (Operator::Greater, i64::gt),
            (Operator::GreaterEqual, i64::ge),
        ];
        for (operator, compare) in plain {
            for (value, with) in EDGES.into_iter().flat_map(|a| EDGES.map(|b| (a, b))) {
                let range = Range::compared(operator, with).unwrap();
                assert_eq!(
                    range.has(value),
                    compare(&value, &with),
                    "{value} {operator:?} {with}"
                );
            }
        }
        assert!(Range::compared(Operator::Add, 1).is_none());
    }
}
