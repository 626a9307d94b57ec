//! Which counts are kept of what, and who waits for them.

use super::{
    super::{
        dispatch::{Decided, Degree, Dispatch, Reaction, Rows, Stratum},
        plan::TypeSet,
        query::Query,
        strategy::{Strategy, counted_edges},
    },
    Builder,
};
use crate::program::SubId;

impl Builder<'_> {
    /// Which counts are read off the graph's own lists.
    pub(super) fn counts(&mut self) {
        for index in 0..self.program.sub_count() {
            let sub = SubId(u32::try_from(index).expect("fewer than 2^32 sub-patterns"));
            let same = self.same.iter().copied().find(|&s| self.is_same(s, sub));
            self.same.push(same.unwrap_or(sub));
            match self.strategies.of(sub) {
                Strategy::Degree { .. } if same.is_some() => {}
                Strategy::Degree {
                    way, others, taken, ..
                } => {
                    let types = self.program.schema.node_types();
                    let degree = Degree {
                        sub,
                        way: *way,
                        others: TypeSet::new(types, others.iter().map(|ty| ty.index())),
                    };
                    for ty in counted_edges(self.program, sub) {
                        self.dispatch.degrees[ty.index()].push(degree.clone());
                    }
                    self.dispatch.crossing[index] &= taken.is_empty();
                }
                Strategy::Nodes { types } => {
                    for ty in types {
                        self.dispatch.node_counts[ty.index()].push(sub);
                    }
                }
                Strategy::Stored { taken, .. } => self.dispatch.crossing[index] &= taken.is_empty(),
                Strategy::Search { .. } => {}
            }
        }
    }

    /// Whether two sub-patterns are degrees that are the same at every node.
    fn is_same(&self, a: SubId, b: SubId) -> bool {
        let degrees = |sub| Some(self.strategies.degrees(self.program, sub)?.1);
        degrees(a).is_some_and(|a| degrees(b) == Some(a))
    }

    /// Sets apart what a count decides alone.
    pub(super) fn decide(&mut self, queries: &[Query]) {
        for stratum in &mut self.dispatch.strata {
            let tables = stratum.counted.iter_mut().zip(&mut stratum.decided);
            for (sub, (counted, decided)) in (0..).map(SubId).zip(tables) {
                counted.retain(|reaction| {
                    let port = |types| self.strategies.of(sub).only_port(types);
                    let types =
                        |query: &Query| self.program.scope(query.owner).node_types(query.vars[0]);
                    let alone = decided_alone(reaction, queries);
                    let alone = alone.map(|decided| Decided {
                        port: port(types(&queries[decided.query.index()])),
                        ..decided
                    });
                    decided.extend(alone);
                    alone.is_none()
                });
            }
            stratum.counts = stratum.counted.iter().any(|of| !of.is_empty());
        }
    }

    /// Leaves out the counts of edges and nodes that nobody waits for.
    pub(super) fn forget_counts(&mut self) {
        let Dispatch {
            strata,
            degrees,
            node_counts,
            ..
        } = &mut self.dispatch;
        let matters = |sub: SubId| {
            let waits = |s: &Stratum| {
                !s.counted[sub.index()].is_empty() || !s.decided[sub.index()].is_empty()
            };
            strata.iter().any(waits)
        };
        degrees
            .iter_mut()
            .for_each(|of| of.retain(|d| matters(d.sub)));
        node_counts
            .iter_mut()
            .for_each(|of| of.retain(|&sub| matters(sub)));
    }
}

/// What a count decides alone, if it does: a query of one node, which must check nothing else and whose row means nothing but that it is there. It
/// matches no edges, so that none is left out of the count.
fn decided_alone(reaction: &Reaction, queries: &[Query]) -> Option<Decided> {
    let Rows::Alone(hook) = reaction.rows else {
        return None;
    };
    let query = &queries[reaction.query.index()];
    let tells = reaction.stale || reaction.observe || reaction.revalue;
    let is_alone = query.checked.len() == 1 && !tells;
    let holds_if = reaction.holds_if.filter(|_| is_alone)?;
    Some(Decided {
        query: query.id,
        hook,
        holds_if,
        port: None,
    })
}
