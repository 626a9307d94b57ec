//! Counts and summaries at equal intervals of time.

use kairos_model::{model::Model, probe::ProbeId};

use super::Watch;

/// The readings of all count and summary probes at the multiples of an interval, from 0 on.
///
/// Readings change only when an event has its effect. So the samples due before its time are taken just before the readings follow
/// it, and those due at its time wait for the other events of that time.
#[derive(Debug, Default)]
pub(super) struct Series {
    /// Interval between samples, in the model's unit of time.
    every: f64,
    /// The probes, in the order of the text.
    probes: Vec<ProbeId>,
    times: Vec<f64>,
    /// By probe, then by time.
    values: Vec<Vec<Option<f64>>>,
}

impl Series {
    pub(super) fn new(model: &Model, every: f64) -> Self {
        let ids = (0..).map(ProbeId).zip(&model.probes);
        let probes: Vec<_> = ids
            .filter(|(_, probe)| probe.kind.has_series())
            .map(|(id, _)| id)
            .collect();
        Series {
            every,
            values: vec![Vec::new(); probes.len()],
            times: Vec::new(),
            probes,
        }
    }

    pub(super) fn probes(&self) -> &[ProbeId] {
        &self.probes
    }

    pub(super) fn times(&self) -> &[f64] {
        &self.times
    }

    pub(super) fn values(&self) -> &[Vec<Option<f64>>] {
        &self.values
    }

    /// Takes the samples due before `time`.
    pub(super) fn sample_before(&mut self, time: f64, watches: &[Option<Watch>]) {
        while self.next() < time {
            self.sample(watches);
        }
    }

    /// Takes the samples due up to `end`, `end` included.
    pub(super) fn sample_through(&mut self, end: f64, watches: &[Option<Watch>]) {
        while self.next() <= end {
            self.sample(watches);
        }
    }

    /// When the next sample is due: a multiple, not a sum, so that rounding errors do not add up.
    fn next(&self) -> f64 {
        self.every * self.times.len() as f64
    }

    fn sample(&mut self, watches: &[Option<Watch>]) {
        self.times.push(self.next());
        for (probe, values) in self.probes.iter().zip(&mut self.values) {
            if let Some(Watch::Level(level)) = &watches[probe.index()] {
                values.push(level.current());
            }
        }
    }
}
