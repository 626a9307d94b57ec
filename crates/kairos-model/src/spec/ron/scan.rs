//! The scanner: RON text to values.

use super::{Item, Kind, MAX_DEPTH, Value};
use crate::{
    diagnostic::Diagnostic,
    source::{FileId, Span, Spanned},
};

/// The first mistake that reading cannot go on from.
pub(super) type Scanned<T> = Result<T, Box<Diagnostic>>;

/// Reads a whole file. Without a value the diagnostics say why.
pub(in crate::spec) fn scan(file: FileId, text: &str) -> (Option<Value>, Vec<Diagnostic>) {
    let mut scanner = Scanner::new(file, text);
    match scanner.document() {
        Ok(value) => (Some(value), scanner.mistakes),
        Err(fatal) => {
            scanner.mistakes.push(*fatal);
            (None, scanner.mistakes)
        }
    }
}

/// The word that a file starts with, behind comments and attributes.
pub(in crate::spec) fn start_word(text: &str) -> Option<&str> {
    let mut scanner = Scanner::new(FileId(0), text);
    scanner.attributes().ok()?;
    let start = scanner.at;
    scanner.identifier().map(|_| &text[start..scanner.at])
}

pub(super) struct Scanner<'a> {
    file: FileId,
    text: &'a str,
    pub(super) at: usize,
    depth: usize,
    mistakes: Vec<Diagnostic>,
}

impl<'a> Scanner<'a> {
    fn new(file: FileId, text: &'a str) -> Self {
        Scanner {
            file,
            text,
            at: 0,
            depth: 0,
            mistakes: Vec::new(),
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn first(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn span_from(&self, start: usize) -> Span {
        let place = |byte| u32::try_from(byte).expect("files are limited to 256 MiB");
        Span {
            file: self.file,
            start: place(start),
            end: place(self.at),
        }
    }

    /// The place of the next character.
    fn span_here(&self) -> Span {
        let mut span = self.span_from(self.at);
        span.end += self
            .first()
            .map_or(0, |c| u32::try_from(c.len_utf8()).expect("at most 4"));
        span
    }

    pub(super) fn fatal<T>(
        &self,
        span: Span,
        code: &'static str,
        message: impl Into<String>,
    ) -> Scanned<T> {
        Err(Box::new(Diagnostic::error(code, span, message)))
    }

    pub(super) fn mistake(&mut self, mistake: Diagnostic) {
        self.mistakes.push(mistake);
    }

    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let there = self.rest().starts_with(symbol);
        if there {
            self.at += symbol.len();
        }
        there
    }

    pub(super) fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn document(&mut self) -> Scanned<Value> {
        self.attributes()?;
        if self.rest().is_empty() {
            return self.fatal(self.span_here(), "empty-file", "the file is empty");
        }
        let value = self.value()?;
        self.space()?;
        if !self.rest().is_empty() {
            return self.fatal(
                self.span_here(),
                "ron-syntax",
                "the file goes on after its end",
            );
        }
        Ok(value)
    }

    /// Space, comments and `#![enable(…)]`, whose extensions are on anyway.
    fn attributes(&mut self) -> Scanned<()> {
        self.space()?;
        while self.rest().starts_with('#') {
            let start = self.at;
            let length = self.rest().find(']').map_or(1, |end| end + 1);
            self.at += length;
            if !self.text[start..self.at].starts_with("#![") {
                return self.fatal(
                    self.span_from(start),
                    "ron-syntax",
                    "expected an attribute like `#![enable(implicit_some)]`",
                );
            }
            self.space()?;
        }
        Ok(())
    }

    /// Space and comments.
    fn space(&mut self) -> Scanned<()> {
        loop {
            self.take_while(|c| c.is_whitespace() || matches!(c, '\u{200E}' | '\u{200F}'));
            let start = self.at;
            if self.take("//") {
                self.take_while(|c| c != '\n');
            } else if self.take("/*") {
                self.block_comment(start)?;
            } else {
                return Ok(());
            }
        }
    }

    fn block_comment(&mut self, start: usize) -> Scanned<()> {
        let opening = self.span_from(start);
        let mut open = 1;
        while open > 0 {
            self.take_while(|c| !matches!(c, '/' | '*'));
            if self.take("/*") {
                open += 1;
            } else if self.take("*/") {
                open -= 1;
            } else if !self.take("/") && !self.take("*") {
                return self.fatal(opening, "ron-syntax", "this comment is never closed");
            }
        }
        Ok(())
    }

    fn identifier(&mut self) -> Option<Spanned<String>> {
        let start = self.at;
        if !self
            .first()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        {
            return None;
        }
        let value = self
            .take_while(|c| c.is_ascii_alphanumeric() || c == '_')
            .to_owned();
        Some(Spanned {
            value,
            span: self.span_from(start),
        })
    }

    fn value(&mut self) -> Scanned<Value> {
        if self.depth == MAX_DEPTH {
            let message = format!("brackets nested too deeply: more than {MAX_DEPTH} levels");
            return self.fatal(self.span_here(), "too-deep", message);
        }
        self.depth += 1;
        self.space()?;
        let start = self.at;
        let kind = self.kind(start);
        self.depth -= 1;
        Ok(Value {
            kind: kind?,
            span: self.span_from(start),
        })
    }

    fn kind(&mut self, start: usize) -> Scanned<Kind> {
        let rest = self.rest();
        match self.first() {
            Some('(') => self.group(None),
            Some('[') => Ok(Kind::List(self.sequence("[", "]", Self::value)?)),
            Some('{') => Ok(Kind::Map(self.sequence("{", "}", Self::entry)?)),
            Some('"') => self.escaped_string(start).map(Kind::Text),
            Some('r') if rest.starts_with("r\"") || rest.starts_with("r#") => {
                self.raw_string(start).map(Kind::Text)
            }
            Some('\'') => self.character(start),
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => Ok(self.number(start)),
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.identifier().expect("starts with a letter");
                self.named(name)
            }
            Some(c) if "‘’‚“”„«»".contains(c) => self.fatal(
                self.span_here(),
                "ron-syntax",
                format!("a typographic quote, `{c}`: write `\"`"),
            ),
            Some(c) => {
                let message = format!("expected a value, found `{}`", c.escape_debug());
                self.fatal(self.span_here(), "ron-syntax", message)
            }
            None => self.fatal(
                self.span_here(),
                "ron-syntax",
                "expected a value, found the end of the file",
            ),
        }
    }

    /// A value that starts with a word.
    fn named(&mut self, name: Spanned<String>) -> Scanned<Kind> {
        match name.value.as_str() {
            "true" => return Ok(Kind::Bool(true)),
            "false" => return Ok(Kind::Bool(false)),
            "inf" | "NaN" => return Ok(self.not_finite(name.span)),
            _ => {}
        }
        let end = self.at;
        self.space()?;
        if self.rest().starts_with('(') {
            return self.group(Some(name));
        }
        self.at = end;
        Ok(Kind::Group {
            name: Some(name),
            items: None,
        })
    }

    fn group(&mut self, name: Option<Spanned<String>>) -> Scanned<Kind> {
        let mut items = self.sequence("(", ")", Self::item)?;
        let is_some = name.as_ref().is_some_and(|n| n.value == "Some");
        match items.pop() {
            // An optional value needs no `Some`, but may have it.
            Some(Item { name: None, value }) if is_some && items.is_empty() => Ok(value.kind),
            last => {
                items.extend(last);
                Ok(Kind::Group {
                    name,
                    items: Some(items),
                })
            }
        }
    }

    fn item(&mut self) -> Scanned<Item> {
        self.space()?;
        let start = self.at;
        if let Some(name) = self.identifier() {
            self.space()?;
            if self.take(":") {
                let value = self.value()?;
                return Ok(Item {
                    name: Some(name),
                    value,
                });
            }
        }
        self.at = start;
        let value = self.value()?;
        Ok(Item { name: None, value })
    }

    fn entry(&mut self) -> Scanned<(Value, Value)> {
        let key = self.value()?;
        self.space()?;
        if !self.take(":") {
            return self.fatal(
                self.span_here(),
                "ron-syntax",
                "expected `:` and a value behind this key of a map",
            );
        }
        Ok((key, self.value()?))
    }

    /// Parts between brackets, separated by commas. A missing comma is reported, and reading goes on.
    fn sequence<T>(
        &mut self,
        open: &str,
        close: &str,
        part: fn(&mut Self) -> Scanned<T>,
    ) -> Scanned<Vec<T>> {
        let start = self.at;
        self.take(open);
        let opening = self.span_from(start);
        let mut parts = Vec::new();
        loop {
            self.space()?;
            if self.take(close) {
                return Ok(parts);
            }
            match self.first() {
                None => {
                    return self.fatal(
                        opening,
                        "unbalanced-bracket",
                        format!("this `{open}` is never closed"),
                    );
                }
                Some(c @ (')' | ']' | '}')) => {
                    let mistake = Diagnostic::error(
                        "unbalanced-bracket",
                        self.span_here(),
                        format!("expected `{close}`, found `{c}`"),
                    )
                    .related(opening, format!("this `{open}` is still open"));
                    return Err(Box::new(mistake));
                }
                Some(_) => parts.push(part(self)?),
            }
            let end = self.at;
            self.space()?;
            let ends = self.first().is_none_or(|c| matches!(c, ')' | ']' | '}'));
            if !self.take(",") && !ends {
                self.missing_comma(end)?;
            }
        }
    }

    /// Says so where a value follows another one; anything else cannot be read at all.
    fn missing_comma(&mut self, end: usize) -> Scanned<()> {
        let starts_value = |c: char| c.is_ascii_alphanumeric() || "_\"'([{+-.".contains(c);
        if !self.first().is_some_and(starts_value) || end == self.at {
            let found = self
                .first()
                .map_or(String::new(), |c| format!(", found `{}`", c.escape_debug()));
            let message = format!("expected a comma or a closing bracket{found}");
            let mistake = Diagnostic::error("ron-syntax", self.span_here(), message);
            return Err(Box::new(match self.string_before(end) {
                Some(begins) => mistake
                    .related(begins, "here begins the string that ends just before")
                    .help("a quotation mark inside of a string is written `\\\"`"),
                None => mistake,
            }));
        }
        let here = self.span_here();
        let last = self.text[..end]
            .chars()
            .next_back()
            .map_or(0, char::len_utf8);
        let mut before = self.span_from(end - last);
        before.end = u32::try_from(end).expect("files are limited to 256 MiB");
        self.mistake(
            Diagnostic::error("missing-comma", before, "a comma is missing")
                .label("write `,` behind this")
                .related(here, "the next value starts here"),
        );
        Ok(())
    }

    /// The opening quotation mark of a string that ends where the text is.
    fn string_before(&self, end: usize) -> Option<Span> {
        let inside = self.text[..end]
            .strip_suffix('"')
            .filter(|_| end == self.at)?;
        let marks = inside.rmatch_indices('"').map(|(at, _)| at);
        let begins = marks
            .into_iter()
            .find(|&at| !inside[..at].ends_with('\\'))?;
        let mut span = self.span_from(begins);
        span.end = span.start + 1;
        Some(span)
    }
}
