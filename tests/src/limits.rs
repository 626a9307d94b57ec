//! Models that get out of hand: each run ends cleanly, with the limit that was met and the rules responsible.

use std::time::{Duration, Instant};

use kairos_stats::{Moments, Quantiles};

use crate::{
    project::{Project, Ran, kairos},
    section::{Scale, Section},
};

const RULES: &str = r#"RuleSet(
    types: (nodes: { "A": (attributes: { "v": Int(0) }), "B": () }),
    rules: {
        "up": (match: "(a:A)", set: ["a.v += 1"]),
        "down": (match: "(a:A)", set: ["a.v -= 1"]),
        "split": (match: "(a:A)", create: ["(:A)"]),
        "pairs": (match: "(a:A), (b:A)", symmetric: false, set: ["a.v = 1"]),
        "wait": (match: "(b:B)", delete: ["b"], create: ["(:A)"]),
    },
)"#;

/// A model that gets out of hand, and what is said of it.
struct Wild {
    what: &'static str,
    /// Start statements, timers that are not `Never`, more fields.
    start: &'static str,
    timers: &'static [(&'static str, &'static str)],
    more: &'static str,
    /// More words of the command line.
    arguments: &'static str,
    exit: i32,
    says: &'static [&'static str],
}

const WILD: &[Wild] = &[
    Wild {
        what: "immediate events that enable each other",
        start: r#"Create("(:A)")"#,
        timers: &[
            ("up", "Immediate(priority: 1, weight: 1.0)"),
            ("down", "Immediate(priority: 1, weight: 2.0)"),
        ],
        more: "horizon: 10.0",
        arguments: "",
        exit: 3,
        says: &[
            "time stands still: 1000001 firings",
            "`down`, `up`",
            "at time 0",
        ],
    },
    Wild {
        what: "delays that vanish in floating point beside the time",
        start: r#"Create("(:B)")"#,
        timers: &[
            ("wait", "Deterministic(1000000000.0)"),
            ("up", "Deterministic(0.000000001)"),
        ],
        more: "horizon: 1e12",
        arguments: "",
        exit: 3,
        says: &["time stands still", "`up`", "at time 1000000000"],
    },
    Wild {
        what: "a graph that doubles at once",
        start: r#"Create("(:A)")"#,
        timers: &[("split", "Deterministic(1.0)")],
        more: "horizon: 1000.0",
        arguments: "",
        exit: 3,
        says: &["time stands still", "`split`"],
    },
    Wild {
        what: "a graph that doubles, with a limit of elements",
        start: r#"Create("(:A)")"#,
        timers: &[("split", "Exponential(rate: 1.0)")],
        more: r#"horizon: 1000.0, limits: { "elements": 100000 }"#,
        arguments: "",
        exit: 3,
        says: &[
            "nodes and edges: 100001 is more than the limit of 100000",
            "`split`",
        ],
    },
    Wild {
        what: "a graph that doubles, with a limit of memory",
        start: r#"Create("(:A)")"#,
        timers: &[("split", "Exponential(rate: 1.0)")],
        more: r#"horizon: 1000.0, limits: { "memory_bytes": 20000000 }"#,
        arguments: "",
        exit: 4,
        says: &["the limit of memory was reached"],
    },
    Wild {
        what: "a run without end, with a limit of wall time",
        start: r#"Create("(:A)")"#,
        timers: &[("up", "Exponential(rate: 1.0)")],
        more: r#"horizon: 1e15, limits: { "wall_seconds": 0.2 }"#,
        arguments: "",
        exit: 4,
        says: &["the limit of wall time was reached"],
    },
    Wild {
        what: "more active events than allowed",
        start: r#"Repeat(1200, "(:A)")"#,
        timers: &[
            ("pairs", "Exponential(rate: 1.0)"),
            ("up", "Exponential(rate: 1.0)"),
        ],
        more: r#"horizon: 1.0, limits: { "active_events": 1000000 }"#,
        arguments: "",
        exit: 3,
        says: &["is more than the limit of 1000000", "`pairs`"],
    },
    Wild {
        what: "no active event",
        start: r#"Create("(:A)")"#,
        timers: &[("wait", "Deterministic(1.0)")],
        more: "horizon: 10.0",
        arguments: "",
        exit: 0,
        says: &["no event is active that could ever fire, at 10.00"],
    },
    Wild {
        what: "no end",
        start: r#"Create("(:A)")"#,
        timers: &[("up", "Deterministic(1.0)")],
        more: "",
        arguments: "",
        exit: 2,
        says: &["nothing ends this run"],
    },
    Wild {
        what: "a billion samples of a series",
        start: r#"Create("(:A)")"#,
        timers: &[("up", "Deterministic(1.0)")],
        more: r#"horizon: 1.0, sample_every: 0.000000001, probes: { "n": Count("(a:A)") }"#,
        arguments: "",
        exit: 1,
        says: &["makes 1000000000 samples of each series"],
    },
    Wild {
        what: "a billion samples, by the command line",
        start: r#"Create("(:A)")"#,
        timers: &[("up", "Deterministic(1.0)")],
        more: r#"sample_every: 1.0, probes: { "n": Count("(a:A)") }"#,
        arguments: "--until 1000000000",
        exit: 2,
        says: &["until 1000000000 a series would have more than 10000000 samples"],
    },
];

/// Ten million matches of one rule: they fit, or the limit says why not.
const MANY: Wild = Wild {
    what: "a rule with ten million matches",
    start: r#"Repeat(3200, "(:A)")"#,
    timers: &[("pairs", "Exponential(rate: 1.0)")],
    more: r#"horizon: 1.0, limits: { "steps": 1000 }"#,
    arguments: "",
    exit: 4,
    says: &[
        "the number of steps was reached",
        "active events     10 236 800",
    ],
};

/// A run may take this long to end.
const PATIENCE: Duration = Duration::from_secs(120);

fn run(wild: &Wild) -> Ran {
    let project = Project::new(1.0);
    project.write("rules.ron", RULES);
    let timer = |rule: &str| {
        let given = wild.timers.iter().find(|t| t.0 == rule);
        format!("\"{rule}\": {},", given.map_or("Never", |t| t.1))
    };
    let timers = ["up", "down", "split", "pairs", "wait"].map(timer).concat();
    project.write(
        "model.ron",
        format!(
            "Model(rules: \"rules.ron\", start: [{}], timers: {{ {timers} }}, {})",
            wild.start, wild.more
        ),
    );
    project.run(&format!("run model.ron {}", wild.arguments))
}

/// All of them; in the long run a probe that sees a billion values, and ten million matches too.
#[must_use]
pub fn met(scale: Scale) -> Section {
    let mut section = Section::new("Limits");
    let many = scale.pick(&[][..], std::slice::from_ref(&MANY));
    // Built before a run is timed.
    kairos();
    for wild in WILD.iter().chain(many) {
        let start = Instant::now();
        let ran = run(wild);
        let took = start.elapsed();
        let text = format!("{}{}", ran.out, ran.err);
        let said = wild.says.iter().all(|part| text.contains(part));
        section.require(ran.code == wild.exit && said && took < PATIENCE, || {
            format!(
                "{}: exit code {} after {took:.1?}\n{text}",
                wild.what, ran.code
            )
        });
        let line = text.lines().find(|l| l.contains(wild.says[0]));
        section.note(format!(
            "{}: exit code {}, `{}`",
            wild.what,
            ran.code,
            line.unwrap_or_default().trim()
        ));
    }
    values(&mut section, scale.pick(10_000_000, 1_000_000_000));
    section
}

/// What a tally keeps of its values does not grow with their number.
fn values(section: &mut Section, count: u64) {
    let (mut moments, mut quantiles) = (Moments::new(), Quantiles::new());
    for i in 0..count {
        #[expect(
            clippy::cast_precision_loss,
            reason = "spread over (0, 1] by a multiplicative hash"
        )]
        let value =
            ((i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        moments.push(value);
        quantiles.push(value);
    }
    let (mean, median) = (
        moments.mean().unwrap_or(0.0),
        quantiles.ecdf().quantile(0.5).unwrap_or(0.0),
    );
    section.require(
        (mean - 0.5).abs() < 1e-3 && (median - 0.5).abs() < 0.01,
        || format!("{count} values with mean {mean} and median {median}"),
    );
    section.note(format!(
        "a tally of {count} values: mean {mean:.6}, median {median:.4}"
    ));
}
