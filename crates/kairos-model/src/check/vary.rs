//! The points of `vary`.

use super::report::Report;
use crate::{
    diagnostic::Diagnostic,
    source::Span,
    spec::{NumberOrText, Text, VarySpec},
};

/// A study may have so many scenarios, each point of `vary` counted.
pub(super) const MAX_SCENARIOS: usize = 10_000;

/// Parameters with their values at one point.
pub(super) type Point<'s> = Vec<(&'s Text, &'s NumberOrText)>;

/// The points that are varied, one without parameters where nothing is. Their number is judged before they are listed.
pub(super) fn points<'s>(
    report: &Report,
    vary: Option<&'s VarySpec>,
    scenarios: usize,
    span: Span,
) -> Option<Vec<Point<'s>>> {
    let count = match vary {
        None => Some(1),
        Some(VarySpec::Grid(axes)) => axes
            .iter()
            .try_fold(1_usize, |n, (_, values)| n.checked_mul(values.len())),
        Some(VarySpec::Zip(axes)) => axes
            .iter()
            .map(|(_, values)| values.len())
            .max()
            .or(Some(0)),
        Some(VarySpec::List(points)) => Some(points.len()),
    };
    let total = count.and_then(|n| n.checked_mul(scenarios.max(1)));
    let span = vary.and_then(first_span).unwrap_or(span);
    if total.is_none_or(|n| n > MAX_SCENARIOS) {
        let many = total.map_or("more than 2^64".to_owned(), |n| n.to_string());
        let message =
            format!("this study has {many} scenarios: at most {MAX_SCENARIOS} are possible");
        let mistake = Diagnostic::error("too-many", span, message);
        return report.fail(mistake.help(
            "a grid has every combination: shorten the lists, or vary with `Zip` or `List`",
        ));
    }
    if count == Some(0) {
        return report.fail(Diagnostic::error(
            "empty-vary",
            span,
            "`vary` has no values: nothing would run",
        ));
    }
    Some(match vary {
        None => vec![Vec::new()],
        Some(VarySpec::Grid(axes)) => {
            axes.iter()
                .fold(vec![Vec::new()], |points, (name, values)| {
                    let longer = |point: &Point<'s>, value| {
                        point.iter().copied().chain([(name, value)]).collect()
                    };
                    points
                        .iter()
                        .flat_map(|point| values.iter().map(move |value| longer(point, value)))
                        .collect()
                })
        }
        Some(VarySpec::Zip(axes)) => {
            let (first, values) = &axes[0];
            if let Some((name, other)) = axes.iter().find(|(_, v)| v.len() != values.len()) {
                let message = format!(
                    "`Zip` needs lists of one length: `{}` has {}, `{}` has {}",
                    first.value,
                    values.len(),
                    name.value,
                    other.len()
                );
                return report.fail(
                    Diagnostic::error("zip-lengths", name.span, message)
                        .related(first.span, "the first list"),
                );
            }
            (0..values.len())
                .map(|i| axes.iter().map(|(name, v)| (name, &v[i])).collect())
                .collect()
        }
        Some(VarySpec::List(points)) => points
            .iter()
            .map(|p| p.iter().map(|(n, v)| (n, v)).collect())
            .collect(),
    })
}

fn first_span(vary: &VarySpec) -> Option<Span> {
    match vary {
        VarySpec::Grid(axes) | VarySpec::Zip(axes) => axes.first().map(|(name, _)| name.span),
        VarySpec::List(points) => points.iter().flatten().next().map(|(name, _)| name.span),
    }
}

/// A value as it was written, without quotes.
pub(super) fn as_written(value: &NumberOrText) -> String {
    match value {
        NumberOrText::Int(i) => i.value.to_string(),
        NumberOrText::Real(r) => format!("{:?}", r.value),
        NumberOrText::Bool(b) => b.value.to_string(),
        NumberOrText::Text(text) => text.value.clone(),
    }
}
