//! The start graph.

use std::collections::BTreeMap;

use super::{
    body::Body,
    effect::Done,
    env::Env,
    narrow::always_connects,
    place::Place,
    report::{Report, listed, unknown, unknown_of},
    rows::RowKeys,
    types::unique,
};
use crate::{
    diagnostic::{Diagnostic, Written},
    expr::Formula,
    source::{Span, Spanned},
    spec::{Entries, NumberOrText, StartSpec, Text},
    start::{StartGraph, Statement, Topology, TopologyKind},
    syntax::parse_types,
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
    };
    let mut good = true;
    for spec in specs {
        good &= start.statement(spec).is_some();
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
    fn within(&self, formula: &Formula, least: f64, most: f64, why: &str) -> Option<f64> {
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

    fn topology(
        &mut self,
        kind: &Spanned<String>,
        arguments: &Entries<NumberOrText>,
        ends: (&Text, &Text),
        attributes: &Entries<NumberOrText>,
        draw: Option<&Spanned<String>>,
    ) -> Option<Topology> {
        let kind = self.topology_kind(kind, arguments);
        let nodes = self.node_types(ends.0);
        let edge = self
            .body
            .env
            .types
            .edge(self.report(), &ends.1.value, ends.1.span);
        let per_replication = self.per_replication(draw);
        let edge = edge?;
        let columns = self.body.env.types.graph.edge(edge).attributes.clone();
        let attributes = self.computed(
            &columns,
            attributes,
            ends.1.span,
            self.body.env.types.edge_incomplete(edge),
        );
        let nodes = nodes?;
        let declared = self.body.env.types.graph.edge(edge);
        if !always_connects(declared, &nodes, &nodes) {
            let message = format!(
                "`{}` cannot connect every `{}` with every other",
                declared.name, ends.0.value
            );
            let mistake = Diagnostic::error("edge-ends", ends.1.span, message);
            return self.report().fail(mistake.related(
                declared.span,
                format!("declared {}", self.body.declared_ends(declared)),
            ));
        }
        Some(Topology {
            kind: kind?,
            nodes,
            edge,
            attributes: attributes?,
            per_replication: per_replication?,
        })
    }

    /// Concrete types of alternatives.
    fn node_types(&self, text: &Text) -> Option<Vec<NodeTypeId>> {
        let names = self.report().accept(parse_types(text))?;
        self.body.env.types.concrete(self.report(), &names)
    }

    fn per_replication(&self, draw: Option<&Spanned<String>>) -> Option<bool> {
        const WORDS: [&str; 2] = ["PerReplication", "PerStudy"];
        match draw {
            None => Some(true),
            Some(word) if WORDS.contains(&word.value.as_str()) => Some(word.value == WORDS[0]),
            Some(word) => self.report().fail(unknown(
                "unknown-option",
                "option",
                &word.value,
                word.span,
                WORDS,
            )),
        }
    }

    fn topology_kind(
        &mut self,
        kind: &Spanned<String>,
        arguments: &Entries<NumberOrText>,
    ) -> Option<TopologyKind> {
        const KINDS: [(&str, &[(&str, Type)]); 10] = [
            ("Complete", &[]),
            ("Ring", &[]),
            ("Star", &[]),
            ("Tree", &[("children", Type::Int)]),
            ("Grid", &[("columns", Type::Int)]),
            ("Torus", &[("columns", Type::Int)]),
            ("RandomRegular", &[("degree", Type::Int)]),
            ("ErdosRenyi", &[("p", Type::Real)]),
            ("BarabasiAlbert", &[("m", Type::Int)]),
            ("WattsStrogatz", &[("k", Type::Int), ("beta", Type::Real)]),
        ];
        let Some((name, parameters)) = KINDS.iter().find(|k| k.0 == kind.value) else {
            let names = KINDS.iter().map(|k| k.0);
            return self.report().fail(unknown(
                "unknown-topology",
                "graph model",
                &kind.value,
                kind.span,
                names,
            ));
        };
        let mut values = self.topology_values(kind, parameters, arguments)?;
        let why = "a number of neighbours must not be negative";
        match *name {
            "Complete" => Some(TopologyKind::Complete),
            "Ring" => Some(TopologyKind::Ring),
            "Star" => Some(TopologyKind::Star),
            "Tree" => {
                let children = values.remove(0);
                let why = "each node but the leaves must get at least one child";
                self.within(&children, 1.0, f64::INFINITY, why)?;
                Some(TopologyKind::Tree { children })
            }
            lattice @ ("Grid" | "Torus") => {
                let columns = values.remove(0);
                let why = "a row must have at least one node";
                self.within(&columns, 1.0, f64::INFINITY, why)?;
                Some(match lattice {
                    "Grid" => TopologyKind::Grid { columns },
                    _ => TopologyKind::Torus { columns },
                })
            }
            "RandomRegular" => {
                let degree = values.remove(0);
                self.within(&degree, 0.0, f64::INFINITY, why)?;
                Some(TopologyKind::RandomRegular { degree })
            }
            "ErdosRenyi" => {
                let p = values.remove(0);
                self.within(&p, 0.0, 1.0, PROBABILITY)?;
                Some(TopologyKind::ErdosRenyi { p })
            }
            "BarabasiAlbert" => {
                let m = values.remove(0);
                self.within(
                    &m,
                    1.0,
                    f64::INFINITY,
                    "each new node must get at least one edge",
                )?;
                Some(TopologyKind::BarabasiAlbert { m })
            }
            _ => {
                let (k, beta) = (values.remove(0), values.remove(0));
                let neighbours = self.within(&k, 0.0, f64::INFINITY, why)?;
                self.within(&beta, 0.0, 1.0, PROBABILITY)?;
                if neighbours % 2.0 != 0.0 {
                    let message = format!(
                        "`k` must be even, half of the neighbours on each side; this is {neighbours}"
                    );
                    return self
                        .report()
                        .fail(Diagnostic::error("out-of-domain", k.span, message));
                }
                Some(TopologyKind::WattsStrogatz { k, beta })
            }
        }
    }

    /// The parameters of a graph model, in order.
    fn topology_values(
        &mut self,
        kind: &Spanned<String>,
        parameters: &[(&str, Type)],
        arguments: &Entries<NumberOrText>,
    ) -> Option<Vec<Formula>> {
        for (position, (name, _)) in arguments.iter().enumerate() {
            let lone = name.value.is_empty() && position < parameters.len();
            if !lone && !parameters.iter().any(|p| p.0 == name.value) {
                let names = parameters.iter().map(|p| p.0);
                return self.report().fail(unknown_of(
                    "unknown-parameter",
                    ("parameter", &kind.value),
                    &name.value,
                    name.span,
                    names,
                ));
            }
        }
        let outside = std::mem::replace(&mut self.body.place, Place::CONSTANT);
        let values: Vec<Option<Formula>> = parameters
            .iter()
            .enumerate()
            .map(|(position, (name, ty))| {
                let by_name = arguments.iter().find(|(n, _)| n.value == *name);
                let given =
                    by_name.or_else(|| arguments.get(position).filter(|(n, _)| n.value.is_empty()));
                match given {
                    Some((_, value)) => self.body.number(value, *ty),
                    None => {
                        let message = format!(
                            "`{}` needs {}",
                            kind.value,
                            listed(parameters.iter().map(|p| p.0))
                        );
                        self.report().fail(Diagnostic::error(
                            "missing-parameter",
                            kind.span,
                            message,
                        ))
                    }
                }
            })
            .collect();
        self.body.place = outside;
        values.into_iter().collect()
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

const PROBABILITY: &str = "a probability must be between 0 and 1";
