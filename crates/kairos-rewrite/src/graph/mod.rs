//! The host graph: a typed, attributed, numbered multigraph with typed adjacency.

mod adjacency;
mod ahead;
mod between;
mod checking;
mod edges;
mod places;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

use kairos_model::types::{EdgeTypeId, NodeTypeId, TypeGraph};

pub(crate) use between::first_to;

use adjacency::{Adjacency, Entries, Entry};
use edges::{Edges, NewEdge};

use crate::{
    binding::Slot,
    lists::{Blocks, Parts, copy},
    schema::{EndPorts, PortId, Schema, ways},
    upkeep::Kept,
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
    /// Where its attributes begin.
    attributes: u32,
    /// Where the heads of its lists begin.
    ports: u32,
    /// Its place in the list of its type.
    position: u32,
    ty: u16,
}

/// The host graph of one replication.
///
/// Slots of deleted elements are reused only after the next [`HostGraph::begin_step`], so that numbers and names of
/// lost matches can still be read.
#[derive(Clone, Debug)]
pub struct HostGraph {
    schema: Arc<Schema>,
    nodes: Vec<Node>,
    edges: Edges,
    node_words: Parts<u64>,
    edge_words: Blocks<u64>,
    adjacency: Adjacency,
    by_type: Vec<Vec<Slot>>,
    /// By type, the edges whose ends are two nodes.
    links: Vec<u32>,
    free_nodes: Vec<u32>,
    deleted_nodes: Vec<u32>,
    next_number: u64,
    /// Whether no slot of a node was used again, so that slots ascend as numbers do.
    ascends: bool,
}

impl HostGraph {
    /// The empty graph.
    #[must_use]
    pub fn new(schema: Arc<Schema>) -> Self {
        let by_type = vec![Vec::new(); schema.node_types()];
        let links = vec![0; schema.edge_types()];
        let types = (0..schema.node_types()).map(|ty| NodeTypeId(ty as u16));
        let attributes = types.map(|ty| schema.node_attributes(ty));
        HostGraph {
            edges: Edges::new(&schema),
            adjacency: Adjacency::new(&schema),
            node_words: Parts::new(attributes, 0),
            edge_words: Blocks::new(0),
            schema,
            nodes: Vec::new(),
            by_type,
            links,
            free_nodes: Vec::new(),
            deleted_nodes: Vec::new(),
            next_number: 0,
            ascends: true,
        }
    }

    /// The same graph with every edge listed at both its ends, whatever its program needs: for whoever looks around without a plan. Plans find
    /// in it what they find in this one.
    #[must_use]
    pub fn with_all_lists(&self, types: &TypeGraph) -> Cow<'_, Self> {
        if self.schema.upkeep().all_lists() {
            return Cow::Borrowed(self);
        }
        let mut graph = self.clone();
        graph.list_all(types);
        Cow::Owned(graph)
    }

    fn list_all(&mut self, types: &TypeGraph) {
        let upkeep = self.schema.upkeep().with_all_lists();
        self.schema = Arc::new(Schema::new(types, upkeep));
        self.adjacency = Adjacency::new(&self.schema);
        for slot in slots(self.nodes.len()) {
            let node = &mut self.nodes[slot.index()];
            if node.ty != VACANT {
                let ports = self.schema.ports(NodeTypeId(node.ty)).len();
                node.ports = self.adjacency.add_node(slot, ports);
            }
        }
        let edges = slots(self.edges.bound()).filter(|&edge| self.edges.has(edge));
        let mut edges: Vec<Slot> = edges.collect();
        edges.sort_unstable_by_key(|&edge| self.edges.number(edge));
        for edge in edges {
            let (from, to) = self.edges.ends(edge);
            let entries = self.entries_of(self.edges.ty(edge), from, to);
            self.adjacency.link(edge, (from, to), entries);
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
        self.edges.begin_step();
    }

    /// Nodes deleted since the last [`HostGraph::begin_step`]; their numbers and names can still be read.
    pub fn deleted_nodes(&self) -> impl Iterator<Item = Slot> + '_ {
        self.deleted_nodes.iter().copied().map(Slot)
    }

    /// Edges deleted since the last [`HostGraph::begin_step`], dangling ones included.
    pub fn deleted_edges(&self) -> impl Iterator<Item = Slot> + '_ {
        self.edges.deleted()
    }

    /// Adds a node. `attributes` holds the bits of one value per column.
    pub fn create_node(&mut self, ty: NodeTypeId, name: u64, attributes: &[u64]) -> Slot {
        debug_assert_eq!(attributes.len(), self.schema.node_attributes(ty));
        let slot = match self.free_nodes.pop() {
            None => self.new_slot(),
            Some(slot) => {
                self.ascends = false;
                Slot(slot)
            }
        };
        let words = self.node_words.take(slot, attributes.len());
        let place = words as usize..words as usize + attributes.len();
        copy(attributes, &mut self.node_words.items_mut()[place]);
        let list = &mut self.by_type[ty.index()];
        self.nodes[slot.index()] = Node {
            number: self.next_number,
            name,
            attributes: words,
            ports: self.adjacency.add_node(slot, self.schema.ports(ty).len()),
            position: u32::try_from(list.len()).expect("fewer than 2^32 nodes"),
            ty: ty.0,
        };
        self.next_number += 1;
        list.push(slot);
        slot
    }

    /// A slot that no node has had.
    fn new_slot(&mut self) -> Slot {
        const NO_NODE: Node = Node {
            number: 0,
            name: 0,
            attributes: 0,
            ports: 0,
            position: 0,
            ty: VACANT,
        };
        self.nodes.push(NO_NODE);
        Slot(u32::try_from(self.nodes.len() - 1).expect("fewer than 2^32 elements"))
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
        let ports = self.ports_of(ty, from, to);
        self.create_edge_at(ty, (from, to), ports, name, attributes)
    }

    /// The same, where it is known in which ports it stands at its ends.
    #[inline]
    pub(crate) fn create_edge_at(
        &mut self,
        ty: EdgeTypeId,
        (from, to): (Slot, Slot),
        ports: EndPorts,
        name: u64,
        attributes: &[u64],
    ) -> Slot {
        debug_assert_eq!(attributes.len(), self.schema.edge_attributes(ty));
        let words = match attributes {
            [] => 0,
            some => self.edge_words.hold(some),
        };
        let slot = self.edges.create(NewEdge {
            ty,
            number: self.next_number,
            name,
            from,
            to,
            attributes: words,
        });
        self.next_number += 1;
        let entries = self.entries_in(ports, from, to);
        self.adjacency.link(slot, (from, to), entries);
        self.links[ty.index()] += u32::from(from != to);
        slot
    }

    /// Deletes an edge, of a type of which the program deletes some.
    pub fn delete_edge(&mut self, slot: Slot) {
        let ty = self.edges.ty(slot);
        let (from, to) = self.edges.ends(slot);
        let entries = self.entries_of(ty, from, to);
        let ways = ways(self.schema.undirected(ty));
        let edges = &self.edges;
        self.adjacency
            .unlink(slot, ways, entries, |e| edges.ends(e));
        let attributes = self.schema.edge_attributes(ty);
        if attributes > 0 {
            self.edge_words
                .give_back(self.edges.attributes(slot), attributes);
        }
        self.edges.delete(slot);
        self.links[ty.index()] -= u32::from(from != to);
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
        self.node_words
            .give_back(attributes, self.schema.node_attributes(ty));
        let count = self.schema.ports(ty).len();
        self.adjacency.remove_node(ports, count);
        self.nodes[slot.index()].ty = VACANT;
        self.deleted_nodes.push(slot.0);
    }

    /// In which ports an edge with these ends stands there.
    #[inline]
    pub(crate) fn ports_of(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> EndPorts {
        let by_types = || {
            let types = (self.node_type(from), self.node_type(to));
            let ports = self.schema.edge_ports(ty, types);
            ports.expect("check allows only edges that the type graph allows")
        };
        // Nodes need not be read to know what their types must be.
        self.schema.only_ports(ty).unwrap_or_else(by_types)
    }

    /// How an edge with these ends is kept there.
    #[inline]
    fn entries_of(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> Entries {
        self.entries_in(self.ports_of(ty, from, to), from, to)
    }

    /// The same, where its ports are known.
    #[inline]
    fn entries_in(&self, (out, back): EndPorts, from: Slot, to: Slot) -> Entries {
        let entry = |node, port: PortId| match port.kept() {
            Kept::Nothing => Entry::None,
            Kept::Number => Entry::Counted(self.head(node, port)),
            Kept::List => Entry::Listed(self.head(node, port)),
        };
        (entry(from, out), entry(to, back))
    }

    /// Where the first head of a node's lists stands.
    #[inline]
    fn first_head(&self, node: Slot) -> usize {
        let noted = || self.nodes[node.index()].ports;
        self.adjacency.first_head(node, noted)
    }

    /// Where the head of a node's list stands.
    #[inline]
    fn head(&self, node: Slot, port: PortId) -> usize {
        self.first_head(node) + port.position()
    }

    /// The edges of a node in one of its ports.
    #[inline]
    #[must_use]
    pub fn port(&self, node: Slot, port: PortId) -> &[Half] {
        debug_assert!(port.is_listed(), "edges that are not listed");
        self.adjacency.list(self.head(node, port))
    }

    /// How many edges stand in one of the ports of a node, or are counted there.
    #[inline]
    #[must_use]
    pub fn degree(&self, node: Slot, port: PortId) -> usize {
        self.adjacency.degree(self.head(node, port))
    }

    /// All edges of a node that are listed there, as seen from it, port by port. A directed self-loop comes twice.
    ///
    /// Of a node that the program may delete these are all that it has, and of any node after [`HostGraph::with_all_lists`].
    pub fn halves_of(&self, node: Slot) -> impl Iterator<Item = Half> + '_ {
        let ports = self.schema.port_ids(self.node_type(node));
        let listed = ports.filter(|port| port.is_listed());
        listed.flat_map(move |port| self.port(node, port).iter().copied())
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

    /// Whether a node that was there when the step began is no longer.
    #[inline]
    pub(crate) fn is_gone(&self, node: Slot) -> bool {
        !self.deleted_nodes.is_empty() && !self.has_node(node)
    }

    /// The types of an edge's ends.
    #[inline]
    pub(crate) fn types_of_ends(&self, edge: Slot) -> (NodeTypeId, NodeTypeId) {
        let (from, to) = self.edges.ends(edge);
        let types = || (self.node_type(from), self.node_type(to));
        self.schema
            .only_types(self.edges.ty(edge))
            .unwrap_or_else(types)
    }

    /// Whether a slot holds an edge.
    #[inline]
    #[must_use]
    pub fn has_edge(&self, slot: Slot) -> bool {
        self.edges.has(slot)
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
        self.edges.ty(edge)
    }

    /// The number of an edge among those of its type: dense, and used again as its slot is.
    #[inline]
    pub(crate) fn edge_rank(&self, edge: Slot) -> u32 {
        self.edges.rank(edge)
    }

    /// Source and target of an edge; of an undirected one both ends, in the order of its creation.
    #[inline]
    #[must_use]
    pub fn ends(&self, edge: Slot) -> (Slot, Slot) {
        self.edges.ends(edge)
    }

    /// The number of a node.
    #[inline]
    #[must_use]
    pub fn node_number(&self, node: Slot) -> u64 {
        self.nodes[node.index()].number
    }

    /// The order of two nodes by their numbers.
    #[inline]
    #[must_use]
    pub fn order_of_nodes(&self, a: Slot, b: Slot) -> Ordering {
        if self.ascends {
            return a.cmp(&b);
        }
        self.node_number(a).cmp(&self.node_number(b))
    }

    /// The number of an edge.
    #[inline]
    #[must_use]
    pub fn edge_number(&self, edge: Slot) -> u64 {
        self.edges.number(edge)
    }

    /// The name of a node: what its draws are keyed by.
    #[inline]
    #[must_use]
    pub fn node_name(&self, node: Slot) -> u64 {
        self.nodes[node.index()].name
    }

    /// The name of an edge.
    ///
    /// # Panics
    /// If the program keeps no names of edges: see [`Upkeep::names`](crate::upkeep::Upkeep::names).
    #[inline]
    #[must_use]
    pub fn edge_name(&self, edge: Slot) -> u64 {
        self.edges.name(edge)
    }

    /// Where the attributes of a node begin.
    #[inline]
    fn first_word(&self, node: Slot) -> usize {
        let noted = || self.nodes[node.index()].attributes;
        self.node_words.start(node, noted)
    }

    /// The bits of an attribute of a node.
    #[inline]
    #[must_use]
    pub fn node_word(&self, node: Slot, column: usize) -> u64 {
        self.node_words.items()[self.first_word(node) + column]
    }

    /// The bits of an attribute of an edge.
    #[inline]
    #[must_use]
    pub fn edge_word(&self, edge: Slot, column: usize) -> u64 {
        self.edge_words.items[self.edges.attributes(edge) as usize + column]
    }

    /// The bits of an attribute of a node, to be changed.
    #[inline]
    pub fn node_word_mut(&mut self, node: Slot, column: usize) -> &mut u64 {
        let place = self.first_word(node) + column;
        &mut self.node_words.items_mut()[place]
    }

    /// The bits of an attribute of an edge, to be changed.
    #[inline]
    pub fn edge_word_mut(&mut self, edge: Slot, column: usize) -> &mut u64 {
        let place = self.edges.attributes(edge) as usize + column;
        &mut self.edge_words.items[place]
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
        self.edges.count()
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
        slots(self.edges.bound()).filter(|&s| self.has_edge(s))
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
            + (self.free_nodes.capacity() + self.deleted_nodes.capacity()) * size_of::<u32>()
            + self.edges.memory_bytes()
            + self.node_words.memory_bytes()
            + self.edge_words.memory_bytes()
            + self.adjacency.memory_bytes()
            + self
                .by_type
                .iter()
                .map(|l| l.capacity() * size_of::<Slot>())
                .sum::<usize>();
        bytes as u64
    }
}

fn slots(bound: usize) -> impl Iterator<Item = Slot> {
    (0..bound).map(|i| Slot(u32::try_from(i).expect("fewer than 2^32 elements")))
}
