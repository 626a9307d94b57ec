//! `models/bench/name-drop.ron`: peers ask a buddy for one of its buddies.

use super::{Chance, Twin};
use crate::agenda::{Agenda, Due, Entry};

/// So many buddies fit into a peer's own line of the cache.
const INLINE: usize = 14;

/// A peer's buddies, in one line of the cache; those that do not fit lie elsewhere.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Peer {
    len: u32,
    /// Which of `NameDrop::more` continues the list, if it is longer.
    more: u32,
    buddies: [u32; INLINE],
}

/// Peers with lists of buddies, and a timer each.
#[derive(Debug)]
pub struct NameDrop<A> {
    chance: Chance,
    agenda: A,
    peers: Vec<Peer>,
    more: Vec<Vec<u32>>,
    introduced: u64,
    steps: u64,
}

impl<A: Agenda> NameDrop<A> {
    const MEAN: f64 = 3.0;

    pub(super) fn start(n: u32, mut chance: Chance) -> Self {
        let mut agenda = A::new(Due {
            rate: f64::from(n) / Self::MEAN,
            span: 4.0 * Self::MEAN,
        });
        for id in 0..n {
            let time = chance.exponential(Self::MEAN);
            agenda.push(Entry { time, id });
        }
        let peer = |id: u32| {
            let mut buddies = [0; INLINE];
            buddies[..2].copy_from_slice(&[(id + 1) % n, (id + 2) % n]);
            Peer {
                len: 2,
                more: 0,
                buddies,
            }
        };
        NameDrop {
            chance,
            agenda,
            peers: (0..n).map(peer).collect(),
            more: Vec::new(),
            introduced: 0,
            steps: 0,
        }
    }

    /// One of a peer's buddies.
    #[inline]
    fn pick(&mut self, peer: u32) -> u32 {
        let peer = &self.peers[peer as usize];
        let place = self.chance.below(peer.len as usize);
        match peer.buddies.get(place) {
            Some(&buddy) => buddy,
            None => self.more[peer.more as usize][place - INLINE],
        }
    }

    #[inline]
    fn knows(&self, peer: u32, other: u32) -> bool {
        let peer = &self.peers[peer as usize];
        let len = peer.len as usize;
        peer.buddies[..len.min(INLINE)].contains(&other)
            || (len > INLINE && self.more[peer.more as usize].contains(&other))
    }

    #[inline]
    fn add(&mut self, peer: u32, buddy: u32) {
        let peer = &mut self.peers[peer as usize];
        let place = peer.len as usize;
        peer.len += 1;
        if let Some(free) = peer.buddies.get_mut(place) {
            *free = buddy;
            return;
        }
        if place == INLINE {
            peer.more = self.more.len() as u32;
            self.more.push(Vec::new());
        }
        self.more[peer.more as usize].push(buddy);
    }
}

impl<A: Agenda> Twin for NameDrop<A> {
    fn run(&mut self, until: f64) {
        while let Some(Entry { time, id: asker }) = self.agenda.due(until) {
            let time = time + self.chance.exponential(Self::MEAN);
            self.agenda.replace_first(Entry { time, id: asker });
            let buddy = self.pick(asker);
            let third = self.pick(buddy);
            if third != asker && !self.knows(asker, third) {
                self.add(asker, third);
                self.introduced += 1;
            }
            self.steps += 1;
        }
    }

    fn steps(&self) -> u64 {
        self.steps
    }

    fn metrics(&self) -> Vec<(&'static str, f64)> {
        let effectless = (self.steps - self.introduced) as f64;
        vec![
            ("introduced.count", self.introduced as f64),
            ("introduced.effectless", effectless),
        ]
    }
}
