//! Layouts computed from the type graph: which adjacency lists and how many attributes an element of each type has.

use kairos_model::types::{EdgeType, EdgeTypeId, NodeTypeId, TypeGraph};

use crate::upkeep::{Kept, Upkeep};

/// Which way an edge leaves a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The node is the source.
    Out,
    /// The node is the target.
    In,
    /// The edge has no direction.
    Undirected,
}

/// One adjacency list of a node type: edges of one type, in one direction, to nodes of one concrete type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Port {
    /// The type of the edges.
    pub edge: EdgeTypeId,
    /// Their direction.
    pub way: Way,
    /// The concrete type of the nodes at the other end.
    pub neighbour: NodeTypeId,
}

/// A port's position among those of its node type, and whether edges stand in it or are only counted there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(u32);

impl PortId {
    /// Set where edges are only counted.
    const COUNTED: u32 = 1 << 31;

    /// Of edges that are not even counted.
    const UNKEPT: PortId = PortId(u32::MAX - 1);

    /// Of edges that the type graph does not allow.
    const FORBIDDEN: PortId = PortId(u32::MAX);

    /// Of a position.
    fn new(position: usize, kept: Kept) -> PortId {
        let position = u32::try_from(position).expect("fewer ports than pairs of types");
        debug_assert!(position < PortId::COUNTED - 2);
        match kept {
            Kept::Nothing => PortId::UNKEPT,
            Kept::Number => PortId(position | PortId::COUNTED),
            Kept::List => PortId(position),
        }
    }

    /// Its position.
    #[inline]
    pub(crate) fn position(self) -> usize {
        (self.0 & !PortId::COUNTED) as usize
    }

    /// What is kept of the edges that would stand in it.
    #[inline]
    pub(crate) fn kept(self) -> Kept {
        if self.0 < PortId::COUNTED {
            Kept::List
        } else if self < PortId::UNKEPT {
            Kept::Number
        } else {
            Kept::Nothing
        }
    }

    /// Whether edges stand in it.
    #[inline]
    pub(crate) fn is_listed(self) -> bool {
        self.0 < PortId::COUNTED
    }
}

/// The ports in which an edge stands at its ends: at that from which it leads, and at the other.
pub(crate) type EndPorts = (PortId, PortId);

/// The port of `(edge type, way, neighbour)` for each node type. Most types of nodes have no edges of most types, so that there is a table for each
/// type of edges, of the types of nodes at its ends alone.
#[derive(Clone, Debug)]
struct PortTable {
    node_types: usize,
    /// By type of edges and type of nodes: its number among those at the ends of such edges, from 1 on, or 0.
    numbers: Vec<u16>,
    /// By type of edges: where its table begins, and how many types of nodes it has.
    tables: Vec<(usize, usize)>,
    ports: Vec<PortId>,
}

impl PortTable {
    fn new(types: &TypeGraph) -> PortTable {
        let node_types = types.nodes.len();
        let mut numbers = vec![0; types.edges.len() * node_types];
        let mut tables = Vec::new();
        let mut ports = 0;
        for (edge, of_edge) in types
            .edges
            .iter()
            .zip(numbers.chunks_mut(node_types.max(1)))
        {
            let mut ends = 0;
            for ty in edge.from.iter().chain(&edge.to) {
                if of_edge[ty.index()] == 0 {
                    ends += 1;
                    of_edge[ty.index()] = ends;
                }
            }
            let ends = usize::from(ends);
            tables.push((ports, ends));
            ports += 3 * ends * ends;
        }
        PortTable {
            node_types,
            numbers,
            tables,
            ports: vec![PortId::FORBIDDEN; ports],
        }
    }

    /// Where a port stands, if both nodes are at ends of such edges.
    #[inline]
    fn place(
        &self,
        node: NodeTypeId,
        edge: EdgeTypeId,
        way: Way,
        neighbour: NodeTypeId,
    ) -> Option<usize> {
        let of_edge = &self.numbers[edge.index() * self.node_types..][..self.node_types];
        let number = |ty: NodeTypeId| usize::from(of_edge[ty.index()]).checked_sub(1);
        let (node, neighbour) = (number(node)?, number(neighbour)?);
        let (start, ends) = self.tables[edge.index()];
        Some(start + (node * 3 + way as usize) * ends + neighbour)
    }

    #[inline]
    fn get(&self, node: NodeTypeId, edge: EdgeTypeId, way: Way, neighbour: NodeTypeId) -> PortId {
        let place = self.place(node, edge, way, neighbour);
        place.map_or(PortId::FORBIDDEN, |place| self.ports[place])
    }
}

/// What is known of the edges of a type.
#[derive(Clone, Copy, Debug)]
struct EdgeLayout {
    attributes: u16,
    undirected: bool,
    /// Where the ends have one type each.
    only: Option<OnlyEnds>,
}

/// The types of the ends of all edges of a type, and the ports in which an edge stands there.
#[derive(Clone, Copy, Debug)]
struct OnlyEnds {
    types: (NodeTypeId, NodeTypeId),
    ports: EndPorts,
}

/// Layouts of all types.
#[derive(Clone, Debug)]
pub struct Schema {
    ports: Vec<Vec<Port>>,
    lookup: PortTable,
    node_attributes: Vec<u16>,
    edges: Vec<EdgeLayout>,
    node_types: usize,
    edge_types: usize,
    upkeep: Upkeep,
}

impl Schema {
    /// The layouts of a type graph, as far as something is kept.
    #[must_use]
    pub fn new(types: &TypeGraph, upkeep: Upkeep) -> Self {
        let (node_types, edge_types) = (types.nodes.len(), types.edges.len());
        let mut schema = Schema {
            ports: vec![Vec::new(); node_types],
            lookup: PortTable::new(types),
            node_attributes: types
                .nodes
                .iter()
                .map(|t| count(t.attributes.len()))
                .collect(),
            edges: Vec::new(),
            node_types,
            edge_types,
            upkeep,
        };
        // Lists that are not needed have the last places, so that the others have the same place with them and without.
        schema.add_ports(types, true);
        schema.add_ports(types, false);
        let layouts = types.edges.iter().enumerate();
        let layouts = layouts.map(|(edge, ty)| schema.edge_layout(EdgeTypeId(count(edge)), ty));
        schema.edges = layouts.collect();
        schema
    }

    /// Adds the ports of edges of which something is needed there, or the others.
    fn add_ports(&mut self, types: &TypeGraph, needed: bool) {
        for (index, ty) in types.edges.iter().enumerate() {
            let edge = EdgeTypeId(count(index));
            let kept = self.upkeep.edge(edge);
            let (out, back) = ways(ty.undirected);
            for &from in &ty.from {
                for &to in &ty.to {
                    let port = |way, neighbour| Port {
                        edge,
                        way,
                        neighbour,
                    };
                    for (node, port, kept) in [
                        (from, port(out, to), kept.out),
                        (to, port(back, from), kept.back),
                    ] {
                        if (kept != Kept::Nothing) == needed {
                            self.add(node, port, kept);
                        }
                    }
                }
            }
        }
    }

    fn edge_layout(&self, edge: EdgeTypeId, ty: &EdgeType) -> EdgeLayout {
        let only = match (ty.from.as_slice(), ty.to.as_slice()) {
            // Either end of an undirected edge can be its first.
            (&[from], &[to]) if !ty.undirected || from == to => {
                let ports = self.find_ports(edge, ty.undirected, (from, to));
                ports.map(|ports| OnlyEnds {
                    types: (from, to),
                    ports,
                })
            }
            _ => None,
        };
        EdgeLayout {
            attributes: count(ty.attributes.len()),
            undirected: ty.undirected,
            only,
        }
    }

    fn add(&mut self, node: NodeTypeId, port: Port, kept: Kept) {
        let place = self.lookup.place(node, port.edge, port.way, port.neighbour);
        let place = place.expect("both nodes are at ends of such edges");
        if self.lookup.ports[place] != PortId::FORBIDDEN {
            return;
        }
        let kept = if self.upkeep.all_lists() {
            Kept::List
        } else {
            kept
        };
        let ports = &mut self.ports[node.index()];
        self.lookup.ports[place] = PortId::new(ports.len(), kept);
        if kept != Kept::Nothing {
            ports.push(port);
        }
    }

    /// Whether the type graph allows edges of a type and direction from nodes of a type to nodes of another.
    #[must_use]
    pub fn joins(
        &self,
        node: NodeTypeId,
        edge: EdgeTypeId,
        way: Way,
        neighbour: NodeTypeId,
    ) -> bool {
        self.lookup.get(node, edge, way, neighbour) != PortId::FORBIDDEN
    }

    /// The port of a node type for edges of a type and direction to nodes of a type, of which so much is `needed`, if the type graph allows such edges.
    ///
    /// # Panics
    /// If less is kept of them, so that nobody can follow or count them.
    #[must_use]
    pub fn port(
        &self,
        node: NodeTypeId,
        edge: EdgeTypeId,
        way: Way,
        neighbour: NodeTypeId,
        needed: Kept,
    ) -> Option<PortId> {
        let port = self.lookup.get(node, edge, way, neighbour);
        if port == PortId::FORBIDDEN {
            return None;
        }
        assert!(
            port.kept() >= needed,
            "of {edge:?} {way:?} nobody was thought to need the {needed:?}"
        );
        Some(port)
    }

    /// The ports in which every edge of a type stands at its ends, where these have one type each.
    #[inline]
    #[must_use]
    pub(crate) fn only_ports(&self, edge: EdgeTypeId) -> Option<EndPorts> {
        let only = &self.edges[edge.index()].only;
        only.as_ref().map(|only| only.ports)
    }

    /// The types of the ends of every edge of a type, where there is but one each.
    #[inline]
    #[must_use]
    pub(crate) fn only_types(&self, edge: EdgeTypeId) -> Option<(NodeTypeId, NodeTypeId)> {
        let only = &self.edges[edge.index()].only;
        only.as_ref().map(|only| only.types)
    }

    /// The ports in which an edge of a type stands at its ends, which have these types. `None` where the type graph does not allow it.
    #[inline]
    #[must_use]
    pub(crate) fn edge_ports(
        &self,
        edge: EdgeTypeId,
        ends: (NodeTypeId, NodeTypeId),
    ) -> Option<EndPorts> {
        let layout = &self.edges[edge.index()];
        match &layout.only {
            Some(only) => (only.types == ends).then_some(only.ports),
            None => self.find_ports(edge, layout.undirected, ends),
        }
    }

    #[inline(never)]
    fn find_ports(
        &self,
        edge: EdgeTypeId,
        undirected: bool,
        (from, to): (NodeTypeId, NodeTypeId),
    ) -> Option<EndPorts> {
        let (out, back) = ways(undirected);
        let port = |node, way, neighbour| self.lookup.get(node, edge, way, neighbour);
        self.joins(from, edge, out, to)
            .then(|| (port(from, out, to), port(to, back, from)))
    }

    /// What is kept of a graph.
    #[inline]
    #[must_use]
    pub fn upkeep(&self) -> &Upkeep {
        &self.upkeep
    }

    /// The ports of a node type.
    #[must_use]
    pub fn ports(&self, node: NodeTypeId) -> &[Port] {
        &self.ports[node.index()]
    }

    /// The same, as they are looked up.
    pub(crate) fn port_ids(&self, node: NodeTypeId) -> impl Iterator<Item = PortId> + '_ {
        let ports = self.ports(node).iter();
        ports.map(move |p| self.lookup.get(node, p.edge, p.way, p.neighbour))
    }

    /// Number of attributes of a node type.
    #[inline]
    #[must_use]
    pub fn node_attributes(&self, ty: NodeTypeId) -> usize {
        self.node_attributes[ty.index()] as usize
    }

    /// Number of attributes of an edge type.
    #[inline]
    #[must_use]
    pub fn edge_attributes(&self, ty: EdgeTypeId) -> usize {
        self.edges[ty.index()].attributes as usize
    }

    /// Whether edges of a type have no direction.
    #[inline]
    #[must_use]
    pub fn undirected(&self, ty: EdgeTypeId) -> bool {
        self.edges[ty.index()].undirected
    }

    /// Number of node types, abstract ones included.
    #[must_use]
    pub fn node_types(&self) -> usize {
        self.node_types
    }

    /// Number of edge types.
    #[must_use]
    pub fn edge_types(&self) -> usize {
        self.edge_types
    }
}

/// How an edge leaves its first end, and its second.
#[inline]
pub(crate) fn ways(undirected: bool) -> (Way, Way) {
    if undirected {
        (Way::Undirected, Way::Undirected)
    } else {
        (Way::Out, Way::In)
    }
}

fn count(n: usize) -> u16 {
    u16::try_from(n).expect("check allows fewer than 2^16 types and attributes")
}
