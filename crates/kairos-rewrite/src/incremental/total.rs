//! The values of a query's matches and their sum, for a probe that reads no more of them.

use crate::exact::ExactSum;

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
            self.values.resize(row + 1, 0.0);
        }
        self.values[row] = value;
        self.sum.add(value);
    }

    /// Takes a row away.
    pub(crate) fn remove(&mut self, row: u32) {
        self.sum.subtract(self.values[row as usize]);
    }

    /// Gives a row another value, or the same.
    #[inline]
    pub(crate) fn revalue(&mut self, row: u32, value: f64) {
        let before = std::mem::replace(&mut self.values[row as usize], value);
        if before.to_bits() != value.to_bits() {
            self.sum.subtract(before);
            self.sum.add(value);
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
