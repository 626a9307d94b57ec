//! Literals: numbers, strings, characters.

use super::{
    Kind,
    scan::{Scanned, Scanner},
};
use crate::{diagnostic::Diagnostic, source::Span, spec::Text};

impl Scanner<'_> {
    /// A number. What is wrong with it is reported, and reading goes on.
    pub(super) fn number(&mut self, start: usize) -> Kind {
        let sign = if self.take("-") { "-" } else { "" };
        if sign.is_empty() {
            self.take("+");
        }
        if self.rest().starts_with("inf") || self.rest().starts_with("NaN") {
            self.take_while(|c| c.is_ascii_alphanumeric());
            return self.not_finite(self.span_from(start));
        }
        let digits = self.number_body().replace('_', "");
        let span = self.span_from(start);
        match parse_number(sign, &digits) {
            Some(Ok(kind)) => kind,
            Some(Err(message)) => {
                self.invalid(Diagnostic::error("number-out-of-range", span, message))
            }
            None => self.invalid(
                Diagnostic::error("bad-number", span, "this is not a number")
                    .help("write `12`, `0.5`, `1e-3`; longer formulas are strings: `\"2 * a\"`"),
            ),
        }
    }

    /// Digits with all that may stand among them, signs only behind an exponent.
    fn number_body(&mut self) -> &str {
        let rest = self.rest();
        let start = self.at;
        let hexadecimal = rest.starts_with("0x");
        // A second sign makes it no number, but belongs to the mistake.
        self.take_while(|c| matches!(c, '+' | '-'));
        loop {
            let run = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
            let exponent = !hexadecimal && run.ends_with(['e', 'E']);
            if !(exponent && (self.take("+") || self.take("-"))) {
                return &rest[..self.at - start];
            }
        }
    }

    pub(super) fn not_finite(&mut self, span: Span) -> Kind {
        self.invalid(Diagnostic::error(
            "number-not-finite",
            span,
            "all numbers are finite",
        ))
    }

    fn invalid(&mut self, mistake: Diagnostic) -> Kind {
        self.mistake(mistake);
        Kind::Invalid
    }

    /// `'x'`, which no field wants.
    pub(super) fn character(&mut self, start: usize) -> Scanned<Kind> {
        let line_end = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        let line = &self.rest()[1..line_end];
        self.at += line.find('\'').map_or(1, |closing| closing + 2);
        let mistake = Diagnostic::error(
            "single-quotes",
            self.span_from(start),
            "a string in single quotes",
        )
        .help("write double quotes: `\"…\"`");
        if line.contains('\'') {
            Ok(self.invalid(mistake))
        } else {
            Err(Box::new(mistake))
        }
    }

    /// `r"…"`, `r#"…"#`.
    pub(super) fn raw_string(&mut self, start: usize) -> Scanned<Text> {
        self.take("r");
        let hashes = self.take_while(|c| c == '#');
        if !self.take("\"") {
            return self.fatal(
                self.span_from(start),
                "ron-syntax",
                "expected `\"` of a raw string `r#\"…\"#`",
            );
        }
        let opening = self.span_from(start);
        let ending = format!("\"{hashes}");
        let rest = self.rest();
        let Some(length) = rest.find(&ending) else {
            return self.fatal(
                opening,
                "ron-syntax",
                format!("this string is never closed: `{ending}` is missing"),
            );
        };
        self.at += length + ending.len();
        Ok(Text {
            value: rest[..length].to_owned(),
            span: self.span_from(start),
            offsets: Vec::new(),
            verbatim_start: opening.end,
        })
    }

    /// `"…"` with escapes.
    pub(super) fn escaped_string(&mut self, start: usize) -> Scanned<Text> {
        self.take("\"");
        let opening = self.span_from(start);
        let mut value = self.take_while(|c| !matches!(c, '"' | '\\')).to_owned();
        let mut offsets = Vec::new();
        if self.rest().starts_with('\\') {
            offsets.extend((0u32..).take(value.len()).map(|byte| opening.end + byte));
        }
        while !self.take("\"") {
            let place = self.span_from(self.at).start;
            let Some(c) = self.string_part(opening)? else {
                continue;
            };
            value.push(c);
            offsets.extend(std::iter::repeat_n(place, c.len_utf8()));
        }
        if !offsets.is_empty() || self.at - start != value.len() + 2 {
            offsets.push(self.span_from(start).end - 1);
        }
        Ok(Text {
            value,
            span: self.span_from(start),
            offsets,
            verbatim_start: opening.end,
        })
    }

    /// A character or an escape; nothing for a line continued by `\`, or for an escape that was reported.
    fn string_part(&mut self, opening: Span) -> Scanned<Option<char>> {
        let start = self.at;
        let Some(first) = self.first() else {
            return self.fatal(opening, "ron-syntax", "this string is never closed");
        };
        self.at += first.len_utf8();
        if first != '\\' {
            return Ok(Some(first));
        }
        if self.take("\r\n") || self.take("\n") {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
            return Ok(None);
        }
        let escaped = self.escape();
        if escaped.is_none() {
            let mistake = Diagnostic::error(
                "bad-escape",
                self.span_from(start),
                "an unknown escape in a string",
            )
            .help("a backslash itself is written `\\\\`; a raw string, `r\"…\"`, has no escapes");
            self.mistake(mistake);
        }
        Ok(escaped)
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Option<char> {
        let c = self.first()?;
        let simple = match c {
            '\'' | '"' | '\\' => Some(c),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            '0' => Some('\0'),
            _ => None,
        };
        if simple.is_some() {
            self.at += 1;
            return simple;
        }
        if self.take("u{") {
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            let closed = self.take("}");
            let number = u32::from_str_radix(digits, 16)
                .ok()
                .filter(|_| closed && digits.len() <= 6);
            return number.and_then(char::from_u32);
        }
        if self.take("x") {
            let digits = self
                .rest()
                .get(..2)
                .filter(|d| d.chars().all(|c| c.is_ascii_hexdigit()))?;
            self.at += 2;
            return u8::from_str_radix(digits, 16)
                .ok()
                .filter(u8::is_ascii)
                .map(char::from);
        }
        None
    }
}

/// The value of a number's digits, or why they have none; nothing where they are no number.
fn parse_number(sign: &str, digits: &str) -> Option<Result<Kind, &'static str>> {
    const TOO_LONG: &str = "the number is too great for a 64-bit integer";
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            let all = !rest.is_empty() && rest.chars().all(|c| c.is_digit(radix));
            let value = i128::from_str_radix(&format!("{sign}{rest}"), radix);
            return all.then(|| value.map(Kind::Int).map_err(|_| TOO_LONG));
        }
    }
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Some(
            format!("{sign}{digits}")
                .parse()
                .map(Kind::Int)
                .map_err(|_| TOO_LONG),
        );
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let value: f64 = format!("{sign}{digits}").parse().ok()?;
    Some(if value.is_finite() {
        Ok(Kind::Real(value))
    } else {
        Err("the number is too great for a 64-bit decimal number")
    })
}
