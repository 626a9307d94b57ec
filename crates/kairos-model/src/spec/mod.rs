//! What was written: a mirror of the RON files, with positions. Strings that hold patterns or expressions are still text here.
//!
//! The files are RON, read by an own scanner, since every value needs its place and every mistake is to be said at once. Beyond RON,
//! named arguments may follow unnamed ones, `Repeat("clients", "(sc:SC)")` and `Max("sn.bandwidth", of: "…")`; every unnamed argument may
//! also be given by its name, `Max(value: "sn.bandwidth", of: "…")`. Optional fields need no `Some(…)`.

mod model;
mod read;
mod ron;
mod rule_set;
mod study;
#[cfg(test)]
mod tests;

pub use self::{
    model::*,
    read::{FileKind, Read, read_model, read_rule_set, read_study},
    rule_set::*,
    study::*,
};
use crate::source::{Span, Spanned};

/// A string literal: its value, and where each character of it stands (see `Text::span_of`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The value, escapes resolved.
    pub value: String,
    /// The literal with its quotes.
    pub span: Span,
    /// For each byte of `value` its place in the file, and one for the end; empty where the value stands verbatim from `verbatim_start` on.
    pub offsets: Vec<u32>,
    /// Where the value's first byte stands.
    pub verbatim_start: u32,
}

impl Text {
    /// The place of a range of bytes of the value, both ends at character boundaries.
    #[must_use]
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        let place = |byte: usize| match self.offsets.get(byte) {
            Some(&offset) => offset,
            None => {
                self.verbatim_start + u32::try_from(byte).expect("a text is shorter than its file")
            }
        };
        Span {
            file: self.span.file,
            start: place(range.start),
            end: place(range.end),
        }
    }
}

/// A map as written, in the order of the text. No key repeats: a second one is reported and left out.
pub type Entries<T> = Vec<(Text, T)>;

/// A number or an expression: `5.0`, `"clients / 2"`.
#[derive(Clone, Debug)]
pub enum NumberOrText {
    /// A bare integer.
    Int(Spanned<i64>),
    /// A bare decimal number, finite.
    Real(Spanned<f64>),
    /// A bare truth value.
    Bool(Spanned<bool>),
    /// An expression.
    Text(Text),
}
