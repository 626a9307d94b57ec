//! The engine and the reference engine agree event for event and bit for bit, on random rule systems that use every feature of the language.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeMap;

use kairos_tests::{
    random::System,
    twin::{compare, load},
};

/// Steps of each system.
const STEPS: u64 = 200;

/// Features that must really have been exercised: a rule with the feature was applied.
const FEATURES: &[&str] = &[
    "age memory",
    "aggregate",
    "alternatives",
    "attribute guard",
    "best choice",
    "case",
    "created edge",
    "created loop",
    "created node",
    "degree",
    "deleted edge",
    "deleted node",
    "edge attribute",
    "edge attribute in a sub-pattern",
    "empty left-hand side",
    "exponential",
    "for_each",
    "gamma",
    "global sub-pattern",
    "guard that can fail",
    "immediate",
    "log-normal",
    "NAC",
    "nested sub-pattern",
    "normal",
    "numbers in a guard",
    "ranked",
    "ranked with conditions",
    "rate reads attributes",
    "rate reads counts",
    "rate reads now",
    "redraw",
    "required choice",
    "set",
    "shared nodes",
    "stored sub-pattern",
    "stream",
    "sub-pattern without edges",
    "symmetric",
    "table",
    "ties",
    "two choices",
    "two nodes in a sub-pattern",
    "uniform",
    "uniform choice",
    "weighted choice",
    "weights",
];

fn systems() -> u64 {
    std::env::var("KAIROS_TWIN_SYSTEMS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(300)
}

/// Drops rules while the difference stays, and shows what is left.
fn shrink(mut system: System, mut difference: String, seed: u64) -> String {
    let mut rule = 0;
    while rule < system.rules.len() && system.rules.len() > 1 {
        let smaller = system.without(rule);
        match load(&smaller, false)
            .ok()
            .and_then(|m| compare(m, STEPS, seed).err())
        {
            Some(other) => (system, difference) = (smaller, other),
            None => rule += 1,
        }
    }
    format!(
        "seed {seed}: {difference}\n{}\n{}",
        system.rule_set(false),
        system.model()
    )
}

#[test]
fn engine_and_reference_agree_on_random_systems() {
    let first = std::env::var("KAIROS_TWIN_FIRST")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(0);
    let (mut used, mut ends, mut steps) = (
        BTreeMap::<&str, u64>::new(),
        BTreeMap::<String, u64>::new(),
        0,
    );
    for seed in first..first + systems() {
        let system = System::random(seed);
        let model = load(&system, false).unwrap_or_else(|mistakes| {
            panic!(
                "seed {seed} is no valid system:\n{mistakes}\n{}\n{}",
                system.rule_set(false),
                system.model()
            )
        });
        let agreement = match compare(model, STEPS, seed) {
            Ok(agreement) => agreement,
            Err(difference) => panic!("{}", shrink(system, difference, seed)),
        };
        for rule in &system.rules {
            if agreement.applied.contains_key(&rule.name) {
                rule.tags
                    .iter()
                    .for_each(|tag| *used.entry(tag).or_default() += 1);
            }
        }
        steps += agreement.steps;
        *ends
            .entry(
                agreement
                    .end
                    .split(',')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            )
            .or_default() += 1;
    }
    println!("{steps} steps; used {used:?}; ended {ends:?}");
    if systems() >= 300 {
        for feature in FEATURES {
            assert!(
                used.contains_key(feature),
                "`{feature}` was never exercised"
            );
        }
    }
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
    for seed in 0..40 {
        let system = System::random(seed);
        let run = |backwards| compare(load(&system, backwards).unwrap(), STEPS, seed).unwrap();
        let (forwards, backwards) = (run(false), run(true));
        assert_eq!(forwards.applied, backwards.applied, "seed {seed}");
        assert_eq!(forwards.fingerprint, backwards.fingerprint, "seed {seed}");
    }
}
