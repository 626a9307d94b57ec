//! Places: layers below each other, in each layer every vertex as near to its neighbours as its order lets it.

use super::{Layout, Skeleton, Vertex, links};
use crate::{
    geometry::Size,
    isotonic::{Wish, settle},
};

/// Room between things in a layer.
const BESIDE: f64 = 18.0;

/// Room between layers, at least; where edges have far to go sideways there is more.
const BELOW: f64 = 18.0;
const BELOW_AT_MOST: f64 = 46.0;

/// Sweeps over all layers, at most, and by how much the last one moves anything.
const SWEEPS: usize = 400;
const SETTLED: f64 = 0.02;

/// How often places and ports are found in turn.
const PORT_ROUNDS: usize = 3;

/// Room for the bow of a loop beside its node.
pub(super) const BOW: f64 = 24.0;

/// How much of it the bend takes.
pub(super) const BEND: f64 = 12.0;

/// Room between two edges at the border of a node.
pub(super) const PORT: f64 = 15.0;

/// A vertical strip of the picture that a layer fills.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Band {
    pub(super) top: f64,
    pub(super) bottom: f64,
}

/// A link as one of its vertices sees it.
#[derive(Clone, Copy, Debug)]
struct Link {
    other: usize,
    edge: usize,
    weight: f64,
}

/// Where an edge leaves its upper node and reaches its lower one, from their centres.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ports {
    pub(super) upper: f64,
    pub(super) lower: f64,
}

/// A part of a skeleton while it is being placed.
pub(super) struct Placing<'s> {
    pub(super) skeleton: &'s Skeleton,
    pub(super) nodes: &'s [Option<Size>],
    pub(super) labels: &'s [Option<Size>],
    /// The layers, without what is not shown.
    pub(super) layers: Vec<Vec<usize>>,
    /// The links of each vertex.
    near: Vec<Vec<Link>>,
    /// The centre of each vertex.
    pub(super) x: Vec<f64>,
    /// By edge.
    pub(super) ports: Vec<Ports>,
}

impl Skeleton {
    /// Finds places for the nodes and edges that have a size; those of an edge are its label's. An edge is shown together with both its ends only.
    pub(crate) fn place(&self, nodes: &[Option<Size>], labels: &[Option<Size>]) -> Layout {
        let mut placing = Placing::new(self, nodes, labels);
        placing.pack();
        placing.settle();
        for _ in 0..PORT_ROUNDS {
            placing.find_ports();
            placing.settle();
        }
        placing.finish()
    }
}

impl<'s> Placing<'s> {
    fn new(skeleton: &'s Skeleton, nodes: &'s [Option<Size>], labels: &'s [Option<Size>]) -> Self {
        let count = skeleton.vertices.len();
        let mut placing = Placing {
            skeleton,
            nodes,
            labels,
            layers: Vec::new(),
            near: vec![Vec::new(); count],
            x: vec![0.0; count],
            ports: vec![Ports::default(); labels.len()],
        };
        let shown = |&v: &usize| placing.is_shown(v);
        let layers = skeleton.layers.iter();
        placing.layers = layers
            .map(|l| l.iter().copied().filter(shown).collect())
            .collect();
        for (edge, upper, lower) in links(&skeleton.chains) {
            if placing.is_shown(upper) && placing.is_shown(lower) {
                let is_node = |v| matches!(skeleton.vertices[v], Vertex::Node(_));
                // Long edges are to be straight above all.
                let weight = if is_node(upper) || is_node(lower) {
                    1.0
                } else {
                    40.0
                };
                for (own, other) in [(upper, lower), (lower, upper)] {
                    let link = Link {
                        other,
                        edge,
                        weight,
                    };
                    placing.near[own].push(link);
                }
            }
        }
        placing
    }

    fn is_shown(&self, vertex: usize) -> bool {
        match self.skeleton.vertices[vertex] {
            Vertex::Node(node) => self.nodes[node].is_some(),
            Vertex::Label(edge) | Vertex::Bend(edge) => self.labels[edge].is_some(),
        }
    }

    /// Loops at a node that are shown, with the sizes of their labels.
    pub(super) fn loops(&self, node: usize) -> impl Iterator<Item = (usize, Size)> + '_ {
        let edges = self.skeleton.edges.iter().enumerate();
        edges
            .filter(move |(_, e)| e.from == node && e.to == node)
            .filter_map(|(edge, _)| Some((edge, self.labels[edge]?)))
    }

    /// How far a vertex reaches to the left and to the right of its centre, and how high it is.
    fn reach(&self, vertex: usize) -> (f64, f64, f64) {
        match self.skeleton.vertices[vertex] {
            Vertex::Node(node) => {
                let size = self.nodes[node].unwrap_or_default();
                let labels = self.loops(node).map(|(_, label)| label);
                let (wide, high) = labels.fold((0.0_f64, 0.0), |(w, h), label| {
                    (w.max(label.width + BOW), h + label.height.max(PORT) + 4.0)
                });
                (
                    size.width / 2.0,
                    size.width / 2.0 + wide,
                    size.height.max(high),
                )
            }
            Vertex::Label(edge) => {
                let size = self.labels[edge].unwrap_or_default();
                (size.width / 2.0, size.width / 2.0, size.height)
            }
            Vertex::Bend(_) => (0.0, 0.0, 0.0),
        }
    }

    /// Sets the vertices of each layer side by side.
    fn pack(&mut self) {
        for layer in &self.layers {
            let gaps = self.gaps(layer);
            let mut x = -gaps.iter().sum::<f64>() / 2.0;
            for (i, &vertex) in layer.iter().enumerate() {
                x += i.checked_sub(1).map_or(0.0, |g| gaps[g]);
                self.x[vertex] = x;
            }
        }
    }

    /// Minimises the weighted squares of how far links go sideways: one layer at a time, exactly, with the others fixed.
    fn settle(&mut self) {
        let depth = self.layers.len();
        let gaps: Vec<Vec<f64>> = self.layers.iter().map(|l| self.gaps(l)).collect();
        for sweep in 0..SWEEPS {
            let mut moved = 0.0_f64;
            for step in 0..depth {
                let at = if sweep % 2 == 0 {
                    step
                } else {
                    depth - 1 - step
                };
                let wishes: Vec<Wish> = self.layers[at].iter().map(|&v| self.wish(v)).collect();
                let settled = settle(&wishes, &gaps[at]);
                for (&vertex, x) in self.layers[at].iter().zip(settled) {
                    moved = moved.max((self.x[vertex] - x).abs());
                    self.x[vertex] = x;
                }
            }
            if moved < SETTLED {
                break;
            }
        }
    }

    /// Where a link touches a vertex, from its centre.
    fn port(&self, vertex: usize, edge: usize) -> f64 {
        let chain = &self.skeleton.chains[edge];
        match self.skeleton.vertices[vertex] {
            Vertex::Node(_) if chain[0] == vertex => self.ports[edge].upper,
            Vertex::Node(_) => self.ports[edge].lower,
            Vertex::Label(_) | Vertex::Bend(_) => 0.0,
        }
    }

    fn gaps(&self, layer: &[usize]) -> Vec<f64> {
        let reaches: Vec<_> = layer.iter().map(|&v| self.reach(v)).collect();
        reaches
            .windows(2)
            .map(|pair| pair[0].1 + BESIDE + pair[1].0)
            .collect()
    }

    /// Where the links of a vertex would be straight on average; who has none stays.
    fn wish(&self, vertex: usize) -> Wish {
        let near = &self.near[vertex];
        let weight: f64 = near.iter().map(|link| link.weight).sum();
        if near.is_empty() {
            return Wish {
                place: self.x[vertex],
                weight: 0.01,
            };
        }
        let straight = |link: &Link| {
            let there = self.x[link.other] + self.port(link.other, link.edge);
            link.weight * (there - self.port(vertex, link.edge))
        };
        Wish {
            place: near.iter().map(straight).sum::<f64>() / weight,
            weight,
        }
    }

    fn finish(mut self) -> Layout {
        let reaches = |v: &usize| (self.x[*v] - self.reach(*v).0, self.x[*v] + self.reach(*v).1);
        let all = self.layers.iter().flatten().map(reaches);
        let (left, right) = all.fold((f64::MAX, f64::MIN), |(l, r), (a, b)| (l.min(a), r.max(b)));
        if left > right {
            return self.layout(&[], Size::default());
        }
        self.x.iter_mut().for_each(|x| *x -= left);
        let bands = self.bands();
        let size = Size {
            width: right - left,
            height: bands.last().map_or(0.0, |b| b.bottom),
        };
        self.layout(&bands, size)
    }

    /// The strips of the layers: an empty one takes no room.
    fn bands(&self) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::with_capacity(self.layers.len());
        let mut y = 0.0;
        for (i, layer) in self.layers.iter().enumerate() {
            let height = layer.iter().map(|&v| self.reach(v).2).fold(0.0, f64::max);
            if layer.is_empty() {
                bands.push(Band { top: y, bottom: y });
                continue;
            }
            if y > 0.0 {
                y += self.room_above(i);
            }
            bands.push(Band {
                top: y,
                bottom: y + height,
            });
            y += height;
        }
        bands
    }

    /// Room above a layer: more where edges come from far.
    fn room_above(&self, layer: usize) -> f64 {
        let from_above = |v: &usize| {
            let above = |link: &&Link| layer > 0 && self.layers[layer - 1].contains(&link.other);
            let upper = self.near[*v].iter().filter(above);
            upper
                .map(|link| (self.x[link.other] - self.x[*v]).abs())
                .fold(0.0, f64::max)
        };
        let farthest = self.layers[layer]
            .iter()
            .map(from_above)
            .fold(0.0, f64::max);
        (farthest * 0.2).clamp(BELOW, BELOW_AT_MOST)
    }

    /// Spreads the ends of edges along the borders of their nodes, in the order of where they go.
    fn find_ports(&mut self) {
        for (node, size) in self.nodes.iter().enumerate() {
            let Some(size) = size else { continue };
            let mut below = self.ends_at(node, |chain| Some((*chain.first()?, *chain.get(1)?)));
            let mut above = self.ends_at(node, |chain| {
                Some((*chain.last()?, *chain.iter().rev().nth(1)?))
            });
            for (place, edge) in spread(size.width, &mut below) {
                self.ports[edge].upper = place;
            }
            for (place, edge) in spread(size.width, &mut above) {
                self.ports[edge].lower = place;
            }
        }
    }

    /// The edges with one end at a node, each with where it goes, seen from the centre of the node. `end` gives the first two vertices of a chain from that end.
    fn ends_at(
        &self,
        node: usize,
        end: fn(&[usize]) -> Option<(usize, usize)>,
    ) -> Vec<(f64, usize)> {
        let chains = self.skeleton.chains.iter().enumerate();
        let ends =
            chains.filter_map(|(edge, chain)| Some((edge, self.labels[edge].and(end(chain))?)));
        let here = ends.filter(|(_, (own, _))| *own == node);
        here.map(|(edge, (_, next))| (self.x[next] - self.x[node], edge))
            .collect()
    }
}

/// Places along a border of this width, from its middle, each as near as possible to where its edge goes.
fn spread(width: f64, edges: &mut [(f64, usize)]) -> Vec<(f64, usize)> {
    const MARGIN: f64 = 8.0;
    edges.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = width / 2.0 - MARGIN;
    let between = edges.len().saturating_sub(1);
    let gap = PORT.min(2.0 * half / between.max(1) as f64);
    let wish = |&(place, _): &(f64, usize)| Wish { place, weight: 1.0 };
    let wishes: Vec<Wish> = edges.iter().map(wish).collect();
    let settled = settle(&wishes, &vec![gap; between]);
    let clamped = settled.into_iter().enumerate().map(|(i, x)| {
        let (before, after) = (i as f64 * gap, (between - i) as f64 * gap);
        x.max(-half + before).min(half - after)
    });
    clamped
        .zip(edges.iter())
        .map(|(x, &(_, edge))| (x, edge))
        .collect()
}
