//! Files of comma-separated values.

use std::collections::BTreeSet;

use crate::{
    diagnostic::{Diagnostic, suggest},
    source::{FileId, Span},
    types::{Type, Value},
};

use super::report::{Report, unknown};

/// A file with a header line: every row has a cell for every column.
pub(super) struct CsvFile {
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
    header_span: Span,
}

/// A line of cells.
pub(super) struct Row {
    pub(super) cells: Vec<String>,
    pub(super) span: Span,
}

impl CsvFile {
    /// Reads a text; empty lines are left out.
    pub(super) fn read(report: &Report, file: FileId, text: &str) -> Option<CsvFile> {
        let at = |start: u64, end: u64| line_span(file, text, start, end);
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(::csv::Trim::All)
            .from_reader(text.as_bytes());
        let mut records = Vec::new();
        let mut record = ::csv::StringRecord::new();
        loop {
            let start = reader.position().byte();
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let span = at(
                        record.position().map_or(start, ::csv::Position::byte),
                        reader.position().byte(),
                    );
                    let cells: Vec<String> = record.iter().map(str::to_owned).collect();
                    records.push(Row { cells, span });
                }
                Err(error) => {
                    let message = format!("this cannot be read as comma-separated values: {error}");
                    return report.fail(Diagnostic::error("csv-syntax", at(start, start), message));
                }
            }
        }
        let mut records = records.into_iter();
        let Some(header) = records.next() else {
            let message = "the file is empty: its first line must name the columns";
            return report.fail(Diagnostic::error("csv-empty", at(0, 0), message));
        };
        let csv = CsvFile {
            rows: records.collect(),
            header_span: header.span,
            header: header.cells,
        };
        csv.is_rectangular(report).then_some(csv)
    }

    fn is_rectangular(&self, report: &Report) -> bool {
        let mut good = true;
        let mut seen = BTreeSet::new();
        for name in &self.header {
            if !seen.insert(name) {
                let message = format!("two columns are named `{name}`");
                report.push(Diagnostic::error(
                    "duplicate-name",
                    self.header_span,
                    message,
                ));
                good = false;
            }
        }
        let width = self.header.len();
        if let Some(row) = self.rows.iter().find(|r| r.cells.len() != width) {
            let message = format!(
                "cells on this line: {}, in the header: {width}",
                row.cells.len()
            );
            let mistake = Diagnostic::error("csv-ragged", row.span, message);
            report.push(mistake.related(self.header_span, "the header"));
            good = false;
        }
        good
    }

    /// The position of a column that is asked for at `asked`.
    pub(super) fn column(&self, report: &Report, name: &str, asked: Span) -> Option<usize> {
        let found = self.header.iter().position(|h| h == name);
        if found.is_none() {
            let names = self.header.iter().map(String::as_str);
            report.push(
                unknown("unknown-column", "column", name, asked, names)
                    .related(self.header_span, "the columns of the file"),
            );
        }
        found
    }

    /// Warns where an attribute takes its default, and a column that is not `read` has almost its name.
    pub(super) fn warn_of_a_slip(&self, report: &Report, attribute: &str, read: &[usize]) {
        let unread = self.header.iter().enumerate();
        let unread = unread.filter(|(position, _)| !read.contains(position));
        if let Some(near) = suggest(attribute, unread.map(|(_, name)| name.as_str())) {
            let message = format!(
                "the column `{near}` is not read, and `{attribute}` has its default in all rows"
            );
            let help = format!(
                "name the column `{attribute}`, or write `columns: {{\"{attribute}\": \"{near}\"}}`"
            );
            let warning = Diagnostic::warning("unread-column", self.header_span, message);
            report.push(warning.help(help));
        }
    }

    /// The type that fits every cell of a column: `Int`, else `Real`, else `Bool`; or a cell that fits none.
    pub(super) fn column_type(&self, column: usize) -> Result<Type, &Row> {
        let fits = |ty: Type| {
            self.rows
                .iter()
                .find(|r| parse_cell(&r.cells[column], ty).is_none())
        };
        for ty in [Type::Int, Type::Real, Type::Bool] {
            if fits(ty).is_none() {
                return Ok(ty);
            }
        }
        // the first cell that is no number says best what is wrong
        Err(fits(Type::Real).expect("some cell is no number"))
    }
}

/// The cell as a value of a type; `None` where it is none (NaN, infinite and empty ones included).
pub(super) fn parse_cell(cell: &str, ty: Type) -> Option<Value> {
    match ty {
        Type::Int => cell.parse().ok().map(Value::Int),
        Type::Real => cell
            .parse()
            .ok()
            .filter(|r: &f64| r.is_finite())
            .map(Value::Real),
        Type::Bool => match cell {
            "true" | "TRUE" | "True" => Some(Value::Bool(true)),
            "false" | "FALSE" | "False" => Some(Value::Bool(false)),
            _ => None,
        },
        Type::Enumeration(_) => None,
    }
}

/// A range of bytes without the line breaks around it.
fn line_span(file: FileId, text: &str, start: u64, end: u64) -> Span {
    let clip = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX).min(text.len());
    let (mut start, mut end) = (clip(start), clip(end).max(clip(start)));
    let breaks = |byte: u8| byte == b'\n' || byte == b'\r';
    while start < end && breaks(text.as_bytes()[start]) {
        start += 1;
    }
    while end > start && breaks(text.as_bytes()[end - 1]) {
        end -= 1;
    }
    let place = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span {
        file,
        start: place(start),
        end: place(end),
    }
}
