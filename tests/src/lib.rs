//! The battery: what the whole-program tests of Kairos share, and what they and the binary `battery` run.
//!
//! A part of the battery is a function that gives a [`section::Section`]: the ordinary tests run it small, the binary runs it long.

pub mod bad_input;
pub mod closed_form;
pub mod counts;
pub mod coverage;
pub mod crowds;
pub mod determinism;
pub mod dice;
pub mod exact;
pub mod expressions;
pub mod faults;
pub mod gsmp;
pub mod guide;
pub mod laws;
pub mod limits;
pub mod project;
pub mod random;
pub mod rankings;
pub mod schedules;
pub mod section;
pub mod shipped;
pub mod systems;
pub mod twin;
pub mod two_stage;
pub mod wrong;

use section::{Scale, Section};

/// A part of the battery: its name on the command line, and what runs it.
pub type Part = (&'static str, fn(Scale) -> Section);

/// The battery.
pub const PARTS: &[Part] = &[
    ("systems", systems::agree),
    ("schedules", schedules::random_operations),
    ("trajectories", schedules::trajectories),
    ("expressions", expressions::agree),
    ("laws", laws::closed_forms),
    ("exact", exact::agree),
    ("chains", |_| exact::closed_forms()),
    ("wrong", |_| laws::wrong_engines()),
    ("coverage", coverage::measured),
    ("narrow", |_| coverage::controls()),
    ("input", bad_input::mutations),
    ("determinism", determinism::holds),
    ("faults", faults::survived),
    ("limits", limits::met),
];
