//! The matcher alone, without clocks: applying a rule of `rules/bench/parts.ron` and updating the matches, in a graph of 10,000 clients;
//! and finding all matches at the start, for each client.

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use kairos::{
    model::{timer::Family, types::Value},
    rewrite::{
        binding::Binding,
        error::Fault,
        incremental::IncrementalMatcher,
        matcher::{Cause, Firing, Matcher},
    },
    simulate::Compiled,
};
use kairos_benches::engine;
use kairos_sim::start;

const CLIENTS: u32 = 10_000;

/// What is measured, and the rules that do it; the others are switched off.
const PARTS: [(&str, &[&str]); 5] = [
    ("an attribute that nobody reads", &["count"]),
    ("a condition on an attribute", &["turn_on", "turn_off"]),
    ("an edge and a NAC", &["link", "unlink"]),
    ("an edge at a hub", &["link_to_root", "unlink_from_root"]),
    ("a path with a condition", &["begin", "end"]),
];

fn compile(rules: &[&str]) -> Compiled {
    let mut model = engine::model("bench/parts", &[("n", CLIENTS)]);
    model.probes.clear();
    for (rule, timer) in model.rules.iter().zip(&mut model.timers) {
        if !rules.contains(&rule.name.as_str()) {
            timer.law.family = Family::Never;
        }
    }
    Compiled::new(model)
}

/// Names that say nothing, and no draws.
struct Nameless;

impl Cause for Nameless {
    fn name(&mut self, position: u32, _: &[u64]) -> u64 {
        u64::from(position)
    }

    fn draw(&mut self, _: Family, _: &[Value], _: u32, _: &[u64]) -> Result<Value, Fault> {
        unreachable!("the rules draw nothing")
    }
}

fn begin(compiled: &Compiled) -> IncrementalMatcher {
    let graph = start::build(compiled.program(), &engine::randomness(0));
    let graph = graph.unwrap_or_else(|error| panic!("{error}"));
    IncrementalMatcher::start(compiled.program(), graph).unwrap_or_else(|error| panic!("{error}"))
}

/// Events fire in turn. Each stays, or gives way to the one that undoes it.
fn apply(criterion: &mut Criterion, what: &str, rules: &[&str]) {
    let compiled = compile(rules);
    let mut matcher = begin(&compiled);
    let mut events = matcher.events();
    let mut bound = Binding::default();
    let mut turn = 0;
    criterion.bench_function(&format!("matcher/{what}"), |bencher| {
        bencher.iter(|| {
            let event = events[turn];
            let (rule, matched) = (event.rule, matcher.matched(event));
            let rule_of = compiled.model().rule(rule);
            let variables = rule_of.scope.elements.len();
            bound.reach(variables);
            bound.unbind(0..variables);
            for (var, slot) in rule_of.lhs.elements.iter().zip(&*matched) {
                bound.set(*var, *slot);
            }
            let firing = Firing {
                rule,
                bound: &bound,
                now: 0.0,
            };
            let applied = matcher.apply(firing, &mut Nameless);
            applied.unwrap_or_else(|error| panic!("{error}"));
            match matcher.delta().found[..] {
                [] => (),
                [found] => events[turn] = found,
                _ => panic!("{what}: one event gave way to several"),
            }
            turn = (turn + 1) % events.len();
        });
    });
}

fn find_all(criterion: &mut Criterion, what: &str, rules: &[&str]) {
    let compiled = compile(rules);
    let graph = start::build(compiled.program(), &engine::randomness(0));
    let graph = graph.unwrap_or_else(|error| panic!("{error}"));
    criterion.bench_function(
        &format!("matcher/start, {CLIENTS} clients, {what}"),
        |bencher| {
            bencher.iter_batched(
                || graph.clone(),
                |graph| black_box(IncrementalMatcher::start(compiled.program(), graph)),
                BatchSize::LargeInput,
            );
        },
    );
}

fn matcher(criterion: &mut Criterion) {
    for (what, rules) in PARTS {
        apply(criterion, what, rules);
    }
    for (what, rules) in PARTS {
        find_all(criterion, what, rules);
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = matcher
}
criterion_main!(benches);
