//! Trees written as text again: what is written reads as the same tree.

use std::fmt::{Display, Formatter, Result};

use super::{
    expr::Level,
    tree::{
        AssignmentTree, Direction, EdgeTree, ExprTree, ExprTreeKind, Name, NodeTree, Path,
        PatternTree,
    },
};
use crate::rule::AssignmentMode;

impl Display for PatternTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        separated(f, &self.paths, ", ")?;
        if let Some(condition) = &self.condition {
            write!(f, " WHERE {condition}")?;
        }
        Ok(())
    }
}

impl Display for Path {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}", self.first)?;
        self.steps
            .iter()
            .try_for_each(|(edge, node)| write!(f, "{edge}{node}"))
    }
}

impl Display for NodeTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("(")?;
        filler(
            f,
            self.name.as_ref(),
            &self.types,
            &self.attributes,
            self.condition.as_ref(),
        )?;
        f.write_str(")")
    }
}

impl Display for EdgeTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let (open, close) = match self.direction {
            Direction::Right => ("-[", "]->"),
            Direction::Left => ("<-[", "]-"),
            Direction::Undirected => ("~[", "]~"),
        };
        f.write_str(open)?;
        filler(
            f,
            self.name.as_ref(),
            &self.types,
            &self.attributes,
            self.condition.as_ref(),
        )?;
        f.write_str(close)
    }
}

fn filler(
    f: &mut Formatter<'_>,
    name: Option<&Name>,
    types: &[Name],
    attributes: &[(Name, ExprTree)],
    condition: Option<&ExprTree>,
) -> Result {
    if let Some(name) = name {
        f.write_str(&name.value)?;
    }
    for (position, ty) in types.iter().enumerate() {
        write!(f, "{}{}", if position == 0 { ":" } else { "|" }, ty.value)?;
    }
    for (position, (name, value)) in attributes.iter().enumerate() {
        write!(
            f,
            "{}{}: {value}",
            if position == 0 { " {" } else { ", " },
            name.value
        )?;
    }
    if !attributes.is_empty() {
        f.write_str("}")?;
    }
    condition.map_or(Ok(()), |c| write!(f, " WHERE {c}"))
}

impl ExprTree {
    fn level(&self) -> Level {
        match &self.kind {
            ExprTreeKind::Binary { operator, .. } => operator.value.level(),
            ExprTreeKind::Not(_) => Level::Not,
            ExprTreeKind::Negate(_) => Level::Sign,
            ExprTreeKind::Int(n) if *n < 0 => Level::Sign,
            _ => Level::Operand,
        }
    }

    /// Writes the tree where operators bind at least as tightly as `level`.
    fn write_at(&self, f: &mut Formatter<'_>, level: Level) -> Result {
        if self.level() < level {
            return write!(f, "({self})");
        }
        match &self.kind {
            ExprTreeKind::Int(n) => write!(f, "{n}"),
            // Debug writes a point or an exponent, so that the number stays a decimal one.
            ExprTreeKind::Real(x) => write!(f, "{x:?}"),
            ExprTreeKind::Bool(b) => f.write_str(if *b { "TRUE" } else { "FALSE" }),
            ExprTreeKind::Name(name) => f.write_str(name),
            ExprTreeKind::Member { of, name } => {
                of.write_at(f, Level::Operand)?;
                write!(f, ".{}", name.value)
            }
            ExprTreeKind::Call { name, arguments } => {
                write!(f, "{}(", name.value)?;
                for (position, (label, argument)) in arguments.iter().enumerate() {
                    f.write_str(if position == 0 { "" } else { ", " })?;
                    label
                        .as_ref()
                        .map_or(Ok(()), |l| write!(f, "{}: ", l.value))?;
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
            ExprTreeKind::Not(inner) => {
                f.write_str("NOT ")?;
                inner.write_at(f, Level::Not)
            }
            ExprTreeKind::Negate(inner) => {
                f.write_str("-")?;
                inner.write_at(f, Level::Sign)
            }
            ExprTreeKind::Binary {
                operator,
                left,
                right,
            } => {
                let own = operator.value.level();
                // Comparisons do not chain, so an operand that is one needs parentheses.
                let left_level = if own == Level::Comparison {
                    own.tighter()
                } else {
                    own
                };
                left.write_at(f, left_level)?;
                write!(f, " {} ", operator.value.symbol())?;
                right.write_at(f, own.tighter())
            }
            ExprTreeKind::Case {
                branches,
                otherwise,
            } => {
                f.write_str("CASE")?;
                branches
                    .iter()
                    .try_for_each(|(c, r)| write!(f, " WHEN {c} THEN {r}"))?;
                write!(f, " ELSE {otherwise} END")
            }
            ExprTreeKind::Exists(pattern) => write!(f, "EXISTS {{ {pattern} }}"),
            ExprTreeKind::Count(pattern) => write!(f, "COUNT {{ {pattern} }}"),
        }
    }
}

impl Display for ExprTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.write_at(f, Level::Or)
    }
}

impl Display for AssignmentTree {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let symbol = match self.mode {
            AssignmentMode::Set => "=",
            AssignmentMode::Add => "+=",
            AssignmentMode::Subtract => "-=",
        };
        write!(
            f,
            "{}.{} {symbol} {}",
            self.target.value, self.attribute.value, self.value
        )
    }
}

fn separated<T: Display>(f: &mut Formatter<'_>, items: &[T], separator: &str) -> Result {
    for (position, item) in items.iter().enumerate() {
        f.write_str(if position == 0 { "" } else { separator })?;
        write!(f, "{item}")?;
    }
    Ok(())
}
