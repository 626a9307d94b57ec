//! Random rule systems under the engine and under the reference engine.

use std::collections::BTreeMap;

use expect_test::expect;

use crate::{
    random::System,
    section::{Scale, Section},
    twin::{Agreement, compare, load},
};

/// Steps of each system.
pub const STEPS: u64 = 200;

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
        let found = self
            .features
            .get(feature)
            .or_else(|| self.ends.get(feature));
        found.copied().unwrap_or(0)
    }
}

/// Compares ten thousand systems in the long run, 300 in the ordinary tests, after each of 200 steps; what differs is shrunk.
#[must_use]
pub fn agree(scale: Scale) -> Section {
    let mut section = Section::new("Random rule systems");
    let systems = scale.pick(300, 10_000);
    let mut used = Used::default();
    for seed in 0..systems {
        let system = System::random(seed);
        match load(&system, false) {
            Err(mistakes) => section
                .faults
                .push(format!("seed {seed} is no valid system:\n{mistakes}")),
            Ok(model) => match compare(model, STEPS, seed) {
                Ok(agreement) => used.note(&system, &agreement),
                Err(_) if section.faults.len() < 5 => {
                    section
                        .faults
                        .push(format!("seed {seed} {}", shrink(system, seed)));
                }
                Err(_) => section.faults.push(format!("seed {seed}")),
            },
        }
    }
    section.note(format!("{systems} systems, {} steps agree", used.steps));
    let counts: Vec<_> = FEATURES
        .iter()
        .map(|f| format!("{f} {}", used.count(f)))
        .collect();
    section.note(format!("features that fired: {}", counts.join(", ")));
    section.note(format!("ends: {:?}", used.ends));
    let unused: Vec<_> = FEATURES.iter().filter(|f| used.count(f) == 0).collect();
    section.require(unused.is_empty(), || format!("never exercised: {unused:?}"));
    section
}

/// The first hundred systems agree, and have the trajectories and the costs that they had when they were pinned (`UPDATE_EXPECT=1` pins anew):
/// engine and reference engine share expressions, effects and clocks, so that a change of these is no difference of the two, and neither is a
/// way round a search that is no longer taken.
///
/// # Panics
/// At the first difference, which is not shrunk.
pub fn pinned() {
    let (mut pin, mut search_steps, mut index_steps) = (0u64, 0, 0);
    for seed in 0..100 {
        let agreement = load(&System::random(seed), false).and_then(|m| compare(m, STEPS, seed));
        let agreement = agreement.unwrap_or_else(|d| panic!("seed {seed} {d}"));
        pin = pin.rotate_left(7) ^ agreement.fingerprint ^ agreement.steps;
        search_steps += agreement.effort.search_steps;
        index_steps += agreement.effort.index_steps;
    }
    let pins = format!("{pin:016x}, {search_steps} search steps, {index_steps} index steps");
    expect!["794ce95915a055b7, 250043 search steps, 3166 index steps"].assert_eq(&pins);
}

/// Leaves out what the difference does not need, and shows what is left.
fn shrink(system: System, seed: u64) -> String {
    let difference = |system: &System| compare(load(system, false).ok()?, STEPS, seed).err();
    let small = system.shrink(&|s| difference(s).is_some());
    let why = difference(&small).unwrap_or_default();
    format!("{why}\n{}\n{}", small.rule_set(false), small.model())
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
    "nodes before edges",
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
    "several edges created at a node",
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
    "two created nodes",
    "two paths at a hub",
    "uniform",
    "uniform choice",
    "values in braces",
    "weight reads counts",
    "weight reads the match",
    "weighted choice",
    "weights",
    "condition",
    "horizon",
    "steps",
    "time stands still",
];
