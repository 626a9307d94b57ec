//! Running what a manifest asks for, in a directory, from where it stands.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::AtomicBool,
};

use kairos_stats::Stop;

use super::{
    directory::{Directory, names},
    fold::Fold,
    journal::{Outcome, Reader, Record, Writer},
    manifest::Manifest,
    ordered::{Signals, in_order},
    plan::{Rule, Unit},
    tables::{self, Ending, Rows, Stopped},
    timing::{Clock, Session},
};
use crate::error::{Error, Result};

/// Runs one replication of one scenario; ends early with `None` soon after the flag is set.
pub trait Replicate: Sync {
    /// Runs a unit.
    fn replicate(&self, unit: Unit, halt: &AtomicBool) -> Option<Outcome>;
}

impl<F: Fn(Unit, &AtomicBool) -> Option<Outcome> + Sync> Replicate for F {
    fn replicate(&self, unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
        self(unit, halt)
    }
}

/// How far a study is.
#[derive(Debug)]
pub struct Status<'a> {
    /// Replications done, each scenario's counted.
    pub done: u64,
    /// At most so many will be.
    pub total: u64,
    /// Events fired since this process began.
    pub events: u64,
    /// The estimates so far; a shard has none.
    pub fold: Option<&'a Fold>,
}

/// Is told how far a study is.
pub trait Watch {
    /// After the results that were there have been read, and after each replication.
    fn progress(&mut self, status: &Status<'_>);
}

/// Watches nothing.
impl Watch for () {
    fn progress(&mut self, _status: &Status<'_>) {}
}

/// What came of it.
#[derive(Debug)]
pub struct Finished {
    /// The estimates; a shard has none.
    pub fold: Option<Fold>,
    /// Whether all is done, and why it stopped.
    pub ending: Ending,
    /// Whether the user interrupted it.
    pub interrupted: bool,
    /// This process's share of the work.
    pub session: Session,
}

/// Where the results of one process go: the journal first, then what is made of it.
struct Keeper {
    journal: Writer,
    sink: Option<(Fold, Rows)>,
    done: u64,
    failed: u64,
    clock: Clock,
}

impl Keeper {
    /// Takes up what is there.
    fn open(directory: &Directory, manifest: &Manifest) -> Result<(Self, Option<Stop>)> {
        let path = directory.file(names::JOURNAL);
        let whole = manifest.shard.of == 1;
        let sink = if whole {
            Some((Fold::new(&manifest.plan)?, Rows::create(directory)?))
        } else {
            None
        };
        if !path.exists() {
            Writer::create(&path)?;
        }
        let mut reader = Reader::open(&path, &manifest.plan, manifest.shard)?;
        let (mut failed, mut stop) = (0, None);
        let mut sink = sink;
        while stop.is_none()
            && let Some(record) = reader.next()?
        {
            failed += u64::from(matches!(record.outcome, Outcome::Failed(_)));
            stop = fold_in(&mut sink, record)?;
        }
        let keeper = Keeper {
            journal: Writer::resume(&reader)?,
            sink,
            done: reader.records(),
            failed,
            clock: Clock::start(),
        };
        Ok((keeper, stop))
    }

    fn push(&mut self, record: Record) -> Result<Option<Stop>> {
        self.journal.push(&record)?;
        self.done += 1;
        self.clock.count(&record.outcome);
        self.failed += u64::from(matches!(record.outcome, Outcome::Failed(_)));
        fold_in(&mut self.sink, record)
    }

    fn status(&self, total: u64) -> Status<'_> {
        Status {
            done: self.done,
            total,
            events: self.clock.events(),
            fold: self.sink.as_ref().map(|(fold, _)| fold),
        }
    }
}

fn fold_in(sink: &mut Option<(Fold, Rows)>, record: Record) -> Result<Option<Stop>> {
    let Some((fold, rows)) = sink else {
        return Ok(None);
    };
    let Some((row, stop)) = fold.push(record) else {
        return Ok(None);
    };
    rows.push(fold.plan(), &row)?;
    Ok(stop)
}

/// Runs what is still to be done of a study or a shard of it, and writes its results.
///
/// All files but `timing.json` are the same bytes for any number of `jobs`, and whether the study ran in one go or was
/// interrupted or killed in between. A shard has a journal, and no tables: [`merge`](super::merge) makes them.
///
/// # Errors
/// Where results cannot be written; what was written before stays valid, and the study can go on from there.
pub fn execute(
    directory: &Directory,
    manifest: &Manifest,
    jobs: usize,
    replicate: &dyn Replicate,
    interrupt: &AtomicBool,
    watch: &mut dyn Watch,
) -> Result<Finished> {
    let plan = &manifest.plan;
    let units = plan.units().ok_or_else(|| Error::Unfit {
        what: "the study has more than 2⁶⁴ replications".to_owned(),
    })?;
    let share = manifest.shard.share(units);
    let (mut keeper, mut stop) = Keeper::open(directory, manifest)?;
    watch.progress(&keeper.status(share));
    if stop.is_none() && keeper.done < share {
        stop = run(
            &mut keeper,
            share,
            manifest,
            jobs,
            replicate,
            interrupt,
            watch,
        )?;
    }
    let stopped = match stop {
        Some(stop) => Stopped::from(stop),
        None if keeper.done < share => Stopped::Interrupted,
        None if matches!(plan.replications, Rule::Fixed(_)) => Stopped::Fixed,
        None => Stopped::AtMost,
    };
    finish(directory, keeper, jobs, stopped)
}

fn run(
    keeper: &mut Keeper,
    share: u64,
    manifest: &Manifest,
    jobs: usize,
    replicate: &dyn Replicate,
    interrupt: &AtomicBool,
    watch: &mut dyn Watch,
) -> Result<Option<Stop>> {
    let halt = AtomicBool::new(false);
    let signals = Signals {
        interrupt,
        halt: &halt,
    };
    let unit = |position| manifest.plan.unit(manifest.shard.number(position));
    let window = 8 * jobs as u64 + manifest.plan.scenarios.len() as u64;
    let work = |position| guarded(replicate, unit(position), &halt);
    let end = in_order(
        keeper.done..share,
        (jobs, window),
        signals,
        work,
        |position, outcome| {
            let Unit {
                replication,
                scenario,
            } = unit(position);
            let pushed = keeper.push(Record {
                replication,
                scenario,
                outcome,
            });
            watch.progress(&keeper.status(share));
            match pushed {
                Ok(None) => ControlFlow::Continue(()),
                Ok(Some(stop)) => ControlFlow::Break(Ok(stop)),
                Err(e) => ControlFlow::Break(Err(e)),
            }
        },
    );
    match end {
        ControlFlow::Continue(()) => Ok(None),
        ControlFlow::Break(stop) => stop.map(Some),
    }
}

/// A bug in one replication loses no other.
fn guarded(replicate: &dyn Replicate, unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
    let run = AssertUnwindSafe(|| replicate.replicate(unit, halt));
    catch_unwind(run).unwrap_or_else(|panic| {
        let what = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        let what = what.unwrap_or("no message");
        Some(Outcome::Failed(format!("a bug in Kairos: {what}")))
    })
}

fn finish(
    directory: &Directory,
    keeper: Keeper,
    jobs: usize,
    stopped: Stopped,
) -> Result<Finished> {
    let Keeper {
        journal,
        sink,
        failed,
        done,
        clock,
    } = keeper;
    journal.finish()?;
    let session = clock.stop(jobs);
    session.append(directory)?;
    let interrupted = stopped == Stopped::Interrupted;
    let Some((fold, rows)) = sink else {
        let ending = Ending {
            complete: !interrupted,
            replications: done,
            stopped,
            failed,
        };
        return Ok(Finished {
            fold: None,
            ending,
            interrupted,
            session,
        });
    };
    rows.finish()?;
    let ending = Ending::new(&fold, stopped);
    tables::write(directory, &fold, &ending)?;
    Ok(Finished {
        fold: Some(fold),
        ending,
        interrupted,
        session,
    })
}
