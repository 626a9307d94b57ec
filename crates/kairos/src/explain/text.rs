//! An explanation for people.

use std::fmt::Write as _;

use super::{
    Choiceless, Element, Explanation, Failing, Failures, NearMiss, RuleState, State, Stop, Why,
    words::shown,
};
use kairos_sim::engine::StopReason;

use crate::format::{grouped, short};

/// So many near misses are shown where one rule is asked for; of several rules only the nearest.
const NEAREST: usize = 3;

/// So many characters of a condition are shown.
const LONGEST: usize = 100;

/// An explanation as text: one paragraph for each rule, those without a match last.
#[must_use]
pub fn text(explained: &Explanation) -> String {
    let mut out = Lines::default();
    out.line(0, &headline(explained));
    out.text.push('\n');
    let stopped = |r: &&RuleState| matches!(r.state, State::Stopped { .. });
    let (stopped, others): (Vec<_>, Vec<_>) = explained.rules.iter().partition(stopped);
    let nearest = if explained.rules.len() == 1 {
        NEAREST
    } else {
        1
    };
    for state in others.into_iter().chain(stopped) {
        rule(&mut out, state, &explained.time_unit, nearest);
    }
    out.text
}

fn headline(explained: &Explanation) -> String {
    let time = format!("{} {}", short(Some(explained.time)), explained.time_unit);
    let steps = counted(explained.steps, "step", "steps");
    match explained.ended {
        None if explained.steps == 0 => "In the start graph:".to_owned(),
        None => format!("At {time}, after {steps}:"),
        Some(StopReason::Deadlock) => {
            format!("After {steps}, at {time}, no event is active that could ever fire:")
        }
        Some(reason) => format!("The run ended at {time}, after {steps}: {reason}."),
    }
}

/// Lines, indented by two spaces for each level.
#[derive(Default)]
struct Lines {
    text: String,
}

impl Lines {
    fn line(&mut self, level: usize, line: &str) {
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = 2 * level);
    }
}

fn rule(out: &mut Lines, rule: &RuleState, unit: &str, nearest: usize) {
    let name = &rule.rule;
    match &rule.state {
        State::SwitchedOff { condition } => {
            let why = match condition {
                None => "its timer is `Never`".to_owned(),
                Some(c) => format!("{} is false with these parameters", quoted(c)),
            };
            out.line(0, &format!("`{name}` is switched off: {why}"));
        }
        State::Active {
            matches,
            next,
            choiceless,
        } => {
            let matches = match matches {
                Some(n) => counted(*n as u64, "match", "matches"),
                None => "matches, with one clock for all".to_owned(),
            };
            let due = match next {
                Some(time) => format!("due at {} {unit}", short(Some(*time))),
                None => "never due: no clock ever runs out".to_owned(),
            };
            out.line(0, &format!("`{name}` has {matches}, {due}"));
            if let Some(choiceless) = choiceless {
                self::choiceless(out, choiceless, nearest);
            }
        }
        State::Stopped { why } => {
            out.line(0, &format!("`{name}` has no match"));
            self::why(out, 1, why, nearest);
        }
    }
}

fn choiceless(out: &mut Lines, choiceless: &Choiceless, nearest: usize) {
    let Choiceless { matches, of, why } = choiceless;
    out.line(
        1,
        &format!("for {matches} of {of} looked at, `choose` finds nothing; the first:"),
    );
    self::why(out, 2, why, nearest);
}

fn why(out: &mut Lines, level: usize, why: &Why, nearest: usize) {
    match &why.stop {
        None => {}
        Some(Stop::Element {
            placed,
            missing,
            because,
        }) => {
            out.line(
                level,
                &format!("nothing fits {}: {because}", quoted(missing)),
            );
            if !placed.is_empty() {
                out.line(level, &format!("as far as it comes: {}", elements(placed)));
            }
        }
        Some(Stop::Conditions {
            failures,
            nearest: near,
        }) => {
            let ways = counted(why.embeddings, "way", "ways");
            out.line(
                level,
                &format!("nodes and edges can be placed in {ways}; what fails:"),
            );
            for failure in failures {
                let line = tally(failure, why.embeddings, failures.len() == 1);
                out.line(level + 1, &line);
            }
            near.iter()
                .take(nearest)
                .for_each(|near| near_miss(out, level, near));
        }
    }
    if !why.complete {
        out.line(level, "(there are too many ways to look at them all)");
    }
}

fn tally(failure: &Failures, embeddings: u64, is_only: bool) -> String {
    let fails = match failure.fails {
        all if all == embeddings => "always".to_owned(),
        some => times(some),
    };
    let alone = match failure.alone {
        n if n > 0 && !is_only => format!(", {} alone", times(n)),
        _ => String::new(),
    };
    format!("{} ({fails}{alone})", quoted(&failure.condition))
}

fn near_miss(out: &mut Lines, level: usize, near: &NearMiss) {
    let placed = match elements(&near.placed) {
        none if none.is_empty() => "nearest:".to_owned(),
        placed => format!("nearest, {placed}:"),
    };
    out.line(level, &placed);
    near.failing.iter().for_each(|f| failing(out, level + 1, f));
}

fn failing(out: &mut Lines, level: usize, failing: &Failing) {
    let said = match &failing.fault {
        Some(fault) => format!("has no value: {fault}"),
        None => "does not hold".to_owned(),
    };
    let values: Vec<String> = failing
        .values
        .iter()
        .map(|(what, value)| format!("{what} = {value}"))
        .collect();
    let read = match values.is_empty() {
        true => String::new(),
        false => format!(", with {}", values.join(", ")),
    };
    out.line(
        level,
        &format!("{} {said}{read}", quoted(&failing.condition)),
    );
    for found in &failing.found {
        let placed = elements(&found.placed);
        let more = match found.count {
            1 => String::new(),
            n => format!(", the first of {}", grouped(n)),
        };
        let line = match failing.condition == format!("NOT EXISTS {{ {} }}", found.pattern) {
            true => format!("blocked by {placed}{more}"),
            false => format!("{} is there: {placed}{more}", quoted(&found.pattern)),
        };
        out.line(level + 1, &line);
    }
    for missing in &failing.missing {
        let exists = format!("EXISTS {{ {} }}", missing.pattern);
        if [&missing.pattern, &exists].contains(&&failing.condition) {
            why(out, level + 1, &missing.why, 1);
        } else {
            out.line(
                level + 1,
                &format!("{} is not there", quoted(&missing.pattern)),
            );
            why(out, level + 2, &missing.why, 1);
        }
    }
}

/// `sc = sc[3] (SC 12), p = Ping 123`; edges only where they have a name or nothing else is there.
fn elements(placed: &[Element]) -> String {
    let is_shown = |e: &&Element| !e.edge || e.variable.is_some();
    let shown: Vec<String> = placed.iter().filter(is_shown).map(element).collect();
    if shown.is_empty() {
        return placed.iter().map(element).collect::<Vec<_>>().join(", ");
    }
    shown.join(", ")
}

fn element(element: &Element) -> String {
    let what = shown(&element.ty, element.number, element.name.as_ref());
    match &element.variable {
        Some(variable) => format!("{variable} = {what}"),
        None => what,
    }
}

/// In backticks, and cut short where it is long.
fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

fn times(n: u64) -> String {
    match n {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        n => format!("{} times", grouped(n)),
    }
}
