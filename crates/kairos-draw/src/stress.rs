//! Places for the nodes of a connected graph by stress: every pair is to be as far apart as the graph says.
//!
//! Minimises Σ (‖x_i − x_j‖ − d_ij)² / d_ij² by stochastic gradient descent: Zheng, Pawar and Goodman, *Graph drawing by stochastic gradient descent*
//! (2019). In large graphs only the edges and the distances to some pivots count (Ortmann, Klimenta and Brandes 2017), so that the cost grows with
//! nodes and edges, not with pairs.

use std::collections::VecDeque;

use crate::geometry::{Point, at};

/// Up to so many nodes every pair counts.
const ALL_PAIRS: usize = 300;

/// Pivots of a larger graph.
const PIVOTS: usize = 60;

/// Passes over all pairs.
const PASSES: u32 = 30;

/// The step of the last pass.
const LAST_STEP: f64 = 0.1;

/// A pair of nodes and how far apart they are to be, in edges.
#[derive(Clone, Copy, Debug)]
struct Pair {
    a: usize,
    b: usize,
    distance: f64,
}

/// Places with edges of length 1, given the neighbours of each node. The same graph gets the same places.
pub(crate) fn places(neighbours: &[Vec<usize>]) -> Vec<Point> {
    let mut numbers = Numbers(0);
    let mut places: Vec<Point> = neighbours
        .iter()
        .map(|_| at(numbers.unit(), numbers.unit()))
        .collect();
    let mut pairs = pairs(neighbours);
    let farthest = pairs.iter().map(|p| p.distance).fold(1.0, f64::max);
    // The first step moves the farthest pair into its place, the last one the nearest a tenth of the way.
    let first = farthest * farthest;
    let rate = libm::log(LAST_STEP / first) / f64::from(PASSES - 1);
    for pass in 0..PASSES {
        let step = first * libm::exp(rate * f64::from(pass));
        numbers.shuffle(&mut pairs);
        for pair in &pairs {
            correct(&mut places, *pair, step);
        }
    }
    places
}

/// Moves two nodes towards the distance that they are to have.
fn correct(places: &mut [Point], pair: Pair, step: f64) {
    let (a, b) = (places[pair.a], places[pair.b]);
    let (dx, dy) = (a.x - b.x, a.y - b.y);
    let actual = (dx * dx + dy * dy).sqrt();
    if actual < 1e-9 {
        return;
    }
    let strength = (step / (pair.distance * pair.distance)).min(1.0);
    let share = strength * (actual - pair.distance) / (2.0 * actual);
    places[pair.a] = a.by(-share * dx, -share * dy);
    places[pair.b] = b.by(share * dx, share * dy);
}

/// All pairs, or those of the edges and of the pivots, which lie far from each other.
fn pairs(neighbours: &[Vec<usize>]) -> Vec<Pair> {
    let count = neighbours.len();
    let from = |source: usize, all: bool| -> (Vec<Pair>, Vec<usize>) {
        let distances = distances(neighbours, source);
        let targets = (0..count).filter(|&t| if all { t > source } else { t != source });
        let pairs = targets.map(|target| Pair {
            a: source,
            b: target,
            distance: distances[target] as f64,
        });
        (pairs.collect(), distances.clone())
    };
    if count <= ALL_PAIRS {
        return (0..count).flat_map(|source| from(source, true).0).collect();
    }
    let mut pairs: Vec<Pair> = Vec::new();
    for (a, near) in neighbours.iter().enumerate() {
        let edges = near.iter().filter(|&&b| a < b);
        pairs.extend(edges.map(|&b| Pair {
            a,
            b,
            distance: 1.0,
        }));
    }
    let mut to_pivots = vec![usize::MAX; count];
    let mut pivot = 0;
    for _ in 0..PIVOTS {
        let (own, distances) = from(pivot, false);
        pairs.extend(own);
        for (nearest, distance) in to_pivots.iter_mut().zip(distances) {
            *nearest = distance.min(*nearest);
        }
        pivot = (0..count).rev().max_by_key(|&n| to_pivots[n]).unwrap_or(0);
    }
    pairs
}

/// Numbers of edges from a node to every other, by breadth first.
fn distances(neighbours: &[Vec<usize>], source: usize) -> Vec<usize> {
    let mut distances = vec![usize::MAX; neighbours.len()];
    distances[source] = 0;
    let mut open = VecDeque::from([source]);
    while let Some(node) = open.pop_front() {
        for &next in &neighbours[node] {
            if distances[next] == usize::MAX {
                distances[next] = distances[node] + 1;
                open.push_back(next);
            }
        }
    }
    distances
}

/// Numbers without a pattern, always the same: SplitMix64.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.next() % (last as u64 + 1);
            items.swap(last, other as usize);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: Point, b: Point) -> f64 {
        ((a.x - b.x).powi(2) + (a.y - b.y).powi(2)).sqrt()
    }

    fn ring(count: usize) -> Vec<Vec<usize>> {
        (0..count)
            .map(|i| vec![(i + count - 1) % count, (i + 1) % count])
            .collect()
    }

    #[test]
    fn a_path_becomes_straight() {
        let path = vec![vec![1], vec![0, 2], vec![1, 3], vec![2]];
        let places = places(&path);
        for (i, j) in [(0, 1), (0, 2), (0, 3), (1, 3)] {
            let wanted = (j - i) as f64;
            let actual = distance(places[i], places[j]);
            assert!((actual - wanted).abs() < 0.05 * wanted, "{i} {j}: {actual}");
        }
    }

    #[test]
    fn a_ring_becomes_round_however_large() {
        // the second one is laid out by pivots
        for count in [12, 400] {
            let places = places(&ring(count));
            let sum = places.iter().fold(Point::default(), |s, p| s.by(p.x, p.y));
            let centre = at(sum.x / count as f64, sum.y / count as f64);
            let radii: Vec<f64> = places.iter().map(|&p| distance(p, centre)).collect();
            let mean = radii.iter().sum::<f64>() / count as f64;
            for radius in radii {
                assert!(
                    (radius - mean).abs() < 0.1 * mean,
                    "{count}: {radius} of {mean}"
                );
            }
        }
    }
}
