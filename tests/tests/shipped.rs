//! What is shipped works: files without mistakes, models on which both engines agree, pinned trajectories, and a README that tells the truth.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, sync::atomic::AtomicBool};

use kairos::{
    load,
    model::{check::Overrides, render::Colour, source::DiskFiles},
    sim::{draw::Randomness, observe::Wanted},
    simulate::Compiled,
};
use kairos_tests::shipped::{self, MODELS, ROOT, set, small};

fn ron_files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
    let mut files: Vec<String> = entries
        .map(|e| e.unwrap().path().to_string_lossy().into_owned())
        .filter(|p| p.ends_with(".ron"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_model_is_among_them() {
    for folder in ["models", "models/gallery"] {
        for file in ron_files(folder) {
            let is_listed = MODELS
                .iter()
                .any(|(name, _)| file.ends_with(&format!("models/{name}.ron")));
            let text = fs::read_to_string(&file).unwrap();
            let holds_model = text.lines().any(|line| line == "Model(");
            assert_eq!(is_listed, holds_model, "{file}");
        }
    }
}

#[test]
fn every_file_is_without_mistakes() {
    let folders = [
        "rules",
        "rules/gallery",
        "models",
        "models/gallery",
        "docs/tutorial",
    ];
    let files = folders.map(ron_files).concat();
    assert!(files.len() >= 75, "{}", files.len());
    for file in files {
        let mistakes = load::any(&DiskFiles, &file, &Overrides::default()).err();
        assert!(
            mistakes.is_none(),
            "{}",
            mistakes.unwrap().render(Colour::Never)
        );
    }
}

#[test]
fn both_engines_agree_on_every_model() {
    shipped::agree();
}

#[test]
fn trajectories_are_pinned() {
    shipped::pinned();
}

#[test]
fn observing_changes_nothing() {
    let never = AtomicBool::new(false);
    for model in MODELS {
        let compiled = Compiled::new(small(model));
        let run = |wanted| {
            compiled
                .run(Randomness::new(5, 1), wanted, &never)
                .unwrap()
                .simulation
                .fingerprint()
        };
        assert_eq!(
            run(Wanted::All),
            run(Wanted::Metrics(Vec::new())),
            "{model:?}"
        );
    }
}

#[test]
fn the_readme_shows_the_tutorial() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    for file in ron_files("docs/tutorial") {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            readme.contains(text.trim_end()),
            "the README shows another {file}"
        );
    }
}

/// Runs where the measured round trips lie beside the repository.
#[test]
fn the_connection_model_runs_on_measured_round_trips() {
    let data = format!("{ROOT}/../shared/data/seattle-rtt.csv");
    if !Path::new(&data).exists() {
        return;
    }
    let overrides = set(&[("data", data.as_str()), ("hosts", "99")]);
    let path = format!("{ROOT}/models/skype-connect.ron");
    let model = load::model(&DiskFiles, &path, &overrides)
        .unwrap_or_else(|m| panic!("{}", m.render(Colour::Never)));
    let mut simulation = Compiled::new(model.value)
        .start(Randomness::new(1, 0))
        .unwrap();
    for _ in 0..2000 {
        simulation.step(f64::INFINITY, &mut ()).unwrap();
    }
    assert!(simulation.counts().events > 1000);
}
