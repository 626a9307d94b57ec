//! Finding the warm-up before a study begins.

use std::{ops::ControlFlow, sync::atomic::AtomicBool};

use kairos_stats::{Moments, mser5};

use super::{
    execute::{Replicate, guarded},
    journal::{Outcome, Record},
    ordered::{Signals, in_order},
    plan::{Pilot, Plan, Unit},
};
use crate::error::{Error, Result};

/// The number of the first pilot replication, from which they count down: no study counts so far, so that the warm-up does not
/// depend on the replications that it is cut off from. The greatest number belongs to topologies that are drawn per study.
const FIRST_PILOT: u64 = u64::MAX - 1;

/// The end of the initial transient by MSER-5 (White 1997), for all scenarios the same: series are averaged over the pilot
/// replications, as Welch does, and the latest end of any series in any scenario counts. `None` where the user interrupted.
///
/// The answer does not depend on the number of jobs. The plan must have a pilot's series, and sampling intervals.
///
/// # Errors
/// Where a pilot replication fails, or a series has not settled in the first half of the run.
pub fn warm_up(
    plan: &Plan,
    pilot: &Pilot,
    jobs: usize,
    replicate: &dyn Replicate,
    interrupt: &AtomicBool,
) -> Result<Option<f64>> {
    let scenarios = plan.scenarios.len() as u64;
    let units = pilot.replications * scenarios;
    let unit = |item: u64| Unit {
        replication: FIRST_PILOT - item / scenarios,
        ..plan.unit(item)
    };
    let halt = AtomicBool::new(false);
    let signals = Signals {
        interrupt,
        halt: &halt,
    };
    let mut means = vec![vec![Vec::new(); pilot.series.len()]; plan.scenarios.len()];
    let mut taken = 0;
    let window = 8 * jobs as u64;
    let end = in_order(
        0..units,
        (jobs, window),
        signals,
        |item| guarded(replicate, unit(item), &halt),
        |item, outcome| {
            taken += 1;
            match take(&mut means, pilot, Record::new(unit(item), outcome)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(why) => ControlFlow::Break(why),
            }
        },
    );
    if let ControlFlow::Break(why) = end {
        return Err(Error::NoWarmUp { what: why });
    }
    if taken < units {
        return Ok(None);
    }
    latest_end(plan, pilot, &means).map(Some)
}

/// By scenario and series, averages at the sample times.
type Means = Vec<Vec<Vec<Moments>>>;

fn take(means: &mut Means, pilot: &Pilot, record: Record) -> std::result::Result<(), String> {
    let sample = match record.outcome {
        Outcome::Sample(sample) => sample,
        Outcome::Failed(why) => return Err(format!("a pilot replication failed: {why}")),
    };
    for (moments, &series) in means[record.scenario].iter_mut().zip(&pilot.series) {
        let values = &sample.series[series];
        if moments.len() < values.len() {
            moments.resize(values.len(), Moments::new());
        }
        for (moments, &value) in moments.iter_mut().zip(values) {
            moments.push(value);
        }
    }
    Ok(())
}

fn latest_end(plan: &Plan, pilot: &Pilot, means: &Means) -> Result<f64> {
    let mut latest: f64 = 0.0;
    for (scenario, means) in plan.scenarios.iter().zip(means) {
        for (&series, moments) in pilot.series.iter().zip(means) {
            let averages: Option<Vec<f64>> = moments.iter().map(Moments::mean).collect();
            let truncation = averages.as_deref().and_then(mser5);
            let Some((truncation, every)) = truncation.zip(scenario.sample_every) else {
                return Err(unsettled(&plan.series[series].name, &scenario.name));
            };
            latest = latest.max(every * truncation.dropped as f64);
        }
    }
    let too_late = |horizon: f64| latest >= horizon;
    if let Some(scenario) = plan
        .scenarios
        .iter()
        .find(|s| s.horizon.is_some_and(too_late))
    {
        let what = format!(
            "it would last until {latest}, and `{}` ends before that. Give a longer horizon.",
            scenario.name
        );
        return Err(Error::NoWarmUp { what });
    }
    Ok(latest)
}

fn unsettled(series: &str, scenario: &str) -> Error {
    Error::NoWarmUp {
        what: format!(
            "`{series}` of `{scenario}` has not settled in the first half of the run. Give a longer horizon, other series (`Mser5(of: …)`), or the warm-up as a number."
        ),
    }
}
