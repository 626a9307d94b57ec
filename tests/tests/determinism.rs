//! What may not change a result: jobs, order of scenarios, further ones, more replications, traces, probes, a progress bar.
#![allow(clippy::unwrap_used)]

use kairos_tests::{determinism, section::Scale};

#[test]
fn nothing_around_a_result_changes_it() {
    determinism::holds(Scale::Ordinary).assert_sound();
}

/// The pinned fingerprints and samples hold for every feature set, as long as there is only one.
#[test]
fn no_crate_has_features() {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates");
    for entry in std::fs::read_dir(crates).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        assert!(!text.contains("[features]"), "{}", manifest.display());
    }
}
