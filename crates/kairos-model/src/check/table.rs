//! Look-up tables from files.

use std::collections::BTreeMap;

use super::{
    body::Body,
    csv::{CsvFile, Row, parse_cell},
    env::{CheckedTable, Env, TextColumn},
    place::Place,
    report::dense,
    stand_in::{self, Whose},
    types::unique,
};
use crate::{
    diagnostic::Diagnostic,
    expr::TableId,
    model::{Column, Table},
    spec::{Entries, TableSpec, Text},
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
    let symmetric = symmetric(env, spec);
    let stand_ins = stand_in::read(env, spec, &mut columns, &texts);
    let key_values = key_values(env, &csv, &keys, symmetric?)?;
    let stand_ins = stand_ins?;
    let values = |whose: Whose| {
        let row = stand_ins.iter().find(|row| row.whose == whose);
        row.map(|row| row.values.clone())
    };
    let table = Table {
        name: name.value.clone(),
        key: spec.key.iter().map(|k| k.value.clone()).collect(),
        keys: key_values,
        symmetric: symmetric?,
        columns,
        rows: csv.rows.len(),
        diagonal: values(Whose::Equal),
        missing: values(Whose::Any),
    };
    Some(CheckedTable {
        table,
        texts,
        stand_ins,
    })
}

/// Whether rows hold in either order of their keys.
fn symmetric(env: &Env<'_>, spec: &TableSpec) -> Option<bool> {
    let Some(symmetric) = spec.symmetric.as_ref().filter(|s| s.value) else {
        return Some(false);
    };
    if spec.key.len() == 2 {
        return Some(true);
    }
    let message = format!(
        "a symmetric table has two key columns, this one has {}",
        spec.key.len()
    );
    let mistake = Diagnostic::error("bad-key", symmetric.span, message);
    env.report.fail(mistake)
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

/// The keys of all rows; each must be a whole number, and no two rows may have the same ones. Where their order says nothing, they are put in order.
fn key_values(env: &Env<'_>, csv: &CsvFile, keys: &[usize], symmetric: bool) -> Option<Vec<i64>> {
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
        if symmetric {
            of_row.sort_unstable();
        }
        values.extend(&of_row);
        if keys.is_empty() {
            continue;
        }
        if let Some(earlier) = first.insert(of_row, row) {
            if good {
                env.report.push(twice(row, earlier, symmetric));
            }
            good = false;
        }
    }
    good.then_some(values)
}

/// Two lines with the same keys.
fn twice(row: &Row, earlier: &Row, symmetric: bool) -> Diagnostic {
    let error = |message: &str| Diagnostic::error("duplicate-key", row.span, message);
    let mistake = if symmetric {
        error("two lines are about one pair of keys, and the table is symmetric")
            .help("without `symmetric: true`, either order of two keys has a line of its own")
    } else {
        error("two lines have the same keys")
    };
    mistake.related(earlier.span, "the first one")
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
