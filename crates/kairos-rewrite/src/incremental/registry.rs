//! Registers what each query reads, so that the tables of [`Dispatch`] say what it does about each kind of change.

mod counting;

use kairos_model::{
    expr::{Expr, ExprKind, Var},
    pattern::{PatternEdge, SubPatternId},
    types::{AttributeId, NodeTypeId},
};

use super::{
    dispatch::{Attributes, Dispatch, Hooked, Look, NO_HOOK, Ranged, Reaction, Rows, Stratum},
    network::Ranked,
    query::{Indexed, Purpose, Query, QueryId},
    strategy::{Strategies, Strategy, direct_subs, existence},
};
use crate::{
    eval::Range,
    program::{Program, SubId},
};

impl Dispatch {
    /// The tables of these queries, which are given their hooks.
    pub(crate) fn new(
        program: &Program,
        strategies: &Strategies,
        rankings: &[Option<Ranked>],
        queries: &mut [Query],
    ) -> Dispatch {
        let (node_types, edge_types) = (program.schema.node_types(), program.schema.edge_types());
        let attributes = Attributes::new(&program.model.types);
        let changes = (node_types + edge_types) * program.model.types.attributes.len();
        let strata = queries.iter().map(|q| q.stratum + 1).max().unwrap_or(1);
        let stratum = || Stratum {
            node_created: vec![Vec::new(); node_types],
            edge_created: vec![Vec::new(); edge_types],
            changed: vec![Vec::new(); changes],
            ranged: vec![Vec::new(); changes],
            counted: vec![Vec::new(); program.sub_count()],
            decided: vec![Vec::new(); program.sub_count()],
            counts: false,
        };
        let dispatch = Dispatch {
            strata: (0..strata).map(|_| stratum()).collect(),
            attributes,
            is_read: vec![false; changes],
            node_sums: vec![Vec::new(); node_types],
            sums: vec![Vec::new(); changes],
            node_deleted: vec![Vec::new(); node_types],
            edge_deleted: vec![Vec::new(); edge_types],
            degrees: vec![Vec::new(); edge_types],
            node_counts: vec![Vec::new(); node_types],
            node_tallies: vec![Vec::new(); node_types],
            edge_tallies: vec![Vec::new(); edge_types],
            node_hooks: vec![Vec::new(); node_types],
            node_rows: vec![Vec::new(); node_types],
            edge_hooks: vec![Vec::new(); edge_types],
            node_lists: vec![0; node_types],
            edge_lists: vec![0; edge_types],
            hook_places: Vec::new(),
            crossing: vec![true; program.sub_count()],
        };
        let mut builder = Builder {
            program,
            strategies,
            same: Vec::new(),
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
        builder.decide(queries);
        builder.range(queries);
        builder.forget_counts();
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
    /// By sub-pattern: the first one that counts the same edges everywhere.
    same: Vec<SubId>,
    dispatch: Dispatch,
}

impl Builder<'_> {
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
                    look: Look::around(query, query.seeded(self.program, Some(var))),
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
        if let Some(value) = query.value.as_ref().map(|value| value.formula) {
            self.reads(
                id,
                query,
                &self.program.formula(value).expr,
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
            rows: Rows::Alone(hook(order, ranking.other)),
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
            rows: Rows::Alone(hook(order, row)),
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
            self.dispatch.crossing[self.same[sub.index()].index()] &= exists;
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
                        let existence = existence(self.program, query.owner, expr);
                        reaction.holds_if = existence.map(|(_, answer)| answer);
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
            if !scope.is_node(var) || lone {
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
        let hook = hook(query, var);
        let (rows, look) = match purpose {
            _ if query.vars.len() == 1 => (Rows::Alone(hook), Look::Nowhere),
            Use::Condition => {
                let plan = query.seeded(self.program, Some(var));
                (Rows::Hook(hook), Look::Around(plan))
            }
            Use::Timer | Use::Value => (Rows::Hook(hook), Look::Nowhere),
        };
        Some(Reaction {
            rows,
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
        for ty in scope.node_types(var) {
            self.dispatch.node_deleted[ty.index()].push(reaction.clone());
        }
        for ty in scope.edge_types(var) {
            self.dispatch.edge_deleted[ty.index()].push(reaction.clone());
        }
    }

    fn add(&mut self, query: &Query, trigger: Trigger, reaction: Reaction) {
        let scope = self.program.scope(query.owner);
        let Dispatch {
            strata,
            attributes,
            is_read,
            ..
        } = &mut self.dispatch;
        let stratum = &mut strata[query.stratum];
        match trigger {
            Trigger::Appears(var) => {
                for ty in scope.node_types(var) {
                    stratum.node_created[ty.index()].push(reaction.clone());
                }
                for ty in scope.edge_types(var) {
                    stratum.edge_created[ty.index()].push(reaction.clone());
                }
            }
            Trigger::Attribute(var, attribute) => {
                let nodes = scope.node_types(var).iter();
                let edges = scope.edge_types(var).iter();
                let of_nodes = nodes.map(|&ty| attributes.of_nodes(ty, attribute));
                let of_edges = edges.map(|&ty| attributes.of_edges(ty, attribute));
                for number in of_nodes.chain(of_edges) {
                    is_read[number] = true;
                    merge(&mut stratum.changed[number], &reaction);
                }
            }
            Trigger::Count(sub) => {
                let same = self.same[sub.index()];
                merge(&mut stratum.counted[same.index()], &reaction);
            }
        }
    }

    /// Tells which queries a change of an attribute decides alone.
    fn range(&mut self, queries: &[Query]) {
        let types = &self.program.model.types;
        let Dispatch {
            strata, attributes, ..
        } = &mut self.dispatch;
        for (ty, node) in (0..).map(NodeTypeId).zip(&types.nodes) {
            for (column, attribute) in node.attributes.iter().enumerate() {
                let number = attributes.of_nodes(ty, attribute.id);
                for Stratum {
                    changed, ranged, ..
                } in strata.iter_mut()
                {
                    changed[number].retain(|reaction| {
                        let query = &queries[reaction.query.index()];
                        let alone = ranged_alone(reaction, query, column);
                        let is_alone = alone.is_some();
                        ranged[number].extend(alone);
                        !is_alone
                    });
                }
            }
        }
    }

    /// Lays out the hooks of the elements of each type.
    fn places(&mut self, queries: &[Query]) {
        for (id, query) in (0..).map(QueryId).zip(queries) {
            let scope = self.program.scope(query.owner);
            let mut of_query = Vec::new();
            for (index, &column) in query.hooks.iter().enumerate() {
                let var = query.vars[column];
                let nodes = scope.node_types(var).iter().map(|t| t.index());
                let edges = scope.edge_types(var).iter().map(|t| t.index());
                let Dispatch {
                    node_hooks,
                    edge_hooks,
                    node_rows,
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
                    let is_listed = query.numbering_hook() != Some(index);
                    places[ty] = lists[ty];
                    table[ty].push(Hooked {
                        query: id,
                        hook: index,
                        list: is_listed.then_some(lists[ty]),
                    });
                    lists[ty] += u16::from(is_listed);
                    if query.nodes[column] && !is_listed {
                        node_rows[ty].push(id);
                    }
                }
                of_query.push(places);
            }
            self.dispatch.hook_places.push(of_query);
        }
    }
}

/// What the attribute in a column, which has changed, decides alone, if it does: a query of one node, which checks at most where that lies.
fn ranged_alone(reaction: &Reaction, query: &Query, column: usize) -> Option<Ranged> {
    let Rows::Alone(hook) = reaction.rows else {
        return None;
    };
    let range = match query.checked.as_slice() {
        [] => Range::ALL,
        [condition] => {
            let (of, range) = condition.quick.as_ref()?.range_of_attribute()?;
            (of == column).then_some(range)?
        }
        _ => return None,
    };
    // Other values are evaluated, and others than that of the query must be told of.
    let value = if reaction.revalue {
        let (of, of_bits) = query.value.as_ref()?.quick.as_ref()?.of_attribute()?;
        let is_summed = matches!(query.indexed, Indexed::Sums | Indexed::Total);
        Some((of == column && is_summed).then_some(of_bits)?)
    } else {
        None
    };
    let is_alone = query.nodes[0] && query.numbering_hook() == Some(hook);
    is_alone.then(|| Ranged {
        reaction: reaction.clone(),
        range,
        value,
    })
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
        if old.holds_if != new.holds_if {
            old.holds_if = None;
        }
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
