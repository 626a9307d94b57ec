//! Names, expressions, laws and timers as text.

use std::{cell::RefCell, collections::BTreeSet};

use kairos_model::{
    check::RuleSetInfo,
    expr::{Expr, ExprKind, Function, Operator, ParameterId, Var},
    model::{Model, Parameter, ParameterValue, Table},
    pattern::{Pattern, Scope, Sort, SubPatternId},
    timer::{ClockMode, Family, Law, Memory, OnChange, Timer},
    types::{NodeType, NodeTypeId, Type, TypeGraph, Value},
};

/// What the expressions of a rule refer to.
#[derive(Clone, Copy, Debug)]
pub struct Declared<'m> {
    /// The type graph.
    pub types: &'m TypeGraph,
    /// Parameters with their values.
    pub parameters: &'m [Parameter],
    /// Look-up tables; none for a rule set on its own.
    pub tables: &'m [Table],
}

impl<'m> From<&'m Model> for Declared<'m> {
    fn from(model: &'m Model) -> Self {
        Declared {
            types: &model.types,
            parameters: &model.parameters,
            tables: &model.tables,
        }
    }
}

impl<'m> From<&'m RuleSetInfo> for Declared<'m> {
    fn from(rules: &'m RuleSetInfo) -> Self {
        Declared {
            types: &rules.types,
            parameters: &rules.parameters,
            tables: &[],
        }
    }
}

/// The words of one rule.
#[derive(Debug)]
pub(crate) struct Words<'m> {
    pub(crate) declared: Declared<'m>,
    pub(crate) scope: &'m Scope,
    /// Parameters that were mentioned so far.
    mentioned: RefCell<BTreeSet<ParameterId>>,
}

/// How tightly operators bind, the loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Sign,
    Operand,
}

impl Level {
    fn of(operator: Operator) -> Level {
        use Operator as O;
        match operator {
            O::Or => Level::Or,
            O::And => Level::And,
            O::Equal | O::NotEqual | O::Less | O::LessEqual | O::Greater | O::GreaterEqual => {
                Level::Comparison
            }
            O::Add | O::Subtract => Level::Sum,
            O::Multiply | O::Divide | O::Remainder => Level::Product,
        }
    }

    fn tighter(self) -> Level {
        match self {
            Level::Or => Level::And,
            Level::And => Level::Not,
            Level::Not => Level::Comparison,
            Level::Comparison => Level::Sum,
            Level::Sum => Level::Product,
            Level::Product => Level::Sign,
            Level::Sign | Level::Operand => Level::Operand,
        }
    }
}

/// The sign of an operator.
pub(crate) fn sign(operator: Operator) -> &'static str {
    use Operator as O;
    match operator {
        O::Or => "OR",
        O::And => "AND",
        O::Equal => "=",
        O::NotEqual => "≠",
        O::Less => "<",
        O::LessEqual => "≤",
        O::Greater => ">",
        O::GreaterEqual => "≥",
        O::Add => "+",
        O::Subtract => "-",
        O::Multiply => "*",
        O::Divide => "/",
        O::Remainder => "%",
    }
}

impl<'m> Words<'m> {
    pub(crate) fn new(declared: Declared<'m>, scope: &'m Scope) -> Self {
        Words {
            declared,
            scope,
            mentioned: RefCell::default(),
        }
    }

    /// `name: Type`, as far as there is a name and the types say something.
    pub(crate) fn element(&self, var: Var) -> String {
        let element = self.scope.element(var);
        let types = self.declared.types;
        let (sort, colon) = match &element.sort {
            Sort::Node(ids) => (node_types(types, ids), ":"),
            Sort::Edge(ids) => {
                let names: Vec<&str> = ids.iter().map(|&t| types.edge(t).name.as_str()).collect();
                (names.join("|"), "")
            }
        };
        match &element.name {
            Some(name) => format!("{name}: {sort}"),
            None => format!("{colon}{sort}"),
        }
    }

    /// An expression beside element `own`, whose name need not be said where nothing else is mentioned.
    pub(crate) fn expr(&self, expr: &Expr, own: Option<Var>) -> String {
        let mut others = false;
        expr.walk(&mut |e| {
            others |= match &e.kind {
                ExprKind::Attribute { of, .. } => Some(*of) != own,
                ExprKind::Number(_) | ExprKind::Same(..) => true,
                ExprKind::Exists(_) | ExprKind::Count(_) => true,
                _ => false,
            }
        });
        let is_named = own.is_some_and(|v| self.scope.element(v).name.is_some());
        self.at(expr, own.filter(|_| !others || !is_named), Level::Or)
    }

    /// Parameters that were mentioned, with their values: `links = 1`.
    pub(crate) fn parameters(&self) -> Vec<String> {
        let mentioned = self.mentioned.borrow();
        let parameter = |id: &ParameterId| &self.declared.parameters[id.index()];
        let shown = mentioned.iter().map(parameter).map(|p| match &p.value {
            ParameterValue::Value(value) => {
                format!("{} = {}", p.name, literal(self.declared.types, *value))
            }
            ParameterValue::Text(text) => format!("{} = {text}", p.name),
        });
        shown.collect()
    }

    fn name(&self, var: Var) -> String {
        let name = self.scope.element(var).name.clone();
        name.unwrap_or_else(|| self.element(var))
    }

    /// An expression where operators bind at least as tightly as `level`.
    fn at(&self, expr: &Expr, own: Option<Var>, level: Level) -> String {
        let (text, binds) = self.loose(expr, own);
        match binds < level {
            true => format!("({text})"),
            false => text,
        }
    }

    /// An expression, and how tightly it binds.
    fn loose(&self, expr: &Expr, own: Option<Var>) -> (String, Level) {
        let inner = |e: &Expr| self.at(e, own, Level::Or);
        let text = match &expr.kind {
            ExprKind::ToReal(inner) => return self.loose(inner, own),
            ExprKind::Not(e) => {
                return match &e.kind {
                    ExprKind::Same(a, b) => {
                        let text = format!("{} ≠ {}", self.name(*a), self.name(*b));
                        (text, Level::Comparison)
                    }
                    _ => (format!("NOT {}", self.at(e, own, Level::Not)), Level::Not),
                };
            }
            ExprKind::Negate(e) => {
                return (format!("-{}", self.at(e, own, Level::Sign)), Level::Sign);
            }
            ExprKind::Binary(operator, a, b) => {
                let level = Level::of(*operator);
                let left = match level {
                    Level::Comparison => level.tighter(),
                    _ => level,
                };
                let (a, b) = (self.at(a, own, left), self.at(b, own, level.tighter()));
                return (format!("{a} {} {b}", sign(*operator)), level);
            }
            ExprKind::Same(a, b) => {
                let text = format!("{} = {}", self.name(*a), self.name(*b));
                return (text, Level::Comparison);
            }
            ExprKind::Constant(value) => literal(self.declared.types, *value),
            ExprKind::Parameter(id) => {
                self.mentioned.borrow_mut().insert(*id);
                self.declared.parameters[id.index()].name.clone()
            }
            ExprKind::Index => "index".to_owned(),
            ExprKind::Now => "now".to_owned(),
            ExprKind::Attribute { of, attribute } => {
                let attribute = &self.declared.types.attributes[attribute.index()];
                match Some(*of) == own {
                    true => attribute.clone(),
                    false => format!("{}.{attribute}", self.name(*of)),
                }
            }
            ExprKind::Number(var) => format!("id({})", self.name(*var)),
            ExprKind::Lookup {
                table,
                keys,
                column,
            } => {
                let table = &self.declared.tables[table.index()];
                let keys: Vec<String> = keys.iter().map(inner).collect();
                let column = &table.columns[*column].name;
                format!("{}({}).{column}", table.name, keys.join(", "))
            }
            ExprKind::Call(function, arguments) => {
                let arguments: Vec<String> = arguments.iter().map(inner).collect();
                format!("{}({})", function_name(*function), arguments.join(", "))
            }
            ExprKind::Case {
                branches,
                otherwise,
            } => {
                let branches = branches
                    .iter()
                    .map(|(c, r)| format!("WHEN {} THEN {} ", inner(c), inner(r)));
                let branches: String = branches.collect();
                format!("CASE {branches}ELSE {} END", inner(otherwise))
            }
            ExprKind::Exists(sub) => format!("EXISTS {{ {} }}", self.sub_pattern(*sub)),
            ExprKind::Count(sub) => format!("COUNT {{ {} }}", self.sub_pattern(*sub)),
            ExprKind::Draw { law, .. } => format!("draw({})", self.law(law, own)),
            // Only derived probes have metrics.
            ExprKind::Metric(position) => format!("metric {position}"),
        };
        (text, Level::Operand)
    }

    /// A sub-pattern as its author wrote it.
    fn sub_pattern(&self, id: SubPatternId) -> String {
        let sub = &self.scope.sub_patterns[id.index()];
        self.note(&sub.pattern);
        let words: Vec<&str> = sub.text.split_whitespace().collect();
        words.join(" ")
    }

    /// Notes the parameters of a pattern that is shown in its author's words.
    fn note(&self, pattern: &Pattern) {
        for condition in &pattern.conditions {
            // Only what it mentions is wanted.
            let _ = self.at(&condition.expr, None, Level::Or);
        }
    }

    /// `Exponential(mean: think)`.
    fn law(&self, law: &Law, own: Option<Var>) -> String {
        use Family as F;
        // What these laws mean is plain without the names of their parameters.
        let bare = matches!(
            law.family,
            F::Uniform | F::UniformInt | F::Bernoulli | F::Deterministic
        );
        if law.family == F::Never {
            return "Never (switched off)".to_owned();
        }
        let column = match law.family {
            F::Empirical { table, column } => {
                let table = &self.declared.tables[table.index()];
                vec![format!("{}.{}", table.name, table.columns[column].name)]
            }
            _ => Vec::new(),
        };
        let names = law.family.parameters().iter().map(|p| p.0);
        let values = law.parameters.iter().zip(names).map(|(value, name)| {
            let value = self.at(&value.expr, own, Level::Or);
            if bare {
                value
            } else {
                format!("{name}: {value}")
            }
        });
        let arguments: Vec<String> = column.into_iter().chain(values).collect();
        format!("{}({})", law.family.name(), arguments.join(", "))
    }

    /// The law of a timer first, then each of its options.
    pub(crate) fn timer(&self, timer: &Timer) -> Vec<String> {
        let mut lines = vec![self.law(&timer.law, None)];
        if let ClockMode::Aggregate { weights } = &timer.clock {
            let weights: Vec<String> = weights
                .iter()
                .flatten()
                .map(|w| self.at(&w.expr, None, Level::Or))
                .collect();
            lines.push(match weights.is_empty() {
                true => "one clock for all matches".to_owned(),
                false => format!(
                    "one clock for all matches, weighted by {}",
                    weights.join(" and ")
                ),
            });
        }
        if timer.memory == Memory::Age {
            lines.push("keeps what remains of an interrupted delay".to_owned());
        }
        if timer.on_change == OnChange::Redraw {
            lines.push("drawn again when its parameters change".to_owned());
        }
        lines
    }
}

/// The name of the type whose concrete types these are, or the names of the largest types that make them up.
pub(crate) fn node_types(types: &TypeGraph, concrete: &[NodeTypeId]) -> String {
    let cover = cover(types, concrete);
    let names: Vec<&str> = cover.iter().map(|&t| types.node(t).name.as_str()).collect();
    names.join("|")
}

/// The largest types, in the order of the text, whose concrete types make up these.
pub(crate) fn cover(types: &TypeGraph, concrete: &[NodeTypeId]) -> Vec<NodeTypeId> {
    let within = |ty: NodeTypeId| {
        let own = &types.node(ty).concrete;
        !own.is_empty() && own.iter().all(|t| concrete.contains(t))
    };
    let all = (0..types.nodes.len()).filter_map(|i| u16::try_from(i).ok().map(NodeTypeId));
    let parent = |ty: &NodeTypeId| types.node(*ty).parent;
    let count = |ty: NodeTypeId| types.node(ty).concrete.len();
    let is_largest = |ty: &NodeTypeId| {
        let mut above = std::iter::successors(parent(ty), parent);
        let larger = above.any(|p| within(p) && count(p) > count(*ty));
        // An abstract type with one subtype says no more than that one.
        let same = |t: &NodeType| t.parent == Some(*ty) && t.concrete == types.node(*ty).concrete;
        within(*ty) && !larger && !types.nodes.iter().any(same)
    };
    all.filter(is_largest).collect()
}

/// A value as an expression would write it.
pub(crate) fn literal(types: &TypeGraph, value: Value) -> String {
    match value {
        Value::Int(i) => i.to_string(),
        Value::Real(r) => format!("{r:?}"),
        Value::Bool(b) => if b { "TRUE" } else { "FALSE" }.to_owned(),
        Value::Enumerator(id, position) => {
            let enumeration = &types.enumerations[id.index()];
            format!(
                "{}.{}",
                enumeration.name,
                enumeration.values[usize::from(position)]
            )
        }
    }
}

/// The name of a type of values.
pub(crate) fn type_name(types: &TypeGraph, ty: Type) -> &str {
    match ty {
        Type::Int => "Int",
        Type::Real => "Real",
        Type::Bool => "Bool",
        Type::Enumeration(id) => &types.enumerations[id.index()].name,
    }
}

fn function_name(function: Function) -> &'static str {
    match function {
        Function::Abs => "abs",
        Function::Min => "min",
        Function::Max => "max",
        Function::Floor => "floor",
        Function::Ceil => "ceil",
        Function::Round => "round",
        Function::Sqrt => "sqrt",
        Function::Exp => "exp",
        Function::Ln => "ln",
        Function::Pow => "pow",
        Function::Rating => "rating",
        Function::Mos => "mos",
    }
}
