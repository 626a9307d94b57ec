//! Feeds `kairos_tests::bad_input::model`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kairos_tests::bad_input::model(bytes));
