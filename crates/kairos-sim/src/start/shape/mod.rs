//! Graph models: which of the nodes `0..n` are joined.
//!
//! Every shape is simple: no loop, and no two edges with the same ends. Where a shape grows node by node, each node's
//! draws are keyed by that node, so that a graph with more nodes has the smaller graph in it.

mod lattice;
mod regular;

use kairos_rewrite::error::Outcome;

use crate::draw::{KeyedRng, Name, Place, Randomness};

/// A graph model with parameters in its domain.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    nodes: u32,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Complete { directed: bool },
    Ring { directed: bool },
    Star,
    Tree { children: u32 },
    Grid { columns: u32 },
    Torus { columns: u32, directed: bool },
    RandomRegular { degree: u32 },
    ErdosRenyi { p: f64, directed: bool },
    BarabasiAlbert { m: u32 },
    WattsStrogatz { half: u32, beta: f64 },
}

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

/// Why the parameters make no graph; the end of a sentence that begins with the graph model's name.
type Checked = Result<Shape, String>;

impl Shape {
    /// Every pair, both ways if directed.
    pub(super) fn complete(nodes: u32, directed: bool) -> Self {
        Kind::Complete { directed }.of(nodes)
    }

    /// Each node to the next, the last to the first. One node has no edge; two have one, or two directed ones.
    pub(super) fn ring(nodes: u32, directed: bool) -> Self {
        Kind::Ring { directed }.of(nodes)
    }

    /// The first node to every other.
    pub(super) fn star(nodes: u32) -> Self {
        Kind::Star.of(nodes)
    }

    /// Level by level, each node to `children` later ones; the last that has any may have fewer.
    pub(super) fn tree(nodes: u32, children: i64) -> Checked {
        let children = at_least_one(children, "children")?;
        Ok(Kind::Tree { children }.of(nodes))
    }

    /// Rows of `columns` nodes, each node to the one at its right and the one below it; the last row may be shorter.
    pub(super) fn grid(nodes: u32, columns: i64) -> Checked {
        let columns = at_least_one(columns, "columns")?;
        Ok(Kind::Grid { columns }.of(nodes))
    }

    /// Rows of `columns` nodes, of which each row and each column is a [ring](Self::ring).
    pub(super) fn torus(nodes: u32, columns: i64, directed: bool) -> Checked {
        let columns = at_least_one(columns, "columns")?;
        if !nodes.is_multiple_of(columns) {
            return Err(format!(
                "{nodes} nodes do not fill rows of {columns}, and a torus has full rows only"
            ));
        }
        Ok(Kind::Torus { columns, directed }.of(nodes))
    }

    /// A random graph in which each node has `degree` neighbours; directed edges go from earlier to later nodes.
    pub(super) fn random_regular(nodes: u32, degree: i64) -> Checked {
        let degree = below(degree, nodes).ok_or_else(|| {
            format!("{nodes} nodes cannot have {degree} neighbours each, only 0 to n − 1")
        })?;
        if u64::from(nodes) * u64::from(degree) % 2 == 1 {
            return Err(format!(
                "{nodes} nodes cannot have {degree} neighbours each: the number of ends would be odd"
            ));
        }
        Ok(Kind::RandomRegular { degree }.of(nodes))
    }

    /// Each pair, both ways if directed, with probability `p`.
    pub(super) fn erdos_renyi(nodes: u32, directed: bool, p: f64) -> Checked {
        probability("p", p)?;
        Ok(Kind::ErdosRenyi { p, directed }.of(nodes))
    }

    /// Preferential attachment (Barabási and Albert 1999): the first `m` nodes have no edges among them, and each later
    /// one joins `m` earlier ones, each with probability proportional to its degree; the first of them joins all.
    pub(super) fn barabasi_albert(nodes: u32, m: i64) -> Checked {
        match below(m, nodes) {
            Some(m) if m > 0 || nodes == 0 => Ok(Kind::BarabasiAlbert { m }.of(nodes)),
            _ => Err(format!(
                "new nodes cannot join {m} of {nodes} nodes, only 1 to n − 1"
            )),
        }
    }

    /// A small world (Watts and Strogatz 1998): node a to the `k / 2` next ones on a ring; each edge gets with
    /// probability `beta` another target, none that a is joined with at that moment, if there is one.
    pub(super) fn watts_strogatz(nodes: u32, k: i64, beta: f64) -> Checked {
        probability("beta", beta)?;
        match below(k, nodes) {
            Some(k) if k.is_multiple_of(2) => {
                Ok(Kind::WattsStrogatz { half: k / 2, beta }.of(nodes))
            }
            _ => Err(format!(
                "{nodes} nodes on a ring cannot have {k} neighbours each, only an even number below n"
            )),
        }
    }

    /// The number of edges; where that is random, a number that it falls short of less than once in 10²⁰ times.
    pub(super) fn least_edges(&self) -> u64 {
        let n = u64::from(self.nodes);
        match self.kind {
            Kind::Complete { directed } => pairs(n, directed),
            Kind::Ring { directed } => ring_edges(n, directed),
            Kind::Star | Kind::Tree { .. } => n.saturating_sub(1),
            Kind::Grid { columns } => lattice::grid_edges(n, u64::from(columns)),
            Kind::Torus { columns, directed } => {
                let columns = u64::from(columns);
                let rows = n / columns;
                rows * ring_edges(columns, directed) + columns * ring_edges(rows, directed)
            }
            Kind::RandomRegular { degree } => n * u64::from(degree) / 2,
            #[expect(
                clippy::cast_precision_loss,
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "ten standard deviations below the mean, 0 where that is negative"
            )]
            Kind::ErdosRenyi { p, directed } => {
                let mean = pairs(n, directed) as f64 * p;
                (mean - 10.0 * mean.sqrt()) as u64
            }
            Kind::BarabasiAlbert { m } => n.saturating_sub(u64::from(m)) * u64::from(m),
            Kind::WattsStrogatz { half, .. } => n * u64::from(half),
        }
    }

    /// Gives the edges to `emit`.
    ///
    /// # Errors
    /// What `emit` refuses.
    pub(super) fn edges(&self, draws: &ShapeDraws, emit: Emit<'_>) -> Outcome<()> {
        let n = self.nodes;
        match self.kind {
            Kind::Complete { directed } => complete(n, directed, emit),
            Kind::Ring { directed } => ring(n, directed, emit),
            Kind::Star => (1..n).try_for_each(|node| emit(0, node)),
            Kind::Tree { children } => {
                (1..n).try_for_each(|node| emit((node - 1) / children, node))
            }
            Kind::Grid { columns } => lattice::grid(n, columns, emit),
            Kind::Torus { columns, directed } => lattice::torus(n, columns, directed, emit),
            Kind::RandomRegular { degree } => regular::edges(n, degree, draws, emit),
            Kind::ErdosRenyi { p, directed } => erdos_renyi(n, p, directed, draws, emit),
            Kind::BarabasiAlbert { m } => barabasi_albert(n, m, draws, emit),
            Kind::WattsStrogatz { half, beta } => watts_strogatz(n, half, beta, draws, emit),
        }
    }
}

impl Kind {
    fn of(self, nodes: u32) -> Shape {
        Shape { nodes, kind: self }
    }
}

/// A number of other nodes that a node can be joined with. No node asks for any, so any number does for none.
fn below(value: i64, nodes: u32) -> Option<u32> {
    if nodes == 0 {
        return Some(0);
    }
    u32::try_from(value).ok().filter(|&v| v < nodes)
}

/// A number of parts of a shape; more than there can be nodes are as good as any.
fn at_least_one(value: i64, parts: &str) -> Result<u32, String> {
    if value < 1 {
        return Err(format!(
            "{value} {parts} are too few, there must be at least one"
        ));
    }
    Ok(u32::try_from(value).unwrap_or(u32::MAX))
}

fn probability(parameter: &str, value: f64) -> Result<(), String> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(format!("{parameter} is {value}, but must be from 0 to 1"))
}

fn pairs(n: u64, directed: bool) -> u64 {
    let ordered = n * n.saturating_sub(1);
    if directed { ordered } else { ordered / 2 }
}

fn ring_edges(n: u64, directed: bool) -> u64 {
    match n {
        0 | 1 => 0,
        2 => 1 + u64::from(directed),
        _ => n,
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
