//! The fewest tests that find most mistakes of matcher, schedule and engine, for mutation testing: a few seconds if nothing is wrong, and no shrinking if something is.
#![allow(clippy::unwrap_used)]

use kairos_tests::{
    random::System,
    schedules, shipped,
    systems::STEPS,
    twin::{compare, load},
};

/// One test rather than three, so that the first difference ends it.
#[test]
fn the_engine_is_right() {
    schedules::operations_agree(50_000).assert_sound();
    for seed in 0..100 {
        let model = load(&System::random(seed), false).unwrap();
        if let Err(difference) = compare(model, STEPS, seed) {
            panic!("seed {seed}: {difference}");
        }
    }
    shipped::pinned();
}
