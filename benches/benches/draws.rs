//! Keyed draws: names, generators, and one delay of each family, the law constructed anew each time as for a match.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use kairos_sim::draw::{KeyedRng, Name, Place, Randomness, RuleKey};
use kairos_sim::law::{DelayLaw, Law, LawError};

/// Measures a function of a fresh generator, its name being the last value: no draw can begin before its name
/// is known, but draws may overlap, as they do in a simulation.
fn keyed<T>(criterion: &mut Criterion, what: &str, mut draw: impl FnMut(KeyedRng) -> T) {
    let randomness = Randomness::new(20_260_101, 0);
    let mut name = 0;
    criterion.bench_function(&format!("draws/{what}"), |bencher| {
        bencher.iter(|| {
            name += 1;
            draw(randomness.rng(black_box(Name(name)), Place::DELAY))
        });
    });
}

fn delay(criterion: &mut Criterion, what: &str, law: impl Fn() -> Result<Law<'static>, LawError>) {
    keyed(criterion, what, |mut rng| {
        let law = law()
            .and_then(DelayLaw::new)
            .expect("the parameters lie in the domain");
        law.delay(&mut rng)
    });
}

/// The same with the law at hand, as for constant parameters.
fn constant(criterion: &mut Criterion, what: &str, law: Result<Law<'_>, LawError>) {
    let law = law
        .and_then(DelayLaw::new)
        .expect("the parameters lie in the domain");
    keyed(criterion, &format!("{what}, constant"), |mut rng| {
        law.delay(&mut rng)
    });
}

fn draws(criterion: &mut Criterion) {
    let rule = RuleKey::of("connect");
    let mut cause = Name::START;
    criterion.bench_function("draws/name of a firing of three elements", |bencher| {
        bencher.iter(|| {
            cause = Name::firing(rule, black_box(&[Name(1), Name(2), Name(3)]), cause);
            cause
        });
    });
    keyed(criterion, "generator", |rng| rng);
    keyed(criterion, "word", |mut rng| rng.word());
    keyed(criterion, "uniform", |mut rng| rng.uniform());
    constant(criterion, "exponential", Law::exponential(2.0));
    constant(criterion, "normal", Law::normal(1.0, 0.1));
    delay(criterion, "exponential", || {
        Law::exponential(black_box(2.0))
    });
    delay(criterion, "normal", || {
        Law::normal(black_box(1.0), black_box(0.1))
    });
    delay(criterion, "normal far below 0", || {
        Law::normal(black_box(-4.0), black_box(1.0))
    });
    delay(criterion, "log-normal", || {
        Law::log_normal(black_box(0.2), black_box(0.05))
    });
    delay(criterion, "weibull", || {
        Law::weibull(black_box(1.7), black_box(2.0))
    });
    delay(criterion, "gamma", || {
        Law::gamma(black_box(4.5), black_box(0.5))
    });
    delay(criterion, "triangular", || {
        Law::triangular(black_box(1.0), black_box(1.5), black_box(4.0))
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = draws
}
criterion_main!(benches);
