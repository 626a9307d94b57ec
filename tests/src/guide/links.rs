//! Links and pictures of the guide: they stay inside `docs`, so that the book has them, and lead somewhere.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{Page, ROOT};

/// What is wrong with the links of a page, and with the contents of the book.
#[must_use]
pub fn broken() -> Vec<String> {
    let summary = Page::read("SUMMARY.md");
    let listed: BTreeSet<PathBuf> = targets(&summary).iter().map(PathBuf::from).collect();
    let mut faults = Vec::new();
    for page in Page::all() {
        let path = page.path.display();
        if page.path != summary.path && !listed.contains(&page.path) {
            faults.push(format!("{path} is not in SUMMARY.md"));
        }
        for target in targets(&page) {
            faults.extend(fault(&page, &target).map(|why| format!("{path}: `{target}` {why}")));
        }
    }
    faults
}

/// Where a page's links and pictures lead.
pub(super) fn targets(page: &Page) -> Vec<String> {
    let mut targets = Vec::new();
    for (event, _) in page.events() {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                targets.push(dest_url.into_string());
            }
            Event::InlineHtml(html) | Event::Html(html) => {
                let sources = html.split("src=\"").skip(1);
                targets.extend(sources.filter_map(|s| Some(s.split_once('"')?.0.to_owned())));
            }
            _ => {}
        }
    }
    targets
}

fn fault(page: &Page, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = page.path.parent().unwrap_or(Path::new(""));
    let path = match path {
        "" => page.path.clone(),
        path => folder.join(path),
    };
    let Some(path) = inside(&path) else {
        return Some("leads out of docs".to_owned());
    };
    if !Path::new(ROOT).join("docs").join(&path).is_file() {
        return Some("is not there".to_owned());
    }
    let found = anchor.is_empty() || anchors(&Page::read(path)).iter().any(|a| a == anchor);
    (!found).then(|| format!("has no heading #{anchor}"))
}

/// A path without `..`; nothing where it leads out.
fn inside(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => plain.push(name),
            Component::ParentDir if plain.pop() => {}
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(plain)
}

/// The anchors of a page's headings, as GitHub and mdBook make them.
fn anchors(page: &Page) -> Vec<String> {
    let mut anchors = Vec::new();
    let mut heading: Option<String> = None;
    for (event, _) in page.events() {
        match (event, &mut heading) {
            (Event::Start(Tag::Heading { .. }), _) => heading = Some(String::new()),
            (Event::Text(text) | Event::Code(text), Some(heading)) => heading.push_str(&text),
            (Event::End(TagEnd::Heading(_)), _) => {
                anchors.extend(heading.take().as_deref().map(anchor))
            }
            _ => {}
        }
    }
    anchors
}

fn anchor(heading: &str) -> String {
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    let kept: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
    kept.to_lowercase()
}
