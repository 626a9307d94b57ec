//! Kairos.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod error;
pub mod format;
pub mod report;
pub mod snapshot;
pub mod study;
