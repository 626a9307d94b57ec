//! Running one replication to its end.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use kairos_model::model::Model;
use kairos_rewrite::{error::Outcome, matcher::Matcher};
use kairos_sim::{
    engine::{Observer, Progress, Simulation, StopReason},
    schedule::Schedule,
};

/// So many steps are made between two looks at the clock on the wall, the memory and the user.
const STEPS_BETWEEN_LOOKS: u64 = 1024;

/// What ends a run besides the model itself.
#[derive(Clone, Copy, Debug)]
pub struct Bounds<'a> {
    /// The last time, in the model's unit.
    pub horizon: f64,
    /// So many steps at most.
    pub steps: Option<u64>,
    /// Seconds on the wall.
    pub wall_seconds: Option<f64>,
    /// Bytes of graph, matches and schedule.
    pub memory_bytes: Option<u64>,
    /// The user, or whoever else lost interest.
    pub halt: &'a AtomicBool,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct End {
    /// Why.
    pub reason: StopReason,
    /// When: the horizon, if that is the reason, or else the time of the last step. After a deadlock nothing changes any more, so
    /// that the run lasts until the horizon, if there is one.
    pub time: f64,
    /// How long the steps took.
    pub wall: Duration,
}

/// Steps until something ends the run.
///
/// # Errors
/// A fault of the model.
pub fn run<M: Matcher, S: Schedule + Default, O: Observer<M>>(
    simulation: &mut Simulation<M, S>,
    bounds: Bounds<'_>,
    observer: &mut O,
) -> Outcome<End> {
    let start = Instant::now();
    observer.begin(simulation.matcher());
    let mut left = bounds.steps.unwrap_or(u64::MAX);
    let reason = loop {
        if left == 0 {
            break StopReason::Steps;
        }
        if let Some(reason) = bounds.reached(simulation, start) {
            break reason;
        }
        let until_look = left.min(STEPS_BETWEEN_LOOKS);
        if let Some(reason) = steps(simulation, until_look, bounds.horizon, observer)? {
            break reason;
        }
        left -= until_look;
    };
    let lasts = matches!(reason, StopReason::Horizon | StopReason::Deadlock);
    let time = if lasts && bounds.horizon.is_finite() {
        bounds.horizon
    } else {
        simulation.time()
    };
    Ok(End {
        reason,
        time,
        wall: start.elapsed(),
    })
}

/// Makes so many steps; why the run is over, if it is.
fn steps<M: Matcher, S: Schedule + Default, O: Observer<M>>(
    simulation: &mut Simulation<M, S>,
    count: u64,
    horizon: f64,
    observer: &mut O,
) -> Outcome<Option<StopReason>> {
    for _ in 0..count {
        if let Progress::Stopped(reason) = simulation.step(horizon, observer)? {
            return Ok(Some(reason));
        }
    }
    Ok(None)
}

impl<'a> Bounds<'a> {
    /// Those that a model sets itself.
    #[must_use]
    pub fn of(model: &Model, halt: &'a AtomicBool) -> Self {
        let limits = model.run.limits;
        Bounds {
            horizon: model.run.horizon.unwrap_or(f64::INFINITY),
            steps: limits.steps,
            wall_seconds: limits.wall_seconds,
            memory_bytes: limits.memory_bytes,
            halt,
        }
    }

    fn reached<M: Matcher, S: Schedule + Default>(
        &self,
        simulation: &Simulation<M, S>,
        start: Instant,
    ) -> Option<StopReason> {
        if self.halt.load(Ordering::Relaxed) {
            return Some(StopReason::Interrupted);
        }
        let seconds = start.elapsed().as_secs_f64();
        if self.wall_seconds.is_some_and(|limit| seconds > limit) {
            return Some(StopReason::WallTime);
        }
        let memory = |limit| simulation.memory_bytes() > limit;
        self.memory_bytes
            .is_some_and(memory)
            .then_some(StopReason::Memory)
    }
}
