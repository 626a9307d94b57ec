//! Rule sets, models and studies without mistakes, and what becomes of them.

use expect_test::expect;

use super::{diagnose, model};
use crate::{
    expr::ExprKind,
    pattern::Sort,
    start::Statement,
    types::{Type, Value},
};

pub(super) const TYPES: &str = r#"--- rules/types.ron
RuleSet(
    types: (
        nodes: {
            "RS":    (),
            "Node":  (abstract: true, attributes: { "chronos": Int(0), "host": Int(0) }),
            "SC":    (is: "Node", attributes: { "behind_nat": Bool(false), "state": Enum("State", "idle") }),
            "SN":    (is: "Node", attributes: { "bandwidth": Real }),
            "Ping":  (attributes: { "sent": Int, "rtt": Int(0), "answered": Bool(false) }),
            "Voice": (attributes: { "sent": Real }),
        },
        edges: {
            "registration": (from: "Node", to: "RS", unique: true),
            "link":         (from: "SC", to: "SN", unique: true, attributes: { "primary": Bool(true) }),
            "overlay":      (between: ("SN", "SN"), unique: true),
            "tried":        (from: "SC", to: "SN", unique: true),
            "at":           (from: "Ping|Voice", to: "Node", unique: true),
            "sender":       (from: "Ping|Voice", to: "SC"),
        },
        enumerations: { "State": ["idle", "busy"] },
    ),
)
"#;

pub(super) const RULES: &str = r#"--- rules/skype.ron
RuleSet(
    include: ["types.ron"],
    parameters: { "max_latency": 800, "call_kbps": 5.0, "links": 1 },
    rules: {
        "clock_tick": (
            match: "(n:Node)",
            set: ["n.chronos += 1"],
        ),
        "connect_widest": (
            match: "(sc:SC)-[:registration]->(:RS)<-[:registration]-(sn:SN)",
            where: "sn.bandwidth >= call_kbps AND COUNT { (sc)-[:link]->(:SN) } < links",
            unless: [
                "(sc)-[:link]->(sn)",
                "(other:SN WHERE NOT EXISTS { (sc)-[:link]->(other) } AND (other.bandwidth > sn.bandwidth OR (other.bandwidth = sn.bandwidth AND id(other) < id(sn))))",
            ],
            create: ["(sc)-[:link]->(sn)"],
            set: ["sn.bandwidth -= call_kbps"],
        ),
        "connect_best": (
            match: "(sc:SC)-[:registration]->(rs:RS)",
            where: "COUNT { (sc)-[:link]->(:SN) } < links",
            choose: [Max("sn.bandwidth", of: "(rs)<-[:registration]-(sn:SN WHERE sn.bandwidth >= call_kbps AND NOT EXISTS { (sc)-[:link]->(sn) })")],
            then_where: "sn.bandwidth > 0 AND now >= 0",
            then_unless: ["(sc)-[:tried]->(sn)"],
            create: ["(sc)-[:link]->(sn)"],
            set: ["sn.bandwidth -= call_kbps"],
        ),
        "join": (
            match: "(rs:RS)",
            create: ["(sc:SC {host: draw(UniformInt(0, 98))})-[:registration]->(rs)"],
        ),
        "leave": (
            match: "(sc:SC)",
            delete: ["sc"],
            for_each: [(match: "(sc)-[:link]->(sn:SN)", set: ["sn.bandwidth += call_kbps"])],
        ),
        "ping": (
            match: "(sc:SC {state: State.idle}), (sn:SN)",
            unless: ["(:Ping)-[:sender]->(sc)", "(sc)-[:link]->(sn)"],
            create: ["(p:Ping {sent: floor(now * 1000)})-[:at]->(sn)", "(p)-[:sender]->(sc)"],
            set: ["sc.state = State.busy"],
        ),
        "answer": (
            match: ["(p:Ping)-[at:at]->(sn:SN)", "(p)-[:sender]->(sc:SC)"],
            delete: ["at"],
            create: ["(p)-[:at]->(sc)"],
            set: ["p.answered = TRUE", "p.rtt = CASE WHEN p.sent > 0 THEN max(1, p.sent % 7) ELSE 0 END"],
        ),
        "reject": (
            match: "(p:Ping {answered: TRUE} WHERE p.rtt > max_latency)-[:at]->(sc:SC)",
            choose: [Uniform("(sc)-[:registration]->(r)")],
            required: true,
            delete: ["p"],
        ),
        "gossip": (
            match: "(a:SN)~[o:overlay]~(b:SN)",
            symmetric: true,
            set: ["a.chronos += 1", "b.chronos += 1"],
        ),
        "call": (
            match: "(a:SC), (b:SC)",
            where: "a <> b",
            symmetric: false,
            create: ["(:Voice {sent: now})-[:at]->(a)"],
        ),
    },
)
"#;

pub(super) const MODEL: &str = r#"--- models/skype.ron
Model(
    rules: "../rules/skype.ron",
    parameters: { "clients": 20, "super_nodes": 8, "half": "clients / 2", "data": "data/rtt.csv", "think": 2.0, "calls": 0.5, "links": 2 },
    tables: { "rtt": Csv("{data}", key: ["from", "to"], missing: (mean_s: 0.001, sd_s: 0.0005)) },
    start: [
        Create("(rs:RS)"),
        Repeat("super_nodes", "(sn:SN {bandwidth: 100.0, host: index})-[:registration]->(rs)"),
        Repeat("clients", "(sc:SC {host: super_nodes + index % 90})-[:registration]->(rs)"),
        Topology(RandomRegular(degree: 4), nodes: "SN", edge: "overlay", draw: PerReplication),
    ],
    timers: {
        "clock_tick":     Normal(mean: 0.001, sd: 0.00005),
        "connect_best":   Exponential(mean: "think", stream: "connect", key: ["sc"]),
        "connect_widest": Never,
        "join":           Deterministic(1.0),
        "leave":          Exponential(rate: 0.0001, memory: Age),
        "ping":           Weibull(shape: 2, scale: "think * COUNT { (sc)-[:registration]->() }"),
        "answer":         LogNormal(mean: "rtt(sn.host, sc.host).mean_s / 2", sd: "rtt(sn.host, sc.host).sd_s / 2", on_change: Redraw),
        "reject":         Immediate(priority: 1),
        "gossip":         Empirical(table: "rtt", column: "mean_s"),
        "call":           Exponential(rate: "calls / clients", clock: Aggregate, weights: { "a": "CASE WHEN a.behind_nat THEN 0.5 ELSE 1 END" }),
    },
    probes: {
        "connected": Count("(sc:SC WHERE EXISTS { (sc)-[:link]->(:SN) })"),
        "spare":     Mean("sn.bandwidth", over: "(sn:SN)"),
        "rejected":  Firings("reject"),
        "latency":   Tally(on: "connect_best", value: "now - sn.bandwidth", when: "sc.host > 1"),
        "offline":   Between(from: "reject", to: "connect_best", same: "sc"),
        "loss":      Derived("rejected.count / (latency.count + 1)"),
    },
    horizon: 3600.0,
    warm_up: "horizon_share * 10",
    stop_when: "COUNT { (:SC) } > 1000",
    limits: { "steps": 100000 },
)
--- models/data/rtt.csv
from,to,mean_s,sd_s,site
0,1,0.5,1,Seattle
1,0,0.25,2,Lyon
"#;

pub(super) const STUDY: &str = r#"--- models/selection.ron
Study(
    model: "skype.ron",
    scenarios: {
        "one": (),
        "two links": (parameters: { "links": 2 }, timers: { "join": Never }),
        "small": (start: [Create("(:RS)")], horizon: 10.0),
    },
    vary: { "clients": [100, 200], "think": [1.0, 2.0] },
    constraints: ["NOT (clients = 200 AND think = 2.0)"],
    metrics: ["latency.mean", "latency.p95", "rejected.rate", "offline", "loss"],
    baseline: "one",
    warm_up: 3.0,
    replications: Precision(relative: 0.02, or_absolute: 0.0005, confidence: 0.9, at_least: 10, at_most: 2000),
    seed: 20260101,
)
"#;

/// The model of the language's description.
pub(super) fn skype() -> String {
    let model = MODEL.replace("\"half\"", "\"horizon_share\": 0.5, \"half\"");
    format!("{model}{RULES}{TYPES}")
}

#[test]
fn the_rule_set_alone() {
    expect![[""]].assert_eq(&diagnose(&format!("{RULES}{TYPES}")));
}

#[test]
fn the_model() {
    expect![[""]].assert_eq(&diagnose(&skype()));
}

#[test]
fn the_study() {
    expect![[""]].assert_eq(&diagnose(&format!("{STUDY}{}", skype())));
}
