//! Topologies of start graphs: graph models between nodes that are there.

use super::{
    narrow::always_connects,
    place::Place,
    report::{listed, unknown, unknown_of},
    start::StartBuilder,
};
use crate::{
    diagnostic::Diagnostic,
    expr::Formula,
    rule::{Created, Creation},
    source::Spanned,
    spec::{Entries, NumberOrText, Text},
    start::{NodeRow, Statement, Topology, TopologyKind},
    syntax::parse_types,
    types::{NodeTypeId, Type, Value},
};

const PROBABILITY: &str = "a probability must be between 0 and 1";

impl StartBuilder<'_> {
    pub(super) fn topology(
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
        let kind = kind?;
        self.can_be_joined(&kind, ends.0, &nodes, !declared.undirected)?;
        Some(Topology {
            kind,
            nodes,
            edge,
            attributes: attributes?,
            per_replication: per_replication?,
        })
    }

    /// Whether a graph model fits the nodes that are there so far.
    fn can_be_joined(
        &self,
        kind: &TopologyKind,
        text: &Text,
        types: &[NodeTypeId],
        directed: bool,
    ) -> Option<()> {
        let nodes = self.nodes_so_far(types).filter(|_| self.all_nodes);
        let Some(nodes) = nodes.and_then(|n| u32::try_from(n).ok()) else {
            return Some(());
        };
        if nodes == 0 {
            let message = format!("no `{}` is there so far: this adds no edge", text.value);
            let warning = Diagnostic::warning("empty-topology", text.span, message);
            self.report().push(warning.help(
                "statements are carried out in their order, and a topology joins what those before it have created",
            ));
            return Some(());
        }
        let value = |formula: &Formula| self.body.constant_value(formula).ok_or(());
        let problem = kind.shape(nodes, directed, value).ok()?.err();
        let Some(problem) = problem else {
            return Some(());
        };
        let span = kind.parameter().map_or(text.span, |p| p.span);
        let message = format!("{}: {problem}", kind.name());
        self.report()
            .fail(Diagnostic::error("impossible-topology", span, message))
    }

    /// How many nodes of some types the statements so far create.
    fn nodes_so_far(&self, types: &[NodeTypeId]) -> Option<u64> {
        let mut sum = 0_u64;
        for statement in &self.statements {
            let nodes = match statement {
                Statement::Create { count, create } => {
                    let is_one =
                        |c: &&Creation| matches!(c.what, Created::Node(ty) if types.contains(&ty));
                    let each = create.iter().filter(is_one).count() as u64;
                    let times = match count {
                        None => 1,
                        Some(count) => match self.body.constant_value(count)? {
                            Value::Int(times) => u64::try_from(times).ok()?,
                            _ => return None,
                        },
                    };
                    each.checked_mul(times)?
                }
                Statement::Nodes(rows) => {
                    let ty = |row: &NodeRow| rows.templates[usize::from(row.template)].0;
                    let of_types = rows.rows.iter().filter(|row| types.contains(&ty(row)));
                    of_types.count() as u64
                }
                Statement::Topology(_) | Statement::Edges(_) => 0,
            };
            sum = sum.checked_add(nodes)?;
        }
        Some(sum)
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
}
