//! The queries of a program, what each reads, and which search starts from which change. Compiled once.

use kairos_model::{
    expr::{Formula, FormulaId, Var},
    formulas::Owner,
    pattern::{Pattern, PatternEdge, Scope},
    probe::{ProbeId, ProbeKind, Summary},
    rule::{Pick, Rule, RuleId},
    timer::ClockMode,
    types::{EdgeTypeId, NodeTypeId},
};

use super::{
    dispatch::Dispatch,
    picking::{Choosing, Picking},
    plan::Plan,
    prefetch::{Ahead, Scattered},
    query::{Indexed, Purpose, Query, QueryId, Ready},
    ranking::Ranking,
    seeds::Seeds,
    sharing,
    strategy::{Strategies, Strategy, extension_plan, split_conditions},
    tally::Tally,
};
use crate::program::{ChoiceShape, Program, SubId};

/// A rule whose matches follow from an order of nodes.
#[derive(Debug)]
pub(crate) struct Ranked {
    pub(crate) ranking: Ranking,
    pub(crate) events: QueryId,
    pub(crate) frames: QueryId,
    pub(crate) order: QueryId,
}

/// A component of a rule with an aggregate clock.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    /// The query of its matches. Components that an automorphism exchanges have the same matches, and share it.
    pub(crate) query: QueryId,
    /// What the query's columns are bound to.
    pub(crate) vars: Vec<Var>,
    /// Whether its matches have weights.
    pub(crate) is_weighted: bool,
}

/// Everything that is compiled for incremental matching.
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) queries: Vec<Query>,
    pub(crate) strata: usize,
    pub(crate) strategies: Strategies,
    pub(crate) dispatch: Dispatch,
    /// For each sub-pattern its conditions.
    pub(crate) sub_conditions: Vec<Vec<FormulaId>>,
    /// For each rule what it chooses.
    pub(crate) choices: Vec<Choosing>,
    /// For each rule how the extensions of its for_each blocks are searched for, with their conditions.
    pub(crate) blocks: Vec<Vec<(Plan, Vec<FormulaId>)>>,
    /// For each rule its query of events.
    pub(crate) events: Vec<Option<QueryId>>,
    /// For each rule what its firings read first.
    pub(crate) ahead: Vec<Ahead>,
    /// For each rule its components.
    pub(crate) components: Vec<Vec<Component>>,
    /// For each rule how its matches follow from an order of nodes, if they do.
    pub(crate) rankings: Vec<Option<Ranked>>,
    pub(crate) has_rankings: bool,
    /// For each probe its query.
    pub(crate) probes: Vec<Option<QueryId>>,
    /// For each probe how it is counted, and what is summed up, without a query, if it is.
    pub(crate) tallies: Vec<Option<Tally>>,
    /// For each rule the elements that its application comes upon one after the other.
    pub(crate) scattered: Vec<Scattered>,
    /// For each rule from which of the edges that it creates matches are looked for, where that is known.
    pub(crate) seeds: Vec<Option<Seeds>>,
    /// The query of `stop_when`.
    pub(crate) stop: Option<QueryId>,
}

impl Network {
    /// Whether the matches of a query are found by an order of nodes.
    pub(crate) fn is_ranked(&self, query: &Query) -> bool {
        match query.purpose {
            Purpose::Events(rule) => self.rankings[rule.index()].is_some(),
            _ => false,
        }
    }

    pub(crate) fn compile(program: &Program) -> Network {
        let mut builder = Builder {
            program,
            strategies: Strategies::new(program),
            queries: Vec::new(),
        };
        let model = &program.model;
        builder.subs();
        let rules = (0..).zip(&model.rules).map(|(i, _)| RuleId(i));
        let events: Vec<Option<QueryId>> = rules.clone().map(|r| builder.events(r)).collect();
        let components = rules.clone().map(|r| builder.components(r)).collect();
        let pools: Vec<Vec<Option<QueryId>>> = rules.clone().map(|r| builder.pools(r)).collect();
        let ids = (0..).map(ProbeId).take(model.probes.len());
        let tallies: Vec<Option<Tally>> = ids.clone().map(|p| builder.tally(p)).collect();
        let probe = |(p, tally): (ProbeId, &Option<Tally>)| match tally {
            Some(_) => None,
            None => builder.probe(p),
        };
        let probes = ids.zip(&tallies).map(probe).collect();
        let stop = model.run.stop_when.as_ref().map(|(_, condition)| {
            builder.add(Draft {
                conditions: vec![condition],
                ..Draft::new(Purpose::Stop, Owner::Stop)
            })
        });
        let rankings: Vec<_> = rules
            .zip(&events)
            .map(|(r, events)| builder.ranking(r, (*events)?))
            .collect();
        let Builder {
            mut queries,
            mut strategies,
            ..
        } = builder;
        let strata = strategies.stratify(program, &mut queries, &rankings);
        let mut dispatch = Dispatch::new(program, &strategies, &rankings, &mut queries);
        dispatch.tally(&model.types, &tallies);
        let sub = |i: usize| {
            program.sub(SubId(
                u32::try_from(i).expect("fewer than 2^32 sub-patterns"),
            ))
        };
        let ids = |i: usize| sub(i).pattern.conditions.iter().map(|c| c.id).collect();
        let sub_conditions = (0..program.sub_count()).map(ids).collect();
        let extension = |rule: usize, pattern: &Pattern, taken: &[Var]| {
            let owner = Owner::Rule(RuleId(u16::try_from(rule).expect("fewer than 2^16 rules")));
            let plan = extension_plan(program, owner, pattern, taken);
            (plan, pattern.conditions.iter().map(|c| c.id).collect())
        };
        let picking = |rule: RuleId, step: usize, pool: Option<QueryId>| {
            let choice = &model.rule(rule).choose[step];
            let search = extension(rule.index(), &choice.pattern, &choice.taken);
            Picking::new(program, rule, step, pool, search)
        };
        let pickings = |(rule, pools): (RuleId, &Vec<Option<QueryId>>)| {
            let steps = pools.iter().enumerate();
            let then = model.rule(rule).then.iter();
            Choosing {
                steps: steps
                    .map(|(step, &pool)| picking(rule, step, pool))
                    .collect(),
                then: then.map(|c| Ready::new(program, c.id)).collect(),
            }
        };
        let blocks = |(i, r): (usize, &Rule)| {
            r.for_each
                .iter()
                .map(|b| extension(i, &b.pattern, &b.taken))
                .collect()
        };
        let ahead = (0..).map(RuleId).zip(&model.rules);
        let ahead = ahead
            .map(|(r, _)| Ahead::of(program, &dispatch, r))
            .collect();
        let scattered = |(rule, events): (&Rule, &Option<QueryId>)| match events {
            Some(_) => Scattered::of(rule),
            None => Scattered::default(),
        };
        let mut network = Network {
            queries,
            ahead,
            scattered: model.rules.iter().zip(&events).map(scattered).collect(),
            strata,
            strategies,
            dispatch,
            sub_conditions,
            choices: (0..).map(RuleId).zip(&pools).map(pickings).collect(),
            blocks: model.rules.iter().enumerate().map(blocks).collect(),
            events,
            components,
            has_rankings: rankings.iter().any(Option::is_some),
            rankings,
            probes,
            tallies,
            seeds: Vec::new(),
            stop,
        };
        let seeds = |(id, rule): (RuleId, &Rule)| {
            let is_straight = program.effects(id).are_straight();
            Seeds::of(program, &network, rule, |created| {
                !is_straight || network.dispatch.notices(created)
            })
        };
        network.seeds = (0..).map(RuleId).zip(&model.rules).map(seeds).collect();
        network
    }
}

/// A query before it is compiled.
struct Draft<'a> {
    purpose: Purpose,
    owner: Owner,
    vars: Vec<Var>,
    edges: Vec<PatternEdge>,
    injective: Option<Vec<Var>>,
    conditions: Vec<&'a Formula>,
    anchor: Option<Var>,
    value: Option<&'a Formula>,
    indexed: Indexed,
    orbits: Vec<Vec<Var>>,
    observed: Vec<(SubId, bool)>,
}

impl Draft<'_> {
    fn new(purpose: Purpose, owner: Owner) -> Self {
        Draft {
            purpose,
            owner,
            vars: Vec::new(),
            edges: Vec::new(),
            injective: None,
            conditions: Vec::new(),
            anchor: None,
            value: None,
            indexed: Indexed::No,
            orbits: Vec::new(),
            observed: Vec::new(),
        }
    }
}

struct Builder<'a> {
    program: &'a Program,
    strategies: Strategies,
    queries: Vec<Query>,
}

impl<'a> Builder<'a> {
    fn add(&mut self, draft: Draft<'_>) -> QueryId {
        let scope = self.program.scope(draft.owner);
        let injective = draft
            .injective
            .unwrap_or_else(|| nodes_among(scope, &draft.vars));
        let (early, late) = split_conditions(
            self.program,
            scope,
            &draft.vars,
            draft.conditions.iter().copied(),
        );
        let column = |v: Var| {
            draft
                .vars
                .iter()
                .position(|&w| w == v)
                .expect("a variable of the query")
        };
        let keeps_order = match draft.purpose {
            Purpose::Component(..) | Purpose::Pool(..) => true,
            Purpose::Probe(_) => draft.indexed == Indexed::Order,
            _ => false,
        };
        let checked = early.iter().map(|e| e.0).chain(late.iter().copied());
        let ready = |formula: &Formula| Ready::new(self.program, formula.id);
        let orbits = draft.orbits.iter().map(|automorphism| {
            let permutation = automorphism.iter().map(|&v| column(v));
            permutation.collect::<Vec<usize>>()
        });
        let mut query = Query {
            id: QueryId(
                u16::try_from(self.queries.len()).expect("check allows fewer than 2^16 queries"),
            ),
            purpose: draft.purpose,
            owner: draft.owner,
            nodes: draft.vars.iter().map(|&v| scope.is_node(v)).collect(),
            types: draft.vars.iter().map(|&v| scope.only_type(v)).collect(),
            order: match draft.purpose {
                Purpose::Pool(..) if !draft.edges.is_empty() => vec![column(draft.edges[0].edge)],
                _ => (0..draft.vars.len()).collect(),
            },
            edges: draft.edges,
            injective,
            conditions: draft.conditions.iter().map(|f| f.id).collect(),
            checked: checked.map(|c| ready(draft.conditions[c])).collect(),
            stratum: 0,
            hooks: Vec::new(),
            anchor: draft.anchor.map(column),
            value: draft.value.map(ready),
            indexed: draft.indexed,
            keeps_order,
            keeps_rows: keeps_order
                || draft.indexed == Indexed::Total
                || matches!(draft.purpose, Purpose::Frames(_) | Purpose::Order(_)),
            scanned: false,
            orbits: orbits.filter(|p| !p.is_sorted()).collect(),
            observed: draft.observed,
            full: Plan {
                seed: None,
                items: Box::default(),
            },
            early,
            late,
            vars: draft.vars,
        };
        query.full = query.seeded(self.program, None);
        let id = query.id;
        self.queries.push(query);
        id
    }

    /// A query for every sub-pattern whose extensions are stored.
    fn subs(&mut self) {
        for index in 0..self.program.sub_count() {
            let sub = SubId(u32::try_from(index).expect("fewer than 2^32 sub-patterns"));
            let Strategy::Stored { anchor, .. } = self.strategies.of(sub) else {
                continue;
            };
            let anchor = *anchor;
            let pattern = &self.program.sub(sub).pattern;
            let owner = self.program.sub_owner(sub).0;
            if matches!(owner, Owner::Rule(rule) if self.program.is_switched_off(rule)) {
                continue;
            }
            let id = self.add(Draft {
                vars: anchor
                    .into_iter()
                    .chain(pattern.elements.iter().copied())
                    .collect(),
                injective: Some(nodes_among(self.program.scope(owner), &pattern.elements)),
                edges: pattern.edges.clone(),
                conditions: pattern.conditions.iter().collect(),
                anchor,
                ..Draft::new(Purpose::Sub(sub), owner)
            });
            self.strategies.set_query(sub, id);
        }
    }

    fn events(&mut self, id: RuleId) -> Option<QueryId> {
        let program = self.program;
        if program.aggregates[id.index()].is_some() || program.is_switched_off(id) {
            return None;
        }
        let rule = program.model.rule(id);
        let owner = Owner::Rule(id);
        let mut observed = Vec::new();
        for parameter in &program.model.timers[id.index()].law.parameters {
            super::strategy::direct_subs(program, owner, &parameter.expr, &mut observed);
        }
        Some(self.add(Draft {
            vars: rule.lhs.elements.clone(),
            edges: rule.lhs.edges.clone(),
            conditions: rule.lhs.conditions.iter().collect(),
            orbits: if rule.symmetric {
                rule.automorphisms.clone()
            } else {
                Vec::new()
            },
            observed,
            ..Draft::new(Purpose::Events(id), owner)
        }))
    }

    /// The queries of a rule that says "no better one".
    fn ranking(&mut self, id: RuleId, events: QueryId) -> Option<Ranked> {
        let program = self.program;
        let ranking = Ranking::of(program, id)?;
        let owner = Owner::Rule(id);
        let frames = self.add(Draft {
            vars: ranking.frame.clone(),
            edges: ranking.frame_edges.clone(),
            conditions: ranking
                .frame_conditions
                .iter()
                .map(|&f| program.formula(f))
                .collect(),
            ..Draft::new(Purpose::Frames(id), owner)
        });
        let order = self.add(Draft {
            vars: vec![ranking.other],
            ..Draft::new(Purpose::Order(id), owner)
        });
        Some(Ranked {
            ranking,
            events,
            frames,
            order,
        })
    }

    fn components(&mut self, id: RuleId) -> Vec<Component> {
        let program = self.program;
        let Some(plan) = &program.aggregates[id.index()] else {
            return Vec::new();
        };
        let rule = program.model.rule(id);
        let ClockMode::Aggregate { weights } = &program.model.timers[id.index()].clock else {
            return Vec::new();
        };
        let mut components: Vec<Component> = Vec::new();
        for (position, elements) in rule.components.iter().enumerate() {
            let same = |c: &&Component| exchanges(rule, &c.vars, elements);
            let weight = weights.get(position).and_then(Option::as_ref);
            let (query, is_weighted) = match components.iter().find(same) {
                Some(earlier) => (earlier.query, earlier.is_weighted),
                None => (
                    self.add(Draft {
                        vars: elements.clone(),
                        edges: rule
                            .lhs
                            .edges
                            .iter()
                            .filter(|e| elements.contains(&e.edge))
                            .copied()
                            .collect(),
                        conditions: plan.conditions[position]
                            .iter()
                            .map(|&c| &rule.lhs.conditions[c])
                            .collect(),
                        value: weight,
                        indexed: if weight.is_some() {
                            Indexed::Sums
                        } else {
                            Indexed::No
                        },
                        ..Draft::new(Purpose::Component(id, position), Owner::Rule(id))
                    }),
                    weight.is_some(),
                ),
            };
            components.push(Component {
                query,
                vars: elements.clone(),
                is_weighted,
            });
        }
        components
    }

    fn pools(&mut self, id: RuleId) -> Vec<Option<QueryId>> {
        let steps = self.program.model.rule(id).choose.len();
        if self.program.is_switched_off(id) {
            return vec![None; steps];
        }
        (0..steps).map(|step| self.pool(id, step)).collect()
    }

    fn pool(&mut self, id: RuleId, step: usize) -> Option<QueryId> {
        let program = self.program;
        let choice = &program.model.rule(id).choose[step];
        let plan = &program.choices[id.index()][step];
        let (value, indexed) = match &choice.pick {
            Pick::Max(f) | Pick::Min(f) if plan.value_reads_candidate => (Some(f), Indexed::Order),
            Pick::Weighted(f)
                if plan.value_reads_candidate
                    && plan.remaining.is_empty()
                    && plan.taken.is_empty() =>
            {
                (Some(f), Indexed::Sums)
            }
            _ => (None, Indexed::No),
        };
        let (vars, anchor) = match plan.shape {
            ChoiceShape::Search => return None,
            ChoiceShape::Nodes { node } => (vec![node], None),
            ChoiceShape::Edges {
                anchor, edge, node, ..
            } => (vec![anchor, edge, node], Some(anchor)),
        };
        if value.is_none()
            && plan.candidate.is_empty()
            && program.is_list(Owner::Rule(id), plan.shape)
        {
            return None;
        }
        let conditions = plan.candidate.iter();
        let conditions: Vec<&Formula> =
            conditions.map(|&c| &choice.pattern.conditions[c]).collect();
        if let (ChoiceShape::Nodes { node }, None) = (plan.shape, value)
            && let Some(twin) = sharing::twin(
                (program, &self.strategies),
                &self.queries,
                (Owner::Rule(id), node),
                &conditions,
            )
        {
            let query = &mut self.queries[twin.index()];
            (query.keeps_order, query.keeps_rows) = (true, true);
            return Some(twin);
        }
        Some(self.add(Draft {
            vars,
            edges: choice.pattern.edges.clone(),
            injective: Some(Vec::new()),
            conditions,
            anchor,
            value,
            indexed,
            ..Draft::new(Purpose::Pool(id, step), Owner::Rule(id))
        }))
    }

    fn tally(&self, id: ProbeId) -> Option<Tally> {
        let scope = self.program.scope(Owner::Probe(id));
        match &self.program.model.probes[id.index()].kind {
            ProbeKind::Count(query) => Tally::of(self.program, scope, &query.pattern),
            ProbeKind::Summary {
                of: Summary::Sum | Summary::Mean,
                value,
                over,
            } => Tally::of(self.program, scope, &over.pattern)?.sum(self.program, value),
            _ => None,
        }
    }

    fn probe(&mut self, id: ProbeId) -> Option<QueryId> {
        let program: &'a Program = self.program;
        let (query, value, indexed) = match &program.model.probes[id.index()].kind {
            ProbeKind::Count(query) => (query, None, Indexed::No),
            ProbeKind::Summary { of, value, over } => match of {
                Summary::Sum | Summary::Mean => (over, Some(value), Indexed::Total),
                Summary::Min | Summary::Max => (over, Some(value), Indexed::Order),
            },
            _ => return None,
        };
        Some(self.add(Draft {
            vars: query.pattern.elements.clone(),
            edges: query.pattern.edges.clone(),
            conditions: query.pattern.conditions.iter().collect(),
            value,
            indexed,
            ..Draft::new(Purpose::Probe(id), Owner::Probe(id))
        }))
    }
}

/// Whether a symmetric rule looks the same with some variables, in their order, replaced by others.
fn exchanges(rule: &Rule, some: &[Var], others: &[Var]) -> bool {
    let elements = &rule.lhs.elements;
    let image = |automorphism: &[Var], var: &Var| {
        let position = elements.iter().position(|e| e == var);
        position.map(|position| automorphism[position])
    };
    rule.symmetric
        && some.len() == others.len()
        && rule.automorphisms.iter().any(|automorphism| {
            let mut pairs = some.iter().zip(others);
            pairs.all(|(var, other)| image(automorphism, var) == Some(*other))
        })
}

fn nodes_among(scope: &Scope, vars: &[Var]) -> Vec<Var> {
    vars.iter().copied().filter(|&v| scope.is_node(v)).collect()
}

impl Program {
    /// Whether the members of a pool, unfiltered, are exactly one list of the host graph.
    fn is_list(&self, owner: Owner, shape: ChoiceShape) -> bool {
        let scope = self.scope(owner);
        match shape {
            ChoiceShape::Search => false,
            ChoiceShape::Nodes { node } => scope.node_types(node).len() == 1,
            ChoiceShape::Edges {
                anchor,
                edge,
                node,
                way,
            } => {
                let edge: EdgeTypeId = scope.edge_types(edge)[0];
                let near = scope.node_types(anchor);
                let far = scope.node_types(node);
                let ports = |ty: NodeTypeId| {
                    far.iter()
                        .filter(|&&f| self.schema.joins(ty, edge, way, f))
                        .count()
                };
                near.iter().all(|&ty| ports(ty) == 1)
            }
        }
    }
}
