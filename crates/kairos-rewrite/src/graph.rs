//! The host graph: a typed, attributed, numbered multigraph with typed adjacency.

use std::sync::Arc;

use kairos_model::types::{EdgeTypeId, NodeTypeId};

use crate::{
    binding::Slot,
    lists::{Blocks, List, Lists},
    prefetch::prefetch,
    schema::{PortId, Schema, Way},
};

/// An edge as seen from one of its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Half {
    edge: u32,
    node: u32,
}

impl Half {
    /// The edge.
    #[must_use]
    pub fn edge(self) -> Slot {
        Slot(self.edge)
    }

    /// The node at the other end.
    #[must_use]
    pub fn node(self) -> Slot {
        Slot(self.node)
    }
}

/// Type of a slot that holds no element.
const VACANT: u16 = u16::MAX;

/// What most steps read of a node, in half a line of the cache.
#[derive(Clone, Debug)]
#[repr(align(32))]
struct Node {
    number: u64,
    name: u64,
    /// First of its attributes in `words`.
    attributes: u32,
    /// First of its ports in `ports`.
    ports: u32,
    /// Its place in the list of its type.
    position: u32,
    ty: u16,
}

/// What most steps read of an edge, in half a line of the cache.
#[derive(Clone, Debug)]
#[repr(align(32))]
struct Edge {
    number: u64,
    name: u64,
    from: u32,
    to: u32,
    attributes: u32,
    ty: u16,
}

/// The places of an edge in the lists of its ends. An undirected self-loop stands in its node's list once.
#[derive(Clone, Copy, Debug, Default)]
struct Positions {
    from: u32,
    to: u32,
}

/// The host graph of one replication.
///
/// Slots of deleted elements are reused only after the next [`HostGraph::begin_step`], so that numbers and names of
/// lost matches can still be read.
#[derive(Clone, Debug)]
pub struct HostGraph {
    schema: Arc<Schema>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// By edge.
    positions: Vec<Positions>,
    words: Blocks<u64>,
    ports: Blocks<List>,
    halves: Lists<Half>,
    by_type: Vec<Vec<Slot>>,
    edge_count: usize,
    /// By type, the edges whose ends are two nodes.
    links: Vec<u32>,
    free_nodes: Vec<u32>,
    free_edges: Vec<u32>,
    deleted_nodes: Vec<u32>,
    deleted_edges: Vec<u32>,
    next_number: u64,
}

impl HostGraph {
    /// The empty graph.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> Self {
        let by_type = vec![Vec::new(); schema.node_types()];
        let links = vec![0; schema.edge_types()];
        HostGraph {
            schema,
            nodes: Vec::new(),
            edges: Vec::new(),
            positions: Vec::new(),
            words: Blocks::new(),
            ports: Blocks::new(),
            halves: Lists::default(),
            by_type,
            edge_count: 0,
            links,
            free_nodes: Vec::new(),
            free_edges: Vec::new(),
            deleted_nodes: Vec::new(),
            deleted_edges: Vec::new(),
            next_number: 0,
        }
    }

    /// The layouts.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// Lets the slots of elements deleted so far be reused.
    #[inline]
    pub fn begin_step(&mut self) {
        if !self.deleted_nodes.is_empty() {
            self.free_nodes.append(&mut self.deleted_nodes);
        }
        if !self.deleted_edges.is_empty() {
            self.free_edges.append(&mut self.deleted_edges);
        }
    }

    /// Nodes deleted since the last [`HostGraph::begin_step`]; their numbers and names can still be read.
    pub fn deleted_nodes(&self) -> impl Iterator<Item = Slot> + '_ {
        self.deleted_nodes.iter().copied().map(Slot)
    }

    /// Edges deleted since the last [`HostGraph::begin_step`], dangling ones included.
    pub fn deleted_edges(&self) -> impl Iterator<Item = Slot> + '_ {
        self.deleted_edges.iter().copied().map(Slot)
    }

    /// Adds a node. `attributes` holds the bits of one value per column.
    pub fn create_node(&mut self, ty: NodeTypeId, name: u64, attributes: &[u64]) -> Slot {
        debug_assert_eq!(attributes.len(), self.schema.node_attributes(ty));
        let words = self.words.hold(attributes);
        let ports = self.ports.take(self.schema.ports(ty).len());
        let list = &mut self.by_type[ty.index()];
        let node = Node {
            number: self.next_number,
            name,
            attributes: words,
            ports,
            position: u32::try_from(list.len()).expect("fewer than 2^32 nodes"),
            ty: ty.0,
        };
        self.next_number += 1;
        let slot = store(&mut self.nodes, &mut self.free_nodes, node);
        list.push(slot);
        slot
    }

    /// Adds an edge. The type graph must allow it.
    pub fn create_edge(
        &mut self,
        ty: EdgeTypeId,
        from: Slot,
        to: Slot,
        name: u64,
        attributes: &[u64],
    ) -> Slot {
        debug_assert_eq!(attributes.len(), self.schema.edge_attributes(ty));
        let words = self.words.hold(attributes);
        let edge = Edge {
            number: self.next_number,
            name,
            from: from.0,
            to: to.0,
            attributes: words,
            ty: ty.0,
        };
        self.next_number += 1;
        let slot = store(&mut self.edges, &mut self.free_edges, edge);
        let (at_from, at_to) = self.lists_of(ty, from, to);
        let half = |node: Slot| Half {
            edge: slot.0,
            node: node.0,
        };
        let first = self.halves.push(&mut self.ports.items[at_from], half(to));
        let second = if at_from == at_to {
            first
        } else {
            self.halves.push(&mut self.ports.items[at_to], half(from))
        };
        if self.positions.len() <= slot.index() {
            self.positions.push(Positions::default());
        }
        self.positions[slot.index()] = Positions {
            from: first,
            to: second,
        };
        self.edge_count += 1;
        self.links[ty.index()] += u32::from(from != to);
        slot
    }

    /// Deletes an edge.
    pub fn delete_edge(&mut self, slot: Slot) {
        let Edge {
            from,
            to,
            attributes,
            ty,
            ..
        } = self.edges[slot.index()];
        let ty = EdgeTypeId(ty);
        let (at_from, at_to) = self.lists_of(ty, Slot(from), Slot(to));
        let (out, back) = self.ways(ty);
        let position = self.positions[slot.index()].from;
        self.remove_half(at_from, position, Slot(from), out);
        if at_from != at_to {
            // Of a directed self-loop it may have changed just now.
            let position = self.positions[slot.index()].to;
            self.remove_half(at_to, position, Slot(to), back);
        }
        self.words
            .give_back(attributes, self.schema.edge_attributes(ty));
        self.edges[slot.index()].ty = VACANT;
        self.deleted_edges.push(slot.0);
        self.edge_count -= 1;
        self.links[ty.index()] -= u32::from(from != to);
    }

    /// Removes the entry at `position` of a list of `node`, and tells the edge that moved there.
    fn remove_half(&mut self, list: usize, position: u32, node: Slot, way: Way) {
        let Some(moved) = self
            .halves
            .swap_remove(&mut self.ports.items[list], position)
        else {
            return;
        };
        let edge = &self.edges[moved.edge as usize];
        let positions = &mut self.positions[moved.edge as usize];
        if edge.from == edge.to && way == Way::Undirected {
            *positions = Positions {
                from: position,
                to: position,
            };
        } else if way == Way::In || (way == Way::Undirected && edge.from != node.0) {
            positions.to = position;
        } else {
            positions.from = position;
        }
    }

    /// Deletes a node that has no edges left.
    pub fn delete_node(&mut self, slot: Slot) {
        let Node {
            attributes,
            ports,
            position,
            ty,
            ..
        } = self.nodes[slot.index()];
        let ty = NodeTypeId(ty);
        debug_assert!(
            self.halves_of(slot).next().is_none(),
            "edges go before their ends"
        );
        let list = &mut self.by_type[ty.index()];
        list.swap_remove(position as usize);
        if let Some(moved) = list.get(position as usize) {
            self.nodes[moved.index()].position = position;
        }
        self.words
            .give_back(attributes, self.schema.node_attributes(ty));
        self.ports.give_back(ports, self.schema.ports(ty).len());
        self.nodes[slot.index()].ty = VACANT;
        self.deleted_nodes.push(slot.0);
    }

    fn ways(&self, ty: EdgeTypeId) -> (Way, Way) {
        if self.schema.undirected(ty) {
            (Way::Undirected, Way::Undirected)
        } else {
            (Way::Out, Way::In)
        }
    }

    /// Where the heads of the lists stand that an edge is in at its ends: one and the same for an undirected self-loop.
    #[inline]
    fn lists_of(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> (usize, usize) {
        let (from, to) = (&self.nodes[from.index()], &self.nodes[to.index()]);
        let types = (NodeTypeId(from.ty), NodeTypeId(to.ty));
        let (out, back) = self
            .schema
            .edge_ports(ty, types)
            .expect("check allows only edges that the type graph allows");
        (head(from, out), head(to, back))
    }

    /// The edges of a node in one of its ports.
    #[inline]
    #[must_use]
    pub fn port(&self, node: Slot, port: PortId) -> &[Half] {
        self.list(&self.nodes[node.index()], port)
    }

    #[inline]
    fn list(&self, node: &Node, port: PortId) -> &[Half] {
        self.halves.get(self.ports.items[head(node, port)])
    }

    /// All edges of a node, as seen from it, port by port. A directed self-loop comes twice.
    pub fn halves_of(&self, node: Slot) -> impl Iterator<Item = Half> + '_ {
        let Node { ports, ty, .. } = self.nodes[node.index()];
        let lists = &self.ports.items
            [ports as usize..ports as usize + self.schema.ports(NodeTypeId(ty)).len()];
        lists
            .iter()
            .flat_map(|&list| self.halves.get(list).iter().copied())
    }

    /// The shorter of the two lists in which edges of a type from one node to another (in either order if undirected) stand, and the node at
    /// the other end of those that are meant.
    #[inline]
    #[must_use]
    pub fn between(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> (&[Half], Slot) {
        let (source, target) = (&self.nodes[from.index()], &self.nodes[to.index()]);
        let types = (NodeTypeId(source.ty), NodeTypeId(target.ty));
        let Some((out, back)) = self.schema.edge_ports(ty, types) else {
            return (&[], to);
        };
        let (forward, backward) = (self.list(source, out), self.list(target, back));
        if backward.len() < forward.len() {
            (backward, from)
        } else {
            (forward, to)
        }
    }

    /// An edge of a type with these ends (in either order if undirected), if there is one.
    #[must_use]
    pub fn edge_between(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> Option<Slot> {
        let (halves, other) = self.between(ty, from, to);
        let found = halves.iter().find(|half| half.node() == other);
        found.map(|half| half.edge())
    }

    /// The nodes of a concrete type, in pool order.
    #[inline]
    #[must_use]
    pub fn nodes_of(&self, ty: NodeTypeId) -> &[Slot] {
        &self.by_type[ty.index()]
    }

    /// Whether a slot holds a node.
    #[inline]
    #[must_use]
    pub fn has_node(&self, slot: Slot) -> bool {
        self.nodes.get(slot.index()).is_some_and(|n| n.ty != VACANT)
    }

    /// Whether a slot holds an edge.
    #[inline]
    #[must_use]
    pub fn has_edge(&self, slot: Slot) -> bool {
        self.edges.get(slot.index()).is_some_and(|e| e.ty != VACANT)
    }

    /// The type of a node.
    #[inline]
    #[must_use]
    pub fn node_type(&self, node: Slot) -> NodeTypeId {
        NodeTypeId(self.nodes[node.index()].ty)
    }

    /// The type of an edge.
    #[inline]
    #[must_use]
    pub fn edge_type(&self, edge: Slot) -> EdgeTypeId {
        EdgeTypeId(self.edges[edge.index()].ty)
    }

    /// Source and target of an edge; of an undirected one both ends, in the order of its creation.
    #[inline]
    #[must_use]
    pub fn ends(&self, edge: Slot) -> (Slot, Slot) {
        let edge = &self.edges[edge.index()];
        (Slot(edge.from), Slot(edge.to))
    }

    /// Asks for the memory of a node.
    #[inline]
    pub(crate) fn prefetch_node(&self, node: Slot) {
        prefetch(&self.nodes, node.index());
    }

    /// Asks for the memory of a node's attributes; the node itself has come.
    #[inline]
    pub(crate) fn prefetch_attributes(&self, node: Slot) {
        if let Some(node) = self.nodes.get(node.index()) {
            prefetch(&self.words.items, node.attributes as usize);
        }
    }

    /// The same, and for the heads of its lists.
    #[inline]
    pub(crate) fn prefetch_parts(&self, node: Slot) {
        if let Some(node) = self.nodes.get(node.index()) {
            prefetch(&self.words.items, node.attributes as usize);
            prefetch(&self.ports.items, node.ports as usize);
        }
    }

    /// Asks for the memory of the first edges in the first list of a node; its parts have come.
    #[inline]
    pub(crate) fn prefetch_halves(&self, node: Slot) {
        let ports = self.nodes.get(node.index()).map(|node| node.ports as usize);
        if let Some(&list) = ports.and_then(|ports| self.ports.items.get(ports)) {
            self.halves.prefetch(list);
        }
    }

    /// Asks for the memory of an edge.
    #[inline]
    pub(crate) fn prefetch_edge(&self, edge: Slot) {
        prefetch(&self.edges, edge.index());
        prefetch(&self.positions, edge.index());
    }

    /// The number of a node.
    #[inline]
    #[must_use]
    pub fn node_number(&self, node: Slot) -> u64 {
        self.nodes[node.index()].number
    }

    /// The number of an edge.
    #[inline]
    #[must_use]
    pub fn edge_number(&self, edge: Slot) -> u64 {
        self.edges[edge.index()].number
    }

    /// The name of a node: what its draws are keyed by.
    #[inline]
    #[must_use]
    pub fn node_name(&self, node: Slot) -> u64 {
        self.nodes[node.index()].name
    }

    /// The name of an edge.
    #[inline]
    #[must_use]
    pub fn edge_name(&self, edge: Slot) -> u64 {
        self.edges[edge.index()].name
    }

    /// The bits of an attribute of a node.
    #[inline]
    #[must_use]
    pub fn node_word(&self, node: Slot, column: usize) -> u64 {
        self.words.items[self.nodes[node.index()].attributes as usize + column]
    }

    /// The bits of an attribute of an edge.
    #[inline]
    #[must_use]
    pub fn edge_word(&self, edge: Slot, column: usize) -> u64 {
        self.words.items[self.edges[edge.index()].attributes as usize + column]
    }

    /// Sets an attribute of a node and returns the bits that it had.
    #[inline]
    pub fn set_node_word(&mut self, node: Slot, column: usize, bits: u64) -> u64 {
        std::mem::replace(
            &mut self.words.items[self.nodes[node.index()].attributes as usize + column],
            bits,
        )
    }

    /// Sets an attribute of an edge and returns the bits that it had.
    #[inline]
    pub fn set_edge_word(&mut self, edge: Slot, column: usize, bits: u64) -> u64 {
        std::mem::replace(
            &mut self.words.items[self.edges[edge.index()].attributes as usize + column],
            bits,
        )
    }

    /// The number that the next element gets.
    #[inline]
    #[must_use]
    pub fn next_number(&self) -> u64 {
        self.next_number
    }

    /// Number of nodes.
    #[must_use]
    pub fn node_count(&self) -> usize {
        self.by_type.iter().map(Vec::len).sum()
    }

    /// Number of edges.
    #[must_use]
    pub fn edge_count(&self) -> usize {
        self.edge_count
    }

    /// Number of edges of a type whose ends are two nodes: all but loops.
    #[must_use]
    pub fn link_count(&self, ty: EdgeTypeId) -> usize {
        self.links[ty.index()] as usize
    }

    /// All nodes, by slot.
    pub fn nodes(&self) -> impl Iterator<Item = Slot> + '_ {
        slots(self.nodes.len()).filter(|&s| self.has_node(s))
    }

    /// All edges, by slot.
    pub fn edges(&self) -> impl Iterator<Item = Slot> + '_ {
        slots(self.edges.len()).filter(|&s| self.has_edge(s))
    }

    /// One past the largest node slot ever used.
    #[must_use]
    pub fn node_bound(&self) -> usize {
        self.nodes.len()
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> u64 {
        let bytes = self.nodes.capacity() * size_of::<Node>()
            + self.edges.capacity() * size_of::<Edge>()
            + self.positions.capacity() * size_of::<Positions>()
            + self.words.items.capacity() * size_of::<u64>()
            + self.ports.items.capacity() * size_of::<List>()
            + self.halves.memory_bytes()
            + self
                .by_type
                .iter()
                .map(|l| l.capacity() * size_of::<Slot>())
                .sum::<usize>();
        bytes as u64
    }

    /// Asserts that lists, positions and counts agree; slow.
    pub fn check_invariants(&self) {
        for edge in self.edges() {
            let (from, to) = self.ends(edge);
            let lists = self.lists_of(self.edge_type(edge), from, to);
            let positions = self.positions[edge.index()];
            for (other, list, position) in
                [(to, lists.0, positions.from), (from, lists.1, positions.to)]
            {
                let list = self.ports.items[list];
                assert_eq!(
                    self.halves.get(list)[position as usize],
                    Half {
                        edge: edge.0,
                        node: other.0
                    }
                );
            }
        }
        assert_eq!(self.edges().count(), self.edge_count);
        let links = self.edges().map(|e| self.ends(e)).filter(|(a, b)| a != b);
        assert_eq!(links.count(), self.links.iter().map(|&n| n as usize).sum());
        for node in self.nodes() {
            let list = &self.by_type[self.node_type(node).index()];
            assert_eq!(list[self.nodes[node.index()].position as usize], node);
            assert!(
                self.halves_of(node)
                    .all(|h| self.has_edge(h.edge()) && self.has_node(h.node()))
            );
        }
        assert_eq!(self.nodes().count(), self.node_count());
    }
}

/// Where the head of a node's list stands.
#[inline]
fn head(node: &Node, port: PortId) -> usize {
    node.ports as usize + port.0 as usize
}

#[inline]
fn store<T>(items: &mut Vec<T>, free: &mut Vec<u32>, item: T) -> Slot {
    if let Some(slot) = free.pop() {
        items[slot as usize] = item;
        return Slot(slot);
    }
    let slot = u32::try_from(items.len()).expect("fewer than 2^32 elements");
    items.push(item);
    Slot(slot)
}

fn slots(bound: usize) -> impl Iterator<Item = Slot> {
    (0..bound).map(|i| Slot(u32::try_from(i).expect("fewer than 2^32 elements")))
}
