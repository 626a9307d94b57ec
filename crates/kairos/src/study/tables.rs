//! The files of results that people and programs read.

use std::{fs::File, io::Write, path::PathBuf};

use kairos_stats::{Estimate, Stop};
use serde::{Deserialize, Serialize};

use super::{
    directory::{Directory, json, names},
    fold::Fold,
    journal::{Outcome, Record},
    plan::{Plan, Rule},
};
use crate::{
    error::{Error, Result},
    format::exact,
};

/// Files that grow with the rows: samples and failures.
pub(crate) struct Rows {
    samples: Table<File>,
    #[cfg(feature = "parquet")]
    parquet: super::parquet::Samples,
    failures: Table<File>,
}

impl Rows {
    /// Begins the files.
    pub(crate) fn create(directory: &Directory, plan: &Plan) -> Result<Self> {
        let open = |name: &str, head: &[&str]| {
            let path = directory.file(name);
            let file = File::create(&path).map_err(Error::io("create", &path))?;
            Table::new(file, path, head)
        };
        Ok(Rows {
            samples: open(
                names::SAMPLES,
                &[
                    "scenario",
                    plan.replications.observation(),
                    "metric",
                    "value",
                ],
            )?,
            #[cfg(feature = "parquet")]
            parquet: super::parquet::Samples::create(directory, plan)?,
            failures: open(names::FAILURES, &["scenario", "replication", "error"])?,
        })
    }

    /// Appends a row, one replication of every scenario.
    pub(crate) fn push(&mut self, plan: &Plan, row: &[Record]) -> Result<()> {
        for record in row {
            let scenario = plan.scenarios[record.scenario].name.as_str();
            match &record.outcome {
                Outcome::Failed(why) => {
                    let replication = record.replication.to_string();
                    self.failures.row([scenario, &replication, why])?;
                }
                Outcome::Sample(sample) => {
                    let batches = plan.replications.batches();
                    let metrics =
                        (0..batches).flat_map(|b| plan.metrics.iter().map(move |m| (b, m)));
                    for ((batch, metric), &value) in metrics.zip(&sample.metrics) {
                        let number = record.replication * batches + batch;
                        #[cfg(feature = "parquet")]
                        self.parquet.row(scenario, number, &metric.name, value)?;
                        self.samples.row([
                            scenario,
                            &number.to_string(),
                            &metric.name,
                            &exact(value),
                        ])?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Writes what is left.
    pub(crate) fn finish(self) -> Result<()> {
        self.samples.finish().map(drop)?;
        #[cfg(feature = "parquet")]
        self.parquet.finish()?;
        self.failures.finish().map(drop)
    }
}

/// A CSV file with a path for its errors.
struct Table<W: Write> {
    rows: csv::Writer<W>,
    path: PathBuf,
}

impl<W: Write> Table<W> {
    fn new(sink: W, path: PathBuf, head: &[&str]) -> Result<Self> {
        let mut table = Table {
            rows: csv::Writer::from_writer(sink),
            path,
        };
        table.row(head)?;
        Ok(table)
    }

    fn row<T: AsRef<[u8]>>(&mut self, cells: impl IntoIterator<Item = T>) -> Result<()> {
        let written = self.rows.write_record(cells);
        written.map_err(|e| Error::io("write", &self.path)(e.into()))
    }

    fn finish(self) -> Result<W> {
        let sink = self.rows.into_inner();
        sink.map_err(|e| Error::io("write", self.path)(e.into_error()))
    }
}

/// Whether a study is complete, and why it stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// Whether all replications that were asked for are done.
    pub complete: bool,
    /// Replications of which every scenario is done.
    pub replications: u64,
    /// Why there are not more.
    pub stopped: Stopped,
    /// Failed replications of all scenarios together.
    pub failed: u64,
}

/// Why a study stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stopped {
    /// The number asked for is done.
    Fixed,
    /// All intervals are narrow enough.
    Precise,
    /// The most replications are done, and some interval is still too wide.
    AtMost,
    /// The user, or a kill.
    Interrupted,
}

impl Stopped {
    /// Why a study stopped, given the answer of its stopping rule and whether all that it may run is done.
    pub(crate) fn of(stop: Option<Stop>, rule: Rule, all_done: bool) -> Self {
        match (stop, rule) {
            (Some(Stop::Precise), _) => Stopped::Precise,
            (Some(Stop::AtMost), _) => Stopped::AtMost,
            (None, _) if !all_done => Stopped::Interrupted,
            (None, Rule::Fixed(_) | Rule::BatchMeans(_)) => Stopped::Fixed,
            // A shard does not see the rows that the rule is about.
            (None, Rule::Precision { .. }) => Stopped::AtMost,
        }
    }
}

impl Ending {
    /// The ending of what was folded.
    #[must_use]
    pub fn new(fold: &Fold, stopped: Stopped) -> Self {
        let scenarios = 0..fold.plan().scenarios.len();
        Ending {
            complete: stopped != Stopped::Interrupted,
            replications: fold.replications(),
            stopped,
            failed: scenarios.map(|s| fold.failed(s)).sum(),
        }
    }
}

/// Points of an empirical distribution function that are written at most.
const POINTS: usize = 200;

/// Writes the tables of estimates.
pub(crate) fn write(directory: &Directory, fold: &Fold, ending: &Ending) -> Result<()> {
    for (name, bytes) in all(fold, ending)? {
        directory.write(name, &bytes)?;
    }
    Ok(())
}

/// The tables of estimates, as they are written. Their size does not depend on the number of replications.
pub(crate) fn all(fold: &Fold, ending: &Ending) -> Result<Vec<(&'static str, Vec<u8>)>> {
    Ok(vec![
        (names::SUMMARY, summary(fold)?),
        (names::COMPARISON, comparison(fold)?),
        (names::RANKING, ranking(fold)?),
        (names::TRUNCATION, truncation(fold)?),
        (names::DISTRIBUTIONS, distributions(fold)?),
        (names::HISTOGRAMS, histograms(fold)?),
        (names::SERIES, series(fold)?),
        (names::FIRINGS, firings(fold)?),
        (names::OUTCOME, json(ending)),
    ])
}

fn in_memory(name: &str, head: &[&str]) -> Result<Table<Vec<u8>>> {
    Table::new(Vec::new(), PathBuf::from(name), head)
}

/// The last cells of an estimate: mean, sd and interval.
fn cells(estimate: &Estimate) -> [String; 4] {
    let interval = estimate.interval;
    [
        estimate.mean,
        estimate.sd,
        interval.map(|i| i.low),
        interval.map(|i| i.high),
    ]
    .map(exact)
}

fn summary(fold: &Fold) -> Result<Vec<u8>> {
    let head = [
        "scenario",
        "metric",
        "unit",
        "n",
        "undefined",
        "mean",
        "sd",
        "low",
        "high",
        "batch_correlation",
    ];
    let mut table = in_memory(names::SUMMARY, &head)?;
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        for (m, metric) in fold.plan().metrics.iter().enumerate() {
            let estimate = fold.estimate(s, m);
            let [mean, sd, low, high] = cells(&estimate);
            let correlation = exact(fold.correlation(s, m).map(|c| c.lag_one));
            let (n, undefined) = (estimate.count.to_string(), estimate.undefined.to_string());
            table.row([
                &scenario.name,
                &metric.name,
                &metric.unit,
                &n,
                &undefined,
                &mean,
                &sd,
                &low,
                &high,
                &correlation,
            ])?;
        }
    }
    table.finish()
}

fn comparison(fold: &Fold) -> Result<Vec<u8>> {
    let head = [
        "scenario",
        "baseline",
        "metric",
        "unit",
        "pairs",
        "excluded",
        "difference",
        "sd",
        "low",
        "high",
        "variance_reduction",
        "p",
        "p_holm",
    ];
    let mut table = in_memory(names::COMPARISON, &head)?;
    let plan = fold.plan();
    for d in fold.differences() {
        let difference = d.comparison.difference;
        let [mean, sd, low, high] = cells(&difference);
        table.row([
            &plan.scenarios[d.scenario].name,
            &plan.scenarios[d.baseline].name,
            &plan.metrics[d.metric].name,
            &plan.metrics[d.metric].unit,
            &difference.count.to_string(),
            &difference.undefined.to_string(),
            &mean,
            &sd,
            &low,
            &high,
            &exact(d.comparison.variance_reduction),
            &exact(d.comparison.p_value),
            &exact(d.p_holm),
        ])?;
    }
    table.finish()
}

fn ranking(fold: &Fold) -> Result<Vec<u8>> {
    let head = [
        "metric",
        "unit",
        "best",
        "point",
        "rank",
        "scenario",
        "mean",
        "may_be_best",
    ];
    let mut table = in_memory(names::RANKING, &head)?;
    let plan = fold.plan();
    for selection in fold.selections() {
        let metric = &plan.metrics[selection.metric];
        for (rank, ranked) in (1_u64..).zip(&selection.ranked) {
            table.row([
                metric.name.as_str(),
                &metric.unit,
                selection.best.word(),
                &selection.point,
                &rank.to_string(),
                &plan.scenarios[ranked.alternative].name,
                &exact(ranked.mean),
                &ranked.may_be_best.to_string(),
            ])?;
        }
    }
    table.finish()
}

fn truncation(fold: &Fold) -> Result<Vec<u8>> {
    let head = ["scenario", "rule", "shift_of_mean"];
    let mut table = in_memory(names::TRUNCATION, &head)?;
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        for (rule, &shift) in fold.truncation(s) {
            table.row([&scenario.name, rule, &exact(Some(shift))])?;
        }
    }
    table.finish()
}

fn series(fold: &Fold) -> Result<Vec<u8>> {
    let head = [
        "scenario", "probe", "unit", "time", "n", "mean", "sd", "low", "high",
    ];
    let mut table = in_memory(names::SERIES, &head)?;
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        for (p, probe) in fold.plan().series.iter().enumerate() {
            for point in fold.series(s, p) {
                let [mean, sd, low, high] = cells(&point.estimate);
                let (time, n) = (exact(Some(point.time)), point.estimate.count.to_string());
                table.row([
                    &scenario.name,
                    &probe.name,
                    &probe.unit,
                    &time,
                    &n,
                    &mean,
                    &sd,
                    &low,
                    &high,
                ])?;
            }
        }
    }
    table.finish()
}

fn distributions(fold: &Fold) -> Result<Vec<u8>> {
    let head = ["scenario", "metric", "unit", "value", "share"];
    let mut table = in_memory(names::DISTRIBUTIONS, &head)?;
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        for (m, metric) in fold.plan().metrics.iter().enumerate() {
            for point in fold.distribution(s, m).points(POINTS) {
                let [value, share] = [point.value, point.fraction].map(Some).map(exact);
                table.row([&scenario.name, &metric.name, &metric.unit, &value, &share])?;
            }
        }
    }
    table.finish()
}

fn histograms(fold: &Fold) -> Result<Vec<u8>> {
    let head = ["scenario", "metric", "unit", "from", "to", "count"];
    let mut table = in_memory(names::HISTOGRAMS, &head)?;
    for (m, metric) in fold.plan().metrics.iter().enumerate() {
        let histograms = fold.histograms(m).unwrap_or_default();
        for (scenario, histogram) in fold.plan().scenarios.iter().zip(&histograms) {
            for (bin, count) in histogram.counts().iter().enumerate() {
                let [from, to] = [bin, bin + 1].map(|b| exact(Some(histogram.edge(b))));
                let count = count.to_string();
                table.row([
                    &scenario.name,
                    &metric.name,
                    &metric.unit,
                    &from,
                    &to,
                    &count,
                ])?;
            }
        }
    }
    table.finish()
}

fn firings(fold: &Fold) -> Result<Vec<u8>> {
    let head = ["scenario", "rule", "on", "n", "mean", "sd", "low", "high"];
    let mut table = in_memory(names::FIRINGS, &head)?;
    for (s, scenario) in fold.plan().scenarios.iter().enumerate() {
        for (r, rule) in scenario.rules.iter().enumerate() {
            let estimate = fold.firings(s, r);
            let [mean, sd, low, high] = cells(&estimate);
            let (on, n) = (rule.on.to_string(), estimate.count.to_string());
            table.row([&scenario.name, &rule.name, &on, &n, &mean, &sd, &low, &high])?;
        }
    }
    table.finish()
}
