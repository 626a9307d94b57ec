//! Keyed draws: names of causes, and random words that are a pure function of them.
//!
//! Every firing, and every element of the host graph, has a [`Name`]: a 64-bit hash of what caused it. A draw is
//! keyed by ([`Randomness`], [`Name`], [`Place`]): the random seed and the replication, the firing that draws, and
//! the place in the rule's text that asks. Times, memory addresses and the order of draws never enter, so two
//! scenarios share the draws of the causes that they share (common random numbers).
//!
//! The hash and the generator are fixed for good: any change of them changes every trajectory under a given
//! random seed, and the tests pin their values.

mod mix;
mod name;
mod rng;
#[cfg(test)]
mod tests;

pub(crate) use name::Causes;
pub use name::{Name, RuleKey, StreamKey};
pub(crate) use rng::open_fraction;
pub use rng::{KeyedRng, Place, Randomness};
