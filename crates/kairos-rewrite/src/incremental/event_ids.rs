//! The numbers of events: dense, and used again, but not before the next step.

use crate::matcher::{EventId, Lost};

/// Numbers that were given out, and those that are free again.
#[derive(Debug)]
pub(super) struct EventIds {
    /// How many there are.
    given: usize,
    free: Vec<EventId>,
    /// No more events may be active in the midst of a step: where some come before others go there are more than at its end, when the limit holds.
    most: usize,
}

impl EventIds {
    /// None, where so many events may be active when a step ends.
    pub(super) fn new(limit: u64) -> Self {
        const MOST: usize = u32::MAX as usize - 1;
        let most = usize::try_from(limit).map_or(MOST, |limit| limit.saturating_mul(2).min(MOST));
        EventIds {
            given: 0,
            free: Vec::new(),
            most,
        }
    }

    /// A number for an event that is found, in a step in which so many were lost before; none if there are too many.
    #[inline(always)]
    pub(super) fn take(&mut self, lost: usize) -> Option<EventId> {
        match self.free.pop() {
            Some(id) => Some(id),
            None => self.new_one(lost),
        }
    }

    /// A number that no event has had. Only where there is none to be used again are there as many events as that.
    #[cold]
    fn new_one(&mut self, lost: usize) -> Option<EventId> {
        if self.given - lost >= self.most {
            return None;
        }
        let id = u32::try_from(self.given).expect("the limit of active events is below 2^32");
        self.given += 1;
        Some(EventId(id))
    }

    /// How many events there would have been, where there were too many.
    pub(super) fn too_many(&self, lost: usize) -> u64 {
        (self.given + 1 - lost) as u64
    }

    /// Lets the numbers of lost events be used again.
    #[inline]
    pub(super) fn give_back(&mut self, lost: &[Lost]) {
        for lost in lost {
            self.free.push(lost.event.id);
        }
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        self.free.capacity() * size_of::<EventId>()
    }
}
