//! `models/bench/rewiring-gsmp.ron`: free ports look for others, wires break, and each has a timer.

use super::{Chance, TimeMean, Twin};
use crate::agenda::{Agenda, Due, Entry};

/// The wire of a port that has none.
const FREE: u32 = u32::MAX;

/// A quarter of a line of the cache; the four ports of a peer make one.
#[derive(Clone, Debug)]
struct Port {
    /// The port at the other end of its wire, or [`FREE`].
    other: u32,
    /// Where a free port stands in the list of free ports.
    place: u32,
    /// When the timer of a free port runs out. An entry with another time is stale.
    due: f64,
}

/// Ports 0 to 4n − 1, four for each peer; the wire of port p, which connected it, is number 4n + p.
#[derive(Debug)]
pub struct RewiringGsmp<A> {
    chance: Chance,
    agenda: A,
    ports: Vec<Port>,
    free: Vec<u32>,
    wires: TimeMean,
    steps: u64,
}

impl<A: Agenda> RewiringGsmp<A> {
    const WARM_UP: f64 = 5.0;

    pub(super) fn start(n: u32, mut chance: Chance) -> Self {
        let mut agenda = A::new(Due {
            rate: 4.0 * f64::from(n),
            span: 4.0,
        });
        let port = |id: u32| {
            let due = chance.exponential(1.0);
            agenda.push(Entry { time: due, id });
            Port {
                other: FREE,
                place: id,
                due,
            }
        };
        RewiringGsmp {
            ports: (0..4 * n).map(port).collect(),
            free: (0..4 * n).collect(),
            wires: TimeMean::new(Self::WARM_UP),
            steps: 0,
            chance,
            agenda,
        }
    }

    /// A random free port of another peer, if there is one.
    #[inline]
    fn partner(&mut self, port: u32) -> Option<u32> {
        let peer = port / 4;
        if self.free.len() <= 4 && self.free.iter().all(|other| other / 4 == peer) {
            return None;
        }
        loop {
            let other = self.free[self.chance.below(self.free.len())];
            if other / 4 != peer {
                return Some(other);
            }
        }
    }

    /// Ends one port of a wire to another.
    #[inline]
    fn occupy(&mut self, port: u32, other: u32) {
        let place = self.ports[port as usize].place;
        self.free.swap_remove(place as usize);
        if let Some(&moved) = self.free.get(place as usize) {
            self.ports[moved as usize].place = place;
        }
        self.ports[port as usize].other = other;
    }

    /// Frees a port, and gives the entry of its timer.
    #[inline]
    fn release(&mut self, port: u32, now: f64) -> Entry {
        let due = now + self.chance.exponential(1.0);
        self.ports[port as usize] = Port {
            other: FREE,
            place: self.free.len() as u32,
            due,
        };
        self.free.push(port);
        Entry {
            time: due,
            id: port,
        }
    }

    fn connect(&mut self, port: u32, now: f64) {
        let Some(other) = self.partner(port) else {
            let time = now + self.chance.exponential(1.0);
            self.ports[port as usize].due = time;
            return self.agenda.replace_first(Entry { time, id: port });
        };
        self.wires.until(now, self.ports.len() - self.free.len());
        self.occupy(port, other);
        self.occupy(other, port);
        let wire = Entry {
            time: now + self.chance.normal(1.0, 0.1),
            id: self.ports.len() as u32 + port,
        };
        self.agenda.replace_first(wire);
        self.agenda.cancel(other);
    }

    fn break_wire(&mut self, port: u32, now: f64) {
        self.wires.until(now, self.ports.len() - self.free.len());
        let other = self.ports[port as usize].other;
        let first = self.release(port, now);
        self.agenda.replace_first(first);
        let second = self.release(other, now);
        self.agenda.push(second);
    }
}

impl<A: Agenda> Twin for RewiringGsmp<A> {
    fn run(&mut self, until: f64) {
        let ports = self.ports.len() as u32;
        while let Some(Entry { time, id }) = self.agenda.due(until) {
            if id >= ports {
                self.break_wire(id - ports, time);
            } else {
                let port = &self.ports[id as usize];
                if port.other != FREE || port.due != time {
                    self.agenda.remove_first();
                    continue;
                }
                self.connect(id, time);
            }
            self.steps += 1;
        }
        self.wires.until(until, self.ports.len() - self.free.len());
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        vec![("wires.mean", self.wires.mean())]
    }
}
