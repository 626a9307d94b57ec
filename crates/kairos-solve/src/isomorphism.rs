//! Graphs up to isomorphism: which ones differ in nothing that a rule could see.
//!
//! Vertices are coloured by what lies around them until no round tells more of them apart (colour refinement, as by Weisfeiler and Leman).
//! Graphs with the same colours are compared by giving a vertex of each a colour of its own and refining again, until every colour is one
//! vertex's and the map between the graphs can be checked (B. McKay, *Practical graph isomorphism*, 1981, without its prunings: a vertex
//! that has twins finds its counterpart at once).

use kairos_rewrite::graph::HostGraph;
use rustc_hash::FxHashMap;

/// A host graph as a simple one: every node and every edge is a vertex, and an edge is joined to its ends.
#[derive(Debug)]
struct Incidence {
    /// By vertex: what it is, type and attributes, interned.
    labels: Vec<u32>,
    /// By vertex: its neighbours, and how it is joined to each.
    around: Vec<Vec<(usize, End)>>,
    /// By vertex, refined.
    colours: Vec<u64>,
}

/// Which end of an edge a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    From,
    To,
    /// Of an undirected edge.
    Either,
    /// Both, of a loop.
    Both,
}

/// Graphs seen so far, one of each isomorphism class, numbered as they came.
#[derive(Debug, Default)]
pub(crate) struct Classes {
    labels: FxHashMap<Box<[u64]>, u32>,
    members: Vec<Incidence>,
    /// By a hash of all colours.
    by_key: FxHashMap<u64, Vec<usize>>,
}

impl Classes {
    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// The class of a graph, and whether it is new.
    pub(crate) fn class(&mut self, graph: &HostGraph) -> (usize, bool) {
        let incidence = self.incidence(graph);
        let sorted = sorted(&incidence.colours);
        let key = sorted.iter().fold(0, |hash, &colour| mix(hash ^ colour));
        let candidates = self.by_key.entry(key).or_default();
        let same = |&&class: &&usize| {
            let other = &self.members[class];
            same(&incidence, &incidence.colours, other, &other.colours)
        };
        if let Some(&class) = candidates.iter().find(same) {
            return (class, false);
        }
        candidates.push(self.members.len());
        self.members.push(incidence);
        (self.members.len() - 1, true)
    }

    fn label(&mut self, words: Vec<u64>) -> u32 {
        let next = u32::try_from(self.labels.len()).expect("fewer than 2^32 kinds of elements");
        *self.labels.entry(words.into()).or_insert(next)
    }

    fn incidence(&mut self, graph: &HostGraph) -> Incidence {
        let schema = graph.schema().clone();
        let mut labels = Vec::with_capacity(graph.node_count() + graph.edge_count());
        let mut vertices = vec![usize::MAX; graph.node_bound()];
        for node in graph.nodes() {
            let ty = graph.node_type(node);
            let columns = 0..schema.node_attributes(ty);
            let words = columns.map(|column| graph.node_word(node, column));
            let words = [0, u64::from(ty.0)].into_iter().chain(words).collect();
            vertices[node.index()] = labels.len();
            labels.push(self.label(words));
        }
        let mut around = vec![Vec::new(); graph.node_count() + graph.edge_count()];
        for edge in graph.edges() {
            let ty = graph.edge_type(edge);
            let columns = 0..schema.edge_attributes(ty);
            let words = columns.map(|column| graph.edge_word(edge, column));
            let words = [1, u64::from(ty.0)].into_iter().chain(words).collect();
            let vertex = labels.len();
            labels.push(self.label(words));
            let (from, to) = graph.ends(edge);
            let ends: &[_] = match (from == to, schema.undirected(ty)) {
                (true, _) => &[(from, End::Both)],
                (false, true) => &[(from, End::Either), (to, End::Either)],
                (false, false) => &[(from, End::From), (to, End::To)],
            };
            for &(node, end) in ends {
                let node = vertices[node.index()];
                around[vertex].push((node, end));
                around[node].push((vertex, end));
            }
        }
        let colours = labels.iter().map(|&label| mix(u64::from(label))).collect();
        let mut incidence = Incidence {
            labels,
            around,
            colours,
        };
        incidence.colours = incidence.refined(incidence.colours.clone());
        incidence
    }
}

impl Incidence {
    /// Refines colours until a round tells no more vertices apart. The last round makes every colour say what lies around it.
    fn refined(&self, mut colours: Vec<u64>) -> Vec<u64> {
        let mut told_apart = 0;
        loop {
            let mut distinct = sorted(&colours);
            distinct.dedup();
            if distinct.len() == told_apart {
                return colours;
            }
            told_apart = distinct.len();
            colours = (0..colours.len())
                .map(|v| self.seen_from(v, &colours))
                .collect();
        }
    }

    /// A hash of a vertex's colour and of the multiset of its neighbours'.
    fn seen_from(&self, vertex: usize, colours: &[u64]) -> u64 {
        let seen = |&(other, end): &(usize, End)| mix(colours[other].wrapping_add(end as u64));
        let neighbours = self.around[vertex]
            .iter()
            .map(seen)
            .fold(0u64, u64::wrapping_add);
        mix(colours[vertex] ^ mix(neighbours))
    }

    /// Gives a vertex a colour of its own.
    fn singled_out(&self, vertex: usize, colours: &[u64]) -> Vec<u64> {
        let mut colours = colours.to_vec();
        colours[vertex] = mix(!colours[vertex]);
        self.refined(colours)
    }
}

/// Whether two graphs are isomorphic by a map that keeps these colours.
fn same(a: &Incidence, of_a: &[u64], b: &Incidence, of_b: &[u64]) -> bool {
    let colours = sorted(of_a);
    if colours != sorted(of_b) {
        return false;
    }
    let is_shared = |&&vertex: &&usize| {
        let first = colours.partition_point(|&c| c < of_a[vertex]);
        colours.get(first + 1) == Some(&of_a[vertex])
    };
    // Only where there are circles can a choice turn out wrong: those are settled before twins and leaves, all of which would be tried.
    let vertices: Vec<usize> = (0..of_a.len()).collect();
    let most_joined = vertices
        .iter()
        .filter(is_shared)
        .max_by_key(|&&v| a.around[v].len());
    let Some(&vertex) = most_joined else {
        return is_isomorphism(a, of_a, b, of_b);
    };
    let shared = of_a[vertex];
    let has_it = |&(_, &colour): &(usize, &u64)| colour == shared;
    let of_a = a.singled_out(vertex, of_a);
    let mut counterparts = of_b.iter().enumerate().filter(has_it);
    counterparts.any(|(other, _)| same(a, &of_a, b, &b.singled_out(other, of_b)))
}

/// Whether the map from colour to like colour, all of which are distinct, keeps labels and neighbours.
fn is_isomorphism(a: &Incidence, of_a: &[u64], b: &Incidence, of_b: &[u64]) -> bool {
    let counterpart: FxHashMap<u64, usize> = of_b.iter().copied().zip(0..).collect();
    (0..of_a.len()).all(|vertex| {
        let other = counterpart[&of_a[vertex]];
        let mapped = a.around[vertex]
            .iter()
            .map(|&(v, end)| (counterpart[&of_a[v]], end));
        let mut mapped: Vec<_> = mapped.collect();
        let mut there = b.around[other].clone();
        mapped.sort_unstable();
        there.sort_unstable();
        a.labels[vertex] == b.labels[other] && mapped == there
    })
}

fn sorted(colours: &[u64]) -> Vec<u64> {
    let mut colours = colours.to_vec();
    colours.sort_unstable();
    colours
}

/// The finaliser of SplitMix64, its increment first so that 0 is no fixed point.
fn mix(word: u64) -> u64 {
    let mut word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::{End, Incidence, mix, same};

    /// An unlabelled undirected graph, its edges joining vertices directly.
    fn graph(vertices: usize, edges: &[(usize, usize)]) -> Incidence {
        let mut around = vec![Vec::new(); vertices];
        for &(a, b) in edges {
            around[a].push((b, End::Either));
            around[b].push((a, End::Either));
        }
        let mut graph = Incidence {
            labels: vec![0; vertices],
            around,
            colours: vec![mix(0); vertices],
        };
        graph.colours = graph.refined(graph.colours.clone());
        graph
    }

    fn are_same(a: &Incidence, b: &Incidence) -> bool {
        same(a, &a.colours, b, &b.colours)
    }

    #[test]
    fn regular_graphs_are_told_apart() {
        let hexagon = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)];
        let renamed = [(3, 0), (0, 4), (4, 1), (1, 5), (5, 2), (2, 3)];
        let triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)];
        assert!(are_same(&graph(6, &hexagon), &graph(6, &renamed)));
        assert!(!are_same(&graph(6, &hexagon), &graph(6, &triangles)));
    }

    /// The Petersen graph and the pentagonal prism: both of ten vertices of degree three.
    #[test]
    fn strongly_regular_graphs_too() {
        let ring =
            |step: usize, from: usize| (0..5).map(move |i| (from + i, from + (i + step) % 5));
        let with_inner = |step| -> Vec<(usize, usize)> {
            let spokes = (0..5).map(|i| (i, i + 5));
            ring(1, 0).chain(ring(step, 5)).chain(spokes).collect()
        };
        let (petersen, prism) = (graph(10, &with_inner(2)), graph(10, &with_inner(1)));
        assert!(are_same(&petersen, &petersen) && are_same(&prism, &prism));
        assert!(!are_same(&petersen, &prism));
    }

    #[test]
    fn a_hundred_twins_are_no_burden() {
        let star: Vec<(usize, usize)> = (1..100).map(|leaf| (0, leaf)).collect();
        assert!(are_same(&graph(100, &star), &graph(100, &star)));
        assert!(are_same(&graph(100, &[]), &graph(100, &[])));
        let hexagon = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)];
        let triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)];
        assert!(!are_same(&graph(50, &hexagon), &graph(50, &triangles)));
    }
}
