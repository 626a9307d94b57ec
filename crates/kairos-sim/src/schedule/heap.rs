//! An indexed 4-ary heap.

use super::{Due, Note, Notes, Schedule, Slot, time_key};

/// How many children a node has.
const ARITY: usize = 4;

/// The place of the earliest node. The three places before it stay empty, so that the children of any node fill
/// exactly one [`Family`].
const ROOT: usize = ARITY - 1;

/// A scheduled slot and its time as an integer of the same order. The order of activation is looked up where times
/// are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    time: u64,
    slot: Slot,
}

impl Default for Node {
    fn default() -> Self {
        EMPTY
    }
}

/// What is known of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    /// The time, as an integer of the same order.
    time: u64,
    /// The order of activation.
    order: u64,
    /// [`ABSENT`], [`PARKED`] or [`HEAP`].
    list: u32,
    /// Where it stands in the heap.
    position: u32,
}

/// The list of a slot that is not scheduled.
const ABSENT: u32 = u32::MAX;

/// The list of a slot with time `+inf`, which need not be kept in order.
const PARKED: u32 = u32::MAX - 1;

/// The list of a slot that a heap holds.
const HEAP: u32 = u32::MAX - 2;

const NOWHERE: Place = Place {
    time: 0,
    order: 0,
    list: ABSENT,
    position: 0,
};

/// The places of all slots.
#[derive(Clone, Debug, Default)]
struct Places(Vec<Place>);

impl Places {
    #[inline]
    fn get(&self, slot: Slot) -> Place {
        self.0.get(slot.0 as usize).copied().unwrap_or(NOWHERE)
    }

    /// Where a slot stands; panics if it is not scheduled.
    #[inline]
    fn scheduled(&self, slot: Slot) -> Place {
        let place = self.get(slot);
        assert!(place.list != ABSENT, "{slot:?} is not scheduled");
        place
    }

    /// The time of a slot, if it is scheduled.
    #[inline]
    fn time_of(&self, slot: Slot) -> Option<f64> {
        let place = self.get(slot);
        (place.list != ABSENT).then(|| f64::from_bits(place.time))
    }

    /// Notes time and order of a slot that was not scheduled.
    #[inline]
    fn enter(&mut self, slot: Slot, time: u64, order: u64) {
        let index = slot.0 as usize;
        if index >= self.0.len() {
            assert!(slot.0 < HEAP, "{slot:?} is no dense slot");
            self.0.resize(index + 1, NOWHERE);
        }
        let place = &mut self.0[index];
        assert!(place.list == ABSENT, "{slot:?} is scheduled already");
        place.time = time;
        place.order = order;
    }

    /// Notes another time and order of a slot, and says where it stands; panics if it is not scheduled.
    #[inline]
    fn change(&mut self, slot: Slot, time: u64, order: u64) -> Place {
        let place = self.0.get_mut(slot.0 as usize);
        let place = place.filter(|place| place.list != ABSENT);
        let place = place.unwrap_or_else(|| panic!("{slot:?} is not scheduled"));
        let before = *place;
        place.time = time;
        place.order = order;
        before
    }

    #[inline]
    fn put(&mut self, slot: Slot, list: u32, position: u32) {
        let place = &mut self.0[slot.0 as usize];
        place.list = list;
        place.position = position;
    }

    fn iter(&self) -> impl Iterator<Item = (Slot, Place)> + '_ {
        (0..).map(Slot).zip(self.0.iter().copied())
    }
}

/// What an empty place holds: later than every time, `+inf` included.
const EMPTY: Node = Node {
    time: u64::MAX,
    slot: Slot(u32::MAX),
};

/// Siblings, in one line of the cache.
#[derive(Clone, Debug)]
#[repr(align(64))]
struct Family([Node; ARITY]);

/// The heap itself: nodes in families; the places of their slots are the caller's.
#[derive(Clone, Debug, Default)]
struct Heap {
    /// Places 4f to 4f + 3 are `families[f]`; the last family holds at least one node.
    families: Vec<Family>,
    /// How many nodes the heap holds.
    nodes: usize,
}

/// The family of the children of the node at `place`.
#[inline]
fn children(place: usize) -> usize {
    place - (ARITY - 2)
}

/// The place of the parent of the node at `place`, which is not the root.
#[inline]
fn parent(place: usize) -> usize {
    place / ARITY + (ARITY - 2)
}

/// Whether a family has its first node at `place`.
#[inline]
fn opens_family(place: usize) -> bool {
    place == ROOT || place.is_multiple_of(ARITY)
}

impl Heap {
    #[inline]
    fn node(&self, place: usize) -> Node {
        self.families[place / ARITY].0[place % ARITY]
    }

    /// Writes a node to a place, and the place to the node's slot.
    #[inline]
    fn set(&mut self, places: &mut Places, place: usize, node: Node) {
        self.families[place / ARITY].0[place % ARITY] = node;
        places.put(node.slot, HEAP, place as u32);
    }

    fn len(&self) -> usize {
        self.nodes
    }

    /// The earliest node.
    #[inline]
    fn first(&self) -> Option<Node> {
        Some(self.families.first()?.0[ROOT])
    }

    /// The earliest of siblings. Their times are compared without branches, which could not be foreseen.
    #[inline]
    fn earliest(&self, places: &Places, family: usize) -> usize {
        let [a, b, c, d] = &self.families[family].0;
        let (left, left_time) = if b.time < a.time {
            (1, b.time)
        } else {
            (0, a.time)
        };
        let (right, right_time) = if d.time < c.time {
            (3, d.time)
        } else {
            (2, c.time)
        };
        if (a.time == b.time) | (c.time == d.time) | (left_time == right_time) {
            return self.earliest_of_equals(places, family);
        }
        family * ARITY + if right_time < left_time { right } else { left }
    }

    /// The earliest of siblings some of which have equal times.
    #[cold]
    fn earliest_of_equals(&self, places: &Places, family: usize) -> usize {
        let siblings = &self.families[family].0;
        let earlier = |lane: usize, other: usize| {
            if before(places, siblings[other], siblings[lane]) {
                other
            } else {
                lane
            }
        };
        family * ARITY + (1..ARITY).fold(0, earlier)
    }

    /// Puts a node at `place` or above it, where its parent is earlier.
    fn sift_up(&mut self, places: &mut Places, mut place: usize, node: Node) {
        while place > ROOT {
            let above = parent(place);
            let other = self.node(above);
            if before(places, other, node) {
                break;
            }
            self.set(places, place, other);
            place = above;
        }
        self.set(places, place, node);
    }

    /// Puts a node at `place` or below it, where all children are later.
    fn sift_down(&mut self, places: &mut Places, mut place: usize, node: Node) {
        while children(place) < self.families.len() {
            let below = self.earliest(places, children(place));
            let other = self.node(below);
            if before(places, node, other) {
                break;
            }
            self.set(places, place, other);
            place = below;
        }
        self.set(places, place, node);
    }

    /// Puts a node in place of the one at `place`, and from there to where it belongs.
    fn sift(&mut self, places: &mut Places, place: usize, node: Node) {
        if place > ROOT && before(places, node, self.node(parent(place))) {
            self.sift_up(places, place, node);
        } else {
            self.sift_down(places, place, node);
        }
    }

    /// Adds a node at the end and lets it rise.
    #[inline]
    fn push(&mut self, places: &mut Places, node: Node) {
        let place = ROOT + self.nodes;
        if opens_family(place) {
            self.families.push(Family([EMPTY; ARITY]));
        }
        self.nodes += 1;
        self.sift_up(places, place, node);
    }

    /// Takes out the node at `place` and puts the last one there. The place of the slot that was there is left to the caller.
    fn take(&mut self, places: &mut Places, place: usize) {
        self.nodes -= 1;
        let end = ROOT + self.nodes;
        let last = self.node(end);
        if opens_family(end) {
            self.families.pop();
        } else {
            self.families[end / ARITY].0[end % ARITY] = EMPTY;
        }
        if place != end {
            self.sift(places, place, last);
        }
    }

    /// Asserts what must always be true.
    fn check_invariants(&self, places: &Places) {
        let held = ROOT..ROOT + self.nodes;
        for place in 0..self.families.len() * ARITY {
            let node = self.node(place);
            if !held.contains(&place) {
                assert_eq!(
                    node, EMPTY,
                    "place {place} lies outside the heap and is not empty"
                );
                continue;
            }
            assert!(due(node.time), "{node:?} is never due");
            let Place { list, position, .. } = places.get(node.slot);
            assert_eq!(
                (list, position as usize),
                (HEAP, place),
                "{node:?} is somewhere else"
            );
            if place > ROOT {
                assert!(
                    before(places, self.node(parent(place)), node),
                    "{node:?} precedes its parent"
                );
            }
        }
        assert!(
            held.end <= self.families.len() * ARITY || self.nodes == 0,
            "nodes are missing"
        );
    }
}

/// Whether `a` leaves before `b`.
#[inline]
fn before(places: &Places, a: Node, b: Node) -> bool {
    a.time < b.time || (a.time == b.time && tie(places, a) < tie(places, b))
}

/// What decides between equal times; what is empty comes last.
#[cold]
fn tie(places: &Places, node: Node) -> (u64, Slot) {
    let place = places.0.get(node.slot.0 as usize);
    (place.map_or(u64::MAX, |place| place.order), node.slot)
}

/// Whether a time, as an integer, needs to be kept in order.
#[inline]
fn due(time: u64) -> bool {
    time < f64::INFINITY.to_bits()
}

/// A [`Schedule`] as an indexed 4-ary heap: every operation takes logarithmic time at most, hashes nothing, and
/// allocates only where the schedule outgrows what it held before.
#[derive(Clone, Debug, Default)]
pub struct HeapSchedule {
    heap: Heap,
    /// How many slots are parked at time `+inf`.
    parked: usize,
    places: Places,
    notes: Notes,
}

impl HeapSchedule {
    fn put(&mut self, slot: Slot, time: u64) {
        if due(time) {
            self.heap.push(&mut self.places, Node { time, slot });
        } else {
            self.parked += 1;
            self.places.put(slot, PARKED, 0);
        }
    }
}

impl Schedule for HeapSchedule {
    #[inline]
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        let time = time_key(time);
        self.places.enter(slot, time, order);
        self.put(slot, time);
    }

    #[inline]
    fn remove(&mut self, slot: Slot) {
        let Place { list, position, .. } = self.places.scheduled(slot);
        if list == PARKED {
            self.parked -= 1;
        } else {
            self.heap.take(&mut self.places, position as usize);
        }
        self.places.put(slot, ABSENT, 0);
    }

    #[inline]
    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let time = time_key(time);
        let Place { list, position, .. } = self.places.change(slot, time, order);
        if list == HEAP && due(time) {
            let node = Node { time, slot };
            self.heap.sift(&mut self.places, position as usize, node);
        } else {
            self.remove(slot);
            self.put(slot, time);
        }
    }

    #[inline]
    fn peek(&self) -> Option<Due> {
        let node = self.heap.first()?;
        Some(Due {
            time: f64::from_bits(node.time),
            order: self.places.get(node.slot).order,
            slot: node.slot,
        })
    }

    fn note(&self, slot: Slot) -> Note {
        self.notes.get(slot)
    }

    fn note_mut(&mut self, slot: Slot) -> &mut Note {
        self.notes.get_mut(slot)
    }

    #[inline]
    fn len(&self) -> usize {
        self.heap.len() + self.parked
    }

    #[inline]
    fn time_of(&self, slot: Slot) -> Option<f64> {
        self.places.time_of(slot)
    }

    fn order_of(&self, slot: Slot) -> u64 {
        self.places.scheduled(slot).order
    }

    fn check_invariants(&self) {
        self.heap.check_invariants(&self.places);
        let count = |list| self.places.iter().filter(|(_, p)| p.list == list).count();
        assert_eq!(
            (count(HEAP), count(PARKED)),
            (self.heap.len(), self.parked),
            "slots are miscounted"
        );
    }
}
