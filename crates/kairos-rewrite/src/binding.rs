//! What variables are bound to.

use std::{cell::Cell, ops::Range};

use kairos_model::expr::Var;

/// A place in the host graph's store: of a node or of an edge, as the variable's sort says. Reused after deletion; numbers are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

impl Slot {
    /// Of a variable that is bound to nothing.
    pub const NONE: Slot = Slot(u32::MAX);

    /// The slot as an index.
    #[inline]
    #[must_use]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What tells which elements variables are bound to.
pub(crate) trait Bound {
    /// What a variable is bound to.
    fn slot(&self, var: Var) -> Slot;
}

/// The only element that any variable is bound to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Only(pub(crate) Slot);

impl Bound for Only {
    #[inline]
    fn slot(&self, _: Var) -> Slot {
        self.0
    }
}

impl Bound for Binding {
    #[inline]
    fn slot(&self, var: Var) -> Slot {
        self.get(var)
    }
}

/// One slot for every variable of a scope. Searches bind through a shared reference: each variable belongs to one pattern, so no two searches fight for it.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    slots: Vec<Cell<Slot>>,
}

impl Binding {
    /// A binding of `variables` variables, all unbound.
    #[must_use]
    pub fn new(variables: usize) -> Self {
        Binding {
            slots: vec![Cell::new(Slot::NONE); variables],
        }
    }

    /// What a variable is bound to.
    #[inline]
    #[must_use]
    pub fn get(&self, var: Var) -> Slot {
        self.slots[var.index()].get()
    }

    /// Binds a variable.
    #[inline]
    pub fn set(&self, var: Var, slot: Slot) {
        self.slots[var.index()].set(slot);
    }

    /// Makes room for `variables` variables.
    #[inline]
    pub fn reach(&mut self, variables: usize) {
        if self.slots.len() < variables {
            self.reset(variables);
        }
    }

    /// Unbinds the variables at these positions.
    #[inline(always)]
    pub fn unbind(&self, variables: Range<usize>) {
        let all = &self.slots[variables];
        let ([first, ..], [.., last]) = (all, all) else {
            return;
        };
        // Mostly there are few, and to call for many would take longer: up to eight are reached from both ends.
        match (all.first_chunk::<4>(), all.last_chunk::<4>()) {
            (Some(firsts), Some(lasts)) if all.len() <= 8 => {
                firsts.iter().chain(lasts).for_each(unbind);
            }
            (Some(_), _) => all.iter().for_each(unbind),
            (None, _) => [first, &all[all.len() / 2], last]
                .into_iter()
                .for_each(unbind),
        }
    }

    /// Binds the first variables, as many as there are slots; says how many.
    #[inline]
    pub fn set_first(&self, slots: &[Slot]) -> usize {
        // Mostly there are few, and a loop for many would take longer.
        match (&self.slots[..slots.len()], slots) {
            ([a], &[d]) => a.set(d),
            ([a, b, c], &[d, e, f]) => {
                a.set(d);
                b.set(e);
                c.set(f);
            }
            (cells, slots) => cells.iter().zip(slots).for_each(|(c, &slot)| c.set(slot)),
        }
        slots.len()
    }

    /// What the variables are bound to, in their order.
    #[inline]
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.slots.iter().map(Cell::get)
    }

    /// How many variables there is room for.
    #[inline]
    #[must_use]
    pub fn variables(&self) -> usize {
        self.slots.len()
    }

    /// Makes room for `variables` variables and unbinds all.
    #[cold]
    fn reset(&mut self, variables: usize) {
        self.slots.clear();
        self.slots.resize(variables, Cell::new(Slot::NONE));
    }
}

#[inline(always)]
fn unbind(variable: &Cell<Slot>) {
    variable.set(Slot::NONE);
}
