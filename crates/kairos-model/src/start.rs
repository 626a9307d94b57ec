//! The start graph, as statements that a replication carries out in order.

use crate::{
    expr::Formula,
    pattern::Scope,
    rule::Creation,
    shape::{Checked, Shape},
    source::Span,
    types::{EdgeTypeId, NodeTypeId, Value},
};

/// The start graph.
#[derive(Clone, Debug, Default)]
pub struct StartGraph {
    /// Variables of all statements. Those of `Create` stay bound for the statements after it.
    pub scope: Scope,
    /// Statements, in the order of the text.
    pub statements: Vec<Statement>,
    /// Where each of them stands.
    pub places: Vec<Span>,
}

/// One statement.
#[derive(Clone, Debug)]
pub enum Statement {
    /// Creates elements once, or `count` times with `index` counting from 0.
    Create {
        /// How often (`Int`); absent: once, and the names stay bound.
        count: Option<Formula>,
        /// What.
        create: Vec<Creation>,
    },
    /// Edges among the nodes of a type that are there so far, in the order of their numbers.
    Topology(Topology),
    /// Nodes read from a file.
    Nodes(NodeRows),
    /// Edges read from a file.
    Edges(EdgeRows),
}

/// Edges by a graph model.
#[derive(Clone, Debug)]
pub struct Topology {
    /// The graph model.
    pub kind: TopologyKind,
    /// Concrete node types, ascending.
    pub nodes: Vec<NodeTypeId>,
    /// The type of the edges.
    pub edge: EdgeTypeId,
    /// Attributes of each edge, in the order of the columns.
    pub attributes: Vec<Formula>,
    /// Whether every replication draws its own.
    pub per_replication: bool,
}

/// Graph models.
#[derive(Clone, Debug)]
pub enum TopologyKind {
    /// Every pair once (every ordered pair for a directed edge type).
    Complete,
    /// Each node to the next, the last to the first.
    Ring,
    /// The first node to every other.
    Star,
    /// Level by level, each node to `children` (`Int`) later ones.
    Tree {
        /// Children of each node that is no leaf; the last may have fewer.
        children: Formula,
    },
    /// Rows of `columns` (`Int`) nodes: each node to the one at its right and the one below it.
    Grid {
        /// Nodes of a row; the last row may be shorter.
        columns: Formula,
    },
    /// Rows of `columns` (`Int`) nodes, of which each row and each column is a ring.
    Torus {
        /// Nodes of a row.
        columns: Formula,
    },
    /// A random simple graph in which every node has `degree` (`Int`) neighbours.
    RandomRegular {
        /// Neighbours of each node.
        degree: Formula,
    },
    /// Each pair with probability `p` (`Real`).
    ErdosRenyi {
        /// Probability of an edge.
        p: Formula,
    },
    /// Preferential attachment: each new node to `m` (`Int`) earlier ones.
    BarabasiAlbert {
        /// Edges of each new node.
        m: Formula,
    },
    /// A ring of `k` (`Int`, even) neighbours, each edge rewired with probability `beta` (`Real`).
    WattsStrogatz {
        /// Neighbours in the ring.
        k: Formula,
        /// Probability of rewiring.
        beta: Formula,
    },
}

impl TopologyKind {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            TopologyKind::Complete => "Complete",
            TopologyKind::Ring => "Ring",
            TopologyKind::Star => "Star",
            TopologyKind::Tree { .. } => "Tree",
            TopologyKind::Grid { .. } => "Grid",
            TopologyKind::Torus { .. } => "Torus",
            TopologyKind::RandomRegular { .. } => "RandomRegular",
            TopologyKind::ErdosRenyi { .. } => "ErdosRenyi",
            TopologyKind::BarabasiAlbert { .. } => "BarabasiAlbert",
            TopologyKind::WattsStrogatz { .. } => "WattsStrogatz",
        }
    }

    /// The parameter that a mistake is about.
    #[must_use]
    pub fn parameter(&self) -> Option<&Formula> {
        match self {
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
    ///
    /// # Errors
    /// What `value` gives instead of a value.
    pub fn shape<E>(
        &self,
        nodes: u32,
        directed: bool,
        value: impl Fn(&Formula) -> Result<Value, E>,
    ) -> Result<Checked, E> {
        let int = |formula: &Formula| match value(formula)? {
            Value::Int(value) => Ok(value),
            _ => unreachable!("check types whole numbers as Int"),
        };
        let real = |formula: &Formula| match value(formula)? {
            Value::Real(value) => Ok(value),
            _ => unreachable!("check types probabilities as Real"),
        };
        Ok(match self {
            TopologyKind::Complete => Ok(Shape::complete(nodes, directed)),
            TopologyKind::Ring => Ok(Shape::ring(nodes, directed)),
            TopologyKind::Star => Ok(Shape::star(nodes)),
            TopologyKind::Tree { children } => Shape::tree(nodes, int(children)?),
            TopologyKind::Grid { columns } => Shape::grid(nodes, int(columns)?),
            TopologyKind::Torus { columns } => Shape::torus(nodes, int(columns)?, directed),
            TopologyKind::RandomRegular { degree } => Shape::random_regular(nodes, int(degree)?),
            TopologyKind::ErdosRenyi { p } => Shape::erdos_renyi(nodes, directed, real(p)?),
            TopologyKind::BarabasiAlbert { m } => Shape::barabasi_albert(nodes, int(m)?),
            TopologyKind::WattsStrogatz { k, beta } => {
                Shape::watts_strogatz(nodes, int(k)?, real(beta)?)
            }
        })
    }
}

/// Nodes from a file, in the order of the file.
#[derive(Clone, Debug)]
pub struct NodeRows {
    /// For each type that occurs: the values of attributes that a row leaves open, in the order of the columns.
    pub templates: Vec<(NodeTypeId, Vec<Formula>)>,
    /// The rows.
    pub rows: Vec<NodeRow>,
}

/// A node from a file.
#[derive(Clone, Debug)]
pub struct NodeRow {
    /// Which of the templates it follows.
    pub template: u16,
    /// Its key in the file: names its draws.
    pub key: Box<str>,
    /// Values by column; those left open come from the template.
    pub values: Box<[Option<Value>]>,
}

/// Edges from a file, in the order of the file.
#[derive(Clone, Debug)]
pub struct EdgeRows {
    /// For each type that occurs: the values of attributes that a row leaves open.
    pub templates: Vec<(EdgeTypeId, Vec<Formula>)>,
    /// The rows.
    pub rows: Vec<EdgeRow>,
}

/// An edge from a file.
#[derive(Clone, Debug)]
pub struct EdgeRow {
    /// Which of the templates it follows.
    pub template: u16,
    /// Source.
    pub from: RowNode,
    /// Target.
    pub to: RowNode,
    /// Values by column; those left open come from the template.
    pub values: Box<[Option<Value>]>,
}

/// A node that an earlier [`Statement::Nodes`] created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RowNode {
    /// The statement's position.
    pub statement: u32,
    /// The row's position in it.
    pub row: u32,
}
