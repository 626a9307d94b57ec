//! When and how a run ends, and what is sampled on the way.

use super::{
    body::{Body, Hidden},
    changes::Changes,
    env::Env,
    place::Place,
    report::unknown,
};
use crate::{
    diagnostic::{Diagnostic, Written},
    expr::Formula,
    model::{Limits, MAX_SAMPLES, RunSettings},
    pattern::Scope,
    spec::{Entries, ModelSpec, NumberOrText, ProbeSpec, Text},
    types::{Type, Value},
};

/// Checks run settings. `None` where there is a mistake.
pub(super) fn read(env: &Env<'_>, spec: &ModelSpec, changes: Changes<'_>) -> Option<RunSettings> {
    let mut body = Body::new(env, Place::CONSTANT);
    let horizon = body.optional(changes.horizon(spec), "the horizon", true);
    let warm_up = body.optional(changes.warm_up(spec), "the warm-up", false);
    let sample_every = body.optional(spec.sample_every.as_ref(), "the sampling interval", true);
    let limits = body.limits(&spec.limits);
    let condition = spec.stop_when.as_ref();
    let stop_when = condition.map(|text| stop_when(env, &spec.probes, text));
    let stop_when = match stop_when {
        Some(condition) => Some(condition?),
        None => None,
    };
    let (horizon, warm_up) = (horizon?, warm_up?);
    if let (Some((end, ends)), Some((start, formula))) = (&horizon, &warm_up)
        && start >= end
    {
        let message =
            format!("the warm-up ends at {start}, the run at {end}: nothing would be observed");
        let mistake = Diagnostic::error("out-of-domain", formula.span, message);
        let mistake = mistake.related(ends.span, "the run ends here");
        return env.report.fail(mistake);
    }
    let sample_every = sample_every?;
    if let (Some((end, _)), Some((every, formula))) = (&horizon, &sample_every)
        && end / every > MAX_SAMPLES
    {
        let message = format!(
            "a sample every {every} until {end} makes {:.0} samples of each series",
            end / every
        );
        let mistake = Diagnostic::error("out-of-domain", formula.span, message)
            .help(format!("there may be at most {MAX_SAMPLES:.0}; whole runs are summed up by `mean`, `sd`, `min` and `max` without samples"));
        return env.report.fail(mistake);
    }
    Some(RunSettings {
        horizon: horizon.map(|(value, _)| value),
        warm_up: warm_up.map_or(0.0, |(value, _)| value),
        sample_every: sample_every.map(|(value, _)| value),
        stop_when,
        time_unit: spec
            .time_unit
            .as_ref()
            .map_or("s".to_owned(), |t| t.value.clone()),
        limits: limits?,
    })
}

/// A condition without a match.
fn stop_when(env: &Env<'_>, probes: &Entries<ProbeSpec>, text: &Text) -> Option<(Scope, Formula)> {
    let mut body = Body::new(env, Place::STOP);
    let probes = probes.iter().map(|(name, _)| Hidden {
        name: name.value.clone(),
        span: name.span,
        why: "is a probe: a condition looks for itself, with `EXISTS { … }` or `COUNT { … }`",
        misleads: false,
    });
    body.hidden.extend(probes);
    let formula = body.text(text, Type::Bool)?;
    Some((body.into_scope()?, formula))
}

impl Body<'_> {
    /// A setting that is not negative (or positive), with where it stands. Outer `None`: a mistake.
    fn optional(
        &mut self,
        number: Option<&NumberOrText>,
        what: &str,
        positive: bool,
    ) -> Option<Option<(f64, Formula)>> {
        let Some(number) = number else {
            return Some(None);
        };
        let formula = self.number(number, Type::Real)?;
        let Value::Real(value) = self.constant_value(&formula)? else {
            return None;
        };
        if value < 0.0 || positive && value == 0.0 {
            let needs = if positive {
                "must be positive"
            } else {
                "must not be negative"
            };
            let message = format!("{what} {needs}, this is {}", Written(value));
            return self
                .env
                .report
                .fail(Diagnostic::error("out-of-domain", formula.span, message));
        }
        Some(Some((value, formula)))
    }

    fn limits(&mut self, entries: &Entries<NumberOrText>) -> Option<Limits> {
        const NAMES: [&str; 6] = [
            "firings_at_one_time",
            "elements",
            "active_events",
            "steps",
            "memory_bytes",
            "wall_seconds",
        ];
        let mut limits = Limits::default();
        let mut good = true;
        for (name, value) in entries {
            let read = match name.value.as_str() {
                "firings_at_one_time" => self.limit(value).map(|n| limits.firings_at_one_time = n),
                "elements" => self.limit(value).map(|n| limits.elements = n),
                "active_events" => self.limit(value).map(|n| limits.active_events = n),
                "steps" => self.limit(value).map(|n| limits.steps = Some(n)),
                "memory_bytes" => self.limit(value).map(|n| limits.memory_bytes = Some(n)),
                "wall_seconds" => self
                    .optional(Some(value), "a limit", true)
                    .map(|v| limits.wall_seconds = v.map(|(v, _)| v)),
                _ => self.env.report.fail(unknown(
                    "unknown-limit",
                    "limit",
                    &name.value,
                    name.span,
                    NAMES,
                )),
            };
            good &= read.is_some();
        }
        good.then_some(limits)
    }

    /// A whole number, at least 1.
    fn limit(&mut self, number: &NumberOrText) -> Option<u64> {
        let formula = self.number(number, Type::Int)?;
        match self.constant_value(&formula)? {
            Value::Int(i) if i >= 1 => Some(i.unsigned_abs()),
            other => {
                let message = match other {
                    Value::Int(i) => format!("a limit must be at least 1, this is {i}"),
                    _ => "a limit must be a whole number".to_owned(),
                };
                self.env
                    .report
                    .fail(Diagnostic::error("out-of-domain", formula.span, message))
            }
        }
    }
}
