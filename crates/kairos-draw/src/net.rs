//! Boxes and labelled edges, laid out in layers: what type graphs, sides of rules and small host graphs have in common.

use crate::{
    card::Card,
    geometry::Size,
    layered::{Ends, Layout, Skeleton},
    picture::{Mark, Picture, Tone},
};

/// What stands at the ends of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrow {
    /// A head at the target.
    Directed,
    /// No head.
    Undirected,
    /// A hollow head at the source: the target is a subtype of it.
    Inherits,
}

/// An edge of a net.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NetEdge {
    pub(crate) ends: Ends,
    pub(crate) arrow: Arrow,
}

/// Nodes and edges whose order is decided.
#[derive(Clone, Debug)]
pub(crate) struct Net {
    edges: Vec<NetEdge>,
    skeleton: Skeleton,
}

/// The part of a net that is shown, with the cards of its nodes and edges, and its layout.
#[derive(Clone, Debug)]
pub(crate) struct Placed<'n> {
    net: &'n Net,
    nodes: Vec<Option<Card>>,
    edges: Vec<Option<Card>>,
    layout: Layout,
}

impl Net {
    pub(crate) fn new(nodes: usize, edges: Vec<NetEdge>) -> Self {
        let ends: Vec<Ends> = edges.iter().map(|e| e.ends).collect();
        Net {
            skeleton: Skeleton::new(nodes, &ends),
            edges,
        }
    }

    /// Lays out the nodes and edges that have a card. An edge without both its ends is left out.
    pub(crate) fn place(&self, nodes: Vec<Option<Card>>, edges: Vec<Option<Card>>) -> Placed<'_> {
        let shown = |e: &NetEdge| nodes[e.ends.from].is_some() && nodes[e.ends.to].is_some();
        let edges: Vec<Option<Card>> = edges
            .into_iter()
            .zip(&self.edges)
            .map(|(card, edge)| card.filter(|_| shown(edge)))
            .collect();
        let boxes: Vec<Option<Size>> = sizes(&nodes, Card::box_size);
        let labels: Vec<Option<Size>> = sizes(&edges, Card::label_size);
        Placed {
            net: self,
            layout: self.skeleton.place(&boxes, &labels),
            nodes,
            edges,
        }
    }
}

fn sizes(cards: &[Option<Card>], size: fn(&Card) -> Size) -> Vec<Option<Size>> {
    cards.iter().map(|card| card.as_ref().map(size)).collect()
}

impl Placed<'_> {
    pub(crate) fn size(&self) -> Size {
        self.layout.size
    }

    /// Draws it with its upper left corner at `x`, `y`: lines first, so that nothing is covered by one.
    pub(crate) fn draw(&self, picture: &mut Picture, x: f64, y: f64) {
        let edges = self.net.edges.iter().zip(&self.edges);
        let routed = edges.zip(&self.layout.edges);
        let shown: Vec<_> = routed
            .filter_map(|((edge, card), route)| {
                Some((edge, card.as_ref()?, route.as_ref()?.by(x, y)))
            })
            .collect();
        for (edge, card, route) in &shown {
            let tone = card.outline.tone;
            picture.edge(route, tone);
            let (end, hollow) = match edge.arrow {
                Arrow::Directed => (route.to, false),
                Arrow::Inherits => (route.from, true),
                Arrow::Undirected => continue,
            };
            picture.marks.push(Mark::Head { end, tone, hollow });
        }
        for (_, card, route) in &shown {
            card.draw_label(picture, route.label);
        }
        for (card, rect) in self.nodes.iter().zip(&self.layout.nodes) {
            if let (Some(card), Some(rect)) = (card, rect) {
                card.draw_box(picture, rect.by(x, y));
            }
        }
    }
}

/// A plain card without lines: the label of an edge that has none.
pub(crate) fn blank() -> Card {
    Card::new(crate::picture::Outline {
        tone: Tone::Plain,
        stacked: false,
    })
}
