//! What fuzzers feed: whatever the bytes, Kairos ends with a value or with mistakes, soon and in little memory.
//!
//! The targets of `tests/fuzz` call these functions under cargo-fuzz; the ordinary tests call them on the committed seeds and on mutations of
//! them, so that they stay true without a fuzzer.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use kairos::{
    load::{self, Mistakes},
    model::{check::Overrides, render::Colour},
    simulate::{Compiled, Scenarios},
    study,
};
use kairos_model::source::MemoryFiles;

use crate::{
    dice::Dice,
    section::{Scale, Section},
};

/// What takes bytes.
pub type Target = fn(&[u8]);

/// All targets, by the names of their folders of seeds.
pub const TARGETS: &[(&str, Target)] = &[
    ("rule_set", rule_set),
    ("model", model),
    ("study", a_study),
    ("pattern", pattern),
    ("expression", expression),
    ("csv", csv),
    ("graph_ml", graph_ml),
    ("results", results),
];

/// Node and edge types for everything that is read beside the bytes.
const RULES: &str = r#"RuleSet(
    types: (
        enumerations: { "S": ["idle", "busy"] },
        nodes: {
            "N": (abstract: true, attributes: { "v": Int(0), "w": Real(1.0) }),
            "A": (is: "N", attributes: { "flag": Bool(false), "s": Enum("S", "idle") }),
            "B": (is: "N"),
        },
        edges: { "e": (from: "N", to: "N", attributes: { "x": Int(0) }), "r": (between: ("N", "N"), unique: true) },
    ),
    parameters: { "k": 2, "p": 0.5 },
    rules: { "go": (match: "(a:A)", set: ["a.v += 1"]) },
)"#;

const MODEL: &str = r#"Model(
    rules: "rules.ron",
    start: [Create("(a:A)-[:e]->(b:B)")],
    timers: { "go": Exponential(rate: "p") },
    probes: { "n": Count("(a:A)") },
    horizon: 1.0,
)"#;

fn memory(files: &[(&str, &str)]) -> MemoryFiles {
    let owned = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
    MemoryFiles(files.iter().map(owned).collect())
}

/// Mistakes must be fit to be shown, whatever they underline.
fn shown(mistakes: &Mistakes) {
    let text = mistakes.render(Colour::Never);
    assert!(!text.is_empty(), "a refusal says why");
}

fn check_model(files: &[(&str, &str)]) {
    match load::model(&memory(files), "model.ron", &Overrides::default()) {
        Ok(checked) => drop(Compiled::new(checked.value)),
        Err(mistakes) => shown(&mistakes),
    }
}

/// A rule set.
pub fn rule_set(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = memory(&[("rules.ron", &text)]);
    if let Err(mistakes) = load::rules(&files, "rules.ron") {
        shown(&mistakes);
    }
}

/// A model over the types above.
pub fn model(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let table = "k,m\n0,0.5\n1,1.5\n";
    check_model(&[("rules.ron", RULES), ("model.ron", &text), ("t.csv", table)]);
}

/// A study of the model above.
pub fn a_study(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let files = memory(&[
        ("rules.ron", RULES),
        ("model.ron", MODEL),
        ("study.ron", &text),
    ]);
    match load::study(&files, "study.ron", &Overrides::default()) {
        Ok(checked) if checked.value.scenarios.len() < 1000 => drop(Scenarios::new(checked.value)),
        Ok(_) => {}
        Err(mistakes) => shown(&mistakes),
    }
}

/// The text of a string in RON.
fn quoted(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    format!("{:?}", text.replace('\0', " "))
}

/// A pattern as a left-hand side, a NAC, a choice and a creation.
pub fn pattern(bytes: &[u8]) {
    let text = quoted(bytes);
    let go = r#""go": (match: "(a:A)", set: ["a.v += 1"])"#;
    for rule in [
        format!("\"go\": (match: {text})"),
        format!("\"go\": (match: \"(a:A)\", unless: [{text}])"),
        format!("\"go\": (match: \"(a:A)\", choose: [Uniform({text})])"),
        format!("\"go\": (match: \"(a:A)\", create: [{text}])"),
    ] {
        let rules = RULES.replace(go, &rule);
        check_model(&[("rules.ron", &rules), ("model.ron", MODEL)]);
    }
}

/// An expression as a guard, a right-hand side and a rate.
pub fn expression(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let go = r#"(match: "(a:A)", set: ["a.v += 1"])"#;
    let guard = format!("(match: \"(a:A)\", where: {})", quoted(bytes));
    let set = format!(
        "(match: \"(a:A)\", set: [{}])",
        quoted(format!("a.w = {text}").as_bytes())
    );
    for rule in [guard, set] {
        let rules = RULES.replace(go, &rule);
        check_model(&[("rules.ron", &rules), ("model.ron", MODEL)]);
    }
    let model = MODEL.replace("\"p\"", &quoted(bytes));
    check_model(&[("rules.ron", RULES), ("model.ron", &model)]);
}

/// A CSV file as a table, as nodes and as edges.
pub fn csv(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for (tables, start) in [
        (
            r#""t": Csv("t.csv", key: ["k"], missing: (m: 0.5))"#,
            r#"Create("(a:A)")"#,
        ),
        ("", r#"Nodes(csv: "t.csv", node: "A", key: "k")"#),
        (
            "",
            r#"Repeat(3, "(:A)"), Edges(csv: "t.csv", edge: "e", from: "k", to: "m", nodes: "A")"#,
        ),
    ] {
        let model = MODEL
            .replace("start: [", &format!("tables: {{ {tables} }}, start: ["))
            .replace(r#"Create("(a:A)-[:e]->(b:B)")"#, start);
        check_model(&[
            ("rules.ron", RULES),
            ("model.ron", &model),
            ("t.csv", &text),
        ]);
    }
}

/// A GraphML file as a start graph.
pub fn graph_ml(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let model = MODEL.replace(
        r#"Create("(a:A)-[:e]->(b:B)")"#,
        r#"GraphMl("g.graphml", node: "A", edge: "e")"#,
    );
    check_model(&[
        ("rules.ron", RULES),
        ("model.ron", &model),
        ("g.graphml", &text),
    ]);
}

/// Parts the manifest from the journal in the seeds of results.
const CUT: &[u8] = b"=====\n";

/// A manifest and a journal.
///
/// # Panics
/// If a scratch directory cannot be written.
pub fn results(bytes: &[u8]) {
    let at = bytes.windows(CUT.len()).position(|w| w == CUT);
    let (manifest, journal) = match at {
        Some(at) => (&bytes[..at], &bytes[at + CUT.len()..]),
        None => (bytes, &b""[..]),
    };
    let scratch = tempfile::tempdir().expect("a scratch directory");
    let write = |name: &str, bytes: &[u8]| std::fs::write(scratch.path().join(name), bytes);
    write(study::names::MANIFEST, manifest).expect("a manifest");
    write(study::names::JOURNAL, journal).expect("a journal");
    match study::read(scratch.path()) {
        Ok(estimates) => {
            assert!(estimates.fold.replications() <= bytes.len() as u64);
            let _ = kairos::report::study(&estimates.fold, &estimates.ending);
        }
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal says why"),
    }
}

/// The folder of the seeds of a target.
#[must_use]
pub fn seeds(target: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target)
}

/// Feeds every target its seeds and mutations of them; none may take a second.
///
/// # Panics
/// If a target does, which is what the fuzzers look for too.
#[must_use]
pub fn mutations(scale: Scale) -> Section {
    let mut section = Section::new("Bad input");
    let count = scale.pick(2000, 20_000);
    for (name, target) in TARGETS {
        let seeds = read_seeds(name);
        section.require(!seeds.is_empty(), || format!("{name} has no seeds"));
        let mut dice = Dice::new(name.len() as u64);
        let mut slowest = Duration::ZERO;
        for round in 0..seeds.len() + count {
            let bytes = match seeds.get(round) {
                Some(seed) => seed.clone(),
                None => mutated(&mut dice, &seeds),
            };
            let start = Instant::now();
            target(&bytes);
            slowest = slowest.max(start.elapsed());
            section.require(start.elapsed() < Duration::from_secs(1), || {
                format!(
                    "{name} takes over a second:\n{}",
                    String::from_utf8_lossy(&bytes)
                )
            });
        }
        section.note(format!(
            "{name}: {} seeds and {count} mutations, the slowest {slowest:.1?}",
            seeds.len()
        ));
    }
    section
}

fn read_seeds(target: &str) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(seeds(target)).expect("the seeds are committed");
    let mut paths: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|p| std::fs::read(p).expect("a seed"))
        .collect()
}

/// A seed with some bytes flipped, left out, doubled or taken from another place.
fn mutated(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    const SIGNS: &[&[u8]] = &[
        b"(",
        b")",
        b"\"",
        b"9999999999999999999",
        b"-1",
        b"{",
        b"NOT ",
        b"\xff",
        "é".as_bytes(),
        b"]->",
        b".",
        b"\n",
    ];
    let mut bytes = dice.pick(seeds).clone();
    for _ in 0..=dice.below(5) {
        let at = dice.below(bytes.len() + 1);
        let end = (at + dice.below(12)).min(bytes.len());
        match dice.below(5) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            3 => {
                let other = dice.pick(seeds);
                let from = dice.below(other.len() + 1);
                let to = (from + dice.below(30)).min(other.len());
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ => drop(bytes.splice(at..at, dice.pick(SIGNS).iter().copied())),
        }
    }
    bytes
}
