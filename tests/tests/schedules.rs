//! The schedule against a sorted map and against first reaction.

use kairos_tests::{schedules, section::Scale};

#[test]
fn answers_are_those_of_simpler_schedules() {
    schedules::random_operations(Scale::Ordinary).assert_sound();
}

#[test]
fn trajectories_are_those_of_first_reaction() {
    schedules::trajectories(Scale::Ordinary).assert_sound();
}
