//! RON with a place for every value.

mod literal;
mod scan;

pub(super) use self::scan::{scan, start_word};
use super::Text;
use crate::source::{Span, Spanned};

/// How deep brackets may nest.
pub(super) const MAX_DEPTH: usize = 100;

/// A value with its place.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Bool(bool),
    /// Readers check the range that they need.
    Int(i128),
    /// Finite.
    Real(f64),
    Text(Text),
    List(Vec<Value>),
    Map(Vec<(Value, Value)>),
    /// `Name(items)`, `(items)`, or a lone `Name`, which has no items.
    Group {
        name: Option<Spanned<String>>,
        items: Option<Vec<Item>>,
    },
    /// A mistake that was reported already.
    Invalid,
}

/// What stands in parentheses: `value` or `name: value`.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) name: Option<Spanned<String>>,
    pub(super) value: Value,
}

impl Value {
    /// The value in words, for "expected …, found …".
    pub(super) fn describe(&self) -> String {
        match &self.kind {
            Kind::Bool(_) => "a truth value".to_owned(),
            Kind::Int(_) => "an integer".to_owned(),
            Kind::Real(_) => "a decimal number".to_owned(),
            Kind::Text(_) => "a string".to_owned(),
            Kind::List(_) => "a list".to_owned(),
            Kind::Map(_) => "a map".to_owned(),
            Kind::Group {
                name: Some(name),
                items,
            } => match items {
                Some(_) => format!("`{}(…)`", name.value),
                None => format!("the word `{}`", name.value),
            },
            Kind::Group { name: None, .. } => "a group in parentheses".to_owned(),
            Kind::Invalid => "a mistake".to_owned(),
        }
    }

    /// The word of a lone `Name`.
    pub(super) fn word(&self) -> Option<&Spanned<String>> {
        match &self.kind {
            Kind::Group { name, items: None } => name.as_ref(),
            _ => None,
        }
    }
}
