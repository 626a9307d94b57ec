//! Checked timers: the laws of delays.

use crate::{
    expr::{Formula, TableId, Var},
    source::Span,
};

/// The timer of a rule. Its expressions stand in the rule's scope.
#[derive(Clone, Debug)]
pub struct Timer {
    /// The law of the delay.
    pub law: Law,
    /// What happens when what the parameters read has changed.
    pub on_change: OnChange,
    /// What happens to the delay of an event that is disabled.
    pub memory: Memory,
    /// One clock per match or one for the rule.
    pub clock: ClockMode,
    /// Names draws by a stream and a key instead of by the match.
    pub stream: Option<Stream>,
    /// Where it stands.
    pub span: Span,
}

/// A family with its parameters.
#[derive(Clone, Debug)]
pub struct Law {
    /// The family.
    pub family: Family,
    /// Its parameters, all `Real` but where [`Family`] says otherwise, in the order given there.
    pub parameters: Vec<Formula>,
}

/// Families of laws. Delays are in the model's unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `Exponential(rate)`.
    ExponentialRate,
    /// `Exponential(mean)`.
    ExponentialMean,
    /// `Normal(mean, sd)`; as a delay conditioned on being positive.
    Normal,
    /// `LogNormal(mean, sd)`, moments of the value itself.
    LogNormalMoments,
    /// `LogNormal(mu, sigma)`, of the logarithm.
    LogNormal,
    /// `Uniform(low, high)`.
    Uniform,
    /// `Weibull(shape, scale)`.
    Weibull,
    /// `Gamma(shape, scale)`.
    Gamma,
    /// `Erlang(k, rate)`; k an `Int`.
    Erlang,
    /// `Triangular(min, mode, max)`.
    Triangular,
    /// `Empirical(table, column, scale)`: a value of the column, all rows alike, times `scale`.
    Empirical {
        /// The table.
        table: TableId,
        /// The column, of numbers.
        column: usize,
    },
    /// `Deterministic(value)`.
    Deterministic,
    /// `Immediate(priority, weight)`: before time moves on; priority an `Int`. Timers only.
    Immediate,
    /// `Never`. Timers only.
    Never,
    /// `UniformInt(low, high)`, `Int`, both ends included. Draws only.
    UniformInt,
    /// `Bernoulli(p)`, a `Bool`. Draws only.
    Bernoulli,
}

/// What happens when what the parameters read has changed (an exponential timer is always rescaled).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum OnChange {
    /// The schedule is kept.
    #[default]
    Keep,
    /// The event counts as newly active.
    Redraw,
}

/// Memory policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Memory {
    /// A disabled event forgets its delay.
    #[default]
    Enabling,
    /// A disabled event keeps what remains of its delay.
    Age,
}

/// One clock per match or one for the rule.
#[derive(Clone, Debug, Default)]
pub enum ClockMode {
    /// Each match has its own clock.
    #[default]
    Match,
    /// One clock for all matches (exponential timers only).
    Aggregate {
        /// For each component of the left-hand side (see [`crate::rule::Rule::components`]) a weight, where given: `Real`, not negative.
        weights: Vec<Option<Formula>>,
    },
}

/// Draws named by a stream and a key.
#[derive(Clone, Debug)]
pub struct Stream {
    /// The stream's name.
    pub name: String,
    /// Matched elements whose names key the draws.
    pub key: Vec<Var>,
}
