//! What becomes of stored rows: they are looked at again, taken away, added; and what is noted of it until the update ends.

use super::{
    data::Data,
    dispatch::{Look, Ranged, Reaction, Rows},
    network::Network,
    query::{Purpose, Query, QueryId},
    store::NONE,
    update::Update,
};
use crate::{
    binding::{Bound, Only, Slot},
    effects::ChangedAttribute,
    error::Outcome,
    matcher::{Event, MatchDelta},
};

/// What an update has done to the rows of a query that keeps more than its matches (pool order, walks).
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    pub(super) lost: Vec<u32>,
    pub(super) found: Vec<u32>,
    pub(super) revalued: Vec<u32>,
    /// Whether the query is noted as one that has news, if only that values are others.
    pub(super) noted: bool,
}

impl News {
    /// Whether there is nothing to be done about rows.
    pub(super) fn is_empty(&self) -> bool {
        self.lost.is_empty() && self.found.is_empty() && self.revalued.is_empty()
    }
}

/// What is done about an embedding that was a match and is one: its timer may be stale, its value another.
pub(super) const SUSPECTED: Reaction = Reaction {
    query: QueryId(0),
    rows: Rows::None,
    recheck: false,
    holds_if: None,
    stale: false,
    observe: true,
    revalue: true,
    look: Look::Nowhere,
};

impl Update {
    /// What a change does to the rows that are there. `verdict` says whether the condition that it is about holds now, if that is known.
    #[inline]
    pub(super) fn react(
        &mut self,
        network: &Network,
        data: &mut Data,
        reaction: &Reaction,
        element: Slot,
        verdict: Option<bool>,
    ) -> Outcome<()> {
        let query = &network.queries[reaction.query.index()];
        match reaction.rows {
            Rows::Alone(hook) => self.reconsider(data, query, reaction, hook, (element, verdict)),
            _ => self.revise(data, query, reaction, element, verdict),
        }
    }

    /// What a change of an element does to the rows that it is in, or to all.
    #[inline(never)]
    fn revise(
        &mut self,
        data: &mut Data,
        query: &Query,
        reaction: &Reaction,
        element: Slot,
        verdict: Option<bool>,
    ) -> Outcome<()> {
        match reaction.rows {
            Rows::None | Rows::Alone(_) => Ok(()),
            Rows::Hook(hook) => {
                let mut row = data.first_row(query.id, hook, element);
                while row != NONE {
                    // Of the rows of a list, only the one that is reviewed can go.
                    let next = data.stores[query.id.index()].next(hook, row);
                    if verdict == Some(false) {
                        self.remove(data, query, row, false);
                    } else {
                        self.review(data, query, row, reaction)?;
                    }
                    row = next;
                }
                Ok(())
            }
            Rows::All => {
                for row in 0..data.stores[query.id.index()].bound() {
                    if data.stores[query.id.index()].is_alive(row) {
                        self.review(data, query, row, reaction)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// What a change of an element does to a query of that element alone.
    #[inline(always)]
    fn reconsider(
        &mut self,
        data: &mut Data,
        query: &Query,
        why: &Reaction,
        hook: usize,
        (element, verdict): (Slot, Option<bool>),
    ) -> Outcome<()> {
        let row = data.first_row(query.id, hook, element);
        let holds = match verdict {
            // No condition is in doubt.
            _ if !why.recheck => row != NONE,
            Some(false) => false,
            _ if row == NONE
                && !data.stores[query.id.index()].hangs(hook, &data.graph, element) =>
            {
                false
            }
            Some(true) if query.checked.len() == 1 => true,
            _ => {
                self.bound.set(query.vars[0], element);
                data.all_hold(query, &Only(element), &self.bound)?
            }
        };
        match (row, holds) {
            (NONE, true) => self.insert(data, query, &[element]).map(drop),
            (NONE, false) => Ok(()),
            (row, true) if query.is_of_events() => {
                self.bound.set(query.vars[0], element);
                self.make_stale(data, query, row, why)
            }
            (row, true) => {
                self.revalue(data, query, row, why, &Only(element));
                Ok(())
            }
            (row, false) => {
                self.remove(data, query, row, false);
                Ok(())
            }
        }
    }

    /// What a change does to a query that it decides alone.
    #[inline]
    pub(super) fn range(
        &mut self,
        network: &Network,
        data: &mut Data,
        Ranged {
            reaction,
            range,
            value,
        }: &Ranged,
        ChangedAttribute { of, before, now }: ChangedAttribute,
    ) -> Outcome<()> {
        let query = &network.queries[reaction.query.index()];
        let holds = |bits: u64| range.has(bits.cast_signed());
        let element = of.element;
        // The row has the number of the node.
        let row = element.0;
        match (holds(before), holds(now)) {
            (false, false) => {}
            (false, true) => {
                self.insert(data, query, &[element])?;
            }
            (true, false) => self.remove(data, query, row, false),
            (true, true) if query.is_of_events() => {
                self.bound.set(query.vars[0], element);
                self.make_stale(data, query, row, reaction)?;
            }
            (true, true) => {
                if let Some(value) = value {
                    let is_done = data.rekey(query, row, value.value(now).to_bits(), None);
                    self.note_value(query, row, is_done);
                }
            }
        }
        Ok(())
    }

    /// Looks at a row again.
    pub(super) fn review(
        &mut self,
        data: &mut Data,
        query: &Query,
        row: u32,
        why: &Reaction,
    ) -> Outcome<()> {
        data.bind(query, row, &self.bound);
        if why.recheck && !data.all_hold(query, &self.bound, &self.bound)? {
            self.remove(data, query, row, false);
            return Ok(());
        }
        if query.is_of_events() {
            return self.make_stale(data, query, row, why);
        }
        let bound = std::mem::take(&mut self.bound);
        self.revalue(data, query, row, why, &bound);
        self.bound = bound;
        Ok(())
    }

    /// What a change does to an event that stays and is bound: its timer may have read what is no longer true.
    fn make_stale(
        &mut self,
        data: &mut Data,
        query: &Query,
        row: u32,
        why: &Reaction,
    ) -> Outcome<()> {
        if let Purpose::Events(rule) = query.purpose
            && (why.stale || (why.observe && data.observe(query, row, &self.bound)?))
        {
            let id = data.stores[query.id.index()].event(row);
            data.delta.stale.push(Event { id, rule, row });
        }
        Ok(())
    }

    /// What a change does to the value of a row that stays. One that cannot fail is taken over at once, others when it is certain that the row does
    /// stay.
    #[inline(always)]
    fn revalue(
        &mut self,
        data: &mut Data,
        query: &Query,
        row: u32,
        why: &Reaction,
        elements: &impl Bound,
    ) {
        if !why.revalue {
            return;
        }
        let is_done = data.revalue(query, row, elements);
        self.note_value(query, row, is_done);
    }

    /// Notes that the value of a row may be another, and whether that is yet to be taken over.
    #[inline]
    fn note_value(&mut self, query: &Query, row: u32, is_done: bool) {
        let news = self.news(query.id);
        if !is_done {
            news.revalued.push(row);
        }
    }

    /// Adds a match, unless it is there or another one of its orbit stands for it.
    pub(super) fn add(&mut self, data: &mut Data, query: &Query, slots: &[Slot]) -> Outcome<()> {
        if data.is_canonical(query, slots) && data.find(query.id, slots).is_none() {
            self.insert(data, query, slots)?;
        }
        Ok(())
    }

    /// Adds a match that is not there yet; returns its row.
    pub(super) fn insert(
        &mut self,
        data: &mut Data,
        query: &Query,
        slots: &[Slot],
    ) -> Outcome<u32> {
        let row = data.insert(query, slots, &self.bound)?;
        self.note(&mut data.delta, query, |column| slots[column], 1);
        if query.keeps_rows {
            data.fits_pool(query)?;
            self.news(query.id).found.push(row);
        }
        Ok(row)
    }

    /// Removes a match, because one of its elements is `deleted` or its conditions hold no more.
    pub(super) fn remove(&mut self, data: &mut Data, query: &Query, row: u32, deleted: bool) {
        data.remove(query, row, deleted);
        if let Purpose::Events(rule) = query.purpose
            && let Some(walks) = &mut self.walks[rule.index()]
        {
            walks.forget(row);
        }
        if query.keeps_rows {
            self.news(query.id).lost.push(row);
        }
        let Data {
            stores,
            delta,
            graph,
            ..
        } = data;
        let store = &stores[query.id.index()];
        self.note(delta, query, |column| store.row(row, graph)[column], -1);
    }

    /// Notes that an extension of a sub-pattern is there or gone, and that a probe reads something else.
    #[inline]
    fn note(
        &mut self,
        delta: &mut MatchDelta,
        query: &Query,
        slot: impl FnOnce(usize) -> Slot,
        by: i32,
    ) {
        match query.purpose {
            Purpose::Sub(sub) => {
                let node = query.anchor.map_or(Slot::NONE, slot);
                self.counted.push((sub, node, by));
            }
            Purpose::Probe(probe) => delta.probes.push(probe),
            _ => {}
        }
    }

    /// What is noted of a query's rows.
    #[inline]
    fn news(&mut self, query: QueryId) -> &mut News {
        let news = &mut self.news[query.index()];
        if !news.noted {
            news.noted = true;
            self.noted.push(query);
        }
        news
    }
}
