//! `Model(…)`: where it starts, when things happen, what is observed.

use super::{Entries, NumberOrText, Text};
use crate::source::{FileId, Span, Spanned};

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
    /// Names of entries that are declared but had a mistake and were left out: nothing further is said about them.
    pub unreadable: Vec<Text>,
}

/// `Csv("{data}", key: ["from", "to"], symmetric: true, diagonal: (mean_s: 0.001), missing: (mean_s: 0.1))`.
#[derive(Clone, Debug)]
pub struct TableSpec {
    /// The file, with `{parameter}` parts.
    pub file: Text,
    /// Key columns.
    pub key: Vec<Text>,
    /// Whether a row holds for its two keys in either order.
    pub symmetric: Option<Spanned<bool>>,
    /// Values for equal keys that are not there.
    pub diagonal: Option<Spanned<Entries<NumberOrText>>>,
    /// Values for any other keys that are not there.
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

impl StartSpec {
    /// The part that says best which statement it is.
    pub(crate) fn place(&self) -> Span {
        match self {
            StartSpec::Create(pattern) | StartSpec::Repeat(_, pattern) => pattern.span,
            StartSpec::Topology { kind, .. } => kind.span,
            StartSpec::Nodes { csv: file, .. }
            | StartSpec::Edges { csv: file, .. }
            | StartSpec::GraphMl { file, .. } => file.span,
        }
    }
}

/// A probe.
#[derive(Clone, Debug)]
pub struct ProbeSpec {
    /// What it observes.
    pub kind: ProbeKindSpec,
    /// The unit of its values.
    pub unit: Option<Text>,
}

/// What a probe observes.
#[derive(Clone, Debug)]
pub enum ProbeKindSpec {
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
