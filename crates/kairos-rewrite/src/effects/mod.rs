//! What the application of a rule changes: read off the graph as it was before, then carried out (single pushout).
//!
//! Deletion wins: edges to deleted nodes go with them, an edge to a deleted end is not created (and uses no number), an attribute of a deleted
//! element is not set. Every right-hand side is evaluated all the same, so that a fault in one does not depend on what else is deleted.

mod compiled;
mod pair;
mod settle;
mod straight;
#[cfg(test)]
mod tests;

use std::cell::RefCell;

use kairos_model::{
    expr::{FormulaId, Var},
    types::{AttributeId, EdgeTypeId, NodeTypeId, Value},
};

use rustc_hash::FxHashMap;

pub(crate) use compiled::{Alone, CompiledAssignment, RuleEffects};
use compiled::{CompiledCreation, CompiledEffect, CompiledEnd, CompiledKind, Place};

use crate::{
    binding::{Binding, Slot},
    error::{Fault, Outcome, RuntimeError},
    eval::Drawing,
    graph::HostGraph,
    matcher::{Cause, Extensions, Firing},
    program::Program,
};

/// What planning an application asks of a matcher.
pub trait EffectReader {
    /// The program.
    fn program(&self) -> &Program;

    /// The graph as it was before.
    fn graph(&self) -> &HostGraph;

    /// The value of a right-hand side.
    ///
    /// # Errors
    /// A fault, with rule, match, expression and time.
    fn evaluate(
        &self,
        firing: &Firing<'_>,
        formula: FormulaId,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value>;

    /// Is told how many candidates were gone through where a value was read without asking.
    fn tested(&self, _candidates: u64) {}

    /// All extensions of a for_each block, in ascending numbers.
    ///
    /// # Errors
    /// A fault in one of its conditions.
    fn block(&self, firing: &Firing<'_>, block: usize, out: &mut Extensions) -> Outcome<()>;

    /// An error of a firing.
    fn fault(&self, firing: &Firing<'_>, fault: Fault) -> Box<RuntimeError>;
}

/// An end of an edge to be created.
#[derive(Clone, Copy, Debug)]
enum End {
    There(Slot),
    /// By the position of its creation in the plan.
    Planned(u32),
}

#[derive(Clone, Copy, Debug)]
enum Planned {
    Node(NodeTypeId),
    Edge { ty: EdgeTypeId, from: End, to: End },
}

#[derive(Clone, Copy, Debug)]
struct PlannedCreation {
    what: Planned,
    name: u64,
    /// Its attributes' bits: the first, and the one past the last.
    words: (u32, u32),
    /// The variable to be bound, in the main effect.
    var: Option<Var>,
    slot: Slot,
}

/// An assignment whose right-hand side is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlannedAssignment {
    place: Place,
    /// What is there before.
    before: u64,
    bits: u64,
    accumulates: bool,
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AttributeOf {
    /// Node or edge.
    pub is_node: bool,
    /// The element.
    pub element: Slot,
    /// The attribute.
    pub attribute: AttributeId,
}

/// An attribute that has other bits than before. None changes twice in one application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedAttribute {
    /// Which.
    pub of: AttributeOf,
    /// Its bits before.
    pub before: u64,
    /// Its bits now.
    pub now: u64,
}

/// An application, planned or carried out straight. The buffers are kept from one to the next.
#[derive(Debug, Default)]
pub struct Change {
    deleted_nodes: Vec<Slot>,
    deleted_edges: Vec<Slot>,
    creations: Vec<PlannedCreation>,
    words: Vec<u64>,
    assignments: Vec<PlannedAssignment>,
    /// Where the assignment to an attribute of an element stands, once there are many.
    assigned: FxHashMap<AttributeOf, usize>,
    /// The deleted elements by slot.
    gone_nodes: Vec<Slot>,
    gone_edges: Vec<Slot>,
    created_nodes: Vec<Slot>,
    created_edges: Vec<Slot>,
    changed: Vec<ChangedAttribute>,
    extensions: Extensions,
    names: Vec<u64>,
}

impl Change {
    /// Plans what a firing changes.
    ///
    /// # Errors
    /// A fault in a right-hand side or a for_each condition, two assignments to one attribute, a second edge of a unique type.
    pub fn plan(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        self.deleted_nodes.clear();
        self.deleted_edges.clear();
        self.creations.clear();
        self.words.clear();
        self.assignments.clear();
        if !self.assigned.is_empty() {
            self.assigned.clear();
        }
        self.gone_nodes.clear();
        self.gone_edges.clear();
        let effects = reader.program().effects(firing.rule);
        self.effect(reader, firing, &effects.main, cause, (0, &[]))?;
        if !effects.blocks.is_empty() {
            self.blocks(reader, firing, effects, cause)?;
        }
        self.settle(reader, firing, effects)
    }

    /// Plans what the for_each blocks change at each of their extensions.
    fn blocks(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        effects: &RuleEffects,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let rule = reader.program().model.rule(firing.rule);
        let mut position = small(effects.main.create.len());
        let mut names = std::mem::take(&mut self.names);
        for (index, block) in rule.for_each.iter().enumerate() {
            let mut extensions = std::mem::take(&mut self.extensions);
            reader.block(firing, index, &mut extensions)?;
            let own = &block.pattern.elements;
            let effect = &effects.blocks[index];
            for extension in 0..extensions.len() {
                let slots = extensions.get(extension);
                own.iter()
                    .zip(slots)
                    .for_each(|(&v, &s)| firing.bound.set(v, s));
                let graph = reader.graph();
                let name = |(&v, &s): (&Var, &Slot)| {
                    if rule.scope.is_node(v) {
                        graph.node_name(s)
                    } else {
                        graph.edge_name(s)
                    }
                };
                names.clear();
                names.extend(own.iter().zip(slots).map(name));
                self.effect(reader, firing, effect, cause, (position, &names))?;
            }
            self.extensions = extensions;
            position += small(effect.create.len());
        }
        self.names = names;
        Ok(())
    }

    /// Plans one effect. Its first creation has the position `first` in the rule's text; `names` are those of the extension's elements, none
    /// for the main effect.
    fn effect(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        effect: &CompiledEffect,
        cause: &mut dyn Cause,
        (first, names): (u32, &[u64]),
    ) -> Outcome<()> {
        for &node in &effect.delete_nodes {
            self.deleted_nodes.push(firing.bound.get(node));
        }
        for &edge in &effect.delete_edges {
            self.deleted_edges.push(firing.bound.get(edge));
        }
        let drawing = RefCell::new(Drawing {
            cause,
            extension: names,
        });
        let own = small(self.creations.len());
        for (position, creation) in (first..).zip(&effect.create) {
            let name = drawing.borrow_mut().cause.name(position, names);
            self.create(reader, firing, creation, (name, own), &drawing)?;
        }
        for assignment in &effect.set {
            let value = reader.evaluate(firing, assignment.value.formula, &drawing)?;
            self.assign(reader, firing, assignment, value)?;
        }
        Ok(())
    }

    /// Plans a creation; the first one of its effect is at `own`.
    #[inline]
    fn create(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        creation: &CompiledCreation,
        (name, own): (u64, u32),
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<()> {
        let first = small(self.words.len());
        for attribute in &creation.attributes {
            let value = reader.evaluate(firing, attribute.formula, drawing)?;
            self.words.push(value.to_bits());
        }
        let end = |end: CompiledEnd| match end {
            CompiledEnd::Bound(var) => End::There(firing.bound.get(var)),
            CompiledEnd::Main(position) => End::Planned(position),
            CompiledEnd::Own(position) => End::Planned(own + position),
        };
        self.creations.push(PlannedCreation {
            what: match creation.what {
                CompiledKind::Node(ty) => Planned::Node(ty),
                CompiledKind::Edge { ty, ends, .. } => Planned::Edge {
                    ty,
                    from: end(ends.0),
                    to: end(ends.1),
                },
            },
            name,
            words: (first, small(self.words.len())),
            var: creation.var,
            slot: Slot::NONE,
        });
        Ok(())
    }

    fn assign(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        assignment: &CompiledAssignment,
        value: Value,
    ) -> Outcome<()> {
        let graph = reader.graph();
        let place = assignment.place(graph, firing.bound);
        let accumulates = assignment.accumulates();
        let earlier = if assignment.apart {
            None
        } else {
            self.assignment_to(place.attribute)
        };
        let Some(earlier) = earlier else {
            let before = place.read(graph);
            let bits = assignment.combine(reader, firing, before, value)?;
            self.assignments.push(PlannedAssignment {
                place,
                before,
                bits,
                accumulates,
            });
            return Ok(());
        };
        let earlier = &mut self.assignments[earlier];
        if !accumulates || !earlier.accumulates {
            return Err(twice(reader, firing, place.attribute));
        }
        earlier.bits = assignment.combine(reader, firing, earlier.bits, value)?;
        Ok(())
    }

    /// Where the assignment to an attribute of an element stands. Few are searched, many are indexed: a for_each may have thousands.
    #[inline]
    fn assignment_to(&mut self, attribute: AttributeOf) -> Option<usize> {
        const FEW: usize = 8;
        if self.assignments.len() <= FEW {
            let mut all = self.assignments.iter();
            return all.position(|a| a.place.attribute == attribute);
        }
        for position in self.assigned.len()..self.assignments.len() {
            let attribute = self.assignments[position].place.attribute;
            self.assigned.insert(attribute, position);
        }
        self.assigned.get(&attribute).copied()
    }

    /// Nodes that go, in ascending numbers.
    #[must_use]
    pub fn deleted_nodes(&self) -> &[Slot] {
        &self.deleted_nodes
    }

    /// Edges that go, those of deleted nodes included, in ascending numbers.
    #[must_use]
    pub fn deleted_edges(&self) -> &[Slot] {
        &self.deleted_edges
    }

    /// Carries out what was planned, and binds the elements that the main effect creates.
    pub fn commit(&mut self, graph: &mut HostGraph, bound: &Binding) {
        self.created_nodes.clear();
        self.created_edges.clear();
        self.changed.clear();
        for &edge in &self.deleted_edges {
            graph.delete_edge(edge);
        }
        for &node in &self.deleted_nodes {
            graph.delete_node(node);
        }
        for assignment in &self.assignments {
            self.changed.extend(assignment.write(graph));
        }
        for position in 0..self.creations.len() {
            self.create_planned(position, graph, bound);
        }
    }

    fn create_planned(&mut self, position: usize, graph: &mut HostGraph, bound: &Binding) {
        let PlannedCreation {
            what,
            name,
            words,
            var,
            ..
        } = self.creations[position];
        let words = &self.words[words.0 as usize..words.1 as usize];
        let slot = match what {
            Planned::Node(ty) => {
                let slot = graph.create_node(ty, name, words);
                self.created_nodes.push(slot);
                slot
            }
            Planned::Edge { from, to, .. } if self.is_deleted(from) || self.is_deleted(to) => {
                Slot::NONE
            }
            Planned::Edge { ty, from, to } => {
                let end = |end: End| match end {
                    End::There(slot) => slot,
                    End::Planned(position) => self.creations[position as usize].slot,
                };
                let slot = graph.create_edge(ty, end(from), end(to), name, words);
                self.created_edges.push(slot);
                slot
            }
        };
        self.creations[position].slot = slot;
        if let Some(var) = var {
            bound.set(var, slot);
        }
    }

    /// After [`Change::commit`]: the nodes that were created, in ascending numbers; after `Change::carry_out` those that a query may be about.
    #[must_use]
    pub fn created_nodes(&self) -> &[Slot] {
        &self.created_nodes
    }

    /// After [`Change::commit`]: the edges that were created, in ascending numbers; after `Change::carry_out` those that a query may be about.
    #[must_use]
    pub fn created_edges(&self) -> &[Slot] {
        &self.created_edges
    }

    /// The attribute that an assignment of a rule with straight effects is to, if it has other bits than before.
    #[inline]
    pub(crate) fn changed_by(&self, assignment: usize) -> Option<ChangedAttribute> {
        let PlannedAssignment {
            place,
            before,
            bits,
            ..
        } = &self.assignments[assignment];
        place.changed(*before, *bits)
    }

    /// After [`Change::commit`]: attributes that have other bits than before; after `Change::carry_out` those that a query may read.
    #[must_use]
    pub fn changed(&self) -> &[ChangedAttribute] {
        &self.changed
    }
}

/// A position among what one application creates.
fn small(position: usize) -> u32 {
    u32::try_from(position).expect("one application creates fewer than 2^32 elements")
}

#[cold]
fn twice(
    reader: &impl EffectReader,
    firing: &Firing<'_>,
    AttributeOf {
        is_node,
        element,
        attribute,
    }: AttributeOf,
) -> Box<RuntimeError> {
    let types = &reader.program().model.types;
    let attribute = types.attributes[attribute.index()].clone();
    let element = if is_node {
        reader.graph().node_number(element)
    } else {
        reader.graph().edge_number(element)
    };
    reader.fault(firing, Fault::DoubleAssignment { attribute, element })
}
