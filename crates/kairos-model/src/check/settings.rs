//! What a study says of its models besides parameters, in the words of the files: what scenarios are about.

use std::collections::BTreeSet;

use super::{changes::Changes, load::Loader, vary::as_written};
use crate::{
    source::Span,
    spec::{ModelSpec, StudySpec},
};

/// What the study or any of its scenarios changes.
pub(super) struct Settings<'s> {
    rules: bool,
    timers: BTreeSet<&'s str>,
    start: bool,
    horizon: bool,
}

impl<'s> Settings<'s> {
    /// A horizon that is that of all scenarios stands elsewhere.
    pub(super) fn of(study: &'s StudySpec) -> Self {
        let scenarios = study.scenarios.iter().map(|(_, scenario)| scenario);
        let layers = scenarios.clone().chain([&study.common]);
        let timers = layers.clone().flat_map(|c| &c.timers);
        Settings {
            rules: layers.clone().any(|c| c.rules.is_some()),
            timers: timers.map(|(name, _)| name.value.as_str()).collect(),
            start: layers.clone().any(|c| c.start.is_some()),
            horizon: scenarios.clone().any(|c| c.horizon.is_some()),
        }
    }

    /// Names and texts for one scenario; the names are those of all.
    pub(super) fn texts(
        &self,
        loader: &Loader<'_>,
        model: &ModelSpec,
        changes: Changes<'_>,
    ) -> Vec<(String, String)> {
        let text = |span: Span| one_line(&loader.text(span));
        let mut settings = Vec::new();
        if self.rules {
            settings.push(("rules".to_owned(), changes.rules(model).value.clone()));
        }
        let in_effect = changes.timers(model);
        for name in &self.timers {
            let timer = in_effect.iter().find(|(n, _)| n.value == *name);
            let timer = timer.map_or_else(String::new, |(_, spec)| text(spec.span));
            settings.push((format!("timer of {name}"), timer));
        }
        if self.start {
            let start = changes.last(|c| c.start.as_ref());
            let start = start.map_or_else(|| "as in the model".to_owned(), |s| text(s.span));
            settings.push(("start".to_owned(), start));
        }
        if self.horizon {
            let horizon = changes.horizon(model).map(as_written);
            settings.push(("horizon".to_owned(), horizon.unwrap_or_default()));
        }
        settings
    }
}

/// Without what only lays a text out on several lines.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
