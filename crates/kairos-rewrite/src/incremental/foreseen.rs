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
    data::Data,
    dispatch::{Decided, Hooked, LoneEdge, Look, NO_HOOK, Ranged, Reaction, Rows},
    ends::{AtOnce, EdgeEvents, Nodes},
    network::Network,
    query::{Purpose, Query, QueryId},
    update::{Update, count_for},
};
use crate::{
    binding::Binding,
    effects::{Change, ChangedAttribute},
    error::Outcome,
    eval::OfBits,
    program::{SubId, edge_types, is_node, only_type},
    schema::Way,
};

/// What an application of a rule means for matches and probes.
#[derive(Debug, Default)]
pub(crate) struct Foreseen {
    /// Probes that count edges of a type that comes or goes.
    tallies: Vec<ProbeId>,
    /// Rows that edges that come or go may concern, and that follow at once.
    at_once: Vec<AtOnce>,
    /// Others.
    doubts: Vec<Doubt>,
    /// By assignment that concerns anybody.
    assigned: Vec<Assigned>,
}

/// What it means that an assignment changes an attribute.
#[derive(Debug, Default)]
struct Assigned {
    /// Which assignment.
    position: usize,
    /// Probes that sum the attribute up, and what its bits come to.
    sums: Vec<(ProbeId, OfBits)>,
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
    /// Whether it may change rows of a query, or their values.
    fn concerns(&self, query: QueryId) -> bool {
        let ranged = self.ranged.iter().map(|ranged| &ranged.reaction);
        let mut reactions = ranged.chain(&self.reactions);
        reactions.any(|reaction| reaction.query == query)
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
        builder.take_ends_together();
        let mut foreseen = builder.foreseen;
        foreseen.tallies.sort_unstable();
        foreseen.tallies.dedup();
        Some(foreseen)
    }

    /// Whether an application means nothing to anybody.
    pub(crate) fn is_nothing(&self) -> bool {
        self.tallies.is_empty() && self.at_once.is_empty() && self.follows_at_once()
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
        let &[ty] = edge_types(self.scope, edge.edge) else {
            return None;
        };
        let dispatch = &self.network.dispatch;
        if !dispatch.edge_deleted[ty.index()].is_empty() {
            return None;
        }
        for &Hooked { query, hook, .. } in &dispatch.edge_hooks[ty.index()] {
            self.can_follow(query)?;
            let edge = edge.edge;
            match self.edge_events(query) {
                Some(events) => self.foreseen.at_once.push(AtOnce::Gone { events, edge }),
                None => self.foreseen.doubts.push(Doubt::Gone { query, hook, edge }),
            }
        }
        self.ends(edge, false)
    }

    fn created(&mut self, edge: PatternEdge) -> Option<()> {
        let &[ty] = edge_types(self.scope, edge.edge) else {
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
                match self.edge_events(query) {
                    Some(events) => self
                        .foreseen
                        .at_once
                        .push(AtOnce::Come { events, lone, edge }),
                    None => self.foreseen.doubts.push(Doubt::Come { query, lone, edge }),
                }
            }
        }
        self.ends(edge, true)
    }

    fn edge_events(&self, query: QueryId) -> Option<EdgeEvents> {
        EdgeEvents::of(&self.network.queries[query.index()])
    }

    /// What it means for probes, and at the ends of an edge, that it comes or goes.
    fn ends(&mut self, edge: PatternEdge, comes: bool) -> Option<()> {
        let dispatch = &self.network.dispatch;
        let ty = edge_types(self.scope, edge.edge)[0].index();
        if dispatch.edge_lists[ty] > 0 {
            return None;
        }
        self.foreseen.tallies.extend(&dispatch.edge_tallies[ty]);
        let from = (edge.from, only_type(self.scope, edge.from)?);
        let to = (edge.to, only_type(self.scope, edge.to)?);
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
        let attribute = if is_node(self.scope, target) {
            let ty = only_type(self.scope, target)?;
            dispatch.attributes.of_nodes(ty, assignment.attribute)
        } else {
            let &[ty] = edge_types(self.scope, target) else {
                return None;
            };
            dispatch.attributes.of_edges(ty, assignment.attribute)
        };
        let mut assigned = Assigned {
            position,
            sums: dispatch.sums[attribute].clone(),
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
        if dispatch.reads(attribute) {
            self.foreseen.assigned.push(assigned);
        }
        Some(())
    }

    /// Where nothing else concerns a query than whether the ends of one edge still have any, its rows are brought up to date at once: it is known in
    /// which order pools want them.
    fn take_ends_together(&mut self) {
        for query in &self.network.queries {
            let is_assigned = |assigned: &Assigned| assigned.concerns(query.id);
            if self.foreseen.assigned.iter().any(is_assigned) {
                continue;
            }
            let doubts = &mut self.foreseen.doubts;
            let of_query = doubts.iter().filter(|doubt| doubt.query() == query.id);
            if let Some(ends) = together(query, of_query) {
                doubts.retain(|doubt| doubt.query() != query.id);
                self.foreseen.at_once.push(ends);
            }
        }
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

/// What is doubted of one query as one, if that is about the ends of one edge.
fn together<'a>(query: &Query, mut doubts: impl Iterator<Item = &'a Doubt>) -> Option<AtOnce> {
    let of_node = |doubt: &Doubt| match *doubt {
        Doubt::Exists {
            sub,
            decided,
            node,
            comes,
        } => Some((Nodes::of(query, decided, sub)?, node, comes)),
        _ => None,
    };
    let (rows, from, comes) = of_node(doubts.next()?)?;
    let to = match doubts.next() {
        None => from,
        Some(other) => {
            let (of_other, to, other_comes) = of_node(other)?;
            ((of_other, other_comes) == (rows, comes)).then_some(to)?
        }
    };
    doubts.next().is_none().then_some(AtOnce::Ends {
        rows,
        ends: (from, to),
        comes,
    })
}

impl Data {
    /// Brings up to date what follows at once from an application.
    #[inline(always)]
    pub(super) fn follow_at_once(&mut self, foreseen: &Foreseen, bound: &Binding) -> Outcome<()> {
        self.has_news = true;
        count_for(&mut self.delta, &foreseen.tallies);
        for rows in &foreseen.at_once {
            match rows {
                AtOnce::Come { events, lone, edge } => {
                    self.enter_edge(events, lone, bound.get(*edge))?;
                }
                AtOnce::Gone { events, edge } => self.leave_edge(events, bound.get(*edge)),
                AtOnce::Ends { rows, ends, comes } => {
                    let ends = (bound.get(ends.0), bound.get(ends.1));
                    self.decide_ends(*rows, ends, *comes)?;
                }
            }
        }
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
        data.follow_at_once(foreseen, bound)?;
        for doubt in &foreseen.doubts {
            self.settle(network, data, doubt, bound)?;
        }
        for assigned in &foreseen.assigned {
            if let Some(changed) = change.changed_by(assigned.position) {
                self.reassign(network, data, assigned, changed)?;
            }
        }
        match foreseen.follows_at_once() {
            true => Ok(()),
            false => self.finish(network, data),
        }
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
        for &(probe, value) in &assigned.sums {
            data.change_sum(probe, value, changed);
        }
        for ranged in &assigned.ranged {
            self.range(network, data, ranged, changed)?;
        }
        for reaction in &assigned.reactions {
            self.react(network, data, reaction, changed.of.element, None)?;
        }
        Ok(())
    }
}
