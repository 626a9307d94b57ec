//! What may not change a result: jobs, order of scenarios, further ones, more replications, traces, probes, a progress bar.
#![allow(clippy::unwrap_used)]

use kairos_tests::{determinism, section::Scale};

#[test]
fn nothing_around_a_result_changes_it() {
    determinism::holds(Scale::Ordinary).assert_sound();
}

/// The pinned fingerprints and samples hold for every feature set: there is one feature, and it only adds a file to the results.
#[test]
fn no_feature_reaches_a_number() {
    let crates = concat!(env!("CARGO_MANIFEST_DIR"), "/../crates");
    for entry in std::fs::read_dir(crates).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        let features = text
            .lines()
            .skip_while(|line| *line != "[features]")
            .skip(1);
        let mut names = features.take_while(|line| !line.starts_with('['));
        let others = names.find(|line| line.contains('=') && !line.starts_with("parquet ="));
        assert_eq!(others, None, "{}", manifest.display());
    }
}
