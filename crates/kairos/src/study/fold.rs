//! From replications to estimates, one row at a time, in constant memory.

use std::collections::BTreeMap;

use kairos_sim::engine::StopReason;
use kairos_stats::{
    Comparison, Confidence, Ecdf, Estimate, Histogram, MetricStatus, Moments, Pairs, Precision,
    Quantiles, Ranked, Ranking, SequentialStop, SerialCorrelation, Stop, holm,
};

use super::{
    journal::{Outcome, Record},
    plan::{Best, Plan, Rivals, Rule, Unit},
};
use crate::error::{Error, Result};

/// How many failures are kept for the screen; all are in the file.
const FAILURES_SHOWN: usize = 5;

/// So many values of a metric are kept as they are; beyond, quantiles come from buckets.
const EXACT: usize = 4096;

/// Histograms with fewer bins show nothing, and those with more cannot be drawn.
const FEWEST_BINS: usize = 8;
const MOST_BINS: usize = 60;

/// What the replications so far say. Rows (one replication of every scenario) are taken in order, so that the estimates are the
/// same bits however the study was run.
#[derive(Debug)]
pub struct Fold {
    plan: Plan,
    confidence: Confidence,
    scenarios: Vec<ScenarioFold>,
    pairs: Vec<Option<(usize, Vec<Pairs>)>>,
    rankings: Vec<RivalsFold>,
    stop: Option<SequentialStop>,
    row: Vec<Record>,
    rows: u64,
    failures: Vec<(Unit, String)>,
}

/// Scenarios that are ranked among each other by a metric.
#[derive(Debug)]
struct RivalsFold {
    metric: usize,
    best: Best,
    rivals: Rivals,
    ranking: Ranking,
}

#[derive(Debug)]
struct ScenarioFold {
    metrics: Vec<Moments>,
    distributions: Vec<Quantiles>,
    firings: Vec<Moments>,
    series: Vec<Vec<Moments>>,
    /// By metric, where there are batches.
    correlations: Vec<Option<SerialCorrelation>>,
    failed: u64,
    cut_short: u64,
    events: u64,
    truncation: BTreeMap<String, f64>,
}

/// A paired difference, with its p-value adjusted for all that were made.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The scenario.
    pub scenario: usize,
    /// What it is compared with.
    pub baseline: usize,
    /// The metric.
    pub metric: usize,
    /// Scenario − baseline.
    pub comparison: Comparison,
    /// Holm's p-value over all scenarios and metrics.
    pub p_holm: Option<f64>,
}

/// Scenarios ranked by a metric, and those among them that may be the best.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The metric.
    pub metric: usize,
    /// The point of `vary` that the scenarios share; empty where they share none.
    pub point: String,
    /// Which value of it is the best.
    pub best: Best,
    /// The best mean first; `alternative` is the position of the scenario in the plan.
    pub ranked: Vec<Ranked>,
}

/// A value of a series over replications.
#[derive(Clone, Copy, Debug)]
pub struct SeriesPoint {
    /// When.
    pub time: f64,
    /// Over the replications.
    pub estimate: Estimate,
}

impl Fold {
    /// Nothing yet.
    ///
    /// # Errors
    /// Where precision or confidence are outside their domains.
    pub fn new(plan: &Plan) -> Result<Self> {
        let unfit = |e: kairos_stats::Error| Error::Unfit {
            what: e.to_string(),
        };
        let confidence = Confidence::new(plan.confidence).map_err(unfit)?;
        let metrics = plan.metrics.len();
        let stop = match plan.replications {
            Rule::Fixed(_) | Rule::BatchMeans(_) => None,
            Rule::Precision {
                relative,
                or_absolute,
                at_least,
                at_most,
            } => {
                let precision = Precision {
                    relative: Some(relative),
                    or_absolute,
                    confidence,
                    at_least,
                    at_most,
                };
                Some(
                    SequentialStop::new(precision, metrics * plan.scenarios.len())
                        .map_err(unfit)?,
                )
            }
        };
        let scenarios = plan.scenarios.iter().map(|scenario| ScenarioFold {
            metrics: vec![Moments::new(); metrics],
            distributions: vec![Quantiles::with_exact_limit(EXACT); metrics],
            firings: vec![Moments::new(); scenario.rules.len()],
            series: vec![Vec::new(); plan.series.len()],
            correlations: vec![None; metrics],
            failed: 0,
            cut_short: 0,
            events: 0,
            truncation: BTreeMap::new(),
        });
        let pairs = (0..plan.scenarios.len()).map(|scenario| {
            let baseline = plan.baseline_of(scenario)?;
            Some((baseline, vec![Pairs::new(); metrics]))
        });
        Ok(Fold {
            rankings: rankings(plan),
            confidence,
            scenarios: scenarios.collect(),
            pairs: pairs.collect(),
            stop,
            row: Vec::new(),
            rows: 0,
            failures: Vec::new(),
            plan: plan.clone(),
        })
    }

    /// Takes the next record, in the order of units. A row that it completes is returned, together with the reason to stop there, if there is one.
    pub fn push(&mut self, record: Record) -> Option<(Vec<Record>, Option<Stop>)> {
        debug_assert_eq!(record.scenario, self.row.len(), "records come in order");
        self.row.push(record);
        if self.row.len() < self.plan.scenarios.len() {
            return None;
        }
        let row = std::mem::take(&mut self.row);
        let stop = self.push_row(&row);
        Some((row, stop))
    }

    fn push_row(&mut self, row: &[Record]) -> Option<Stop> {
        let undefined = vec![None; self.plan.values()];
        let values: Vec<&[Option<f64>]> = row
            .iter()
            .map(|record| match &record.outcome {
                Outcome::Sample(sample) => sample.metrics.as_slice(),
                Outcome::Failed(_) => undefined.as_slice(),
            })
            .collect();
        for (scenario, record) in self.scenarios.iter_mut().zip(row) {
            scenario.push(record);
            if let Outcome::Failed(why) = &record.outcome
                && self.failures.len() < FAILURES_SHOWN
            {
                self.failures.push((record.unit(), why.clone()));
            }
        }
        let metrics = self.plan.metrics.len();
        for batch in 0..self.plan.values() / metrics {
            let values: Vec<_> = values
                .iter()
                .map(|v| &v[batch * metrics..][..metrics])
                .collect();
            self.push_values(&values);
        }
        if self.plan.replications.batches() > 1 {
            for (scenario, values) in self.scenarios.iter_mut().zip(&values) {
                scenario.correlate(values);
            }
        }
        self.rows += 1;
        self.stop.as_mut()?.push(&values.concat())
    }

    /// Takes one value of every metric of every scenario, those of one replication or of one batch.
    fn push_values(&mut self, values: &[&[Option<f64>]]) {
        for (scenario, values) in self.scenarios.iter_mut().zip(values) {
            for (moments, &value) in scenario.metrics.iter_mut().zip(*values) {
                moments.push(value);
            }
            for (distribution, &value) in scenario.distributions.iter_mut().zip(*values) {
                distribution.push(value);
            }
        }
        for (scenario, pairs) in self.pairs.iter_mut().enumerate() {
            let Some((baseline, pairs)) = pairs else {
                continue;
            };
            for (metric, pairs) in pairs.iter_mut().enumerate() {
                pairs.push(values[*baseline][metric], values[scenario][metric]);
            }
        }
        for ranked in &mut self.rankings {
            let row = ranked.rivals.scenarios.iter();
            let row = row.map(|&s| values[s][ranked.metric]);
            ranked.ranking.push(&row.collect::<Vec<_>>());
        }
    }

    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Replications of which every scenario is done.
    #[must_use]
    pub fn replications(&self) -> u64 {
        self.rows
    }

    /// Failed replications of a scenario.
    #[must_use]
    pub fn failed(&self, scenario: usize) -> u64 {
        self.scenarios[scenario].failed
    }

    /// Replications of a scenario that the limit of steps ended before their horizon. They are samples, of shorter runs.
    #[must_use]
    pub fn cut_short(&self, scenario: usize) -> u64 {
        match self.plan.scenarios[scenario].horizon {
            Some(_) => self.scenarios[scenario].cut_short,
            None => 0,
        }
    }

    /// Events fired in a scenario.
    #[must_use]
    pub fn events(&self, scenario: usize) -> u64 {
        self.scenarios[scenario].events
    }

    /// By rule, how far truncation at 0 moved the mean of its normal delays at worst in any replication, relative to the mean.
    #[must_use]
    pub fn truncation(&self, scenario: usize) -> &BTreeMap<String, f64> {
        &self.scenarios[scenario].truncation
    }

    /// The first failures, and why.
    #[must_use]
    pub fn first_failures(&self) -> &[(Unit, String)] {
        &self.failures
    }

    /// The estimate of a metric in a scenario.
    #[must_use]
    pub fn estimate(&self, scenario: usize, metric: usize) -> Estimate {
        Estimate::new(&self.scenarios[scenario].metrics[metric], self.confidence)
    }

    /// How the values of a metric are distributed over the replications, or batches, of a scenario.
    #[must_use]
    pub fn distribution(&self, scenario: usize, metric: usize) -> Ecdf {
        self.scenarios[scenario].distributions[metric].ecdf()
    }

    /// Histograms of a metric, one for each scenario, all with the same bins; `None` where there is no value, or too wide a range.
    #[must_use]
    pub fn histograms(&self, metric: usize) -> Option<Vec<Histogram>> {
        let scenarios = self.scenarios.iter();
        let each: Vec<Ecdf> = scenarios.map(|s| s.distributions[metric].ecdf()).collect();
        let mut pooled = Quantiles::with_exact_limit(EXACT);
        for scenario in &self.scenarios {
            pooled.merge(&scenario.distributions[metric]);
        }
        let pooled = pooled.ecdf();
        let range = pooled.quantile(1.0)? - pooled.quantile(0.0)?;
        // As many as the scenarios want on average.
        let wanted = each
            .iter()
            .filter_map(|ecdf| Some(range / ecdf.bin_width()?));
        let bins = (wanted.sum::<f64>() / each.len() as f64).ceil() as usize;
        let bins = pooled.histogram(bins.clamp(FEWEST_BINS, MOST_BINS))?;
        Some(each.iter().map(|ecdf| ecdf.counted_in(&bins)).collect())
    }

    /// How often a rule fired in a run of a scenario.
    #[must_use]
    pub fn firings(&self, scenario: usize, rule: usize) -> Estimate {
        Estimate::new(&self.scenarios[scenario].firings[rule], self.confidence)
    }

    /// How far each metric of each scenario is from the precision asked for, scenario by scenario; empty for a fixed number.
    #[must_use]
    pub fn precision(&self) -> Vec<MetricStatus> {
        self.stop
            .as_ref()
            .map(|stop| stop.status().collect())
            .unwrap_or_default()
    }

    /// How far neighbouring batches of a scenario are correlated in a metric; `None` where there are no batches, or one is
    /// undefined.
    #[must_use]
    pub fn correlation(&self, scenario: usize, metric: usize) -> Option<SerialCorrelation> {
        self.scenarios[scenario].correlations[metric]
    }

    /// All paired differences, scenario by scenario.
    #[must_use]
    pub fn differences(&self) -> Vec<Difference> {
        let mut differences = Vec::new();
        for (scenario, pairs) in self.pairs.iter().enumerate() {
            let Some((baseline, pairs)) = pairs else {
                continue;
            };
            for (metric, pairs) in pairs.iter().enumerate() {
                differences.push(Difference {
                    scenario,
                    baseline: *baseline,
                    metric,
                    comparison: pairs.compare(self.confidence),
                    p_holm: None,
                });
            }
        }
        let p_values: Vec<_> = differences.iter().map(|d| d.comparison.p_value).collect();
        for (difference, p) in differences.iter_mut().zip(holm(&p_values)) {
            difference.p_holm = p;
        }
        differences
    }

    /// For every metric that scenarios are ranked by, and every set of scenarios that are rivals, their order and the subset that
    /// holds the best with the confidence of the study.
    #[must_use]
    pub fn selections(&self) -> Vec<Selection> {
        let selection = |ranked: &RivalsFold| {
            let order = ranked.ranking.rank(ranked.best.into(), self.confidence);
            let in_plan = |r: Ranked| Ranked {
                alternative: ranked.rivals.scenarios[r.alternative],
                ..r
            };
            Selection {
                metric: ranked.metric,
                point: ranked.rivals.point.clone(),
                best: ranked.best,
                ranked: order.into_iter().map(in_plan).collect(),
            }
        };
        self.rankings.iter().map(selection).collect()
    }

    /// A series of a scenario: one point per sample time.
    pub fn series(&self, scenario: usize, series: usize) -> impl Iterator<Item = SeriesPoint> + '_ {
        let every = self.plan.scenarios[scenario].sample_every.unwrap_or(0.0);
        let points = self.scenarios[scenario].series[series].iter().enumerate();
        points.map(move |(k, moments)| SeriesPoint {
            time: every * k as f64,
            estimate: Estimate::new(moments, self.confidence),
        })
    }

    /// The interval that is widest against its mean, as (scenario, metric, half-width over |mean|); those that are narrow enough for
    /// the study are left out.
    #[must_use]
    pub fn widest(&self) -> Option<(usize, usize, f64)> {
        let metrics = self.plan.metrics.len();
        let precision = self.precision();
        let open = |&i: &usize| precision.get(i) != Some(&MetricStatus::Precise);
        let width = |i: usize| {
            let (scenario, metric) = (i / metrics, i % metrics);
            let width = self.estimate(scenario, metric).relative_half_width()?;
            Some((scenario, metric, width))
        };
        let intervals = (0..self.scenarios.len() * metrics).filter(open);
        intervals
            .filter_map(width)
            .max_by(|a, b| a.2.total_cmp(&b.2))
    }
}

fn rankings(plan: &Plan) -> Vec<RivalsFold> {
    let mut rankings = Vec::new();
    for (metric, planned) in plan.metrics.iter().enumerate() {
        let Some(best) = planned.best else {
            continue;
        };
        rankings.extend(plan.rivals().into_iter().map(|rivals| RivalsFold {
            metric,
            best,
            ranking: Ranking::new(rivals.scenarios.len()),
            rivals,
        }));
    }
    rankings
}

impl ScenarioFold {
    /// How far the batches of a run are correlated.
    fn correlate(&mut self, values: &[Option<f64>]) {
        let metrics = self.metrics.len();
        for (metric, correlation) in self.correlations.iter_mut().enumerate() {
            let batches = values.iter().skip(metric).step_by(metrics);
            let batches: Option<Vec<f64>> = batches.copied().collect();
            *correlation = batches.and_then(|batches| SerialCorrelation::new(&batches));
        }
    }

    fn push(&mut self, record: &Record) {
        let Outcome::Sample(sample) = &record.outcome else {
            self.failed += 1;
            return;
        };
        self.cut_short += u64::from(sample.stop_reason == StopReason::Steps.name());
        self.events += sample.events;
        for (moments, &count) in self.firings.iter_mut().zip(&sample.firings) {
            moments.push(count as f64);
        }
        for (rule, &shift) in &sample.truncation {
            let worst = self.truncation.entry(rule.clone()).or_insert(shift);
            *worst = worst.max(shift);
        }
        for (moments, values) in self.series.iter_mut().zip(&sample.series) {
            if moments.len() < values.len() {
                moments.resize(values.len(), Moments::new());
            }
            for (moments, &value) in moments.iter_mut().zip(values) {
                moments.push(value);
            }
        }
    }
}
