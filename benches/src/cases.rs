//! What is measured: the models of `models/bench`, their sizes, and their twins.

use crate::{
    agenda::{Agenda, Calendar, Heap, OfEngine},
    twins::{self, Start},
};

/// A model, and what it is measured against.
#[derive(Clone, Debug)]
pub struct Case {
    /// The name of the file in `models/bench`, without its ending.
    pub name: &'static str,
    /// Values of the parameter `n`, ascending.
    pub sizes: &'static [u32],
    /// How long each replication lasts, in the model's time: the same at every size, so that all make the same mixture of steps.
    pub until: f64,
    /// The twins, by the name of their schedule. The best is the one that counts.
    pub twins: Vec<(&'static str, Start)>,
}

impl Case {
    /// The case of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Case> {
        all().into_iter().find(|case| case.name == name)
    }
}

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    const DECADES: &[u32] = &[1000, 10_000, 100_000, 1_000_000];
    let case = |name, sizes, until, twins| Case {
        name,
        sizes,
        until,
        twins,
    };
    /// One twin for each schedule.
    macro_rules! scheduled {
        ($start:ident) => {
            vec![
                (Heap::NAME, twins::$start::<Heap>),
                (Calendar::NAME, twins::$start::<Calendar>),
                (OfEngine::NAME, twins::$start::<OfEngine>),
            ]
        };
    }
    let totals = |start: Start| vec![("totals", start)];
    vec![
        case(
            "clock",
            &[1000, 100_000, 1_000_000],
            10.0,
            scheduled!(clock),
        ),
        case(
            "name-drop",
            &[1000, 100_000, 1_000_000, 10_000_000],
            20.0,
            scheduled!(name_drop),
        ),
        case("rewiring", DECADES, 10.0, totals(twins::rewiring)),
        case("rewiring-gsmp", DECADES, 10.0, scheduled!(rewiring_gsmp)),
        case("churn", DECADES, 100.0, totals(twins::churn)),
        case("mutex", &[1000, 100_000, 1_000_000], 1e6, scheduled!(mutex)),
        case("skype", &[1000, 10_000, 100_000], 10.0, Vec::new()),
    ]
}
