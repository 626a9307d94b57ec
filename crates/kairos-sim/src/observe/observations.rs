//! What was observed of one replication.

use std::sync::Arc;

use kairos_model::{
    probe::{MetricRef, ProbeId, ProbeKind, Statistic},
    rule::RuleId,
    types::Value,
};
use kairos_rewrite::{
    binding::Binding,
    eval::{Env, NoCounts},
    graph::HostGraph,
    program::Program,
};
use kairos_stats::{Ecdf, KaplanMeier};

use super::collector::State;

/// What one probe came to.
#[derive(Clone, Debug)]
enum Result {
    Plain(State),
    Tally(State, Ecdf),
    Durations(KaplanMeier),
}

/// Everything observed of one replication.
#[derive(Clone, Debug)]
pub struct Observations {
    program: Arc<Program>,
    warm_up: f64,
    end: f64,
    results: Vec<Result>,
    series: Vec<Vec<Option<f64>>>,
    fired: Vec<u64>,
}

impl Observations {
    pub(super) fn new(
        program: Arc<Program>,
        warm_up: f64,
        end: f64,
        states: Vec<State>,
        series: Vec<Vec<Option<f64>>>,
        fired: Vec<u64>,
    ) -> Self {
        let result = |state: State| match state {
            State::Tally { ref quantiles, .. } => {
                let ecdf = quantiles.ecdf();
                Result::Tally(state, ecdf)
            }
            State::Durations(durations) => Result::Durations(durations.estimate(end, warm_up)),
            state => Result::Plain(state),
        };
        let results = states.into_iter().map(result).collect();
        Observations {
            program,
            warm_up,
            end,
            results,
            series,
            fired,
        }
    }

    /// A metric; `None` where it is undefined or was not asked for.
    #[must_use]
    pub fn metric(&self, metric: &MetricRef) -> Option<f64> {
        let at = metric.statistic;
        match &self.results[metric.probe.index()] {
            Result::Plain(State::Reading { average, last }) => {
                let summary = average.summary(self.end.max(0.0));
                match at {
                    Statistic::Last => *last,
                    Statistic::Mean => Some(summary?.mean),
                    Statistic::Sd => Some(summary?.variance.max(0.0).sqrt()),
                    Statistic::Min => Some(summary?.min),
                    Statistic::Max => Some(summary?.max),
                    _ => None,
                }
            }
            Result::Plain(State::Firings {
                applied,
                effectless,
                thinned,
            }) => match at {
                Statistic::Count => Some(count(*applied)),
                Statistic::Effectless => Some(count(*effectless)),
                Statistic::Thinned => Some(count(*thinned)),
                Statistic::Rate => Some(count(*applied) / self.observed()?),
                _ => None,
            },
            Result::Tally(state, ecdf) => tally(state, ecdf, at),
            Result::Durations(estimate) => match at {
                Statistic::Median => estimate.median(),
                Statistic::Quantile(percent) => estimate.quantile(f64::from(percent) / 100.0),
                Statistic::Mean => estimate.closed().mean(),
                Statistic::Sd => estimate.closed().sd(),
                Statistic::Min => estimate.closed().min(),
                Statistic::Max => estimate.closed().max(),
                Statistic::Count => Some(count(estimate.closed().count())),
                Statistic::Censored => Some(count(estimate.censored())),
                _ => None,
            },
            Result::Plain(_) => self
                .derived(metric.probe)
                .filter(|_| at == Statistic::Value),
        }
    }

    /// For how long was observed: from the warm-up to the end.
    fn observed(&self) -> Option<f64> {
        Some(self.end - self.warm_up).filter(|&t| t > 0.0)
    }

    /// A derived probe; undefined where a metric that it reads is, or where its expression has no value.
    fn derived(&self, probe: ProbeId) -> Option<f64> {
        let ProbeKind::Derived { metrics, value } = &self.program.model.probes[probe.index()].kind
        else {
            return None;
        };
        let values: Vec<f64> = metrics
            .iter()
            .map(|m| self.metric(m))
            .collect::<Option<_>>()?;
        let (graph, bound) = (
            HostGraph::new(Arc::clone(&self.program.schema)),
            Binding::new(0),
        );
        let env = Env {
            graph: &graph,
            bound: &bound,
            now: self.end,
            index: 0,
            counts: &NoCounts,
            drawing: None,
            metrics: &values,
        };
        match self.program.code(value).value(&env) {
            Ok(Value::Real(value)) => Some(value),
            _ => None,
        }
    }

    /// Every metric of every probe, with its name; of quantiles 50, 90, 95 and 99 %.
    #[must_use]
    pub fn metrics(&self) -> Vec<(String, MetricRef, Option<f64>)> {
        let mut all = Vec::new();
        let probes = &self.program.model.probes;
        for (id, probe) in (0..).map(ProbeId).zip(probes) {
            for &statistic in probe.kind.statistics() {
                let statistics: Vec<Statistic> = match statistic {
                    Statistic::Quantile(_) => [50, 90, 95, 99].map(Statistic::Quantile).to_vec(),
                    other => vec![other],
                };
                for statistic in statistics {
                    let metric = MetricRef {
                        probe: id,
                        statistic,
                    };
                    let value = self.metric(&metric);
                    all.push((metric.name(probes), metric, value));
                }
            }
        }
        all
    }

    /// For each count and summary its readings at the sample times, from 0 on; empty where the model samples none.
    #[must_use]
    pub fn series(&self) -> &[Vec<Option<f64>>] {
        &self.series
    }

    /// The distribution of a tally's values.
    #[must_use]
    pub fn distribution(&self, probe: ProbeId) -> Option<&Ecdf> {
        match &self.results[probe.index()] {
            Result::Tally(_, ecdf) => Some(ecdf),
            _ => None,
        }
    }

    /// The survival curve of a probe's durations.
    #[must_use]
    pub fn survival(&self, probe: ProbeId) -> Option<&KaplanMeier> {
        match &self.results[probe.index()] {
            Result::Durations(estimate) => Some(estimate),
            _ => None,
        }
    }

    /// Applications of a rule over the whole run, warm-up included.
    #[must_use]
    pub fn firings(&self, rule: RuleId) -> u64 {
        self.fired[rule.index()]
    }
}

fn tally(state: &State, ecdf: &Ecdf, at: Statistic) -> Option<f64> {
    let State::Tally { moments, sum, .. } = state else {
        return None;
    };
    match at {
        Statistic::Mean => moments.mean(),
        Statistic::Sd => moments.sd(),
        Statistic::Min => moments.min(),
        Statistic::Max => moments.max(),
        Statistic::Count => Some(count(moments.count())),
        Statistic::Sum => Some(*sum),
        Statistic::Quantile(percent) => ecdf.quantile(f64::from(percent) / 100.0),
        _ => None,
    }
}

#[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 firings")]
fn count(n: u64) -> f64 {
    n as f64
}
