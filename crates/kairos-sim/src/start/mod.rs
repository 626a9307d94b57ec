//! Builds the start graph of a replication.
//!
//! Statements are carried out in the order of the text. Elements are named by statement, repetition and position, or by
//! their keys in a data file; what is drawn for an element is keyed by its name, so that two scenarios that share an
//! element share its draws, however many others there are.

mod label;
mod shape;
#[cfg(test)]
mod tests;
mod topology;

pub use label::labels;

use std::sync::Arc;

use kairos_model::{
    expr::Formula,
    rule::{Created, Creation},
    start::{EdgeRows, NodeRows, RowNode, Statement},
    timer::Family,
    types::{EdgeTypeId, NodeTypeId, Value},
};
use kairos_rewrite::{
    binding::{Binding, Slot},
    error::{Fault, Limited, Outcome, RuntimeError},
    eval::{Draws, Env, NoCounts},
    graph::HostGraph,
    program::Program,
};

use crate::{
    draw::{Name, Place, Randomness},
    value::{Columns, draw},
};

/// Builds the start graph of a replication.
///
/// # Errors
/// A fault in a formula, a number of repetitions that is negative, a topology that cannot be built, a second edge of a
/// unique type, or more elements than the model's limit (absurd numbers are refused before anything is built).
pub fn build(program: &Program, randomness: &Randomness) -> Outcome<HostGraph> {
    let mut builder = Builder {
        program,
        columns: Columns::new(&program.model),
        graph: HostGraph::new(Arc::clone(&program.schema)),
        bound: Binding::new(program.model.start.scope.elements.len()),
        rows: Vec::new(),
        words: Vec::new(),
    };
    let start = &program.model.start;
    for ((position, statement), &place) in (0..).zip(&start.statements).zip(&start.places) {
        builder
            .statement(randomness, position, statement)
            .map_err(|mut error| {
                error.place.get_or_insert(place);
                error
            })?;
    }
    Ok(builder.graph)
}

/// What a formula is evaluated for.
#[derive(Clone, Copy)]
struct Subject<'r> {
    randomness: &'r Randomness,
    /// The element that gets the value.
    name: Name,
    /// The repetition, row or edge, from 0.
    index: u64,
}

/// The draws of one element.
struct ElementDraws<'a> {
    subject: Subject<'a>,
    columns: &'a Columns,
}

impl Draws for ElementDraws<'_> {
    fn draw(&self, family: Family, parameters: &[Value], place: u32) -> Result<Value, Fault> {
        let Subject {
            randomness, name, ..
        } = self.subject;
        // Place 0 is that of a delay.
        let place = Place::text(1 + place);
        draw(randomness, name, place, family, parameters, self.columns)
    }
}

/// The graph so far, and what later statements refer to.
struct Builder<'a> {
    program: &'a Program,
    columns: Columns,
    graph: HostGraph,
    bound: Binding,
    /// The nodes of each statement so far that are read from files, row by row.
    rows: Vec<Vec<Slot>>,
    /// Bits of the attributes of the element that comes next.
    words: Vec<u64>,
}

impl Builder<'_> {
    fn statement(
        &mut self,
        randomness: &Randomness,
        position: u32,
        statement: &Statement,
    ) -> Outcome<()> {
        let mut rows = Vec::new();
        match statement {
            Statement::Create { count, create } => {
                let count = match count {
                    Some(formula) => self.count(randomness, formula, create.len())?,
                    None => 1,
                };
                for index in 0..count {
                    self.create(randomness, position, index, create)?;
                }
            }
            Statement::Topology(topology) => {
                topology::build(self, randomness, position, topology)?;
            }
            Statement::Nodes(nodes) => rows = self.node_rows(randomness, nodes)?,
            Statement::Edges(edges) => self.edge_rows(randomness, position, edges)?,
        }
        self.rows.push(rows);
        Ok(())
    }

    /// How often a statement that creates `elements` elements is repeated.
    fn count(&self, randomness: &Randomness, formula: &Formula, elements: usize) -> Outcome<u64> {
        let Value::Int(count) = self.parameter(randomness, formula)? else {
            unreachable!("check types counts as Int")
        };
        let Ok(repetitions) = u64::try_from(count) else {
            return Err(self.error(Fault::Repetition(count), Some(formula)));
        };
        self.make_room(repetitions.saturating_mul(elements as u64), Some(formula))?;
        Ok(repetitions)
    }

    fn create(
        &mut self,
        randomness: &Randomness,
        statement: u32,
        index: u64,
        create: &[Creation],
    ) -> Outcome<()> {
        for (position, creation) in (0..).zip(create) {
            let subject = Subject {
                randomness,
                name: Name::start(statement, index, position),
                index,
            };
            self.evaluate(&creation.attributes, subject)?;
            let slot = match creation.what {
                Created::Node(ty) => self.node(ty, subject.name)?,
                Created::Edge { ty, from, to } => {
                    let (from, to) = (self.bound.get(from), self.bound.get(to));
                    self.unique(ty, from, to)?;
                    self.edge(ty, from, to, subject.name)?
                }
            };
            self.bound.set(creation.var, slot);
        }
        Ok(())
    }

    fn node_rows(&mut self, randomness: &Randomness, nodes: &NodeRows) -> Outcome<Vec<Slot>> {
        self.make_room(nodes.rows.len() as u64, None)?;
        let mut slots = Vec::with_capacity(nodes.rows.len());
        let mut key = String::new();
        for (index, row) in (0..).zip(&nodes.rows) {
            let (ty, template) = &nodes.templates[usize::from(row.template)];
            // Nodes of several types may have the same key; a type's name has no space in it.
            key.clear();
            key.extend([&self.program.model.types.node(*ty).name, " ", &*row.key]);
            let name = Name::keyed_row(&key);
            let subject = Subject {
                randomness,
                name,
                index,
            };
            self.row(&row.values, template, subject)?;
            slots.push(self.node(*ty, name)?);
        }
        Ok(slots)
    }

    fn edge_rows(
        &mut self,
        randomness: &Randomness,
        statement: u32,
        edges: &EdgeRows,
    ) -> Outcome<()> {
        self.make_room(edges.rows.len() as u64, None)?;
        for (index, row) in (0..).zip(&edges.rows) {
            let (ty, template) = &edges.templates[usize::from(row.template)];
            let (from, to) = (self.row_node(row.from), self.row_node(row.to));
            let ends = [from, to].map(|node| Name(self.graph.node_name(node)));
            // The row tells parallel edges apart, the statement those of several files.
            let name = Name::created_in(Name::start(statement, index, 0), 0, &ends);
            let subject = Subject {
                randomness,
                name,
                index,
            };
            self.row(&row.values, template, subject)?;
            self.unique(*ty, from, to)?;
            self.edge(*ty, from, to, name)?;
        }
        Ok(())
    }

    fn row_node(&self, node: RowNode) -> Slot {
        self.rows[node.statement as usize][node.row as usize]
    }

    /// Puts the attributes of a row into `words`: its own values, and for those that it leaves open the template's.
    fn row(
        &mut self,
        values: &[Option<Value>],
        template: &[Formula],
        subject: Subject<'_>,
    ) -> Outcome<()> {
        self.words.clear();
        for (value, formula) in values.iter().zip(template) {
            let value = match *value {
                Some(value) => value,
                None => self.value(formula, subject)?,
            };
            self.words.push(value.to_bits());
        }
        Ok(())
    }

    /// Puts the values of attributes into `words`.
    fn evaluate(&mut self, attributes: &[Formula], subject: Subject<'_>) -> Outcome<()> {
        self.words.clear();
        for formula in attributes {
            let value = self.value(formula, subject)?;
            self.words.push(value.to_bits());
        }
        Ok(())
    }

    /// Adds a node with the attributes in `words`.
    fn node(&mut self, ty: NodeTypeId, name: Name) -> Outcome<Slot> {
        self.make_room(1, None)?;
        Ok(self.graph.create_node(ty, name.0, &self.words))
    }

    /// Adds an edge with the attributes in `words`. Whoever calls this knows that a unique type stays unique.
    fn edge(&mut self, ty: EdgeTypeId, from: Slot, to: Slot, name: Name) -> Outcome<Slot> {
        self.make_room(1, None)?;
        Ok(self.graph.create_edge(ty, from, to, name.0, &self.words))
    }

    /// Refuses a second edge of a unique type.
    fn unique(&self, ty: EdgeTypeId, from: Slot, to: Slot) -> Outcome<()> {
        let declared = self.program.model.types.edge(ty);
        if !declared.unique || self.graph.edge_between(ty, from, to).is_none() {
            return Ok(());
        }
        let fault = Fault::Duplicate {
            edge: declared.name.clone(),
            from: self.graph.node_number(from),
            to: self.graph.node_number(to),
        };
        Err(self.error(fault, None))
    }

    /// Refuses to grow beyond the limit. Nothing is ever deleted here, so numbers count elements.
    fn make_room(&self, more: u64, formula: Option<&Formula>) -> Outcome<()> {
        // Slots have 32 bits, whatever the model allows.
        let limit = self.program.model.run.limits.elements.min(1 << 32);
        let count = self.graph.next_number().saturating_add(more);
        if count <= limit {
            return Ok(());
        }
        let fault = Fault::Limit {
            what: Limited::StartElements,
            count,
            limit,
        };
        Err(self.error(fault, formula))
    }

    /// The value of a formula that no element gets.
    fn parameter(&self, randomness: &Randomness, formula: &Formula) -> Outcome<Value> {
        let subject = Subject {
            randomness,
            name: Name::START,
            index: 0,
        };
        self.value(formula, subject)
    }

    fn value(&self, formula: &Formula, subject: Subject<'_>) -> Outcome<Value> {
        let draws = ElementDraws {
            subject,
            columns: &self.columns,
        };
        let env = Env {
            graph: &self.graph,
            bound: &self.bound,
            now: 0.0,
            index: subject.index.cast_signed(),
            counts: &NoCounts,
            drawing: Some(&draws),
            metrics: &[],
        };
        let value = self.program.code(formula).value(&env);
        value.map_err(|fault| self.error(*fault, Some(formula)))
    }

    fn error(&self, fault: Fault, formula: Option<&Formula>) -> Box<RuntimeError> {
        let bare = RuntimeError::new(fault, 0.0);
        Box::new(match formula {
            Some(formula) => bare.of(formula),
            None => bare,
        })
    }
}
