//! Effects that are a single assignment: nothing can interfere with it, so that nothing need be planned.

use std::cell::RefCell;

use super::{
    ChangedAttribute, EffectReader,
    compiled::{CompiledAssignment, Place},
};
use crate::{
    error::Outcome,
    eval::Drawing,
    graph::HostGraph,
    matcher::{Cause, Firing},
    program::Program,
};

/// The assignment of a rule that does nothing else.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AloneAssignment<'a>(&'a CompiledAssignment);

/// Its new value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewValue {
    place: Place,
    bits: u64,
}

impl<'a> AloneAssignment<'a> {
    /// The assignment of a firing's rule, if it does nothing else.
    #[inline]
    pub(crate) fn of(program: &'a Program, firing: &Firing<'_>) -> Option<Self> {
        program.effects(firing.rule).alone().map(AloneAssignment)
    }

    /// Evaluates it.
    ///
    /// # Errors
    /// A fault in the right-hand side.
    #[inline]
    pub(crate) fn evaluate(
        self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<NewValue> {
        let AloneAssignment(assignment) = self;
        let drawing = RefCell::new(Drawing {
            cause,
            extension: &[],
        });
        let value = reader.evaluate(firing, assignment.value, &drawing)?;
        let place = assignment.place(reader.graph(), firing);
        let bits = assignment.combine(reader, firing, place.read(reader.graph()), value)?;
        Ok(NewValue { place, bits })
    }
}

impl NewValue {
    /// Sets it, and says what has other bits than before.
    #[inline]
    pub(crate) fn commit(self, graph: &mut HostGraph) -> Option<ChangedAttribute> {
        self.place.write(graph, self.bits)
    }
}
