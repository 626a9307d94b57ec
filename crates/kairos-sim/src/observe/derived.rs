//! Probes that are computed from the metrics of others.

use kairos_model::{
    expr::Formula,
    model::Model,
    probe::{MetricRef, ProbeId, ProbeKind},
    types::Value,
};
use kairos_rewrite::{
    binding::Binding,
    eval::{Env, NoCounts},
    graph::HostGraph,
    program::Program,
};

/// The metrics that a probe is computed from.
pub(super) fn operands(model: &Model, probe: ProbeId) -> &[MetricRef] {
    match &model.probes[probe.index()].kind {
        ProbeKind::Derived { metrics, .. } => metrics,
        _ => &[],
    }
}

/// The given probes and all that they are computed from, each once, operands first. No stack grows with the length of a chain.
pub(super) fn with_operands(
    model: &Model,
    probes: impl IntoIterator<Item = ProbeId>,
) -> Vec<ProbeId> {
    let mut order = Vec::new();
    let mut entered = vec![false; model.probes.len()];
    // Probes whose operands are being listed, each with how many of these have been.
    let mut path: Vec<(ProbeId, usize)> = Vec::new();
    for root in probes {
        if !std::mem::replace(&mut entered[root.index()], true) {
            path.push((root, 0));
        }
        while let Some((probe, listed)) = path.last_mut() {
            match operands(model, *probe).get(*listed).map(|m| m.probe) {
                Some(operand) => {
                    *listed += 1;
                    if !std::mem::replace(&mut entered[operand.index()], true) {
                        path.push((operand, 0));
                    }
                }
                None => {
                    order.push(*probe);
                    path.pop();
                }
            }
        }
    }
    order
}

/// The value of a derived probe; `None` where evaluating it is a fault.
pub(super) fn value(
    program: &Program,
    formula: &Formula,
    metrics: &[f64],
    now: f64,
) -> Option<f64> {
    let env = Env {
        graph: &HostGraph::new(program.schema.clone()),
        bound: &Binding::default(),
        now,
        index: 0,
        counts: &NoCounts,
        drawing: None,
        metrics,
    };
    match program.code(formula).value(&env) {
        Ok(Value::Real(value)) => Some(value),
        Ok(other) => unreachable!("check gives derived probes real values, not {other:?}"),
        Err(_) => None,
    }
}
