//! Elements, patterns and conditions as the author wrote them.

use std::collections::BTreeMap;

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Var},
    model::Model,
    pattern::{Pattern, PatternEdge, Scope, Sort, SubPattern},
};
use kairos_rewrite::{binding::Slot, explain::Placed, graph::HostGraph};

use super::Element;

/// So many edges at a node are listed.
const LISTED: usize = 4;

/// `sc[3] (SC 12)`, or `SC 12` for an element without a name in the start graph.
pub(super) fn shown(ty: &str, number: u64, name: Option<&String>) -> String {
    match name {
        Some(name) => format!("{name} ({ty} {number})"),
        None => format!("{ty} {number}"),
    }
}

/// A text of several lines on one.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What words are taken from.
#[derive(Clone, Copy)]
pub(super) struct Words<'s> {
    pub(super) model: &'s Model,
    pub(super) graph: &'s HostGraph,
    /// Of the rule that is spoken of.
    pub(super) scope: &'s Scope,
    /// What the start graph calls elements, by their numbers.
    pub(super) labels: &'s BTreeMap<u64, String>,
}

impl Words<'_> {
    pub(super) fn element(&self, var: Var, slot: Slot) -> Element {
        let (graph, types) = (self.graph, &self.model.types);
        let edge = !self.scope.is_node(var);
        let (number, ty) = if edge {
            (
                graph.edge_number(slot),
                &types.edge(graph.edge_type(slot)).name,
            )
        } else {
            (
                graph.node_number(slot),
                &types.node(graph.node_type(slot)).name,
            )
        };
        Element {
            variable: self.scope.element(var).name.clone(),
            edge,
            ty: ty.clone(),
            number,
            name: self.labels.get(&number).cloned(),
        }
    }

    /// The text of a node or edge where it is introduced.
    fn source(&self, var: Var) -> &str {
        self.model.sources.text(self.scope.element(var).span)
    }

    /// A node as it is mentioned a second time.
    fn mention(&self, var: Var) -> String {
        match &self.scope.element(var).name {
            Some(name) => format!("({name})"),
            None => self.source(var).to_owned(),
        }
    }

    /// An edge of a pattern, and the pattern.
    fn edge(&self, var: Var) -> Option<(PatternEdge, &Pattern)> {
        let rule = self
            .model
            .rules
            .iter()
            .find(|r| std::ptr::eq(&r.scope, self.scope))?;
        let choices = rule.choose.iter().map(|c| &c.pattern);
        let subs = self.scope.sub_patterns.iter().map(|s| &s.pattern);
        let patterns = std::iter::once(&rule.lhs).chain(choices).chain(subs);
        let edges = patterns.flat_map(|p| p.edges.iter().map(move |e| (*e, p)));
        edges.into_iter().find(|(e, _)| e.edge == var)
    }

    /// A node, or an edge with its ends; those that are there are only mentioned.
    pub(super) fn pattern_around(&self, var: Var, placed: &Placed) -> String {
        let Some((PatternEdge { from, to, .. }, pattern)) = self.edge(var) else {
            return self.source(var).to_owned();
        };
        let is_there = |node: Var| {
            !pattern.elements.contains(&node) || placed.iter().any(|(var, _)| *var == node)
        };
        let end = |node: Var| match is_there(node) {
            true => self.mention(node),
            false => self.source(node).to_owned(),
        };
        let arrow = self.source(var);
        let (left, right) = if arrow.starts_with('<') {
            (to, from)
        } else {
            (from, to)
        };
        format!("{}{arrow}{}", end(left), end(right))
    }

    /// Why an element has no place; `near` is the end of an edge that is there.
    pub(super) fn absence(&self, missing: Var, near: Option<(Var, Slot)>) -> String {
        let none_of = |var: Var| {
            let types = self.scope.node_types(var);
            types.iter().all(|&t| self.graph.nodes_of(t).is_empty())
        };
        let Some(((edge, _), (near, slot))) = self.edge(missing).zip(near) else {
            return if none_of(missing) {
                format!("there is no `{}`", self.types(missing))
            } else {
                format!(
                    "every `{}` is another element of the match",
                    self.types(missing)
                )
            };
        };
        if let Some(absent) = [edge.from, edge.to].into_iter().find(|&end| none_of(end)) {
            return format!("there is no `{}`", self.types(absent));
        }
        let types = self.scope.edge_types(missing);
        let halves = self.graph.halves_of(slot);
        let halves: Vec<_> = halves
            .filter(|h| types.contains(&self.graph.edge_type(h.edge())))
            .collect();
        let (near, edge) = (self.mention(near), self.types(missing));
        if halves.len() > LISTED {
            return format!("none of the {} `{edge}` at `{near}` fits", halves.len());
        }
        let others: Vec<String> = halves.iter().map(|half| self.node(half.node())).collect();
        match others.as_slice() {
            [] => format!("no `{edge}` at `{near}`"),
            [only] => format!("the only `{edge}` at `{near}` joins it to {only}"),
            _ => format!(
                "each `{edge}` at `{near}` joins it to another node: {}",
                others.join(", ")
            ),
        }
    }

    /// The types that a variable can have: `A|B`.
    fn types(&self, var: Var) -> String {
        let types = &self.model.types;
        let names: Vec<&str> = match &self.scope.element(var).sort {
            Sort::Node(nodes) => nodes.iter().map(|&t| types.node(t).name.as_str()).collect(),
            Sort::Edge(edges) => edges.iter().map(|&t| types.edge(t).name.as_str()).collect(),
        };
        names.join("|")
    }

    fn node(&self, slot: Slot) -> String {
        let (ty, number) = (self.graph.node_type(slot), self.graph.node_number(slot));
        shown(
            &self.model.types.node(ty).name,
            number,
            self.labels.get(&number),
        )
    }

    /// A condition as text: a NAC with what it says.
    pub(super) fn condition(&self, condition: &Formula) -> String {
        if let ExprKind::Not(inner) = &condition.expr.kind
            && let ExprKind::Exists(id) = inner.kind
        {
            let sub = &self.scope.sub_patterns[id.index()];
            return format!("NOT EXISTS {{ {} }}", self.sub_pattern(sub));
        }
        if let ExprKind::Exists(id) = condition.expr.kind {
            let sub = &self.scope.sub_patterns[id.index()];
            let choice = self.sub_pattern(sub);
            return match sub.text.is_empty() {
                true => choice,
                false => format!("EXISTS {{ {choice} }}"),
            };
        }
        plain(&condition.text)
    }

    /// The text of a sub-pattern; of one that a `required` choice stands for, the choice's.
    pub(super) fn sub_pattern(&self, sub: &SubPattern) -> String {
        let text = match sub.text.is_empty() {
            true => format!("choose: {}", self.model.sources.text(sub.span)),
            false => sub.text.clone(),
        };
        plain(&text)
    }

    /// Something that a condition reads.
    pub(super) fn leaf(&self, expr: &Expr) -> String {
        let name = |var: Var| {
            self.scope
                .element(var)
                .name
                .clone()
                .unwrap_or_else(|| self.source(var).to_owned())
        };
        match &expr.kind {
            ExprKind::Attribute { of, attribute } => {
                format!(
                    "{}.{}",
                    name(*of),
                    self.model.types.attributes[attribute.index()]
                )
            }
            ExprKind::Parameter(id) => self.model.parameters[id.index()].name.clone(),
            ExprKind::Number(var) => format!("id({})", name(*var)),
            ExprKind::Lookup { table, column, .. } => {
                let table = &self.model.tables[table.index()];
                format!("{}(…).{}", table.name, table.columns[*column].name)
            }
            _ => String::new(),
        }
    }
}
