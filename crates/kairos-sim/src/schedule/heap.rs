//! The schedule that runs: an indexed 4-ary heap.

use super::{Due, Schedule, Slot, time_key};

/// How many children a node has.
const ARITY: usize = 4;

/// The place of the earliest node. The three places before it stay empty, so that the children of any node fill
/// exactly one [`Family`].
const ROOT: usize = ARITY - 1;

/// The position of a slot that is not scheduled.
const ABSENT: u32 = u32::MAX;

/// The position of a slot with time `+inf`, which the heap need not hold.
const PARKED: u32 = u32::MAX - 1;

/// A scheduled slot and its time as an integer of the same order. The order of activation is looked up where times
/// are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    time: u64,
    slot: Slot,
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

/// A [`Schedule`] as an indexed 4-ary heap: every operation takes logarithmic time at most, hashes nothing, and
/// allocates only where the schedule outgrows what it held before.
#[derive(Clone, Debug, Default)]
pub struct HeapSchedule {
    /// Places 4f to 4f + 3 are `families[f]`; the last family holds at least one node.
    families: Vec<Family>,
    /// How many nodes the heap holds.
    nodes: usize,
    /// How many slots are parked at time `+inf`.
    parked: usize,
    /// By slot: the place of its node, [`PARKED`] or [`ABSENT`].
    positions: Vec<u32>,
    /// By slot: the order of activation.
    orders: Vec<u64>,
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

impl HeapSchedule {
    #[inline]
    fn node(&self, place: usize) -> Node {
        self.families[place / ARITY].0[place % ARITY]
    }

    /// Writes a node to a place, and the place to the node's slot.
    #[inline]
    fn set(&mut self, place: usize, node: Node) {
        self.families[place / ARITY].0[place % ARITY] = node;
        self.positions[node.slot.0 as usize] = place as u32;
    }

    #[inline]
    fn position(&self, slot: Slot) -> u32 {
        self.positions
            .get(slot.0 as usize)
            .copied()
            .unwrap_or(ABSENT)
    }

    /// Whether `a` leaves before `b`.
    #[inline]
    fn before(&self, a: Node, b: Node) -> bool {
        a.time < b.time || (a.time == b.time && self.tie(a) < self.tie(b))
    }

    /// What decides between equal times.
    #[cold]
    fn tie(&self, node: Node) -> (u64, Slot) {
        let order = self.orders.get(node.slot.0 as usize);
        (order.copied().unwrap_or(u64::MAX), node.slot)
    }

    /// The earliest of siblings. Their times are compared without branches, which could not be foreseen.
    #[inline]
    fn earliest(&self, family: usize) -> usize {
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
        let (lane, time) = if right_time < left_time {
            (right, right_time)
        } else {
            (left, left_time)
        };
        let equal = |node: &Node| usize::from(node.time == time);
        if equal(a) + equal(b) + equal(c) + equal(d) > 1 {
            return self.earliest_of_equals(family, lane);
        }
        family * ARITY + lane
    }

    /// The earliest of siblings, `lane` being one of those with the least time.
    #[cold]
    fn earliest_of_equals(&self, family: usize, mut lane: usize) -> usize {
        let siblings = &self.families[family].0;
        for other in 0..ARITY {
            if self.before(siblings[other], siblings[lane]) {
                lane = other;
            }
        }
        family * ARITY + lane
    }

    /// Puts a node at `place` or above it, where its parent is earlier.
    fn sift_up(&mut self, mut place: usize, node: Node) {
        while place > ROOT {
            let above = parent(place);
            let other = self.node(above);
            if self.before(other, node) {
                break;
            }
            self.set(place, other);
            place = above;
        }
        self.set(place, node);
    }

    /// Puts a node at `place` or below it, where all children are later.
    fn sift_down(&mut self, mut place: usize, node: Node) {
        while children(place) < self.families.len() {
            let below = self.earliest(children(place));
            let other = self.node(below);
            if self.before(node, other) {
                break;
            }
            self.set(place, other);
            place = below;
        }
        self.set(place, node);
    }

    /// Puts a node in place of the one at `place`, and from there to where it belongs.
    fn sift(&mut self, place: usize, node: Node) {
        if place > ROOT && self.before(node, self.node(parent(place))) {
            self.sift_up(place, node);
        } else {
            self.sift_down(place, node);
        }
    }

    /// Adds a node at the end and lets it rise.
    fn push(&mut self, node: Node) {
        let place = ROOT + self.nodes;
        if opens_family(place) {
            self.families.push(Family([EMPTY; ARITY]));
        }
        self.nodes += 1;
        self.sift_up(place, node);
    }

    /// Takes out the node at `place` and puts the last one there. The positions of the slot are the caller's.
    fn take(&mut self, place: usize) {
        self.nodes -= 1;
        let end = ROOT + self.nodes;
        let last = self.node(end);
        if opens_family(end) {
            self.families.pop();
        } else {
            self.families[end / ARITY].0[end % ARITY] = EMPTY;
        }
        if place != end {
            self.sift(place, last);
        }
    }

    /// Makes a slot absent or parked, whatever it was.
    fn withdraw(&mut self, slot: Slot, position: u32) {
        match self.position(slot) {
            ABSENT => panic!("{slot:?} is not scheduled"),
            PARKED => self.parked -= 1,
            place => self.take(place as usize),
        }
        self.positions[slot.0 as usize] = position;
    }
}

/// Whether a time, as an integer, lies in the heap rather than being parked.
#[inline]
fn due(time: u64) -> bool {
    time < f64::INFINITY.to_bits()
}

impl Schedule for HeapSchedule {
    #[inline]
    fn insert(&mut self, slot: Slot, time: f64, order: u64) {
        assert!(slot.0 < PARKED, "{slot:?} is no dense slot");
        let index = slot.0 as usize;
        if index >= self.positions.len() {
            self.positions.resize(index + 1, ABSENT);
            self.orders.resize(index + 1, 0);
        }
        assert!(
            self.positions[index] == ABSENT,
            "{slot:?} is scheduled already"
        );
        self.orders[index] = order;
        let time = time_key(time);
        if due(time) {
            self.push(Node { time, slot });
        } else {
            self.parked += 1;
            self.positions[index] = PARKED;
        }
    }

    #[inline]
    fn remove(&mut self, slot: Slot) {
        self.withdraw(slot, ABSENT);
    }

    #[inline]
    fn reschedule(&mut self, slot: Slot, time: f64, order: u64) {
        let position = self.position(slot);
        let node = Node {
            time: time_key(time),
            slot,
        };
        if position >= PARKED || !due(node.time) {
            self.remove(slot);
            return self.insert(slot, time, order);
        }
        self.orders[slot.0 as usize] = order;
        self.sift(position as usize, node);
    }

    #[inline]
    fn peek(&self) -> Option<Due> {
        let node = self.families.first()?.0[ROOT];
        Some(Due {
            time: f64::from_bits(node.time),
            order: self.orders[node.slot.0 as usize],
            slot: node.slot,
        })
    }

    #[inline]
    fn pop(&mut self) -> Option<Due> {
        let due = self.peek()?;
        self.remove(due.slot);
        Some(due)
    }

    #[inline]
    fn len(&self) -> usize {
        self.nodes + self.parked
    }

    #[inline]
    fn time_of(&self, slot: Slot) -> Option<f64> {
        match self.position(slot) {
            ABSENT => None,
            PARKED => Some(f64::INFINITY),
            place => Some(f64::from_bits(self.node(place as usize).time)),
        }
    }

    fn order_of(&self, slot: Slot) -> u64 {
        assert!(self.contains(slot), "{slot:?} is not scheduled");
        self.orders[slot.0 as usize]
    }

    fn check_invariants(&self) {
        let places = ROOT..ROOT + self.nodes;
        for place in 0..self.families.len() * ARITY {
            let node = self.node(place);
            if !places.contains(&place) {
                assert_eq!(
                    node, EMPTY,
                    "place {place} lies outside the heap and is not empty"
                );
                continue;
            }
            assert!(due(node.time), "{node:?} is never due");
            assert_eq!(
                self.position(node.slot) as usize,
                place,
                "{node:?} is somewhere else"
            );
            if place > ROOT {
                assert!(
                    self.before(self.node(parent(place)), node),
                    "{node:?} precedes its parent"
                );
            }
        }
        assert!(
            places.end <= self.families.len() * ARITY || self.nodes == 0,
            "nodes are missing"
        );
        let held = self
            .positions
            .iter()
            .filter(|&&position| position < PARKED)
            .count();
        let parked = self
            .positions
            .iter()
            .filter(|&&position| position == PARKED)
            .count();
        assert_eq!(
            (held, parked),
            (self.nodes, self.parked),
            "slots are miscounted"
        );
    }
}
