//! How a study comes to its estimates: replications or batches, confidence, and the warm-up where it is to be found.

use std::ops::RangeInclusive;

use super::report::{Report, unknown};
use crate::{
    diagnostic::{Diagnostic, Written},
    model::Model,
    probe::ProbeId,
    source::{Span, Spanned},
    spec::{ReplicationsSpec, StudySpec, Text, WarmUpSpec},
    study::{Replications, Scenario, WarmUpSearch},
};

/// Confidence of intervals where a study says nothing.
const CONFIDENCE: f64 = 0.95;

/// Bounds of a sequential number of replications where a study says nothing.
const AT_LEAST: i64 = 10;
const AT_MOST: i64 = 1000;

/// Batches where a study says nothing: more gain little (Schmeiser, Operations Research 30, 1982).
const BATCHES: i64 = 30;
/// Fewer batches say too little about their correlation, more too little each.
const MIN_BATCHES: i64 = 10;
const MAX_BATCHES: i64 = 10_000;

/// Pilot replications where a study says nothing; one where it makes one long run of each scenario.
const PILOTS: i64 = 10;
const MAX_PILOTS: i64 = 1000;

/// MSER-5 needs ten batches of five samples.
const MIN_SAMPLES: f64 = 50.0;

/// How many replications, or batches of one.
pub(super) fn replications(
    report: &Report,
    spec: &Spanned<ReplicationsSpec>,
) -> Option<Replications> {
    let at_least_two = |n: i64, span: Span| match u64::try_from(n) {
        Ok(n) if n >= 2 => Some(n),
        _ => {
            let message =
                format!("at least 2 replications are needed for an interval, this is {n}");
            report.fail(Diagnostic::error("out-of-domain", span, message))
        }
    };
    let positive = |value: &Spanned<f64>, what: &str| {
        if value.value > 0.0 {
            return Some(value.value);
        }
        let message = format!("{what} must be positive, this is {}", Written(value.value));
        report.fail(Diagnostic::error("out-of-domain", value.span, message))
    };
    match &spec.value {
        ReplicationsSpec::Fixed(n) => at_least_two(*n, spec.span).map(Replications::Fixed),
        ReplicationsSpec::BatchMeans { batches } => {
            let (n, span) = batches
                .as_ref()
                .map_or((BATCHES, spec.span), |b| (b.value, b.span));
            let what = "the number of batches";
            let batches = in_range(report, n, span, what, MIN_BATCHES..=MAX_BATCHES)?;
            Some(Replications::BatchMeans { batches })
        }
        ReplicationsSpec::Precision {
            relative,
            or_absolute,
            at_least,
            at_most,
            ..
        } => {
            if relative.value >= 1.0 {
                let message = format!(
                    "intervals may be as wide as {} times their mean to either side",
                    Written(relative.value)
                );
                let warning = Diagnostic::warning("wide-intervals", relative.span, message);
                report.push(warning.help("a share is meant: 2 % is 0.02"));
            }
            let relative = positive(relative, "a half-width");
            let or_absolute = or_absolute.as_ref().map(|a| positive(a, "a half-width"));
            let bound = |b: &Option<Spanned<i64>>, default: i64| {
                b.as_ref()
                    .map_or((default, spec.span), |b| (b.value, b.span))
            };
            let (least, least_span) = bound(at_least, AT_LEAST);
            let (most, most_span) = bound(at_most, AT_MOST.max(least));
            let (least, most) = (
                at_least_two(least, least_span),
                at_least_two(most, most_span),
            );
            let (least, most) = (least?, most?);
            if least > most {
                let message = format!("at least {least}, but at most {most} replications");
                return report.fail(Diagnostic::error("out-of-domain", most_span, message));
            }
            Some(Replications::Precision {
                relative: relative?,
                or_absolute: match or_absolute {
                    Some(width) => Some(width?),
                    None => None,
                },
                at_least: least,
                at_most: most,
            })
        }
    }
}

/// The confidence of all intervals.
pub(super) fn confidence(report: &Report, spec: &StudySpec) -> Option<f64> {
    let of_precision = match &spec.replications.value {
        ReplicationsSpec::Precision { confidence, .. } => confidence.as_ref(),
        ReplicationsSpec::Fixed(_) | ReplicationsSpec::BatchMeans { .. } => None,
    };
    let given = spec.confidence.as_ref();
    if let (Some(a), Some(b)) = (given, of_precision)
        && a.value != b.value
    {
        let message = "the confidence is given twice, with different values";
        return report.fail(
            Diagnostic::error("duplicate-name", b.span, message).related(a.span, "the other one"),
        );
    }
    let Some(confidence) = given.or(of_precision) else {
        return Some(CONFIDENCE);
    };
    if confidence.value > 0.0 && confidence.value < 1.0 {
        return Some(confidence.value);
    }
    let message = format!(
        "a confidence must be between 0 and 1, this is {}",
        Written(confidence.value)
    );
    report.fail(Diagnostic::error("out-of-domain", confidence.span, message))
}

fn in_range(
    report: &Report,
    n: i64,
    span: Span,
    what: &str,
    range: RangeInclusive<i64>,
) -> Option<u64> {
    if range.contains(&n) {
        return u64::try_from(n).ok();
    }
    let message = format!(
        "{what} must be from {} to {}, this is {n}",
        range.start(),
        range.end()
    );
    report.fail(Diagnostic::error("out-of-domain", span, message))
}

/// A run that is cut into batches must have a known length.
pub(super) fn can_be_batched(
    report: &Report,
    spec: &StudySpec,
    replications: Replications,
    scenarios: &[Scenario],
) -> Option<()> {
    if !matches!(replications, Replications::BatchMeans { .. }) {
        return Some(());
    }
    let refuse = |message: &str, help: &str| {
        let mistake = Diagnostic::error("no-batches", spec.replications.span, message);
        report.fail(mistake.help(help))
    };
    if scenarios.iter().any(|s| s.model.run.horizon.is_none()) {
        return refuse(
            "a run without a horizon cannot be cut into batches",
            "give the model or the study a `horizon`",
        );
    }
    if scenarios.iter().any(|s| s.model.run.stop_when.is_some()) {
        return refuse(
            "a run that stops when a condition holds cannot be cut into batches",
            "use replications, or a model without `stop_when`",
        );
    }
    Some(())
}

/// How the warm-up is to be found, if it is. Outer `None`: a mistake.
pub(super) fn warm_up(
    report: &Report,
    spec: &StudySpec,
    scenarios: &[Scenario],
) -> Option<Option<WarmUpSearch>> {
    let Some(WarmUpSpec::Mser5 { of, pilots, span }) = &spec.warm_up else {
        return Some(None);
    };
    let batched = matches!(spec.replications.value, ReplicationsSpec::BatchMeans { .. });
    let default = if batched { 1 } else { PILOTS };
    let (pilots, pilots_span) = pilots
        .as_ref()
        .map_or((default, *span), |p| (p.value, p.span));
    let what = "the number of pilot replications";
    let pilots = in_range(report, pilots, pilots_span, what, 1..=MAX_PILOTS);
    let sampled = scenarios
        .iter()
        .try_for_each(|s| enough_samples(report, *span, s));
    let model = &scenarios.first()?.model;
    let probes = match of {
        None => all_series(report, *span, model),
        Some(names) => named_series(report, names, model),
    };
    sampled?;
    Some(Some(WarmUpSearch {
        probes: probes?,
        pilots: pilots?,
    }))
}

/// A series long enough to be judged.
fn enough_samples(report: &Report, span: Span, scenario: &Scenario) -> Option<()> {
    let run = &scenario.model.run;
    let samples = run
        .horizon
        .zip(run.sample_every)
        .map(|(end, every)| end / every);
    if samples.is_some_and(|n| n >= MIN_SAMPLES) {
        return Some(());
    }
    let message = format!(
        "no warm-up can be found for `{}`: that takes {MIN_SAMPLES} samples of a series",
        scenario.name
    );
    let mistake = Diagnostic::error("no-series", span, message);
    report.fail(
        mistake.help("give the model a `horizon` and a `sample_every` of at most a fiftieth of it"),
    )
}

fn all_series(report: &Report, span: Span, model: &Model) -> Option<Vec<ProbeId>> {
    let ids = (0..).map(ProbeId).zip(&model.probes);
    let probes: Vec<_> = ids
        .filter(|(_, probe)| probe.kind.has_series())
        .map(|(id, _)| id)
        .collect();
    if probes.is_empty() {
        let message = "the model has no count and no summary, whose series could show a warm-up";
        return report.fail(Diagnostic::error("no-series", span, message));
    }
    Some(probes)
}

fn named_series(report: &Report, names: &[Text], model: &Model) -> Option<Vec<ProbeId>> {
    let find = |name: &Text| {
        let position = model.probes.iter().position(|p| p.name == name.value);
        let Some(position) = position else {
            let names = model.probes.iter().map(|p| p.name.as_str());
            let mistake = unknown("unknown-probe", "probe", &name.value, name.span, names);
            return report.fail(mistake);
        };
        if !model.probes[position].kind.has_series() {
            let message = format!(
                "`{}` has no series: only counts and summaries of a pattern have",
                name.value
            );
            return report.fail(Diagnostic::error("no-series", name.span, message));
        }
        u16::try_from(position).ok().map(ProbeId)
    };
    let found: Vec<_> = names.iter().map(find).collect();
    let mut probes = found.into_iter().collect::<Option<Vec<_>>>()?;
    probes.sort_unstable();
    probes.dedup();
    Some(probes)
}
