//! Laws: families of distributions with evaluated parameters.
//!
//! A [`Law`] is any real-valued law, as `draw(…)` in an effect samples it; [`UniformInt`] and [`Bernoulli`] are
//! the laws of integers and truth values, for effects alone. A [`DelayLaw`] is a law that a timer may have:
//! F(0) = 0, every delay is greater than 0. A normal becomes the normal *conditioned on being positive* there
//! (truncated, not clamped); in an effect it stays the plain normal. The family `Immediate` has no delay and is
//! the engine's.
//!
//! Constructors check the domain of each parameter, so a law that exists can be sampled. Samplers use `libm`
//! throughout: `rand_distr` takes its logarithms from `libm` or from the standard library depending on the
//! features of unrelated crates, and so gives other values from one build to the next.

mod column;
mod delay;
mod discrete;
mod error;
mod family;
mod normal;
mod one_word;
mod special;
#[cfg(test)]
mod tests;
mod ziggurat;

pub use column::Column;
pub use delay::DelayLaw;
pub use discrete::{Bernoulli, UniformInt};
pub use error::LawError;
pub use family::Law;
pub(crate) use one_word::{OneWordExponential, OneWordNormal};
pub(crate) use ziggurat::standard_exponential;
