//! Readers of models.

use super::{Reader, bare, spanned, unquoted};
use crate::{
    probe::Summary,
    source::{FileId, Spanned},
    spec::{
        ArgumentSpec, Entries, ModelSpec, NumberOrText, ProbeKindSpec, ProbeSpec, StartSpec,
        TableSpec, Text, TimerSpec,
        ron::{Kind, Value},
    },
};

pub(super) fn model(reader: &mut Reader, file: FileId, value: &Value) -> Option<ModelSpec> {
    let mut f = reader.fields(value, "a model")?;
    let rules = f.required("rules", Reader::text);
    let parameters = f.optional("parameters", |r, v| r.entries(v, Reader::number_or_text));
    let tables = f.optional("tables", |r, v| r.entries(v, table));
    let start = f.optional("start", |r, v| r.list(v, start));
    let timers = f.optional("timers", |r, v| r.entries(v, timer));
    let probes = f.optional("probes", |r, v| r.entries(v, probe));
    let horizon = f.optional("horizon", Reader::number_or_text);
    let warm_up = f.optional("warm_up", Reader::number_or_text);
    let sample_every = f.optional("sample_every", Reader::number_or_text);
    let stop_when = f.optional("stop_when", Reader::text);
    let time_unit = f.optional("time_unit", Reader::text);
    let limits = f.optional("limits", |r, v| r.entries(v, Reader::number_or_text));
    f.finish();
    Some(ModelSpec {
        file,
        rules: rules?,
        parameters: parameters.unwrap_or_default(),
        tables: tables.unwrap_or_default(),
        start: start.unwrap_or_default(),
        timers: timers.unwrap_or_default(),
        probes: probes.unwrap_or_default(),
        horizon,
        warm_up,
        sample_every,
        stop_when,
        time_unit,
        limits: limits.unwrap_or_default(),
        unreadable: std::mem::take(&mut reader.unreadable),
    })
}

fn table(reader: &mut Reader, value: &Value) -> Option<TableSpec> {
    reader.variant(value, "a kind of table", &["Csv"])?;
    let mut f = reader.fields(value, "a table")?;
    let file = f.argument("file", Reader::text);
    let key = f
        .optional("key", Reader::one_or_more_texts)
        .unwrap_or_default();
    let symmetric = f.optional("symmetric", Reader::bool);
    let diagonal = f.optional("diagonal", stand_in);
    let missing = f.optional("missing", stand_in);
    f.finish();
    Some(TableSpec {
        file: file?,
        key,
        symmetric,
        diagonal,
        missing,
    })
}

/// A row for keys that are not in the file.
fn stand_in(reader: &mut Reader, value: &Value) -> Option<Spanned<Entries<NumberOrText>>> {
    numbers(reader, value).map(|entries| spanned(entries, value))
}

fn numbers(reader: &mut Reader, value: &Value) -> Option<Entries<NumberOrText>> {
    reader.inner_entries(value, Reader::number_or_text)
}

/// A timer; which families and parameters there are is no matter of form.
pub(super) fn timer(reader: &mut Reader, value: &Value) -> Option<TimerSpec> {
    let Kind::Group {
        name: Some(family),
        items,
    } = &value.kind
    else {
        let wanted = "a timer like `Exponential(rate: 1.0)` or `Never`";
        return reader.no_text(value, wanted, unquoted);
    };
    let mut arguments: Entries<ArgumentSpec> = Vec::new();
    for item in items.iter().flatten() {
        let name = item
            .name
            .as_ref()
            .map_or_else(|| unnamed(&item.value), bare);
        if let Some((earlier, _)) = arguments.iter().find(|(n, _)| n.value == name.value) {
            let (message, help) = match &item.name {
                Some(name) => (format!("`{}` is given twice", name.value), None),
                None => (
                    "only a lone argument may go without a name".to_owned(),
                    Some("give each its name, as in `Normal(mean: 1.0, sd: 0.1)`".to_owned()),
                ),
            };
            let mistake = reader.error("duplicate-field", name.span, message);
            mistake.related = vec![(earlier.span, "first given here".to_owned())];
            mistake.help = help;
        } else if let Some(argument) = argument(reader, &item.value) {
            arguments.push((name, argument));
        }
    }
    Some(TimerSpec {
        family: family.clone(),
        arguments,
        span: value.span,
    })
}

/// The empty name of an unnamed argument.
fn unnamed(value: &Value) -> Text {
    Text {
        value: String::new(),
        span: value.span,
        offsets: Vec::new(),
        verbatim_start: value.span.start,
    }
}

fn argument(reader: &mut Reader, value: &Value) -> Option<ArgumentSpec> {
    match &value.kind {
        Kind::List(_) => reader.texts(value).map(ArgumentSpec::List),
        Kind::Map(_) => numbers(reader, value).map(ArgumentSpec::Map),
        Kind::Group { items: None, .. } => reader.word(value).map(ArgumentSpec::Word),
        Kind::Group { .. } => {
            reader.wrong_kind(value, "a number, an expression, a word, a list or a map")
        }
        _ => reader.number_or_text(value).map(ArgumentSpec::Number),
    }
}

pub(super) fn start(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let known = ["Create", "Repeat", "Topology", "Nodes", "Edges", "GraphMl"];
    match reader
        .variant(value, "a start statement", &known)?
        .value
        .as_str()
    {
        "Create" => create(reader, value),
        "Repeat" => repeat(reader, value),
        "Topology" => topology(reader, value),
        "Nodes" => nodes(reader, value),
        "Edges" => edges(reader, value),
        _ => graph_ml(reader, value),
    }
}

fn create(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`Create`")?;
    let pattern = f.argument("pattern", Reader::text);
    f.finish();
    Some(StartSpec::Create(pattern?))
}

fn repeat(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`Repeat`")?;
    let count = f.argument("count", Reader::number_or_text);
    let pattern = f.argument("pattern", Reader::text);
    f.finish();
    Some(StartSpec::Repeat(count?, pattern?))
}

fn topology(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`Topology`")?;
    let graph = f.argument("kind", graph_model);
    let nodes = f.required("nodes", Reader::text);
    let edge = f.required("edge", Reader::text);
    let attributes = f.optional("attributes", numbers).unwrap_or_default();
    let draw = f.optional("draw", Reader::word);
    f.finish();
    let (kind, arguments) = graph?;
    Some(StartSpec::Topology {
        kind,
        arguments,
        nodes: nodes?,
        edge: edge?,
        attributes,
        draw,
    })
}

/// `Ring` or `RandomRegular(degree: 4)`; which graph models there are is no matter of form.
fn graph_model(
    reader: &mut Reader,
    value: &Value,
) -> Option<(Spanned<String>, Entries<NumberOrText>)> {
    let Kind::Group {
        name: Some(name),
        items,
    } = &value.kind
    else {
        let wanted = "a graph model like `Ring` or `RandomRegular(degree: 4)`";
        return reader.no_text(value, wanted, unquoted);
    };
    let arguments = Value {
        kind: Kind::Group {
            name: None,
            items: Some(items.clone().unwrap_or_default()),
        },
        span: value.span,
    };
    Some((name.clone(), numbers(reader, &arguments)?))
}

fn nodes(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`Nodes`")?;
    let csv = f.argument("csv", Reader::text);
    let node = f.required("node", Reader::text);
    let key = f.required("key", Reader::text);
    let columns = f.optional("columns", columns).unwrap_or_default();
    let attributes = f.optional("attributes", numbers).unwrap_or_default();
    f.finish();
    Some(StartSpec::Nodes {
        csv: csv?,
        node: node?,
        key: key?,
        columns,
        attributes,
    })
}

fn edges(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`Edges`")?;
    let csv = f.argument("csv", Reader::text);
    let edge = f.required("edge", Reader::text);
    let from = f.required("from", Reader::text);
    let to = f.required("to", Reader::text);
    let columns = f.optional("columns", columns).unwrap_or_default();
    let attributes = f.optional("attributes", numbers).unwrap_or_default();
    let nodes = f.optional("nodes", Reader::text);
    f.finish();
    Some(StartSpec::Edges {
        csv: csv?,
        edge: edge?,
        from: from?,
        to: to?,
        columns,
        attributes,
        nodes,
    })
}

fn columns(reader: &mut Reader, value: &Value) -> Option<Entries<Text>> {
    reader.inner_entries(value, Reader::text)
}

fn graph_ml(reader: &mut Reader, value: &Value) -> Option<StartSpec> {
    let mut f = reader.fields(value, "`GraphMl`")?;
    let file = f.argument("file", Reader::text);
    let node = f.optional("node", Reader::text);
    let edge = f.optional("edge", Reader::text);
    f.finish();
    Some(StartSpec::GraphMl {
        file: file?,
        node,
        edge,
    })
}

fn probe(reader: &mut Reader, value: &Value) -> Option<ProbeSpec> {
    let known = [
        "Count", "Sum", "Mean", "Min", "Max", "Firings", "Tally", "Between", "Derived",
    ];
    let name = reader.variant(value, "a kind of probe", &known)?;
    let mut f = reader.fields(value, "this probe")?;
    let mut summary = |of| {
        let value = f.argument("value", Reader::text);
        let over = f.argument("over", Reader::text);
        value
            .zip(over)
            .map(|(value, over)| ProbeKindSpec::Summary { of, value, over })
    };
    let kind = match name.value.as_str() {
        "Sum" => summary(Summary::Sum),
        "Mean" => summary(Summary::Mean),
        "Min" => summary(Summary::Min),
        "Max" => summary(Summary::Max),
        "Count" => f
            .argument("pattern", Reader::text)
            .map(ProbeKindSpec::Count),
        "Firings" => f.argument("rule", Reader::text).map(ProbeKindSpec::Firings),
        "Derived" => f
            .argument("value", Reader::text)
            .map(ProbeKindSpec::Derived),
        "Tally" => {
            let on = f.required("on", Reader::text);
            let value = f.required("value", Reader::text);
            let when = f.optional("when", Reader::text);
            on.zip(value)
                .map(|(on, value)| ProbeKindSpec::Tally { on, value, when })
        }
        _ => {
            let from = f.required("from", Reader::text);
            let to = f.required("to", Reader::text);
            let same = f.required("same", one_or_two_names);
            from.zip(to)
                .zip(same)
                .map(|((from, to), same)| ProbeKindSpec::Between { from, to, same })
        }
    };
    let unit = match name.value.as_str() {
        // Counts have no unit, rates and durations have one made of the model's unit of time.
        "Firings" | "Between" => None,
        _ => f.optional("unit", Reader::text),
    };
    f.finish();
    Some(ProbeSpec { kind: kind?, unit })
}

/// One name for both, or one for each.
fn one_or_two_names(reader: &mut Reader, value: &Value) -> Option<(Text, Text)> {
    match &value.kind {
        Kind::Text(name) => Some((name.clone(), name.clone())),
        _ => reader.pair(value),
    }
}
