//! What a firing gives to the elements that it creates and to `draw(…)`.

use kairos_model::{timer::Family, types::Value};
use kairos_rewrite::{error::Fault, matcher::Cause};

use crate::{
    draw::{Name, Place, Randomness},
    value::{Columns, draw},
};

/// Positions of draws among the places of a rule's text: after the delay and the picks.
const FIRST_DRAW: u32 = 1 << 16;

/// A firing as the cause of what it creates.
pub(super) struct FiringCause<'a> {
    pub(super) randomness: &'a Randomness,
    pub(super) columns: &'a Columns,
    pub(super) name: Name,
}

fn names(extension: &[u64]) -> impl ExactSizeIterator<Item = Name> {
    extension.iter().map(|&n| Name(n))
}

impl Cause for FiringCause<'_> {
    fn name(&mut self, position: u32, extension: &[u64]) -> u64 {
        Name::created_among(self.name, position, names(extension)).0
    }

    fn draw(
        &mut self,
        family: Family,
        parameters: &[Value],
        place: u32,
        extension: &[u64],
    ) -> Result<Value, Fault> {
        // Inside for_each every extension draws for itself: under the name of what it would create at that place.
        let name = match extension {
            [] => self.name,
            _ => Name::created_among(self.name, u32::MAX - place, names(extension)),
        };
        draw(
            self.randomness,
            name,
            Place::text(FIRST_DRAW + place),
            family,
            parameters,
            self.columns,
        )
    }
}
