//! Effects that are a single assignment: nothing can interfere with it, so that nothing need be planned.

use std::cell::RefCell;

use kairos_model::{
    rule::{Assignment, Rule},
    types::Value,
};

use super::{ChangedAttribute, EffectReader, combine, compiled::Target};
use crate::{
    error::Outcome,
    eval::Drawing,
    graph::HostGraph,
    matcher::{Cause, Firing},
    program::Program,
};

/// The assignment of a rule that does nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AloneAssignment<'a> {
    assignment: &'a Assignment,
    target: &'a Target,
}

/// Its new value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewValue {
    changed: ChangedAttribute,
    column: usize,
    bits: u64,
}

/// Whether a rule does nothing but one assignment.
pub(super) fn is_alone(rule: &Rule) -> bool {
    let effect = &rule.effect;
    effect.set.len() == 1
        && effect.delete.is_empty()
        && effect.create.is_empty()
        && rule.for_each.is_empty()
}

impl<'a> AloneAssignment<'a> {
    /// The assignment of a firing's rule, if it does nothing else.
    #[inline]
    pub(crate) fn of(program: &'a Program, firing: &Firing<'_>) -> Option<Self> {
        let effects = program.effects(firing.rule);
        if !effects.alone {
            return None;
        }
        Some(AloneAssignment {
            assignment: &program.model.rule(firing.rule).effect.set[0],
            target: &effects.main.set[0],
        })
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// A fault in the right-hand side.
    pub(crate) fn evaluate(
        self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<NewValue> {
        let AloneAssignment { assignment, target } = self;
        let drawing = RefCell::new(Drawing {
            cause,
            extension: &[],
        });
        let value = reader.evaluate(firing, &assignment.value, &drawing)?;
        let (graph, element) = (reader.graph(), firing.bound.get(assignment.target));
        let column = target.column(graph, element);
        let before = Value::from_bits(value.ty(), target.word(graph, element, column));
        let value = combine(assignment.mode, before, value).map_err(|fault| {
            let mut error = reader.fault(firing, *fault);
            error.expression = Some(assignment.value.text.clone());
            error
        })?;
        Ok(NewValue {
            changed: ChangedAttribute {
                is_node: target.is_node,
                element,
                attribute: assignment.attribute,
            },
            column,
            bits: value.to_bits(),
        })
    }
}

impl NewValue {
    /// Sets it, and says what has other bits than before.
    pub(crate) fn commit(self, graph: &mut HostGraph) -> Option<ChangedAttribute> {
        let old = if self.changed.is_node {
            graph.set_node_word(self.changed.element, self.column, self.bits)
        } else {
            graph.set_edge_word(self.changed.element, self.column, self.bits)
        };
        (old != self.bits).then_some(self.changed)
    }
}
