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

impl FiringCause<'_> {
    fn names(extension: &[u64]) -> smallvec::SmallVec<[Name; 8]> {
        extension.iter().map(|&n| Name(n)).collect()
    }
}

impl Cause for FiringCause<'_> {
    fn name(&mut self, position: u32, extension: &[u64]) -> u64 {
        Name::created_in(self.name, position, &Self::names(extension)).0
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
            _ => Name::created_in(self.name, u32::MAX - place, &Self::names(extension)),
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
