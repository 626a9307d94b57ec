//! Pinned values, and statistical tests of the first words of neighbouring keys.
//!
//! Every score has α = 10⁻⁷, two-sided, so that the 60 or so here find a fault in sound words with a probability
//! below 10⁻⁵; keys are fixed, so the outcome is the same each time.

use std::collections::HashSet;

use expect_test::{Expect, expect};
use rand::Rng;

use super::mix::mix;
use super::{KeyedRng, Name, Place, Randomness, RuleKey, StreamKey};

/// The standard normal quantile of 1 − α/2 for α = 10⁻⁷.
const CRITICAL: f64 = 5.3267;

fn key(name: u64, place: Place) -> KeyedRng {
    Randomness::new(42, 7).rng(Name(name), place)
}

fn check_pinned(values: &[(&str, u64)], expected: &Expect) {
    let line = |(what, value): &(&str, u64)| format!("{value:016x} {what}\n");
    expected.assert_eq(&values.iter().map(line).collect::<String>());
}

#[test]
fn names_are_pinned() {
    let rule = RuleKey::of("connect_best");
    let firing = Name::firing(rule, &[Name(1), Name(2)], Name::START);
    let stream = StreamKey::of("connect_best");
    let names = [
        ("firing", firing),
        (
            "firing of a match without elements",
            Name::firing(rule, &[], Name::START),
        ),
        ("created", Name::created(firing, 3)),
        (
            "created in an extension",
            Name::created_in(firing, 3, &[Name(1)]),
        ),
        ("start", Name::start(1, 2, 3)),
        ("row", Name::keyed_row("München")),
        ("stream", Name::stream(stream, &[Name(1), Name(2)], 0)),
    ];
    check_pinned(
        &names.map(|(what, name)| (what, name.0)),
        &expect![[r#"
        e475635d73b9d60d firing
        7f6b0962b0843f86 firing of a match without elements
        353f4cc47b7b87c8 created
        296b9e21605aadbf created in an extension
        0436d407fce88675 start
        87459fceb4f20976 row
        e170f2d91f1398b5 stream
    "#]],
    );
}

#[test]
fn words_are_pinned() {
    let mut rng = key(1, Place::DELAY);
    let words = [
        ("first", rng.word()),
        ("second", rng.word()),
        ("of an attempt", key(1, Place::text(5).attempt(2)).word()),
        (
            "of zeros",
            Randomness::new(0, 0).rng(Name(0), Place::DELAY).word(),
        ),
        ("uniform", key(1, Place::DELAY).uniform().to_bits()),
        ("below 1000", key(1, Place::DELAY).below(1000)),
    ];
    check_pinned(
        &words,
        &expect![[r#"
        a2102cda8af144e7 first
        a2e717d81e216c26 second
        87c5a5f9771bf425 of an attempt
        4e58af03d80d16f8 of zeros
        3fe442059b515e29 uniform
        0000000000000279 below 1000
    "#]],
    );
}

#[test]
fn the_generator_serves_rand() {
    let mut words = key(1, Place::DELAY);
    let (first, second) = (words.word(), words.word());
    assert_eq!(key(1, Place::DELAY).next_u64(), first);
    assert_eq!(u64::from(key(1, Place::DELAY).next_u32()), first >> 32);
    let mut bytes = [0; 11];
    key(1, Place::DELAY).fill_bytes(&mut bytes);
    assert_eq!(bytes[..8], first.to_le_bytes());
    assert_eq!(bytes[8..], second.to_le_bytes()[..3]);
}

#[test]
fn names_of_unlike_causes_differ() {
    let (rules, keys) = (["a", "b", "a\0", ""], [Name(0), Name(1), Name(2), Name(3)]);
    let mut names = Vec::new();
    for rule in rules {
        let (stream, rule_key) = (StreamKey::of(rule), RuleKey::of(rule));
        for cause in keys {
            for length in 0..=4 {
                names.push(Name::firing(rule_key, &keys[..length], cause));
                names.push(Name::stream(stream, &keys[..length], cause.0));
            }
            names.push(Name::firing(rule_key, &[Name(1), Name(0)], cause));
        }
        names.push(Name::keyed_row(rule));
    }
    for (firing, length) in keys
        .iter()
        .flat_map(|&firing| (0..=4).map(move |length| (firing, length)))
    {
        names.push(Name::created_in(firing, 1, &keys[..length]));
    }
    for (statement, index, position) in (0..100).flat_map(|a| (0..100).map(move |b| (a, b, a ^ b)))
    {
        names.push(Name::start(statement, u64::from(index), position));
    }
    let different: HashSet<Name> = names.iter().copied().collect();
    assert_eq!(different.len(), names.len());
}

#[test]
fn a_million_names_do_not_collide() {
    let rule = RuleKey::of("tick");
    let names: HashSet<Name> = (0..1_000_000)
        .map(|i| Name::firing(rule, &[Name(i % 1000)], Name(i / 1000)))
        .collect();
    assert_eq!(names.len(), 1_000_000);
}

#[test]
fn each_bit_of_a_cause_flips_each_bit_of_its_name() {
    const CAUSES: u64 = 20_000;
    let name = |element, cause| Name::firing(RuleKey::of("tick"), &[Name(element)], Name(cause)).0;
    // 8192 counts: α = 10⁻⁶ in all means 1.2·10⁻¹⁰ each, 6.5 standard deviations.
    let bound = 6.5 * (CAUSES as f64 / 4.0).sqrt();
    for bit in 0..64 {
        let mut flips = [[0u64; 64]; 2];
        for i in 0..CAUSES {
            let (element, cause) = (mix(i), mix(i + CAUSES));
            let plain = name(element, cause);
            let changed = [
                name(element ^ (1 << bit), cause),
                name(element, cause ^ (1 << bit)),
            ];
            for (flips, changed) in flips.iter_mut().zip(changed) {
                for (out, count) in flips.iter_mut().enumerate() {
                    *count += ((plain ^ changed) >> out) & 1;
                }
            }
        }
        for count in flips.as_flattened() {
            let off = *count as f64 - CAUSES as f64 / 2.0;
            assert!(
                off.abs() < bound,
                "bit {bit} flips a bit {count} times of {CAUSES}"
            );
        }
    }
}

/// χ² of counts that should be equal, as a standard normal score (Wilson and Hilferty).
fn chi_square_score(counts: &[u64]) -> f64 {
    let total: u64 = counts.iter().sum();
    let expected = total as f64 / counts.len() as f64;
    let off = |count: &u64| (*count as f64 - expected) * (*count as f64 - expected) / expected;
    let degrees = counts.len() as f64 - 1.0;
    let spread = 2.0 / (9.0 * degrees);
    let ratio = libm::cbrt(counts.iter().map(off).sum::<f64>() / degrees);
    (ratio - (1.0 - spread)) / spread.sqrt()
}

/// The worst score of a sequence of words: top bits, low bits, pairs of neighbours, and their serial correlation.
fn worst_score(words: &[u64]) -> f64 {
    let mut counts = vec![vec![0; 1024]; 3];
    let mut product = 0.0;
    let centred = |word: u64| (word >> 12) as f64 / (1u64 << 52) as f64 - 0.5;
    for pair in words.windows(2) {
        counts[0][(pair[0] >> 54) as usize] += 1;
        counts[1][(pair[0] & 1023) as usize] += 1;
        counts[2][((pair[0] >> 59) << 5 | pair[1] >> 59) as usize] += 1;
        product += centred(pair[0]) * centred(pair[1]);
    }
    // The variance of a uniform number is 1/12.
    let correlation = 12.0 * product / ((words.len() - 1) as f64).sqrt();
    let scores = counts.iter().map(|counts| chi_square_score(counts));
    scores
        .chain([correlation])
        .fold(0.0, |worst, score| score.abs().max(worst))
}

const KEYS: u64 = 1_000_000;

fn check_words(of: impl Fn(u64) -> u64) {
    let words: Vec<u64> = (0..KEYS).map(of).collect();
    let score = worst_score(&words);
    assert!(score < CRITICAL, "the worst score is {score}");
}

#[test]
fn neighbouring_names_have_independent_words() {
    check_words(|i| key(i, Place::DELAY).word());
    check_words(|i| key(i << 40, Place::DELAY).word());
}

#[test]
fn neighbouring_places_have_independent_words() {
    check_words(|i| key(1, Place::text(i as u32)).word());
    check_words(|i| key(1, Place::text(1).attempt(i as u32)).word());
}

#[test]
fn rules_whose_names_are_neighbours_have_independent_words() {
    check_words(|i| {
        let name = Name::firing(RuleKey::of(&format!("rule{i}")), &[Name(1)], Name::START);
        key(name.0, Place::DELAY).word()
    });
}

#[test]
fn elements_created_one_after_another_have_independent_words() {
    let rule = RuleKey::of("tick");
    check_words(|i| {
        let element = Name::start(1, i, 0);
        key(Name::firing(rule, &[element], Name::START).0, Place::DELAY).word()
    });
}

#[test]
fn neighbouring_random_seeds_have_independent_words() {
    check_words(|i| Randomness::new(i, 0).rng(Name(1), Place::DELAY).word());
}

#[test]
fn neighbouring_replications_have_independent_words() {
    check_words(|i| Randomness::new(1, i).rng(Name(1), Place::DELAY).word());
}

#[test]
fn firings_in_a_chain_have_independent_words() {
    let rule = RuleKey::of("tick");
    let mut cause = Name::START;
    let words: Vec<u64> = (0..KEYS)
        .map(|_| {
            cause = Name::firing(rule, &[Name(1)], cause);
            Randomness::new(1, 1).rng(cause, Place::DELAY).word()
        })
        .collect();
    assert!(worst_score(&words) < CRITICAL);
}

#[test]
fn words_within_a_sample_are_independent() {
    let mut rng = key(1, Place::DELAY);
    let words: Vec<u64> = (0..KEYS).map(|_| rng.word()).collect();
    assert!(worst_score(&words) < CRITICAL);
    check_words(|i| {
        let mut rng = key(i, Place::DELAY);
        rng.word() ^ rng.word().rotate_left(32)
    });
}

#[test]
fn the_test_of_words_finds_poor_ones() {
    let weyl: Vec<u64> = (0..KEYS)
        .map(|i| i.wrapping_mul(0x9e37_79b9_7f4a_7c15))
        .collect();
    assert!(worst_score(&weyl) > CRITICAL, "a Weyl sequence is too even");
    let copied: Vec<u64> = (0..KEYS)
        .map(|i| key(i / 100, Place::DELAY).word())
        .collect();
    assert!(worst_score(&copied) > CRITICAL, "neighbours are equal");
}

#[test]
fn integers_below_are_unbiased() {
    // Words alone would give two of the three values 2⁻⁶³ too often; 3·2⁶² shows a bias of one half.
    const N: u64 = 3 << 62;
    let mut counts = [0; 3];
    for i in 0..100_000 {
        counts[(key(i, Place::DELAY).below(N) >> 62) as usize] += 1;
    }
    assert!(chi_square_score(&counts).abs() < CRITICAL, "{counts:?}");
    assert!((0..1000).all(|i| key(i, Place::DELAY).below(7) < 7));
}

#[test]
fn uniform_numbers_stay_inside_the_open_interval() {
    // The extreme words, through the same arithmetic.
    let at = |word: u64| ((word >> 12) as f64 + 0.5) / (1u64 << 52) as f64;
    assert!(at(0) > 0.0 && at(u64::MAX) < 1.0);
    assert_eq!(at(0), 1.0 - at(u64::MAX));
    let word = key(9, Place::DELAY).word();
    assert_eq!(key(9, Place::DELAY).uniform(), at(word));
}
