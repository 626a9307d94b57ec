//! Layered layout after Sugiyama, Tagawa and Toda (1981), with the refinements of Gansner, Koutsofios, North and Vo (1993): nodes in layers,
//! edges downwards, few crossings, few bends.
//!
//! The label of an edge is a vertex of its own, in a layer between those of its ends, and an edge that passes a layer has a place of its own there.
//! So no label, node or edge can come to lie on another: what needs room has it.
//!
//! Which layer and in which order is decided once for a graph ([`Skeleton`]); places are found for any part of it
//! ([`Skeleton::place`]). The two sides of a rule are parts of one graph, so what stands left of something on one side does so on the other.

mod order;
mod place;
mod rank;
mod route;

pub(crate) use self::route::{End, Heading, Layout, Route};

/// The ends of an edge by the positions of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// What takes room in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vertex {
    Node(usize),
    /// The label of an edge.
    Label(usize),
    /// Where an edge passes.
    Bend(usize),
}

/// Layers and their order.
#[derive(Clone, Debug)]
pub(crate) struct Skeleton {
    edges: Vec<Ends>,
    vertices: Vec<Vertex>,
    /// Vertices of each layer from left to right: nodes in even layers.
    layers: Vec<Vec<usize>>,
    /// For each edge its vertices from the upper node to the lower one; empty for a loop.
    chains: Vec<Vec<usize>>,
}

impl Skeleton {
    /// Arranges a graph of `nodes` nodes.
    pub(crate) fn new(nodes: usize, edges: &[Ends]) -> Self {
        let ranks = rank::ranks(nodes, edges);
        let depth = ranks.iter().max().map_or(0, |r| 2 * r + 1);
        let mut skeleton = Skeleton {
            edges: edges.to_vec(),
            vertices: (0..nodes).map(Vertex::Node).collect(),
            layers: vec![Vec::new(); depth],
            chains: Vec::new(),
        };
        let mut layer_of: Vec<usize> = ranks.iter().map(|r| 2 * r).collect();
        for (edge, ends) in edges.iter().enumerate() {
            let chain = skeleton.chain(edge, *ends, &mut layer_of);
            skeleton.chains.push(chain);
        }
        skeleton.layers = order::order(&layer_of, &skeleton.chains, depth);
        skeleton
    }

    /// Adds the vertices of an edge between its ends.
    fn chain(&mut self, edge: usize, ends: Ends, layer_of: &mut Vec<usize>) -> Vec<usize> {
        let (mut upper, mut lower) = (ends.from, ends.to);
        if layer_of[upper] > layer_of[lower] {
            std::mem::swap(&mut upper, &mut lower);
        }
        let (first, last) = (layer_of[upper], layer_of[lower]);
        if first == last {
            return Vec::new();
        }
        let middle = (first + last) / 2;
        let label = if middle % 2 == 1 { middle } else { middle - 1 };
        let mut chain = vec![upper];
        for layer in first + 1..last {
            chain.push(self.vertices.len());
            layer_of.push(layer);
            self.vertices.push(match layer == label {
                true => Vertex::Label(edge),
                false => Vertex::Bend(edge),
            });
        }
        chain.push(lower);
        chain
    }
}

/// Vertices that follow each other in a chain: the edge, the upper one, the lower one.
fn links(chains: &[Vec<usize>]) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
    let chains = chains.iter().enumerate();
    chains.flat_map(|(edge, chain)| chain.windows(2).map(move |w| (edge, w[0], w[1])))
}

#[cfg(test)]
mod tests;
