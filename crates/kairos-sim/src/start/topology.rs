//! Edges by graph models, between the nodes that are there.

use kairos_model::{
    expr::Formula,
    start::{Topology, TopologyKind},
    types::Value,
};
use kairos_rewrite::{
    binding::Slot,
    error::{Fault, Outcome},
};

use super::{
    Builder, Subject,
    shape::{Shape, ShapeDraws},
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
    let parameter = named_parameter(&topology.kind);
    let shape = shape(
        builder,
        randomness,
        &topology.kind,
        count,
        !declared.undirected,
    )?;
    builder.make_room(shape.least_edges(), parameter)?;
    // No shape has two edges with the same ends, so only those that were there before are looked for.
    let look = declared.unique && has_edge(builder, topology);
    let draws = ShapeDraws {
        randomness: *randomness,
        statement,
    };
    let mut index = 0;
    shape.edges(&draws, &mut |from, to| {
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

/// The parameter that an error of a graph model quotes.
fn named_parameter(kind: &TopologyKind) -> Option<&Formula> {
    match kind {
        TopologyKind::Complete | TopologyKind::Ring | TopologyKind::Star => None,
        TopologyKind::Tree { children: f }
        | TopologyKind::Grid { columns: f }
        | TopologyKind::Torus { columns: f }
        | TopologyKind::RandomRegular { degree: f }
        | TopologyKind::ErdosRenyi { p: f }
        | TopologyKind::BarabasiAlbert { m: f }
        | TopologyKind::WattsStrogatz { k: f, .. } => Some(f),
    }
}

/// The graph model with the values of its parameters.
fn shape(
    builder: &Builder<'_>,
    randomness: &Randomness,
    kind: &TopologyKind,
    nodes: u32,
    directed: bool,
) -> Outcome<Shape> {
    let int = |formula: &Formula| -> Outcome<i64> {
        match builder.parameter(randomness, formula)? {
            Value::Int(value) => Ok(value),
            _ => unreachable!("check types whole numbers as Int"),
        }
    };
    let real = |formula: &Formula| -> Outcome<f64> {
        match builder.parameter(randomness, formula)? {
            Value::Real(value) => Ok(value),
            _ => unreachable!("check types probabilities as Real"),
        }
    };
    let (topology, shape) = match kind {
        TopologyKind::Complete => ("Complete", Ok(Shape::complete(nodes, directed))),
        TopologyKind::Ring => ("Ring", Ok(Shape::ring(nodes, directed))),
        TopologyKind::Star => ("Star", Ok(Shape::star(nodes))),
        TopologyKind::Tree { children } => ("Tree", Shape::tree(nodes, int(children)?)),
        TopologyKind::Grid { columns } => ("Grid", Shape::grid(nodes, int(columns)?)),
        TopologyKind::Torus { columns } => ("Torus", Shape::torus(nodes, int(columns)?, directed)),
        TopologyKind::RandomRegular { degree } => {
            ("RandomRegular", Shape::random_regular(nodes, int(degree)?))
        }
        TopologyKind::ErdosRenyi { p } => {
            ("ErdosRenyi", Shape::erdos_renyi(nodes, directed, real(p)?))
        }
        TopologyKind::BarabasiAlbert { m } => {
            ("BarabasiAlbert", Shape::barabasi_albert(nodes, int(m)?))
        }
        TopologyKind::WattsStrogatz { k, beta } => (
            "WattsStrogatz",
            Shape::watts_strogatz(nodes, int(k)?, real(beta)?),
        ),
    };
    shape.map_err(|problem| {
        let fault = Fault::Topology { topology, problem };
        builder.error(fault, named_parameter(kind))
    })
}
