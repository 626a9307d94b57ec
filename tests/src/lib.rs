//! The battery: what the whole-program tests of Kairos share, and what they and the binary `battery` run.
//!
//! A part of the battery is a function that gives a [`section::Section`]: the ordinary tests run it small, the binary runs it long.

pub mod closed_form;
pub mod dice;
pub mod expressions;
pub mod gsmp;
pub mod laws;
pub mod random;
pub mod schedules;
pub mod section;
pub mod shipped;
pub mod twin;
pub mod two_stage;
pub mod wrong;
