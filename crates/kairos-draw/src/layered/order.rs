//! The order within layers: few crossings.

use super::links;

/// Sweeps up and down.
const SWEEPS: usize = 24;

/// Vertices above and below each vertex.
struct Neighbours {
    above: Vec<Vec<usize>>,
    below: Vec<Vec<usize>>,
}

/// For each layer its vertices from left to right: barycentres, sweeping up and down, the best order kept and then improved by
/// exchanging neighbours.
pub(super) fn order(layer_of: &[usize], chains: &[Vec<usize>], depth: usize) -> Vec<Vec<usize>> {
    let mut near = Neighbours {
        above: vec![Vec::new(); layer_of.len()],
        below: vec![Vec::new(); layer_of.len()],
    };
    for (_, upper, lower) in links(chains) {
        near.below[upper].push(lower);
        near.above[lower].push(upper);
    }
    let mut best = as_visited(layer_of, &near, depth);
    let mut fewest = crossings(&best, &near);
    let mut layers = best.clone();
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        sweep_once(&mut layers, &near, sweep % 2 == 0, sweep % 4 >= 2);
        exchange(&mut layers, &near);
        let count = crossings(&layers, &near);
        if count < fewest {
            (best, fewest) = (layers.clone(), count);
        }
    }
    best
}

/// The order of a depth-first walk: what is connected stands together.
fn as_visited(layer_of: &[usize], near: &Neighbours, depth: usize) -> Vec<Vec<usize>> {
    let mut layers = vec![Vec::new(); depth];
    let mut seen = vec![false; layer_of.len()];
    for root in 0..layer_of.len() {
        let mut open = vec![root];
        while let Some(vertex) = open.pop() {
            if std::mem::replace(&mut seen[vertex], true) {
                continue;
            }
            layers[layer_of[vertex]].push(vertex);
            open.extend(near.above[vertex].iter().rev());
            open.extend(near.below[vertex].iter().rev());
        }
    }
    layers
}

fn positions(layer: &[usize], count: usize) -> Vec<usize> {
    let mut positions = vec![usize::MAX; count];
    for (position, &vertex) in layer.iter().enumerate() {
        positions[vertex] = position;
    }
    positions
}

/// Sorts each layer by the mean position of its neighbours in the layer before; who has none stays. Equals keep their order or, to get away from
/// where nothing else helps, are turned round.
fn sweep_once(layers: &mut [Vec<usize>], near: &Neighbours, down: bool, turn: bool) {
    let count = near.above.len();
    let depth = layers.len();
    for step in 1..depth {
        let (layer, before, side) = match down {
            true => (step, step - 1, &near.above),
            false => (depth - 1 - step, depth - step, &near.below),
        };
        let fixed = positions(&layers[before], count);
        let key = |position: usize, vertex: usize| -> f64 {
            let side = &side[vertex];
            if side.is_empty() {
                return position as f64;
            }
            let sum: usize = side.iter().map(|&v| fixed[v]).sum();
            sum as f64 / side.len() as f64
        };
        let mut keyed: Vec<(f64, usize)> = layers[layer]
            .iter()
            .enumerate()
            .map(|(p, &v)| (key(p, v), v))
            .collect();
        if turn {
            keyed.reverse();
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        layers[layer] = keyed.into_iter().map(|(_, v)| v).collect();
    }
}

/// Exchanges neighbours in a layer for as long as that saves crossings.
fn exchange(layers: &mut [Vec<usize>], near: &Neighbours) {
    let count = near.above.len();
    let mut better = true;
    while better {
        better = false;
        for layer in 0..layers.len() {
            let above = layer.checked_sub(1).map(|l| positions(&layers[l], count));
            let below = layers.get(layer + 1).map(|l| positions(l, count));
            for i in 1..layers[layer].len() {
                let (left, right) = (layers[layer][i - 1], layers[layer][i]);
                let cost = |left: usize, right: usize| {
                    let side = |places: &Option<Vec<usize>>, near: &[Vec<usize>]| {
                        let places = places.as_ref();
                        places.map_or(0, |p| inversions(&near[left], &near[right], p))
                    };
                    side(&above, &near.above) + side(&below, &near.below)
                };
                if cost(right, left) < cost(left, right) {
                    layers[layer].swap(i - 1, i);
                    better = true;
                }
            }
        }
    }
}

/// Crossings between the edges of a left and a right vertex.
fn inversions(left: &[usize], right: &[usize], positions: &[usize]) -> usize {
    let pairs = left.iter().flat_map(|l| right.iter().map(move |r| (l, r)));
    pairs
        .filter(|&(&l, &r)| positions[l] > positions[r])
        .count()
}

fn crossings(layers: &[Vec<usize>], near: &Neighbours) -> usize {
    let count = near.above.len();
    let mut sum = 0;
    for pair in layers.windows(2) {
        let below = positions(&pair[1], count);
        for (i, &left) in pair[0].iter().enumerate() {
            for &right in &pair[0][i + 1..] {
                sum += inversions(&near.below[left], &near.below[right], &below);
            }
        }
    }
    sum
}
