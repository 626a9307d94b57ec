//! Type graphs: node types with their own attributes, inheritance, edge types, enumerations.

use kairos_model::types::{Attribute, EdgeType, NodeType, NodeTypeId, TypeGraph};

use crate::{
    card::Card,
    geometry::{Size, at},
    layered::Ends,
    net::{Arrow, Net, NetEdge, blank},
    picture::{Outline, Picture},
    text::Face,
    words::{cover, literal, type_name},
};

/// Room around the picture.
const MARGIN: f64 = 18.0;

/// Draws a type graph. A hollow arrow head points to the type that another extends; an edge type without direction has no head.
#[must_use]
pub fn types(types: &TypeGraph) -> Picture {
    let mut cards: Vec<Option<Card>> = Vec::new();
    let mut labels: Vec<Option<Card>> = Vec::new();
    let mut edges: Vec<NetEdge> = Vec::new();
    for (i, node) in types.nodes.iter().enumerate() {
        cards.push(Some(node_card(types, node)));
        if let Some(parent) = node.parent {
            labels.push(Some(blank()));
            edges.push(NetEdge {
                ends: ends(parent, NodeTypeId(i as u16)),
                arrow: Arrow::Inherits,
            });
        }
    }
    for edge in &types.edges {
        let arrow = match edge.undirected {
            true => Arrow::Undirected,
            false => Arrow::Directed,
        };
        for from in cover(types, &edge.from) {
            for to in cover(types, &edge.to) {
                labels.push(Some(edge_card(types, edge)));
                let ends = ends(from, to);
                edges.push(NetEdge { ends, arrow });
            }
        }
    }
    for enumeration in &types.enumerations {
        let card = Card::new(Outline::default())
            .with(Face::Tag, "enumeration")
            .with(Face::Name, &enumeration.name);
        let values = enumeration.values.iter();
        cards.push(Some(
            values.fold(card, |card, v| card.with(Face::Detail, v)),
        ));
    }
    let net = Net::new(cards.len(), edges);
    let placed = net.place(cards, labels);
    let mut picture = Picture::new("Type graph");
    placed.draw(&mut picture, MARGIN, MARGIN);
    picture.size = Size {
        width: placed.size().width + 2.0 * MARGIN,
        height: placed.size().height + 2.0 * MARGIN,
    };
    if types.nodes.is_empty() && types.enumerations.is_empty() {
        let text = picture.text(at(MARGIN, MARGIN), Face::Detail, "no types");
        picture.size = text.grown(MARGIN).size;
    }
    picture
}

fn ends(from: NodeTypeId, to: NodeTypeId) -> Ends {
    Ends {
        from: from.index(),
        to: to.index(),
    }
}

fn node_card(types: &TypeGraph, node: &NodeType) -> Card {
    let card = Card::new(Outline::default());
    let card = match node.is_abstract {
        true => card
            .with(Face::Tag, "abstract")
            .with(Face::AbstractName, &node.name),
        false => card.with(Face::Name, &node.name),
    };
    // Those of the parent come first.
    let inherited = node.parent.map_or(0, |p| types.node(p).attributes.len());
    attributes(card, types, &node.attributes[inherited..])
}

fn edge_card(types: &TypeGraph, edge: &EdgeType) -> Card {
    let card = Card::new(Outline::default());
    let card = match edge.unique {
        true => card.with(Face::Tag, "unique"),
        false => card,
    };
    attributes(card.with(Face::Name, &edge.name), types, &edge.attributes)
}

/// `name: Type = default`.
fn attributes(card: Card, types: &TypeGraph, attributes: &[Attribute]) -> Card {
    attributes.iter().fold(card, |card, attribute| {
        let name = &types.attributes[attribute.id.index()];
        let mut line = format!("{name}: {}", type_name(types, attribute.ty));
        if let Some(default) = attribute.default {
            line += &format!(" = {}", literal(types, default));
        }
        card.with(Face::Detail, &line)
    })
}
