//! Why a run ends.

use std::fmt;

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The next event is due after the horizon.
    Horizon,
    /// As many steps as asked for were made.
    Steps,
    /// The model's `stop_when` holds.
    Condition,
    /// No event is active that could ever fire.
    Deadlock,
    /// The limit of wall time was reached. Such a run never becomes a sample.
    WallTime,
    /// The limit of memory was reached. Such a run never becomes a sample.
    Memory,
    /// The user stopped it. Such a run never becomes a sample.
    Interrupted,
}

impl StopReason {
    /// Whether what was observed up to here is a sample of the model.
    #[must_use]
    pub fn is_sample(self) -> bool {
        !matches!(
            self,
            StopReason::WallTime | StopReason::Memory | StopReason::Interrupted
        )
    }

    /// A short name for files: `horizon`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            StopReason::Horizon => "horizon",
            StopReason::Steps => "steps",
            StopReason::Condition => "condition",
            StopReason::Deadlock => "deadlock",
            StopReason::WallTime => "wall-time",
            StopReason::Memory => "memory",
            StopReason::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for StopReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StopReason::Horizon => "the horizon was reached",
            StopReason::Steps => "the number of steps was reached",
            StopReason::Condition => "the stop condition holds",
            StopReason::Deadlock => "no event is active that could ever fire",
            StopReason::WallTime => "the limit of wall time was reached",
            StopReason::Memory => "the limit of memory was reached",
            StopReason::Interrupted => "interrupted",
        })
    }
}
