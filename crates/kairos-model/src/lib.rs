//! What a Kairos author writes, and what it means.
//!
//! The data path of this crate is `text → spec → model`:
//!
//! - [`source`] and [`diagnostic`]: files, places in them, and mistakes with their places;
//! - [`render`]: diagnostics as text and as plain data;
//! - [`spec`]: rule sets, models and studies as they are written, a mirror of the RON files with positions;
//! - [`syntax`]: the small languages inside strings (patterns and expressions), as syntax trees with positions;
//! - [`voice`]: the functions of voice quality that expressions have;
//! - [`check`]: names resolved, types inferred, every mistake collected: `spec → model`;
//! - the checked model: [`types`], [`expr`], [`pattern`], [`rule`], [`timer`], [`start`], [`probe`], [`study`], [`model`].
//!
//! Invariants
//!
//! - A [`model::Model`] that was handed out has no mistakes: every name is resolved, every expression has a type,
//!   every rule has a timer, every attribute of a created element has a value. Later crates rely on it.
//! - Ids are dense and given in a fixed order: rules in the order of their names, everything else in the order of the text.
//!
//! Deliberately absent: a running graph, random numbers, threads.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod check;
pub mod diagnostic;
pub mod expr;
mod fold;
pub mod formulas;
pub mod model;
pub mod pattern;
pub mod probe;
pub mod render;
pub mod rule;
pub mod source;
pub mod spec;
pub mod start;
pub mod study;
pub mod syntax;
pub mod timer;
pub mod types;
pub mod voice;
