//! Probes, and the metrics that they give.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    body::Body,
    env::Env,
    order::sort_by_need,
    place::Place,
    report::{Report, dense, listed, unknown, unknown_of},
    rule::RuleDraft,
    types::unique,
};
use crate::{
    diagnostic::{Diagnostic, suggest},
    expr::{Expr, ExprKind, Var},
    probe::{Endpoint, MetricRef, Probe, ProbeId, ProbeKind, Query, Statistic, statistics},
    rule::RuleId,
    source::Span,
    spec::{Entries, ProbeKindSpec, ProbeSpec, Text},
    syntax::{parse_expr, parse_name, tree::Name},
    types::Type,
};

/// Probes that a derived probe can name, and the metrics that it has named so far.
pub(super) struct MetricNames<'p> {
    pub(super) probes: &'p BTreeMap<String, ProbeId>,
    /// Statistics by probe, the first one standing for the probe.
    pub(super) statistics: &'p [&'static [Statistic]],
    /// Names of probes that could not be read.
    pub(super) unreadable: &'p BTreeSet<String>,
    pub(super) used: Vec<MetricRef>,
}

/// Checks all probes; `None` where one has a mistake.
pub(super) fn read<'e>(
    env: &'e Env<'e>,
    drafts: &mut [RuleDraft<'e, '_>],
    specs: &Entries<ProbeSpec>,
    unreadable: &BTreeSet<String>,
) -> Option<Vec<Probe>> {
    let specs = unique(env.report, "probe", specs.iter().map(|(n, s)| (n, s)));
    let mut names = BTreeMap::new();
    for (position, (name, _)) in specs.iter().enumerate() {
        let id = ProbeId(dense(env.report, position, "probes", name.span)?);
        names.insert(name.value.clone(), id);
    }
    let statistics: Vec<_> = specs
        .iter()
        .map(|(_, spec)| statistics_of(&spec.kind))
        .collect();
    let mut probes = Vec::new();
    for (name, spec) in &specs {
        let metrics = MetricNames {
            probes: &names,
            statistics: &statistics,
            unreadable,
            used: Vec::new(),
        };
        let kind = match &spec.kind {
            ProbeKindSpec::Derived(text) => derived(env, metrics, text),
            kind => observed(env, drafts, kind, unreadable),
        };
        probes.push(kind.map(|kind| Probe {
            name: name.value.clone(),
            kind,
            unit: spec.unit.as_ref().map(|u| u.value.clone()),
            span: name.span,
        }));
    }
    report_cycles(env.report, &probes);
    probes.into_iter().collect()
}

/// The statistics that a probe will have.
fn statistics_of(spec: &ProbeKindSpec) -> &'static [Statistic] {
    match spec {
        ProbeKindSpec::Count(_) | ProbeKindSpec::Summary { .. } => statistics::SERIES,
        ProbeKindSpec::Firings(_) => statistics::FIRINGS,
        ProbeKindSpec::Tally { .. } => statistics::TALLY,
        ProbeKindSpec::Between { .. } => statistics::DURATIONS,
        ProbeKindSpec::Derived(_) => statistics::DERIVED,
    }
}

fn report_cycles(report: &Report, probes: &[Option<Probe>]) {
    let needs = |probe: &Option<Probe>| match probe.as_ref().map(|p| &p.kind) {
        Some(ProbeKind::Derived { metrics, .. }) => {
            metrics.iter().map(|m| m.probe.index()).collect()
        }
        _ => Vec::new(),
    };
    let (_, cycles) = sort_by_need(&probes.iter().map(needs).collect::<Vec<_>>());
    for cycle in cycles {
        let members: Vec<&Probe> = cycle.iter().filter_map(|&i| probes[i].as_ref()).collect();
        let mut chain: Vec<&str> = members.iter().map(|p| p.name.as_str()).collect();
        chain.push(chain[0]);
        let message = format!(
            "derived probes are defined by each other: {}",
            chain.join(" → ")
        );
        report.push(Diagnostic::error("probe-cycle", members[0].span, message));
    }
}

fn derived<'p>(env: &'p Env<'p>, metrics: MetricNames<'p>, text: &Text) -> Option<ProbeKind> {
    let tree = env.report.accept(parse_expr(text))?;
    let mut body = Body::new(env, Place::DERIVED);
    body.metrics = Some(metrics);
    let expr = body.typed(&tree, Type::Real)?;
    let value = body.formula(expr, tree.span);
    Some(ProbeKind::Derived {
        metrics: body.metrics.map(|m| m.used).unwrap_or_default(),
        value,
    })
}

/// Probes that observe the graph or firings.
fn observed<'e>(
    env: &'e Env<'e>,
    drafts: &mut [RuleDraft<'e, '_>],
    spec: &ProbeKindSpec,
    unreadable: &BTreeSet<String>,
) -> Option<ProbeKind> {
    let find =
        |drafts: &[RuleDraft<'_, '_>], name: &Text| rule_named(env, drafts, name, unreadable);
    match spec {
        ProbeKindSpec::Count(pattern) => {
            let (body, pattern) = query(env, pattern)?;
            Some(ProbeKind::Count(Query {
                scope: body.into_scope()?,
                pattern,
            }))
        }
        ProbeKindSpec::Summary { of, value, over } => {
            let (mut body, pattern) = query(env, over)?;
            let value = body.text(value, Type::Real)?;
            Some(ProbeKind::Summary {
                of: *of,
                value,
                over: Query {
                    scope: body.into_scope()?,
                    pattern,
                },
            })
        }
        ProbeKindSpec::Firings(rule) => Some(ProbeKind::Firings {
            rule: find(drafts, rule)?,
        }),
        ProbeKindSpec::Tally { on, value, when } => {
            let rule = find(drafts, on)?;
            let draft = &mut drafts[rule.index()];
            draft.parts.as_ref()?;
            draft.look(draft.chosen.clone(), Place::TALLY);
            let value = draft.body.text(value, Type::Real);
            let when = when.as_ref().map(|text| draft.body.text(text, Type::Bool));
            Some(ProbeKind::Tally {
                on: rule,
                value: value?,
                when: match when {
                    Some(when) => Some(when?),
                    None => None,
                },
            })
        }
        ProbeKindSpec::Between { from, to, same } => {
            let (opens, closes) = (find(drafts, from), find(drafts, to));
            let from = opens.and_then(|rule| endpoint(&drafts[rule.index()], rule, &same.0));
            let to = closes.and_then(|rule| endpoint(&drafts[rule.index()], rule, &same.1));
            let (from, to) = (from?, to?);
            can_be_same(
                &drafts[from.rule.index()],
                from.same,
                &drafts[to.rule.index()],
                to.same,
                &same.1,
            )?;
            Some(ProbeKind::Between { from, to })
        }
        ProbeKindSpec::Derived(_) => None,
    }
}

fn query<'e>(env: &'e Env<'e>, text: &Text) -> Option<(Body<'e>, crate::pattern::Pattern)> {
    let mut body = Body::new(env, Place::QUERY);
    let trees = body.parse_patterns(std::slice::from_ref(text))?;
    let pattern = body.pattern(&trees)?;
    Some((body, pattern))
}

fn rule_named(
    env: &Env<'_>,
    drafts: &[RuleDraft<'_, '_>],
    name: &Text,
    unreadable: &BTreeSet<String>,
) -> Option<RuleId> {
    match drafts.iter().position(|d| d.name.value == name.value) {
        Some(position) => u16::try_from(position).ok().map(RuleId),
        None if unreadable.contains(&name.value) => None,
        None => {
            let names = drafts.iter().map(|d| d.name.value.as_str());
            env.report.fail(unknown(
                "unknown-rule",
                "rule",
                &name.value,
                name.span,
                names,
            ))
        }
    }
}

/// An element that is matched, chosen or created by a rule.
fn endpoint(draft: &RuleDraft<'_, '_>, rule: RuleId, same: &Text) -> Option<Endpoint> {
    draft.parts.as_ref()?;
    let report = draft.body.env.report;
    let name = report.accept(parse_name(same))?;
    let chosen = draft
        .chosen
        .names
        .iter()
        .find(|(n, _)| *n == name.value)
        .map(|(_, var)| *var);
    let var = chosen.or_else(|| draft.created.created.get(&name.value).copied());
    let Some(same) = var else {
        let names = draft.chosen.names.iter().map(|(n, _)| n.as_str());
        let all = names.chain(draft.created.created.keys().map(String::as_str));
        return report.fail(unknown_of(
            "unknown-variable",
            ("element", &draft.name.value),
            &name.value,
            name.span,
            all,
        ));
    };
    Some(Endpoint { rule, same })
}

fn can_be_same(
    from: &RuleDraft<'_, '_>,
    a: Var,
    to: &RuleDraft<'_, '_>,
    b: Var,
    at: &Text,
) -> Option<()> {
    let possible = from.body.sort(a).overlaps(to.body.sort(b));
    if possible {
        return Some(());
    }
    let message = format!(
        "{} of `{}` and {} of `{}` are never the same element",
        from.body.describe(a),
        from.name.value,
        to.body.describe(b),
        to.name.value
    );
    from.body
        .env
        .report
        .fail(Diagnostic::error("never-same", at.span, message))
}

impl MetricNames<'_> {
    /// The metric of a probe: a statistic of it, or the one that stands for the probe.
    pub(super) fn resolve(
        &self,
        report: &Report,
        probe: &str,
        probe_span: Span,
        statistic: Option<(&str, Span)>,
    ) -> Option<MetricRef> {
        let Some(&id) = self.probes.get(probe) else {
            if self.unreadable.contains(probe) {
                return None;
            }
            let names = self.probes.keys().map(String::as_str);
            return report.fail(unknown("unknown-probe", "probe", probe, probe_span, names));
        };
        let has = self.statistics[id.index()];
        let Some((name, span)) = statistic else {
            return Some(MetricRef {
                probe: id,
                statistic: has[0],
            });
        };
        let has_it = |s: &Statistic| match s {
            Statistic::Quantile(_) => has.iter().any(|h| matches!(h, Statistic::Quantile(_))),
            other => has.contains(other),
        };
        match Statistic::parse(name).filter(has_it) {
            Some(statistic) => Some(MetricRef {
                probe: id,
                statistic,
            }),
            None => {
                let names: Vec<String> = has.iter().map(Statistic::to_string).collect();
                let names = || names.iter().map(String::as_str);
                let mistake = unknown_of(
                    "unknown-statistic",
                    ("statistic", probe),
                    name,
                    span,
                    names(),
                );
                let quantiles = has.iter().any(|h| matches!(h, Statistic::Quantile(_)));
                report.fail(if quantiles && suggest(name, names()).is_none() {
                    mistake.help(format!(
                        "there are {}; quantiles are `p0` to `p100`",
                        listed(names())
                    ))
                } else {
                    mistake
                })
            }
        }
    }
}

impl Body<'_> {
    /// `probe.statistic`, or a lone probe, in a derived probe.
    pub(super) fn metric(
        &mut self,
        probe: &str,
        statistic: Option<&Name>,
        span: Span,
    ) -> Option<Expr> {
        let metrics = self.metrics.as_mut()?;
        let at = Span {
            end: span.start + u32::try_from(probe.len()).ok()?,
            ..span
        };
        let statistic = statistic.map(|n| (n.value.as_str(), n.span));
        let metric = metrics.resolve(self.env.report, probe, at, statistic)?;
        let position = metrics
            .used
            .iter()
            .position(|m| *m == metric)
            .unwrap_or_else(|| {
                metrics.used.push(metric);
                metrics.used.len() - 1
            });
        Some(Expr {
            kind: ExprKind::Metric(position),
            ty: Type::Real,
        })
    }
}
