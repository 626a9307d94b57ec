//! Where a run-time error happened.

use kairos_model::{pattern::Sort, rule::RuleId};
use kairos_rewrite::{
    binding::{Binding, Slot},
    error::RuntimeError,
    graph::HostGraph,
    program::Program,
};

use super::elements::Element;

/// An error with its rule and with what was bound of the match and the choices, if it does not say so already.
pub(super) fn located(
    mut error: Box<RuntimeError>,
    program: &Program,
    graph: &HostGraph,
    id: RuleId,
    bound: &Binding,
) -> Box<RuntimeError> {
    if error.rule.is_some() {
        return error;
    }
    let rule = program.model.rule(id);
    error.rule = Some((id, rule.name.clone()));
    let chosen = rule.choose.iter().flat_map(|c| &c.pattern.elements);
    for &var in rule.lhs.elements.iter().chain(chosen) {
        let slot = bound.get(var);
        if slot == Slot::NONE {
            continue;
        }
        let element = rule.scope.element(var);
        let types = match &element.sort {
            Sort::Node(types) => types
                .iter()
                .map(|&t| program.model.types.node(t).name.as_str())
                .collect(),
            Sort::Edge(types) => types
                .iter()
                .map(|&t| program.model.types.edge(t).name.as_str())
                .collect::<Vec<_>>(),
        };
        let name = element
            .name
            .clone()
            .unwrap_or_else(|| format!(":{}", types.join("|")));
        error
            .matched
            .push((name, Element::new(&rule.scope, var).number(graph, slot)));
    }
    error
}
