//! Stored matches: rows of slots, found from their elements by intrusive lists, found from their contents by a hash index.

use std::hash::Hasher;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use crate::binding::Slot;

/// End of a list, and no row.
pub(crate) const NONE: u32 = u32::MAX;

/// For every element of one kind (node or edge) the first row of each of its lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads {
    /// First head of each element.
    starts: Vec<u32>,
    heads: Vec<u32>,
    /// Blocks of deleted elements, by their size.
    free: Vec<Vec<u32>>,
}

impl Heads {
    /// Makes room for the lists of a new element.
    pub(crate) fn create(&mut self, element: Slot, lists: usize) {
        if self.starts.len() <= element.index() {
            self.starts.resize(element.index() + 1, 0);
        }
        let start = self
            .free
            .get_mut(lists)
            .and_then(Vec::pop)
            .unwrap_or_else(|| {
                let start = self.heads.len();
                self.heads.resize(start + lists, NONE);
                u32::try_from(start).expect("fewer than 2^32 lists")
            });
        self.starts[element.index()] = start;
    }

    /// Takes back the room of a deleted element, whose lists are empty.
    pub(crate) fn delete(&mut self, element: Slot, lists: usize) {
        if self.free.len() <= lists {
            self.free.resize(lists + 1, Vec::new());
        }
        self.free[lists].push(self.starts[element.index()]);
    }

    pub(crate) fn get(&self, element: Slot, place: u16) -> u32 {
        self.heads[self.starts[element.index()] as usize + place as usize]
    }

    fn set(&mut self, element: Slot, place: u16, row: u32) {
        self.heads[self.starts[element.index()] as usize + place as usize] = row;
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        (self.starts.capacity() + self.heads.capacity()) * size_of::<u32>()
    }
}

/// A hook of a row: the list that it is in at one of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Link {
    next: u32,
    previous: u32,
}

/// Where a row hangs at one of its elements.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hung {
    pub(crate) element: Slot,
    pub(crate) is_node: bool,
    pub(crate) place: u16,
}

/// The matches of one query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Store {
    width: usize,
    hooks: usize,
    slots: Vec<Slot>,
    links: Vec<Link>,
    alive: Vec<bool>,
    len: usize,
    free: Vec<u32>,
    /// Rows by their slots; not needed where a row is one element, whose list then tells.
    members: HashTable<u32>,
    /// By anchor: number of rows; without anchor not used.
    counts: Vec<u32>,
    anchor: Option<usize>,
}

impl Store {
    pub(crate) fn new(width: usize, hooks: usize, anchor: Option<usize>) -> Self {
        Store {
            width,
            hooks,
            anchor,
            ..Store::default()
        }
    }

    /// Number of rows, or of those at a node.
    pub(crate) fn count(&self, anchor: Option<Slot>) -> u64 {
        match anchor {
            None => self.len as u64,
            Some(node) => u64::from(self.counts.get(node.index()).copied().unwrap_or(0)),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// One past the largest row.
    pub(crate) fn bound(&self) -> u32 {
        u32::try_from(self.alive.len()).expect("fewer than 2^32 rows")
    }

    pub(crate) fn is_alive(&self, row: u32) -> bool {
        self.alive[row as usize]
    }

    /// The slots of a row.
    pub(crate) fn row(&self, row: u32) -> &[Slot] {
        &self.slots[row as usize * self.width..(row as usize + 1) * self.width]
    }

    /// All rows, in no useful order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.bound()).filter(|&r| self.is_alive(r))
    }

    /// The row with these slots.
    pub(crate) fn find(&self, slots: &[Slot]) -> Option<u32> {
        self.members
            .find(hash(slots), |&r| self.row(r) == slots)
            .copied()
    }

    /// The rows from `head` on along one hook's list.
    pub(crate) fn rows_from(&self, hook: usize, head: u32) -> impl Iterator<Item = u32> + '_ {
        let link = move |row: u32| self.links[row as usize * self.hooks + hook].next;
        std::iter::successors((head != NONE).then_some(head), move |&row| {
            Some(link(row)).filter(|&n| n != NONE)
        })
    }

    /// Adds a row that is not there yet.
    pub(crate) fn insert(
        &mut self,
        slots: &[Slot],
        hung: impl Iterator<Item = Hung>,
        nodes: &mut Heads,
        edges: &mut Heads,
    ) -> u32 {
        debug_assert_eq!(slots.len(), self.width);
        let row = self.free.pop().unwrap_or_else(|| {
            let row = self.bound();
            self.alive.push(false);
            self.slots.resize(self.slots.len() + self.width, Slot::NONE);
            self.links.resize(
                self.links.len() + self.hooks,
                Link {
                    next: NONE,
                    previous: NONE,
                },
            );
            row
        });
        self.slots[row as usize * self.width..(row as usize + 1) * self.width]
            .copy_from_slice(slots);
        self.alive[row as usize] = true;
        self.len += 1;
        for (hook, at) in hung.enumerate() {
            let heads = if at.is_node { &mut *nodes } else { &mut *edges };
            let next = heads.get(at.element, at.place);
            heads.set(at.element, at.place, row);
            if next != NONE {
                self.links[next as usize * self.hooks + hook].previous = row;
            }
            self.links[row as usize * self.hooks + hook] = Link {
                next,
                previous: NONE,
            };
        }
        let Store {
            members,
            slots: all,
            width,
            ..
        } = self;
        let of = |r: u32| &all[r as usize * *width..(r as usize + 1) * *width];
        members.insert_unique(hash(slots), row, |&r| hash(of(r)));
        if let Some(anchor) = self.anchor {
            let node = slots[anchor].index();
            if self.counts.len() <= node {
                self.counts.resize(node + 1, 0);
            }
            self.counts[node] += 1;
        }
        row
    }

    /// Removes a row. It stays readable until [`Store::reuse`].
    pub(crate) fn remove(
        &mut self,
        row: u32,
        hung: impl Iterator<Item = Hung>,
        nodes: &mut Heads,
        edges: &mut Heads,
    ) {
        debug_assert!(self.is_alive(row));
        for (hook, at) in hung.enumerate() {
            let heads = if at.is_node { &mut *nodes } else { &mut *edges };
            let Link { next, previous } = self.links[row as usize * self.hooks + hook];
            if next != NONE {
                self.links[next as usize * self.hooks + hook].previous = previous;
            }
            if previous == NONE {
                heads.set(at.element, at.place, next);
            } else {
                self.links[previous as usize * self.hooks + hook].next = next;
            }
        }
        if let Ok(entry) = self.members.find_entry(hash(self.row(row)), |&r| r == row) {
            entry.remove();
        }
        self.alive[row as usize] = false;
        self.len -= 1;
        if let Some(anchor) = self.anchor {
            let node = self.row(row)[anchor].index();
            self.counts[node] -= 1;
        }
    }

    /// Lets a row that was removed be used again.
    pub(crate) fn reuse(&mut self, row: u32) {
        self.free.push(row);
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.slots.capacity() * size_of::<Slot>()
            + self.links.capacity() * size_of::<Link>()
            + self.alive.capacity()
            + self.members.capacity() * (size_of::<u32>() + 1)
            + self.counts.capacity() * size_of::<u32>()
    }
}

fn hash(slots: &[Slot]) -> u64 {
    let mut hasher = FxHasher::default();
    for slot in slots {
        hasher.write_u32(slot.0);
    }
    hasher.finish()
}
