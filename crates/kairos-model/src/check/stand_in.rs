//! Rows of a table for keys that are not in its file.

use super::{
    body::Body,
    env::{Env, TextColumn},
    place::Place,
    report::unknown,
    rows::zero,
    types::unique,
};
use crate::{
    diagnostic::Diagnostic,
    expr::Formula,
    model::Column,
    source::Span,
    spec::{NumberOrText, TableSpec, Text},
    syntax::tree::Name,
    types::{Type, Value},
};

/// A row for keys that are not in the file.
pub(super) struct StandIn {
    pub(super) whose: Whose,
    /// A value for every column.
    pub(super) values: Vec<Value>,
    /// Columns that it does not name: they have some value, which is never read, since look-ups of them are mistakes.
    pub(super) left_out: Vec<usize>,
    span: Span,
}

/// Which keys a row stands in for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Those that are equal to each other: `diagonal`.
    Equal,
    /// All others: `missing`.
    Any,
}

impl StandIn {
    /// What is to be said where a column is looked up that it leaves out.
    pub(super) fn has_no(&self, column: &Name) -> Diagnostic {
        let (name, keys) = match self.whose {
            Whose::Equal => ("diagonal", "keys that are equal"),
            Whose::Any => ("missing", "keys that are not there"),
        };
        let message = format!("the column `{}` has no value for {keys}", column.value);
        Diagnostic::error("missing-column", column.span, message)
            .related(self.span, "it is left out here")
            .help(format!("add `{}: …` to `{name}`", column.value))
    }
}

/// A row as it is written.
struct Written<'s> {
    whose: Whose,
    span: Span,
    values: Vec<(&'s Text, &'s NumberOrText)>,
}

/// Reads `diagonal: (column: value, …)` and `missing: (…)`. A column of whole numbers that one of them gives another number becomes one of numbers.
pub(super) fn read(
    env: &Env<'_>,
    spec: &TableSpec,
    columns: &mut [Column],
    texts: &[TextColumn],
) -> Option<Vec<StandIn>> {
    let mut good = true;
    if let Some(diagonal) = spec.diagonal.as_ref().filter(|_| spec.key.len() < 2) {
        let message = "the diagonal of a table is where its keys are equal: it needs two of them";
        let mistake = Diagnostic::error("bad-key", diagonal.span, message);
        env.report
            .push(mistake.help("`missing` is about all keys that are not there"));
        good = false;
    }
    let given = [(Whose::Equal, &spec.diagonal), (Whose::Any, &spec.missing)];
    let mut rows = Vec::new();
    for (whose, entries) in given {
        let Some(entries) = entries else { continue };
        let values: Vec<_> = unique(
            env.report,
            "column",
            entries.value.iter().map(|(n, v)| (n, v)),
        );
        good &= columns_are_known(env, &values, columns, texts);
        rows.push(Written {
            whose,
            span: entries.span,
            values,
        });
    }
    let mut body = Body::new(env, Place::CONSTANT);
    let formulas: Vec<Vec<Option<Formula>>> = rows
        .iter()
        .map(|row| row.formulas(&mut body, columns))
        .collect::<Option<_>>()?;
    let mut stand_ins = Vec::new();
    for (row, formulas) in rows.iter().zip(formulas) {
        stand_ins.push(row.values(&mut body, columns, formulas)?);
    }
    good.then_some(stand_ins)
}

fn columns_are_known(
    env: &Env<'_>,
    values: &[(&Text, &NumberOrText)],
    columns: &[Column],
    texts: &[TextColumn],
) -> bool {
    let mut good = true;
    for (name, _) in values {
        if let Some(text) = texts.iter().find(|text| text.name == name.value) {
            env.report.push(text.mistake(name.span));
            good = false;
        } else if !columns.iter().any(|c| c.name == name.value) {
            let names = columns.iter().map(|c| c.name.as_str());
            env.report.push(unknown(
                "unknown-column",
                "column",
                &name.value,
                name.span,
                names,
            ));
            good = false;
        }
    }
    good
}

impl Written<'_> {
    /// What stands in for each column, `None` where it is left out.
    fn formulas(
        &self,
        body: &mut Body<'_>,
        columns: &mut [Column],
    ) -> Option<Vec<Option<Formula>>> {
        let mut formulas = Vec::new();
        for column in columns {
            let value = self.values.iter().find(|(n, _)| n.value == column.name);
            let Some((_, value)) = value else {
                formulas.push(None);
                continue;
            };
            let formula = body.untyped(value)?;
            if (column.ty, formula.expr.ty) == (Type::Int, Type::Real) {
                widen(column);
            }
            formulas.push(Some(formula));
        }
        Some(formulas)
    }

    fn values(
        &self,
        body: &mut Body<'_>,
        columns: &[Column],
        formulas: Vec<Option<Formula>>,
    ) -> Option<StandIn> {
        let mut row = StandIn {
            whose: self.whose,
            values: Vec::new(),
            left_out: Vec::new(),
            span: self.span,
        };
        for (position, (column, formula)) in columns.iter().zip(formulas).enumerate() {
            let Some(formula) = formula else {
                row.left_out.push(position);
                row.values.push(zero(column.ty));
                continue;
            };
            let formula = body.coerce_formula(formula, column.ty)?;
            row.values.push(body.constant_value(&formula)?);
        }
        Some(row)
    }
}

/// Turns a column of whole numbers into one of numbers.
fn widen(column: &mut Column) {
    for bits in &mut column.bits {
        #[expect(
            clippy::cast_precision_loss,
            reason = "an Int where a Real is needed is rounded, as everywhere"
        )]
        let real = bits.cast_signed() as f64;
        *bits = real.to_bits();
    }
    column.ty = Type::Real;
}
