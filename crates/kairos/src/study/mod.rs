//! Studies: scenarios × replications over threads, results on disk, estimates from them.
//!
//! The data path is `Plan → journal → Fold → tables`: replications are run in parallel and taken in order; what they gave
//! is written to the journal; everything else, files and screen, is a function of manifest and journal. Memory does not grow with
//! the number of replications.
//!
//! This module knows no model and no engine: a replication is whatever a [`Replicate`] does for a [`Unit`].

mod directory;
mod execute;
mod fold;
mod journal;
mod manifest;
mod merge;
mod ordered;
#[cfg(feature = "parquet")]
mod parquet;
mod pilot;
mod plan;
mod tables;
#[cfg(test)]
mod tests;
mod timing;

pub use directory::{Directory, names};
pub use execute::{Finished, Replicate, Status, Watch, estimate, execute};
pub use fold::{Difference, Fold, Selection, SeriesPoint};
pub use journal::{Outcome, Record, Sample};
pub use manifest::{HashedFile, Manifest};
pub use merge::{Estimates, merge, read};
pub use pilot::warm_up;
#[cfg(test)]
pub(crate) use plan::tests::plan as plan_of;
pub use plan::{
    Best, Pilot, Plan, PlannedMetric, PlannedRule, PlannedScenario, PlannedSeries, Rivals, Rule,
    Shard, Unit,
};
pub(crate) use tables::all as tables;
pub use tables::{Ending, Stopped};
pub use timing::Session;
