//! Pattern trees → patterns: variables declared, types narrowed, conditions lowered.

use std::collections::BTreeMap;

use super::{
    body::Body,
    place::Place,
    report::{dense, listed},
};
use crate::{
    diagnostic::{Diagnostic, suggest},
    expr::{Expr, ExprKind, Formula, Operator, Var},
    pattern::{Pattern, PatternEdge, Sort, SubPattern, SubPatternId},
    source::Span,
    spec::Text,
    syntax::{
        parse_expr, parse_pattern,
        tree::{
            BinaryOperator, Direction, EdgeTree, ExprTree, ExprTreeKind, Name, NodeTree,
            PatternTree,
        },
    },
    types::{EdgeTypeId, Type},
};

/// Elements of one pattern: more are a mistake, and would take the matcher for ever.
const MAX_ELEMENTS: usize = 1000;

/// Types that are written for the names of a pattern, wherever they are.
type Annotations<'t> = BTreeMap<&'t str, &'t [Name]>;

impl Body<'_> {
    /// Parses pattern texts; those with mistakes are left out and reported.
    pub(super) fn parse_patterns(&self, texts: &[Text]) -> Option<Vec<PatternTree>> {
        let trees: Vec<_> = texts
            .iter()
            .map(|text| self.env.report.accept(parse_pattern(text)))
            .collect();
        trees.into_iter().collect()
    }

    /// A pattern of several texts, with conditions. Its own elements become visible and its edges taken.
    pub(super) fn pattern(&mut self, trees: &[PatternTree]) -> Option<Pattern> {
        let (mut pattern, vars) = self.declare(trees);
        let good = self.conditions(trees, &vars, &mut pattern.conditions);
        good.then_some(pattern)
    }

    /// Declares the elements of a pattern and narrows their types, without its conditions. Also returns the variable of each
    /// node and edge, in the order of [`parts`].
    pub(super) fn declare(&mut self, trees: &[PatternTree]) -> (Pattern, Vec<Option<Var>>) {
        let annotations = annotations(trees);
        let mut pattern = Pattern::default();
        let mut vars = Vec::new();
        for path in trees.iter().flat_map(|t| &t.paths) {
            let mut from = self.node(&path.first, &annotations, &mut pattern);
            vars.push(from);
            for (edge, node) in &path.steps {
                let var = self.edge(edge, &mut pattern);
                let to = self.node(node, &annotations, &mut pattern);
                vars.extend([var, to]);
                if let (Some(edge_var), Some(from), Some(to)) = (var, from, to) {
                    pattern.edges.push(directed(edge, edge_var, from, to));
                }
                from = to;
            }
        }
        match trees
            .first()
            .filter(|_| pattern.elements.len() > MAX_ELEMENTS)
        {
            Some(tree) => {
                let message = format!(
                    "a pattern has at most {MAX_ELEMENTS} elements, this one has {}",
                    pattern.elements.len()
                );
                self.env
                    .report
                    .push(Diagnostic::error("too-many", tree.span, message));
            }
            None => self.narrow(&pattern),
        }
        let edges = pattern.edges.iter().map(|e| e.edge);
        self.view.taken.extend(edges);
        (pattern, vars)
    }

    fn node(
        &mut self,
        tree: &NodeTree,
        annotations: &Annotations<'_>,
        pattern: &mut Pattern,
    ) -> Option<Var> {
        if let Some(name) = &tree.name
            && let Some(var) = self.visible(&name.value)
        {
            return self.bound_node(var, name, &tree.types);
        }
        let types = match &tree.name {
            Some(name) => annotations
                .get(name.value.as_str())
                .copied()
                .unwrap_or_default(),
            None => &tree.types,
        };
        let known = self.env.types.concrete(self.env.report, types);
        let sort = match &known {
            Some(concrete) if !types.is_empty() => Sort::Node(concrete.clone()),
            _ => Sort::Node(self.env.types.all_concrete()),
        };
        let written = (!types.is_empty()).then(|| sort.clone());
        self.introduce(
            tree.name.as_ref(),
            sort,
            written,
            known.is_none(),
            tree.span,
            pattern,
        )
    }

    /// A node that was bound before, mentioned again.
    fn bound_node(&mut self, var: Var, name: &Name, types: &[Name]) -> Option<Var> {
        let first = self.elements[var.index()].span;
        if matches!(self.sort(var), Sort::Edge(_)) {
            let message = format!("`{}` is an edge and cannot be used as a node", name.value);
            let mistake = Diagnostic::error("node-and-edge", name.span, message);
            return self
                .env
                .report
                .fail(mistake.related(first, "bound to an edge here"));
        }
        if !types.is_empty() && !self.is_poison(var) {
            let repeated = Sort::Node(self.env.types.concrete(self.env.report, types)?);
            if self.written[var.index()].as_ref() != Some(&repeated) && *self.sort(var) != repeated
            {
                let message = format!("`{}` is bound already, with another type", name.value);
                let mistake = Diagnostic::error("type-repeated", types[0].span, message)
                    .label("a second type for one variable")
                    .related(first, format!("it is a {} here", self.describe(var)))
                    .help(format!(
                        "write `({})`, or take another name for another node",
                        name.value
                    ));
                return self.env.report.fail(mistake);
            }
        }
        Some(var)
    }

    fn edge(&mut self, tree: &EdgeTree, pattern: &mut Pattern) -> Option<Var> {
        if let Some(name) = &tree.name
            && let Some(var) = self.visible(&name.value)
        {
            let (what, advice) = match self.sort(var) {
                Sort::Node(_) => (
                    "a node and cannot be used as an edge",
                    "take another name for the edge",
                ),
                Sort::Edge(_) => (
                    "bound already: a variable names one edge",
                    "take another name, or leave it out",
                ),
            };
            let message = format!("`{}` is {what}", name.value);
            let mistake = Diagnostic::error("node-and-edge", name.span, message)
                .related(self.elements[var.index()].span, "bound here")
                .help(advice);
            return self.env.report.fail(mistake);
        }
        let undirected = tree.direction == Direction::Undirected;
        let known = self.edge_types(tree, undirected);
        let types = known
            .clone()
            .unwrap_or_else(|| self.env.types.all_edges(undirected));
        let sort = Sort::Edge(types);
        let written = (!tree.types.is_empty()).then(|| sort.clone());
        self.introduce(
            tree.name.as_ref(),
            sort,
            written,
            known.is_none(),
            tree.span,
            pattern,
        )
    }

    /// Types that an edge may have; `None` where there is a mistake in them.
    pub(super) fn edge_types(&self, tree: &EdgeTree, undirected: bool) -> Option<Vec<EdgeTypeId>> {
        if tree.types.is_empty() {
            return Some(self.env.types.all_edges(undirected));
        }
        let ids: Vec<_> = tree
            .types
            .iter()
            .map(|name| self.edge_type(name, undirected))
            .collect();
        let mut types: Vec<EdgeTypeId> = ids.into_iter().collect::<Option<_>>()?;
        types.sort_unstable();
        types.dedup();
        Some(types)
    }

    fn edge_type(&self, name: &Name, undirected: bool) -> Option<EdgeTypeId> {
        let id = self
            .env
            .types
            .edge(self.env.report, &name.value, name.span)?;
        let declared = self.env.types.graph.edge(id);
        if declared.undirected == undirected {
            return Some(id);
        }
        let (message, help) = if undirected {
            (
                format!("`{}` has a direction", name.value),
                format!("write `-[:{0}]->` or `<-[:{0}]-`", name.value),
            )
        } else {
            (
                format!("`{}` has no direction", name.value),
                format!("write `~[:{}]~`", name.value),
            )
        };
        let mistake = Diagnostic::error("edge-direction", name.span, message);
        self.env
            .report
            .fail(mistake.related(declared.span, "declared here").help(help))
    }

    /// A new element of a pattern.
    fn introduce(
        &mut self,
        name: Option<&Name>,
        sort: Sort,
        written: Option<Sort>,
        poison: bool,
        span: Span,
        pattern: &mut Pattern,
    ) -> Option<Var> {
        let var = self.add(name.map(|n| n.value.as_str()), sort, span)?;
        self.written[var.index()] = written;
        if poison {
            self.poison.insert(var);
        }
        pattern.elements.push(var);
        if let Some(name) = name {
            self.check_new_name(name);
            self.show(&name.value, var);
        }
        Some(var)
    }

    /// A new name must not be one that the author cannot have meant as new.
    pub(super) fn check_new_name(&self, name: &Name) {
        if ["now", "index"].contains(&name.value.as_str()) {
            let message = format!(
                "`{}` cannot name an element: expressions read it as something else",
                name.value
            );
            self.env
                .report
                .push(Diagnostic::error("reserved-name", name.span, message));
        } else if self.hidden_named(&name.value).is_some_and(|h| h.misleads) {
            let message = format!(
                "`{}` is not visible here, and a new element of the same name would mislead",
                name.value
            );
            let mistake = Diagnostic::error("unseen-variable", name.span, message);
            self.env
                .report
                .push(self.explain_hidden(&name.value, mistake));
        }
    }

    /// Lowers every condition of a pattern that was declared: values in braces, `WHERE` of nodes, edges and the whole.
    pub(super) fn conditions(
        &mut self,
        trees: &[PatternTree],
        vars: &[Option<Var>],
        into: &mut Vec<Formula>,
    ) -> bool {
        let mut good = vars
            .iter()
            .all(|var| var.is_some_and(|v| !self.is_poison(v)));
        for (part, var) in parts(trees).zip(vars) {
            for (name, value) in part.attributes {
                let equal = var.and_then(|var| self.attribute_equal(var, name, value));
                good &= equal.is_some();
                into.extend(equal);
            }
            if let Some(condition) = part.condition {
                good &= self.conjuncts(condition, into);
            }
        }
        for condition in trees.iter().filter_map(|t| t.condition.as_ref()) {
            good &= self.conjuncts(condition, into);
        }
        good
    }

    /// `{name: value}` as a condition.
    fn attribute_equal(&mut self, var: Var, name: &Name, value: &ExprTree) -> Option<Formula> {
        let attribute = self.attribute(var, name);
        let right = self.expr(value);
        let span = Span {
            end: value.span.end,
            ..name.span
        };
        let expr = self.comparison(Operator::Equal, attribute?, right?, name.span, value.span)?;
        Some(self.formula(expr, span))
    }

    /// Lowers a condition, split at `AND`.
    pub(super) fn conjuncts(&mut self, tree: &ExprTree, into: &mut Vec<Formula>) -> bool {
        if let ExprTreeKind::Binary {
            operator,
            left,
            right,
        } = &tree.kind
            && operator.value == BinaryOperator::And
        {
            let left = self.conjuncts(left, into);
            return self.conjuncts(right, into) && left;
        }
        let Some(expr) = self.typed(tree, Type::Bool) else {
            return false;
        };
        into.push(self.formula(expr, tree.span));
        true
    }

    /// A condition that stands in a text of its own.
    pub(super) fn condition_text(&mut self, text: Option<&Text>, into: &mut Vec<Formula>) -> bool {
        let Some(text) = text else { return true };
        match self.env.report.accept(parse_expr(text)) {
            Some(tree) => self.conjuncts(&tree, into),
            None => false,
        }
    }

    /// NACs: each text becomes `NOT EXISTS`.
    pub(super) fn unless(&mut self, texts: &[Text], into: &mut Vec<Formula>) -> bool {
        let mut good = true;
        for text in texts {
            let tree = self.env.report.accept(parse_pattern(text));
            let sub = tree.and_then(|tree| Some((self.sub_pattern(&tree)?, tree.span)));
            good &= sub.is_some();
            into.extend(sub.map(|(sub, span)| {
                let exists = boolean(ExprKind::Exists(sub));
                self.formula(boolean(ExprKind::Not(Box::new(exists))), span)
            }));
        }
        good
    }

    /// A pattern that is looked for around what is visible here.
    pub(super) fn sub_pattern(&mut self, tree: &PatternTree) -> Option<SubPatternId> {
        let count = self.sub_patterns.len();
        let id = SubPatternId(dense(self.env.report, count, "sub-patterns", tree.span)?);
        self.sub_patterns.push(None);
        let outside = (self.view.clone(), self.place, self.parent.replace(id));
        let taken = sorted(&self.view.taken);
        self.place = Place::SUB_PATTERN;
        let pattern = self.pattern(std::slice::from_ref(tree));
        (self.view, self.place, self.parent) = outside;
        let pattern = pattern?;
        let mentioned = self.mentions(&pattern);
        self.warn_of_lone_names(&pattern, &mentioned);
        self.sub_patterns[id.index()] = Some(SubPattern {
            outer: outer(&pattern, mentioned),
            pattern,
            taken,
            parent: self.parent,
            text: self.env.loader.text(tree.span),
            span: tree.span,
        });
        Some(id)
    }

    /// The variables at the ends of a sub-pattern's edges and in its conditions, each as often as it is mentioned.
    fn mentions(&self, pattern: &Pattern) -> Vec<Var> {
        let mut mentioned: Vec<Var> = pattern.edges.iter().flat_map(|e| [e.from, e.to]).collect();
        for condition in &pattern.conditions {
            condition.expr.walk(&mut |e| match &e.kind {
                ExprKind::Attribute { of, .. } => mentioned.push(*of),
                ExprKind::Number(var) => mentioned.push(*var),
                ExprKind::Same(a, b) => mentioned.extend([*a, *b]),
                ExprKind::Exists(id) | ExprKind::Count(id) => {
                    let inner = self.sub_patterns[id.index()].as_ref();
                    mentioned.extend(inner.iter().flat_map(|s| &s.outer));
                }
                _ => {}
            });
        }
        mentioned
    }

    /// A node of a sub-pattern that has a name, no type, and no other mention can be any node: mostly one was meant that is there already.
    fn warn_of_lone_names(&self, pattern: &Pattern, mentioned: &[Var]) {
        for &var in &pattern.elements {
            let element = &self.elements[var.index()];
            let (Some(name), Sort::Node(_)) = (&element.name, &element.sort) else {
                continue;
            };
            let mentions = mentioned.iter().filter(|&&m| m == var).count();
            let misleads = self.hidden_named(name).is_some_and(|h| h.misleads);
            let fine = self.written[var.index()].is_some() || self.is_poison(var);
            if fine || misleads || mentions > 1 {
                continue;
            }
            let message =
                format!("`{name}` is any node here: no element of this name is visible outside");
            let visible = self
                .view
                .names
                .iter()
                .filter(|(_, v)| matches!(self.sort(*v), Sort::Node(_)));
            let names: Vec<&str> = visible.map(|(name, _)| name.as_str()).collect();
            let help = match (suggest(name, names.iter().copied()), &names[..]) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, []) => "a node that may be any needs no name".to_owned(),
                (None, names) => format!(
                    "visible are {}; a node that may be any needs no name",
                    listed(names.iter().copied())
                ),
            };
            let warning = Diagnostic::warning("lone-name", element.span, message);
            self.env.report.push(warning.help(help));
        }
    }
}

/// The variables that a sub-pattern mentions and does not bind.
fn outer(pattern: &Pattern, mut mentioned: Vec<Var>) -> Vec<Var> {
    mentioned.retain(|var| !pattern.elements.contains(var));
    sorted(&mentioned)
}

/// A node or edge of a pattern tree.
pub(super) struct Part<'t> {
    pub(super) attributes: &'t [(Name, ExprTree)],
    pub(super) condition: Option<&'t ExprTree>,
}

/// Nodes and edges of patterns in the order of the text.
pub(super) fn parts(trees: &[PatternTree]) -> impl Iterator<Item = Part<'_>> {
    trees.iter().flat_map(|t| &t.paths).flat_map(|path| {
        let steps = path.steps.iter().flat_map(|(e, n)| {
            [
                Part::of(&e.attributes, e.condition.as_ref()),
                Part::of_node(n),
            ]
        });
        std::iter::once(Part::of_node(&path.first)).chain(steps)
    })
}

impl<'t> Part<'t> {
    fn of_node(node: &'t NodeTree) -> Part<'t> {
        Part::of(&node.attributes, node.condition.as_ref())
    }

    fn of(attributes: &'t [(Name, ExprTree)], condition: Option<&'t ExprTree>) -> Part<'t> {
        Part {
            attributes,
            condition,
        }
    }
}

/// Every node with a name and a type: the first types that are written for the name.
fn annotations(trees: &[PatternTree]) -> Annotations<'_> {
    let mut annotations = Annotations::new();
    for node in nodes(trees) {
        if let (Some(name), [_, ..]) = (&node.name, &node.types[..]) {
            annotations.entry(&name.value).or_insert(&node.types);
        }
    }
    annotations
}

/// The nodes of patterns in the order of the text.
pub(super) fn nodes(trees: &[PatternTree]) -> impl Iterator<Item = &NodeTree> {
    let paths = trees.iter().flat_map(|t| &t.paths);
    paths.flat_map(|path| std::iter::once(&path.first).chain(path.steps.iter().map(|(_, n)| n)))
}

/// All names that patterns mention, with their places.
pub(super) fn names(trees: &[PatternTree]) -> impl Iterator<Item = &Name> {
    let edges = trees.iter().flat_map(|t| &t.paths).flat_map(|p| &p.steps);
    let edge_names = edges.filter_map(|(e, _)| e.name.as_ref());
    nodes(trees)
        .filter_map(|n| n.name.as_ref())
        .chain(edge_names)
}

fn directed(tree: &EdgeTree, edge: Var, left: Var, right: Var) -> PatternEdge {
    let (from, to) = match tree.direction {
        Direction::Left => (right, left),
        Direction::Right | Direction::Undirected => (left, right),
    };
    PatternEdge {
        edge,
        from,
        to,
        undirected: tree.direction == Direction::Undirected,
    }
}

pub(super) fn sorted<T: Ord + Copy>(items: &[T]) -> Vec<T> {
    let mut items = items.to_vec();
    items.sort_unstable();
    items.dedup();
    items
}

pub(super) fn boolean(kind: ExprKind) -> Expr {
    Expr {
        kind,
        ty: Type::Bool,
    }
}
