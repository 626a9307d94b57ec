//! Expressions.

use super::{
    parser::{Parsed, Parser},
    token::Kind,
    tree::{BinaryOperator, ExprTree, ExprTreeKind, Name},
};
use crate::source::Spanned;

/// How tightly an operator binds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Operand,
}

impl BinaryOperator {
    pub(super) const ALL: [BinaryOperator; 13] = {
        use BinaryOperator as B;
        [
            B::Or,
            B::And,
            B::Equal,
            B::NotEqual,
            B::Less,
            B::LessEqual,
            B::Greater,
            B::GreaterEqual,
            B::Add,
            B::Subtract,
            B::Multiply,
            B::Divide,
            B::Remainder,
        ]
    };

    /// As it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOperator::Or => "OR",
            BinaryOperator::And => "AND",
            BinaryOperator::Equal => "=",
            BinaryOperator::NotEqual => "<>",
            BinaryOperator::Less => "<",
            BinaryOperator::LessEqual => "<=",
            BinaryOperator::Greater => ">",
            BinaryOperator::GreaterEqual => ">=",
            BinaryOperator::Add => "+",
            BinaryOperator::Subtract => "-",
            BinaryOperator::Multiply => "*",
            BinaryOperator::Divide => "/",
            BinaryOperator::Remainder => "%",
        }
    }

    pub(super) fn level(self) -> Level {
        use BinaryOperator as B;
        match self {
            B::Or => Level::Or,
            B::And => Level::And,
            B::Equal | B::NotEqual | B::Less | B::LessEqual | B::Greater | B::GreaterEqual => {
                Level::Comparison
            }
            B::Add | B::Subtract => Level::Sum,
            B::Multiply | B::Divide | B::Remainder => Level::Product,
        }
    }
}

impl Level {
    pub(super) fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Comparison,
            Level::Comparison => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product => Level::Sign,
            Level::Sign | Level::Operand => Level::Operand,
        }
    }
}

impl Parser<'_> {
    /// An expression.
    pub(super) fn expr(&mut self) -> Parsed<ExprTree> {
        self.nested(|p| p.binary(Level::Or))
    }

    /// An expression of operators that bind at least as tightly as `level`.
    fn binary(&mut self, level: Level) -> Parsed<ExprTree> {
        let start = self.here();
        let mut left = self.prefixed(level)?;
        while let Some(operator) = self.at_operator().filter(|o| o.level() >= level) {
            let token = self.take();
            let middle = self.here();
            let right = self.binary(operator.level().tighter())?;
            if operator.level() == Level::Comparison {
                self.no_chain(start, middle)?;
            }
            let kind = ExprTreeKind::Binary {
                operator: Spanned {
                    value: operator,
                    span: self.span(token.range),
                },
                left: Box::new(left),
                right: Box::new(right),
            };
            left = self.expression(kind, start)?;
        }
        Ok(left)
    }

    fn at_operator(&self) -> Option<BinaryOperator> {
        BinaryOperator::ALL.into_iter().find(|o| match o {
            BinaryOperator::Or | BinaryOperator::And => self.at_keyword(o.symbol()),
            _ => self.at(o.symbol()),
        })
    }

    /// No comparison follows one that began at `start`, with its right side at `middle`.
    fn no_chain(&self, start: usize, middle: usize) -> Parsed<()> {
        match self.at_operator() {
            Some(o) if o.level() == Level::Comparison => {
                let mistake = self.error("chained-comparison", "comparisons do not chain");
                let end = self.here();
                let text = |from: usize| self.text.value[from..end].trim_end();
                let (first, again) = (text(start), text(middle));
                let help = format!("write `{first} AND {again} {} …`", o.symbol());
                Err(Box::new(mistake.label("a second comparison").help(help)))
            }
            _ => Ok(()),
        }
    }

    /// `NOT` and unary minus, or an operand.
    fn prefixed(&mut self, level: Level) -> Parsed<ExprTree> {
        let start = self.here();
        if self.at_keyword("NOT") {
            if level > Level::Not {
                let mistake = self.error(
                    "not-needs-parentheses",
                    "`NOT` binds less tightly than the operator before it",
                );
                return Err(Box::new(mistake.help("put it in parentheses: `(NOT …)`")));
            }
            self.take();
            let inner = self.nested(|p| p.binary(Level::Not))?;
            return self.expression(ExprTreeKind::Not(Box::new(inner)), start);
        }
        if self.take_symbol("-") {
            if self.peek().kind == Kind::Int(1 << 63) {
                self.take();
                return self.expression(ExprTreeKind::Int(i64::MIN), start);
            }
            let inner = self.nested(|p| p.prefixed(Level::Sign))?;
            return self.expression(ExprTreeKind::Negate(Box::new(inner)), start);
        }
        self.operand()
    }

    /// An operand with the members behind it.
    fn operand(&mut self) -> Parsed<ExprTree> {
        let start = self.here();
        let mut tree = self.simple_operand()?;
        if matches!(tree.kind, ExprTreeKind::Int(_) | ExprTreeKind::Real(_)) && self.at(".") {
            let mistake = self.error("bad-number", "a number has no members");
            return Err(Box::new(mistake.help(
                "a decimal number has digits on both sides of its one point: `1.0`",
            )));
        }
        while self.take_symbol(".") {
            let name = self.member_name("a name behind the dot")?;
            if self.at("(") {
                let mistake = self.error(
                    "call-of-member",
                    format!("`.{}` is not a function", name.value),
                );
                return Err(Box::new(mistake.help(
                    "functions and tables are called by a bare name: `rtt(a, b).mean_s`",
                )));
            }
            let of = Box::new(tree);
            tree = self.expression(ExprTreeKind::Member { of, name }, start)?;
        }
        Ok(tree)
    }

    fn simple_operand(&mut self) -> Parsed<ExprTree> {
        let start = self.here();
        match self.peek().kind.clone() {
            Kind::Int(value) => self.integer(value),
            Kind::Real(value) => {
                self.take();
                self.expression(ExprTreeKind::Real(value), start)
            }
            Kind::Symbol("(") => self.parenthesised(),
            Kind::Word(word) => self.worded(&word),
            Kind::Symbol(".") => {
                let mistake = self.unexpected("an operand");
                Err(Box::new(mistake.help(
                    "a decimal number has digits on both sides of its point: `0.5`",
                )))
            }
            _ => Err(self.unexpected("an operand")),
        }
    }

    fn integer(&mut self, value: u64) -> Parsed<ExprTree> {
        let Ok(value) = i64::try_from(value) else {
            let mistake = self.error(
                "number-out-of-range",
                "the number is too great for a 64-bit integer",
            );
            return Err(Box::new(
                mistake.help("the greatest is 9223372036854775807"),
            ));
        };
        let start = self.here();
        self.take();
        self.expression(ExprTreeKind::Int(value), start)
    }

    fn parenthesised(&mut self) -> Parsed<ExprTree> {
        let start = self.here();
        self.take();
        let open = self.span_from(start);
        let mut inner = self.expr()?;
        self.close(open, ")")?;
        inner.span = self.span_from(start);
        Ok(inner)
    }

    /// An operand that starts with a word.
    fn worded(&mut self, word: &str) -> Parsed<ExprTree> {
        let start = self.here();
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if is("TRUE") || is("FALSE") {
            self.take();
            return self.expression(ExprTreeKind::Bool(is("TRUE")), start);
        }
        if is("CASE") {
            return self.case();
        }
        if is("EXISTS") || is("COUNT") {
            if self.second_is("{") {
                return self.sub_pattern(is("EXISTS"));
            }
            if self.second_is("(") {
                let mistake = self.error(
                    "unexpected-token",
                    format!("`{word}` is followed by a pattern in braces"),
                );
                return Err(Box::new(mistake.help(format!(
                    "write `{} {{ (a)-[:type]->(b) }}`",
                    word.to_uppercase()
                ))));
            }
        }
        if ["NAN", "INF", "INFINITY"].into_iter().any(is) && !self.second_is("(") {
            let mistake = self.error(
                "number-not-finite",
                format!("`{word}` is no number here: all numbers are finite"),
            );
            return Err(mistake);
        }
        let name = self.name("a value")?;
        if self.at("(") {
            return self.call(name, start);
        }
        self.expression(ExprTreeKind::Name(name.value), start)
    }

    /// A function with its arguments, the name taken already.
    fn call(&mut self, name: Name, start: usize) -> Parsed<ExprTree> {
        let open_at = self.here();
        self.take();
        let open = self.span_from(open_at);
        let mut arguments = Vec::new();
        while !self.at(")") {
            let named = self.at_word().is_some() && self.second_is(":");
            let label = if named {
                Some(self.member_name("an argument")?)
            } else {
                None
            };
            if named {
                self.take();
            }
            arguments.push((label, self.expr()?));
            if !self.take_symbol(",") {
                break;
            }
        }
        self.close(open, ")")?;
        self.expression(ExprTreeKind::Call { name, arguments }, start)
    }

    /// `CASE WHEN c THEN a … ELSE z END`.
    fn case(&mut self) -> Parsed<ExprTree> {
        let start = self.here();
        self.take();
        let mut branches = Vec::new();
        self.expect_keyword("WHEN")?;
        loop {
            let condition = self.expr()?;
            self.expect_keyword("THEN")?;
            branches.push((condition, self.expr()?));
            if !self.take_keyword("WHEN") {
                break;
            }
        }
        if self.at_keyword("END") {
            let mistake = self.error(
                "case-without-else",
                "`CASE` needs an `ELSE`: every expression has a value",
            );
            return Err(Box::new(mistake.label("`ELSE …` is expected here")));
        }
        self.expect_keyword("ELSE")?;
        let otherwise = Box::new(self.expr()?);
        self.expect_keyword("END")?;
        self.expression(
            ExprTreeKind::Case {
                branches,
                otherwise,
            },
            start,
        )
    }

    /// `EXISTS { … }` or `COUNT { … }`.
    fn sub_pattern(&mut self, exists: bool) -> Parsed<ExprTree> {
        let start = self.here();
        self.take();
        let open_at = self.here();
        self.take();
        let open = self.span_from(open_at);
        let pattern = Box::new(self.nested(Parser::pattern)?);
        self.close(open, "}")?;
        let kind = if exists {
            ExprTreeKind::Exists(pattern)
        } else {
            ExprTreeKind::Count(pattern)
        };
        self.expression(kind, start)
    }
}
