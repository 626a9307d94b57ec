//! The end of an update: pools in their order, and the delta in shape.

use super::{
    data::Data,
    network::Network,
    pool::Pools,
    query::{Indexed, Purpose, Query},
    rows::News,
    update::Update,
};
use crate::{binding::Binding, error::Outcome};

impl Update {
    /// Brings pools, aggregates and probes up to date, and the delta in shape.
    pub(super) fn finish(&mut self, network: &Network, data: &mut Data) -> Outcome<()> {
        self.suspected.clear();
        for position in 0..self.noted.len() {
            let query = &network.queries[self.noted[position].index()];
            match query.purpose {
                Purpose::Component(rule, _) => data.delta.aggregates.push(rule),
                Purpose::Probe(probe) => data.delta.probes.push(probe),
                _ => {}
            }
            let news = &mut self.news[query.id.index()];
            news.noted = false;
            if !news.is_empty() {
                match query.indexed {
                    Indexed::Total => self.add_up(data, query)?,
                    _ => self.reorder(data, query)?,
                }
            }
        }
        self.noted.clear();
        let delta = &mut data.delta;
        in_order(&mut delta.aggregates);
        in_order(&mut delta.probes);
        in_order(&mut delta.stale);
        if !delta.stale.is_empty() {
            // What was lost has no timer any more, and what was found has one that has read nothing else.
            self.not_stale.clear();
            let lost = delta.lost.iter().map(|lost| lost.event.id);
            let found = delta.found.iter().map(|found| found.id);
            self.not_stale.extend(lost.chain(found));
            self.not_stale.sort_unstable();
            let not_stale = &self.not_stale;
            delta
                .stale
                .retain(|event| not_stale.binary_search(&event.id).is_err());
        }
        Ok(())
    }

    /// Values that only their sum is wanted of need no order.
    fn add_up(&mut self, data: &mut Data, query: &Query) -> Outcome<()> {
        let index = query.id.index();
        let news = &mut self.news[index];
        let Some(mut total) = data.totals[index].take() else {
            return Ok(());
        };
        for row in news.lost.drain(..) {
            total.remove(row);
        }
        for row in news.found.drain(..) {
            let bits = data.key_of(query, row, &self.bound)?;
            total.add(row, f64::from_bits(bits));
        }
        for row in news.revalued.drain(..) {
            if data.stores[index].is_alive(row) {
                let bits = data.key_of(query, row, &self.bound)?;
                total.revalue(row, f64::from_bits(bits));
            }
        }
        data.totals[index] = Some(total);
        Ok(())
    }

    /// Lost members leave in ascending numbers, each by swapping with the last, then found ones are appended in ascending numbers.
    fn reorder(&mut self, data: &mut Data, query: &Query) -> Outcome<()> {
        let news = &mut self.news[query.id.index()];
        for rows in [&mut news.lost, &mut news.found] {
            if rows.len() > 1 {
                by_numbers(data, query, rows);
            }
        }
        let Some(mut pools) = data.pools[query.id.index()].take() else {
            return Ok(());
        };
        if query.anchor.is_none() && query.value.is_none() {
            let is_large = data.is_large(query.id);
            let store = &mut data.stores[query.id.index()];
            if is_large {
                let by = news.found.len().cast_signed() - news.lost.len().cast_signed();
                pools.note_change(data.applied, by);
            }
            let (lost, found) = (news.lost.iter(), news.found.iter());
            lost.for_each(|&row| pools.remove(store, None, row));
            found.for_each(|&row| pools.push(store, None, row, 0));
        } else {
            relist(&mut pools, news, data, query, &self.bound)?;
        }
        news.lost.clear();
        news.found.clear();
        news.revalued.clear();
        data.pools[query.id.index()] = Some(pools);
        Ok(())
    }
}

/// Puts rows in the order of their numbers. Mostly there are two.
fn by_numbers(data: &Data, query: &Query, rows: &mut [u32]) {
    match rows {
        [a, b] => {
            if data.by_numbers(query, *a, *b).is_gt() {
                std::mem::swap(a, b);
            }
        }
        more => more.sort_unstable_by(|&a, &b| data.by_numbers(query, a, b)),
    }
}

/// Takes lost rows out of their pools, enters found ones, and gives others their values.
fn relist(
    pools: &mut Pools,
    news: &News,
    data: &mut Data,
    query: &Query,
    bound: &Binding,
) -> Outcome<()> {
    let index = query.id.index();
    let anchor = |data: &Data, row: u32| {
        let store = &data.stores[index];
        query
            .anchor
            .map(|column| store.row(row, &data.graph)[column])
    };
    for &row in &news.lost {
        let anchor = anchor(data, row);
        pools.remove(&mut data.stores[index], anchor, row);
    }
    for (is_new, rows) in [(true, &news.found), (false, &news.revalued)] {
        for &row in rows {
            if !is_new && !data.stores[index].is_alive(row) {
                continue;
            }
            let (anchor, key) = (anchor(data, row), data.key_of(query, row, bound));
            let store = &mut data.stores[index];
            match (key, is_new) {
                (Ok(key), true) => pools.push(store, anchor, row, key),
                (Ok(key), false) => pools.revalue(store, anchor, row, key),
                (Err(_), true) if query.is_chosen_by_order() => {
                    pools.push(store, anchor, row, 0);
                    pools.unkey(anchor, row);
                }
                (Err(_), false) if query.is_chosen_by_order() => pools.unkey(anchor, row),
                (Err(error), _) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Sorts a list and leaves every item in once. Mostly there are no more than two.
#[inline]
pub(super) fn in_order<T: Ord + Copy>(list: &mut Vec<T>) {
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
