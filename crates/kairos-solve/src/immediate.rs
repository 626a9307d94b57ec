//! States in which no time passes are left out: what leads to them leads to where they lead.

use std::collections::BTreeMap;

/// A state that is left at once: where to, with which probability, and what is counted on the way.
#[derive(Clone, Debug)]
pub(crate) struct Vanishing {
    pub(crate) to: BTreeMap<usize, f64>,
    pub(crate) gains: Vec<f64>,
}

/// Rewrites every vanishing state (by its number; `None` for others) so that it leads to states that are none, by Gaussian elimination
/// without subtraction (W. Grassmann, M. Taksar and D. Heyman, *Regenerative analysis and steady state distributions for Markov chains*,
/// 1985). Gives the number of a state from which there is no way out of them, if there is one.
pub(crate) fn eliminate(states: &mut [Option<Vanishing>]) -> Result<(), usize> {
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); states.len()];
    for (state, vanishing) in states.iter().enumerate() {
        for &to in vanishing.iter().flat_map(|v| v.to.keys()) {
            sources[to].push(state);
        }
    }
    for state in 0..states.len() {
        let Some(mut vanishing) = states[state].take() else {
            continue;
        };
        // Once the way back to itself is left out, what remains happens with certainty.
        let again = vanishing.to.remove(&state).unwrap_or(0.0);
        let onwards: f64 = vanishing.to.values().sum();
        if onwards <= 0.0 {
            states[state] = Some(vanishing);
            return Err(state);
        }
        vanishing.to.values_mut().for_each(|p| *p /= onwards);
        let times = 1.0 + again / onwards;
        vanishing.gains.iter_mut().for_each(|gain| *gain *= times);
        for source in std::mem::take(&mut sources[state]) {
            let Some(other) = &mut states[source] else {
                continue;
            };
            let Some(share) = other.to.remove(&state) else {
                continue;
            };
            for (&to, &p) in &vanishing.to {
                *other.to.entry(to).or_insert(0.0) += share * p;
                sources[to].push(source);
            }
            let gains = other.gains.iter_mut().zip(&vanishing.gains);
            gains.for_each(|(gain, more)| *gain += share * more);
        }
        states[state] = Some(vanishing);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Vanishing, eliminate};

    fn vanishing(to: &[(usize, f64)]) -> Option<Vanishing> {
        Some(Vanishing {
            to: to.iter().copied().collect(),
            gains: vec![1.0],
        })
    }

    /// A walk between two states that is left with probability 1/2 from one and 1/4 from the other.
    #[test]
    fn a_circle_is_gone_round_until_it_is_left() {
        let mut states = [
            vanishing(&[(1, 0.5), (2, 0.5)]),
            vanishing(&[(0, 0.75), (3, 0.25)]),
            None,
            None,
        ];
        eliminate(&mut states).unwrap();
        let first = states[0].as_ref().unwrap();
        assert!((first.to[&2] - 0.8).abs() < 1e-15 && (first.to[&3] - 0.2).abs() < 1e-15);
        assert!((first.gains[0] - 2.4).abs() < 1e-14, "expected steps");
        let second = states[1].as_ref().unwrap();
        assert!((second.to[&3] - 0.4).abs() < 1e-15 && (second.gains[0] - 2.8).abs() < 1e-14);
    }

    #[test]
    fn a_circle_without_a_way_out_is_found() {
        let mut states = [vanishing(&[(1, 1.0)]), vanishing(&[(0, 1.0)]), None];
        assert!(eliminate(&mut states).is_err());
    }
}
