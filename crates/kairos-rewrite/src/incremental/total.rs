//! The values of a query's matches and their sum, for a probe that reads no more of them.

use crate::{exact::ExactSum, prefetch::prefetch};

/// Of a row that is not summed up: no value is that.
const NONE: f64 = f64::NAN;

/// The values of rows, and their sum.
#[derive(Clone, Debug, Default)]
pub(crate) struct Total {
    /// By row.
    values: Vec<f64>,
    sum: ExactSum,
}

impl Total {
    /// Adds a row.
    pub(crate) fn add(&mut self, row: u32, value: f64) {
        let row = row as usize;
        if self.values.len() <= row {
            self.values.resize(row + 1, NONE);
        }
        self.values[row] = value;
        self.sum.add(value);
    }

    /// Asks for the memory of a row's value.
    #[inline]
    pub(crate) fn prefetch(&self, row: u32) {
        prefetch(&self.values, row as usize);
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, row: u32) {
        let value = std::mem::replace(&mut self.values[row as usize], NONE);
        self.sum.subtract(value);
    }

    /// Gives a row another value, or the same. A row that is not summed up has none.
    #[inline]
    pub(crate) fn revalue(&mut self, row: u32, value: f64) {
        let Some(held) = self.values.get_mut(row as usize) else {
            return;
        };
        if held.to_bits() != value.to_bits() && !held.is_nan() {
            let before = std::mem::replace(held, value);
            self.sum.replace(before, value);
        }
    }

    /// The sum of all values.
    pub(crate) fn sum(&self) -> f64 {
        self.sum.value()
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        size_of::<Total>() + self.values.capacity() * size_of::<f64>()
    }
}
