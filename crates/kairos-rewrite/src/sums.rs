//! Sums of weights by position, in a fixed binary tree.
//!
//! Leaf `i` holds the weight at position `i`, padded with zeros to a power of two; every inner node is the sum of its two children, computed
//! from them alone. Sums are therefore a function of the weights in their order, whatever happened before, to the last bit.
//!
//! Three generations of the tree stand together in a block, of which only the last is stored: the others are added up when they are wanted, so that
//! a way from leaf to root touches one line of the cache for every three generations.

use crate::prefetch::prefetch;

/// Leaves of a block.
const LEAVES: usize = 8;

/// Leaves of the tree, or the sums of other blocks.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Block([f64; LEAVES]);

impl Block {
    const EMPTY: Block = Block([0.0; LEAVES]);

    /// The sum of four leaves.
    #[inline(always)]
    fn half(&self, first: usize) -> f64 {
        self.pair(first) + self.pair(first + 2)
    }

    /// The sum of two leaves.
    #[inline(always)]
    fn pair(&self, first: usize) -> f64 {
        self.0[first] + self.0[first + 1]
    }

    /// The sum of its leaves.
    #[inline(always)]
    fn total(&self) -> f64 {
        self.half(0) + self.half(4)
    }

    /// Changes a leaf, and gives the new sum of all.
    #[inline(always)]
    fn set(&mut self, leaf: usize, value: f64) -> f64 {
        self.0[leaf % LEAVES] = value;
        self.total()
    }

    /// The leaf where the sum of those before it and of itself exceeds `rest`; what is left of `rest` is passed on.
    #[inline(always)]
    fn locate(&self, rest: &mut f64, turn: impl Fn(f64, f64, &mut f64) -> usize) -> usize {
        let half = 4 * turn(self.half(0), self.half(4), rest);
        let pair = half + 2 * turn(self.pair(half), self.pair(half + 2), rest);
        pair + turn(self.0[pair], self.0[pair + 1], rest)
    }
}

/// Whether the way down goes right, as 0 or 1, where all sums are finite. Nobody could guess it, so that there must be no branch: numbers that are not negative compare like
/// their bits, and what is subtracted is masked, with a mask from memory since compilers make a branch of any that they can see through.
#[inline(always)]
fn turn(left: f64, right: f64, rest: &mut f64) -> usize {
    static MASKS: [u64; 2] = [0, u64::MAX];
    let goes_right =
        usize::from(rest.to_bits() >= left.to_bits()) & usize::from(right.to_bits() != 0);
    *rest -= f64::from_bits(left.to_bits() & MASKS[goes_right]);
    goes_right
}

/// The same of any sums: what is left of infinitely much may be no number, which goes left.
fn careful_turn(left: f64, right: f64, rest: &mut f64) -> usize {
    let goes_right = *rest >= left && right > 0.0;
    if goes_right {
        *rest -= left;
    }
    usize::from(goes_right)
}

/// The tree.
#[derive(Clone, Debug, Default)]
pub struct SumTree {
    /// From the leaves up; the last one has a single block.
    levels: Vec<Vec<Block>>,
    len: usize,
}

impl SumTree {
    /// The sum of all weights.
    #[inline]
    #[must_use]
    pub fn total(&self) -> f64 {
        let top = self.levels.last().and_then(|top| top.first());
        top.map_or(0.0, Block::total)
    }

    /// Appends a weight.
    pub fn push(&mut self, weight: f64) {
        let position = self.len;
        self.len += 1;
        self.make_room(position);
        self.set(position, weight);
    }

    /// Changes the weight at a position.
    #[inline]
    pub fn set(&mut self, position: usize, weight: f64) {
        debug_assert!(position < self.len && weight >= 0.0);
        // Only one zero has no bits.
        let (mut leaf, mut sum) = (position, weight + 0.0);
        for level in &mut self.levels {
            sum = level[leaf / LEAVES].set(leaf, sum);
            leaf /= LEAVES;
        }
    }

    /// Asks for the memory of a weight and of the sums that it is in, but for the last ones, which are asked for often.
    #[inline]
    pub(crate) fn prefetch(&self, position: usize) {
        let mut leaf = position;
        for level in self.levels.iter().take(2) {
            leaf /= LEAVES;
            prefetch(level, leaf);
        }
    }

    /// Removes the weight at a position by moving the last one there.
    pub fn swap_remove(&mut self, position: usize) {
        let last = self.len - 1;
        let moved = self.levels[0][last / LEAVES].0[last % LEAVES];
        self.set(last, 0.0);
        if position < last {
            self.set(position, moved);
        }
        self.len = last;
    }

    /// Forgets all weights.
    pub fn clear(&mut self) {
        self.levels.iter_mut().for_each(|l| l.fill(Block::EMPTY));
        self.len = 0;
    }

    /// The position at fraction `u` (from 0 to 1) of the total: the descent goes left where what is left of `u · total` is below the left
    /// sum, and never into a sum of zero. `None` where the total is zero.
    #[must_use]
    pub fn locate(&self, u: f64) -> Option<usize> {
        let total = self.total();
        if total <= 0.0 {
            None
        } else if total.is_finite() {
            Some(way_down(&self.levels, u * total, turn))
        } else {
            Some(way_down(&self.levels, u * total, careful_turn))
        }
    }

    /// Asks for the weights among which [`SumTree::locate`] would come to its end, and says where they begin.
    pub(crate) fn prefetch_way(&self, u: f64) -> Option<usize> {
        let (weights, above) = self.levels.split_first()?;
        let block = way_down(above, u * self.total(), turn);
        prefetch(weights, block);
        Some(block * LEAVES)
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let blocks: usize = self.levels.iter().map(Vec::capacity).sum();
        blocks * size_of::<Block>() + self.levels.capacity() * size_of::<Vec<Block>>()
    }

    /// Makes room for a position, in the block of every level.
    fn make_room(&mut self, position: usize) {
        let mut leaf = position;
        for level in &mut self.levels {
            if level.len() <= leaf / LEAVES {
                level.push(Block::EMPTY);
            }
            leaf /= LEAVES;
        }
        match self.levels.last() {
            None => self.levels.push(vec![Block::EMPTY]),
            Some(top) if top.len() > 1 => {
                let mut above = Block::EMPTY;
                above.set(0, top[0].total());
                self.levels.push(vec![above]);
            }
            Some(_) => {}
        }
    }
}

/// The leaf to which the way leads from the top of these levels, which are the upper ones of a tree or all.
#[inline]
fn way_down(
    levels: &[Vec<Block>],
    mut rest: f64,
    turn: impl Fn(f64, f64, &mut f64) -> usize,
) -> usize {
    levels.iter().rev().fold(0, |block, level| {
        block * LEAVES + level[block].locate(&mut rest, &turn)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{SumTree, careful_turn, turn, way_down};

    /// Both ways down lead to the same place as long as sums are finite; of sums that are not, the left one is taken as soon as nobody can say.
    #[test]
    fn sums_may_be_infinite() {
        let tree = |weights: &[f64]| {
            let mut tree = SumTree::default();
            weights.iter().for_each(|&w| tree.push(w));
            tree
        };
        let huge = tree(&[1e308; 4]);
        assert_eq!(huge.locate(0.5), Some(2));
        let some = tree(&[0.0, 2.0, 0.0, 0.5, 3.0, -0.0, 1.0, 0.0, 0.25, 4.0]);
        for step in 0..1000 {
            let u = f64::from(step) / 1000.0;
            let rest = u * some.total();
            let way = way_down(&some.levels, rest, turn);
            assert_eq!(way, way_down(&some.levels, rest, careful_turn));
        }
    }

    proptest! {
        /// After any history the sums are those of a tree that is built from the weights alone.
        #[test]
        fn history_leaves_no_trace(steps in prop::collection::vec((0u8..3, 0usize..64, 0.0f64..10.0), 1..200), u in 0.0f64..1.0) {
            let (mut tree, mut shadow) = (SumTree::default(), Vec::new());
            for (kind, position, weight) in steps {
                match kind {
                    0 => { tree.push(weight); shadow.push(weight); }
                    1 if position < shadow.len() => { tree.set(position, weight); shadow[position] = weight; }
                    2 if position < shadow.len() => { tree.swap_remove(position); shadow.swap_remove(position); }
                    _ => {}
                }
            }
            let mut rebuilt = SumTree::default();
            shadow.iter().for_each(|&w| rebuilt.push(w));
            prop_assert_eq!(tree.total().to_bits(), rebuilt.total().to_bits());
            prop_assert_eq!(tree.locate(u), rebuilt.locate(u));
            if let Some(position) = tree.locate(u) {
                let before: f64 = shadow[..position].iter().sum();
                let target = u * tree.total();
                prop_assert!(shadow[position] > 0.0);
                prop_assert!(before <= target + 1e-9 && target <= before + shadow[position] + 1e-9);
            }
        }
    }
}
