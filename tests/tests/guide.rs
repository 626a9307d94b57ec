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

/// Carries out every page but the reference. `UPDATE_EXPECT=1` writes into the pages what the commands write today.
#[test]
fn every_command_writes_what_the_guide_shows() {
    let mut pages = Page::all();
    pages.retain(|page| !page.path.ends_with("language.md"));
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let follow = |page: Page| {
        let (wrong, now) = console::follow(&page);
        if !wrong.is_empty() && update {
            let docs = Path::new(ROOT).join("docs");
            std::fs::write(docs.join(&page.path), now).unwrap();
        }
        wrong
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
