//! The commands as a user calls them.
#![allow(clippy::unwrap_used)]

mod check;
mod explain;
mod new;
mod project;
mod refusals;
mod run;
mod study;
