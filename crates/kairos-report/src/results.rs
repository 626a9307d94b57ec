//! What a directory of results holds, as far as it is whole.

use std::io::{self, ErrorKind};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::rows::{self, Bin, Difference, Estimate, Firings, Ranked, SeriesPoint, Share};

/// The names of the files that are read.
pub mod names {
    /// What the results are about.
    pub const MANIFEST: &str = "manifest.json";
    /// Whether the study is complete, and why it stopped.
    pub const OUTCOME: &str = "outcome.json";
    /// Estimates per scenario and metric.
    pub const SUMMARY: &str = "summary.csv";
    /// Paired differences to the baseline.
    pub const COMPARISON: &str = "comparison.csv";
    /// Scenarios by rank.
    pub const RANKING: &str = "ranking.csv";
    /// How far truncation moved the means of normal delays.
    pub const TRUNCATION: &str = "truncation.csv";
    /// Means and bands at the sample times.
    pub const SERIES: &str = "series.csv";
    /// Empirical distribution functions of the metrics, thinned.
    pub const DISTRIBUTIONS: &str = "distributions.csv";
    /// Histograms of the metrics.
    pub const HISTOGRAMS: &str = "histograms.csv";
    /// How often rules fire in a run.
    pub const FIRINGS: &str = "firings.csv";
    /// Rules and type graph, drawn.
    pub const PICTURES: &str = "pictures.json";
    /// The page itself.
    pub const REPORT: &str = "report.html";
}

/// The part of the manifest that is shown.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) kairos: String,
    pub(crate) study: String,
    pub(crate) command: String,
    pub(crate) plan: Plan,
    #[serde(default)]
    pub(crate) files: Vec<HashedFile>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct HashedFile {
    pub(crate) path: String,
    pub(crate) sha256: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Plan {
    pub(crate) scenarios: Vec<Scenario>,
    pub(crate) baseline: usize,
    pub(crate) replications: Rule,
    pub(crate) confidence: f64,
    pub(crate) random_seed: u64,
    #[serde(default)]
    pub(crate) time_unit: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) point: Vec<(String, String)>,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) settings: Vec<(String, String)>,
    pub(crate) horizon: Option<f64>,
    pub(crate) warm_up: f64,
}

/// How many replications were asked for.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rule {
    Fixed(u64),
    Precision {
        relative: f64,
        or_absolute: Option<f64>,
        at_least: u64,
        at_most: u64,
    },
    BatchMeans(u64),
}

/// How the study ended.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ending {
    pub(crate) complete: bool,
    pub(crate) replications: u64,
}

/// A picture of a rule or of the type graph, as `pictures.json` lists them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// What it shows.
    pub name: String,
    /// The picture: SVG that refers to nothing outside itself.
    pub svg: String,
}

/// What a directory of results holds.
#[derive(Debug, Default)]
pub struct Results {
    pub(crate) manifest: Option<Manifest>,
    pub(crate) ending: Option<Ending>,
    pub(crate) summary: Vec<Estimate>,
    pub(crate) comparison: Vec<Difference>,
    pub(crate) ranking: Vec<Ranked>,
    pub(crate) series: Vec<SeriesPoint>,
    pub(crate) distributions: Vec<Share>,
    pub(crate) histograms: Vec<Bin>,
    pub(crate) firings: Vec<Firings>,
    pub(crate) pictures: Vec<Picture>,
    pub(crate) missing: Vec<String>,
}

impl Results {
    /// Reads what there is. `file` gives the bytes of a file by its name. `None` where none of the files is there and whole enough to
    /// say anything: then this is no directory of results.
    pub fn read(file: &dyn Fn(&str) -> io::Result<Vec<u8>>) -> Option<Self> {
        let mut missing = Missing::default();
        let results = Results {
            manifest: missing.json(names::MANIFEST, "what was run", file),
            ending: missing.json(names::OUTCOME, "whether the study is complete", file),
            summary: missing.table(names::SUMMARY, "estimates", file),
            comparison: missing.table(names::COMPARISON, "paired differences", file),
            ranking: missing.table(names::RANKING, "the ranking", file),
            series: missing.table(names::SERIES, "time series", file),
            distributions: missing.table(names::DISTRIBUTIONS, "distributions", file),
            histograms: missing.table(names::HISTOGRAMS, "histograms", file),
            firings: missing.table(names::FIRINGS, "firings", file),
            pictures: missing
                .json(names::PICTURES, "the pictures of rules", file)
                .unwrap_or_default(),
            missing: Vec::new(),
        };
        let something = results.manifest.is_some()
            || results.ending.is_some()
            || !results.summary.is_empty()
            || !results.comparison.is_empty();
        something.then_some(Results {
            missing: missing.0,
            ..results
        })
    }

    /// Adds a remark about what is missing or damaged.
    #[must_use]
    pub fn remarked(mut self, what: Option<String>) -> Self {
        self.missing.extend(what);
        self
    }

    /// The names of the scenarios, in the order of the study.
    pub(crate) fn scenarios(&self) -> Vec<&str> {
        match &self.manifest {
            Some(manifest) => manifest
                .plan
                .scenarios
                .iter()
                .map(|s| s.name.as_str())
                .collect(),
            None => distinct(self.summary.iter().map(|row| row.scenario.as_str())),
        }
    }

    /// The names of the metrics, in the order of the study.
    pub(crate) fn metrics(&self) -> Vec<&str> {
        let estimated = self.summary.iter().map(|row| row.metric.as_str());
        distinct(estimated.chain(self.comparison.iter().map(|row| row.metric.as_str())))
    }

    /// The confidence of intervals, as `95 % interval`; without a number where it is not known.
    pub(crate) fn interval(&self) -> String {
        match &self.manifest {
            Some(manifest) => format!("{} % interval", percent(manifest.plan.confidence)),
            None => "interval".to_owned(),
        }
    }

    /// What a value of a metric is one of: a replication or a batch.
    pub(crate) fn observation(&self) -> &'static str {
        match self.manifest.as_ref().map(|m| m.plan.replications) {
            Some(Rule::BatchMeans(_)) => "batch",
            _ => "replication",
        }
    }

    /// The position of a scenario; the number of its colour.
    pub(crate) fn position(&self, scenario: &str) -> usize {
        let found = self.scenarios().iter().position(|name| *name == scenario);
        found.unwrap_or_default()
    }
}

/// 0.95 as 95, 0.999 as 99.9.
pub(crate) fn percent(share: f64) -> String {
    // Rounded, so that 0.57 is not 56.99999999999999 %.
    format!("{}", (share * 1e8).round() / 1e6)
}

/// Each once, in the order of their first appearance.
pub(crate) fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = std::collections::BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn bytes(
        &mut self,
        name: &str,
        what: &str,
        file: &dyn Fn(&str) -> io::Result<Vec<u8>>,
    ) -> Option<Vec<u8>> {
        let why = match file(name) {
            Ok(bytes) => return Some(bytes),
            Err(e) if e.kind() == ErrorKind::NotFound => "is missing".to_owned(),
            Err(e) => format!("cannot be read ({e})"),
        };
        self.0.push(format!("{name} {why}: {what}"));
        None
    }

    fn json<T: DeserializeOwned>(
        &mut self,
        name: &str,
        what: &str,
        file: &dyn Fn(&str) -> io::Result<Vec<u8>>,
    ) -> Option<T> {
        let bytes = self.bytes(name, what, file)?;
        let parsed = serde_json::from_slice(&bytes);
        parsed
            .map_err(|e| self.0.push(format!("{name} is damaged ({e}): {what}")))
            .ok()
    }

    fn table<T: DeserializeOwned>(
        &mut self,
        name: &str,
        what: &str,
        file: &dyn Fn(&str) -> io::Result<Vec<u8>>,
    ) -> Vec<T> {
        let Some(bytes) = self.bytes(name, what, file) else {
            return Vec::new();
        };
        let (rows, damage) = rows::parse(&bytes);
        if let Some(damage) = damage {
            let whole = rows.len();
            self.0.push(format!(
                "{name} is damaged after {whole} rows ({damage}): {what}"
            ));
        }
        rows
    }
}
