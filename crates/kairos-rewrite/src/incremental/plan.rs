//! Search plans: in which order the elements of a pattern are bound, starting from a seed, and what is asked of them.

use kairos_model::{
    expr::Var,
    types::{EdgeTypeId, NodeTypeId},
};

use crate::{binding::Slot, graph::HostGraph, schema::PortId};

/// A set of node or edge types.
#[derive(Clone, Debug)]
pub(crate) struct TypeSet(Box<[bool]>);

impl TypeSet {
    pub(crate) fn new(size: usize, members: impl Iterator<Item = usize>) -> Self {
        let mut set = vec![false; size].into_boxed_slice();
        members.for_each(|m| set[m] = true);
        TypeSet(set)
    }

    pub(crate) fn has_node(&self, ty: NodeTypeId) -> bool {
        self.0[ty.index()]
    }

    pub(crate) fn has_edge(&self, ty: EdgeTypeId) -> bool {
        self.0[ty.index()]
    }
}

/// What a node variable may be bound to.
#[derive(Clone, Debug)]
pub(crate) struct NodeTest {
    pub(crate) var: Var,
    /// `None` where the way to the candidate leaves no other types.
    pub(super) types: Option<TypeSet>,
    /// Bound variables that must be other nodes, as far as they could be the same.
    pub(crate) distinct: Box<[Var]>,
    /// Whether the variable is bound already, so that the candidate must be that node.
    pub(crate) bound: bool,
}

impl NodeTest {
    #[inline]
    pub(crate) fn has_type(&self, graph: &HostGraph, node: Slot) -> bool {
        let types = self.types.as_ref();
        types.is_none_or(|types| types.has_node(graph.node_type(node)))
    }
}

/// What an edge variable may be bound to.
#[derive(Clone, Debug)]
pub(crate) struct EdgeTest {
    pub(crate) var: Var,
    /// Bound variables that must be other edges.
    pub(crate) distinct: Box<[Var]>,
}

/// An edge that is bound, whose ends are not.
#[derive(Clone, Debug)]
pub(crate) struct Ends {
    pub(crate) edge: Var,
    pub(crate) from: NodeTest,
    pub(crate) to: NodeTest,
    pub(crate) undirected: bool,
}

impl Ends {
    /// Whether an edge between two nodes fits, where nothing else is bound.
    pub(crate) fn fit(&self, graph: &HostGraph, from: Slot, to: Slot) -> bool {
        self.from.has_type(graph, from)
            && self.to.has_type(graph, to)
            && if self.to.bound {
                from == to
            } else {
                from != to || self.to.distinct.is_empty()
            }
    }
}

/// In which lists of a node its edges are looked for.
#[derive(Clone, Debug)]
pub(crate) enum Ports {
    /// Whatever its type.
    Same(Box<[PortId]>),
    /// By its type.
    ByType(Box<[Box<[PortId]>]>),
}

impl Ports {
    #[inline]
    pub(crate) fn of(&self, graph: &HostGraph, node: Slot) -> &[PortId] {
        match self {
            Ports::Same(ports) => ports,
            Ports::ByType(ports) => &ports[graph.node_type(node).index()],
        }
    }
}

/// One end is bound: bind edge and other end.
#[derive(Clone, Debug)]
pub(crate) struct Expand {
    pub(crate) from: Var,
    pub(crate) ports: Ports,
    pub(crate) edge: EdgeTest,
    pub(crate) to: NodeTest,
}

/// One of several ways on: an edge to follow, and all that is to be done then.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) expand: Expand,
    pub(crate) rest: Box<[Item]>,
}

/// Both ends are bound: bind the edge.
#[derive(Clone, Debug)]
pub(crate) struct Connect {
    pub(crate) from: Var,
    pub(crate) to: Var,
    pub(crate) types: Box<[EdgeTypeId]>,
    pub(crate) edge: EdgeTest,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// The edge is bound: bind its ends.
    Ends(Ends),
    Expand(Expand),
    Connect(Connect),
    /// Several edges lead to one node: follow that of the shortest list. Ends a plan.
    Shortest(Box<[Turn]>),
    /// Nothing around is bound: bind any node of the types.
    Scan {
        node: NodeTest,
        types: Box<[NodeTypeId]>,
    },
    /// Nothing is bound, and there is no more than an edge with its ends: bind any edge of the types.
    ScanEdges {
        edge: Var,
        types: TypeSet,
    },
    /// A condition whose variables are bound, by its position among the query's.
    Check(usize),
}

/// A plan: the seed is bound first, then the items in turn.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The variable that is bound to the element a search starts from.
    pub(crate) seed: Option<Seed>,
    pub(crate) items: Box<[Item]>,
}

impl Plan {
    /// The edge and its ends, where the seed is that edge and there is nothing else to find or to check.
    pub(crate) fn ends_alone(&self) -> Option<&Ends> {
        let [Item::Ends(ends)] = &*self.items else {
            return None;
        };
        let seed = self.seed.as_ref()?;
        (seed.var == ends.edge).then_some(ends)
    }
}

/// The variable of a seed and what it may be bound to.
#[derive(Clone, Debug)]
pub(crate) struct Seed {
    pub(crate) var: Var,
    pub(crate) types: TypeSet,
    pub(crate) is_node: bool,
}
