//! Runs a replication to its end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use kairos_rewrite::{error::Outcome, matcher::Matcher};

use super::{Observer, Progress, Simulation, StopReason};
use crate::schedule::Schedule;

/// How often limits of the machine are looked at, in steps.
const CHECK_EVERY: u64 = 1024;

/// When a run ends.
#[derive(Clone, Copy, Debug)]
pub struct RunOptions<'a> {
    /// The time after which nothing fires, in the model's unit; `+inf` for none.
    pub horizon: f64,
    /// How many steps are made at most.
    pub steps: u64,
    /// Set by somebody else to end the run.
    pub cancel: Option<&'a AtomicBool>,
    /// Wall time for the run.
    pub wall: Option<Duration>,
    /// Bytes that graph, matches and clocks may use.
    pub memory_bytes: Option<u64>,
}

impl RunOptions<'static> {
    /// What the model itself says.
    #[must_use]
    pub fn of(settings: &kairos_model::model::RunSettings) -> Self {
        RunOptions {
            horizon: settings.horizon.unwrap_or(f64::INFINITY),
            steps: settings.limits.steps.unwrap_or(u64::MAX),
            cancel: None,
            wall: settings
                .limits
                .wall_seconds
                .and_then(|s| Duration::try_from_secs_f64(s).ok()),
            memory_bytes: settings.limits.memory_bytes,
        }
    }
}

impl<M: Matcher, S: Schedule + Default> Simulation<M, S> {
    /// Steps until something ends the run. A run that ends at its horizon has observed everything up to it.
    ///
    /// # Errors
    /// A fault of the model.
    pub fn run<O: Observer<M>>(
        &mut self,
        options: &RunOptions<'_>,
        observer: &mut O,
    ) -> Outcome<StopReason> {
        let start = Instant::now();
        let first = self.counts().steps();
        loop {
            let steps = self.counts().steps() - first;
            if steps >= options.steps {
                return Ok(StopReason::Steps);
            }
            if steps.is_multiple_of(CHECK_EVERY)
                && let Some(reason) = self.exceeded(options, start)
            {
                return Ok(reason);
            }
            if let Progress::Stopped(reason) = self.step(options.horizon, observer)? {
                return Ok(reason);
            }
        }
    }

    fn exceeded(&self, options: &RunOptions<'_>, start: Instant) -> Option<StopReason> {
        if options.cancel.is_some_and(|c| c.load(Ordering::Relaxed)) {
            return Some(StopReason::Interrupted);
        }
        if options.wall.is_some_and(|limit| start.elapsed() > limit) {
            return Some(StopReason::WallTime);
        }
        let limit = options.memory_bytes?;
        (self.memory_bytes() > limit).then_some(StopReason::Memory)
    }
}
