//! What the metrics of a model are, exactly.

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Operator},
    model::Model,
    probe::{MetricRef, Probe, ProbeId, ProbeKind, Statistic},
    types::Value,
};
use kairos_rewrite::{
    binding::Binding,
    eval::{Env, NoCounts},
    graph::HostGraph,
    program::Program,
};

use crate::{
    chain::{Chain, Solution},
    moves::Counters,
};

/// A metric.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// Its name in full: `waiting.mean`.
    pub name: String,
    /// Its unit, empty for plain numbers.
    pub unit: String,
    /// Its expected value over replications, or its limit in the long run; or why it has none.
    pub value: Result<f64, &'static str>,
}

const UNDEFINED: &str = "undefined in some states: there is no match to average over";
const OF_A_RUN: &str = "a matter of whole runs, of which the states know nothing";
const READS_TIME: &str = "reads `now`, which the state does not know";
const NEVER: &str = "never observed";
const NO_COUNT: &str = "grows without end; its rate has a limit";
const NOT_LINEAR: &str = "not linear in its metrics: the mean of it is not it of the means";
const OF_OTHERS: &str = "one of its metrics has no exact value";
const MANY_CLASSES: &str = "differs between runs, which end in one of several classes of states";

/// All metrics of a model but quantiles, in the order of its probes.
#[must_use]
pub fn values(program: &Program, chain: &Chain, solution: &Solution) -> Vec<Metric> {
    let model = &program.model;
    let solved = Solved {
        program,
        chain,
        solution,
    };
    let ids = (0..).map(ProbeId).zip(&model.probes);
    let metrics = ids.flat_map(|(probe, declared)| {
        let statistics = declared.kind.statistics().iter();
        let exact = statistics.filter(|s| !matches!(s, Statistic::Quantile(_)));
        exact.map(move |&statistic| (declared, MetricRef { probe, statistic }))
    });
    let metric = |(probe, metric): (&Probe, MetricRef)| Metric {
        name: metric.name(&model.probes),
        unit: probe.unit_of(metric.statistic, &model.run.time_unit),
        value: solved.metric(&metric),
    };
    metrics.map(metric).collect()
}

/// Whether a tally reads the time, which is not part of a state.
pub(crate) fn reads_time(kind: &ProbeKind) -> bool {
    let ProbeKind::Tally { value, when, .. } = kind else {
        return false;
    };
    let mut found = false;
    for formula in [Some(value), when.as_ref()].into_iter().flatten() {
        formula
            .expr
            .walk(&mut |e| found |= matches!(e.kind, ExprKind::Now));
    }
    found
}

struct Solved<'a> {
    program: &'a Program,
    chain: &'a Chain,
    solution: &'a Solution,
}

type Exact = Result<f64, &'static str>;

impl Solved<'_> {
    fn model(&self) -> &Model {
        &self.program.model
    }

    fn metric(&self, metric: &MetricRef) -> Exact {
        let (probe, statistic) = (metric.probe, metric.statistic);
        match &self.model().probes[probe.index()].kind {
            ProbeKind::Count(_) | ProbeKind::Summary { .. } => self.level(probe, statistic),
            ProbeKind::Firings { rule } => match statistic {
                Statistic::Count => self.count(Counters::applied(*rule)),
                Statistic::Effectless => self.count(Counters::effectless(*rule)),
                Statistic::Rate => Ok(self.per_time(Counters::applied(*rule))),
                _ => Err("a matter of how aggregate clocks are carried out"),
            },
            kind @ ProbeKind::Tally { .. } if reads_time(kind) => Err(READS_TIME),
            ProbeKind::Tally { .. } => self.tally(probe, statistic),
            ProbeKind::Between { .. } => Err("the chain forgets since when it is in a state"),
            ProbeKind::Derived { metrics, value } => self.derived(metrics, value),
        }
    }

    /// The average of a reading under a distribution.
    fn average(&self, distribution: &[f64], probe: ProbeId, of: impl Fn(f64) -> f64) -> Exact {
        let mut sum = 0.0;
        for (p, readings) in distribution.iter().zip(&self.chain.readings) {
            if *p > 0.0 {
                sum += p * of(readings[probe.index()].ok_or(UNDEFINED)?);
            }
        }
        Ok(sum)
    }

    fn level(&self, probe: ProbeId, statistic: Statistic) -> Exact {
        let Solution { last, average, .. } = self.solution;
        match (statistic, self.solution.observed) {
            (Statistic::Mean, _) => self.average(average, probe, |x| x),
            (Statistic::Last, _) => self.average(last, probe, |x| x),
            (Statistic::Sd, None) if self.solution.classes > 1 => Err(MANY_CLASSES),
            (Statistic::Sd, None) => {
                let mean = self.average(average, probe, |x| x)?;
                let variance = self.average(average, probe, |x| (x - mean) * (x - mean));
                variance.map(f64::sqrt)
            }
            _ => Err(OF_A_RUN),
        }
    }

    /// How much a counter gains in a unit of time.
    fn per_time(&self, counter: usize) -> f64 {
        let of = |(p, gains): (&f64, &Vec<f64>)| p * gains[counter];
        let gained: f64 = self
            .solution
            .average
            .iter()
            .zip(&self.chain.gains)
            .map(of)
            .sum();
        match self.solution.observed {
            Some(time) if self.solution.from_start => gained + self.chain.at_once[counter] / time,
            _ => gained,
        }
    }

    fn count(&self, counter: usize) -> Exact {
        let time = self.solution.observed.ok_or(NO_COUNT)?;
        Ok(self.per_time(counter) * time)
    }

    fn tally(&self, probe: ProbeId, statistic: Statistic) -> Exact {
        let counter = self.chain.counters.tallied(probe);
        match (statistic, self.solution.observed) {
            (Statistic::Count, _) => self.count(counter),
            (Statistic::Sum, _) => self.count(counter + 1),
            (Statistic::Mean, None) if self.solution.classes > 1 => Err(MANY_CLASSES),
            (Statistic::Mean, None) => {
                let values = self.per_time(counter);
                let mean = self.per_time(counter + 1) / values;
                if values > 0.0 { Ok(mean) } else { Err(NEVER) }
            }
            _ => Err(OF_A_RUN),
        }
    }

    /// What is derived from limits is a limit; what is derived from means is a mean only where it is linear in them.
    fn derived(&self, metrics: &[MetricRef], value: &Formula) -> Exact {
        let in_one_class = self.solution.observed.is_none() && self.solution.classes <= 1;
        if !in_one_class && !is_affine(&value.expr) {
            return Err(NOT_LINEAR);
        }
        let operands: Result<Vec<f64>, _> = metrics.iter().map(|m| self.metric(m)).collect();
        let operands = operands.map_err(|_| OF_OTHERS)?;
        let graph = HostGraph::new(self.program.schema.clone());
        let env = Env {
            graph: &graph,
            bound: &Binding::default(),
            now: 0.0,
            index: 0,
            counts: &NoCounts,
            drawing: None,
            metrics: &operands,
        };
        match self.program.code(value).value(&env) {
            Ok(Value::Real(value)) => Ok(value),
            _ => Err("undefined: a division by zero, or no finite number"),
        }
    }
}

/// Whether an expression is a sum of multiples of metrics and a constant.
fn is_affine(expr: &Expr) -> bool {
    let constant = |e: &Expr| {
        let mut constant = true;
        e.walk(&mut |e| constant &= !matches!(e.kind, ExprKind::Metric(_) | ExprKind::Now));
        constant
    };
    match &expr.kind {
        _ if constant(expr) => true,
        ExprKind::Metric(_) => true,
        ExprKind::Negate(e) => is_affine(e),
        ExprKind::Binary(Operator::Add | Operator::Subtract, a, b) => is_affine(a) && is_affine(b),
        ExprKind::Binary(Operator::Multiply, a, b) => {
            (constant(a) && is_affine(b)) || (is_affine(a) && constant(b))
        }
        ExprKind::Binary(Operator::Divide, a, b) => is_affine(a) && constant(b),
        _ => false,
    }
}
