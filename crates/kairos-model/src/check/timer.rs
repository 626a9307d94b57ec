//! Timers: a law with options for every rule.

use std::collections::BTreeMap;

use super::{
    body::Body,
    law::{Given, LawUse},
    place::Place,
    report::unknown,
    rule::RuleDraft,
};
use crate::{
    diagnostic::{Diagnostic, suggest},
    expr::{ExprKind, Formula, Var},
    pattern::SubPatternId,
    source::{Span, Spanned},
    spec::{ArgumentSpec, Entries, NumberOrText, Text, TimerSpec},
    syntax::parse_name,
    timer::{ClockMode, Family, Law, Memory, OnChange, Stream, Timer},
    types::Type,
};

/// Options of every timer.
const OPTIONS: [&str; 6] = ["memory", "on_change", "clock", "weights", "stream", "key"];

/// A timer with the name of its rule.
pub(super) type TimerEntry<'s> = (&'s Text, &'s TimerSpec);

/// Checks the timers of all rules; `None` for those with mistakes. `asked` is where the model names its rule set.
pub(super) fn read(
    drafts: &mut [RuleDraft<'_, '_>],
    specs: &[TimerEntry<'_>],
    unreadable: &dyn Fn(&str) -> bool,
    asked: Span,
) -> Vec<Option<Timer>> {
    let Some(first) = drafts.first() else {
        return Vec::new();
    };
    let report = first.body.env.report;
    let names: Vec<String> = drafts.iter().map(|d| d.name.value.clone()).collect();
    for (name, _) in specs {
        if !names.contains(&name.value) && !unreadable(&name.value) {
            let mistake = unknown(
                "timer-without-rule",
                "rule",
                &name.value,
                name.span,
                names.iter().map(String::as_str),
            );
            let mistake = Diagnostic {
                message: format!("a timer for the rule `{}`, which is not there", name.value),
                ..mistake
            };
            report.push(mistake.related(asked, "not in this rule set"));
        }
    }
    let by_name: BTreeMap<&str, &TimerSpec> =
        specs.iter().map(|(n, s)| (n.value.as_str(), *s)).collect();
    let timers = drafts
        .iter_mut()
        .map(|draft| match by_name.get(draft.name.value.as_str()) {
            Some(spec) => draft.timer(spec),
            None if unreadable(&draft.name.value) => None,
            None => {
                let stray = specs
                    .iter()
                    .map(|(n, _)| n.value.as_str())
                    .filter(|n| !names.iter().any(|m| m == n));
                report.fail(without_timer(draft, stray, asked))
            }
        });
    timers.collect()
}

fn without_timer<'s>(
    draft: &RuleDraft<'_, '_>,
    stray: impl Iterator<Item = &'s str>,
    asked: Span,
) -> Diagnostic {
    let name = &draft.name.value;
    let paste =
        format!("add to `timers`: `\"{name}\": Exponential(rate: 1.0),` or `\"{name}\": Never,`");
    let help = match suggest(name, stray) {
        Some(near) => format!(
            "the timer `{near}` is for no rule: is it meant for this one? Otherwise {paste}"
        ),
        None => paste,
    };
    let message = format!("the rule `{name}` has no timer");
    Diagnostic::error("rule-without-timer", asked, message)
        .label("every rule of a model needs one")
        .related(draft.span(), "declared here")
        .help(help)
}

/// Options of a timer as written.
#[derive(Default)]
struct Options<'s> {
    memory: Option<&'s Spanned<String>>,
    on_change: Option<&'s Spanned<String>>,
    clock: Option<&'s Spanned<String>>,
    weights: Option<(&'s Entries<NumberOrText>, Span)>,
    stream: Option<&'s Text>,
    key: Option<(&'s Vec<Text>, Span)>,
}

impl RuleDraft<'_, '_> {
    fn timer(&mut self, spec: &TimerSpec) -> Option<Timer> {
        if !self.is_visible {
            // without the rule's variables every name in the timer would look unknown
            return None;
        }
        self.look(self.matched.clone(), Place::TIMER);
        let (options, arguments, placed) = self.body.timer_arguments(spec);
        // With an argument left out, the law would be taken for another.
        let law = placed.and_then(|()| {
            let (family, span) = (&spec.family.value, spec.family.span);
            self.body.law(LawUse::Timer, family, span, &arguments)
        });
        let word = |text: Option<&Spanned<String>>, body: &Body<'_>, words: [&'static str; 2]| {
            body.one_of(text, words)
        };
        let memory = word(options.memory, &self.body, ["Enabling", "Age"]);
        let on_change = word(options.on_change, &self.body, ["Keep", "Redraw"]);
        let aggregate = word(options.clock, &self.body, ["Match", "Aggregate"]);
        let stream = self.body.stream(&options);
        let (law, aggregate, (), memory, on_change, stream) =
            (law?, aggregate?, placed?, memory?, on_change?, stream?);
        if law.family == Family::Immediate {
            self.imply_required(spec.span)?;
        }
        let clock = if aggregate {
            self.aggregate(&law, &options)?
        } else {
            if let Some((_, span)) = options.weights {
                let mistake = Diagnostic::error(
                    "weights-without-aggregate",
                    span,
                    "`weights` need `clock: Aggregate`",
                );
                return self.body.env.report.fail(mistake);
            }
            ClockMode::Match
        };
        Some(Timer {
            law,
            memory: if memory {
                Memory::Age
            } else {
                Memory::Enabling
            },
            on_change: if on_change {
                OnChange::Redraw
            } else {
                OnChange::Keep
            },
            clock,
            stream,
            span: spec.span,
        })
    }

    /// An immediate event must not be active where it could only fire without effect.
    fn imply_required(&mut self, span: Span) -> Option<()> {
        if self.spec.choose.is_empty() || self.required {
            return Some(());
        }
        let report = self.body.env.report;
        if let Some(why) = self.cannot_require() {
            let message = format!(
                "an `Immediate` event needs `required`, and that is not possible here: {why}"
            );
            return report.fail(
                Diagnostic::error("required", span, message).related(self.span(), "the rule"),
            );
        }
        if let Some(said) = &self.spec.required {
            let mistake = Diagnostic::error(
                "required",
                said.span,
                "an `Immediate` event needs `required: true`",
            );
            return report.fail(mistake.related(span, "the timer"));
        }
        if let Some(at) = self.reads_now_in_choice() {
            let mistake = Diagnostic::error(
                "not-here",
                at,
                "`now` cannot be read in a required choice, and an `Immediate` timer implies `required`",
            );
            return report.fail(mistake.related(span, "the timer"));
        }
        self.required = true;
        Some(())
    }

    fn reads_now_in_choice(&self) -> Option<Span> {
        let choice = self.parts.as_ref()?.choose.first()?;
        let reads_now = |f: &&Formula| {
            let mut found = false;
            f.expr
                .walk(&mut |e| found |= matches!(e.kind, ExprKind::Now));
            found
        };
        choice
            .pattern
            .conditions
            .iter()
            .find(reads_now)
            .map(|f| f.span)
    }

    /// One clock for all matches: an exponential timer whose rate reads parameters only.
    fn aggregate(&mut self, law: &Law, options: &Options<'_>) -> Option<ClockMode> {
        let body = &mut self.body;
        let mistake = |why: &str, span: Span| Diagnostic::error("aggregate", span, why.to_owned());
        let clock = options.clock.map(|c| c.span)?;
        if !matches!(
            law.family,
            Family::ExponentialRate | Family::ExponentialMean
        ) {
            return body.env.report.fail(mistake("`clock: Aggregate` needs an exponential timer: only exponential clocks add up to one", clock));
        }
        if let Some(rate) = law.parameters.iter().find(|p| !reads_parameters_only(p)) {
            let mistake = mistake(
                "the rate of an aggregate clock reads model parameters only",
                rate.span,
            );
            return body
                .env
                .report
                .fail(mistake.help("what differs between matches goes into `weights`"));
        }
        if let Some(memory) = options.memory.filter(|m| m.value == "Age") {
            return body.env.report.fail(mistake(
                "an aggregate clock has no memory of single matches",
                memory.span,
            ));
        }
        if let Some(stream) = options.stream {
            return body.env.report.fail(mistake(
                "the draws of an aggregate clock have no key",
                stream.span,
            ));
        }
        let components = self.parts.as_ref()?.components.clone();
        if components.is_empty() {
            return body
                .env
                .report
                .fail(mistake("an aggregate clock needs a left-hand side", clock));
        }
        let mut weights: Vec<Option<Formula>> = vec![None; components.len()];
        let mut good = true;
        for (name, value) in options
            .weights
            .iter()
            .flat_map(|(entries, _)| entries.iter())
        {
            let Some((component, weight)) = body.weight(name, value, &components) else {
                good = false;
                continue;
            };
            if weights[component].replace(weight).is_some() {
                body.env
                    .report
                    .push(mistake("this component has a weight already", name.span));
                good = false;
            }
        }
        good.then_some(ClockMode::Aggregate { weights })
    }
}

impl<'e> Body<'e> {
    /// Splits the arguments of a timer into options and parameters of the law; also says whether all are of the right kind.
    fn timer_arguments<'s>(
        &self,
        spec: &'s TimerSpec,
    ) -> (Options<'s>, Vec<Given<'s>>, Option<()>) {
        let mut options = Options::default();
        let (mut law, mut good) = (Vec::new(), true);
        for (name, value) in &spec.arguments {
            let fits = match (name.value.as_str(), value) {
                ("memory", ArgumentSpec::Word(word)) => options.memory.replace(word).is_none(),
                ("on_change", ArgumentSpec::Word(word)) => {
                    options.on_change.replace(word).is_none()
                }
                ("clock", ArgumentSpec::Word(word)) => options.clock.replace(word).is_none(),
                ("weights", ArgumentSpec::Map(entries)) => {
                    options.weights.replace((entries, name.span)).is_none()
                }
                ("stream", ArgumentSpec::Number(NumberOrText::Text(text))) => {
                    options.stream.replace(text).is_none()
                }
                ("key", ArgumentSpec::List(list)) => {
                    options.key.replace((list, name.span)).is_none()
                }
                (option, ArgumentSpec::Number(number)) if !OPTIONS.contains(&option) => {
                    law.push(Given::number(name, number));
                    true
                }
                _ => false,
            };
            if !fits {
                good = false;
                self.env.report.push(misplaced(name, value));
            }
        }
        (options, law, good.then_some(()))
    }

    /// Whether the second of two words is written; the first is the default.
    fn one_of(&self, text: Option<&Spanned<String>>, words: [&'static str; 2]) -> Option<bool> {
        let Some(text) = text else { return Some(false) };
        match words.iter().position(|w| *w == text.value) {
            Some(position) => Some(position == 1),
            None => self.env.report.fail(unknown(
                "unknown-option",
                "option",
                &text.value,
                text.span,
                words,
            )),
        }
    }

    fn stream(&self, options: &Options<'_>) -> Option<Option<Stream>> {
        let Some(name) = options.stream else {
            if let Some((_, span)) = options.key {
                let mistake = Diagnostic::error(
                    "key-without-stream",
                    span,
                    "`key` needs `stream`, the name that couples the draws",
                );
                return self.env.report.fail(mistake);
            }
            return Some(None);
        };
        let keys = options.key.iter().flat_map(|(list, _)| list.iter());
        let key: Vec<Option<Var>> = keys
            .map(|text| {
                let name = self.env.report.accept(parse_name(text))?;
                self.variable(&name.value, name.span)
            })
            .collect();
        Some(Some(Stream {
            name: name.value.clone(),
            key: key.into_iter().collect::<Option<_>>()?,
        }))
    }

    /// The weight of a component, named by one of its variables.
    fn weight(
        &mut self,
        name: &Text,
        value: &NumberOrText,
        components: &[Vec<Var>],
    ) -> Option<(usize, Formula)> {
        let parsed = self.env.report.accept(parse_name(name))?;
        let var = self.variable(&parsed.value, parsed.span)?;
        let component = components.iter().position(|c| c.contains(&var))?;
        // A weight knows its own component alone: where the others are bound, it is not.
        let mut taken = self.view.taken.clone();
        taken.retain(|edge| components[component].contains(edge));
        let place = std::mem::replace(&mut self.place, Place::WEIGHT);
        let taken = std::mem::replace(&mut self.view.taken, taken);
        let weight = self.number(value, Type::Real);
        (self.place, self.view.taken) = (place, taken);
        let weight = weight?;
        let foreign = self
            .mentioned(&weight)
            .into_iter()
            .find(|v| !components[component].contains(v));
        if let Some(foreign) = foreign {
            let message = format!(
                "the weight of `{}` reads {}, which is not connected to it",
                name.value,
                self.describe(foreign)
            );
            let mistake = Diagnostic::error("aggregate", weight.span, message);
            return self.env.report.fail(mistake.help(
                "a weight belongs to one connected part of the pattern and reads only that",
            ));
        }
        if self
            .env
            .constant(&weight.expr)
            .is_ok_and(|v| matches!(v, crate::types::Value::Real(r) if r < 0.0))
        {
            return self.env.report.fail(Diagnostic::error(
                "out-of-domain",
                weight.span,
                "a weight must not be negative",
            ));
        }
        Some((component, weight))
    }

    /// The variables of the match that a formula reads, sub-patterns included.
    fn mentioned(&self, formula: &Formula) -> Vec<Var> {
        let mut vars = Vec::new();
        let outer = |id: SubPatternId| self.sub_patterns[id.index()].iter().flat_map(|s| &s.outer);
        formula.expr.walk(&mut |e| match &e.kind {
            ExprKind::Attribute { of, .. } => vars.push(*of),
            ExprKind::Number(var) => vars.push(*var),
            ExprKind::Same(a, b) => vars.extend([*a, *b]),
            ExprKind::Exists(id) | ExprKind::Count(id) => vars.extend(outer(*id)),
            _ => {}
        });
        vars
    }
}

fn misplaced(name: &Text, value: &ArgumentSpec) -> Diagnostic {
    let needs = match name.value.as_str() {
        "memory" => "`memory` is `Enabling` or `Age`",
        "on_change" => "`on_change` is `Keep` or `Redraw`",
        "clock" => "`clock` is `Match` or `Aggregate`",
        "weights" => "`weights` is a map from variables to expressions",
        "stream" => "`stream` is a name in quotes",
        "key" => "`key` is a list of variables",
        _ => match value {
            ArgumentSpec::Word(word) => {
                let message = "a number or an expression in quotes is needed";
                return Diagnostic::error("wrong-arguments", word.span, message)
                    .help(format!("in quotation marks: `\"{}\"`", word.value));
            }
            _ => {
                "a number or an expression is needed; options are `memory`, `on_change`, `clock`, `weights`, `stream`, `key`"
            }
        },
    };
    Diagnostic::error("wrong-arguments", name.span, needs)
}

fn reads_parameters_only(formula: &Formula) -> bool {
    let mut only = true;
    formula.expr.walk(&mut |e| {
        only &= !matches!(
            e.kind,
            ExprKind::Attribute { .. }
                | ExprKind::Number(_)
                | ExprKind::Same(..)
                | ExprKind::Exists(_)
                | ExprKind::Count(_)
                | ExprKind::Now
        );
    });
    only
}
