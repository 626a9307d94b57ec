//! `models/bench/rewiring.ron`: the total rates decide when something happens, and the arrays what.

use super::{Chance, TimeMean, Twin};

/// Peers with four ports each, free or with a wire.
#[derive(Debug)]
pub struct Rewiring {
    chance: Chance,
    n: f64,
    /// The peer of each free port.
    free: Vec<u32>,
    wires: Vec<[u32; 2]>,
    free_ports: TimeMean,
    steps: u64,
}

impl Rewiring {
    const WARM_UP: f64 = 5.0;

    pub(super) fn start(n: u32, chance: Chance) -> Self {
        Rewiring {
            chance,
            n: f64::from(n),
            free: (0..4 * n).map(|port| port / 4).collect(),
            wires: Vec::new(),
            free_ports: TimeMean::new(Self::WARM_UP),
            steps: 0,
        }
    }

    /// Two peers with free ports connect, unless they are the same.
    #[inline]
    fn connect(&mut self) {
        let [i, j] = [0, 0].map(|_: u8| self.chance.below(self.free.len()));
        let [a, b] = [self.free[i], self.free[j]];
        if a != b {
            self.free.swap_remove(i.max(j));
            self.free.swap_remove(i.min(j));
            self.wires.push([a, b]);
        }
    }

    #[inline]
    fn break_wire(&mut self) {
        let wire = self.chance.below(self.wires.len());
        self.free.extend(self.wires.swap_remove(wire));
    }
}

impl Twin for Rewiring {
    fn run(&mut self, until: f64) {
        let mut now = 0.0;
        loop {
            let free = self.free.len() as f64;
            let connect = free * free / (2.0 * self.n);
            let total = connect + self.wires.len() as f64;
            now += self.chance.exponential(1.0) / total;
            self.free_ports.until(now.min(until), self.free.len());
            if now > until {
                break;
            }
            if self.chance.uniform() * total < connect {
                self.connect();
            } else {
                self.break_wire();
            }
            self.steps += 1;
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        vec![("free.mean", self.free_ports.mean() / (4.0 * self.n))]
    }
}
