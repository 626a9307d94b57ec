//! Features of what stands inside strings and of words that only the check knows: expressions, laws, topologies, limits, metrics.

use kairos::model::{
    expr::{Expr, ExprKind, Function, Operator},
    model::{Limits, Model},
    probe::{ProbeKind, Statistic},
    rule::{AssignmentMode, Rule},
    start::{Statement, Topology, TopologyKind},
    study::{Best, Study},
    timer::{ClockMode, Family, Memory, OnChange, Timer},
    types::Value,
};

use super::{Features, Given, variants};

impl Given for u64 {}

/// Notes what a model shows, its rule set included.
pub fn in_model(features: &mut Features, model: &Model) {
    let mut expressions = Vec::new();
    model
        .clone()
        .for_each_formula(&mut |_, formula| expressions.push(formula.expr.clone()));
    for expression in &expressions {
        expression.walk(&mut |e| features.expression(e));
    }
    model
        .rules
        .iter()
        .for_each(|rule| features.assignments(rule));
    model
        .timers
        .iter()
        .for_each(|timer| features.timer_of(timer));
    for statement in &model.start.statements {
        if let Statement::Topology(topology) = statement {
            features.topology(topology);
        }
    }
    features.limits(&model.run.limits);
    for probe in &model.probes {
        if let ProbeKind::Derived { metrics, .. } = &probe.kind {
            metrics.iter().for_each(|m| features.statistic(m.statistic));
        }
    }
}

/// Notes what a study shows, its models included.
pub fn in_study(features: &mut Features, study: &Study) {
    for scenario in &study.scenarios {
        in_model(features, &scenario.model);
    }
    for metric in &study.metrics {
        metric
            .refs
            .iter()
            .for_each(|m| features.statistic(m.statistic));
        if let Some(best) = metric.best {
            variants!(features, "best:", best, { Best::Least => "Least", Best::Most => "Most" });
        }
    }
}

impl Features {
    fn expression(&mut self, expression: &Expr) {
        use ExprKind as K;
        variants!(self, "expression:", &expression.kind, {
            K::Constant(Value::Int(_)) => "an Int",
            K::Constant(Value::Real(_)) => "a Real",
            K::Constant(Value::Bool(_)) => "TRUE or FALSE",
            K::Constant(Value::Enumerator(..)) => "a value of an enumeration",
            K::Parameter(_) => "a parameter",
            K::Index => "index",
            K::Now => "now",
            K::Attribute { .. } => "an attribute",
            K::Number(_) => "id",
            K::Same(..) => "elements compared",
            K::Lookup { .. } => "a look-up",
            K::ToReal(_) => "an Int widened",
            K::Not(_) => "NOT",
            K::Negate(_) => "unary -",
            K::Binary(..) => "an operator",
            K::Call(..) => "a function",
            K::Case { .. } => "CASE",
            K::Exists(_) => "EXISTS",
            K::Count(_) => "COUNT",
            K::Draw { .. } => "draw",
            K::Metric(_) => "a metric",
        });
        match &expression.kind {
            K::Binary(operator, ..) => self.operator(*operator),
            K::Call(function, _) => self.function(*function),
            K::Draw { law, .. } => self.law("draw:", law.family),
            _ => {}
        }
    }

    fn operator(&mut self, operator: Operator) {
        use Operator as O;
        variants!(self, "operator", operator, {
            O::Add => "+", O::Subtract => "-", O::Multiply => "*", O::Divide => "/", O::Remainder => "%", O::And => "AND", O::Or => "OR",
            O::Equal => "=", O::NotEqual => "<>", O::Less => "<", O::LessEqual => "<=", O::Greater => ">", O::GreaterEqual => ">=",
        });
    }

    fn function(&mut self, function: Function) {
        use Function as F;
        variants!(self, "function", function, {
            F::Abs => "abs", F::Min => "min", F::Max => "max", F::Floor => "floor", F::Ceil => "ceil", F::Round => "round",
            F::Sqrt => "sqrt", F::Exp => "exp", F::Ln => "ln", F::Pow => "pow", F::Rating => "rating", F::Mos => "mos",
        });
    }

    /// Families that cannot be drawn are no features of `draw`, and the other way round.
    fn law(&mut self, place: &str, family: Family) {
        use Family as F;
        let mut laws = Features::default();
        variants!(laws, "law", family, {
            F::ExponentialRate => "Exponential(rate)",
            F::ExponentialMean => "Exponential(mean)",
            F::Normal => "Normal",
            F::LogNormalMoments => "LogNormal(mean, sd)",
            F::LogNormal => "LogNormal(mu, sigma)",
            F::Uniform => "Uniform",
            F::Weibull => "Weibull(shape, scale)",
            F::WeibullMean => "Weibull(mean, shape)",
            F::Pareto => "Pareto(min, shape)",
            F::ParetoMean => "Pareto(mean, shape)",
            F::Gamma => "Gamma(shape, scale)",
            F::GammaMoments => "Gamma(mean, sd)",
            F::Erlang => "Erlang(k, rate)",
            F::ErlangMean => "Erlang(k, mean)",
            F::Triangular => "Triangular",
            F::Empirical { .. } => "Empirical",
            F::Deterministic => "Deterministic",
            F::Immediate => "Immediate",
            F::Never => "Never",
            F::UniformInt => "UniformInt",
            F::Bernoulli => "Bernoulli",
        });
        for (name, shown) in laws.0 {
            let only_drawn = ["law UniformInt", "law Bernoulli"].contains(&name.as_str());
            let counts = match place {
                "timer:" => !only_drawn,
                // Of the laws that delays have, one example of a draw is enough.
                _ => only_drawn,
            };
            if counts {
                self.note(format!("{place} {name}"), shown);
            }
        }
    }

    fn assignments(&mut self, rule: &Rule) {
        let for_each = rule.for_each.iter().flat_map(|f| &f.effect.set);
        for assignment in rule.effect.set.iter().chain(for_each) {
            variants!(self, "assignment", assignment.mode, {
                AssignmentMode::Set => "=", AssignmentMode::Add => "+=", AssignmentMode::Subtract => "-=",
            });
        }
    }

    fn timer_of(&mut self, timer: &Timer) {
        let Timer {
            law,
            on_change,
            memory,
            clock,
            stream,
            span: _,
        } = timer;
        self.law("timer:", law.family);
        variants!(self, "timer: on_change", on_change, { OnChange::Keep => "Keep", OnChange::Redraw => "Redraw" });
        variants!(self, "timer: memory", memory, { Memory::Enabling => "Enabling", Memory::Age => "Age" });
        variants!(self, "timer: clock", clock, { ClockMode::Match => "Match", ClockMode::Aggregate { .. } => "Aggregate" });
        if let ClockMode::Aggregate { weights } = clock {
            self.note(
                "timer: weights".to_owned(),
                weights.iter().any(Option::is_some),
            );
        }
        self.note("timer: stream".to_owned(), stream.is_given());
        if let Some(stream) = stream {
            self.note("timer: key".to_owned(), stream.key.is_given());
        }
    }

    fn topology(&mut self, topology: &Topology) {
        use TopologyKind as T;
        variants!(self, "Topology", &topology.kind, {
            T::Complete => "Complete",
            T::Ring => "Ring",
            T::Star => "Star",
            T::Tree { .. } => "Tree",
            T::Grid { .. } => "Grid",
            T::Torus { .. } => "Torus",
            T::RandomRegular { .. } => "RandomRegular",
            T::ErdosRenyi { .. } => "ErdosRenyi",
            T::BarabasiAlbert { .. } => "BarabasiAlbert",
            T::WattsStrogatz { .. } => "WattsStrogatz",
        });
        variants!(self, "Topology draw:", topology.per_replication, { true => "PerReplication", false => "PerStudy" });
    }

    fn limits(&mut self, limits: &Limits) {
        let Limits {
            firings_at_one_time,
            elements,
            active_events,
            steps,
            memory_bytes,
            wall_seconds,
        } = *limits;
        let usual = Limits::default();
        let set = [
            (
                "firings_at_one_time",
                firings_at_one_time != usual.firings_at_one_time,
            ),
            ("elements", elements != usual.elements),
            ("active_events", active_events != usual.active_events),
            ("steps", steps != usual.steps),
            ("memory_bytes", memory_bytes != usual.memory_bytes),
            ("wall_seconds", wall_seconds != usual.wall_seconds),
        ];
        set.into_iter()
            .for_each(|(name, shown)| self.note(format!("limits: {name}"), shown));
    }

    fn statistic(&mut self, statistic: Statistic) {
        use Statistic as S;
        variants!(self, "metric", statistic, {
            S::Count => "count", S::Rate => "rate", S::Effectless => "effectless", S::Thinned => "thinned", S::Mean => "mean", S::Sd => "sd",
            S::Sum => "sum", S::Min => "min", S::Max => "max", S::Last => "last", S::Quantile(_) => "p95", S::Median => "median",
            S::Censored => "censored", S::Value => "value",
        });
    }
}
