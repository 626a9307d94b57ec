//! Host graphs: a small one with all that its elements hold, a large one as dots and threads with a legend.

use std::collections::{BTreeMap, VecDeque};

use crate::{
    card::Card,
    geometry::{Point, Rect, Size, at},
    layered::Ends,
    net::{Arrow, Net, NetEdge},
    picture::{Mark, Outline, Picture},
    stress,
    text::Face,
};

/// A graph with more than so many nodes or edges is drawn as dots.
const SMALL: (usize, usize) = (24, 36);

/// Room around the picture.
const MARGIN: f64 = 18.0;

/// Between the ends of an edge, as far as possible, px.
const EDGE: f64 = 52.0;

/// Of a dot, and how near two of them may come, px.
const RADIUS: f64 = 6.0;
const APART: f64 = 18.0;

/// The width that rows of components are filled to, unless one is wider, px.
const WIDTH: f64 = 900.0;

/// A host graph in plain words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostGraph {
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Its edges.
    pub edges: Vec<Edge>,
}

/// A node.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node {
    /// What tells it from others, as `3`.
    pub name: String,
    /// The name of its type.
    pub ty: String,
    /// Attributes with their values, as `host = 7`.
    pub values: Vec<String>,
}

/// An edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Edge {
    /// Position of its source in [`HostGraph::nodes`].
    pub from: usize,
    /// Position of its target.
    pub to: usize,
    /// The name of its type.
    pub ty: String,
    /// Whether it has a direction.
    pub directed: bool,
    /// Attributes with their values.
    pub values: Vec<String>,
}

/// Draws a host graph.
///
/// # Panics
/// Where an edge has an end that is not there.
#[must_use]
pub fn graph(title: &str, graph: &HostGraph) -> Picture {
    let is_small = graph.nodes.len() <= SMALL.0 && graph.edges.len() <= SMALL.1;
    let mut picture = Picture::new(title);
    let heading = picture.text(at(MARGIN, 12.0), Face::Heading, title);
    let top = heading.bottom() + 10.0;
    let drawn = match (graph.nodes.is_empty(), is_small) {
        (true, _) => picture.text(at(MARGIN, top), Face::Detail, "no nodes").size,
        (false, true) => small(&mut picture, graph, top),
        (false, false) => large(&mut picture, graph, top),
    };
    picture.size = Size {
        width: drawn.width.max(heading.size.width) + 2.0 * MARGIN,
        height: top + drawn.height + MARGIN,
    };
    picture
}

fn small(picture: &mut Picture, graph: &HostGraph, top: f64) -> Size {
    let card = |name: &str, values: &[String]| {
        let card = Card::new(Outline::default()).with(Face::Name, name);
        let card = values.iter().fold(card, |c, v| c.with(Face::Detail, v));
        Some(card)
    };
    let nodes = graph
        .nodes
        .iter()
        .map(|n| card(&format!("{} {}", n.ty, n.name), &n.values));
    let labels = graph.edges.iter().map(|e| card(&e.ty, &e.values));
    let edges = graph.edges.iter().map(|e| NetEdge {
        ends: Ends {
            from: e.from,
            to: e.to,
        },
        arrow: if e.directed {
            Arrow::Directed
        } else {
            Arrow::Undirected
        },
    });
    let net = Net::new(graph.nodes.len(), edges.collect());
    let placed = net.place(nodes.collect(), labels.collect());
    placed.draw(picture, MARGIN, top);
    placed.size()
}

fn large(picture: &mut Picture, graph: &HostGraph, top: f64) -> Size {
    let legend = Legend::new(graph);
    let components = components(graph);
    let (places, drawn) = pack(&components);
    let (bottom, width) = legend.draw(picture, top, drawn.width.max(WIDTH));
    let places: Vec<Point> = places.iter().map(|p| p.by(MARGIN, bottom)).collect();
    threads(picture, graph, &legend, &places);
    for (node, &centre) in graph.nodes.iter().zip(&places) {
        let first = format!("{} {}", node.ty, node.name);
        let lines: Vec<&str> = std::iter::once(first.as_str())
            .chain(node.values.iter().map(String::as_str))
            .collect();
        picture.marks.push(Mark::Dot {
            centre,
            radius: RADIUS,
            colour: legend.nodes[node.ty.as_str()].0,
            text: lines.join("\n"),
        });
    }
    Size {
        width: drawn.width.max(width),
        height: bottom - top + drawn.height,
    }
}

/// Edges as straight lines, those between the same two nodes beside each other.
fn threads(picture: &mut Picture, graph: &HostGraph, legend: &Legend<'_>, places: &[Point]) {
    let mut between: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    let pair = |e: &Edge| (e.from.min(e.to), e.from.max(e.to));
    for edge in &graph.edges {
        *between.entry(pair(edge)).or_default() += 1;
    }
    let mut drawn: BTreeMap<(usize, usize), u32> = BTreeMap::new();
    for edge in &graph.edges {
        let index = drawn.entry(pair(edge)).or_default();
        let middle = f64::from(between[&pair(edge)] - 1) / 2.0;
        let aside = (f64::from(*index) - middle) * 3.5;
        *index += 1;
        let (a, b) = (places[pair(edge).0], places[pair(edge).1]);
        let length = ((b.x - a.x).powi(2) + (b.y - a.y).powi(2)).sqrt().max(1e-9);
        let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length);
        let border = |p: Point, sign: f64| {
            let p = p.by(-uy * aside, ux * aside);
            p.by(sign * ux * RADIUS, sign * uy * RADIUS)
        };
        let (a, b) = match edge.from == edge.to {
            true => (a, a),
            false => (border(a, 1.0), border(b, -1.0)),
        };
        let (from, to) = if edge.from <= edge.to { (a, b) } else { (b, a) };
        picture.marks.push(Mark::Thread {
            from,
            to,
            colour: legend.edges[edge.ty.as_str()].0,
            directed: edge.directed,
        });
    }
}

/// Types in the order of their names, each with its colour and how many elements there are.
struct Legend<'g> {
    nodes: BTreeMap<&'g str, (usize, usize)>,
    edges: BTreeMap<&'g str, (usize, usize)>,
}

impl<'g> Legend<'g> {
    fn new(graph: &'g HostGraph) -> Self {
        Legend {
            nodes: counted(graph.nodes.iter().map(|n| n.ty.as_str())),
            edges: counted(graph.edges.iter().map(|e| e.ty.as_str())),
        }
    }

    /// Draws it in rows. Returns where what follows begins, and the width.
    fn draw(&self, picture: &mut Picture, top: f64, width: f64) -> (f64, f64) {
        const KEY: f64 = 22.0;
        let (mut x, mut y, mut widest) = (MARGIN, top, 0.0_f64);
        let nodes = self.nodes.iter().map(|entry| (true, entry));
        let edges = self.edges.iter().map(|entry| (false, entry));
        for (is_node, (name, &(colour, count))) in nodes.chain(edges) {
            let text = format!("{name} ({count})");
            let room = KEY + Face::Detail.width(&text) + 20.0;
            if x > MARGIN && x + room > MARGIN + width {
                (x, y) = (MARGIN, y + Face::Detail.leading() + 2.0);
            }
            let middle = y + Face::Detail.leading() / 2.0;
            picture.marks.push(match is_node {
                true => Mark::Dot {
                    centre: at(x + 9.0, middle),
                    radius: RADIUS,
                    colour,
                    text: (*name).to_owned(),
                },
                false => Mark::Thread {
                    from: at(x, middle),
                    to: at(x + KEY - 4.0, middle),
                    colour,
                    directed: false,
                },
            });
            picture.text(at(x + KEY, y), Face::Detail, &text);
            x += room;
            widest = widest.max(x - MARGIN - 20.0);
        }
        (y + Face::Detail.leading() + 16.0, widest)
    }
}

fn counted<'g>(types: impl Iterator<Item = &'g str>) -> BTreeMap<&'g str, (usize, usize)> {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ty in types {
        counts.entry(ty).or_default().1 += 1;
    }
    for (colour, entry) in counts.values_mut().enumerate() {
        entry.0 = colour;
    }
    counts
}

/// Nodes with their places, the upper left corner of all at (0, 0).
struct Component {
    places: Vec<(usize, Point)>,
    size: Size,
}

impl Component {
    fn new(nodes: &[usize], places: &[Point]) -> Self {
        let all = bounds(places).grown(APART);
        let places = places.iter().map(|p| p.by(-all.left(), -all.top()));
        Component {
            places: nodes.iter().copied().zip(places).collect(),
            size: all.size,
        }
    }
}

/// The connected components, each laid out by stress, the largest first; at last the nodes without edges, type by type in a field.
fn components(graph: &HostGraph) -> Vec<Component> {
    let mut neighbours: Vec<Vec<usize>> = vec![Vec::new(); graph.nodes.len()];
    for edge in graph.edges.iter().filter(|e| e.from != e.to) {
        neighbours[edge.from].push(edge.to);
        neighbours[edge.to].push(edge.from);
    }
    for near in &mut neighbours {
        near.sort_unstable();
        near.dedup();
    }
    let mut seen = vec![false; graph.nodes.len()];
    let mut components: Vec<Component> = Vec::new();
    let mut lone: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (root, node) in graph.nodes.iter().enumerate() {
        match (neighbours[root].is_empty(), seen[root]) {
            (true, _) => lone.entry(&node.ty).or_default().push(root),
            (false, false) => components.push(component(&neighbours, root, &mut seen)),
            (false, true) => {}
        }
    }
    components.sort_by_key(|component| std::cmp::Reverse(component.places.len()));
    components.extend(lone.into_values().map(|nodes| {
        let columns = (nodes.len() as f64 * 2.0).sqrt().ceil() as usize;
        let step = 1.2 * APART;
        let place = |i: usize| at((i % columns) as f64 * step, (i / columns) as f64 * step);
        let places: Vec<Point> = (0..nodes.len()).map(place).collect();
        Component::new(&nodes, &places)
    }));
    components
}

fn component(neighbours: &[Vec<usize>], root: usize, seen: &mut [bool]) -> Component {
    let mut members = Vec::new();
    let mut open = VecDeque::from([root]);
    seen[root] = true;
    while let Some(node) = open.pop_front() {
        members.push(node);
        for &next in &neighbours[node] {
            if !std::mem::replace(&mut seen[next], true) {
                open.push_back(next);
            }
        }
    }
    members.sort_unstable();
    let local = |node: &usize| members.binary_search(node).expect("it is a member");
    let near: Vec<Vec<usize>> = members
        .iter()
        .map(|&m| neighbours[m].iter().map(local).collect())
        .collect();
    let places = stress::places(&near).into_iter();
    let mut places: Vec<Point> = places.map(|p| at(p.x * EDGE, p.y * EDGE)).collect();
    push_apart(&mut places);
    Component::new(&members, &places)
}

/// Moves points apart that are nearer than dots may be. Where many are crowded, all of them grow further apart as well.
fn push_apart(places: &mut [Point]) {
    const ROUNDS: usize = 20;
    let all = bounds(places).size;
    let needed = 2.0 * APART * APART * places.len() as f64;
    let growth = (needed / (all.width * all.height).max(1.0)).sqrt();
    if growth > 1.0 {
        grow(places, growth);
    }
    loop {
        for _ in 0..ROUNDS {
            let close = close_pairs(places);
            if close.is_empty() {
                return;
            }
            for (a, b) in close {
                let (p, q) = (places[a], places[b]);
                let (dx, dy) = (q.x - p.x, q.y - p.y);
                let distance = (dx * dx + dy * dy).sqrt();
                // Two at one place part sideways.
                let (ux, uy) = match distance > 1e-6 {
                    true => (dx / distance, dy / distance),
                    false => (1.0, 0.0),
                };
                let share = (APART - distance).max(0.0) / 2.0 + 0.05;
                places[a] = p.by(-ux * share, -uy * share);
                places[b] = q.by(ux * share, uy * share);
            }
        }
        grow(places, 1.2);
    }
}

fn grow(places: &mut [Point], factor: f64) {
    for place in places {
        *place = at(place.x * factor, place.y * factor);
    }
}

/// The smallest rectangle around points.
fn bounds(places: &[Point]) -> Rect {
    let fold = |pick: fn(f64, f64) -> f64, start: f64| {
        let corners = places.iter();
        corners.fold(at(start, start), |c, p| at(pick(c.x, p.x), pick(c.y, p.y)))
    };
    let (first, last) = (fold(f64::min, f64::MAX), fold(f64::max, f64::MIN));
    let size = Size {
        width: last.x - first.x,
        height: last.y - first.y,
    };
    Rect::new(first, size)
}

/// Pairs of points nearer than dots may be, found by a grid of that width.
fn close_pairs(places: &[Point]) -> Vec<(usize, usize)> {
    let cell = |p: &Point| ((p.x / APART).floor() as i64, (p.y / APART).floor() as i64);
    let mut cells: BTreeMap<(i64, i64), Vec<usize>> = BTreeMap::new();
    for (i, place) in places.iter().enumerate() {
        cells.entry(cell(place)).or_default().push(i);
    }
    let mut close = Vec::new();
    for (i, p) in places.iter().enumerate() {
        let (cx, cy) = cell(p);
        let around = (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (cx + dx, cy + dy)));
        let others = around.filter_map(|c| cells.get(&c)).flatten();
        for &j in others.filter(|&&j| i < j) {
            let q = places[j];
            if (q.x - p.x).powi(2) + (q.y - p.y).powi(2) < APART * APART {
                close.push((i, j));
            }
        }
    }
    close
}

/// Places components in rows from left to right. Returns the place of each node and the size of the whole.
fn pack(components: &[Component]) -> (Vec<Point>, Size) {
    let count = components.iter().map(|c| c.places.len()).sum();
    let mut places = vec![Point::default(); count];
    let widest = components
        .iter()
        .map(|c| c.size.width)
        .fold(WIDTH, f64::max);
    let mut row = Rect::default();
    let mut whole = Size::default();
    for component in components {
        if row.size.width > 0.0 && row.size.width + component.size.width > widest {
            row = Rect::new(at(0.0, row.bottom()), Size::default());
        }
        for &(node, place) in &component.places {
            places[node] = place.by(row.size.width, row.top());
        }
        row.size.width += component.size.width;
        row.size.height = row.size.height.max(component.size.height);
        whole.width = whole.width.max(row.size.width);
        whole.height = row.bottom();
    }
    (places, whole)
}
