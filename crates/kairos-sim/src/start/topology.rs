//! Edges by graph models, between the nodes that are there.

use kairos_model::{
    expr::Formula,
    shape::Shape,
    start::{Topology, TopologyKind},
};
use kairos_rewrite::{
    binding::Slot,
    error::{Fault, Outcome},
};

use super::{
    Builder, Subject,
    shape::{ShapeDraws, edges},
};
use crate::draw::{Name, Randomness};

/// Stands for the replication in what is drawn once per study: a number that no replication has.
const PER_STUDY: u64 = u64::MAX;

/// Adds the edges of a topology, each pair in the order of the graph model.
///
/// A topology per study draws the attributes of its edges once per study, too: it is the same network in all
/// replications.
pub(super) fn build(
    builder: &mut Builder<'_>,
    randomness: &Randomness,
    statement: u32,
    topology: &Topology,
) -> Outcome<()> {
    let nodes = nodes(builder, topology);
    let per_study = Randomness::new(randomness.seed(), PER_STUDY);
    let randomness = if topology.per_replication {
        randomness
    } else {
        &per_study
    };
    let declared = builder.program.model.types.edge(topology.edge);
    let count = u32::try_from(nodes.len()).expect("slots have 32 bits");
    let shape = shape(
        builder,
        randomness,
        &topology.kind,
        count,
        !declared.undirected,
    )?;
    builder.make_room(shape.least_edges(), topology.kind.parameter())?;
    // No shape has two edges with the same ends, so only those that were there before are looked for.
    let look = declared.unique && has_edge(builder, topology);
    let draws = ShapeDraws {
        randomness: *randomness,
        statement,
    };
    let mut index = 0;
    edges(shape, &draws, &mut |from, to| {
        let (from, to) = (nodes[from as usize], nodes[to as usize]);
        let subject = Subject {
            randomness,
            name: Name::start(statement, index, 0),
            index,
        };
        index += 1;
        builder.evaluate(&topology.attributes, subject)?;
        if look {
            builder.unique(topology.edge, from, to)?;
        }
        builder.edge(topology.edge, from, to, subject.name)?;
        Ok(())
    })
}

/// All nodes of the types so far, in the order of their numbers.
fn nodes(builder: &Builder<'_>, topology: &Topology) -> Vec<Slot> {
    let graph = &builder.graph;
    let of_types = topology.nodes.iter().flat_map(|&ty| graph.nodes_of(ty));
    let mut nodes: Vec<Slot> = of_types.copied().collect();
    nodes.sort_unstable_by_key(|&node| graph.node_number(node));
    nodes
}

/// Whether there is an edge of the topology's type.
fn has_edge(builder: &Builder<'_>, topology: &Topology) -> bool {
    let graph = &builder.graph;
    graph.edges().any(|e| graph.edge_type(e) == topology.edge)
}

/// The graph model with the values of its parameters.
fn shape(
    builder: &Builder<'_>,
    randomness: &Randomness,
    kind: &TopologyKind,
    nodes: u32,
    directed: bool,
) -> Outcome<Shape> {
    let value = |formula: &Formula| builder.parameter(randomness, formula);
    kind.shape(nodes, directed, value)?.map_err(|problem| {
        let topology = kind.name();
        builder.error(Fault::Topology { topology, problem }, kind.parameter())
    })
}
