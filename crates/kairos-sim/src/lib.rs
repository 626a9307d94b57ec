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
//!
//! # Example
//!
//! One replication of a thousand atoms that decay, observed by a probe. (The crate `kairos` does all of this in one call.)
//!
//! ```
//! use std::sync::Arc;
//! use kairos_model::{check::{Overrides, load_model}, source::MemoryFiles};
//! use kairos_rewrite::{incremental::IncrementalMatcher, program::Program};
//! use kairos_sim::{
//!     draw::Randomness, engine::{Observer, Progress, Simulation, Timers}, observe::{Collector, Wanted},
//!     schedule::CalendarSchedule, start,
//! };
//! # let rules = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["a"]) })"#;
//! # let model = r#"Model(rules: "rules.ron", start: [Repeat(1000, "(:Atom)")], timers: { "decay": Exponential(rate: 0.5) },
//! #     probes: { "age": Tally(on: "decay", value: "now") })"#;
//! # let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
//! # let model = load_model(&files, "model.ron", &Overrides::default()).value.expect("no mistakes");
//!
//! let program = Arc::new(Program::compile(model));
//! let timers = Timers::new(&program);
//! let randomness = Randomness::new(42, 0);
//! let graph = start::build(&program, &randomness)?;
//! let mut simulation: Simulation<IncrementalMatcher, CalendarSchedule> = Simulation::new(&program, &timers, randomness, graph)?;
//!
//! let mut collector = Collector::new(&program, Wanted::All);
//! collector.begin(simulation.matcher());
//! while let Progress::Fired { .. } = simulation.step(f64::INFINITY, &mut collector)? {}
//!
//! let observed = collector.finish(simulation.time());
//! let metric = |name: &str| observed.metrics().into_iter().find(|m| m.0 == name).and_then(|m| m.2);
//! assert_eq!(metric("age.count"), Some(1000.0));
//! // The mean age is 2, with a standard error of 2 / √1000.
//! assert!(metric("age.mean").is_some_and(|mean| (mean - 2.0).abs() < 0.4));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod draw;
pub mod engine;
pub mod law;
pub mod observe;
pub mod schedule;
pub mod start;
mod value;
