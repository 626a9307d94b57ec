//! Laws of delays and draws: families with named parameters.

use std::collections::BTreeSet;

use super::{
    body::Body,
    constant::NoValue,
    report::{listed, unknown, unknown_of},
};
use crate::{
    diagnostic::{Diagnostic, Written},
    expr::{Expr, ExprKind, Formula},
    source::Span,
    spec::{NumberOrText, Text},
    syntax::tree::{ExprTree, ExprTreeKind, Name},
    timer::{Family, Law},
    types::{Type, Value},
};

/// What a law is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LawUse {
    /// A delay.
    Timer,
    /// A value in an effect or start graph.
    Draw,
}

/// An argument of a law as written, in RON or inside an expression.
pub(super) struct Given<'a> {
    name: Option<(&'a str, Span)>,
    value: GivenValue<'a>,
    span: Span,
}

enum GivenValue<'a> {
    Number(&'a NumberOrText),
    Tree(&'a ExprTree),
}

impl<'a> Given<'a> {
    pub(super) fn tree(name: Option<&'a Name>, tree: &'a ExprTree) -> Self {
        Given {
            name: name.map(|n| (n.value.as_str(), n.span)),
            value: GivenValue::Tree(tree),
            span: tree.span,
        }
    }

    /// A lone unnamed argument has an empty name.
    pub(super) fn number(name: &'a Text, number: &'a NumberOrText) -> Self {
        Given {
            name: (!name.value.is_empty()).then_some((name.value.as_str(), name.span)),
            value: GivenValue::Number(number),
            span: match number {
                NumberOrText::Int(n) => n.span,
                NumberOrText::Real(n) => n.span,
                NumberOrText::Bool(n) => n.span,
                NumberOrText::Text(t) => t.span,
            },
        }
    }

    /// A lone name: that of a table or column.
    fn word(&self) -> Option<&str> {
        match self.value {
            GivenValue::Number(NumberOrText::Text(text)) => Some(&text.value),
            GivenValue::Tree(ExprTree {
                kind: ExprTreeKind::Name(name),
                ..
            }) => Some(name),
            _ => None,
        }
    }
}

/// One way to write a law.
struct Form {
    family: Family,
    /// Values of trailing parameters that may be left out.
    defaults: &'static [Value],
    timer: bool,
    draw: bool,
}

impl Form {
    const fn of(family: Family) -> Self {
        Form {
            family,
            defaults: &[],
            timer: true,
            draw: true,
        }
    }

    fn name(&self) -> &'static str {
        self.family.name()
    }

    fn parameter_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.family.parameters().iter().map(|p| p.0)
    }
}

/// Every family but `Empirical`, whose table and column are names.
const FORMS: [Form; 20] = [
    Form::of(Family::ExponentialRate),
    Form::of(Family::ExponentialMean),
    Form::of(Family::Normal),
    Form::of(Family::LogNormalMoments),
    Form::of(Family::LogNormal),
    Form::of(Family::Uniform),
    Form::of(Family::Weibull),
    Form::of(Family::WeibullMean),
    Form::of(Family::Pareto),
    Form::of(Family::ParetoMean),
    Form::of(Family::Gamma),
    Form::of(Family::GammaMoments),
    Form::of(Family::Erlang),
    Form::of(Family::ErlangMean),
    Form::of(Family::Triangular),
    Form::of(Family::Deterministic),
    Form {
        defaults: &[Value::Int(0), Value::Real(1.0)],
        draw: false,
        ..Form::of(Family::Immediate)
    },
    Form {
        draw: false,
        ..Form::of(Family::Never)
    },
    Form {
        timer: false,
        ..Form::of(Family::UniformInt)
    },
    Form {
        timer: false,
        ..Form::of(Family::Bernoulli)
    },
];

const EMPIRICAL: &str = "Empirical";

impl Body<'_> {
    /// A law with its parameters; those that are constant are judged.
    pub(super) fn law(
        &mut self,
        purpose: LawUse,
        name: &str,
        span: Span,
        given: &[Given<'_>],
    ) -> Option<Law> {
        let usable = |f: &&Form| {
            if purpose == LawUse::Timer {
                f.timer
            } else {
                f.draw
            }
        };
        let usable = FORMS.iter().filter(usable);
        let forms: Vec<&Form> = usable.clone().filter(|f| f.name() == name).collect();
        let law = if name == EMPIRICAL {
            self.empirical(given, span)?
        } else if forms.is_empty() {
            let names = usable.map(Form::name).chain([EMPIRICAL]);
            return self.unknown_law(purpose, name, span, names);
        } else {
            let form = self.form(&forms, given, span)?;
            self.law_parameters(form, given, span)?
        };
        self.judge(purpose, &law, span)?;
        Some(law)
    }

    fn unknown_law(
        &self,
        purpose: LawUse,
        name: &str,
        span: Span,
        names: impl Iterator<Item = &'static str>,
    ) -> Option<Law> {
        let mistake = if FORMS.iter().any(|f| f.name() == name) {
            let (here, there) = match purpose {
                LawUse::Timer => ("a timer", "draws"),
                LawUse::Draw => ("`draw`", "timers"),
            };
            let message = format!("`{name}` cannot be used in {here}: it is for {there}");
            Diagnostic::error("unknown-law", span, message)
        } else {
            unknown("unknown-law", "law", name, span, names)
        };
        self.env.report.fail(mistake)
    }

    /// The way of writing that the arguments follow.
    fn form<'f>(&self, forms: &[&'f Form], given: &[Given<'_>], span: Span) -> Option<&'f Form> {
        let named: Vec<(&str, Span)> = given.iter().filter_map(|g| g.name).collect();
        let knows = |f: &Form, name: &str| f.parameter_names().any(|p| p == name);
        for &(name, at) in &named {
            if !forms.iter().any(|f| knows(f, name)) {
                let names = forms.iter().flat_map(|f| f.parameter_names());
                return self.env.report.fail(unknown_of(
                    "unknown-parameter",
                    ("parameter", forms[0].name()),
                    name,
                    at,
                    names,
                ));
            }
        }
        let fitting: Vec<&&Form> = forms
            .iter()
            .filter(|f| named.iter().all(|&(n, _)| knows(f, n)))
            .collect();
        if fitting.len() == 1 && (forms.len() == 1 || !named.is_empty()) {
            return Some(fitting[0]);
        }
        let ways = forms.iter().map(|f| {
            let names: Vec<&str> = f.parameter_names().collect();
            format!("`{}({}: …)`", f.name(), names.join(": …, "))
        });
        let message = format!(
            "which parameters are meant? Write {}",
            ways.collect::<Vec<_>>().join(" or ")
        );
        self.env
            .report
            .fail(Diagnostic::error("wrong-arguments", span, message))
    }

    fn law_parameters(&mut self, form: &Form, given: &[Given<'_>], span: Span) -> Option<Law> {
        let parameters = form.family.parameters();
        let mut values: Vec<Option<Option<Formula>>> = parameters.iter().map(|_| None).collect();
        for (position, argument) in given.iter().enumerate() {
            let slot = match argument.name {
                Some((name, _)) => parameters.iter().position(|p| p.0 == name),
                None => Some(position).filter(|&p| p < parameters.len()),
            };
            let Some(slot) = slot else {
                let message = match parameters.len() {
                    0 => format!("`{}` has no parameters", form.name()),
                    1 => format!("`{}` has one parameter: `{}`", form.name(), parameters[0].0),
                    n => {
                        let names = listed(form.parameter_names());
                        format!("`{}` has {n} parameters: {names}", form.name())
                    }
                };
                return self.env.report.fail(Diagnostic::error(
                    "wrong-arguments",
                    argument.span,
                    message,
                ));
            };
            if values[slot].is_some() {
                let message = format!("the parameter `{}` is given twice", parameters[slot].0);
                return self.env.report.fail(Diagnostic::error(
                    "duplicate-name",
                    argument.span,
                    message,
                ));
            }
            values[slot] = Some(self.given(argument, parameters[slot].1));
        }
        let optional_from = parameters.len() - form.defaults.len();
        let missing = values
            .iter()
            .enumerate()
            .filter(|&(i, v)| v.is_none() && i < optional_from);
        let missing: Vec<&str> = missing.map(|(i, _)| parameters[i].0).collect();
        if !missing.is_empty() {
            let what = listed(missing.iter().copied());
            let message = format!("`{}` needs {what}", form.name());
            let all = form.parameter_names().map(|name| format!("{name}: …"));
            let all: Vec<String> = all.collect();
            let mistake = Diagnostic::error("missing-parameter", span, message)
                .label(format!("{what} is not given"))
                .help(format!("write `{}({})`", form.name(), all.join(", ")));
            return self.env.report.fail(mistake);
        }
        let parameters = values
            .into_iter()
            .enumerate()
            .map(|(i, value)| match value {
                Some(formula) => formula,
                None => {
                    let default = super::expr::constant(form.defaults[i - optional_from]);
                    Some(self.formula(default, span))
                }
            });
        Some(Law {
            family: form.family,
            parameters: parameters.collect::<Option<_>>()?,
        })
    }

    fn given(&mut self, argument: &Given<'_>, want: Type) -> Option<Formula> {
        match argument.value {
            GivenValue::Number(number) => self.number(number, want),
            GivenValue::Tree(tree) => {
                let expr = self.typed(tree, want)?;
                Some(self.formula(expr, tree.span))
            }
        }
    }

    /// `Empirical(table: …, column: …, scale: …)`
    fn empirical(&mut self, given: &[Given<'_>], span: Span) -> Option<Law> {
        const NAMES: [&str; 3] = ["table", "column", "scale"];
        let mut slots: [Option<&Given<'_>>; 3] = [None; 3];
        for (position, argument) in given.iter().enumerate() {
            let slot = match argument.name {
                Some((name, at)) => match NAMES.iter().position(|n| *n == name) {
                    Some(slot) => slot,
                    None => {
                        return self.env.report.fail(unknown_of(
                            "unknown-parameter",
                            ("parameter", EMPIRICAL),
                            name,
                            at,
                            NAMES,
                        ));
                    }
                },
                None => position.min(2),
            };
            if slots[slot].replace(argument).is_some() {
                let message = format!("the parameter `{}` is given twice", NAMES[slot]);
                return self.env.report.fail(Diagnostic::error(
                    "duplicate-name",
                    argument.span,
                    message,
                ));
            }
        }
        let [Some(table), Some(column), scale] = slots else {
            let message = "`Empirical` needs `table` and `column`";
            return self
                .env
                .report
                .fail(Diagnostic::error("missing-parameter", span, message));
        };
        let (Some(table_name), Some(column_name)) = (table.word(), column.word()) else {
            let message = "`table` and `column` must be names";
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-arguments", span, message));
        };
        let Some(&id) = self.env.tables.names.get(table_name) else {
            if self.env.tables.unreadable.contains(table_name) {
                return None;
            }
            let names = self.env.tables.names.keys().map(String::as_str);
            return self.env.report.fail(unknown(
                "unknown-table",
                "table",
                table_name,
                table.span,
                names,
            ));
        };
        let (position, ty) = self.column(id, column_name, column.span)?;
        if !matches!(ty, Type::Int | Type::Real) {
            let message = format!("the column `{column_name}` does not hold numbers");
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-type", column.span, message));
        }
        if self.env.tables.tables[id.index()].as_ref()?.table.rows == 0 {
            let message = format!("the table `{table_name}` has no rows to draw from");
            return self
                .env
                .report
                .fail(Diagnostic::error("empty-table", table.span, message));
        }
        let scale = match scale {
            Some(argument) => self.given(argument, Type::Real)?,
            None => self.formula(super::expr::constant(Value::Real(1.0)), span),
        };
        Some(Law {
            family: Family::Empirical {
                table: id,
                column: position,
            },
            parameters: vec![scale],
        })
    }

    /// Judges parameters that are known before a run.
    fn judge(&self, purpose: LawUse, law: &Law, span: Span) -> Option<()> {
        let mut values = Vec::new();
        for parameter in &law.parameters {
            match self.env.constant(&parameter.expr) {
                Ok(Value::Int(i)) => {
                    #[expect(
                        clippy::cast_precision_loss,
                        reason = "only its sign and order are judged"
                    )]
                    values.push(Some(i as f64));
                }
                Ok(Value::Real(r)) => values.push(Some(r)),
                Ok(_) | Err(NoValue::Open) => values.push(None),
                Err(NoValue::Undefined(_)) => {
                    self.constant_value(parameter)?;
                }
            }
        }
        let violations = super::domain::violations(purpose, law.family, &values);
        for &(index, why) in &violations {
            let shown =
                values[index].map_or(String::new(), |v| format!(", this is {}", Written(v)));
            let mistake = Diagnostic::error(
                "out-of-domain",
                law.parameters[index].span,
                format!("{why}{shown}"),
            );
            let mistake = self.with_parameters(mistake, &law.parameters[index].expr);
            self.env.report.push(mistake);
        }
        if !violations.is_empty() {
            return None;
        }
        if let (LawUse::Timer, Family::Normal, [Some(mean), Some(sd)]) =
            (purpose, law.family, &values[..])
        {
            let truncated = super::domain::truncated_mean(*mean, *sd);
            if truncated.is_none_or(|t| (t - mean).abs() > 0.01 * mean.abs()) {
                let becomes = truncated.map_or("is moved far from".to_owned(), |t| {
                    format!("is {t:.4} instead of")
                });
                let message = format!(
                    "this delay is a normal conditioned on being positive: its mean {becomes} {mean}"
                );
                let warning = Diagnostic::warning("truncated-normal", span, message);
                self.env.report.push(warning.help("if the mean matters, take a law of positive values with the same moments, such as `LogNormal`"));
            }
        }
        Some(())
    }

    /// The mistake, with where the parameters that an expression reads are given.
    fn with_parameters(&self, mut mistake: Diagnostic, expr: &Expr) -> Diagnostic {
        let mut read = BTreeSet::new();
        expr.walk(&mut |e| {
            if let ExprKind::Parameter(id) = e.kind {
                read.insert(id);
            }
        });
        for id in read {
            let given = self.env.parameters.spans[id.index()];
            mistake = mistake.related(given, "given here");
        }
        mistake
    }
}
