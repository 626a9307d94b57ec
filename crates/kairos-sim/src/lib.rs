//! Keyed draws, laws of delays and the schedule of Kairos.
//!
//! Three rooms; the second uses the first, and the third uses neither:
//!
//! * [`draw`] names causes and turns (random seed, replication, name, place) into random words. A draw
//!   is a pure function of these four; no generator lives from one draw to the next, so neither the order of
//!   draws nor the number of threads can change a value.
//! * [`law`] turns random words into delays and values. Logarithms, exponentials and powers come from the
//!   pure-Rust `libm`, so that platforms and builds agree bit for bit.
//! * [`schedule`] keeps the times of active events and gives back the earliest; equal times leave in the
//!   order of activation.
//!
//! Invariants: a delay is greater than 0 (and `+inf` for "never"); a law that exists has parameters within its
//! domain; nothing here iterates over a hash map.
//!
//! What this crate never knows: files, threads, and any replication but its own. The rooms above know no graph
//! either: elements reach them as names, active events as dense slots.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod draw;
pub mod engine;
pub mod law;
pub mod schedule;
pub mod start;
mod value;
