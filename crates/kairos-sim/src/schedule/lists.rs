//! Lists of the days of a calendar: blocks of entries in one arena, so that lists that grow and shrink all the time allocate nothing.

/// How many entries a block holds.
const BLOCK: usize = 16;

/// No block.
const NONE: u32 = u32::MAX;

/// A slot in the list of a day, with what told it apart when it came there.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// As an integer of the same order.
    pub(super) time: u64,
    pub(super) slot: u32,
    /// The low half of the order of activation.
    pub(super) order: u32,
}

/// Entries in no order.
#[derive(Clone, Copy, Debug)]
pub(super) struct List {
    /// The only block that need not be full, or [`NONE`].
    head: u32,
    /// How many entries it holds.
    filled: u32,
}

impl List {
    /// Nothing.
    pub(super) const EMPTY: List = List {
        head: NONE,
        filled: BLOCK as u32,
    };
}

/// The arena of all lists.
#[derive(Clone, Debug, Default)]
pub(super) struct Lists {
    blocks: Vec<[Entry; BLOCK]>,
    /// By block: the next one of its list, which is full.
    next: Vec<u32>,
    free: Vec<u32>,
}

impl Lists {
    /// Adds an entry to a list.
    #[inline(always)]
    pub(super) fn push(&mut self, list: &mut List, entry: Entry) {
        if list.filled as usize == BLOCK {
            self.add_block(list);
        }
        self.blocks[list.head as usize][list.filled as usize] = entry;
        list.filled += 1;
    }

    fn add_block(&mut self, list: &mut List) {
        let block = self.free.pop().unwrap_or_else(|| {
            self.blocks.push([Entry::default(); BLOCK]);
            self.next.push(NONE);
            u32::try_from(self.blocks.len() - 1).expect("fewer than 2^32 blocks")
        });
        self.next[block as usize] = std::mem::replace(&mut list.head, block);
        list.filled = 0;
    }

    /// Moves all entries of a list to the end of `out`.
    #[inline]
    pub(super) fn drain(&mut self, list: &mut List, out: &mut Vec<Entry>) {
        let List { mut head, filled } = std::mem::replace(list, List::EMPTY);
        let mut filled = filled as usize;
        while head != NONE {
            out.extend_from_slice(&self.blocks[head as usize][..filled]);
            self.free.push(head);
            head = self.next[head as usize];
            filled = BLOCK;
        }
    }

    /// The entries of a list.
    pub(super) fn iter(&self, list: List) -> impl Iterator<Item = &Entry> {
        let block = |head: u32| (head != NONE).then_some(head);
        let blocks =
            std::iter::successors(block(list.head), move |&b| block(self.next[b as usize]));
        let filled = move |b: u32| {
            if b == list.head {
                list.filled as usize
            } else {
                BLOCK
            }
        };
        blocks.flat_map(move |b| &self.blocks[b as usize][..filled(b)])
    }

    /// Empties the arena, and with it all lists.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.next.clear();
        self.free.clear();
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.blocks.capacity() * (size_of::<[Entry; BLOCK]>() + size_of::<u32>())
            + self.free.capacity() * size_of::<u32>()
    }
}
