//! Rules: left-hand side, guard and NACs, choices, effect.

use super::{
    body::{Body, Hidden, View},
    effect::{Done, EffectTexts},
    env::Env,
    pattern::{names, sorted},
    place::Place,
    symmetry,
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Formula, Var},
    pattern::Pattern,
    rule::{Choice, Effect, ForEach, Pick, Rule},
    source::Span,
    spec::{ChoiceSpec, ForEachSpec, PickSpec, RuleSpec, Text},
    syntax::{
        parse_assignment, parse_expr, parse_pattern,
        tree::{Name, PatternTree},
    },
    types::Type,
};

/// A rule whose variables are still open: its timer and tallies add sub-patterns.
pub(super) struct RuleDraft<'e, 's> {
    pub(super) name: &'s Text,
    pub(super) spec: &'s RuleSpec,
    pub(super) body: Body<'e>,
    /// What a timer can see: the left-hand side.
    pub(super) matched: View,
    /// What a tally can see: choices, too.
    pub(super) chosen: View,
    /// Names of created elements.
    pub(super) created: Done,
    /// Names that cannot be seen before the event fires.
    pub(super) later: Vec<Hidden>,
    /// `None` where the rule has a mistake.
    pub(super) parts: Option<RuleParts>,
    pub(super) required: bool,
    /// Whether the variables of the left-hand side are known.
    pub(super) is_visible: bool,
}

/// What a rule consists of, apart from its variables.
pub(super) struct RuleParts {
    pub(super) lhs: Pattern,
    pub(super) choose: Vec<Choice>,
    pub(super) then: Vec<Formula>,
    pub(super) effect: Effect,
    pub(super) for_each: Vec<ForEach>,
    pub(super) components: Vec<Vec<Var>>,
}

/// Parsed patterns; `None` where one has a mistake.
type Parsed = Option<Vec<PatternTree>>;

/// All patterns of a rule.
struct Trees {
    matches: Parsed,
    choose: Vec<Parsed>,
    create: Parsed,
    for_each: Vec<(Parsed, Parsed)>,
}

impl Trees {
    fn parse(body: &Body<'_>, spec: &RuleSpec) -> Trees {
        let one = |text: &Text| body.parse_patterns(std::slice::from_ref(text));
        Trees {
            matches: body.parse_patterns(&spec.matches),
            choose: spec.choose.iter().map(|c| one(&c.of)).collect(),
            create: body.parse_patterns(&spec.create),
            for_each: spec
                .for_each
                .iter()
                .map(|f| {
                    (
                        body.parse_patterns(&f.matches),
                        body.parse_patterns(&f.create),
                    )
                })
                .collect(),
        }
    }
}

impl<'e, 's> RuleDraft<'e, 's> {
    /// Checks a rule without its timer.
    pub(super) fn read(env: &'e Env<'e>, name: &'s Text, spec: &'s RuleSpec) -> Self {
        let mut draft = RuleDraft {
            name,
            spec,
            body: Body::new(env, Place::GUARD),
            matched: View::default(),
            chosen: View::default(),
            created: Done::default(),
            later: Vec::new(),
            parts: None,
            required: spec.required.as_ref().is_some_and(|r| r.value),
            is_visible: false,
        };
        let trees = Trees::parse(&draft.body, spec);
        draft.is_visible = trees.matches.is_some();
        // without the left-hand side every name would look unknown
        match &trees.matches {
            Some(matches) => draft.parts = draft.read_parts(matches, &trees),
            None => draft.read_syntax(),
        }
        draft
    }

    fn read_parts(&mut self, matches: &[PatternTree], trees: &Trees) -> Option<RuleParts> {
        self.hide(trees, 0);
        self.later = self.body.hidden.clone();
        let lhs = self.left_hand_side(matches);
        self.matched = self.body.view.clone();
        let choose: Vec<_> = self
            .spec
            .choose
            .iter()
            .enumerate()
            .map(|(i, spec)| self.choice(i, spec, trees))
            .collect();
        self.chosen = self.body.view.clone();
        let then = self.then();
        let choices_read = trees.choose.iter().all(Option::is_some);
        if !choices_read {
            self.read_syntax();
            return None;
        }
        self.hide(trees, trees.choose.len());
        let effect = trees
            .create
            .as_ref()
            .and_then(|create| self.main_effect(create));
        let for_each: Vec<_> = self
            .spec
            .for_each
            .iter()
            .zip(&trees.for_each)
            .map(|(spec, (matches, create))| {
                self.for_each(spec, matches.as_ref()?, create.as_ref()?)
            })
            .collect();
        let required = self.judge_required();
        let lhs = lhs?;
        required?;
        Some(RuleParts {
            components: symmetry::components(&lhs),
            lhs,
            choose: choose.into_iter().collect::<Option<_>>()?,
            then: then?,
            effect: effect?,
            for_each: for_each.into_iter().collect::<Option<_>>()?,
        })
    }

    /// Hides the names that come after the left-hand side and the first `choices` steps.
    fn hide(&mut self, trees: &Trees, choices: usize) {
        let (before, after) = trees.choose.split_at(choices);
        let flat = |steps: &[Parsed]| -> Vec<Name> {
            let trees = steps.iter().flatten().flatten();
            trees
                .flat_map(|tree| {
                    names(std::slice::from_ref(tree))
                        .cloned()
                        .collect::<Vec<_>>()
                })
                .collect()
        };
        let seen: Vec<Name> = flat(std::slice::from_ref(&trees.matches))
            .into_iter()
            .chain(flat(before))
            .collect();
        let (extended, created): (Vec<_>, Vec<_>) = trees.for_each.iter().cloned().unzip();
        let created = flat(std::slice::from_ref(&trees.create))
            .into_iter()
            .chain(flat(&created));
        let reasons = [
            (
                flat(after),
                "is picked by `choose`, after the match was found",
                true,
            ),
            (
                created.collect(),
                "is created by this rule, and expressions read the graph as it was before",
                false,
            ),
            (flat(&extended), "belongs to a `for_each`", false),
        ];
        let hidden = reasons.into_iter().flat_map(|(names, why, misleads)| {
            names.into_iter().map(move |name| Hidden {
                name: name.value,
                span: name.span,
                why,
                misleads,
            })
        });
        self.body.hidden = hidden
            .filter(|h| seen.iter().all(|n| n.value != h.name))
            .collect();
    }

    /// Reads the texts of a rule whose variables are not known, for mistakes in the texts themselves.
    fn read_syntax(&self) {
        let (spec, report) = (self.spec, self.body.env.report);
        let values = spec.choose.iter().filter_map(|c| match &c.pick {
            PickSpec::Uniform => None,
            PickSpec::Max(value) | PickSpec::Min(value) | PickSpec::Weighted(value) => Some(value),
        });
        let conditions = spec.condition.iter().chain(&spec.then_where);
        let of_blocks = spec.for_each.iter().filter_map(|f| f.condition.as_ref());
        for text in conditions.chain(of_blocks).chain(values) {
            report.accept(parse_expr(text));
        }
        for text in spec.unless.iter().chain(&spec.then_unless) {
            report.accept(parse_pattern(text));
        }
        for text in spec
            .set
            .iter()
            .chain(spec.for_each.iter().flat_map(|f| &f.set))
        {
            report.accept(parse_assignment(text));
        }
    }

    fn left_hand_side(&mut self, matches: &[PatternTree]) -> Option<Pattern> {
        let body = &mut self.body;
        let (mut lhs, vars) = body.declare(matches);
        self.matched = body.view.clone();
        let mut good = body.conditions(matches, &vars, &mut lhs.conditions);
        good &= body.condition_text(self.spec.condition.as_ref(), &mut lhs.conditions);
        good &= body.unless(&self.spec.unless, &mut lhs.conditions);
        good.then_some(lhs)
    }

    fn choice(&mut self, step: usize, spec: &ChoiceSpec, trees: &Trees) -> Option<Choice> {
        let tree = trees.choose[step].as_ref()?;
        self.hide(trees, step + 1);
        let body = &mut self.body;
        body.place = if self.required {
            Place::REQUIRED_CHOICE
        } else {
            Place::CHOOSE
        };
        let taken = sorted(&body.view.taken);
        let pattern = body.pattern(tree);
        let pick = match &spec.pick {
            PickSpec::Uniform => Some(Pick::Uniform),
            PickSpec::Max(value) => body.number_text(value).map(Pick::Max),
            PickSpec::Min(value) => body.number_text(value).map(Pick::Min),
            PickSpec::Weighted(value) => body.text(value, Type::Real).map(Pick::Weighted),
        };
        let pattern = pattern?;
        if pattern.elements.is_empty() {
            let mistake = Diagnostic::error(
                "nothing-to-choose",
                spec.of.span,
                "this pattern has no new element to pick",
            );
            return body
                .env
                .report
                .fail(mistake.help(
                    "a condition on what is bound already stands in `where` or `then_where`",
                ));
        }
        Some(Choice {
            pick: pick?,
            pattern,
            taken,
            span: spec.span,
        })
    }

    fn then(&mut self) -> Option<Vec<Formula>> {
        let spec = self.spec;
        if spec.choose.is_empty()
            && let Some(text) = spec.then_where.iter().chain(&spec.then_unless).next()
        {
            let mistake = Diagnostic::error(
                "then-without-choose",
                text.span,
                "`then_where` and `then_unless` check what `choose` picked, and here is no `choose`",
            );
            return self
                .body
                .env
                .report
                .fail(mistake.help("write `where` and `unless`"));
        }
        self.body.place = Place::CHOOSE;
        let mut then = Vec::new();
        let mut good = self
            .body
            .condition_text(spec.then_where.as_ref(), &mut then);
        good &= self.body.unless(&spec.then_unless, &mut then);
        good.then_some(then)
    }

    fn main_effect(&mut self, create: &[PatternTree]) -> Option<Effect> {
        let texts = EffectTexts {
            delete: &self.spec.delete,
            create,
            set: &self.spec.set,
        };
        self.body.effect(&texts, &mut self.created)
    }

    fn for_each(
        &mut self,
        spec: &ForEachSpec,
        matches: &[PatternTree],
        create: &[PatternTree],
    ) -> Option<ForEach> {
        let body = &mut self.body;
        let outside = body.view.clone();
        let hidden = std::mem::take(&mut body.hidden);
        let taken = sorted(&body.view.taken);
        body.place = Place::FOR_EACH;
        let pattern = body.pattern(matches).and_then(|mut pattern| {
            let good = body.condition_text(spec.condition.as_ref(), &mut pattern.conditions);
            good.then_some(pattern)
        });
        let texts = EffectTexts {
            delete: &spec.delete,
            create,
            set: &spec.set,
        };
        // what one block creates is not there for the next
        let mut done = self.created.clone();
        let effect = body.effect(&texts, &mut done);
        body.view = outside;
        body.hidden = hidden;
        Some(ForEach {
            pattern: pattern?,
            taken,
            effect: effect?,
        })
    }

    /// `required` needs one step and nothing after it.
    fn judge_required(&self) -> Option<()> {
        let Some(required) = self.spec.required.as_ref().filter(|r| r.value) else {
            return Some(());
        };
        match self.cannot_require() {
            None => Some(()),
            Some(why) => {
                let message = format!("`required` is not possible here: {why}");
                self.body
                    .env
                    .report
                    .fail(Diagnostic::error("required", required.span, message))
            }
        }
    }

    /// Why the event cannot be active only while its choice has an extension.
    pub(super) fn cannot_require(&self) -> Option<&'static str> {
        match self.spec.choose.len() {
            0 => Some("there is no `choose`"),
            1 if self.spec.then_where.is_some() || !self.spec.then_unless.is_empty() => {
                Some("`then_where` and `then_unless` are checked after the event fired")
            }
            1 => None,
            _ => Some("there is more than one step of `choose`"),
        }
    }

    /// Lets expressions see what a view shows.
    pub(super) fn look(&mut self, view: View, place: Place) {
        self.body.hidden.clone_from(&self.later);
        self.body.view = view;
        self.body.place = place;
    }

    pub(super) fn span(&self) -> Span {
        self.name.span
    }

    /// The rule, once timer and tallies were read. `None` where it has a mistake.
    pub(super) fn finish(self) -> Option<Rule> {
        let parts = self.parts?;
        Some(Rule {
            name: self.name.value.clone(),
            scope: self.body.into_scope()?,
            lhs: parts.lhs,
            choose: parts.choose,
            then: parts.then,
            required: self.required,
            effect: parts.effect,
            for_each: parts.for_each,
            symmetric: self.spec.symmetric.as_ref().is_some_and(|s| s.value),
            automorphisms: Vec::new(),
            components: parts.components,
            span: self.name.span,
        })
    }
}

impl Body<'_> {
    /// A text that is an expression of a number, `Int` or `Real`.
    fn number_text(&mut self, text: &Text) -> Option<Formula> {
        let formula = self.untyped_text(text)?;
        if !matches!(formula.expr.ty, Type::Int | Type::Real) {
            let message = format!(
                "a number is needed here, this is {}",
                self.type_name(formula.expr.ty)
            );
            return self
                .env
                .report
                .fail(Diagnostic::error("wrong-type", formula.span, message));
        }
        Some(formula)
    }
}
