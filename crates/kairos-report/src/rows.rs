//! Rows of the tables of results, as they stand in the files. Columns that older or newer releases do not have are empty.

use serde::{Deserialize, de::DeserializeOwned};

/// A row of `summary.csv`, and of other tables about a mean.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Estimate {
    pub(crate) scenario: String,
    pub(crate) metric: String,
    #[serde(default)]
    pub(crate) unit: String,
    pub(crate) n: u64,
    pub(crate) undefined: u64,
    pub(crate) mean: Option<f64>,
    pub(crate) sd: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// A row of `comparison.csv`: scenario − baseline.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Difference {
    pub(crate) scenario: String,
    pub(crate) baseline: String,
    pub(crate) metric: String,
    pub(crate) difference: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) pairs: u64,
    pub(crate) p_holm: Option<f64>,
}

/// A row of `ranking.csv`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ranked {
    pub(crate) metric: String,
    pub(crate) scenario: String,
    pub(crate) may_be_best: bool,
}

/// A row of `series.csv`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct SeriesPoint {
    pub(crate) scenario: String,
    pub(crate) probe: String,
    #[serde(default)]
    pub(crate) unit: String,
    pub(crate) time: f64,
    pub(crate) mean: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// A row of `distributions.csv`: the share of values that are at most `value`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Share {
    pub(crate) scenario: String,
    pub(crate) metric: String,
    pub(crate) value: f64,
    pub(crate) share: f64,
}

/// A row of `histograms.csv`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Bin {
    pub(crate) scenario: String,
    pub(crate) metric: String,
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) count: u64,
}

/// A row of `firings.csv`.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Firings {
    pub(crate) scenario: String,
    pub(crate) rule: String,
    pub(crate) on: bool,
    pub(crate) mean: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
}

/// Rows that were read, and what is wrong behind them.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> (Vec<T>, Option<String>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let mut rows = Vec::new();
    for row in reader.deserialize() {
        match row {
            Ok(row) => rows.push(row),
            Err(e) => return (rows, Some(e.to_string())),
        }
    }
    // A file that was cut off may end in a row that can be read by chance.
    if !bytes.is_empty() && !bytes.ends_with(b"\n") {
        rows.pop();
        return (rows, Some("its last row is torn".to_owned()));
    }
    (rows, None)
}
