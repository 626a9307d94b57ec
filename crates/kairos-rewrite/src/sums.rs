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

    /// Changes a leaf, and gives the new sum of all. The leaf is not read again: what was just written is not at hand, and of all others the sums can
    /// be added up meanwhile.
    #[inline(always)]
    fn set(&mut self, leaf: usize, value: f64) -> f64 {
        let leaf = leaf % LEAVES;
        let pair = value + self.0[leaf ^ 1];
        let half = pair + self.pair((leaf ^ 2) & !1);
        let total = half + self.half((leaf ^ 4) & !3);
        self.0[leaf] = value;
        total
    }

    /// The leaf where the sum of those before it and of itself exceeds `rest`; what is left of `rest` is passed on. All sums are finite. Where roundings leave
    /// more than there is, the way goes into a sum of zero.
    ///
    /// Nobody could guess the way, so that there must be no branch; and what would be left on each way is subtracted before it is known which one
    /// it is, so that the turns wait for each other as little as may be.
    #[inline(always)]
    fn locate(&self, rest: &mut f64) -> usize {
        let leaves = &self.0;
        let pairs = [self.pair(0), self.pair(2), self.pair(4), self.pair(6)];
        let first_half = pairs[0] + pairs[1];
        let in_half = [*rest, *rest - first_half];
        let mut left = [0.0; LEAVES];
        let (mut to_pair, mut to_leaf) = (0, 0);
        for half in 0..2 {
            let rest = in_half[half];
            to_pair |= usize::from(rest >= pairs[2 * half]) << half;
            let in_pair = [rest, rest - pairs[2 * half]];
            for (pair, rest) in (2 * half..).zip(in_pair) {
                to_leaf |= usize::from(rest >= leaves[2 * pair]) << pair;
                (left[2 * pair], left[2 * pair + 1]) = (rest, rest - leaves[2 * pair]);
            }
        }
        let half = usize::from(*rest >= first_half);
        let pair = 2 * half + (to_pair >> half & 1);
        let leaf = 2 * pair + (to_leaf >> pair & 1);
        *rest = left[leaf % LEAVES];
        leaf
    }

    /// The same, never into a sum of zero. Sums may be infinite: what is left of infinitely much may be no number, which goes left.
    fn locate_carefully(&self, rest: &mut f64) -> usize {
        let half = 4 * careful_turn(self.half(0), self.half(4), rest);
        let pair = half + 2 * careful_turn(self.pair(half), self.pair(half + 2), rest);
        pair + careful_turn(self.0[pair], self.0[pair + 1], rest)
    }
}

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
    total: f64,
}

impl SumTree {
    /// The sum of all weights.
    #[inline]
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
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
        self.total = sum;
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
        let moved = self.weight(last);
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
        self.total = 0.0;
    }

    /// The position at fraction `u` (from 0 to 1) of the total: the descent goes left where what is left of `u · total` is below the left
    /// sum, and never into a sum of zero. `None` where the total is zero.
    #[must_use]
    pub fn locate(&self, u: f64) -> Option<usize> {
        self.locate_each([u]).map(|[position]| position)
    }

    /// The positions at several fractions.
    // On a way down every turn waits for the one before, but not for those of another way.
    #[inline]
    pub(crate) fn locate_each<const N: usize>(&self, u: [f64; N]) -> Option<[usize; N]> {
        let total = self.total();
        if total <= 0.0 {
            return None;
        }
        let rests = u.map(|u| u * total);
        // Whoever went into a sum of zero somewhere ends at a weight of zero, or where there is none.
        let is_right = |ways: &[usize; N]| {
            total.is_finite() && ways.iter().all(|&position| self.weight(position) > 0.0)
        };
        ways_down(&self.levels, rests, Block::locate)
            .filter(is_right)
            .or_else(|| ways_down(&self.levels, rests, Block::locate_carefully))
    }

    /// The weight at a position.
    fn weight(&self, position: usize) -> f64 {
        self.levels[0][position / LEAVES].0[position % LEAVES]
    }

    /// Asks for the weights among which [`SumTree::locate_each`] would come to its end, and says where they begin.
    #[inline]
    pub(crate) fn prefetch_ways<const N: usize>(
        &self,
        level: usize,
        u: [f64; N],
    ) -> Option<[usize; N]> {
        let (weights, above) = self.levels.get(level..)?.split_first()?;
        let blocks = ways_down(above, u.map(|u| u * self.total()), Block::locate)?;
        Some(blocks.map(|block| {
            prefetch(weights, block);
            block * LEAVES
        }))
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

/// The leaves to which the ways lead from the top of these levels, which are the upper ones of a tree or all. `None` if one leads into a sum of zero, which
/// there is no block for.
#[inline]
fn ways_down<const N: usize>(
    levels: &[Vec<Block>],
    mut rests: [f64; N],
    locate: impl Fn(&Block, &mut f64) -> usize,
) -> Option<[usize; N]> {
    let mut ways = [0; N];
    for level in levels.iter().rev() {
        for (way, rest) in ways.iter_mut().zip(&mut rests) {
            *way = *way * LEAVES + locate(level.get(*way)?, rest);
        }
    }
    Some(ways)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Block, SumTree, ways_down};

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
            let way = ways_down(&some.levels, [rest], Block::locate);
            assert_eq!(
                way,
                ways_down(&some.levels, [rest], Block::locate_carefully)
            );
        }
    }

    /// Nothing is left of the whole, and what is left goes nowhere else: not to zeros, nor to where no weight is.
    #[test]
    fn no_way_leads_to_nothing() {
        for len in [2, 8, 9, 64, 65, 100, 513] {
            for last in (0..len).step_by(3) {
                let mut tree = SumTree::default();
                (0..len).for_each(|i| tree.push(if i <= last { 0.1 } else { 0.0 }));
                assert_eq!(tree.locate(1.0), Some(last), "{last} of {len}");
                assert_eq!(tree.locate_each([1.0, 0.0]), Some([last, 0]));
            }
        }
    }

    proptest! {
        /// After any history the sums are those of a tree that is built from the weights alone.
        #[test]
        fn history_leaves_no_trace(steps in prop::collection::vec((0u8..3, 0usize..64, 0.0f64..10.0), 1..200), u in 0.0f64..1.0, v in 0.0f64..1.0) {
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
            let both = tree.locate(v).zip(tree.locate(u)).map(<[usize; 2]>::from);
            prop_assert_eq!(tree.locate_each([v, u]), both);
            if let Some(position) = tree.locate(u) {
                let before: f64 = shadow[..position].iter().sum();
                let target = u * tree.total();
                prop_assert!(shadow[position] > 0.0);
                prop_assert!(before <= target + 1e-9 && target <= before + shadow[position] + 1e-9);
            }
        }
    }
}
