//! Pools of nodes that a query finds anyway: those that wait for a rule are often those that another chooses among.

use kairos_model::{
    expr::{Formula, Var},
    formulas::Owner,
};

use super::{
    query::{Purpose, Query, QueryId},
    strategy::{Degrees, Strategies, existence},
};
use crate::{eval::Range, program::Program};

/// What a condition says of a node, of those that can be compared.
#[derive(PartialEq)]
enum Said<'a> {
    /// Whether it has any of the edges that a degree counts.
    Exists(Degrees<'a>, bool),
    /// Where the attribute in a column lies.
    Lies(usize, Range),
}

/// A query whose matches are the nodes that a variable of these conditions stands for, if there is one.
pub(super) fn twin(
    (program, strategies): (&Program, &Strategies),
    queries: &[Query],
    (owner, node): (Owner, Var),
    conditions: &[&Formula],
) -> Option<QueryId> {
    let by = |owner: Owner, var: Var, condition: &Formula| {
        Said::by((program, strategies), (owner, var), condition)
    };
    let wanted = conditions.iter().map(|c| by(owner, node, c));
    let wanted: Vec<Said<'_>> = wanted.collect::<Option<_>>()?;
    let types = program.scope(owner).node_types(node);
    let is_twin = |query: &&Query| {
        let &[var] = query.vars.as_slice() else {
            return false;
        };
        let said = query.conditions.iter().map(|&c| program.formula(c));
        let said: Option<Vec<Said<'_>>> = said.map(|c| by(query.owner, var, c)).collect();
        matches!(query.purpose, Purpose::Events(_) | Purpose::Pool(..))
            && query.value.is_none()
            && program.scope(query.owner).node_types(var) == types
            && said.is_some_and(|said| {
                wanted.iter().all(|one| said.contains(one))
                    && said.iter().all(|one| wanted.contains(one))
            })
    };
    queries.iter().find(is_twin).map(|query| query.id)
}

impl<'a> Said<'a> {
    fn by(
        (program, strategies): (&'a Program, &'a Strategies),
        (owner, node): (Owner, Var),
        condition: &Formula,
    ) -> Option<Said<'a>> {
        if let Some((id, answer)) = existence(program, owner, &condition.expr) {
            let (anchor, degrees) = strategies.degrees(program, id)?;
            return (anchor == node).then_some(Said::Exists(degrees, answer));
        }
        let (column, range) = program.code(condition).quick()?.range_of_attribute()?;
        Some(Said::Lies(column, range))
    }
}
