//! Seeds of the fuzzers and mutations of them: no panic, nothing that takes a second.

use kairos_tests::{bad_input, section::Scale};

#[test]
fn whatever_the_bytes_there_is_an_answer() {
    bad_input::mutations(Scale::Ordinary).assert_sound();
}
