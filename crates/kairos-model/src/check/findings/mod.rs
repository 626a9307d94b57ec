//! What is probably not as it was meant in a model without mistakes: what can never happen, what is never there, what nobody
//! reads. Found without running anything; what is said here holds for every run of the model.

mod reach;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use self::reach::{Blocker, Reach};
use super::report::listed;
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Var},
    formulas::Owner,
    model::{Model, Parameter},
    pattern::{Scope, Sort},
    rule::{Created, Rule, RuleId},
    source::Span,
    types::{Attribute, EdgeTypeId, NodeTypeId},
};

/// Warnings about a model, by what they are about, each in the order of the model.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Rules that are switched on and can never have an effect.
    pub never_fires: Vec<Diagnostic>,
    /// Types of which no element is ever there.
    pub never_created: Vec<Diagnostic>,
    /// Attributes that no expression reads.
    pub never_read: Vec<Diagnostic>,
    /// Parameters that nothing names.
    pub unused: Vec<Diagnostic>,
}

impl Findings {
    /// All of them.
    pub fn all(self) -> impl Iterator<Item = Diagnostic> {
        let parts = [
            self.never_fires,
            self.never_created,
            self.never_read,
            self.unused,
        ];
        parts.into_iter().flatten()
    }
}

/// What is to be said of a model before any run.
///
/// Every graph that the model can reach is approximated from above, so that a rule that is named here can never have an effect;
/// others may have none either.
#[must_use]
pub fn findings(model: &Model) -> Findings {
    let reach = Reach::new(model);
    Findings {
        never_fires: never_fires(model, &reach),
        never_created: never_created(model, &reach),
        never_read: never_read(model, &reach),
        unused: unused(model),
    }
}

fn never_fires(model: &Model, reach: &Reach<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
        if reach.is_switched_off(id) {
            continue;
        }
        match reach.blocker(rule) {
            None => {}
            Some(Blocker::Condition(condition)) => {
                let message = format!("rule `{}` can never have an effect", rule.name);
                let warning = Diagnostic::warning("never-fires", condition.span, message)
                    .label("this never holds")
                    .related(rule.span, "in this rule");
                found.push(match values(model, reach, &rule.scope, &condition.expr) {
                    Some(help) => warning.help(help),
                    None => warning,
                });
            }
            Some(Blocker::Element(var)) => {
                let message = format!("rule `{}` can never have an effect", rule.name);
                let element = rule.scope.element(var);
                let (what, creators) = absent(model, reach, &rule.scope, var);
                let warning = Diagnostic::warning("never-fires", element.span, message)
                    .label(format!("no {what} is ever there"))
                    .related(rule.span, "in this rule");
                found.push(match creators {
                    Some(creators) => warning.help(creators),
                    None => warning,
                });
            }
        }
    }
    found
}

/// What the attributes that a condition reads can be, where that is known.
fn values(model: &Model, reach: &Reach<'_>, scope: &Scope, condition: &Expr) -> Option<String> {
    let known = reach.known(scope, condition).into_iter();
    let said = known.filter_map(|(var, attribute, values)| {
        let name = scope.element(var).name.as_ref()?;
        let attribute = &model.types.attributes[attribute.index()];
        let values: Vec<String> = values.iter().map(|v| model.types.shown(*v)).collect();
        let values = values.join(" or ");
        Some(format!("`{name}.{attribute}` is only ever {values}"))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The types of an element that is never there, in words; and the rules that would create one.
fn absent(model: &Model, reach: &Reach<'_>, scope: &Scope, var: Var) -> (String, Option<String>) {
    let (names, creates): (Vec<&str>, Vec<&Rule>) = match &scope.element(var).sort {
        Sort::Node(types) => (
            types
                .iter()
                .map(|&t| model.types.node(t).name.as_str())
                .collect(),
            creators(
                model,
                |c| matches!(c, Created::Node(t) if types.contains(&t)),
            ),
        ),
        Sort::Edge(types) => (
            types
                .iter()
                .map(|&t| model.types.edge(t).name.as_str())
                .collect(),
            creators(
                model,
                |c| matches!(c, Created::Edge { ty, .. } if types.contains(&ty)),
            ),
        ),
    };
    let shown = names.len().min(6);
    let dots = if shown < names.len() { "|…" } else { "" };
    let there = match &scope.element(var).sort {
        Sort::Edge(types) => types.iter().any(|&t| reach.has_edge(t)),
        Sort::Node(_) => false,
    };
    let between = if there { " between such nodes" } else { "" };
    let what = format!("`{}{dots}`{between}", names[..shown].join("|"));
    (what, says(reach, model, &creates))
}

/// Why the rules that would create something do not.
fn says(reach: &Reach<'_>, model: &Model, creators: &[&Rule]) -> Option<String> {
    let names_of = |is_it: &dyn Fn(RuleId, &Rule) -> bool| {
        let ids = creators
            .iter()
            .filter_map(|r| Some((model.rule_named(&r.name)?, *r)));
        let names: Vec<&str> = ids
            .filter(|&(id, rule)| is_it(id, rule))
            .map(|(_, rule)| rule.name.as_str())
            .collect();
        (!names.is_empty()).then(|| listed(names))
    };
    let off = names_of(&|id, _| reach.is_switched_off(id));
    let off = off.map(|names| format!("{names} would create one, but is switched off"));
    let stuck = names_of(&|id, rule| !reach.is_switched_off(id) && reach.blocker(rule).is_some());
    let stuck =
        stuck.map(|names| format!("{names} would create one, but can never have an effect"));
    let said: Vec<String> = off.into_iter().chain(stuck).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// The rules that create something, whether they can fire or not.
fn creators(model: &Model, is_it: impl Fn(Created) -> bool) -> Vec<&Rule> {
    let creates = |rule: &&Rule| {
        let blocks = rule.for_each.iter().flat_map(|block| &block.effect.create);
        let mut created = rule.effect.create.iter().chain(blocks);
        created.any(|c| is_it(c.what))
    };
    model.rules.iter().filter(creates).collect()
}

fn never_created(model: &Model, reach: &Reach<'_>) -> Vec<Diagnostic> {
    let warning = |name: &str, span: Span, creators: &[&Rule]| {
        let message = format!("no `{name}` is ever created");
        let warning = Diagnostic::warning("never-created", span, message);
        match says(reach, model, creators) {
            Some(help) => warning.help(help),
            None => warning.label("neither by the start graph nor by a rule"),
        }
    };
    let nodes = (0..).map(NodeTypeId).zip(&model.types.nodes);
    let nodes = nodes.filter(|&(id, ty)| !ty.is_abstract && !reach.has_node(id));
    let nodes = nodes.map(|(id, ty)| {
        let by = creators(model, |c| matches!(c, Created::Node(t) if t == id));
        warning(&ty.name, ty.span, &by)
    });
    let edges = (0..).map(EdgeTypeId).zip(&model.types.edges);
    let edges = edges.filter(|&(id, _)| !reach.has_edge(id));
    let edges = edges.map(|(id, ty)| {
        let by = creators(model, |c| matches!(c, Created::Edge { ty, .. } if ty == id));
        warning(&ty.name, ty.span, &by)
    });
    nodes.chain(edges).collect()
}

/// Attributes are told apart by where they are declared: a subtype shares those of its parent. Of types that are never there nothing more
/// is said.
fn never_read(model: &Model, reach: &Reach<'_>) -> Vec<Diagnostic> {
    let mut read = BTreeSet::new();
    // Formulas can only be visited where they may be changed.
    model.clone().for_each_formula(&mut |owner, formula| {
        formula.expr.walk(&mut |e| {
            if let ExprKind::Attribute { of, attribute } = e.kind {
                let declared = columns(model, owner, of);
                read.extend(declared.filter(|a| a.id == attribute).map(|a| a.span));
            }
        });
    });
    let types = &model.types;
    let nodes = types.nodes.iter();
    let nodes = nodes.filter(|ty| ty.concrete.iter().any(|&t| reach.has_node(t)));
    let nodes = nodes.map(|ty| (&ty.name, &ty.attributes));
    let edges = (0..).map(EdgeTypeId).zip(&types.edges);
    let edges = edges.filter(|&(id, _)| reach.has_edge(id));
    let edges = edges.map(|(_, ty)| (&ty.name, &ty.attributes));
    let mut told = BTreeSet::new();
    let mut found = Vec::new();
    for (owner, attribute) in nodes
        .chain(edges)
        .flat_map(|(owner, attributes)| attributes.iter().map(move |a| (owner, a)))
    {
        if !read.contains(&attribute.span) && told.insert(attribute.span) {
            let name = &types.attributes[attribute.id.index()];
            let message = format!("nobody reads attribute `{name}` of `{owner}`");
            found.push(Diagnostic::warning("never-read", attribute.span, message));
        }
    }
    found
}

/// The attributes of every type that a variable can have.
fn columns(model: &Model, owner: Owner, var: Var) -> impl Iterator<Item = &Attribute> {
    let types = &model.types;
    let (nodes, edges): (&[NodeTypeId], &[EdgeTypeId]) =
        match model.scope(owner).map(|scope| &scope.element(var).sort) {
            Some(Sort::Node(nodes)) => (nodes, &[]),
            Some(Sort::Edge(edges)) => (&[], edges),
            None => (&[], &[]),
        };
    let nodes = nodes.iter().flat_map(|&t| &types.node(t).attributes);
    nodes.chain(edges.iter().flat_map(|&t| &types.edge(t).attributes))
}

fn unused(model: &Model) -> Vec<Diagnostic> {
    let unused = model.parameters.iter().filter(|p| !p.is_used);
    let warning = |p: &Parameter| {
        let message = format!("nothing uses parameter `{}`", p.name);
        Diagnostic::warning("unused-parameter", p.span, message)
    };
    unused.map(warning).collect()
}
