//! What must be kept of a host graph for a program: what nobody reads or follows is not there.
//!
//! An edge stands in the adjacency lists of both its ends only where both are followed; it knows its places there only where it may be deleted; it has
//! a name only where a draw may be keyed by it. That is decided once, from the text of the model, and on the safe side: [`Schema::port`] panics where
//! a plan asks for a list that was thought to be followed by nobody.
//!
//! [`Schema::port`]: crate::schema::Schema::port

#[cfg(test)]
mod tests;

use kairos_model::{
    expr::Var,
    model::Model,
    pattern::{Pattern, PatternEdge, Scope, SubPattern},
    probe::ProbeKind,
    rule::{Choice, Created, Effect, Pick, Rule},
    start::Statement,
    timer::ClockMode,
    types::{EdgeType, EdgeTypeId, NodeTypeId, TypeGraph},
};

use crate::{
    program::{ChoiceShape, choice_shape, edge_types, is_node, node_types},
    schema::Way,
};

/// What is needed of the edges of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeUpkeep {
    /// Whether they are followed from where they begin.
    pub out: bool,
    /// Whether they are followed from where they end. Of undirected ones as `out`.
    pub back: bool,
    /// Whether one may be deleted.
    pub deletable: bool,
}

impl EdgeUpkeep {
    /// Lists edges at both ends where these are of different types.
    fn keep_shorter(&mut self, ty: &EdgeType) {
        let differ = ty.from != ty.to;
        self.out |= differ;
        self.back |= differ;
    }
}

/// What is kept of a host graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upkeep {
    edges: Vec<EdgeUpkeep>,
    /// Whether edges have names.
    names: bool,
    /// Whether edges are listed at both ends all the same.
    all_lists: bool,
}

impl Upkeep {
    /// All that there is, for a graph of which nothing is known.
    #[must_use]
    pub fn everything(types: &TypeGraph) -> Self {
        let all = EdgeUpkeep {
            out: true,
            back: true,
            deletable: true,
        };
        Upkeep {
            edges: vec![all; types.edges.len()],
            names: true,
            all_lists: true,
        }
    }

    /// What a model needs.
    #[must_use]
    pub fn of(model: &Model) -> Self {
        let types = &model.types;
        let mut upkeep = Upkeep {
            edges: vec![EdgeUpkeep::default(); types.edges.len()],
            names: names_are_read(model),
            all_lists: false,
        };
        let mut deletable = vec![false; types.nodes.len()];
        for rule in &model.rules {
            upkeep.follow_rule(types, rule);
            upkeep.delete(rule, &mut deletable);
        }
        for probe in &model.probes {
            if let ProbeKind::Count(query) | ProbeKind::Summary { over: query, .. } = &probe.kind {
                upkeep.follow_all(&query.scope, &query.pattern);
            }
        }
        for scope in scopes(model) {
            for sub in &scope.sub_patterns {
                if joins_what_is_bound(scope, sub) {
                    upkeep.seek(types, scope, sub.pattern.edges[0].edge);
                } else {
                    upkeep.follow_all(scope, &sub.pattern);
                }
            }
        }
        upkeep.complete(types, &deletable);
        upkeep
    }

    /// The same, with every edge listed at both its ends: for whoever looks around without a plan.
    #[must_use]
    pub fn with_all_lists(&self) -> Self {
        Upkeep {
            all_lists: true,
            ..self.clone()
        }
    }

    /// Whether every edge is listed at both its ends, needed or not.
    #[must_use]
    pub fn all_lists(&self) -> bool {
        self.all_lists
    }

    /// What is needed of the edges of a type.
    #[must_use]
    pub fn edge(&self, ty: EdgeTypeId) -> EdgeUpkeep {
        self.edges[ty.index()]
    }

    /// Whether edges have names.
    #[must_use]
    pub fn names(&self) -> bool {
        self.names
    }

    /// Whether edges know their places in the lists of their ends.
    #[must_use]
    pub fn positions(&self) -> bool {
        self.edges.iter().any(|edge| edge.deletable)
    }

    fn follow_rule(&mut self, types: &TypeGraph, rule: &Rule) {
        let scope = &rule.scope;
        self.follow_all(scope, &rule.lhs);
        for choice in &rule.choose {
            match lone_list(types, scope, choice) {
                Some((edge, way)) => self.follow(scope, edge, way),
                None => self.follow_all(scope, &choice.pattern),
            }
        }
        for block in &rule.for_each {
            self.follow_all(scope, &block.pattern);
        }
    }

    /// Any edge of a pattern may be the one that a search starts from, so that others are followed either way.
    fn follow_all(&mut self, scope: &Scope, pattern: &Pattern) {
        for &PatternEdge { edge, .. } in &pattern.edges {
            self.follow(scope, edge, Way::Undirected);
        }
    }

    fn follow(&mut self, scope: &Scope, edge: Var, way: Way) {
        for ty in edge_types(scope, edge) {
            let edge = &mut self.edges[ty.index()];
            edge.out |= way != Way::In;
            edge.back |= way != Way::Out;
        }
    }

    /// An edge that is looked for between two nodes is looked for in the shorter of their lists, if they are of different types: one of these may
    /// have few nodes with many edges. Nodes of one type are alike, so that one list is as good as the other and half the memory.
    fn seek(&mut self, types: &TypeGraph, scope: &Scope, edge: Var) {
        for &ty in edge_types(scope, edge) {
            self.edges[ty.index()].keep_shorter(types.edge(ty));
        }
    }

    /// Notes what a rule deletes.
    fn delete(&mut self, rule: &Rule, nodes: &mut [bool]) {
        let blocks = rule.for_each.iter().map(|block| &block.effect);
        for &var in blocks
            .chain([&rule.effect])
            .flat_map(|e: &Effect| &e.delete)
        {
            for ty in node_types(&rule.scope, var) {
                nodes[ty.index()] = true;
            }
            for ty in edge_types(&rule.scope, var) {
                self.edges[ty.index()].deletable = true;
            }
        }
    }

    /// A node that is deleted takes its edges along, which are found in its lists; and every edge is found in some list.
    fn complete(&mut self, types: &TypeGraph, deletable: &[bool]) {
        for (edge, ty) in self.edges.iter_mut().zip(&types.edges) {
            let goes = |ends: &[NodeTypeId]| ends.iter().any(|ty| deletable[ty.index()]);
            let (from, to) = (goes(&ty.from), goes(&ty.to));
            edge.deletable |= from || to;
            if ty.unique {
                edge.keep_shorter(ty);
            }
            edge.out |= from;
            edge.back |= to;
            if !edge.back || ty.undirected {
                edge.out = true;
            }
            edge.back |= ty.undirected;
        }
    }
}

/// The edge and the way of a choice whose candidates are one list of the node at which they are.
fn lone_list(types: &TypeGraph, scope: &Scope, choice: &Choice) -> Option<(Var, Way)> {
    let ChoiceShape::Edges {
        anchor,
        edge,
        node,
        way,
    } = choice_shape(scope, &choice.pattern)
    else {
        return None;
    };
    let is_plain = matches!(choice.pick, Pick::Uniform) && choice.pattern.conditions.is_empty();
    let ty = types.edge(edge_types(scope, edge)[0]);
    let (near, far) = match way {
        Way::Out => (&ty.from, &ty.to),
        Way::In => (&ty.to, &ty.from),
        Way::Undirected => return None,
    };
    let ends = |var: Var, ends: &[NodeTypeId]| {
        let of = node_types(scope, var).iter();
        of.filter(|ty| ends.contains(ty)).count() == 1
    };
    let is_one = node_types(scope, anchor).iter().all(|ty| near.contains(ty)) && ends(node, far);
    (is_plain && is_one).then_some((edge, way))
}

/// Whether a sub-pattern is just an edge between two nodes outside it: it is looked for among the edges of either, and a change of it tells both.
fn joins_what_is_bound(scope: &Scope, sub: &SubPattern) -> bool {
    let Pattern {
        elements,
        edges,
        conditions,
        ..
    } = &sub.pattern;
    edges.len() == 1 && conditions.is_empty() && !elements.iter().any(|&var| is_node(scope, var))
}

/// Whether the name of an edge may key a draw: where it is matched by an event with a clock of its own, or by what a rule does for each extension, or
/// where embeddings are compared by their names; and whether it is what the text calls an element of the start graph.
fn names_are_read(model: &Model) -> bool {
    let has_edges = |pattern: &Pattern| !pattern.edges.is_empty();
    let mut rules = model.rules.iter().zip(&model.timers);
    let in_rule = rules.any(|(rule, timer)| {
        let aggregate = matches!(timer.clock, ClockMode::Aggregate { .. });
        let of_match = has_edges(&rule.lhs) && (!aggregate || rule.symmetric);
        of_match || rule.for_each.iter().any(|block| has_edges(&block.pattern))
    });
    let is_edge = |what: &Created| matches!(what, Created::Edge { .. });
    let at_start = model.start.statements.iter().any(|statement| {
        matches!(statement, Statement::Create { create, .. } if create.iter().any(|c| is_edge(&c.what)))
    });
    in_rule || at_start
}

/// Everything that has variables.
fn scopes(model: &Model) -> impl Iterator<Item = &Scope> {
    crate::program::owners(model)
        .into_iter()
        .filter_map(|owner| model.scope(owner))
}
