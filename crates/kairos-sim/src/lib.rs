//! Keyed draws, the schedule, the GSMP engine and the probes of Kairos: what turns a program into a trajectory.
//!
//! The data path of this crate is `(Program, Randomness) → start graph → Simulation → Observations`:
//!
//! * [`draw`] names causes and turns (random seed, replication, name, place) into random words. A draw
//!   is a pure function of these four; no generator lives from one draw to the next, so neither the order of
//!   draws nor the number of threads can change a value.
//! * [`law`] turns random words into delays and values. Logarithms, exponentials and powers come from the
//!   pure-Rust `libm`, so that platforms and builds agree bit for bit.
//! * [`schedule`] keeps the times of active events and gives back the earliest; equal times leave in the
//!   order of activation.
//! * [`start`] builds the start graph of a replication.
//! * [`engine`] steps: next event, choices, application, clocks of lost and found events, observers.
//! * [`observe`] collects what the probes of a replication see.
//!
//! Invariants
//!
//! - A delay is greater than 0 (and `+inf` for "never"); a law that exists has parameters within its domain.
//! - An event has a running clock exactly while it is active; a clock's schedule changes only where its event starts,
//!   is lost, fires, or reads something that has changed.
//! - A trajectory is a function of (program, random seed, replication) alone: not of the matcher, the schedule, the order
//!   in which matches were found, or what is observed. Nothing here iterates over a hash map in its own order.
//!
//! What this crate never knows: files, threads, and any replication but its own. Draws, laws and schedule know no graph
//! either: elements reach them as names, active events as dense slots.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod draw;
pub mod engine;
pub mod law;
pub mod observe;
pub mod schedule;
pub mod start;
mod value;
