//! Renewals, and services that are interrupted.

use super::{Case, Moment::Mean, integral};

/// A job whose service is interrupted at rate 0.5; a repair takes 0.4 on average. When is it done?
fn interrupted(name: &'static str, service: &str, mean: f64) -> Case {
    Case {
        name,
        rules: r#"types: (nodes: { "Job": (attributes: { "down": Bool(false), "came": Real(0.0) }) }), rules: {
            "serve": (match: "(j:Job)", where: "NOT j.down", set: ["j.came = now"]),
            "interrupt": (match: "(j:Job)", where: "NOT j.down", set: ["j.down = TRUE"]),
            "resume": (match: "(j:Job)", where: "j.down", set: ["j.down = FALSE"]),
        }"#
        .to_owned(),
        model: format!(
            r#"start: [Repeat(10, "(:Job)")], timers: {{ "serve": {service}, "interrupt": Exponential(rate: 0.5), "resume": Gamma(shape: 2.0, scale: 0.2) }},
            probes: {{ "served": Firings("serve") }}, warm_up: 20.0, horizon: 520.0"#
        ),
        replications: 60,
        // jobs follow each other: renewals at the reciprocal of the mean
        expected: vec![("served.rate", Mean(10.0 / mean))],
    }
}

pub(super) fn interruptions() -> Vec<Case> {
    let cycle = 1.0 / 0.5 + 0.4;
    // drawn anew after each interruption: (1 / E[exp(-0.5 S)] - 1) (1 / 0.5 + 0.4), S uniform on (0.5, 2.5)
    let transform = integral(|s| libm::exp(-0.5 * s) / 2.0, 0.5, 2.5);
    vec![
        interrupted(
            "interrupted service, enabling memory",
            "Uniform(low: 0.5, high: 2.5)",
            (1.0 / transform - 1.0) * cycle,
        ),
        interrupted(
            "interrupted service, enabling memory, fixed",
            "Deterministic(value: 1.5)",
            (libm::exp(0.75) - 1.0) * cycle,
        ),
        // what was served stays served: E[S] (1 + 0.5 * 0.4)
        interrupted(
            "interrupted service, age memory",
            "Uniform(low: 0.5, high: 2.5, memory: Age)",
            1.5 * 1.2,
        ),
        interrupted(
            "interrupted service, age memory, exponential",
            "Exponential(mean: 1.5, memory: Age)",
            1.5 * 1.2,
        ),
    ]
}

/// Machines that run and rest in turn: the share of time that they run is E[run] / (E[run] + E[rest]), whatever the laws.
fn alternating(name: &'static str, run: &str, rest: &str, share: f64) -> Case {
    Case {
        name,
        rules: r#"types: (nodes: { "Machine": (attributes: { "runs": Bool(true) }) }), rules: {
            "stop": (match: "(m:Machine)", where: "m.runs", set: ["m.runs = FALSE"]),
            "go": (match: "(m:Machine)", where: "NOT m.runs", set: ["m.runs = TRUE"]),
        }"#
        .to_owned(),
        model: format!(
            r#"start: [Repeat(10, "(:Machine)")], timers: {{ "stop": {run}, "go": {rest} }},
            probes: {{ "running": Count("(m:Machine WHERE m.runs)") }}, warm_up: 100.0, horizon: 600.0"#
        ),
        replications: 60,
        expected: vec![("running.mean", Mean(10.0 * share))],
    }
}

pub(super) fn alternating_renewals() -> Vec<Case> {
    vec![
        alternating(
            "alternating renewals, Weibull and log-normal",
            "Weibull(mean: 2.0, shape: 2.0)",
            "LogNormal(mean: 1.0, sd: 1.0)",
            2.0 / 3.0,
        ),
        alternating(
            "alternating renewals, gamma and uniform",
            "Gamma(shape: 0.5, scale: 2.0)", // mean 1
            "Uniform(low: 0.5, high: 2.5)",
            1.0 / 2.5,
        ),
        alternating(
            "alternating renewals, exponential and Erlang",
            "Exponential(mean: 3.0)",
            "Erlang(k: 3, rate: 3.0)",
            3.0 / 4.0,
        ),
    ]
}

/// A job of two units of work that is interrupted at rate 1/2 and taken up after a mean of 1: when is it done?
fn finished(name: &'static str, memory: &str, mean: f64) -> Case {
    Case {
        name,
        rules: r#"types: (nodes: { "M": (attributes: { "up": Bool(true) }) }), rules: {
            "finish": (match: "(m:M)", where: "m.up", delete: ["m"]),
            "break": (match: "(m:M)", where: "m.up", set: ["m.up = FALSE"]),
            "mend": (match: "(m:M)", where: "NOT m.up", set: ["m.up = TRUE"]),
        }"#
        .to_owned(),
        model: format!(
            r#"start: [Create("(:M)")], timers: {{
                "finish": Deterministic(value: 2.0, memory: {memory}), "break": Exponential(rate: 0.5), "mend": Exponential(mean: 1.0) }},
            probes: {{ "done": Tally(on: "finish", value: "now") }}"#
        ),
        replications: 2000,
        expected: vec![("done.mean", Mean(mean))],
    }
}

pub(super) fn single_services() -> Vec<Case> {
    // work D = 2, breakdowns at rate λ = 1/2, repairs of mean r = 1: D(1 + λr) with age memory, (1/λ + r)(e^{λD} − 1) without
    let cut_short = libm::exp(1.0) - 1.0;
    vec![
        finished("a job done once, age memory", "Age", 3.0),
        finished(
            "a job done once, enabling memory",
            "Enabling",
            3.0 * cut_short,
        ),
    ]
}
