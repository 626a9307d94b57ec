//! Kairos.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod error;
pub mod format;
pub mod load;
pub mod memory;
pub mod report;
pub mod simulate;
pub mod snapshot;
pub mod study;
pub mod trace;
pub mod trajectory;
pub mod verify;
