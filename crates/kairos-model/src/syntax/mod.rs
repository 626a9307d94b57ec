//! The small languages inside strings: patterns and expressions in the notation of ISO GQL.
//!
//! ```text
//! pattern    = path { "," path } [ WHERE expr ]
//! path       = node { edge node }
//! node       = "(" filler ")"
//! edge       = "-[" filler "]->" | "<-[" filler "]-" | "~[" filler "]~"
//! filler     = [ name ] [ ":" types ] [ "{" name ":" expr { "," name ":" expr } "}" ] [ WHERE expr ]
//! types      = name { "|" name }
//! assignment = name "." name ( "=" | "+=" | "-=" ) expr
//! expr       = the operators of one line bind tighter than those above, to the left where not said otherwise:
//!              OR
//!              AND
//!              NOT
//!              = <> < <= > >=            (do not chain)
//!              + -
//!              * / %
//!              - in front
//!              .member
//! operand    = number | TRUE | FALSE | name | name "(" [ argument { "," argument } ] ")" | "(" expr ")"
//!            | CASE WHEN expr THEN expr { WHEN expr THEN expr } ELSE expr END
//!            | EXISTS "{" pattern "}" | COUNT "{" pattern "}"
//! argument   = [ name ":" ] expr
//! ```
//!
//! Keywords may be written in either case; names are `[A-Za-z_][A-Za-z0-9_]*` and tell the cases apart.
//! Trees are at most [`MAX_DEPTH`] levels high, so whoever reads them may recurse.

mod expr;
mod parser;
mod pattern;
mod print;
#[cfg(test)]
mod tests;
mod token;
pub mod tree;

use self::{
    parser::Parser,
    tree::{AssignmentTree, ExprTree, Name, PatternTree},
};
use crate::{diagnostic::Diagnostic, spec::Text};

/// How deep brackets may nest, and how high trees may grow.
pub const MAX_DEPTH: u16 = 200;

/// Reads a pattern: `(a:SC)-[:link]->(b:SN), (c) WHERE a.x < c.x`.
///
/// # Errors
/// What is wrong with the text, each mistake with its place in the file.
pub fn parse_pattern(text: &Text) -> Result<PatternTree, Vec<Diagnostic>> {
    Parser::run(text, "a pattern", Parser::pattern)
}

/// Reads an expression: `2 * a.x + COUNT { (a)-[:link]->() }`.
///
/// # Errors
/// What is wrong with the text, each mistake with its place in the file.
pub fn parse_expr(text: &Text) -> Result<ExprTree, Vec<Diagnostic>> {
    Parser::run(text, "an expression", Parser::expr)
}

/// Reads an assignment: `a.x += 1`.
///
/// # Errors
/// What is wrong with the text, each mistake with its place in the file.
pub fn parse_assignment(text: &Text) -> Result<AssignmentTree, Vec<Diagnostic>> {
    Parser::run(text, "an assignment", Parser::assignment)
}

/// Reads a lone name: an entry of `delete`.
///
/// # Errors
/// What is wrong with the text, each mistake with its place in the file.
pub fn parse_name(text: &Text) -> Result<Name, Vec<Diagnostic>> {
    Parser::run(text, "a name", |p| p.name("a name"))
}

/// Reads alternatives: `SC|SN`.
///
/// # Errors
/// What is wrong with the text, each mistake with its place in the file.
pub fn parse_types(text: &Text) -> Result<Vec<Name>, Vec<Diagnostic>> {
    let mut types = Parser::run(text, "a type", Parser::types);
    if let (Err(mistakes), Some(help)) = (&mut types, no_pattern(&text.value)) {
        mistakes
            .iter_mut()
            .for_each(|m| m.help = Some(help.to_owned()));
    }
    types
}

/// Advice where a pattern was written for the name of a type.
#[must_use]
pub fn no_pattern(text: &str) -> Option<&'static str> {
    let is_pattern = text.contains(['(', '[', '~', ':']);
    is_pattern.then_some("a type stands alone here, by its name: `T`, not `(:T)` or `-[:T]->`")
}
