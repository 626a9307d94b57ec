//! The models and studies that ship with Kairos.

use std::path::{Path, PathBuf};

use kairos::{load, model::check::Overrides, simulate::Compiled};

/// The folder of the models.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../models")
}

/// Names of the files in the folder of the models that begin with `Model(` or `Study(`, in order.
///
/// # Panics
/// If the folder cannot be read.
#[must_use]
pub fn files(kind: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the models ship with the tests");
    let paths = entries.map(|entry| entry.expect("an entry of the folder").path());
    let ron = paths.filter(|path| path.extension().is_some_and(|e| e == "ron"));
    let of_kind = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).expect("a model is text");
        text.lines().any(|line| line.starts_with(kind))
    };
    let name = |path: PathBuf| {
        path.file_name()
            .expect("a file")
            .to_string_lossy()
            .into_owned()
    };
    let mut names: Vec<String> = ron.filter(of_kind).map(name).collect();
    names.sort();
    names
}

/// A shipped model, compiled.
///
/// # Panics
/// If it has mistakes.
#[must_use]
pub fn model(name: &str) -> Compiled {
    let path = folder().join(name);
    let checked = load::model(
        &kairos_model::source::DiskFiles,
        &path.to_string_lossy(),
        &Overrides::default(),
    );
    Compiled::new(
        checked
            .unwrap_or_else(|mistakes| panic!("{mistakes}"))
            .value,
    )
}
