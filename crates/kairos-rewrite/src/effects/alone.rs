//! Effects that are a single assignment: nothing can interfere with it, so that nothing need be planned.

use std::cell::RefCell;

use kairos_model::{pattern::Scope, rule::Rule, types::Value};

use super::{
    ChangedAttribute, EffectReader,
    compiled::{CompiledAssignment, Place},
};
use crate::{
    error::Outcome,
    eval::{Drawing, Quick},
    graph::HostGraph,
    incremental::Dispatch,
    matcher::{Cause, Firing},
    program::Program,
};

/// The assignment of a rule that does nothing else.
#[derive(Debug)]
pub(crate) struct AloneAssignment {
    assignment: CompiledAssignment,
    /// The right-hand side, where it is the same at every match.
    constant: Option<Value>,
    /// Whether any query reads the attribute: so it is said until [`AloneAssignment::note_readers`] knows.
    is_read: bool,
}

/// Its new value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewValue {
    place: Place,
    bits: u64,
}

impl AloneAssignment {
    /// The first assignment of a rule's main effect.
    pub(super) fn new(program: &Program, rule: &Rule) -> Self {
        let assignment = &rule.effect.set[0];
        let assignment = CompiledAssignment::new(&program.model.types, &rule.scope, assignment);
        let constant = match program.code_of(assignment.value).quick() {
            Some(&Quick::Constant(value)) => Some(value),
            _ => None,
        };
        AloneAssignment {
            assignment,
            constant,
            is_read: true,
        }
    }

    /// Notes whether any query reads the attribute, once that is known.
    pub(super) fn note_readers(&mut self, dispatch: &Dispatch, scope: &Scope) {
        self.is_read = self.assignment.is_read(dispatch, scope);
    }

    /// Whether matches may change by it.
    #[inline]
    pub(crate) fn is_read(&self) -> bool {
        self.is_read
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// A fault in the right-hand side.
    #[inline]
    pub(crate) fn evaluate(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<NewValue> {
        let value = match self.constant {
            Some(value) => value,
            None => self.right_hand_side(reader, firing, cause)?,
        };
        let (assignment, graph) = (&self.assignment, reader.graph());
        let place = assignment.place(graph, firing);
        let bits = assignment.combine(reader, firing, place.read(graph), value)?;
        Ok(NewValue { place, bits })
    }

    fn right_hand_side(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<Value> {
        let drawing = RefCell::new(Drawing {
            cause,
            extension: &[],
        });
        reader.evaluate(firing, self.assignment.value, &drawing)
    }
}

impl NewValue {
    /// Carries it out; what has changed.
    #[inline]
    pub(crate) fn commit(self, graph: &mut HostGraph) -> Option<ChangedAttribute> {
        self.place.write(graph, self.bits)
    }
}
