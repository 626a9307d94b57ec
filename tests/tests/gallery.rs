//! Faulty files, and the exact diagnostics that they deserve: place, text, suggestion.
//!
//! Each file of `gallery/` holds one mistake, and the files that it needs, parted by `--- name`. `UPDATE_EXPECT=1 cargo test -p kairos-tests
//! --test gallery` writes what is said today; whoever runs it reads what has changed.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, fs, path::Path};

use expect_test::expect_file;
use kairos::{
    load,
    model::{check::Overrides, render::Colour, source::MemoryFiles},
};

/// The files of a text, and the name of the first.
fn parts(text: &str) -> (BTreeMap<String, String>, String) {
    let sections = text.split("--- ").skip(1);
    let parts: Vec<(String, String)> = sections
        .map(|section| {
            let (name, text) = section.split_once('\n').unwrap();
            (name.to_owned(), text.to_owned())
        })
        .collect();
    let first = parts[0].0.clone();
    (parts.into_iter().collect(), first)
}

/// What is said of a faulty file: errors, or warnings where it could run.
fn said(text: &str) -> String {
    let (files, first) = parts(text);
    let files = MemoryFiles(files);
    match load::any(&files, &first, &Overrides::default()) {
        Ok(content) => content.warnings().render(Colour::Never),
        Err(mistakes) => mistakes.render(Colour::Never),
    }
}

#[test]
fn every_mistake_is_said_as_it_should_be() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("gallery");
    let entries = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path());
    let mut faulty: Vec<_> = entries
        .filter(|p| p.extension().is_some_and(|e| e == "ron"))
        .collect();
    faulty.sort();
    assert!(faulty.len() >= 60, "{} faulty files", faulty.len());
    for path in faulty {
        let diagnostics = said(&fs::read_to_string(&path).unwrap());
        assert!(
            !diagnostics.is_empty(),
            "{} passes for faultless",
            path.display()
        );
        expect_file![path.with_extension("txt")].assert_eq(&diagnostics);
    }
}
