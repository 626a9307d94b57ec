//! Host graphs, incremental matches and rule application.
//!
//! The data path of this crate is `Model → Program → (HostGraph, Matcher)`:
//!
//! - [`program`]: what is compiled once and shared by all threads: layouts, compiled expressions, how choices and components are found;
//! - [`graph`]: the host graph: a typed, attributed, numbered multigraph with typed adjacency;
//! - [`upkeep`]: what must be kept of it for a program;
//! - [`effects`]: what the application of a rule changes, read off the graph as it was before;
//! - [`matcher`]: what an engine may ask: events, deltas, extensions, pools, readings;
//! - [`incremental`]: the matcher that costs what a step changed;
//! - [`sums`] and [`exact`]: sums of weights by position, and sums without rounding;
//! - [`naive`]: the matcher that looks everything up again after every step, the easiest to believe;
//! - [`explain`]: why a rule has no match.
//!
//! Invariants
//!
//! - Numbers of elements are never used again; slots are, but not within the step that freed them.
//! - After every application the matcher's events are exactly the matches of the rules in the graph.
//! - Adjacency lists, type lists and pools change their order by one rule only: lost members leave in ascending numbers, each by
//!   swapping with the last, then found ones are appended in ascending numbers.
//!
//! Deliberately absent: random numbers (names and draws are asked of a [`matcher::Cause`]), time (`now` is an argument), RON.
//!
//! # Example
//!
//! Two atoms and a rule that lets one decay. The matcher keeps the matches, and says after an application which were lost and found; whoever asks for
//! it (here nobody that creates or draws anything) is its *cause*:
//!
//! ```
//! use std::sync::Arc;
//! use kairos_model::{check::{Overrides, load_model}, source::MemoryFiles, timer::Family, types::{NodeTypeId, Value}};
//! use kairos_rewrite::{
//!     binding::Binding, error::Fault, graph::HostGraph, incremental::IncrementalMatcher,
//!     matcher::{Cause, Firing, Matcher}, program::Program,
//! };
//!
//! struct Nobody;
//! impl Cause for Nobody {
//!     fn name(&mut self, position: u32, _extension: &[u64]) -> u64 {
//!         u64::from(position)
//!     }
//!     fn draw(&mut self, _: Family, _: &[Value], _: u32, _: &[u64]) -> Result<Value, Fault> {
//!         unreachable!("the rule draws nothing")
//!     }
//! }
//!
//! # let rules = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["a"]) })"#;
//! # let model = r#"Model(rules: "rules.ron", timers: { "decay": Exponential(rate: 0.5) }, horizon: 1.0)"#;
//! # let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
//! # let model = load_model(&files, "model.ron", &Overrides::default()).value.expect("no mistakes");
//! let program = Arc::new(Program::compile(model));
//! let mut graph = HostGraph::new(Arc::clone(&program.schema));
//! graph.create_node(NodeTypeId(0), 1, &[]);
//! graph.create_node(NodeTypeId(0), 2, &[]);
//!
//! let mut matcher = IncrementalMatcher::start(&program, graph)?;
//! let events = matcher.events();
//! assert_eq!(events.len(), 2);
//!
//! let (rule, matched) = (events[0].rule, matcher.matched(events[0]));
//! let bound = Binding::new(program.widest_scope());
//! for (&var, &slot) in program.model.rule(rule).lhs.elements.iter().zip(&*matched) {
//!     bound.set(var, slot);
//! }
//! matcher.apply(Firing { rule, bound: &bound, now: 0.0 }, &mut Nobody)?;
//! assert_eq!((matcher.delta().lost.len(), matcher.events().len()), (1, 1));
//! assert_eq!(matcher.graph().node_count(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod binding;
pub mod effects;
pub mod error;
pub mod eval;
pub mod exact;
pub mod explain;
pub mod graph;
pub mod incremental;
pub mod lists;
pub mod matcher;
pub mod naive;
pub mod prefetch;
pub mod program;
pub mod schema;
mod shapes;
pub mod sums;
pub mod upkeep;
