//! Rule sets, models and studies without mistakes, and what becomes of them.

use expect_test::expect;

use super::{diagnose, files, model};
use crate::{
    check::{Overrides, load_model, load_study},
    expr::{ExprKind, Var},
    model::{Model, ParameterValue},
    pattern::Sort,
    probe::MetricRef,
    start::Statement,
    timer::Family,
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
from,to,mean_s,sd_s,site,samples
0,1,0.5,1,Seattle,3
1,0,0.25,2,Lyon,4
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

#[test]
fn variables_stand_in_the_order_of_the_text() {
    let model = model(&skype());
    let rule = model.rule(model.rule_named("connect_widest").unwrap());
    let names: Vec<_> = rule
        .scope
        .elements
        .iter()
        .take(5)
        .map(|e| e.name.as_deref().unwrap_or(""))
        .collect();
    assert_eq!(names, ["sc", "", "", "", "sn"]);
    let ends: Vec<_> = rule
        .lhs
        .edges
        .iter()
        .map(|e| (e.from.0, e.edge.0, e.to.0))
        .collect();
    assert_eq!(ends, [(0, 1, 2), (4, 3, 2)]);
    assert_eq!(rule.components.len(), 1);
}

#[test]
fn conditions_are_split_and_nacs_are_sub_patterns() {
    let model = model(&skype());
    let rule = model.rule(model.rule_named("connect_widest").unwrap());
    let texts: Vec<_> = rule
        .lhs
        .conditions
        .iter()
        .map(|c| c.text.as_str())
        .collect();
    expect![[r#"
        [
            "sn.bandwidth >= call_kbps",
            "COUNT { (sc)-[:link]->(:SN) } < links",
            "(sc)-[:link]->(sn)",
            "(other:SN WHERE NOT EXISTS { (sc)-[:link]->(other) } AND (other.bandwidth > sn.bandwidth OR (other.bandwidth = sn.bandwidth AND id(other) < id(sn))))",
        ]
    "#]]
    .assert_debug_eq(&texts);
    let subs: Vec<_> = rule
        .scope
        .sub_patterns
        .iter()
        .map(|s| (s.outer.clone(), s.taken.clone(), s.parent.map(|p| p.0)))
        .collect();
    let vars = |ids: &[u16]| ids.iter().map(|&id| Var(id)).collect::<Vec<_>>();
    let edges = vars(&[1, 3]);
    let (count, link, other, inner) = (&subs[0], &subs[1], &subs[2], &subs[3]);
    assert_eq!(*count, (vars(&[0]), edges.clone(), None));
    assert_eq!(*link, (vars(&[0, 4]), edges.clone(), None));
    assert_eq!(*other, (vars(&[0, 4]), edges.clone(), None));
    let own = rule.scope.sub_patterns[2].pattern.elements[0];
    assert_eq!(*inner, (vec![Var(0), own], edges, Some(2)));
}

#[test]
fn untyped_nodes_are_narrowed_by_their_edges() {
    let model = model(&skype());
    let rule = model.rule(model.rule_named("reject").unwrap());
    let picked = rule.choose[0].pattern.elements[1];
    let Sort::Node(types) = &rule.scope.element(picked).sort else {
        panic!("a node")
    };
    let names: Vec<_> = types
        .iter()
        .map(|&t| model.types.node(t).name.as_str())
        .collect();
    assert_eq!(names, ["RS"]);
    assert!(rule.required);
}

#[test]
fn an_immediate_timer_implies_required() {
    let text = skype().replace("            required: true,\n", "");
    let model = model(&text);
    assert!(model.rule(model.rule_named("reject").unwrap()).required);
}

#[test]
fn symmetric_rules_list_their_automorphisms() {
    let model = model(&skype());
    let rule = model.rule(model.rule_named("gossip").unwrap());
    assert_eq!(
        rule.automorphisms,
        [vec![Var(0), Var(1), Var(2)], vec![Var(2), Var(1), Var(0)]]
    );
    let call = model.rule(model.rule_named("call").unwrap());
    assert_eq!(call.components, [vec![Var(0)], vec![Var(1)]]);
}

#[test]
fn integers_are_widened_and_parameters_overridden() {
    let model = model(&skype());
    let value = |name: &str| {
        model
            .parameters
            .iter()
            .find(|p| p.name == name)
            .unwrap()
            .value
            .clone()
    };
    assert_eq!(value("half"), ParameterValue::Value(Value::Real(10.0)));
    assert_eq!(value("links"), ParameterValue::Value(Value::Int(2)));
    assert_eq!(
        value("data"),
        ParameterValue::Text("data/rtt.csv".to_owned())
    );
    let table = &model.tables[0];
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|c| (c.name.as_str(), c.ty))
        .collect();
    assert_eq!(
        columns,
        [
            ("mean_s", Type::Real),
            ("sd_s", Type::Real),
            ("samples", Type::Int)
        ]
    );
    assert_eq!(table.keys, [0, 1, 1, 0]);
    assert_eq!(table.columns[1].bits[1], 2.0_f64.to_bits());
}

#[test]
fn attributes_of_created_elements_stand_by_column() {
    let model = model(&skype());
    let Statement::Create { create, .. } = &model.start.statements[1] else {
        panic!("a repetition")
    };
    let texts: Vec<_> = create[0]
        .attributes
        .iter()
        .map(|f| f.text.as_str())
        .collect();
    assert_eq!(texts, ["\"chronos\"", "index", "100.0"]);
    assert!(matches!(create[0].attributes[1].expr.kind, ExprKind::Index));
    assert_eq!(create[0].attributes[2].expr.ty, Type::Real);
}

#[test]
fn a_study_has_every_scenario_at_every_point_within_the_constraints() {
    let (files, first) = files(&format!("{STUDY}{}", skype()));
    let study = load_study(&files, &first, &Overrides::default())
        .value
        .unwrap();
    let names: Vec<_> = study.scenarios.iter().map(|s| s.name.as_str()).collect();
    expect![[r#"
        [
            "one, clients = 100, think = 1.0",
            "one, clients = 100, think = 2.0",
            "one, clients = 200, think = 1.0",
            "two links, clients = 100, think = 1.0",
            "two links, clients = 100, think = 2.0",
            "two links, clients = 200, think = 1.0",
            "small, clients = 100, think = 1.0",
            "small, clients = 100, think = 2.0",
            "small, clients = 200, think = 1.0",
        ]
    "#]]
    .assert_debug_eq(&names);
    assert_eq!(study.confidence, 0.9);
    let small = &study.scenarios[6].model;
    assert_eq!((small.run.horizon, small.run.warm_up), (Some(10.0), 3.0));
    let metrics: Vec<_> = study
        .metrics
        .iter()
        .map(|m| m.refs[0].name(&small.probes))
        .collect();
    assert_eq!(
        metrics,
        [
            "latency.mean",
            "latency.p95",
            "rejected.rate",
            "offline.median",
            "loss.value"
        ]
    );
    for metric in &study.metrics {
        assert_eq!(
            MetricRef::parse(&metric.name, &small.probes),
            Some(metric.refs[0].clone())
        );
    }
}

/// What a study may change in a model, on a line.
fn said(model: &Model) -> String {
    let values: Vec<&ParameterValue> = model.parameters.iter().map(|p| &p.value).collect();
    let laws: Vec<Family> = model.timers.iter().map(|t| t.law.family).collect();
    let (start, horizon) = (model.start.statements.len(), model.run.horizon);
    format!("{values:?}, {laws:?}, {start} in the start graph, until {horizon:?}")
}

#[test]
fn what_a_study_changes_holds_for_all_scenarios_that_say_nothing_else() {
    let study = r#"--- s.ron
Study(
    model: "m.ron",
    parameters: {"rate": 3.0, "k": 4},
    timers: {"tick": Exponential(rate: "rate"), "tock": Deterministic("k")},
    start: [Create("(:N)")],
    horizon: 10.0,
    scenarios: {
        "as all": (),
        "other values": (parameters: {"k": 5}, timers: {"tick": Never}, horizon: 20.0),
        "other start": (start: []),
    },
    metrics: ["p"], replications: 5,
)
--- m.ron
Model(rules: "r.ron", parameters: {"k": 1}, timers: {"tick": Never, "tock": Never}, probes: {"p": Count("(:N)")})
--- r.ron
RuleSet(types: (nodes: {"N": ()}), parameters: {"rate": 2.0, "k": 3}, rules: {"tick": (match: "(n:N)"), "tock": (match: "(n:N)")})
"#;
    let (files, first) = files(study);
    let study = load_study(&files, &first, &Overrides::default())
        .value
        .unwrap();
    let said: Vec<_> = study
        .scenarios
        .iter()
        .map(|s| (said(&s.model), &s.settings))
        .collect();
    expect![[r#"
        [
            (
                "[Value(Real(3.0)), Value(Int(4))], [ExponentialRate, Deterministic], 1 in the start graph, until Some(10.0)",
                [
                    (
                        "timer of tick",
                        "Exponential(rate: \"rate\")",
                    ),
                    (
                        "timer of tock",
                        "Deterministic(\"k\")",
                    ),
                    (
                        "start",
                        "[Create(\"(:N)\")]",
                    ),
                    (
                        "horizon",
                        "10.0",
                    ),
                ],
            ),
            (
                "[Value(Real(3.0)), Value(Int(5))], [Never, Deterministic], 1 in the start graph, until Some(20.0)",
                [
                    (
                        "timer of tick",
                        "Never",
                    ),
                    (
                        "timer of tock",
                        "Deterministic(\"k\")",
                    ),
                    (
                        "start",
                        "[Create(\"(:N)\")]",
                    ),
                    (
                        "horizon",
                        "20.0",
                    ),
                ],
            ),
            (
                "[Value(Real(3.0)), Value(Int(4))], [ExponentialRate, Deterministic], 0 in the start graph, until Some(10.0)",
                [
                    (
                        "timer of tick",
                        "Exponential(rate: \"rate\")",
                    ),
                    (
                        "timer of tock",
                        "Deterministic(\"k\")",
                    ),
                    (
                        "start",
                        "[]",
                    ),
                    (
                        "horizon",
                        "10.0",
                    ),
                ],
            ),
        ]
    "#]].assert_debug_eq(&said);
}

#[test]
fn a_path_from_the_command_line_starts_in_the_working_directory() {
    let text = format!(
        "{}--- here.csv\nfrom,to,mean_s,sd_s\n7,8,0.5,1.0\n",
        skype()
    );
    let (files, first) = files(&text);
    let overrides = Overrides {
        parameters: vec![
            ("data".to_owned(), "here.csv".to_owned()),
            ("clients".to_owned(), "7".to_owned()),
        ],
    };
    let model = load_model(&files, &first, &overrides).value.unwrap();
    assert_eq!(model.tables[0].keys, [7, 8]);
    let clients = model
        .parameters
        .iter()
        .find(|p| p.name == "clients")
        .unwrap();
    assert_eq!(clients.value, ParameterValue::Value(Value::Int(7)));
}

#[test]
fn nodes_and_edges_from_files() {
    let text = r#"--- m.ron
Model(rules: "r.ron", timers: {}, start: [
    Nodes(csv: "n.csv", node: "N", key: "id", columns: {"x": "height"}, attributes: {"y": "index * 2"}),
    Edges(csv: "e.csv", edge: "e", from: "a", to: "b", nodes: "P"),
    GraphMl("g.xml", node: "P", edge: "e"),
])
--- r.ron
RuleSet(types: (nodes: {
    "N": (attributes: {"x": Int, "y": Int, "s": Enum("State", "on")}), "P": ()},
    edges: {"e": (between: ("N|P", "N|P"), unique: true, attributes: {"w": Real(1.0)})}, enumerations: {"State": ["on", "off"]}))
--- n.csv
id,height,s
a,1,off
b,2,on
--- e.csv
a,b,w
a,b,0.5
b,c,2
--- g.xml
<graphml><key id="k" for="edge" attr.name="w" attr.type="double"/><key id="t" attr.name="type"/>
<key id="x" for="node" attr.name="x"><default>7</default></key><key id="y" attr.name="y"/>
<graph edgedefault="undirected"><node id="1"/><node id="2"><data key="t">N</data><data key="y">5</data></node>
<edge source="1" target="2"><data key="k">0.25</data></edge></graph></graphml>
"#;
    let model = model(text);
    let mut lines = Vec::new();
    for statement in &model.start.statements {
        match statement {
            Statement::Nodes(nodes) => lines.extend(nodes.rows.iter().map(|r| {
                format!(
                    "{} {} {:?}",
                    nodes.templates[usize::from(r.template)].0.0,
                    r.key,
                    r.values
                )
            })),
            Statement::Edges(edges) => lines.extend(edges.rows.iter().map(|r| {
                format!(
                    "{:?} {:?} {:?}",
                    (r.from.statement, r.from.row),
                    (r.to.statement, r.to.row),
                    r.values
                )
            })),
            _ => lines.push("another".to_owned()),
        }
    }
    expect![[r#"
        0 a [Some(Int(1)), None, Some(Enumerator(EnumerationId(0), 1))]
        0 b [Some(Int(2)), None, Some(Enumerator(EnumerationId(0), 0))]
        1 c []
        (0, 0) (0, 1) [Some(Real(0.5))]
        (0, 1) (1, 0) [Some(Real(2.0))]
        1 1 []
        0 2 [Some(Int(7)), Some(Int(5)), None]
        (3, 0) (3, 1) [Some(Real(0.25))]"#]]
    .assert_eq(&lines.join("\n"));
}

#[test]
fn deep_nesting_ends_in_a_value_or_a_mistake() {
    for depth in [20, 90, 150, 250] {
        let (open, close) = (
            "EXISTS { (sc)-[:link]->(a) WHERE ".repeat(depth),
            " }".repeat(depth),
        );
        let rule = format!(
            "--- r.ron\nRuleSet(include: [\"rules/types.ron\"], rules: {{\"r\": (match: \"(sc:SC), (b:SC)\", symmetric: true, where: \"{open}sc.host > 1{close}\")}})\n{TYPES}"
        );
        assert!(
            diagnose(&rule).starts_with("error"),
            "the guard is not symmetric, or too deep"
        );
    }
}
