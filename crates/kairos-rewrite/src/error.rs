//! What can go wrong while a model runs.

use kairos_model::{diagnostic::Written, expr::Formula, rule::RuleId, source::Span, types::Value};

/// Why an expression has no value, or an application no result.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// A result that does not fit 64 bits.
    #[error("the result does not fit a 64-bit integer")]
    Overflow,
    /// A division or remainder by zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A result that is no number or is infinite.
    #[error("the result is not a finite number")]
    NotFinite,
    /// A look-up of keys that the table does not have.
    #[error("table `{table}` has no row for ({keys})")]
    NoRow {
        /// The table.
        table: String,
        /// The keys, separated by commas.
        keys: String,
    },
    /// A parameter of a law outside its domain.
    #[error("{law}: {parameter} is {}, but must be {requirement}", Written(*.value))]
    Domain {
        /// The law.
        law: &'static str,
        /// The parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        requirement: &'static str,
    },
    /// A topology of the start graph that cannot be built.
    #[error("{topology}: {problem}")]
    Topology {
        /// The graph model, as in the language.
        topology: &'static str,
        /// Which parameter is wrong, and why.
        problem: String,
    },
    /// A repetition of a start statement that is not a count.
    #[error("a statement cannot be repeated {0} times")]
    Repetition(i64),
    /// More firings without time moving on than allowed.
    #[error("time stands still: {firings} firings in a row without time moving on, of {rules}")]
    TimeStandsStill {
        /// How many.
        firings: u64,
        /// The rules that fired, in the order of their names.
        rules: String,
    },
    /// A weight that is negative.
    #[error("the weight {} is negative", Written(*.0))]
    NegativeWeight(f64),
    /// Two edges of a unique type with the same ends.
    #[error("a second `{edge}` edge between elements {from} and {to}, though the type is unique")]
    Duplicate {
        /// The edge type.
        edge: String,
        /// Number of the source.
        from: u64,
        /// Number of the target.
        to: u64,
    },
    /// Two assignments to one attribute of one element.
    #[error("two assignments to attribute `{attribute}` of element {element}")]
    DoubleAssignment {
        /// The attribute.
        attribute: String,
        /// Number of the element.
        element: u64,
    },
    /// More than a limit allows.
    #[error("{what}: {count} is more than the limit of {limit}")]
    Limit {
        /// What is limited.
        what: Limited,
        /// How many there are.
        count: u64,
        /// How many there may be.
        limit: u64,
    },
}

impl Fault {
    /// What an author can do about it, where there is something that mostly helps.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Fault::DivisionByZero => Some("ask before: `CASE WHEN divisor = 0 THEN … ELSE … END`"),
            Fault::NoRow { .. } => Some(
                "a table can have values for keys that are not in its file: `missing: (column: value, …)`, or `diagonal: (…)` where all keys are equal; in a `symmetric` one, a row holds in either order of its keys",
            ),
            Fault::TimeStandsStill { .. } => Some(
                "one of these rules must end its own match, by what it changes or an `unless`, or take time; if all is as meant, `firings_at_one_time` in `limits` allows more",
            ),
            Fault::Duplicate { .. } => Some(
                "let `unless` or a condition of `choose` (`WHERE b <> a`) ask whether there is one already, or leave out `unique`",
            ),
            Fault::DoubleAssignment { .. } => {
                Some("`+=` and `-=` add up, where several parts of an effect change one attribute")
            }
            Fault::Limit { what, .. } => what.help(),
            _ => None,
        }
    }
}

/// What [`Fault::Limit`] counts. Of two limits that are equal the first is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limited {
    /// Active events.
    ActiveEvents,
    /// Matches of one pattern, by what a store of them can number.
    Matches,
    /// Matches of one pattern, by the memory that there is for them.
    MatchesInMemory,
    /// Nodes and edges.
    Elements,
    /// Nodes and edges, while the start graph is built.
    StartElements,
}

impl Limited {
    fn help(self) -> Option<&'static str> {
        match self {
            Limited::ActiveEvents => Some(
                "is a pattern meant to match so often? Then `active_events` in the model's `limits` allows more",
            ),
            Limited::Elements | Limited::StartElements => {
                Some("are so many meant? Then `elements` in the model's `limits` allows more")
            }
            Limited::MatchesInMemory => Some(
                "is a pattern meant to match so often? Then `memory_bytes` in the model's `limits` allows more",
            ),
            Limited::Matches => None,
        }
    }
}

impl std::fmt::Display for Limited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Limited::ActiveEvents => "active events",
            Limited::Matches => "matches of one pattern",
            Limited::MatchesInMemory => "matches, as many as the memory limit leaves room for",
            Limited::Elements => "nodes and edges",
            Limited::StartElements => "nodes and edges of the start graph",
        })
    }
}

/// A result, or the error that ends the run.
pub type Outcome<T> = Result<T, Box<RuntimeError>>;

/// A fault with everything that a user needs to find its cause.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.describe())]
pub struct RuntimeError {
    /// What went wrong.
    pub fault: Fault,
    /// The rule, if one is concerned: its id and name.
    pub rule: Option<(RuleId, String)>,
    /// The match, or as much of it as was bound: variable names (or types) and element numbers.
    pub matched: Vec<(String, u64)>,
    /// The text of the expression.
    pub expression: Option<String>,
    /// Where in the model's sources the cause stands, if it is not a rule as a whole.
    pub place: Option<Span>,
    /// The value that was not acceptable.
    pub value: Option<Value>,
    /// When, in the model's unit of time.
    pub time: f64,
}

impl RuntimeError {
    /// A fault of which nothing else is known yet.
    #[must_use]
    pub fn new(fault: Fault, time: f64) -> Self {
        RuntimeError {
            fault,
            rule: None,
            matched: Vec::new(),
            expression: None,
            place: None,
            value: None,
            time,
        }
    }

    /// The same fault, of this expression.
    #[must_use]
    pub fn of(self, formula: &Formula) -> Self {
        RuntimeError {
            expression: Some(formula.text.clone()),
            place: Some(formula.span),
            ..self
        }
    }

    fn describe(&self) -> String {
        let mut text = self.fault.to_string();
        if let Some(expression) = &self.expression {
            text += &format!(", in `{expression}`");
        }
        if let Some((_, rule)) = &self.rule {
            text += &format!(", rule `{rule}`");
        }
        if !self.matched.is_empty() {
            let elements: Vec<_> = self
                .matched
                .iter()
                .map(|(name, number)| format!("{name} = {number}"))
                .collect();
            text += &format!(", match ({})", elements.join(", "));
        }
        text + &format!(", at time {}", Written(self.time))
    }
}
