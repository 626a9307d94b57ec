//! Deliberately wrong engines: each makes a mistake that simulators have made, and the closed forms must find it.
//!
//! Nothing of this is in the crates that ship: a mistake is a schedule or a matcher put around the right one, a model altered behind the
//! engine's back, or an observer that looks away.

use kairos_model::timer::Memory;
use kairos_rewrite::incremental::IncrementalMatcher;
use kairos_sim::schedule::CalendarSchedule;

use crate::closed_form::{Case, Engine, named};

mod looking_away;
mod matchers;
mod schedules;

use matchers::{Distorted, MissesReenabling, MissesStale};
use schedules::{Forgetting, Restarting};

/// A mistake, the engine that makes it, and a case that it spoils.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// What is wrong.
    pub mistake: &'static str,
    /// The engine.
    pub engine: Engine,
    /// A case that the right engine passes.
    pub case: Case,
}

/// All mistakes.
#[must_use]
pub fn all() -> Vec<Wrong> {
    let restarting = Engine::of::<IncrementalMatcher, Restarting>();
    let forgetting = Engine::of::<IncrementalMatcher, Forgetting>();
    let deaf = Engine::of::<Distorted<MissesReenabling>, CalendarSchedule>();
    let rigid = Engine::of::<Distorted<MissesStale>, CalendarSchedule>();
    let embeddings = Engine::altering(|m| m.rules.iter_mut().for_each(|r| r.symmetric = false));
    let memoryless = Engine::altering(|m| {
        m.timers
            .iter_mut()
            .for_each(|t| t.memory = Memory::Enabling)
    });
    let remembering =
        Engine::altering(|m| m.timers.iter_mut().for_each(|t| t.memory = Memory::Age));
    let of_case = |(mistake, engine, case): (_, _, &str)| Wrong {
        mistake,
        engine,
        case: named(case),
    };
    let mut all: Vec<Wrong> = [
        ("a survivor's clock starts again", restarting, "M/D/1"),
        (
            "a survivor's clock starts again",
            restarting,
            "Erlang loss, fixed",
        ),
        ("the fired event is not armed again", forgetting, "M/M/1"),
        (
            "what a NAC enables again is missed",
            deaf,
            "machines that a NAC keeps from failing twice",
        ),
        (
            "what a count enables again is missed",
            deaf,
            "Erlang loss, exponential",
        ),
        (
            "a rate is not read again",
            rigid,
            "immigration and death under one rescaled clock",
        ),
        (
            "a pair is counted twice",
            embeddings,
            "dimerisation, one event per pair",
        ),
        (
            "a pair is counted twice",
            embeddings,
            "pairs bind, one aggregate clock",
        ),
        (
            "age memory is forgotten",
            memoryless,
            "interrupted service, age memory",
        ),
        (
            "enabling memory remembers",
            remembering,
            "interrupted service, enabling memory",
        ),
        (
            "an open interval is dropped",
            looking_away::ENGINE,
            "durations of which some stay open",
        ),
    ]
    .map(of_case)
    .into();
    all.push(clamped());
    all
}

/// A normal that is clamped at (all but) 0 instead of being conditioned on being positive: `draw` gives plain normal values.
fn clamped() -> Wrong {
    let draw = "max(draw(Normal(mean: 1.0, sd: 1.0)), 0.000000001)";
    let right = named("truncated normal");
    let case = Case {
        rules: format!(
            r#"types: (nodes: {{ "Clock": (attributes: {{ "last": Real(0.0), "next": Real }}) }}), rules: {{
                "tick": (match: "(c:Clock)", set: ["c.last = now", "c.next = {draw}"]),
            }}"#
        ),
        model: right
            .model
            .replace("(:Clock)", &format!("(:Clock {{next: {draw}}})"))
            .replace(
                "Normal(mean: 1.0, sd: 1.0) }",
                r#"Deterministic(value: "c.next", on_change: Redraw) }"#,
            ),
        ..right
    };
    Wrong {
        mistake: "a normal is clamped, not conditioned",
        engine: Engine::SHIPPED,
        case,
    }
}
