//! Keeps the stored matches true: from what an application changed to what was lost and found.

use kairos_model::{probe::ProbeId, rule::RuleId};

use super::{
    counts::{Counted, NetCount},
    data::Data,
    dispatch::{Dispatch, Look, Stratum},
    network::Network,
    query::{Purpose, Query, QueryId},
    rows::News,
    seeds::Seeds,
    store::NONE,
    walk::Walks,
};
use crate::{
    binding::{Binding, Slot},
    effects::{Change, ChangedAttribute},
    error::Outcome,
    exact::ExactSum,
    graph::HostGraph,
    matcher::{EventId, MatchDelta},
    program::Program,
};

/// What an application has created.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Created<'a> {
    pub(crate) nodes: &'a [Slot],
    pub(crate) edges: &'a [Slot],
}

impl Created<'_> {
    /// Whether it is nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.edges.is_empty()
    }

    /// Whether a node is new: numbers ascend. New nodes before the first that is noticed count as old.
    fn is_new(&self, graph: &HostGraph, node: Slot) -> bool {
        let number = |node: Slot| graph.node_number(node);
        let first = self.nodes.first();
        first.is_some_and(|&first| node != Slot::NONE && number(node) >= number(first))
    }
}

/// An attribute that has changed, and its number ([`super::dispatch::Attributes`]).
#[derive(Clone, Copy, Debug)]
struct Changed {
    attribute: usize,
    changed: ChangedAttribute,
}

/// What an application has changed in the graph, as far as it can concern a match.
#[derive(Clone, Copy)]
struct Changes<'a> {
    created: Created<'a>,
    /// Searches from created edges, where it is known which are needed.
    seeds: Option<&'a Seeds>,
    changed: &'a [Changed],
}

/// Buffers of one update; empty between updates, but keeping their room.
#[derive(Debug, Default)]
pub(crate) struct Update {
    changed: Vec<Changed>,
    pub(super) counted: Vec<Counted>,
    /// Counts that matter, while a stratum is brought up to date.
    net: Vec<NetCount>,
    /// Embeddings to be looked at again, by query: slots one after the other.
    pub(super) suspects: Vec<Vec<Slot>>,
    /// Positions of suspects, while they are looked at.
    pub(super) order: Vec<usize>,
    /// Queries that have suspects.
    pub(super) suspected: Vec<QueryId>,
    /// By query.
    pub(super) news: Vec<News>,
    /// Queries that have news.
    pub(super) noted: Vec<QueryId>,
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
            news: vec![News::default(); queries],
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
        let dispatch = &program.network().dispatch;
        let nodes: Vec<Slot> = data.graph.nodes().collect();
        let edges: Vec<Slot> = data.graph.edges().collect();
        for node in nodes {
            self.hook_node(dispatch, data, node);
        }
        for edge in edges {
            self.hook_edge(dispatch, data, edge);
        }
        let network = program.network();
        for stratum in 0..network.strata {
            for query in network.queries.iter().filter(|q| q.stratum == stratum) {
                if !network.is_ranked(query) {
                    self.everywhere(data, query)?;
                }
            }
            self.walks(network, data, stratum)?;
        }
        self.counted.clear();
        self.finish(program.network(), data)?;
        // Never again will so many be found at once.
        *self = Update {
            walks: std::mem::take(&mut self.walks),
            ..Update::new(data)
        };
        Ok(())
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
                self.look(program.network(), data, reaction, edge)?;
            }
        }
        for &node in nodes {
            for reaction in &dispatch.node_deleted[data.graph.node_type(node).index()] {
                self.look(program.network(), data, reaction, node)?;
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
        let Network {
            queries, dispatch, ..
        } = program.network();
        for &edge in edges {
            let ty = data.graph.edge_type(edge).index();
            count_for(&mut data.delta, &dispatch.edge_tallies[ty]);
            self.log_degrees(dispatch, data, edge, -1);
            let lists = data.heads.edges.lists(edge, dispatch.edge_lists[ty]);
            for hooked in &dispatch.edge_hooks[ty] {
                if data.heads.edges.may_have_rows(lists, hooked.list) {
                    self.drop_rows(data, &queries[hooked.query.index()], hooked.hook, edge);
                }
            }
            data.heads
                .edges
                .delete(edge, dispatch.edge_lists[ty].into());
        }
        for &node in nodes {
            let ty = data.graph.node_type(node).index();
            data.tally_node(dispatch, node, ExactSum::subtract);
            self.log_node(dispatch, ty, -1);
            let lists = data.heads.nodes.lists(node, dispatch.node_lists[ty]);
            for hooked in &dispatch.node_hooks[ty] {
                if data.heads.nodes.may_have_rows(lists, hooked.list) {
                    self.drop_rows(data, &queries[hooked.query.index()], hooked.hook, node);
                }
            }
            data.heads
                .nodes
                .delete(node, dispatch.node_lists[ty].into());
        }
    }

    pub(super) fn drop_rows(&mut self, data: &mut Data, query: &Query, hook: usize, element: Slot) {
        let mut row = data.first_row(query.id, hook, element);
        while row != NONE {
            let next = data.stores[query.id.index()].next(hook, row);
            self.remove(data, query, row, true);
            row = next;
        }
    }

    /// After a change was carried out, and what it deletes was dropped: brings matches up to date, if it concerns any.
    #[inline]
    pub(crate) fn follow(
        &mut self,
        program: &Program,
        data: &mut Data,
        (rule, change): (RuleId, &Change),
        deletes: bool,
    ) -> Outcome<()> {
        let mut is_read = false;
        for &changed in change.changed() {
            is_read |= self.note_attribute(&program.network().dispatch, data, changed);
        }
        let created = Created {
            nodes: change.created_nodes(),
            edges: change.created_edges(),
        };
        if deletes || !created.is_empty() || is_read {
            let seeds = program.network().seeds[rule.index()].as_ref();
            self.after(program, data, created, seeds)?;
        }
        Ok(())
    }

    /// Takes over a changed attribute, if anybody reads it; whether anybody does.
    #[inline]
    pub(crate) fn note_attribute(
        &mut self,
        dispatch: &Dispatch,
        data: &mut Data,
        changed: ChangedAttribute,
    ) -> bool {
        let attribute = dispatch.attributes.of(&data.graph, &changed.of);
        let sums = &*dispatch.sums[attribute];
        for &(probe, value) in sums {
            data.change_sum(probe, value, changed);
        }
        let is_read = dispatch.is_read[attribute];
        if is_read {
            self.changed.push(Changed { attribute, changed });
        }
        is_read || !sums.is_empty()
    }

    /// After the graph has changed: what else is lost, and what is found.
    pub(crate) fn after(
        &mut self,
        program: &Program,
        data: &mut Data,
        created: Created<'_>,
        seeds: Option<&Seeds>,
    ) -> Outcome<()> {
        data.has_news = true;
        let network = program.network();
        for &node in created.nodes {
            self.hook_node(&network.dispatch, data, node);
        }
        for &edge in created.edges {
            self.hook_edge(&network.dispatch, data, edge);
        }
        let mut changed = std::mem::take(&mut self.changed);
        let changes = Changes {
            created,
            seeds,
            changed: &changed,
        };
        for stratum in 0..network.strata {
            self.stratum(network, data, stratum, changes)?;
        }
        changed.clear();
        self.changed = changed;
        self.counted.clear();
        self.finish(network, data)
    }

    fn hook_node(&mut self, dispatch: &Dispatch, data: &mut Data, node: Slot) {
        let ty = data.graph.node_type(node).index();
        data.heads
            .nodes
            .create(node, dispatch.node_lists[ty].into());
        data.tally_node(dispatch, node, ExactSum::add);
        self.log_node(dispatch, ty, 1);
    }

    fn hook_edge(&mut self, dispatch: &Dispatch, data: &mut Data, edge: Slot) {
        let ty = data.graph.edge_type(edge).index();
        data.heads
            .edges
            .create(edge, dispatch.edge_lists[ty].into());
        count_for(&mut data.delta, &dispatch.edge_tallies[ty]);
        self.log_degrees(dispatch, data, edge, 1);
    }

    /// Brings the queries of one stratum up to date; those below are already.
    fn stratum(
        &mut self,
        network: &Network,
        data: &mut Data,
        stratum: usize,
        changes: Changes<'_>,
    ) -> Outcome<()> {
        let tables = &network.dispatch.strata[stratum];
        self.decide(network, data, tables)?;
        let mut counted = std::mem::take(&mut self.net);
        if tables.counts {
            self.net_counts(network, data, tables, &mut counted);
        }
        if self.lose(network, data, tables, changes, &counted)? {
            self.seek(network, data, stratum, changes, &counted)?;
        }
        counted.clear();
        self.net = counted;
        for position in 0..self.suspected.len() {
            let query = &network.queries[self.suspected[position].index()];
            if query.stratum == stratum {
                self.look_again(data, query)?;
            }
        }
        self.walks(network, data, stratum)
    }

    /// What changes do to the rows that are there; whether something has to be searched for.
    fn lose(
        &mut self,
        network: &Network,
        data: &mut Data,
        tables: &Stratum,
        Changes {
            created, changed, ..
        }: Changes<'_>,
        counted: &[NetCount],
    ) -> Outcome<bool> {
        let mut seeks = !created.is_empty();
        for &Changed { attribute, changed } in changed {
            for ranged in &tables.ranged[attribute] {
                self.range(network, data, ranged, changed)?;
            }
            for reaction in &tables.changed[attribute] {
                self.react(network, data, reaction, changed.of.element, None)?;
                seeks |= !matches!(reaction.look, Look::Nowhere);
            }
        }
        for count in counted {
            for reaction in &tables.counted[count.sub.index()] {
                let verdict = count.verdict(reaction);
                self.react(network, data, reaction, count.node, verdict)?;
                seeks |= !matches!(reaction.look, Look::Nowhere);
            }
        }
        Ok(seeks)
    }

    /// Looks for the matches that changes let appear.
    fn seek(
        &mut self,
        network: &Network,
        data: &mut Data,
        stratum: usize,
        Changes {
            created,
            seeds,
            changed,
        }: Changes<'_>,
        counted: &[NetCount],
    ) -> Outcome<()> {
        let tables = &network.dispatch.strata[stratum];
        let seeds = seeds.and_then(|seeds| seeds.in_stratum(stratum, created));
        for &node in created.nodes {
            for reaction in &tables.node_created[data.graph.node_type(node).index()] {
                self.search(network, data, reaction, node)?;
            }
        }
        for (position, &edge) in created.edges.iter().enumerate() {
            let reactions = match seeds {
                Some(seeds) => &seeds[position],
                None => &tables.edge_created[data.graph.edge_type(edge).index()],
            };
            for reaction in reactions {
                self.search(network, data, reaction, edge)?;
            }
        }
        for &Changed { attribute, changed } in changed {
            for reaction in &tables.changed[attribute] {
                self.search(network, data, reaction, changed.of.element)?;
            }
        }
        for count in counted {
            let is_new = created.is_new(&data.graph, count.node);
            for reaction in &tables.counted[count.sub.index()] {
                // Matches with a new node are found from it or its edges.
                let is_found = is_new && matches!(reaction.look, Look::Around(_));
                if !is_found && count.verdict(reaction) != Some(false) {
                    self.search(network, data, reaction, count.node)?;
                }
            }
        }
        Ok(())
    }

    fn walks(&mut self, network: &Network, data: &mut Data, stratum: usize) -> Outcome<()> {
        if !network.has_rankings {
            return Ok(());
        }
        for ranked in network.rankings.iter().flatten() {
            let events = &network.queries[ranked.events.index()];
            if let Purpose::Events(rule) = events.purpose
                && events.stratum == stratum
            {
                self.walk_all(network, data, rule, ranked)?;
            }
        }
        Ok(())
    }
}

/// Notes that probes count something else. Mostly there are none or one.
#[inline]
pub(super) fn count_for(delta: &mut MatchDelta, probes: &[ProbeId]) {
    for &probe in probes {
        delta.probes.push(probe);
    }
}
