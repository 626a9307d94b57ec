//! `kairos solve`: values, refusals, limits, exports.

use expect_test::{Expect, expect};

use crate::project::{Project, Ran};

const LINE: &str = r#"RuleSet(
    types: (nodes: { "Line": (attributes: { "length": Int(0) }) }),
    parameters: { "room": 2 },
    rules: {
        "arrive": (match: "(l:Line)", where: "l.length < room", set: ["l.length += 1"]),
        "serve": (match: "(l:Line)", where: "l.length > 0", set: ["l.length -= 1"]),
    },
)"#;

const MODEL: &str = r#"Model(
    rules: "line.ron",
    start: [Create("(:Line)")],
    timers: { "arrive": Exponential(rate: 1.0), "serve": Exponential(rate: 2.0) },
    probes: { "length": Sum("l.length", over: "(l:Line)"), "empty": Count("(:Line {length: 0})"), "served": Firings("serve") },
    horizon: 10.0,
)"#;

fn project() -> Project {
    let project = Project::new();
    project.write("line.ron", LINE);
    project.write("model.ron", MODEL);
    project
}

/// Runs the command on a model with one thing changed.
#[track_caller]
fn solve(from: &str, to: &str, options: &str, code: i32) -> Ran {
    let project = project();
    assert!(MODEL.contains(from), "{from}");
    project.write("model.ron", &MODEL.replace(from, to));
    project
        .kairos(&format!("solve model.ron {options}"))
        .expect(code)
}

#[track_caller]
fn says(ran: &Ran, expected: &Expect) {
    expected.assert_eq(&format!("{}{}", ran.out, ran.err));
}

/// Of three states in a row, with rates 1 and 2: 4, 2 and 1 of seven.
#[test]
fn the_long_run() {
    says(
        &solve("10.0", "10.0", "--steady", 0),
        &expect![[r#"
            3 states, 4 transitions; in the long run

            metric        exact value
            length.mean  0.5714285714
            length.sd    0.7284313591
            length.last  0.5714285714
            empty.mean   0.5714285714
            empty.sd     0.4948716593
            empty.last   0.5714285714
            served.rate  0.8571428571  1/s

            Without an exact value:
              length.min, length.max, empty.min, empty.max: a matter of whole runs, of which the states know nothing
              served.count, served.effectless: grows without end; its rate has a limit
              served.thinned: a matter of how aggregate clocks are carried out
        "#]],
    );
}

#[test]
fn a_general_timer() {
    let ran = solve(
        "Exponential(rate: 2.0)",
        "Normal(mean: 1.0, sd: 0.1)",
        "",
        1,
    );
    says(
        &ran,
        &expect![[r#"
        error[no-chain]: the timer of `serve` is neither exponential nor immediate
         --> model.ron:4:58
          |
        4 |     timers: { "arrive": Exponential(rate: 1.0), "serve": Normal(mean: 1.0, sd: 0.1) },
          |                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^ its clock remembers how long it has run
          |
          = help: exact values need a Markov chain: for such timers there is simulation

    "#]],
    );
}

#[test]
fn too_many_states() {
    says(
        &solve("10.0", "10.0", "--set room=100 --states 20", 4),
        &expect![[r#"
            error: more than 20 states can be reached, and 1 of them were not looked at yet; --states N allows more, a smaller model needs fewer
        "#]],
    );
}

#[test]
fn no_horizon() {
    says(
        &solve("horizon: 10.0,", "", "", 2),
        &expect![[r#"
        error: the model has no horizon: give --horizon T, or --steady for the long run
    "#]],
    );
}

#[test]
fn immediate_events_without_end() {
    let timers = r#""arrive": Immediate(), "serve": Immediate()"#;
    let from = r#""arrive": Exponential(rate: 1.0), "serve": Exponential(rate: 2.0)"#;
    says(
        &solve(from, timers, "", 3),
        &expect![[r#"
        error: immediate events follow each other for ever: `arrive`, `serve`
    "#]],
    );
}

#[test]
fn a_random_start() {
    let start = "(:Line {length: draw(UniformInt(low: 0, high: 500))})";
    let ran = solve("(:Line)", start, "--random-seed 3 --format json", 0);
    assert!(
        ran.err.contains("warning: the start graph is random"),
        "{}",
        ran.err
    );
}

#[test]
fn an_export() {
    let project = project();
    let ran = project
        .kairos("solve model.ron --steady --export chain")
        .expect(0);
    let files = ran.err.trim().split_once(": ").unwrap().1.split(", ");
    let text = |file: &str| {
        let text = std::fs::read_to_string(project.path("chain").join(file)).unwrap();
        format!("== {file}\n{text}")
    };
    let all: String = files.map(text).collect();
    expect![[r#"
        == model.tra
        3 4
        0 1 1.0
        1 0 2.0
        1 2 1.0
        2 1 2.0
        == model.sta
        (state,p_length,p_empty)
        0:(0,0,1)
        1:(1,1,0)
        2:(2,2,0)
        == model.lab
        0="init" 1="deadlock"
        0: 0
        == model.storm.tra
        ctmc
        0 1 1.0
        1 0 2.0
        1 2 1.0
        2 1 2.0
        == model.storm.lab
        #DECLARATION
        init deadlock
        #END
        0 init
        == model.length.srew
        3 2
        1 1.0
        2 2.0
        == model.empty.srew
        3 1
        0 1.0
    "#]]
    .assert_eq(&all);
}
