//! A model: rule set, parameters, tables, timers, start graph, probes.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{
    RuleSetInfo,
    body::Body,
    changes::{Changes, CommandLine},
    env::{Env, Parameters, Tables},
    load::Loader,
    parameters::{self, Layer, braces},
    place::Place,
    probe,
    report::{Report, dense, duplicate},
    rule::RuleDraft,
    run, start, symmetry, table, timer,
    types::Types,
};
use crate::{
    model::Model,
    rule::Rule,
    source::FileId,
    spec::{ModelSpec, RuleSetSpec, RuleSpec, StartSpec, Text},
    timer::Timer,
    types::{Type, Value},
};

/// Checks a rule set by itself: there are no tables, and parameters have their defaults.
pub(super) fn rule_set(report: &Report, loader: &Loader<'_>, file: FileId) -> Option<RuleSetInfo> {
    let sets = loader.rule_sets(report, file, None)?;
    let env = environment(report, loader, &sets, None, Changes::default(), None);
    let specs = rule_specs(report, &sets);
    let mut rules = Vec::new();
    for (name, spec) in &specs {
        if let Some(mut rule) = RuleDraft::read(&env, name, spec).finish() {
            symmetry::judge(
                report,
                &env.types.graph,
                &mut rule,
                None,
                spec.symmetric.as_ref(),
            );
            symmetry::warn_of_own_nac(report, &env.types.graph, &rule);
            rules.push(rule);
        }
    }
    let parameters = env.checked_parameters()?;
    (!report.has_errors()).then_some(RuleSetInfo {
        types: env.types.graph,
        parameters,
        rules,
    })
}

/// Checks a model with the changes of a scenario.
pub(super) fn model(
    report: &Report,
    loader: &Loader<'_>,
    spec: &ModelSpec,
    changes: Changes<'_>,
    command_line: &CommandLine,
) -> Option<Model> {
    let rules_file = changes.rules(spec);
    let file = loader.open_relative(report, &rules_file.value, rules_file.span)?;
    let sets = loader.rule_sets(report, file, Some(rules_file.span))?;
    let mut env = environment(
        report,
        loader,
        &sets,
        Some(spec),
        changes,
        Some(command_line),
    );
    table::read(&mut env, &spec.tables);
    let env = env;
    let specs = rule_specs(report, &sets);
    let mut drafts: Vec<_> = specs
        .iter()
        .map(|(name, spec)| RuleDraft::read(&env, name, spec))
        .collect();
    let unreadable: BTreeSet<String> = unreadable(&sets, Some(spec));
    let timer_specs = changes.timers(spec);
    let timers = timer::read(
        &mut drafts,
        &timer_specs,
        &|name| unreadable.contains(name),
        rules_file.span,
    );
    let start = start::read(&env, changes.start(spec));
    let probes = probe::read(&env, &mut drafts, &spec.probes, &unreadable);
    let run = run::read(&env, spec, changes);
    let rules: Vec<Option<Rule>> = drafts.into_iter().map(RuleDraft::finish).collect();
    let (rules, timers) = judged(report, &env, rules, timers, &specs);
    let parameters = env.checked_parameters();
    let tables: Option<Vec<_>> = env
        .tables
        .tables
        .into_iter()
        .map(|t| t.map(|t| t.table))
        .collect();
    if report.has_errors() {
        return None;
    }
    let mut model = Model {
        sources: loader.sources(),
        types: env.types.graph,
        parameters: parameters?,
        tables: tables?,
        rules: rules?,
        timers: timers?,
        start: start?,
        probes: probes?,
        run: run?,
    };
    model.number_formulas();
    Some(model)
}

/// Whether the parameters of a scenario fulfil the constraints of a study.
pub(super) fn constraint_holds(
    report: &Report,
    loader: &Loader<'_>,
    spec: &ModelSpec,
    changes: Changes<'_>,
    command_line: &CommandLine,
    constraints: &[Text],
) -> Option<bool> {
    if constraints.is_empty() {
        return Some(true);
    }
    let rules_file = changes.rules(spec);
    let file = loader.open_relative(report, &rules_file.value, rules_file.span)?;
    let sets = loader.rule_sets(report, file, Some(rules_file.span))?;
    let env = environment(
        report,
        loader,
        &sets,
        Some(spec),
        changes,
        Some(command_line),
    );
    let mut body = Body::new(&env, Place::CONSTANT);
    let truth = |text: &Text| {
        let formula = body.text(text, Type::Bool)?;
        Some(body.constant_value(&formula)? == Value::Bool(true))
    };
    let truths: Vec<Option<bool>> = constraints.iter().map(truth).collect();
    truths
        .into_iter()
        .try_fold(true, |all, one| Some(all && one?))
}

/// Judges what needs rule and timer.
fn judged(
    report: &Report,
    env: &Env<'_>,
    rules: Vec<Option<Rule>>,
    timers: Vec<Option<Timer>>,
    specs: &[(&Text, &RuleSpec)],
) -> (Option<Vec<Rule>>, Option<Vec<Timer>>) {
    let mut checked = Vec::new();
    for ((rule, timer), (_, spec)) in rules.into_iter().zip(&timers).zip(specs) {
        checked.push(rule.map(|mut rule| {
            symmetry::judge(
                report,
                &env.types.graph,
                &mut rule,
                timer.as_ref(),
                spec.symmetric.as_ref(),
            );
            symmetry::warn_of_own_nac(report, &env.types.graph, &rule);
            rule
        }));
    }
    (checked.into_iter().collect(), timers.into_iter().collect())
}

/// Types and parameters.
fn environment<'a>(
    report: &'a Report,
    loader: &'a Loader<'a>,
    sets: &[Rc<RuleSetSpec>],
    model: Option<&ModelSpec>,
    changes: Changes<'_>,
    command_line: Option<&CommandLine>,
) -> Env<'a> {
    let unreadable = unreadable(sets, model);
    let mut env = Env {
        report,
        loader,
        types: Types::read(report, sets),
        parameters: Parameters {
            unreadable: unreadable.clone(),
            ..Parameters::default()
        },
        tables: Tables {
            unreadable,
            ..Tables::default()
        },
    };
    let defaults = Layer {
        entries: sets
            .iter()
            .flat_map(|s| &s.parameters)
            .map(|(n, v)| (n, v))
            .collect(),
        declares: true,
    };
    let mut layers = vec![defaults];
    layers.extend(model.map(|m| Layer {
        entries: m.parameters.iter().map(|(n, v)| (n, v)).collect(),
        declares: true,
    }));
    layers.extend(changes.layers.iter().map(|c| Layer {
        entries: c.parameters.iter().map(|(n, v)| (n, v)).collect(),
        declares: false,
    }));
    layers.push(Layer {
        entries: changes.point.to_vec(),
        declares: false,
    });
    layers.extend(command_line.map(CommandLine::layer));
    let texts = model.map_or_else(BTreeSet::new, |m| names_in_files(m, changes));
    parameters::read(&mut env, &layers, &texts);
    env
}

/// Names that file names mention in braces: parameters that are texts.
fn names_in_files(spec: &ModelSpec, changes: Changes<'_>) -> BTreeSet<String> {
    let tables = spec.tables.iter().map(|(_, t)| &t.file);
    let start = changes.start(spec).iter().filter_map(|s| match s {
        StartSpec::Nodes { csv, .. } | StartSpec::Edges { csv, .. } => Some(csv),
        StartSpec::GraphMl { file, .. } => Some(file),
        StartSpec::Create(_) | StartSpec::Repeat(..) | StartSpec::Topology { .. } => None,
    });
    // a scenario with a start graph of its own does not turn the texts of the model's into numbers
    let of_model = spec.start.iter().filter_map(|s| match s {
        StartSpec::Nodes { csv, .. } | StartSpec::Edges { csv, .. } => Some(csv),
        StartSpec::GraphMl { file, .. } => Some(file),
        _ => None,
    });
    let files = tables.chain(start).chain(of_model);
    files
        .flat_map(|t| braces(&t.value))
        .map(str::to_owned)
        .collect()
}

fn unreadable(sets: &[Rc<RuleSetSpec>], model: Option<&ModelSpec>) -> BTreeSet<String> {
    let of_sets = sets.iter().flat_map(|s| &s.unreadable);
    let of_model = model.into_iter().flat_map(|m| &m.unreadable);
    of_sets.chain(of_model).map(|t| t.value.clone()).collect()
}

/// All rules in the order of their names.
fn rule_specs<'s>(report: &Report, sets: &'s [Rc<RuleSetSpec>]) -> Vec<(&'s Text, &'s RuleSpec)> {
    let mut by_name: BTreeMap<&str, (&Text, &RuleSpec)> = BTreeMap::new();
    for (name, spec) in sets.iter().flat_map(|s| &s.rules) {
        match by_name.get(name.value.as_str()) {
            Some((first, _)) => report.push(duplicate("rule", &name.value, name.span, first.span)),
            None => {
                if dense(report, by_name.len(), "rules", name.span).is_none() {
                    break;
                }
                by_name.insert(&name.value, (name, spec));
            }
        }
    }
    by_name.into_values().collect()
}
