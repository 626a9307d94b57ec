//! Look-up tables from files.

use std::collections::BTreeMap;

use super::{
    body::Body,
    csv::{CsvFile, Row, parse_cell},
    env::{CheckedTable, Env, TextColumn},
    place::Place,
    report::{dense, unknown},
    rows::zero,
    types::unique,
};
use crate::{
    diagnostic::Diagnostic,
    expr::TableId,
    model::{Column, Table},
    spec::{Entries, NumberOrText, TableSpec, Text},
    types::{Type, Value},
};

/// Reads all tables into `env`.
pub(super) fn read(env: &mut Env<'_>, specs: &Entries<TableSpec>) {
    for (name, spec) in unique(env.report, "table", specs.iter().map(|(n, s)| (n, s))) {
        let count = env.tables.tables.len();
        let Some(id) = dense(env.report, count, "tables", name.span) else {
            return;
        };
        env.tables.names.insert(name.value.clone(), TableId(id));
        if Body::new(env, Place::CONSTANT).is_function(&name.value) {
            let message = format!("`{}` is a function: a table needs another name", name.value);
            env.report
                .push(Diagnostic::error("reserved-name", name.span, message));
        }
        let table = table(env, name, spec);
        env.tables.tables.push(table);
    }
}

fn table(env: &Env<'_>, name: &Text, spec: &TableSpec) -> Option<CheckedTable> {
    let (asked, path) = env.file_name(&spec.file)?;
    let file = env.loader.open_relative(env.report, &path, asked)?;
    let csv = env.loader.csv(env.report, file)?;
    if csv.rows.is_empty() {
        let message = format!("`{path}` has a header and no rows: no key is in the table");
        let warning = Diagnostic::warning("empty-table", spec.file.span, message);
        env.report.push(warning);
    }
    let keys: Vec<_> = spec
        .key
        .iter()
        .map(|k| csv.column(env.report, &k.value, k.span))
        .collect();
    let keys: Vec<usize> = keys.into_iter().collect::<Option<_>>()?;
    let (mut columns, texts) = columns(&csv, &keys);
    let missing = spec
        .missing
        .as_ref()
        .map(|m| missing_row(env, &m.value, &mut columns, &texts));
    let key_values = key_values(env, &csv, &keys)?;
    let missing = match missing {
        Some(row) => Some(row?),
        None => None,
    };
    let left_out = missing.iter().flat_map(|row| &row.left_out);
    let left_out = left_out.copied().collect();
    let table = Table {
        name: name.value.clone(),
        key: spec.key.iter().map(|k| k.value.clone()).collect(),
        keys: key_values,
        columns,
        rows: csv.rows.len(),
        missing: missing.map(|row| row.values),
    };
    Some(CheckedTable {
        table,
        texts,
        missing: spec.missing.as_ref().map(|m| m.span),
        left_out,
    })
}

/// Columns of values, and those that hold none.
fn columns(csv: &CsvFile, keys: &[usize]) -> (Vec<Column>, Vec<TextColumn>) {
    let (mut columns, mut texts) = (Vec::new(), Vec::new());
    for (i, name) in csv
        .header
        .iter()
        .enumerate()
        .filter(|(i, _)| !keys.contains(i))
    {
        match csv.column_type(i) {
            Err(row) => texts.push(TextColumn {
                name: name.clone(),
                cell: row.cells[i].clone(),
                line: row.span,
            }),
            Ok(ty) => {
                let bits = csv.rows.iter().filter_map(|r| parse_cell(&r.cells[i], ty));
                columns.push(Column {
                    name: name.clone(),
                    ty,
                    bits: bits.map(Value::to_bits).collect(),
                });
            }
        }
    }
    (columns, texts)
}

/// The keys of all rows; each must be a whole number, and no two rows may have the same ones.
fn key_values(env: &Env<'_>, csv: &CsvFile, keys: &[usize]) -> Option<Vec<i64>> {
    let mut values = Vec::with_capacity(csv.rows.len() * keys.len());
    let mut first: BTreeMap<Vec<i64>, &Row> = BTreeMap::new();
    let mut good = true;
    for row in &csv.rows {
        let mut of_row = Vec::new();
        for &key in keys {
            match row.cells[key].parse::<i64>() {
                Ok(number) => of_row.push(number),
                Err(_) => {
                    let message = format!(
                        "the key `{}` is `{}`, not a whole number",
                        csv.header[key], row.cells[key]
                    );
                    return env
                        .report
                        .fail(Diagnostic::error("bad-key", row.span, message));
                }
            }
        }
        values.extend(&of_row);
        if keys.is_empty() {
            continue;
        }
        if let Some(earlier) = first.insert(of_row, row) {
            if good {
                let mistake =
                    Diagnostic::error("duplicate-key", row.span, "two lines have the same keys");
                env.report
                    .push(mistake.related(earlier.span, "the first one"));
            }
            good = false;
        }
    }
    good.then_some(values)
}

/// The row for keys that are not there.
struct MissingRow {
    /// A value for every column.
    values: Vec<Value>,
    /// Columns that it does not name: they have some value, which is never read, since look-ups of them are mistakes.
    left_out: Vec<usize>,
}

/// `missing: (column: value, …)`
fn missing_row(
    env: &Env<'_>,
    entries: &Entries<NumberOrText>,
    columns: &mut [Column],
    texts: &[TextColumn],
) -> Option<MissingRow> {
    let mut body = Body::new(env, Place::CONSTANT);
    let given = unique(env.report, "column", entries.iter().map(|(n, v)| (n, v)));
    let mut good = true;
    for (name, _) in &given {
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
    let mut row = MissingRow {
        values: Vec::new(),
        left_out: Vec::new(),
    };
    for (position, column) in columns.iter_mut().enumerate() {
        let Some((_, value)) = given.iter().find(|(n, _)| n.value == column.name) else {
            row.left_out.push(position);
            row.values.push(zero(column.ty));
            continue;
        };
        let formula = body.untyped(value)?;
        if (column.ty, formula.expr.ty) == (Type::Int, Type::Real) {
            widen(column);
        }
        let formula = body.coerce_formula(formula, column.ty)?;
        row.values.push(body.constant_value(&formula)?);
    }
    good.then_some(row)
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

/// The type of a column, for rows of nodes and edges.
pub(super) fn accepts(ty: Type) -> &'static str {
    match ty {
        Type::Int => "a whole number",
        Type::Real => "a finite number",
        Type::Bool => "`true` or `false`",
        Type::Enumeration(_) => "a value of its enumeration",
    }
}
