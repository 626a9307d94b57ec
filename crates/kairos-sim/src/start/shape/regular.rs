//! Random regular graphs.

use kairos_rewrite::error::Outcome;
use rustc_hash::FxHashSet;

use super::{Emit, ShapeDraws, index};
use crate::draw::KeyedRng;

/// An edge, earlier node first.
type Pair = (u32, u32);

/// About how many ends are paired in vain before a pairing is repaired.
const ENDS_BEFORE_REPAIR: usize = 1 << 20;

/// How often per edge and bad pair a repair tries before it gives up.
const TRIES: usize = 16;

/// The edges in ascending order. `degree` is less than `n`, and their product is even.
pub(super) fn edges(n: u32, degree: u32, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
    let most = n.saturating_sub(1);
    if degree <= most / 2 {
        return sparse(n, degree, draws)
            .into_iter()
            .try_for_each(|(a, b)| emit(a, b));
    }
    // Pairings of so many ends are hardly ever simple, but those of the complement are.
    let mut absent = sparse(n, most - degree, draws).into_iter().peekable();
    for a in 0..n {
        for b in a + 1..n {
            if absent.next_if_eq(&(a, b)).is_none() {
                emit(a, b)?;
            }
        }
    }
    Ok(())
}

/// Pairs the ends at random until the pairing is simple: then all regular graphs have the same probability (Bollobás
/// 1980). Where that would take long, the last pairing is repaired by switches; what this does to the probabilities
/// vanishes as the graph grows.
fn sparse(n: u32, degree: u32, draws: &ShapeDraws) -> Vec<Pair> {
    let ends = n as usize * degree as usize;
    let vain = u32::try_from(ENDS_BEFORE_REPAIR / ends.max(1)).expect("a small number");
    let mut pairs = (0..)
        .find_map(|attempt| {
            let mut pairing = Pairing::new(n, degree, draws.attempt(attempt));
            pairing.simple(attempt >= vain).then_some(pairing.good)
        })
        .expect("a regular graph exists, and each attempt may find it");
    pairs.sort_unstable();
    pairs
}

/// Ends, and pairs of them.
struct Pairing {
    rng: KeyedRng,
    ends: Vec<u32>,
    good: Vec<Pair>,
    /// The good pairs.
    there: FxHashSet<Pair>,
}

impl Pairing {
    fn new(n: u32, degree: u32, rng: KeyedRng) -> Self {
        let ends: Vec<u32> = (0..degree).flat_map(|_| 0..n).collect();
        let pairs = ends.len() / 2;
        Pairing {
            rng,
            ends,
            good: Vec::with_capacity(pairs),
            there: FxHashSet::with_capacity_and_hasher(pairs, Default::default()),
        }
    }

    /// Pairs all ends, and says whether all pairs are good. Without `repair` the first bad one ends it.
    fn simple(&mut self, repair: bool) -> bool {
        let mut bad = Vec::new();
        for first in (0..self.ends.len()).step_by(2) {
            let pair = ordered(self.pick(first), self.pick(first + 1));
            if self.fits(pair) {
                self.there.insert(pair);
                self.good.push(pair);
            } else if repair {
                bad.push(pair);
            } else {
                return false;
            }
        }
        bad.into_iter().all(|pair| self.switch(pair))
    }

    /// A random one of the ends from `position` on, which changes places with the one there (Fisher and Yates).
    fn pick(&mut self, position: usize) -> u32 {
        let left = (self.ends.len() - position) as u64;
        let picked = position + index(self.rng.below(left));
        self.ends.swap(position, picked);
        self.ends[position]
    }

    fn fits(&self, pair: Pair) -> bool {
        pair.0 != pair.1 && !self.there.contains(&pair)
    }

    /// Makes two good pairs of a bad one and a random good one. `false` if no tried one would do.
    fn switch(&mut self, (a, b): Pair) -> bool {
        for _ in 0..TRIES * self.good.len() {
            let way = index(self.rng.below(2 * self.good.len() as u64));
            let (c, d) = self.good[way / 2];
            let (c, d) = if way.is_multiple_of(2) {
                (c, d)
            } else {
                (d, c)
            };
            let (one, other) = (ordered(a, c), ordered(b, d));
            if one != other && self.fits(one) && self.fits(other) {
                self.there.remove(&ordered(c, d));
                self.there.extend([one, other]);
                self.good[way / 2] = one;
                self.good.push(other);
                return true;
            }
        }
        false
    }
}

fn ordered(a: u32, b: u32) -> Pair {
    (a.min(b), a.max(b))
}
