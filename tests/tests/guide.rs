//! The guide: its links, the commands and files of its pages, and the examples of the language reference.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use kairos_tests::guide::{Page, ROOT, console, language, links};
use rayon::prelude::*;

#[test]
fn every_link_leads_somewhere_inside_the_book() {
    let broken = links::broken();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

fn write(path: &Path, content: &[u8]) {
    let path = Path::new(ROOT).join("docs").join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

/// Carries out every page but the reference. `UPDATE_EXPECT=1` writes into the guide what the commands write and draw today.
#[test]
fn every_command_writes_what_the_guide_shows() {
    let mut pages = Page::all();
    pages.retain(|page| !page.path.ends_with("language.md"));
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let follow = |page: Page| {
        let followed = console::follow(&page);
        if !followed.faults.is_empty() && update {
            write(&page.path, followed.text.as_bytes());
            followed
                .pictures
                .iter()
                .for_each(|(path, drawn)| write(path, drawn));
        }
        followed.faults
    };
    let faults: Vec<String> = pages.into_par_iter().flat_map(follow).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_feature_of_the_language_has_an_example_that_works() {
    let (faults, shown) = language::examples();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert!(
        shown.missing().is_empty(),
        "no example shows\n{}",
        shown.missing().join("\n")
    );
    assert!(shown.count() > 200, "{} features", shown.count());
}
