//! The fewest tests that find most mistakes of matcher, schedule and engine, for mutation testing: a few seconds if nothing is wrong, and no shrinking if something is.

use kairos_tests::{counts, crowds, rankings, schedules, shipped, systems};

/// One test rather than six, so that the first difference ends it.
#[test]
fn the_engine_is_right() {
    schedules::operations_agree(50_000).assert_sound();
    systems::pinned();
    rankings::agree();
    counts::agree();
    crowds::agree();
    shipped::pinned();
}
