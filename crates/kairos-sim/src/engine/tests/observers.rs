//! Observers of the engine.

use kairos_rewrite::error::Outcome;

use super::*;
use crate::engine::{Firing, Observer};

#[test]
fn two_observers_see_what_one_sees() {
    #[derive(Debug, Default, PartialEq)]
    struct Seen(Vec<&'static str>);
    impl<M: Matcher> Observer<M> for Seen {
        fn begin(&mut self, _: &M) {
            self.0.push("begin");
        }
        fn before(&mut self, _: &M, _: &Firing<'_>) -> Outcome<()> {
            self.0.push("before");
            Ok(())
        }
        fn after(&mut self, _: &M, _: &Firing<'_>, _: &FiringOutcome) {
            self.0.push("after");
        }
    }
    let source = Source {
        types: r#"nodes: { "A": () }"#,
        rules: r#""grow": (match: "(a:A)", create: ["(b:A)"]),"#,
        model: r#"start: [Create("(a:A)")], timers: { "grow": Exponential(rate: 1.0) }"#,
    };
    let mut sim = source.sim();
    let mut both = (Seen::default(), Seen::default());
    both.begin(sim.matcher());
    sim.step(f64::INFINITY, &mut both).unwrap();
    assert_eq!(both.0, Seen(vec!["begin", "before", "after"]));
    assert_eq!(both.0, both.1);
}
