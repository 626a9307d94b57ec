//! Beside a slow twin, on simulated trajectories.

use kairos_model::probe::ProbeKind;
use kairos_rewrite::naive::NaiveMatcher;

use super::*;
use crate::{
    engine::{Progress, Simulation, Timers},
    schedule::CalendarSchedule,
};

/// Parts break down and are repaired by a crew that is picked; a wear of its own moves each part's value.
const RULES: &str = r#"RuleSet(
    types: (
        nodes: {"Part": (attributes: {"up": Bool(true), "wear": Real(0.0), "since": Real(0.0)}), "Crew": ()},
        edges: {"works": (from: "Crew", to: "Part")},
    ),
    rules: {
        "fail": (match: "(p:Part)", where: "p.up", set: ["p.up = false", "p.since = now"]),
        "begin": (
            match: "(p:Part)", where: "NOT p.up", unless: ["(:Crew)-[:works]->(p)"],
            choose: [Uniform("(c:Crew WHERE NOT EXISTS { (c)-[:works]->(:Part) })")],
            create: ["(c)-[:works]->(p)"],
        ),
        "repair": (match: "(c:Crew)-[w:works]->(p:Part)", delete: ["w"], set: ["p.up = true", "p.wear += 1.0"]),
        "scrap": (match: "(p:Part)", where: "p.wear > 3.5 AND p.up", delete: ["p"], create: ["(n:Part)"]),
    },
)"#;

const MODEL: &str = r#"
    start: [Repeat(5, "(p:Part)"), Repeat(2, "(c:Crew)")],
    timers: {
        "fail": Exponential(rate: 0.5),
        "begin": Exponential(rate: 4.0),
        "repair": Normal(mean: 1.0, sd: 0.2),
        "scrap": Exponential(rate: 0.3),
    },
    probes: {
        "down": Count("(p:Part WHERE NOT p.up)"),
        "least": Min("p.wear", over: "(p:Part WHERE NOT p.up)"),
        "wear": Sum("p.wear", over: "(p:Part)"),
        "failures": Firings("fail"),
        "repairs": Firings("repair"),
        "begun": Firings("begin"),
        "outage": Tally(on: "repair", value: "now - p.since"),
        "out": Between(from: "fail", to: "repair", same: "p"),
    },
    warm_up: 20.0,
    sample_every: 2.5,
"#;

const END: f64 = 500.0;

/// The readings of every probe after every step.
#[derive(Default)]
struct Readings(Vec<(f64, Vec<Option<f64>>)>);

impl Readings {
    fn read<M: Matcher>(&mut self, matcher: &M, time: f64) {
        let probes = (0..).map(ProbeId).zip(&matcher.program().model.probes);
        let readings = probes.map(|(id, _)| matcher.reading(id)).collect();
        self.0.push((time, readings));
    }

    /// What the graph was after every event with a time of at most `time`.
    fn at(&self, probe: usize, time: f64) -> Option<f64> {
        self.0.iter().rfind(|r| r.0 <= time).unwrap().1[probe]
    }

    /// The mean of the defined readings from `from` to [`END`], weighted by time.
    fn mean(&self, probe: usize, from: f64) -> f64 {
        let (mut sum, mut duration) = (0.0, 0.0);
        let ends = self.0.iter().skip(1).map(|r| r.0).chain([END]);
        for ((begin, readings), end) in self.0.iter().zip(ends) {
            if let Some(value) = readings[probe] {
                let held = (end.max(from) - begin.max(from)).max(0.0);
                sum += value * held;
                duration += held;
            }
        }
        sum / duration
    }
}

impl<M: Matcher> Observer<M> for Readings {
    fn begin(&mut self, matcher: &M) {
        self.read(matcher, 0.0);
    }

    fn after(&mut self, matcher: &M, firing: &Firing<'_>, _: &FiringOutcome) {
        self.read(matcher, firing.time);
    }
}

fn simulate<M: Matcher>(replication: u64) -> (Observations, Readings) {
    let program = program(RULES, MODEL);
    let randomness = Randomness::new(11, replication);
    let graph = start::build(&program, &randomness).unwrap();
    let mut simulation: Simulation<M, CalendarSchedule> =
        Simulation::new(&program, &Timers::new(&program), randomness, graph).unwrap();
    let mut watching = (Collector::new(&program, Wanted::All), Readings::default());
    watching.begin(simulation.matcher());
    while let Progress::Fired { .. } = simulation.step(END, &mut watching).unwrap() {}
    (watching.0.finish(END), watching.1)
}

#[test]
fn series_are_what_the_twin_saw() {
    let (seen, readings) = simulate::<IncrementalMatcher>(0);
    assert_eq!(seen.sample_times().len(), 201);
    for (probe, series) in seen.series().iter().enumerate() {
        let twin: Vec<_> = seen
            .sample_times()
            .iter()
            .map(|&t| readings.at(probe, t))
            .collect();
        assert_eq!(*series, twin);
    }
    assert!(seen.series()[1].contains(&None), "it is undefined at times");
}

#[test]
fn time_averages_are_what_the_twin_computes() {
    for replication in 0..5 {
        let (seen, readings) = simulate::<IncrementalMatcher>(replication);
        for (probe, name) in ["down", "least", "wear"].into_iter().enumerate() {
            let mean = seen.at(&format!("{name}.mean")).unwrap();
            let twin = readings.mean(probe, 20.0);
            assert!(
                (mean - twin).abs() <= 1e-12 * twin.abs(),
                "{name}: {mean} for {twin}"
            );
        }
    }
}

/// A repair closes the interval of its failure: tally and durations see the same, but for intervals that began in the warm-up.
#[test]
fn tallies_and_durations_agree() {
    let (seen, _) = simulate::<IncrementalMatcher>(0);
    let kind = |name: &str| {
        let probes = &seen.program.model.probes;
        probes.iter().find(|p| p.name == name).map(|p| &p.kind)
    };
    assert!(matches!(kind("out"), Some(ProbeKind::Between { .. })));
    let (tallied, closed) = (
        seen.at("outage.count").unwrap(),
        seen.at("out.count").unwrap(),
    );
    assert!(closed > 300.0 && (0.0..=5.0).contains(&(tallied - closed)));
    assert_eq!(seen.at("outage.count"), seen.at("repairs.count"));
    let open = seen.at("failures.count").unwrap() - closed;
    assert_eq!(seen.at("out.censored"), Some(open));
    assert!(seen.at("begun.effectless") > Some(0.0));
}

#[test]
fn the_matcher_makes_no_difference() {
    let all = |seen: &Observations| -> Vec<_> {
        let bits = |v: Option<f64>| v.map(f64::to_bits);
        seen.metrics()
            .into_iter()
            .map(|(name, _, v)| (name, bits(v)))
            .collect()
    };
    let (fast, slow) = (
        simulate::<IncrementalMatcher>(3).0,
        simulate::<NaiveMatcher>(3).0,
    );
    assert_eq!(all(&fast), all(&slow));
    assert_eq!(fast.series(), slow.series());
}
