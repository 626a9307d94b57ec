//! From families and parameters, as a model has them, to laws and values.

use kairos_model::{
    model::Model,
    timer::Family,
    types::{Type, Value},
};
use kairos_rewrite::error::Fault;

use crate::{
    draw::{KeyedRng, Name, Place, Randomness},
    law::{Bernoulli, Column, Law, LawError, UniformInt},
};

/// The columns of a model's tables that empirical laws draw from.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    tables: Vec<Vec<Option<Column>>>,
}

impl Columns {
    /// All columns of numbers.
    pub(crate) fn new(model: &Model) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a delay is a Real")]
        let real = |ty: Type, bits: u64| match ty {
            Type::Int => bits.cast_signed() as f64,
            _ => f64::from_bits(bits),
        };
        let column = |c: &kairos_model::model::Column| {
            let numbers = matches!(c.ty, Type::Int | Type::Real);
            let values: Vec<f64> = c.bits.iter().map(|&b| real(c.ty, b)).collect();
            numbers.then(|| Column::new(&values).ok()).flatten()
        };
        Columns {
            tables: model
                .tables
                .iter()
                .map(|t| t.columns.iter().map(column).collect())
                .collect(),
        }
    }
}

/// A parameter as a law takes it.
#[expect(
    clippy::cast_precision_loss,
    reason = "an Int parameter (Erlang's k) is small"
)]
pub(crate) fn parameter(value: Value) -> f64 {
    match value {
        Value::Int(i) => i as f64,
        Value::Real(r) => r,
        Value::Bool(_) | Value::Enumerator(..) => unreachable!("check gives laws numbers only"),
    }
}

/// The law of a family of real values.
pub(crate) fn law<'c>(
    family: Family,
    parameters: &[f64],
    columns: &'c Columns,
) -> Result<Law<'c>, LawError> {
    let p = parameters;
    match family {
        Family::ExponentialRate => Law::exponential(p[0]),
        Family::ExponentialMean => Law::exponential_mean(p[0]),
        Family::Normal => Law::normal(p[0], p[1]),
        Family::LogNormalMoments => Law::log_normal(p[0], p[1]),
        Family::LogNormal => Law::log_normal_of_log(p[0], p[1]),
        Family::Uniform => Law::uniform(p[0], p[1]),
        Family::Weibull => Law::weibull(p[0], p[1]),
        Family::WeibullMean => Law::weibull_mean(p[0], p[1]),
        Family::Pareto => Law::pareto(p[0], p[1]),
        Family::ParetoMean => Law::pareto_mean(p[0], p[1]),
        Family::Gamma => Law::gamma(p[0], p[1]),
        Family::GammaMoments => Law::gamma_moments(p[0], p[1]),
        Family::Erlang => Law::erlang(p[0], p[1]),
        Family::ErlangMean => Law::erlang_mean(p[0], p[1]),
        Family::Triangular => Law::triangular(p[0], p[1], p[2]),
        Family::Empirical { table, column } => {
            let column = columns.tables[table.index()][column].as_ref();
            Law::empirical(
                column.expect("check lets only columns of numbers be drawn from"),
                p[0],
            )
        }
        Family::Deterministic => Law::deterministic(p[0]),
        Family::Never => Ok(Law::never()),
        Family::Immediate | Family::UniformInt | Family::Bernoulli => {
            unreachable!("not a law of real values")
        }
    }
}

/// A value of `draw(…)`, keyed by a name and a place.
pub(crate) fn draw(
    randomness: &Randomness,
    name: Name,
    place: Place,
    family: Family,
    parameters: &[Value],
    columns: &Columns,
) -> Result<Value, Fault> {
    let mut rng: KeyedRng = randomness.rng(name, place);
    match (family, parameters) {
        (Family::UniformInt, &[Value::Int(low), Value::Int(high)]) => Ok(Value::Int(
            UniformInt::new(low, high).map_err(fault)?.draw(&mut rng),
        )),
        (Family::Bernoulli, &[p]) => Ok(Value::Bool(
            Bernoulli::new(parameter(p)).map_err(fault)?.draw(&mut rng),
        )),
        _ => {
            let parameters: smallvec::SmallVec<[f64; 4]> =
                parameters.iter().map(|&v| parameter(v)).collect();
            let value = law(family, &parameters, columns)
                .map_err(fault)?
                .draw(&mut rng);
            if value.is_finite() {
                Ok(Value::Real(value))
            } else {
                Err(Fault::NotFinite)
            }
        }
    }
}

/// A parameter outside its domain, as a run-time fault.
pub(crate) fn fault(error: LawError) -> Fault {
    let LawError {
        law,
        parameter,
        value,
        requirement,
    } = error;
    Fault::Domain {
        law,
        parameter,
        value,
        requirement,
    }
}
