//! What theory knows of some of the chains.

use super::{Solved, cases, of};

/// Name, solved value, closed form.
pub(super) fn all() -> Vec<(&'static str, f64, f64)> {
    let queue = Solved::new(&cases::full_queue().case).in_the_long_run();
    let loss = Solved::new(&cases::loss().case).in_the_long_run();
    let calls = Solved::new(&cases::loss().case).until_horizon();
    let share: Vec<f64> = (0..=6).map(|k| 0.8f64.powi(k)).collect();
    let total: f64 = share.iter().sum();
    let mean: f64 = (0..)
        .zip(&share)
        .map(|(k, p)| f64::from(k) * p / total)
        .sum();
    let square: f64 = (0..)
        .zip(&share)
        .map(|(k, p)| f64::from(k * k) * p / total)
        .sum();
    let blocked = erlang_b(4, 3.0);
    let relaxed = transient_loss();
    vec![
        ("M/M/1/6, mean length", of(&queue, "length.mean"), mean),
        (
            "M/M/1/6, standard deviation",
            of(&queue, "length.sd"),
            (square - mean * mean).sqrt(),
        ),
        (
            "M/M/1/6, losses",
            of(&queue, "lost.rate"),
            0.8 * share[6] / total,
        ),
        (
            "M/M/4/4, losses (Erlang B)",
            of(&loss, "lost.rate"),
            3.0 * blocked,
        ),
        (
            "M/M/4/4, busy lines",
            of(&loss, "busy.mean"),
            3.0 * (1.0 - blocked),
        ),
        (
            "M/M/4/4 from empty, busy lines after 10",
            of(&calls, "busy.last"),
            relaxed.0,
        ),
        (
            "M/M/4/4 from empty, calls lost by 10",
            of(&calls, "lost.count"),
            relaxed.1,
        ),
    ]
}

/// Erlang's recursion.
fn erlang_b(lines: u32, load: f64) -> f64 {
    (1..=lines).fold(1.0, |blocked, k| {
        load * blocked / (f64::from(k) + load * blocked)
    })
}

/// Busy lines at 10 and calls lost until then, with four lines from empty on: the five Kolmogorov equations by Runge and Kutta's method of
/// fourth order in 100,000 steps, whose error is below 10⁻¹².
fn transient_loss() -> (f64, f64) {
    const STEPS: u32 = 100_000;
    type Vector = [f64; 6];
    // Probabilities of 0 to 4 busy lines, and the losses so far.
    let slope = |p: &Vector| -> Vector {
        let up = |k: usize| if k < 4 { 3.0 * p[k] } else { 0.0 };
        let down = |k: usize| k as f64 * p[k];
        std::array::from_fn(|k| match k {
            5 => 3.0 * p[4],
            _ => {
                let below = if k > 0 { up(k - 1) } else { 0.0 };
                let above = if k < 4 { down(k + 1) } else { 0.0 };
                below + above - up(k) - down(k)
            }
        })
    };
    let moved = |p: &Vector, by: f64, along: &Vector| -> Vector {
        std::array::from_fn(|k| p[k] + by * along[k])
    };
    let mut p: Vector = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let step = 10.0 / f64::from(STEPS);
    for _ in 0..STEPS {
        let a = slope(&p);
        let b = slope(&moved(&p, step / 2.0, &a));
        let c = slope(&moved(&p, step / 2.0, &b));
        let d = slope(&moved(&p, step, &c));
        p = std::array::from_fn(|k| p[k] + step / 6.0 * (a[k] + 2.0 * b[k] + 2.0 * c[k] + d[k]));
    }
    ((0..5).map(|k| k as f64 * p[k]).sum(), p[5])
}
