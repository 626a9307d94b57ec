//! What Kairos is measured against: programs written by hand, each for one model of `models/bench`.
//!
//! - [`agenda`]: schedules for such programs, as lean as their use allows;
//! - [`twins`]: the programs, with the same statistics as their models;
//! - [`engine`]: the models themselves, on the engine that runs;
//! - [`cpu`]: time on the processor;
//! - [`cases`]: which models are measured, at which sizes, and for how long.
//!
//! A twin knows its model and nothing else: no rules, no names, no keyed draws. Its random numbers come from one generator, in the order in
//! which they are needed, so it agrees with its model in distribution and not draw by draw; `tests/agreement.rs` compares the means.
//!
//! Deliberately absent: anything that the engine uses. Where a twin is faster, the engine is what must change.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod agenda;
pub mod cases;
pub mod cpu;
pub mod engine;
pub mod twins;
