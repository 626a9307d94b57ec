//! Random rule systems, written as RON text, so that a failing one can be read, shrunk and kept.
//!
//! Patterns and expressions are put together from what the type graph allows; forms that chance seldom comes to are thrown in.

mod churn;
mod effect;
mod expr;
mod model;
mod pattern;
mod rule;
mod schema;
mod text;
mod timer;
mod writer;

use schema::Schema;
pub use text::{Part, RuleText, System};
use writer::Writer;

use crate::dice::Dice;

impl System {
    /// The system of a seed: a basic one, and up to two more rules whose timers read counts, which basic ones seldom do.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut system = System::basic(seed);
        let schema = Schema::random(&mut Dice::new(seed));
        let mut dice = Dice::new(!seed);
        system.rules.extend(
            (0..dice.below(3))
                .map(|i| Writer::new(&mut dice, &schema).counting_rule(format!("c{i}"))),
        );
        system
    }

    /// The basic system of a seed.
    #[must_use]
    pub fn basic(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let schema = Schema::random(&mut dice);
        let mut system = System {
            types: schema.text(),
            ..System::default()
        };
        let rules = 2 + dice.below(5);
        system.rules = (0..rules)
            .map(|i| Writer::new(&mut dice, &schema).rule(format!("r{i}")))
            .collect();
        system.rules.extend(churn::rules(&mut dice, &schema));
        Writer::new(&mut dice, &schema).model(&mut system);
        system
    }
}
