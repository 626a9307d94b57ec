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
//! - the checked model: [`types`], [`expr`], [`pattern`], [`rule`], [`timer`], [`start`] (with [`shape`], which graph models fit how many nodes),
//!   [`probe`], [`study`], [`model`].
//!
//! Invariants
//!
//! - A [`model::Model`] that was handed out has no mistakes: every name is resolved, every expression has a type,
//!   every rule has a timer, every attribute of a created element has a value. Later crates rely on it.
//! - Ids are dense and given in a fixed order: rules in the order of their names, everything else in the order of the text.
//!
//! Deliberately absent: a running graph, random numbers, threads.
//!
//! # Example
//!
//! A model is checked in one go; what was handed out has every name resolved:
//!
//! ```
//! use kairos_model::{check::{Overrides, load_model}, render::{Colour, render}, source::MemoryFiles};
//!
//! let rules = r#"RuleSet(
//!     types: (nodes: { "Atom": (attributes: { "energy": Real(1.0) }) }),
//!     rules: { "decay": (match: "(a:Atom WHERE a.energy > 0.5)", delete: ["a"]) },
//! )"#;
//! let model = r#"Model(rules: "rules.ron", start: [Repeat(3, "(:Atom)")], timers: { "decay": Exponential(rate: 0.5) }, horizon: 1.0)"#;
//! let files = |rules: &str| {
//!     MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(path, text)| (path.into(), text.into())).into())
//! };
//!
//! let loaded = load_model(&files(rules), "model.ron", &Overrides::default());
//! let model = loaded.value.expect("no mistakes");
//! let decay = model.rule_named("decay").expect("it is declared");
//! assert_eq!(model.rule(decay).effect.delete.len(), 1);
//!
//! // A mistake is said with its place inside the string.
//! let mistaken = load_model(&files(&rules.replace("a.energy", "a.enrgy")), "model.ron", &Overrides::default());
//! assert!(mistaken.value.is_none());
//! let said = render(&mistaken.sources, &mistaken.diagnostics, Colour::Never);
//! assert!(said.contains("unknown attribute `enrgy` of `Atom`") && said.contains("did you mean `energy`?"), "{said}");
//! ```
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
pub mod shape;
pub mod source;
pub mod spec;
pub mod start;
pub mod study;
pub mod syntax;
pub mod timer;
pub mod types;
pub mod voice;
