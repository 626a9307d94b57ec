//! Patterns.

use super::{
    parser::{Parsed, Parser},
    tree::{Direction, EdgeTree, ExprTree, Name, NodeTree, Path, PatternTree},
};
use crate::{diagnostic::Diagnostic, source::Span};

/// What stands between the brackets of a node or edge.
struct Filler {
    name: Option<Name>,
    types: Vec<Name>,
    attributes: Vec<(Name, ExprTree)>,
    condition: Option<ExprTree>,
}

impl Parser<'_> {
    /// Paths separated by commas, with an optional `WHERE`.
    pub(super) fn pattern(&mut self) -> Parsed<PatternTree> {
        let start = self.here();
        let mut paths = vec![self.path()?];
        while self.take_symbol(",") {
            paths.push(self.path()?);
        }
        let condition = self.condition()?;
        Ok(PatternTree {
            paths,
            condition,
            span: self.span_from(start),
        })
    }

    fn path(&mut self) -> Parsed<Path> {
        let first = self.node()?;
        let mut steps = Vec::new();
        while let Some(edge) = self.edge()? {
            steps.push((edge, self.node()?));
        }
        Ok(Path { first, steps })
    }

    fn node(&mut self) -> Parsed<NodeTree> {
        let start = self.here();
        if !self.take_symbol("(") {
            return Err(self.unexpected("a node, `(…)`"));
        }
        let open = self.span_from(start);
        let filler = self.filler()?;
        self.close(open, ")")?;
        Ok(NodeTree {
            name: filler.name,
            types: filler.types,
            attributes: filler.attributes,
            condition: filler.condition,
            span: self.span_from(start),
        })
    }

    fn edge(&mut self) -> Parsed<Option<EdgeTree>> {
        let start = self.here();
        let Some(opening) = ["-[", "<-[", "~["]
            .into_iter()
            .find(|o| self.take_symbol(o))
        else {
            return self.no_bare_edge().map(|()| None);
        };
        let open = self.span_from(start);
        let filler = self.filler()?;
        let closing = ["]->", "]-", "]~"]
            .into_iter()
            .find(|c| self.take_symbol(c));
        let span = self.span_from(start);
        let direction = match (opening, closing) {
            ("-[", Some("]->")) => Direction::Right,
            ("<-[", Some("]-")) => Direction::Left,
            ("~[", Some("]~")) => Direction::Undirected,
            (_, Some(closing)) => return Err(wrong_direction(opening, closing, span)),
            (_, None) => return Err(self.unclosed(open, "]->` or `]-` or `]~")),
        };
        Ok(Some(EdgeTree {
            name: filler.name,
            types: filler.types,
            attributes: filler.attributes,
            condition: filler.condition,
            direction,
            span,
        }))
    }

    /// Says so where an edge is written without brackets: `-->`, `--`, `<--`, `~`.
    fn no_bare_edge(&mut self) -> Parsed<()> {
        let bare = self.at("-")
            || self.at("~")
            || self.at("<") && (self.second_is("-") || self.second_is("-["));
        if !bare {
            return Ok(());
        }
        let start = self.here();
        while ["<", "-", ">", "~"].iter().any(|s| self.at(s)) {
            self.take();
        }
        let message = "an edge needs brackets with its type";
        let mistake = Diagnostic::error("edge-without-brackets", self.span_from(start), message)
            .help("write `-[:type]->`, `<-[:type]-` or, for an undirected type, `~[:type]~`");
        Err(Box::new(mistake))
    }

    fn filler(&mut self) -> Parsed<Filler> {
        let name = match self.at_word() {
            Some(_) if !self.at_keyword("WHERE") => Some(self.name("a variable")?),
            _ => None,
        };
        let types = if self.take_symbol(":") {
            self.types()?
        } else {
            Vec::new()
        };
        let attributes = self.attributes()?;
        let condition = self.condition()?;
        Ok(Filler {
            name,
            types,
            attributes,
            condition,
        })
    }

    /// `{x: 1, y: 2}`, if there.
    fn attributes(&mut self) -> Parsed<Vec<(Name, ExprTree)>> {
        let start = self.here();
        let mut attributes = Vec::new();
        if !self.take_symbol("{") {
            return Ok(attributes);
        }
        let open = self.span_from(start);
        while !self.at("}") {
            let name = self.member_name("an attribute")?;
            if self.at("=") {
                let mistake = self.unexpected("`:`");
                return Err(Box::new(mistake.help("values in braces have the form `{attribute: value}`; conditions stand behind `WHERE`")));
            }
            self.expect_symbol(":")?;
            attributes.push((name, self.expr()?));
            if !self.take_symbol(",") {
                break;
            }
        }
        self.close(open, "}")?;
        Ok(attributes)
    }

    fn condition(&mut self) -> Parsed<Option<ExprTree>> {
        if self.take_keyword("WHERE") {
            self.expr().map(Some)
        } else {
            Ok(None)
        }
    }
}

fn wrong_direction(opening: &str, closing: &str, span: Span) -> Box<Diagnostic> {
    let message = match (opening, closing) {
        ("-[", "]-") => "this edge has no direction",
        ("<-[", "]->") => "this edge points both ways",
        _ => "this edge is half directed and half undirected",
    };
    let mistake = Diagnostic::error("edge-without-direction", span, message)
        .help("write `-[…]->` or `<-[…]-` or, for an undirected type, `~[…]~`");
    Box::new(mistake)
}
