//! Typical mistakes, and what is said of them, word for word.
//!
//! Each `tests/mistakes/NAME.ron` is `rules.ron`, `model.ron` or `study.ron` of that folder with one mistake in it, and `NAME.txt` what the author
//! sees. `UPDATE_EXPECT=1 cargo test -p kairos-model --test mistakes` rewrites the texts.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, path::Path};

use expect_test::expect_file;
use kairos_model::{
    check::{Overrides, load_model, load_rules, load_study},
    diagnostic::Severity,
    render::{Colour, render},
    source::MemoryFiles,
    spec::FileKind,
};

/// The sound files that the others are taken from.
const SOUND: [&str; 3] = ["model.ron", "rules.ron", "study.ron"];

fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|f| f.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|e| e == "ron"));
    let named = files.map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    });
    named.collect()
}

/// What the author sees, and whether there are errors.
fn said(files: &BTreeMap<String, String>, name: &str) -> (String, bool) {
    let memory = MemoryFiles(files.clone());
    let (sources, diagnostics) = match FileKind::of(&files[name]) {
        Some(FileKind::Model) => {
            let loaded = load_model(&memory, name, &Overrides::default());
            (loaded.sources, loaded.diagnostics)
        }
        Some(FileKind::Study) => {
            let loaded = load_study(&memory, name, &Overrides::default());
            (loaded.sources, loaded.diagnostics)
        }
        _ => {
            let loaded = load_rules(&memory, name);
            (loaded.sources, loaded.diagnostics)
        }
    };
    let errors = diagnostics.iter().any(|d| d.severity == Severity::Error);
    (render(&sources, &diagnostics, Colour::Never), errors)
}

#[test]
fn what_is_said_of_typical_mistakes() {
    let files = files();
    let mistaken: Vec<&String> = files
        .keys()
        .filter(|f| !SOUND.contains(&f.as_str()))
        .collect();
    assert!(mistaken.len() >= 30);
    for name in mistaken {
        let (text, errors) = said(&files, name);
        assert!(errors, "{name} has no mistake");
        expect_file![format!("mistakes/{}", name.replace(".ron", ".txt"))].assert_eq(&text);
    }
}

#[test]
fn the_sound_files_are_sound() {
    for name in SOUND {
        assert_eq!(said(&files(), name), (String::new(), false), "{name}");
    }
}

#[test]
fn the_page_quotes_what_is_said() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mistakes.md");
    let page = std::fs::read_to_string(page).unwrap();
    let files = files();
    let said = |name: &&str| {
        let (text, _) = said(&files, &format!("{name}.ron"));
        page.contains(&format!("```text\n{}\n```", text.trim_end()))
    };
    let quoted = [
        "misspelt-attribute",
        "edge-the-wrong-way-round",
        "rule-without-a-timer",
    ];
    assert_eq!(quoted.iter().filter(|name| said(name)).count(), 3);
}
