//! Places: layers below each other, in each layer every vertex as near to its neighbours as its order lets it.

use super::{Skeleton, Vertex, links};
use crate::{
    geometry::{Point, Rect, Size, at},
    isotonic::{Wish, settle},
};

/// Room between things in a layer.
const BESIDE: f64 = 18.0;

/// Room between layers, at least; where edges have far to go sideways there is more.
const BELOW: f64 = 18.0;
const BELOW_AT_MOST: f64 = 46.0;

/// Sweeps over all layers until places hardly move.
const SWEEPS: usize = 40;

/// Room for the bow of a loop beside its node.
const BOW: f64 = 24.0;

/// How much of it the bend takes.
const BEND: f64 = 12.0;

/// Room between two edges at the border of a node.
const PORT: f64 = 15.0;

/// A layout of a part of a graph, its upper left corner at (0, 0).
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// The rectangle of each node that is shown.
    pub(crate) nodes: Vec<Option<Rect>>,
    /// The way of each edge that is shown.
    pub(crate) edges: Vec<Option<Route>>,
    /// The size of the whole.
    pub(crate) size: Size,
}

/// The way of an edge.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    /// Points between which the line alternates between straight pieces and curves with vertical (of a loop: horizontal) tangents,
    /// a straight piece first.
    pub(crate) points: Vec<Point>,
    /// Where it leaves `from`.
    pub(crate) from: End,
    /// Where it reaches `to`.
    pub(crate) to: End,
    /// The place of the label.
    pub(crate) label: Rect,
    /// A place on the line where a mark is seen well.
    pub(crate) mark: Point,
}

/// An end of an edge at the border of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    pub(crate) tip: Point,
    /// Which way an arrow head points there.
    pub(crate) heading: Heading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heading {
    Up,
    Down,
    Left,
}

/// A vertical strip of the picture that a layer fills.
#[derive(Clone, Copy, Debug, Default)]
struct Band {
    top: f64,
    bottom: f64,
}

/// A part of a skeleton while it is being placed.
struct Placing<'s> {
    skeleton: &'s Skeleton,
    nodes: &'s [Option<Size>],
    labels: &'s [Option<Size>],
    /// The layers, without what is not shown.
    layers: Vec<Vec<usize>>,
    /// Neighbours of each vertex, with the weight of their links.
    near: Vec<Vec<(usize, f64)>>,
    /// The centre of each vertex.
    x: Vec<f64>,
}

impl Skeleton {
    /// Finds places for the nodes and edges that have a size; those of an edge are its label's. An edge is shown together with both its ends only.
    pub(crate) fn place(&self, nodes: &[Option<Size>], labels: &[Option<Size>]) -> Layout {
        let mut placing = Placing::new(self, nodes, labels);
        placing.settle();
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
        };
        let shown = |&v: &usize| placing.is_shown(v);
        let layers = skeleton.layers.iter();
        placing.layers = layers
            .map(|l| l.iter().copied().filter(shown).collect())
            .collect();
        for (upper, lower) in links(&skeleton.chains) {
            if placing.is_shown(upper) && placing.is_shown(lower) {
                let is_node = |v| matches!(skeleton.vertices[v], Vertex::Node(_));
                // Long edges are to be straight above all.
                let weight = if is_node(upper) || is_node(lower) {
                    1.0
                } else {
                    8.0
                };
                placing.near[upper].push((lower, weight));
                placing.near[lower].push((upper, weight));
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
    fn loops(&self, node: usize) -> impl Iterator<Item = (usize, Size)> + '_ {
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

    /// Minimises the weighted squares of the sideways distances between neighbours: one layer at a time, exactly, with the others fixed.
    fn settle(&mut self) {
        let layers = self.layers.clone();
        let gaps: Vec<Vec<f64>> = layers.iter().map(|l| self.gaps(l)).collect();
        for (layer, gaps) in layers.iter().zip(&gaps) {
            let mut x = 0.0;
            for (i, &vertex) in layer.iter().enumerate() {
                x += i.checked_sub(1).map_or(0.0, |g| gaps[g]);
                self.x[vertex] = x - gaps.iter().sum::<f64>() / 2.0;
            }
        }
        for sweep in 0..SWEEPS {
            for step in 0..layers.len() {
                let at = if sweep % 2 == 0 {
                    step
                } else {
                    layers.len() - 1 - step
                };
                let wishes: Vec<Wish> = layers[at].iter().map(|&v| self.wish(v)).collect();
                let settled = settle(&wishes, &gaps[at]);
                for (&vertex, x) in layers[at].iter().zip(settled) {
                    self.x[vertex] = x;
                }
            }
        }
    }

    fn gaps(&self, layer: &[usize]) -> Vec<f64> {
        let reaches: Vec<_> = layer.iter().map(|&v| self.reach(v)).collect();
        reaches
            .windows(2)
            .map(|pair| pair[0].1 + BESIDE + pair[1].0)
            .collect()
    }

    /// The mean of the neighbours; who has none stays.
    fn wish(&self, vertex: usize) -> Wish {
        let near = &self.near[vertex];
        let weight: f64 = near.iter().map(|(_, w)| w).sum();
        if near.is_empty() {
            return Wish {
                place: self.x[vertex],
                weight: 0.01,
            };
        }
        let sum: f64 = near.iter().map(|&(v, w)| w * self.x[v]).sum();
        Wish {
            place: sum / weight,
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
            let near = self.near[*v].iter();
            let upper = near.filter(|(n, _)| layer > 0 && self.layers[layer - 1].contains(n));
            upper
                .map(|(n, _)| (self.x[*n] - self.x[*v]).abs())
                .fold(0.0, f64::max)
        };
        let farthest = self.layers[layer]
            .iter()
            .map(from_above)
            .fold(0.0, f64::max);
        (farthest * 0.2).clamp(BELOW, BELOW_AT_MOST)
    }

    fn layout(&self, bands: &[Band], size: Size) -> Layout {
        let mut band_of = vec![Band::default(); self.x.len()];
        for (layer, band) in self.layers.iter().zip(bands) {
            layer.iter().for_each(|&v| band_of[v] = *band);
        }
        let centre = |v: usize| at(self.x[v], (band_of[v].top + band_of[v].bottom) / 2.0);
        let rect = |node: usize| Some(Rect::centred(centre(node), self.nodes[node]?));
        let nodes: Vec<Option<Rect>> = (0..self.nodes.len()).map(rect).collect();
        let mut edges = vec![None; self.labels.len()];
        for (node, rect) in nodes.iter().enumerate() {
            let Some(rect) = rect else { continue };
            for (edge, route) in self.bows(node, rect) {
                edges[edge] = Some(route);
            }
        }
        let ports = self.ports(&nodes);
        for (edge, label) in self.labels.iter().enumerate() {
            let chain = &self.skeleton.chains[edge];
            if let (Some(label), false) = (label, chain.is_empty()) {
                edges[edge] = Some(self.route(edge, *label, &nodes, &band_of, ports[edge]));
            }
        }
        Layout { nodes, edges, size }
    }

    /// For each edge where it leaves its upper node and where it reaches its lower one: at each border in the order of where they go.
    fn ports(&self, nodes: &[Option<Rect>]) -> Vec<(f64, f64)> {
        let mut ports = vec![(0.0, 0.0); self.labels.len()];
        let shown: Vec<usize> = (0..self.labels.len())
            .filter(|&e| self.labels[e].is_some() && !self.skeleton.chains[e].is_empty())
            .collect();
        for (node, rect) in nodes.iter().enumerate() {
            let Some(rect) = rect else { continue };
            for upper_end in [true, false] {
                let next = |&edge: &usize| -> Option<(f64, usize)> {
                    let chain = &self.skeleton.chains[edge];
                    let (own, next) = match upper_end {
                        true => (chain[0], chain[1]),
                        false => (chain[chain.len() - 1], chain[chain.len() - 2]),
                    };
                    (own == node).then(|| (self.x[next], edge))
                };
                let mut here: Vec<(f64, usize)> = shown.iter().filter_map(next).collect();
                here.sort_by(|a, b| a.0.total_cmp(&b.0));
                for (x, (_, edge)) in spread(rect, &here).into_iter().zip(&here) {
                    match upper_end {
                        true => ports[*edge].0 = x,
                        false => ports[*edge].1 = x,
                    }
                }
            }
        }
        ports
    }

    fn route(
        &self,
        edge: usize,
        label: Size,
        nodes: &[Option<Rect>],
        band_of: &[Band],
        (start, end): (f64, f64),
    ) -> Route {
        let chain = &self.skeleton.chains[edge];
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let border = |node: usize| nodes[node].unwrap_or_default();
        let mut points = vec![
            at(start, border(first).bottom()),
            at(start, band_of[first].bottom),
        ];
        let mut place = Rect::default();
        let mut mark = Point::default();
        for &vertex in &chain[1..chain.len() - 1] {
            let (x, band) = (self.x[vertex], band_of[vertex]);
            points.extend([at(x, band.top), at(x, band.bottom)]);
            if let Vertex::Label(_) = self.skeleton.vertices[vertex] {
                place = Rect::centred(at(x, (band.top + band.bottom) / 2.0), label);
                mark = points[points.len() - 3].middle(points[points.len() - 2]);
            }
        }
        points.extend([at(end, band_of[last].top), at(end, border(last).top())]);
        let upper = End {
            tip: points[0],
            heading: Heading::Up,
        };
        let lower = End {
            tip: points[points.len() - 1],
            heading: Heading::Down,
        };
        let (from, to) = match self.skeleton.edges[edge].from == first {
            true => (upper, lower),
            false => (lower, upper),
        };
        Route {
            points,
            from,
            to,
            label: place,
            mark,
        }
    }

    /// Loops at the right side of a node, below each other.
    fn bows(&self, node: usize, rect: &Rect) -> Vec<(usize, Route)> {
        let loops: Vec<(usize, Size)> = self.loops(node).collect();
        let heights = loops.iter().map(|(_, s)| s.height.max(PORT) + 4.0);
        let mut y = rect.centre().y - heights.clone().sum::<f64>() / 2.0;
        let mut routes = Vec::new();
        for ((edge, label), height) in loops.iter().zip(heights) {
            let middle = y + height / 2.0;
            y += height;
            let inside = |y: f64| y.clamp(rect.top() + 4.0, rect.bottom() - 4.0);
            let (upper, lower) = (
                at(rect.right(), inside(middle - PORT / 2.0 + 2.0)),
                at(rect.right(), inside(middle + PORT / 2.0 - 2.0)),
            );
            let far = rect.right() + BOW;
            let end = |tip| End {
                tip,
                heading: Heading::Left,
            };
            let route = Route {
                points: vec![
                    upper,
                    at(far - BEND, upper.y),
                    at(far - BEND, lower.y),
                    lower,
                ],
                from: end(upper),
                to: end(lower),
                label: Rect::new(at(far, middle - label.height / 2.0), *label),
                mark: at(far - BEND, upper.y),
            };
            routes.push((*edge, route));
        }
        routes
    }
}

/// Places at the border of a node, each as near as possible to where its edge goes.
fn spread(rect: &Rect, edges: &[(f64, usize)]) -> Vec<f64> {
    const MARGIN: f64 = 8.0;
    let room = rect.size.width - 2.0 * MARGIN;
    let between = edges.len().saturating_sub(1) as f64;
    let gap = if between > 0.0 {
        PORT.min(room / between)
    } else {
        0.0
    };
    let wishes: Vec<Wish> = edges
        .iter()
        .map(|&(place, _)| Wish { place, weight: 1.0 })
        .collect();
    let (left, right) = (rect.left() + MARGIN, rect.right() - MARGIN);
    let settled = settle(&wishes, &vec![gap; edges.len().saturating_sub(1)]);
    let clamped = settled.into_iter().enumerate().map(|(i, x)| {
        let (before, after) = (i as f64 * gap, (between - i as f64) * gap);
        x.max(left + before).min(right - after)
    });
    clamped.collect()
}

impl Route {
    /// The same way elsewhere.
    pub(crate) fn by(&self, dx: f64, dy: f64) -> Route {
        let end = |end: End| End {
            tip: end.tip.by(dx, dy),
            ..end
        };
        Route {
            points: self.points.iter().map(|p| p.by(dx, dy)).collect(),
            from: end(self.from),
            to: end(self.to),
            label: self.label.by(dx, dy),
            mark: self.mark.by(dx, dy),
        }
    }
}
