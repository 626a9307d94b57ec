//! A column of data to sample from.

use super::error::{LawError, Parameter};

/// The values of an empirical law, checked and sorted once. Laws borrow it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column(Box<[f64]>);

impl Column {
    /// The values in any order; a value that occurs twice is drawn twice as often.
    ///
    /// # Errors
    /// If there is no value, or one is not finite.
    pub fn new(values: &[f64]) -> Result<Self, LawError> {
        let parameter = |name, value| Parameter {
            law: "Empirical",
            name,
            value,
        };
        parameter("length of the column", values.len() as f64)
            .must(!values.is_empty(), "at least 1")?;
        for &value in values {
            parameter("a value of the column", value).finite()?;
        }
        let mut sorted: Box<[f64]> = values.into();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Self(sorted))
    }

    /// The values, ascending.
    #[must_use]
    pub fn sorted(&self) -> &[f64] {
        &self.0
    }
}
