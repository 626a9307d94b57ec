//! What the application of a rule changes: read off the graph as it was before, then carried out (single pushout).
//!
//! Deletion wins: edges to deleted nodes go with them, an edge to a deleted end is not created (and uses no number), an attribute of a deleted
//! element is not set. Every right-hand side is evaluated all the same, so that a fault in one does not depend on what else is deleted.

mod alone;
mod compiled;
mod settle;

use std::{cell::RefCell, ops::Range};

use kairos_model::{
    expr::{Formula, Var},
    rule::{Assignment, AssignmentMode, Created, Creation, Effect},
    types::{AttributeId, EdgeTypeId, NodeTypeId, Value},
};

use rustc_hash::FxHashMap;

pub(crate) use alone::AloneAssignment;
pub(crate) use compiled::RuleEffects;
use compiled::{CompiledEffect, Target};

use crate::{
    binding::{Binding, Slot},
    error::{Fault, Outcome, RuntimeError},
    eval::{Drawing, finite},
    graph::HostGraph,
    matcher::{Cause, Extensions, Firing},
    program::{Program, is_node},
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
        formula: &Formula,
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<Value>;

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
    Planned(usize),
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
    /// First of its attributes' bits.
    words: usize,
    /// The variable to be bound, in the main effect.
    var: Option<Var>,
    slot: Slot,
}

#[derive(Clone, Copy, Debug)]
struct PlannedAssignment {
    is_node: bool,
    element: Slot,
    attribute: AttributeId,
    column: usize,
    value: Value,
    accumulates: bool,
}

/// An attribute that has other bits than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangedAttribute {
    /// Node or edge.
    pub is_node: bool,
    /// The element.
    pub element: Slot,
    /// The attribute.
    pub attribute: AttributeId,
}

/// A planned application. The buffers are kept from one to the next.
#[derive(Debug, Default)]
pub struct Change {
    deleted_nodes: Vec<Slot>,
    deleted_edges: Vec<Slot>,
    creations: Vec<PlannedCreation>,
    words: Vec<u64>,
    assignments: Vec<PlannedAssignment>,
    /// Where the assignment to an attribute of an element stands, once there are many.
    assigned: FxHashMap<(bool, Slot, AttributeId), usize>,
    /// The deleted elements by slot.
    gone_nodes: Vec<Slot>,
    gone_edges: Vec<Slot>,
    created_nodes: Vec<Slot>,
    created_edges: Vec<Slot>,
    changed: Vec<ChangedAttribute>,
    extensions: Extensions,
    names: Vec<u64>,
    /// While planning: the creation that a variable stands for.
    planned: Vec<(Var, usize)>,
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
        self.planned.clear();
        let program = reader.program();
        let rule = program.model.rule(firing.rule);
        let compiled = program.effects(firing.rule);
        let main = (&rule.effect, &compiled.main);
        self.effect(reader, firing, main, cause, (0, &[]))?;
        if !rule.for_each.is_empty() {
            self.blocks(reader, firing, cause)?;
        }
        self.settle(reader, firing)
    }

    /// Plans what the for_each blocks change at each of their extensions.
    fn blocks(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        cause: &mut dyn Cause,
    ) -> Outcome<()> {
        let program = reader.program();
        let rule = program.model.rule(firing.rule);
        let compiled = program.effects(firing.rule);
        let mut position = rule.effect.create.len();
        let mut names = std::mem::take(&mut self.names);
        for (index, block) in rule.for_each.iter().enumerate() {
            let mut extensions = std::mem::take(&mut self.extensions);
            reader.block(firing, index, &mut extensions)?;
            let own = &block.pattern.elements;
            let main = self.planned.len();
            for extension in 0..extensions.len() {
                let slots = extensions.get(extension);
                own.iter()
                    .zip(slots)
                    .for_each(|(&v, &s)| firing.bound.set(v, s));
                let graph = reader.graph();
                let name = |(&v, &s): (&Var, &Slot)| {
                    if is_node(&rule.scope, v) {
                        graph.node_name(s)
                    } else {
                        graph.edge_name(s)
                    }
                };
                names.clear();
                names.extend(own.iter().zip(slots).map(name));
                let effect = (&block.effect, &compiled.blocks[index]);
                self.effect(reader, firing, effect, cause, (position, &names))?;
                self.planned.truncate(main);
            }
            self.extensions = extensions;
            position += block.effect.create.len();
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
        (effect, compiled): (&Effect, &CompiledEffect),
        cause: &mut dyn Cause,
        (first, names): (usize, &[u64]),
    ) -> Outcome<()> {
        for (&var, &is_node) in effect.delete.iter().zip(&compiled.delete) {
            let slot = firing.bound.get(var);
            if is_node {
                &mut self.deleted_nodes
            } else {
                &mut self.deleted_edges
            }
            .push(slot);
        }
        for (index, creation) in effect.create.iter().enumerate() {
            let position =
                u32::try_from(first + index).expect("check allows fewer than 2^32 creations");
            let name = cause.name(position, names);
            let var = names.is_empty().then_some(creation.var);
            let drawing = RefCell::new(Drawing {
                cause: &mut *cause,
                extension: names,
            });
            self.create(reader, firing, creation, (name, var), &drawing)?;
        }
        if effect.set.is_empty() {
            return Ok(());
        }
        let drawing = RefCell::new(Drawing {
            cause,
            extension: names,
        });
        for (assignment, target) in effect.set.iter().zip(&compiled.set) {
            let value = reader.evaluate(firing, &assignment.value, &drawing)?;
            self.assign(reader, firing, assignment, target, value)?;
        }
        Ok(())
    }

    fn create(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        creation: &Creation,
        (name, var): (u64, Option<Var>),
        drawing: &RefCell<Drawing<'_>>,
    ) -> Outcome<()> {
        let words = self.words.len();
        for attribute in &creation.attributes {
            self.words
                .push(reader.evaluate(firing, attribute, drawing)?.to_bits());
        }
        let end = |var: Var| match self.planned.iter().rev().find(|(v, _)| *v == var) {
            Some(&(_, planned)) => End::Planned(planned),
            None => End::There(firing.bound.get(var)),
        };
        let what = match creation.what {
            Created::Node(ty) => Planned::Node(ty),
            Created::Edge { ty, from, to } => Planned::Edge {
                ty,
                from: end(from),
                to: end(to),
            },
        };
        self.planned.push((creation.var, self.creations.len()));
        self.creations.push(PlannedCreation {
            what,
            name,
            words,
            var,
            slot: Slot::NONE,
        });
        Ok(())
    }

    fn assign(
        &mut self,
        reader: &impl EffectReader,
        firing: &Firing<'_>,
        assignment: &Assignment,
        target: &Target,
        value: Value,
    ) -> Outcome<()> {
        let graph = reader.graph();
        let element = firing.bound.get(assignment.target);
        let is_node = target.is_node;
        let column = target.column(graph, element);
        let accumulates = assignment.mode != AssignmentMode::Set;
        let earlier = self.assignment_to((is_node, element, assignment.attribute));
        let earlier = earlier.map(|position| &mut self.assignments[position]);
        if let Some(earlier) = &earlier
            && (!accumulates || !earlier.accumulates)
        {
            let types = &reader.program().model.types;
            let attribute = types.attributes[assignment.attribute.index()].clone();
            let element = if is_node {
                graph.node_number(element)
            } else {
                graph.edge_number(element)
            };
            return Err(reader.fault(firing, Fault::DoubleAssignment { attribute, element }));
        }
        let before = earlier.as_ref().map_or_else(
            || {
                let bits = target.word(graph, element, column);
                Value::from_bits(value.ty(), bits)
            },
            |a| a.value,
        );
        let value = combine(assignment.mode, before, value).map_err(|fault| {
            let mut error = reader.fault(firing, *fault);
            error.expression = Some(assignment.value.text.clone());
            error
        })?;
        match earlier {
            Some(earlier) => earlier.value = value,
            None => self.assignments.push(PlannedAssignment {
                is_node,
                element,
                attribute: assignment.attribute,
                column,
                value,
                accumulates,
            }),
        }
        Ok(())
    }

    /// Where the assignment to an attribute of an element stands. Few are searched, many are indexed: a for_each may have thousands.
    fn assignment_to(&mut self, key: (bool, Slot, AttributeId)) -> Option<usize> {
        const FEW: usize = 8;
        let key_of = |a: &PlannedAssignment| (a.is_node, a.element, a.attribute);
        if self.assignments.len() <= FEW {
            return self.assignments.iter().position(|a| key_of(a) == key);
        }
        for position in self.assigned.len()..self.assignments.len() {
            self.assigned
                .insert(key_of(&self.assignments[position]), position);
        }
        self.assigned.get(&key).copied()
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

    /// Carries out what was planned, binds the elements that the main effect creates, and returns the numbers of all created ones.
    pub fn commit(&mut self, graph: &mut HostGraph, bound: &Binding) -> Range<u64> {
        self.created_nodes.clear();
        self.created_edges.clear();
        self.changed.clear();
        let first = graph.next_number();
        for &edge in &self.deleted_edges {
            graph.delete_edge(edge);
        }
        for &node in &self.deleted_nodes {
            graph.delete_node(node);
        }
        for a in &self.assignments {
            let bits = a.value.to_bits();
            let old = if a.is_node {
                graph.set_node_word(a.element, a.column, bits)
            } else {
                graph.set_edge_word(a.element, a.column, bits)
            };
            if old != bits {
                self.changed.push(ChangedAttribute {
                    is_node: a.is_node,
                    element: a.element,
                    attribute: a.attribute,
                });
            }
        }
        for position in 0..self.creations.len() {
            self.carry_out(position, graph, bound);
        }
        first..graph.next_number()
    }

    fn carry_out(&mut self, position: usize, graph: &mut HostGraph, bound: &Binding) {
        let PlannedCreation {
            what,
            name,
            words,
            var,
            ..
        } = self.creations[position];
        let slot = match what {
            Planned::Node(ty) => {
                let slot = graph.create_node(
                    ty,
                    name,
                    &self.words[words..words + graph.schema().node_attributes(ty)],
                );
                self.created_nodes.push(slot);
                slot
            }
            Planned::Edge { from, to, .. } if self.is_deleted(from) || self.is_deleted(to) => {
                Slot::NONE
            }
            Planned::Edge { ty, from, to } => {
                let end = |end: End| match end {
                    End::There(slot) => slot,
                    End::Planned(position) => self.creations[position].slot,
                };
                let attributes = &self.words[words..words + graph.schema().edge_attributes(ty)];
                let slot = graph.create_edge(ty, end(from), end(to), name, attributes);
                self.created_edges.push(slot);
                slot
            }
        };
        self.creations[position].slot = slot;
        if let Some(var) = var {
            bound.set(var, slot);
        }
    }

    /// After [`Change::commit`]: the nodes that were created, in ascending numbers.
    #[must_use]
    pub fn created_nodes(&self) -> &[Slot] {
        &self.created_nodes
    }

    /// After [`Change::commit`]: the edges that were created, in ascending numbers.
    #[must_use]
    pub fn created_edges(&self) -> &[Slot] {
        &self.created_edges
    }

    /// After [`Change::commit`]: attributes that have other bits than before.
    #[must_use]
    pub fn changed(&self) -> &[ChangedAttribute] {
        &self.changed
    }
}

/// The value that an assignment leaves.
fn combine(mode: AssignmentMode, before: Value, value: Value) -> Result<Value, Box<Fault>> {
    let overflow = || Box::new(Fault::Overflow);
    Ok(match (mode, before, value) {
        (AssignmentMode::Set, _, value) => value,
        (AssignmentMode::Add, Value::Int(a), Value::Int(b)) => {
            Value::Int(a.checked_add(b).ok_or_else(overflow)?)
        }
        (AssignmentMode::Subtract, Value::Int(a), Value::Int(b)) => {
            Value::Int(a.checked_sub(b).ok_or_else(overflow)?)
        }
        (AssignmentMode::Add, Value::Real(a), Value::Real(b)) => Value::Real(finite(a + b)?),
        (AssignmentMode::Subtract, Value::Real(a), Value::Real(b)) => Value::Real(finite(a - b)?),
        _ => unreachable!("check lets only numbers of one type accumulate"),
    })
}
