//! What was seen of one replication.

use std::sync::Arc;

use kairos_model::{
    probe::{MetricRef, ProbeId, ProbeKind, Statistic},
    rule::RuleId,
};
use kairos_rewrite::program::Program;
use kairos_stats::KaplanMeier;

use super::{derived, level::LevelSummary, series::Series, tally::Tally};
use crate::engine::Counts;

/// The observations of one replication. Times and durations are in the model's unit of time.
#[derive(Debug)]
pub struct Observations {
    pub(super) program: Arc<Program>,
    wanted: Vec<MetricRef>,
    /// By probe; `None` where nobody asked for it.
    probes: Vec<Option<Observed>>,
    /// By rule, over the whole run.
    firings: Vec<Counts>,
    series: Series,
    /// How long it was observed; negative if the run ended before the warm-up did.
    observed_time: f64,
}

/// What was seen of a probe, after warm-up.
#[derive(Clone, Debug)]
pub enum Observed {
    /// Of a count or summary.
    Level(LevelSummary),
    /// Of firings.
    Firings(Counts),
    /// Of a tally.
    Tally(Tally),
    /// Of durations; an interval that was still open at the end, or whose element was deleted, is censored.
    Durations(KaplanMeier),
    /// The value of a derived probe.
    Derived(Option<f64>),
}

impl Observations {
    /// Takes what was observed and computes the derived probes, which are among `needed` after their operands.
    pub(super) fn new(
        program: Arc<Program>,
        wanted: Vec<MetricRef>,
        needed: &[ProbeId],
        probes: Vec<Option<Observed>>,
        firings: Vec<Counts>,
        series: Series,
        (from, end): (f64, f64),
    ) -> Self {
        let observed_time = end - from;
        let mut observations = Observations {
            program,
            wanted,
            probes,
            firings,
            series,
            observed_time,
        };
        for &probe in needed {
            observations.derive(probe, end);
        }
        observations
    }

    fn derive(&mut self, probe: ProbeId, end: f64) {
        let kind = &self.program.model.probes[probe.index()].kind;
        if let ProbeKind::Derived { metrics, value } = kind {
            let operands: Option<Vec<f64>> = metrics.iter().map(|m| self.metric(m)).collect();
            let value = operands.and_then(|m| derived::value(&self.program, value, &m, end));
            self.probes[probe.index()] = Some(Observed::Derived(value));
        }
    }

    /// The value of a metric; `None` where it is undefined, or its probe was not asked for.
    #[must_use]
    pub fn metric(&self, metric: &MetricRef) -> Option<f64> {
        let observed = self.probe(metric.probe)?;
        let value = observed.statistic(metric.statistic, self.observed_time);
        value.filter(|v| v.is_finite())
    }

    /// Every metric that was asked for, with its name in full (`latency.p95`) and its value. Where all were, quantiles are p50,
    /// p90, p95 and p99 of tallies, p50 and p90 of durations.
    #[must_use]
    pub fn metrics(&self) -> Vec<(String, MetricRef, Option<f64>)> {
        let probes = &self.program.model.probes;
        let row = |metric: &MetricRef| (metric.name(probes), metric.clone(), self.metric(metric));
        self.wanted.iter().map(row).collect()
    }

    /// What was seen of a probe; `None` if it was not asked for.
    #[must_use]
    pub fn probe(&self, probe: ProbeId) -> Option<&Observed> {
        self.probes[probe.index()].as_ref()
    }

    /// The times at which series were sampled: the multiples of the model's interval from 0 to the end of the run. Empty where it has none.
    #[must_use]
    pub fn sample_times(&self) -> &[f64] {
        self.series.times()
    }

    /// Names of the probes that have a series: all counts and summaries, in the order of the text, if the model samples.
    pub fn series_names(&self) -> impl Iterator<Item = &str> {
        let name = |probe: &ProbeId| self.program.model.probes[probe.index()].name.as_str();
        self.series.probes().iter().map(name)
    }

    /// For each of [`Self::series_names`] its values at [`Self::sample_times`]; `None` where undefined.
    #[must_use]
    pub fn series(&self) -> &[Vec<Option<f64>>] {
        self.series.values()
    }

    /// How often a rule fired in the whole run, warm-up included.
    #[must_use]
    pub fn firings(&self, rule: RuleId) -> Counts {
        self.firings[rule.index()]
    }
}

impl Observed {
    /// A statistic; `None` where it is undefined or this kind of probe does not have it.
    ///
    /// `observed_time` is how long the run was observed.
    fn statistic(&self, statistic: Statistic, observed_time: f64) -> Option<f64> {
        match self {
            Observed::Level(level) => of_level(level, statistic),
            Observed::Firings(counts) => of_firings(counts, statistic, observed_time),
            Observed::Tally(tally) => of_tally(tally, statistic),
            Observed::Durations(durations) => of_durations(durations, statistic),
            Observed::Derived(value) => value.filter(|_| statistic == Statistic::Value),
        }
    }
}

fn of_level(level: &LevelSummary, statistic: Statistic) -> Option<f64> {
    match statistic {
        Statistic::Mean => level.over_time.map(|s| s.mean),
        Statistic::Sd => level.over_time.map(|s| s.variance.sqrt()),
        Statistic::Min => level.over_time.map(|s| s.min),
        Statistic::Max => level.over_time.map(|s| s.max),
        Statistic::Last => level.last,
        _ => None,
    }
}

fn of_firings(counts: &Counts, statistic: Statistic, observed_time: f64) -> Option<f64> {
    let Counts {
        events,
        effectless,
        thinned,
    } = *counts;
    match statistic {
        Statistic::Count => Some(events as f64),
        Statistic::Rate => (observed_time > 0.0).then(|| events as f64 / observed_time),
        Statistic::Effectless => Some(effectless as f64),
        Statistic::Thinned => Some(thinned as f64),
        _ => None,
    }
}

fn of_tally(tally: &Tally, statistic: Statistic) -> Option<f64> {
    let moments = tally.moments();
    match statistic {
        Statistic::Count => Some(moments.count() as f64),
        Statistic::Sum => Some(tally.sum()),
        Statistic::Mean => moments.mean(),
        Statistic::Sd => moments.sd(),
        Statistic::Min => moments.min(),
        Statistic::Max => moments.max(),
        Statistic::Quantile(percent) => tally.ecdf().quantile(fraction(percent)),
        _ => None,
    }
}

fn of_durations(durations: &KaplanMeier, statistic: Statistic) -> Option<f64> {
    let closed = durations.closed();
    match statistic {
        Statistic::Count => Some(closed.count() as f64),
        Statistic::Mean => closed.mean(),
        Statistic::Sd => closed.sd(),
        Statistic::Min => closed.min(),
        Statistic::Max => closed.max(),
        Statistic::Censored => Some(durations.censored() as f64),
        Statistic::Median => durations.median(),
        Statistic::Quantile(percent) => durations.quantile(fraction(percent)),
        _ => None,
    }
}

fn fraction(percent: u8) -> f64 {
    f64::from(percent) / 100.0
}

/// The metrics of a probe that a full report shows.
pub(super) fn all_metrics(
    probe: ProbeId,
    kind: &ProbeKind,
) -> impl Iterator<Item = MetricRef> + use<> {
    let quantiles: &[u8] = match kind {
        ProbeKind::Tally { .. } => &[50, 90, 95, 99],
        ProbeKind::Between { .. } => &[50, 90],
        _ => &[],
    };
    let single = kind.statistics().iter().copied();
    let single = single.filter(|s| !matches!(s, Statistic::Quantile(_)));
    let quantiles = quantiles
        .iter()
        .map(|&percent| Statistic::Quantile(percent));
    single
        .chain(quantiles)
        .map(move |statistic| MetricRef { probe, statistic })
}
