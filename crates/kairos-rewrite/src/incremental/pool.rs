//! Matches in pool order, grouped by a node or not, with an index over their values.

use std::collections::BTreeSet;

use kairos_model::{rule::RuleId, types::Value};
use rustc_hash::FxHashSet;

use super::{
    query::Indexed,
    store::{NONE, Store},
};
use crate::{
    binding::Slot,
    lists::{List, Lists},
    matcher::Fraction,
    prefetch::prefetch,
    sums::SumTree,
};

/// The matches of a node in pool order.
#[derive(Clone, Debug, Default)]
struct Group {
    rows: List,
    index: Option<Box<Index>>,
}

/// The rows of all pools, each in pool order with the index over its values: one pool of all matches, or one for each node.
#[derive(Clone, Debug, Default)]
struct Listed {
    all: Vec<u32>,
    index: Option<Box<Index>>,
    groups: Vec<Group>,
    lists: Lists<u32>,
}

impl Listed {
    #[inline]
    fn rows(&self, anchor: Option<Slot>) -> &[u32] {
        let Some(node) = anchor else {
            return &self.all;
        };
        let group = self.groups.get(node.index());
        group.map_or(&[], |g| self.lists.get(g.rows))
    }

    fn index(&self, anchor: Option<Slot>) -> Option<&Index> {
        match anchor {
            None => self.index.as_deref(),
            Some(node) => self.groups.get(node.index())?.index.as_deref(),
        }
    }

    #[inline]
    fn index_mut(&mut self, anchor: Option<Slot>) -> &mut Option<Box<Index>> {
        match anchor {
            None => &mut self.index,
            Some(node) => &mut self.groups[node.index()].index,
        }
    }

    /// Appends a row; returns its place.
    #[inline(always)]
    fn push(&mut self, anchor: Option<Slot>, row: u32) -> u32 {
        let Some(node) = anchor else {
            let place = self.all.len();
            self.all.push(row);
            // There are no more rows than numbers.
            return place as u32;
        };
        if self.groups.len() <= node.index() {
            self.groups.resize(node.index() + 1, Group::default());
        }
        self.lists.push(&mut self.groups[node.index()].rows, row)
    }

    /// Moves the last row to a place, and says which that was, if it moved.
    #[inline(always)]
    fn swap_remove(&mut self, anchor: Option<Slot>, place: u32) -> Option<u32> {
        match anchor {
            None => {
                let last = self.all.pop()?;
                let left = self.all.get_mut(place as usize)?;
                *left = last;
                Some(last)
            }
            Some(node) => {
                let rows = &mut self.groups[node.index()].rows;
                self.lists.swap_remove(rows, place)
            }
        }
    }

    /// Bytes in use.
    fn memory_bytes(&self) -> usize {
        let indexes = self.groups.iter().filter_map(|g| g.index.as_deref());
        let indexes = indexes.chain(self.index.as_deref());
        self.all.capacity() * size_of::<u32>()
            + self.groups.capacity() * size_of::<Group>()
            + indexes.map(Index::memory_bytes).sum::<usize>()
            + self.lists.memory_bytes()
    }
}

/// An index over the values of a group's matches.
#[derive(Clone, Debug)]
enum Index {
    Order(BTreeSet<(u64, u32)>),
    Sums(SumTree),
}

impl Index {
    fn new(indexed: Indexed) -> Self {
        match indexed {
            Indexed::Sums => Index::Sums(SumTree::default()),
            Indexed::Order | Indexed::Total | Indexed::No => Index::Order(BTreeSet::new()),
        }
    }

    fn push(&mut self, row: u32, key: u64) {
        match self {
            Index::Order(order) => {
                order.insert((key, row));
            }
            Index::Sums(sums) => sums.push(f64::from_bits(key)),
        }
    }

    /// Bytes in use; of an order roughly, since its nodes are on average two thirds full.
    fn memory_bytes(&self) -> usize {
        size_of::<Index>()
            + match self {
                Index::Order(order) => order.len() * size_of::<(u64, u32)>() * 3 / 2,
                Index::Sums(sums) => sums.memory_bytes(),
            }
    }
}

/// The pools of one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pools {
    listed: Listed,
    /// By row: its value's key, where values are in order.
    keys: Vec<u64>,
    /// Rows that have no key, because their value cannot be told.
    unkeyed: FxHashSet<u32>,
    indexed: Indexed,
    /// By rule: by how many rows its last application that changed the pool has made it longer.
    changes: Vec<isize>,
}

impl Pools {
    pub(crate) fn new(indexed: Indexed) -> Self {
        Pools {
            indexed,
            ..Pools::default()
        }
    }

    /// The rows of a group, in pool order.
    #[inline]
    pub(crate) fn rows(&self, anchor: Option<Slot>) -> &[u32] {
        self.listed.rows(anchor)
    }

    /// Asks for the sums that a row's weight is in, of pools that are not grouped; the row has come.
    #[inline]
    pub(crate) fn prefetch_sums(&self, store: &Store, row: u32) {
        if let Some(sums) = self.sums(None)
            && let position = store.place(row)
            && position != NONE
        {
            sums.prefetch(position as usize);
        }
    }

    /// Asks for the memory in which it stands which row is at a fraction of a pool that is not grouped.
    #[inline]
    pub(crate) fn prefetch_at(&self, u: Fraction) {
        let rows = self.rows(None);
        if !rows.is_empty() {
            prefetch(rows, u.of(rows.len()));
        }
    }

    /// The row that is probably at a fraction of a pool that is not grouped once a rule has been applied.
    #[inline]
    pub(crate) fn foresee(&self, u: Fraction, after: RuleId) -> Option<u32> {
        let rows = self.rows(None);
        let change = self.changes.get(after.index()).copied().unwrap_or(0);
        let count = rows.len().checked_add_signed(change).filter(|&n| n > 0)?;
        rows.get(u.of(count)).copied()
    }

    /// Notes by how many rows an application has made a pool longer.
    pub(crate) fn note_change(&mut self, rule: RuleId, by: isize) {
        let rules = self.changes.len().max(rule.index() + 1);
        self.changes.resize(rules, 0);
        self.changes[rule.index()] = by;
    }

    /// Appends a row. `key` is that of its value, where values are indexed: its place in the order ([`ordered`]), or its bits for sums.
    #[inline]
    pub(crate) fn push(&mut self, store: &mut Store, anchor: Option<Slot>, row: u32, key: u64) {
        self.append(store, anchor, row);
        if self.indexed != Indexed::No {
            let new = || Box::new(Index::new(self.indexed));
            let index = self.listed.index_mut(anchor);
            index.get_or_insert_with(new).push(row, key);
        }
        if self.indexed == Indexed::Order {
            let rows = self.keys.len().max(row as usize + 1);
            self.keys.resize(rows, 0);
            self.keys[row as usize] = key;
        }
    }

    /// Appends a row, where there is no index.
    #[inline(always)]
    pub(crate) fn append(&mut self, store: &mut Store, anchor: Option<Slot>, row: u32) {
        store.replace(row, self.listed.push(anchor, row));
    }

    /// Removes a row.
    #[inline]
    pub(crate) fn remove(&mut self, store: &mut Store, anchor: Option<Slot>, row: u32) {
        let place = store.replace(row, NONE);
        self.forget(store, anchor, (row, place));
    }

    /// Forgets a row that stood at a place.
    #[inline]
    pub(crate) fn forget(
        &mut self,
        store: &mut Store,
        anchor: Option<Slot>,
        (row, place): (u32, u32),
    ) {
        self.close(store, anchor, place);
        match self.listed.index_mut(anchor).as_deref_mut() {
            Some(Index::Order(_)) if self.unkeyed.remove(&row) => {}
            Some(Index::Order(order)) => {
                order.remove(&(self.keys[row as usize], row));
            }
            Some(Index::Sums(sums)) => sums.swap_remove(place as usize),
            None => {}
        }
    }

    /// Moves the last row to a place, which is all that there is to do where there is no index.
    #[inline(always)]
    pub(crate) fn close(&mut self, store: &mut Store, anchor: Option<Slot>, place: u32) {
        if let Some(moved) = self.listed.swap_remove(anchor, place) {
            store.replace(moved, place);
        }
    }

    /// Changes the value of a row to one with another key, or the same. A row that is not listed has none.
    #[inline]
    pub(crate) fn revalue(&mut self, store: &Store, anchor: Option<Slot>, row: u32, key: u64) {
        let position = store.place(row);
        if position == NONE {
            return;
        }
        match self.listed.index_mut(anchor).as_deref_mut() {
            Some(Index::Order(order)) => {
                let old = std::mem::replace(&mut self.keys[row as usize], key);
                if self.unkeyed.remove(&row) {
                    order.insert((key, row));
                } else if old != key {
                    order.remove(&(old, row));
                    order.insert((key, row));
                }
            }
            Some(Index::Sums(sums)) => {
                sums.set(position as usize, f64::from_bits(key));
            }
            None => {}
        }
    }

    /// Takes the key away from a row in order: its value cannot be told.
    #[cold]
    pub(crate) fn unkey(&mut self, anchor: Option<Slot>, row: u32) {
        if let Some(Index::Order(order)) = self.listed.index_mut(anchor).as_deref_mut()
            && self.unkeyed.insert(row)
        {
            order.remove(&(self.keys[row as usize], row));
        }
    }

    /// Whether all rows in order have keys.
    pub(crate) fn are_keyed(&self) -> bool {
        self.unkeyed.is_empty()
    }

    /// The rows of a group by descending (`greatest`) or ascending value: key and row.
    pub(crate) fn ordered(
        &self,
        anchor: Option<Slot>,
        greatest: bool,
    ) -> impl Iterator<Item = (u64, u32)> + '_ {
        let order = match self.listed.index(anchor) {
            Some(Index::Order(order)) => Some(order),
            _ => None,
        };
        let (mut down, mut up) = if greatest {
            (order.map(|o| o.iter().rev()), None)
        } else {
            (None, order.map(|o| o.iter()))
        };
        std::iter::from_fn(move || match (&mut down, &mut up) {
            (Some(down), _) => down.next().copied(),
            (_, Some(up)) => up.next().copied(),
            _ => None,
        })
    }

    /// The sums over a group's values.
    pub(crate) fn sums(&self, anchor: Option<Slot>) -> Option<&SumTree> {
        match self.listed.index(anchor) {
            Some(Index::Sums(sums)) => Some(sums),
            _ => None,
        }
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.listed.memory_bytes()
            + self.keys.capacity() * size_of::<u64>()
            + self.changes.capacity() * size_of::<isize>()
            + self.unkeyed.capacity() * (size_of::<u32>() + 1)
    }
}

/// Bits in the order of the values: integers and reals, zero being one value.
pub(crate) fn ordered(value: Value) -> u64 {
    const SIGN: u64 = 1 << 63;
    match value {
        Value::Int(i) => i.cast_unsigned() ^ SIGN,
        Value::Real(r) => {
            let bits = (r + 0.0).to_bits();
            if bits & SIGN == 0 { bits | SIGN } else { !bits }
        }
        Value::Bool(_) | Value::Enumerator(..) => unreachable!("check gives numbers an order only"),
    }
}

/// The real number behind a key of [`ordered`].
pub(crate) fn of_ordered(key: u64) -> f64 {
    const SIGN: u64 = 1 << 63;
    f64::from_bits(if key & SIGN == 0 { !key } else { key & !SIGN })
}
