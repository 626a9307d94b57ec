//! The steps of choices, compiled, the pools that they pick from, and uniform picks.

use std::ops::Range;

use kairos_model::{
    expr::{FormulaId, Var},
    rule::{Pick, RuleId},
    types::{NodeTypeId, Value},
};

use super::{
    data::Data,
    plan::Plan,
    query::{QueryId, Ready},
    store::Store,
};
use crate::{
    binding::{Binding, Slot},
    error::Outcome,
    graph::{Half, HostGraph},
    matcher::Fraction,
    program::{ChoiceShape, Program},
    schema::PortId,
};

/// What a rule chooses.
#[derive(Debug)]
pub(crate) struct Choosing {
    pub(crate) steps: Box<[Picking]>,
    /// What must hold after all picks, in the order of the text.
    pub(crate) then: Box<[Ready]>,
}

/// Which step of which rule.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    pub(crate) rule: RuleId,
    pub(crate) step: usize,
}

/// A step of a rule's choice.
#[derive(Debug)]
pub(crate) struct Picking {
    pub(crate) source: Source,
    /// Whether one of the pool's members is as good as another.
    pub(crate) is_uniform: bool,
    /// Own elements.
    pub(crate) own: Box<[Var]>,
    /// The node at which a pool's edges are.
    pub(crate) anchor: Option<Var>,
    /// Pairs of edges that must be two.
    pub(crate) apart: Box<[(Var, Var)]>,
    /// Conditions that are checked for each candidate.
    pub(crate) remaining: Box<[Ready]>,
    /// How extensions are searched for, with all of the step's conditions, where there is no pool.
    pub(crate) search: (Plan, Vec<FormulaId>),
}

/// Where the candidates of a step come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The stored matches of a query, with what its columns are bound to.
    Rows(QueryId, Box<[Var]>),
    /// The edges of one type at a node.
    Halves(HalvesAt),
    /// The nodes of a type.
    Nodes { node: Var, ty: NodeTypeId },
    /// There is no pool.
    Search,
}

/// The edges of one type at a node.
#[derive(Debug)]
pub(crate) struct HalvesAt {
    /// The node.
    pub(crate) anchor: Var,
    /// In which of its lists they stand.
    pub(crate) ports: PoolPort,
    /// What is bound to the edge that is picked.
    edge: Var,
    /// What is bound to its other end.
    node: Var,
}

/// In which list of a node the edges of a pool stand.
#[derive(Debug)]
pub(crate) enum PoolPort {
    /// In the same for all nodes that it can be.
    Same(PortId),
    /// By type.
    ByType(Box<[Option<PortId>]>),
}

impl PoolPort {
    /// Of a node of one of these types.
    fn new(types: &[NodeTypeId], ports: &[Option<PortId>]) -> Self {
        let same = match types {
            &[ty] => ports[ty.index()],
            _ => None,
        };
        same.map_or_else(|| PoolPort::ByType(ports.into()), PoolPort::Same)
    }

    #[inline]
    pub(crate) fn of(&self, graph: &HostGraph, node: Slot) -> Option<PortId> {
        match self {
            PoolPort::Same(port) => Some(*port),
            PoolPort::ByType(ports) => ports[graph.node_type(node).index()],
        }
    }
}

impl Picking {
    /// A step whose pool is a query's, if it has one.
    pub(crate) fn new(
        program: &Program,
        rule: RuleId,
        step: usize,
        pool: Option<QueryId>,
        search: (Plan, Vec<FormulaId>),
    ) -> Picking {
        let plan = &program.choices[rule.index()][step];
        let rule = program.model.rule(rule);
        let choice = &rule.choose[step];
        let pattern = &choice.pattern;
        let (anchor, edge) = match plan.shape {
            ChoiceShape::Edges { anchor, edge, .. } => (Some(anchor), Some(edge)),
            ChoiceShape::Nodes { .. } | ChoiceShape::Search => (None, None),
        };
        let source = match (pool, plan.shape) {
            (
                Some(query),
                ChoiceShape::Edges {
                    anchor, edge, node, ..
                },
            ) => Source::Rows(query, Box::new([anchor, edge, node])),
            (Some(query), _) => Source::Rows(query, pattern.elements.as_slice().into()),
            (None, ChoiceShape::Search) => Source::Search,
            (None, ChoiceShape::Nodes { node }) => Source::Nodes {
                node,
                ty: rule.scope.node_types(node)[0],
            },
            (
                None,
                ChoiceShape::Edges {
                    anchor, edge, node, ..
                },
            ) => Source::Halves(HalvesAt {
                anchor,
                ports: PoolPort::new(rule.scope.node_types(anchor), &plan.ports),
                edge,
                node,
            }),
        };
        let taken = plan.taken.iter();
        let ready = |&c: &usize| Ready::new(program, pattern.conditions[c].id);
        Picking {
            source,
            is_uniform: matches!(choice.pick, Pick::Uniform),
            own: pattern.elements.as_slice().into(),
            anchor,
            apart: taken.flat_map(|&t| edge.map(|edge| (t, edge))).collect(),
            remaining: plan.remaining.iter().map(ready).collect(),
            search,
        }
    }
}

/// The members of a pool, in pool order.
pub(crate) enum Members<'a> {
    Rows {
        query: QueryId,
        vars: &'a [Var],
        store: &'a Store,
        graph: &'a HostGraph,
        rows: &'a [u32],
    },
    /// Rows that have the numbers of what they are of.
    Numbered {
        query: QueryId,
        var: Var,
        rows: &'a [u32],
    },
    Halves {
        edge: Var,
        node: Var,
        halves: &'a [Half],
    },
    Nodes {
        node: Var,
        nodes: &'a [Slot],
    },
    None,
}

impl Members<'_> {
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        match self {
            Members::Rows { rows, .. } | Members::Numbered { rows, .. } => rows.len(),
            Members::Halves { halves, .. } => halves.len(),
            Members::Nodes { nodes, .. } => nodes.len(),
            Members::None => 0,
        }
    }

    /// Binds the candidate at a position.
    #[inline(always)]
    pub(crate) fn bind(&self, position: usize, bound: &Binding) {
        match *self {
            Members::Rows {
                vars,
                store,
                graph,
                rows,
                ..
            } => {
                let row = store.row(rows[position], graph);
                for (&var, &slot) in vars.iter().zip(&*row) {
                    bound.set(var, slot);
                }
            }
            Members::Numbered { var, rows, .. } => bound.set(var, Slot(rows[position])),
            Members::Halves { edge, node, halves } => {
                let half = halves[position];
                bound.set(edge, half.edge());
                bound.set(node, half.node());
            }
            Members::Nodes { node, nodes } => bound.set(node, nodes[position]),
            Members::None => unreachable!("an empty pool has no position"),
        }
    }
}

impl Data {
    #[inline(always)]
    fn halves(&self, at: &HalvesAt, bound: &Binding) -> Members<'_> {
        let from = bound.get(at.anchor);
        let port = at.ports.of(&self.graph, from);
        Members::Halves {
            edge: at.edge,
            node: at.node,
            halves: port.map_or(&[], |port| self.graph.port(from, port)),
        }
    }

    #[inline(always)]
    pub(super) fn members<'a>(&'a self, picking: &'a Picking, bound: &Binding) -> Members<'a> {
        match picking.source {
            Source::Rows(query, ref vars) => {
                let Some(pools) = &self.pools[query.index()] else {
                    return Members::None;
                };
                let rows = pools.rows(picking.anchor.map(|anchor| bound.get(anchor)));
                let store = &self.stores[query.index()];
                match **vars {
                    [var] if store.has_numbers_of_elements() => {
                        Members::Numbered { query, var, rows }
                    }
                    _ => Members::Rows {
                        query,
                        vars,
                        store,
                        graph: &self.graph,
                        rows,
                    },
                }
            }
            Source::Halves(ref source) => self.halves(source, bound),
            Source::Nodes { node, ty } => Members::Nodes {
                node,
                nodes: self.graph.nodes_of(ty),
            },
            Source::Search => Members::None,
        }
    }

    #[inline(always)]
    pub(crate) fn pool_picks(
        &self,
        at: Step,
        attempts: u32,
        uniform: impl Fn(usize, u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<Option<usize>> {
        let steps = &*self.network().choices[at.rule.index()].steps;
        let mut step = at.step;
        while let Some(picking) = steps.get(step) {
            let uniform = |attempt| uniform(step, attempt);
            let made =
                picking.is_uniform && self.pool_pick(at.rule, picking, attempts, uniform, bound)?;
            if !made {
                return Ok(Some(step));
            }
            step += 1;
        }
        Ok(None)
    }

    #[inline(always)]
    fn pool_pick(
        &self,
        rule: RuleId,
        picking: &Picking,
        attempts: u32,
        uniform: impl Fn(u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<bool> {
        // Most pools are the edges at a node, and mostly the first of them that is tried fits.
        let mut first = 0;
        if attempts > 0
            && let Source::Halves(source) = &picking.source
        {
            let halves = self.halves(source, bound);
            if self.attempt(rule, picking, &halves, uniform(0), bound)? {
                return Ok(true);
            }
            first = 1;
        }
        self.attempts(rule, picking, first..attempts, uniform, bound)
    }

    #[inline(never)]
    fn attempts(
        &self,
        rule: RuleId,
        picking: &Picking,
        attempts: Range<u32>,
        uniform: impl Fn(u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<bool> {
        let members = self.members(picking, bound);
        for attempt in attempts {
            if self.attempt(rule, picking, &members, uniform(attempt), bound)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Binds the member at a fraction of a pool; whether there is one, and it fits.
    #[inline(always)]
    fn attempt(
        &self,
        rule: RuleId,
        picking: &Picking,
        members: &Members<'_>,
        u: Fraction,
        bound: &Binding,
    ) -> Outcome<bool> {
        let count = members.len();
        if count == 0 {
            return Ok(false);
        }
        let position = u.of(count);
        if let Members::Rows { query, rows, .. } | Members::Numbered { query, rows, .. } = *members
        {
            self.prefetch_picked_row(query, rows[position]);
        }
        members.bind(position, bound);
        self.fits(rule, picking, bound)
    }

    /// Whether distinctness and remaining conditions hold for a bound candidate.
    #[inline]
    pub(super) fn fits(&self, rule: RuleId, picking: &Picking, bound: &Binding) -> Outcome<bool> {
        let clash = |&(a, b): &(Var, Var)| bound.get(a) == bound.get(b);
        if picking.apart.iter().any(clash) {
            return Ok(false);
        }
        // Mostly nothing else is to be checked.
        Ok(picking.remaining.is_empty() || self.remaining_hold(rule, picking, bound)?)
    }

    #[inline(always)]
    fn remaining_hold(&self, rule: RuleId, picking: &Picking, bound: &Binding) -> Outcome<bool> {
        let otherwise = |condition| self.condition(rule, condition, bound);
        self.each_holds(&picking.remaining, bound, otherwise)
    }

    /// Whether what must hold after all picks of a rule does; a fault does not know rule and match.
    #[inline(always)]
    pub(crate) fn permits(&self, rule: RuleId, bound: &Binding, now: f64) -> Outcome<bool> {
        let conditions = &self.network().choices[rule.index()].then;
        self.each_holds(conditions, bound, |condition| {
            let formula = self.program.formula(condition);
            Ok(self.value_at(formula, bound, now)? == Value::Bool(true))
        })
    }
}
