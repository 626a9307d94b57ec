//! Studies: scenarios × points of `vary`, each with its model.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    changes::{Changes, CommandLine},
    estimate,
    load::Loader,
    model::{constraint_holds, model},
    probe::MetricNames,
    report::{Report, unknown},
    settings::Settings,
    vary::{Point, as_written, points},
};
use crate::{
    diagnostic::Diagnostic,
    model::Model,
    probe::{MetricRef, ProbeId, Statistic},
    source::Span,
    spec::{ChangesSpec, ModelSpec, StudySpec, Text, WarmUpSpec},
    study::{Best, Metric, Scenario, Study},
};

/// A ranking compares every two scenarios, so that there may be so many at one point of `vary`.
const MAX_RANKED: usize = 200;

/// A scenario as written; a study without any has one that changes nothing.
struct Named<'s> {
    name: &'s str,
    span: Span,
    /// What the study changes, then what the scenario does.
    layers: Vec<&'s ChangesSpec>,
}

/// Checks a study with all its models.
pub(super) fn study(
    report: &Report,
    loader: &Loader<'_>,
    spec: &StudySpec,
    command_line: &CommandLine,
) -> Option<Study> {
    let replications = estimate::replications(report, &spec.replications);
    let confidence = estimate::confidence(report, spec);
    let file = loader.open_relative(report, &spec.model.value, spec.model.span)?;
    let model_spec = loader.model(report, file, Some(spec.model.span))?;
    let named = named(spec);
    let points = points(report, spec.vary.as_ref(), named.len(), spec.model.span)?;
    for point in &points {
        not_changed_elsewhere(report, point, &named, command_line);
    }
    not_levelled(report, spec, command_line);
    let scenarios = Scenarios {
        report,
        loader,
        spec,
        model_spec: &model_spec,
        command_line,
        settings: Settings::of(spec),
    };
    let all = scenarios.all(&named, &points)?;
    let complete = all.iter().all(Option::is_some);
    let scenarios: Vec<Scenario> = all.into_iter().flatten().collect();
    let baseline = baseline(report, spec, &named, &scenarios);
    let metrics = metrics(report, spec, &scenarios);
    let metrics = metrics.and_then(|metrics| best(report, spec, &named, &scenarios, metrics));
    if !complete {
        return None;
    }
    let warm_up = estimate::warm_up(report, spec, &scenarios);
    let replications = replications?;
    estimate::can_be_batched(report, spec, replications, &scenarios)?;
    let study = Study {
        warm_up: warm_up?,
        metrics: metrics?,
        baseline: baseline?,
        replications,
        seed: spec.seed.as_ref().map_or(0, |s| s.value),
        confidence: confidence?,
        scenarios,
    };
    has_an_end(report, spec, &study.scenarios)?;
    Some(study)
}

/// Whether something other than chance ends every run.
fn has_an_end(report: &Report, spec: &StudySpec, scenarios: &[Scenario]) -> Option<()> {
    let endless = scenarios.iter().find(|s| {
        let run = &s.model.run;
        run.horizon.is_none() && run.stop_when.is_none() && run.limits.steps.is_none()
    });
    let Some(endless) = endless else {
        return Some(());
    };
    let message = format!("nothing ends the runs of `{}`", endless.name);
    let mistake = Diagnostic::error("no-horizon", spec.model.span, message);
    report.fail(mistake.help(
        "give the study or the model a `horizon`, or the model a `stop_when` or a limit of `steps`",
    ))
}

fn named(spec: &StudySpec) -> Vec<Named<'_>> {
    if spec.scenarios.is_empty() {
        return vec![Named {
            name: "model",
            span: spec.model.span,
            layers: vec![&spec.common],
        }];
    }
    let scenarios = spec.scenarios.iter().map(|(name, scenario)| Named {
        name: &name.value,
        span: name.span,
        layers: vec![&spec.common, scenario],
    });
    scenarios.collect()
}

/// A parameter that is varied is not changed by scenarios or the command line, too: all points would be alike, or all scenarios.
fn not_changed_elsewhere(
    report: &Report,
    point: &Point<'_>,
    named: &[Named<'_>],
    command_line: &CommandLine,
) {
    let in_scenarios = named
        .iter()
        .flat_map(|n| &n.layers)
        .flat_map(|c| &c.parameters)
        .map(|(n, _)| n);
    let elsewhere: Vec<&Text> = in_scenarios.chain(command_line.names()).collect();
    for (name, _) in point {
        if let Some(other) = elsewhere.iter().find(|n| n.value == name.value) {
            let message = format!(
                "the parameter `{}` is varied by the study and changed here, too",
                name.value
            );
            report.push(
                Diagnostic::error("varied-twice", other.span, message)
                    .related(name.span, "varied here"),
            );
        }
    }
}

/// What the command line says of a parameter holds for scenarios that say something else, too.
fn not_levelled(report: &Report, spec: &StudySpec, command_line: &CommandLine) {
    for set in command_line.names() {
        for (scenario, changes) in &spec.scenarios {
            let said = changes
                .parameters
                .iter()
                .find(|(n, _)| n.value == set.value);
            if let Some((said, _)) = said {
                let message = format!(
                    "`{}` is set for all scenarios, and `{}` says something else of it",
                    set.value, scenario.value
                );
                let warning = Diagnostic::warning("levelled", set.span, message);
                report.push(warning.related(said.span, "this does not count"));
            }
        }
    }
}

/// What all scenarios are built from.
struct Scenarios<'s> {
    report: &'s Report,
    loader: &'s Loader<'s>,
    spec: &'s StudySpec,
    model_spec: &'s ModelSpec,
    command_line: &'s CommandLine,
    settings: Settings<'s>,
}

impl Scenarios<'_> {
    /// Every scenario at every point that fulfils the constraints, `None` for those with mistakes.
    fn all(&self, named: &[Named<'_>], points: &[Point<'_>]) -> Option<Vec<Option<Scenario>>> {
        let mut scenarios = Vec::new();
        for name in named {
            self.judge_name(name);
            for point in points {
                let changes = self.changes(name, point);
                match constraint_holds(
                    self.report,
                    self.loader,
                    self.model_spec,
                    changes,
                    self.command_line,
                    &self.spec.constraints,
                ) {
                    Some(false) => {}
                    Some(true) | None => {
                        let model = model(
                            self.report,
                            self.loader,
                            self.model_spec,
                            changes,
                            self.command_line,
                        );
                        scenarios.push(model.map(|model| Scenario {
                            settings: self.settings.texts(self.loader, self.model_spec, changes),
                            ..scenario(name, point, model)
                        }));
                    }
                }
            }
        }
        if scenarios.is_empty() {
            let span = self
                .spec
                .constraints
                .first()
                .map_or(self.spec.model.span, |c| c.span);
            return self.report.fail(Diagnostic::error(
                "empty-vary",
                span,
                "no point fulfils the constraints: nothing would run",
            ));
        }
        Some(scenarios)
    }

    fn changes<'c>(&'c self, name: &'c Named<'c>, point: &'c Point<'c>) -> Changes<'c> {
        Changes {
            layers: &name.layers,
            point,
            warm_up: match &self.spec.warm_up {
                Some(WarmUpSpec::Given(number)) => Some(number),
                Some(WarmUpSpec::Mser5 { .. }) | None => None,
            },
        }
    }

    /// Names of scenarios are free, but they must say something.
    fn judge_name(&self, name: &Named<'_>) {
        if name.name.trim().is_empty() {
            self.report.push(Diagnostic::error(
                "bad-name",
                name.span,
                "a scenario needs a name",
            ));
        }
    }
}

fn scenario(named: &Named<'_>, point: &Point<'_>, model: Model) -> Scenario {
    let point: Vec<(String, String)> = point
        .iter()
        .map(|(n, v)| (n.value.clone(), as_written(v)))
        .collect();
    let mut name = named.name.to_owned();
    for (parameter, value) in &point {
        name.push_str(&format!(", {parameter} = {value}"));
    }
    Scenario {
        name,
        group: named.name.to_owned(),
        point,
        settings: Vec::new(),
        model,
        span: named.span,
    }
}

/// The first scenario of the baseline's name.
fn baseline(
    report: &Report,
    spec: &StudySpec,
    named: &[Named<'_>],
    scenarios: &[Scenario],
) -> Option<usize> {
    let Some(baseline) = &spec.baseline else {
        return Some(0);
    };
    let found = scenarios
        .iter()
        .position(|s| s.name == baseline.value || s.group == baseline.value);
    let known = named.iter().any(|n| n.name == baseline.value);
    if found.is_none() && !known && !spec.unreadable.iter().any(|n| n.value == baseline.value) {
        let names = named.iter().map(|n| n.name);
        report.push(unknown(
            "unknown-scenario",
            "scenario",
            &baseline.value,
            baseline.span,
            names,
        ));
    }
    found
}

/// Metrics with what they stand for in each scenario.
fn metrics(report: &Report, spec: &StudySpec, scenarios: &[Scenario]) -> Option<Vec<Metric>> {
    if spec.metrics.is_empty() {
        let mistake = Diagnostic::error(
            "no-metrics",
            spec.model.span,
            "a study needs metrics to compare",
        );
        return report.fail(mistake.help("write `metrics: [\"probe.statistic\", …]`"));
    }
    let mut metrics: Vec<Option<Metric>> = Vec::new();
    for text in &spec.metrics {
        let refs: Option<Vec<MetricRef>> = scenarios
            .iter()
            .map(|s| metric(report, text, &s.model))
            .collect();
        // `stay` and `stay.mean` are one metric.
        let first_ref = refs.as_ref().and_then(|refs| refs.first());
        let same = |(_, earlier): &(&Text, &Option<Metric>)| {
            let earlier = earlier.as_ref().and_then(|metric| metric.refs.first());
            earlier.is_some() && earlier == first_ref
        };
        if let Some((first, _)) = spec.metrics.iter().zip(&metrics).find(same) {
            let twice = super::report::duplicate("metric", &text.value, text.span, first.span);
            report.push(twice);
        }
        metrics.push(refs.map(|refs| Metric {
            name: text.value.clone(),
            unit: unit(scenarios, &refs),
            refs,
            best: None,
        }));
    }
    metrics.into_iter().collect()
}

/// The unit of a metric. Scenarios have the probes of one model, so that the first speaks for all.
fn unit(scenarios: &[Scenario], refs: &[MetricRef]) -> String {
    let (Some(scenario), Some(metric)) = (scenarios.first(), refs.first()) else {
        return String::new();
    };
    let probe = &scenario.model.probes[metric.probe.index()];
    probe.unit_of(metric.statistic, &scenario.model.run.time_unit)
}

/// Which value of each metric is the best.
fn best(
    report: &Report,
    spec: &StudySpec,
    named: &[Named<'_>],
    scenarios: &[Scenario],
    mut metrics: Vec<Metric>,
) -> Option<Vec<Metric>> {
    // Without any scenario nothing is known of what metrics stand for.
    let Some(first) = scenarios.first() else {
        return Some(metrics);
    };
    let mut good = true;
    for (name, word) in &spec.best {
        let names: Vec<String> = metrics.iter().map(|m| m.name.clone()).collect();
        let asked = MetricRef::parse(&name.value, &first.model.probes);
        let metric = metrics
            .iter_mut()
            .find(|m| m.refs.first() == asked.as_ref() && asked.is_some());
        let best = match word.value.as_str() {
            "Least" => Some(Best::Least),
            "Most" => Some(Best::Most),
            _ => report.fail(unknown(
                "unknown-word",
                "best value",
                &word.value,
                word.span,
                ["Least", "Most"],
            )),
        };
        match metric {
            Some(metric) if metric.best.is_some() => {
                let message = format!("`{}` says the same metric is best again", name.value);
                report.push(Diagnostic::error("duplicate-name", name.span, message));
                good = false;
            }
            Some(metric) => metric.best = best,
            None => {
                let names = names.iter().map(String::as_str);
                let what = "metric of this study";
                report.push(unknown(
                    "unknown-metric",
                    what,
                    &name.value,
                    name.span,
                    names,
                ));
                good = false;
            }
        }
        good &= best.is_some();
    }
    // Points are ranked among each other only where there is nothing else to be ranked.
    let ranked = if named.len() > 1 {
        named.len()
    } else {
        scenarios.len()
    };
    if let Some((name, _)) = spec.best.first()
        && ranked > MAX_RANKED
    {
        let message =
            format!("{ranked} scenarios cannot be ranked: at most {MAX_RANKED} are possible");
        return report.fail(Diagnostic::error("too-many", name.span, message));
    }
    good.then_some(metrics)
}

fn metric(report: &Report, text: &Text, model: &Model) -> Option<MetricRef> {
    let (probe, statistic) = match text.value.split_once('.') {
        Some((probe, statistic)) => (
            probe,
            Some((statistic, text.span_of(probe.len() + 1..text.value.len()))),
        ),
        None => (text.value.as_str(), None),
    };
    let ids = model
        .probes
        .iter()
        .zip(0..)
        .map(|(p, id)| (p.name.clone(), ProbeId(id)));
    let statistics: Vec<&'static [Statistic]> =
        model.probes.iter().map(|p| p.kind.statistics()).collect();
    let names = MetricNames {
        probes: &ids.collect::<BTreeMap<_, _>>(),
        statistics: &statistics,
        unreadable: &BTreeSet::new(),
        used: Vec::new(),
    };
    names.resolve(report, probe, text.span_of(0..probe.len()), statistic)
}
