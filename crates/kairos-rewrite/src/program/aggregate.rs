//! How the left-hand side of a rule with an aggregate clock is split.

use kairos_model::{expr::Var, rule::Rule};

/// How the left-hand side of a rule with an aggregate clock is split.
#[derive(Clone, Debug)]
pub struct AggregatePlan {
    /// For each component the positions, among the guard's conditions, of those that read only its elements.
    pub conditions: Vec<Vec<usize>>,
    /// Positions of the conditions across components, checked at the pick.
    pub across: Vec<usize>,
    /// Elements of unlike components that could be the same one and must not.
    pub distinct: Vec<(Var, Var)>,
}

pub(super) fn plan_aggregate(rule: &Rule) -> AggregatePlan {
    let mut conditions = vec![Vec::new(); rule.components.len()];
    let mut across = Vec::new();
    for (position, condition) in rule.lhs.conditions.iter().enumerate() {
        let mut read = Vec::new();
        rule.scope.mentions(&condition.expr, &mut read);
        read.retain(|v| rule.lhs.elements.contains(v));
        let home = rule
            .components
            .iter()
            .position(|c| !read.is_empty() && read.iter().all(|v| c.contains(v)));
        match home {
            Some(component) => conditions[component].push(position),
            None => across.push(position),
        }
    }
    AggregatePlan {
        conditions,
        across,
        distinct: distinct_pairs(rule),
    }
}

/// Elements of unlike components whose types overlap.
fn distinct_pairs(rule: &Rule) -> Vec<(Var, Var)> {
    let mut pairs = Vec::new();
    for (position, component) in rule.components.iter().enumerate() {
        for other in &rule.components[..position] {
            for &a in component {
                pairs.extend(
                    other
                        .iter()
                        .filter(|&&b| rule.scope.can_be_same(a, b))
                        .map(|&b| (a, b)),
                );
            }
        }
    }
    pairs
}
