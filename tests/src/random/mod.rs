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
    /// The system of a seed: with all that was added after the basic ones, and up to two more rules whose timers read counts, which these seldom do.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut system = System::of(seed, false);
        let schema = Schema::random(&mut Dice::new(seed));
        let mut dice = Dice::new(!seed);
        system.rules.extend(
            (0..dice.below(3))
                .map(|i| Writer::new(&mut dice, &schema).counting_rule(format!("c{i}"))),
        );
        system
    }

    /// The basic system of a seed, always the same.
    #[must_use]
    pub fn basic(seed: u64) -> Self {
        System::of(seed, true)
    }

    fn of(seed: u64, basic: bool) -> Self {
        let mut dice = Dice::new(seed);
        let schema = Schema::random(&mut dice);
        let mut system = System {
            types: schema.text(),
            ..System::default()
        };
        let rules = 2 + dice.below(5);
        let rule = |i| {
            let mut writer = Writer::new(&mut dice, &schema);
            writer.basic = basic;
            writer.rule(format!("r{i}"))
        };
        system.rules = (0..rules).map(rule).collect();
        system.rules.extend(churn::rules(&mut dice, &schema));
        let mut writer = Writer::new(&mut dice, &schema);
        writer.basic = basic;
        writer.model(&mut system);
        system
    }
}
