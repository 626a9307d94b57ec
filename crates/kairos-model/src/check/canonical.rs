//! Whether parts of a rule are the same after its variables were renamed.
//!
//! A part is written out as text in which the order of what has no order (conjuncts, operands of `+ * = AND OR`, edges,
//! effects) is sorted away. Equal texts mean equal parts; the converse holds for all but contrived cases.

use std::{cell::Cell, collections::BTreeMap, fmt::Write as _};

use crate::{
    expr::{Expr, ExprKind, Formula, Operator, Var},
    pattern::{Pattern, SubPatternId},
    rule::{AssignmentMode, Created, Effect, Pick, Rule},
    timer::{ClockMode, Law, Timer},
    types::TypeGraph,
};

/// What variables are renamed to.
type Renaming = BTreeMap<Var, String>;

/// Own elements of a pattern beyond this number keep their order.
const MAX_PERMUTED: usize = 5;

/// Orders of own elements that are tried in all; beyond it they keep their order.
const MAX_TRIED: u32 = 30_000;

/// Writes out the parts of a rule.
pub(super) struct Canonical<'r> {
    rule: &'r Rule,
    types: &'r TypeGraph,
    tried: Cell<u32>,
}

impl<'r> Canonical<'r> {
    pub(super) fn new(rule: &'r Rule, types: &'r TypeGraph) -> Self {
        Canonical {
            rule,
            types,
            tried: Cell::new(0),
        }
    }

    /// Whether the guard, NACs included, is unchanged under an automorphism.
    pub(super) fn guard_unchanged(&self, automorphism: &[Var]) -> bool {
        let conditions = &self.rule.lhs.conditions;
        self.conjunction(conditions, &self.identity())
            == self.conjunction(conditions, &self.renamed(automorphism))
    }

    /// What an automorphism changes, if anything: "the guard changes".
    pub(super) fn difference(
        &self,
        automorphism: &[Var],
        timer: Option<&Timer>,
    ) -> Option<&'static str> {
        let (before, after) = (self.identity(), self.renamed(automorphism));
        if !self.guard_unchanged(automorphism) {
            return Some("the guard changes");
        }
        if self.reaction(&before) != self.reaction(&after) {
            return Some("the effect changes");
        }
        let timer = timer?;
        (self.timer(timer, &before) != self.timer(timer, &after)).then_some("the timer changes")
    }

    /// Whether conditions of a sub-pattern hold in every match when its own nodes are nodes of the match.
    pub(super) fn implied(&self, conditions: &[Formula], own: &[Var], image: &[Var]) -> bool {
        let plain = self.identity();
        let mut renaming = plain.clone();
        for (&own, &matched) in own.iter().zip(image) {
            renaming.insert(own, plain[&matched].clone());
        }
        let known: Vec<String> = self
            .rule
            .lhs
            .conditions
            .iter()
            .map(|c| self.expr(&c.expr, &plain))
            .collect();
        conditions.iter().all(|c| {
            let text = self.expr(&c.expr, &renaming);
            known.contains(&text) || self.always_true(&c.expr, &renaming)
        })
    }

    fn always_true(&self, expr: &Expr, renaming: &Renaming) -> bool {
        match &expr.kind {
            ExprKind::Same(a, b) => renaming.get(a).is_some_and(|n| renaming.get(b) == Some(n)),
            ExprKind::Binary(
                Operator::Equal | Operator::LessEqual | Operator::GreaterEqual,
                a,
                b,
            ) => self.expr(a, renaming) == self.expr(b, renaming),
            _ => false,
        }
    }

    fn identity(&self) -> Renaming {
        self.renamed(&self.rule.lhs.elements)
    }

    fn renamed(&self, image: &[Var]) -> Renaming {
        let elements = self.rule.lhs.elements.iter();
        elements
            .zip(image)
            .map(|(&var, to)| (var, format!("v{}", to.0)))
            .collect()
    }

    /// Choices and effects.
    fn reaction(&self, renaming: &Renaming) -> String {
        let mut renaming = renaming.clone();
        let mut text = String::new();
        for choice in &self.rule.choose {
            name_in_order(&choice.pattern.elements, &mut renaming);
            let (kind, value) = match &choice.pick {
                Pick::Uniform => ("uniform", None),
                Pick::Max(f) => ("max", Some(f)),
                Pick::Min(f) => ("min", Some(f)),
                Pick::Weighted(f) => ("weighted", Some(f)),
            };
            let value = value.map_or(String::new(), |f| self.expr(&f.expr, &renaming));
            let _ = write!(
                text,
                "{kind}({value})[{}]",
                self.pattern_text(&choice.pattern, &renaming)
            );
        }
        text.push_str(&self.conjunction(&self.rule.then, &renaming));
        let main = &self.rule.effect;
        let created: Vec<Var> = main.create.iter().map(|c| c.var).collect();
        text.push_str(&self.least(&created, &renaming, &mut |r| self.effect(main, r)));
        name_in_order(&created, &mut renaming);
        let blocks = self.rule.for_each.iter().map(|block| {
            let created = block.effect.create.iter().map(|c| c.var);
            let own: Vec<Var> = block
                .pattern
                .elements
                .iter()
                .copied()
                .chain(created)
                .collect();
            self.least(&own, &renaming, &mut |r| {
                format!(
                    "{}!{}",
                    self.pattern_text(&block.pattern, r),
                    self.effect(&block.effect, r)
                )
            })
        });
        text.push_str(&sorted(blocks));
        text
    }

    fn effect(&self, effect: &Effect, renaming: &Renaming) -> String {
        let delete = sorted(effect.delete.iter().map(|v| name(*v, renaming)));
        let set = sorted(effect.set.iter().map(|a| {
            let mode = match a.mode {
                AssignmentMode::Set => "=",
                AssignmentMode::Add => "+=",
                AssignmentMode::Subtract => "-=",
            };
            format!(
                "{}.{}{mode}{}",
                name(a.target, renaming),
                a.attribute.0,
                self.expr(&a.value.expr, renaming)
            )
        }));
        let create = sorted(effect.create.iter().map(|c| {
            let values = list(c.attributes.iter().map(|f| self.expr(&f.expr, renaming)));
            let what = match c.what {
                Created::Node(ty) => format!("{}:{}", name(c.var, renaming), ty.0),
                Created::Edge { ty, from, to } => {
                    let undirected = self.types.edge(ty).undirected;
                    ends(
                        &name(from, renaming),
                        &name(to, renaming),
                        undirected,
                        &ty.0.to_string(),
                    )
                }
            };
            format!("{what}{values}")
        }));
        format!("-{delete}+{create}={set}")
    }

    fn timer(&self, timer: &Timer, renaming: &Renaming) -> String {
        let mut text = self.law(&timer.law, renaming);
        if let ClockMode::Aggregate { weights } = &timer.clock {
            let weights = weights.iter().map(|w| {
                w.as_ref()
                    .map_or("1".to_owned(), |f| self.expr(&f.expr, renaming))
            });
            text.push_str(&sorted(weights));
        }
        if let Some(stream) = &timer.stream {
            text.push_str(&list(stream.key.iter().map(|v| name(*v, renaming))));
        }
        text
    }

    fn law(&self, law: &Law, renaming: &Renaming) -> String {
        let parameters = list(law.parameters.iter().map(|p| self.expr(&p.expr, renaming)));
        format!("{:?}{parameters}", law.family)
    }

    fn conjunction(&self, conditions: &[Formula], renaming: &Renaming) -> String {
        sorted(conditions.iter().map(|c| self.expr(&c.expr, renaming)))
    }

    fn sub_pattern(&self, id: SubPatternId, renaming: &Renaming) -> String {
        let pattern = &self.rule.scope.sub_patterns[id.index()].pattern;
        self.least(&pattern.elements, renaming, &mut |r| {
            self.pattern_text(pattern, r)
        })
    }

    /// A pattern whose own elements have names.
    fn pattern_text(&self, pattern: &Pattern, renaming: &Renaming) -> String {
        let elements = sorted(
            pattern
                .elements
                .iter()
                .map(|&v| format!("{}{:?}", name(v, renaming), self.rule.scope.element(v).sort)),
        );
        let edges = sorted(pattern.edges.iter().map(|e| {
            ends(
                &name(e.from, renaming),
                &name(e.to, renaming),
                e.undirected,
                &name(e.edge, renaming),
            )
        }));
        format!(
            "{elements}{edges}{}",
            self.conjunction(&pattern.conditions, renaming)
        )
    }

    /// The least text over all orders in which own elements can be named.
    fn least(
        &self,
        own: &[Var],
        renaming: &Renaming,
        text: &mut dyn FnMut(&Renaming) -> String,
    ) -> String {
        let mut best: Option<String> = None;
        let mut attempt = |order: &[Var]| {
            self.tried.set(self.tried.get() + 1);
            let mut named = renaming.clone();
            name_in_order(order, &mut named);
            let candidate = text(&named);
            if best.as_ref().is_none_or(|b| candidate < *b) {
                best = Some(candidate);
            }
        };
        if own.len() > MAX_PERMUTED || self.tried.get() > MAX_TRIED {
            attempt(own);
        } else {
            permute(&mut own.to_vec(), 0, &mut attempt);
        }
        best.unwrap_or_default()
    }

    fn expr(&self, expr: &Expr, renaming: &Renaming) -> String {
        let text = |e: &Expr| self.expr(e, renaming);
        match &expr.kind {
            ExprKind::Attribute { of, attribute } => {
                format!("{}.{}", name(*of, renaming), attribute.0)
            }
            ExprKind::Number(var) => format!("id({})", name(*var, renaming)),
            ExprKind::Same(a, b) => ends(&name(*a, renaming), &name(*b, renaming), true, "same"),
            ExprKind::Lookup {
                table,
                keys,
                column,
            } => {
                let keys = list(keys.iter().map(text));
                format!("table{}.{column}{keys}", table.0)
            }
            ExprKind::ToReal(e) => format!("real({})", text(e)),
            ExprKind::Not(e) => format!("not({})", text(e)),
            ExprKind::Negate(e) => format!("-({})", text(e)),
            ExprKind::Binary(operator, a, b) => self.binary(*operator, a, b, renaming),
            ExprKind::Call(function, arguments) => {
                format!("{function:?}{}", list(arguments.iter().map(text)))
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => {
                let branches = list(
                    branches
                        .iter()
                        .map(|(c, r)| format!("({}?{})", text(c), text(r))),
                );
                format!("case{branches}({})", text(otherwise))
            }
            ExprKind::Exists(id) => format!("exists{{{}}}", self.sub_pattern(*id, renaming)),
            ExprKind::Count(id) => format!("count{{{}}}", self.sub_pattern(*id, renaming)),
            ExprKind::Draw { law, .. } => format!("draw({})", self.law(law, renaming)),
            ExprKind::Constant(_)
            | ExprKind::Parameter(_)
            | ExprKind::Index
            | ExprKind::Now
            | ExprKind::Metric(_) => format!("{:?}", expr.kind),
        }
    }

    fn binary(&self, operator: Operator, a: &Expr, b: &Expr, renaming: &Renaming) -> String {
        use Operator as O;
        let (a, b) = (self.expr(a, renaming), self.expr(b, renaming));
        match operator {
            O::And | O::Or | O::Add | O::Multiply | O::Equal | O::NotEqual => {
                format!("{operator:?}{}", sorted([a, b]))
            }
            // `a > b` is `b < a`
            O::Greater => format!("Less[{b};{a}]"),
            O::GreaterEqual => format!("LessEqual[{b};{a}]"),
            O::Less | O::LessEqual | O::Subtract | O::Divide | O::Remainder => {
                format!("{operator:?}[{a};{b}]")
            }
        }
    }
}

fn name(var: Var, renaming: &Renaming) -> String {
    renaming
        .get(&var)
        .cloned()
        .unwrap_or_else(|| format!("v{}", var.0))
}

/// Two ends, in either order where there is no direction.
fn ends(from: &str, to: &str, undirected: bool, label: &str) -> String {
    let (from, to) = if undirected && to < from {
        (to, from)
    } else {
        (from, to)
    };
    format!("{label}({from},{to})")
}

/// Texts in order. Every text is balanced in its brackets, so that lists can be told apart.
fn list(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().collect();
    format!("[{}]", texts.join(";"))
}

/// Texts that have no order.
fn sorted(texts: impl IntoIterator<Item = String>) -> String {
    let mut texts: Vec<String> = texts.into_iter().collect();
    texts.sort_unstable();
    list(texts)
}

/// Names own elements by their positions. The names depend on how many there are already, so that they differ.
fn name_in_order(own: &[Var], renaming: &mut Renaming) {
    for &var in own {
        let name = format!("o{}", renaming.len());
        renaming.insert(var, name);
    }
}

fn permute(order: &mut [Var], from: usize, visit: &mut dyn FnMut(&[Var])) {
    if from == order.len() {
        return visit(order);
    }
    for at in from..order.len() {
        order.swap(from, at);
        permute(order, from + 1, visit);
        order.swap(from, at);
    }
}
