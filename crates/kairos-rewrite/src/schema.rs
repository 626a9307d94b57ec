//! Layouts computed from the type graph: which adjacency lists and how many attributes an element of each type has.

use kairos_model::types::{EdgeTypeId, NodeTypeId, TypeGraph};

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

/// Layouts of all types.
#[derive(Clone, Debug)]
pub struct Schema {
    ports: Vec<Vec<Port>>,
    /// Position of `(edge type, way, neighbour)` for each node type, or `u16::MAX`.
    lookup: Vec<u16>,
    node_attributes: Vec<u16>,
    edge_attributes: Vec<u16>,
    undirected: Vec<bool>,
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
            edge_attributes: types
                .edges
                .iter()
                .map(|t| count(t.attributes.len()))
                .collect(),
            undirected: types.edges.iter().map(|t| t.undirected).collect(),
            node_types,
            edge_types,
        };
        for (index, ty) in types.edges.iter().enumerate() {
            let edge = EdgeTypeId(count(index));
            for &from in &ty.from {
                for &to in &ty.to {
                    let (out, back) = if ty.undirected {
                        (Way::Undirected, Way::Undirected)
                    } else {
                        (Way::Out, Way::In)
                    };
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
        }
        schema
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

    /// The ports of a node type.
    #[must_use]
    pub fn ports(&self, node: NodeTypeId) -> &[Port] {
        &self.ports[node.index()]
    }

    /// Number of attributes of a node type.
    #[must_use]
    pub fn node_attributes(&self, ty: NodeTypeId) -> usize {
        self.node_attributes[ty.index()] as usize
    }

    /// Number of attributes of an edge type.
    #[must_use]
    pub fn edge_attributes(&self, ty: EdgeTypeId) -> usize {
        self.edge_attributes[ty.index()] as usize
    }

    /// Whether edges of a type have no direction.
    #[must_use]
    pub fn undirected(&self, ty: EdgeTypeId) -> bool {
        self.undirected[ty.index()]
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

fn count(n: usize) -> u16 {
    u16::try_from(n).expect("check allows fewer than 2^16 types, ports and attributes")
}
