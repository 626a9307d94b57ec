//! Builds the start graph of a replication.

use std::cell::RefCell;

use kairos_model::{
    expr::Formula,
    rule::{Created, Creation},
    start::{EdgeRows, NodeRows, RowNode, Statement},
    timer::Family,
    types::{EdgeTypeId, Value},
};
use kairos_rewrite::{
    binding::{Binding, Slot},
    error::{Fault, Outcome, RuntimeError},
    eval::{Drawing, Env, NoCounts},
    graph::HostGraph,
    matcher::Cause,
    program::Program,
};

mod topology;

use crate::{
    draw::{Name, Place, Randomness},
    value::{Columns, draw},
};

/// Builds the start graph of a replication.
///
/// # Errors
/// A fault in an expression, a graph model whose parameters make no graph, a second edge of a unique type, too many elements.
pub fn build(program: &Program, randomness: &Randomness) -> Outcome<HostGraph> {
    let mut builder = Builder {
        program,
        randomness,
        columns: Columns::new(&program.model),
        graph: HostGraph::new(std::sync::Arc::clone(&program.schema)),
        bound: Binding::new(program.model.start.scope.elements.len()),
        rows: Vec::new(),
        words: Vec::new(),
    };
    for (position, statement) in (0..).zip(&program.model.start.statements) {
        builder.statement(position, statement)?;
    }
    Ok(builder.graph)
}

/// What a statement gives to elements and draws: names by statement and repetition, or by the key of a row.
struct StartCause<'a> {
    randomness: &'a Randomness,
    columns: &'a Columns,
    name: Name,
}

impl Cause for StartCause<'_> {
    fn name(&mut self, position: u32, _: &[u64]) -> u64 {
        Name::created(self.name, position).0
    }

    fn draw(
        &mut self,
        family: Family,
        parameters: &[Value],
        place: u32,
        _: &[u64],
    ) -> Result<Value, Fault> {
        // Place 0 would be that of a delay.
        draw(
            self.randomness,
            self.name,
            Place::text(1 + place),
            family,
            parameters,
            self.columns,
        )
    }
}

struct Builder<'a> {
    program: &'a Program,
    randomness: &'a Randomness,
    columns: Columns,
    graph: HostGraph,
    bound: Binding,
    /// By statement that reads nodes from a file: the nodes, row by row.
    rows: Vec<Vec<Slot>>,
    words: Vec<u64>,
}

impl Builder<'_> {
    fn statement(&mut self, position: u32, statement: &Statement) -> Outcome<()> {
        let mut read = Vec::new();
        match statement {
            Statement::Create {
                count: None,
                create,
            } => self.create(Name::start(position, 0, 0), 0, create)?,
            Statement::Create {
                count: Some(count),
                create,
            } => {
                for index in 0..self.count(count, create.len())? {
                    let name = Name::start(position, index.cast_unsigned(), 0);
                    self.create(name, index, create)?;
                }
            }
            Statement::Topology(topology) => topology::build(self, position, topology)?,
            Statement::Nodes(rows) => read = self.nodes(rows)?,
            Statement::Edges(rows) => self.edges(rows)?,
        }
        self.rows.push(read);
        Ok(())
    }

    /// How often a statement is repeated; absurd counts are refused before anything is built.
    fn count(&self, formula: &Formula, elements: usize) -> Outcome<i64> {
        let Value::Int(count) = self.value(formula, Name::START, 0)? else {
            unreachable!("check types counts as Int")
        };
        if count < 0 {
            return Err(self.error(Fault::Repetition(count), Some(formula)));
        }
        let elements = count.cast_unsigned().saturating_mul(elements as u64);
        self.expect_elements(elements, Some(formula))?;
        Ok(count)
    }

    /// Refuses to grow the graph beyond the limit.
    fn expect_elements(&self, more: u64, formula: Option<&Formula>) -> Outcome<()> {
        let limit = self.program.model.run.limits.elements;
        let there = (self.graph.node_count() + self.graph.edge_count()) as u64;
        let count = there.saturating_add(more);
        if count > limit {
            let fault = Fault::Limit {
                what: "nodes and edges of the start graph",
                count,
                limit,
            };
            return Err(self.error(fault, formula));
        }
        Ok(())
    }

    fn create(&mut self, name: Name, index: i64, create: &[Creation]) -> Outcome<()> {
        for (position, creation) in (0..).zip(create) {
            self.words.clear();
            for attribute in &creation.attributes {
                let bits = self.value(attribute, name, index)?.to_bits();
                self.words.push(bits);
            }
            let element = Name::created(name, position);
            let slot = match creation.what {
                Created::Node(ty) => self.graph.create_node(ty, element.0, &self.words),
                Created::Edge { ty, from, to } => {
                    self.edge(ty, self.bound.get(from), self.bound.get(to), element)?
                }
            };
            self.bound.set(creation.var, slot);
        }
        Ok(())
    }

    /// Adds an edge with the attributes in `words`.
    fn edge(&mut self, ty: EdgeTypeId, from: Slot, to: Slot, name: Name) -> Outcome<Slot> {
        let declared = self.program.model.types.edge(ty);
        if declared.unique && self.graph.edge_between(ty, from, to).is_some() {
            let (from, to) = (self.graph.node_number(from), self.graph.node_number(to));
            return Err(self.error(
                Fault::Duplicate {
                    edge: declared.name.clone(),
                    from,
                    to,
                },
                None,
            ));
        }
        Ok(self.graph.create_edge(ty, from, to, name.0, &self.words))
    }

    fn nodes(&mut self, rows: &NodeRows) -> Outcome<Vec<Slot>> {
        self.expect_elements(rows.rows.len() as u64, None)?;
        let mut slots = Vec::with_capacity(rows.rows.len());
        for (index, row) in (0..).zip(&rows.rows) {
            let name = Name::keyed_row(&row.key);
            let (ty, template) = &rows.templates[row.template as usize];
            self.row_words(&row.values, template, name, index)?;
            slots.push(self.graph.create_node(*ty, name.0, &self.words));
        }
        Ok(slots)
    }

    fn edges(&mut self, rows: &EdgeRows) -> Outcome<()> {
        self.expect_elements(rows.rows.len() as u64, None)?;
        for (index, row) in (0..).zip(&rows.rows) {
            let node = |at: RowNode| self.rows[at.statement as usize][at.row as usize];
            let (from, to) = (node(row.from), node(row.to));
            let (ty, template) = &rows.templates[row.template as usize];
            // Parallel edges of a file differ by their row.
            let ends = Name::created(Name(self.graph.node_name(from)), u32::from(ty.0));
            let ends = Name::created_in(ends, 0, &[Name(self.graph.node_name(to))]);
            let name = Name::created(ends, u32::try_from(index).unwrap_or(u32::MAX));
            self.row_words(&row.values, template, name, index)?;
            self.edge(*ty, from, to, name)?;
        }
        Ok(())
    }

    /// The attributes of a row: its own values, else those of the template.
    fn row_words(
        &mut self,
        values: &[Option<Value>],
        template: &[Formula],
        name: Name,
        index: i64,
    ) -> Outcome<()> {
        self.words.clear();
        for (value, formula) in values.iter().zip(template) {
            let bits = match value {
                Some(value) => value.to_bits(),
                None => self.value(formula, name, index)?.to_bits(),
            };
            self.words.push(bits);
        }
        Ok(())
    }

    fn value(&self, formula: &Formula, name: Name, index: i64) -> Outcome<Value> {
        let mut cause = StartCause {
            randomness: self.randomness,
            columns: &self.columns,
            name,
        };
        let drawing = RefCell::new(Drawing {
            cause: &mut cause,
            extension: &[],
        });
        let env = Env {
            graph: &self.graph,
            bound: &self.bound,
            now: 0.0,
            index,
            counts: &NoCounts,
            drawing: Some(&drawing),
            metrics: &[],
        };
        let value = self.program.code(formula).value(&env);
        value.map_err(|fault| self.error(*fault, Some(formula)))
    }

    fn error(&self, fault: Fault, formula: Option<&Formula>) -> Box<RuntimeError> {
        let mut error = RuntimeError::new(fault, 0.0);
        error.expression = formula.map(|f| f.text.clone());
        Box::new(error)
    }
}
