//! Nodes and edges from files of comma-separated values.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    csv::{CsvFile, parse_cell},
    narrow::always_connects,
    place::Place,
    report::dense,
    start::StartBuilder,
    table::accepts,
};
use crate::{
    diagnostic::Diagnostic,
    expr::Formula,
    source::Span,
    spec::{Entries, NumberOrText, StartSpec, Text},
    start::{EdgeRow, EdgeRows, NodeRow, NodeRows, RowNode, Statement},
    types::{Attribute, EdgeTypeId, NodeTypeId, Type, Value},
};

/// Rows of nodes by their keys. One key may occur in several statements, for nodes of different types.
#[derive(Default)]
pub(super) struct RowKeys {
    nodes: BTreeMap<String, Vec<(RowNode, NodeTypeId, Span)>>,
}

impl RowKeys {
    pub(super) fn add(&mut self, key: &str, row: RowNode, ty: NodeTypeId, span: Span) {
        self.nodes
            .entry(key.to_owned())
            .or_default()
            .push((row, ty, span));
    }

    /// The nodes of a key whose types are among those wanted.
    pub(super) fn find<'k>(
        &'k self,
        key: &str,
        wanted: &'k [NodeTypeId],
    ) -> impl Iterator<Item = (RowNode, NodeTypeId)> + 'k {
        let nodes = self.nodes.get(key).into_iter().flatten();
        nodes
            .filter(|(_, ty, _)| wanted.contains(ty))
            .map(|&(row, ty, _)| (row, ty))
    }
}

/// Type and ends of an edge, each end as statement and row.
pub(super) type EdgeEnds = (EdgeTypeId, (u32, u32), (u32, u32));

/// Which column of a file, if any, gives each attribute, and the values of the others.
struct Template {
    columns: Vec<Option<usize>>,
    open: Vec<Formula>,
}

impl StartBuilder<'_> {
    /// The position of the statement that comes next.
    pub(super) fn next_statement(&self) -> u32 {
        u32::try_from(self.statements.len()).unwrap_or(u32::MAX)
    }

    fn csv(&self, file: &Text) -> Option<std::rc::Rc<CsvFile>> {
        let env = self.body.env;
        let (asked, path) = env.file_name(file)?;
        let file = env.loader.open_relative(env.report, &path, asked)?;
        env.loader.csv(env.report, file)
    }

    pub(super) fn node_rows(
        &mut self,
        file: &Text,
        node: &Text,
        key: &Text,
        columns: &Entries<Text>,
        attributes: &Entries<NumberOrText>,
    ) -> Option<()> {
        let (csv, ty) = (self.csv(file), self.node_type(node));
        let (csv, ty) = (csv?, ty?);
        let key = csv.column(self.report(), &key.value, key.span)?;
        let of_type = self.body.env.types.graph.node(ty).attributes.clone();
        let incomplete = self.body.env.types.node_incomplete(ty);
        let template = self.template(
            (&csv, &[key]),
            &of_type,
            columns,
            attributes,
            node.span,
            incomplete,
        )?;
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        let mut rows = Vec::with_capacity(csv.rows.len());
        for (position, row) in csv.rows.iter().enumerate() {
            let name = row.cells[key].as_str();
            if let Some(&earlier) = first.get(name) {
                let message = format!("two lines have the key `{name}`");
                return self.report().fail(
                    Diagnostic::error("duplicate-key", row.span, message)
                        .related(earlier, "the first one"),
                );
            }
            first.insert(name, row.span);
            let number = self.row_number(position, row.span)?;
            let node = RowNode {
                statement: self.next_statement(),
                row: number,
            };
            self.keys.add(name, node, ty, row.span);
            rows.push(NodeRow {
                template: 0,
                key: name.into(),
                values: self.values(&csv, &template, &of_type, position)?,
            });
        }
        self.statements.push(Statement::Nodes(NodeRows {
            templates: vec![(ty, template.open)],
            rows,
        }));
        Some(())
    }

    fn row_number(&self, position: usize, span: Span) -> Option<u32> {
        u32::try_from(position).ok().or_else(|| {
            self.report().fail(Diagnostic::error(
                "too-many",
                span,
                "too many lines: at most 2^32 are possible",
            ))
        })
    }

    /// Attributes come from the column that `columns` names, else from the one of their own name, else from `attributes`, else from defaults.
    fn template(
        &mut self,
        (csv, keys): (&CsvFile, &[usize]),
        of_type: &[Attribute],
        columns: &Entries<Text>,
        attributes: &Entries<NumberOrText>,
        span: Span,
        incomplete: bool,
    ) -> Option<Template> {
        let mut from_column = BTreeMap::new();
        let mut good = true;
        for (name, column) in columns {
            let (attribute, position) = (
                self.column(of_type, name, incomplete),
                csv.column(self.report(), &column.value, column.span),
            );
            good &= attribute.is_some() && position.is_some();
            from_column.extend(attribute.map(|a| a.0).zip(position));
        }
        self.body.place = Place::REPEATED_START;
        let mut given = self.given_values(of_type, attributes, incomplete)?;
        for (name, _) in attributes {
            if let Some((id, _)) = self.column(of_type, name, incomplete)
                && from_column.contains_key(&id)
            {
                let message = format!("`{}` is given by `columns` and by `attributes`", name.value);
                self.report()
                    .push(Diagnostic::error("duplicate-name", name.span, message));
                good = false;
            }
        }
        let graph = &self.body.env.types.graph;
        for attribute in of_type {
            let own_name = &graph.attributes[attribute.id.index()];
            if !given.contains_key(&attribute.id)
                && let Some(position) = csv.header.iter().position(|h| h == own_name)
            {
                from_column.entry(attribute.id).or_insert(position);
            }
        }
        let defaults = of_type.iter().filter(|a| {
            !given.contains_key(&a.id) && !from_column.contains_key(&a.id) && a.default.is_some()
        });
        for attribute in defaults {
            let read: Vec<usize> = from_column.values().chain(keys).copied().collect();
            csv.warn_of_a_slip(
                self.report(),
                &graph.attributes[attribute.id.index()],
                &read,
            );
        }
        // what a column gives needs no value in the template, but a place
        for attribute in of_type.iter().filter(|a| from_column.contains_key(&a.id)) {
            let placeholder = self
                .body
                .formula(super::expr::constant(zero(attribute.ty)), attribute.span);
            given.insert(attribute.id, Some(placeholder));
        }
        let open = self.body.filled(of_type, given, span)?;
        good.then(|| Template {
            columns: of_type
                .iter()
                .map(|a| from_column.get(&a.id).copied())
                .collect(),
            open,
        })
    }

    fn values(
        &self,
        csv: &CsvFile,
        template: &Template,
        of_type: &[Attribute],
        row: usize,
    ) -> Option<Box<[Option<Value>]>> {
        let row = &csv.rows[row];
        let values = template
            .columns
            .iter()
            .zip(of_type)
            .map(|(column, attribute)| {
                let Some(column) = *column else {
                    return Some(None);
                };
                let cell = &row.cells[column];
                match self.cell(cell, attribute.ty) {
                    Some(value) => Some(Some(value)),
                    None => {
                        let message = format!(
                            "the column `{}` needs {}, here is `{cell}`",
                            csv.header[column],
                            accepts(attribute.ty)
                        );
                        self.report()
                            .fail(Diagnostic::error("bad-cell", row.span, message))
                    }
                }
            });
        values.collect()
    }

    /// A cell as a value of an attribute.
    pub(super) fn cell(&self, cell: &str, ty: Type) -> Option<Value> {
        let Type::Enumeration(id) = ty else {
            return parse_cell(cell, ty);
        };
        let values = &self.body.env.types.graph.enumerations[id.index()].values;
        let position = values.iter().position(|v| v == cell)?;
        Some(Value::Enumerator(id, u16::try_from(position).ok()?))
    }

    pub(super) fn edge_rows(&mut self, spec: &StartSpec) -> Option<()> {
        let StartSpec::Edges {
            csv,
            edge,
            from,
            to,
            columns,
            attributes,
            nodes,
        } = spec
        else {
            return None;
        };
        let (csv, ty) = (self.csv(csv), self.edge_type(edge));
        let new = nodes.as_ref().map(|name| self.node_type(name));
        let (csv, ty) = (csv?, ty?);
        let ends = (
            csv.column(self.report(), &from.value, from.span),
            csv.column(self.report(), &to.value, to.span),
        );
        let ends = (ends.0?, ends.1?);
        let of_type = self.body.env.types.graph.edge(ty).attributes.clone();
        let incomplete = self.body.env.types.edge_incomplete(ty);
        let template = self.template(
            (&csv, &[ends.0, ends.1]),
            &of_type,
            columns,
            attributes,
            edge.span,
            incomplete,
        )?;
        if let Some(new) = new {
            self.new_nodes(&csv, ends, (new?, nodes.as_ref()?.span), ty)?;
        }
        let mut seen = BTreeSet::new();
        let mut rows = Vec::with_capacity(csv.rows.len());
        for (position, row) in csv.rows.iter().enumerate() {
            let keys = (row.cells[ends.0].as_str(), row.cells[ends.1].as_str());
            let (from, to) = self.row_ends(ty, keys, row.span)?;
            self.unique_row(ty, (from, to), row.span, &mut seen)?;
            rows.push(EdgeRow {
                template: 0,
                from,
                to,
                values: self.values(&csv, &template, &of_type, position)?,
            });
        }
        self.statements.push(Statement::Edges(EdgeRows {
            templates: vec![(ty, template.open)],
            rows,
        }));
        Some(())
    }

    /// Edges of a `unique` type differ in their ends.
    pub(super) fn unique_row(
        &self,
        ty: EdgeTypeId,
        ends: (RowNode, RowNode),
        span: Span,
        seen: &mut BTreeSet<EdgeEnds>,
    ) -> Option<()> {
        let declared = self.body.env.types.graph.edge(ty);
        if !declared.unique {
            return Some(());
        }
        let key = |n: RowNode| (n.statement, n.row);
        let (a, b) = (key(ends.0), key(ends.1));
        let (a, b) = if declared.undirected && b < a {
            (b, a)
        } else {
            (a, b)
        };
        if seen.insert((ty, a, b)) {
            return Some(());
        }
        let message = format!(
            "a second edge with the same ends, and `{}` is unique",
            declared.name
        );
        self.report().fail(
            Diagnostic::error("not-unique", span, message).related(declared.span, "declared here"),
        )
    }

    /// The node types that an end of an edge may have, for source and target.
    fn wanted(&self, ty: EdgeTypeId) -> (Vec<NodeTypeId>, Vec<NodeTypeId>) {
        let declared = self.body.env.types.graph.edge(ty);
        let mut wanted = (declared.from.clone(), declared.to.clone());
        if declared.undirected {
            wanted.0.extend(&declared.to);
            wanted.1.extend(&declared.from);
        }
        wanted
    }

    /// A statement of nodes for the keys that no earlier statement read for a node that fits.
    fn new_nodes(
        &mut self,
        csv: &CsvFile,
        ends: (usize, usize),
        (ty, span): (NodeTypeId, Span),
        edge: EdgeTypeId,
    ) -> Option<()> {
        let wanted = self.wanted(edge);
        let columns = self.body.env.types.graph.node(ty).attributes.clone();
        let open = self.body.filled(&columns, BTreeMap::new(), span)?;
        let statement = self.next_statement();
        let mut rows: Vec<NodeRow> = Vec::new();
        for row in &csv.rows {
            for (key, wanted) in [
                (&row.cells[ends.0], &wanted.0),
                (&row.cells[ends.1], &wanted.1),
            ] {
                if self.keys.find(key, wanted).next().is_some() {
                    continue;
                }
                let number = self.row_number(rows.len(), row.span)?;
                let node = RowNode {
                    statement,
                    row: number,
                };
                self.keys.add(key, node, ty, row.span);
                rows.push(NodeRow {
                    template: 0,
                    key: key.as_str().into(),
                    values: vec![None; columns.len()].into(),
                });
            }
        }
        self.statements.push(Statement::Nodes(NodeRows {
            templates: vec![(ty, open)],
            rows,
        }));
        Some(())
    }

    /// The nodes of two keys that an edge of this type can connect.
    pub(super) fn row_ends(
        &self,
        ty: EdgeTypeId,
        keys: (&str, &str),
        span: Span,
    ) -> Option<(RowNode, RowNode)> {
        let declared = self.body.env.types.graph.edge(ty);
        let wanted = self.wanted(ty);
        let from = self.row_end(keys.0, &wanted.0, span)?;
        let to = self.row_end(keys.1, &wanted.1, span)?;
        if !always_connects(declared, &[from.1], &[to.1]) {
            let graph = &self.body.env.types.graph;
            let message = format!(
                "`{}` cannot lead from a `{}` to a `{}`",
                declared.name,
                graph.node(from.1).name,
                graph.node(to.1).name
            );
            return self.report().fail(
                Diagnostic::error("edge-ends", span, message)
                    .related(declared.span, "declared here"),
            );
        }
        Some((from.0, to.0))
    }

    fn row_end(
        &self,
        key: &str,
        wanted: &[NodeTypeId],
        span: Span,
    ) -> Option<(RowNode, NodeTypeId)> {
        let mut found = self.keys.find(key, wanted);
        let why = match (found.next(), found.next()) {
            (Some(node), None) => return Some(node),
            (Some(_), Some(_)) => format!("the key `{key}` names several nodes that fit"),
            (None, _) => format!("no node that fits here has the key `{key}`"),
        };
        let mistake = Diagnostic::error("unknown-key", span, why);
        self.report().fail(
            mistake
                .help("read the nodes by `Nodes(…)` before, or let `nodes: \"Type\"` create them"),
        )
    }

    /// The next template of a statement.
    pub(super) fn template_id(&self, len: usize, span: Span) -> Option<u16> {
        dense(self.report(), len, "types in one file", span)
    }
}

/// Some value of a type.
pub(super) fn zero(ty: Type) -> Value {
    match ty {
        Type::Int => Value::Int(0),
        Type::Real => Value::Real(0.0),
        Type::Bool => Value::Bool(false),
        Type::Enumeration(id) => Value::Enumerator(id, 0),
    }
}
