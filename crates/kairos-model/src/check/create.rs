//! Elements that effects and start graphs create.

use std::collections::BTreeMap;

use super::{
    body::Body,
    effect::Done,
    expr::constant,
    narrow::always_connects,
    report::{listed, unknown},
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Formula, FormulaId, Var},
    pattern::Sort,
    rule::{Created, Creation},
    source::Span,
    syntax::tree::{Direction, EdgeTree, ExprTree, Name, NodeTree, PatternTree},
    types::{Attribute, AttributeId, EdgeTypeId, NodeTypeId},
};

impl Body<'_> {
    /// Elements to create, in the order of the text, a node before its edges.
    pub(super) fn creations(
        &mut self,
        trees: &[PatternTree],
        done: &mut Done,
    ) -> Option<Vec<Creation>> {
        let (mut creations, mut good) = (Vec::new(), true);
        self.note_announced(trees, done);
        let described = Described::read(trees);
        for tree in trees {
            if let Some(condition) = &tree.condition {
                good &= self.no_condition(condition).is_some();
            }
            for path in &tree.paths {
                let mut from = self.created_node(&path.first, &described, done, &mut creations);
                for (edge, node) in &path.steps {
                    let to = self.created_node(node, &described, done, &mut creations);
                    let edge = self.created_edge(edge, from, to, done, &mut creations);
                    good &= from.is_some() && to.is_some() && edge.is_some();
                    from = to;
                }
                good &= from.is_some();
            }
        }
        good.then_some(creations)
    }

    /// Names that these patterns are to create.
    fn note_announced(&self, trees: &[PatternTree], done: &mut Done) {
        let names = super::pattern::names(trees).map(|n| &n.value);
        let new = names.filter(|n| self.visible(n).is_none() && !done.created.contains_key(*n));
        let new: Vec<String> = new.cloned().collect();
        done.announced = new.into_iter().collect();
    }

    fn no_condition(&self, condition: &ExprTree) -> Option<()> {
        let mistake = Diagnostic::error(
            "condition-in-create",
            condition.span,
            "what is created has no conditions",
        );
        self.env
            .report
            .fail(mistake.help("put the condition into `where`, and initial values into braces"))
    }

    /// The variable of a node that is bound or created before, or a new one.
    fn created_node<'t>(
        &mut self,
        tree: &'t NodeTree,
        described: &Described<'t>,
        done: &mut Done,
        into: &mut Vec<Creation>,
    ) -> Option<Var> {
        if let Some(condition) = &tree.condition {
            self.no_condition(condition)?;
        }
        if let Some(name) = &tree.name {
            let known = self
                .visible(&name.value)
                .or_else(|| done.created.get(&name.value).copied());
            if let Some(var) = known {
                return self.end_of_created(var, name, tree, described, done);
            }
        }
        let (types, attributes) = described.of(tree);
        let ty = self.created_node_type(tree, types, done)?;
        let columns = self.env.types.graph.node(ty).attributes.clone();
        let incomplete = self.env.types.node_incomplete(ty);
        let values = self.initial_values(&columns, attributes, tree.span, incomplete);
        let var = self.add_created(tree.name.as_ref(), Sort::Node(vec![ty]), tree.span, done)?;
        into.push(Creation {
            var,
            what: Created::Node(ty),
            attributes: values?,
        });
        Some(var)
    }

    fn add_created(
        &mut self,
        name: Option<&Name>,
        sort: Sort,
        span: Span,
        done: &mut Done,
    ) -> Option<Var> {
        let var = self.add(name.map(|n| n.value.as_str()), sort, span)?;
        if let Some(name) = name {
            self.check_new_name_of_created(name);
            done.created.insert(name.value.clone(), var);
        }
        Some(var)
    }

    fn check_new_name_of_created(&self, name: &Name) {
        if ["now", "index"].contains(&name.value.as_str()) {
            self.check_new_name(name);
        }
    }

    /// A node that is there already, as the end of a new edge.
    fn end_of_created(
        &self,
        var: Var,
        name: &Name,
        tree: &NodeTree,
        described: &Described<'_>,
        done: &Done,
    ) -> Option<Var> {
        let element = &self.elements[var.index()];
        if matches!(element.sort, Sort::Edge(_)) {
            let message = format!("`{}` is an edge and cannot be used as a node", name.value);
            return self.env.report.fail(
                Diagnostic::error("node-and-edge", name.span, message)
                    .related(element.span, "bound here"),
            );
        }
        if let Some(&at) = done.deleted.get(&var) {
            let message = format!(
                "`{}` is deleted by this rule: an edge to it is not created",
                name.value
            );
            return self.env.report.fail(
                Diagnostic::error("edge-to-deleted", name.span, message)
                    .related(at, "deleted here"),
            );
        }
        let own =
            done.created.get(&name.value) == Some(&var) && done.announced.contains(&name.value);
        if own && described.contradicts(tree) {
            let message = format!(
                "`{}` is described twice: its type and its values stand in one place",
                name.value
            );
            let mistake = Diagnostic::error("created-again", tree.span, message);
            return self
                .env
                .report
                .fail(mistake.related(element.span, "created here"));
        }
        let bare = tree.types.is_empty() && tree.attributes.is_empty();
        if !own && !bare {
            let message = format!(
                "`{}` exists already: it cannot be created again",
                name.value
            );
            let mistake = Diagnostic::error("created-again", tree.span, message)
                .related(element.span, "bound here")
                .help(format!(
                    "write `({})`; attributes of what exists are changed by `set`",
                    name.value
                ));
            return self.env.report.fail(mistake);
        }
        Some(var)
    }

    fn created_node_type(
        &self,
        tree: &NodeTree,
        types: &[Name],
        done: &Done,
    ) -> Option<NodeTypeId> {
        match types {
            [] => self.node_without_type(tree, done),
            [name] => {
                let id = self
                    .env
                    .types
                    .node(self.env.report, &name.value, name.span)?;
                let declared = self.env.types.graph.node(id);
                if !declared.is_abstract {
                    return Some(id);
                }
                let graph = &self.env.types.graph;
                let concrete = listed(
                    declared
                        .concrete
                        .iter()
                        .map(|&t| graph.node(t).name.as_str()),
                );
                let message = format!(
                    "`{}` is abstract: no node has exactly this type",
                    name.value
                );
                let mistake = Diagnostic::error("abstract-type", name.span, message)
                    .related(declared.span, "declared abstract here")
                    .help(format!("take one of {concrete}"));
                self.env.report.fail(mistake)
            }
            [_, second, ..] => {
                let mistake = Diagnostic::error(
                    "alternatives-in-create",
                    second.span,
                    "what is created has one type",
                );
                self.env.report.fail(mistake)
            }
        }
    }

    fn node_without_type(&self, tree: &NodeTree, done: &Done) -> Option<NodeTypeId> {
        let mistake = match &tree.name {
            Some(name) => {
                let bound = self.view.names.iter().map(|(n, _)| n.as_str());
                let known = bound.chain(done.created.keys().map(String::as_str));
                let mistake = unknown(
                    "unknown-variable",
                    "variable",
                    &name.value,
                    name.span,
                    known,
                );
                let help = match mistake.help.as_deref() {
                    Some(near) => {
                        format!("{near}; a new node needs a type: `({}:Type)`", name.value)
                    }
                    None => format!("a new node needs a type: `({}:Type)`", name.value),
                };
                mistake.help(help)
            }
            None => Diagnostic::error("type-needed", tree.span, "a new node needs a type"),
        };
        self.env.report.fail(mistake)
    }

    fn created_edge(
        &mut self,
        tree: &EdgeTree,
        from: Option<Var>,
        to: Option<Var>,
        done: &mut Done,
        into: &mut Vec<Creation>,
    ) -> Option<Var> {
        if let Some(condition) = &tree.condition {
            self.no_condition(condition)?;
        }
        if let Some(name) = &tree.name
            && let Some(var) = self
                .visible(&name.value)
                .or_else(|| done.created.get(&name.value).copied())
        {
            let message = format!(
                "`{}` exists already: it cannot be created again",
                name.value
            );
            let mistake = Diagnostic::error("created-again", name.span, message);
            return self
                .env
                .report
                .fail(mistake.related(self.elements[var.index()].span, "bound here"));
        }
        let ty = self.created_edge_type(tree)?;
        let columns = self.env.types.graph.edge(ty).attributes.clone();
        let incomplete = self.env.types.edge_incomplete(ty);
        let values = self.initial_values(&columns, &tree.attributes, tree.span, incomplete);
        let (from, to) = match tree.direction {
            Direction::Left => (to?, from?),
            Direction::Right | Direction::Undirected => (from?, to?),
        };
        self.fits_ends(tree, ty, from, to)?;
        let var = self.add_created(tree.name.as_ref(), Sort::Edge(vec![ty]), tree.span, done)?;
        into.push(Creation {
            var,
            what: Created::Edge { ty, from, to },
            attributes: values?,
        });
        Some(var)
    }

    fn created_edge_type(&self, tree: &EdgeTree) -> Option<EdgeTypeId> {
        match &tree.types[..] {
            [] => {
                let mistake =
                    Diagnostic::error("type-needed", tree.span, "a new edge needs a type");
                self.env.report.fail(mistake.help(match tree.direction {
                    Direction::Left => "write `<-[:type]-`",
                    Direction::Right => "write `-[:type]->`",
                    Direction::Undirected => "write `~[:type]~`",
                }))
            }
            [_] => self
                .edge_types(tree, tree.direction == Direction::Undirected)?
                .first()
                .copied(),
            [_, second, ..] => {
                let mistake = Diagnostic::error(
                    "alternatives-in-create",
                    second.span,
                    "what is created has one type",
                );
                self.env.report.fail(mistake)
            }
        }
    }

    /// A created edge must fit whatever types its ends turn out to have.
    fn fits_ends(&self, tree: &EdgeTree, ty: EdgeTypeId, from: Var, to: Var) -> Option<()> {
        let declared = self.env.types.graph.edge(ty);
        let (Sort::Node(sources), Sort::Node(targets)) = (self.sort(from), self.sort(to)) else {
            return None;
        };
        if self.is_poison(from) || self.is_poison(to) || always_connects(declared, sources, targets)
        {
            return Some(());
        }
        let message = format!(
            "`{}` cannot lead from {} to {}",
            declared.name,
            self.describe(from),
            self.describe(to)
        );
        let mut mistake = Diagnostic::error("edge-ends", tree.span, message).related(
            declared.span,
            format!("declared {}", self.declared_ends(declared)),
        );
        if !declared.undirected && always_connects(declared, targets, sources) {
            mistake = mistake.help(self.turned(tree.span));
        }
        self.env.report.fail(mistake)
    }

    /// A value for every column: what is given, or the default.
    pub(super) fn initial_values(
        &mut self,
        columns: &[Attribute],
        given: &[(Name, ExprTree)],
        span: Span,
        incomplete: bool,
    ) -> Option<Vec<Formula>> {
        let mut values: BTreeMap<AttributeId, Option<Formula>> = BTreeMap::new();
        let mut good = true;
        for (name, tree) in given {
            let id = self.env.types.attribute(&name.value);
            let Some(column) = columns.iter().find(|c| Some(c.id) == id) else {
                good = false;
                if !incomplete {
                    let graph = &self.env.types.graph;
                    let names = columns
                        .iter()
                        .map(|c| graph.attributes[c.id.index()].as_str());
                    self.env.report.push(unknown(
                        "unknown-attribute",
                        "attribute",
                        &name.value,
                        name.span,
                        names,
                    ));
                }
                continue;
            };
            let value = self
                .typed_attribute(tree, (&name.value, column.ty, column.span))
                .map(|expr| self.formula(expr, tree.span));
            if values.insert(column.id, value).is_some() {
                let message = format!("`{}` is given twice", name.value);
                self.env
                    .report
                    .push(Diagnostic::error("duplicate-name", name.span, message));
                good = false;
            }
        }
        let all = self.filled(columns, values, span);
        all.filter(|_| good)
    }

    /// Columns in order: values that are given, else defaults; a mistake where there is neither.
    pub(super) fn filled(
        &self,
        columns: &[Attribute],
        mut given: BTreeMap<AttributeId, Option<Formula>>,
        span: Span,
    ) -> Option<Vec<Formula>> {
        let graph = &self.env.types.graph;
        let (mut values, mut missing, mut related) = (Vec::new(), Vec::new(), Vec::new());
        for column in columns {
            match (given.remove(&column.id), column.default) {
                (Some(value), _) => values.push(value),
                (None, Some(default)) => values.push(Some(Formula {
                    id: FormulaId::UNSET,
                    expr: constant(default),
                    text: self.env.loader.text(column.span),
                    span: column.span,
                })),
                (None, None) => {
                    missing.push(graph.attributes[column.id.index()].as_str());
                    related.push((column.span, "declared here, without a default".to_owned()));
                }
            }
        }
        if !missing.is_empty() {
            let braces: Vec<String> = missing.iter().map(|n| format!("{n}: …")).collect();
            let message = format!("{} must be given a value", listed(missing.iter().copied()));
            let mut mistake = Diagnostic::error("attribute-without-value", span, message).help(
                format!("write `{{{}}}`, or declare a default", braces.join(", ")),
            );
            mistake.related = related;
            return self.env.report.fail(mistake);
        }
        values.into_iter().collect()
    }
}

/// Attribute values in braces.
type Values<'t> = &'t [(Name, ExprTree)];

/// What patterns to create say of their named nodes, at whichever mention.
#[derive(Default)]
struct Described<'t> {
    nodes: BTreeMap<&'t str, (&'t [Name], Values<'t>)>,
}

impl<'t> Described<'t> {
    fn read(trees: &'t [PatternTree]) -> Self {
        let mut described = Described::default();
        for node in super::pattern::nodes(trees) {
            let Some(name) = &node.name else { continue };
            let (types, attributes) = described.nodes.entry(&name.value).or_default();
            if types.is_empty() {
                *types = &node.types;
            }
            if attributes.is_empty() {
                *attributes = &node.attributes;
            }
        }
        described
    }

    /// Types and attributes of a node, of all mentions of its name.
    fn of(&self, node: &'t NodeTree) -> (&'t [Name], Values<'t>) {
        let named = node
            .name
            .as_ref()
            .and_then(|name| self.nodes.get(name.value.as_str()));
        named.copied().unwrap_or((&node.types, &node.attributes))
    }

    /// Whether a further mention of a node gives another type or other values than the first one that gives any.
    fn contradicts(&self, node: &NodeTree) -> bool {
        let named = node
            .name
            .as_ref()
            .and_then(|name| self.nodes.get(name.value.as_str()));
        let Some((types, attributes)) = named else {
            return false;
        };
        let values = |names: &[Name]| names.iter().map(|n| n.value.clone()).collect::<Vec<_>>();
        let other_type = !node.types.is_empty() && values(types) != values(&node.types);
        let other_values =
            !node.attributes.is_empty() && !std::ptr::eq(*attributes, &node.attributes[..]);
        other_type || other_values
    }
}
