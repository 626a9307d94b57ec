//! Probes: what is observed of a trajectory, and the statistics of it.
//!
//! A sample at time t sees the graph after every event with time ≤ t. Tallies read the graph before the application of their rule. Averages over time
//! weigh by time, tallies by event; both begin after the warm-up.

mod collector;
mod durations;
mod observations;

pub use collector::{Collector, Wanted};
pub use observations::Observations;
