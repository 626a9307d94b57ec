//! Explanations agree with the engine on random rule systems: a rule is said to have as many matches as it has events, something is
//! named that stops every rule without one, and no rule that fires is said never to.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeSet, sync::atomic::AtomicBool};

use kairos::{
    explain::{self, Question},
    load,
    simulate::Compiled,
};
use kairos_model::{
    check::{Overrides, findings},
    rule::RuleId,
    source::DiskFiles,
    timer::ClockMode,
};
use kairos_rewrite::{
    explain::{Explainer, Obstacle},
    matcher::Matcher,
};
use kairos_sim::{
    draw::Randomness,
    engine::{FiringOutcome, Progress},
};
use kairos_tests::{random::System, twin};

const SYSTEMS: u64 = 150;
const STEPS: u64 = 30;

/// What was seen, so that none of it is empty.
#[derive(Default)]
struct Seen {
    active: u64,
    at_elements: u64,
    at_conditions: u64,
    never: u64,
}

#[test]
fn explanations_agree_with_the_engine() {
    let mut seen = Seen::default();
    for seed in 0..SYSTEMS {
        let model = twin::load(&System::random(seed), false).unwrap();
        let never: Vec<String> = findings(&model)
            .never_fires
            .into_iter()
            .map(|found| found.message)
            .collect();
        seen.never += never.len() as u64;
        let compiled = Compiled::new(model);
        let Ok(mut simulation) = compiled.start(Randomness::new(seed, 0)) else {
            continue;
        };
        let mut fired = BTreeSet::new();
        for step in 0..STEPS {
            if step % 10 == 0 {
                compare(&compiled, &simulation, &mut seen, seed);
            }
            match simulation.step(f64::INFINITY, &mut ()) {
                Ok(Progress::Fired {
                    rule,
                    outcome: FiringOutcome::Applied(_),
                    ..
                }) => fired.insert(rule),
                Ok(Progress::Fired { .. }) => continue,
                Ok(Progress::Stopped(_)) | Err(_) => break,
            };
        }
        for rule in fired {
            let name = format!("`{}`", compiled.model().rule(rule).name);
            let wrong = never.iter().find(|message| message.contains(&name));
            assert_eq!(wrong, None, "seed {seed}");
        }
    }
    let Seen {
        active,
        at_elements,
        at_conditions,
        never,
    } = seen;
    assert!(
        [active, at_elements, at_conditions, never]
            .iter()
            .all(|&n| n > 20),
        "{active} {at_elements} {at_conditions} {never}"
    );
}

fn compare(
    compiled: &Compiled,
    simulation: &kairos::simulate::Simulation,
    seen: &mut Seen,
    seed: u64,
) {
    let (model, matcher) = (compiled.model(), simulation.matcher());
    let explainer = Explainer::new(compiled.program(), matcher.graph());
    for (id, rule) in (0..).map(RuleId).zip(&model.rules) {
        let aggregate = !matches!(model.timers[id.index()].clock, ClockMode::Match);
        if aggregate || compiled.program().is_switched_off(id) {
            continue;
        }
        let explained = explainer.rule(id);
        if !explained.is_complete {
            continue;
        }
        let events = matcher.events().into_iter();
        let events = events.filter(|event| event.rule == id).count() as u64;
        let at = format!("seed {seed}, rule `{}`", rule.name);
        if rule.symmetric {
            assert_eq!(explained.matches > 0, events > 0, "{at}");
        } else {
            assert_eq!(explained.matches, events, "{at}");
        }
        match explained.obstacle {
            None => {
                assert!(events > 0, "{at}");
                seen.active += 1;
            }
            Some(Obstacle::Element { placed, .. }) => {
                assert_eq!(explained.embeddings, 0, "{at}");
                assert!(placed.len() < rule.lhs.elements.len(), "{at}");
                seen.at_elements += 1;
            }
            Some(Obstacle::Conditions { failures, nearest }) => {
                assert!(!failures.is_empty() && !nearest.is_empty(), "{at}");
                assert!(nearest.iter().all(|near| !near.failing.is_empty()), "{at}");
                seen.at_conditions += 1;
            }
        }
    }
}

#[test]
fn shipped_models_are_silent() {
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../models");
    let mut checked = 0;
    for entry in std::fs::read_dir(models).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "ron") {
            let path = path.to_string_lossy();
            let content = load::any(&DiskFiles, &path, &Overrides::default()).unwrap();
            assert_eq!(content.warnings().to_string(), "", "{path}");
            checked += 1;
        }
    }
    assert!(checked > 5);
}

#[test]
fn the_page_quotes_what_is_said() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let page = std::fs::read_to_string(format!("{root}/docs/mistakes.md")).unwrap();
    let path = format!("{root}/models/figure8.ron");
    let model = load::model(&DiskFiles, &path, &Overrides::default()).unwrap();
    let compiled = Compiled::new(model.value);
    for at in [None, compiled.model().run.horizon] {
        let question = Question {
            randomness: Randomness::new(0, 0),
            at,
            rule: None,
        };
        let explained = explain::explain(&compiled, question, &AtomicBool::new(false)).unwrap();
        let text = explain::text(&explained);
        let stopped = &text[text.find("`send` has no match").unwrap()..];
        assert!(page.contains(stopped), "{text}");
    }
}
