//! Feeds `kairos_tests::bad_input::graph_ml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| kairos_tests::bad_input::graph_ml(bytes));
