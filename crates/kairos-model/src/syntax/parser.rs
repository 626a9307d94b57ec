//! What every part of the notation needs: looking at tokens, taking them, and saying what is wrong with them.

use std::ops::Range;

use super::{
    MAX_DEPTH,
    token::{Kind, Token, tokens},
    tree::{AssignmentTree, ExprTree, ExprTreeKind, Name},
};
use crate::{
    diagnostic::Diagnostic,
    rule::AssignmentMode,
    source::{Span, Spanned},
    spec::Text,
};

/// A part of the text, or the first mistake in it.
pub(super) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// Words that cannot be names of variables. `EXISTS` and `COUNT` are keywords only before `{`.
const KEYWORDS: [&str; 11] = [
    "AND", "OR", "NOT", "CASE", "WHEN", "THEN", "ELSE", "END", "WHERE", "TRUE", "FALSE",
];

/// A position in the tokens of a text.
pub(super) struct Parser<'a> {
    pub(super) text: &'a Text,
    tokens: Vec<Token>,
    next: usize,
    depth: u16,
}

impl<'a> Parser<'a> {
    /// Reads a whole text by `part`.
    pub(super) fn run<T>(
        text: &'a Text,
        what: &str,
        part: impl FnOnce(&mut Self) -> Parsed<T>,
    ) -> Result<T, Vec<Diagnostic>> {
        if text.value.trim().is_empty() {
            return Err(vec![
                Diagnostic::error(
                    "empty-text",
                    text.span,
                    format!("{what} is missing: this text is empty"),
                )
                .label(format!("{what} is expected")),
            ]);
        }
        let lexed = tokens(text);
        let mut mistakes = lexed.mistakes;
        if lexed.garbled {
            return Err(mistakes);
        }
        let mut parser = Parser {
            text,
            tokens: lexed.tokens,
            next: 0,
            depth: 0,
        };
        let whole = part(&mut parser).and_then(|tree| parser.end(what).map(|()| tree));
        match whole {
            Ok(tree) if mistakes.is_empty() => Ok(tree),
            Ok(_) => Err(mistakes),
            Err(mistake) => {
                mistakes.push(*mistake);
                Err(mistakes)
            }
        }
    }

    fn end(&self, what: &str) -> Parsed<()> {
        match &self.peek().kind {
            Kind::End => Ok(()),
            Kind::Symbol(bracket) if [")", "}", "]", "]->", "]-", "]~"].contains(bracket) => {
                Err(self.error(
                    "unbalanced-bracket",
                    format!("this `{bracket}` closes nothing"),
                ))
            }
            _ => {
                let found = self.found();
                Err(Box::new(
                    self.error(
                        "unexpected-token",
                        format!("{found} after the end of {what}"),
                    )
                    .label(format!("{what} ends before this")),
                ))
            }
        }
    }

    // Looking.

    pub(super) fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn peek_second(&self) -> &Token {
        &self.tokens[(self.next + 1).min(self.tokens.len() - 1)]
    }

    pub(super) fn at(&self, symbol: &str) -> bool {
        matches!(&self.peek().kind, Kind::Symbol(s) if *s == symbol)
    }

    pub(super) fn second_is(&self, symbol: &str) -> bool {
        matches!(&self.peek_second().kind, Kind::Symbol(s) if *s == symbol)
    }

    pub(super) fn at_word(&self) -> Option<&str> {
        match &self.peek().kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    pub(super) fn at_keyword(&self, keyword: &str) -> bool {
        self.at_word()
            .is_some_and(|w| w.eq_ignore_ascii_case(keyword))
    }

    /// Where the next token starts.
    pub(super) fn here(&self) -> usize {
        self.peek().range.start
    }

    /// The place from a byte to the end of the token taken last.
    pub(super) fn span_from(&self, start: usize) -> Span {
        let end = self
            .next
            .checked_sub(1)
            .map_or(start, |last| self.tokens[last].range.end);
        self.span(start..end.max(start))
    }

    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.text.span_of(range)
    }

    // Taking.

    pub(super) fn take(&mut self) -> Token {
        let token = self.peek().clone();
        if token.kind != Kind::End {
            self.next += 1;
        }
        token
    }

    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let there = self.at(symbol);
        self.next += usize::from(there);
        there
    }

    pub(super) fn take_keyword(&mut self, keyword: &str) -> bool {
        let there = self.at_keyword(keyword);
        self.next += usize::from(there);
        there
    }

    pub(super) fn expect_keyword(&mut self, keyword: &str) -> Parsed<()> {
        if self.take_keyword(keyword) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{keyword}`")))
        }
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Parsed<()> {
        if self.take_symbol(symbol) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("`{symbol}`")))
        }
    }

    /// Takes the bracket that closes the one at `open`.
    pub(super) fn close(&mut self, open: Span, bracket: &str) -> Parsed<()> {
        if self.take_symbol(bracket) {
            return Ok(());
        }
        Err(self.unclosed(open, bracket))
    }

    pub(super) fn unclosed(&self, open: Span, bracket: &str) -> Box<Diagnostic> {
        if self.peek().kind == Kind::End {
            let message = format!("a bracket is never closed: `{bracket}` is missing");
            return Box::new(
                Diagnostic::error("unbalanced-bracket", open, message).label("opened here"),
            );
        }
        Box::new(
            self.unexpected(&format!("`{bracket}`"))
                .related(open, "opened here"),
        )
    }

    /// Takes a name that is no keyword.
    pub(super) fn name(&mut self, wanted: &str) -> Parsed<Name> {
        match self.at_word() {
            Some(word) if KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word)) => {
                let message = format!("`{word}` is a keyword and cannot be {wanted}");
                Err(self.error("keyword-as-name", message))
            }
            _ => self.member_name(wanted),
        }
    }

    /// Takes a name where no keyword can stand, so that any word will do: behind a dot, before a colon.
    pub(super) fn member_name(&mut self, wanted: &str) -> Parsed<Name> {
        let span = self.span(self.peek().range.clone());
        match self.at_word().map(str::to_owned) {
            Some(value) => {
                self.take();
                Ok(Spanned { value, span })
            }
            None => Err(self.unexpected(wanted)),
        }
    }

    /// Reads what is one level deeper.
    pub(super) fn nested<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("too-deep", too_deep()));
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    /// An expression of the text from `start` to here.
    pub(super) fn expression(&self, kind: ExprTreeKind, start: usize) -> Parsed<ExprTree> {
        let tree = ExprTree::new(kind, self.span_from(start));
        if tree.height > MAX_DEPTH {
            let mistake = Diagnostic::error("too-deep", tree.span, too_deep())
                .help("split a long chain by parentheses: `(a + b) + (c + d)`");
            return Err(Box::new(mistake));
        }
        Ok(tree)
    }

    // Saying.

    pub(super) fn error(&self, code: &'static str, message: impl Into<String>) -> Box<Diagnostic> {
        let span = self.span(self.peek().range.clone());
        Box::new(Diagnostic::error(code, span, message))
    }

    fn found(&self) -> String {
        let range = self.peek().range.clone();
        match self.peek().kind {
            Kind::End => "the end of the text".to_owned(),
            _ => format!("`{}`", &self.text.value[range]),
        }
    }

    pub(super) fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let message = format!("expected {wanted}, found {}", self.found());
        self.error("unexpected-token", message)
    }

    // The small parts.

    /// `A|B`.
    pub(super) fn types(&mut self) -> Parsed<Vec<Name>> {
        let mut types = vec![self.name("a type")?];
        while self.take_symbol("|") {
            // `:A|:B` is another dialect's way to write it.
            self.take_symbol(":");
            types.push(self.name("a type")?);
        }
        Ok(types)
    }

    /// `a.x += 1`.
    pub(super) fn assignment(&mut self) -> Parsed<AssignmentTree> {
        let start = self.here();
        let target = self.name("a variable")?;
        if !self.take_symbol(".") {
            let mistake = self.unexpected("`.` and an attribute");
            return Err(Box::new(mistake.help(
                "assignments have the form `variable.attribute = expression`",
            )));
        }
        let attribute = self.member_name("an attribute")?;
        let mode = if self.take_symbol("=") {
            AssignmentMode::Set
        } else if self.take_symbol("+=") {
            AssignmentMode::Add
        } else if self.take_symbol("-=") {
            AssignmentMode::Subtract
        } else {
            return Err(self.unexpected("`=`, `+=` or `-=`"));
        };
        let value = self.expr()?;
        Ok(AssignmentTree {
            target,
            attribute,
            mode,
            value,
            span: self.span_from(start),
        })
    }
}

fn too_deep() -> String {
    format!("nested too deeply: more than {MAX_DEPTH} levels")
}
