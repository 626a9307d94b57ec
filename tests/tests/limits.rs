//! Models that get out of hand.

use kairos_tests::{limits, section::Scale};

#[test]
fn runs_end_cleanly_with_the_limit_that_was_met() {
    limits::met(Scale::Ordinary).assert_sound();
}
