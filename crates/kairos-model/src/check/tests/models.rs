//! Mistakes in models: their rule set, parameters and settings of runs; and what tests of their parts begin with.

use expect_test::{Expect, expect};

use super::{diagnose, diagnose_with};

const RULES: &str = r#"--- r.ron
RuleSet(
    types: (nodes: {"N": (attributes: {"x": Int(0), "on": Bool(true)}), "M": (attributes: {"y": Real})}, edges: {"e": (from: "N", to: "N", unique: true, attributes: {"w": Real(1.0)}), "f": (from: "N", to: "M")}),
    parameters: {"rate": 2.0, "k": 3},
    rules: {"tick": (match: "(n:N), (m:N)", where: "n.x > m.x", set: ["n.x += 1"])},
)
"#;

/// A model with some of its fields.
#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
pub(super) fn fields(fields: &str, more: &str, expected: Expect) {
    let text = format!("--- m.ron\nModel(rules: \"r.ron\",\n{fields}\n)\n{RULES}{more}");
    expected.assert_eq(&diagnose(&text));
}

/// A model with a timer and other fields.
pub(super) fn model(other: &str, more: &str, expected: Expect) {
    fields(
        &format!("timers: {{\"tick\": Never}},\n{other}"),
        more,
        expected,
    );
}

#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
pub(super) fn whole(text: &str, expected: Expect) {
    expected.assert_eq(&diagnose(text));
}

#[test]
fn a_model_without_its_rule_set() {
    whole(
        r#"--- m.ron
Model(rules: "nix.ron", start: [], timers: {})
"#,
        expect![[r#"
            error[unreadable-file] m.ron:1:14 «"nix.ron"»: cannot read `nix.ron`: there is no such file
        "#]],
    );
}

#[test]
fn a_parameter_cycle() {
    model(
        r#"parameters: {"a": "b + 1", "b": "a"}"#,
        r#""#,
        expect![[r#"
            error[parameter-cycle] m.ron:3:19 «"b + 1"»: parameters are defined by each other: a → b → a
        "#]],
    );
}

#[test]
fn parameters_of_another_type() {
    model(
        r#"parameters: {"k": 1.5, "rate": 3}"#,
        r#""#,
        expect![[r#"
            error[wrong-type] m.ron:3:19 «1.5»: the parameter `k` is an Int, this is a Real
              r.ron:3:36 «3»: its default says which type it has
              help: write the default as `3.0` if it may be any number
        "#]],
    );
}

#[test]
fn a_parameter_of_unknown_names() {
    model(
        r#"parameters: {"a": "raet * 2"}"#,
        r#""#,
        expect![[r#"
            error[unknown-name] m.ron:3:20 «raet»: unknown name `raet`
              ^ not declared
              help: did you mean `rate`?
        "#]],
    );
}

#[test]
fn a_text_parameter_in_an_expression() {
    model(
        r#"parameters: {"d": "t.csv", "e": "d"}, tables: {"t": Csv("{d}")}"#,
        r#"--- t.csv
a
1
"#,
        expect![[r#"
            error[text-parameter] m.ron:3:34 «d»: the parameter `d` is a text
              ^ a number or truth value is needed
              m.ron:3:19 «"t.csv"»: declared here
              help: text parameters are used in `{…}` of file names only
        "#]],
    );
}

#[test]
fn a_reserved_parameter() {
    model(
        r#"parameters: {"now": 1}"#,
        r#""#,
        expect![[r#"
            error[bad-name] m.ron:3:14 «"now"»: `now` cannot be the name of a parameter
        "#]],
    );
}

#[test]
fn mistakes_of_run_settings() {
    model(
        r#"horizon: -1, warm_up: "n.x", sample_every: 0, limits: {"step": 1, "elements": 0}, stop_when: "COUNT { (:N) }""#,
        r#""#,
        expect![[r#"
            error[out-of-domain] m.ron:3:10 «-1»: the horizon must be positive, this is -1
            error[unknown-variable] m.ron:3:24 «n»: unknown variable `n`
              ^ no variable is declared here
            error[out-of-domain] m.ron:3:44 «0»: the sampling interval must be positive, this is 0
            error[unknown-limit] m.ron:3:56 «"step"»: unknown limit `step`
              ^ not declared
              help: did you mean `steps`?
            error[out-of-domain] m.ron:3:79 «0»: a limit must be at least 1, this is 0
            error[wrong-type] m.ron:3:95 «COUNT { (:N) }»: a Bool is needed here, this is an Int
              ^ an Int
              help: compare it: `COUNT { (:N) } > 0`
        "#]],
    );
}

#[test]
fn a_warm_up_behind_the_horizon() {
    model(
        r#"horizon: 10, warm_up: 10"#,
        r#""#,
        expect![[r#"
            error[out-of-domain] m.ron:3:23 «10»: the warm-up ends at 10, the run at 10: nothing would be observed
              m.ron:3:10 «10»: the run ends here
        "#]],
    );
}

#[test]
fn more_samples_than_memory_holds() {
    model(
        r#"horizon: 10, sample_every: 1e-8"#,
        r#""#,
        expect![[r#"
            error[out-of-domain] m.ron:3:28 «1e-8»: a sample every 0.00000001 until 10 makes 1000000000 samples of each series
              help: there may be at most 10000000; whole runs are summed up by `mean`, `sd`, `min` and `max` without samples
        "#]],
    );
}

#[test]
fn the_command_line() {
    let text = format!("--- m.ron\nModel(rules: \"r.ron\", timers: {{\"tick\": Never}})\n{RULES}");
    let set = [("raet", "1"), ("k", "1.5"), ("rate", "3")];
    expect![[r#"
        error[unknown-parameter] --set:1:1 «raet»: unknown parameter `raet`
          ^ not declared
          help: did you mean `rate`?
        error[wrong-type] --set:1:3 «1.5»: the parameter `k` is an Int, this is a Real
          r.ron:3:36 «3»: its default says which type it has
          help: write the default as `3.0` if it may be any number
    "#]]
    .assert_eq(&diagnose_with(&text, &set));
}
