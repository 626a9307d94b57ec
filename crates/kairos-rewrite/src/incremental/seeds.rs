//! From which of the elements that a rule creates new matches are looked for.
//!
//! What stands around an element that a rule creates is known when the rule is compiled: a new node has no other edges than those that are created with
//! it. So most patterns cannot match there, and where one can, all its edges at the node are new, so that looking from one of them finds what looking from
//! any of them would.

#[cfg(test)]
mod tests;

use kairos_model::{
    expr::Var,
    pattern::PatternEdge,
    rule::{Created, Rule},
    types::EdgeTypeId,
};

use super::{
    dispatch::{Dispatch, Look, Reaction},
    network::Network,
    plan::Plan,
    query::Query,
    update,
};
use crate::program::Program;

/// By edge that a rule creates, where its applications create these and no others: the searches that start from it.
#[derive(Debug)]
pub(crate) struct Seeds {
    nodes: usize,
    /// By stratum, then by edge: some of those that its type has, none twice.
    edges: Vec<Vec<Vec<Reaction>>>,
}

impl Seeds {
    /// Those of a rule; none where for_each blocks create as well. What is not `noticed` is not told of.
    pub(super) fn of(
        program: &Program,
        network: &Network,
        rule: &Rule,
        noticed: impl Fn(&Created) -> bool,
    ) -> Option<Seeds> {
        let mut blocks = rule.for_each.iter();
        if rule.effect.create.is_empty() || blocks.any(|block| !block.effect.create.is_empty()) {
            return None;
        }
        let made = Made::new(rule);
        let told = rule.effect.create.iter().filter(|c| noticed(&c.what));
        let nodes = told.clone().filter(|c| matches!(c.what, Created::Node(_)));
        let edges = made.edges.iter();
        let edges: Vec<&MadeEdge> = edges.filter(|e| noticed(&e.what())).collect();
        let Dispatch { strata, .. } = &network.dispatch;
        let of_edge = |tables: &[Vec<Reaction>], edge: &MadeEdge| {
            let all = tables[edge.ty.index()].iter();
            let needed = all.filter(|reaction| {
                let query = &network.queries[reaction.query.index()];
                made.needs(program, query, &reaction.look, edge)
            });
            needed.cloned().collect()
        };
        Some(Seeds {
            nodes: nodes.count(),
            edges: strata
                .iter()
                .map(|tables| {
                    let tables = &tables.edge_created;
                    edges.iter().map(|edge| of_edge(tables, edge)).collect()
                })
                .collect(),
        })
    }

    /// The searches in a stratum by created edge, unless an application has created other elements: an edge is not created where one of its ends goes.
    #[inline]
    pub(super) fn in_stratum(
        &self,
        stratum: usize,
        created: update::Created<'_>,
    ) -> Option<&[Vec<Reaction>]> {
        let edges = &self.edges[stratum];
        let are_all = created.nodes.len() == self.nodes && created.edges.len() == edges.len();
        are_all.then_some(edges)
    }
}

/// An edge that a rule creates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct MadeEdge {
    var: Var,
    ty: EdgeTypeId,
    from: Var,
    to: Var,
}

impl MadeEdge {
    fn what(&self) -> Created {
        let MadeEdge { ty, from, to, .. } = *self;
        Created::Edge { ty, from, to }
    }
}

/// What nodes a pattern's edge has at its ends if it is a certain created edge: of the pattern, then of the rule.
type Ends = [(Var, Var); 2];

/// What a rule creates.
struct Made<'a> {
    rule: &'a Rule,
    nodes: Vec<Var>,
    edges: Vec<MadeEdge>,
}

impl<'a> Made<'a> {
    fn new(rule: &'a Rule) -> Self {
        let (mut nodes, mut edges) = (Vec::new(), Vec::new());
        for creation in &rule.effect.create {
            let var = creation.var;
            match creation.what {
                Created::Node(_) => nodes.push(var),
                Created::Edge { ty, from, to } => edges.push(MadeEdge { var, ty, from, to }),
            }
        }
        Made { rule, nodes, edges }
    }

    /// Whether a search of a query finds anything from a created edge that is not found from another one.
    fn needs(&self, program: &Program, query: &Query, look: &Look, edge: &MadeEdge) -> bool {
        let scope = Patterns {
            program,
            query,
            rule: self.rule,
        };
        let own = |seed: Var| query.edges.iter().find(|e| e.edge == seed);
        let matches = |seed: Var| {
            own(seed).is_none_or(|seed| {
                let mut ways = scope.ways(seed, edge);
                ways.any(|ends| self.leads_to_matches(&scope, seed, edge, ends))
            })
        };
        match look {
            Look::Edge(lone) => matches(lone.ends.edge),
            Look::Around(Plan {
                seed: Some(seed), ..
            }) => matches(seed.var),
            Look::Suspects(Plan {
                seed: Some(seed), ..
            }) => scope.inner_edge(seed.var).is_none_or(|seed| {
                // An embedding with a new node is looked at when it is found.
                let is_known = |(of, by)| query.vars.contains(&of) && !self.nodes.contains(&by);
                let outside = |(of, _)| !query.vars.contains(&of);
                scope.ways(&seed, edge).any(|ends| {
                    scope.fits(ends) && ends.into_iter().all(|end| is_known(end) || outside(end))
                })
            }),
            _ => true,
        }
    }

    /// Whether there may be matches in which a created edge stands for one of a query's, the first of those that are found from several.
    fn leads_to_matches(
        &self,
        scope: &Patterns<'_>,
        seed: &PatternEdge,
        edge: &MadeEdge,
        ends: Ends,
    ) -> bool {
        let new = ends.iter().filter(|(_, by)| self.nodes.contains(by));
        let others = |at: Var| {
            let edges = scope.query.edges.iter();
            edges.filter(move |e| **e != *seed && (e.from == at || e.to == at))
        };
        let can_be = |at: (Var, Var)| {
            others(at.0).all(|other| {
                let mut candidates = self.edges.iter().filter(|e| *e != edge);
                candidates.any(|candidate| {
                    let mut ways = scope.ways(other, candidate);
                    ways.any(|found| {
                        scope.fits(found) && found.contains(&at) && self.agree(ends, found)
                    })
                })
            })
        };
        // A match with new nodes is found from the first edge at the first of the places that they have in the query. Of an edge only its own ends
        // are known: for that edge the first of these is the first of all, and any other one may do no more than find the match again.
        let first = new.clone().map(|&(of, _)| of).min();
        let is_first = first.is_none_or(|at| {
            let mut at_node = scope.query.edges.iter();
            at_node.find(|e| e.from == at || e.to == at) == Some(seed)
        });
        is_first && scope.fits(ends) && self.agree(ends, ends) && new.copied().all(can_be)
    }

    /// Whether no node of a pattern would have to be two nodes of the rule that are not the same.
    fn agree(&self, some: Ends, others: Ends) -> bool {
        let mut pairs = some.iter().flat_map(|a| others.iter().map(move |b| (a, b)));
        pairs.all(|(a, b)| a.0 != b.0 || self.may_be_one(a.1, b.1))
    }

    /// Whether two nodes of the rule may be the same: those of the left-hand side are distinct, and so is what is new from all.
    fn may_be_one(&self, a: Var, b: Var) -> bool {
        let matched = |var| self.rule.lhs.elements.contains(&var);
        let is_new = |var| self.nodes.contains(&var);
        a == b || !(is_new(a) || is_new(b) || (matched(a) && matched(b)))
    }
}

/// A query and a rule side by side.
struct Patterns<'a> {
    program: &'a Program,
    query: &'a Query,
    rule: &'a Rule,
}

impl Patterns<'_> {
    /// In which ways round a created edge may stand for one of the pattern, as far as its type tells.
    fn ways(&self, of: &PatternEdge, by: &MadeEdge) -> impl Iterator<Item = Ends> + use<> {
        let types = self.program.scope(self.query.owner).edge_types(of.edge);
        let is_of_type = types.contains(&by.ty);
        let forth = is_of_type.then_some([(of.from, by.from), (of.to, by.to)]);
        let back = (is_of_type && of.undirected).then_some([(of.from, by.to), (of.to, by.from)]);
        forth.into_iter().chain(back)
    }

    /// Whether the rule's nodes may be of the types of those of the pattern.
    fn fits(&self, ends: Ends) -> bool {
        let scope = self.program.scope(self.query.owner);
        ends.into_iter().all(|(of, by)| {
            let types = scope.node_types(of);
            let mut others = self.rule.scope.node_types(by).iter();
            others.any(|ty| types.contains(ty))
        })
    }

    /// An edge of a sub-pattern.
    fn inner_edge(&self, edge: Var) -> Option<PatternEdge> {
        let subs = self.program.scope(self.query.owner).sub_patterns.iter();
        let mut edges = subs.flat_map(|sub| &sub.pattern.edges);
        edges.find(|e| e.edge == edge).copied()
    }
}
