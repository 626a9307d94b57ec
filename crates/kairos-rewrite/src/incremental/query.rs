//! A query: a pattern with conditions whose matches are stored, compiled to what a step reads of it.

use kairos_model::{
    expr::{FormulaId, Var},
    formulas::Owner,
    pattern::PatternEdge,
    probe::ProbeId,
    rule::RuleId,
    types::NodeTypeId,
};

use super::{
    layout::{Content, Hook, Layout},
    plan::Plan,
    planner::{Shape, plan},
};
use crate::{
    eval::Quick,
    program::{Program, SubId},
    shapes::lone_edge,
};

/// A query among all of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct QueryId(pub(crate) u16);

impl QueryId {
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What the matches of a query are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Events of a rule.
    Events(RuleId),
    /// Matches of a ranked rule without the ranked node.
    Frames(RuleId),
    /// The nodes that a ranked rule ranks.
    Order(RuleId),
    /// A component of a rule with an aggregate clock.
    Component(RuleId, usize),
    /// The pool of a step of a rule's choice.
    Pool(RuleId, usize),
    /// The extensions of a sub-pattern, counted by anchor.
    Sub(SubId),
    /// A probe's matches.
    Probe(ProbeId),
    /// The condition that ends a run.
    Stop,
}

/// How the values of matches are indexed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Indexed {
    /// They are not.
    #[default]
    No,
    /// In order.
    Order,
    /// By a tree of sums.
    Sums,
    /// Not one by one: only their sum is kept.
    Total,
}

/// A formula as it is evaluated at a match.
#[derive(Clone, Debug)]
pub(crate) struct Ready {
    pub(crate) formula: FormulaId,
    /// What it comes to, where it needs no closure and cannot fail.
    pub(crate) quick: Option<Quick>,
}

impl Ready {
    pub(crate) fn new(program: &Program, formula: FormulaId) -> Self {
        let quick = program.code_of(formula).quick().cloned();
        Ready { formula, quick }
    }
}

/// A pattern with conditions whose matches are stored and kept up to date.
#[derive(Debug)]
pub(crate) struct Query {
    pub(crate) id: QueryId,
    pub(crate) purpose: Purpose,
    pub(crate) owner: Owner,
    /// Columns of a row.
    pub(crate) vars: Vec<Var>,
    /// For each column whether it is a node.
    pub(crate) nodes: Vec<bool>,
    /// For each column the type of a node that can have no other.
    pub(crate) types: Vec<Option<NodeTypeId>>,
    pub(crate) edges: Vec<PatternEdge>,
    pub(crate) injective: Vec<Var>,
    pub(crate) conditions: Vec<FormulaId>,
    /// The conditions, those first that cannot fail.
    pub(crate) checked: Vec<Ready>,
    /// Columns, in the order in which numbers are compared.
    pub(crate) order: Vec<usize>,
    /// Queries of a lower stratum are up to date before this one is looked at.
    pub(crate) stratum: usize,
    /// Columns whose elements know the rows that they are in.
    pub(crate) hooks: Vec<usize>,
    /// Where matches are grouped by a node, its column.
    pub(crate) anchor: Option<usize>,
    /// The value of each match, where there is one.
    pub(crate) value: Option<Ready>,
    pub(crate) indexed: Indexed,
    /// Whether the matches are kept in pool order.
    pub(crate) keeps_order: bool,
    /// Whether somebody wants to know which rows were lost and found.
    pub(crate) keeps_rows: bool,
    /// Whether some changes concern all matches.
    pub(crate) scanned: bool,
    /// Automorphisms but for the identity, as permutations of columns, where only one embedding of each orbit is kept.
    pub(crate) orbits: Vec<Vec<usize>>,
    /// Sub-patterns that the timer reads: what they gave last is kept with each row.
    pub(crate) observed: Vec<(SubId, bool)>,
    /// Finds all matches.
    pub(crate) full: Plan,
    pub(super) early: Vec<(usize, Vec<Var>)>,
    pub(super) late: Vec<usize>,
}

impl Query {
    /// A plan that finds the matches in which `seed` is bound to a given element.
    pub(crate) fn seeded(&self, program: &Program, seed: Option<Var>) -> Plan {
        let shape = Shape {
            early: &self.early,
            late: &self.late,
            ..self.structure(program, &[])
        };
        plan(&program.model.types, &program.schema, &shape, seed, &[])
    }

    /// A plan that finds all embeddings, whatever the conditions say, from a seed that `bridges` join to the pattern.
    pub(crate) fn bridged(&self, program: &Program, seed: Var, bridges: &[PatternEdge]) -> Plan {
        plan(
            &program.model.types,
            &program.schema,
            &self.structure(program, bridges),
            Some(seed),
            &[],
        )
    }

    fn structure<'a>(&'a self, program: &'a Program, bridges: &'a [PatternEdge]) -> Shape<'a> {
        Shape {
            scope: program.scope(self.owner),
            vars: &self.vars,
            edges: &self.edges,
            injective: &self.injective,
            taken: &[],
            early: &[],
            late: &[],
            bridges,
        }
    }

    /// Whether its matches are events.
    #[inline]
    pub(crate) fn is_of_events(&self) -> bool {
        matches!(self.purpose, Purpose::Events(_))
    }

    /// Whether values are weights of a choice, which must not be negative.
    pub(crate) fn has_weights(&self) -> bool {
        let chooses = matches!(self.purpose, Purpose::Component(..) | Purpose::Pool(..));
        chooses && self.indexed == Indexed::Sums
    }

    /// Whether values tell which match is the best of a choice: one that has none matters when somebody chooses.
    pub(crate) fn is_chosen_by_order(&self) -> bool {
        matches!(self.purpose, Purpose::Pool(..)) && self.indexed == Indexed::Order
    }

    /// How its rows are stored; `places` says for each hook which of the lists of an element of each type it is.
    pub(crate) fn layout(&self, program: &Program, places: &[Vec<u16>]) -> Layout {
        let numbering = self.numbering_hook();
        let mut links = 0;
        let hook = |(index, (&column, places)): (usize, (&usize, &Vec<u16>))| {
            let is_listed = numbering != Some(index);
            links += usize::from(is_listed);
            Hook {
                column,
                is_node: self.nodes[column],
                places: places.as_slice().into(),
                link: is_listed.then(|| links - 1),
            }
        };
        let hooks: Vec<Hook> = self
            .hooks
            .iter()
            .zip(places)
            .enumerate()
            .map(hook)
            .collect();
        let layout = Layout {
            width: self.vars.len(),
            hooks,
            anchor: self.anchor,
            numbering,
            is_ranked: numbering.is_some_and(|hook| self.is_ranked(program, hook)),
            both_ways: numbering.and_then(|_| self.both_ways(program)),
            links,
            is_placed: self.keeps_order,
            is_bare: numbering.is_some() && self.anchor.is_none() && links == 0,
            content: Content::Stored,
        };
        Layout {
            content: self.content(&layout),
            ..layout
        }
    }

    /// How it is known what elements a row is of. Those of events must be stored to be handed out.
    fn content(&self, layout: &Layout) -> Content {
        let column = |var: Var| self.column(var).expect("a variable of the query");
        match self.edges.as_slice() {
            _ if !layout.is_bare => Content::Stored,
            [] => Content::Element,
            &[edge]
                if edge.from != edge.to
                    && (!edge.undirected || layout.both_ways.is_some())
                    && !layout.is_ranked
                    && !self.is_of_events() =>
            {
                Content::Edge {
                    edge: column(edge.edge),
                    from: column(edge.from),
                    to: column(edge.to),
                }
            }
            _ => Content::Stored,
        }
    }

    /// Whether a hook's elements are edges of one type among several, and a match is more than one of them.
    fn is_ranked(&self, program: &Program, hook: usize) -> bool {
        let var = self.vars[self.hooks[hook]];
        let types = program.scope(self.owner).edge_types(var);
        types.len() == 1 && program.schema.edge_types() > 1 && self.vars.len() > 1
    }

    fn key_of(&self, column: usize) -> Option<usize> {
        self.hooks.iter().position(|&c| c == column)
    }

    /// The hook of an element that says which match it makes, if there is such a one: of a match that is one element, or an edge with its ends. Not
    /// where all matches are gone through, which would go through all elements.
    pub(crate) fn numbering_hook(&self) -> Option<usize> {
        let column = self.whole()?;
        self.key_of(column).filter(|_| !self.scanned)
    }

    /// Of an edge that makes a match either way, the column of the end that is its first one way and its second the other.
    fn both_ways(&self, program: &Program) -> Option<usize> {
        let edge = self.edges.first()?;
        let scope = program.scope(self.owner);
        let mut firsts = scope.node_types(edge.from).iter();
        let alike = firsts.any(|ty| scope.node_types(edge.to).contains(ty));
        let either = edge.undirected && edge.from != edge.to && self.orbits.is_empty() && alike;
        self.column(edge.from).filter(|_| either)
    }

    /// The column of an element that no more than two matches share: of a pattern that is one element, or one edge with its ends.
    fn whole(&self) -> Option<usize> {
        match self.vars.as_slice() {
            [_] => Some(0),
            vars => self.column(lone_edge(vars, &self.edges)?.edge),
        }
    }

    pub(crate) fn column(&self, var: Var) -> Option<usize> {
        self.vars.iter().position(|&v| v == var)
    }
}
