//! What is shipped works: files without mistakes, models on which both engines agree, pinned trajectories, and a README that tells the truth.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, sync::atomic::AtomicBool};

use expect_test::expect;
use kairos::{
    load,
    model::{check::Overrides, model::Model, render::Colour, source::DiskFiles},
    sim::{draw::Randomness, observe::Wanted},
    simulate::Compiled,
};
use kairos_tests::twin::compare;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn ron_files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
    let mut files: Vec<String> = entries
        .map(|e| e.unwrap().path().to_string_lossy().into_owned())
        .filter(|p| p.ends_with(".ron"))
        .collect();
    files.sort();
    files
}

fn set(parameters: &[(&str, &str)]) -> Overrides {
    let parameters = parameters
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    Overrides { parameters }
}

/// A shipped model, small enough for the reference engine.
fn small(name: &str) -> Model {
    let overrides = match name.starts_with("skype") {
        true => set(&[("clients", "12"), ("super_nodes", "4")]),
        false => Overrides::default(),
    };
    load::model(&DiskFiles, &format!("{ROOT}/models/{name}.ron"), &overrides)
        .unwrap()
        .value
}

const MODELS: [&str; 6] = [
    "clock",
    "mm1",
    "figure8",
    "skype-connect",
    "skype-chronos",
    "skype",
];

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
    assert!(files.len() >= 55, "{}", files.len());
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
    for name in MODELS {
        let agreement = compare(small(name), 250, 7)
            .unwrap_or_else(|difference| panic!("{name}: {difference}"));
        assert!(
            agreement.steps >= 50,
            "{name} made {} steps",
            agreement.steps
        );
    }
}

#[test]
fn trajectories_are_pinned() {
    let mut pins = String::new();
    for name in MODELS {
        let compiled = Compiled::new(small(name));
        let mut simulation = compiled.start(Randomness::new(20_260_101, 3)).unwrap();
        for _ in 0..1000 {
            simulation.step(200.0, &mut ()).unwrap();
        }
        pins += &format!("{name} {:016x}\n", simulation.fingerprint());
    }
    expect![[r#"
        clock 0151d8458e98a547
        mm1 e769e96d5ba3e148
        figure8 95b59aeac75b4e42
        skype-connect 06ec6dd9850bd381
        skype-chronos 518e51c7e20225c4
        skype f627de65d7409273
    "#]]
    .assert_eq(&pins);
}

#[test]
fn observing_changes_nothing() {
    let never = AtomicBool::new(false);
    for name in MODELS {
        let compiled = Compiled::new(small(name));
        let run = |wanted| {
            compiled
                .run(Randomness::new(5, 1), wanted, &never)
                .unwrap()
                .simulation
                .fingerprint()
        };
        assert_eq!(run(Wanted::All), run(Wanted::Metrics(Vec::new())), "{name}");
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
