//! Diagnostics as text for people, and as plain data for tools.

use std::collections::BTreeMap;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::{
    diagnostic::{Diagnostic, Severity},
    source::{FileId, Sources, Span},
};

/// Whether text is coloured by ANSI escapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// No escapes.
    Never,
    /// Escapes for terminals.
    Always,
}

/// The width, in columns, that lines are cut to where no other is known.
pub const WIDTH: usize = 140;

/// Diagnostics in the order of their places, each with its lines underlined, a blank line behind each.
#[must_use]
pub fn render(sources: &Sources, diagnostics: &[Diagnostic], colour: Colour) -> String {
    render_in(sources, diagnostics, colour, WIDTH)
}

/// The same for a screen of so many columns: long lines of the files are cut around what is underlined.
#[must_use]
pub fn render_in(
    sources: &Sources,
    diagnostics: &[Diagnostic],
    colour: Colour,
    width: usize,
) -> String {
    let renderer = match colour {
        Colour::Never => Renderer::plain(),
        Colour::Always => Renderer::styled(),
    };
    let renderer = renderer.term_width(width);
    let mut out = String::new();
    for diagnostic in sorted(diagnostics) {
        out += &renderer.render(&[group(sources, diagnostic)]);
        out += "\n\n";
    }
    out
}

/// By place, those without one first; equal places keep their order.
fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|d| d.span);
    sorted
}

fn group<'a>(sources: &'a Sources, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(&diagnostic.message).id(diagnostic.code));
    let primary = diagnostic
        .span
        .map(|s| (s, AnnotationKind::Primary, &diagnostic.label));
    let related = diagnostic
        .related
        .iter()
        .map(|(s, label)| (*s, AnnotationKind::Context, label));
    let places: Vec<_> = primary.into_iter().chain(related).collect();
    for (position, (span, ..)) in places.iter().enumerate() {
        // One snippet for each file, where it is mentioned first.
        if places[..position].iter().all(|(s, ..)| s.file != span.file) {
            let here = places.iter().filter(|(s, ..)| s.file == span.file);
            group = group.element(snippet(
                sources,
                span.file,
                &here.copied().collect::<Vec<_>>(),
            ));
        }
    }
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(help)),
        None => group,
    }
}

/// The lines of a file that some places cover, with the places underlined.
fn snippet<'a>(
    sources: &'a Sources,
    file: FileId,
    places: &[(Span, AnnotationKind, &'a String)],
) -> Snippet<'a, Annotation<'a>> {
    let file = sources.file(file);
    let first = places
        .iter()
        .map(|(s, ..)| s.range().start)
        .min()
        .unwrap_or(0);
    let last = places
        .iter()
        .map(|(s, ..)| s.range().end)
        .max()
        .unwrap_or(0);
    let start = file.text[..first]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    // With its line break, so that a carriage return before it is not shown.
    let end = file.text[last..]
        .find('\n')
        .map_or(file.text.len(), |length| last + length + 1);
    let line = 1 + file.text[..start].matches('\n').count();
    let annotations = places.iter().map(|(span, kind, label)| {
        let range = span.range();
        let annotation = kind.span(range.start - start..range.end - start);
        if label.is_empty() {
            annotation
        } else {
            annotation.label(label.as_str())
        }
    });
    Snippet::source(&file.text[start..end])
        .line_start(line)
        .path(&file.path)
        .annotations(annotations)
}

/// A diagnostic without references, for JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlainDiagnostic {
    /// `"error"` or `"warning"`.
    pub severity: &'static str,
    /// The short stable name.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Where; absent where no file could be read.
    pub place: Option<PlainPlace>,
    /// Words under the underlined text; may be empty.
    pub label: String,
    /// Other places that matter.
    pub related: Vec<PlainRelated>,
    /// What to do.
    pub help: Option<String>,
}

/// A place in a file. Lines and columns count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlainPlace {
    /// Path of the file.
    pub file: String,
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column behind the last character.
    pub end_column: usize,
}

/// Another place that matters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PlainRelated {
    /// Where.
    pub place: PlainPlace,
    /// What is there.
    pub label: String,
}

/// Diagnostics in the order of their places, as plain data.
#[must_use]
pub fn plain(sources: &Sources, diagnostics: &[Diagnostic]) -> Vec<PlainDiagnostic> {
    let mut lines = Lines {
        sources,
        starts: BTreeMap::new(),
    };
    let plain = |d: &Diagnostic| PlainDiagnostic {
        severity: match d.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        code: d.code,
        message: d.message.clone(),
        place: d.span.map(|s| lines.place(s)),
        label: d.label.clone(),
        related: d
            .related
            .iter()
            .map(|(s, label)| lines.related(*s, label))
            .collect(),
        help: d.help.clone(),
    };
    sorted(diagnostics).into_iter().map(plain).collect()
}

/// Where lines start, for files that were asked for.
struct Lines<'a> {
    sources: &'a Sources,
    starts: BTreeMap<FileId, Vec<usize>>,
}

impl Lines<'_> {
    fn place(&mut self, span: Span) -> PlainPlace {
        let file = self.sources.file(span.file);
        let starts = self.starts.entry(span.file).or_insert_with(|| {
            let breaks = file.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let position = |byte: usize| {
            let line = starts.partition_point(|start| *start <= byte);
            let column = file.text[starts[line - 1]..byte].chars().count() + 1;
            (line, column)
        };
        let (line, column) = position(span.range().start);
        let (end_line, end_column) = position(span.range().end);
        PlainPlace {
            file: file.path.clone(),
            line,
            column,
            end_line,
            end_column,
        }
    }

    fn related(&mut self, span: Span, label: &str) -> PlainRelated {
        PlainRelated {
            place: self.place(span),
            label: label.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn sources(files: &[(&str, &str)]) -> Sources {
        let mut sources = Sources::default();
        for (path, text) in files {
            sources.add((*path).to_owned(), (*text).to_owned());
        }
        sources
    }

    /// The place of a text that stands in a file once.
    fn find(sources: &Sources, file: u32, text: &str) -> Span {
        let start = sources.file(FileId(file)).text.find(text).unwrap();
        let place = |byte| u32::try_from(byte).unwrap();
        Span {
            file: FileId(file),
            start: place(start),
            end: place(start + text.len()),
        }
    }

    fn check(sources: &Sources, diagnostics: &[Diagnostic], expected: &Expect) {
        expected.assert_eq(&render(sources, diagnostics, Colour::Never));
    }

    #[test]
    fn places_in_two_files_sorted() {
        let s = sources(&[
            ("rules/a.ron", "RuleSet(\r\n\t\"é\": (m: \"(n:SM)\"),\r\n)"),
            ("models/b.ron", "Model(rules: \"a.ron\")"),
        ]);
        let diagnostics = [
            Diagnostic::error("two", find(&s, 1, "\"a.ron\""), "named here")
                .related(find(&s, 0, "RuleSet"), "and this is it"),
            Diagnostic::error("one", find(&s, 0, "SM"), "unknown node type `SM`")
                .label("no such type")
                .help("did you mean `SN`?"),
            Diagnostic::warning("all", find(&s, 0, "(\r\n\t\"é\""), "over two lines"),
            Diagnostic::error_at("unreadable-file", "cannot read `c.ron`", None),
        ];
        check(
            &s,
            &diagnostics,
            &expect![[r#"
                error[unreadable-file]: cannot read `c.ron`

                warning[all]: over two lines
                 --> rules/a.ron:1:8
                  |
                1 |   RuleSet(
                  |  ________^
                2 | |     "é": (m: "(n:SM)"),
                  | |_______^

                error[one]: unknown node type `SM`
                 --> rules/a.ron:2:15
                  |
                2 |     "é": (m: "(n:SM)"),
                  |                  ^^ no such type
                  |
                  = help: did you mean `SN`?

                error[two]: named here
                 --> models/b.ron:1:14
                  |
                1 | Model(rules: "a.ron")
                  |              ^^^^^^^
                  |
                 ::: rules/a.ron:1:1
                  |
                1 | RuleSet(
                  | ------- and this is it

            "#]],
        );
        let plain = plain(&s, &diagnostics);
        let place = plain[2].place.as_ref().unwrap();
        assert_eq!(
            (place.line, place.column, place.end_line, place.end_column),
            (2, 15, 2, 17)
        );
        assert_eq!(plain[3].related[0].place.file, "rules/a.ron");
    }

    #[test]
    fn long_lines_are_cut_and_ends_are_shown() {
        let line = format!("{}wrong{}", "a ".repeat(200), " b".repeat(200));
        let s = sources(&[("long.ron", &line), ("short.ron", "Model(\n")]);
        let end = Span {
            file: FileId(1),
            start: 7,
            end: 7,
        };
        let diagnostics = [
            Diagnostic::error("here", find(&s, 0, "wrong"), "in the middle"),
            Diagnostic::error("end", end, "at the end"),
        ];
        check(
            &s,
            &diagnostics,
            &expect![[r#"
            error[here]: in the middle
             --> long.ron:1:401
              |
            1 | ...a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a wrong b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b b ...
              |                                                                  ^^^^^

            error[end]: at the end
             --> short.ron:2:1
              |
            2 |
              | ^

        "#]],
        );
    }

    #[test]
    fn colour_adds_escapes_only() {
        let s = sources(&[("a.ron", "Model()")]);
        let diagnostics = [Diagnostic::error("here", find(&s, 0, "Model"), "coloured")];
        let coloured = render(&s, &diagnostics, Colour::Always);
        assert!(coloured.contains('\u{1b}'));
        let plain: String = coloured
            .split('\u{1b}')
            .map(|part| {
                part.split_once('m')
                    .filter(|(codes, _)| codes.starts_with('['))
                    .map_or(part, |(_, rest)| rest)
            })
            .collect();
        assert_eq!(plain, render(&s, &diagnostics, Colour::Never));
    }
}
