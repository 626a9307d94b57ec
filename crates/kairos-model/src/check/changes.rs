//! What is changed in a model: by a study, a scenario, a point of `vary`, and the command line.

use super::{Overrides, load::Loader, parameters::Layer, timer::TimerEntry};
use crate::{
    source::{FileId, Span},
    spec::{ChangesSpec, ModelSpec, NumberOrText, StartSpec, Text},
};

/// What a study changes in a model.
#[derive(Clone, Copy, Default)]
pub(super) struct Changes<'s> {
    /// What the study changes, then what the scenario does: the last that says something counts.
    pub(super) layers: &'s [&'s ChangesSpec],
    /// A point of `vary`.
    pub(super) point: &'s [(&'s Text, &'s NumberOrText)],
    /// What the study says of the warm-up; a scenario cannot.
    pub(super) warm_up: Option<&'s NumberOrText>,
}

impl<'s> Changes<'s> {
    /// What the last layer says that says something.
    pub(super) fn last<T: ?Sized>(
        self,
        said: impl Fn(&'s ChangesSpec) -> Option<&'s T>,
    ) -> Option<&'s T> {
        self.layers.iter().rev().find_map(|layer| said(layer))
    }

    pub(super) fn rules(self, spec: &'s ModelSpec) -> &'s Text {
        self.last(|c| c.rules.as_ref()).unwrap_or(&spec.rules)
    }

    pub(super) fn start(self, spec: &'s ModelSpec) -> &'s [StartSpec] {
        self.last(|c| c.start.as_ref())
            .map_or(&spec.start, |start| &start.value)
    }

    /// The timers of a model, those of later layers in place of earlier ones.
    pub(super) fn timers(self, spec: &'s ModelSpec) -> Vec<TimerEntry<'s>> {
        let mut timers: Vec<TimerEntry<'s>> = Vec::new();
        for layer in [&spec.timers]
            .into_iter()
            .chain(self.layers.iter().map(|c| &c.timers))
        {
            timers.retain(|(name, _)| !layer.iter().any(|(n, _)| n.value == name.value));
            timers.extend(layer.iter().map(|(n, t)| (n, t)));
        }
        timers
    }

    pub(super) fn horizon(self, spec: &'s ModelSpec) -> Option<&'s NumberOrText> {
        self.last(|c| c.horizon.as_ref()).or(spec.horizon.as_ref())
    }

    pub(super) fn warm_up(self, spec: &'s ModelSpec) -> Option<&'s NumberOrText> {
        self.warm_up.or(spec.warm_up.as_ref())
    }
}

/// Parameters from the command line, as if they stood in a file of their own.
pub(super) struct CommandLine {
    entries: Vec<(Text, NumberOrText)>,
}

impl CommandLine {
    pub(super) fn read(loader: &Loader<'_>, overrides: &Overrides) -> Self {
        let entries = overrides.parameters.iter().map(|(name, value)| {
            let file = loader.add("--set".to_owned(), format!("{name}={value}"));
            (
                text(file, 0, name),
                NumberOrText::Text(text(file, name.len() + 1, value)),
            )
        });
        CommandLine {
            entries: entries.collect(),
        }
    }

    /// The names that are set.
    pub(super) fn names(&self) -> impl Iterator<Item = &Text> {
        self.entries.iter().map(|(name, _)| name)
    }

    pub(super) fn layer(&self) -> Layer<'_> {
        Layer {
            entries: self.entries.iter().map(|(n, v)| (n, v)).collect(),
            declares: false,
        }
    }
}

/// A text that stands verbatim in a file.
fn text(file: FileId, start: usize, value: &str) -> Text {
    let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Text {
        value: value.to_owned(),
        span: Span {
            file,
            start: place(start),
            end: place(start + value.len()),
        },
        offsets: Vec::new(),
        verbatim_start: place(start),
    }
}
