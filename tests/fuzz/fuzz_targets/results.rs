//! Feeds `kairos_tests::bad_input::results`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kairos_tests::bad_input::results(bytes));
