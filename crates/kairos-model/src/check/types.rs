//! The type graph of a rule set and its includes.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    order::sort_by_need,
    report::{Report, dense, duplicate, unknown, unknown_of},
};
use crate::{
    diagnostic::Diagnostic,
    source::Span,
    spec::{AttributeSpec, EdgeTypeSpec, EndsSpec, Entries, NodeTypeSpec, RuleSetSpec, Text},
    syntax::{no_pattern, parse_types, tree::Name},
    types::{
        Attribute, AttributeId, EdgeType, EdgeTypeId, Enumeration, EnumerationId, NodeType,
        NodeTypeId, Type, TypeGraph, Value,
    },
};

/// Inheritance may be so deep.
const MAX_LEVELS: usize = 100;

/// The type graph with its names.
#[derive(Clone, Default)]
pub(super) struct Types {
    pub(super) graph: TypeGraph,
    nodes: BTreeMap<String, NodeTypeId>,
    edges: BTreeMap<String, EdgeTypeId>,
    enumerations: BTreeMap<String, EnumerationId>,
    attributes: BTreeMap<String, AttributeId>,
    /// Names that are declared, but not readable.
    unreadable: BTreeSet<String>,
    /// Types some of whose attributes are not known because of a mistake in the declaration.
    incomplete_nodes: BTreeSet<NodeTypeId>,
    incomplete_edges: BTreeSet<EdgeTypeId>,
}

impl Types {
    /// Reads the declarations of all rule sets.
    pub(super) fn read(report: &Report, rule_sets: &[Rc<RuleSetSpec>]) -> Types {
        let mut types = Types::default();
        for set in rule_sets {
            let unreadable = set.unreadable.iter().map(|t| t.value.clone());
            types.unreadable.extend(unreadable);
        }
        types.read_enumerations(report, rule_sets.iter().flat_map(|s| &s.enumerations));
        types.read_nodes(report, rule_sets.iter().flat_map(|s| &s.node_types));
        types.read_edges(report, rule_sets.iter().flat_map(|s| &s.edge_types));
        types
    }

    /// The node type of a name.
    pub(super) fn node(&self, report: &Report, name: &str, span: Span) -> Option<NodeTypeId> {
        if let Some(&id) = self.nodes.get(name) {
            return Some(id);
        }
        if self.unreadable.contains(name) {
            return None;
        }
        let mistake = unknown(
            "unknown-type",
            "node type",
            name,
            span,
            self.nodes.keys().map(String::as_str),
        );
        report.fail(match (self.edges.get(name), no_pattern(name)) {
            (Some(&edge), _) => mistake
                .label("this is an edge type")
                .related(self.graph.edge(edge).span, "declared here"),
            (None, Some(help)) => mistake.help(help),
            (None, None) => mistake,
        })
    }

    /// The edge type of a name.
    pub(super) fn edge(&self, report: &Report, name: &str, span: Span) -> Option<EdgeTypeId> {
        if let Some(&id) = self.edges.get(name) {
            return Some(id);
        }
        if self.unreadable.contains(name) {
            return None;
        }
        let mistake = unknown(
            "unknown-type",
            "edge type",
            name,
            span,
            self.edges.keys().map(String::as_str),
        );
        report.fail(match (self.nodes.get(name), no_pattern(name)) {
            (Some(&node), _) => mistake
                .label("this is a node type")
                .related(self.graph.node(node).span, "declared here"),
            (None, Some(help)) => mistake.help(help),
            (None, None) => mistake,
        })
    }

    /// The enumeration of a name, without a mistake where there is none.
    pub(super) fn enumeration(&self, name: &str) -> Option<EnumerationId> {
        self.enumerations.get(name).copied()
    }

    /// The names of all enumerations.
    pub(super) fn enumeration_names(&self) -> impl Iterator<Item = &str> {
        self.enumerations.keys().map(String::as_str)
    }

    /// A value of an enumeration.
    pub(super) fn enumerator(
        &self,
        report: &Report,
        of: EnumerationId,
        value: &str,
        span: Span,
    ) -> Option<Value> {
        let enumeration = &self.graph.enumerations[of.index()];
        match enumeration.values.iter().position(|v| v == value) {
            Some(position) => Some(Value::Enumerator(of, u16::try_from(position).ok()?)),
            None => {
                let values = enumeration.values.iter().map(String::as_str);
                report.fail(unknown_of(
                    "unknown-enumerator",
                    ("value", &enumeration.name),
                    value,
                    span,
                    values,
                ))
            }
        }
    }

    /// The attribute of a name, if any type has one of it.
    pub(super) fn attribute(&self, name: &str) -> Option<AttributeId> {
        self.attributes.get(name).copied()
    }

    /// Whether a name was declared with a mistake that was reported.
    pub(super) fn is_unreadable(&self, name: &str) -> bool {
        self.unreadable.contains(name)
    }

    pub(super) fn node_incomplete(&self, id: NodeTypeId) -> bool {
        self.incomplete_nodes.contains(&id)
    }

    pub(super) fn edge_incomplete(&self, id: EdgeTypeId) -> bool {
        self.incomplete_edges.contains(&id)
    }

    /// Concrete types of alternatives, ascending. `None` where one of them is unknown.
    pub(super) fn concrete(&self, report: &Report, names: &[Name]) -> Option<Vec<NodeTypeId>> {
        let ids: Vec<_> = names
            .iter()
            .map(|name| self.node(report, &name.value, name.span))
            .collect();
        let ids: Vec<NodeTypeId> = ids.into_iter().collect::<Option<_>>()?;
        let mut concrete: Vec<NodeTypeId> = ids
            .iter()
            .flat_map(|&id| self.graph.node(id).concrete.iter().copied())
            .collect();
        concrete.sort_unstable();
        concrete.dedup();
        if concrete.is_empty() && !names.is_empty() {
            if ids.iter().any(|&id| self.node_incomplete(id)) {
                return None;
            }
            let message = format!(
                "no node can have the type `{}`: it is abstract and nothing extends it",
                names[0].value
            );
            return report.fail(Diagnostic::error(
                "no-concrete-type",
                names[0].span,
                message,
            ));
        }
        Some(concrete)
    }

    /// All concrete node types.
    pub(super) fn all_concrete(&self) -> Vec<NodeTypeId> {
        let ids = (0..self.graph.nodes.len()).filter_map(|i| u16::try_from(i).ok().map(NodeTypeId));
        ids.filter(|&id| !self.graph.node(id).is_abstract).collect()
    }

    /// All edge types that are undirected, or all that are directed.
    pub(super) fn all_edges(&self, undirected: bool) -> Vec<EdgeTypeId> {
        let ids = (0..self.graph.edges.len()).filter_map(|i| u16::try_from(i).ok().map(EdgeTypeId));
        ids.filter(|&id| self.graph.edge(id).undirected == undirected)
            .collect()
    }

    fn attribute_id(&mut self, report: &Report, name: &Text) -> Option<AttributeId> {
        if let Some(&id) = self.attributes.get(&name.value) {
            return Some(id);
        }
        let count = self.graph.attributes.len();
        let id = AttributeId(dense(report, count, "attributes", name.span)?);
        self.graph.attributes.push(name.value.clone());
        self.attributes.insert(name.value.clone(), id);
        Some(id)
    }

    fn read_enumerations<'s>(
        &mut self,
        report: &Report,
        specs: impl Iterator<Item = &'s (Text, Vec<Text>)>,
    ) {
        for (name, values) in unique(report, "enumeration", specs.map(|(n, v)| (n, v))) {
            let count = self.graph.enumerations.len();
            let Some(id) = dense(report, count, "enumerations", name.span) else {
                return;
            };
            let id = EnumerationId(id);
            self.enumerations.insert(name.value.clone(), id);
            let what = format!("value of `{}`", name.value);
            let values = unique(report, &what, values.iter().map(|v| (v, ())));
            if values.is_empty() {
                let message = format!("the enumeration `{}` has no values", name.value);
                report.push(Diagnostic::error("empty-enumeration", name.span, message));
            }
            dense(report, values.len(), "values of an enumeration", name.span);
            self.graph.enumerations.push(Enumeration {
                name: name.value.clone(),
                values: values.into_iter().map(|(v, ())| v.value.clone()).collect(),
            });
        }
    }

    fn read_nodes<'s>(
        &mut self,
        report: &Report,
        specs: impl Iterator<Item = &'s (Text, NodeTypeSpec)>,
    ) {
        let specs = unique(report, "node type", specs.map(|(n, s)| (n, s)));
        for (name, spec) in &specs {
            let count = self.graph.nodes.len();
            let Some(id) = dense(report, count, "node types", name.span) else {
                return;
            };
            self.nodes.insert(name.value.clone(), NodeTypeId(id));
            self.graph.nodes.push(NodeType {
                name: name.value.clone(),
                parent: None,
                is_abstract: spec.is_abstract,
                attributes: Vec::new(),
                concrete: Vec::new(),
                span: name.span,
            });
        }
        let parents: Vec<_> = specs
            .iter()
            .map(|(_, spec)| self.parent(report, spec.is.as_ref()))
            .collect();
        let needs: Vec<Vec<usize>> = parents
            .iter()
            .map(|p| p.iter().flatten().map(|id| id.index()).collect())
            .collect();
        let (order, cycles) = sort_by_need(&needs);
        for cycle in &cycles {
            report.push(self.inheritance_cycle(&specs, cycle));
        }
        let cyclic: BTreeSet<usize> = cycles.into_iter().flatten().collect();
        let mut level = vec![0; specs.len()];
        for at in order {
            let (name, spec) = specs[at];
            let parent = parents[at].flatten().filter(|_| !cyclic.contains(&at));
            let complete = match (parent, parents[at]) {
                (Some(parent), _) => !self.node_incomplete(parent),
                (None, Some(None)) => true,
                _ => false,
            };
            level[at] = parent.map_or(0, |p| level[p.index()] + 1);
            if level[at] > MAX_LEVELS {
                let message = format!("types extend each other over more than {MAX_LEVELS} levels");
                return report.push(Diagnostic::error("inheritance-depth", name.span, message));
            }
            let inherited = parent.map_or_else(Vec::new, |p| self.graph.node(p).attributes.clone());
            let (attributes, readable) = self.attributes_of(report, inherited, &spec.attributes);
            let id = self.nodes[&name.value];
            if !(complete && readable) {
                self.incomplete_nodes.insert(id);
            }
            self.graph.nodes[at].parent = parent;
            self.graph.nodes[at].attributes = attributes;
        }
        self.spread_concrete();
    }

    /// `Some(None)`: has none; `None`: has one that is unknown.
    fn parent(&self, report: &Report, is: Option<&Text>) -> Option<Option<NodeTypeId>> {
        match is {
            None => Some(None),
            Some(name) => self.node(report, &name.value, name.span).map(Some),
        }
    }

    fn inheritance_cycle(&self, specs: &[(&Text, &NodeTypeSpec)], cycle: &[usize]) -> Diagnostic {
        let mut chain: Vec<&str> = cycle.iter().map(|&i| specs[i].0.value.as_str()).collect();
        chain.push(chain[0]);
        let (name, spec) = specs[cycle[0]];
        let span = spec.is.as_ref().map_or(name.span, |is| is.span);
        let message = format!("node types extend each other: {}", chain.join(" → "));
        let mistake = Diagnostic::error("inheritance-cycle", span, message);
        let others = cycle[1..].iter().filter_map(|&i| specs[i].1.is.as_ref());
        let mistake = mistake.label("closes the cycle");
        others.fold(mistake, |m, is| {
            m.related(is.span, format!("which extends `{}`", is.value))
        })
    }

    /// Tells every type which concrete types are below it.
    fn spread_concrete(&mut self) {
        for id in self.all_concrete() {
            let mut above = Some(id);
            while let Some(at) = above {
                self.graph.nodes[at.index()].concrete.push(id);
                above = self.graph.node(at).parent;
            }
        }
    }

    fn read_edges<'s>(
        &mut self,
        report: &Report,
        specs: impl Iterator<Item = &'s (Text, EdgeTypeSpec)>,
    ) {
        for (name, spec) in unique(report, "edge type", specs.map(|(n, s)| (n, s))) {
            let count = self.graph.edges.len();
            let Some(id) = dense(report, count, "edge types", name.span) else {
                return;
            };
            let id = EdgeTypeId(id);
            let (from, to, undirected) = match &spec.ends.value {
                EndsSpec::Directed(from, to) => (from, to, false),
                EndsSpec::Undirected(a, b) => (a, b, true),
            };
            let ends = (self.end(report, from), self.end(report, to));
            let (attributes, readable) = self.attributes_of(report, Vec::new(), &spec.attributes);
            if !readable || ends.0.is_none() || ends.1.is_none() {
                self.incomplete_edges.insert(id);
            }
            self.edges.insert(name.value.clone(), id);
            self.graph.edges.push(EdgeType {
                name: name.value.clone(),
                from: ends.0.unwrap_or_else(|| self.all_concrete()),
                to: ends.1.unwrap_or_else(|| self.all_concrete()),
                undirected,
                unique: spec.unique,
                attributes,
                span: name.span,
            });
        }
    }

    fn end(&self, report: &Report, text: &Text) -> Option<Vec<NodeTypeId>> {
        let names = report.accept(parse_types(text))?;
        self.concrete(report, &names)
    }

    /// Inherited and own attributes, and whether all of them could be read.
    fn attributes_of(
        &mut self,
        report: &Report,
        mut all: Vec<Attribute>,
        own: &Entries<AttributeSpec>,
    ) -> (Vec<Attribute>, bool) {
        let mut readable = true;
        for (name, spec) in own {
            if !is_name(&name.value) {
                report.push(bad_name("attribute", name));
                continue;
            }
            match self.attribute_of(report, name, spec) {
                None => readable = false,
                Some(attribute) => match all.iter().find(|a| a.id == attribute.id) {
                    Some(first) => {
                        report.push(duplicate("attribute", &name.value, name.span, first.span))
                    }
                    None => all.push(attribute),
                },
            }
        }
        (all, readable)
    }

    fn attribute_of(
        &mut self,
        report: &Report,
        name: &Text,
        spec: &AttributeSpec,
    ) -> Option<Attribute> {
        let (ty, default) = match spec {
            AttributeSpec::Int(v) => (Type::Int, v.as_ref().map(|v| Value::Int(v.value))),
            AttributeSpec::Real(v) => (Type::Real, v.as_ref().map(|v| Value::Real(v.value))),
            AttributeSpec::Bool(v) => (Type::Bool, v.as_ref().map(|v| Value::Bool(v.value))),
            AttributeSpec::Enum(of, default) => {
                let Some(of_id) = self.enumeration(&of.value) else {
                    if self.is_unreadable(&of.value) {
                        return None;
                    }
                    return report.fail(unknown(
                        "unknown-type",
                        "enumeration",
                        &of.value,
                        of.span,
                        self.enumeration_names(),
                    ));
                };
                let value = match default {
                    None => None,
                    Some(text) => Some(self.enumerator(report, of_id, &text.value, text.span)?),
                };
                (Type::Enumeration(of_id), value)
            }
        };
        let id = self.attribute_id(report, name)?;
        Some(Attribute {
            id,
            ty,
            default,
            span: name.span,
        })
    }
}

/// The entries whose names are well formed and not declared before.
pub(super) fn unique<'s, T>(
    report: &Report,
    what: &str,
    entries: impl Iterator<Item = (&'s Text, T)>,
) -> Vec<(&'s Text, T)> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut kept = Vec::new();
    for (name, entry) in entries {
        if !is_name(&name.value) {
            report.push(bad_name(what, name));
        } else if let Some(&earlier) = first.get(name.value.as_str()) {
            report.push(duplicate(what, &name.value, name.span, earlier));
        } else {
            first.insert(&name.value, name.span);
            kept.push((name, entry));
        }
    }
    kept
}

/// Whether a text can be written as a name in patterns and expressions.
pub(super) fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn bad_name(what: &str, name: &Text) -> Diagnostic {
    let message = format!("`{}` cannot be the name of a {what}", name.value);
    Diagnostic::error("bad-name", name.span, message)
        .label("letters, digits and `_`, no digit first")
}
