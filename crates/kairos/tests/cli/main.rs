//! The commands as a user calls them.
#![allow(clippy::unwrap_used)]

mod check;
mod draw;
mod examples;
mod explain;
mod new;
mod project;
mod refusals;
mod report;
mod run;
mod solve;
mod study;
mod verify;
