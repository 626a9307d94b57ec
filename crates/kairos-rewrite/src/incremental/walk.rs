//! Matches of ranked rules: each frame's walk down the order of nodes, from the top to the first that blocks.
//!
//! A frame *watches* the node at which its walk ended. A change at a rank concerns the frames whose walks came that far: those that watch that rank or a
//! lower one. A change far below the top therefore costs nothing.

use std::collections::{BTreeMap, BTreeSet};

use kairos_model::rule::RuleId;

use super::{
    data::Data,
    network::{Network, Ranked},
    pool::ordered,
    query::QueryId,
    ranking::Ties,
    search::Failure,
    store::NONE,
    update::Update,
};
use crate::{binding::Slot, error::Outcome};

/// A place in the order, the best first: the key, and what ties are ranked by.
type Rank = (u64, u64);

/// Below every node: watched where nothing blocks.
const BOTTOM: Rank = (u64::MAX, u64::MAX);

#[derive(Clone, Debug, Default)]
struct Frame {
    watched: Option<Rank>,
    /// Rows of its matches.
    rows: Vec<u32>,
}

/// The walks of one rule.
#[derive(Debug, Default)]
pub(crate) struct Walks {
    order: BTreeMap<Rank, Slot>,
    /// By row of the order.
    ranks: Vec<Rank>,
    watchers: BTreeSet<(Rank, u32)>,
    /// By row of the frames.
    frames: Vec<Frame>,
    /// By row of the events: the row of the frame.
    frame_of: Vec<u32>,
    due: Vec<u32>,
}

impl Walks {
    /// Forgets a match that was removed.
    pub(crate) fn forget(&mut self, row: u32) {
        let frame = std::mem::replace(&mut self.frame_of[row as usize], NONE);
        if let Some(frame) = self.frames.get_mut(frame as usize) {
            frame.rows.retain(|&r| r != row);
        }
    }

    fn add(&mut self, frame: u32, row: u32) {
        if self.frame_of.len() <= row as usize {
            self.frame_of.resize(row as usize + 1, NONE);
        }
        self.frame_of[row as usize] = frame;
        self.frames[frame as usize].rows.push(row);
    }

    fn watch(&mut self, frame: u32, rank: Option<Rank>) {
        if let Some(old) = std::mem::replace(&mut self.frames[frame as usize].watched, rank) {
            self.watchers.remove(&(old, frame));
        }
        if let Some(new) = rank {
            self.watchers.insert((new, frame));
        }
    }
}

impl Update {
    /// Brings the matches of a ranked rule up to date, frames and nodes being so.
    pub(crate) fn walk_all(
        &mut self,
        network: &Network,
        data: &mut Data,
        rule: RuleId,
        ranked: &Ranked,
    ) -> Outcome<()> {
        let Some(mut walks) = self.walks[rule.index()].take() else {
            return Ok(());
        };
        let highest = self.rerank(data, rule, ranked, &mut walks)?;
        self.drop_frames(network, data, ranked, &mut walks);
        walks
            .due
            .append(&mut self.news[ranked.frames.index()].found);
        walks
            .due
            .append(&mut self.news[ranked.frames.index()].revalued);
        if let Some((key, _)) = highest {
            walks
                .due
                .extend(walks.watchers.range(((key, 0), 0)..).map(|w| w.1));
        }
        let mut due = std::mem::take(&mut walks.due);
        due.sort_unstable();
        due.dedup();
        for frame in due.drain(..) {
            if data.stores[ranked.frames.index()].is_alive(frame) {
                self.walk(network, data, ranked, &mut walks, frame)?;
            }
        }
        walks.due = due;
        self.walks[rule.index()] = Some(walks);
        Ok(())
    }

    /// Moves the nodes that have another key; returns the best rank at which anything may have changed.
    fn rerank(
        &mut self,
        data: &Data,
        rule: RuleId,
        ranked: &Ranked,
        walks: &mut Walks,
    ) -> Outcome<Option<Rank>> {
        let index = ranked.order.index();
        let mut highest: Option<Rank> = None;
        let mut touch = |rank: Rank| highest = Some(highest.map_or(rank, |h| h.min(rank)));
        for row in self.news[index].lost.drain(..) {
            let rank = walks.ranks[row as usize];
            walks.order.remove(&rank);
            touch(rank);
        }
        let mut changed = std::mem::take(&mut self.news[index].revalued);
        changed.retain(|&row| data.stores[index].is_alive(row));
        for &row in &changed {
            // A row that was found in this step has no rank yet.
            if let Some(&rank) = walks.ranks.get(row as usize).filter(|r| {
                walks.order.get(r) == Some(&data.stores[index].row(row, &data.graph)[0])
            }) {
                walks.order.remove(&rank);
                touch(rank);
            }
        }
        changed.append(&mut self.news[index].found);
        for row in changed.drain(..) {
            let rank = self.rank(data, rule, ranked, row)?;
            if walks.ranks.len() <= row as usize {
                walks.ranks.resize(row as usize + 1, BOTTOM);
            }
            walks.ranks[row as usize] = rank;
            walks
                .order
                .insert(rank, data.stores[index].row(row, &data.graph)[0]);
            touch(rank);
        }
        self.news[index].revalued = changed;
        Ok(highest)
    }

    fn rank(&self, data: &Data, rule: RuleId, ranked: &Ranked, row: u32) -> Outcome<Rank> {
        let node = data.stores[ranked.order.index()].row(row, &data.graph)[0];
        self.bound.set(ranked.ranking.other, node);
        let view = data.view();
        let owner = kairos_model::formulas::Owner::Rule(rule);
        let key = ranked
            .ranking
            .key
            .value(&view.env(&self.bound))
            .map_err(|fault| data.error(owner, *fault, &self.bound))?;
        let key = if ranked.ranking.greatest {
            !ordered(key)
        } else {
            ordered(key)
        };
        let number = data.graph.node_number(node);
        Ok((
            key,
            if ranked.ranking.ties == Ties::GreaterNumber {
                !number
            } else {
                number
            },
        ))
    }

    fn drop_frames(
        &mut self,
        network: &Network,
        data: &mut Data,
        ranked: &Ranked,
        walks: &mut Walks,
    ) {
        let mut lost = std::mem::take(&mut self.news[ranked.frames.index()].lost);
        for frame in lost.drain(..) {
            if walks.frames.len() > frame as usize {
                walks.watch(frame, None);
                for row in std::mem::take(&mut walks.frames[frame as usize].rows) {
                    self.drop_match(network, data, ranked.events, walks, row);
                }
            }
        }
        self.news[ranked.frames.index()].lost = lost;
    }

    fn drop_match(
        &mut self,
        network: &Network,
        data: &mut Data,
        events: QueryId,
        walks: &mut Walks,
        row: u32,
    ) {
        walks.frame_of[row as usize] = NONE;
        if data.stores[events.index()].is_alive(row) {
            self.remove(data, &network.queries[events.index()], row, false);
        }
    }

    /// Walks down the order for one frame and replaces its matches by those that are found.
    fn walk(
        &mut self,
        network: &Network,
        data: &mut Data,
        ranked: &Ranked,
        walks: &mut Walks,
        frame: u32,
    ) -> Outcome<()> {
        if walks.frames.len() <= frame as usize {
            walks.frames.resize(frame as usize + 1, Frame::default());
        }
        data.bind(&network.queries[ranked.frames.index()], frame, &self.bound);
        let mut embeddings = std::mem::take(&mut self.embeddings);
        let end = self.descend(data, ranked, walks, &mut embeddings)?;
        walks.watch(frame, Some(end));
        let width = data.query(ranked.events).vars.len();
        let mut old = std::mem::take(&mut walks.frames[frame as usize].rows);
        for slots in embeddings.chunks_exact(width) {
            let row = match data.find(ranked.events, slots) {
                Some(row) => row,
                None => self.insert(data, &network.queries[ranked.events.index()], slots)?,
            };
            old.retain(|&r| r != row);
            walks.add(frame, row);
        }
        for row in old {
            self.drop_match(network, data, ranked.events, walks, row);
        }
        embeddings.clear();
        self.embeddings = embeddings;
        Ok(())
    }

    /// Collects the matches of the bound frame, from the top of the order to the first node that blocks; returns the rank that is watched.
    fn descend(
        &self,
        data: &Data,
        ranked: &Ranked,
        walks: &Walks,
        out: &mut Vec<Slot>,
    ) -> Outcome<Rank> {
        let (ranking, bound) = (&ranked.ranking, &self.bound);
        let vars = &data.query(ranked.events).vars;
        let owner = data.query(ranked.events).owner;
        let scope = data.program.scope(owner);
        let mut end = None;
        let mut steps = 0;
        for (&rank, &node) in &walks.order {
            // A node below the end is worse than the one that blocks; with the same key it is not, where ties are not ranked.
            if end.is_some_and(|e: Rank| ranking.ties != Ties::Equal || e.0 != rank.0) {
                break;
            }
            steps += 1;
            let fits = scope
                .node_types(ranking.best)
                .contains(&data.graph.node_type(node))
                && !ranking
                    .frame
                    .iter()
                    .any(|&v| scope.is_node(v) && bound.get(v) == node);
            if fits {
                bound.set(ranking.best, node);
                let mut emit = || {
                    out.extend(vars.iter().map(|&v| bound.get(v)));
                    true
                };
                let found =
                    data.view()
                        .run(&ranking.rest, &ranking.rest_conditions, bound, &mut emit);
                found.map_err(|failure| data.failure(owner, failure, bound))?;
            }
            if end.is_none() {
                bound.set(ranking.other, node);
                end = self.blocks(data, ranked)?.then_some(rank);
            }
        }
        let mut effort = data.effort.get();
        effort.index_steps += steps;
        data.effort.set(effort);
        Ok(end.unwrap_or(BOTTOM))
    }

    /// Whether the node that is bound as the other one meets the conditions that let it block.
    fn blocks(&self, data: &Data, ranked: &Ranked) -> Outcome<bool> {
        let view = data.view();
        for &condition in &ranked.ranking.blocking {
            let holds = data
                .program
                .code_of(condition)
                .holds(&view.env(&self.bound));
            let owner = data.query(ranked.events).owner;
            if !holds
                .map_err(|fault| data.failure(owner, Failure { condition, fault }, &self.bound))?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
