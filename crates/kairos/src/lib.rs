//! Kairos from Rust: load models, run them, step them, compare them in studies.
//!
//! This crate joins the others to a whole, and gives the `kairos` command its work:
//!
//! - [`load`]: files → checked rule sets, models and studies, with all that is to be said about them;
//! - [`simulate`]: models compiled for running, replications, scenarios;
//! - [`trajectory`], [`trace`], [`snapshot`]: a replication to its end, and what may be written of it on the way;
//! - [`verify`]: the engine against the one that is easiest to believe;
//! - [`explain`](mod@explain): why rules do not fire in a state;
//! - [`study`]: scenarios × replications over threads, results on disk, estimates;
//! - [`new`](mod@new): a project to begin with;
//! - [`report`], [`format`](mod@format): estimates in words and tables; [`page`]: as HTML;
//! - [`pictures`]: type graphs, rules and host graphs, drawn.
//!
//! A model is loaded, compiled once, and run as often as one likes. The same random seed and replication give the same trajectory,
//! bit for bit:
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use kairos::{load, simulate::Compiled};
//! use kairos::model::{check::Overrides, source::MemoryFiles};
//! use kairos::sim::{draw::Randomness, observe::Wanted};
//!
//! let rules = r#"RuleSet(
//!     types: (nodes: { "Atom": () }),
//!     rules: { "decay": (match: "(a:Atom)", delete: ["a"]) },
//! )"#;
//! let model = r#"Model(
//!     rules: "rules.ron",
//!     start: [Repeat(1000, "(:Atom)")],
//!     timers: { "decay": Exponential(rate: 0.5) },
//!     probes: { "left": Count("(a:Atom)") },
//!     horizon: 1.0,
//! )"#;
//! let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
//!
//! let checked = load::model(&files, "model.ron", &Overrides::default())?;
//! let compiled = Compiled::new(checked.value);
//! let never = AtomicBool::new(false);
//! let run = compiled.run(Randomness::new(42, 0), Wanted::All, &never)?;
//! assert_eq!(run.end.reason.name(), "horizon");
//!
//! // Of 1000 atoms 607 are left at time 1 on average, with a standard deviation of 15.
//! let left = run.simulation.matcher().graph().node_count();
//! assert!((530..690).contains(&left));
//!
//! let again = compiled.run(Randomness::new(42, 0), Wanted::All, &never)?;
//! assert_eq!(again.simulation.fingerprint(), run.simulation.fingerprint());
//! # use kairos::rewrite::matcher::Matcher;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A replication can be made step by step; between steps its active events, its clocks and its graph can be looked at, and any
//! active event can be fired out of its turn:
//!
//! ```
//! # use kairos::{load, simulate::Compiled};
//! # use kairos::model::{check::Overrides, source::MemoryFiles};
//! # use kairos::sim::{draw::Randomness, engine::Progress};
//! # let rules = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["a"]) })"#;
//! # let model = r#"Model(rules: "rules.ron", start: [Repeat(3, "(:Atom)")], timers: { "decay": Exponential(rate: 0.5) }, horizon: 1.0)"#;
//! # let files = MemoryFiles([("rules.ron", rules), ("model.ron", model)].map(|(p, t)| (p.into(), t.into())).into());
//! # let checked = load::model(&files, "model.ron", &Overrides::default())?;
//! # let compiled = Compiled::new(checked.value);
//! let mut simulation = compiled.start(Randomness::new(42, 0))?;
//! let active = simulation.active_events();
//! assert_eq!(active.len(), 3);
//! simulation.fire(active[1].due, &mut ())?;
//! assert_eq!((simulation.active_events().len(), simulation.time()), (2, 0.0));
//! let Progress::Fired { time, .. } = simulation.step(f64::INFINITY, &mut ())? else {
//!     panic!("two atoms are left");
//! };
//! assert!(time > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A study compares scenarios whose replications share their draws:
//!
//! ```
//! use std::sync::atomic::AtomicBool;
//! use kairos::{load, report, simulate::Scenarios, study};
//! # use kairos::model::{check::Overrides, source::MemoryFiles};
//! # let rules = r#"RuleSet(types: (nodes: { "Atom": () }), rules: { "decay": (match: "(a:Atom)", delete: ["a"]) })"#;
//! # let model = r#"Model(rules: "rules.ron", parameters: { "rate": 0.5 }, start: [Repeat(100, "(:Atom)")], timers: { "decay": Exponential(rate: "rate") }, probes: { "left": Count("(a:Atom)") }, horizon: 1.0)"#;
//! let text = r#"Study(
//!     model: "model.ron",
//!     scenarios: { "slow": (), "fast": (parameters: { "rate": 1.0 }) },
//!     metrics: ["left.last"],
//!     replications: 10,
//!     seed: 42,
//! )"#;
//! # let files = MemoryFiles([("rules.ron", rules), ("model.ron", model), ("study.ron", text)].map(|(p, t)| (p.into(), t.into())).into());
//! let checked = load::study(&files, "study.ron", &Overrides::default())?;
//! let (plan, scenarios) = Scenarios::new(checked.value);
//! let (fold, ending) = study::estimate(&plan, 2, &scenarios, &AtomicBool::new(false))?;
//! let difference = &fold.differences()[0];
//! assert!(difference.comparison.difference.mean < Some(0.0));
//! println!("{}", report::study(&fold, &ending));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Invariants
//!
//! - What is written of a study does not depend on the number of threads, on interruptions, or on how it was divided; all that may
//!   differ between machines stands in one file.
//! - A file of results is seen whole or not at all; those that grow hold whole lines, but for the last.
//!
//! Deliberately absent: the semantics of models, which the other crates have, and arguments, colours and progress bars, which the
//! command has.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod error;
pub mod explain;
pub mod huge_pages;
pub mod load;
pub mod memory;
pub mod new;
pub mod outputs;
pub mod page;
pub mod pictures;
pub mod report;
pub mod simulate;
pub mod snapshot;
pub mod study;
pub mod trace;
pub mod trajectory;
pub mod verify;

pub use kairos_draw as draw;
pub use kairos_model as model;
pub use kairos_report::format;
pub use kairos_rewrite as rewrite;
pub use kairos_sim as sim;
pub use kairos_stats as stats;
