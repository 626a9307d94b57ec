//! The commands as a user calls them.
#![allow(clippy::unwrap_used)]

mod check;
mod draw;
mod project;
mod refusals;
mod run;
mod study;
