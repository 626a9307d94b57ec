//! The naive matcher's answers to an engine.

use super::{
    Arc, BTreeMap, Binding, Cause, Change, ChoiceShape, Context, Drawing, EffectReader, Effort,
    Event, Extensions, Fault, Firing, Formula, FormulaId, Fraction, HostGraph, MatchDelta, Matched,
    Matcher, NaiveMatcher, Outcome, Owner, Pick, Pool, ProbeId, Program, RefCell, RuleId,
    RuntimeError, Slot, SumTree, Value, Var,
};

impl NaiveMatcher {
    fn pool(&self, rule: RuleId, step: usize, bound: &Binding) -> Option<&Pool> {
        let anchor = match self.program.choices[rule.index()][step].shape {
            ChoiceShape::Edges { anchor, .. } => self.graph.node_number(bound.get(anchor)),
            ChoiceShape::Nodes { .. } | ChoiceShape::Search => 0,
        };
        self.pools[rule.index()][step].get(&anchor)
    }

    fn condition(&self, rule: RuleId, formula: &Formula, bound: &Binding) -> Outcome<bool> {
        let owner = Owner::Rule(rule);
        self.context(owner, bound)
            .holds(&formula.expr)
            .map_err(|fault| self.error(owner, *fault, Some(formula), bound))
    }

    fn pool_len(&self, rule: RuleId, step: usize, bound: &Binding) -> usize {
        self.pool(rule, step, bound).map_or(0, |p| p.members.len())
    }

    /// Binds the member at a position; whether distinctness and the remaining conditions hold for it.
    fn pool_bind(
        &self,
        rule: RuleId,
        step: usize,
        position: usize,
        bound: &Binding,
    ) -> Outcome<bool> {
        let choice = &self.program.model.rule(rule).choose[step];
        let plan = &self.program.choices[rule.index()][step];
        let Some(pool) = self.pool(rule, step, bound) else {
            return Ok(false);
        };
        Self::bind(&choice.pattern.elements, &pool.members[position].1, bound);
        if let ChoiceShape::Edges { edge, .. } = plan.shape
            && choice
                .taken
                .iter()
                .any(|&t| bound.get(t) == bound.get(edge))
        {
            return Ok(false);
        }
        for &condition in &plan.remaining {
            if !self.condition(rule, &choice.pattern.conditions[condition], bound)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes a step that is a uniform pick from a pool; whether a candidate was found.
    fn pool_pick(
        &self,
        rule: RuleId,
        step: usize,
        attempts: u32,
        uniform: impl Fn(u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<bool> {
        let count = self.pool_len(rule, step, bound);
        for attempt in 0..if count == 0 { 0 } else { attempts } {
            if self.pool_bind(rule, step, uniform(attempt).of(count), bound)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn bind(own: &[Var], slots: &[Slot], bound: &Binding) {
        own.iter().zip(slots).for_each(|(&v, &s)| bound.set(v, s));
    }
}

impl EffectReader for NaiveMatcher {
    fn program(&self) -> &Program {
        &self.program
    }

    fn graph(&self) -> &HostGraph {
        &self.graph
    }

    fn evaluate(
        &self,
        firing: &Firing<'_>,
        formula: FormulaId,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value> {
        let formula = self.program.formula(formula);
        let owner = Owner::Rule(firing.rule);
        let context = Context {
            draws: Some(drawing),
            ..self.context(owner, firing.bound)
        };
        context
            .value(&formula.expr)
            .map_err(|fault| self.error(owner, *fault, Some(formula), firing.bound))
    }

    fn block(&self, firing: &Firing<'_>, block: usize, out: &mut Extensions) -> Outcome<()> {
        let block = &self.program.model.rule(firing.rule).for_each[block];
        out.reset(block.pattern.elements.len());
        let found = self.find(
            Owner::Rule(firing.rule),
            &block.pattern,
            &block.taken,
            firing.bound,
        )?;
        out.slots.extend(found.into_values().flatten());
        Ok(())
    }

    fn fault(&self, firing: &Firing<'_>, fault: Fault) -> Box<RuntimeError> {
        self.error(Owner::Rule(firing.rule), fault, None, firing.bound)
    }
}

impl Matcher for NaiveMatcher {
    fn start(program: &Arc<Program>, graph: HostGraph) -> Outcome<Self> {
        let model = &program.model;
        let mut matcher = NaiveMatcher {
            program: Arc::clone(program),
            graph: graph.with_all_lists(&model.types).into_owned(),
            change: Change::default(),
            active: vec![BTreeMap::new(); model.rules.len()],
            events: Vec::new(),
            free: Vec::new(),
            lost: Vec::new(),
            components: model
                .rules
                .iter()
                .map(|r| vec![Default::default(); r.components.len()])
                .collect(),
            pools: model
                .rules
                .iter()
                .map(|r| vec![BTreeMap::new(); r.choose.len()])
                .collect(),
            probes: vec![Pool::default(); model.probes.len()],
            readings: vec![None; model.probes.len()],
            stops: false,
            delta: MatchDelta::default(),
            now: 0.0,
        };
        matcher.recompute()?;
        Ok(matcher)
    }

    fn program(&self) -> &Arc<Program> {
        &self.program
    }

    fn graph(&self) -> &HostGraph {
        &self.graph
    }

    fn set_time(&mut self, now: f64) {
        self.now = now;
    }

    fn apply(&mut self, firing: Firing<'_>, cause: &mut dyn Cause) -> Outcome<()> {
        self.now = firing.now;
        self.graph.begin_step();
        self.free.append(&mut self.lost);
        self.delta.clear();
        let mut change = std::mem::take(&mut self.change);
        change.plan(self, &firing, cause)?;
        change.commit(&mut self.graph, firing.bound);
        self.change = change;
        self.recompute()
    }

    fn delta(&self) -> &MatchDelta {
        &self.delta
    }

    fn matched(&self, event: Event) -> Matched<'_> {
        Matched::Many(&self.events[event.id.index()].slots)
    }

    fn events(&self) -> Vec<Event> {
        self.active
            .iter()
            .flat_map(|a| a.values().copied())
            .collect()
    }

    fn value(&self, formula: &Formula, bound: &Binding, now: f64) -> Outcome<Value> {
        let (owner, _) = self.program.formula_owner(formula.id);
        let context = Context {
            now,
            ..self.context(owner, bound)
        };
        context
            .value(&formula.expr)
            .map_err(|fault| Box::new(RuntimeError::new(*fault, now).of(formula)))
    }

    fn pool_picks(
        &self,
        rule: RuleId,
        first: usize,
        attempts: u32,
        uniform: impl Fn(usize, u32) -> Fraction,
        bound: &Binding,
    ) -> Outcome<Option<usize>> {
        let steps = &self.program.model.rule(rule).choose;
        for (step, choice) in steps.iter().enumerate().skip(first) {
            let uniform = |attempt| uniform(step, attempt);
            if !matches!(choice.pick, Pick::Uniform)
                || !self.pool_pick(rule, step, attempts, uniform, bound)?
            {
                return Ok(Some(step));
            }
        }
        Ok(None)
    }

    fn extensions(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let choice = &self.program.model.rule(rule).choose[step];
        out.reset(choice.pattern.elements.len());
        if self.program.choices[rule.index()][step].shape == ChoiceShape::Search {
            let found = self.find(Owner::Rule(rule), &choice.pattern, &choice.taken, bound)?;
            out.slots.extend(found.into_values().flatten());
            return Ok(());
        }
        for position in 0..self.pool_len(rule, step, bound) {
            if self.pool_bind(rule, step, position, bound)? {
                out.slots
                    .extend(choice.pattern.elements.iter().map(|&v| bound.get(v)));
            }
        }
        Ok(())
    }

    fn best(
        &self,
        rule: RuleId,
        step: usize,
        bound: &Binding,
        out: &mut Extensions,
    ) -> Outcome<()> {
        let owner = Owner::Rule(rule);
        let choice = &self.program.model.rule(rule).choose[step];
        let own = &choice.pattern.elements;
        let (Pick::Max(formula) | Pick::Min(formula)) = &choice.pick else {
            return Ok(());
        };
        let mut all = Extensions::default();
        self.extensions(rule, step, bound, &mut all)?;
        let mut candidates = Vec::new();
        for position in 0..all.len() {
            let slots = all.get(position);
            Self::bind(own, slots, bound);
            let value = self.context(owner, bound).value(&formula.expr);
            let value = value.map_err(|fault| self.error(owner, *fault, Some(formula), bound))?;
            #[expect(
                clippy::cast_precision_loss,
                reason = "integers are compared as integers below"
            )]
            let (whole, real) = match value {
                Value::Int(i) => (i, i as f64),
                Value::Real(r) => (0, r),
                _ => unreachable!("check gives numbers an order only"),
            };
            let numbers: Vec<u64> = own
                .iter()
                .zip(slots)
                .map(|(&v, &s)| self.number(owner, v, s))
                .collect();
            candidates.push((whole, real, numbers, slots.to_vec()));
        }
        let better = |a: &(i64, f64, Vec<u64>, Vec<Slot>), b: &(i64, f64, Vec<u64>, Vec<Slot>)| {
            match &choice.pick {
                Pick::Max(_) => a.0 > b.0 || (a.0 == b.0 && a.1 > b.1),
                _ => a.0 < b.0 || (a.0 == b.0 && a.1 < b.1),
            }
        };
        let mut best: Vec<_> = candidates
            .iter()
            .filter(|c| !candidates.iter().any(|other| better(other, c)))
            .collect();
        best.sort_by(|a, b| a.2.cmp(&b.2));
        out.reset(own.len());
        out.slots
            .extend(best.into_iter().flat_map(|c| c.3.iter().copied()));
        Ok(())
    }

    fn pool_weighted(&self, rule: RuleId, step: usize, u: f64, bound: &Binding) -> Option<bool> {
        let choice = &self.program.model.rule(rule).choose[step];
        let Pick::Weighted(formula) = &choice.pick else {
            return None;
        };
        if self.program.choices[rule.index()][step].shape == ChoiceShape::Search
            || !self.has_sums(rule, step)
        {
            return None;
        }
        let Some(pool) = self.pool(rule, step, bound) else {
            return Some(false);
        };
        let mut sums = SumTree::default();
        for (_, slots) in &pool.members {
            Self::bind(&choice.pattern.elements, slots, bound);
            sums.push(self.weight(Owner::Rule(rule), formula, bound).ok()?);
        }
        let position = sums.locate(u);
        if let Some(position) = position {
            Self::bind(&choice.pattern.elements, &pool.members[position].1, bound);
        }
        Some(position.is_some())
    }

    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 matches")]
    fn component_weights(&self, rule: RuleId) -> impl Iterator<Item = f64> {
        let components = self.components[rule.index()].iter().enumerate();
        components.map(move |(component, (pool, bits))| {
            if self.is_weighted(rule, component) {
                sums(bits).total()
            } else {
                pool.members.len() as f64
            }
        })
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "0 <= u < 1"
    )]
    fn component_picks(&self, rule: RuleId, u: impl Fn(usize) -> f64, bound: &Binding) {
        for (component, (pool, bits)) in self.components[rule.index()].iter().enumerate() {
            let (u, count) = (u(component), pool.members.len());
            let position = if self.is_weighted(rule, component) {
                sums(bits).locate(u)
            } else {
                Some(((u * count as f64) as usize).min(count.saturating_sub(1)))
            };
            if let Some((_, slots)) = position.and_then(|p| pool.members.get(p)) {
                let vars = &self.program.model.rule(rule).components[component];
                Self::bind(vars, slots, bound);
            }
        }
    }

    fn complete(&self, id: RuleId, bound: &Binding) -> Outcome<bool> {
        let rule = self.program.model.rule(id);
        let Some(plan) = &self.program.aggregates[id.index()] else {
            return Ok(true);
        };
        for (position, &a) in rule.lhs.elements.iter().enumerate() {
            let same = |&&b: &&Var| {
                rule.scope.is_node(a) == rule.scope.is_node(b) && bound.get(a) == bound.get(b)
            };
            if rule.lhs.elements[..position].iter().any(|b| same(&b)) {
                return Ok(false);
            }
        }
        for &condition in &plan.across {
            if !self.condition(id, &rule.lhs.conditions[condition], bound)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn reading(&self, probe: ProbeId) -> Option<f64> {
        self.readings[probe.index()]
    }

    fn stops(&self) -> bool {
        self.stops
    }

    fn effort(&self) -> Effort {
        Effort::default()
    }

    fn memory_bytes(&self) -> u64 {
        self.graph.memory_bytes()
    }

    fn check_invariants(&self) {
        self.graph.check_invariants();
    }
}

impl NaiveMatcher {
    fn is_weighted(&self, rule: RuleId, component: usize) -> bool {
        match &self.program.model.timers[rule.index()].clock {
            super::ClockMode::Aggregate { weights } => {
                weights.get(component).is_some_and(Option::is_some)
            }
            super::ClockMode::Match => false,
        }
    }
}

fn sums(bits: &[u64]) -> SumTree {
    let mut sums = SumTree::default();
    bits.iter().for_each(|&b| sums.push(f64::from_bits(b)));
    sums
}
