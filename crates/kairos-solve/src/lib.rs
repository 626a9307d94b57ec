//! Exact values of models that are Markov chains.
//!
//! Where every timer is exponential or immediate, the host graph alone says what happens next: the reachable graphs, up to isomorphism,
//! are the states of a continuous-time Markov chain. This crate finds them ([`explore`](Markov::explore)), leaves out those in which no
//! time passes, solves the chain for a horizon ([`Chain::until`]) or in the long run ([`Chain::in_the_long_run`]), says what the model's
//! metrics are ([`values`]), and writes the chain for other tools ([`export`]).
//!
//! Matching and rewriting are the naive matcher's. Rates, races and picks are computed here from SEMANTICS alone, without a draw, a clock
//! or a schedule: an aggregate clock, say, is taken for what it stands for, one clock for each match. What simulation and this crate agree
//! on is therefore right twice.
//!
//! Deliberately absent: random numbers. The start graph is an argument.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod chain;
mod draws;
mod error;
mod explore;
pub mod export;
mod immediate;
mod isomorphism;
mod markov;
mod moves;
mod poisson;
mod steady;
mod transient;
pub mod values;

pub use chain::{Chain, Solution};
pub use error::Error;
pub use markov::Markov;
