//! The engine and the reference engine agree event for event and bit for bit, on random rule systems that use every feature of the language.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use kairos_model::{
    check::{Overrides, load_model},
    source::MemoryFiles,
};
use kairos_rewrite::program::Program;
use kairos_tests::{
    random::{Part, System},
    section::Scale,
    systems::{self, STEPS},
    twin::{compare, compare_programs, load},
};

#[test]
fn engine_and_reference_agree_on_random_systems() {
    systems::agree(Scale::Ordinary).assert_sound();
}

#[test]
fn random_systems_are_valid() {
    let mistaken = |seed| {
        load(&System::random(seed), false)
            .err()
            .map(|m| format!("seed {seed}:\n{m}"))
    };
    let mistakes: Vec<String> = (0..1000).filter_map(mistaken).collect();
    assert!(
        mistakes.is_empty(),
        "{} mistaken systems:\n{}",
        mistakes.len(),
        mistakes.join("\n")
    );
}

#[test]
fn the_order_of_the_rules_in_the_file_does_not_matter() {
    for seed in 0..60 {
        let system = System::random(seed);
        let run = |backwards| compare(load(&system, backwards).unwrap(), STEPS, seed).unwrap();
        assert_eq!(run(false), run(true), "seed {seed}");
    }
}

/// The control: a reference engine that never heard of a condition must be told apart, and the system shrinks to it.
#[test]
fn a_missed_condition_is_found() {
    let without = |system: &System, part: Part| {
        let mut other = system.clone();
        other
            .rules
            .iter_mut()
            .for_each(|rule| drop(rule.parts.remove(&part)));
        other
    };
    for part in [Part::Unless, Part::Where] {
        let differs = |system: &System, seed| {
            let (Ok(all), Ok(less)) = (load(system, false), load(&without(system, part), false))
            else {
                return false;
            };
            let [all, less] = [all, less].map(|m| Arc::new(Program::compile(m)));
            compare_programs(&all, &less, STEPS, seed).is_err()
        };
        let concerned: Vec<u64> = (0..40)
            .filter(|&seed| {
                System::random(seed)
                    .rules
                    .iter()
                    .any(|r| !r.of(part).is_empty())
            })
            .collect();
        let found: Vec<u64> = concerned
            .iter()
            .copied()
            .filter(|&seed| differs(&System::random(seed), seed))
            .collect();
        assert!(
            2 * found.len() > concerned.len(),
            "{part:?}: found in {found:?} of {concerned:?}"
        );
        let small = System::random(found[0]).shrink(&|s| differs(s, found[0]));
        let conditions: usize = small.rules.iter().map(|r| r.of(part).len()).sum();
        assert_eq!(
            (small.rules.len(), conditions),
            (1, 1),
            "{}",
            small.rule_set(false)
        );
    }
}

/// Of two images of a match the same one is kept, whichever end the pattern's edge begins at.
#[test]
fn an_edge_may_begin_at_the_later_node() {
    let rules = r#"RuleSet(
        types: (nodes: { "A": (attributes: { "met": Int(0) }) }, edges: { "u": (between: ("A", "A")) }),
        rules: {
            "join": (match: "(p:A)", where: "COUNT { (:A) } < 6", create: ["(p)~[:u]~(n:A)"]),
            "meet": (match: "(a:A), (b:A), (b)~[:u]~(a)", symmetric: true, set: ["a.met = 1", "b.met = 1"]),
        },
    )"#;
    let model = r#"Model(rules: "rules.ron", start: [Create("(:A)")], horizon: 1000.0,
        timers: { "join": Exponential(rate: 1.0), "meet": Exponential(rate: 0.1) })"#;
    let files = [("rules.ron", rules), ("model.ron", model)];
    let files = MemoryFiles(files.map(|(path, text)| (path.into(), text.into())).into());
    let model = load_model(&files, "model.ron", &Overrides::default());
    compare(model.value.unwrap(), STEPS, 0).unwrap();
}

/// A pool is in the same order whether what one rule does to several of its members is known at once or gathered first.
#[test]
fn several_members_of_a_pool_come_and_go_in_one_step() {
    let rules = r#"RuleSet(
        types: (nodes: { "A": (attributes: { "n": Int(1) }) }, edges: { "u": (between: ("A", "A")) }),
        rules: {
            "give": (match: "(a:A WHERE a.n > 0), (b:A)", set: ["a.n -= 1", "b.n += 1"]),
            "weigh": (match: "(a:A WHERE a.n > 0), (b:A)", set: ["a.n -= 1", "b.n += 1"]),
            "spend": (match: "(a:A WHERE a.n > 0), (b:A WHERE b.n > 0)", symmetric: true, set: ["a.n -= 1", "b.n -= 1"]),
            "earn": (match: "(a:A WHERE a.n < 1), (b:A WHERE b.n < 1)", symmetric: true, set: ["a.n += 1", "b.n += 1"]),
            "join": (
                match: "(a:A)",
                unless: ["(a)~[:u]~(:A)"],
                choose: [Uniform("(b:A WHERE b <> a AND NOT EXISTS { (b)~[:u]~(:A) })")],
                create: ["(b)~[:u]~(a)"],
            ),
            "part": (match: "(a:A)~[w:u]~(b:A)", symmetric: false, delete: ["w"]),
            "leave": (match: "(a:A)~[w:u]~(b:A)", symmetric: true, delete: ["w"], set: ["a.n += 1", "b.n += 1"]),
        },
    )"#;
    let model = r#"Model(rules: "rules.ron", start: [Repeat("40", "(:A)")], horizon: 1000.0, timers: {
        "give": Exponential(rate: 0.1, clock: Aggregate),
        "weigh": Exponential(rate: 0.1, clock: Aggregate, weights: { "a": "a.n" }),
        "spend": Exponential(rate: 0.1, clock: Aggregate),
        "earn": Exponential(rate: 0.2, clock: Aggregate),
        "join": Exponential(rate: 10.0),
        "part": Exponential(rate: 5.0, clock: Aggregate),
        "leave": Normal(mean: 0.5, sd: 0.1),
    })"#;
    let files = [("rules.ron", rules), ("model.ron", model)];
    let files = MemoryFiles(files.map(|(path, text)| (path.into(), text.into())).into());
    let model = load_model(&files, "model.ron", &Overrides::default());
    for seed in 0..5 {
        compare(model.value.clone().unwrap(), STEPS, seed).unwrap();
    }
}

/// Seeds of basic systems that once told engine and reference engine apart.
#[test]
fn differences_that_were_mended_stay_mended() {
    for seed in [
        6374, 1362, 2450, 3047, 4767, 5477, 5740, 6148, 6688, 7511, 8143, 9171, 9673, 9848, 838,
        852, 1370, 1845, 6177, 9743,
    ] {
        let agreement = compare(load(&System::basic(seed), false).unwrap(), STEPS, seed);
        assert!(agreement.is_ok(), "seed {seed}: {}", agreement.unwrap_err());
    }
}
