//! Parameters: declared in layers, each layer overriding the ones before, and evaluated in the order of need.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    body::Body,
    env::Env,
    order::sort_by_need,
    place::Place,
    report::{dense, duplicate, unknown},
    types::is_name,
};
use crate::{
    diagnostic::Diagnostic,
    expr::ParameterId,
    model::{Parameter, ParameterValue},
    source::Span,
    spec::{NumberOrText, Text},
    syntax::{
        parse_expr,
        tree::{ExprTree, ExprTreeKind},
    },
    types::Value,
};

/// Definitions of one origin: a rule set's defaults, a model's values, a scenario's changes, the command line.
pub(super) struct Layer<'s> {
    pub(super) entries: Vec<(&'s Text, &'s NumberOrText)>,
    /// Whether it may name parameters that no layer before it has.
    pub(super) declares: bool,
}

/// A parameter with all its definitions, first to last.
struct Declared<'s> {
    name: &'s Text,
    definitions: Vec<Definition<'s>>,
}

struct Definition<'s> {
    value: &'s NumberOrText,
    /// The expression, where it is one and could be read.
    tree: Option<ExprTree>,
    span: Span,
}

impl Declared<'_> {
    fn first(&self) -> &Definition<'_> {
        &self.definitions[0]
    }

    fn last(&self) -> &Definition<'_> {
        self.definitions.last().expect("declared by a definition")
    }
}

/// Reads and evaluates all parameters into `env`. `texts` are the names that file names mention.
pub(super) fn read(env: &mut Env<'_>, layers: &[Layer<'_>], texts: &BTreeSet<String>) {
    let declared = declare(env, layers, texts);
    for parameter in &declared {
        let count = env.parameters.values.len();
        let Some(id) = dense(env.report, count, "parameters", parameter.name.span) else {
            return;
        };
        let name = parameter.name.value.clone();
        env.parameters.names.insert(name, ParameterId(id));
        env.parameters.values.push(None);
        env.parameters.spans.push(parameter.last().span);
    }
    let needs: Vec<Vec<usize>> = declared.iter().map(|p| needs(env, p)).collect();
    let (order, cycles) = sort_by_need(&needs);
    for cycle in &cycles {
        let mut chain: Vec<&str> = cycle
            .iter()
            .map(|&i| declared[i].name.value.as_str())
            .collect();
        chain.push(chain[0]);
        let message = format!(
            "parameters are defined by each other: {}",
            chain.join(" → ")
        );
        let span = declared[cycle[0]].last().span;
        env.report
            .push(Diagnostic::error("parameter-cycle", span, message));
    }
    let cyclic: BTreeSet<usize> = cycles.into_iter().flatten().collect();
    for at in order {
        if !cyclic.contains(&at) {
            let is_text = matches!(declared[at].first().value, NumberOrText::Text(_))
                && texts.contains(&declared[at].name.value);
            env.parameters.values[at] = value(env, &declared[at], is_text);
        }
    }
}

fn declare<'s>(env: &Env<'_>, layers: &[Layer<'s>], texts: &BTreeSet<String>) -> Vec<Declared<'s>> {
    let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
    let mut declared: Vec<Declared<'s>> = Vec::new();
    for layer in layers {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        for &(name, value) in &layer.entries {
            if let Some(&first) = seen.get(name.value.as_str()) {
                env.report
                    .push(duplicate("parameter", &name.value, name.span, first));
                continue;
            }
            seen.insert(&name.value, name.span);
            let known = positions.get(name.value.as_str()).copied();
            if known.is_none() && !layer.declares {
                if !env.parameters.unreadable.contains(&name.value) {
                    env.report.push(unknown(
                        "unknown-parameter",
                        "parameter",
                        &name.value,
                        name.span,
                        positions.keys().copied(),
                    ));
                }
                continue;
            }
            if ["now", "index"].contains(&name.value.as_str()) || !is_name(&name.value) {
                let message = format!("`{}` cannot be the name of a parameter", name.value);
                env.report
                    .push(Diagnostic::error("bad-name", name.span, message));
                continue;
            }
            let at = known.unwrap_or_else(|| {
                positions.insert(&name.value, declared.len());
                declared.push(Declared {
                    name,
                    definitions: Vec::new(),
                });
                declared.len() - 1
            });
            let text_expected = declared[at].definitions.first().map_or(value, |d| d.value);
            let is_text =
                texts.contains(&name.value) && matches!(text_expected, NumberOrText::Text(_));
            declared[at]
                .definitions
                .push(definition(env, value, is_text));
        }
    }
    declared
}

fn definition<'s>(env: &Env<'_>, value: &'s NumberOrText, is_text: bool) -> Definition<'s> {
    let (tree, span) = match value {
        NumberOrText::Text(text) if is_text => (None, text.span),
        NumberOrText::Text(text) => (env.report.accept(parse_expr(text)), text.span),
        NumberOrText::Int(i) => (None, i.span),
        NumberOrText::Real(r) => (None, r.span),
        NumberOrText::Bool(b) => (None, b.span),
    };
    Definition { value, tree, span }
}

/// The parameters that a parameter's first and last definitions read.
fn needs(env: &Env<'_>, parameter: &Declared<'_>) -> Vec<usize> {
    let mut names = Vec::new();
    for definition in [parameter.first(), parameter.last()] {
        if let Some(tree) = &definition.tree {
            collect_names(tree, &mut names);
        }
    }
    let ids = names
        .into_iter()
        .filter_map(|n| env.parameters.names.get(n));
    ids.map(|id| id.index()).collect()
}

fn collect_names<'t>(tree: &'t ExprTree, into: &mut Vec<&'t str>) {
    use ExprTreeKind as T;
    match &tree.kind {
        T::Name(name) => into.push(name),
        T::Member { of: inner, .. } | T::Not(inner) | T::Negate(inner) => {
            collect_names(inner, into)
        }
        T::Call { arguments, .. } => arguments.iter().for_each(|(_, a)| collect_names(a, into)),
        T::Binary { left, right, .. } => {
            collect_names(left, into);
            collect_names(right, into);
        }
        T::Case {
            branches,
            otherwise,
        } => {
            for (condition, result) in branches {
                collect_names(condition, into);
                collect_names(result, into);
            }
            collect_names(otherwise, into);
        }
        T::Int(_) | T::Real(_) | T::Bool(_) | T::Exists(_) | T::Count(_) => {}
    }
}

/// The value of the last definition, as one of the first one's type.
fn value(env: &Env<'_>, parameter: &Declared<'_>, is_text: bool) -> Option<ParameterValue> {
    if is_text {
        return match parameter.last().value {
            NumberOrText::Text(text) => Some(ParameterValue::Text(text.value.clone())),
            _ => {
                let message = format!("the parameter `{}` is a text", parameter.name.value);
                let mistake = Diagnostic::error("wrong-type", parameter.last().span, message);
                env.report
                    .fail(mistake.related(parameter.first().span, "declared here"))
            }
        };
    }
    let mut body = Body::new(env, Place::CONSTANT);
    let first = evaluate(&mut body, parameter.first())?;
    if parameter.definitions.len() == 1 {
        return Some(ParameterValue::Value(first));
    }
    let last = evaluate(&mut body, parameter.last())?;
    match (first, last) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "an Int where a Real is needed is rounded, as everywhere"
        )]
        (Value::Real(_), Value::Int(i)) => Some(ParameterValue::Value(Value::Real(i as f64))),
        _ if first.ty() == last.ty() => Some(ParameterValue::Value(last)),
        _ => {
            let (want, have) = (body.type_name(first.ty()), body.type_name(last.ty()));
            let message = format!(
                "the parameter `{}` is {want}, this is {have}",
                parameter.name.value
            );
            let mistake = Diagnostic::error("wrong-type", parameter.last().span, message)
                .related(parameter.first().span, "its default says which type it has");
            env.report.fail(match (first, last) {
                (Value::Int(i), Value::Real(_)) => mistake.help(format!(
                    "write the default as `{i}.0` if it may be any number"
                )),
                _ => mistake,
            })
        }
    }
}

fn evaluate(body: &mut Body<'_>, definition: &Definition<'_>) -> Option<Value> {
    match (definition.value, &definition.tree) {
        (NumberOrText::Int(i), _) => Some(Value::Int(i.value)),
        (NumberOrText::Real(r), _) => Some(Value::Real(r.value)),
        (NumberOrText::Bool(b), _) => Some(Value::Bool(b.value)),
        (NumberOrText::Text(_), tree) => {
            let tree = tree.as_ref()?;
            let expr = body.expr(tree)?;
            body.constant_value(&body.formula(expr, tree.span))
        }
    }
}

/// The names in the braces of a file name.
pub(super) fn braces(text: &str) -> impl Iterator<Item = &str> {
    text.split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name)
}

impl Env<'_> {
    /// A file name with its `{parameters}` replaced, and where its beginning was written: it is relative to the file there.
    pub(super) fn file_name(&self, text: &Text) -> Option<(Span, String)> {
        let mut written = text.span;
        let mut name = String::new();
        let mut rest = text.value.as_str();
        while let Some((before, behind)) = rest.split_once('{') {
            name.push_str(before);
            let Some((parameter, after)) = behind.split_once('}') else {
                let message = "a `{` in a file name needs a `}`: `{parameter}`";
                return self
                    .report
                    .fail(Diagnostic::error("file-name", text.span, message));
            };
            let Some(&id) = self.parameters.names.get(parameter) else {
                if self.parameters.unreadable.contains(parameter) {
                    return None;
                }
                let names = self.parameters.names.keys().map(String::as_str);
                return self.report.fail(unknown(
                    "unknown-parameter",
                    "parameter",
                    parameter,
                    text.span,
                    names,
                ));
            };
            self.parameters.note_use(id);
            let value = self.parameters.values[id.index()].as_ref()?;
            if name.is_empty() && matches!(value, ParameterValue::Text(_)) {
                written = self.parameters.spans[id.index()];
            }
            name.push_str(&shown(value));
            rest = after;
        }
        name.push_str(rest);
        Some((written, name))
    }

    /// All parameters with their values. `None` where one has a mistake.
    pub(super) fn checked_parameters(&self) -> Option<Vec<Parameter>> {
        let mut names: Vec<(&String, &ParameterId)> = self.parameters.names.iter().collect();
        names.sort_unstable_by_key(|(_, id)| **id);
        let parameters = names.into_iter().map(|(name, &id)| {
            Some(Parameter {
                name: name.clone(),
                value: self.parameters.values[id.index()].clone()?,
                span: self.parameters.spans[id.index()],
                is_used: self.parameters.is_used(id),
            })
        });
        parameters.collect()
    }
}

fn shown(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::Value(Value::Int(i)) => i.to_string(),
        ParameterValue::Value(Value::Real(r)) => r.to_string(),
        ParameterValue::Value(Value::Bool(b)) => b.to_string(),
        ParameterValue::Value(Value::Enumerator(_, position)) => position.to_string(),
    }
}
