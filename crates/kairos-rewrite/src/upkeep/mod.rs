//! What must be kept of a host graph for a program: what nobody reads or follows is not there.
//!
//! An edge stands in the adjacency list of an end only where edges of its type are followed from there; where they are no more than counted, there is
//! only their number. It knows its places in lists only where it may be deleted; it has a name only where a draw may be keyed by it. That is decided
//! once, from the text of the model, and on the safe side: [`Schema::port`] panics where a plan asks for a list that was thought to be followed by nobody.
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
    program::{ChoiceShape, choice_shape},
    schema::Way,
    shapes::{CountedEdge, lone_edge},
};

/// What a node keeps of the edges of one type that begin, or end, there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kept {
    /// Nothing.
    #[default]
    Nothing,
    /// How many there are.
    Number,
    /// Their list.
    List,
}

impl Kept {
    /// Keeps so much, or more if more is kept.
    fn keep(&mut self, needed: Kept) {
        *self = needed.max(*self);
    }
}

/// What is needed of the edges of one type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EdgeUpkeep {
    /// What is kept of them where they begin.
    pub out: Kept,
    /// What is kept of them where they end. Of undirected ones as `out`.
    pub back: Kept,
    /// Whether one is looked for between two given nodes.
    sought: bool,
    /// Whether one may be deleted.
    pub deletable: bool,
}

impl EdgeUpkeep {
    /// Whether they are listed anywhere.
    #[must_use]
    pub fn is_listed(self) -> bool {
        self.out == Kept::List || self.back == Kept::List
    }

    /// An edge that is looked for between two nodes is looked for in the shorter of their lists, if they are of different types: one of these may
    /// have few nodes with many edges. Nodes of one type are alike, so that one list is as good as the other and half the memory.
    fn list_where_sought(&mut self, ty: &EdgeType) {
        if ty.from != ty.to {
            (self.out, self.back) = (Kept::List, Kept::List);
        } else if !self.is_listed() {
            self.out = Kept::List;
        }
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
            out: Kept::List,
            back: Kept::List,
            sought: true,
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
                upkeep.follow_query(&query.scope, &query.pattern);
            }
        }
        for scope in scopes(model) {
            for sub in &scope.sub_patterns {
                upkeep.follow_sub(scope, sub);
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
        let mut edges = self.edges.iter();
        edges.any(|edge| edge.deletable && (self.all_lists || edge.is_listed()))
    }

    fn follow_rule(&mut self, types: &TypeGraph, rule: &Rule) {
        let scope = &rule.scope;
        self.follow_query(scope, &rule.lhs);
        for choice in &rule.choose {
            match lone_list(types, scope, choice) {
                Some((edge, way)) => self.keep(scope, edge, way, Kept::List),
                None => self.follow_all(scope, &choice.pattern),
            }
        }
        for block in &rule.for_each {
            self.follow_all(scope, &block.pattern);
        }
    }

    /// The matches of one edge with its ends that nothing is asked about are found from that edge alone.
    fn follow_query(&mut self, scope: &Scope, pattern: &Pattern) {
        let is_lone = lone_edge(&pattern.elements, &pattern.edges).is_some();
        let asks_nothing = pattern.conditions.is_empty() && scope.sub_patterns.is_empty();
        if !(is_lone && asks_nothing) {
            self.follow_all(scope, pattern);
        }
    }

    fn follow_sub(&mut self, scope: &Scope, sub: &SubPattern) {
        if joins_what_is_bound(scope, sub) {
            for ty in scope.edge_types(sub.pattern.edges[0].edge) {
                self.edges[ty.index()].sought = true;
            }
        } else if let Some(CountedEdge { edge, way, .. }) = CountedEdge::of(&sub.pattern) {
            self.keep(scope, edge, way, Kept::Number);
        } else {
            self.follow_all(scope, &sub.pattern);
        }
    }

    /// Any edge of a pattern may be the one that a search starts from, so that others are followed either way.
    fn follow_all(&mut self, scope: &Scope, pattern: &Pattern) {
        for &PatternEdge { edge, .. } in &pattern.edges {
            self.keep(scope, edge, Way::Undirected, Kept::List);
        }
    }

    fn keep(&mut self, scope: &Scope, edge: Var, way: Way, needed: Kept) {
        for ty in scope.edge_types(edge) {
            let edge = &mut self.edges[ty.index()];
            if way != Way::In {
                edge.out.keep(needed);
            }
            if way != Way::Out {
                edge.back.keep(needed);
            }
        }
    }

    /// Notes what a rule deletes.
    fn delete(&mut self, rule: &Rule, nodes: &mut [bool]) {
        let blocks = rule.for_each.iter().map(|block| &block.effect);
        for &var in blocks
            .chain([&rule.effect])
            .flat_map(|e: &Effect| &e.delete)
        {
            for ty in rule.scope.node_types(var) {
                nodes[ty.index()] = true;
            }
            for ty in rule.scope.edge_types(var) {
                self.edges[ty.index()].deletable = true;
            }
        }
    }

    /// A node that is deleted takes its edges along, which are found in its lists; and of a unique type another edge is looked for before one comes.
    fn complete(&mut self, types: &TypeGraph, deletable: &[bool]) {
        for (edge, ty) in self.edges.iter_mut().zip(&types.edges) {
            let goes = |ends: &[NodeTypeId]| ends.iter().any(|ty| deletable[ty.index()]);
            let (from, to) = (goes(&ty.from), goes(&ty.to));
            edge.deletable |= from || to;
            if from {
                edge.out = Kept::List;
            }
            if to {
                edge.back = Kept::List;
            }
            if edge.sought || ty.unique {
                edge.list_where_sought(ty);
            }
            if ty.undirected {
                edge.out.keep(edge.back);
                edge.back = edge.out;
            }
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
    let ty = types.edge(scope.edge_types(edge)[0]);
    let (near, far) = match way {
        Way::Out => (&ty.from, &ty.to),
        Way::In => (&ty.to, &ty.from),
        Way::Undirected => return None,
    };
    let ends = |var: Var, ends: &[NodeTypeId]| {
        let of = scope.node_types(var).iter();
        of.filter(|ty| ends.contains(ty)).count() == 1
    };
    let is_one = scope.node_types(anchor).iter().all(|ty| near.contains(ty)) && ends(node, far);
    (is_plain && is_one).then_some((edge, way))
}

/// Whether a sub-pattern is just an edge between two different nodes outside it: it is looked for among the edges of either, and a change of it tells both.
fn joins_what_is_bound(scope: &Scope, sub: &SubPattern) -> bool {
    let Pattern {
        elements,
        edges,
        conditions,
        ..
    } = &sub.pattern;
    matches!(edges.as_slice(), [edge] if edge.from != edge.to)
        && conditions.is_empty()
        && !elements.iter().any(|&var| scope.is_node(var))
}

/// Whether the name of an edge may be read: where an event with a clock of its own matches it, by whose names its draws are keyed and one of its
/// embeddings is kept; where a rule does something for each extension with an edge; and where the text creates edges of the start graph.
fn names_are_read(model: &Model) -> bool {
    let has_edges = |pattern: &Pattern| !pattern.edges.is_empty();
    let mut rules = model.rules.iter().zip(&model.timers);
    let in_rule = rules.any(|(rule, timer)| {
        let aggregate = matches!(timer.clock, ClockMode::Aggregate { .. });
        let of_match = has_edges(&rule.lhs) && !aggregate;
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
