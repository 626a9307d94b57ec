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
fn small((name, parameters): (&str, &[(&str, &str)])) -> Model {
    let path = format!("{ROOT}/models/{name}.ron");
    load::model(&DiskFiles, &path, &set(parameters))
        .unwrap()
        .value
}

const SKYPE: &[(&str, &str)] = &[("clients", "12"), ("super_nodes", "4")];

/// All models, with parameters that make them small.
const MODELS: [(&str, &[(&str, &str)]); 27] = [
    ("clock", &[]),
    ("mm1", &[]),
    ("figure8", &[]),
    ("skype-connect", SKYPE),
    ("skype-chronos", SKYPE),
    ("skype", SKYPE),
    ("gallery/attachment", &[]),
    ("gallery/calls", &[("clients", "10")]),
    ("gallery/epidemic", &[("people", "40")]),
    ("gallery/epidemic-gnutella", &[]),
    ("gallery/hash-churn", &[("peers", "12")]),
    ("gallery/hash-example", &[]),
    ("gallery/hash-lookup", &[("keys", "16")]),
    ("gallery/membership", &[("members", "8"), ("stay", "20")]),
    ("gallery/migration", &[("clients", "3"), ("state", "0.5")]),
    ("gallery/multicast", &[("members", "4"), ("causal", "true")]),
    ("gallery/name-drop", &[("nodes", "20")]),
    ("gallery/name-drop-large", &[("nodes", "20")]),
    ("gallery/network", &[]),
    ("gallery/outage", &[("supers", "8"), ("clients", "40")]),
    ("gallery/overlay", &[("supers", "12"), ("clients", "6")]),
    ("gallery/popular", &[("peers", "5"), ("objects", "8")]),
    ("gallery/predators", &[("prey", "20"), ("predators", "10")]),
    ("gallery/promotion", &[("clients", "12")]),
    ("gallery/redundancy", &[("clients", "12"), ("supers", "5")]),
    ("gallery/swarm", &[("peers", "6")]),
    ("gallery/token-ring", &[("processes", "6")]),
];

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
    for model in MODELS {
        let agreement = compare(small(model), 250, 7)
            .unwrap_or_else(|difference| panic!("{model:?}: {difference}"));
        assert!(agreement.steps >= 20, "{model:?}: {}", agreement.steps);
    }
}

#[test]
fn trajectories_are_pinned() {
    let mut pins = String::new();
    for model in MODELS {
        let compiled = Compiled::new(small(model));
        let mut simulation = compiled.start(Randomness::new(20_260_101, 3)).unwrap();
        for _ in 0..1000 {
            simulation.step(200.0, &mut ()).unwrap();
        }
        pins += &format!("{} {:016x}\n", model.0, simulation.fingerprint());
    }
    expect![[r#"
        clock 0151d8458e98a547
        mm1 e769e96d5ba3e148
        figure8 95b59aeac75b4e42
        skype-connect 06ec6dd9850bd381
        skype-chronos 518e51c7e20225c4
        skype f627de65d7409273
        gallery/attachment bb7c87b944ca0a26
        gallery/calls 9ff5a45251b4659b
        gallery/epidemic 0fb5013706d1614f
        gallery/epidemic-gnutella 96668b5da64029a0
        gallery/hash-churn d618ed1c3363847f
        gallery/hash-example 2085187a21e8db80
        gallery/hash-lookup e4c6b25c912e4193
        gallery/membership 12c65d43bd868c54
        gallery/migration e6d384f97dbad7c0
        gallery/multicast f6279139210b3c99
        gallery/name-drop 4da03aa13d455923
        gallery/name-drop-large 4da03aa13d455923
        gallery/network 63b7968fcb0a2fff
        gallery/outage 82e07cea4099e0fb
        gallery/overlay 84d706747756a52b
        gallery/popular 639b0e9ae224fab1
        gallery/predators e3b2ab096336991c
        gallery/promotion 7c097a775ce843a9
        gallery/redundancy 71186e4e11e6ff5b
        gallery/swarm c53298ea805b7714
        gallery/token-ring afc0d7da10f1d28e
    "#]]
    .assert_eq(&pins);
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
