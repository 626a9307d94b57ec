//! Why a chain cannot be built or solved.

use kairos_rewrite::error::RuntimeError;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A fault of the model in one of its states.
    #[error("{0}")]
    Model(#[from] Box<RuntimeError>),
    /// More states than were allowed.
    #[error(
        "more than {limit} states can be reached, and {waiting} of them were not looked at yet; --states N allows more, a smaller model needs fewer"
    )]
    TooMany {
        /// How many were allowed.
        limit: usize,
        /// Those that were found and not yet looked at.
        waiting: usize,
    },
    /// Immediate events that never let time move on.
    #[error("immediate events follow each other for ever: {0}")]
    Standstill(String),
    /// A horizon so long, or rates so fast, that uniformisation would take too many steps.
    #[error(
        "the chain would make about {0:.1e} steps until then, more than can be followed; --steady needs no horizon"
    )]
    TooLong(f64),
    /// An iteration that did not converge.
    #[error("the linear system did not converge: what is left is {0:.1e}")]
    NoConvergence(f64),
    /// The user lost interest.
    #[error("interrupted")]
    Interrupted,
    /// An export that has no one initial state.
    #[error(
        "immediate events lead from the start graph to {0} states at once; PRISM and Storm need one initial state"
    )]
    ManyStarts(usize),
    /// A file that could not be written.
    #[error("{path}: {source}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A result, or why there is none.
pub(crate) type Result<T> = std::result::Result<T, Error>;
