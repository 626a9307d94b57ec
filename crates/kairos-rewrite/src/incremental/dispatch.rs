//! What has to be done about each kind of change: tables from changed element to rows and searches.

use kairos_model::{
    expr::Var,
    probe::ProbeId,
    rule::Created,
    types::{AttributeId, EdgeTypeId, NodeTypeId, TypeGraph},
};

use super::{
    plan::{Ends, Plan, TypeSet},
    query::{Query, QueryId},
    tally::{Counted, Tally},
};
use crate::{
    binding::Slot,
    effects::AttributeOf,
    eval::{OfBits, Range},
    graph::HostGraph,
    program::SubId,
    schema::{PortId, Way},
};

/// Which stored rows a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// None: the change can only make matches appear.
    None,
    /// Of a query of one element, the row of the changed element, which it knows by this hook; where a condition is in doubt, that may be a new one.
    Alone(usize),
    /// Those that the changed element is in, by this hook of the query.
    Hook(usize),
    /// All of the query.
    All,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub(crate) enum Look {
    /// Nothing: the change can only make matches disappear, or a match of the changed element alone.
    Nowhere,
    /// Matches around the changed element.
    Around(Plan),
    /// Matches that are the changed edge with its ends, without conditions.
    Edge(LoneEdge),
    /// Matches anywhere.
    Everywhere,
    /// Rows at the ends of the changed edge.
    Ends,
    /// Embeddings around which a sub-pattern may have changed, to be looked at again whether they were matches or not.
    Suspects(Plan),
}

/// A pattern that is one edge with its ends.
#[derive(Clone, Debug)]
pub(crate) struct LoneEdge {
    pub(crate) ends: Ends,
    /// The columns of the edge and of its ends.
    pub(super) columns: (usize, usize, usize),
}

impl LoneEdge {
    /// The match of an edge that has these ends in it; as many of the slots as it has columns.
    #[inline(always)]
    pub(super) fn slots(&self, edge: Slot, (from, to): (Slot, Slot)) -> [Slot; 3] {
        let mut slots = [to; 3];
        (slots[self.columns.0], slots[self.columns.1]) = (edge, from);
        slots
    }
}

impl Look {
    /// For what a plan of a query finds.
    pub(super) fn around(query: &Query, plan: Plan) -> Look {
        let column = |var: Var| query.column(var).expect("a variable of the query");
        match plan.ends_alone() {
            Some(ends) => Look::Edge(LoneEdge {
                ends: ends.clone(),
                columns: (
                    column(ends.edge),
                    column(ends.from.var),
                    column(ends.to.var),
                ),
            }),
            None => Look::Around(plan),
        }
    }
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

/// A query of one node whose only condition is whether a sub-pattern exists there: its row is there if and only if the answer is this one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decided {
    pub(crate) query: QueryId,
    /// By which the node knows its row.
    pub(crate) hook: usize,
    pub(crate) holds_if: bool,
    /// The only list where such edges stand, if all nodes that have one are of one type and in question.
    pub(crate) port: Option<PortId>,
}

/// A query of one node that asks at most where one attribute lies, which has changed: its row is there if and only if that lies in this range.
#[derive(Clone, Debug)]
pub(crate) struct Ranged {
    pub(crate) reaction: Reaction,
    pub(crate) range: Range,
    /// What the value of the row comes to, if it is one of this attribute.
    pub(crate) value: Option<OfBits>,
}

/// Reactions of the queries of one stratum.
#[derive(Debug, Default)]
pub(crate) struct Stratum {
    pub(crate) node_created: Vec<Vec<Reaction>>,
    pub(crate) edge_created: Vec<Vec<Reaction>>,
    /// By attribute of elements of one type ([`Attributes`]).
    pub(crate) changed: Vec<Vec<Reaction>>,
    /// The same, of queries that such an attribute decides alone.
    pub(crate) ranged: Vec<Vec<Ranged>>,
    /// By sub-pattern whose count at the changed node has changed.
    pub(crate) counted: Vec<Vec<Reaction>>,
    /// The same, of queries that such a count decides alone.
    pub(crate) decided: Vec<Vec<Decided>>,
    /// Whether `counted` has any.
    pub(crate) counts: bool,
}

/// Numbers the attributes of each type of nodes and edges.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    node_types: usize,
    attributes: usize,
    /// By attribute: its number, where nodes of one type alone have it. Then none need be read to know.
    of_one_type: Box<[Option<usize>]>,
}

impl Attributes {
    pub(super) fn new(types: &TypeGraph) -> Attributes {
        let mut attributes = Attributes {
            node_types: types.nodes.len(),
            attributes: types.attributes.len(),
            of_one_type: Box::default(),
        };
        let number = |attribute: AttributeId| {
            let all = (0..).map(NodeTypeId).take(types.nodes.len());
            let mut having = all.filter(|&ty| types.node_column(ty, attribute).is_some());
            let (only, other) = (having.next()?, having.next());
            other
                .is_none()
                .then(|| attributes.of_nodes(only, attribute))
        };
        let all = (0..).map(AttributeId).take(types.attributes.len());
        attributes.of_one_type = all.map(number).collect();
        attributes
    }

    pub(crate) fn of_nodes(&self, ty: NodeTypeId, attribute: AttributeId) -> usize {
        ty.index() * self.attributes + attribute.index()
    }

    pub(crate) fn of_edges(&self, ty: EdgeTypeId, attribute: AttributeId) -> usize {
        (self.node_types + ty.index()) * self.attributes + attribute.index()
    }

    /// The number of an attribute of an element.
    #[inline]
    pub(crate) fn of(&self, graph: &HostGraph, of: &AttributeOf) -> usize {
        if of.is_node {
            let only = self.of_one_type[of.attribute.index()];
            only.unwrap_or_else(|| self.of_nodes(graph.node_type(of.element), of.attribute))
        } else {
            self.of_edges(graph.edge_type(of.element), of.attribute)
        }
    }
}

/// Edges of one type that a degree counts.
#[derive(Clone, Debug)]
pub(crate) struct Degree {
    pub(crate) sub: SubId,
    pub(crate) way: Way,
    /// Types of the node at the other end.
    pub(crate) others: TypeSet,
}

/// A hook of a query that elements of one type have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hooked {
    pub(crate) query: QueryId,
    pub(crate) hook: usize,
    /// Which of the element's lists of rows; none where its number tells its rows.
    pub(crate) list: Option<u16>,
}

/// A place among the hooks of elements of one type, or none.
pub(crate) const NO_HOOK: u16 = u16::MAX;

/// All tables.
#[derive(Debug, Default)]
pub(crate) struct Dispatch {
    pub(crate) strata: Vec<Stratum>,
    pub(crate) attributes: Attributes,
    /// By attribute of elements of one type: whether any query reads it.
    pub(crate) is_read: Vec<bool>,
    /// Looked for before the element goes.
    pub(crate) node_deleted: Vec<Vec<Reaction>>,
    pub(crate) edge_deleted: Vec<Vec<Reaction>>,
    /// Degrees that an edge of each type may be counted in.
    pub(crate) degrees: Vec<Vec<Degree>>,
    /// Counts of nodes that a node of each type is counted in.
    pub(crate) node_counts: Vec<Vec<SubId>>,
    /// Probes that count nodes and edges of each type.
    pub(crate) node_tallies: Vec<Vec<ProbeId>>,
    pub(crate) edge_tallies: Vec<Vec<ProbeId>>,
    /// Probes that sum up what an attribute of nodes of each type comes to, with its column.
    pub(crate) node_sums: Vec<Vec<(ProbeId, usize, OfBits)>>,
    /// The same by attribute of elements of one type.
    pub(crate) sums: Vec<Vec<(ProbeId, OfBits)>>,
    /// For each type the hooks that its elements have.
    pub(crate) node_hooks: Vec<Vec<Hooked>>,
    /// By type of node: queries whose rows go by the number of such a node.
    pub(crate) node_rows: Vec<Vec<QueryId>>,
    pub(crate) edge_hooks: Vec<Vec<Hooked>>,
    /// For each type how many of these have lists of rows.
    pub(crate) node_lists: Vec<u16>,
    pub(crate) edge_lists: Vec<u16>,
    /// For each query and hook its place among the hooks of each type.
    pub(crate) hook_places: Vec<Vec<Vec<u16>>>,
    /// Sub-patterns of which only the change between none and some matters.
    pub(crate) crossing: Vec<bool>,
}

impl Dispatch {
    /// Whether anything is to be done about a new node of a type.
    pub(crate) fn notices_nodes(&self, ty: NodeTypeId) -> bool {
        let ty = ty.index();
        let mut strata = self.strata.iter();
        self.node_lists[ty] > 0
            || !self.node_counts[ty].is_empty()
            || !self.node_tallies[ty].is_empty()
            || strata.any(|stratum| !stratum.node_created[ty].is_empty())
    }

    /// Whether anything is to be done about a new edge of a type.
    pub(crate) fn notices_edges(&self, ty: EdgeTypeId) -> bool {
        let ty = ty.index();
        let mut strata = self.strata.iter();
        self.edge_lists[ty] > 0
            || !self.degrees[ty].is_empty()
            || !self.edge_tallies[ty].is_empty()
            || strata.any(|stratum| !stratum.edge_created[ty].is_empty())
    }

    /// Whether anything is to be done about what a rule creates.
    pub(crate) fn notices(&self, created: &Created) -> bool {
        match *created {
            Created::Node(ty) => self.notices_nodes(ty),
            Created::Edge { ty, .. } => self.notices_edges(ty),
        }
    }

    /// Whether anybody reads an attribute of elements of one type.
    pub(crate) fn reads(&self, attribute: usize) -> bool {
        self.is_read[attribute] || !self.sums[attribute].is_empty()
    }

    /// Registers the probes that are counted, or summed up, without a query.
    pub(crate) fn tally(&mut self, types: &TypeGraph, tallies: &[Option<Tally>]) {
        let all = (0..).map(ProbeId).zip(tallies);
        for (probe, tally) in all.filter_map(|(probe, tally)| Some((probe, tally.as_ref()?))) {
            match &tally.counted {
                Counted::Nodes(nodes) => {
                    for ty in nodes {
                        self.node_tallies[ty.index()].push(probe);
                    }
                }
                Counted::Edges { types, .. } => {
                    for ty in types {
                        self.edge_tallies[ty.index()].push(probe);
                    }
                }
            }
            if let (Counted::Nodes(nodes), Some(summand)) = (&tally.counted, tally.summand) {
                for &ty in nodes {
                    self.sum(types, probe, ty, summand);
                }
            }
        }
    }

    fn sum(
        &mut self,
        types: &TypeGraph,
        probe: ProbeId,
        ty: NodeTypeId,
        (column, value): (usize, OfBits),
    ) {
        let attribute = types.node(ty).attributes[column].id;
        self.node_sums[ty.index()].push((probe, column, value));
        self.sums[self.attributes.of_nodes(ty, attribute)].push((probe, value));
    }
}
