//! From the start graph to all graphs that can be reached.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::atomic::{AtomicBool, Ordering},
};

use kairos_model::probe::ProbeId;
use kairos_rewrite::{graph::HostGraph, matcher::Matcher, naive::NaiveMatcher};

use crate::{
    chain::Chain,
    error::{Error, Result},
    immediate::{Vanishing, eliminate},
    isomorphism::Classes,
    markov::Markov,
    moves::{Counters, Move, Mover, Moves},
};

/// A graph with what can happen in it.
enum State {
    Tangible(Tangible),
    Vanishing(Vanishing),
}

struct Tangible {
    to: BTreeMap<usize, f64>,
    gains: Vec<f64>,
    readings: Vec<Option<f64>>,
}

impl Markov {
    /// Finds all graphs that can be reached from `start`, at most `limit` of them up to isomorphism, and makes a chain of them.
    ///
    /// # Errors
    /// A fault of the model in one of them, more of them than allowed, immediate events without end, an interruption.
    pub fn explore(&self, start: HostGraph, limit: usize, halt: &AtomicBool) -> Result<Chain> {
        let counters = Counters::new(&self.program);
        let mut classes = Classes::default();
        let mut states = Vec::new();
        classes.class(&start);
        let mut waiting = VecDeque::from([start]);
        while let Some(graph) = waiting.pop_front() {
            if halt.load(Ordering::Relaxed) {
                return Err(Error::Interrupted);
            }
            let number = states.len();
            let matcher = NaiveMatcher::start(&self.program, graph)?;
            let moves = Mover::new(self, &counters, &matcher).moves()?;
            let mut visit = |mut each: Move| {
                let to = each.to.take().map_or((number, false), |graph| {
                    let class = classes.class(&graph);
                    if class.1 {
                        waiting.push_back(graph);
                    }
                    class
                });
                (to.0, each)
            };
            states.push(match moves {
                Moves::Timed(moves) => State::Tangible(Tangible {
                    readings: self.readings(&matcher),
                    ..tangible(moves.into_iter().map(&mut visit), number, counters.len())
                }),
                Moves::Immediate(moves) => {
                    let (to, gains) = gather(moves.into_iter().map(&mut visit), counters.len());
                    State::Vanishing(Vanishing { to, gains })
                }
            });
            if classes.len() > limit {
                let waiting = waiting.len();
                return Err(Error::TooMany { limit, waiting });
            }
        }
        self.chain(states, counters)
    }

    /// Whether two graphs are the same but for the names of their elements.
    #[must_use]
    pub fn are_same(a: &HostGraph, b: &HostGraph) -> bool {
        let mut classes = Classes::default();
        classes.class(a);
        !classes.class(b).1
    }

    fn readings(&self, matcher: &NaiveMatcher) -> Vec<Option<f64>> {
        let probes = (0..).map(ProbeId).take(self.program.model.probes.len());
        probes.map(|probe| matcher.reading(probe)).collect()
    }

    /// Leaves out the states in which no time passes.
    fn chain(&self, states: Vec<State>, counters: Counters) -> Result<Chain> {
        let mut vanishing = Vec::with_capacity(states.len());
        let mut tangible = Vec::with_capacity(states.len());
        for state in states {
            let (t, v) = match state {
                State::Tangible(t) => (Some(t), None),
                State::Vanishing(v) => (None, Some(v)),
            };
            tangible.push(t);
            vanishing.push(v);
        }
        eliminate(&mut vanishing)
            .map_err(|state| Error::Standstill(self.fired(&vanishing, state)))?;
        let mut numbers = vec![usize::MAX; tangible.len()];
        let there = (0..tangible.len()).filter(|&s| tangible[s].is_some());
        there
            .enumerate()
            .for_each(|(number, s)| numbers[s] = number);
        let mut chain = Chain {
            rows: Vec::new(),
            gains: Vec::new(),
            readings: Vec::new(),
            initial: Vec::new(),
            at_once: vec![0.0; counters.len()],
            vanished: vanishing.iter().flatten().count(),
            counters,
        };
        let renumbered = |to: BTreeMap<usize, f64>| {
            let mut row: Vec<(usize, f64)> = to.into_iter().map(|(s, w)| (numbers[s], w)).collect();
            row.sort_unstable_by_key(|t| t.0);
            row
        };
        let start = BTreeMap::from([(0, 1.0)]);
        chain.initial = renumbered(through(start, &mut chain.at_once, &vanishing));
        for (state, tangible) in tangible.into_iter().enumerate() {
            let Some(Tangible {
                to,
                mut gains,
                readings,
            }) = tangible
            else {
                continue;
            };
            let mut to = through(to, &mut gains, &vanishing);
            to.remove(&state);
            chain.rows.push(renumbered(to));
            chain.gains.push(gains);
            chain.readings.push(readings);
        }
        Ok(chain)
    }

    /// The rules that fire at once in a state, for a message.
    fn fired(&self, vanishing: &[Option<Vanishing>], state: usize) -> String {
        let gains = vanishing[state].as_ref().map_or(&[][..], |v| &v.gains);
        let rules = self.program.model.rules.iter().zip(gains.chunks(2));
        let fired = rules.filter(|(_, gains)| gains.iter().any(|&g| g > 0.0));
        let names: Vec<String> = fired.map(|(rule, _)| format!("`{}`", rule.name)).collect();
        names.join(", ")
    }
}

/// Sums up moves: where to, and what they count.
fn gather(
    moves: impl Iterator<Item = (usize, Move)>,
    counters: usize,
) -> (BTreeMap<usize, f64>, Vec<f64>) {
    let (mut to, mut gains) = (BTreeMap::new(), vec![0.0; counters]);
    for (state, each) in moves {
        *to.entry(state).or_insert(0.0) += each.weight;
        for (counter, gain) in each.gains {
            gains[counter] += each.weight * gain;
        }
    }
    (to, gains)
}

/// What leads back to the same state is no transition, though it is counted.
fn tangible(moves: impl Iterator<Item = (usize, Move)>, state: usize, counters: usize) -> Tangible {
    let (mut to, gains) = gather(moves, counters);
    to.remove(&state);
    Tangible {
        to,
        gains,
        readings: Vec::new(),
    }
}

/// Follows what leads to vanishing states to where they lead, and counts what happens on the way.
fn through(
    to: BTreeMap<usize, f64>,
    gains: &mut [f64],
    vanishing: &[Option<Vanishing>],
) -> BTreeMap<usize, f64> {
    let mut reached = BTreeMap::new();
    for (state, weight) in to {
        let Some(at_once) = &vanishing[state] else {
            *reached.entry(state).or_insert(0.0) += weight;
            continue;
        };
        for (&state, &p) in &at_once.to {
            *reached.entry(state).or_insert(0.0) += weight * p;
        }
        let more = gains.iter_mut().zip(&at_once.gains);
        more.for_each(|(gain, more)| *gain += weight * more);
    }
    reached
}
