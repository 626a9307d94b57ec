//! What every expression of a model can see.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    constant::{NoValue, evaluate},
    load::Loader,
    report::Report,
    stand_in::StandIn,
    types::Types,
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, ParameterId, TableId},
    model::{ParameterValue, Table},
    source::Span,
    types::Value,
};

/// The surroundings of all patterns and expressions of a model.
pub(super) struct Env<'a> {
    pub(super) report: &'a Report,
    pub(super) loader: &'a Loader<'a>,
    pub(super) types: Types,
    pub(super) parameters: Parameters,
    pub(super) tables: Tables,
}

/// Parameters with their values.
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) names: BTreeMap<String, ParameterId>,
    /// Values by id; `None` where a mistake was reported.
    pub(super) values: Vec<Option<ParameterValue>>,
    /// Places of the declarations, by id.
    pub(super) spans: Vec<Span>,
    pub(super) unreadable: BTreeSet<String>,
    /// Those that something names.
    pub(super) used: RefCell<BTreeSet<ParameterId>>,
}

impl Parameters {
    pub(super) fn note_use(&self, id: ParameterId) {
        self.used.borrow_mut().insert(id);
    }

    pub(super) fn is_used(&self, id: ParameterId) -> bool {
        self.used.borrow().contains(&id)
    }

    /// The value that an expression reads.
    pub(super) fn value(&self, id: ParameterId) -> Option<Value> {
        match self.values.get(id.index())?.as_ref()? {
            ParameterValue::Value(value) => Some(*value),
            ParameterValue::Text(_) => None,
        }
    }
}

/// Look-up tables.
#[derive(Default)]
pub(super) struct Tables {
    pub(super) names: BTreeMap<String, TableId>,
    /// By id; `None` where a mistake was reported.
    pub(super) tables: Vec<Option<CheckedTable>>,
    pub(super) unreadable: BTreeSet<String>,
}

/// A table with what is only needed to explain mistakes.
pub(super) struct CheckedTable {
    pub(super) table: Table,
    /// Columns of the file that hold no values.
    pub(super) texts: Vec<TextColumn>,
    /// Rows for keys that are not there; columns that one of them leaves out cannot be looked up.
    pub(super) stand_ins: Vec<StandIn>,
}

/// A column with a cell that is no value.
pub(super) struct TextColumn {
    pub(super) name: String,
    /// The first such cell.
    pub(super) cell: String,
    /// Its line.
    pub(super) line: Span,
}

impl TextColumn {
    /// What is to be said where a value of it is asked for.
    pub(super) fn mistake(&self, asked: Span) -> Diagnostic {
        let message = format!(
            "the column `{}` does not hold numbers or truth values",
            self.name
        );
        let cell = if self.cell.is_empty() {
            "the first line that has none: the cell is empty".to_owned()
        } else {
            format!("the first line that has none: `{}` stands there", self.cell)
        };
        Diagnostic::error("text-column", asked, message).related(self.line, cell)
    }
}

impl Env<'_> {
    /// The value of an expression that reads parameters at most.
    pub(super) fn constant(&self, expr: &Expr) -> Result<Value, NoValue> {
        evaluate(expr, &|id| self.parameters.value(id))
    }
}
