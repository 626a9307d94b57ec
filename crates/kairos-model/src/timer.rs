//! Checked timers: the laws of delays.

use crate::{
    expr::{Formula, TableId, Var},
    source::Span,
    types::Type,
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
    /// `Weibull(mean, shape)`.
    WeibullMean,
    /// `Pareto(min, shape)`.
    Pareto,
    /// `Pareto(mean, shape)`.
    ParetoMean,
    /// `Gamma(shape, scale)`.
    Gamma,
    /// `Gamma(mean, sd)`.
    GammaMoments,
    /// `Erlang(k, rate)`; k an `Int`.
    Erlang,
    /// `Erlang(k, mean)`; k an `Int`.
    ErlangMean,
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

impl Family {
    /// The name under which a law is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Family::ExponentialRate | Family::ExponentialMean => "Exponential",
            Family::Normal => "Normal",
            Family::LogNormalMoments | Family::LogNormal => "LogNormal",
            Family::Uniform => "Uniform",
            Family::Weibull | Family::WeibullMean => "Weibull",
            Family::Pareto | Family::ParetoMean => "Pareto",
            Family::Gamma | Family::GammaMoments => "Gamma",
            Family::Erlang | Family::ErlangMean => "Erlang",
            Family::Triangular => "Triangular",
            Family::Empirical { .. } => "Empirical",
            Family::Deterministic => "Deterministic",
            Family::Immediate => "Immediate",
            Family::Never => "Never",
            Family::UniformInt => "UniformInt",
            Family::Bernoulli => "Bernoulli",
        }
    }

    /// The names and types of the parameters that a law computes with, in the order of [`Law::parameters`].
    #[must_use]
    pub const fn parameters(self) -> &'static [(&'static str, Type)] {
        use Type::{Int, Real};
        match self {
            Family::ExponentialRate => &[("rate", Real)],
            Family::ExponentialMean => &[("mean", Real)],
            Family::Normal | Family::LogNormalMoments | Family::GammaMoments => {
                &[("mean", Real), ("sd", Real)]
            }
            Family::LogNormal => &[("mu", Real), ("sigma", Real)],
            Family::Uniform => &[("low", Real), ("high", Real)],
            Family::Weibull | Family::Gamma => &[("shape", Real), ("scale", Real)],
            Family::Pareto => &[("min", Real), ("shape", Real)],
            Family::WeibullMean | Family::ParetoMean => &[("mean", Real), ("shape", Real)],
            Family::Erlang => &[("k", Int), ("rate", Real)],
            Family::ErlangMean => &[("k", Int), ("mean", Real)],
            Family::Triangular => &[("min", Real), ("mode", Real), ("max", Real)],
            Family::Empirical { .. } => &[("scale", Real)],
            Family::Deterministic => &[("value", Real)],
            Family::Immediate => &[("priority", Int), ("weight", Real)],
            Family::Never => &[],
            Family::UniformInt => &[("low", Int), ("high", Int)],
            Family::Bernoulli => &[("p", Real)],
        }
    }
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
