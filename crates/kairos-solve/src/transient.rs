//! The chain over a stretch of time, by uniformisation.

use crate::{
    chain::{Chain, Solution},
    error::{Error, Result},
    poisson::Poisson,
};

/// The most steps of the uniformised chain.
const MOST_STEPS: f64 = 1e8;

/// What may be wrong with a probability in the end.
const PRECISION: f64 = 1e-13;

impl Chain {
    /// Solves the chain for the time from `warm_up` to `horizon` (model units; `warm_up < horizon`): probabilities at the horizon, and
    /// averaged over that time. They are off by less than 10⁻¹² in sum.
    ///
    /// The chain jumps at the times of a Poisson process as fast as its fastest state (A. Jensen, *Markoff chains as an aid in the study
    /// of Markoff processes*, 1953); the time in a state until t is a sum over the number of jumps so far (A. Reibman and K. Trivedi,
    /// *Transient analysis of cumulative measures of Markov model behavior*, 1989).
    ///
    /// # Errors
    /// Where rates times horizon give more than 10⁸ jumps.
    pub fn until(&self, warm_up: f64, horizon: f64) -> Result<Solution> {
        let fastest = (0..self.states()).map(|s| self.exit(s)).fold(0.0, f64::max);
        if fastest * horizon > MOST_STEPS {
            return Err(Error::TooLong(fastest * horizon));
        }
        let solution = |last, average| Solution {
            last,
            average,
            observed: Some(horizon - warm_up),
            from_start: warm_up == 0.0,
            classes: 0,
        };
        let mut now = self.start();
        if fastest == 0.0 {
            return Ok(solution(now.clone(), now));
        }
        let (before, until) = (
            Poisson::new(fastest * warm_up),
            Poisson::new(fastest * horizon),
        );
        let (mut last, mut spent) = (vec![0.0; now.len()], vec![0.0; now.len()]);
        let mut left = horizon - warm_up;
        for jumps in 0..=until.last() {
            let here = (before.up_to(jumps) - until.up_to(jumps)).max(0.0) / fastest;
            left -= here;
            add(&mut last, until.of(jumps), &now);
            add(&mut spent, here, &now);
            let next = self.jump(&now, fastest);
            let moved: f64 = next.iter().zip(&now).map(|(a, b)| (a - b).abs()).sum();
            now = next;
            #[expect(clippy::cast_precision_loss, reason = "at most 10^8")]
            if moved * ((until.last() - jumps) as f64) < PRECISION {
                // From here on the distribution stands still.
                add(&mut last, 1.0 - until.up_to(jumps), &now);
                add(&mut spent, left.max(0.0), &now);
                break;
            }
        }
        spent.iter_mut().for_each(|time| *time /= horizon - warm_up);
        Ok(solution(last, spent))
    }

    /// The distribution after one jump of the chain that jumps at rate `fastest` everywhere.
    fn jump(&self, now: &[f64], fastest: f64) -> Vec<f64> {
        let mut next = now.to_vec();
        for (state, row) in self.rows.iter().enumerate() {
            if now[state] == 0.0 {
                continue;
            }
            let share = now[state] / fastest;
            for &(to, rate) in row {
                next[to] += share * rate;
                next[state] -= share * rate;
            }
        }
        next
    }
}

fn add(sum: &mut [f64], factor: f64, of: &[f64]) {
    if factor > 0.0 {
        sum.iter_mut()
            .zip(of)
            .for_each(|(sum, of)| *sum += factor * of);
    }
}
