//! Checked probes: what is observed.

use crate::{
    expr::{Formula, Var},
    pattern::{Pattern, Scope},
    rule::RuleId,
    source::Span,
    types::ids,
};

ids! {
    /// A probe: its position in [`crate::model::Model::probes`], in the order of the text.
    ProbeId(u16),
}

/// A probe.
#[derive(Clone, Debug)]
pub struct Probe {
    /// Its name, unique in the model; metrics are `name.statistic`.
    pub name: String,
    /// What it observes.
    pub kind: ProbeKind,
    /// Where it stands.
    pub span: Span,
}

/// What a probe observes.
#[derive(Clone, Debug)]
pub enum ProbeKind {
    /// The number of matches of a pattern, kept as the graph changes.
    Count(Query),
    /// A summary of a value over all matches of a pattern, kept as the graph changes.
    Summary {
        /// Which.
        of: Summary,
        /// The value at each match, `Real`.
        value: Formula,
        /// The pattern.
        over: Query,
    },
    /// Firings of a rule.
    Firings {
        /// The rule.
        rule: RuleId,
    },
    /// A value at each firing of a rule, reading the graph before its application, what was chosen included.
    Tally {
        /// The rule.
        on: RuleId,
        /// The value, `Real`, in the rule's scope.
        value: Formula,
        /// Only firings for which this holds.
        when: Option<Formula>,
    },
    /// Durations from a firing of `from` to the next firing of `to` for the same element; still open at the end: censored.
    Between {
        /// Opens an interval (an open one of the same element is kept).
        from: Endpoint,
        /// Closes it.
        to: Endpoint,
    },
    /// An expression over other metrics, evaluated at the end of a replication; undefined where one of them is.
    Derived {
        /// The metrics that [`crate::expr::ExprKind::Metric`] counts through.
        metrics: Vec<MetricRef>,
        /// The value, `Real`.
        value: Formula,
    },
}

/// A pattern with its variables.
#[derive(Clone, Debug)]
pub struct Query {
    /// Its variables.
    pub scope: Scope,
    /// The pattern.
    pub pattern: Pattern,
}

/// A statistic over matches. Without a match, sum is 0 and the others are undefined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Summary {
    /// Sum.
    Sum,
    /// Mean.
    Mean,
    /// Least.
    Min,
    /// Greatest.
    Max,
}

/// One end of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The rule whose firing it is.
    pub rule: RuleId,
    /// The element that both ends share, in the rule's scope: matched, chosen or created.
    pub same: Var,
}

/// A statistic of a probe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricRef {
    /// The probe.
    pub probe: ProbeId,
    /// Which of its statistics.
    pub statistic: Statistic,
}

/// Statistics. Which of them a probe has: [`ProbeKind::statistics`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Statistic {
    /// `count`: firings, tallied values, or closed durations after warm-up.
    Count,
    /// `rate`: firings per unit of time after warm-up.
    Rate,
    /// `effectless`: firings without effect because a choice had no extension or failed its conditions.
    Effectless,
    /// `thinned`: picks of an aggregate clock that were no match.
    Thinned,
    /// `mean`: of tallied values or closed durations by event; of a count or summary by time.
    Mean,
    /// `sd`: standard deviation, weighted like the mean.
    Sd,
    /// `sum`.
    Sum,
    /// `min`.
    Min,
    /// `max`.
    Max,
    /// `last`: the value at the end.
    Last,
    /// `p50`, `p95` …: quantile in percent, from 0 to 100. `median` of durations is the Kaplan–Meier median.
    Quantile(u8),
    /// `median` of durations, by Kaplan and Meier, open intervals censored.
    Median,
    /// `censored`: intervals still open at the end.
    Censored,
    /// `value`: of a derived probe.
    Value,
}

impl ProbeKind {
    /// The statistics that this kind of probe has, the one that stands for the probe first. [`Statistic::Quantile`] stands for all quantiles.
    #[must_use]
    pub fn statistics(&self) -> &'static [Statistic] {
        use Statistic::{
            Censored, Count, Effectless, Last, Max, Mean, Median, Min, Quantile, Rate, Sd, Sum,
            Thinned, Value,
        };
        match self {
            ProbeKind::Count(_) | ProbeKind::Summary { .. } => &[Mean, Sd, Min, Max, Last],
            ProbeKind::Firings { .. } => &[Count, Rate, Effectless, Thinned],
            ProbeKind::Tally { .. } => &[Mean, Count, Sum, Sd, Min, Max, Quantile(50)],
            ProbeKind::Between { .. } => {
                &[Median, Mean, Count, Sd, Min, Max, Censored, Quantile(50)]
            }
            ProbeKind::Derived { .. } => &[Value],
        }
    }
}
