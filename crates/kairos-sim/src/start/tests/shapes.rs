//! Which pairs the graph models join, and how often.
//!
//! Statistical tests have α = 10⁻³ each, fixed random seeds, and a control with a wrong hypothesis that must fail.

use std::collections::{BTreeMap, BTreeSet};

use kairos_model::shape::Shape;
use kairos_stats::chi_square_test;
use petgraph::{algo::connected_components, graph::UnGraph};

use super::super::shape::{self, ShapeDraws};
use crate::draw::Randomness;

const ALPHA: f64 = 1e-3;

type Edges = Vec<(u32, u32)>;

fn edges(shape: Shape, replication: u64) -> Edges {
    let draws = ShapeDraws {
        randomness: Randomness::new(20_260_101, replication),
        statement: 3,
    };
    let mut edges = Vec::new();
    let mut push = |from, to| {
        edges.push((from, to));
        Ok(())
    };
    shape::edges(shape, &draws, &mut push).unwrap();
    edges
}

fn sorted(edges: &[(u32, u32)]) -> BTreeSet<(u32, u32)> {
    edges.iter().map(|&(a, b)| (a.min(b), a.max(b))).collect()
}

fn degrees(n: u32, edges: &[(u32, u32)]) -> Vec<u32> {
    let mut degrees = vec![0; n as usize];
    for &(a, b) in edges {
        degrees[a as usize] += 1;
        degrees[b as usize] += 1;
    }
    degrees
}

/// No loop, no pair twice, and as many edges as announced.
#[track_caller]
fn assert_simple(n: u32, directed: bool, shape: Shape, replication: u64) -> Edges {
    let edges = edges(shape, replication);
    let what = format!("{shape:?} {edges:?}");
    assert!(
        edges.iter().all(|&(a, b)| a != b && a < n && b < n),
        "{what}"
    );
    let different = if directed {
        edges.iter().copied().collect()
    } else {
        sorted(&edges)
    };
    assert_eq!(different.len(), edges.len(), "{what}");
    assert!(edges.len() as u64 >= shape.least_edges(), "{what}");
    edges
}

#[test]
fn fixed_shapes() {
    assert_eq!(
        edges(Shape::complete(3, false), 0),
        [(0, 1), (0, 2), (1, 2)]
    );
    assert_eq!(
        edges(Shape::complete(3, true), 0),
        [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    );
    assert_eq!(
        edges(Shape::ring(4, false), 0),
        [(0, 1), (1, 2), (2, 3), (3, 0)]
    );
    assert_eq!(edges(Shape::ring(2, false), 0), [(0, 1)]);
    assert_eq!(edges(Shape::ring(2, true), 0), [(0, 1), (1, 0)]);
    assert_eq!(edges(Shape::ring(1, true), 0), []);
    assert_eq!(edges(Shape::star(4), 0), [(0, 1), (0, 2), (0, 3)]);
    assert_eq!(
        edges(Shape::tree(6, 2).unwrap(), 0),
        [(0, 1), (0, 2), (1, 3), (1, 4), (2, 5)]
    );
    assert_eq!(
        edges(Shape::grid(5, 3).unwrap(), 0),
        [(0, 1), (1, 2), (0, 3), (3, 4), (1, 4)]
    );
    assert_eq!(
        edges(Shape::torus(6, 3, true).unwrap(), 0),
        [
            [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)],
            [(0, 3), (3, 0), (1, 4), (4, 1), (2, 5), (5, 2)],
        ]
        .concat()
    );
    for (n, directed) in (0..6).flat_map(|n| [(n, false), (n, true)]) {
        for shape in [
            Shape::complete(n, directed),
            Shape::ring(n, directed),
            Shape::star(n),
        ] {
            let edges = assert_simple(n, directed, shape, 0);
            assert_eq!(edges.len() as u64, shape.least_edges(), "{shape:?}");
        }
    }
}

/// Of every width, those of more nodes than there are included.
#[test]
fn trees_and_lattices_of_all_small_sizes() {
    for (n, width) in (0..14).flat_map(|n| (1..16).map(move |width| (n, width))) {
        for directed in [false, true] {
            let torus = Shape::torus(n, width, directed);
            assert_eq!(torus.is_ok(), i64::from(n) % width == 0, "{n} by {width}");
            for shape in [Shape::tree(n, width), Shape::grid(n, width), torus]
                .into_iter()
                .flatten()
            {
                let edges = assert_simple(n, directed, shape, 0);
                assert_eq!(edges.len() as u64, shape.least_edges(), "{shape:?}");
            }
        }
    }
    // On a torus of at least three rows and columns all nodes have four neighbours.
    let torus = edges(Shape::torus(20, 4, false).unwrap(), 0);
    assert_eq!(degrees(20, &torus), [4; 20]);
    let alone = edges(Shape::grid(4, i64::MAX).unwrap(), 0);
    assert_eq!(alone, [(0, 1), (1, 2), (2, 3)]);
}

#[test]
fn random_regular_graphs_of_all_small_sizes() {
    for (n, degree) in (0..12u32).flat_map(|n| (0..n.max(1)).map(move |d| (n, d))) {
        let Ok(shape) = Shape::random_regular(n, degree.into()) else {
            assert_eq!(n * degree % 2, 1);
            continue;
        };
        for replication in 0..50 {
            let edges = assert_simple(n, false, shape, replication);
            assert!(degrees(n, &edges).iter().all(|&d| d == degree), "{edges:?}");
        }
    }
}

#[test]
fn large_regular_graphs_are_repaired() {
    for (n, degree) in [(20_000, 8), (101, 50), (100, 60)] {
        let shape = Shape::random_regular(n, degree).unwrap();
        let edges = assert_simple(n, false, shape, 0);
        let wanted = u32::try_from(degree).unwrap();
        assert!(degrees(n, &edges).iter().all(|&d| d == wanted));
    }
}

/// Of the 70 graphs of six nodes with two neighbours each, 10 are two triangles.
#[test]
fn small_regular_graphs_are_uniform() {
    let shape = Shape::random_regular(6, 2).unwrap();
    let mut counts = BTreeMap::<_, u64>::new();
    for replication in 0..7000 {
        *counts
            .entry(sorted(&edges(shape, replication)))
            .or_default() += 1;
    }
    assert_eq!(counts.len(), 70);
    let observed: Vec<u64> = counts.values().copied().collect();
    let result = chi_square_test(&observed, &[100.0; 70], 0).unwrap();
    assert!(result.p_value > ALPHA, "{result:?}");
    let triangles = |graph: &BTreeSet<(u32, u32)>| {
        let joined = |a: u32, b: u32| graph.contains(&(a.min(b), a.max(b)));
        let twos = (1..6).filter(|&a| joined(0, a)).collect::<Vec<_>>();
        joined(twos[0], twos[1])
    };
    let wrong: Vec<f64> = counts
        .keys()
        .map(|graph| {
            if triangles(graph) {
                140.0
            } else {
                5600.0 / 60.0
            }
        })
        .collect();
    let control = chi_square_test(&observed, &wrong, 0).unwrap();
    assert!(control.p_value < ALPHA, "{control:?}");
}

#[test]
fn each_pair_of_an_erdos_renyi_graph_has_the_probability() {
    const RUNS: u32 = 4000;
    for directed in [false, true] {
        let shape = Shape::erdos_renyi(6, directed, 0.3).unwrap();
        let mut counts: BTreeMap<_, u64> = edges(Shape::complete(6, directed), 0)
            .into_iter()
            .map(|pair| (pair, 0))
            .collect();
        for replication in 0..RUNS {
            for pair in assert_simple(6, directed, shape, replication.into()) {
                *counts.get_mut(&pair).unwrap() += 1;
            }
        }
        let runs = u64::from(RUNS);
        let observed: Vec<u64> = counts.values().flat_map(|&c| [c, runs - c]).collect();
        // Hits and misses of one pair add up: one degree of freedom for each pair.
        let p_value = |p: f64| {
            let expected = [p, 1.0 - p].map(|p| p * f64::from(RUNS));
            let expected = expected.repeat(counts.len());
            chi_square_test(&observed, &expected, counts.len() - 1)
                .unwrap()
                .p_value
        };
        assert!(p_value(0.3) > ALPHA, "{counts:?}");
        assert!(p_value(0.32) < ALPHA, "{counts:?}");
    }
}

/// Pairs do not depend on each other: the number of edges has the variance of a binomial number.
#[test]
fn numbers_of_edges_of_erdos_renyi_graphs_are_binomial() {
    let shape = Shape::erdos_renyi(5, false, 0.5).unwrap();
    let mut observed = [0; 11];
    for replication in 0..4096 {
        observed[edges(shape, replication).len()] += 1;
    }
    let binomial = [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1];
    let result = chi_square_test(&observed, &binomial.map(|c| f64::from(c * 4)), 0).unwrap();
    assert!(result.p_value > ALPHA, "{result:?} {observed:?}");
    let flat = chi_square_test(&observed, &[4096.0 / 11.0; 11], 0).unwrap();
    assert!(flat.p_value < ALPHA);
}

#[test]
fn extreme_probabilities() {
    for (n, directed) in (0..7).flat_map(|n| [(n, false), (n, true)]) {
        let of = |p| Shape::erdos_renyi(n, directed, p).unwrap();
        assert_eq!(edges(of(0.0), 0), []);
        assert_eq!(edges(of(f64::MIN_POSITIVE), 0), []);
        let all: BTreeSet<_> = edges(of(1.0), 0).into_iter().collect();
        let complete = edges(Shape::complete(n, directed), 0);
        assert_eq!(all, complete.into_iter().collect());
    }
}

#[test]
fn shapes_that_grow_contain_the_smaller_ones() {
    let of_all = [
        |n| Shape::tree(n, 3).unwrap(),
        |n| Shape::grid(n, 7).unwrap(),
        |n| Shape::erdos_renyi(n, true, 0.2).unwrap(),
        |n| Shape::barabasi_albert(n, 3).unwrap(),
    ];
    for shape in of_all {
        let (small, large) = (edges(shape(40), 5), edges(shape(60), 5));
        assert!(small.len() < large.len());
        assert_eq!(small, large[..small.len()]);
    }
}

#[test]
fn preferential_attachment_gives_each_new_node_its_edges() {
    for (n, m) in (2..12u32).flat_map(|n| (1..n).map(move |m| (n, m))) {
        let shape = Shape::barabasi_albert(n, m.into()).unwrap();
        let edges = assert_simple(n, false, shape, 0);
        assert_eq!(edges.len() as u64, shape.least_edges());
        for node in m..n {
            let own: Vec<u32> = edges.iter().filter(|e| e.0 == node).map(|e| e.1).collect();
            assert_eq!(own.len(), m as usize);
            assert!(own.iter().all(|&earlier| earlier < node), "{edges:?}");
        }
        let graph = UnGraph::<(), ()>::from_edges(&edges);
        assert_eq!(connected_components(&graph), 1);
    }
}

/// Four nodes with one edge each: 1 joins 0; 2 joins either; 3 joins the one of degree 2 as often as the other two.
#[test]
fn attachment_is_in_proportion_to_degrees() {
    let shape = Shape::barabasi_albert(4, 1).unwrap();
    let mut counts = BTreeMap::<_, u64>::new();
    for replication in 0..8000 {
        let edges = edges(shape, replication);
        assert_eq!(edges[0], (1, 0));
        *counts.entry((edges[1].1, edges[2].1)).or_default() += 1;
    }
    let outcomes: Vec<_> = counts.keys().copied().collect();
    assert_eq!(outcomes, [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]);
    let observed: Vec<u64> = counts.values().copied().collect();
    let expected = [2000.0, 1000.0, 1000.0, 1000.0, 2000.0, 1000.0];
    let result = chi_square_test(&observed, &expected, 0).unwrap();
    assert!(result.p_value > ALPHA, "{result:?} {counts:?}");
    let without_preference = chi_square_test(&observed, &[8000.0 / 6.0; 6], 0).unwrap();
    assert!(without_preference.p_value < ALPHA);
}

#[test]
fn small_worlds_of_all_small_sizes() {
    for (n, half) in (0..10u32).flat_map(|n| (0..n.div_ceil(2).max(1)).map(move |h| (n, h))) {
        for (beta, replication) in [(0.0, 0), (0.5, 1), (1.0, 2), (1.0, 3), (1.0, 4)] {
            let shape = Shape::watts_strogatz(n, i64::from(2 * half), beta).unwrap();
            let edges = assert_simple(n, false, shape, replication);
            assert_eq!(edges.len() as u64, shape.least_edges());
            let sources: Vec<u32> = (0..n).flat_map(|a| vec![a; half as usize]).collect();
            assert_eq!(edges.iter().map(|e| e.0).collect::<Vec<_>>(), sources);
            if beta == 0.0 {
                let lattice = |(i, &(a, b)): (usize, &(u32, u32))| {
                    b == (a + 1 + u32::try_from(i).unwrap() % half) % n
                };
                assert!(edges.iter().enumerate().all(lattice), "{edges:?}");
            }
        }
    }
}

/// Of 4000 edges, those that lost their lattice target: binomial, so within 3.3 standard deviations (α = 10⁻³).
#[test]
fn edges_are_rewired_with_the_probability() {
    let n = 2000;
    let shape = Shape::watts_strogatz(n, 4, 0.3).unwrap();
    let edges = edges(shape, 0);
    let lattice = |(i, (a, b)): (usize, &(u32, u32))| *b == (a + 1 + u32::from(i % 2 == 1)) % n;
    let rewired = edges.iter().enumerate().filter(|&e| !lattice(e)).count();
    let z = |p: f64| (rewired as f64 - 4000.0 * p) / (4000.0 * p * (1.0 - p)).sqrt();
    assert!(z(0.3).abs() < 3.3, "{rewired}");
    assert!(z(0.35).abs() > 3.3, "{rewired}");
}

#[test]
fn parameters_outside_their_domains() {
    assert!(Shape::tree(5, 0).is_err());
    assert!(Shape::grid(5, 0).is_err());
    assert!(Shape::torus(5, -1, false).is_err());
    assert!(Shape::torus(5, 2, false).is_err());
    assert!(Shape::random_regular(5, 3).is_err());
    assert!(Shape::random_regular(5, 5).is_err());
    assert!(Shape::random_regular(5, -1).is_err());
    assert!(Shape::erdos_renyi(5, false, 1.5).is_err());
    assert!(Shape::erdos_renyi(5, false, f64::NAN).is_err());
    assert!(Shape::barabasi_albert(5, 0).is_err());
    assert!(Shape::barabasi_albert(5, 5).is_err());
    assert!(Shape::watts_strogatz(5, 3, 0.5).is_err());
    assert!(Shape::watts_strogatz(5, 6, 0.5).is_err());
    assert!(Shape::watts_strogatz(5, 2, -0.5).is_err());
}
