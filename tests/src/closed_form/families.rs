//! All cases, by family.

use super::{Case, delays, populations, queues, races, renewals};

/// A family of cases.
pub(super) type Family = (&'static str, fn() -> Vec<Case>);

/// The families of closed forms.
pub const FAMILIES: &[Family] = &[
    ("queues", || {
        let more = [queues::three_servers()];
        [queues::queues(), more.to_vec()].concat()
    }),
    ("Erlang's loss", queues::erlang_losses),
    ("machine repair", || {
        vec![queues::machine_repair(), queues::machines_with_a_nac()]
    }),
    ("populations", populations::populations),
    ("dimerisation", || {
        [populations::dimerisations(), populations::bindings()].concat()
    }),
    ("interrupted services", || {
        [renewals::interruptions(), renewals::single_services()].concat()
    }),
    ("alternating renewals", renewals::alternating_renewals),
    ("races", || vec![races::race(), races::single_race()]),
    ("order statistics", || {
        let more = [races::open_intervals()];
        [races::order_statistics(), more.to_vec()].concat()
    }),
    ("choices by weight", || {
        [vec![races::immediate_weights()], races::urns()].concat()
    }),
    ("moments of delays", delays::laws),
];

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    FAMILIES.iter().flat_map(|(_, cases)| cases()).collect()
}

/// The case of a name.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn named(name: &str) -> Case {
    let case = all().into_iter().find(|c| c.name == name);
    case.unwrap_or_else(|| panic!("no case is called {name}"))
}
