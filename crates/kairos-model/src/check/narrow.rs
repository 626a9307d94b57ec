//! Types of pattern elements narrowed to those that fit together.

use super::{body::Body, pattern::sorted, report::listed};
use crate::{
    diagnostic::Diagnostic,
    pattern::{Pattern, PatternEdge, Sort},
    source::Span,
    types::{EdgeType, NodeTypeId},
};

impl Body<'_> {
    /// Narrows the types of a pattern's own elements to those that fit together; what was bound before stays as it is.
    pub(super) fn narrow(&mut self, pattern: &Pattern) {
        let mut failed = Vec::new();
        let mut changed = true;
        while changed {
            changed = false;
            for &edge in &pattern.edges {
                let parts = [edge.edge, edge.from, edge.to];
                if failed.contains(&edge.edge) || parts.iter().any(|&p| self.is_poison(p)) {
                    continue;
                }
                let Some(sorts) = self.supported(edge) else {
                    self.env.report.push(self.cannot_connect(edge));
                    failed.push(edge.edge);
                    continue;
                };
                for (var, sort) in parts.into_iter().zip(sorts) {
                    if pattern.elements.contains(&var) && *self.sort(var) != sort {
                        self.elements[var.index()].sort = sort;
                        changed = true;
                    }
                }
            }
        }
        self.poison.extend(failed);
    }

    /// Of an edge and its ends the types that some types of the others fit to; `None` where there are none.
    fn supported(&self, edge: PatternEdge) -> Option<[Sort; 3]> {
        let graph = &self.env.types.graph;
        let (Sort::Edge(edges), Sort::Node(from), Sort::Node(to)) = (
            self.sort(edge.edge),
            self.sort(edge.from),
            self.sort(edge.to),
        ) else {
            return None;
        };
        let mut kept = (Vec::new(), Vec::new(), Vec::new());
        for &id in edges {
            let ty = graph.edge(id);
            for (sources, targets) in orientations(ty) {
                let mut ends = (both(from, sources), both(to, targets));
                if edge.from == edge.to {
                    let loops = both(&ends.0, &ends.1);
                    ends = (loops.clone(), loops);
                }
                if !ends.0.is_empty() && !ends.1.is_empty() {
                    kept.0.push(id);
                    kept.1.extend(ends.0);
                    kept.2.extend(ends.1);
                }
            }
        }
        let (edges, from, to) = (sorted(&kept.0), sorted(&kept.1), sorted(&kept.2));
        (!edges.is_empty()).then_some([Sort::Edge(edges), Sort::Node(from), Sort::Node(to)])
    }

    /// Advice to turn an arrow.
    pub(super) fn turned(&self, arrow: Span) -> String {
        let text = self.env.loader.text(arrow);
        let inner = text.trim_matches(|c| "<->".contains(c));
        match text.starts_with('<') {
            true => format!("it fits the other way round: write `-{inner}->`"),
            false => format!("it fits the other way round: write `<-{inner}-`"),
        }
    }

    fn cannot_connect(&self, edge: PatternEdge) -> Diagnostic {
        let (from, to) = (self.describe(edge.from), self.describe(edge.to));
        let element = &self.elements[edge.edge.index()];
        let Sort::Edge(types) = &element.sort else {
            unreachable!("edges of patterns are edges")
        };
        let graph = &self.env.types.graph;
        let message = if self.written[edge.edge.index()].is_some() {
            format!(
                "{} cannot lead from {from} to {to}",
                self.describe(edge.edge)
            )
        } else {
            format!("no edge type leads from {from} to {to}")
        };
        let mut mistake = Diagnostic::error("edge-ends", element.span, message);
        if self.written[edge.edge.index()].is_some() {
            for &id in types.iter().take(3) {
                let ty = graph.edge(id);
                mistake = mistake.related(ty.span, format!("declared {}", self.declared_ends(ty)));
            }
            if let [id] = types[..]
                && !edge.undirected
                && can_connect(graph.edge(id), self.sort(edge.to), self.sort(edge.from))
            {
                mistake = mistake.help(self.turned(element.span));
            }
        }
        mistake
    }

    /// ``from `SC` to `SN` ``
    pub(super) fn declared_ends(&self, ty: &EdgeType) -> String {
        let graph = &self.env.types.graph;
        let names = |ids: &[NodeTypeId]| listed(ids.iter().map(|&t| graph.node(t).name.as_str()));
        let words = if ty.undirected {
            ("between", "and")
        } else {
            ("from", "to")
        };
        format!(
            "{} {} {} {}",
            words.0,
            names(&ty.from),
            words.1,
            names(&ty.to)
        )
    }
}

/// Source and target types, both ways for an undirected edge type.
fn orientations(ty: &EdgeType) -> impl Iterator<Item = (&[NodeTypeId], &[NodeTypeId])> {
    let back = ty.undirected.then_some((&ty.to[..], &ty.from[..]));
    std::iter::once((&ty.from[..], &ty.to[..])).chain(back)
}

/// Whether an edge of this type can connect some node of one sort to some node of the other.
pub(super) fn can_connect(ty: &EdgeType, from: &Sort, to: &Sort) -> bool {
    let (Sort::Node(from), Sort::Node(to)) = (from, to) else {
        return false;
    };
    orientations(ty).any(|(s, t)| !both(from, s).is_empty() && !both(to, t).is_empty())
}

/// Whether an edge of this type can connect every node of one sort to every node of the other.
pub(super) fn always_connects(ty: &EdgeType, from: &[NodeTypeId], to: &[NodeTypeId]) -> bool {
    let fits = |a, b| orientations(ty).any(|(s, t)| s.contains(&a) && t.contains(&b));
    from.iter().all(|&a| to.iter().all(|&b| fits(a, b)))
}

fn both(a: &[NodeTypeId], b: &[NodeTypeId]) -> Vec<NodeTypeId> {
    a.iter()
        .copied()
        .filter(|t| b.binary_search(t).is_ok())
        .collect()
}
