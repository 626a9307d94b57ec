//! Values per call, averaged over calls: a model's jitter is that of RFC 3550, its scores are those of ITU-T G.107.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::Path, sync::atomic::AtomicBool};

use kairos::{
    load,
    model::{check::Overrides, probe::MetricRef, source::MemoryFiles},
    sim::draw::Randomness,
    simulate::Compiled,
    stats::{Codec, Echo, Jitter, Rating},
    trace::Trace,
};
use kairos_sim::observe::{Collector, Wanted};

/// The recurrence of RFC 3550, section 6.4.1, as a model writes it, and what else a call needs to know of itself.
const RULES: &str = r#"RuleSet(
    types: (
        nodes: {
            "Call": (attributes: {
                "sent": Int(0), "heard": Int(0), "lost": Int(0),
                "delay": Real(0.0), "transit": Real(0.0), "jitter": Real(0.0),
            }),
            "Packet": (attributes: { "sent": Real }),
        },
        edges: { "of": (from: "Packet", to: "Call") },
    ),
    rules: {
        "send": (match: "(c:Call)", create: ["(p:Packet {sent: now})-[:of]->(c)"], set: ["c.sent += 1"]),
        "hear": (
            match: "(p:Packet)-[:of]->(c:Call)",
            delete: ["p"],
            set: [
                "c.jitter = CASE WHEN c.heard = 0 THEN 0.0 ELSE c.jitter + (abs(now - p.sent - c.transit) - c.jitter) / 16 END",
                "c.transit = now - p.sent",
                "c.delay += now - p.sent",
                "c.heard += 1",
            ],
        ),
        "lose": (match: "(p:Packet)-[:of]->(c:Call)", delete: ["p"], set: ["c.lost += 1"]),
        "hang_up": (match: "(c:Call)", delete: ["c"]),
    },
)"#;

/// Packets overtake each other now and then, and about one in 25 is lost; codec G.729A.
const MODEL: &str = r#"Model(
    rules: "rules.ron",
    start: [Repeat(5, "(:Call)")],
    timers: {
        "send": Deterministic(0.02),
        "hear": LogNormal(mean: 0.2, sd: 0.02),
        "lose": Exponential(rate: 0.2),
        "hang_up": Uniform(low: 5.0, high: 9.0),
    },
    probes: {
        "jitter": Tally(on: "hang_up", value: "c.jitter", unit: "s"),
        "loss": Tally(on: "hang_up", value: "c.lost / (c.lost + c.heard)"),
        "mos": Tally(on: "hang_up", value: "mos(rating(1000 * c.delay / c.heard, c.lost / (c.lost + c.heard), 11, 19))", when: "c.heard > 0"),
    },
    horizon: 10.0,
)"#;

fn compiled(model: &str) -> Compiled {
    let texts = [("rules.ron", RULES), ("model.ron", model)];
    let files = MemoryFiles(texts.map(|(p, t)| (p.into(), t.into())).into());
    let checked = load::model(&files, "model.ron", &Overrides::default()).unwrap();
    Compiled::new(checked.value)
}

/// Metrics of a run, and its trace.
fn run(compiled: &Compiled, names: &[&str]) -> (Vec<f64>, Vec<serde_json::Value>) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("trace.jsonl");
    let mut simulation = compiled.start(Randomness::new(3, 0)).unwrap();
    let collector = Collector::new(compiled.program(), Wanted::All);
    let mut observers = (collector, Trace::create(&path).unwrap());
    let never = AtomicBool::new(false);
    let bounds = kairos::trajectory::Bounds::of(compiled.model(), &never);
    let end = kairos::trajectory::run(&mut simulation, bounds, &mut observers).unwrap();
    let (collector, trace) = observers;
    trace.finish().unwrap();
    let observations = collector.finish(end.time);
    let probes = &compiled.model().probes;
    let metric = |name: &&str| observations.metric(&MetricRef::parse(name, probes).unwrap());
    (
        names.iter().map(|n| metric(n).unwrap()).collect(),
        lines(&path),
    )
}

fn lines(path: &Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

/// What the packets of a call did, told by the trace.
#[derive(Default)]
struct Call {
    jitter: Jitter,
    delay: f64,
    heard: u32,
    lost: u32,
}

impl Call {
    fn loss(&self) -> f64 {
        f64::from(self.lost) / f64::from(self.lost + self.heard)
    }

    fn mos(&self) -> f64 {
        let delay_ms = 1000.0 * self.delay / f64::from(self.heard);
        let rating = Rating::new(delay_ms, self.loss(), Codec::G729A, Echo::Cancelled);
        rating.unwrap().mos()
    }
}

#[test]
fn per_call_values_are_those_of_the_standards() {
    let names = ["jitter.count", "jitter.mean", "loss.mean", "mos.mean"];
    let (metrics, trace) = run(&compiled(MODEL), &names);
    let (mut sent, mut calls, mut over) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut overtaken = 0;
    let mut latest = BTreeMap::new();
    for line in &trace {
        let time = line["time"].as_f64().unwrap();
        let element = |name: &str| line["variables"][name].as_u64().unwrap();
        let call: &mut Call = calls.entry(element("c")).or_default();
        match line["rule"].as_str().unwrap() {
            "send" => drop(sent.insert(element("p"), time)),
            "hear" => {
                let then = sent[&element("p")];
                call.jitter.arrive(then, time);
                call.delay += time - then;
                call.heard += 1;
                let last = latest.insert(element("c"), then);
                overtaken += u32::from(last > Some(then));
            }
            "lose" => call.lost += 1,
            _ => over.push(calls.remove(&element("c")).unwrap()),
        }
    }
    assert!(over.len() == 5 && overtaken > 20 && over.iter().all(|c| c.lost > 0));
    let mean = |value: &dyn Fn(&Call) -> f64| over.iter().map(value).sum::<f64>() / 5.0;
    let expected = [
        5.0,
        mean(&|c| c.jitter.estimate().unwrap()),
        mean(&Call::loss),
        mean(&Call::mos),
    ];
    for ((name, actual), expected) in names.iter().zip(&metrics).zip(expected) {
        assert!(
            (actual - expected).abs() < 1e-12 * expected,
            "{name}: {actual}, {expected}"
        );
    }
}

/// ITU-T G.107: R = 93.2 with all parameters at their defaults (clause 7.7), MOS 4.41 there, and the scores of table B.1.
#[test]
fn expressions_give_the_published_ratings_and_scores() {
    for (expression, published, tolerance) in [
        ("rating(0, 0, 0, 4.3)", 93.2, 0.05),
        ("mos(rating(0, 0, 0, 4.3))", 4.41, 0.005),
        ("mos(90)", 4.34, 0.01),
        ("mos(80)", 4.03, 0.01),
        ("mos(70)", 3.60, 0.01),
        ("mos(60)", 3.10, 0.01),
        ("mos(50)", 2.58, 0.01),
    ] {
        let model = MODEL.replace("c.jitter\"", &format!("{expression} + 0 * c.jitter\""));
        let (metrics, _) = run(&compiled(&model), &["jitter.mean"]);
        assert!(
            (metrics[0] - published).abs() < tolerance,
            "{expression}: {metrics:?}"
        );
        // The same by constant folding.
        let model = MODEL.replace("horizon: 10.0", &format!("horizon: \"{expression}\""));
        let horizon = compiled(&model).model().run.horizon.unwrap();
        assert!(
            (horizon - published).abs() < tolerance,
            "{expression}: {horizon}"
        );
    }
}

#[test]
fn a_rating_outside_its_domain_is_a_fault() {
    let model = MODEL.replace("rating(1000 * c.delay / c.heard,", "rating(-1.0,");
    let never = AtomicBool::new(false);
    let run = compiled(&model).run(Randomness::new(3, 0), Wanted::All, &never);
    let message = run.unwrap_err().to_string();
    assert!(message.contains("not a finite number"), "{message}");
}
