//! Coverage of intervals and the level of comparisons, over thousands of studies.

use kairos_tests::{coverage, section::Scale};

#[test]
fn intervals_cover_and_comparisons_keep_their_level() {
    coverage::measured(Scale::Ordinary).assert_sound();
}

#[test]
fn intervals_that_are_too_narrow_are_found_out() {
    coverage::controls().assert_sound();
}
