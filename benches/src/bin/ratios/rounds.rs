//! Taking turns: in each round all contestants run one after the other, so that what else the machine does falls on all alike.

use std::time::Duration;

/// A contestant's turn goes on until so many steps were made: it is long against a context switch.
const STEPS_OF_TURN: u64 = 200_000;

/// No round is begun after so much time: the greatest sizes are run less often.
const ENOUGH: Duration = Duration::from_secs(60);

/// Time on the processor, and steps made in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turn {
    pub(crate) time: Duration,
    pub(crate) steps: u64,
}

impl Turn {
    pub(crate) fn nanoseconds_a_step(self) -> f64 {
        self.time.as_secs_f64() * 1e9 / self.steps as f64
    }
}

/// Runs the replication of a number.
pub(crate) type Contestant<'a> = Box<dyn FnMut(u64) -> Turn + 'a>;

/// What each contestant did in each round.
pub(crate) fn take(rounds: usize, mut contestants: Vec<Contestant<'_>>) -> Vec<Vec<Turn>> {
    let mut turns = vec![Vec::new(); contestants.len()];
    let mut replications = vec![0_u64..; contestants.len()];
    let mut spent = Duration::ZERO;
    for _ in 0..rounds {
        for ((contestant, turns), numbers) in contestants
            .iter_mut()
            .zip(&mut turns)
            .zip(&mut replications)
        {
            let mut turn = Turn::default();
            while turn.steps < STEPS_OF_TURN
                && let Some(number) = numbers.next()
            {
                let replication = contestant(number);
                turn.time += replication.time;
                turn.steps += replication.steps;
            }
            spent += turn.time;
            turns.push(turn);
        }
        if spent > ENOUGH {
            break;
        }
    }
    turns
}

/// The median of nanoseconds a step.
pub(crate) fn nanoseconds(turns: &[Turn]) -> f64 {
    median(turns.iter().map(|turn| turn.nanoseconds_a_step()))
}

/// The median of the rounds' ratios of times a step.
pub(crate) fn ratio(ours: &[Turn], theirs: &[Turn]) -> f64 {
    let rounds = ours.iter().zip(theirs);
    median(rounds.map(|(a, b)| a.nanoseconds_a_step() / b.nanoseconds_a_step()))
}

/// The median; of an even number the mean of the two in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = ((values.len() - 1) / 2, values.len() / 2);
    f64::midpoint(values[low], values[high])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
        assert_eq!(median([3.0, 1.0, 2.0, 9.0].into_iter()), 2.5);
    }

    #[test]
    fn contestants_take_turns_and_go_on_with_their_replications() {
        let said = std::cell::RefCell::new(Vec::new());
        let contestant = |who: char, steps: u64| -> Contestant<'_> {
            let said = &said;
            Box::new(move |number| {
                said.borrow_mut().push((who, number));
                Turn {
                    time: Duration::from_micros(steps),
                    steps,
                }
            })
        };
        let turns = take(2, vec![contestant('a', 100_000), contestant('b', 300_000)]);
        let expected = [('a', 0), ('a', 1), ('b', 0), ('a', 2), ('a', 3), ('b', 1)];
        assert_eq!(*said.borrow(), expected);
        assert_eq!(turns[0].len(), 2);
        assert_eq!(turns[0][1].steps, 200_000);
        assert!((ratio(&turns[0], &turns[1]) - 1.0).abs() < 1e-9);
    }
}
