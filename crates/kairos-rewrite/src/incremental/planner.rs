//! The planner: in which order a search binds the elements of a pattern.

use kairos_model::{
    expr::Var,
    pattern::{PatternEdge, Scope, Sort},
    types::{EdgeTypeId, NodeTypeId, TypeGraph},
};

use super::plan::{
    Connect, EdgeTest, Ends, Expand, Item, NodeTest, Plan, Ports, Seed, Turn, TypeSet,
};
use crate::{
    schema::{PortId, Schema, Way},
    shapes::lone_edge,
    upkeep::Kept,
};

/// What a planner must know of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) scope: &'a Scope,
    /// Variables to bind, in the order of the text.
    pub(crate) vars: &'a [Var],
    pub(crate) edges: &'a [PatternEdge],
    /// Nodes that must be pairwise distinct.
    pub(crate) injective: &'a [Var],
    /// Edges bound before that own edges must differ from.
    pub(crate) taken: &'a [Var],
    /// For each condition that may be checked as soon as its variables are bound: its position and its variables.
    pub(crate) early: &'a [(usize, Vec<Var>)],
    /// Conditions that are checked last, in this order.
    pub(crate) late: &'a [usize],
    /// Edges that lead from a seed outside the pattern to its variables; none of their own variables need be bound.
    pub(crate) bridges: &'a [PatternEdge],
}

/// Makes a plan.
pub(crate) fn plan(
    types: &TypeGraph,
    schema: &Schema,
    shape: &Shape<'_>,
    seed: Option<Var>,
    bound: &[Var],
) -> Plan {
    let mut planner = Planner {
        types,
        schema,
        shape,
        bound: bound.to_vec(),
        items: Vec::new(),
        checked: Vec::new(),
        plans: 1,
    };
    let seed = seed.map(|var| {
        planner.bound.push(var);
        let types = planner.type_set(var);
        Seed {
            var,
            types,
            is_node: planner.is_node(var),
        }
    });
    Plan {
        seed,
        items: planner.complete(),
    }
}

/// How many ends a plan that forks may have.
const MOST_PLANS: usize = 16;

#[derive(Clone)]
struct Planner<'a> {
    types: &'a TypeGraph,
    schema: &'a Schema,
    shape: &'a Shape<'a>,
    bound: Vec<Var>,
    items: Vec<Item>,
    checked: Vec<usize>,
    /// So many ends the whole plan has already.
    plans: usize,
}

impl Planner<'_> {
    fn complete(mut self) -> Box<[Item]> {
        self.checks();
        while self.bind_next() {
            self.checks();
        }
        self.items.into()
    }

    fn is_bound(&self, var: Var) -> bool {
        self.bound.contains(&var)
    }

    fn checks(&mut self) {
        for (position, vars) in self.shape.early {
            if !self.checked.contains(position) && vars.iter().all(|v| self.bound.contains(v)) {
                self.checked.push(*position);
                self.items.push(Item::Check(*position));
            }
        }
    }

    /// Adds the most promising item; false where the plan is complete.
    ///
    /// A bound edge determines its ends; two bound ends leave few edges; following an edge forwards (client to server, packet to
    /// receiver) finds fewer than following it backwards. A bridge is crossed while it leads to unbound variables.
    fn bind_next(&mut self) -> bool {
        if self.shape.vars.iter().all(|v| self.is_bound(*v)) {
            let late = self.shape.late.iter().map(|&c| Item::Check(c));
            self.items.extend(late);
            return false;
        }
        let own = self.shape.edges.iter().map(|e| (e, true));
        let bridges = self.shape.bridges.iter().map(|e| (e, false));
        let best = own
            .chain(bridges)
            .filter_map(|(e, own)| Some((self.rank(e, own)?, *e, own)))
            .min_by_key(|c| c.0);
        match best {
            Some((_, edge, own)) => {
                let turns = self.turns(&edge);
                if own && turns.len() > 1 && self.plans * turns.len() <= MOST_PLANS {
                    self.fork(&turns);
                    return false;
                }
                self.follow(edge, own);
            }
            None => match self.lone_edge() {
                Some(edge) => self.scan_edges(edge),
                None => self.scan(),
            },
        }
        true
    }

    /// The edge of a pattern of which nothing is bound and that is no more than this edge with its ends: it is listed nowhere.
    fn lone_edge(&self) -> Option<Var> {
        let lone = lone_edge(self.shape.vars, self.shape.edges)?;
        let asks_nothing = self.shape.early.is_empty() && self.shape.late.is_empty();
        (asks_nothing && self.bound.is_empty()).then_some(lone.edge)
    }

    fn scan_edges(&mut self, edge: Var) {
        self.bind(edge);
        let types = self.type_set(edge);
        self.items.push(Item::ScanEdges { edge, types });
    }

    /// The smaller the better; `None` where an edge cannot be followed or need not be.
    fn rank(&self, e: &PatternEdge, own: bool) -> Option<u8> {
        let (edge, from, to) = (
            self.is_bound(e.edge),
            self.is_bound(e.from),
            self.is_bound(e.to),
        );
        let leads_home = |v: Var| self.shape.vars.contains(&v);
        match (edge, from, to) {
            (true, true, true) => None,
            (true, ..) => Some(0),
            (false, true, true) => own.then_some(1),
            (false, false, false) => None,
            (false, true, false) if e.undirected => {
                Some(if own { 4 } else { 7 } - u8::from(!own && leads_home(e.to)) * 5)
            }
            (false, false, true) if e.undirected => {
                Some(if own { 4 } else { 7 } - u8::from(!own && leads_home(e.from)) * 5)
            }
            (false, true, false) => {
                Some(if own { 3 } else { 6 } - u8::from(!own && leads_home(e.to)) * 4)
            }
            (false, false, true) => {
                Some(if own { 5 } else { 8 } - u8::from(!own && leads_home(e.from)) * 6)
            }
        }
    }

    /// The edges that lead from bound nodes to the same new one as this edge does, the most promising first: which of them finds the fewest
    /// only the graph can tell.
    fn turns(&self, edge: &PatternEdge) -> Vec<PatternEdge> {
        // An edge that is bound is not looked for: it has its ends.
        let new = |e: &PatternEdge| match (
            self.is_bound(e.edge),
            self.is_bound(e.from),
            self.is_bound(e.to),
        ) {
            (false, true, false) => Some((e.from, e.to)),
            (false, false, true) => Some((e.to, e.from)),
            _ => None,
        };
        let Some((_, far)) = new(edge) else {
            return Vec::new();
        };
        let mut turns: Vec<PatternEdge> = Vec::new();
        for e in self.shape.edges {
            let near = new(e).filter(|&(_, to)| to == far).map(|(near, _)| near);
            // Lists of one node are not compared: mostly they are the same.
            if near.is_some() && turns.iter().all(|t| new(t).map(|t| t.0) != near) {
                turns.push(*e);
            }
        }
        turns.sort_by_key(|e| self.rank(e, true));
        turns
    }

    fn fork(&mut self, turns: &[PatternEdge]) {
        let turns = turns.iter().map(|edge| {
            let mut planner = Planner {
                items: Vec::new(),
                plans: self.plans * turns.len(),
                ..self.clone()
            };
            Turn {
                expand: planner.expand(edge, true),
                rest: planner.complete(),
            }
        });
        let turns = turns.collect();
        self.items.push(Item::Shortest(turns));
    }

    fn follow(&mut self, e: PatternEdge, own: bool) {
        let item = if self.is_bound(e.edge) {
            let from = self.end_test(&e, e.from);
            self.bind(e.from);
            let to = self.end_test(&e, e.to);
            self.bind(e.to);
            Item::Ends(Ends {
                edge: e.edge,
                from,
                to,
                undirected: e.undirected,
            })
        } else if self.is_bound(e.from) && self.is_bound(e.to) {
            let edge = self.edge_test(e.edge, own);
            self.bind(e.edge);
            Item::Connect(Connect {
                from: e.from,
                to: e.to,
                types: self.edge_types(e.edge).into(),
                edge,
            })
        } else {
            Item::Expand(self.expand(&e, own))
        };
        self.items.push(item);
    }

    fn expand(&mut self, e: &PatternEdge, own: bool) -> Expand {
        let forward = self.is_bound(e.from);
        let (near, far) = if forward {
            (e.from, e.to)
        } else {
            (e.to, e.from)
        };
        let way = if e.undirected {
            Way::Undirected
        } else if forward {
            Way::Out
        } else {
            Way::In
        };
        let edge = self.edge_test(e.edge, own);
        let to = self.node_test(far);
        let ports = self.ports(near, e.edge, way, far);
        self.bind(e.edge);
        self.bind(far);
        Expand {
            from: near,
            ports,
            edge,
            to,
        }
    }

    fn scan(&mut self) {
        let unbound = |v: &&Var| !self.is_bound(**v);
        let node = self
            .shape
            .vars
            .iter()
            .filter(unbound)
            .find(|v| self.is_node(**v));
        let node = *node.expect("an unbound edge has unbound ends, or it could be followed");
        let types = self.node_types(node).into();
        let test = self.node_test(node);
        self.bind(node);
        self.items.push(Item::Scan { node: test, types });
    }

    fn bind(&mut self, var: Var) {
        if !self.is_bound(var) {
            self.bound.push(var);
        }
    }

    /// A node of one of the variable's types.
    fn node_test(&self, var: Var) -> NodeTest {
        let injective = &self.shape.injective;
        let apart = injective.contains(&var);
        let types = self.node_types(var);
        let overlap = |v: Var| self.node_types(v).iter().any(|ty| types.contains(ty));
        let others = injective.iter().copied();
        let distinct = others.filter(|&v| apart && v != var && self.is_bound(v) && overlap(v));
        NodeTest {
            var,
            types: None,
            distinct: distinct.collect(),
            bound: self.is_bound(var),
        }
    }

    /// The end of an edge.
    fn end_test(&self, e: &PatternEdge, var: Var) -> NodeTest {
        let types = self.node_types(var);
        let leads_elsewhere = self.edge_types(e.edge).iter().any(|&ty| {
            let ty = self.types.edge(ty);
            let from = (e.undirected || var == e.from).then_some(&ty.from);
            let to = (e.undirected || var == e.to).then_some(&ty.to);
            let mut ends = from.into_iter().chain(to).flatten();
            ends.any(|end| !types.contains(end))
        });
        NodeTest {
            types: leads_elsewhere.then(|| self.type_set(var)),
            ..self.node_test(var)
        }
    }

    /// Edges of bridges only lead the way: what they must differ from is tested when the sub-pattern itself is evaluated.
    fn edge_test(&self, var: Var, own: bool) -> EdgeTest {
        let others = self
            .shape
            .edges
            .iter()
            .map(|e| e.edge)
            .filter(|&e| e != var && self.is_bound(e));
        let distinct = others
            .chain(self.shape.taken.iter().copied())
            .filter(|&other| own && self.overlap(var, other));
        EdgeTest {
            var,
            distinct: distinct.collect(),
        }
    }

    fn overlap(&self, a: Var, b: Var) -> bool {
        let (a, b) = (self.edge_types(a), self.edge_types(b));
        a.iter().any(|ty| b.contains(ty))
    }

    fn ports(&self, near: Var, edge: Var, way: Way, far: Var) -> Ports {
        let ports_of = |ty: NodeTypeId| -> Box<[PortId]> {
            let mut ports = Vec::new();
            for &edge in self.edge_types(edge) {
                for &neighbour in self.node_types(far) {
                    ports.extend(self.schema.port(ty, edge, way, neighbour, Kept::List));
                }
            }
            ports.into()
        };
        let types = self.node_types(near);
        let mut by_type = vec![Box::default(); self.schema.node_types()];
        for &ty in types {
            by_type[ty.index()] = ports_of(ty);
        }
        let first = types[0].index();
        if types.iter().all(|ty| by_type[ty.index()] == by_type[first]) {
            Ports::Same(by_type.swap_remove(first))
        } else {
            Ports::ByType(by_type.into())
        }
    }

    fn is_node(&self, var: Var) -> bool {
        self.shape.scope.is_node(var)
    }

    fn node_types(&self, var: Var) -> &[NodeTypeId] {
        self.shape.scope.node_types(var)
    }

    fn edge_types(&self, var: Var) -> &[EdgeTypeId] {
        self.shape.scope.edge_types(var)
    }

    fn type_set(&self, var: Var) -> TypeSet {
        match &self.shape.scope.element(var).sort {
            Sort::Node(types) => {
                TypeSet::new(self.types.nodes.len(), types.iter().map(|t| t.index()))
            }
            Sort::Edge(types) => {
                TypeSet::new(self.types.edges.len(), types.iter().map(|t| t.index()))
            }
        }
    }
}
