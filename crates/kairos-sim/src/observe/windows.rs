//! The spans of time in which a replication is observed.

/// One span from the end of the warm-up to the end of the run, or several of equal length, each observed for itself: the batches
/// of a long run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windows {
    warm_up: f64,
    count: u64,
    /// The length of each; infinite for a single one, which ends with the run.
    length: f64,
}

impl Windows {
    /// One span, from a time on.
    #[must_use]
    pub fn from(warm_up: f64) -> Self {
        Windows {
            warm_up,
            count: 1,
            length: f64::INFINITY,
        }
    }

    /// So many spans of equal length between two times.
    ///
    /// # Panics
    /// If there are none, or the times do not ascend.
    #[must_use]
    pub fn batches(warm_up: f64, horizon: f64, count: u64) -> Self {
        assert!(
            count > 0 && warm_up < horizon && horizon.is_finite(),
            "{count} batches from {warm_up} to {horizon}"
        );
        Windows {
            warm_up,
            count,
            length: (horizon - warm_up) / count as f64,
        }
    }

    /// When observing begins.
    #[must_use]
    pub fn warm_up(self) -> f64 {
        self.warm_up
    }

    /// Whether so many windows, the last of which ended at a time, are all that there should be, each in its full length.
    #[must_use]
    pub fn are_over(self, seen: usize, end: f64) -> bool {
        let last = self.warm_up + self.length * self.count as f64;
        // Of rounding errors only; a run that ends early misses more.
        let missing = last - end;
        seen as u64 == self.count && (self.count == 1 || missing <= 1e-9 * self.length)
    }

    /// When the window with this number ends, if another follows, and else `+inf`: a multiple, not a sum, so that rounding errors do not
    /// add up.
    pub(super) fn end(self, window: usize) -> f64 {
        let next = window as u64 + 1;
        if next < self.count {
            self.warm_up + self.length * next as f64
        } else {
            f64::INFINITY
        }
    }
}
