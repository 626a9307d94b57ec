//! Sums of weights by position, in a fixed binary tree.
//!
//! Leaf `i` holds the weight at position `i`, padded with zeros to a power of two; every inner node is the sum of its two children, computed
//! from them alone. Sums are therefore a function of the weights in their order, whatever happened before, to the last bit.

/// The tree.
#[derive(Clone, Debug, Default)]
pub struct SumTree {
    /// Leaf `i` is node `i`, and the parent of nodes `2k` and `2k + 1`, which stand here together, is node `leaves + k`; the root comes last, by itself.
    pairs: Vec<[f64; 2]>,
    leaves: usize,
    len: usize,
    total: f64,
}

impl SumTree {
    /// The sum of all weights.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.total
    }

    /// Appends a weight.
    pub fn push(&mut self, weight: f64) {
        if self.len == self.leaves {
            self.grow();
        }
        self.len += 1;
        self.set(self.len - 1, weight);
    }

    /// Changes the weight at a position.
    pub fn set(&mut self, position: usize, weight: f64) {
        debug_assert!(position < self.len);
        let (pairs, leaves) = (self.pairs.as_mut_slice(), self.leaves);
        let (mut node, mut sum) = (position, weight);
        while let Some(pair) = pairs.get_mut(node / 2) {
            pair[node % 2] = sum;
            // Which of two is added to the other makes no difference.
            sum += pair[(node + 1) % 2];
            node = leaves + node / 2;
        }
        self.total = sum;
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
        self.pairs.fill([0.0; 2]);
        self.total = 0.0;
        self.len = 0;
    }

    /// The position at fraction `u` (from 0 to 1) of the total: the descent goes left where what is left of `u · total` is below the left
    /// sum, and never into a sum of zero. `None` where the total is zero.
    #[must_use]
    pub fn locate(&self, u: f64) -> Option<usize> {
        if self.total <= 0.0 {
            return None;
        }
        let mut rest = u * self.total;
        let mut node = 2 * self.leaves - 2;
        while node >= self.leaves {
            let pair = node - self.leaves;
            let [left, right] = self.pairs[pair];
            if rest < left || right <= 0.0 {
                node = 2 * pair;
            } else {
                rest -= left;
                node = 2 * pair + 1;
            }
        }
        Some(node)
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<[f64; 2]>()
    }

    /// The weight at a position. The only leaf is the root.
    fn weight(&self, position: usize) -> f64 {
        match self.pairs.get(position / 2) {
            Some(pair) => pair[position % 2],
            None => self.total,
        }
    }

    /// Doubles the number of leaves.
    fn grow(&mut self) {
        let weights: Vec<f64> = (0..self.len).map(|i| self.weight(i)).collect();
        self.leaves = (2 * self.leaves).max(1);
        self.pairs = vec![[0.0; 2]; self.leaves - 1];
        for (position, weight) in weights.into_iter().enumerate() {
            self.pairs[position / 2][position % 2] = weight;
        }
        for pair in 0..self.leaves.saturating_sub(2) {
            let [left, right] = self.pairs[pair];
            let parent = self.leaves + pair;
            self.pairs[parent / 2][parent % 2] = left + right;
        }
        self.total = self.pairs.last().map_or(0.0, |[left, right]| left + right);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::SumTree;

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
