//! Queues, lines and repair shops.

use super::{Case, Moment::Mean};

const QUEUE: &str = r#"types: (
    nodes: { "Queue": (), "Customer": (attributes: { "came": Real }) },
    edges: { "waits": (from: "Customer", to: "Queue") },
), rules: {
    "arrive": (match: "(q:Queue)", create: ["(c:Customer {came: now})-[:waits]->(q)"]),
    "serve": (
        match: "(q:Queue)",
        where: "EXISTS { (:Customer)-[:waits]->(q) }",
        choose: [Min("id(c)", of: "(c:Customer)-[:waits]->(q)")],
        delete: ["c"],
    ),
}"#;

/// A queue with arrivals at rate 0.5, and a service time.
fn queue(name: &'static str, service: &str, present: f64) -> Case {
    Case {
        name,
        rules: QUEUE.to_owned(),
        model: format!(
            r#"start: [Create("(q:Queue)")],
            timers: {{ "arrive": Exponential(rate: 0.5), "serve": {service} }},
            probes: {{ "present": Count("(c:Customer)"), "stay": Tally(on: "serve", value: "now - c.came") }},
            warm_up: 200.0, horizon: 1200.0"#
        ),
        replications: 200,
        // Little: each stays present / arrivals
        expected: vec![
            ("present.mean", Mean(present)),
            ("stay.mean", Mean(present / 0.5)),
        ],
    }
}

/// Pollaczek and Khinchine: customers present at load 0.5, where `scv` is the squared coefficient of variation of the service.
fn pollaczek_khinchine(scv: f64) -> f64 {
    0.5 + 0.25 * (1.0 + scv) / (2.0 * 0.5)
}

pub(super) fn queues() -> Vec<Case> {
    vec![
        queue("M/M/1", "Exponential(rate: 1.0)", 1.0),
        queue(
            "M/D/1",
            "Deterministic(value: 1.0)",
            pollaczek_khinchine(0.0),
        ),
        queue(
            "M/U/1",
            "Uniform(low: 0.0, high: 2.0)",
            pollaczek_khinchine(1.0 / 3.0),
        ),
        queue(
            "M/E/1",
            "Erlang(k: 4, mean: 1.0)",
            pollaczek_khinchine(0.25),
        ),
        queue(
            "M/Γ/1",
            "Gamma(mean: 1.0, sd: 1.5)",
            pollaczek_khinchine(2.25),
        ),
        queue(
            "M/LN/1",
            "LogNormal(mean: 1.0, sd: 1.0)",
            pollaczek_khinchine(1.0),
        ),
        // one clock whose rate follows the number of customers: 2 rho / (1 - rho^2) at rho = 1/4
        queue(
            "M/M/2 as one rescaled clock",
            r#"Exponential(rate: "min(2, COUNT { (:Customer)-[:waits]->(q) })")"#,
            0.5 / (1.0 - 0.0625),
        ),
    ]
}

/// Machines that fail at rate 0.3 and one repairman who takes an exponential time of mean 1; how many are broken.
pub(super) fn machine_repair() -> Case {
    let mut weights = vec![1.0];
    for left in [5.0, 4.0, 3.0, 2.0, 1.0] {
        let last: f64 = weights[weights.len() - 1];
        weights.push(last * 0.3 * left);
    }
    let broken = (0..)
        .zip(&weights)
        .map(|(n, w)| f64::from(n) * w)
        .sum::<f64>()
        / weights.iter().sum::<f64>();
    Case {
        name: "machine repair",
        rules: r#"types: (nodes: { "Machine": (attributes: { "broken": Bool(false) }), "Man": () }), rules: {
            "fail": (match: "(m:Machine)", where: "NOT m.broken", set: ["m.broken = TRUE"]),
            "repair": (match: "(:Man)", where: "EXISTS { (b:Machine WHERE b.broken) }",
                choose: [Uniform("(m:Machine WHERE m.broken)")], set: ["m.broken = FALSE"]),
        }"#
        .to_owned(),
        model: r#"start: [Create("(:Man)"), Repeat(5, "(:Machine)")],
            timers: { "fail": Exponential(rate: 0.3), "repair": Exponential(mean: 1.0) },
            probes: { "broken": Count("(m:Machine WHERE m.broken)") }, warm_up: 50.0, horizon: 1050.0"#
            .to_owned(),
        replications: 200,
        expected: vec![("broken.mean", Mean(broken))],
    }
}

/// Three lines, calls at rate 2 that last 1 on average: lines busy, whatever the law of the duration.
fn erlang_loss(name: &'static str, duration: &str) -> Case {
    let weights = [1.0, 2.0, 2.0, 4.0 / 3.0];
    let blocked = weights[3] / weights.iter().sum::<f64>();
    Case {
        name,
        rules: r#"types: (nodes: { "World": (), "Call": () }), rules: {
            "call": (match: "(:World)", where: "COUNT { (:Call) } < 3", create: ["(:Call)"]),
            "end": (match: "(c:Call)", delete: ["c"]),
        }"#
        .to_owned(),
        model: format!(
            r#"start: [Create("(:World)")], timers: {{ "call": Exponential(rate: 2.0), "end": {duration} }},
            probes: {{ "busy": Count("(c:Call)") }}, warm_up: 50.0, horizon: 1050.0"#
        ),
        replications: 200,
        expected: vec![("busy.mean", Mean(2.0 * (1.0 - blocked)))],
    }
}

pub(super) fn erlang_losses() -> Vec<Case> {
    vec![
        erlang_loss("Erlang loss, exponential", "Exponential(mean: 1.0)"),
        erlang_loss("Erlang loss, fixed", "Deterministic(value: 1.0)"),
        erlang_loss("Erlang loss, log-normal", "LogNormal(mean: 1.0, sd: 1.5)"),
        erlang_loss(
            "Erlang loss, Weibull",
            "Weibull(shape: 2.0, scale: 1.1283791670955126)",
        ),
        erlang_loss("Erlang loss, Pareto", "Pareto(mean: 1.0, shape: 2.5)"),
    ]
}

/// Customers who wait for one of three servers, each with a clock of its own: arrivals at rate 2, services of mean 1.
pub(super) fn three_servers() -> Case {
    // a = 2 erlangs on 3 servers: a + C ρ/(1 − ρ), with Erlang's C = (a³/3!)/(1 − ρ) / (1 + a + a²/2 + (a³/3!)/(1 − ρ))
    let full = 8.0 / 6.0 * 3.0;
    let waits = full / (1.0 + 2.0 + 2.0 + full);
    Case {
        name: "M/M/3",
        rules: r#"types: (
            nodes: { "Door": (), "Server": (), "Customer": () },
            edges: { "at": (from: "Customer", to: "Server", unique: true) },
        ), rules: {
            "arrive": (match: "(d:Door)", create: ["(:Customer)"]),
            "begin": (
                match: "(s:Server)",
                where: "NOT EXISTS { (:Customer)-[:at]->(s) }",
                choose: [Min("id(c)", of: "(c:Customer WHERE NOT EXISTS { (c)-[:at]->(:Server) })")],
                required: true,
                create: ["(c)-[:at]->(s)"],
            ),
            "serve": (match: "(c:Customer)-[:at]->(s:Server)", delete: ["c"]),
        }"#
        .to_owned(),
        model: r#"start: [Create("(:Door)"), Repeat(3, "(:Server)")],
            timers: { "arrive": Exponential(rate: 2.0), "begin": Immediate(priority: 1, weight: 1.0), "serve": Exponential(mean: 1.0) },
            probes: { "present": Count("(c:Customer)") }, warm_up: 100.0, horizon: 1100.0"#
            .to_owned(),
        replications: 100,
        expected: vec![("present.mean", Mean(2.0 + waits * 2.0))],
    }
}

/// Machines whose failure a NAC forbids while they are under repair, five of them and as many repairmen as machines.
pub(super) fn machines_with_a_nac() -> Case {
    Case {
        name: "machines that a NAC keeps from failing twice",
        rules: r#"types: (
            nodes: { "Machine": (), "Fault": () },
            edges: { "in": (from: "Fault", to: "Machine") },
        ), rules: {
            "fail": (match: "(m:Machine)", unless: ["(:Fault)-[:in]->(m)"], create: ["(:Fault)-[:in]->(m)"]),
            "repair": (match: "(f:Fault)", delete: ["f"]),
        }"#
        .to_owned(),
        model: r#"start: [Repeat(5, "(:Machine)")],
            timers: { "fail": Exponential(mean: 3.0), "repair": Deterministic(1.0) },
            probes: { "broken": Count("(f:Fault)") }, warm_up: 20.0, horizon: 520.0"#
            .to_owned(),
        replications: 200,
        // renewals of each machine: 1 of 4
        expected: vec![("broken.mean", Mean(5.0 / 4.0))],
    }
}
