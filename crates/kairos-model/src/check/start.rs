//! The start graph.

use std::collections::BTreeMap;

use super::{
    body::Body,
    effect::Done,
    env::Env,
    place::Place,
    report::{Report, unknown},
    rows::RowKeys,
    types::unique,
};
use crate::{
    diagnostic::{Diagnostic, Written},
    expr::Formula,
    source::Span,
    spec::{Entries, NumberOrText, StartSpec, Text},
    start::{StartGraph, Statement},
    types::{Attribute, AttributeId, EdgeTypeId, NodeTypeId, Type, Value},
};

/// Checks the start graph. `None` where there is a mistake.
pub(super) fn read(env: &Env<'_>, specs: &[StartSpec]) -> Option<StartGraph> {
    let mut start = StartBuilder {
        body: Body::new(env, Place::START),
        bound: Done::default(),
        statements: Vec::new(),
        places: Vec::new(),
        keys: RowKeys::default(),
        // A statement that could not be read was left out.
        all_nodes: !env.report.has_errors(),
    };
    let mut good = true;
    for spec in specs {
        let fine = start.statement(spec).is_some();
        start.all_nodes &= fine || matches!(spec, StartSpec::Topology { .. });
        good &= fine;
        // A statement of the text may be several of the graph: nodes, then edges.
        start.places.resize(start.statements.len(), spec.place());
    }
    let scope = start.body.into_scope()?;
    good.then_some(StartGraph {
        scope,
        statements: start.statements,
        places: start.places,
    })
}

/// The statements so far, and what later ones can refer to.
pub(super) struct StartBuilder<'e> {
    pub(super) body: Body<'e>,
    /// Names of `Create`.
    bound: Done,
    pub(super) statements: Vec<Statement>,
    places: Vec<Span>,
    /// Rows that `Edges` can refer to by their keys.
    pub(super) keys: RowKeys,
    /// Whether no statement that creates nodes had a mistake so far.
    pub(super) all_nodes: bool,
}

impl StartBuilder<'_> {
    pub(super) fn report(&self) -> &Report {
        self.body.env.report
    }

    fn statement(&mut self, spec: &StartSpec) -> Option<()> {
        self.body.place = Place::START;
        match spec {
            StartSpec::Create(pattern) => {
                let trees = self.body.parse_patterns(std::slice::from_ref(pattern))?;
                let mut bound = std::mem::take(&mut self.bound);
                let create = self.body.creations(&trees, &mut bound);
                self.bound = bound;
                self.statements.push(Statement::Create {
                    count: None,
                    create: create?,
                });
            }
            StartSpec::Repeat(count, pattern) => {
                let count = self.count(count);
                let trees = self.body.parse_patterns(std::slice::from_ref(pattern))?;
                self.body.place = Place::REPEATED_START;
                let create = self.body.creations(&trees, &mut self.bound.clone());
                self.statements.push(Statement::Create {
                    count: Some(count?),
                    create: create?,
                });
            }
            StartSpec::Topology {
                kind,
                arguments,
                nodes,
                edge,
                attributes,
                draw,
            } => {
                let topology =
                    self.topology(kind, arguments, (nodes, edge), attributes, draw.as_ref())?;
                self.statements.push(Statement::Topology(topology));
            }
            StartSpec::Nodes {
                csv,
                node,
                key,
                columns,
                attributes,
            } => self.node_rows(csv, node, key, columns, attributes)?,
            StartSpec::Edges { .. } => self.edge_rows(spec)?,
            StartSpec::GraphMl { file, node, edge } => {
                self.graph_ml(file, node.as_ref(), edge.as_ref())?
            }
        }
        Some(())
    }

    /// How often a statement is repeated.
    fn count(&mut self, count: &NumberOrText) -> Option<Formula> {
        let outside = std::mem::replace(&mut self.body.place, Place::CONSTANT);
        let count = self.body.number(count, Type::Int);
        self.body.place = outside;
        let count = count?;
        self.within(
            &count,
            0.0,
            f64::INFINITY,
            "a number of repetitions must not be negative",
        )?;
        Some(count)
    }

    /// A formula whose value must be known and within bounds.
    pub(super) fn within(
        &self,
        formula: &Formula,
        least: f64,
        most: f64,
        why: &str,
    ) -> Option<f64> {
        let value = match self.body.constant_value(formula)? {
            #[expect(clippy::cast_precision_loss, reason = "only its order is judged")]
            Value::Int(i) => i as f64,
            Value::Real(r) => r,
            Value::Bool(_) | Value::Enumerator(..) => return None,
        };
        if (least..=most).contains(&value) {
            return Some(value);
        }
        let message = format!("{why}, this is {}", Written(value));
        self.report()
            .fail(Diagnostic::error("out-of-domain", formula.span, message))
    }

    /// Values of attributes that are computed, or their defaults: one for every column.
    pub(super) fn computed(
        &mut self,
        columns: &[Attribute],
        given: &Entries<NumberOrText>,
        span: Span,
        incomplete: bool,
    ) -> Option<Vec<Formula>> {
        let values = self.given_values(columns, given, incomplete)?;
        self.body.filled(columns, values, span)
    }

    /// Values of attributes that are computed.
    pub(super) fn given_values(
        &mut self,
        columns: &[Attribute],
        given: &Entries<NumberOrText>,
        incomplete: bool,
    ) -> Option<BTreeMap<AttributeId, Option<Formula>>> {
        let mut values = BTreeMap::new();
        let mut good = true;
        for (name, value) in unique(
            self.body.env.report,
            "attribute",
            given.iter().map(|(n, v)| (n, v)),
        ) {
            match self.column(columns, name, incomplete) {
                Some((id, ty)) => {
                    values.insert(id, self.body.number(value, ty));
                }
                None => good = false,
            }
        }
        good.then_some(values)
    }

    /// The attribute of a name among columns.
    pub(super) fn column(
        &self,
        columns: &[Attribute],
        name: &Text,
        incomplete: bool,
    ) -> Option<(AttributeId, Type)> {
        let id = self.body.env.types.attribute(&name.value);
        let found = columns.iter().find(|c| Some(c.id) == id);
        if found.is_none() && !incomplete {
            let graph = &self.body.env.types.graph;
            let names = columns
                .iter()
                .map(|c| graph.attributes[c.id.index()].as_str());
            self.report().push(unknown(
                "unknown-attribute",
                "attribute",
                &name.value,
                name.span,
                names,
            ));
        }
        found.map(|c| (c.id, c.ty))
    }

    /// The edge type of a name.
    pub(super) fn edge_type(&self, name: &Text) -> Option<EdgeTypeId> {
        self.body
            .env
            .types
            .edge(self.report(), &name.value, name.span)
    }

    /// A node type that nodes can have.
    pub(super) fn node_type(&self, name: &Text) -> Option<NodeTypeId> {
        let id = self
            .body
            .env
            .types
            .node(self.report(), &name.value, name.span)?;
        let declared = self.body.env.types.graph.node(id);
        if declared.is_abstract {
            let message = format!(
                "`{}` is abstract: no node has exactly this type",
                name.value
            );
            return self.report().fail(
                Diagnostic::error("abstract-type", name.span, message)
                    .related(declared.span, "declared abstract here"),
            );
        }
        Some(id)
    }
}
