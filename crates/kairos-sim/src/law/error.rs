//! The error of a parameter outside its domain.

use kairos_model::diagnostic::Written;

/// A parameter lies outside its law's domain.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[error("{law}: {parameter} is {}, but must be {requirement}", Written(*.value))]
pub struct LawError {
    /// The law's family, as in the language: `"Normal"`.
    pub law: &'static str,
    /// The parameter's name, as in the language: `"sd"`.
    pub parameter: &'static str,
    /// The value that it had.
    pub value: f64,
    /// What it must be: the end of the sentence "sd is −1, but must be …".
    pub requirement: &'static str,
}

/// One parameter of one law, about to be checked.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) law: &'static str,
    pub(super) name: &'static str,
    pub(super) value: f64,
}

impl Parameter {
    #[inline]
    pub(super) fn must(self, holds: bool, requirement: &'static str) -> Result<f64, LawError> {
        if holds {
            return Ok(self.value);
        }
        Err(LawError {
            law: self.law,
            parameter: self.name,
            value: self.value,
            requirement,
        })
    }

    #[inline]
    pub(super) fn finite(self) -> Result<f64, LawError> {
        self.must(self.value.is_finite(), "a finite number")
    }

    #[inline]
    pub(super) fn positive(self) -> Result<f64, LawError> {
        let holds = self.value > 0.0 && self.value <= f64::MAX;
        self.must(holds, "finite and greater than 0")
    }

    #[inline]
    pub(super) fn not_negative(self) -> Result<f64, LawError> {
        let holds = (0.0..=f64::MAX).contains(&self.value);
        self.must(holds, "finite and at least 0")
    }
}
