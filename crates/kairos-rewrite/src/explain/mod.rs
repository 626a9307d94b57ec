//! Why a rule has no match: how far its best partial matches come, and what stops them.
//!
//! Nodes and edges are placed first, along a plan that follows the text and the edges; conditions are looked at on whole
//! embeddings only, all of them, so that it can be said which of them fail, and which alone.

mod search;

use std::{borrow::Cow, cell::Cell, ops::ControlFlow};

use kairos_model::{
    expr::{Expr, ExprKind, Formula, Var},
    formulas::Owner,
    pattern::{Pattern, SubPattern},
    rule::RuleId,
    types::Value,
};

use crate::{
    binding::{Binding, Slot},
    error::Fault,
    eval::{Counts, Env, Evaluated},
    graph::HostGraph,
    program::{Program, SubId},
};

use search::Search;

/// So many attempts to place an element are made for one rule.
const EFFORT: u64 = 1_000_000;

/// So many embeddings that come nearest are kept.
const NEAREST: usize = 3;

/// Elements of a pattern, in the order of the text, and what they stand for.
pub type Placed = Vec<(Var, Slot)>;

/// How a pattern fares in a graph, around what is bound.
#[derive(Clone, Debug)]
pub struct Explanation<'p> {
    /// Ways to place nodes and edges, whatever the conditions say.
    pub embeddings: u64,
    /// Those of them that fulfil all conditions.
    pub matches: u64,
    /// Whether everything was looked at.
    pub is_complete: bool,
    /// What stops it, where there is no match.
    pub obstacle: Option<Obstacle<'p>>,
}

/// What stops a pattern.
#[derive(Clone, Debug)]
pub enum Obstacle<'p> {
    /// Nodes and edges cannot all be placed.
    Element {
        /// As much as can be placed in one way.
        placed: Placed,
        /// The edge, or the node without edges to those that are placed, that has no place then.
        missing: Var,
        /// The end of a missing edge that is placed, or that stands around the pattern.
        near: Option<(Var, Slot)>,
    },
    /// All can be placed, but conditions fail.
    Conditions {
        /// For each condition that fails somewhere how often, in the order of the text.
        failures: Vec<Failures<'p>>,
        /// Embeddings of which fewest conditions fail.
        nearest: Vec<NearMiss<'p>>,
    },
}

/// How often a condition fails.
#[derive(Clone, Copy, Debug)]
pub struct Failures<'p> {
    /// The condition.
    pub condition: &'p Formula,
    /// Embeddings in which it fails.
    pub count: u64,
    /// Those in which nothing else fails.
    pub alone: u64,
}

/// An embedding that is no match.
#[derive(Clone, Debug)]
pub struct NearMiss<'p> {
    /// The embedding.
    pub placed: Placed,
    /// The conditions that fail.
    pub failing: Vec<Failing<'p>>,
}

/// A condition that does not hold, and what it reads.
#[derive(Clone, Debug)]
pub struct Failing<'p> {
    /// The condition.
    pub condition: &'p Formula,
    /// Why it has no truth value, where it has none.
    pub fault: Option<Fault>,
    /// What it reads, in the order of the text.
    pub evidence: Vec<Evidence<'p>>,
}

/// Something that a condition reads.
#[derive(Clone, Debug)]
pub enum Evidence<'p> {
    /// An attribute, a parameter, a look-up or a number, with its value.
    Value(&'p Expr, Value),
    /// A sub-pattern that is there: how often, and one place.
    Found {
        /// The sub-pattern.
        pattern: &'p SubPattern,
        /// How often.
        count: u64,
        /// Where, in one way.
        placed: Placed,
    },
    /// A sub-pattern that is not there, and why.
    NotFound {
        /// The sub-pattern.
        pattern: &'p SubPattern,
        /// What stops it.
        why: Box<Explanation<'p>>,
    },
}

/// Explains the rules of a program in a graph.
#[derive(Debug)]
pub struct Explainer<'p> {
    program: &'p Program,
    /// With all lists.
    graph: Cow<'p, HostGraph>,
    /// Attempts to place an element, of the explanation at hand.
    effort: Cell<u64>,
}

impl<'p> Explainer<'p> {
    /// For a program and a state of its graph.
    #[must_use]
    pub fn new(program: &'p Program, graph: &'p HostGraph) -> Self {
        Explainer {
            program,
            graph: graph.with_all_lists(&program.model.types),
            effort: Cell::new(0),
        }
    }

    /// The state, in which every edge is listed at both its ends.
    #[must_use]
    pub fn graph(&self) -> &HostGraph {
        &self.graph
    }

    /// How the left-hand side of a rule fares.
    #[must_use]
    pub fn rule(&self, rule: RuleId) -> Explanation<'p> {
        self.effort.set(0);
        let bound = Binding::new(self.program.widest_scope());
        self.pattern(
            Owner::Rule(rule),
            &self.program.model.rule(rule).lhs,
            &[],
            &bound,
        )
    }

    /// How the first step of a rule's choice fares around a match: slots in the order of the left-hand side's elements.
    #[must_use]
    pub fn choice(&self, rule: RuleId, matched: &[Slot]) -> Option<Explanation<'p>> {
        self.effort.set(0);
        let checked = self.program.model.rule(rule);
        let choice = checked.choose.first()?;
        let bound = Binding::new(self.program.widest_scope());
        let elements = checked.lhs.elements.iter().zip(matched);
        elements.for_each(|(&var, &slot)| bound.set(var, slot));
        Some(self.pattern(Owner::Rule(rule), &choice.pattern, &choice.taken, &bound))
    }

    fn pattern(
        &self,
        owner: Owner,
        pattern: &'p Pattern,
        taken: &'p [Var],
        bound: &Binding,
    ) -> Explanation<'p> {
        let mut survey = Survey::new(pattern);
        let search = self.search(owner, pattern, taken, bound, EFFORT);
        let mut deepest = None;
        let done = search.each(
            &mut || {
                survey.embedding(self, owner, bound);
                ControlFlow::Continue(())
            },
            &mut |depth, step| {
                if deepest.as_ref().is_none_or(|(best, _)| depth > *best) {
                    let obstacle = Obstacle::Element {
                        placed: placed(pattern, bound),
                        missing: step.var(),
                        near: step.near().map(|var| (var, bound.get(var))),
                    };
                    deepest = Some((depth, obstacle));
                }
            },
        );
        survey.conclude(done.is_continue(), deepest.map(|(_, obstacle)| obstacle))
    }

    fn search<'s>(
        &'s self,
        owner: Owner,
        pattern: &'s Pattern,
        taken: &'s [Var],
        bound: &'s Binding,
        limit: u64,
    ) -> Search<'s> {
        let (scope, effort) = (self.program.scope(owner), (&self.effort, limit));
        Search::new(scope, &self.graph, pattern, taken, bound, effort)
    }

    fn env<'a>(&'a self, bound: &'a Binding) -> Env<'a> {
        Env {
            graph: &self.graph,
            bound,
            // Conditions never read the time.
            now: 0.0,
            index: 0,
            counts: self,
            drawing: None,
            metrics: &[],
        }
    }

    fn failing(
        &self,
        owner: Owner,
        condition: &'p Formula,
        fault: Option<Fault>,
        bound: &Binding,
    ) -> Failing<'p> {
        let mut leaves = Vec::new();
        condition.expr.walk(&mut |e| {
            let is_leaf = matches!(
                e.kind,
                ExprKind::Attribute { .. }
                    | ExprKind::Parameter(_)
                    | ExprKind::Number(_)
                    | ExprKind::Lookup { .. }
                    | ExprKind::Exists(_)
                    | ExprKind::Count(_)
            );
            if is_leaf {
                leaves.push(e);
            }
        });
        let evidence = leaves
            .into_iter()
            .filter_map(|leaf| self.evidence(owner, condition, leaf, bound));
        Failing {
            condition,
            fault,
            evidence: evidence.collect(),
        }
    }

    /// What a part of a condition is; nothing where it has no value.
    fn evidence(
        &self,
        owner: Owner,
        condition: &Formula,
        leaf: &'p Expr,
        bound: &Binding,
    ) -> Option<Evidence<'p>> {
        let (ExprKind::Exists(id) | ExprKind::Count(id)) = leaf.kind else {
            let part = Formula {
                expr: leaf.clone(),
                ..condition.clone()
            };
            let code = self.program.compile_formula(owner, &part);
            let value = code.value(&self.env(bound)).ok()?;
            return Some(Evidence::Value(leaf, value));
        };
        let sub = &self.program.scope(owner).sub_patterns[id.index()];
        let found = self.found(owner, sub, bound);
        Some(match found {
            Some((count, placed)) => Evidence::Found {
                pattern: sub,
                count,
                placed,
            },
            None => Evidence::NotFound {
                pattern: sub,
                why: Box::new(self.pattern(owner, &sub.pattern, &sub.taken, bound)),
            },
        })
    }

    /// How often a sub-pattern is found, and the first place; a fault ends the search.
    fn found(&self, owner: Owner, sub: &SubPattern, bound: &Binding) -> Option<(u64, Placed)> {
        let mut first = None;
        let mut count = 0;
        let _ = self.each(owner, sub, &self.env(bound), &mut || {
            count += 1;
            first.get_or_insert_with(|| placed(&sub.pattern, bound));
            ControlFlow::Continue(())
        });
        Some((count, first?))
    }

    /// Calls `visit` for each extension of a sub-pattern that fulfils its conditions, until it breaks.
    fn each(
        &self,
        owner: Owner,
        sub: &SubPattern,
        env: &Env<'_>,
        visit: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Evaluated<()> {
        let mut fault = None;
        // Half a count would be a wrong one.
        let search = self.search(owner, &sub.pattern, &sub.taken, env.bound, u64::MAX);
        let _ = search.each(
            &mut || match self.holds(&sub.pattern, env) {
                Ok(true) => visit(),
                Ok(false) => ControlFlow::Continue(()),
                Err(why) => {
                    fault = Some(why);
                    ControlFlow::Break(())
                }
            },
            &mut |_, _| {},
        );
        fault.map_or(Ok(()), Err)
    }

    fn holds(&self, pattern: &Pattern, env: &Env<'_>) -> Evaluated<bool> {
        for condition in &pattern.conditions {
            if !self.program.code(condition).holds(env)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Counts for Explainer<'_> {
    fn exists(&self, sub: SubId, env: &Env<'_>) -> Evaluated<bool> {
        let mut exists = false;
        let (owner, _) = self.program.sub_owner(sub);
        self.each(owner, self.program.sub(sub), env, &mut || {
            exists = true;
            ControlFlow::Break(())
        })?;
        Ok(exists)
    }

    fn count(&self, sub: SubId, env: &Env<'_>) -> Evaluated<u64> {
        let mut count = 0;
        let (owner, _) = self.program.sub_owner(sub);
        self.each(owner, self.program.sub(sub), env, &mut || {
            count += 1;
            ControlFlow::Continue(())
        })?;
        Ok(count)
    }
}

fn placed(pattern: &Pattern, bound: &Binding) -> Placed {
    let all = pattern.elements.iter().map(|&var| (var, bound.get(var)));
    all.filter(|&(_, slot)| slot != Slot::NONE).collect()
}

/// What is learnt from the embeddings of a pattern.
struct Survey<'p> {
    pattern: &'p Pattern,
    embeddings: u64,
    matches: u64,
    failures: Vec<Failures<'p>>,
    nearest: Vec<NearMiss<'p>>,
}

impl<'p> Survey<'p> {
    fn new(pattern: &'p Pattern) -> Self {
        let failures = pattern.conditions.iter().map(|condition| Failures {
            condition,
            count: 0,
            alone: 0,
        });
        Survey {
            pattern,
            embeddings: 0,
            matches: 0,
            failures: failures.collect(),
            nearest: Vec::new(),
        }
    }

    /// Looks at all conditions of an embedding.
    fn embedding(&mut self, explainer: &Explainer<'p>, owner: Owner, bound: &Binding) {
        self.embeddings += 1;
        let env = explainer.env(bound);
        let mut failing = Vec::new();
        for (position, failures) in self.failures.iter_mut().enumerate() {
            let holds = explainer.program.code(failures.condition).holds(&env);
            if !matches!(holds, Ok(true)) {
                failures.count += 1;
                failing.push((position, holds.err()));
            }
        }
        match failing.as_slice() {
            [] => self.matches += 1,
            [(only, _)] => self.failures[*only].alone += 1,
            _ => {}
        }
        let fewest = self.nearest.first().map_or(usize::MAX, |n| n.failing.len());
        if failing.len() < fewest {
            self.nearest.clear();
        }
        if !failing.is_empty() && failing.len() <= fewest && self.nearest.len() < NEAREST {
            let failing = failing.into_iter().map(|(position, fault)| {
                let condition = self.failures[position].condition;
                explainer.failing(owner, condition, fault.map(|f| *f), bound)
            });
            self.nearest.push(NearMiss {
                failing: failing.collect(),
                placed: placed(self.pattern, bound),
            });
        }
    }

    fn conclude(self, is_complete: bool, deepest: Option<Obstacle<'p>>) -> Explanation<'p> {
        let obstacle = match (self.matches, self.embeddings) {
            (0, 0) => deepest,
            (0, _) => Some(Obstacle::Conditions {
                failures: self.failures.into_iter().filter(|f| f.count > 0).collect(),
                nearest: self.nearest,
            }),
            _ => None,
        };
        Explanation {
            embeddings: self.embeddings,
            matches: self.matches,
            is_complete,
            obstacle,
        }
    }
}
