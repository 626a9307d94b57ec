//! What was written: a mirror of the RON files, with positions. Strings that hold patterns or expressions are still text here.

use crate::source::{FileId, Span, Spanned};

/// A string literal: its value, and where each character of it stands (see `Text::span_of`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The value, escapes resolved.
    pub value: String,
    /// The literal with its quotes.
    pub span: Span,
    /// For each byte of `value` its place in the file, and one for the end; empty where the value stands verbatim from `verbatim_start` on.
    pub offsets: Vec<u32>,
    /// Where the value's first byte stands.
    pub verbatim_start: u32,
}

impl Text {
    /// The place of a range of bytes of the value, both ends at character boundaries.
    #[must_use]
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        let place = |byte: usize| match self.offsets.get(byte) {
            Some(&offset) => offset,
            None => {
                self.verbatim_start + u32::try_from(byte).expect("a text is shorter than its file")
            }
        };
        Span {
            file: self.span.file,
            start: place(range.start),
            end: place(range.end),
        }
    }
}

/// A map as written, in the order of the text; keys may repeat (a mistake that `check` reports).
pub type Entries<T> = Vec<(Text, T)>;

/// A number or an expression: `5.0`, `"clients / 2"`.
#[derive(Clone, Debug)]
pub enum NumberOrText {
    /// A bare integer.
    Int(Spanned<i64>),
    /// A bare decimal number, finite.
    Real(Spanned<f64>),
    /// A bare truth value.
    Bool(Spanned<bool>),
    /// An expression.
    Text(Text),
}

/// `RuleSet(…)`: one file.
#[derive(Clone, Debug)]
pub struct RuleSetSpec {
    /// The file.
    pub file: FileId,
    /// Other rule sets, relative to this file.
    pub include: Vec<Text>,
    /// Node types.
    pub node_types: Entries<NodeTypeSpec>,
    /// Edge types.
    pub edge_types: Entries<EdgeTypeSpec>,
    /// Enumerations: a name and its values.
    pub enumerations: Entries<Vec<Text>>,
    /// Parameters with default values.
    pub parameters: Entries<NumberOrText>,
    /// Rules.
    pub rules: Entries<RuleSpec>,
}

/// `(is: "Node", abstract: true, attributes: {…})`.
#[derive(Clone, Debug, Default)]
pub struct NodeTypeSpec {
    /// The parent.
    pub is: Option<Text>,
    /// Whether it is abstract.
    pub is_abstract: bool,
    /// Own attributes.
    pub attributes: Entries<AttributeSpec>,
}

/// `Int(0)`, `Real`, `Bool(false)`, `Enum("State", "idle")`, `Enum("State")`.
#[derive(Clone, Debug)]
pub enum AttributeSpec {
    /// `Int` with an optional default.
    Int(Option<Spanned<i64>>),
    /// `Real` with an optional default.
    Real(Option<Spanned<f64>>),
    /// `Bool` with an optional default.
    Bool(Option<Spanned<bool>>),
    /// An enumeration with an optional default.
    Enum(Text, Option<Text>),
}

/// `(from: "A|B", to: "C", unique: true, attributes: {…})` or `(between: ("A", "B"), …)`.
#[derive(Clone, Debug)]
pub struct EdgeTypeSpec {
    /// The ends, alternatives separated by `|`.
    pub ends: Spanned<EndsSpec>,
    /// Whether two edges may have the same ends.
    pub unique: bool,
    /// Attributes.
    pub attributes: Entries<AttributeSpec>,
}

/// Ends of an edge type.
#[derive(Clone, Debug)]
pub enum EndsSpec {
    /// `from`, `to`.
    Directed(Text, Text),
    /// `between`.
    Undirected(Text, Text),
}

/// A rule.
#[derive(Clone, Debug, Default)]
pub struct RuleSpec {
    /// Patterns of the left-hand side (a single string is a list of one; absent: empty left-hand side).
    pub matches: Vec<Text>,
    /// The guard.
    pub condition: Option<Text>,
    /// NACs.
    pub unless: Vec<Text>,
    /// Picks.
    pub choose: Vec<ChoiceSpec>,
    /// What must hold after the picks.
    pub then_where: Option<Text>,
    /// Patterns that must not be there after the picks.
    pub then_unless: Vec<Text>,
    /// Whether the event is active only while an extension exists.
    pub required: Option<Spanned<bool>>,
    /// Variables to delete.
    pub delete: Vec<Text>,
    /// Patterns to create.
    pub create: Vec<Text>,
    /// Assignments.
    pub set: Vec<Text>,
    /// Effects for every extension.
    pub for_each: Vec<ForEachSpec>,
    /// One event per occurrence.
    pub symmetric: Option<Spanned<bool>>,
}

/// `Max("sn.bandwidth", of: "…")`, `Uniform("…")`, `Uniform(of: "…")`.
#[derive(Clone, Debug)]
pub struct ChoiceSpec {
    /// How.
    pub pick: PickSpec,
    /// The extension.
    pub of: Text,
    /// The whole.
    pub span: Span,
}

/// How a choice picks.
#[derive(Clone, Debug)]
pub enum PickSpec {
    /// All alike.
    Uniform,
    /// The greatest value.
    Max(Text),
    /// The least value.
    Min(Text),
    /// In proportion to a weight.
    Weighted(Text),
}

/// `(match: …, where: …, delete: …, create: …, set: …)`.
#[derive(Clone, Debug, Default)]
pub struct ForEachSpec {
    /// The extension.
    pub matches: Vec<Text>,
    /// Its condition.
    pub condition: Option<Text>,
    /// Variables to delete.
    pub delete: Vec<Text>,
    /// Patterns to create.
    pub create: Vec<Text>,
    /// Assignments.
    pub set: Vec<Text>,
}

/// `Model(…)`: one file.
#[derive(Clone, Debug)]
pub struct ModelSpec {
    /// The file.
    pub file: FileId,
    /// The rule set, relative to this file.
    pub rules: Text,
    /// Parameters: overrides of the rule set's, and new ones.
    pub parameters: Entries<NumberOrText>,
    /// Tables.
    pub tables: Entries<TableSpec>,
    /// The start graph.
    pub start: Vec<StartSpec>,
    /// Timers by rule.
    pub timers: Entries<TimerSpec>,
    /// Probes.
    pub probes: Entries<ProbeSpec>,
    /// End of a run.
    pub horizon: Option<NumberOrText>,
    /// Start of averages.
    pub warm_up: Option<NumberOrText>,
    /// Interval of series.
    pub sample_every: Option<NumberOrText>,
    /// Condition that ends a run.
    pub stop_when: Option<Text>,
    /// Unit of time, for reports (`"s"` if absent).
    pub time_unit: Option<Text>,
    /// Limits: names as in [`crate::model::Limits`].
    pub limits: Entries<NumberOrText>,
}

/// `Csv("{data}", key: ["from", "to"], missing: (mean_s: 0.001))`.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The file, with `{parameter}` parts.
    pub file: Text,
    /// Key columns.
    pub key: Vec<Text>,
    /// Values for keys that are not there.
    pub missing: Option<Spanned<Entries<NumberOrText>>>,
}

/// A timer: `Normal(mean: 0.001, sd: "0.05 * x", memory: Age, on_change: Redraw, clock: Aggregate, weights: {…}, stream: "…", key: ["sc"])`.
#[derive(Clone, Debug)]
pub struct TimerSpec {
    /// Name of the family.
    pub family: Spanned<String>,
    /// Named parameters, options of every timer included; a lone unnamed one has an empty name.
    pub arguments: Entries<ArgumentSpec>,
    /// The whole.
    pub span: Span,
}

/// An argument of a timer.
#[derive(Clone, Debug)]
pub enum ArgumentSpec {
    /// A number, truth value or expression.
    Number(NumberOrText),
    /// A bare word: `Age`, `Redraw`, `Aggregate`.
    Word(Spanned<String>),
    /// A list of strings.
    List(Vec<Text>),
    /// A map of strings to numbers or expressions.
    Map(Entries<NumberOrText>),
}

/// A start statement.
#[derive(Clone, Debug)]
pub enum StartSpec {
    /// `Create("pattern")`.
    Create(Text),
    /// `Repeat("count", "pattern")`.
    Repeat(NumberOrText, Text),
    /// `Topology(kind, nodes: "SN", edge: "overlay", draw: PerReplication, attributes: {…})`.
    Topology {
        /// Name of the graph model.
        kind: Spanned<String>,
        /// Its parameters.
        arguments: Entries<NumberOrText>,
        /// Node types, alternatives separated by `|`.
        nodes: Text,
        /// Edge type.
        edge: Text,
        /// Attributes of the edges.
        attributes: Entries<NumberOrText>,
        /// `PerReplication` (also if absent) or `PerStudy`.
        draw: Option<Spanned<String>>,
    },
    /// `Nodes(csv: "file", node: "SN", key: "id", columns: {"attribute": "column"}, attributes: {"attribute": "expression"})`.
    Nodes {
        /// The file.
        csv: Text,
        /// Node type.
        node: Text,
        /// The column that names a row.
        key: Text,
        /// Attributes that are read from columns of other names. A column of an attribute's own name is read anyway.
        columns: Entries<Text>,
        /// Attributes that are computed.
        attributes: Entries<NumberOrText>,
    },
    /// `Edges(csv: "file", edge: "link", from: "from", to: "to", columns: {…}, attributes: {…}, nodes: "Peer")`.
    Edges {
        /// The file.
        csv: Text,
        /// Edge type.
        edge: Text,
        /// The column of the source's key.
        from: Text,
        /// The column of the target's key.
        to: Text,
        /// Attributes that are read from columns of other names.
        columns: Entries<Text>,
        /// Attributes that are computed.
        attributes: Entries<NumberOrText>,
        /// The type of nodes to create for keys that no earlier statement read.
        nodes: Option<Text>,
    },
    /// `GraphMl("file", node: "Peer", edge: "knows")`: types from the data key `type`, or these where a node or edge has none.
    GraphMl {
        /// The file.
        file: Text,
        /// Node type where the file says none.
        node: Option<Text>,
        /// Edge type where the file says none.
        edge: Option<Text>,
    },
}

/// A probe.
#[derive(Clone, Debug)]
pub enum ProbeSpec {
    /// `Count("pattern")`.
    Count(Text),
    /// `Sum("value", over: "pattern")`, `Mean`, `Min`, `Max`.
    Summary {
        /// Which.
        of: crate::probe::Summary,
        /// The value.
        value: Text,
        /// The pattern.
        over: Text,
    },
    /// `Firings("rule")`.
    Firings(Text),
    /// `Tally(on: "rule", value: "expression", when: "condition")`.
    Tally {
        /// The rule.
        on: Text,
        /// The value.
        value: Text,
        /// Only where this holds.
        when: Option<Text>,
    },
    /// `Between(from: "rule", to: "rule", same: "sc")`; `same` may be two names, `("sc", "client")`.
    Between {
        /// The rule that opens.
        from: Text,
        /// The rule that closes.
        to: Text,
        /// The shared element in each.
        same: (Text, Text),
    },
    /// `Derived("expression")`.
    Derived(Text),
}

/// `Study(…)`: one file.
#[derive(Clone, Debug)]
pub struct StudySpec {
    /// The file.
    pub file: FileId,
    /// The model, relative to this file.
    pub model: Text,
    /// Scenarios.
    pub scenarios: Entries<ScenarioSpec>,
    /// Parameters that are varied.
    pub vary: Option<VarySpec>,
    /// Conditions on the points of `vary`: expressions over parameters.
    pub constraints: Vec<Text>,
    /// Metrics.
    pub metrics: Vec<Text>,
    /// The scenario that the others are compared with (the first if absent).
    pub baseline: Option<Text>,
    /// Overrides the model's.
    pub warm_up: Option<NumberOrText>,
    /// Overrides the model's.
    pub horizon: Option<NumberOrText>,
    /// How many replications.
    pub replications: Spanned<ReplicationsSpec>,
    /// Confidence of intervals (0.95 if absent).
    pub confidence: Option<Spanned<f64>>,
    /// The random seed.
    pub seed: Option<Spanned<u64>>,
}

/// What a scenario changes.
#[derive(Clone, Debug, Default)]
pub struct ScenarioSpec {
    /// Parameters.
    pub parameters: Entries<NumberOrText>,
    /// Another rule set, relative to the study's file.
    pub rules: Option<Text>,
    /// Timers of some rules.
    pub timers: Entries<TimerSpec>,
    /// Another start graph.
    pub start: Option<Vec<StartSpec>>,
    /// Another horizon.
    pub horizon: Option<NumberOrText>,
}

/// `{ "clients": [100, 200] }` is a grid; `Zip({…})`, `List([{…}, …])`.
#[derive(Clone, Debug)]
pub enum VarySpec {
    /// Every combination.
    Grid(Entries<Vec<NumberOrText>>),
    /// The first values together, then the second ones, …
    Zip(Entries<Vec<NumberOrText>>),
    /// Points one by one.
    List(Vec<Entries<NumberOrText>>),
}

/// `20` or `Precision(relative: 0.02, or_absolute: 0.0005, confidence: 0.95, at_least: 10, at_most: 2000)`.
#[derive(Clone, Debug)]
pub enum ReplicationsSpec {
    /// A number.
    Fixed(i64),
    /// Until every interval is narrow enough.
    Precision {
        /// Relative half-width.
        relative: Spanned<f64>,
        /// Absolute half-width that is narrow enough.
        or_absolute: Option<Spanned<f64>>,
        /// Confidence.
        confidence: Option<Spanned<f64>>,
        /// At least so many.
        at_least: Option<Spanned<i64>>,
        /// At most so many.
        at_most: Option<Spanned<i64>>,
    },
}
