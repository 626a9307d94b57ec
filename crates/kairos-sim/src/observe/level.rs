//! A count or summary: a step function of time.

use kairos_stats::{TimeAverage, TimeSummary};

/// The reading of a count or summary probe, and its averages so far.
#[derive(Debug)]
pub(super) struct Level {
    average: TimeAverage,
    current: Option<f64>,
}

/// What was seen of a count or summary probe.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelSummary {
    /// Averages over the time after warm-up; `None` where no value was defined for a positive time.
    pub over_time: Option<TimeSummary>,
    /// The value at the end.
    pub last: Option<f64>,
}

impl Level {
    pub(super) fn new(warm_up: f64) -> Self {
        Level {
            average: TimeAverage::new(warm_up),
            current: None,
        }
    }

    /// The reading at the start of the run.
    pub(super) fn begin(&mut self, reading: Option<f64>) {
        self.average.set(0.0, reading);
        self.current = reading;
    }

    /// The reading from `time` on. One that is no change leaves no trace: matchers may differ in which readings they call into
    /// question, and an integral that is cut at other places is rounded otherwise.
    #[inline(always)]
    pub(super) fn follow(&mut self, time: f64, reading: Option<f64>) {
        if reading.map(f64::to_bits) != self.current.map(f64::to_bits) {
            self.average.set(time, reading);
            self.current = reading;
        }
    }

    pub(super) fn current(&self) -> Option<f64> {
        self.current
    }

    /// What was seen until `time`; averages begin again there.
    pub(super) fn cut(&mut self, time: f64) -> LevelSummary {
        let seen = LevelSummary {
            over_time: self.average.summary(time),
            last: self.current,
        };
        *self = Level {
            average: TimeAverage::new(time),
            current: self.current,
        };
        self.average.set(time, self.current);
        seen
    }
}
