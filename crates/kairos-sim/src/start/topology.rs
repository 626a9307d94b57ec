//! Edges by graph models.

use kairos_model::{
    expr::Formula,
    start::{Topology, TopologyKind},
    types::Value,
};
use kairos_rewrite::{
    binding::Slot,
    error::{Fault, Outcome},
};
use rustc_hash::FxHashSet;

use super::Builder;
use crate::draw::{KeyedRng, Name, Place, Randomness};

/// The replication whose draws a topology drawn per study uses: none that a study counts.
const PER_STUDY: u64 = u64::MAX;

/// Where edges are drawn: one stream of words for the whole topology.
const EDGES: Place = Place::text(1);

/// Adds the edges of a topology.
pub(super) fn build(builder: &mut Builder<'_>, position: u32, topology: &Topology) -> Outcome<()> {
    let nodes = nodes(builder, topology);
    let randomness = if topology.per_replication {
        *builder.randomness
    } else {
        Randomness::new(builder.randomness.seed(), PER_STUDY)
    };
    let mut rng = randomness.rng(Name::start(position, 0, 0), EDGES);
    let directed = !builder.program.model.types.edge(topology.edge).undirected;
    let plan = Plan {
        builder,
        nodes: nodes.len(),
        directed,
    };
    let pairs = plan.pairs(&topology.kind, &mut rng)?;
    builder.expect_elements(pairs.len() as u64, None)?;
    for (index, (from, to)) in (0..).zip(pairs) {
        let name = Name::start(position, index, 1);
        builder.row_words(
            &vec![None; topology.attributes.len()],
            &topology.attributes,
            name,
            index.cast_signed(),
        )?;
        builder.edge(topology.edge, nodes[from], nodes[to], name)?;
    }
    Ok(())
}

/// All nodes of the types so far, in the order of their numbers.
fn nodes(builder: &Builder<'_>, topology: &Topology) -> Vec<Slot> {
    let graph = &builder.graph;
    let mut nodes: Vec<Slot> = topology
        .nodes
        .iter()
        .flat_map(|&ty| graph.nodes_of(ty))
        .copied()
        .collect();
    nodes.sort_unstable_by_key(|&n| graph.node_number(n));
    nodes
}

type Pairs = Vec<(usize, usize)>;

struct Plan<'a, 'b> {
    builder: &'a Builder<'b>,
    nodes: usize,
    directed: bool,
}

impl Plan<'_, '_> {
    fn pairs(&self, kind: &TopologyKind, rng: &mut KeyedRng) -> Outcome<Pairs> {
        let n = self.nodes;
        Ok(match kind {
            TopologyKind::Complete => {
                let all = (n as u64).saturating_mul(n.saturating_sub(1) as u64);
                self.builder
                    .expect_elements(if self.directed { all } else { all / 2 }, None)?;
                let first = |a: usize| if self.directed { 0 } else { a + 1 };
                (0..n)
                    .flat_map(|a| (first(a)..n).map(move |b| (a, b)))
                    .filter(|(a, b)| a != b)
                    .collect()
            }
            // A ring of two nodes has one edge, unless its edges have a direction; one node has none.
            TopologyKind::Ring if n == 2 && !self.directed => vec![(0, 1)],
            TopologyKind::Ring if n < 2 => Vec::new(),
            TopologyKind::Ring => (0..n).map(|a| (a, (a + 1) % n)).collect(),
            TopologyKind::Star => (1..n).map(|a| (0, a)).collect(),
            TopologyKind::RandomRegular { degree } => self.random_regular(degree, rng)?,
            TopologyKind::ErdosRenyi { p } => self.erdos_renyi(p, rng)?,
            TopologyKind::BarabasiAlbert { m } => self.barabasi_albert(m, rng)?,
            TopologyKind::WattsStrogatz { k, beta } => self.watts_strogatz(k, beta, rng)?,
        })
    }

    fn int(&self, formula: &Formula) -> Outcome<i64> {
        match self.builder.value(formula, Name::START, 0)? {
            Value::Int(value) => Ok(value),
            _ => unreachable!("check types this parameter as Int"),
        }
    }

    fn probability(&self, topology: &'static str, formula: &Formula) -> Outcome<f64> {
        match self.builder.value(formula, Name::START, 0)? {
            Value::Real(p) if (0.0..=1.0).contains(&p) => Ok(p),
            Value::Real(p) => self.refuse(
                topology,
                formula,
                format!("a probability of {p} is not between 0 and 1"),
            ),
            _ => unreachable!("check types this parameter as Real"),
        }
    }

    fn refuse<T>(&self, topology: &'static str, formula: &Formula, problem: String) -> Outcome<T> {
        Err(self
            .builder
            .error(Fault::Topology { topology, problem }, Some(formula)))
    }

    /// The configuration model with repair: stubs are paired at random; pairs that would be loops or double edges swap partners with random
    /// other pairs until none is left.
    fn random_regular(&self, formula: &Formula, rng: &mut KeyedRng) -> Outcome<Pairs> {
        const NAME: &str = "RandomRegular";
        let degree = self.int(formula)?;
        let n = self.nodes;
        let degree = match usize::try_from(degree) {
            Ok(d) if d < n.max(1) && d.saturating_mul(n).is_multiple_of(2) => d,
            Ok(d) if d >= n => {
                return self.refuse(
                    NAME,
                    formula,
                    format!("{n} nodes cannot have {d} neighbours each"),
                );
            }
            Ok(d) => {
                return self.refuse(
                    NAME,
                    formula,
                    format!("{n} nodes of {d} neighbours have an odd number of ends"),
                );
            }
            Err(_) => {
                return self.refuse(NAME, formula, format!("a degree of {degree} is negative"));
            }
        };
        self.builder
            .expect_elements((n * degree / 2) as u64, Some(formula))?;
        // Near the complete graph swaps rarely help; its complement is sparse.
        if degree > n / 2 {
            let absent: FxHashSet<_> = regular(n, n - 1 - degree, rng)
                .into_iter()
                .map(ordered)
                .collect();
            let all = (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)));
            return Ok(all.filter(|pair| !absent.contains(pair)).collect());
        }
        Ok(regular(n, degree, rng))
    }

    /// Skips ahead by geometric gaps (Batagelj and Brandes 2005): time in proportion to the number of edges.
    fn erdos_renyi(&self, formula: &Formula, rng: &mut KeyedRng) -> Outcome<Pairs> {
        let p = self.probability("ErdosRenyi", formula)?;
        let n = self.nodes as u64;
        let pairs = if self.directed {
            n * n.saturating_sub(1)
        } else {
            n * n.saturating_sub(1) / 2
        };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an estimate"
        )]
        self.builder
            .expect_elements((pairs as f64 * p) as u64, Some(formula))?;
        let mut edges = Vec::new();
        if p <= 0.0 || pairs == 0 {
            return Ok(edges);
        }
        let (mut row, mut first, mut at) = (0, 0, 0u64);
        loop {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, which ends the loop"
            )]
            let gap = if p < 1.0 {
                (libm::log(rng.uniform()) / libm::log1p(-p)) as u64
            } else {
                0
            };
            at = at.saturating_add(gap);
            if at >= pairs {
                return Ok(edges);
            }
            let width = |row: u64| if self.directed { n - 1 } else { n - 1 - row };
            while at - first >= width(row) {
                first += width(row);
                row += 1;
            }
            let column = at - first;
            let other = if self.directed {
                column + u64::from(column >= row)
            } else {
                row + 1 + column
            };
            edges.push((index(row), index(other)));
            at += 1;
        }
    }

    /// Starts from m + 1 nodes joined each to each; every further node joins m different earlier ones, each with a probability
    /// proportional to its degree (a random end of a random edge).
    fn barabasi_albert(&self, formula: &Formula, rng: &mut KeyedRng) -> Outcome<Pairs> {
        const NAME: &str = "BarabasiAlbert";
        let m = self.int(formula)?;
        let n = self.nodes;
        let m = match usize::try_from(m) {
            Ok(m) if m >= 1 && m < n => m,
            _ => {
                return self.refuse(
                    NAME,
                    formula,
                    format!(
                        "{m} edges for each of {n} nodes, but it takes from 1 to {}",
                        n.saturating_sub(1)
                    ),
                );
            }
        };
        self.builder
            .expect_elements((n as u64).saturating_mul(m as u64), Some(formula))?;
        let mut edges: Pairs = (0..=m)
            .flat_map(|a| (a + 1..=m).map(move |b| (b, a)))
            .collect();
        for node in m + 1..n {
            let before = edges.len();
            while edges.len() < before + m {
                let (a, b) = edges[index(rng.below(before as u64))];
                let target = if rng.below(2) == 0 { a } else { b };
                if !edges[before..].contains(&(node, target)) {
                    edges.push((node, target));
                }
            }
        }
        Ok(edges)
    }

    /// Each edge of a ring of k neighbours keeps its first end and, with probability beta, gets another second end.
    fn watts_strogatz(&self, k: &Formula, beta: &Formula, rng: &mut KeyedRng) -> Outcome<Pairs> {
        const NAME: &str = "WattsStrogatz";
        let (neighbours, beta) = (self.int(k)?, self.probability(NAME, beta)?);
        let n = self.nodes;
        let half =
            match usize::try_from(neighbours) {
                Ok(k) if k.is_multiple_of(2) && k < n.max(1) => k / 2,
                _ => return self.refuse(
                    NAME,
                    k,
                    format!(
                        "{neighbours} neighbours of {n} nodes: it takes an even number below {n}"
                    ),
                ),
            };
        self.builder.expect_elements((n * half) as u64, Some(k))?;
        let mut edges: Pairs = (1..=half)
            .flat_map(|d| (0..n).map(move |a| (a, (a + d) % n)))
            .collect();
        let mut there: FxHashSet<_> = edges.iter().copied().map(ordered).collect();
        for edge in &mut edges {
            // A node that is joined to all others has no other end to offer.
            if rng.uniform() < beta && 2 * half < n - 1 {
                let other = loop {
                    let other = index(rng.below(n as u64));
                    if other != edge.0 && !there.contains(&ordered((edge.0, other))) {
                        break other;
                    }
                };
                there.remove(&ordered(*edge));
                there.insert(ordered((edge.0, other)));
                edge.1 = other;
            }
        }
        Ok(edges)
    }
}

fn ordered((a, b): (usize, usize)) -> (usize, usize) {
    (a.min(b), a.max(b))
}

fn index(n: u64) -> usize {
    usize::try_from(n).expect("indexes of nodes fit")
}

/// A random simple graph in which each of `n` nodes has `degree` neighbours; `n · degree` is even and `degree` at most half of `n`.
fn regular(n: usize, degree: usize, rng: &mut KeyedRng) -> Pairs {
    let mut stubs: Vec<usize> = (0..n * degree).map(|i| i % n).collect();
    for last in (1..stubs.len()).rev() {
        stubs.swap(last, index(rng.below(last as u64 + 1)));
    }
    let mut pairs: Pairs = stubs.chunks_exact(2).map(|p| (p[0], p[1])).collect();
    let mut counts = rustc_hash::FxHashMap::<(usize, usize), usize>::default();
    pairs
        .iter()
        .for_each(|&p| *counts.entry(ordered(p)).or_default() += 1);
    let mut bad: Vec<usize> = (0..pairs.len())
        .filter(|&i| is_bad(&counts, pairs[i]))
        .collect();
    while let Some(&first) = bad.last() {
        if !is_bad(&counts, pairs[first]) {
            bad.pop();
            continue;
        }
        let second = index(rng.below(pairs.len() as u64));
        let ((a, b), (c, d)) = (pairs[first], pairs[second]);
        let fits =
            |p: (usize, usize)| p.0 != p.1 && counts.get(&ordered(p)).is_none_or(|&c| c == 0);
        if first != second && fits((a, c)) && fits((b, d)) && ordered((a, c)) != ordered((b, d)) {
            for old in [(a, b), (c, d)] {
                *counts.entry(ordered(old)).or_default() -= 1;
            }
            for new in [(a, c), (b, d)] {
                *counts.entry(ordered(new)).or_default() += 1;
            }
            (pairs[first], pairs[second]) = ((a, c), (b, d));
        }
    }
    pairs
}

fn is_bad(counts: &rustc_hash::FxHashMap<(usize, usize), usize>, pair: (usize, usize)) -> bool {
    pair.0 == pair.1 || counts.get(&ordered(pair)).is_some_and(|&c| c > 1)
}
