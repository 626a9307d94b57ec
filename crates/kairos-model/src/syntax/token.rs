//! Texts cut into tokens.

use std::ops::Range;

use crate::{diagnostic::Diagnostic, spec::Text};

/// A token with its range of bytes in the text's value.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// A name or keyword: the parser tells them apart.
    Word(String),
    /// At most 2^63, which only fits with a minus in front.
    Int(u64),
    Real(f64),
    /// One of [`SYMBOLS`].
    Symbol(&'static str),
    End,
}

/// Operators and brackets. A longer one comes before those that it starts with.
const SYMBOLS: [&str; 30] = [
    "<-[", "]->", "-[", "~[", "]-", "]~", "]", "[", "<>", "<=", ">=", "+=", "-=", "(", ")", "{",
    "}", ",", ":", ".", "|", "=", "<", ">", "+", "-", "*", "/", "%", "~",
];

/// What people write who come from other languages, and what it is here.
const FOREIGN: [(&str, Meaning); 24] = [
    ("==", Meaning::Symbol("=")),
    ("!=", Meaning::Symbol("<>")),
    ("&&", Meaning::Word("AND")),
    ("||", Meaning::Word("OR")),
    ("&", Meaning::Word("AND")),
    ("!", Meaning::Word("NOT")),
    ("**", Meaning::Advice("`pow(x, y)` is the power")),
    ("^", Meaning::Advice("`pow(x, y)` is the power")),
    ("*=", Meaning::Advice("write `a.x = a.x * …`")),
    ("/=", Meaning::Advice("write `a.x = a.x / …`")),
    (
        ";",
        Meaning::Advice("several of them are several strings in a list: `[\"…\", \"…\"]`"),
    ),
    (
        "'",
        Meaning::Advice(
            "there are no texts here: a value of an enumeration is written `State.idle`",
        ),
    ),
    (
        "\"",
        Meaning::Advice(
            "there are no texts here: a value of an enumeration is written `State.idle`",
        ),
    ),
    (
        "$",
        Meaning::Advice("parameters are written by their bare names"),
    ),
    ("≤", Meaning::Symbol("<=")),
    ("≥", Meaning::Symbol(">=")),
    ("≠", Meaning::Symbol("<>")),
    ("−", Meaning::Symbol("-")),
    ("–", Meaning::Symbol("-")),
    ("×", Meaning::Symbol("*")),
    ("→", Meaning::Advice("write `-[:type]->`")),
    ("∧", Meaning::Word("AND")),
    ("∨", Meaning::Word("OR")),
    ("¬", Meaning::Word("NOT")),
];

enum Meaning {
    /// Said to be a mistake, and then read as this symbol.
    Symbol(&'static str),
    /// Said to be a mistake, and then read as this keyword.
    Word(&'static str),
    /// Said to be a mistake.
    Advice(&'static str),
}

/// The tokens of a text, the last one [`Kind::End`], and what is wrong with them.
pub(super) struct Tokens {
    pub(super) tokens: Vec<Token>,
    pub(super) mistakes: Vec<Diagnostic>,
    /// Some mistake had no obvious meaning, so that reading on would only confuse.
    pub(super) garbled: bool,
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &Text) -> Tokens {
    let mut lexer = Lexer {
        text,
        at: 0,
        out: Tokens {
            tokens: Vec::new(),
            mistakes: Vec::new(),
            garbled: false,
        },
    };
    while lexer.token() {}
    lexer.push(Kind::End, 0);
    lexer.out
}

struct Lexer<'a> {
    text: &'a Text,
    at: usize,
    out: Tokens,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text.value[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        let range = self.at..self.at + length;
        self.at = range.end;
        self.out.tokens.push(Token { kind, range });
    }

    fn mistake(&mut self, code: &'static str, length: usize, message: String) -> &mut Diagnostic {
        let span = self.text.span_of(self.at..self.at + length);
        self.out
            .mistakes
            .push(Diagnostic::error(code, span, message));
        self.out.mistakes.last_mut().expect("just pushed")
    }

    /// Reads one token; false at the end.
    fn token(&mut self) -> bool {
        let trimmed = self.rest().trim_start();
        self.at += self.rest().len() - trimmed.len();
        let Some(first) = trimmed.chars().next() else {
            return false;
        };
        if first.is_ascii_alphabetic() || first == '_' {
            self.word();
        } else if first.is_ascii_digit() {
            self.number();
        } else if let Some((written, meaning)) =
            FOREIGN.iter().find(|(f, _)| trimmed.starts_with(f))
        {
            self.foreign(written, meaning);
        } else if let Some(symbol) = SYMBOLS.iter().find(|s| trimmed.starts_with(**s)) {
            self.push(Kind::Symbol(symbol), symbol.len());
        } else {
            self.unknown(first);
        }
        true
    }

    fn word(&mut self) {
        let length = length_while(self.rest(), |c| c.is_ascii_alphanumeric() || c == '_');
        if let Some(c) = self.rest()[length..]
            .chars()
            .next()
            .filter(|c| c.is_alphanumeric())
        {
            let whole = length_while(self.rest(), |c| c.is_alphanumeric() || c == '_');
            self.out.garbled = true;
            self.mistake(
                "unknown-character",
                whole,
                format!("`{c}` cannot stand in a name"),
            )
            .help =
                Some("names are made of the letters A to Z and a to z, digits and `_`".to_owned());
            self.at += whole;
            return;
        }
        self.push(Kind::Word(self.rest()[..length].to_owned()), length);
    }

    fn number(&mut self) {
        let digits = |s: &str| length_while(s, |c| c.is_ascii_digit() || c == '_');
        let rest = self.rest();
        let mut length = digits(rest);
        let mut real = false;
        let after_point = rest[length..].strip_prefix('.');
        if let Some(fraction) = after_point.filter(|f| f.starts_with(|c: char| c.is_ascii_digit()))
        {
            length += 1 + digits(fraction);
            real = true;
        }
        if let Some(exponent) = rest[length..].strip_prefix(['e', 'E']) {
            let sign = usize::from(exponent.starts_with(['+', '-']));
            if exponent[sign..].starts_with(|c: char| c.is_ascii_digit()) {
                length += 1 + sign + digits(&exponent[sign..]);
                real = true;
            }
        }
        let stuck = length_while(&rest[length..], |c| c.is_alphanumeric() || c == '_');
        if stuck > 0 {
            let written = &rest[..length + stuck];
            self.mistake(
                "bad-number",
                length + stuck,
                format!("`{written}` is neither a number nor a name"),
            );
            self.push(Kind::Int(1), length + stuck);
            return;
        }
        let plain = rest[..length].replace('_', "");
        let kind = if real {
            plain
                .parse()
                .ok()
                .filter(|x: &f64| x.is_finite())
                .map(Kind::Real)
        } else {
            plain.parse().ok().filter(|&n| n <= 1 << 63).map(Kind::Int)
        };
        if kind.is_none() {
            let what = if real {
                "a 64-bit decimal number"
            } else {
                "a 64-bit integer"
            };
            let help = if real {
                "the greatest is about 1.8e308"
            } else {
                "the greatest is 9223372036854775807; a decimal number, `1e20`, may be greater"
            };
            self.mistake(
                "number-out-of-range",
                length,
                format!("the number is too great for {what}"),
            )
            .help = Some(help.to_owned());
        }
        self.push(kind.unwrap_or(Kind::Int(1)), length);
    }

    fn foreign(&mut self, written: &str, meaning: &Meaning) {
        let advice = match meaning {
            Meaning::Symbol(symbol) => format!("write `{symbol}`"),
            Meaning::Word(word) => format!("write `{word}`"),
            Meaning::Advice(advice) => (*advice).to_owned(),
        };
        let length = match written {
            // A quoted text is one mistake, not two.
            "'" | "\"" => self.rest()[1..]
                .find(written)
                .map_or(1, |closing| closing + 2),
            _ => written.len(),
        };
        let message = format!("there is no `{written}` in this notation");
        self.mistake("unknown-operator", length, message).help = Some(advice);
        match meaning {
            Meaning::Symbol(symbol) => self.push(Kind::Symbol(symbol), length),
            Meaning::Word(word) => self.push(Kind::Word((*word).to_owned()), length),
            Meaning::Advice(_) => {
                self.out.garbled = true;
                self.at += length;
            }
        }
    }

    fn unknown(&mut self, c: char) {
        self.out.garbled = true;
        let quote = "‘’‚“”„«»‹›`´".contains(c);
        let message = match c {
            _ if quote => format!("a typographic quote, `{c}`"),
            _ if c.is_alphabetic() => format!("`{c}` cannot stand in a name"),
            _ => format!("the character `{}` means nothing here", c.escape_debug()),
        };
        let help = if quote {
            "names are written without quotes"
        } else {
            "names are made of the letters A to Z and a to z, digits and `_`"
        };
        let length = if c.is_alphabetic() {
            length_while(self.rest(), char::is_alphanumeric)
        } else {
            c.len_utf8()
        };
        self.mistake("unknown-character", length, message).help = Some(help.to_owned());
        self.at += length;
    }
}

fn length_while(text: &str, keep: impl Fn(char) -> bool) -> usize {
    text.find(|c| !keep(c)).unwrap_or(text.len())
}
