//! Type graphs, rules and host graphs as pictures.
//!
//! - [`types`]: a type graph: inheritance, attributes, edge types;
//! - [`rule`]: a rule with its left and its right side, NACs crossed out, beside it its timer;
//! - [`graph`]: a host graph.
//!
//! Each makes a [`Picture`] out of checked parts of a model; [`Picture::svg`] is its text. The way there is the same for all three:
//! what is to be read becomes *cards* (lines of text with a known size), a layout gives every card a place, and cards and lines become marks of the picture.
//!
//! Invariants
//!
//! - No text lies on another or on a box or line that is not its own: [`Picture::collisions`] computes it from the rectangles.
//! - Nothing that matters is said by colour alone: what is created, deleted, forbidden, looked for or chosen differs in its outline and carries a word, too.
//! - Equal input gives equal bytes, and an SVG refers to nothing outside itself.
//!
//! Deliberately absent: files, running graphs and the engine; a host graph comes as plain names and values.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod card;
mod geometry;
pub mod graph;
mod isotonic;
mod layered;
mod net;
mod picture;
pub mod rule;
mod stress;
mod svg;
mod text;
pub mod types;
mod words;

pub use self::{picture::Picture, words::Declared};
