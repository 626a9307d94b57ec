//! Start graphs of small models, built by hand: what a file would say is the business of `check`.

mod shapes;
mod statements;

use kairos_model::{
    expr::{Expr, ExprKind, Formula, FormulaId, Function, TableId, Var},
    model::{Column, Limits, Model, RunSettings, Table},
    pattern::{Element, Scope, Sort},
    rule::{Created, Creation},
    source::{FileId, Sources, Span},
    start::{StartGraph, Statement, Topology, TopologyKind},
    timer::{Family, Law},
    types::{
        Attribute, AttributeId, EdgeType, EdgeTypeId, NodeType, NodeTypeId, Type, TypeGraph, Value,
    },
};
use kairos_rewrite::{error::Outcome, graph::HostGraph, program::Program};

use super::build;
use crate::draw::Randomness;

const SPAN: Span = Span {
    file: FileId(0),
    start: 0,
    end: 0,
};

/// A node type with the attribute `x`.
const A: NodeTypeId = NodeTypeId(0);
/// Another one.
const B: NodeTypeId = NodeTypeId(1);
/// An undirected, unique edge type without attributes.
const LINE: EdgeTypeId = EdgeTypeId(0);
/// A directed edge type with the attribute `x` that may be parallel.
const ARROW: EdgeTypeId = EdgeTypeId(1);

/// The attribute `x` of nodes and arrows.
const X: AttributeId = AttributeId(0);

fn types() -> TypeGraph {
    let x = Attribute {
        id: X,
        ty: Type::Int,
        default: None,
        span: SPAN,
    };
    let node = |name: &str, id| NodeType {
        name: name.to_owned(),
        parent: None,
        is_abstract: false,
        attributes: vec![x.clone()],
        concrete: vec![id],
        span: SPAN,
    };
    let edge = |name: &str, undirected, attributes| EdgeType {
        name: name.to_owned(),
        from: vec![A, B],
        to: vec![A, B],
        undirected,
        unique: undirected,
        attributes,
        span: SPAN,
    };
    TypeGraph {
        nodes: vec![node("A", A), node("B", B)],
        edges: vec![
            edge("line", true, vec![]),
            edge("arrow", false, vec![x.clone()]),
        ],
        enumerations: vec![],
        attributes: vec!["x".to_owned()],
    }
}

fn formula(text: &str, ty: Type, kind: ExprKind) -> Formula {
    Formula {
        id: FormulaId::UNSET,
        expr: Expr { kind, ty },
        text: text.to_owned(),
        span: SPAN,
    }
}

fn int(value: i64) -> Formula {
    let constant = ExprKind::Constant(Value::Int(value));
    formula(&value.to_string(), Type::Int, constant)
}

fn real(value: f64) -> Formula {
    let constant = ExprKind::Constant(Value::Real(value));
    formula(&value.to_string(), Type::Real, constant)
}

fn index() -> Formula {
    formula("index", Type::Int, ExprKind::Index)
}

fn x_of(var: Var) -> Formula {
    let attribute = ExprKind::Attribute {
        of: var,
        attribute: X,
    };
    formula("a.x", Type::Int, attribute)
}

/// `draw(UniformInt(0, 999999))`.
fn drawn(place: u32) -> Formula {
    let law = Box::new(Law {
        family: Family::UniformInt,
        parameters: vec![int(0), int(999_999)],
    });
    formula("draw(…)", Type::Int, ExprKind::Draw { law, place })
}

/// `round(draw(Empirical(data, tens, 2.0)))`.
fn empirical(place: u32) -> Formula {
    let family = Family::Empirical {
        table: TableId(0),
        column: 0,
    };
    let law = Box::new(Law {
        family,
        parameters: vec![real(2.0)],
    });
    let draw = Expr {
        kind: ExprKind::Draw { law, place },
        ty: Type::Real,
    };
    let rounded = ExprKind::Call(Function::Round, vec![draw]);
    formula("round(draw(…))", Type::Int, rounded)
}

fn node(var: u16, ty: NodeTypeId, x: Formula) -> Creation {
    Creation {
        var: Var(var),
        what: Created::Node(ty),
        attributes: vec![x],
    }
}

fn edge(var: u16, ty: EdgeTypeId, from: u16, to: u16, attributes: Vec<Formula>) -> Creation {
    let (from, to) = (Var(from), Var(to));
    Creation {
        var: Var(var),
        what: Created::Edge { ty, from, to },
        attributes,
    }
}

fn create(create: Vec<Creation>) -> Statement {
    Statement::Create {
        count: None,
        create,
    }
}

fn repeat(count: i64, create: Vec<Creation>) -> Statement {
    Statement::Create {
        count: Some(int(count)),
        create,
    }
}

/// A topology of lines among all nodes.
fn lines(kind: TopologyKind) -> Statement {
    Statement::Topology(Topology {
        kind,
        nodes: vec![A, B],
        edge: LINE,
        attributes: vec![],
        per_replication: true,
    })
}

/// A topology of arrows among all nodes, with drawn attributes.
fn arrows(kind: TopologyKind, per_replication: bool) -> Statement {
    Statement::Topology(Topology {
        kind,
        nodes: vec![A, B],
        edge: ARROW,
        attributes: vec![drawn(7)],
        per_replication,
    })
}

/// A table with a column of the whole numbers 10, 20 and 30.
fn table() -> Table {
    Table {
        name: "data".to_owned(),
        key: vec![],
        keys: vec![],
        symmetric: false,
        columns: vec![Column {
            name: "tens".to_owned(),
            ty: Type::Int,
            bits: vec![10, 20, 30],
        }],
        rows: 3,
        diagonal: None,
        missing: None,
    }
}

/// A model that has nothing but a start graph and a table, of at most `elements` elements.
fn model(statements: Vec<Statement>, elements: u64) -> Program {
    let created = |s: &Statement| match s {
        Statement::Create { create, .. } => create.clone(),
        _ => vec![],
    };
    let mut creations: Vec<_> = statements.iter().flat_map(created).collect();
    creations.sort_by_key(|c| c.var);
    creations.dedup_by_key(|c| c.var);
    let element = |c: Creation| Element {
        name: None,
        sort: match c.what {
            Created::Node(ty) => Sort::Node(vec![ty]),
            Created::Edge { ty, .. } => Sort::Edge(vec![ty]),
        },
        span: SPAN,
    };
    Program::compile(Model {
        sources: Sources::default(),
        types: types(),
        parameters: vec![],
        tables: vec![table()],
        rules: vec![],
        timers: vec![],
        start: StartGraph {
            scope: Scope {
                elements: creations.into_iter().map(element).collect(),
                sub_patterns: vec![],
            },
            places: vec![SPAN; statements.len()],
            statements,
        },
        probes: vec![],
        run: RunSettings {
            horizon: None,
            warm_up: 0.0,
            sample_every: None,
            stop_when: None,
            time_unit: "s".to_owned(),
            limits: Limits {
                elements,
                ..Limits::default()
            },
        },
    })
}

/// The start graph of a replication.
fn built(statements: Vec<Statement>, replication: u64) -> Outcome<HostGraph> {
    build(
        &model(statements, 1 << 31),
        &Randomness::new(1, replication),
    )
}

/// All elements as text, in the order of their numbers: type, number, ends, attributes.
fn told(program: &Program, graph: &HostGraph) -> String {
    let types = &program.model.types;
    let words = |columns: usize, word: &dyn Fn(usize) -> u64| {
        (0..columns)
            .map(|c| format!(" {}", word(c).cast_signed()))
            .collect::<String>()
    };
    let mut elements: Vec<(u64, String)> = graph
        .nodes()
        .map(|n| {
            let ty = types.node(graph.node_type(n));
            let x = words(ty.attributes.len(), &|c| graph.node_word(n, c));
            (graph.node_number(n), format!("{}{x}", ty.name))
        })
        .collect();
    elements.extend(graph.edges().map(|e| {
        let ty = types.edge(graph.edge_type(e));
        let x = words(ty.attributes.len(), &|c| graph.edge_word(e, c));
        let (from, to) = graph.ends(e);
        let (from, to) = (graph.node_number(from), graph.node_number(to));
        (graph.edge_number(e), format!("{} {from}-{to}{x}", ty.name))
    }));
    elements.sort_unstable();
    let line = |(number, text): (u64, String)| format!("{number}: {text}\n");
    elements.into_iter().map(line).collect()
}

/// The start graph of a replication as text, or its error.
fn text(statements: Vec<Statement>, replication: u64) -> String {
    limited(statements, replication, 1 << 31)
}

fn limited(statements: Vec<Statement>, replication: u64, elements: u64) -> String {
    let program = model(statements, elements);
    match build(&program, &Randomness::new(1, replication)) {
        Ok(graph) => told(&program, &graph),
        Err(error) => format!("{error}\n"),
    }
}
