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
    /// The unit of its values, if the model gives one. Firings and durations have none of their own.
    pub unit: Option<String>,
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

/// The statistics of each kind of probe, the one that stands for the probe first.
pub(crate) mod statistics {
    use super::Statistic::{
        self, Censored, Count, Effectless, Last, Max, Mean, Median, Min, Quantile, Rate, Sd, Sum,
        Thinned, Value,
    };

    pub(crate) const SERIES: &[Statistic] = &[Mean, Sd, Min, Max, Last];
    pub(crate) const FIRINGS: &[Statistic] = &[Count, Rate, Effectless, Thinned];
    pub(crate) const TALLY: &[Statistic] = &[Mean, Count, Sum, Sd, Min, Max, Quantile(50)];
    pub(crate) const DURATIONS: &[Statistic] =
        &[Median, Mean, Count, Sd, Min, Max, Censored, Quantile(50)];
    pub(crate) const DERIVED: &[Statistic] = &[Value];
}

impl Probe {
    /// The unit of one of its statistics; empty for plain numbers. Rates are per unit of time, durations are in it, and counts
    /// of events have none.
    #[must_use]
    pub fn unit_of(&self, statistic: Statistic, time_unit: &str) -> String {
        match (&self.kind, statistic) {
            (_, Statistic::Rate) => format!("1/{time_unit}"),
            (_, Statistic::Effectless | Statistic::Thinned | Statistic::Censored)
            | (
                ProbeKind::Firings { .. } | ProbeKind::Tally { .. } | ProbeKind::Between { .. },
                Statistic::Count,
            ) => String::new(),
            (ProbeKind::Between { .. }, _) => time_unit.to_owned(),
            _ => self.unit.clone().unwrap_or_default(),
        }
    }
}

impl ProbeKind {
    /// The statistics that this kind of probe has, the one that stands for the probe first. [`Statistic::Quantile`] stands for all quantiles.
    #[must_use]
    pub fn statistics(&self) -> &'static [Statistic] {
        match self {
            ProbeKind::Count(_) | ProbeKind::Summary { .. } => statistics::SERIES,
            ProbeKind::Firings { .. } => statistics::FIRINGS,
            ProbeKind::Tally { .. } => statistics::TALLY,
            ProbeKind::Between { .. } => statistics::DURATIONS,
            ProbeKind::Derived { .. } => statistics::DERIVED,
        }
    }

    /// Whether this can be read at any time, so that it has a series.
    #[must_use]
    pub fn has_series(&self) -> bool {
        matches!(self, ProbeKind::Count(_) | ProbeKind::Summary { .. })
    }

    /// Whether this kind of probe has a statistic.
    #[must_use]
    pub fn has(&self, statistic: Statistic) -> bool {
        self.statistics().iter().any(|&s| {
            s == statistic
                || matches!(
                    (s, statistic),
                    (Statistic::Quantile(_), Statistic::Quantile(_))
                )
        })
    }
}

/// Statistics and their names, quantiles apart.
const STATISTICS: [(Statistic, &str); 13] = [
    (Statistic::Count, "count"),
    (Statistic::Rate, "rate"),
    (Statistic::Effectless, "effectless"),
    (Statistic::Thinned, "thinned"),
    (Statistic::Mean, "mean"),
    (Statistic::Sd, "sd"),
    (Statistic::Sum, "sum"),
    (Statistic::Min, "min"),
    (Statistic::Max, "max"),
    (Statistic::Last, "last"),
    (Statistic::Median, "median"),
    (Statistic::Censored, "censored"),
    (Statistic::Value, "value"),
];

impl Statistic {
    /// The statistic of a name, such as `mean` or `p95`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Statistic> {
        if let Some((statistic, _)) = STATISTICS.iter().find(|(_, n)| *n == name) {
            return Some(*statistic);
        }
        let percent = name.strip_prefix('p')?;
        let plain = percent.len() == 1 || !percent.starts_with('0');
        let digits = percent.bytes().all(|b| b.is_ascii_digit());
        let percent: u8 = percent.parse().ok().filter(|_| plain && digits)?;
        (percent <= 100).then_some(Statistic::Quantile(percent))
    }
}

impl std::fmt::Display for Statistic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self, STATISTICS.iter().find(|(s, _)| s == self)) {
            (_, Some((_, name))) => f.write_str(name),
            (Statistic::Quantile(percent), _) => write!(f, "p{percent}"),
            _ => unreachable!("every statistic but quantiles is listed"),
        }
    }
}

impl MetricRef {
    /// The metric of a name: `latency.p95`, or `latency` for the statistic that stands for the probe.
    #[must_use]
    pub fn parse(name: &str, probes: &[Probe]) -> Option<MetricRef> {
        let (probe, statistic) = match name.split_once('.') {
            Some((probe, statistic)) => (probe, Some(Statistic::parse(statistic)?)),
            None => (name, None),
        };
        let position = probes.iter().position(|p| p.name == probe)?;
        let kind = &probes[position].kind;
        let statistic = statistic.unwrap_or(kind.statistics()[0]);
        kind.has(statistic).then_some(MetricRef {
            probe: ProbeId(u16::try_from(position).ok()?),
            statistic,
        })
    }

    /// Its name in full: `latency.p95`.
    #[must_use]
    pub fn name(&self, probes: &[Probe]) -> String {
        format!("{}.{}", probes[self.probe.index()].name, self.statistic)
    }
}
