//! Exact values of Markov chains against simulation and closed forms, and what cannot be solved.

use kairos_tests::{exact, section::Scale};

#[test]
fn simulations_agree_with_the_chains() {
    exact::agree(Scale::Ordinary).assert_sound();
}

#[test]
fn chains_agree_with_closed_forms() {
    exact::closed_forms().assert_sound();
}
