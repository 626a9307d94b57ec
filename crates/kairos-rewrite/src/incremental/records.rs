//! What is stored of each row, word after word in one place: rows come and go in no order that memory knows, so that each place would be waited for.

use super::{layout::Layout, store::NONE};
use crate::{binding::Slot, lists::copy, matcher::EventId, prefetch::prefetch};

/// A hook of a row: the list that it is in at one of its elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) next: u32,
    pub(super) previous: u32,
}

impl Link {
    /// Words of a link.
    pub(super) const WORDS: usize = 2;
}

/// The state of a row that is there and is no event, or of which it is not known yet which one it is.
pub(super) const THERE: EventId = EventId(0);

/// Rows of one width. The words of a row are its state (its event, where matches are events), its place in a pool, where it has one, its slots
/// and its links. A word that says nothing is [`NONE`].
#[derive(Clone, Debug, Default)]
pub(super) struct Records {
    words: Vec<Slot>,
    shape: Shape,
}

/// Where the parts of a row stand.
#[derive(Clone, Copy, Debug, Default)]
struct Shape {
    slots: usize,
    links: usize,
    width: usize,
}

impl Shape {
    /// The place in a pool, of rows that have one.
    const PLACE: usize = 1;

    /// Whether no row goes over the end of a line of the cache.
    #[inline]
    fn divides_a_line(self) -> bool {
        self.width.is_power_of_two()
    }
}

impl Records {
    pub(super) fn new(layout: &Layout) -> Self {
        let slots = Shape::PLACE + usize::from(layout.is_placed);
        let links = slots + layout.stored();
        Records {
            words: Vec::new(),
            shape: Shape {
                slots,
                links,
                width: links + Link::WORDS * layout.links,
            },
        }
    }

    /// One past the largest row.
    pub(super) fn bound(&self) -> usize {
        self.words.len() / self.shape.width
    }

    /// Makes room for so many rows.
    #[cold]
    pub(super) fn grow(&mut self, rows: usize) {
        self.words.resize(rows * self.shape.width, Slot::NONE);
    }

    #[inline]
    fn start(&self, row: u32) -> usize {
        row as usize * self.shape.width
    }

    /// Whether a row is there; where there is no room for it, it is not.
    #[inline]
    pub(super) fn has(&self, row: u32) -> bool {
        let state = self.words.get(self.start(row));
        state.is_some_and(|state| state.0 != NONE)
    }

    /// Says that a row is there, and which event it is, where that is known by now; whether there is room for it.
    #[inline]
    pub(super) fn enter(&mut self, row: u32, event: EventId) -> bool {
        let start = self.start(row);
        let state = self.words.get_mut(start);
        state.map(|state| *state = Slot(event.0)).is_some()
    }

    /// Says that a row is gone, and which event it was, where matches are events.
    #[inline]
    pub(super) fn leave(&mut self, row: u32) -> EventId {
        let start = self.start(row);
        EventId(std::mem::replace(&mut self.words[start], Slot::NONE).0)
    }

    /// The same of a row that has a place in a pool, and which that was.
    #[inline]
    pub(super) fn leave_pool(&mut self, row: u32) -> (EventId, u32) {
        let start = self.start(row);
        let own = &mut self.words[start..start + Shape::PLACE + 1];
        let left = (EventId(own[0].0), own[Shape::PLACE].0);
        (own[0], own[Shape::PLACE]) = (Slot::NONE, Slot::NONE);
        left
    }

    /// The event of a row that is there, where matches are events.
    #[inline]
    pub(super) fn event(&self, row: u32) -> EventId {
        EventId(self.words[self.start(row)].0)
    }

    /// Says which event a row is.
    #[inline]
    pub(super) fn set_event(&mut self, row: u32, event: EventId) {
        let start = self.start(row);
        self.words[start] = Slot(event.0);
    }

    /// The place of a row in its pool.
    #[inline]
    pub(super) fn place(&self, row: u32) -> u32 {
        let place = self.words.get(self.start(row) + Shape::PLACE);
        place.map_or(NONE, |place| place.0)
    }

    /// Gives a row another place in its pool, and says which it had.
    #[inline]
    pub(super) fn replace(&mut self, row: u32, place: u32) -> u32 {
        let start = self.start(row);
        std::mem::replace(&mut self.words[start + Shape::PLACE], Slot(place)).0
    }

    /// The slots of a row, also of one that is gone, until there is another with its number.
    #[inline]
    pub(super) fn slots(&self, row: u32) -> &[Slot] {
        let start = self.start(row);
        &self.words[start + self.shape.slots..start + self.shape.links]
    }

    /// Writes down the slots of a row.
    #[inline]
    pub(super) fn set_slots(&mut self, row: u32, slots: &[Slot]) {
        let start = self.start(row);
        copy(
            slots,
            &mut self.words[start + self.shape.slots..start + self.shape.links],
        );
    }

    #[inline]
    pub(super) fn link(&self, row: u32, position: usize) -> Link {
        let at = self.start(row) + self.shape.links + Link::WORDS * position;
        let words = &self.words[at..at + Link::WORDS];
        Link {
            next: words[0].0,
            previous: words[1].0,
        }
    }

    #[inline]
    pub(super) fn set_next(&mut self, row: u32, position: usize, next: u32) {
        let at = self.start(row) + self.shape.links + Link::WORDS * position;
        self.words[at] = Slot(next);
    }

    #[inline]
    pub(super) fn set_previous(&mut self, row: u32, position: usize, previous: u32) {
        let at = self.start(row) + self.shape.links + Link::WORDS * position;
        self.words[at + 1] = Slot(previous);
    }

    /// Asks for the memory of a row.
    #[inline]
    pub(super) fn prefetch(&self, row: u32) {
        let start = self.start(row);
        prefetch(&self.words, start);
        if !self.shape.divides_a_line() {
            prefetch(&self.words, start + self.shape.width - 1);
        }
    }

    /// Bytes in use.
    pub(super) fn memory_bytes(&self) -> usize {
        self.words.capacity() * size_of::<Slot>()
    }

    /// Bytes of a row.
    pub(super) fn row_bytes(&self) -> usize {
        self.shape.width * size_of::<Slot>()
    }
}
