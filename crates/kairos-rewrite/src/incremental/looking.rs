//! Looking for matches that a change lets appear, and for embeddings that it puts in doubt.

use super::{
    data::Data,
    dispatch::{LoneEdge, Look, Reaction},
    network::Network,
    plan::{Item, Plan},
    query::Query,
    room::Room,
    rows::SUSPECTED,
    update::Update,
};
use crate::{binding::Slot, error::Outcome};

impl Update {
    /// Carries out the search of a reaction.
    pub(super) fn search(
        &mut self,
        network: &Network,
        data: &mut Data,
        reaction: &Reaction,
        element: Slot,
    ) -> Outcome<()> {
        let query = &network.queries[reaction.query.index()];
        match &reaction.look {
            Look::Nowhere => Ok(()),
            Look::Everywhere => self.everywhere(data, query),
            Look::Around(plan) if !may_fit(data, plan, element) => Ok(()),
            Look::Around(plan) => self.find_all(data, query, plan, element),
            Look::Edge(lone) => self.edge(data, query, lone, element),
            Look::Suspects(_) => self.look(network, data, reaction, element),
            Look::Ends => {
                let (from, to) = data.graph.ends(element);
                self.react(network, data, reaction, from, None)?;
                self.react(network, data, reaction, to, None)
            }
        }
    }

    /// Adds the matches of a pattern that is one edge with its ends and has no conditions: at most two. The edge is new, so that none of them is
    /// there yet.
    pub(super) fn edge(
        &mut self,
        data: &mut Data,
        query: &Query,
        lone: &LoneEdge,
        edge: Slot,
    ) -> Outcome<()> {
        let (mut next, mut after) = data.made_by(lone, !query.orbits.is_empty(), edge);
        while let Some(ends) = next {
            let slots = lone.slots(edge, ends);
            self.insert(data, query, &slots[..query.vars.len()])?;
            next = after.take();
        }
        Ok(())
    }

    /// Collects suspects around an element.
    pub(super) fn look(
        &mut self,
        network: &Network,
        data: &Data,
        reaction: &Reaction,
        element: Slot,
    ) -> Outcome<()> {
        let Look::Suspects(plan) = &reaction.look else {
            return Ok(());
        };
        let query = &network.queries[reaction.query.index()];
        let mut suspects = std::mem::take(&mut self.suspects[query.id.index()]);
        if query.vars.is_empty() {
            suspects.push(Slot::NONE);
        } else {
            self.collect(data, query, plan, element, false, &mut suspects)?;
        }
        if !suspects.is_empty() && !self.suspected.contains(&query.id) {
            self.suspected.push(query.id);
        }
        self.suspects[query.id.index()] = suspects;
        Ok(())
    }

    fn collect(
        &self,
        data: &Data,
        query: &Query,
        plan: &Plan,
        element: Slot,
        conditions: bool,
        out: &mut Vec<Slot>,
    ) -> Outcome<()> {
        let bound = &self.bound;
        let mut room = Room::new(data, query.id);
        let mut emit = || {
            for &var in &query.vars {
                out.push(bound.get(var));
            }
            room.holds(out.len())
        };
        let conditions = if conditions {
            query.conditions.as_slice()
        } else {
            &[]
        };
        let found = data
            .view()
            .around(plan, conditions, element, bound, &mut emit);
        found.map_err(|failure| data.failure_of(query, failure, bound))?;
        room.left()
    }

    /// Looks for all matches of a query.
    pub(super) fn everywhere(&mut self, data: &mut Data, query: &Query) -> Outcome<()> {
        if query.vars.is_empty() {
            self.suspects[query.id.index()].push(Slot::NONE);
            return self.look_again(data, query);
        }
        self.find_all(data, query, &query.full, Slot::NONE)
    }

    /// Adds those matches that a plan finds and that are not there yet.
    fn find_all(
        &mut self,
        data: &mut Data,
        query: &Query,
        plan: &Plan,
        element: Slot,
    ) -> Outcome<()> {
        let mut embeddings = std::mem::take(&mut self.embeddings);
        self.collect(data, query, plan, element, true, &mut embeddings)?;
        for slots in embeddings.chunks_exact(query.vars.len()) {
            data.prefetch_found(query, slots);
            self.add(data, query, slots)?;
        }
        embeddings.clear();
        self.embeddings = embeddings;
        Ok(())
    }

    /// Looks at suspects again: whether they were matches, and whether they are.
    pub(super) fn look_again(&mut self, data: &mut Data, query: &Query) -> Outcome<()> {
        /// So few are compared with each other sooner than sorted.
        const FEW: usize = 8;
        let mut suspects = std::mem::take(&mut self.suspects[query.id.index()]);
        let width = query.vars.len();
        let at = |position: usize| &suspects[position * width.max(1)..][..width];
        let mut order = std::mem::take(&mut self.order);
        let count = suspects.len() / width.max(1);
        if count > FEW {
            order.extend(0..count);
            order.sort_unstable_by(|&a, &b| at(a).cmp(at(b)));
            order.dedup_by(|a, b| at(*a) == at(*b));
        } else {
            let is_first = |&this: &usize| (0..this).all(|before| at(before) != at(this));
            order.extend((0..count).filter(is_first));
        }
        for &position in &order {
            let slots = at(position);
            if !data.is_whole(query, slots) {
                continue;
            }
            for (&var, &slot) in query.vars.iter().zip(slots) {
                self.bound.set(var, slot);
            }
            let holds = data.all_hold(query, &self.bound, &self.bound)?;
            match (data.find(query.id, slots), holds) {
                (Some(row), true) => self.review(data, query, row, &SUSPECTED)?,
                (Some(row), false) => self.remove(data, query, row, false),
                (None, true) => self.add(data, query, slots)?,
                (None, false) => {}
            }
        }
        order.clear();
        self.order = order;
        suspects.clear();
        self.suspects[query.id.index()] = suspects;
        Ok(())
    }
}

/// The ends of an edge, as they stand in a match.
type Ends = (Slot, Slot);

impl Data {
    /// The ends that an edge has in the matches of such a pattern that it makes; where it has `orbits`, in one of each.
    #[inline(always)]
    pub(super) fn made_by(
        &self,
        LoneEdge { ends, columns }: &LoneEdge,
        orbits: bool,
        edge: Slot,
    ) -> (Option<Ends>, Option<Ends>) {
        let (from, to) = self.graph.ends(edge);
        let both_ways = ends.undirected && from != to;
        self.note_search(1 + u64::from(both_ways));
        let (forth, back) = ((from, to), (to, from));
        let fits = |(a, b): (Slot, Slot)| ends.fit(&self.graph, a, b);
        if orbits && both_ways {
            // One is the image of the other, and the one is kept whose first node, by the order of the text, has the smaller name.
            let (first, second) = if columns.1 < columns.2 { forth } else { back };
            let kept = if self.is_first(first, second) {
                forth
            } else {
                back
            };
            return (fits(forth).then_some(kept), None);
        }
        let second = (both_ways && fits(back)).then_some(back);
        match fits(forth).then_some(forth) {
            None => (second, None),
            first => (first, second),
        }
    }
}

/// Whether a search from an edge can find anything, as far as the types of its ends tell. If not, it is counted as done: it would end there.
#[inline]
fn may_fit(data: &Data, plan: &Plan, element: Slot) -> bool {
    let Some(Item::Ends(ends)) = plan.items.first() else {
        return true;
    };
    if plan.seed.as_ref().is_none_or(|seed| seed.var != ends.edge) {
        return true;
    }
    let (from, to) = data.graph.ends(element);
    let back = ends.undirected && from != to;
    let fits = |a, b| ends.from.has_type(&data.graph, a) && ends.to.has_type(&data.graph, b);
    let may_fit = fits(from, to) || (back && fits(to, from));
    if !may_fit {
        data.note_search(1 + u64::from(back));
    }
    may_fit
}
