//! Keeps the stored matches true: from what an application changed to what was lost and found.

use smallvec::SmallVec;

use super::{
    counts::{Counted, NetCount},
    data::Data,
    dispatch::{Look, Reaction, Rows},
    network::{Purpose, QueryId},
    plan::Ends,
    room::Room,
    store::NONE,
    walk::Walks,
};
use crate::{
    binding::{Binding, Slot},
    effects::{Change, ChangedAttribute},
    error::Outcome,
    matcher::EventId,
    program::Program,
};

/// Buffers of one update; empty between updates, but keeping their room.
#[derive(Debug, Default)]
pub(crate) struct Update {
    created_nodes: Vec<Slot>,
    created_edges: Vec<Slot>,
    changed: Vec<ChangedAttribute>,
    pub(super) counted: Vec<Counted>,
    /// Counts that matter, while a stratum is brought up to date.
    net: Vec<NetCount>,
    /// Embeddings to be looked at again, by query: slots one after the other.
    suspects: Vec<Vec<Slot>>,
    /// Rows of queries that keep more than their matches (pool order, walks), by query.
    pub(super) lost: Vec<Vec<u32>>,
    pub(super) found: Vec<Vec<u32>>,
    pub(super) revalued: Vec<Vec<u32>>,
    /// Queries that have rows in these lists, and such as have suspects.
    pub(super) busy: Vec<QueryId>,
    pub(super) suspected: Vec<QueryId>,
    /// While a step ends: events that were lost or found in it.
    pub(super) not_stale: Vec<EventId>,
    pub(super) embeddings: Vec<Slot>,
    pub(super) bound: Binding,
    /// By rule, for ranked ones.
    pub(super) walks: Vec<Option<Walks>>,
}

impl Update {
    pub(crate) fn new(data: &Data) -> Self {
        let queries = data.network().queries.len();
        Update {
            suspects: vec![Vec::new(); queries],
            lost: vec![Vec::new(); queries],
            found: vec![Vec::new(); queries],
            revalued: vec![Vec::new(); queries],
            bound: Binding::new(data.program.widest_scope()),
            walks: data
                .network()
                .rankings
                .iter()
                .map(|r| r.as_ref().map(|_| Walks::default()))
                .collect(),
            ..Update::default()
        }
    }

    /// Finds all matches in a graph that is new.
    pub(crate) fn start(&mut self, program: &Program, data: &mut Data) -> Outcome<()> {
        let nodes: Vec<Slot> = data.graph.nodes().collect();
        let edges: Vec<Slot> = data.graph.edges().collect();
        for node in nodes {
            self.hook_node(program, data, node);
        }
        for edge in edges {
            self.hook_edge(program, data, edge);
        }
        for stratum in 0..data.network().strata {
            for index in 0..data.network().queries.len() {
                let id = QueryId(u16::try_from(index).expect("fewer than 2^16 queries"));
                if data.query(id).stratum == stratum && !data.is_ranked(id) {
                    self.everywhere(program, data, id)?;
                }
            }
            self.walks(program, data, stratum)?;
        }
        self.counted.clear();
        self.finish(data)
    }

    /// Before anything is deleted: which embeddings have a sub-pattern around them that is about to change.
    pub(crate) fn before_deletion(
        &mut self,
        program: &Program,
        data: &Data,
        nodes: &[Slot],
        edges: &[Slot],
    ) -> Outcome<()> {
        let dispatch = &program.network().dispatch;
        for &edge in edges {
            for reaction in &dispatch.edge_deleted[data.graph.edge_type(edge).index()] {
                self.look(data, reaction, edge)?;
            }
        }
        for &node in nodes {
            for reaction in &dispatch.node_deleted[data.graph.node_type(node).index()] {
                self.look(data, reaction, node)?;
            }
        }
        Ok(())
    }

    /// Drops the matches of elements that are about to be deleted.
    pub(crate) fn drop_matches(
        &mut self,
        program: &Program,
        data: &mut Data,
        nodes: &[Slot],
        edges: &[Slot],
    ) {
        let dispatch = &program.network().dispatch;
        for &edge in edges {
            let ty = data.graph.edge_type(edge).index();
            data.delta.probes.extend(&dispatch.edge_tallies[ty]);
            self.log_degrees(data, edge, -1);
            for &(query, hook) in &dispatch.edge_hooks[ty] {
                self.drop_rows(program, data, query, hook, edge);
            }
            data.edge_heads.delete(edge, dispatch.edge_lists[ty].into());
        }
        for &node in nodes {
            let ty = data.graph.node_type(node).index();
            data.delta.probes.extend(&dispatch.node_tallies[ty]);
            self.counted.extend(
                dispatch.node_counts[ty]
                    .iter()
                    .map(|&sub| (sub, Slot::NONE, -1)),
            );
            for &(query, hook) in &dispatch.node_hooks[ty] {
                self.drop_rows(program, data, query, hook, node);
            }
            data.node_heads.delete(node, dispatch.node_lists[ty].into());
        }
    }

    fn drop_rows(
        &mut self,
        program: &Program,
        data: &mut Data,
        query: QueryId,
        hook: usize,
        element: Slot,
    ) {
        loop {
            let row = data.first_row(query, hook, element);
            if row == NONE {
                return;
            }
            self.remove(program, data, query, row, true);
        }
    }

    /// Takes over what an application created, and those changed attributes that somebody reads.
    pub(crate) fn note_changes(&mut self, program: &Program, data: &Data, change: &Change) {
        self.created_nodes.extend(change.created_nodes());
        self.created_edges.extend(change.created_edges());
        let dispatch = &program.network().dispatch;
        let changed = change.changed().iter().copied();
        self.changed
            .extend(changed.filter(|c| dispatch.is_read(&data.graph, c)));
    }

    /// Takes over a changed attribute; whether somebody reads it.
    pub(crate) fn note_change(
        &mut self,
        program: &Program,
        data: &Data,
        changed: Option<ChangedAttribute>,
    ) -> bool {
        let is_read = |c: &ChangedAttribute| program.network().dispatch.is_read(&data.graph, c);
        self.changed.extend(changed.filter(is_read));
        !self.changed.is_empty()
    }

    /// Whether nothing was created or changed that could concern a match.
    pub(crate) fn is_idle(&self) -> bool {
        self.created_nodes.is_empty() && self.created_edges.is_empty() && self.changed.is_empty()
    }

    /// After the graph has changed: what else is lost, and what is found.
    pub(crate) fn after(&mut self, program: &Program, data: &mut Data) -> Outcome<()> {
        for position in 0..self.created_nodes.len() {
            self.hook_node(program, data, self.created_nodes[position]);
        }
        for position in 0..self.created_edges.len() {
            self.hook_edge(program, data, self.created_edges[position]);
        }
        for stratum in 0..data.network().strata {
            self.stratum(program, data, stratum)?;
        }
        self.created_nodes.clear();
        self.created_edges.clear();
        self.changed.clear();
        self.counted.clear();
        self.finish(data)
    }

    fn hook_node(&mut self, program: &Program, data: &mut Data, node: Slot) {
        let dispatch = &program.network().dispatch;
        let ty = data.graph.node_type(node).index();
        data.node_heads.create(node, dispatch.node_lists[ty].into());
        data.delta.probes.extend(&dispatch.node_tallies[ty]);
        self.counted.extend(
            dispatch.node_counts[ty]
                .iter()
                .map(|&sub| (sub, Slot::NONE, 1)),
        );
    }

    fn hook_edge(&mut self, program: &Program, data: &mut Data, edge: Slot) {
        let dispatch = &program.network().dispatch;
        let ty = data.graph.edge_type(edge).index();
        data.edge_heads.create(edge, dispatch.edge_lists[ty].into());
        data.delta.probes.extend(&dispatch.edge_tallies[ty]);
        self.log_degrees(data, edge, 1);
    }

    /// Brings the queries of one stratum up to date; those below are already.
    fn stratum(&mut self, program: &Program, data: &mut Data, stratum: usize) -> Outcome<()> {
        let tables = &program.network().dispatch.strata[stratum];
        let mut counted = std::mem::take(&mut self.net);
        self.net_counts(program, data, &mut counted);
        for position in 0..self.changed.len() {
            let change = self.changed[position];
            for reaction in tables.changed(&data.graph, &change) {
                self.react(program, data, reaction, change.element, None)?;
            }
        }
        for count in &counted {
            for reaction in &tables.counted[count.sub.index()] {
                self.react(program, data, reaction, count.node, count.verdict(reaction))?;
            }
        }
        for position in 0..self.created_nodes.len() {
            let node = self.created_nodes[position];
            for reaction in &tables.node_created[data.graph.node_type(node).index()] {
                self.search(program, data, reaction, node)?;
            }
        }
        for position in 0..self.created_edges.len() {
            let edge = self.created_edges[position];
            for reaction in &tables.edge_created[data.graph.edge_type(edge).index()] {
                self.search(program, data, reaction, edge)?;
            }
        }
        for position in 0..self.changed.len() {
            let change = self.changed[position];
            for reaction in tables.changed(&data.graph, &change) {
                self.search(program, data, reaction, change.element)?;
            }
        }
        for count in &counted {
            for reaction in &tables.counted[count.sub.index()] {
                if count.verdict(reaction) != Some(false) {
                    self.search(program, data, reaction, count.node)?;
                }
            }
        }
        counted.clear();
        self.net = counted;
        for position in 0..self.suspected.len() {
            let id = self.suspected[position];
            if data.query(id).stratum == stratum {
                self.look_again(program, data, id)?;
            }
        }
        self.walks(program, data, stratum)
    }

    fn walks(&mut self, program: &Program, data: &mut Data, stratum: usize) -> Outcome<()> {
        if !program.network().has_rankings {
            return Ok(());
        }
        for ranked in program.network().rankings.iter().flatten() {
            let Purpose::Events(rule) = data.query(ranked.events).purpose else {
                continue;
            };
            if data.query(ranked.events).stratum == stratum {
                self.walk_all(program, data, rule, ranked)?;
            }
        }
        Ok(())
    }

    /// What a change does to the rows that are there. `verdict` says whether the condition that it is about holds now, if that is known.
    fn react(
        &mut self,
        program: &Program,
        data: &mut Data,
        reaction: &Reaction,
        element: Slot,
        verdict: Option<bool>,
    ) -> Outcome<()> {
        let id = reaction.query;
        match reaction.rows {
            Rows::None => {}
            Rows::Hook(hook) if matches!(reaction.look, Look::Here) => {
                return self.reconsider(program, data, reaction, hook, (element, verdict));
            }
            Rows::Hook(hook) => {
                let mut row = data.first_row(id, hook, element);
                while row != NONE {
                    // Of the rows of a list, only the one that is reviewed can go.
                    let next = data.stores[id.index()].next(hook, row);
                    if verdict == Some(false) {
                        self.remove(program, data, id, row, false);
                    } else {
                        self.review(program, data, id, row, reaction)?;
                    }
                    row = next;
                }
            }
            Rows::All => {
                for row in 0..data.stores[id.index()].bound() {
                    self.review(program, data, id, row, reaction)?;
                }
            }
        }
        Ok(())
    }

    /// What a change of an element does to a query of that element alone.
    fn reconsider(
        &mut self,
        program: &Program,
        data: &mut Data,
        why: &Reaction,
        hook: usize,
        (element, verdict): (Slot, Option<bool>),
    ) -> Outcome<()> {
        let id = why.query;
        if !data.stores[id.index()].hangs(hook, &data.graph, element) {
            return Ok(());
        }
        let query = &program.network().queries[id.index()];
        self.bound.set(query.vars[0], element);
        let row = data.first_row(id, hook, element);
        let holds = match verdict {
            Some(false) => false,
            Some(true) if query.checked.len() == 1 => true,
            _ => !why.recheck || self.holds(data, id)?,
        };
        match (row, holds) {
            (NONE, true) => self.insert(program, data, id, &[element]),
            (NONE, false) => Ok(()),
            (row, true) => self.affect(data, id, row, why),
            (row, false) => {
                self.remove(program, data, id, row, false);
                Ok(())
            }
        }
    }

    fn review(
        &mut self,
        program: &Program,
        data: &mut Data,
        id: QueryId,
        row: u32,
        why: &Reaction,
    ) -> Outcome<()> {
        if !data.stores[id.index()].is_alive(row) {
            return Ok(());
        }
        data.bind(id, row, &self.bound);
        if why.recheck && !self.holds(data, id)? {
            self.remove(program, data, id, row, false);
            return Ok(());
        }
        self.affect(data, id, row, why)
    }

    /// What a change does to a row that stays and is bound: its timer may be stale, its value another.
    fn affect(&mut self, data: &mut Data, id: QueryId, row: u32, why: &Reaction) -> Outcome<()> {
        let Purpose::Events(_) = data.query(id).purpose else {
            if why.revalue {
                self.revalued[id.index()].push(row);
                note(&mut self.busy, id);
            }
            return Ok(());
        };
        if why.stale || (why.observe && data.observe(id, row, &self.bound)?) {
            data.delta
                .stale
                .push(data.event_of[id.index()][row as usize]);
        }
        Ok(())
    }

    /// Whether the conditions of a query hold for what is bound.
    fn holds(&self, data: &Data, id: QueryId) -> Outcome<bool> {
        let query = data.query(id);
        data.view()
            .all_hold(query, &self.bound)
            .map_err(|f| data.failure(query.owner, f, &self.bound))
    }

    /// Carries out the search of a reaction.
    fn search(
        &mut self,
        program: &Program,
        data: &mut Data,
        reaction: &Reaction,
        element: Slot,
    ) -> Outcome<()> {
        match &reaction.look {
            Look::Nowhere | Look::Here => Ok(()),
            Look::Everywhere => self.everywhere(program, data, reaction.query),
            Look::Around(plan) => {
                let id = reaction.query;
                if let Some(ends) = plan.ends_alone() {
                    return self.edge(program, data, id, ends, element);
                }
                let mut embeddings = std::mem::take(&mut self.embeddings);
                self.collect(data, id, plan, element, true, &mut embeddings)?;
                self.embeddings = embeddings;
                self.insert_all(program, data, id)
            }
            Look::Suspects(_) => self.look(data, reaction, element),
            Look::Ends => {
                let (from, to) = data.graph.ends(element);
                self.react(program, data, reaction, from, None)?;
                self.react(program, data, reaction, to, None)
            }
        }
    }

    /// Adds the matches of a pattern that is one edge with its ends and has no conditions: at most two.
    fn edge(
        &mut self,
        program: &Program,
        data: &mut Data,
        id: QueryId,
        ends: &Ends,
        edge: Slot,
    ) -> Outcome<()> {
        let (from, to) = data.graph.ends(edge);
        let back = (ends.undirected && from != to).then_some((to, from));
        for (from, to) in [Some((from, to)), back].into_iter().flatten() {
            data.note_search(1);
            if !ends.fit(&data.graph, from, to) {
                continue;
            }
            let vars = &program.network().queries[id.index()].vars;
            self.bound.set(ends.edge, edge);
            self.bound.set(ends.from.var, from);
            self.bound.set(ends.to.var, to);
            let slots: SmallVec<[Slot; 3]> = vars.iter().map(|&v| self.bound.get(v)).collect();
            if data.find(id, &slots).is_none() {
                self.insert(program, data, id, &slots)?;
            }
        }
        Ok(())
    }

    /// Collects suspects around an element.
    fn look(&mut self, data: &Data, reaction: &Reaction, element: Slot) -> Outcome<()> {
        let Look::Suspects(plan) = &reaction.look else {
            return Ok(());
        };
        let id = reaction.query;
        if data.query(id).vars.is_empty() {
            self.suspects[id.index()].push(Slot::NONE);
            note(&mut self.suspected, id);
            return Ok(());
        }
        let mut suspects = std::mem::take(&mut self.suspects[id.index()]);
        self.collect(data, id, plan, element, false, &mut suspects)?;
        if !suspects.is_empty() {
            note(&mut self.suspected, id);
        }
        self.suspects[id.index()] = suspects;
        Ok(())
    }

    fn collect(
        &self,
        data: &Data,
        id: QueryId,
        plan: &super::plan::Plan,
        element: Slot,
        conditions: bool,
        out: &mut Vec<Slot>,
    ) -> Outcome<()> {
        let query = data.query(id);
        let bound = &self.bound;
        let mut room = Room::new(data, id);
        let mut emit = || {
            out.extend(query.vars.iter().map(|&v| bound.get(v)));
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
        found.map_err(|failure| data.failure(query.owner, failure, bound))?;
        room.left()
    }

    /// Looks for all matches of a query.
    fn everywhere(&mut self, program: &Program, data: &mut Data, id: QueryId) -> Outcome<()> {
        let query = &program.network().queries[id.index()];
        if query.vars.is_empty() {
            self.suspects[id.index()].push(Slot::NONE);
            return self.look_again(program, data, id);
        }
        let mut embeddings = std::mem::take(&mut self.embeddings);
        self.collect(data, id, &query.full, Slot::NONE, true, &mut embeddings)?;
        self.embeddings = embeddings;
        self.insert_all(program, data, id)
    }

    /// Adds those of the collected matches that are not there yet.
    fn insert_all(&mut self, program: &Program, data: &mut Data, id: QueryId) -> Outcome<()> {
        let embeddings = std::mem::take(&mut self.embeddings);
        let width = data.query(id).vars.len().max(1);
        for slots in embeddings.chunks_exact(width) {
            if data.find(id, slots).is_none() {
                self.insert(program, data, id, slots)?;
            }
        }
        self.embeddings = embeddings;
        self.embeddings.clear();
        Ok(())
    }

    fn insert(
        &mut self,
        program: &Program,
        data: &mut Data,
        id: QueryId,
        slots: &[Slot],
    ) -> Outcome<()> {
        if !data.is_canonical(id, slots) {
            return Ok(());
        }
        let row = data.insert(program, id, slots, &self.bound)?;
        self.note(data, id, row, 1);
        if data.query(id).keeps_rows() {
            self.found[id.index()].push(row);
            note(&mut self.busy, id);
        }
        Ok(())
    }

    fn remove(&mut self, program: &Program, data: &mut Data, id: QueryId, row: u32, deleted: bool) {
        data.remove(program, id, row, deleted);
        self.note(data, id, row, -1);
        if data.query(id).keeps_rows() {
            self.lost[id.index()].push(row);
            note(&mut self.busy, id);
        }
    }

    /// Notes that an extension of a sub-pattern is there or gone, and that a probe reads something else.
    fn note(&mut self, data: &mut Data, id: QueryId, row: u32, by: i32) {
        match data.query(id).purpose {
            Purpose::Sub(sub) => {
                let node = data
                    .query(id)
                    .anchor
                    .map_or(Slot::NONE, |a| data.stores[id.index()].row(row)[a]);
                self.counted.push((sub, node, by));
            }
            Purpose::Probe(probe) => data.delta.probes.push(probe),
            Purpose::Events(rule) if by < 0 => {
                if let Some(walks) = &mut self.walks[rule.index()] {
                    walks.forget(row);
                }
            }
            _ => {}
        }
    }

    /// Looks at suspects again: whether they were matches, and whether they are.
    fn look_again(&mut self, program: &Program, data: &mut Data, id: QueryId) -> Outcome<()> {
        let suspects = std::mem::take(&mut self.suspects[id.index()]);
        let width = data.query(id).vars.len();
        for slots in suspects.chunks_exact(width.max(1)) {
            let slots = &slots[..width];
            if !data.is_whole(id, slots) {
                continue;
            }
            for (&var, &slot) in data.query(id).vars.iter().zip(slots) {
                self.bound.set(var, slot);
            }
            let holds = self.holds(data, id)?;
            match (data.find(id, slots), holds) {
                (Some(row), true) => self.review(program, data, id, row, &SUSPECTED)?,
                (Some(row), false) => self.remove(program, data, id, row, false),
                (None, true) => self.insert(program, data, id, slots)?,
                (None, false) => {}
            }
        }
        self.suspects[id.index()] = suspects;
        self.suspects[id.index()].clear();
        Ok(())
    }
}

/// Adds a query to a short list, once.
fn note(list: &mut Vec<QueryId>, id: QueryId) {
    if !list.contains(&id) {
        list.push(id);
    }
}

/// What is done about an embedding that was a match and is one: its timer may be stale, its value another.
const SUSPECTED: Reaction = Reaction {
    query: QueryId(0),
    rows: Rows::None,
    recheck: false,
    holds_if: None,
    stale: false,
    observe: true,
    revalue: true,
    look: Look::Nowhere,
};
