//! The shipped models: both engines agree on them, and their trajectories are pinned.

use expect_test::expect;
use kairos::{
    load,
    model::{check::Overrides, model::Model, render::Colour, source::DiskFiles},
    rewrite::matcher::Matcher,
    sim::draw::Randomness,
    simulate::Compiled,
};

use crate::twin::compare;

/// The folder that holds `models` and `rules`.
pub const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// A model under `models`, with parameters that make it small.
pub type Shipped = (&'static str, &'static [(&'static str, &'static str)]);

/// Parameters as the command line would set them.
#[must_use]
pub fn set(parameters: &[(&str, &str)]) -> Overrides {
    let parameters = parameters
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    Overrides { parameters }
}

/// A shipped model, small enough for the reference engine.
///
/// # Panics
/// If it has mistakes.
#[must_use]
pub fn small((name, parameters): Shipped) -> Model {
    let path = format!("{ROOT}/models/{name}.ron");
    load::model(&DiskFiles, &path, &set(parameters))
        .unwrap_or_else(|mistakes| panic!("{}", mistakes.render(Colour::Never)))
        .value
}

const SKYPE: &[(&str, &str)] = &[("clients", "12"), ("super_nodes", "4")];

/// All models.
pub const MODELS: [Shipped; 27] = [
    ("clock", &[]),
    ("mm1", &[]),
    ("figure8", &[]),
    ("skype-connect", SKYPE),
    ("skype-chronos", SKYPE),
    ("skype", SKYPE),
    ("gallery/attachment", &[]),
    ("gallery/calls", &[("clients", "10")]),
    ("gallery/epidemic", &[("people", "40")]),
    ("gallery/epidemic-gnutella", &[]),
    ("gallery/hash-churn", &[("peers", "12")]),
    ("gallery/hash-example", &[]),
    ("gallery/hash-lookup", &[("keys", "16")]),
    ("gallery/membership", &[("members", "8"), ("stay", "20")]),
    ("gallery/migration", &[("clients", "3"), ("state", "0.5")]),
    ("gallery/multicast", &[("members", "4"), ("causal", "true")]),
    ("gallery/name-drop", &[("nodes", "20")]),
    ("gallery/name-drop-large", &[("nodes", "20")]),
    ("gallery/network", &[]),
    ("gallery/outage", &[("supers", "8"), ("clients", "40")]),
    ("gallery/overlay", &[("supers", "12"), ("clients", "6")]),
    ("gallery/popular", &[("peers", "5"), ("objects", "8")]),
    ("gallery/predators", &[("prey", "20"), ("predators", "10")]),
    ("gallery/promotion", &[("clients", "12")]),
    ("gallery/redundancy", &[("clients", "12"), ("supers", "5")]),
    ("gallery/swarm", &[("peers", "6")]),
    ("gallery/token-ring", &[("processes", "6")]),
];

/// Engine and reference engine agree on every model.
///
/// # Panics
/// If they do not.
pub fn agree() {
    for model in MODELS {
        let agreement = compare(small(model), 250, 7)
            .unwrap_or_else(|difference| panic!("{model:?}: {difference}"));
        assert!(agreement.steps >= 20, "{model:?}: {}", agreement.steps);
    }
}

/// Every model has the trajectory that it had when it was pinned, at the same cost in steps of searches and in nodes walked in ordered
/// indexes (`UPDATE_EXPECT=1` pins anew).
///
/// # Panics
/// If one has another trajectory, or fails.
pub fn pinned() {
    let mut pins = String::new();
    for model in MODELS {
        let compiled = Compiled::new(small(model));
        let mut simulation = compiled
            .start(Randomness::new(20_260_101, 3))
            .unwrap_or_else(|error| panic!("{model:?}: {error}"));
        for _ in 0..1000 {
            let step = simulation.step(200.0, &mut ());
            step.unwrap_or_else(|error| panic!("{model:?}: {error}"));
        }
        let (fingerprint, effort) = (simulation.fingerprint(), simulation.matcher().effort());
        let (searched, walked) = (effort.search_steps, effort.index_steps);
        pins += &format!("{} {fingerprint:016x} {searched} {walked}\n", model.0);
    }
    expect![[r#"
        clock 0151d8458e98a547 1 0
        mm1 e769e96d5ba3e148 144 138
        figure8 95b59aeac75b4e42 38 0
        skype-connect 06ec6dd9850bd381 755 0
        skype-chronos 518e51c7e20225c4 136 0
        skype f627de65d7409273 13508 0
        gallery/attachment bb7c87b944ca0a26 15 0
        gallery/calls 9ff5a45251b4659b 523 0
        gallery/epidemic 0fb5013706d1614f 424 0
        gallery/epidemic-gnutella 96668b5da64029a0 5757 0
        gallery/hash-churn d618ed1c3363847f 5165 0
        gallery/hash-example 2085187a21e8db80 2971 0
        gallery/hash-lookup e4c6b25c912e4193 3572 0
        gallery/membership 12c65d43bd868c54 1792 0
        gallery/migration e6d384f97dbad7c0 1351 0
        gallery/multicast f6279139210b3c99 18397 0
        gallery/name-drop 4da03aa13d455923 8038 0
        gallery/name-drop-large 4da03aa13d455923 7938 0
        gallery/network 63b7968fcb0a2fff 975 169
        gallery/outage 82e07cea4099e0fb 251 0
        gallery/overlay 84d706747756a52b 4467 0
        gallery/popular 639b0e9ae224fab1 849 360
        gallery/predators e3b2ab096336991c 632 0
        gallery/promotion 7c097a775ce843a9 6091 0
        gallery/redundancy 71186e4e11e6ff5b 180 0
        gallery/swarm c53298ea805b7714 4916 1054
        gallery/token-ring afc0d7da10f1d28e 4001 0
    "#]]
    .assert_eq(&pins);
}
