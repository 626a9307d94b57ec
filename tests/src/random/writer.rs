//! What the writers of patterns, expressions and rules share: choices, the schema, and what is visible.

use super::schema::{Mask, Schema, Ty};
use crate::dice::Dice;

/// What a variable is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A node of some of these types.
    Node(Mask),
    /// An edge of some of these types.
    Edge(Mask),
}

/// A variable that texts may speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// What an expression may read where it stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) now: bool,
    /// How deep sub-patterns and operators may still be nested.
    pub(super) depth: usize,
}

impl Place {
    pub(super) const GUARD: Place = Place {
        now: false,
        depth: 3,
    };
    pub(super) const LATER: Place = Place {
        now: true,
        depth: 2,
    };

    pub(super) fn deeper(self) -> Self {
        Place {
            depth: self.depth.saturating_sub(1),
            ..self
        }
    }
}

/// Writes texts over a schema.
pub(super) struct Writer<'a> {
    pub(super) dice: &'a mut Dice,
    pub(super) schema: &'a Schema,
    /// What is visible here.
    pub(super) seen: Vec<Seen>,
    /// Features that were written.
    pub(super) tags: Vec<&'static str>,
    /// Whether timers read counts wherever they can.
    pub(super) counting: bool,
    /// Whether what was added after the basic systems is left out, so that their seeds keep their meaning.
    pub(super) basic: bool,
    names: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dice: &'a mut Dice, schema: &'a Schema) -> Self {
        Writer {
            dice,
            schema,
            seen: Vec::new(),
            tags: Vec::new(),
            counting: false,
            basic: false,
            names: 0,
        }
    }

    /// A name that nothing has.
    pub(super) fn fresh(&mut self, letter: char) -> String {
        self.names += 1;
        format!("{letter}{}", self.names)
    }

    pub(super) fn tag(&mut self, tag: &'static str) {
        self.tags.push(tag);
    }

    /// Visible nodes and their types.
    pub(super) fn nodes(&self) -> Vec<(String, Mask)> {
        let node = |s: &Seen| match s.kind {
            Kind::Node(mask) => Some((s.name.clone(), mask)),
            Kind::Edge(_) => None,
        };
        self.seen.iter().filter_map(node).collect()
    }

    /// One of the visible nodes all of whose types are among these.
    pub(super) fn node_within(&mut self, types: Mask) -> Option<String> {
        let all: Vec<_> = self
            .nodes()
            .into_iter()
            .filter(|n| n.1 & !types == 0)
            .collect();
        self.any(&all).map(|n| n.0)
    }

    /// Visible attributes of a type: `a.v`.
    pub(super) fn attributes(&self, ty: Ty) -> Vec<(Seen, &'static str)> {
        let mut all = Vec::new();
        for seen in &self.seen {
            let attributes = self.attributes_of(seen.kind);
            all.extend(
                attributes
                    .into_iter()
                    .filter(|a| a.1 == ty)
                    .map(|a| (seen.clone(), a.0)),
            );
        }
        all
    }

    pub(super) fn attributes_of(&self, kind: Kind) -> Vec<(&'static str, Ty)> {
        match kind {
            Kind::Node(mask) => self.schema.node_attributes(mask),
            Kind::Edge(mask) => self.schema.edge_attributes(mask),
        }
    }

    /// One of some choices, if there are any.
    pub(super) fn any<T: Clone>(&mut self, choices: &[T]) -> Option<T> {
        if choices.is_empty() {
            None
        } else {
            Some(self.dice.pick(choices).clone())
        }
    }

    /// Runs with what is visible, and forgets what was added.
    pub(super) fn inside<T>(&mut self, write: impl FnOnce(&mut Self) -> T) -> T {
        let outside = self.seen.len();
        let written = write(self);
        self.seen.truncate(outside);
        written
    }
}
