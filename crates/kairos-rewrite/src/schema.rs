//! Layouts computed from the type graph: which adjacency lists and how many attributes an element of each type has.

use kairos_model::types::{EdgeType, EdgeTypeId, NodeTypeId, TypeGraph};

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

/// A port's position among those of its node type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u16);

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
    ports: (PortId, PortId),
}

/// Layouts of all types.
#[derive(Clone, Debug)]
pub struct Schema {
    ports: Vec<Vec<Port>>,
    /// Position of `(edge type, way, neighbour)` for each node type, or `u16::MAX`.
    lookup: Vec<u16>,
    node_attributes: Vec<u16>,
    edges: Vec<EdgeLayout>,
    node_types: usize,
    edge_types: usize,
}

impl Schema {
    /// The layouts of a type graph.
    #[must_use]
    pub fn new(types: &TypeGraph) -> Self {
        let (node_types, edge_types) = (types.nodes.len(), types.edges.len());
        let mut schema = Schema {
            ports: vec![Vec::new(); node_types],
            lookup: vec![u16::MAX; node_types * edge_types * 3 * node_types],
            node_attributes: types
                .nodes
                .iter()
                .map(|t| count(t.attributes.len()))
                .collect(),
            edges: Vec::new(),
            node_types,
            edge_types,
        };
        for (index, ty) in types.edges.iter().enumerate() {
            let edge = EdgeTypeId(count(index));
            for &from in &ty.from {
                for &to in &ty.to {
                    let (out, back) = ways(ty.undirected);
                    schema.add(
                        from,
                        Port {
                            edge,
                            way: out,
                            neighbour: to,
                        },
                    );
                    schema.add(
                        to,
                        Port {
                            edge,
                            way: back,
                            neighbour: from,
                        },
                    );
                }
            }
            let layout = schema.edge_layout(edge, ty);
            schema.edges.push(layout);
        }
        schema
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

    fn add(&mut self, node: NodeTypeId, port: Port) {
        let key = self.key(node, port.edge, port.way, port.neighbour);
        if self.lookup[key] == u16::MAX {
            let ports = &mut self.ports[node.index()];
            self.lookup[key] = count(ports.len());
            ports.push(port);
        }
    }

    fn key(&self, node: NodeTypeId, edge: EdgeTypeId, way: Way, neighbour: NodeTypeId) -> usize {
        ((node.index() * self.edge_types + edge.index()) * 3 + way as usize) * self.node_types
            + neighbour.index()
    }

    /// The port of a node type for edges of a type and direction to nodes of a type, if the type graph allows such edges.
    #[must_use]
    pub fn port(
        &self,
        node: NodeTypeId,
        edge: EdgeTypeId,
        way: Way,
        neighbour: NodeTypeId,
    ) -> Option<PortId> {
        let position = self.lookup[self.key(node, edge, way, neighbour)];
        (position != u16::MAX).then_some(PortId(position))
    }

    /// The ports in which an edge of a type stands at its ends, which have these types: at that from which it leads, then at the other. `None`
    /// where the type graph does not allow it.
    #[inline]
    #[must_use]
    pub fn edge_ports(
        &self,
        edge: EdgeTypeId,
        ends: (NodeTypeId, NodeTypeId),
    ) -> Option<(PortId, PortId)> {
        let layout = &self.edges[edge.index()];
        match &layout.only {
            Some(only) => (only.types == ends).then_some(only.ports),
            None => self.find_ports(edge, layout.undirected, ends),
        }
    }

    fn find_ports(
        &self,
        edge: EdgeTypeId,
        undirected: bool,
        (from, to): (NodeTypeId, NodeTypeId),
    ) -> Option<(PortId, PortId)> {
        let (out, back) = ways(undirected);
        let out = self.port(from, edge, out, to);
        out.zip(self.port(to, edge, back, from))
    }

    /// The ports of a node type.
    #[must_use]
    pub fn ports(&self, node: NodeTypeId) -> &[Port] {
        &self.ports[node.index()]
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
fn ways(undirected: bool) -> (Way, Way) {
    if undirected {
        (Way::Undirected, Way::Undirected)
    } else {
        (Way::Out, Way::In)
    }
}

fn count(n: usize) -> u16 {
    u16::try_from(n).expect("check allows fewer than 2^16 types, ports and attributes")
}
