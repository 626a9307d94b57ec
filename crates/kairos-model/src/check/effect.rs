//! Effects: deletions and assignments; what they create is in [`super::create`].

use std::collections::{BTreeMap, BTreeSet};

use super::{body::Body, place::Place};
use crate::{
    diagnostic::Diagnostic,
    expr::Var,
    rule::{Assignment, AssignmentMode, Effect},
    source::Span,
    spec::Text,
    syntax::{parse_assignment, parse_name, tree::PatternTree},
    types::{AttributeId, Type},
};

/// An effect as written.
pub(super) struct EffectTexts<'s> {
    pub(super) delete: &'s [Text],
    pub(super) create: &'s [PatternTree],
    pub(super) set: &'s [Text],
}

/// What the effects of a rule have done so far; a `for_each` comes after the main effect.
#[derive(Clone, Default)]
pub(super) struct Done {
    pub(super) created: BTreeMap<String, Var>,
    pub(super) deleted: BTreeMap<Var, Span>,
    assigned: BTreeMap<(Var, AttributeId), (AssignmentMode, Span)>,
    /// Names that the patterns at hand create, those with mistakes included.
    pub(super) announced: BTreeSet<String>,
}

impl Body<'_> {
    /// An effect in the order of the text: deletions, creations, assignments.
    pub(super) fn effect(&mut self, texts: &EffectTexts<'_>, done: &mut Done) -> Option<Effect> {
        let outside = std::mem::replace(&mut self.place, Place::EFFECT);
        let delete: Vec<_> = texts
            .delete
            .iter()
            .map(|text| self.deletion(text, done))
            .collect();
        let create = self.creations(texts.create, done);
        let set: Vec<_> = texts
            .set
            .iter()
            .map(|text| self.assignment(text, done))
            .collect();
        self.place = outside;
        Some(Effect {
            delete: delete.into_iter().collect::<Option<_>>()?,
            create: create?,
            set: set.into_iter().collect::<Option<_>>()?,
        })
    }

    fn deletion(&mut self, text: &Text, done: &mut Done) -> Option<Var> {
        let name = parse_name(text).map_err(|mistakes| {
            let help = "name the elements that go, one text each: `delete: [\"a\", \"b\"]`";
            mistakes.into_iter().map(|m| m.help(help)).collect()
        });
        let name = self.env.report.accept(name)?;
        let var = self.variable(&name.value, name.span)?;
        if let Some(first) = done.deleted.insert(var, name.span) {
            let message = format!("`{}` is deleted twice", name.value);
            let mistake = Diagnostic::error("deleted-twice", name.span, message);
            return self
                .env
                .report
                .fail(mistake.related(first, "deleted here already"));
        }
        Some(var)
    }

    fn assignment(&mut self, text: &Text, done: &mut Done) -> Option<Assignment> {
        let tree = self.env.report.accept(parse_assignment(text))?;
        let name = &tree.target;
        if done.created.contains_key(&name.value) || done.announced.contains(&name.value) {
            let message = format!(
                "`{}` is created by this rule: its attributes are given where it is created",
                name.value
            );
            let mut mistake = Diagnostic::error("set-created", name.span, message);
            if let Some(&created) = done.created.get(&name.value) {
                let created = self.elements[created.index()].span;
                mistake = mistake.related(created, "created here");
            }
            let value = self.env.loader.text(tree.value.span);
            let attribute = &tree.attribute.value;
            return self
                .env
                .report
                .fail(mistake.help(format!("write `{{{attribute}: {value}}}` in `create`")));
        }
        let target = self.variable(&name.value, name.span);
        let attribute = target.and_then(|var| self.attribute_of(var, &tree.attribute));
        let Some((target, (attribute, ty, declared))) = target.zip(attribute) else {
            self.expr(&tree.value);
            return None;
        };
        if let Some(&at) = done.deleted.get(&target) {
            let message = format!(
                "`{}` is deleted by this rule: setting its attribute does nothing",
                name.value
            );
            let mistake = Diagnostic::error("set-deleted", name.span, message);
            return self.env.report.fail(mistake.related(at, "deleted here"));
        }
        if tree.mode != AssignmentMode::Set && !matches!(ty, Type::Int | Type::Real) {
            let message = format!(
                "`+=` and `-=` need a number, `{}` is {}",
                tree.attribute.value,
                self.type_name(ty)
            );
            return self.env.report.fail(Diagnostic::error(
                "wrong-type",
                tree.attribute.span,
                message,
            ));
        }
        let value = self.typed_attribute(&tree.value, (&tree.attribute.value, ty, declared))?;
        self.assign_once(target, attribute, tree.mode, tree.span, done)?;
        Some(Assignment {
            target,
            attribute,
            mode: tree.mode,
            value: self.formula(value, tree.value.span),
        })
    }

    /// One attribute is assigned once, or accumulated as often as wanted.
    fn assign_once(
        &self,
        target: Var,
        attribute: AttributeId,
        mode: AssignmentMode,
        span: Span,
        done: &mut Done,
    ) -> Option<()> {
        match done.assigned.insert((target, attribute), (mode, span)) {
            Some((earlier, first))
                if earlier == AssignmentMode::Set || mode == AssignmentMode::Set =>
            {
                let mistake = Diagnostic::error("assigned-twice", span, "this attribute is assigned twice")
                    .related(first, "the first assignment")
                    .help("every value is computed from the graph as it was before; several `+=` and `-=` may be combined");
                self.env.report.fail(mistake)
            }
            _ => Some(()),
        }
    }
}
