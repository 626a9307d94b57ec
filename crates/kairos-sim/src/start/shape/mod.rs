//! Edges of graph models: which of the nodes `0..n` are joined.
//!
//! Every shape is simple: no loop, and no two edges with the same ends. Where a shape grows node by node, each node's
//! draws are keyed by that node, so that a graph with more nodes has the smaller graph in it.

mod lattice;
mod regular;

use kairos_model::shape::{Kind, Shape};
use kairos_rewrite::error::Outcome;

use crate::draw::{KeyedRng, Name, Place, Randomness};

/// The draws of a topology: apart from those of its edges' attributes, which have position 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShapeDraws {
    pub(super) randomness: Randomness,
    pub(super) statement: u32,
}

impl ShapeDraws {
    /// The generator of the `index`-th part of the topology.
    fn part(&self, index: u32) -> KeyedRng {
        self.rng(index, 0)
    }

    /// The generator of an attempt at the whole topology.
    fn attempt(&self, attempt: u32) -> KeyedRng {
        self.rng(0, attempt)
    }

    fn rng(&self, index: u32, attempt: u32) -> KeyedRng {
        let name = Name::start(self.statement, u64::from(index), 1);
        self.randomness.rng(name, Place::text(1).attempt(attempt))
    }
}

/// What takes the edges one by one, source before target, and can refuse to take more.
pub(super) type Emit<'e> = &'e mut dyn FnMut(u32, u32) -> Outcome<()>;

/// Gives the edges of a shape to `emit`.
///
/// # Errors
/// What `emit` refuses.
pub(super) fn edges(shape: Shape, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
    let n = shape.nodes();
    match shape.kind() {
        Kind::Complete { directed } => complete(n, directed, emit),
        Kind::Ring { directed } => ring(n, directed, emit),
        Kind::Star => (1..n).try_for_each(|node| emit(0, node)),
        Kind::Tree { children } => (1..n).try_for_each(|node| emit((node - 1) / children, node)),
        Kind::Grid { columns } => lattice::grid(n, columns, emit),
        Kind::Torus { columns, directed } => lattice::torus(n, columns, directed, emit),
        Kind::RandomRegular { degree } => regular::edges(n, degree, draws, emit),
        Kind::ErdosRenyi { p, directed } => erdos_renyi(n, p, directed, draws, emit),
        Kind::BarabasiAlbert { m } => barabasi_albert(n, m, draws, emit),
        Kind::WattsStrogatz { half, beta } => watts_strogatz(n, half, beta, draws, emit),
    }
}

fn complete(n: u32, directed: bool, emit: Emit<'_>) -> Outcome<()> {
    for a in 0..n {
        if directed {
            (0..a).try_for_each(|b| emit(a, b))?;
        }
        (a + 1..n).try_for_each(|b| emit(a, b))?;
    }
    Ok(())
}

fn ring(n: u32, directed: bool, emit: Emit<'_>) -> Outcome<()> {
    (1..n).try_for_each(|node| emit(node - 1, node))?;
    if n > 2 || n == 2 && directed {
        emit(n - 1, 0)?;
    }
    Ok(())
}

/// Goes through the pairs of each node and the earlier ones by geometric gaps (Batagelj and Brandes, *Efficient
/// generation of large random networks*, 2005): time in proportion to nodes and edges. Of a directed pair, the way from
/// the earlier node comes first.
fn erdos_renyi(n: u32, p: f64, directed: bool, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
    let ways = if directed { 2 } else { 1 };
    // −∞ at p = 1, which makes every gap 0, and −0 at p = 0, which makes it infinite.
    let log_miss = libm::log1p(-p);
    for node in 1..n {
        let mut rng = draws.part(node);
        let end = ways * u64::from(node);
        let mut at = 0;
        loop {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, which is past the end"
            )]
            let gap = (libm::log(rng.uniform()) / log_miss) as u64;
            at += gap.min(end);
            if at >= end {
                break;
            }
            let earlier = u32::try_from(at / ways).expect("less than the node");
            if at % ways == 0 {
                emit(earlier, node)?;
            } else {
                emit(node, earlier)?;
            }
            at += 1;
        }
    }
    Ok(())
}

/// A random end of a random edge is a node with probability proportional to its degree (Batagelj and Brandes 2005).
fn barabasi_albert(n: u32, m: u32, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
    let mut ends: Vec<u32> = Vec::new();
    // The node that a node was joined with last.
    let mut joined = vec![u32::MAX; n as usize];
    for node in m..n {
        let mut rng = draws.part(node);
        let before = ends.len() as u64;
        for turn in 0..m {
            let target = if node == m {
                turn
            } else {
                loop {
                    let target = ends[index(rng.below(before))];
                    if joined[target as usize] != node {
                        break target;
                    }
                }
            };
            joined[target as usize] = node;
            ends.extend([node, target]);
            emit(node, target)?;
        }
    }
    Ok(())
}

fn watts_strogatz(n: u32, half: u32, beta: f64, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
    let (size, width) = (n as usize, half as usize);
    let at = |node: u32, step: u32| node as usize * width + step as usize;
    let ahead = |node: u32, steps: u32| {
        let place = u64::from(node) + u64::from(steps);
        u32::try_from(place % u64::from(n)).expect("a node")
    };
    // Row by row the targets of each node.
    let mut targets: Vec<u32> = (0..n)
        .flat_map(|a| (1..=half).map(move |step| ahead(a, step)))
        .collect();
    let mut rewired_to: Vec<Vec<u32>> = vec![Vec::new(); size];
    // The node whose neighbour a node was found to be last.
    let mut neighbour_of = vec![u32::MAX; size];
    for a in 0..n {
        let mut degree = 0;
        let mut join = |node: u32| {
            neighbour_of[node as usize] = a;
            degree += 1;
        };
        targets[at(a, 0)..at(a + 1, 0)]
            .iter()
            .for_each(|&b| join(b));
        let behind = (0..half).map(|step| (ahead(a, n - 1 - step), step));
        behind
            .filter(|&(b, step)| targets[at(b, step)] == a)
            .for_each(|(b, _)| join(b));
        rewired_to[a as usize].iter().for_each(|&b| join(b));
        let mut rng = draws.part(a);
        for step in 0..half {
            if rng.uniform() >= beta || degree == n - 1 {
                continue;
            }
            let new = loop {
                let node = rng.below(u64::from(n));
                if node != u64::from(a) && neighbour_of[index(node)] != a {
                    break u32::try_from(node).expect("a node");
                }
            };
            neighbour_of[new as usize] = a;
            let old = std::mem::replace(&mut targets[at(a, step)], new);
            neighbour_of[old as usize] = u32::MAX;
            rewired_to[new as usize].push(a);
        }
    }
    for a in 0..n {
        (0..half).try_for_each(|step| emit(a, targets[at(a, step)]))?;
    }
    Ok(())
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("an index of what is in memory")
}
