//! The end of an update: pools in their order, and the delta in shape.

use super::{
    data::Data,
    network::{Purpose, QueryId},
    update::Update,
};
use crate::error::Outcome;

impl Update {
    /// Brings pools, aggregates and probes up to date, and the delta in shape.
    pub(super) fn finish(&mut self, data: &mut Data) -> Outcome<()> {
        self.suspected.clear();
        let mut busy = std::mem::take(&mut self.busy);
        for id in busy.drain(..) {
            self.reorder(data, id)?;
        }
        self.busy = busy;
        let delta = &mut data.delta;
        in_order(&mut delta.aggregates);
        in_order(&mut delta.probes);
        in_order(&mut delta.stale);
        if !delta.stale.is_empty() {
            // What was lost has no timer any more, and what was found has one that has read nothing else.
            self.not_stale.clear();
            let lost = delta.lost.iter().map(|lost| lost.event);
            self.not_stale
                .extend(lost.chain(delta.found.iter().copied()));
            self.not_stale.sort_unstable();
            let not_stale = &self.not_stale;
            delta
                .stale
                .retain(|event| not_stale.binary_search(event).is_err());
        }
        Ok(())
    }

    /// Lost members leave in ascending numbers, each by swapping with the last, then found ones are appended in ascending numbers.
    fn reorder(&mut self, data: &mut Data, id: QueryId) -> Outcome<()> {
        let index = id.index();
        match data.query(id).purpose {
            Purpose::Component(rule, _) => data.delta.aggregates.push(rule),
            Purpose::Probe(probe) => data.delta.probes.push(probe),
            _ => {}
        }
        let Some(mut pools) = data.pools[index].take() else {
            return Ok(());
        };
        let by_numbers = |a: &u32, b: &u32| data.by_numbers(id, *a, *b);
        for rows in [&mut self.lost[index], &mut self.found[index]] {
            if rows.len() > 1 {
                rows.sort_unstable_by(by_numbers);
            }
        }
        let anchor = |row: u32| {
            data.query(id)
                .anchor
                .map(|a| data.stores[index].row(row)[a])
        };
        for row in self.lost[index].drain(..) {
            pools.remove(anchor(row), row);
        }
        for row in self.found[index].drain(..) {
            pools.push(anchor(row), row, data.value_of(id, row, &self.bound)?);
        }
        for row in self.revalued[index].drain(..) {
            if data.stores[index].is_alive(row)
                && let Some(value) = data.value_of(id, row, &self.bound)?
            {
                pools.revalue(anchor(row), row, value);
            }
        }
        data.pools[index] = Some(pools);
        Ok(())
    }
}

/// Sorts a list and leaves every item in once. Mostly there are no more than two.
#[inline]
fn in_order<T: Ord + Copy>(list: &mut Vec<T>) {
    match list.as_mut_slice() {
        [] | [_] => {}
        [a, b] if *a < *b => {}
        [a, b] if *a > *b => std::mem::swap(a, b),
        [_, _] => list.truncate(1),
        _ => {
            list.sort_unstable();
            list.dedup();
        }
    }
}
