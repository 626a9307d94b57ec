//! Errors of formulas that have no value, with what was matched.

use kairos_model::{expr::Var, formulas::Owner, rule::RuleId};

use super::{data::Data, query::Query, search::Failure};
use crate::{
    binding::Binding,
    error::{Fault, RuntimeError},
};

impl Data {
    /// The error of a formula that has no value at a match of a query.
    #[cold]
    pub(crate) fn failure_of(
        &self,
        query: &Query,
        failure: Failure,
        bound: &Binding,
    ) -> Box<RuntimeError> {
        self.failure(query.owner, failure, &only(query, bound))
    }

    /// The error of a formula that has no value.
    #[cold]
    pub(crate) fn failure(
        &self,
        owner: Owner,
        failure: Failure,
        bound: &Binding,
    ) -> Box<RuntimeError> {
        let formula = self.program.formula(failure.condition);
        Box::new(self.error(owner, *failure.fault, bound).of(formula))
    }

    /// An error at a match, as far as it is bound.
    #[cold]
    pub(crate) fn error(&self, owner: Owner, fault: Fault, bound: &Binding) -> Box<RuntimeError> {
        let mut error = RuntimeError::new(fault, self.now);
        if let Owner::Rule(rule) = owner {
            error.rule = Some((rule, self.program.model.rule(rule).name.clone()));
            error.matched = self.describe(rule, bound);
        }
        Box::new(error)
    }

    fn describe(&self, rule: RuleId, bound: &Binding) -> Vec<(String, u64)> {
        let rule = self.program.model.rule(rule);
        let named = |&var: &Var| {
            let slot = bound.get(var);
            let element = rule.scope.element(var);
            let is_node = rule.scope.is_node(var);
            let here = if is_node {
                self.graph.has_node(slot)
            } else {
                self.graph.has_edge(slot)
            };
            here.then(|| {
                (
                    element.name.clone().unwrap_or_else(|| String::from("_")),
                    self.number(is_node, slot),
                )
            })
        };
        rule.lhs.elements.iter().filter_map(named).collect()
    }
}

/// What a query's variables are bound to. What others of its owner were bound to before is not part of the match.
pub(super) fn only(query: &Query, bound: &Binding) -> Binding {
    let own = Binding::new(bound.variables());
    for &var in &query.vars {
        own.set(var, bound.get(var));
    }
    own
}
