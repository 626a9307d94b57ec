//! Every way in which the draws of an effect can come out, one after the other.

use kairos_model::{timer::Family, types::Value};
use kairos_rewrite::{error::Fault, matcher::Cause};

/// The outcomes of the draws of one application, in the order in which they are asked for.
#[derive(Debug, Default)]
pub(crate) struct Script {
    draws: Vec<Draw>,
    /// How many were asked for in this reading.
    asked: usize,
    created: u64,
}

#[derive(Debug)]
struct Draw {
    /// The outcome of this reading.
    chosen: usize,
    /// Values and their probabilities, none of which is 0.
    outcomes: Vec<(Value, f64)>,
}

impl Script {
    /// The probability of this reading.
    pub(crate) fn probability(&self) -> f64 {
        let of = |draw: &Draw| draw.outcomes[draw.chosen].1;
        self.draws.iter().map(of).product()
    }

    /// Turns to the next reading, if there is one.
    pub(crate) fn turn(&mut self) -> bool {
        self.asked = 0;
        while let Some(last) = self.draws.last_mut() {
            last.chosen += 1;
            if last.chosen < last.outcomes.len() {
                return true;
            }
            self.draws.pop();
        }
        false
    }
}

impl Cause for Script {
    /// Names serve random draws alone; any that differ will do.
    fn name(&mut self, _position: u32, _extension: &[u64]) -> u64 {
        self.created += 1;
        self.created
    }

    fn draw(
        &mut self,
        family: Family,
        parameters: &[Value],
        _place: u32,
        _extension: &[u64],
    ) -> Result<Value, Fault> {
        if self.asked == self.draws.len() {
            self.draws.push(Draw {
                chosen: 0,
                outcomes: outcomes(family, parameters)?,
            });
        }
        let draw = &self.draws[self.asked];
        self.asked += 1;
        Ok(draw.outcomes[draw.chosen].0)
    }
}

/// The values of a discrete law with their probabilities.
fn outcomes(family: Family, parameters: &[Value]) -> Result<Vec<(Value, f64)>, Fault> {
    /// So many values of one draw are told apart.
    const MOST: i64 = 1 << 16;
    let domain = |parameter, value, requirement| Fault::Domain {
        law: if family == Family::Bernoulli {
            "Bernoulli"
        } else {
            "UniformInt"
        },
        parameter,
        value,
        requirement,
    };
    match (family, parameters) {
        (Family::Bernoulli, &[Value::Real(p)]) => {
            if !(0.0..=1.0).contains(&p) {
                return Err(domain("p", p, "from 0 to 1"));
            }
            let both = [(Value::Bool(true), p), (Value::Bool(false), 1.0 - p)];
            Ok(both.into_iter().filter(|(_, p)| *p > 0.0).collect())
        }
        (Family::UniformInt, &[Value::Int(low), Value::Int(high)]) => {
            let count = high.checked_sub(low).and_then(|d| d.checked_add(1));
            let count = count.filter(|n| (1..=MOST).contains(n));
            let Some(count) = count else {
                #[expect(clippy::cast_precision_loss, reason = "for a message")]
                let value = high as f64;
                return Err(domain(
                    "high",
                    value,
                    "at least low, and less than low + 65536",
                ));
            };
            #[expect(clippy::cast_precision_loss, reason = "at most 2^16")]
            let p = 1.0 / count as f64;
            Ok((low..=high).map(|value| (Value::Int(value), p)).collect())
        }
        _ => unreachable!("other laws were refused"),
    }
}
