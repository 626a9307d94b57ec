//! Readers of rule sets.

use super::{Reader, spanned};
use crate::{
    source::{FileId, Span, Spanned},
    spec::{
        AttributeSpec, ChoiceSpec, EdgeTypeSpec, EndsSpec, Entries, ForEachSpec, NodeTypeSpec,
        PickSpec, RuleSetSpec, RuleSpec, Text,
        ron::{Item, Kind, Value},
    },
};

#[derive(Default)]
struct TypesSpec {
    nodes: Entries<NodeTypeSpec>,
    edges: Entries<EdgeTypeSpec>,
    enumerations: Entries<Vec<Text>>,
}

pub(super) fn rule_set(reader: &mut Reader, file: FileId, value: &Value) -> Option<RuleSetSpec> {
    let mut f = reader.fields(value, "a rule set")?;
    let include = f.optional("include", Reader::texts).unwrap_or_default();
    let types = f.optional("types", types).unwrap_or_default();
    let parameters = f.optional("parameters", |r, v| r.entries(v, Reader::number_or_text));
    let rules = f.optional("rules", |r, v| r.entries(v, rule));
    f.finish();
    Some(RuleSetSpec {
        file,
        include,
        node_types: types.nodes,
        edge_types: types.edges,
        enumerations: types.enumerations,
        parameters: parameters.unwrap_or_default(),
        rules: rules.unwrap_or_default(),
        unreadable: std::mem::take(&mut reader.unreadable),
    })
}

fn types(reader: &mut Reader, value: &Value) -> Option<TypesSpec> {
    let mut f = reader.plain_fields(value, "the type graph")?;
    let nodes = f.optional("nodes", |r, v| r.entries(v, node_type));
    let edges = f.optional("edges", |r, v| r.entries(v, edge_type));
    let enumerations = f.optional("enumerations", |r, v| r.entries(v, Reader::texts));
    f.finish();
    Some(TypesSpec {
        nodes: nodes.unwrap_or_default(),
        edges: edges.unwrap_or_default(),
        enumerations: enumerations.unwrap_or_default(),
    })
}

fn node_type(reader: &mut Reader, value: &Value) -> Option<NodeTypeSpec> {
    let mut f = reader.plain_fields(value, "a node type")?;
    let spec = NodeTypeSpec {
        is: f.optional("is", Reader::text),
        is_abstract: f
            .optional("abstract", Reader::bool)
            .is_some_and(|b| b.value),
        attributes: f.optional("attributes", attributes).unwrap_or_default(),
    };
    f.finish();
    Some(spec)
}

fn edge_type(reader: &mut Reader, value: &Value) -> Option<EdgeTypeSpec> {
    let mut f = reader.plain_fields(value, "an edge type")?;
    let undirected = f.has("between");
    let ends = if undirected {
        f.required("between", |r, v| r.between(v))
    } else {
        let from = f.required("from", Reader::text);
        let to = f.required("to", Reader::text);
        from.zip(to).map(|(from, to)| {
            let (start, end) = (from.span.min(to.span), from.span.max(to.span));
            let span = Span {
                end: end.end,
                ..start
            };
            Spanned {
                value: EndsSpec::Directed(from, to),
                span,
            }
        })
    };
    let unique = f.optional("unique", Reader::bool).is_some_and(|b| b.value);
    let attributes = f.optional("attributes", attributes).unwrap_or_default();
    if undirected && (f.has("from") || f.has("to")) {
        let message = "an edge type is either directed, `from` and `to`, or undirected, `between`";
        f.reader.error("ends-twice", value.span, message);
    } else {
        f.finish();
    }
    Some(EdgeTypeSpec {
        ends: ends?,
        unique,
        attributes,
    })
}

fn attributes(reader: &mut Reader, value: &Value) -> Option<Entries<AttributeSpec>> {
    reader.inner_entries(value, attribute)
}

fn attribute(reader: &mut Reader, value: &Value) -> Option<AttributeSpec> {
    let name = reader.variant(value, "an attribute type", &["Int", "Real", "Bool", "Enum"])?;
    let mut f = reader.fields(value, "an attribute type")?;
    let spec = match name.value.as_str() {
        "Int" => Some(AttributeSpec::Int(
            f.optional_argument("default", Reader::integer),
        )),
        "Real" => Some(AttributeSpec::Real(
            f.optional_argument("default", Reader::real),
        )),
        "Bool" => Some(AttributeSpec::Bool(
            f.optional_argument("default", Reader::bool),
        )),
        _ => {
            let of = f.argument("of", Reader::text);
            let default = f.optional_argument("default", Reader::text);
            of.map(|of| AttributeSpec::Enum(of, default))
        }
    };
    f.finish();
    spec
}

fn rule(reader: &mut Reader, value: &Value) -> Option<RuleSpec> {
    let mut f = reader.plain_fields(value, "a rule")?;
    let spec = RuleSpec {
        matches: f
            .optional("match", Reader::one_or_more_texts)
            .unwrap_or_default(),
        condition: f.optional("where", Reader::text),
        unless: f
            .optional("unless", Reader::one_or_more_texts)
            .unwrap_or_default(),
        choose: f.optional("choose", choices).unwrap_or_default(),
        then_where: f.optional("then_where", Reader::text),
        then_unless: f
            .optional("then_unless", Reader::one_or_more_texts)
            .unwrap_or_default(),
        required: f.optional("required", Reader::bool),
        delete: f
            .optional("delete", Reader::one_or_more_texts)
            .unwrap_or_default(),
        create: f
            .optional("create", Reader::one_or_more_texts)
            .unwrap_or_default(),
        set: f
            .optional("set", Reader::one_or_more_texts)
            .unwrap_or_default(),
        for_each: f
            .optional("for_each", |r, v| r.list(v, for_each))
            .unwrap_or_default(),
        symmetric: f.optional("symmetric", Reader::bool),
    };
    f.finish();
    Some(spec)
}

fn for_each(reader: &mut Reader, value: &Value) -> Option<ForEachSpec> {
    let mut f = reader.plain_fields(value, "a for_each block")?;
    let matches = f.required("match", Reader::one_or_more_texts);
    let condition = f.optional("where", Reader::text);
    let delete = f
        .optional("delete", Reader::one_or_more_texts)
        .unwrap_or_default();
    let create = f
        .optional("create", Reader::one_or_more_texts)
        .unwrap_or_default();
    let set = f
        .optional("set", Reader::one_or_more_texts)
        .unwrap_or_default();
    f.finish();
    Some(ForEachSpec {
        matches: matches?,
        condition,
        delete,
        create,
        set,
    })
}

/// A list of choices, or a lone one.
fn choices(reader: &mut Reader, value: &Value) -> Option<Vec<ChoiceSpec>> {
    match &value.kind {
        Kind::Group { .. } => choice(reader, value).map(|c| vec![c]),
        _ => reader.list(value, choice),
    }
}

fn choice(reader: &mut Reader, value: &Value) -> Option<ChoiceSpec> {
    let name = reader.variant(
        value,
        "a way to choose",
        &["Uniform", "Max", "Min", "Weighted"],
    )?;
    let mut f = reader.fields(value, "a choice")?;
    let (pick, of) = if name.value == "Uniform" {
        (Some(PickSpec::Uniform), f.argument("of", Reader::text))
    } else {
        let value = f.argument("value", Reader::text);
        let pick = value.map(|v| match name.value.as_str() {
            "Max" => PickSpec::Max(v),
            "Min" => PickSpec::Min(v),
            _ => PickSpec::Weighted(v),
        });
        (pick, f.argument("of", Reader::text))
    };
    f.finish();
    Some(ChoiceSpec {
        pick: pick?,
        of: of?,
        span: value.span,
    })
}

impl Reader {
    fn between(&mut self, value: &Value) -> Option<Spanned<EndsSpec>> {
        let (a, b) = self.pair(value)?;
        Some(spanned(EndsSpec::Undirected(a, b), value))
    }

    /// `("a", "b")`.
    pub(super) fn pair(&mut self, value: &Value) -> Option<(Text, Text)> {
        let pair: Vec<&Value> = match &value.kind {
            Kind::Group {
                name: None,
                items: Some(items),
            } if items.iter().all(|i| i.name.is_none()) => {
                items.iter().map(|Item { value, .. }| value).collect()
            }
            Kind::List(values) => values.iter().collect(),
            _ => Vec::new(),
        };
        match pair[..] {
            [a, b] => {
                let (a, b) = (self.text(a), self.text(b));
                a.zip(b)
            }
            _ => self.wrong_kind(value, "two strings, `(\"a\", \"b\")`"),
        }
    }
}
