//! The GSMP engine.

mod observer;

pub use observer::{Firing, FiringOutcome, Observer};
