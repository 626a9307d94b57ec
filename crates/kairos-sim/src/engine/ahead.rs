//! What the next firings will probably read, asked for before they are due.

use kairos_rewrite::{
    binding::Slot,
    matcher::{Matcher, Soon},
};

use super::{Clock, Due, Simulation, choose};
use crate::schedule::Schedule;

/// How many firings ahead matches are asked for: as many as a calendar foresees.
const NEAR: usize = 11;

/// What was asked for ahead.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Clocks whose matches were, one firing after the other, and how many firings these were.
    asked: [Option<Clock>; (NEAR + 1).next_power_of_two()],
    firings: usize,
    /// To which nodes picks of firings to come will probably lead: the latest two that were asked for, the latest last.
    picks: [Option<Slot>; 2],
}

impl Ahead {
    /// Whether a clock that runs out now was foreseen in time.
    #[inline]
    fn has_foreseen(&self, due: Clock) -> bool {
        self.asked[self.firings.wrapping_sub(NEAR) % self.asked.len()] == Some(due)
    }

    /// Notes what was asked for before a firing.
    #[inline]
    fn note(&mut self, asked: Option<Clock>) {
        let place = self.firings % self.asked.len();
        self.asked[place] = asked;
        self.firings += 1;
    }
}

impl<M: Matcher, S: Schedule + Default> Simulation<M, S> {
    /// Asks for what the next firings will probably read, before what is due fires.
    #[inline]
    pub(super) fn look_ahead(&mut self, due: Clock) {
        if self.clockwork.clocks.are_many() {
            self.matcher.note_foreseen(self.ahead.has_foreseen(due));
            let near = self.prefetch(NEAR, Soon::Near);
            self.ahead.note(near);
            self.prefetch(9, Soon::Nearer);
            self.prefetch(6, Soon::Next);
            if self.timers.pick_edges || self.timers.pick_nodes {
                self.prefetch_pick(4);
            }
            if self.timers.pick_nodes {
                self.prefetch_chosen(1, due);
            }
        }
    }

    /// Asks for what the firing so many after the next will read, and says which clock's that is.
    #[inline(always)]
    fn prefetch(&self, ahead: usize, how_soon: Soon) -> Option<Clock> {
        let slot = self.clockwork.clocks.foresee(ahead)?;
        if let Due::Event(event) = self.clockwork.due_in(slot) {
            self.matcher.prefetch(event, how_soon);
        }
        Some(slot)
    }

    /// The same for what its first pick comes to, and for the edges at what was asked for last but one.
    #[inline(always)]
    fn prefetch_pick(&mut self, ahead: usize) {
        let [come, coming] = self.ahead.picks;
        if let Some(node) = come {
            self.matcher.prefetch_edges(node);
        }
        let node = self.clockwork.foresee(ahead).and_then(|(event, name)| {
            let uniform = || choose::of_attempt(&self.randomness, name, 0, 0);
            self.matcher.prefetch_pick(event, uniform)
        });
        self.ahead.picks = [coming, node];
    }

    /// The same for the match that its first pick comes to, once what is due has been applied.
    #[inline(always)]
    fn prefetch_chosen(&self, ahead: usize, due: Clock) {
        if let Some((event, name)) = self.clockwork.foresee(ahead) {
            let after = self.clockwork.due_in(due).rule();
            let uniform = || choose::of_attempt(&self.randomness, name, 0, 0);
            self.matcher.prefetch_chosen(event, after, uniform);
        }
    }

    /// Asks for the clocks that an application stops, while it is observed.
    #[inline(always)]
    pub(super) fn prefetch_lost(&self) {
        if self.clockwork.clocks.are_many() {
            for lost in &self.matcher.delta().lost {
                let slot = self.clockwork.slot_of(lost.event.id);
                self.clockwork.clocks.prefetch(slot);
            }
        }
    }
}
