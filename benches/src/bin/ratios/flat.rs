//! Whether a step costs as much in a large graph as in a small one.

use std::fmt;

/// The ratio at the largest size is at most so many times that at the smallest.
const GROWTH_OF_RATIO: f64 = 1.5;

/// So far may search steps lie from the middle of their range, relative to it; and index steps above growth like log n.
const TOLERANCE: f64 = 0.05;

/// What was measured at a size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At {
    pub(crate) n: u32,
    /// The engine's time over that of the twin, if there is one.
    pub(crate) ratio: Option<f64>,
    /// A step, on average.
    pub(crate) search_steps: f64,
    /// A step, on average.
    pub(crate) index_steps: f64,
}

/// The verdict over a model, from the smallest and the largest size and all between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    smallest: u32,
    largest: u32,
    growth: Option<f64>,
    /// How far search steps lie from the middle of their range, as a share of it.
    spread: f64,
    /// How many times faster than log n index steps grow.
    index_growth: f64,
}

impl Verdict {
    /// Of ascending sizes, of which there must be two.
    pub(crate) fn of(sizes: &[At]) -> Option<Verdict> {
        let (first, last) = (sizes.first()?, sizes.last()?);
        if first.n >= last.n {
            return None;
        }
        let steps = || sizes.iter().map(|at| at.search_steps);
        let low = steps().fold(f64::INFINITY, f64::min);
        let high = steps().fold(0.0, f64::max);
        let logarithms = f64::from(last.n).ln() / f64::from(first.n).ln();
        Some(Verdict {
            smallest: first.n,
            largest: last.n,
            growth: last.ratio.zip(first.ratio).map(|(l, f)| l / f),
            spread: relative(high - low, high + low),
            index_growth: relative(last.index_steps, first.index_steps) / logarithms,
        })
    }

    /// Nothing grows that should not.
    fn is_flat(self) -> bool {
        self.growth.is_none_or(|growth| growth <= GROWTH_OF_RATIO)
            && self.spread <= TOLERANCE
            && self.index_growth <= 1.0 + TOLERANCE
    }
}

/// A quotient, 0 where there is nothing.
fn relative(part: f64, whole: f64) -> f64 {
    if part == 0.0 { 0.0 } else { part / whole }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_flat() { "flat" } else { "not flat" };
        write!(f, "{verdict} from {} to {}: ", self.smallest, self.largest)?;
        if let Some(growth) = self.growth {
            write!(
                f,
                "the ratio grows {growth:.2}-fold (at most {GROWTH_OF_RATIO}), "
            )?;
        }
        write!(
            f,
            "search steps ± {:.1} % (at most {:.0})",
            100.0 * self.spread,
            100.0 * TOLERANCE
        )?;
        if self.index_growth > 0.0 {
            write!(
                f,
                ", index steps {:.2} times as fast as log n",
                self.index_growth
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(ratios: [f64; 2], search: [f64; 2], index: [f64; 2]) -> Verdict {
        let at = |i: usize| At {
            n: [1000, 1_000_000][i],
            ratio: Some(ratios[i]),
            search_steps: search[i],
            index_steps: index[i],
        };
        Verdict::of(&[at(0), at(1)]).expect("there are two sizes")
    }

    #[test]
    fn what_stays_is_flat() {
        assert!(sizes([2.0, 2.9], [10.0, 10.9], [10.0, 20.0]).is_flat());
        assert!(sizes([2.0, 1.0], [0.0, 0.0], [0.0, 0.0]).is_flat());
    }

    #[test]
    fn what_grows_is_not() {
        assert!(!sizes([2.0, 3.1], [10.0, 10.0], [10.0, 10.0]).is_flat());
        assert!(!sizes([2.0, 2.0], [10.0, 11.2], [10.0, 10.0]).is_flat());
        assert!(!sizes([2.0, 2.0], [10.0, 8.9], [10.0, 10.0]).is_flat());
        assert!(!sizes([2.0, 2.0], [10.0, 10.0], [10.0, 21.1]).is_flat());
        assert!(!sizes([2.0, 2.0], [0.0, 0.1], [0.0, 0.0]).is_flat());
    }
}
