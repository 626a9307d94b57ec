//! Readers: RON values to specs. A mistake is noted and reading goes on, so that one mistake hides no other.

mod fields;
mod model;
mod rule_set;
mod study;

use std::collections::BTreeMap;

use self::fields::Fields;
use super::{
    Entries, ModelSpec, NumberOrText, RuleSetSpec, StudySpec, Text,
    ron::{Kind, Value, scan, start_word},
};
use crate::{
    diagnostic::{Diagnostic, suggest},
    source::{FileId, Sources, Span, Spanned},
};

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// `RuleSet(…)`.
    RuleSet,
    /// `Model(…)`.
    Model,
    /// `Study(…)`.
    Study,
}

impl FileKind {
    const ALL: [FileKind; 3] = [FileKind::RuleSet, FileKind::Model, FileKind::Study];

    /// What a text starts with, comments aside.
    #[must_use]
    pub fn of(text: &str) -> Option<FileKind> {
        let word = start_word(text)?;
        FileKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The word that such a file starts with.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            FileKind::RuleSet => "RuleSet",
            FileKind::Model => "Model",
            FileKind::Study => "Study",
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            FileKind::RuleSet => "a rule set",
            FileKind::Model => "a model",
            FileKind::Study => "a study",
        }
    }
}

/// What was read of a file, and every mistake in its outline.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// All that could be read; nothing where not even the file's outline could. Entries with mistakes are left out and listed as `unreadable`.
    pub value: Option<T>,
    /// The mistakes, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `RuleSet(…)`.
#[must_use]
pub fn read_rule_set(sources: &Sources, file: FileId) -> Read<RuleSetSpec> {
    read_file(sources, file, FileKind::RuleSet, rule_set::rule_set)
}

/// Reads `Model(…)`.
#[must_use]
pub fn read_model(sources: &Sources, file: FileId) -> Read<ModelSpec> {
    read_file(sources, file, FileKind::Model, model::model)
}

/// Reads `Study(…)`.
#[must_use]
pub fn read_study(sources: &Sources, file: FileId) -> Read<StudySpec> {
    read_file(sources, file, FileKind::Study, study::study)
}

fn read_file<T>(
    sources: &Sources,
    file: FileId,
    kind: FileKind,
    read: fn(&mut Reader, FileId, &Value) -> Option<T>,
) -> Read<T> {
    let (value, diagnostics) = scan(file, &sources.file(file).text);
    let mut reader = Reader {
        diagnostics,
        unreadable: Vec::new(),
    };
    let value = value.and_then(|v| {
        reader.file_is(kind, &v)?;
        read(&mut reader, file, &v)
    });
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|d| d.span);
    Read { value, diagnostics }
}

/// Reads a value of some type, or notes what is wrong with it.
type ReadValue<T> = fn(&mut Reader, &Value) -> Option<T>;

/// Collects mistakes.
struct Reader {
    diagnostics: Vec<Diagnostic>,
    unreadable: Vec<Text>,
}

impl Reader {
    fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        self.diagnostics
            .push(Diagnostic::error(code, span, message));
        self.diagnostics.last_mut().expect("just pushed")
    }

    /// Notes that something else stands where `wanted` is expected.
    fn wrong_kind<T>(&mut self, value: &Value, wanted: &str) -> Option<T> {
        if !matches!(value.kind, Kind::Invalid) {
            let message = format!("expected {wanted}, found {}", value.describe());
            self.error("wrong-kind", value.span, message).help = quotation_marks(value, wanted);
        }
        None
    }

    /// As [`Reader::wrong_kind`], with advice for an author who wrote a string.
    fn no_text<T>(
        &mut self,
        value: &Value,
        wanted: &str,
        help: impl FnOnce(&str) -> Option<String>,
    ) -> Option<T> {
        let nothing = self.wrong_kind(value, wanted);
        if let (Kind::Text(text), Some(mistake)) = (&value.kind, self.diagnostics.last_mut()) {
            mistake.help = help(&text.value).or(mistake.help.take());
        }
        nothing
    }

    fn file_is(&mut self, kind: FileKind, value: &Value) -> Option<()> {
        let name = match &value.kind {
            Kind::Group { name, .. } => name.as_ref(),
            _ => None,
        };
        if name.is_some_and(|n| n.value == kind.word()) {
            return Some(());
        }
        let other = name.and_then(|n| FileKind::ALL.into_iter().find(|k| k.word() == n.value));
        let message = match other {
            Some(other) => format!(
                "this is {}, but {} is expected here",
                other.in_words(),
                kind.in_words()
            ),
            None => format!(
                "this is not {}: it does not start with `{}(`",
                kind.in_words(),
                kind.word()
            ),
        };
        let mut start = value.span;
        start.end = name.map_or(start.end.min(start.start + 1), |n| n.span.end);
        let help = match (other, kind) {
            (Some(FileKind::Study), FileKind::Model) => Some("`kairos study` runs studies"),
            (Some(FileKind::Model), FileKind::Study) => Some("`kairos run` runs models"),
            _ => None,
        };
        let mistake = self.error("wrong-file-kind", start, message);
        mistake.label = format!("`{}(` is expected here", kind.word());
        mistake.help = help.map(str::to_owned);
        None
    }

    // Simple values.

    fn text(&mut self, value: &Value) -> Option<Text> {
        match &value.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => self.wrong_kind(value, "a string"),
        }
    }

    /// A list of strings.
    fn texts(&mut self, value: &Value) -> Option<Vec<Text>> {
        match &value.kind {
            Kind::List(_) => self.list(value, Reader::text),
            _ => self.wrong_kind(value, "a list of strings"),
        }
    }

    /// A list of strings, or a lone string for a list of one.
    fn one_or_more_texts(&mut self, value: &Value) -> Option<Vec<Text>> {
        match &value.kind {
            Kind::Text(text) => Some(vec![text.clone()]),
            Kind::List(_) => self.list(value, Reader::text),
            _ => self.wrong_kind(value, "a string or a list of strings"),
        }
    }

    fn bool(&mut self, value: &Value) -> Option<Spanned<bool>> {
        match value.kind {
            Kind::Bool(b) => Some(spanned(b, value)),
            _ => self.wrong_kind(value, "`true` or `false`"),
        }
    }

    fn integer(&mut self, value: &Value) -> Option<Spanned<i64>> {
        match value.kind {
            Kind::Int(n) => self.in_range(n, value).map(|n| spanned(n, value)),
            _ => self.wrong_kind(value, "an integer"),
        }
    }

    /// An integer of `T`'s range.
    fn in_range<T: TryFrom<i128>>(&mut self, n: i128, value: &Value) -> Option<T> {
        let converted = T::try_from(n).ok();
        if converted.is_none() {
            let message = if n < 0 {
                "the number is too small"
            } else {
                "the number is too great for a 64-bit integer"
            };
            self.error("number-out-of-range", value.span, message);
        }
        converted
    }

    fn real(&mut self, value: &Value) -> Option<Spanned<f64>> {
        match value.kind {
            Kind::Real(x) => Some(spanned(x, value)),
            Kind::Int(n) => self
                .in_range::<i64>(n, value)
                .map(|n| spanned(n as f64, value)),
            _ => self.wrong_kind(value, "a number"),
        }
    }

    fn seed(&mut self, value: &Value) -> Option<Spanned<u64>> {
        match value.kind {
            Kind::Int(n) => self.in_range(n, value).map(|n| spanned(n, value)),
            _ => self.wrong_kind(value, "an integer, not negative"),
        }
    }

    fn number_or_text(&mut self, value: &Value) -> Option<NumberOrText> {
        match &value.kind {
            Kind::Int(_) => self.integer(value).map(NumberOrText::Int),
            Kind::Real(_) => self.real(value).map(NumberOrText::Real),
            Kind::Bool(_) => self.bool(value).map(NumberOrText::Bool),
            Kind::Text(text) => Some(NumberOrText::Text(text.clone())),
            _ => self.wrong_kind(value, "a number or a string with an expression"),
        }
    }

    fn word(&mut self, value: &Value) -> Option<Spanned<String>> {
        match value.word() {
            Some(word) => Some(word.clone()),
            None => self.no_text(value, "a bare word", unquoted),
        }
    }

    // Collections.

    /// A list; items with mistakes are left out.
    fn list<T>(&mut self, value: &Value, item: ReadValue<T>) -> Option<Vec<T>> {
        match &value.kind {
            Kind::List(items) => Some(items.iter().filter_map(|v| item(self, v)).collect()),
            _ => self.wrong_kind(value, "a list"),
        }
    }

    /// A map of names, `{"a": 1}` or `(a: 1)`. Entries with mistakes are left out and listed as unreadable.
    fn entries<T>(&mut self, value: &Value, item: ReadValue<T>) -> Option<Entries<T>> {
        let mut seen = BTreeMap::new();
        let mut entries = Vec::new();
        for (key, value) in self.keyed(value)? {
            if let Some(&earlier) = seen.get(&key.value) {
                let message = format!("`{}` is given twice", key.value);
                let mistake = self.error("duplicate-key", key.span, message);
                mistake.label = "given again".to_owned();
                mistake.related = vec![(earlier, "first given here".to_owned())];
                continue;
            }
            seen.insert(key.value.clone(), key.span);
            let mistakes = self.diagnostics.len();
            match item(self, value) {
                Some(entry) if self.diagnostics.len() == mistakes => entries.push((key, entry)),
                _ => self.unreadable.push(key),
            }
        }
        Some(entries)
    }

    /// [`Reader::entries`] inside an entry, which is unreadable as a whole where one of them is.
    fn inner_entries<T>(&mut self, value: &Value, item: ReadValue<T>) -> Option<Entries<T>> {
        let outer = std::mem::take(&mut self.unreadable);
        let entries = self.entries(value, item);
        self.unreadable = outer;
        entries
    }

    /// The keys and values of a map.
    fn keyed<'v>(&mut self, value: &'v Value) -> Option<Vec<(Text, &'v Value)>> {
        match &value.kind {
            Kind::Map(pairs) => Some(
                pairs
                    .iter()
                    .filter_map(|(k, v)| Some((self.key(k)?, v)))
                    .collect(),
            ),
            Kind::Group {
                name: None,
                items: Some(items),
            } if items.iter().all(|i| i.name.is_some()) => {
                let keyed = items
                    .iter()
                    .filter_map(|i| Some((bare(i.name.as_ref()?), &i.value)));
                Some(keyed.collect())
            }
            _ => self.wrong_kind(value, "a map, `{\"name\": …}`"),
        }
    }

    fn key(&mut self, key: &Value) -> Option<Text> {
        let word = key.word().map(|w| w.value.clone());
        match &key.kind {
            Kind::Text(text) => Some(text.clone()),
            _ => {
                self.wrong_kind::<()>(key, "a name in double quotes");
                if let (Some(word), Some(mistake)) = (word, self.diagnostics.last_mut()) {
                    mistake.help = Some(format!("write `\"{word}\"`"));
                }
                None
            }
        }
    }

    /// The fields of `(…)` or `Name(…)`; `what` is what they belong to.
    fn fields<'r, 'v>(
        &'r mut self,
        value: &'v Value,
        what: &'static str,
    ) -> Option<Fields<'r, 'v>> {
        match &value.kind {
            Kind::Group { name, items } => {
                let items = items.as_deref().unwrap_or_default();
                let head = name.as_ref().map_or(value.span, |n| n.span);
                Some(Fields::new(self, items, head, what))
            }
            _ => self.wrong_kind(value, what),
        }
    }

    /// The fields of `(…)` without a name in front.
    fn plain_fields<'r, 'v>(
        &'r mut self,
        value: &'v Value,
        what: &'static str,
    ) -> Option<Fields<'r, 'v>> {
        match &value.kind {
            Kind::Group { name: None, .. } => self.fields(value, what),
            _ => self.wrong_kind(value, &format!("{what} in parentheses, `(…)`")),
        }
    }

    /// The name in front of the parentheses, one of `known`.
    fn variant<'v>(
        &mut self,
        value: &'v Value,
        what: &str,
        known: &[&'static str],
    ) -> Option<&'v Spanned<String>> {
        self.variant_or(value, what, known, None)
    }

    /// The same, where something without a name would do too.
    fn variant_or<'v>(
        &mut self,
        value: &'v Value,
        what: &str,
        known: &[&'static str],
        nameless: Option<&str>,
    ) -> Option<&'v Spanned<String>> {
        let Kind::Group {
            name: Some(name), ..
        } = &value.kind
        else {
            let wanted = format!("{what}: {}", alternatives(known));
            return self.no_text(value, &wanted, |text| {
                // A pattern without what is to be done with it, which is mostly the first.
                let is_pattern = text.starts_with('(');
                let with_kind = || format!("a pattern is written `{}({text:?})`", known[0]);
                is_pattern.then(with_kind).or_else(|| unquoted(text))
            });
        };
        if known.contains(&name.value.as_str()) {
            return Some(name);
        }
        let message = format!("`{}` is not {what}", name.value);
        let mut help = did_you_mean(&name.value, known);
        if let Some(nameless) = nameless {
            help += &format!(" (or {nameless})");
        }
        self.error("unknown-variant", name.span, message).help = Some(help);
        None
    }
}

fn spanned<T>(content: T, value: &Value) -> Spanned<T> {
    Spanned {
        value: content,
        span: value.span,
    }
}

/// Advice for an author who put into quotation marks what is a name of the language, with or without arguments.
fn unquoted(text: &str) -> Option<String> {
    let is_name = text.starts_with(char::is_uppercase);
    is_name.then(|| format!("without quotation marks: `{text}`"))
}

/// Advice where only quotation marks are missing, or are too many.
fn quotation_marks(value: &Value, wanted: &str) -> Option<String> {
    if let Some(word) = value.word() {
        let lower = word.value.to_lowercase();
        if ["true", "false"].contains(&lower.as_str()) {
            return Some(format!("write `{lower}`"));
        }
        let text = wanted.contains("string") && word.value != "None";
        return text.then(|| format!("in quotation marks: `\"{}\"`", word.value));
    }
    let Kind::Text(text) = &value.kind else {
        return None;
    };
    let is_plain = text.value.parse::<f64>().is_ok() || text.value.parse::<bool>().is_ok();
    is_plain.then(|| format!("without quotation marks: `{}`", text.value))
}

/// A bare word as a text.
fn bare(name: &Spanned<String>) -> Text {
    Text {
        value: name.value.clone(),
        span: name.span,
        offsets: Vec::new(),
        verbatim_start: name.span.start,
    }
}

/// `A, B or C`, in backquotes.
fn alternatives(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn did_you_mean(name: &str, known: &[&str]) -> String {
    match suggest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", alternatives(known).replace(" or ", " and ")),
    }
}
