//! What a study left on disk, as one page to look at.
//!
//! [`Results::read`] takes the files of a directory of results, as far as they are whole; [`page`] makes of them one HTML file that is
//! read offline, on a screen of any width, in light and dark, and on paper.
//!
//! Invariants
//!
//! - The page refers to nothing outside itself: style, script, data and pictures are in it.
//! - Equal files and words give equal bytes. No date and no duration is shown.
//! - Whatever comes from a file is escaped: markup is made by one builder (`html`), which takes text and nothing else.
//! - What is missing or damaged is said on the page, and takes nothing else with it.
//!
//! Plots are drawn by uPlot (MIT), which is part of the page, from data that can be downloaded from it as CSV; intervals and bars in tables
//! are plain SVG and CSS, and need no script.
//!
//! Deliberately absent: models, engines and estimators, all of which this crate knows by the files that they left; and where files are.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod curves;
mod findings;
mod firings;
mod forest;
pub mod format;
mod html;
mod metric;
mod page;
mod plot;
mod results;
mod rows;
mod run;
#[cfg(test)]
mod tests;

pub use page::page;
pub use results::{Picture, Results, names};

/// What can be said about results in words, by whoever knows more than the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// What differs, and what is the best.
    pub findings: Vec<Finding>,
    /// What a reader should know before believing a number; `None` where nobody could look.
    pub warnings: Option<Vec<String>>,
}

/// A sentence about a metric. Names in it stand between backquotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The metric.
    pub metric: String,
    /// The sentence.
    pub text: String,
    /// Whether it sums up all scenarios.
    pub sums_up: bool,
}
