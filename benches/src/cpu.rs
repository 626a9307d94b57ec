//! Time on the processor: what others do on the machine falls out, as far as caches allow.

use std::time::Duration;

/// Whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Thread,
    Process,
}

/// Time on the processor since some moment.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch {
    whose: Whose,
    since: Duration,
}

impl Stopwatch {
    /// Starts for this thread.
    #[must_use]
    pub fn start() -> Self {
        Self::of(Whose::Thread)
    }

    /// Starts for all threads together.
    #[must_use]
    pub fn of_process() -> Self {
        Self::of(Whose::Process)
    }

    fn of(whose: Whose) -> Self {
        Stopwatch {
            whose,
            since: spent(whose),
        }
    }

    /// Time since the start.
    #[must_use]
    pub fn read(self) -> Duration {
        spent(self.whose).saturating_sub(self.since)
    }
}

#[cfg(unix)]
fn spent(whose: Whose) -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let spent = clock_gettime(match whose {
        Whose::Thread => ClockId::ThreadCPUTime,
        Whose::Process => ClockId::ProcessCPUTime,
    });
    Duration::new(spent.tv_sec.unsigned_abs(), spent.tv_nsec as u32)
}

/// Time on the wall, where the system is not asked for more.
#[cfg(not(unix))]
fn spent(_: Whose) -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn sleep_costs_no_time_and_work_does() {
        let asleep = Stopwatch::start();
        std::thread::sleep(Duration::from_millis(50));
        assert!(asleep.read() < Duration::from_millis(25));
        let (process, thread) = (Stopwatch::of_process(), Stopwatch::start());
        let wall = std::time::Instant::now();
        while thread.read() < Duration::from_millis(5) {
            assert!(wall.elapsed() < Duration::from_secs(30));
        }
        assert!(process.read() >= Duration::from_millis(5));
    }
}
