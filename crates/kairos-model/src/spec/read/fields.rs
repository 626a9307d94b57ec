//! Fields and arguments in parentheses.

use super::{ReadValue, Reader, did_you_mean};
use crate::{
    source::Span,
    spec::ron::{Item, Kind, Value},
};

/// What stands in parentheses. Each field is asked for once, by `optional`, `required` or `argument`; [`Fields::finish`] reports what nobody asked for.
pub(super) struct Fields<'r, 'v> {
    pub(super) reader: &'r mut Reader,
    items: &'v [Item],
    taken: Vec<bool>,
    known: Vec<&'static str>,
    /// Where a missing field is reported.
    head: Span,
    what: &'static str,
}

impl<'r, 'v> Fields<'r, 'v> {
    pub(super) fn new(
        reader: &'r mut Reader,
        items: &'v [Item],
        head: Span,
        what: &'static str,
    ) -> Self {
        Fields {
            reader,
            items,
            taken: vec![false; items.len()],
            known: Vec::new(),
            head,
            what,
        }
    }

    /// A field that may be absent (or `None`).
    pub(super) fn optional<T>(&mut self, name: &'static str, read: ReadValue<T>) -> Option<T> {
        self.named(name).and_then(|value| read(self.reader, value))
    }

    /// A field that must be there: its absence is reported.
    pub(super) fn required<T>(&mut self, name: &'static str, read: ReadValue<T>) -> Option<T> {
        let value = self.named(name);
        self.present(name, value)
            .and_then(|value| read(self.reader, value))
    }

    /// The next unnamed argument, which may also be given by its name.
    pub(super) fn argument<T>(&mut self, name: &'static str, read: ReadValue<T>) -> Option<T> {
        let value = self.named_or_next(name);
        self.present(name, value)
            .and_then(|value| read(self.reader, value))
    }

    /// An [`Fields::argument`] that may be absent.
    pub(super) fn optional_argument<T>(
        &mut self,
        name: &'static str,
        read: ReadValue<T>,
    ) -> Option<T> {
        self.named_or_next(name)
            .and_then(|value| read(self.reader, value))
    }

    /// Whether a field is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.items
            .iter()
            .any(|i| i.name.as_ref().is_some_and(|n| n.value == name))
    }

    fn present(&mut self, name: &str, value: Option<&'v Value>) -> Option<&'v Value> {
        if value.is_none() {
            let message = format!("{} needs `{name}`", self.what);
            self.reader.error("missing-field", self.head, message).label =
                format!("`{name}` is missing");
        }
        value
    }

    fn named_or_next(&mut self, name: &'static str) -> Option<&'v Value> {
        if let Some(value) = self.named(name) {
            return Some(value);
        }
        let next =
            (0..self.items.len()).find(|&i| self.items[i].name.is_none() && !self.taken[i])?;
        self.taken[next] = true;
        Some(&self.items[next].value)
    }

    fn named(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        let mut first: Option<(Span, &'v Value)> = None;
        for (item, taken) in self.items.iter().zip(&mut self.taken) {
            let Some(own) = item.name.as_ref().filter(|n| n.value == name) else {
                continue;
            };
            *taken = true;
            match first {
                None => first = Some((own.span, &item.value)),
                Some((earlier, _)) => {
                    let message = format!("`{name}` is given twice");
                    self.reader
                        .error("duplicate-field", own.span, message)
                        .related = vec![(earlier, "first given here".to_owned())];
                }
            }
        }
        first
            .map(|(_, value)| value)
            .filter(|v| v.word().is_none_or(|w| w.value != "None"))
    }

    /// Reports what nobody asked for.
    pub(super) fn finish(self) {
        for (item, _) in self
            .items
            .iter()
            .zip(&self.taken)
            .filter(|(_, taken)| !**taken)
        {
            match &item.name {
                Some(name) => {
                    let message = format!("{} has no `{}`", self.what, name.value);
                    let help = did_you_mean(&name.value, &self.known);
                    self.reader.error("unknown-field", name.span, message).help = Some(help);
                }
                None if matches!(item.value.kind, Kind::Invalid) => {}
                None => {
                    let message = format!("{} takes no further unnamed value", self.what);
                    self.reader
                        .error("unknown-field", item.value.span, message)
                        .label = "write `name: value`".to_owned();
                }
            }
        }
    }
}
