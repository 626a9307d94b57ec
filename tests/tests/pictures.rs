//! Pictures of what is shipped and of random rule sets: nothing covers anything, equal files give equal bytes, and the README's are up to date.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use kairos::{
    load::{self, Content},
    model::{
        check::Overrides,
        source::{DiskFiles, Files, MemoryFiles},
    },
    pictures::{self, Drawn},
    rewrite::matcher::Matcher,
    sim::draw::Randomness,
    simulate::Compiled,
};
use kairos_tests::random::System;

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// All pictures of a rule set or a model; none of a study.
fn drawn(files: &dyn Files, path: &str) -> Vec<Drawn> {
    let content = load::any(files, path, &Overrides::default()).unwrap();
    match content {
        Content::Rules(rules) => pictures::rule_set(&rules.value),
        Content::Model(model) => {
            let compiled = Compiled::new(model.value);
            let mut drawn = pictures::model(compiled.model());
            // A random start graph may break a law of its own.
            if let Ok(start) = compiled.start(Randomness::new(0, 0)) {
                drawn.push(pictures::start(compiled.model(), start.matcher().graph()));
            }
            drawn
        }
        Content::Study(_) => Vec::new(),
    }
}

fn shipped() -> Vec<String> {
    let folders = ["rules", "models", "docs/tutorial"];
    let entries = folders.map(|f| fs::read_dir(Path::new(ROOT).join(f)).unwrap());
    let mut files: Vec<String> = entries
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().path().to_string_lossy().into_owned())
        .filter(|p| p.ends_with(".ron"))
        .collect();
    files.sort();
    files
}

/// What covers something, in words that name the picture.
fn collisions(source: &str, drawn: &[Drawn]) -> Vec<String> {
    let all = drawn.iter().flat_map(|d| {
        let found = d.picture.collisions().into_iter();
        found.map(|c| format!("{source}, {}: {c}", d.file))
    });
    all.collect()
}

#[test]
fn nothing_covers_anything_in_what_is_shipped() {
    let (mut count, mut found) = (0, Vec::new());
    for file in shipped() {
        let drawn = drawn(&DiskFiles, &file);
        count += drawn.len();
        found.extend(collisions(&file, &drawn));
    }
    assert!(count > 100, "only {count} pictures");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn nothing_covers_anything_in_random_rule_sets() {
    let mut found = Vec::new();
    for seed in 0..60 {
        let system = System::random(seed);
        let files = MemoryFiles(system.files(false));
        let drawn = drawn(&files, "model.ron");
        assert!(drawn.len() > 2);
        found.extend(collisions(&format!("system {seed}"), &drawn));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn equal_files_give_equal_bytes_that_are_xml_and_refer_to_nothing_outside() {
    let path = format!("{ROOT}/models/skype.ron");
    let (first, second) = (drawn(&DiskFiles, &path), drawn(&DiskFiles, &path));
    assert_eq!(first.len(), second.len());
    for (a, b) in first.iter().zip(&second) {
        let svg = a.picture.svg();
        assert_eq!(svg, b.picture.svg(), "{}", a.file);
        let document = roxmltree::Document::parse(&svg).unwrap();
        assert_eq!(document.root_element().tag_name().name(), "svg");
        let without_name_space = svg.replacen("http://www.w3.org/2000/svg", "", 1);
        for outside in ["http", "href", "url(", "@import", "<script"] {
            assert!(
                !without_name_space.contains(outside),
                "{outside} in {}",
                a.file
            );
        }
    }
}

/// The command that the README gives makes the pictures that it shows.
#[test]
fn the_readme_shows_what_is_drawn() {
    let readme = fs::read_to_string(format!("{ROOT}/README.md")).unwrap();
    let command = readme
        .lines()
        .find_map(|line| line.trim().strip_prefix("kairos draw "))
        .unwrap();
    let words: Vec<&str> = command.split(' ').collect();
    let rules: Vec<&str> = words
        .windows(2)
        .filter(|pair| pair[0] == "--rule")
        .map(|pair| pair[1])
        .collect();
    assert!(
        rules.len() >= 2 && words.ends_with(&["--out", "docs/pictures"]),
        "{command}"
    );
    let drawn = drawn(&DiskFiles, &format!("{ROOT}/{}", words[0]));
    let mut shown: Vec<String> = fs::read_dir(format!("{ROOT}/docs/pictures"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    shown.sort();
    let mut wanted: Vec<String> = rules.iter().map(|rule| format!("{rule}.svg")).collect();
    wanted.sort();
    assert_eq!(shown, wanted);
    for name in shown {
        assert!(
            readme.contains(&format!("](docs/pictures/{name})")),
            "{name}"
        );
        let there = fs::read_to_string(format!("{ROOT}/docs/pictures/{name}")).unwrap();
        let now = drawn.iter().find(|d| d.file == name).unwrap().picture.svg();
        assert!(there == now, "draw {name} anew: kairos draw {command}");
    }
}
