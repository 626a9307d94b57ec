//! The guard against matches that would not fit in memory: they are counted while they are found, before any is stored.

use super::{data::Data, query::QueryId};
use crate::{
    error::{Fault, Outcome, RuntimeError},
    program::owner_rule,
};

/// Counts what a search finds, against the memory that is left.
#[derive(Debug)]
pub(crate) struct Room<'a> {
    data: &'a Data,
    query: QueryId,
    /// So many slots are found before the memory is looked at again.
    look_at: usize,
    /// What there was too much of.
    full: Option<Fault>,
}

/// Slots found between two looks.
const STRIDE: usize = 1 << 16;

impl<'a> Room<'a> {
    /// For a search for matches of a query.
    pub(crate) fn new(data: &'a Data, query: QueryId) -> Self {
        Room {
            data,
            query,
            look_at: STRIDE,
            full: None,
        }
    }

    /// Whether so many slots may be kept, and the search go on.
    #[inline]
    pub(crate) fn holds(&mut self, slots: usize) -> bool {
        slots < self.look_at || self.look(slots)
    }

    #[cold]
    fn look(&mut self, slots: usize) -> bool {
        self.look_at = slots + STRIDE;
        let width = self.data.query(self.query).vars.len().max(1);
        let count = (slots / width) as u64;
        let (limit, what, each) = self.data.room(self.query);
        self.full = (count > limit).then_some(Fault::Limit {
            what,
            count: count.div_ceil(each),
            limit: limit / each,
        });
        self.full.is_none()
    }

    /// What the search was stopped for.
    ///
    /// # Errors
    /// The number of matches, with their rule, if there were too many.
    // By reference: what was just put together could not be copied before it had been written.
    #[inline]
    pub(crate) fn left(&self) -> Outcome<()> {
        match &self.full {
            None => Ok(()),
            Some(fault) => Err(self.error(fault)),
        }
    }

    #[cold]
    fn error(&self, fault: &Fault) -> Box<RuntimeError> {
        let mut error = RuntimeError::new(fault.clone(), self.data.now);
        let owner = self.data.query(self.query).owner;
        error.rule = owner_rule(&self.data.program, owner);
        Box::new(error)
    }
}
