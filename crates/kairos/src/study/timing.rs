//! All that may differ between machines, in one file.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{
    directory::{Directory, names},
    journal::Outcome,
};
use crate::error::{Error, Result};

/// One process's share of the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// When it began, in seconds since 1970 (UTC).
    pub began: u64,
    /// Threads.
    pub jobs: usize,
    /// How long it took.
    pub wall_seconds: f64,
    /// Replications that it finished, each scenario's counted.
    pub replications: u64,
    /// Events that fired in them.
    pub events: u64,
    /// The command, as it was given.
    pub command: Vec<String>,
}

/// The file: a list of sessions.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Timing {
    sessions: Vec<Session>,
}

impl Session {
    /// Adds this session to those of the directory.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn append(&self, directory: &Directory) -> Result<()> {
        let mut sessions = sessions(&directory.file(names::TIMING))?;
        sessions.push(self.clone());
        directory.write_json(names::TIMING, &Timing { sessions })
    }
}

/// The sessions in a file; none where there is no file or a damaged one, since results do not depend on it.
///
/// # Errors
/// Where the file cannot be read.
pub(crate) fn sessions(path: &std::path::Path) -> Result<Vec<Session>> {
    if !path.exists() {
        return Ok(Vec::new());
    }
    let bytes = std::fs::read(path).map_err(Error::io("read", path))?;
    let timing: Timing = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(timing.sessions)
}

/// Measures a session.
pub(crate) struct Clock {
    start: Instant,
    began: u64,
    replications: u64,
    events: u64,
}

impl Clock {
    pub(crate) fn start() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        Clock {
            start: Instant::now(),
            began: now.map_or(0, |since| since.as_secs()),
            replications: 0,
            events: 0,
        }
    }

    pub(crate) fn count(&mut self, outcome: &Outcome) {
        self.replications += 1;
        if let Outcome::Sample(sample) = outcome {
            self.events += sample.events;
        }
    }

    pub(crate) fn events(&self) -> u64 {
        self.events
    }

    pub(crate) fn stop(self, jobs: usize) -> Session {
        Session {
            began: self.began,
            jobs,
            wall_seconds: self.start.elapsed().as_secs_f64(),
            replications: self.replications,
            events: self.events,
            command: std::env::args().collect(),
        }
    }
}
