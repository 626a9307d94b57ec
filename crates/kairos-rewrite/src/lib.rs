//! Host graphs, incremental matches and rule application.
//!
//! The data path of this crate is `Model → Program → (HostGraph, Matcher)`:
//!
//! - [`program`]: what is compiled once and shared by all threads: layouts, compiled expressions, how choices and components are found;
//! - [`graph`]: the host graph: a typed, attributed, numbered multigraph with typed adjacency;
//! - [`effects`]: what the application of a rule changes, read off the graph as it was before;
//! - [`matcher`]: what an engine may ask: events, deltas, extensions, pools, readings;
//! - [`incremental`]: the matcher that costs what a step changed;
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
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod binding;
pub mod effects;
pub mod error;
pub mod eval;
pub mod explain;
pub mod graph;
pub mod incremental;
pub mod lists;
pub mod matcher;
pub mod naive;
pub mod program;
pub mod schema;
pub mod sums;
