//! The chain in the long run.

use petgraph::{algo::tarjan_scc, graph::DiGraph};

use crate::{
    chain::{Chain, Solution},
    error::{Error, Result},
};

/// Up to so many states a class is solved by elimination, which loses no digits.
const ELIMINATED: usize = 1500;

/// When an iteration ends: what it changed in its last round, relative to the whole.
const PRECISION: f64 = 1e-14;

/// The most rounds of an iteration.
const MOST_ROUNDS: usize = 1_000_000;

impl Chain {
    /// Solves the chain for the share of time in each state over an infinite run.
    ///
    /// States that can be left for good have none. Where more than one class is never left, each has its stationary distribution times the
    /// probability that it is entered.
    ///
    /// # Errors
    /// Where an iteration does not converge.
    pub fn in_the_long_run(&self) -> Result<Solution> {
        let classes = self.closed_classes();
        let shares = self.entered(&classes)?;
        let mut share_of_time = vec![0.0; self.states()];
        for (class, share) in classes.iter().zip(shares) {
            let stationary = self.stationary(class)?;
            for (&state, p) in class.iter().zip(stationary) {
                share_of_time[state] = share * p;
            }
        }
        Ok(Solution {
            average: share_of_time.clone(),
            last: share_of_time,
            observed: None,
            from_start: false,
            classes: classes.len(),
        })
    }

    /// Classes of states that lead to each other and nowhere else; their states ascend.
    fn closed_classes(&self) -> Vec<Vec<usize>> {
        let mut graph = DiGraph::<(), ()>::with_capacity(self.states(), self.transitions());
        let vertices: Vec<_> = (0..self.states()).map(|_| graph.add_node(())).collect();
        for (state, row) in self.rows.iter().enumerate() {
            for &(to, _) in row.iter().filter(|(_, rate)| *rate > 0.0) {
                graph.add_edge(vertices[state], vertices[to], ());
            }
        }
        let mut class_of = vec![0; self.states()];
        let components = tarjan_scc(&graph);
        for (number, component) in components.iter().enumerate() {
            component.iter().for_each(|v| class_of[v.index()] = number);
        }
        let closed = |component: &[usize]| {
            let inside = |&(to, _): &(usize, f64)| class_of[to] == class_of[component[0]];
            component.iter().all(|&s| self.rows[s].iter().all(inside))
        };
        let states = components.iter().map(|component| {
            let mut states: Vec<usize> = component.iter().map(|v| v.index()).collect();
            states.sort_unstable();
            states
        });
        let mut classes: Vec<Vec<usize>> = states.filter(|c| closed(c)).collect();
        classes.sort_unstable();
        classes
    }

    /// The probability that each class is entered.
    fn entered(&self, classes: &[Vec<usize>]) -> Result<Vec<f64>> {
        if classes.len() == 1 {
            return Ok(vec![1.0]);
        }
        let mut class_of = vec![None; self.states()];
        for (number, class) in classes.iter().enumerate() {
            class.iter().for_each(|&s| class_of[s] = Some(number));
        }
        let from_start = |chances: &[f64]| self.initial.iter().map(|&(s, p)| p * chances[s]).sum();
        let chances = (0..classes.len()).map(|c| self.chances(&class_of, c));
        chances.map(|chances| Ok(from_start(&chances?))).collect()
    }

    /// By state, the probability that it ends in a class: Gauss and Seidel's iteration.
    fn chances(&self, class_of: &[Option<usize>], class: usize) -> Result<Vec<f64>> {
        let sure = |of: &Option<usize>| if *of == Some(class) { 1.0 } else { 0.0 };
        let mut chances: Vec<f64> = class_of.iter().map(sure).collect();
        let mut moved = 0.0;
        for _ in 0..MOST_ROUNDS {
            moved = 0.0;
            for state in (0..self.states()).rev().filter(|&s| class_of[s].is_none()) {
                let of = |&(to, rate): &(usize, f64)| rate * chances[to];
                let next = self.rows[state].iter().map(of).sum::<f64>() / self.exit(state);
                moved = f64::max(moved, (next - chances[state]).abs());
                chances[state] = next;
            }
            if moved < PRECISION {
                return Ok(chances);
            }
        }
        Err(Error::NoConvergence(moved))
    }

    /// The stationary distribution of a class that is never left.
    fn stationary(&self, class: &[usize]) -> Result<Vec<f64>> {
        let mut position = vec![usize::MAX; self.states()];
        class.iter().enumerate().for_each(|(i, &s)| position[s] = i);
        let rates: Vec<Vec<(usize, f64)>> = class
            .iter()
            .map(|&s| {
                self.rows[s]
                    .iter()
                    .map(|&(to, rate)| (position[to], rate))
                    .collect()
            })
            .collect();
        if class.len() <= ELIMINATED {
            Ok(by_elimination(&rates))
        } else {
            by_iteration(&rates)
        }
    }
}

/// Grassmann, Taksar and Heyman's elimination: states are left out one by one, the last first, without a subtraction.
fn by_elimination(rates: &[Vec<(usize, f64)>]) -> Vec<f64> {
    let n = rates.len();
    let mut a = vec![0.0; n * n];
    for (state, row) in rates.iter().enumerate() {
        row.iter().for_each(|&(to, rate)| a[state * n + to] += rate);
    }
    for k in (1..n).rev() {
        let out: f64 = a[k * n..k * n + k].iter().sum();
        for i in 0..k {
            a[i * n + k] /= out;
            let through = a[i * n + k];
            if through > 0.0 {
                for j in (0..k).filter(|&j| j != i) {
                    a[i * n + j] += through * a[k * n + j];
                }
            }
        }
    }
    let mut stationary = vec![1.0; n];
    for k in 1..n {
        stationary[k] = (0..k).map(|i| stationary[i] * a[i * n + k]).sum();
    }
    normalised(stationary)
}

/// Gauss and Seidel's iteration of the balance equations.
fn by_iteration(rates: &[Vec<(usize, f64)>]) -> Result<Vec<f64>> {
    let n = rates.len();
    let mut into: Vec<Vec<(usize, f64)>> = vec![Vec::new(); n];
    let mut exit = vec![0.0; n];
    for (state, row) in rates.iter().enumerate() {
        for &(to, rate) in row {
            into[to].push((state, rate));
            exit[state] += rate;
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "fewer than 2^52 states")]
    let mut p = vec![1.0 / n as f64; n];
    let mut moved = 0.0;
    for _ in 0..MOST_ROUNDS {
        moved = 0.0;
        for state in 0..n {
            let inflow: f64 = into[state].iter().map(|&(from, rate)| p[from] * rate).sum();
            let next = inflow / exit[state];
            moved += (next - p[state]).abs();
            p[state] = next;
        }
        p = normalised(p);
        if moved < PRECISION {
            return Ok(p);
        }
    }
    Err(Error::NoConvergence(moved))
}

fn normalised(mut p: Vec<f64>) -> Vec<f64> {
    let total: f64 = p.iter().sum();
    p.iter_mut().for_each(|p| *p /= total);
    p
}

#[cfg(test)]
mod tests {
    use super::{by_elimination, by_iteration};

    /// A birth–death chain has products of ratios for a stationary distribution.
    #[test]
    fn both_methods_solve_birth_and_death() {
        let n = 40;
        let (birth, death) = (|k: usize| 1.0 + k as f64, |k: usize| 2.5 * k as f64);
        let row = |k: usize| {
            let up = (k + 1 < n).then(|| (k + 1, birth(k)));
            let down = k.checked_sub(1).map(|below| (below, death(k)));
            up.into_iter().chain(down).collect()
        };
        let rates: Vec<Vec<(usize, f64)>> = (0..n).map(row).collect();
        let mut expected = vec![1.0];
        for k in 1..n {
            expected.push(expected[k - 1] * birth(k - 1) / death(k));
        }
        let total: f64 = expected.iter().sum();
        for solved in [by_elimination(&rates), by_iteration(&rates).unwrap()] {
            for (p, e) in solved.iter().zip(&expected) {
                assert!((p - e / total).abs() < 1e-12, "{p} {}", e / total);
            }
        }
    }
}
