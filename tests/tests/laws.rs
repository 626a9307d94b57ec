//! Simulated means and variances against closed forms.
//!
//! Each figure is the mean of independent replications with a fixed random seed; it fails where it is more than 4.75 standard errors from the closed form
//! (two-sided level 2·10⁻⁶). With fewer than 50 figures the family-wise level is below 10⁻⁴. A control with a wrong figure must fail.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::AtomicBool;

use kairos::{
    load,
    model::{check::Overrides, probe::MetricRef, source::MemoryFiles},
    sim::{draw::Randomness, observe::Wanted},
    simulate::Compiled,
};

/// Standard errors between a simulated figure and its closed form that are still put down to chance.
const LIMIT: f64 = 4.75;

/// The values of a metric over replications.
fn sample(rules: &str, model: &str, metric: &str, replications: u64) -> Vec<f64> {
    let files = MemoryFiles(
        [("rules.ron", rules), ("model.ron", model)]
            .map(|(p, t)| (p.into(), t.into()))
            .into(),
    );
    let checked = load::model(&files, "model.ron", &Overrides::default());
    let checked =
        checked.unwrap_or_else(|m| panic!("{}", m.render(kairos::model::render::Colour::Never)));
    let compiled = Compiled::new(checked.value);
    let metric = MetricRef::parse(metric, &compiled.model().probes).unwrap();
    let never = AtomicBool::new(false);
    let run = |replication| {
        let wanted = Wanted::Metrics(vec![metric.clone()]);
        compiled
            .run(Randomness::new(2026, replication), wanted, &never)
            .unwrap()
            .observations
            .metric(&metric)
    };
    (0..replications).filter_map(run).collect()
}

/// How many standard errors the mean of values lies from a figure.
fn distance(values: &[f64], figure: f64) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
    (mean - figure).abs() / (variance / n).sqrt()
}

fn check_mean(name: &str, values: &[f64], figure: f64) {
    let distance = distance(values, figure);
    assert!(
        distance < LIMIT,
        "{name}: {distance:.1} standard errors from {figure}"
    );
    assert!(
        values.len() >= 100,
        "{name}: too few replications for a normal mean"
    );
}

/// Checks a variance, given the mean that the closed form has.
fn check_variance(name: &str, values: &[f64], mean: f64, figure: f64) {
    let squares: Vec<f64> = values.iter().map(|x| (x - mean).powi(2)).collect();
    check_mean(name, &squares, figure);
}

const QUEUE: &str = include_str!("../../rules/queue.ron");

fn queue(service: &str, probes: &str) -> String {
    format!(
        r#"Model(rules: "rules.ron", start: [Create("(q:Queue)")],
            timers: {{ "arrive": Exponential(rate: 0.5), "serve": {service} }},
            probes: {{ {probes} }}, warm_up: 200.0, horizon: 4200.0)"#
    )
}

#[test]
fn queues_with_one_server() {
    let number = r#""n": Count("(c:Customer)")"#;
    let stay = r#""n": Tally(on: "serve", value: "now - c.came")"#;
    // M/M/1 at load 1/2: one customer on average, who stays 2.
    let exponential = "Exponential(mean: 1.0)";
    let values = sample(QUEUE, &queue(exponential, number), "n.mean", 200);
    check_mean("M/M/1, number", &values, 1.0);
    assert!(distance(&values, 1.1) > LIMIT, "the control is found out");
    check_mean(
        "M/M/1, stay",
        &sample(QUEUE, &queue(exponential, stay), "n.mean", 200),
        2.0,
    );
    // Pollaczek and Khinchine: ρ + ρ²(1 + c²)/(2(1 − ρ)), with c² = 0, 1/4 and 1/3.
    for (service, squared) in [
        ("Deterministic(1.0)", 0.0),
        ("Erlang(k: 4, rate: 4.0)", 0.25),
        ("Uniform(low: 0.0, high: 2.0)", 1.0 / 3.0),
    ] {
        let number = sample(QUEUE, &queue(service, number), "n.mean", 200);
        check_mean(service, &number, 0.5 + 0.25 * (1.0 + squared));
    }
}

#[test]
fn machine_repair() {
    let rules = r#"RuleSet(
        types: (nodes: { "Machine": (attributes: { "broken": Bool(false) }), "Shop": () }),
        rules: {
            "fail": (match: "(m:Machine)", where: "NOT m.broken", set: ["m.broken = TRUE"]),
            "repair": (match: "(s:Shop)", choose: [Uniform("(m:Machine WHERE m.broken)")], required: true, set: ["m.broken = FALSE"]),
        })"#;
    let model = r#"Model(rules: "rules.ron", start: [Create("(s:Shop)"), Repeat(5, "(:Machine)")],
        timers: { "fail": Exponential(rate: 0.2), "repair": Exponential(rate: 1.0) },
        probes: { "broken": Count("(m:Machine WHERE m.broken)") }, warm_up: 50.0, horizon: 1050.0)"#;
    // p(k) ∝ 5!/(5 − k)! · 0.2^k
    let weights = [1.0, 1.0, 0.8, 0.48, 0.192, 0.0384];
    let mean = weights
        .iter()
        .zip(0u32..)
        .map(|(w, k)| w * f64::from(k))
        .sum::<f64>()
        / weights.iter().sum::<f64>();
    check_mean(
        "machine repair",
        &sample(rules, model, "broken.mean", 200),
        mean,
    );
}

const CELLS: &str = r#"RuleSet(
    types: (nodes: { "Pond": (), "Cell": () }),
    rules: {
        "come": (match: "(p:Pond)", create: ["(c:Cell)"]),
        "split": (match: "(c:Cell)", create: ["(d:Cell)"]),
        "die": (match: "(c:Cell)", delete: ["c"]),
    })"#;

fn cells(start: &str, come: &str, split: &str, die: &str) -> String {
    format!(
        r#"Model(rules: "rules.ron", start: [Create("(p:Pond)"), {start}], timers: {{ "come": {come}, "split": {split}, "die": {die} }},
            probes: {{ "cells": Count("(c:Cell)") }}, horizon: 2.0)"#
    )
}

#[test]
fn immigration_and_death() {
    // Poisson with mean (λ/μ)(1 − e^{−μt}), whether each cell has its clock or all share one.
    let mean = 5.0 * (1.0 - (-2.0f64).exp());
    for die in [
        "Exponential(rate: 1.0)",
        "Exponential(rate: 1.0, clock: Aggregate)",
    ] {
        let model = cells("", "Exponential(rate: 5.0)", "Never", die);
        let values = sample(CELLS, &model, "cells.last", 4000);
        check_mean(die, &values, mean);
        check_variance(die, &values, mean, mean);
    }
}

#[test]
fn births_and_deaths() {
    // Each cell splits at rate b and dies at rate d: mean n·e^{(b−d)t}, variance n(b + d)/(b − d)·e^{(b−d)t}(e^{(b−d)t} − 1).
    let growth = 1.0f64.exp();
    let (mean, variance) = (10.0 * growth, 10.0 * (1.5 / 0.5) * growth * (growth - 1.0));
    let model = cells(
        r#"Repeat(10, "(:Cell)")"#,
        "Never",
        "Exponential(rate: 1.0)",
        "Exponential(rate: 0.5)",
    );
    let values = sample(CELLS, &model, "cells.last", 4000);
    check_mean("birth and death, mean", &values, mean);
    check_variance("birth and death, variance", &values, mean, variance);
}

#[test]
fn race_of_an_exponential_and_a_normal() {
    let rules = r#"RuleSet(types: (nodes: { "A": () }),
        rules: { "exponential": (match: "(a:A)", delete: ["a"]), "normal": (match: "(a:A)", delete: ["a"]) })"#;
    let model = r#"Model(rules: "rules.ron", start: [Create("(a:A)")],
        timers: { "exponential": Exponential(rate: 1.0), "normal": Normal(mean: 0.5, sd: 0.4) },
        probes: { "first": Firings("exponential") }, horizon: 100.0)"#;
    // 1 − E e^{−X} for a normal X conditioned on being positive.
    let phi = normal_below;
    let (mean, sd): (f64, f64) = (0.5, 0.4);
    let transform = (-mean + sd * sd / 2.0).exp() * phi((mean - sd * sd) / sd) / phi(mean / sd);
    check_mean(
        "race",
        &sample(rules, model, "first.count", 10_000),
        1.0 - transform,
    );
}

/// The distribution function of the standard normal.
fn normal_below(x: f64) -> f64 {
    kairos_stats::Normal.cdf(x)
}

#[test]
fn memory_of_an_interrupted_service() {
    let rules = r#"RuleSet(types: (nodes: { "M": (attributes: { "up": Bool(true) }) }), rules: {
        "finish": (match: "(m:M)", where: "m.up", delete: ["m"]),
        "break": (match: "(m:M)", where: "m.up", set: ["m.up = FALSE"]),
        "mend": (match: "(m:M)", where: "NOT m.up", set: ["m.up = TRUE"]) })"#;
    let model = |memory: &str| {
        format!(
            r#"Model(rules: "rules.ron", start: [Create("(m:M)")], timers: {{
                "finish": Deterministic(value: 2.0, memory: {memory}), "break": Exponential(rate: 0.5), "mend": Exponential(mean: 1.0) }},
                probes: {{ "done": Tally(on: "finish", value: "now") }}, horizon: 10000.0)"#
        )
    };
    // Work D = 2, breakdowns at rate λ = 1/2, repairs of mean r = 1: D(1 + λr) with age memory, (1/λ + r)(e^{λD} − 1) without.
    check_mean(
        "age memory",
        &sample(rules, &model("Age"), "done.mean", 4000),
        3.0,
    );
    check_mean(
        "enabling memory",
        &sample(rules, &model("Enabling"), "done.mean", 4000),
        3.0 * (1.0f64.exp() - 1.0),
    );
}

#[test]
fn lost_calls_do_not_depend_on_the_law_of_service() {
    let rules = r#"RuleSet(types: (nodes: { "Office": (), "Call": () }), rules: {
        "call": (match: "(o:Office)", where: "COUNT { (:Call) } < 3", create: ["(c:Call)"]),
        "end": (match: "(c:Call)", delete: ["c"]) })"#;
    // Erlang-B with 3 lines and 2 erlangs: 4/19 of the calls are lost, 30/19 are going on.
    for service in [
        "Exponential(mean: 1.0)",
        "Deterministic(1.0)",
        "LogNormal(mean: 1.0, sd: 2.0)",
    ] {
        let model = format!(
            r#"Model(rules: "rules.ron", start: [Create("(o:Office)")], timers: {{ "call": Exponential(rate: 2.0), "end": {service} }},
                probes: {{ "calls": Count("(c:Call)") }}, warm_up: 100.0, horizon: 1100.0)"#
        );
        check_mean(
            service,
            &sample(rules, &model, "calls.mean", 200),
            30.0 / 19.0,
        );
    }
}

#[test]
fn pairs_count_twice_unless_the_rule_is_symmetric() {
    for (symmetric, clocks) in [("false", 90.0), ("true", 45.0)] {
        let rules = format!(
            r#"RuleSet(types: (nodes: {{ "A": (), "Done": () }}),
                rules: {{ "meet": (match: "(a:A), (b:A)", where: "NOT EXISTS {{ (:Done) }}", symmetric: {symmetric}, create: ["(d:Done)"]) }})"#
        );
        for clock in ["", ", clock: Aggregate"] {
            let model = format!(
                r#"Model(rules: "rules.ron", start: [Repeat(10, "(:A)")], timers: {{ "meet": Exponential(rate: 0.1{clock}) }},
                    probes: {{ "first": Tally(on: "meet", value: "now") }}, horizon: 20.0)"#
            );
            let name = format!("symmetric: {symmetric}{clock}");
            check_mean(
                &name,
                &sample(&rules, &model, "first.mean", 4000),
                1.0 / (0.1 * clocks),
            );
        }
    }
}

#[test]
fn immediate_events_are_chosen_by_weight() {
    let rules = r#"RuleSet(types: (nodes: { "A": (), "B": () }), rules: {
        "go": (match: "(b:B)", create: ["(a:A)"], delete: ["b"]),
        "left": (match: "(a:A)", delete: ["a"]), "right": (match: "(a:A)", delete: ["a"]) })"#;
    let model = r#"Model(rules: "rules.ron", start: [Create("(b:B)")], timers: {
        "go": Exponential(rate: 1.0), "left": Immediate(priority: 1, weight: 3.0), "right": Immediate(priority: 1, weight: 1.0) },
        probes: { "left": Firings("left") }, horizon: 100.0)"#;
    check_mean(
        "weights 3 : 1",
        &sample(rules, model, "left.count", 10_000),
        0.75,
    );
}
