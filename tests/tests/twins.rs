//! The engine and the reference engine agree event for event and bit for bit, on random rule systems that use every feature of the language
//! and on every model that ships.
//!
//! `KAIROS_TWIN_SYSTEMS=10000` compares so many random systems instead of 300, beginning with seed `KAIROS_TWIN_FIRST` (0).
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::{collections::BTreeMap, sync::Arc};

use kairos::verify::{self, Verdict};
use kairos_rewrite::program::Program;
use kairos_sim::draw::Randomness;
use kairos_tests::{
    random::{Part, System},
    shipped,
    twin::{Agreement, compare, compare_programs, load},
};

/// Steps of each system.
const STEPS: u64 = 200;

/// How many systems the ordinary test compares.
const SYSTEMS: u64 = 300;

fn setting(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number"))
    })
}

/// What was really exercised: features of rules that were applied, and how runs ended.
#[derive(Default)]
struct Used {
    features: BTreeMap<&'static str, u64>,
    ends: BTreeMap<String, u64>,
    steps: u64,
}

impl Used {
    fn note(&mut self, system: &System, agreement: &Agreement) {
        let applied = system
            .rules
            .iter()
            .filter(|r| agreement.applied.contains_key(&r.name));
        let tags = applied.flat_map(|r| &r.tags).chain(&system.tags);
        tags.for_each(|tag| *self.features.entry(tag).or_default() += 1);
        for (what, count) in [
            ("effectless firing", agreement.effectless),
            ("thinned pick", agreement.thinned),
        ] {
            *self.features.entry(what).or_default() += count;
        }
        *self.ends.entry(agreement.end.clone()).or_default() += 1;
        self.steps += agreement.steps;
    }

    fn count(&self, feature: &str) -> u64 {
        self.features
            .get(feature)
            .or_else(|| self.ends.get(feature))
            .copied()
            .unwrap_or(0)
    }
}

/// Leaves out what the difference does not need, and shows what is left.
fn shrink(system: System, seed: u64) -> String {
    let difference = |system: &System| compare(load(system, false).ok()?, STEPS, seed).err();
    let small = system.shrink(&|s| difference(s).is_some());
    let why = difference(&small).unwrap_or_default();
    format!("{why}\n{}\n{}", small.rule_set(false), small.model())
}

#[test]
fn engine_and_reference_agree_on_random_systems() {
    let (first, systems) = (
        setting("KAIROS_TWIN_FIRST", 0),
        setting("KAIROS_TWIN_SYSTEMS", SYSTEMS),
    );
    let mut used = Used::default();
    let mut differences = Vec::new();
    for seed in first..first + systems {
        let system = System::random(seed);
        let model = load(&system, false)
            .unwrap_or_else(|mistakes| panic!("seed {seed} is no valid system:\n{mistakes}"));
        match compare(model, STEPS, seed) {
            Ok(agreement) => used.note(&system, &agreement),
            Err(_) if differences.len() < 5 => {
                differences.push(format!("seed {seed} {}", shrink(system, seed)))
            }
            Err(_) => differences.push(format!("seed {seed}")),
        }
    }
    println!(
        "{} steps\nfeatures {:#?}\nended {:#?}",
        used.steps, used.features, used.ends
    );
    assert!(
        differences.is_empty(),
        "{} systems differ:\n{}",
        differences.len(),
        differences.join("\n\n")
    );
    if systems >= SYSTEMS {
        let unused: Vec<_> = FEATURES.iter().filter(|f| used.count(f) == 0).collect();
        assert!(unused.is_empty(), "never exercised: {unused:?}");
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

#[test]
fn engine_and_reference_agree_on_the_shipped_models() {
    let models = shipped::files("Model(");
    assert!(models.len() >= 4, "{models:?}");
    for name in models {
        let compiled = shipped::model(&name);
        for replication in 0..2 {
            let randomness = Randomness::new(7, replication);
            let (mut fast, mut slow) = (
                compiled.start(randomness).unwrap(),
                compiled.start_reference(randomness).unwrap(),
            );
            let horizon = compiled.model().run.horizon.unwrap_or(f64::INFINITY);
            let verdict = verify::compare(
                &mut fast,
                &mut slow,
                (horizon, setting("KAIROS_TWIN_MODEL_STEPS", STEPS)),
            );
            assert!(
                matches!(verdict, Verdict::Agree { steps, .. } if steps > 0),
                "{name}: {verdict:#?}"
            );
            assert_eq!(fast.fingerprint(), slow.fingerprint(), "{name}");
        }
    }
}

/// Features that must really have been exercised: a rule with the feature was applied, or a run ended so.
const FEATURES: &[&str] = &[
    "Barabási–Albert",
    "Erdős–Rényi",
    "Erlang",
    "NAC",
    "Watts–Strogatz",
    "Weibull",
    "accumulating assignment",
    "age memory",
    "aggregate",
    "aggregate over two components",
    "alternatives",
    "anonymous elements",
    "best choice",
    "choice over several edges",
    "complete",
    "created edge",
    "created loop",
    "created node",
    "degree",
    "deleted edge",
    "deleted node",
    "drawn value",
    "edge attribute in a pattern",
    "effectless firing",
    "empirical",
    "empty left-hand side",
    "exponential",
    "for_each",
    "for_each creates",
    "for_each deletes",
    "for_each sets",
    "gamma",
    "global sub-pattern",
    "immediate",
    "log-normal",
    "nested sub-pattern",
    "nodes and edges from files",
    "normal",
    "numbers in a condition",
    "parameter is an expression",
    "parameter reads attributes",
    "parameter reads counts",
    "parameter reads the time",
    "plain guard",
    "random regular",
    "ranked",
    "ranked with conditions",
    "rate that may be 0",
    "reads several elements",
    "redraw",
    "required choice",
    "ring",
    "set",
    "several NACs",
    "shared nodes",
    "star",
    "stream",
    "sub-pattern in a guard",
    "sub-patterns compared",
    "symmetric",
    "table",
    "then_unless",
    "then_where",
    "thinned pick",
    "ties",
    "triangular",
    "two choices",
    "two components",
    "two paths at a hub",
    "uniform",
    "uniform choice",
    "values in braces",
    "weight reads the match",
    "weighted choice",
    "weights",
    "condition",
    "horizon",
    "steps",
    "time stands still",
];
