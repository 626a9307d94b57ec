//! Sums of weights by position, in a fixed binary tree.
//!
//! Leaf `i` holds the weight at position `i`, padded with zeros to a power of two; every inner node is the sum of its two children, computed
//! from them alone. Sums are therefore a function of the weights in their order, whatever happened before, to the last bit.

/// The tree.
#[derive(Clone, Debug, Default)]
pub struct SumTree {
    /// Node 1 is the root; the children of `k` are `2k` and `2k + 1`; leaves come last.
    nodes: Vec<f64>,
    len: usize,
}

impl SumTree {
    fn leaves(&self) -> usize {
        self.nodes.len() / 2
    }

    /// The sum of all weights.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.nodes.get(1).copied().unwrap_or(0.0)
    }

    /// Appends a weight.
    pub fn push(&mut self, weight: f64) {
        if self.len == self.leaves() {
            self.grow();
        }
        self.len += 1;
        self.set(self.len - 1, weight);
    }

    /// Changes the weight at a position.
    pub fn set(&mut self, position: usize, weight: f64) {
        debug_assert!(position < self.len);
        let (mut node, mut sum) = (self.leaves() + position, weight);
        self.nodes[node] = sum;
        while node > 1 {
            // The sibling's: which of two is added to the other makes no difference.
            sum += self.nodes[node ^ 1];
            node /= 2;
            self.nodes[node] = sum;
        }
    }

    /// Removes the weight at a position by moving the last one there.
    pub fn swap_remove(&mut self, position: usize) {
        let last = self.len - 1;
        let moved = self.nodes[self.leaves() + last];
        self.set(last, 0.0);
        if position < last {
            self.set(position, moved);
        }
        self.len = last;
    }

    /// Forgets all weights.
    pub fn clear(&mut self) {
        self.nodes.fill(0.0);
        self.len = 0;
    }

    /// The position at fraction `u` (from 0 to 1) of the total: the descent goes left where what is left of `u · total` is below the left
    /// sum, and never into a sum of zero. `None` where the total is zero.
    #[must_use]
    pub fn locate(&self, u: f64) -> Option<usize> {
        if self.total() <= 0.0 {
            return None;
        }
        let mut rest = u * self.total();
        let mut node = 1;
        while node < self.leaves() {
            let left = self.nodes[2 * node];
            if rest < left || self.nodes[2 * node + 1] <= 0.0 {
                node *= 2;
            } else {
                rest -= left;
                node = 2 * node + 1;
            }
        }
        Some(node - self.leaves())
    }

    /// Bytes in use.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<f64>()
    }

    fn grow(&mut self) {
        let leaves = (2 * self.leaves()).max(1);
        let mut nodes = vec![0.0; 2 * leaves];
        nodes[leaves..leaves + self.len].copy_from_slice(&self.nodes[self.leaves()..][..self.len]);
        for node in (1..leaves).rev() {
            nodes[node] = nodes[2 * node] + nodes[2 * node + 1];
        }
        self.nodes = nodes;
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
