//! Simulated means and variances against closed forms, in two stages (see `kairos_tests::two_stage`), and wrong engines as controls.

use kairos_tests::{laws, section::Scale};

#[test]
fn simulations_agree_with_closed_forms() {
    laws::closed_forms(Scale::Ordinary).assert_sound();
}

#[test]
fn wrong_engines_are_caught() {
    laws::wrong_engines().assert_sound();
}
