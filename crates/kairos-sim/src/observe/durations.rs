//! Durations from a firing of one rule to a firing of another for the same element.

use kairos_stats::KaplanMeier;
use rustc_hash::FxHashMap;

/// Intervals of one probe. Elements are known by their numbers; the open ones are looked up, and gone through in ascending numbers only.
#[derive(Clone, Debug, Default)]
pub(super) struct Durations {
    /// By element number: when its interval began.
    open: FxHashMap<u64, f64>,
    closed: Vec<f64>,
    censored: Vec<f64>,
}

impl Durations {
    /// Opens an interval; one that is open is kept.
    pub(super) fn begin(&mut self, element: u64, time: f64) {
        self.open.entry(element).or_insert(time);
    }

    /// Closes the interval of an element, if one is open that began after the warm-up.
    pub(super) fn end(&mut self, element: u64, time: f64, warm_up: f64) {
        if let Some(begin) = self.open.remove(&element).filter(|&b| b >= warm_up) {
            self.closed.push(time - begin);
        }
    }

    /// The element is gone: its interval is censored.
    pub(super) fn lose(&mut self, element: u64, time: f64, warm_up: f64) {
        if let Some(begin) = self.open.remove(&element).filter(|&b| b >= warm_up) {
            self.censored.push(time - begin);
        }
    }

    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// The estimate at the end; open intervals are censored.
    pub(super) fn estimate(&self, end: f64, warm_up: f64) -> KaplanMeier {
        let mut open: Vec<_> = self.open.iter().filter(|o| *o.1 >= warm_up).collect();
        open.sort_unstable_by_key(|o| *o.0);
        let censored: Vec<f64> = self
            .censored
            .iter()
            .copied()
            .chain(open.iter().map(|o| end - o.1))
            .collect();
        KaplanMeier::new(&self.closed, &censored)
    }
}
