//! Lists of the days of a calendar: blocks of entries in one arena, so that lists that grow and shrink all the time allocate nothing.

use kairos_rewrite::prefetch::prefetch;

/// How many entries a block holds.
const BLOCK: usize = 32;

/// A slot in the list of a day, with what told it apart when it came there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// As an integer of the same order.
    pub(super) time: u64,
    pub(super) slot: u32,
    /// The low half of the order of activation.
    pub(super) order: u32,
}

/// Entries in no order: where the next one would stand, behind the last in the only block that need not be full. A multiple of [`BLOCK`]
/// where that is full, or where there is none: 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct List(u32);

impl List {
    /// Nothing.
    pub(super) const EMPTY: List = List(0);

    /// Whether there is no room in its last block, which is not empty.
    #[inline]
    fn is_full(self) -> bool {
        (self.0 as usize).is_multiple_of(BLOCK)
    }

    /// Its last block, and where the entries end there.
    fn last(self) -> Option<(usize, usize)> {
        let end = self.0 as usize;
        (end > 0).then(|| ((end - 1) / BLOCK, end))
    }
}

/// The arena of all lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    /// Block after block.
    entries: Vec<Entry>,
    /// By block: the rest of its list, of which every block is full.
    rest: Vec<List>,
    free: Vec<u32>,
}

impl Lists {
    /// Adds an entry to a list.
    #[inline(always)]
    pub(super) fn push(&mut self, list: &mut List, entry: Entry) {
        if list.is_full() {
            self.add_block(list);
        }
        self.entries[list.0 as usize] = entry;
        list.0 += 1;
    }

    /// Asks for the memory that the next entry of a list will be written to.
    #[inline]
    pub(super) fn prefetch(&self, list: List) {
        prefetch(&self.entries, list.0 as usize);
    }

    /// Adds a block, to be written to at once.
    #[cold]
    fn add_block(&mut self, list: &mut List) {
        let block = self.free.pop().unwrap_or_else(|| {
            let block = u32::try_from(self.rest.len()).expect("fewer than 2^32 blocks");
            let end = self.entries.len() + BLOCK;
            assert!(u32::try_from(end).is_ok(), "fewer than 2^32 entries");
            self.entries.resize(end, Entry::default());
            self.rest.push(List::EMPTY);
            block
        });
        let first = block * BLOCK as u32;
        self.rest[block as usize] = std::mem::replace(list, List(first));
    }

    /// Moves all entries of a list to the end of `out`.
    #[inline]
    pub(super) fn drain(&mut self, list: &mut List, out: &mut Vec<Entry>) {
        while let Some((block, end)) = list.last() {
            out.extend_from_slice(&self.entries[block * BLOCK..end]);
            self.free.push(block as u32);
            *list = self.rest[block];
        }
    }

    /// The entries of a list.
    pub(super) fn iter(&self, list: List) -> impl Iterator<Item = &Entry> {
        let pieces = std::iter::successors(list.last(), |&(block, _)| self.rest[block].last());
        pieces.flat_map(|(block, end)| &self.entries[block * BLOCK..end])
    }

    /// Empties the arena, and with it all lists.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.rest.clear();
        self.free.clear();
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.entries.capacity() * size_of::<Entry>()
            + self.rest.capacity() * size_of::<List>()
            + self.free.capacity() * size_of::<u32>()
    }
}
