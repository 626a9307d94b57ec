//! Start graphs from GraphML files.

use std::collections::{BTreeMap, BTreeSet};

use super::{report::unknown, rows::zero, start::StartBuilder, table::accepts};
use crate::{
    diagnostic::Diagnostic,
    expr::Formula,
    source::{FileId, Span},
    spec::Text,
    start::{EdgeRow, EdgeRows, NodeRow, NodeRows, RowNode, Statement},
    types::{Attribute, EdgeTypeId, NodeTypeId, Value},
};

/// Elements of an XML file, so that a file cannot use up the memory.
const MAX_XML_NODES: u32 = 50_000_000;

/// Data keys of a file by their ids.
type Keys<'x> = BTreeMap<&'x str, Key<'x>>;

/// What `key="d0"` stands for.
struct Key<'x> {
    name: &'x str,
    /// The elements that have it: `node`, `edge` or `all`.
    of: &'x str,
    /// The value of elements that give none.
    default: Option<Datum>,
}

/// A value as written.
type Datum = (String, Span);

/// The data of an element by name.
type Data<'x> = BTreeMap<&'x str, Datum>;

type XmlNode<'a, 'x> = roxmltree::Node<'a, 'x>;

/// A GraphML file that is being read.
struct Reading<'x> {
    file: FileId,
    keys: Keys<'x>,
    /// Where the model names the file.
    asked: Span,
}

/// Rows of one kind of elements, with their templates by type.
struct Rows<Id, Row> {
    templates: Vec<(Id, Vec<Formula>)>,
    rows: Vec<Row>,
}

impl StartBuilder<'_> {
    pub(super) fn graph_ml(
        &mut self,
        file: &Text,
        node: Option<&Text>,
        edge: Option<&Text>,
    ) -> Option<()> {
        let env = self.body.env;
        let default_node = node.map(|name| self.node_type(name));
        let default_edge = edge.map(|name| self.edge_type(name));
        let (asked, path) = env.file_name(file)?;
        let id = env.loader.open_relative(env.report, &path, asked)?;
        let text = env.loader.sources().file(id).text.clone();
        let document = self.parse_xml(id, &text)?;
        let root = document.root_element();
        let Some(graph) = children(root, "graph").next() else {
            let message = "this is no GraphML file: `<graphml>` with a `<graph>` is expected";
            return self
                .report()
                .fail(Diagnostic::error("graphml", place(id, root), message));
        };
        let keys = children(root, "key").filter_map(|key| {
            let default = children(key, "default").next();
            let read = Key {
                name: key.attribute("attr.name")?,
                of: key.attribute("for").unwrap_or("all"),
                default: default.map(|d| (text_of(d), place(id, d))),
            };
            Some((key.attribute("id")?, read))
        });
        let reading = Reading {
            file: id,
            keys: keys.collect(),
            asked: file.span,
        };
        let default_node = match default_node {
            Some(ty) => Some(ty?),
            None => None,
        };
        let default_edge = match default_edge {
            Some(ty) => Some(ty?),
            None => None,
        };
        let found = self.graph_ml_nodes(&reading, graph, default_node)?;
        self.graph_ml_edges(&reading, graph, default_edge, &found)
    }

    fn parse_xml<'x>(&self, file: FileId, text: &'x str) -> Option<roxmltree::Document<'x>> {
        let options = roxmltree::ParsingOptions {
            allow_dtd: false,
            nodes_limit: MAX_XML_NODES,
            ..roxmltree::ParsingOptions::default()
        };
        match roxmltree::Document::parse_with_options(text, options) {
            Ok(document) => Some(document),
            Err(error) => {
                let at = byte_at(text, error.pos());
                let span = Span {
                    file,
                    start: at,
                    end: at,
                };
                self.report().fail(Diagnostic::error(
                    "graphml",
                    span,
                    format!("this is not well-formed XML: {error}"),
                ))
            }
        }
    }

    fn graph_ml_nodes<'x>(
        &mut self,
        reading: &Reading<'x>,
        graph: XmlNode<'_, 'x>,
        default: Option<NodeTypeId>,
    ) -> Option<BTreeMap<String, (RowNode, NodeTypeId)>> {
        let statement = self.next_statement();
        let mut rows = Rows {
            templates: Vec::new(),
            rows: Vec::new(),
        };
        let mut found = BTreeMap::new();
        for node in children(graph, "node") {
            let at = place(reading.file, node);
            let data = self.data(reading, node);
            let ty = match data.get("type") {
                Some((name, span)) => self.node_type(&text_at(name, *span))?,
                None => self.need_default(default, "node", at, reading.asked)?,
            };
            let columns = self.body.env.types.graph.node(ty).attributes.clone();
            let Some(key) = node.attribute("id") else {
                return self.report().fail(Diagnostic::error(
                    "graphml",
                    at,
                    "a node needs an `id`",
                ));
            };
            let template = self.template_of(&mut rows, ty, &columns, &data, at)?;
            let row = RowNode {
                statement,
                row: u32::try_from(rows.rows.len()).ok()?,
            };
            if found.insert(key.to_owned(), (row, ty)).is_some() {
                let message = format!("two nodes have the id `{key}`");
                return self
                    .report()
                    .fail(Diagnostic::error("duplicate-key", at, message));
            }
            self.keys.add(key, row, ty, at);
            rows.rows.push(NodeRow {
                template,
                key: key.into(),
                values: self.data_values(&columns, &data)?,
            });
        }
        self.statements.push(Statement::Nodes(NodeRows {
            templates: rows.templates,
            rows: rows.rows,
        }));
        Some(found)
    }

    fn graph_ml_edges<'x>(
        &mut self,
        reading: &Reading<'x>,
        graph: XmlNode<'_, 'x>,
        default: Option<EdgeTypeId>,
        nodes: &BTreeMap<String, (RowNode, NodeTypeId)>,
    ) -> Option<()> {
        let mut rows = Rows {
            templates: Vec::new(),
            rows: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for edge in children(graph, "edge") {
            let at = place(reading.file, edge);
            let data = self.data(reading, edge);
            let ty = match data.get("type") {
                Some((name, span)) => self.edge_type(&text_at(name, *span))?,
                None => self.need_default(default, "edge", at, reading.asked)?,
            };
            let columns = self.body.env.types.graph.edge(ty).attributes.clone();
            let template = self.template_of(&mut rows, ty, &columns, &data, at)?;
            let (from, to) = (
                self.end_of(edge, "source", nodes, at)?,
                self.end_of(edge, "target", nodes, at)?,
            );
            let declared = self.body.env.types.graph.edge(ty);
            if !super::narrow::always_connects(declared, &[from.1], &[to.1]) {
                let message = format!(
                    "`{}` cannot connect these nodes: it is declared {}",
                    declared.name,
                    self.body.declared_ends(declared)
                );
                return self.report().fail(
                    Diagnostic::error("edge-ends", at, message)
                        .related(declared.span, "declared here"),
                );
            }
            self.unique_row(ty, (from.0, to.0), at, &mut seen)?;
            rows.rows.push(EdgeRow {
                template,
                from: from.0,
                to: to.0,
                values: self.data_values(&columns, &data)?,
            });
        }
        self.statements.push(Statement::Edges(EdgeRows {
            templates: rows.templates,
            rows: rows.rows,
        }));
        Some(())
    }

    fn end_of(
        &self,
        edge: XmlNode<'_, '_>,
        end: &str,
        nodes: &BTreeMap<String, (RowNode, NodeTypeId)>,
        at: Span,
    ) -> Option<(RowNode, NodeTypeId)> {
        let Some(key) = edge.attribute(end) else {
            return self.report().fail(Diagnostic::error(
                "graphml",
                at,
                format!("an edge needs a `{end}`"),
            ));
        };
        nodes.get(key).copied().or_else(|| {
            let message = format!("no node of the file has the id `{key}`");
            self.report()
                .fail(Diagnostic::error("unknown-key", at, message))
        })
    }

    fn need_default<T>(&self, default: Option<T>, what: &str, at: Span, asked: Span) -> Option<T> {
        default.or_else(|| {
            let message = format!("this {what} has no `type`");
            let mistake = Diagnostic::error("type-needed", at, message)
                .related(asked, "the file is read here");
            self.report().fail(mistake.help(format!(
                "say which type such elements have: `{what}: \"Type\"`"
            )))
        })
    }

    /// The template of a type: defaults of what no row gives.
    fn template_of<Id: PartialEq + Copy, Row>(
        &self,
        rows: &mut Rows<Id, Row>,
        ty: Id,
        columns: &[Attribute],
        data: &Data<'_>,
        at: Span,
    ) -> Option<u16> {
        let graph = &self.body.env.types.graph;
        let lacking = columns.iter().find(|c| {
            c.default.is_none() && !data.contains_key(graph.attributes[c.id.index()].as_str())
        });
        if let Some(column) = lacking {
            let message = format!(
                "`{}` must be given a value",
                graph.attributes[column.id.index()]
            );
            let mistake = Diagnostic::error("attribute-without-value", at, message);
            return self
                .report()
                .fail(mistake.related(column.span, "declared here, without a default"));
        }
        if let Some(position) = rows.templates.iter().position(|(id, _)| *id == ty) {
            return self.template_id(position, at);
        }
        let open = columns.iter().map(|c| {
            let value = c.default.unwrap_or_else(|| zero(c.ty));
            self.body.formula(super::expr::constant(value), c.span)
        });
        rows.templates.push((ty, open.collect()));
        self.template_id(rows.templates.len() - 1, at)
    }

    /// The data of an element by the names of their keys, defaults of the file included.
    fn data<'x>(&self, reading: &Reading<'x>, element: XmlNode<'_, 'x>) -> Data<'x> {
        let what = element.tag_name().name();
        let concerns = |key: &&Key<'_>| key.of == what || key.of == "all";
        let defaults = reading.keys.values().filter(concerns);
        let mut data: Data<'x> = defaults
            .filter_map(|key| Some((key.name, key.default.clone()?)))
            .collect();
        for entry in children(element, "data") {
            let Some(id) = entry.attribute("key") else {
                continue;
            };
            let at = place(reading.file, entry);
            match reading.keys.get(id) {
                Some(key) => {
                    data.insert(key.name, (text_of(entry), at));
                }
                None => {
                    let ids = reading.keys.keys().copied();
                    self.report()
                        .push(unknown("unknown-key", "data key", id, at, ids));
                }
            }
        }
        data
    }

    /// Values by column; data that are no attributes of the type are left out.
    fn data_values(&self, columns: &[Attribute], data: &Data<'_>) -> Option<Box<[Option<Value>]>> {
        let names = &self.body.env.types.graph.attributes;
        let values = columns.iter().map(|column| {
            let name = names[column.id.index()].as_str();
            let Some((cell, span)) = data.get(name) else {
                return Some(None);
            };
            match self.cell(cell, column.ty) {
                Some(value) => Some(Some(value)),
                None => {
                    let message =
                        format!("`{name}` needs {}, here is `{cell}`", accepts(column.ty));
                    self.report()
                        .fail(Diagnostic::error("bad-cell", *span, message))
                }
            }
        });
        values.collect()
    }
}

fn text_of(element: XmlNode<'_, '_>) -> String {
    element.text().unwrap_or_default().trim().to_owned()
}

fn children<'a, 'x>(
    of: XmlNode<'a, 'x>,
    name: &'static str,
) -> impl Iterator<Item = XmlNode<'a, 'x>> {
    of.children().filter(move |n| n.tag_name().name() == name)
}

/// The start tag of an element.
fn place(file: FileId, element: XmlNode<'_, '_>) -> Span {
    let range = element.range();
    let text = &element.document().input_text()[range.clone()];
    let tag = text.find('>').map_or(text.len(), |at| at + 1);
    let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span {
        file,
        start: byte(range.start),
        end: byte(range.start + tag),
    }
}

fn text_at(value: &str, span: Span) -> Text {
    Text {
        value: value.to_owned(),
        span,
        offsets: Vec::new(),
        verbatim_start: span.start,
    }
}

/// The byte of a row and column, both from 1.
fn byte_at(text: &str, pos: roxmltree::TextPos) -> u32 {
    let rows = usize::try_from(pos.row).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(rows).map(str::len).sum();
    let columns = usize::try_from(pos.col).unwrap_or(1).saturating_sub(1);
    let offset: usize = text[start..]
        .chars()
        .take(columns)
        .map(char::len_utf8)
        .sum();
    u32::try_from(start + offset).unwrap_or(u32::MAX)
}
