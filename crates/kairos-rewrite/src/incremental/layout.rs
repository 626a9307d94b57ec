//! What a store must know of its query: what a row is made of, by which number it goes, and which elements know it.

use crate::{binding::Slot, graph::HostGraph};

/// A column whose elements know the rows that they are in.
#[derive(Clone, Debug)]
pub(crate) struct Hook {
    pub(crate) column: usize,
    pub(crate) is_node: bool,
    /// By type of the element: which of its lists this is, or [`NO_HOOK`](super::dispatch::NO_HOOK).
    pub(crate) places: Box<[u16]>,
    /// Its place among the links of a row, which is listed by it; no row is that has the number of its element.
    pub(crate) link: Option<usize>,
}

impl Hook {
    /// Which of an element's lists this is.
    #[inline]
    pub(crate) fn place(&self, graph: &HostGraph, element: Slot) -> u16 {
        self.places[if self.is_node {
            graph.node_type(element).index()
        } else {
            graph.edge_type(element).index()
        }]
    }
}

/// What a store must know of its query.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// Number of columns.
    pub(crate) width: usize,
    pub(crate) hooks: Vec<Hook>,
    /// The column by which rows are counted, if they are.
    pub(crate) anchor: Option<usize>,
    /// A hook by which a row has the number of the element's slot, since no two rows share it.
    pub(crate) numbering: Option<usize>,
    /// Whether it has the number of the edge among those of its type instead.
    pub(crate) is_ranked: bool,
    /// Where an edge makes two rows, one for each way round, the column of one end: their numbers are twice that of the edge, and one more for
    /// the row in which this is not its first end.
    pub(crate) both_ways: Option<usize>,
    /// How many hooks list their rows.
    pub(crate) links: usize,
    /// Whether rows are in no list, no hash index and no count.
    pub(crate) is_bare: bool,
    /// Whether rows have places in a pool.
    pub(crate) is_placed: bool,
    pub(crate) content: Content,
}

/// How it is known what elements a row is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Content {
    /// They are stored.
    #[default]
    Stored,
    /// It is of one, whose slot is its number.
    Element,
    /// It is of an edge whose slot its number tells, and its ends, in these columns.
    Edge { edge: usize, from: usize, to: usize },
}

impl Layout {
    /// Slots that are stored for a row.
    #[inline]
    pub(super) fn stored(&self) -> usize {
        match self.content {
            Content::Stored => self.width,
            Content::Element | Content::Edge { .. } => 0,
        }
    }

    /// Hooks by which rows are listed, by their places among the links of a row.
    #[inline]
    pub(super) fn listed(&self) -> impl Iterator<Item = (usize, &Hook)> {
        let hooks = self.hooks.iter();
        hooks.filter_map(|hook| Some((hook.link?, hook)))
    }
}
