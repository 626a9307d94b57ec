//! Random graphs: everything has its room, and lines go where they should.

use super::*;
use crate::geometry::{Rect, Size};

/// Numbers without a pattern: SplitMix64.
fn numbers(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |below| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % below as u64) as usize
    }
}

type Sizes = Vec<Option<Size>>;

/// A number of nodes, edges, sizes of the nodes and of the labels.
fn random(seed: u64) -> (usize, Vec<Ends>, Sizes, Sizes) {
    let mut below = numbers(seed);
    let nodes = 1 + below(9);
    let edges: Vec<Ends> = (0..below(14))
        .map(|_| Ends {
            from: below(nodes),
            to: below(nodes),
        })
        .collect();
    let mut size = |most: usize| Size {
        width: 20.0 + below(most) as f64,
        height: 10.0 + below(most / 2) as f64,
    };
    let boxes = (0..nodes).map(|_| Some(size(120))).collect();
    let labels = edges.iter().map(|_| Some(size(80))).collect();
    (nodes, edges, boxes, labels)
}

#[test]
fn boxes_and_labels_never_overlap() {
    for seed in 0..400 {
        let (nodes, edges, boxes, labels) = random(seed);
        let layout = Skeleton::new(nodes, &edges).place(&boxes, &labels);
        let labels = layout.edges.iter().map(|e| e.as_ref().unwrap().label);
        let rects: Vec<Rect> = layout
            .nodes
            .iter()
            .flatten()
            .copied()
            .chain(labels)
            .collect();
        let whole = Rect::new(Default::default(), layout.size).grown(1e-6);
        for (i, rect) in rects.iter().enumerate() {
            assert!(whole.contains(rect), "{seed}: {rect:?} in {whole:?}");
            for other in &rects[..i] {
                assert!(
                    !rect.grown(-1e-6).overlaps(other),
                    "{seed}: {rect:?} {other:?}"
                );
            }
        }
    }
}

#[test]
fn edges_begin_and_end_at_their_nodes() {
    for seed in 0..200 {
        let (nodes, edges, boxes, labels) = random(seed);
        let layout = Skeleton::new(nodes, &edges).place(&boxes, &labels);
        for (ends, route) in edges.iter().zip(layout.edges) {
            let route = route.unwrap();
            for (end, node) in [(route.from, ends.from), (route.to, ends.to)] {
                let rect = layout.nodes[node].unwrap();
                assert!(rect.grown(0.01).holds(end.tip), "{seed}: {end:?} {rect:?}");
                assert!(
                    !rect.grown(-0.01).holds(end.tip),
                    "{seed}: {end:?} {rect:?}"
                );
            }
        }
    }
}

#[test]
fn edges_point_downwards_unless_they_close_a_cycle() {
    let ends = |from, to| Ends { from, to };
    let path = [ends(0, 1), ends(1, 2), ends(0, 2)];
    assert_eq!(rank::ranks(3, &path), [0, 1, 2]);
    let cycle = [ends(0, 1), ends(1, 2), ends(2, 0)];
    assert_eq!(rank::ranks(3, &cycle), [0, 1, 2]);
    // a source is drawn towards what it points to
    let late = [ends(0, 1), ends(1, 2), ends(3, 2)];
    assert_eq!(rank::ranks(4, &late), [0, 1, 2, 1]);
}

#[test]
fn trees_and_ladders_have_no_crossings() {
    // K(2,2) without one edge, given in the order that crosses
    let edges = [(0, 3), (1, 2), (1, 3)].map(|(from, to)| Ends { from, to });
    let size = Some(Size {
        width: 40.0,
        height: 20.0,
    });
    let layout = Skeleton::new(4, &edges).place(&[size; 4], &[size; 3]);
    let x = |node: usize| layout.nodes[node].unwrap().centre().x;
    assert_eq!(x(0) < x(1), x(3) < x(2));
}

#[test]
fn what_is_not_shown_takes_no_room() {
    let edges = [(0, 1), (1, 2)].map(|(from, to)| Ends { from, to });
    let size = Size {
        width: 40.0,
        height: 20.0,
    };
    let skeleton = Skeleton::new(3, &edges);
    let part = skeleton.place(&[Some(size), None, None], &[None, None]);
    assert_eq!(part.size, size);
    assert_eq!(skeleton.place(&[None; 3], &[None; 2]).size, Size::default());
}
