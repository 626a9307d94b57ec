//! The values of matches, by which pools are indexed and probes summed up.

use super::{
    data::Data,
    pool::ordered,
    query::{Indexed, Query, Ready},
    search::Failure,
};
use crate::{
    binding::{Binding, Bound, Slot},
    error::{Fault, Outcome, RuntimeError},
};

impl Data {
    /// The key of a row's value, where its query has values, or 0: its place in the order ([`ordered`]), or its bits where values are summed. Binds the row.
    #[inline]
    pub(crate) fn key_of(&self, query: &Query, row: u32, bound: &Binding) -> Outcome<u64> {
        let Some(value) = &query.value else {
            return Ok(0);
        };
        match query.indexed {
            Indexed::Sums | Indexed::Total => Ok(self.summand(query, row, value, bound)?.to_bits()),
            Indexed::Order | Indexed::No => {
                self.bind(query, row, bound);
                Ok(ordered(self.value(query.owner, value.formula, bound)?))
            }
        }
    }

    /// Takes over the value of a row that may have another, if it cannot fail; whether that is done. `elements` are those of the row. A row that was
    /// found in this step gets its value when it is listed.
    #[inline(always)]
    pub(crate) fn revalue(&mut self, query: &Query, row: u32, elements: &impl Bound) -> bool {
        let Some(quick) = query.value.as_ref().and_then(|value| value.quick.as_ref()) else {
            return false;
        };
        let tested = |n| self.note_search(n);
        let key = match query.indexed {
            Indexed::No => return false,
            Indexed::Order => ordered(quick.value(&self.graph, elements, tested)),
            Indexed::Total | Indexed::Sums => quick.real(&self.graph, elements, tested).to_bits(),
        };
        let anchor = query.anchor.map(|column| elements.slot(query.vars[column]));
        self.rekey(query, row, key, anchor)
    }

    /// Takes over the key of a row's value ([`Data::key_of`]); whether that is done. With groups, `anchor` is the one of its row.
    #[inline(always)]
    pub(super) fn rekey(
        &mut self,
        query: &Query,
        row: u32,
        key: u64,
        anchor: Option<Slot>,
    ) -> bool {
        let index = query.id.index();
        if let Some(total) = &mut self.totals[index] {
            total.revalue(row, f64::from_bits(key));
        } else if let Some(pools) = &mut self.pools[index] {
            // A negative weight is a fault if the row stays.
            if query.indexed == Indexed::Sums && f64::from_bits(key) < 0.0 {
                return false;
            }
            pools.revalue(&self.stores[index], anchor, row, key);
        }
        true
    }

    /// The value of a row, as a summand. Binds the row.
    fn summand(&self, query: &Query, row: u32, value: &Ready, bound: &Binding) -> Outcome<f64> {
        self.bind(query, row, bound);
        let summand = match &value.quick {
            Some(quick) => quick.real(&self.graph, bound, |n| self.note_search(n)),
            None => {
                let code = self.program.code_of(value.formula);
                code.real(&self.view().env(bound))
                    .map_err(|fault| self.fault_in(query, value, fault, bound))?
            }
        };
        if summand < 0.0 && query.has_weights() {
            let fault = Box::new(Fault::NegativeWeight(summand));
            return Err(self.fault_in(query, value, fault, bound));
        }
        Ok(summand)
    }

    #[cold]
    fn fault_in(
        &self,
        query: &Query,
        value: &Ready,
        fault: Box<Fault>,
        bound: &Binding,
    ) -> Box<RuntimeError> {
        let condition = value.formula;
        self.failure_of(query, Failure { condition, fault }, bound)
    }
}
