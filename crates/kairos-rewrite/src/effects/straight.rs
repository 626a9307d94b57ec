//! Effects whose parts cannot get into each other's way ([`RuleEffects`] knows which): once all right-hand sides are known they are carried out as
//! they stand, without a plan.

use std::cell::RefCell;

use kairos_model::types::Value;

use super::{
    Change, ChangedAttribute, EffectReader, PlannedAssignment, RuleEffects,
    compiled::{CompiledAssignment, CompiledCreation, CompiledKind},
};
use crate::{
    binding::{Binding, Slot},
    error::Outcome,
    eval::{Drawing, Evaluated, Quick},
    graph::HostGraph,
    incremental::Ready,
    matcher::{Cause, Firing},
};

impl Change {
    /// Reads off the graph what a firing with straight effects changes, of which one may delete an edge.
    ///
    /// # Errors
    /// A fault in a right-hand side, a second edge of a unique type.
    #[inline]
    pub(crate) fn read(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        (effects, deleted): (&RuleEffects, Option<Slot>),
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let effect = &effects.main;
        self.words.clear();
        self.assignments.clear();
        for creation in &effect.create {
            for attribute in &creation.attributes {
                let value = right_hand_side(reader, firing, attribute, cause)?;
                self.words.push(value.to_bits());
            }
        }
        for assignment in &effect.set {
            let planned = assignment.read(reader, firing, cause)?;
            self.assignments.push(planned);
        }
        effects.stay_apart(reader, firing, deleted)
    }

    /// Carries it out, but for deletion, which has been, and binds the elements that are created. What no query is about is not noted.
    #[inline]
    pub(crate) fn carry_out(
        &mut self,
        effects: &RuleEffects,
        graph: &mut HostGraph,
        bound: &Binding,
        cause: &mut dyn Cause,
    ) {
        let effect = &effects.main;
        self.created_nodes.clear();
        self.created_edges.clear();
        self.changed.clear();
        for (assignment, planned) in effect.set.iter().zip(&self.assignments) {
            if let Some(changed) = planned.write(graph)
                && assignment.noticed
            {
                self.changed.push(changed);
            }
        }
        let mut words = &*self.words;
        for (position, creation) in (0..).zip(&effect.create) {
            let (own, rest) = words.split_at(creation.attributes.len());
            words = rest;
            let slot = creation.carry_out(graph, bound, (position, own), cause);
            if creation.noticed {
                match creation.what {
                    CompiledKind::Node(_) => self.created_nodes.push(slot),
                    CompiledKind::Edge { .. } => self.created_edges.push(slot),
                }
            }
        }
    }
}

impl RuleEffects {
    /// Makes sure that no second edge of a unique type comes; `deleted` goes.
    ///
    /// # Errors
    /// One would come.
    #[inline(always)]
    pub(crate) fn stay_apart(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        deleted: Option<Slot>,
    ) -> Outcome<()> {
        for pair in &self.pairs {
            pair.stays_apart(reader, firing, deleted)?;
        }
        Ok(())
    }
}

impl CompiledCreation {
    /// Creates an element with attributes, which stands at a position of its rule's text, and binds it.
    #[inline(always)]
    pub(crate) fn carry_out(
        &self,
        graph: &mut HostGraph,
        bound: &Binding,
        (position, own): (u32, &[u64]),
        cause: &mut dyn Cause,
    ) -> Slot {
        let name = if self.named {
            cause.name(position, &[])
        } else {
            0
        };
        let slot = match self.what {
            CompiledKind::Node(ty) => graph.create_node(ty, name, own),
            CompiledKind::Edge {
                ty, vars, ports, ..
            } => {
                let (from, to) = (bound.get(vars.0), bound.get(vars.1));
                let ports = ports.unwrap_or_else(|| graph.ports_of(ty, from, to));
                graph.create_edge_at(ty, (from, to), ports, name, own)
            }
        };
        if let Some(var) = self.var {
            bound.set(var, slot);
        }
        slot
    }
}

impl CompiledAssignment {
    /// What it comes to: of an assignment to an attribute that no other is to.
    ///
    /// # Errors
    /// A fault in the right-hand side.
    #[inline]
    pub(crate) fn read(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<PlannedAssignment> {
        let value = self.value(reader, firing, cause)?;
        let place = self.place(reader.graph(), firing.bound);
        let before = place.read(reader.graph());
        Ok(PlannedAssignment {
            place,
            before,
            bits: self.combine(reader, firing, before, value)?,
            accumulates: self.accumulates(),
        })
    }
}

impl CompiledAssignment {
    /// What is assigned or added, where that is always the same.
    #[inline]
    pub(crate) fn constant(&self) -> Option<Value> {
        match self.value.quick {
            Some(Quick::Constant(value)) => Some(value),
            _ => None,
        }
    }

    /// What is assigned or added.
    ///
    /// # Errors
    /// A fault in the right-hand side.
    #[inline]
    pub(crate) fn value(
        &self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<Value> {
        match self.constant() {
            Some(value) => Ok(value),
            None => right_hand_side(reader, firing, &self.value, cause),
        }
    }

    /// Carries it out at once, where it is all that a rule does.
    ///
    /// # Errors
    /// A sum that does not fit.
    #[inline]
    pub(crate) fn carry_out(
        &self,
        graph: &mut HostGraph,
        bound: &Binding,
        value: Value,
    ) -> Evaluated<()> {
        let word = self.place(graph, bound).word(graph);
        *word = self.combined(*word, value)?;
        Ok(())
    }
}

impl PlannedAssignment {
    /// Carries it out, and says what has other bits than before.
    #[inline]
    pub(crate) fn write(&self, graph: &mut HostGraph) -> Option<ChangedAttribute> {
        self.place.write(graph, self.bits)
    }
}

fn right_hand_side(
    reader: &impl EffectReader,
    firing: &Firing<'_>,
    formula: &Ready,
    cause: &mut dyn Cause,
) -> Outcome<Value> {
    if let Some(quick) = &formula.quick {
        let tested = |candidates| reader.tested(candidates);
        return Ok(quick.value(reader.graph(), firing.bound, tested));
    }
    let drawing = RefCell::new(Drawing {
        cause,
        extension: &[],
    });
    reader.evaluate(firing, formula.formula, &drawing)
}
