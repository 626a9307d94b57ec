//! Loading models and studies from files, with all that is to be said about them.

use std::{cell::RefCell, collections::BTreeMap, path::Path};

use kairos_model::{
    check::{self, Loaded, Overrides, RuleSetInfo},
    diagnostic::{Diagnostic, Severity},
    model::Model,
    render::{Colour, render, render_in},
    source::{Files, Sources},
    spec::FileKind,
    study::Study,
};
use kairos_rewrite::error::RuntimeError;

use crate::study::HashedFile;

/// Mistakes in files, and where they stand.
#[derive(Clone, Debug)]
pub struct Mistakes {
    /// The files that were read.
    pub sources: Sources,
    /// Errors and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

impl Mistakes {
    /// How many errors there are, and how many warnings.
    #[must_use]
    pub fn count(&self) -> (usize, usize) {
        let errors = self
            .diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error);
        let errors = errors.count();
        (errors, self.diagnostics.len() - errors)
    }

    /// What ended a run of a model, shown where its cause stands.
    #[must_use]
    pub fn at_run_time(error: &RuntimeError, model: &Model) -> Self {
        let rule = error.rule.as_ref().map(|(id, _)| model.rule(*id).span);
        let place = error.place.or(rule);
        Mistakes {
            sources: model.sources.clone(),
            diagnostics: vec![Diagnostic {
                help: error.fault.help().map(str::to_owned),
                ..Diagnostic::error_at("run-time", error.to_string(), place)
            }],
        }
    }

    /// As text for people, each with its lines underlined.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        render(&self.sources, &self.diagnostics, colour)
    }

    /// The same for a screen of so many columns.
    #[must_use]
    pub fn render_in(&self, colour: Colour, width: usize) -> String {
        render_in(&self.sources, &self.diagnostics, colour, width)
    }
}

impl std::fmt::Display for Mistakes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(Colour::Never))
    }
}

impl std::error::Error for Mistakes {}

/// A checked value, and the warnings about it.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    /// The value.
    pub value: T,
    /// What is probably not as it was meant.
    pub warnings: Mistakes,
    /// Every file that was read, with its hash; paths from the directory of the first.
    pub files: Vec<HashedFile>,
}

/// What a file holds, by its first word.
#[derive(Clone, Debug)]
pub enum Content {
    /// A rule set.
    Rules(Checked<RuleSetInfo>),
    /// A model.
    Model(Box<Checked<Model>>),
    /// A study.
    Study(Checked<Study>),
}

impl Content {
    /// The warnings.
    #[must_use]
    pub fn warnings(&self) -> &Mistakes {
        match self {
            Content::Rules(checked) => &checked.warnings,
            Content::Model(checked) => &checked.warnings,
            Content::Study(checked) => &checked.warnings,
        }
    }
}

/// Loads a rule set.
///
/// # Errors
/// All its mistakes.
pub fn rules(files: &dyn Files, path: &str) -> Result<Checked<RuleSetInfo>, Box<Mistakes>> {
    load(files, path, |files| check::load_rules(files, path))
}

/// Loads a model, with parameters as `--set` gives them.
///
/// # Errors
/// All its mistakes.
pub fn model(
    files: &dyn Files,
    path: &str,
    overrides: &Overrides,
) -> Result<Checked<Model>, Box<Mistakes>> {
    load(files, path, |files| {
        check::load_model(files, path, overrides)
    })
}

/// Loads a study, with parameters as `--set` gives them.
///
/// # Errors
/// All its mistakes.
pub fn study(
    files: &dyn Files,
    path: &str,
    overrides: &Overrides,
) -> Result<Checked<Study>, Box<Mistakes>> {
    load(files, path, |files| {
        check::load_study(files, path, overrides)
    })
}

/// Loads whatever a file holds. What is neither rule set nor study is taken for a model; of a model it is said, too, which rules
/// can never have an effect, and which parameters nothing uses.
///
/// # Errors
/// All its mistakes.
///
/// # Example
/// ```
/// use kairos::load;
/// use kairos::model::{check::Overrides, source::MemoryFiles};
///
/// let text = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["b"]) })"#;
/// let files = MemoryFiles([("rules.ron".to_owned(), text.to_owned())].into());
/// let mistakes = load::any(&files, "rules.ron", &Overrides::default()).unwrap_err();
/// assert_eq!(mistakes.count(), (1, 0));
/// assert!(mistakes.to_string().contains("rules.ron:1:"), "{mistakes}");
/// ```
pub fn any(files: &dyn Files, path: &str, overrides: &Overrides) -> Result<Content, Box<Mistakes>> {
    let text = files.read(path).unwrap_or_default();
    match FileKind::of(text.trim_start_matches('\u{feff}')) {
        Some(FileKind::RuleSet) => rules(files, path).map(Content::Rules),
        Some(FileKind::Study) => study(files, path, overrides).map(Content::Study),
        Some(FileKind::Model) | None => {
            let mut model = model(files, path, overrides)?;
            let found = check::findings(&model.value);
            let found = found.never_fires.into_iter().chain(found.unused);
            model.warnings.diagnostics.extend(found);
            Ok(Content::Model(Box::new(model)))
        }
    }
}

/// Files, and the hashes of what was read of them.
struct Recorded<'f> {
    files: &'f dyn Files,
    hashes: RefCell<BTreeMap<String, HashedFile>>,
    base: String,
}

impl Files for Recorded<'_> {
    fn read(&self, path: &str) -> Result<String, String> {
        let text = self.files.read(path)?;
        let file = HashedFile::new(relative(&self.base, path), &text);
        self.hashes.borrow_mut().insert(path.to_owned(), file);
        Ok(text)
    }

    fn beside(&self, path: &str) -> Vec<String> {
        self.files.beside(path)
    }
}

fn load<T>(
    files: &dyn Files,
    path: &str,
    read: impl FnOnce(&dyn Files) -> Loaded<T>,
) -> Result<Checked<T>, Box<Mistakes>> {
    let directory = Path::new(path).parent().and_then(Path::to_str);
    let files = Recorded {
        files,
        hashes: RefCell::default(),
        base: directory.unwrap_or_default().to_owned(),
    };
    let loaded = read(&files);
    let warnings = Mistakes {
        sources: loaded.sources,
        diagnostics: loaded.diagnostics,
    };
    match loaded.value {
        Some(value) => Ok(Checked {
            value,
            warnings,
            files: files.hashes.into_inner().into_values().collect(),
        }),
        None => Err(Box::new(warnings)),
    }
}

/// The path that leads from a directory to a file: results are the same wherever a study is called from.
fn relative(base: &str, path: &str) -> String {
    let parts = |text: &str| -> Vec<String> {
        let parts = text
            .split('/')
            .filter(|part| !part.is_empty() && *part != ".");
        parts.map(str::to_owned).collect()
    };
    if path.starts_with('/') != base.starts_with('/') {
        return path.to_owned();
    }
    let (base, path) = (parts(base), parts(path));
    let common = base.iter().zip(&path).take_while(|(a, b)| a == b).count();
    if base[common..].iter().any(|part| part == "..") {
        return path.join("/");
    }
    let up = base[common..].iter().map(|_| "..");
    let down = path[common..].iter().map(String::as_str);
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_from_the_study() {
        for (base, path, expected) in [
            ("models", "models/a.ron", "a.ron"),
            ("models", "rules/a.ron", "../rules/a.ron"),
            ("", "a.ron", "a.ron"),
            ("../x/models", "../x/rules/a.ron", "../rules/a.ron"),
            ("/home/me/models", "/home/me/data/a.csv", "../data/a.csv"),
            ("models", "/data/a.csv", "/data/a.csv"),
            ("../models", "data/a.csv", "data/a.csv"),
        ] {
            assert_eq!(relative(base, path), expected, "{path} from {base}");
        }
    }
}
