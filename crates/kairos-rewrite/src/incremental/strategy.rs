//! How the extensions of each sub-pattern are counted.

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Var},
    formulas::Owner,
    pattern::{Pattern, Scope, SubPattern},
    types::{EdgeTypeId, NodeTypeId},
};

use super::{
    network::Ranked,
    plan::Plan,
    planner::{Shape, plan},
    query::{Query, QueryId},
};
use crate::{
    eval::can_fault,
    program::{Program, SubId},
    schema::{PortId, Way},
    shapes::CountedEdge,
    upkeep::Kept,
};

/// How the extensions of a sub-pattern are counted.
#[derive(Debug)]
pub(crate) enum Strategy {
    /// One edge at a node, without conditions: the lengths of adjacency lists.
    Degree {
        anchor: Var,
        way: Way,
        /// For each type of the anchor the lists that count.
        ports: Vec<Vec<PortId>>,
        /// Types of the node at the other end.
        others: Vec<NodeTypeId>,
        /// Matched edges that may be among those counted and are not meant.
        taken: Vec<Var>,
    },
    /// Nodes of some types, without conditions: the lengths of type lists.
    Nodes { types: Vec<NodeTypeId> },
    /// Around one node, or around none, with conditions that cannot fail: extensions are stored and counted by that node.
    Stored {
        anchor: Option<Var>,
        query: Option<QueryId>,
        taken: Vec<Var>,
    },
    /// Around several elements, or with conditions that can fail, which must not be asked for before they matter: searched for whenever asked.
    Search { plan: Plan },
}

impl Strategy {
    /// The only list where the edges stand that a degree counts, if all nodes that can have one are of these types, which are one.
    pub(super) fn only_port(&self, types: &[NodeTypeId]) -> Option<PortId> {
        let (Strategy::Degree { ports, .. }, &[only]) = (self, types) else {
            return None;
        };
        let elsewhere =
            |(ty, ports): (usize, &Vec<PortId>)| ty != only.index() && !ports.is_empty();
        match ports[only.index()].as_slice() {
            &[port] if !ports.iter().enumerate().any(elsewhere) => Some(port),
            _ => None,
        }
    }
}

/// What a degree counts at a node: way, lists by its type, types of the nodes at the other ends, and types of the edges.
pub(super) type Degrees<'a> = (Way, &'a [Vec<PortId>], &'a [NodeTypeId], &'a [EdgeTypeId]);

/// The strategy of every sub-pattern.
#[derive(Debug, Default)]
pub(crate) struct Strategies {
    list: Vec<Strategy>,
    strata: Vec<usize>,
}

impl Strategies {
    pub(crate) fn new(program: &Program) -> Self {
        let ids = 0..u32::try_from(program.sub_count()).expect("fewer than 2^32 sub-patterns");
        let list: Vec<_> = ids.map(|id| choose(program, SubId(id))).collect();
        Strategies {
            strata: vec![0; list.len()],
            list,
        }
    }

    pub(crate) fn of(&self, sub: SubId) -> &Strategy {
        &self.list[sub.index()]
    }

    /// Of a sub-pattern that is a degree of a node, and leaves nothing out: the node, and what is counted there.
    pub(super) fn degrees<'a>(
        &'a self,
        program: &'a Program,
        sub: SubId,
    ) -> Option<(Var, Degrees<'a>)> {
        match self.of(sub) {
            Strategy::Degree {
                anchor,
                way,
                ports,
                others,
                taken,
            } if taken.is_empty() => {
                let edges = counted_edges(program, sub);
                Some((*anchor, (*way, ports, others, edges)))
            }
            _ => None,
        }
    }

    pub(crate) fn set_query(&mut self, sub: SubId, id: QueryId) {
        if let Strategy::Stored { query, .. } = &mut self.list[sub.index()] {
            *query = Some(id);
        }
    }

    /// Gives every query its stratum, above those of the stored sub-patterns that it reads; returns how many strata there are.
    pub(crate) fn stratify(
        &mut self,
        program: &Program,
        queries: &mut [Query],
        rankings: &[Option<Ranked>],
    ) -> usize {
        // An outer sub-pattern stands before the ones in it, so that backwards the inner ones are done first.
        for index in (0..self.list.len()).rev() {
            let sub = SubId(u32::try_from(index).expect("fewer than 2^32 sub-patterns"));
            let owner = program.sub_owner(sub).0;
            let conditions = &program.sub(sub).pattern.conditions;
            let below = conditions
                .iter()
                .map(|c| self.above(program, owner, &c.expr))
                .max()
                .unwrap_or(0);
            self.strata[index] = below;
        }
        for query in queries.iter_mut() {
            let value = query.value.as_ref().map(|value| value.formula);
            let formulas = query.conditions.iter().copied().chain(value);
            let below =
                formulas.map(|f| self.above(program, query.owner, &program.formula(f).expr));
            let observed = query.observed.iter().map(|(sub, _)| self.over(*sub));
            query.stratum = below.chain(observed).max().unwrap_or(0);
        }
        for ranked in rankings.iter().flatten() {
            let stratum = queries[ranked.events.index()].stratum;
            queries[ranked.frames.index()].stratum = stratum;
            queries[ranked.order.index()].stratum = stratum;
        }
        queries.iter().map(|q| q.stratum + 1).max().unwrap_or(1)
    }

    /// The lowest stratum at which an expression may be evaluated.
    fn above(&self, program: &Program, owner: Owner, expr: &Expr) -> usize {
        let mut subs = Vec::new();
        direct_subs(program, owner, expr, &mut subs);
        subs.iter()
            .map(|(sub, _)| self.over(*sub))
            .max()
            .unwrap_or(0)
    }

    /// The lowest stratum at which a sub-pattern's count is up to date.
    fn over(&self, sub: SubId) -> usize {
        self.strata[sub.index()] + usize::from(matches!(self.of(sub), Strategy::Stored { .. }))
    }
}

/// The sub-patterns that an expression counts itself, and whether it only asks if there is an extension.
pub(crate) fn direct_subs(
    program: &Program,
    owner: Owner,
    expr: &Expr,
    out: &mut Vec<(SubId, bool)>,
) {
    expr.walk(&mut |e| match e.kind {
        ExprKind::Exists(sub) => out.push((program.sub_id(owner, sub), true)),
        ExprKind::Count(sub) => out.push((program.sub_id(owner, sub), false)),
        _ => {}
    });
}

fn choose(program: &Program, id: SubId) -> Strategy {
    let owner = program.sub_owner(id).0;
    let scope = program.scope(owner);
    let sub = program.sub(id);
    let own = |v: &Var| sub.pattern.elements.contains(v);
    let mut outer: Vec<Var> = sub
        .pattern
        .edges
        .iter()
        .flat_map(|e| [e.from, e.to])
        .collect();
    for condition in &sub.pattern.conditions {
        scope.mentions(&condition.expr, &mut outer);
    }
    outer.retain(|v| !own(v));
    outer.sort_unstable();
    outer.dedup();
    let taken: Vec<Var> = scope.overlapping(&sub.pattern, &sub.taken).collect();
    if let Some(counted) = CountedEdge::of(&sub.pattern) {
        return degree(program, scope, &counted, taken);
    }
    let mut conditions = sub.pattern.conditions.iter();
    let plain = conditions.len() == 0;
    let can_fail = conditions.any(|c| can_fault(scope, &program.model.tables, &c.expr));
    match (
        outer.as_slice(),
        sub.pattern.elements.as_slice(),
        sub.pattern.edges.as_slice(),
    ) {
        ([], &[node], []) if plain => Strategy::Nodes {
            types: scope.node_types(node).to_vec(),
        },
        ([], ..) if !can_fail => Strategy::Stored {
            anchor: None,
            query: None,
            taken,
        },
        (&[anchor], ..) if scope.is_node(anchor) && is_connected(sub, anchor) && !can_fail => {
            Strategy::Stored {
                anchor: Some(anchor),
                query: None,
                taken,
            }
        }
        _ => Strategy::Search {
            plan: extension_plan(program, owner, &sub.pattern, &taken),
        },
    }
}

/// Counts the edges at a node.
fn degree(program: &Program, scope: &Scope, counted: &CountedEdge, taken: Vec<Var>) -> Strategy {
    let &CountedEdge {
        anchor,
        way,
        edge,
        other,
    } = counted;
    let others = scope.node_types(other).to_vec();
    Strategy::Degree {
        anchor,
        way,
        ports: ports(program, scope.edge_types(edge), way, &others),
        others,
        taken,
    }
}

fn ports(
    program: &Program,
    edges: &[EdgeTypeId],
    way: Way,
    others: &[NodeTypeId],
) -> Vec<Vec<PortId>> {
    let types =
        0..u16::try_from(program.schema.node_types()).expect("check allows fewer than 2^16 types");
    types
        .map(|ty| {
            let pairs = edges
                .iter()
                .flat_map(|&e| others.iter().map(move |&o| (e, o)));
            pairs
                .filter_map(|(e, o)| program.schema.port(NodeTypeId(ty), e, way, o, Kept::Number))
                .collect()
        })
        .collect()
}

/// Whether every element of a sub-pattern can be reached from the anchor along its edges.
fn is_connected(sub: &SubPattern, anchor: Var) -> bool {
    let mut reached = vec![anchor];
    loop {
        let next = sub.pattern.edges.iter().find(|e| {
            !reached.contains(&e.edge) && (reached.contains(&e.from) || reached.contains(&e.to))
        });
        let Some(e) = next else { break };
        reached.extend([e.edge, e.from, e.to]);
    }
    sub.pattern.elements.iter().all(|v| reached.contains(v))
}

/// A plan that looks for the extensions of a pattern around what is bound: everything but its own elements.
pub(crate) fn extension_plan(
    program: &Program,
    owner: Owner,
    pattern: &Pattern,
    taken: &[Var],
) -> Plan {
    let scope = program.scope(owner);
    let own = &pattern.elements;
    let bound: Vec<Var> = (0..)
        .zip(&scope.elements)
        .map(|(i, _)| Var(i))
        .filter(|v| !own.contains(v))
        .collect();
    let injective: Vec<Var> = own.iter().copied().filter(|&v| scope.is_node(v)).collect();
    let (early, late) = split_conditions(program, scope, own, pattern.conditions.iter());
    let shape = Shape {
        scope,
        vars: own,
        edges: &pattern.edges,
        injective: &injective,
        taken,
        early: &early,
        late: &late,
        bridges: &[],
    };
    plan(&program.model.types, &program.schema, &shape, None, &bound)
}

/// Positions of conditions that may be checked as soon as their variables among `own` are bound, with these, and of those that come last.
pub(crate) fn split_conditions<'a>(
    program: &Program,
    scope: &Scope,
    own: &[Var],
    conditions: impl Iterator<Item = &'a Formula>,
) -> (Vec<(usize, Vec<Var>)>, Vec<usize>) {
    let (mut early, mut late) = (Vec::new(), Vec::new());
    for (position, condition) in conditions.enumerate() {
        if can_fault(scope, &program.model.tables, &condition.expr) {
            late.push(position);
        } else {
            let mut read = Vec::new();
            scope.mentions(&condition.expr, &mut read);
            read.retain(|v| own.contains(v));
            early.push((position, read));
        }
    }
    (early, late)
}

/// Types of the edges that a degree counts.
pub(super) fn counted_edges(program: &Program, sub: SubId) -> &[EdgeTypeId] {
    let scope = program.scope(program.sub_owner(sub).0);
    scope.edge_types(program.sub(sub).pattern.edges[0].edge)
}

/// Of a condition that says no more than whether a sub-pattern exists: which, and the answer with which it holds.
pub(super) fn existence(
    program: &Program,
    owner: Owner,
    condition: &Expr,
) -> Option<(SubId, bool)> {
    match &condition.kind {
        ExprKind::Exists(sub) => Some((program.sub_id(owner, *sub), true)),
        ExprKind::Not(inner) => {
            let (sub, answer) = existence(program, owner, inner)?;
            Some((sub, !answer))
        }
        _ => None,
    }
}
