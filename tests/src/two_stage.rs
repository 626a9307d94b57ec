//! Tests in two stages, so that a right engine passes all but always and a wrong one has to be found out twice.
//!
//! The first stage is cheap and loose. What it rejects is run again with other random seeds and ten times as many replications, at a strict
//! level; only what fails both is a fault. The stages are independent, so that a right engine fails one test with a probability of
//! at most [`FIRST`] × [`SECOND`], and any of at most [`TESTS`] of them with at most [`FAMILY_ERROR`] (Bonferroni).

/// The level of the first stage.
pub const FIRST: f64 = 1e-2;

/// The level of the second stage.
pub const SECOND: f64 = 1e-5;

/// So many tests share the error of the family; the battery counts them.
pub const TESTS: usize = 1000;

/// The chance that a right engine fails any test of the battery.
pub const FAMILY_ERROR: f64 = 1e-4;

const _: () = assert!(FIRST * SECOND * TESTS as f64 <= FAMILY_ERROR * 1.000_001);

/// What a stage is run with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The random seed of its replications.
    pub random_seed: u64,
    /// How many times the replications of the first stage.
    pub times: u64,
}

impl Stage {
    /// Every test begins with it.
    pub const ONE: Stage = Stage {
        random_seed: 20_260_101,
        times: 1,
    };
    /// For what the first one rejects.
    pub const TWO: Stage = Stage {
        random_seed: 977_001,
        times: 10,
    };
}

/// Which of some tests fail both stages, by position. `p_values` gives the p-value of every test in a stage; a second stage is run
/// only if the first one rejects something, and counts only for what the first one has rejected.
pub fn failing(mut p_values: impl FnMut(Stage) -> Vec<f64>) -> Vec<usize> {
    let suspects: Vec<usize> = rejected(&p_values(Stage::ONE), FIRST);
    if suspects.is_empty() {
        return suspects;
    }
    let again = rejected(&p_values(Stage::TWO), SECOND);
    suspects
        .into_iter()
        .filter(|at| again.contains(at))
        .collect()
}

/// A p-value that is no number rejects: something could not be computed.
fn rejected(p_values: &[f64], level: f64) -> Vec<usize> {
    let rejects = |p: f64| p.is_nan() || p < level;
    (0..p_values.len())
        .filter(|&at| rejects(p_values[at]))
        .collect()
}
