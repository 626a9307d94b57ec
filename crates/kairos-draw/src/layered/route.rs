//! From the places of vertices to the rectangles of nodes and the ways of edges.

use super::{
    Vertex,
    place::{BEND, BOW, Band, PORT, Placing},
};
use crate::geometry::{Point, Rect, Size, at};

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

impl Placing<'_> {
    /// The layout, given the strips of the layers and the size of the whole.
    pub(super) fn layout(&self, bands: &[Band], size: Size) -> Layout {
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
        for (edge, label) in self.labels.iter().enumerate() {
            let chain = &self.skeleton.chains[edge];
            if let (Some(label), false) = (label, chain.is_empty()) {
                edges[edge] = Some(self.route(edge, *label, &nodes, &band_of));
            }
        }
        Layout { nodes, edges, size }
    }

    fn route(&self, edge: usize, label: Size, nodes: &[Option<Rect>], band_of: &[Band]) -> Route {
        let chain = &self.skeleton.chains[edge];
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let start = self.x[first] + self.ports[edge].upper;
        let end = self.x[last] + self.ports[edge].lower;
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
