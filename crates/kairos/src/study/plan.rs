//! What a study does, without its models: everything that its tables need to know besides the samples.

use std::{
    collections::BTreeMap,
    fmt::{self, Display, Formatter},
};

use serde::{Deserialize, Serialize};

use kairos_model::study as checked;
use kairos_stats::Goal;

/// Scenarios, metrics and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Scenarios, in the order of the study.
    pub scenarios: Vec<PlannedScenario>,
    /// The metrics.
    pub metrics: Vec<PlannedMetric>,
    /// The probes whose series are kept.
    pub series: Vec<PlannedSeries>,
    /// The scenario that the others are compared with.
    pub baseline: usize,
    /// How many replications.
    pub replications: Rule,
    /// How the warm-up is found, where it is not given; the scenarios have what was found.
    pub pilot: Option<Pilot>,
    /// Confidence of intervals, as 0.95.
    pub confidence: f64,
    /// The random seed.
    pub random_seed: u64,
    /// The unit of time of the models.
    pub time_unit: String,
}

/// A metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedMetric {
    /// Its name, as `latency.mean`.
    pub name: String,
    /// Its unit; empty for plain numbers.
    pub unit: String,
    /// Which value is the best, if the scenarios are to be ranked by it.
    pub best: Option<Best>,
}

/// A probe whose series is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedSeries {
    /// Its name.
    pub name: String,
    /// Its unit; empty for plain numbers.
    pub unit: String,
}

/// Which value of a metric is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Best {
    /// The least.
    Least,
    /// The greatest.
    Most,
}

impl From<checked::Best> for Best {
    fn from(best: checked::Best) -> Self {
        match best {
            checked::Best::Least => Best::Least,
            checked::Best::Most => Best::Most,
        }
    }
}

impl Best {
    /// As the study says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Best::Least => "least",
            Best::Most => "most",
        }
    }
}

impl From<Best> for Goal {
    fn from(best: Best) -> Self {
        match best {
            Best::Least => Goal::Smallest,
            Best::Most => Goal::Largest,
        }
    }
}

/// A scenario's names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedScenario {
    /// The name in the tables.
    pub name: String,
    /// The name without the point of `vary`.
    pub group: String,
    /// The point of `vary`.
    pub point: Vec<(String, String)>,
    /// The values of its model's parameters, as text.
    pub parameters: Vec<(String, String)>,
    /// What the study changes besides parameters, as written: names, the same in all scenarios, and texts.
    pub settings: Vec<(String, String)>,
    /// The interval between the times of its series.
    pub sample_every: Option<f64>,
    /// The end of its replications.
    pub horizon: Option<f64>,
    /// When its averages begin.
    pub warm_up: f64,
    /// The rules of its model.
    pub rules: Vec<PlannedRule>,
}

/// A rule of a scenario's model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedRule {
    /// Its name.
    pub name: String,
    /// Whether it can fire at all: its timer is not `Never`.
    pub on: bool,
}

/// Replications that are run ahead of the study, to find the warm-up by MSER-5.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pilot {
    /// How many of each scenario.
    pub replications: u64,
    /// The series that are looked at, by their positions in the plan.
    pub series: Vec<usize>,
}

/// How many replications each scenario gets.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// A number.
    Fixed(u64),
    /// Until every metric's interval is narrow enough.
    Precision {
        /// Half-width relative to the mean.
        relative: f64,
        /// Half-width in the metric's own unit that is narrow enough whatever the mean.
        or_absolute: Option<f64>,
        /// At least so many.
        at_least: u64,
        /// At most so many.
        at_most: u64,
    },
    /// One, cut into so many batches.
    BatchMeans(u64),
}

impl Rule {
    /// The most replications that may be needed.
    #[must_use]
    pub fn at_most(self) -> u64 {
        match self {
            Rule::Fixed(n) | Rule::Precision { at_most: n, .. } => n,
            Rule::BatchMeans(_) => 1,
        }
    }

    /// How many values a replication gives for each metric.
    #[must_use]
    pub fn batches(self) -> u64 {
        match self {
            Rule::Fixed(_) | Rule::Precision { .. } => 1,
            Rule::BatchMeans(n) => n,
        }
    }

    /// What an interval is made of, in a word.
    #[must_use]
    pub fn observation(self) -> &'static str {
        match self {
            Rule::Fixed(_) | Rule::Precision { .. } => "replication",
            Rule::BatchMeans(_) => "batch",
        }
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Fixed(n) => write!(f, "{n}"),
            Rule::BatchMeans(n) => write!(f, "one run in {n} batches"),
            Rule::Precision {
                relative,
                or_absolute,
                at_least,
                at_most,
            } => {
                write!(f, "{at_least} to {at_most} until ± {relative} of the mean")?;
                or_absolute.map_or(Ok(()), |x| write!(f, " or ± {x}"))
            }
        }
    }
}

impl From<checked::Replications> for Rule {
    fn from(rule: checked::Replications) -> Self {
        match rule {
            checked::Replications::Fixed(n) => Rule::Fixed(n),
            checked::Replications::BatchMeans { batches } => Rule::BatchMeans(batches),
            checked::Replications::Precision {
                relative,
                or_absolute,
                at_least,
                at_most,
            } => Rule::Precision {
                relative,
                or_absolute,
                at_least,
                at_most,
            },
        }
    }
}

/// One replication of one scenario.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// Counts from 0. The same replication of two scenarios shares its draws.
    pub replication: u64,
    /// The position of the scenario in the plan.
    pub scenario: usize,
}

/// Scenarios that are ranked among each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rivals {
    /// The point of `vary` that they share, as `clients = 100`; empty where they share none.
    pub point: String,
    /// Their positions in the plan, two or more.
    pub scenarios: Vec<usize>,
}

/// A part of a study, for several processes or machines to share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shard {
    /// Which part, from 1.
    pub index: u64,
    /// How many parts.
    pub of: u64,
}

impl Shard {
    /// The study undivided.
    pub const WHOLE: Shard = Shard { index: 1, of: 1 };

    /// The number of this part's `position`-th unit: parts take units in turn.
    #[must_use]
    pub fn number(self, position: u64) -> u64 {
        position * self.of + self.index - 1
    }

    /// How many of the first `units` units are in this part.
    #[must_use]
    pub fn share(self, units: u64) -> u64 {
        units / self.of + u64::from(self.index <= units % self.of)
    }
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = |part: &str| part.trim().parse::<u64>().ok();
        match text.split_once('/').map(|(i, n)| (parse(i), parse(n))) {
            Some((Some(index), Some(of))) if (1..=of).contains(&index) => Ok(Shard { index, of }),
            _ => Err(String::from("a shard is I/N with 1 ≤ I ≤ N, as 2/8")),
        }
    }
}

impl Plan {
    /// Units are numbered replication by replication, in each scenario by scenario.
    #[must_use]
    pub fn unit(&self, number: u64) -> Unit {
        let scenarios = self.scenarios.len() as u64;
        Unit {
            replication: number / scenarios,
            scenario: usize::try_from(number % scenarios).expect("fewer scenarios than memory"),
        }
    }

    /// The number of units, or `None` where it does not fit 64 bits.
    #[must_use]
    pub fn units(&self) -> Option<u64> {
        self.replications
            .at_most()
            .checked_mul(self.scenarios.len() as u64)
    }

    /// How many values a replication has: one for each metric, batch after batch.
    #[must_use]
    pub fn values(&self) -> usize {
        let batches = usize::try_from(self.replications.batches());
        self.metrics.len() * batches.expect("fewer batches than memory")
    }

    /// The scenario that a scenario is compared with: the baseline's at the same point of `vary`. Where the study varies one
    /// scenario alone, the baseline itself.
    #[must_use]
    pub fn baseline_of(&self, scenario: usize) -> Option<usize> {
        let group = &self.scenarios[self.baseline].group;
        let mine = &self.scenarios[scenario];
        let partner = if self.is_one_group() {
            Some(self.baseline)
        } else {
            self.scenarios
                .iter()
                .position(|other| other.group == *group && other.point == mine.point)
        };
        partner.filter(|&partner| partner != scenario)
    }

    /// The scenarios that are ranked among each other: those at the same point of `vary`, or all, where the study varies one
    /// scenario alone. Only where there are two or more.
    #[must_use]
    pub fn rivals(&self) -> Vec<Rivals> {
        let all = 0..self.scenarios.len();
        let one_group = self.is_one_group();
        let mut sets: Vec<Rivals> = Vec::new();
        let mut position = BTreeMap::new();
        for scenario in all {
            let point = if one_group {
                &[]
            } else {
                self.scenarios[scenario].point.as_slice()
            };
            let set = *position.entry(point).or_insert_with(|| {
                sets.push(Rivals {
                    point: in_words(point),
                    scenarios: Vec::new(),
                });
                sets.len() - 1
            });
            sets[set].scenarios.push(scenario);
        }
        sets.retain(|set| set.scenarios.len() > 1);
        sets
    }

    fn is_one_group(&self) -> bool {
        let group = &self.scenarios[self.baseline].group;
        self.scenarios.iter().all(|other| other.group == *group)
    }
}

/// `clients = 100, links = 2`.
fn in_words(point: &[(String, String)]) -> String {
    let parts: Vec<String> = point.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    parts.join(", ")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A plan of scenarios given as (group, point).
    pub(crate) fn plan(scenarios: &[(&str, &str)], metrics: &[&str], replications: Rule) -> Plan {
        let scenarios = scenarios.iter().map(|&(group, point)| PlannedScenario {
            name: if point.is_empty() {
                group.to_owned()
            } else {
                format!("{group}, n = {point}")
            },
            group: group.to_owned(),
            point: if point.is_empty() {
                Vec::new()
            } else {
                vec![("n".to_owned(), point.to_owned())]
            },
            parameters: Vec::new(),
            settings: Vec::new(),
            sample_every: Some(0.5),
            horizon: Some(1.0),
            warm_up: 0.0,
            rules: vec![PlannedRule {
                name: "serve".to_owned(),
                on: true,
            }],
        });
        Plan {
            scenarios: scenarios.collect(),
            metrics: metrics
                .iter()
                .map(|&name| PlannedMetric {
                    name: name.to_owned(),
                    unit: "s".to_owned(),
                    best: Some(Best::Least),
                })
                .collect(),
            series: vec![PlannedSeries {
                name: "queue".to_owned(),
                unit: String::new(),
            }],
            baseline: 0,
            replications,
            pilot: None,
            confidence: 0.95,
            random_seed: 1,
            time_unit: "s".to_owned(),
        }
    }

    #[test]
    fn a_scenario_is_compared_with_the_baseline_at_its_own_point() {
        let plan = plan(
            &[("a", "1"), ("a", "2"), ("b", "1"), ("b", "2")],
            &["m"],
            Rule::Fixed(2),
        );
        let partners: Vec<_> = (0..4).map(|s| plan.baseline_of(s)).collect();
        assert_eq!(partners, [None, None, Some(0), Some(1)]);
        let rivals = |point: &str, scenarios: &[usize]| Rivals {
            point: point.to_owned(),
            scenarios: scenarios.to_vec(),
        };
        assert_eq!(
            plan.rivals(),
            [rivals("n = 1", &[0, 2]), rivals("n = 2", &[1, 3])]
        );
    }

    #[test]
    fn points_of_one_scenario_are_compared_with_the_first() {
        let plan = plan(
            &[("a", "1"), ("a", "2"), ("a", "4")],
            &["m"],
            Rule::Fixed(2),
        );
        let partners: Vec<_> = (0..3).map(|s| plan.baseline_of(s)).collect();
        assert_eq!(partners, [None, Some(0), Some(0)]);
        let [rivals] = plan.rivals().try_into().unwrap();
        assert_eq!(
            (rivals.point.as_str(), rivals.scenarios.as_slice()),
            ("", [0, 1, 2].as_slice())
        );
    }

    #[test]
    fn shards_are_parsed_and_checked() {
        assert_eq!("2/8".parse(), Ok(Shard { index: 2, of: 8 }));
        for text in ["", "0/3", "4/3", "1", "1/0", "a/b", "1/2/3", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
