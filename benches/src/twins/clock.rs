//! `models/bench/clock.ron`: clocks that tick.

use super::{Chance, Twin};
use crate::agenda::{Agenda, Due, Entry};

/// Clocks that tick about once a second.
#[derive(Debug)]
pub struct Clock<A> {
    chance: Chance,
    agenda: A,
    counts: Vec<u64>,
    steps: u64,
}

impl<A: Agenda> Clock<A> {
    pub(super) fn start(n: u32, mut chance: Chance) -> Self {
        let mut agenda = A::new(Due {
            rate: f64::from(n),
            span: 1.5,
        });
        for id in 0..n {
            let time = delay(&mut chance);
            agenda.push(Entry { time, id });
        }
        Clock {
            chance,
            agenda,
            counts: vec![0; n as usize],
            steps: 0,
        }
    }
}

#[inline]
fn delay(chance: &mut Chance) -> f64 {
    chance.normal(1.0, 0.1)
}

impl<A: Agenda> Twin for Clock<A> {
    fn run(&mut self, until: f64) {
        while let Some(Entry { time, id }) = self.agenda.due(until) {
            let time = time + delay(&mut self.chance);
            self.agenda.replace_first(Entry { time, id });
            self.counts[id as usize] += 1;
            self.steps += 1;
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        let ticks: u64 = self.counts.iter().sum();
        vec![("ticks.count", ticks as f64)]
    }
}
