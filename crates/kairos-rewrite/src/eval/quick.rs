//! Formulas that need no closure: a constant, what can be read straight off the graph, and whether that lies in a range. Most conditions and
//! values are.

use std::cmp::Ordering;

use kairos_model::{
    expr::{Operator, Var},
    types::{EdgeTypeId, Type, Value},
};

use crate::{
    binding::{Bound, Slot},
    graph::{Half, HostGraph, first_to},
    schema::{EndPorts, PortId},
};

/// An attribute that stands in one column, whatever the type of its element.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub(super) of: Var,
    pub(super) is_node: bool,
    pub(super) column: usize,
}

impl Attribute {
    #[inline(always)]
    fn bits(self, graph: &HostGraph, bound: &impl Bound) -> u64 {
        let element = bound.slot(self.of);
        if self.is_node {
            graph.node_word(element, self.column)
        } else {
            graph.edge_word(element, self.column)
        }
    }
}

/// An edge of a type between two nodes.
#[derive(Clone, Debug)]
pub struct Joined {
    pub(super) ty: EdgeTypeId,
    /// The node from which it leads.
    pub(super) from: Var,
    /// The other.
    pub(super) to: Var,
    /// Where such edges stand, if the types of both are known.
    pub(super) ports: Option<EndPorts>,
    /// Edges that are not meant.
    pub(super) taken: Box<[Var]>,
}

impl Joined {
    /// Whether it is about edges of a type from one node to another: or the other way, where they have no direction.
    pub(crate) fn is_about(
        &self,
        ty: EdgeTypeId,
        (from, to): (Var, Var),
        undirected: bool,
    ) -> bool {
        let ends = (self.from, self.to);
        self.ty == ty && (ends == (from, to) || (undirected && ends == (to, from)))
    }

    /// Edges that are not meant.
    pub(crate) fn taken(&self) -> &[Var] {
        &self.taken
    }

    /// 1 where there is one, or else 0. `tested` is told how many candidates were gone through.
    #[inline(always)]
    fn bits(&self, graph: &HostGraph, bound: &impl Bound, tested: impl FnOnce(u64)) -> u64 {
        let (found, candidates) = self.search(graph, bound);
        tested(candidates);
        u64::from(found)
    }

    /// Whether there is one, and how many candidates were gone through.
    #[inline(never)]
    fn search(&self, graph: &HostGraph, bound: &impl Bound) -> (bool, u64) {
        let (from, to) = (bound.slot(self.from), bound.slot(self.to));
        let (halves, other) = match self.ports {
            Some(ports) => graph.between_ports(ports, from, to),
            None => graph.between(self.ty, from, to),
        };
        match first_to(halves, other) {
            None => (false, halves.len() as u64),
            Some(first) if self.taken.is_empty() => (true, first as u64 + 1),
            Some(first) => self.search_from(first, (halves, other), bound),
        }
    }

    /// The same, where the first edge that leads there may not be meant.
    fn search_from(
        &self,
        first: usize,
        (halves, other): (&[Half], Slot),
        bound: &impl Bound,
    ) -> (bool, u64) {
        let is_taken = |edge| self.taken.iter().any(|&t| bound.slot(t) == edge);
        let fits = |half: &Half| half.node() == other && !is_taken(half.edge());
        let found = halves[first..].iter().position(fits);
        let tested = found.map_or(halves.len(), |position| first + position + 1);
        (found.is_some(), tested as u64)
    }
}

/// A word that is read off the graph. Its tag stands by itself as well.
#[derive(Clone, Debug)]
#[repr(u8)]
pub enum Read {
    /// The bits of an attribute.
    Attribute(Attribute),
    /// −1, 0 or 1, as the first of two attributes is less than, equal to or greater than the second: by their bits as integers.
    Order(Attribute, Attribute),
    /// 1 where two variables are bound to one element, or else 0.
    Same(Var, Var),
    /// 1 where an edge joins two nodes, or else 0.
    Joined(Joined),
    /// How many edges stand in a list of a node.
    Degree(Var, PortId),
}

impl Read {
    /// `tested` is told how many candidates a search went through.
    // Mostly it is an attribute: a few instructions, fewer than a call.
    #[inline(always)]
    fn bits(&self, graph: &HostGraph, bound: &impl Bound, tested: impl FnOnce(u64)) -> u64 {
        match self {
            Read::Attribute(attribute) => attribute.bits(graph, bound),
            other => other.found_bits(graph, bound, tested),
        }
    }

    #[inline(never)]
    fn found_bits(&self, graph: &HostGraph, bound: &impl Bound, tested: impl FnOnce(u64)) -> u64 {
        match *self {
            Read::Attribute(attribute) => attribute.bits(graph, bound),
            Read::Order(a, b) => order(a, b, graph, bound),
            Read::Same(a, b) => u64::from(bound.slot(a) == bound.slot(b)),
            Read::Joined(ref joined) => joined.bits(graph, bound, tested),
            Read::Degree(node, port) => graph.degree(bound.slot(node), port) as u64,
        }
    }

    /// Whether it lies in a range.
    #[inline(always)]
    pub(super) fn lies_in(
        &self,
        range: Range,
        graph: &HostGraph,
        bound: &impl Bound,
        tested: impl FnOnce(u64),
    ) -> bool {
        let bits = match self {
            &Read::Same(a, b) => u64::from(bound.slot(a) == bound.slot(b)),
            &Read::Order(a, b) => order(a, b, graph, bound),
            Read::Joined(joined) => joined.bits(graph, bound, tested),
            other => other.bits(graph, bound, tested),
        };
        range.has(bits.cast_signed())
    }
}

/// The word of [`Read::Order`].
#[inline(always)]
fn order(a: Attribute, b: Attribute, graph: &HostGraph, bound: &impl Bound) -> u64 {
    let integer = |x: Attribute| x.bits(graph, bound).cast_signed();
    let order: Ordering = integer(a).cmp(&integer(b));
    (order as i64).cast_unsigned()
}

/// A range of integers, or all others. Truth values and enumerators go by their bits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: i64,
    high: i64,
    inside: bool,
}

impl Range {
    /// All integers.
    pub(crate) const ALL: Range = Range {
        low: i64::MIN,
        high: i64::MAX,
        inside: true,
    };

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

    /// All others.
    pub(super) fn complement(self) -> Range {
        Range {
            inside: !self.inside,
            ..self
        }
    }

    #[inline]
    pub(crate) fn has(self, value: i64) -> bool {
        ((self.low <= value) & (value <= self.high)) == self.inside
    }
}

/// What an integer is multiplied or divided by, once it is a real number.
#[derive(Clone, Copy, Debug)]
pub enum Scale {
    /// Multiplied.
    Times(f64),
    /// Divided.
    Over(f64),
}

impl Scale {
    /// As it is.
    pub(super) const NONE: Scale = Scale::Times(1.0);

    /// By a constant; `None` where the operator is another, or the result need not be finite.
    pub(super) fn by(operator: Operator, constant: f64) -> Option<Scale> {
        /// So much larger than an integer can a real number be, at least.
        const ROOM: f64 = 1e280;
        match operator {
            Operator::Multiply if constant.abs() <= ROOM => Some(Scale::Times(constant)),
            Operator::Divide if is_power_of_two(constant) => Some(Scale::Times(1.0 / constant)),
            Operator::Divide if constant.abs() >= 1.0 / ROOM => Some(Scale::Over(constant)),
            _ => None,
        }
    }

    #[inline]
    fn of(self, integer: f64) -> f64 {
        match self {
            Scale::Times(factor) => integer * factor,
            Scale::Over(divisor) => integer / divisor,
        }
    }
}

/// Whether to multiply by the inverse of a number is the same, to the last bit, as to divide by it: a division takes as long as all else that is done about
/// an attribute.
fn is_power_of_two(number: f64) -> bool {
    /// Neither it nor its inverse makes an integer lose digits.
    const ROOM: f64 = 1e200;
    const FRACTION: u64 = (1 << (f64::MANTISSA_DIGITS - 1)) - 1;
    let size = number.abs();
    size.to_bits() & FRACTION == 0 && (1.0 / ROOM..=ROOM).contains(&size)
}

/// A formula that has a value at every match, without fail. Its tag stands by itself, not in one of those inside: it is read at every step.
#[derive(Clone, Debug)]
#[repr(u8)]
pub enum Quick {
    /// What is always the same.
    Constant(Value),
    /// What is read, as a value of a type.
    Plain(Read, Type),
    /// An integer read as a real number.
    Widened(Read, Scale),
    /// Whether what is read lies in a range.
    Within(Read, Range),
}

impl Quick {
    /// The value. `tested` is told how many candidates a search went through.
    #[inline]
    pub(crate) fn value(
        &self,
        graph: &HostGraph,
        bound: &impl Bound,
        tested: impl FnOnce(u64),
    ) -> Value {
        match self {
            &Quick::Constant(value) => value,
            &Quick::Plain(ref read, ty) => Value::from_bits(ty, read.bits(graph, bound, tested)),
            Quick::Widened(read, scale) => {
                Value::Real(scale.of(widened(read.bits(graph, bound, tested))))
            }
            &Quick::Within(ref read, range) => {
                Value::Bool(read.lies_in(range, graph, bound, tested))
            }
        }
    }

    /// Of a condition that is about one attribute of a node alone: its column, and where its bits must lie.
    pub(crate) fn range_of_attribute(&self) -> Option<(usize, Range)> {
        match *self {
            Quick::Within(Read::Attribute(attribute), range) if attribute.is_node => {
                Some((attribute.column, range))
            }
            _ => None,
        }
    }

    /// Of a `Real` formula that is about one attribute of a node alone: its column, and what its bits come to.
    pub(crate) fn of_attribute(&self) -> Option<(usize, OfBits)> {
        let (read, of_bits) = match self {
            Quick::Plain(read, _) => (read, OfBits::Real),
            Quick::Widened(read, scale) => (read, OfBits::Widened(*scale)),
            Quick::Constant(_) | Quick::Within(..) => return None,
        };
        match read {
            Read::Attribute(attribute) if attribute.is_node => Some((attribute.column, of_bits)),
            _ => None,
        }
    }

    /// The value of a `Real` formula. `tested` is told how many candidates a search went through.
    #[inline(always)]
    pub(crate) fn real(
        &self,
        graph: &HostGraph,
        bound: &impl Bound,
        tested: impl FnOnce(u64),
    ) -> f64 {
        match self {
            Quick::Constant(Value::Real(real)) => *real,
            Quick::Plain(read, _) => f64::from_bits(read.bits(graph, bound, tested)),
            Quick::Widened(read, scale) => scale.of(widened(read.bits(graph, bound, tested))),
            Quick::Constant(_) | Quick::Within(..) => {
                unreachable!("check types this formula as Real")
            }
        }
    }

    /// What there is not, where this holds.
    pub(crate) fn excluded(&self) -> Option<&Joined> {
        match self {
            Quick::Within(Read::Joined(joined), range) if !range.has(1) => Some(joined),
            _ => None,
        }
    }

    /// The truth value of a condition. `tested` is told how many candidates a search went through.
    #[inline(always)]
    pub(crate) fn holds(
        &self,
        graph: &HostGraph,
        bound: &impl Bound,
        tested: impl FnOnce(u64),
    ) -> bool {
        match self {
            &Quick::Within(ref read, range) => read.lies_in(range, graph, bound, tested),
            Quick::Constant(value) => *value == Value::Bool(true),
            Quick::Plain(..) | Quick::Widened(..) => {
                unreachable!("a condition that is read is in a range")
            }
        }
    }
}

/// What the bits of an attribute come to as a real number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OfBits {
    /// They are one.
    Real,
    /// They are an integer.
    Widened(Scale),
}

impl OfBits {
    #[inline]
    pub(crate) fn value(self, bits: u64) -> f64 {
        match self {
            OfBits::Real => f64::from_bits(bits),
            OfBits::Widened(scale) => scale.of(widened(bits)),
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
    use super::{Operator, Range, Scale};

    #[test]
    fn scaled_integers_are_finite() {
        let extremes = [i64::MIN, -1, 0, 7, i64::MAX].map(|i| i as f64);
        for constant in [1e-300, -1e-280, 0.0, 4.0, 1e280, f64::MAX] {
            for operator in [Operator::Multiply, Operator::Divide] {
                let Some(scale) = Scale::by(operator, constant) else {
                    continue;
                };
                assert!(
                    extremes.iter().all(|&i| scale.of(i).is_finite()),
                    "{scale:?}"
                );
            }
        }
        for divisor in [4.0, -0.125, 3.0, 1e-200, 1e250] {
            let scale = Scale::by(Operator::Divide, divisor).expect("a quotient is finite");
            let multiplies = matches!(scale, Scale::Times(_));
            assert_eq!(multiplies, [4.0, -0.125].contains(&divisor), "{divisor}");
            let quotients = [i64::MIN as f64, -3.0, 1.0, 1e15 + 0.5];
            assert!(
                quotients
                    .iter()
                    .all(|&i| scale.of(i).to_bits() == (i / divisor).to_bits())
            );
        }
        assert!(Scale::by(Operator::Divide, 0.0).is_none());
        assert!(Scale::by(Operator::Add, 1.0).is_none());
        assert_eq!(
            Scale::by(Operator::Divide, 4.0).map(|s| s.of(3.0)),
            Some(0.75)
        );
        assert_eq!(
            Scale::by(Operator::Multiply, 4.0).map(|s| s.of(3.0)),
            Some(12.0)
        );
    }

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
                assert_ne!(range.complement().has(value), range.has(value));
            }
        }
        assert!(Range::compared(Operator::Add, 1).is_none());
    }
}
