//! Names in expressions: parameters, attributes, values of enumerations, metrics.

use super::{
    body::Body,
    expr::constant,
    report::{unknown, unknown_of},
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, Var},
    model::ParameterValue,
    pattern::Sort,
    source::Span,
    syntax::tree::{ExprTree, ExprTreeKind, Name},
    types::{AttributeId, Type},
};

impl Body<'_> {
    /// A lone name.
    pub(super) fn name(&mut self, name: &str, span: Span) -> Option<Expr> {
        if self.visible(name).is_some() {
            let message = format!("`{name}` is an element, not a value");
            let mistake = Diagnostic::error("element-as-value", span, message);
            return self.env.report.fail(mistake.help(format!(
                "read an attribute, `{name}.…`, or its number, `id({name})`"
            )));
        }
        match name {
            "now" => {
                return self.time_dependent(ExprKind::Now, Type::Real, self.place.now, "now", span);
            }
            "index" => {
                return self.time_dependent(
                    ExprKind::Index,
                    Type::Int,
                    self.place.index,
                    "index",
                    span,
                );
            }
            _ => {}
        }
        if self.metrics.is_some() && !self.env.parameters.names.contains_key(name) {
            return self.metric(name, None, span);
        }
        self.parameter(name, span)
    }

    fn time_dependent(
        &self,
        kind: ExprKind,
        ty: Type,
        allowed: bool,
        name: &str,
        span: Span,
    ) -> Option<Expr> {
        if allowed {
            return Some(Expr { kind, ty });
        }
        let message = format!("`{name}` cannot be read in {}", self.place.name);
        let mistake = Diagnostic::error("not-here", span, message);
        self.env.report.fail(mistake.help(match name {
            "now" => self.place.why_no_now,
            _ => "`index` counts the repetitions of `Repeat` and the rows of `Nodes` and `Edges`",
        }))
    }

    fn parameter(&mut self, name: &str, span: Span) -> Option<Expr> {
        let parameters = &self.env.parameters;
        let Some(&id) = parameters.names.get(name) else {
            if parameters.unreadable.contains(name) {
                return None;
            }
            let candidates = parameters.names.keys().map(String::as_str);
            let variables = self.view.names.iter().map(|(n, _)| n.as_str());
            let mistake = unknown(
                "unknown-name",
                "name",
                name,
                span,
                candidates.chain(variables),
            );
            let mistake = match self.env.types.graph.enumerator_named(name) {
                Some(in_full) => mistake.help(format!("write `{in_full}`")),
                None => mistake,
            };
            return self.env.report.fail(self.explain_hidden(name, mistake));
        };
        parameters.note_use(id);
        match parameters.values[id.index()].as_ref()? {
            ParameterValue::Value(value) => Some(Expr {
                kind: ExprKind::Parameter(id),
                ty: value.ty(),
            }),
            ParameterValue::Text(_) => {
                let message = format!("the parameter `{name}` is a text");
                let mistake = Diagnostic::error("text-parameter", span, message)
                    .label("a number or truth value is needed")
                    .related(parameters.spans[id.index()], "declared here")
                    .help("text parameters are used in `{…}` of file names only");
                self.env.report.fail(mistake)
            }
        }
    }

    /// `of.name`
    pub(super) fn member(&mut self, of: &ExprTree, name: &Name, span: Span) -> Option<Expr> {
        match &of.kind {
            ExprTreeKind::Name(owner) => self.member_of(owner, of.span, name, span),
            ExprTreeKind::Call {
                name: table,
                arguments,
            } if !self.is_function(&table.value) => self.look_up(table, arguments, name),
            _ => {
                let message = "only elements, enumerations and look-ups have members";
                self.env
                    .report
                    .fail(Diagnostic::error("no-member", span, message))
            }
        }
    }

    fn member_of(
        &mut self,
        owner: &str,
        owner_span: Span,
        name: &Name,
        span: Span,
    ) -> Option<Expr> {
        if let Some(var) = self.visible(owner) {
            return self.attribute(var, name);
        }
        if let Some(enumeration) = self.env.types.enumeration(owner) {
            return self
                .env
                .types
                .enumerator(self.env.report, enumeration, &name.value, name.span)
                .map(constant);
        }
        if self.metrics.is_some() {
            return self.metric(owner, Some(name), span);
        }
        if self.env.types.is_unreadable(owner) {
            return None;
        }
        let variables = self.view.names.iter().map(|(n, _)| n.as_str());
        let candidates = variables.chain(self.env.types.enumeration_names());
        let mistake = unknown(
            "unknown-variable",
            "variable",
            owner,
            owner_span,
            candidates,
        );
        self.env.report.fail(self.explain_hidden(owner, mistake))
    }

    /// `var.name`
    pub(super) fn attribute(&mut self, var: Var, name: &Name) -> Option<Expr> {
        let (attribute, ty, _) = self.attribute_of(var, name)?;
        Some(Expr {
            kind: ExprKind::Attribute { of: var, attribute },
            ty,
        })
    }

    /// An attribute that every type of an element has, with its type and a declaration.
    pub(super) fn attribute_of(&self, var: Var, name: &Name) -> Option<(AttributeId, Type, Span)> {
        if self.is_poison(var) {
            return None;
        }
        let graph = &self.env.types.graph;
        let owners: Vec<_> = match self.sort(var) {
            Sort::Node(types) => {
                let known = types.iter().map(|&t| {
                    (
                        graph.node(t).name.as_str(),
                        &graph.node(t).attributes,
                        self.env.types.node_incomplete(t),
                    )
                });
                known.collect()
            }
            Sort::Edge(types) => {
                let known = types.iter().map(|&t| {
                    (
                        graph.edge(t).name.as_str(),
                        &graph.edge(t).attributes,
                        self.env.types.edge_incomplete(t),
                    )
                });
                known.collect()
            }
        };
        let id = self.env.types.attribute(&name.value);
        let mut found: Option<(Type, Span)> = None;
        for (owner, attributes, incomplete) in &owners {
            match attributes.iter().find(|a| Some(a.id) == id) {
                None if *incomplete => return None,
                None => {
                    let candidates = attributes
                        .iter()
                        .map(|a| graph.attributes[a.id.index()].as_str());
                    let mistake = unknown_of(
                        "unknown-attribute",
                        ("attribute", owner),
                        &name.value,
                        name.span,
                        candidates,
                    );
                    return self.env.report.fail(self.which_types(
                        mistake,
                        var,
                        owner,
                        owners.len(),
                    ));
                }
                Some(attribute) => match found {
                    Some((ty, first)) if ty != attribute.ty => {
                        let message = format!(
                            "`{}` is {} in one type and {} in another",
                            name.value,
                            self.type_name(ty),
                            self.type_name(attribute.ty)
                        );
                        let mistake = Diagnostic::error("attribute-type", name.span, message)
                            .related(first, "one declaration")
                            .related(attribute.span, "another");
                        return self.env.report.fail(mistake);
                    }
                    _ => found = Some((attribute.ty, attribute.span)),
                },
            }
        }
        let (ty, declared) = found?;
        Some((id?, ty, declared))
    }

    /// Says that an attribute is missing in one of several types.
    fn which_types(&self, mistake: Diagnostic, var: Var, owner: &str, types: usize) -> Diagnostic {
        if types < 2 {
            return mistake;
        }
        let note = format!(
            "it may be any of {}, and `{owner}` has no such attribute",
            self.describe(var)
        );
        mistake.related(self.elements[var.index()].span, note)
    }
}
