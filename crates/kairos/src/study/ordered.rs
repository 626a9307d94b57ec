//! Work done by many threads and taken in order by one.

use std::{
    collections::BTreeMap,
    ops::{ControlFlow, Range},
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

/// How soon an interruption by the user is noticed.
const TICK: Duration = Duration::from_millis(50);

/// What tells work that is going on to end early.
#[derive(Clone, Copy)]
pub(crate) struct Signals<'a> {
    /// Set by the user.
    pub(crate) interrupt: &'a AtomicBool,
    /// Set here, when the user interrupts or no more results are wanted; read by the work.
    pub(crate) halt: &'a AtomicBool,
}

/// How far the givers and the taker are.
struct Progress {
    next: u64,
    taken: u64,
    closed: bool,
}

/// Hands out the items of a range, never more than `window` ahead of the first that was not taken yet.
struct Desk {
    progress: Mutex<Progress>,
    moved: Condvar,
    end: u64,
    window: u64,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next(&self) -> Option<u64> {
        let mut progress = self.lock();
        loop {
            if progress.closed || progress.next >= self.end {
                return None;
            }
            if progress.next < progress.taken + self.window {
                progress.next += 1;
                return Some(progress.next - 1);
            }
            progress = self
                .moved
                .wait(progress)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn taken(&self, count: u64) {
        self.lock().taken = count;
        self.moved.notify_all();
    }

    fn close(&self) {
        self.lock().closed = true;
        self.moved.notify_all();
    }
}

/// Sends the waiting threads home, also where `take` panics.
struct Closing<'a>(&'a Desk);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Does `work` for every item of `items` on `jobs` threads, and gives the results to `take` on this thread in ascending order.
///
/// At most `window` items are ahead of the one that `take` waits for, so that memory does not grow with the range. A
/// `work` that returns `None` (it was halted) ends everything: no result behind it is taken. So does a `take` that breaks;
/// the work that is still going on is then told to halt.
///
/// What `take` sees does not depend on the number of threads. `work` must not panic.
pub(crate) fn in_order<T: Send, B>(
    items: Range<u64>,
    (jobs, window): (usize, u64),
    signals: Signals<'_>,
    work: impl Fn(u64) -> Option<T> + Sync,
    mut take: impl FnMut(u64, T) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let desk = Desk {
        progress: Mutex::new(Progress {
            next: items.start,
            taken: items.start,
            closed: false,
        }),
        moved: Condvar::new(),
        end: items.end,
        window: window.max(jobs as u64),
    };
    let (send, receive) = mpsc::channel();
    thread::scope(|scope| {
        let _closing = Closing(&desk);
        for _ in 0..jobs {
            let (desk, work, send) = (&desk, &work, send.clone());
            scope.spawn(move || {
                while let Some(item) = desk.next() {
                    let result = work(item);
                    let halted = result.is_none();
                    if send.send((item, result)).is_err() || halted {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut early = BTreeMap::new();
        let mut expected = items.start;
        loop {
            if signals.interrupt.load(Ordering::Relaxed) {
                signals.halt.store(true, Ordering::Relaxed);
            }
            match receive.recv_timeout(TICK) {
                Ok((item, result)) => early.insert(item, result),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return ControlFlow::Continue(()),
            };
            while let Some(result) = early.remove(&expected) {
                let Some(result) = result else {
                    return ControlFlow::Continue(());
                };
                expected += 1;
                desk.taken(expected);
                if let ControlFlow::Break(value) = take(expected - 1, result) {
                    signals.halt.store(true, Ordering::Relaxed);
                    return ControlFlow::Break(value);
                }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU64;

    /// Work that takes longer for some items than for others.
    fn uneven(item: u64) {
        thread::sleep(Duration::from_micros((item * 7919) % 400));
    }

    fn run<B>(
        items: Range<u64>,
        jobs: usize,
        work: impl Fn(u64) -> Option<u64> + Sync,
        take: impl FnMut(u64, u64) -> ControlFlow<B>,
    ) -> (ControlFlow<B>, bool) {
        let (interrupt, halt) = (AtomicBool::new(false), AtomicBool::new(false));
        let signals = Signals {
            interrupt: &interrupt,
            halt: &halt,
        };
        let end = in_order(items, (jobs, 16), signals, work, take);
        (end, halt.into_inner())
    }

    #[test]
    fn results_come_in_order_whatever_the_number_of_threads() {
        for jobs in [1, 2, 8] {
            let mut seen = Vec::new();
            let square = |item| {
                uneven(item);
                Some(item * item)
            };
            let (end, halted) = run::<()>(3..200, jobs, square, |item, square| {
                assert_eq!(square, item * item);
                seen.push(item);
                ControlFlow::Continue(())
            });
            assert!(end.is_continue() && !halted);
            assert!(seen.iter().copied().eq(3..200), "{jobs} jobs");
        }
    }

    #[test]
    fn no_item_is_started_beyond_the_window() {
        let (taken, worst) = (AtomicU64::new(0), AtomicU64::new(0));
        let work = |item: u64| {
            worst.fetch_max(
                item.saturating_sub(taken.load(Ordering::SeqCst)),
                Ordering::SeqCst,
            );
            uneven(item);
            Some(0)
        };
        let _ = run::<()>(0..300, 8, work, |item, _| {
            taken.store(item + 1, Ordering::SeqCst);
            ControlFlow::Continue(())
        });
        // The taker stores its progress just after the desk has learnt of it.
        assert!(worst.into_inner() <= 17);
    }

    #[test]
    fn a_break_ends_the_work_and_nothing_more_is_taken() {
        let started = AtomicU64::new(0);
        let work = |item| {
            started.fetch_add(1, Ordering::SeqCst);
            Some(item)
        };
        let (end, halted) = run(0..1_000_000, 4, work, |item, _| {
            if item == 57 {
                ControlFlow::Break(item)
            } else {
                ControlFlow::Continue(())
            }
        });
        assert_eq!(end, ControlFlow::Break(57));
        assert!(halted && started.into_inner() <= 58 + 16);
    }

    #[test]
    fn halted_work_is_a_gap_that_nothing_passes() {
        let mut seen = 0;
        let work = |item| (item != 40).then_some(item);
        let (end, _) = run::<()>(0..1000, 4, work, |_, _| {
            seen += 1;
            ControlFlow::Continue(())
        });
        assert!(end.is_continue());
        assert_eq!(seen, 40);
    }

    #[test]
    fn an_interruption_reaches_work_that_is_going_on() {
        let (interrupt, halt) = (AtomicBool::new(true), AtomicBool::new(false));
        let signals = Signals {
            interrupt: &interrupt,
            halt: &halt,
        };
        let until_halted = |_| -> Option<u64> {
            while !halt.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            None
        };
        let end: ControlFlow<()> = in_order(0..10, (2, 4), signals, until_halted, |_, _| {
            unreachable!("nothing is done")
        });
        assert!(end.is_continue());
    }
}
