//! What the application of a rule means for matches, where that is known when the rule is compiled, but for what its elements say: the rows that it can
//! touch are those of elements that it names. Then nothing is logged, gathered or looked up in tables while it is applied.

use kairos_model::{
    expr::Var,
    pattern::{PatternEdge, Scope},
    probe::ProbeId,
    rule::{Assignment, Created, Rule},
    types::NodeTypeId,
};

use super::{
    at_once::{Asks, AtOnce, Kept},
    data::Data,
    dispatch::{Decided, Hooked, LoneEdge, Look, NO_HOOK, Ranged, Reaction, Rows},
    ending::in_order,
    network::Network,
    query::{Purpose, Query, QueryId},
    update::{Update, count_for},
};
use crate::{
    binding::Binding,
    effects::{Change, ChangedAttribute},
    error::Outcome,
    eval::OfBits,
    program::SubId,
    schema::Way,
};

/// What an application of a rule means for matches and probes.
#[derive(Debug, Default)]
pub(crate) struct Foreseen {
    /// Probes that count edges of a type that comes or goes.
    tallies: Vec<ProbeId>,
    /// Probes that sum up what is assigned to an attribute, by which assignment, and what its bits come to.
    sums: Vec<(usize, ProbeId, OfBits)>,
    /// What follows at once.
    at_once: Vec<AtOnce>,
    /// Other rows that edges that come or go may concern.
    doubts: Vec<Doubt>,
    /// By assignment that concerns rows besides.
    assigned: Vec<Assigned>,
}

/// What it means that an assignment changes an attribute.
#[derive(Debug, Default)]
struct Assigned {
    /// Which assignment.
    position: usize,
    /// Queries that it decides alone.
    ranged: Vec<Ranged>,
    reactions: Vec<Reaction>,
}

/// Rows that may come, go, or have another value.
#[derive(Debug)]
enum Doubt {
    /// Those of an edge that goes.
    Gone {
        query: QueryId,
        hook: usize,
        edge: Var,
    },
    /// Those of an edge that comes.
    Come {
        query: QueryId,
        lone: LoneEdge,
        edge: Var,
    },
    /// That of a node with an edge that comes or goes, which decides it alone.
    Exists {
        sub: SubId,
        decided: Decided,
        node: Var,
        comes: bool,
    },
    /// Those of a node with an edge that comes or goes.
    Counts { reaction: Reaction, node: Var },
}

impl Doubt {
    /// Whose rows they are.
    fn query(&self) -> QueryId {
        match self {
            Doubt::Gone { query, .. } | Doubt::Come { query, .. } => *query,
            Doubt::Exists { decided, .. } => decided.query,
            Doubt::Counts { reaction, .. } => reaction.query,
        }
    }
}

impl Assigned {
    /// Whether anything is to be done.
    fn is_nothing(&self) -> bool {
        self.ranged.is_empty() && self.reactions.is_empty()
    }
}

impl Foreseen {
    /// What is foreseen of a rule with straight effects, if all is.
    pub(crate) fn of(network: &Network, rule: &Rule) -> Option<Foreseen> {
        let dispatch = &network.dispatch;
        let mut builder = Builder {
            network,
            scope: &rule.scope,
            foreseen: Foreseen::default(),
        };
        for &edge in &rule.effect.delete {
            builder.deleted(matched_edge(rule, edge)?)?;
        }
        for creation in &rule.effect.create {
            match creation.what {
                Created::Node(ty) if dispatch.notices_nodes(ty) => return None,
                Created::Node(_) => {}
                Created::Edge { from, to, .. } => builder.created(PatternEdge {
                    edge: creation.var,
                    from,
                    to,
                    undirected: false,
                })?,
            }
        }
        for (position, assignment) in rule.effect.set.iter().enumerate() {
            builder.assigned(position, assignment)?;
        }
        builder.sort_out();
        let mut foreseen = builder.foreseen;
        foreseen.tallies.sort_unstable();
        foreseen.tallies.dedup();
        Some(foreseen)
    }

    /// Whether an application means nothing to anybody.
    pub(crate) fn is_nothing(&self) -> bool {
        let concerns_probes = !self.tallies.is_empty() || !self.sums.is_empty();
        !concerns_probes && self.at_once.is_empty() && self.follows_at_once()
    }

    /// Whether all that it means for matches follows at once.
    pub(crate) fn follows_at_once(&self) -> bool {
        self.doubts.is_empty() && self.assigned.is_empty()
    }
}

/// How an edge that a rule matches or picks stands there.
fn matched_edge(rule: &Rule, edge: Var) -> Option<PatternEdge> {
    let picked = rule.choose.iter().flat_map(|step| &step.pattern.edges);
    let mut edges = rule.lhs.edges.iter().chain(picked);
    edges.find(|e| e.edge == edge).copied()
}

struct Builder<'a> {
    network: &'a Network,
    scope: &'a Scope,
    foreseen: Foreseen,
}

impl Builder<'_> {
    fn deleted(&mut self, edge: PatternEdge) -> Option<()> {
        let &[ty] = self.scope.edge_types(edge.edge) else {
            return None;
        };
        let dispatch = &self.network.dispatch;
        if !dispatch.edge_deleted[ty.index()].is_empty() {
            return None;
        }
        for &Hooked { query, hook, .. } in &dispatch.edge_hooks[ty.index()] {
            self.can_follow(query)?;
            let edge = edge.edge;
            let gone = Doubt::Gone { query, hook, edge };
            self.foreseen.doubts.push(gone);
        }
        self.ends(edge, false)
    }

    fn created(&mut self, edge: PatternEdge) -> Option<()> {
        let &[ty] = self.scope.edge_types(edge.edge) else {
            return None;
        };
        let dispatch = &self.network.dispatch;
        for stratum in &dispatch.strata {
            for reaction in &stratum.edge_created[ty.index()] {
                let Look::Edge(lone) = &reaction.look else {
                    return None;
                };
                self.can_follow(reaction.query)?;
                let (query, edge, lone) = (reaction.query, edge.edge, lone.clone());
                let come = Doubt::Come { query, lone, edge };
                self.foreseen.doubts.push(come);
            }
        }
        self.ends(edge, true)
    }

    /// What it means for probes, and at the ends of an edge, that it comes or goes.
    fn ends(&mut self, edge: PatternEdge, comes: bool) -> Option<()> {
        let dispatch = &self.network.dispatch;
        let ty = self.scope.edge_types(edge.edge)[0].index();
        if dispatch.edge_lists[ty] > 0 {
            return None;
        }
        self.foreseen.tallies.extend(&dispatch.edge_tallies[ty]);
        let from = (edge.from, self.scope.only_type(edge.from)?);
        let to = (edge.to, self.scope.only_type(edge.to)?);
        for degree in &dispatch.degrees[ty] {
            if degree.way != Way::In && degree.others.has_node(to.1) {
                self.counted(degree.sub, from, comes)?;
            }
            if degree.way != Way::Out && degree.others.has_node(from.1) {
                self.counted(degree.sub, to, comes)?;
            }
        }
        Some(())
    }

    /// What it means that a count at a node of a type is another.
    fn counted(&mut self, sub: SubId, (node, ty): (Var, NodeTypeId), comes: bool) -> Option<()> {
        let dispatch = &self.network.dispatch;
        for stratum in &dispatch.strata {
            for &decided in &stratum.decided[sub.index()] {
                self.can_follow(decided.query)?;
                let places = &dispatch.hook_places[decided.query.index()][decided.hook];
                if places[ty.index()] != NO_HOOK {
                    self.foreseen.doubts.push(Doubt::Exists {
                        sub,
                        decided,
                        node,
                        comes,
                    });
                }
            }
            for reaction in &stratum.counted[sub.index()] {
                // What only changes with the first edge and the last is told of no others.
                if reaction.revalue && dispatch.crossing[sub.index()] {
                    return None;
                }
                self.can_react(reaction)?;
                self.foreseen.doubts.push(Doubt::Counts {
                    reaction: reaction.clone(),
                    node,
                });
            }
        }
        Some(())
    }

    fn assigned(&mut self, position: usize, assignment: &Assignment) -> Option<()> {
        let (dispatch, target) = (&self.network.dispatch, assignment.target);
        let attribute = if self.scope.is_node(target) {
            let ty = self.scope.only_type(target)?;
            dispatch.attributes.of_nodes(ty, assignment.attribute)
        } else {
            let &[ty] = self.scope.edge_types(target) else {
                return None;
            };
            dispatch.attributes.of_edges(ty, assignment.attribute)
        };
        let mut assigned = Assigned {
            position,
            ..Assigned::default()
        };
        for stratum in &dispatch.strata {
            for ranged in &stratum.ranged[attribute] {
                self.can_follow(ranged.reaction.query)?;
                assigned.ranged.push(ranged.clone());
            }
            for reaction in &stratum.changed[attribute] {
                self.can_react(reaction)?;
                assigned.reactions.push(reaction.clone());
            }
        }
        let sums = dispatch.sums[attribute].iter();
        let sums = sums.map(|&(probe, value)| (position, probe, value));
        self.foreseen.sums.extend(sums);
        self.foreseen.assigned.push(assigned);
        Some(())
    }

    /// Takes out what follows at once.
    fn sort_out(&mut self) {
        let Foreseen {
            at_once,
            doubts,
            assigned,
            ..
        } = &mut self.foreseen;
        for query in &self.network.queries {
            let is_own = |reaction: &Reaction| reaction.query == query.id;
            if assigned.iter().any(|a| a.reactions.iter().any(is_own)) {
                continue;
            }
            let of_query: Vec<&Doubt> = doubts.iter().filter(|d| d.query() == query.id).collect();
            let ranged = assigned.iter().flat_map(|a| {
                let own = a.ranged.iter().filter(|r| is_own(&r.reaction));
                own.map(|ranged| (a.position, ranged))
            });
            let ranged: Vec<(usize, &Ranged)> = ranged.collect();
            if let Some(all) = follows_at_once(query, &of_query, &ranged) {
                at_once.extend(all);
                doubts.retain(|doubt| doubt.query() != query.id);
                for assigned in assigned.iter_mut() {
                    assigned.ranged.retain(|ranged| !is_own(&ranged.reaction));
                }
            }
        }
        assigned.retain(|assigned| !assigned.is_nothing());
    }

    /// Whether no search, nor all rows, are part of a reaction.
    fn can_react(&self, reaction: &Reaction) -> Option<()> {
        let is_near = matches!(reaction.rows, Rows::Alone(_) | Rows::Hook(_));
        let is_all = matches!(reaction.look, Look::Nowhere);
        (is_near && is_all).then_some(())?;
        self.can_follow(reaction.query)
    }

    /// Whether nothing else follows from rows of a query that come or go.
    fn can_follow(&self, query: QueryId) -> Option<()> {
        let query = &self.network.queries[query.index()];
        let ends_here = match query.purpose {
            Purpose::Events(_) => !self.network.is_ranked(query),
            Purpose::Component(..) | Purpose::Pool(..) | Purpose::Probe(_) | Purpose::Stop => true,
            Purpose::Frames(_) | Purpose::Order(_) | Purpose::Sub(_) => false,
        };
        ends_here.then_some(())
    }
}

/// What is doubted of one query as what follows at once, if it all does: a pool that several things change wants to know of all of them first.
fn follows_at_once(
    query: &Query,
    doubts: &[&Doubt],
    ranged: &[(usize, &Ranged)],
) -> Option<Vec<AtOnce>> {
    let rows = Kept::of(query)?;
    match (doubts, ranged) {
        ([], [(first, of_first), rest @ ..]) if rest.len() <= 1 => {
            let Ranged {
                reaction,
                range,
                value,
            } = of_first;
            let weighs = value.is_some() == query.value.is_some();
            (weighs && !reaction.stale && !reaction.observe).then_some(())?;
            Some(vec![AtOnce::Assigned {
                rows,
                range: *range,
                weight: *value,
                positions: (*first, rest.first().map(|second| second.0)),
            }])
        }
        // An edge says nothing of weights.
        _ if query.value.is_some() => None,
        ([Doubt::Exists { .. }, ..], []) => Some(vec![ends(rows, doubts)?]),
        (edges, []) if edges.len() == 1 || !query.keeps_order => {
            edges.iter().map(|doubt| of_edge(rows, doubt)).collect()
        }
        _ => None,
    }
}

/// What an edge that comes or goes means at its ends.
fn ends(rows: Kept, doubts: &[&Doubt]) -> Option<AtOnce> {
    let of_node = |doubt: &Doubt| match *doubt {
        Doubt::Exists {
            sub,
            decided,
            node,
            comes,
        } => Some((Asks::of(decided, sub)?, comes, node)),
        _ => None,
    };
    let (asks, comes, from) = of_node(doubts[0])?;
    let to = match doubts[1..] {
        [] => from,
        [other] => {
            let (of_other, other_comes, to) = of_node(other)?;
            ((of_other, other_comes) == (asks, comes)).then_some(to)?
        }
        _ => return None,
    };
    Some(AtOnce::Ends {
        rows,
        asks,
        ends: (from, to),
        comes,
    })
}

/// What it means for matches that are that edge.
fn of_edge(rows: Kept, doubt: &Doubt) -> Option<AtOnce> {
    match doubt {
        &Doubt::Gone { edge, .. } => Some(AtOnce::Gone { rows, edge }),
        Doubt::Come { lone, edge, .. } => Some(AtOnce::Come {
            rows,
            lone: lone.clone(),
            edge: *edge,
        }),
        Doubt::Exists { .. } | Doubt::Counts { .. } => None,
    }
}

impl Data {
    /// Asks for what is known of the ends of an edge that comes or goes, where it was not asked for before.
    #[inline(always)]
    pub(super) fn prefetch_ends(&self, foreseen: &Foreseen, bound: &Binding) {
        if self.is_graph_large() {
            return;
        }
        for one in &foreseen.at_once {
            if let AtOnce::Ends { rows, ends, .. } = one {
                for node in [bound.get(ends.0), bound.get(ends.1)] {
                    self.prefetch_end(rows, node);
                }
            }
        }
    }

    /// Brings up to date what follows at once from an application.
    #[inline(always)]
    pub(super) fn follow_at_once(
        &mut self,
        foreseen: &Foreseen,
        (change, bound): (&Change, &Binding),
    ) -> Outcome<()> {
        self.has_news = true;
        count_for(&mut self.delta, &foreseen.tallies);
        for &(position, probe, value) in &foreseen.sums {
            if let Some(changed) = change.changed_by(position) {
                self.change_sum(probe, value, changed);
            }
        }
        for one in &foreseen.at_once {
            self.carry_out(one, change, bound)?;
        }
        in_order(&mut self.delta.aggregates);
        in_order(&mut self.delta.probes);
        Ok(())
    }
}

impl Update {
    /// Brings matches up to date after an application of which all is foreseen.
    pub(crate) fn conclude(
        &mut self,
        network: &Network,
        data: &mut Data,
        foreseen: &Foreseen,
        (change, bound): (&Change, &Binding),
    ) -> Outcome<()> {
        data.follow_at_once(foreseen, (change, bound))?;
        if foreseen.follows_at_once() {
            return Ok(());
        }
        for doubt in &foreseen.doubts {
            self.settle(network, data, doubt, bound)?;
        }
        for assigned in &foreseen.assigned {
            if let Some(changed) = change.changed_by(assigned.position) {
                self.reassign(network, data, assigned, changed)?;
            }
        }
        self.finish(network, data)
    }

    #[inline(always)]
    fn settle(
        &mut self,
        network: &Network,
        data: &mut Data,
        doubt: &Doubt,
        bound: &Binding,
    ) -> Outcome<()> {
        let query = |id: QueryId| &network.queries[id.index()];
        match doubt {
            &Doubt::Gone {
                query: id,
                hook,
                edge,
            } => {
                self.drop_rows(data, query(id), hook, bound.get(edge));
                Ok(())
            }
            Doubt::Come {
                query: id,
                lone,
                edge,
            } => self.edge(data, query(*id), lone, bound.get(*edge)),
            &Doubt::Exists {
                sub,
                decided,
                node,
                comes,
            } => self.decide_at(network, data, decided, (sub, bound.get(node), comes)),
            Doubt::Counts { reaction, node } => {
                self.react(network, data, reaction, bound.get(*node), None)
            }
        }
    }

    #[inline(always)]
    fn reassign(
        &mut self,
        network: &Network,
        data: &mut Data,
        assigned: &Assigned,
        changed: ChangedAttribute,
    ) -> Outcome<()> {
        for ranged in &assigned.ranged {
            self.range(network, data, ranged, changed)?;
        }
        for reaction in &assigned.reactions {
            self.react(network, data, reaction, changed.of.element, None)?;
        }
        Ok(())
    }
}
