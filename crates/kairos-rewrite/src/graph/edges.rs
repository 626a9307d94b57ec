//! Edges by slot: short records of what every program reads, and columns of what only some do.

use kairos_model::types::EdgeTypeId;

use super::{VACANT, places::Places};
use crate::{binding::Slot, prefetch::prefetch, schema::Schema};

/// Numbers have 48 bits: the type stands above them.
const NUMBER_BITS: u32 = 48;

/// What most steps read of an edge, in a quarter of a line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(16))]
struct Record {
    /// Its number, and above it its type.
    key: u64,
    from: u32,
    to: u32,
}

impl Record {
    #[inline]
    fn ty(self) -> u16 {
        (self.key >> NUMBER_BITS) as u16
    }
}

/// A new edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewEdge {
    pub(super) ty: EdgeTypeId,
    pub(super) number: u64,
    pub(super) name: u64,
    pub(super) from: Slot,
    pub(super) to: Slot,
    /// First of its attributes in the words of the graph.
    pub(super) attributes: u32,
}

/// The edges of a host graph.
#[derive(Clone, Debug)]
pub(super) struct Edges {
    records: Vec<Record>,
    /// Empty where nobody reads them.
    names: Vec<u64>,
    /// Empty where no type has any.
    attributes: Vec<u32>,
    has_names: bool,
    has_attributes: bool,
    count: usize,
    places: Places,
    /// Those deleted in this step, with their types.
    deleted: Vec<(u16, Slot)>,
}

impl Edges {
    pub(super) fn new(schema: &Schema) -> Self {
        let mut types = (0..schema.edge_types()).map(|ty| EdgeTypeId(ty as u16));
        Edges {
            records: Vec::new(),
            names: Vec::new(),
            attributes: Vec::new(),
            has_names: schema.upkeep().names(),
            has_attributes: types.any(|ty| schema.edge_attributes(ty) > 0),
            count: 0,
            places: Places::new(schema.edge_types()),
            deleted: Vec::new(),
        }
    }

    /// Lets the slots of edges deleted so far be reused.
    #[inline]
    pub(super) fn begin_step(&mut self) {
        while let Some((ty, slot)) = self.deleted.pop() {
            self.places.give_back(ty.into(), slot.0);
        }
    }

    #[inline]
    pub(super) fn create(&mut self, edge: NewEdge) -> Slot {
        assert!(
            edge.number < 1 << NUMBER_BITS,
            "fewer than 2^48 elements in a run"
        );
        let record = Record {
            key: edge.number | u64::from(edge.ty.0) << NUMBER_BITS,
            from: edge.from.0,
            to: edge.to.0,
        };
        self.count += 1;
        let slot = self.places.take(edge.ty.index());
        let index = slot as usize;
        if index >= self.records.len() {
            self.grow();
        }
        self.records[index] = record;
        if self.has_names {
            self.names[index] = edge.name;
        }
        if self.has_attributes {
            self.attributes[index] = edge.attributes;
        }
        Slot(slot)
    }

    /// Makes room for the slots of a new page.
    #[cold]
    fn grow(&mut self) {
        const NO_EDGE: Record = Record {
            key: u64::MAX,
            from: u32::MAX,
            to: u32::MAX,
        };
        let bound = self.places.bound();
        self.records.resize(bound, NO_EDGE);
        if self.has_names {
            self.names.resize(bound, 0);
        }
        if self.has_attributes {
            self.attributes.resize(bound, 0);
        }
    }

    /// The number of an edge among those of its type: dense, and used again as its slot is.
    #[inline]
    pub(super) fn rank(&self, edge: Slot) -> u32 {
        self.places.rank(edge.0)
    }

    /// Marks an edge as gone; its number and name can still be read.
    #[inline]
    pub(super) fn delete(&mut self, edge: Slot) {
        let record = &mut self.records[edge.index()];
        self.deleted.push((record.ty(), edge));
        record.key |= u64::from(VACANT) << NUMBER_BITS;
        self.count -= 1;
    }

    pub(super) fn deleted(&self) -> impl Iterator<Item = Slot> + '_ {
        self.deleted.iter().map(|&(_, edge)| edge)
    }

    /// Number of edges.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// One past the largest slot ever used.
    pub(super) fn bound(&self) -> usize {
        self.records.len()
    }

    #[inline]
    pub(super) fn has(&self, edge: Slot) -> bool {
        let record = self.records.get(edge.index());
        record.is_some_and(|record| record.ty() != VACANT)
    }

    #[inline]
    pub(super) fn ty(&self, edge: Slot) -> EdgeTypeId {
        EdgeTypeId(self.records[edge.index()].ty())
    }

    #[inline]
    pub(super) fn ends(&self, edge: Slot) -> (Slot, Slot) {
        let record = &self.records[edge.index()];
        (Slot(record.from), Slot(record.to))
    }

    #[inline]
    pub(super) fn number(&self, edge: Slot) -> u64 {
        self.records[edge.index()].key & ((1 << NUMBER_BITS) - 1)
    }

    #[inline]
    pub(super) fn name(&self, edge: Slot) -> u64 {
        self.names[edge.index()]
    }

    /// First of the attributes of an edge in the words of the graph, of a type that has any.
    #[inline]
    pub(super) fn attributes(&self, edge: Slot) -> u32 {
        self.attributes[edge.index()]
    }

    /// Asks for the memory of an edge.
    #[inline]
    pub(super) fn prefetch(&self, edge: Slot) {
        prefetch(&self.records, edge.index());
        prefetch(&self.names, edge.index());
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        self.records.capacity() * size_of::<Record>()
            + self.names.capacity() * size_of::<u64>()
            + self.attributes.capacity() * size_of::<u32>()
            + self.deleted.capacity() * size_of::<(u16, Slot)>()
            + self.places.memory_bytes()
    }
}
