//! What has to be done about each kind of change: tables from changed element to rows and searches.

use kairos_model::{
    expr::{Expr, ExprKind, Var},
    pattern::{PatternEdge, SubPatternId},
    probe::ProbeId,
    types::AttributeId,
};

use super::{
    network::{Purpose, Query, QueryId, Ranked},
    plan::Plan,
    strategy::{Strategies, Strategy, direct_subs},
    tally::Tally,
};
use crate::effects::ChangedAttribute;
use crate::graph::HostGraph;
use crate::program::{Program, SubId, edge_types, is_node, node_types};

/// Which stored rows a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// None: the change can only make matches appear.
    None,
    /// Those that the changed element is in, by this hook of the query.
    Hook(usize),
    /// All of the query.
    All,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// Nothing: the change can only make matches disappear.
    Nowhere,
    /// Of a query of one element, whether the changed element is a match: rows and search in one.
    Here,
    /// Matches around the changed element.
    Around(Plan),
    /// Matches anywhere.
    Everywhere,
    /// Rows at the ends of the changed edge.
    Ends,
    /// Embeddings around which a sub-pattern may have changed, to be looked at again whether they were matches or not.
    Suspects(Plan),
}

/// What one query does about one kind of change.
#[derive(Clone, Debug)]
pub(crate) struct Reaction {
    pub(crate) query: QueryId,
    pub(crate) rows: Rows,
    /// The conditions of the rows may no longer hold.
    pub(crate) recheck: bool,
    /// Where a condition says no more than whether the counted sub-pattern exists: the answer with which it holds.
    pub(crate) holds_if: Option<bool>,
    /// The rows' timers read what has changed.
    pub(crate) stale: bool,
    /// What the rows' timers observe may have changed.
    pub(crate) observe: bool,
    /// The rows' values may have changed.
    pub(crate) revalue: bool,
    pub(crate) look: Look,
}

/// Reactions of the queries of one stratum.
#[derive(Debug, Default)]
pub(crate) struct Stratum {
    pub(crate) node_created: Vec<Vec<Reaction>>,
    pub(crate) edge_created: Vec<Vec<Reaction>>,
    /// By type and attribute.
    pub(crate) node_changed: Vec<Vec<Vec<Reaction>>>,
    pub(crate) edge_changed: Vec<Vec<Vec<Reaction>>>,
    /// By sub-pattern whose count at the changed node has changed.
    pub(crate) counted: Vec<Vec<Reaction>>,
}

impl Stratum {
    /// What is done about a changed attribute.
    pub(crate) fn changed(&self, graph: &HostGraph, change: &ChangedAttribute) -> &[Reaction] {
        let by_attribute = if change.is_node {
            &self.node_changed[graph.node_type(change.element).index()]
        } else {
            &self.edge_changed[graph.edge_type(change.element).index()]
        };
        &by_attribute[change.attribute.index()]
    }
}

/// A place among the hooks of elements of one type, or none.
pub(crate) const NO_HOOK: u16 = u16::MAX;

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    pub(crate) strata: Vec<Stratum>,
    /// Looked for before the element goes.
    pub(crate) node_deleted: Vec<Vec<Reaction>>,
    pub(crate) edge_deleted: Vec<Vec<Reaction>>,
    /// Degrees that an edge of each type may be counted in.
    pub(crate) degrees: Vec<Vec<SubId>>,
    /// Counts of nodes that a node of each type is counted in.
    pub(crate) node_counts: Vec<Vec<SubId>>,
    /// Probes that count nodes and edges of each type.
    pub(crate) node_tallies: Vec<Vec<ProbeId>>,
    pub(crate) edge_tallies: Vec<Vec<ProbeId>>,
    /// For each type the hooks that its elements have: query and hook.
    pub(crate) node_hooks: Vec<Vec<(QueryId, usize)>>,
    pub(crate) edge_hooks: Vec<Vec<(QueryId, usize)>>,
    /// For each type how many of these have lists of rows.
    pub(crate) node_lists: Vec<u16>,
    pub(crate) edge_lists: Vec<u16>,
    /// For each query and hook its place among the hooks of each type.
    pub(crate) hook_places: Vec<Vec<Vec<u16>>>,
    /// Sub-patterns of which only the change between none and some matters.
    pub(crate) crossing: Vec<bool>,
}

impl Dispatch {
    /// Registers the probes that are counted without a query.
    pub(crate) fn tally(&mut self, tallies: &[Option<Tally>]) {
        for (probe, tally) in (0..).map(ProbeId).zip(tallies) {
            match tally {
                Some(Tally::Nodes(types)) => {
                    types
                        .iter()
                        .for_each(|ty| self.node_tallies[ty.index()].push(probe));
                }
                Some(Tally::Edges { types, .. }) => {
                    types
                        .iter()
                        .for_each(|ty| self.edge_tallies[ty.index()].push(probe));
                }
                None => {}
            }
        }
    }

    /// Whether any query reads a changed attribute.
    pub(crate) fn is_read(&self, graph: &HostGraph, change: &ChangedAttribute) -> bool {
        let reactions = |stratum: &Stratum| !stratum.changed(graph, change).is_empty();
        self.strata.iter().any(reactions)
    }

    pub(crate) fn new(
        program: &Program,
        strategies: &Strategies,
        rankings: &[Option<Ranked>],
        queries: &mut [Query],
    ) -> Dispatch {
        let (node_types, edge_types) = (program.schema.node_types(), program.schema.edge_types());
        let attributes = program.model.types.attributes.len();
        let strata = queries.iter().map(|q| q.stratum + 1).max().unwrap_or(1);
        let stratum = || Stratum {
            node_created: vec![Vec::new(); node_types],
            edge_created: vec![Vec::new(); edge_types],
            node_changed: vec![vec![Vec::new(); attributes]; node_types],
            edge_changed: vec![vec![Vec::new(); attributes]; edge_types],
            counted: vec![Vec::new(); program.sub_count()],
        };
        let dispatch = Dispatch {
            strata: (0..strata).map(|_| stratum()).collect(),
            node_deleted: vec![Vec::new(); node_types],
            edge_deleted: vec![Vec::new(); edge_types],
            degrees: vec![Vec::new(); edge_types],
            node_counts: vec![Vec::new(); node_types],
            node_tallies: vec![Vec::new(); node_types],
            edge_tallies: vec![Vec::new(); edge_types],
            node_hooks: vec![Vec::new(); node_types],
            edge_hooks: vec![Vec::new(); edge_types],
            node_lists: vec![0; node_types],
            edge_lists: vec![0; edge_types],
            hook_places: Vec::new(),
            crossing: vec![true; program.sub_count()],
        };
        let mut builder = Builder {
            program,
            strategies,
            dispatch,
        };
        builder.counts();
        let is_ranked = |id| rankings.iter().flatten().any(|r| r.events == id);
        for (id, query) in (0..).map(QueryId).zip(queries.iter_mut()) {
            builder.structure(id, query, is_ranked(id));
            builder.formulas(id, query, is_ranked(id));
        }
        for ranked in rankings.iter().flatten() {
            builder.ranked(ranked, queries);
        }
        builder.places(queries);
        builder.dispatch
    }
}

/// What a formula is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Condition,
    Timer,
    Value,
}

/// What changes.
#[derive(Clone, Copy, Debug)]
enum Trigger {
    Appears(Var),
    Attribute(Var, AttributeId),
    Count(SubId),
}

struct Builder<'a> {
    program: &'a Program,
    strategies: &'a Strategies,
    dispatch: Dispatch,
}

impl Builder<'_> {
    /// Which counts are read off the graph's own lists.
    fn counts(&mut self) {
        for index in 0..self.program.sub_count() {
            let sub = SubId(u32::try_from(index).expect("fewer than 2^32 sub-patterns"));
            match self.strategies.of(sub) {
                Strategy::Degree { taken, .. } => {
                    let scope = self.program.scope(self.program.sub_owner(sub).0);
                    for ty in edge_types(scope, self.program.sub(sub).pattern.edges[0].edge) {
                        self.dispatch.degrees[ty.index()].push(sub);
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

    /// Hooks that tell of deleted elements, and searches from created ones. An edge goes before its ends and comes after them: only nodes
    /// without edges in the pattern need either. The matches of a ranked rule are found by its order.
    fn structure(&mut self, id: QueryId, query: &mut Query, ranked: bool) {
        for column in 0..query.vars.len() {
            let var = query.vars[column];
            let lone = !query.edges.iter().any(|e| e.from == var || e.to == var);
            if !query.nodes[column] || lone {
                hook(query, var);
                if ranked {
                    continue;
                }
                let reaction = Reaction {
                    look: Look::Around(query.seeded(self.program, Some(var))),
                    ..quiet(id)
                };
                self.add(query, Trigger::Appears(var), reaction);
            }
        }
    }

    fn formulas(&mut self, id: QueryId, query: &mut Query, ranked: bool) {
        let conditions = if ranked {
            Vec::new()
        } else {
            query.conditions.clone()
        };
        for formula in conditions {
            self.reads(
                id,
                query,
                &self.program.formula(formula).expr,
                Use::Condition,
                &[],
            );
        }
        if let Some(formula) = query.value {
            self.reads(
                id,
                query,
                &self.program.formula(formula).expr,
                Use::Value,
                &[],
            );
        }
        if let Purpose::Events(rule) = query.purpose {
            for parameter in &self.program.model.timers[rule.index()].law.parameters {
                self.reads(id, query, &parameter.expr, Use::Timer, &[]);
            }
        }
    }

    /// What a ranked rule's conditions read of the frame makes the frame due for a new walk; what they read of the ranked nodes, and a new
    /// edge at one, makes the node due.
    fn ranked(&mut self, ranked: &Ranked, queries: &mut [Query]) {
        let ranking = &ranked.ranking;
        let formulas = ranking.rest_conditions.iter().chain(&ranking.blocking);
        let exprs: Vec<&Expr> = formulas.map(|&f| &self.program.formula(f).expr).collect();
        for expr in exprs.iter().copied().chain([&ranking.key_formula.expr]) {
            self.reads(
                ranked.frames,
                &mut queries[ranked.frames.index()],
                expr,
                Use::Value,
                &[],
            );
            for var in [ranking.best, ranking.other] {
                self.reads_of_node(ranked.order, &mut queries[ranked.order.index()], expr, var);
            }
        }
        let order = &mut queries[ranked.order.index()];
        let due = Reaction {
            rows: Rows::Hook(hook(order, ranking.other)),
            revalue: true,
            ..quiet(ranked.order)
        };
        for &edge in &ranking.edges {
            self.add(
                order,
                Trigger::Appears(edge),
                Reaction {
                    look: Look::Ends,
                    ..due.clone()
                },
            );
        }
    }

    /// Registers the order of a ranked rule for what an expression reads of one of the two ranked variables, whose elements are its rows.
    fn reads_of_node(&mut self, id: QueryId, order: &mut Query, expr: &Expr, var: Var) {
        let row = order.vars[0];
        let due = Reaction {
            rows: Rows::Hook(hook(order, row)),
            revalue: true,
            ..quiet(id)
        };
        expr.walk(&mut |e| {
            if let ExprKind::Attribute { of, attribute } = e.kind
                && of == var
            {
                self.add(order, Trigger::Attribute(of, attribute), due.clone());
            }
        });
        let mut subs = Vec::new();
        direct_subs(self.program, order.owner, expr, &mut subs);
        for (sub, _) in subs {
            match self.strategies.of(sub) {
                Strategy::Degree { anchor, .. }
                | Strategy::Stored {
                    anchor: Some(anchor),
                    ..
                } if *anchor == var => {
                    self.add(order, Trigger::Count(sub), due.clone());
                }
                Strategy::Search { .. } => {
                    for condition in &self.program.sub(sub).pattern.conditions {
                        self.reads_of_node(id, order, &condition.expr, var);
                    }
                }
                _ => {}
            }
        }
    }

    /// Registers a query for everything that an expression reads, inside the sub-patterns `chain` (outermost first).
    fn reads(
        &mut self,
        id: QueryId,
        query: &mut Query,
        expr: &Expr,
        purpose: Use,
        chain: &[SubPatternId],
    ) {
        expr.walk(&mut |e| {
            if let ExprKind::Attribute { of, attribute } = e.kind
                && let Some(reaction) = self.reaction(id, query, of, purpose, chain)
            {
                self.add(query, Trigger::Attribute(of, attribute), reaction);
            }
        });
        let mut subs = Vec::new();
        direct_subs(self.program, query.owner, expr, &mut subs);
        for (sub, exists) in subs {
            self.dispatch.crossing[sub.index()] &= exists;
            match self.strategies.of(sub) {
                Strategy::Degree { anchor, .. }
                | Strategy::Stored {
                    anchor: Some(anchor),
                    ..
                } => {
                    let Some(mut reaction) = self.reaction(id, query, *anchor, purpose, chain)
                    else {
                        continue;
                    };
                    (reaction.observe, reaction.stale) =
                        (reaction.observe || reaction.stale, false);
                    if purpose == Use::Condition && chain.is_empty() {
                        reaction.holds_if = existence(expr);
                    }
                    self.add(query, Trigger::Count(sub), reaction);
                }
                Strategy::Nodes { .. } | Strategy::Stored { anchor: None, .. } => {
                    let look = if purpose == Use::Condition {
                        Look::Everywhere
                    } else {
                        Look::Nowhere
                    };
                    query.scanned = true;
                    let reaction = Reaction {
                        rows: Rows::All,
                        look,
                        ..flags(id, purpose, true)
                    };
                    let stratum = &mut self.dispatch.strata[query.stratum];
                    stratum.counted[sub.index()].push(reaction);
                }
                Strategy::Search { .. } => self.inside(id, query, sub, purpose, chain),
            }
        }
    }

    /// Registers a query for a sub-pattern that is searched for when asked: a change in it makes suspects of the embeddings around it.
    fn inside(
        &mut self,
        id: QueryId,
        query: &mut Query,
        sub: SubId,
        purpose: Use,
        chain: &[SubPatternId],
    ) {
        let mut chain = chain.to_vec();
        chain.push(self.program.sub_owner(sub).1);
        let scope = self.program.scope(query.owner);
        let pattern = &self.program.sub(sub).pattern;
        for &var in &pattern.elements {
            let lone = !pattern.edges.iter().any(|e| e.from == var || e.to == var);
            if !is_node(scope, var) || lone {
                let reaction = self.suspects(id, query, var, &chain);
                self.add(query, Trigger::Appears(var), reaction.clone());
                self.before_deletion(query, var, reaction);
            }
        }
        for condition in &pattern.conditions {
            self.reads(id, query, &condition.expr, purpose, &chain);
        }
    }

    /// What a query does when something about `var` changes that a formula reads; nothing where `var` is neither of the query nor of the
    /// sub-patterns around the formula (the ranked nodes of a frame are not).
    fn reaction(
        &self,
        id: QueryId,
        query: &mut Query,
        var: Var,
        purpose: Use,
        chain: &[SubPatternId],
    ) -> Option<Reaction> {
        if query.column(var).is_none() {
            let scope = self.program.scope(query.owner);
            let inside = |s: &SubPatternId| {
                scope.sub_patterns[s.index()]
                    .pattern
                    .elements
                    .contains(&var)
            };
            return chain
                .iter()
                .any(inside)
                .then(|| self.suspects(id, query, var, chain));
        }
        let look = match purpose {
            Use::Condition if query.vars.len() == 1 => Look::Here,
            Use::Condition => Look::Around(query.seeded(self.program, Some(var))),
            Use::Timer | Use::Value => Look::Nowhere,
        };
        Some(Reaction {
            rows: Rows::Hook(hook(query, var)),
            look,
            ..flags(id, purpose, !chain.is_empty())
        })
    }

    fn suspects(&self, id: QueryId, query: &Query, var: Var, chain: &[SubPatternId]) -> Reaction {
        let scope = self.program.scope(query.owner);
        let pattern = |s: &SubPatternId| &scope.sub_patterns[s.index()].pattern;
        let bridges: Vec<PatternEdge> = chain
            .iter()
            .flat_map(|s| pattern(s).edges.iter().copied())
            .collect();
        Reaction {
            look: Look::Suspects(query.bridged(self.program, var, &bridges)),
            ..quiet(id)
        }
    }

    fn before_deletion(&mut self, query: &Query, var: Var, reaction: Reaction) {
        let scope = self.program.scope(query.owner);
        for ty in node_types(scope, var) {
            self.dispatch.node_deleted[ty.index()].push(reaction.clone());
        }
        for ty in edge_types(scope, var) {
            self.dispatch.edge_deleted[ty.index()].push(reaction.clone());
        }
    }

    fn add(&mut self, query: &Query, trigger: Trigger, reaction: Reaction) {
        let scope = self.program.scope(query.owner);
        let stratum = &mut self.dispatch.strata[query.stratum];
        match trigger {
            Trigger::Appears(var) => {
                for ty in node_types(scope, var) {
                    stratum.node_created[ty.index()].push(reaction.clone());
                }
                for ty in edge_types(scope, var) {
                    stratum.edge_created[ty.index()].push(reaction.clone());
                }
            }
            Trigger::Attribute(var, attribute) => {
                for ty in node_types(scope, var) {
                    merge(
                        &mut stratum.node_changed[ty.index()][attribute.index()],
                        &reaction,
                    );
                }
                for ty in edge_types(scope, var) {
                    merge(
                        &mut stratum.edge_changed[ty.index()][attribute.index()],
                        &reaction,
                    );
                }
            }
            Trigger::Count(sub) => merge(&mut stratum.counted[sub.index()], &reaction),
        }
    }

    /// Lays out the hooks of the elements of each type.
    fn places(&mut self, queries: &[Query]) {
        for (id, query) in (0..).map(QueryId).zip(queries) {
            let scope = self.program.scope(query.owner);
            let mut of_query = Vec::new();
            for (index, &column) in query.hooks.iter().enumerate() {
                let var = query.vars[column];
                let nodes = node_types(scope, var).iter().map(|t| t.index());
                let edges = edge_types(scope, var).iter().map(|t| t.index());
                let Dispatch {
                    node_hooks,
                    edge_hooks,
                    node_lists,
                    edge_lists,
                    ..
                } = &mut self.dispatch;
                let (table, lists) = if query.nodes[column] {
                    (node_hooks, node_lists)
                } else {
                    (edge_hooks, edge_lists)
                };
                let mut places = vec![NO_HOOK; table.len()];
                for ty in nodes.chain(edges) {
                    places[ty] = lists[ty];
                    lists[ty] += u16::from(query.numbering_hook() != Some(index));
                    table[ty].push((id, index));
                }
                of_query.push(places);
            }
            self.dispatch.hook_places.push(of_query);
        }
    }
}

/// The index of the hook at a variable's column, added if it is not there yet.
fn hook(query: &mut Query, var: Var) -> usize {
    let column = query.column(var).expect("a variable of the query");
    query
        .hooks
        .iter()
        .position(|&c| c == column)
        .unwrap_or_else(|| {
            query.hooks.push(column);
            query.hooks.len() - 1
        })
}

/// Of a condition that says no more than whether a sub-pattern exists: the answer with which it holds.
fn existence(condition: &Expr) -> Option<bool> {
    match &condition.kind {
        ExprKind::Exists(_) => Some(true),
        ExprKind::Not(inner) => existence(inner).map(|answer| !answer),
        _ => None,
    }
}

fn quiet(query: QueryId) -> Reaction {
    Reaction {
        query,
        rows: Rows::None,
        recheck: false,
        holds_if: None,
        stale: false,
        observe: false,
        revalue: false,
        look: Look::Nowhere,
    }
}

/// A timer that reads an attribute itself is stale when it changes; one that reads it through a sub-pattern looks whether that has changed.
fn flags(query: QueryId, purpose: Use, through_sub: bool) -> Reaction {
    Reaction {
        recheck: purpose == Use::Condition,
        stale: purpose == Use::Timer && !through_sub,
        observe: purpose == Use::Timer && through_sub,
        revalue: purpose == Use::Value,
        ..quiet(query)
    }
}

/// Adds a reaction, or what it does to one of the same query for the same rows.
fn merge(reactions: &mut Vec<Reaction>, new: &Reaction) {
    let same =
        |r: &&mut Reaction| r.query == new.query && r.rows == new.rows && r.rows != Rows::None;
    if let Some(old) = reactions.iter_mut().find(same) {
        old.recheck |= new.recheck;
        debug_assert!(
            old.holds_if.is_none() && new.holds_if.is_none(),
            "each occurrence of a sub-pattern is read by one formula"
        );
        old.stale |= new.stale;
        old.observe |= new.observe;
        old.revalue |= new.revalue;
        if matches!(old.look, Look::Nowhere) {
            old.look = new.look.clone();
        }
    } else {
        reactions.push(new.clone());
    }
}
