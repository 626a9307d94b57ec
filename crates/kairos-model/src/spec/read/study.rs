//! Readers of studies.

use super::{Reader, fields::Fields, model, spanned};
use crate::{
    source::{FileId, Spanned},
    spec::{
        ChangesSpec, Entries, NumberOrText, ReplicationsSpec, StudySpec, VarySpec, WarmUpSpec,
        ron::{Kind, Value},
    },
};

pub(super) fn study(reader: &mut Reader, file: FileId, value: &Value) -> Option<StudySpec> {
    let mut f = reader.fields(value, "a study")?;
    let model = f.required("model", Reader::text);
    let common = changes(&mut f);
    let scenarios = f.optional("scenarios", |r, v| r.entries(v, scenario));
    let vary = f.optional("vary", vary);
    let constraints = f.optional("constraints", Reader::one_or_more_texts);
    let metrics = f.optional("metrics", Reader::one_or_more_texts);
    let baseline = f.optional("baseline", Reader::text);
    let best = f.optional("best", |r, v| r.entries(v, Reader::word));
    let warm_up = f.optional("warm_up", warm_up);
    let replications = f.required("replications", replications);
    let confidence = f.optional("confidence", Reader::real);
    let seed = f.optional("seed", Reader::seed);
    f.finish();
    Some(StudySpec {
        file,
        model: model?,
        common,
        scenarios: scenarios.unwrap_or_default(),
        vary,
        constraints: constraints.unwrap_or_default(),
        metrics: metrics.unwrap_or_default(),
        baseline,
        best: best.unwrap_or_default(),
        warm_up,
        replications: replications?,
        confidence,
        seed,
        unreadable: std::mem::take(&mut reader.unreadable),
    })
}

fn scenario(reader: &mut Reader, value: &Value) -> Option<ChangesSpec> {
    let mut f = reader.plain_fields(value, "a scenario")?;
    let spec = changes(&mut f);
    f.finish();
    Some(spec)
}

/// What may be changed in a model, for one scenario or for all.
fn changes(f: &mut Fields<'_, '_>) -> ChangesSpec {
    ChangesSpec {
        parameters: f.optional("parameters", parameters).unwrap_or_default(),
        rules: f.optional("rules", Reader::text),
        timers: f
            .optional("timers", |r, v| r.inner_entries(v, model::timer))
            .unwrap_or_default(),
        start: f.optional("start", |r, v| {
            r.list(v, model::start).map(|list| spanned(list, v))
        }),
        horizon: f.optional("horizon", Reader::number_or_text),
    }
}

fn parameters(reader: &mut Reader, value: &Value) -> Option<Entries<NumberOrText>> {
    reader.inner_entries(value, Reader::number_or_text)
}

fn vary(reader: &mut Reader, value: &Value) -> Option<VarySpec> {
    if let Kind::Map(_) = value.kind {
        return axes(reader, value).map(VarySpec::Grid);
    }
    let known = ["Grid", "Zip", "List"];
    let nameless = Some("parameters with their values alone: `{\"n\": [10, 20]}`");
    let name = reader.variant_or(value, "a way to vary parameters", &known, nameless)?;
    let mut f = reader.fields(value, "`vary`")?;
    let spec = match name.value.as_str() {
        "Grid" => f.argument("parameters", axes).map(VarySpec::Grid),
        "Zip" => f.argument("parameters", axes).map(VarySpec::Zip),
        _ => f
            .argument("points", |r, v| r.list(v, parameters))
            .map(VarySpec::List),
    };
    f.finish();
    spec
}

/// Parameters with lists of values.
fn axes(reader: &mut Reader, value: &Value) -> Option<Entries<Vec<NumberOrText>>> {
    reader.inner_entries(value, |r, v| r.list(v, Reader::number_or_text))
}

fn warm_up(reader: &mut Reader, value: &Value) -> Option<WarmUpSpec> {
    if !matches!(value.kind, Kind::Group { name: Some(_), .. }) {
        return reader.number_or_text(value).map(WarmUpSpec::Given);
    }
    let nameless = Some("a time alone: `60`");
    reader.variant_or(value, "a way to find a warm-up", &["Mser5"], nameless)?;
    let mut f = reader.fields(value, "`Mser5`")?;
    let of = f.optional("of", Reader::one_or_more_texts);
    let pilots = f.optional("pilots", Reader::integer);
    f.finish();
    let span = value.span;
    Some(WarmUpSpec::Mser5 { of, pilots, span })
}

fn replications(reader: &mut Reader, value: &Value) -> Option<Spanned<ReplicationsSpec>> {
    if let Kind::Int(_) = value.kind {
        return reader
            .integer(value)
            .map(|n| spanned(ReplicationsSpec::Fixed(n.value), value));
    }
    if !matches!(value.kind, Kind::Group { name: Some(_), .. }) {
        return reader.wrong_kind(
            value,
            "a whole number, `Precision(relative: …)` or `BatchMeans(batches: …)`",
        );
    }
    let known = ["Precision", "BatchMeans"];
    let nameless = Some("a whole number alone: `20`");
    let name = reader.variant_or(value, "a number of replications", &known, nameless)?;
    if name.value == "BatchMeans" {
        let mut f = reader.fields(value, "`BatchMeans`")?;
        let batches = f.optional_argument("batches", Reader::integer);
        f.finish();
        return Some(spanned(ReplicationsSpec::BatchMeans { batches }, value));
    }
    let mut f = reader.fields(value, "`Precision`")?;
    let relative = f.required("relative", Reader::real);
    let or_absolute = f.optional("or_absolute", Reader::real);
    let confidence = f.optional("confidence", Reader::real);
    let at_least = f.optional("at_least", Reader::integer);
    let at_most = f.optional("at_most", Reader::integer);
    f.finish();
    let spec = ReplicationsSpec::Precision {
        relative: relative?,
        or_absolute,
        confidence,
        at_least,
        at_most,
    };
    Some(spanned(spec, value))
}
