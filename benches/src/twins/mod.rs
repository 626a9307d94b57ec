//! Programs written by hand, each for one model of `models/bench`: flat arrays, one generator, and the schedule that suits.
//!
//! Those whose model has a clock for each event are generic over their [`Agenda`]; the others draw from the total of all rates, as their
//! models do.

mod churn;
mod clock;
mod mutex;
mod name_drop;
mod rewiring;
mod rewiring_gsmp;

pub use churn::Churn;
pub use clock::Clock;
pub use mutex::Mutex;
pub use name_drop::NameDrop;
pub use rewiring::Rewiring;
pub use rewiring_gsmp::RewiringGsmp;

use kairos_sim::draw::{KeyedRng, Name, Place, Randomness};
use rand_distr::{Distribution, Exp1, StandardNormal};

use crate::agenda::Agenda;

/// A replication in progress.
pub trait Twin {
    /// Runs to a time, every step that is due by then included. Once only.
    fn run(&mut self, until: f64);

    /// Steps made, those without effect included.
    fn steps(&self) -> u64;

    /// What the model's probes of these names give.
    fn metrics(&self) -> Vec<(&'static str, f64)>;
}

/// Starts a replication of n peers, clients, processes.
pub type Start = fn(n: u32, replication: u64) -> Box<dyn Twin>;

/// A twin, ready to be boxed.
fn boxed<T: Twin + 'static>(twin: T) -> Box<dyn Twin> {
    Box::new(twin)
}

/// Starts the twin with a schedule.
macro_rules! starts {
    ($($name:ident $twin:ident;)*) => {$(
        #[doc = concat!("Starts [`", stringify!($twin), "`] with some agenda.")]
        #[must_use]
        pub fn $name<A: Agenda + 'static>(n: u32, replication: u64) -> Box<dyn Twin> {
            boxed($twin::<A>::start(n, Chance::new(replication)))
        }
    )*};
}
starts! {
    clock Clock;
    name_drop NameDrop;
    rewiring_gsmp RewiringGsmp;
    mutex Mutex;
}

/// Starts [`Rewiring`].
#[must_use]
pub fn rewiring(n: u32, replication: u64) -> Box<dyn Twin> {
    boxed(Rewiring::start(n, Chance::new(replication)))
}

/// Starts [`Churn`].
#[must_use]
pub fn churn(n: u32, replication: u64) -> Box<dyn Twin> {
    boxed(Churn::start(n, Chance::new(replication)))
}

/// Random numbers, one after the other: SplitMix64, with the ziggurats of `rand_distr`.
#[derive(Debug)]
pub struct Chance(KeyedRng);

impl Chance {
    /// Those of a replication.
    #[must_use]
    pub fn new(replication: u64) -> Self {
        const RANDOM_SEED: u64 = 20_260_102;
        Chance(Randomness::new(RANDOM_SEED, replication).rng(Name::START, Place::DELAY))
    }

    #[inline]
    fn exponential(&mut self, mean: f64) -> f64 {
        let value: f64 = Exp1.sample(&mut self.0);
        mean * value
    }

    /// A normal conditioned on being positive.
    #[inline]
    fn normal(&mut self, mean: f64, sd: f64) -> f64 {
        loop {
            let standard: f64 = StandardNormal.sample(&mut self.0);
            let value = mean + sd * standard;
            if value > 0.0 {
                return value;
            }
        }
    }

    /// Uniform in (0, 1).
    #[inline]
    fn uniform(&mut self) -> f64 {
        self.0.uniform()
    }

    /// An index below a length.
    #[inline]
    fn below(&mut self, n: usize) -> usize {
        self.0.below(n as u64) as usize
    }
}

/// The mean of a level over time, from the end of the warm-up.
#[derive(Debug)]
struct TimeMean {
    warm_up: f64,
    since: f64,
    integral: f64,
}

impl TimeMean {
    fn new(warm_up: f64) -> Self {
        TimeMean {
            warm_up,
            since: warm_up,
            integral: 0.0,
        }
    }

    /// The level was so high until now.
    #[inline]
    fn until(&mut self, now: f64, level: usize) {
        if now > self.since {
            self.integral += level as f64 * (now - self.since);
            self.since = now;
        }
    }

    fn mean(&self) -> f64 {
        self.integral / (self.since - self.warm_up)
    }
}
