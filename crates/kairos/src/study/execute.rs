//! Running what a manifest asks for, in a directory, from where it stands.

use std::{
    ops::{ControlFlow, Range},
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
    plan::{Plan, Shard, Unit},
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
            Some((
                Fold::new(&manifest.plan)?,
                Rows::create(directory, &manifest.plan)?,
            ))
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
    let share = manifest.shard.share(units(plan)?);
    let (mut keeper, mut stop) = Keeper::open(directory, manifest)?;
    watch.progress(&keeper.status(share));
    if stop.is_none() && keeper.done < share {
        let todo = Todo {
            plan,
            shard: manifest.shard,
            positions: keeper.done..share,
        };
        let push = |record| {
            let stop = keeper.push(record);
            watch.progress(&keeper.status(share));
            stop
        };
        stop = run(&todo, jobs, replicate, interrupt, push)?;
    }
    let stopped = Stopped::of(stop, plan.replications, keeper.done == share);
    finish(directory, keeper, jobs, stopped)
}

/// Runs a study in memory, and keeps nothing but the estimates.
///
/// # Errors
/// Where precision or confidence of the plan are out of their domains.
pub fn estimate(
    plan: &Plan,
    jobs: usize,
    replicate: &dyn Replicate,
    interrupt: &AtomicBool,
) -> Result<(Fold, Ending)> {
    let units = units(plan)?;
    let mut fold = Fold::new(plan)?;
    let todo = Todo {
        plan,
        shard: Shard::WHOLE,
        positions: 0..units,
    };
    let mut done = 0;
    let push = |record| {
        done += 1;
        Ok(fold.push(record).and_then(|(_, stop)| stop))
    };
    let stop = run(&todo, jobs, replicate, interrupt, push)?;
    let ending = Ending::new(&fold, Stopped::of(stop, plan.replications, done == units));
    Ok((fold, ending))
}

fn units(plan: &Plan) -> Result<u64> {
    plan.units().ok_or_else(|| Error::Unfit {
        what: "the study has more than 2⁶⁴ replications".to_owned(),
    })
}

/// Replications that are still to be run.
struct Todo<'a> {
    plan: &'a Plan,
    shard: Shard,
    /// Positions of the units in the shard.
    positions: Range<u64>,
}

fn run(
    todo: &Todo<'_>,
    jobs: usize,
    replicate: &dyn Replicate,
    interrupt: &AtomicBool,
    mut push: impl FnMut(Record) -> Result<Option<Stop>>,
) -> Result<Option<Stop>> {
    let halt = AtomicBool::new(false);
    let signals = Signals {
        interrupt,
        halt: &halt,
    };
    let unit = |position| todo.plan.unit(todo.shard.number(position));
    let window = 8 * jobs as u64 + todo.plan.scenarios.len() as u64;
    let work = |position| guarded(replicate, unit(position), &halt);
    let take = |position, outcome| {
        let record = Record::new(unit(position), outcome);
        debug_assert!(record.fits(todo.plan, unit(position)), "{record:?}");
        match push(record).transpose() {
            None => ControlFlow::Continue(()),
            Some(stop) => ControlFlow::Break(stop),
        }
    };
    let end = in_order(todo.positions.clone(), (jobs, window), signals, work, take);
    end.break_value().transpose()
}

/// A bug in one replication loses no other.
pub(super) fn guarded(replicate: &dyn Replicate, unit: Unit, halt: &AtomicBool) -> Option<Outcome> {
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
