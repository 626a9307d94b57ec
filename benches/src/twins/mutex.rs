//! `models/bench/mutex.ron`: a token on a ring of processes.

use super::{Chance, Twin};
use crate::agenda::{Agenda, Due, Entry};

#[derive(Clone, Copy, Debug)]
struct Process {
    next: u32,
    requested: bool,
}

/// What the resource does next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Next {
    Take,
    Release,
    Give,
}

/// Processes on a ring, and a resource that goes round once.
#[derive(Debug)]
pub struct Mutex<A> {
    chance: Chance,
    /// Requests to come, by the time since there is a resource.
    requests: A,
    /// When the resource came.
    began: f64,
    processes: Vec<Process>,
    n: usize,
    gives: u64,
    /// The sum of the times at which the token was given on.
    given: f64,
    steps: u64,
}

impl<A: Agenda> Mutex<A> {
    const MEAN: f64 = 0.001;

    pub(super) fn start(n: u32, chance: Chance) -> Self {
        let n = n as usize;
        let mut processes = Vec::with_capacity(n);
        processes.extend([1, 0].map(|next| Process {
            next,
            requested: false,
        }));
        Mutex {
            chance,
            requests: A::new(Due {
                rate: n as f64,
                span: 4.0,
            }),
            began: 0.0,
            processes,
            n,
            gives: 0,
            given: 0.0,
            steps: 0,
        }
    }

    /// Processes join anywhere, then the resource comes: gives the process with the token.
    fn build(&mut self) -> u32 {
        let mut now = 0.0;
        while self.processes.len() < self.n {
            now += self.chance.exponential(Self::MEAN);
            let before = self.chance.below(self.processes.len());
            let joined = self.processes.len() as u32;
            let next = std::mem::replace(&mut self.processes[before].next, joined);
            self.processes.push(Process {
                next,
                requested: false,
            });
            self.steps += 1;
        }
        self.steps += 1;
        self.began = now + self.chance.exponential(Self::MEAN);
        self.chance.below(self.n) as u32
    }

    /// Requests that come by then.
    #[inline]
    fn requests(&mut self, until: f64) {
        while let Some(Entry { id, .. }) = self.requests.due(until - self.began) {
            self.request(id);
        }
    }

    #[inline]
    fn request(&mut self, process: u32) {
        self.requests.remove_first();
        self.processes[process as usize].requested = true;
        self.steps += 1;
    }

    /// Requests up to that of the process that has the token; when that one comes.
    fn await_request(&mut self, token: u32, mut now: f64) -> f64 {
        while !self.processes[token as usize].requested {
            let Some(Entry { time, id }) = self.requests.first() else {
                break;
            };
            now = self.began + time;
            self.request(id);
        }
        now
    }
}

impl<A: Agenda> Twin for Mutex<A> {
    /// Runs until nothing is left to do, which is the end that the model comes to: any time must be later.
    fn run(&mut self, _: f64) {
        let mut token = self.build();
        let mut now = self.began;
        for id in 0..self.n as u32 {
            let time = self.chance.exponential(1.0);
            self.requests.push(Entry { time, id });
        }
        let mut next = Next::Take;
        while self.gives < self.n as u64 {
            if next == Next::Take {
                now = self.await_request(token, now);
            }
            now += self.chance.exponential(Self::MEAN);
            self.requests(now);
            next = match next {
                Next::Take => Next::Release,
                Next::Release => Next::Give,
                Next::Give => {
                    token = self.processes[token as usize].next;
                    self.gives += 1;
                    self.given += now;
                    Next::Take
                }
            };
            self.steps += 1;
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("served.count", self.gives as f64),
            ("round.mean", self.given / self.gives as f64),
        ]
    }
}
