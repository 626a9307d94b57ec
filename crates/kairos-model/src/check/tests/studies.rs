//! Mistakes in studies.

use expect_test::{Expect, expect};

use super::{diagnose, diagnose_with};

const MODEL: &str = r#"--- m.ron
Model(rules: "r.ron", timers: {"tick": Never}, probes: {"p": Count("(:N)")})
--- r.ron
RuleSet(types: (nodes: {"N": ()}), parameters: {"rate": 2.0, "k": 3}, rules: {"tick": (match: "(n:N)")})
"#;

#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
fn study(fields: &str, expected: Expect) {
    expected.assert_eq(&diagnose(&format!(
        "--- s.ron\nStudy(model: \"m.ron\",\n{fields}\n)\n{MODEL}"
    )));
}

#[test]
fn unknown_parameters_and_metrics() {
    study(
        r#"scenarios: {"a": (parameters: {"kk": 1}), "b": (timers: {"tok": Never})}, metrics: ["p.meen", "q.mean", "p"], replications: 10"#,
        expect![[r#"
            error[unknown-parameter] s.ron:2:32 «"kk"»: unknown parameter `kk`
              ^ not declared
              help: there are `k` and `rate`
            error[timer-without-rule] s.ron:2:58 «"tok"»: a timer for the rule `tok`, which is not there
              ^ not declared
              m.ron:1:14 «"r.ron"»: not in this rule set
              help: there is only `tick`
        "#]],
    );
}

#[test]
fn unknown_metrics() {
    study(
        r#"scenarios: {"a": ()}, metrics: ["p.meen", "q.mean", "p", "p"], replications: 10"#,
        expect![[r#"
            error[unknown-statistic] s.ron:2:36 «meen»: unknown statistic `meen` of `p`
              ^ not declared
              help: did you mean `mean`?
            error[unknown-probe] s.ron:2:44 «q»: unknown probe `q`
              ^ not declared
              help: there is only `p`
            error[duplicate-name] s.ron:2:58 «"p"»: metric `p` is declared twice
              ^ declared again
              s.ron:2:53 «"p"»: first declared here
        "#]],
    );
}

#[test]
fn files_of_another_kind() {
    let text = "--- s.ron\nStudy(model: \"m.ron\", scenarios: {\"a\": (rules: \"m.ron\")}, metrics: [\"p\"], replications: 5)\n";
    expect![[r#"
        error[wrong-file-kind] m.ron:1:1 «Model»: this is a model, but a rule set is expected here
          ^ `RuleSet(` is expected here
          s.ron:1:48 «"m.ron"»: named here
    "#]]
    .assert_eq(&diagnose(&format!("{text}{MODEL}")));
    let text = text.replacen("m.ron", "r.ron", 1);
    expect![[r#"
        error[wrong-file-kind] r.ron:1:1 «RuleSet»: this is a rule set, but a model is expected here
          ^ `Model(` is expected here
          s.ron:1:14 «"r.ron"»: named here
    "#]]
    .assert_eq(&diagnose(&format!("{text}{MODEL}")));
}

#[test]
fn no_metrics() {
    study(
        r#"scenarios: {"a": ()}, metrics: [], replications: 10"#,
        expect![[r#"
            error[no-metrics] s.ron:1:14 «"m.ron"»: a study needs metrics to compare
              help: write `metrics: ["probe.statistic", …]`
        "#]],
    );
}

#[test]
fn an_unknown_baseline() {
    study(
        r#"scenarios: {"one": (), "two": ()}, metrics: ["p"], baseline: "tow", replications: 10"#,
        expect![[r#"
            error[unknown-scenario] s.ron:2:62 «"tow"»: unknown scenario `tow`
              ^ not declared
              help: did you mean `two`?
        "#]],
    );
}

#[test]
fn what_is_best_of_what() {
    study(
        r#"scenarios: {"a": (), "b": ()}, metrics: ["p.mean"], best: {"p.mena": Least, "p.mean": Lest}, replications: 10"#,
        expect![[r#"
            error[unknown-metric] s.ron:2:60 «"p.mena"»: unknown metric of this study `p.mena`
              ^ not declared
              help: did you mean `p.mean`?
            error[unknown-word] s.ron:2:87 «Lest»: unknown best value `Lest`
              ^ not declared
              help: did you mean `Least`?
        "#]],
    );
}

#[test]
fn a_probe_stands_for_its_first_statistic_wherever_it_is_named() {
    study(
        r#"scenarios: {"a": (), "b": ()}, metrics: ["p"], best: {"p.mean": Least}, replications: 10, horizon: 9.0"#,
        expect![""],
    );
    study(
        r#"metrics: ["p", "p.mean"], best: {"p": Least, "p.mean": Most}, replications: 10"#,
        expect![[r#"
            error[duplicate-name] s.ron:2:16 «"p.mean"»: metric `p.mean` is declared twice
              ^ declared again
              s.ron:2:11 «"p"»: first declared here
            error[duplicate-name] s.ron:2:46 «"p.mean"»: `p.mean` says the same metric is best again
        "#]],
    );
}

#[test]
fn batches_need_a_known_end() {
    study(
        r#"metrics: ["p"], replications: BatchMeans(batches: 5)"#,
        expect![[r#"
            error[out-of-domain] s.ron:2:51 «5»: the number of batches must be from 10 to 10000, this is 5
        "#]],
    );
    study(
        r#"metrics: ["p"], replications: BatchMeans()"#,
        expect![[r#"
            error[no-batches] s.ron:2:31 «BatchMeans()»: a run without a horizon cannot be cut into batches
              help: give the model or the study a `horizon`
        "#]],
    );
}

#[test]
fn a_warm_up_is_found_in_series() {
    study(
        r#"metrics: ["p"], replications: 10, horizon: 9.0, warm_up: Mser5(of: ["q"], pilots: 0)"#,
        expect![[r#"
            error[out-of-domain] s.ron:2:83 «0»: the number of pilot replications must be from 1 to 1000, this is 0
            error[no-series] s.ron:2:58 «Mser5(of: ["q"], pilots: 0)»: no warm-up can be found for `model`: that takes 50 samples of a series
              help: give the model a `horizon` and a `sample_every` of at most a fiftieth of it
            error[unknown-probe] s.ron:2:69 «"q"»: unknown probe `q`
              ^ not declared
              help: there is only `p`
        "#]],
    );
    study(
        r#"metrics: ["p"], replications: 10, warm_up: Mser"#,
        expect![[r#"
            error[unknown-variant] s.ron:2:44 «Mser»: `Mser` is not a way to find a warm-up
              help: did you mean `Mser5`? (or a time alone: `60`)
        "#]],
    );
}

/// A model that may end by itself may also go on for ever.
#[test]
fn no_end() {
    study(
        r#"scenarios: {"a": (horizon: 5.0), "b": ()}, metrics: ["p"], replications: 10"#,
        expect![[r#"
            error[no-horizon] s.ron:1:14 «"m.ron"»: nothing ends the runs of `b`
              help: give the study or the model a `horizon`, or the model a `stop_when` or a limit of `steps`
        "#]],
    );
}

/// What `best` is about is not judged where no model is there that could tell.
#[test]
fn best_without_a_model() {
    study(
        r#"timers: {"tick": Nevr}, metrics: ["p"], best: {"p": Most, "q": Lest}, replications: 10"#,
        expect![[r#"
            error[unknown-law] s.ron:2:18 «Nevr»: unknown law `Nevr`
              ^ not declared
              help: did you mean `Never`?
        "#]],
    );
}

#[test]
fn one_replication() {
    study(
        r#"scenarios: {"a": ()}, metrics: ["p"], replications: 1"#,
        expect![[r#"
            error[out-of-domain] s.ron:2:53 «1»: at least 2 replications are needed for an interval, this is 1
        "#]],
    );
}

#[test]
fn precisions() {
    study(
        r#"scenarios: {"a": ()}, metrics: ["p"], replications: Precision(relative: 0.0, at_least: 10, at_most: 5)"#,
        expect![[r#"
            error[out-of-domain] s.ron:2:73 «0.0»: a half-width must be positive, this is 0
            error[out-of-domain] s.ron:2:101 «5»: at least 10, but at most 5 replications
        "#]],
    );
}

#[test]
fn percent_that_are_no_share() {
    study(
        r#"metrics: ["p"], horizon: 9.0, replications: Precision(relative: 2)"#,
        expect![[r#"
            warning[wide-intervals] s.ron:2:65 «2»: intervals may be as wide as 2 times their mean to either side
              help: a share is meant: 2 % is 0.02
        "#]],
    );
}

#[test]
fn a_confidence_of_one() {
    study(
        r#"scenarios: {"a": ()}, metrics: ["p"], replications: 5, confidence: 1.0"#,
        expect![[r#"
            error[out-of-domain] s.ron:2:68 «1.0»: a confidence must be between 0 and 1, this is 1
        "#]],
    );
}

#[test]
fn a_grid_without_end() {
    study(
        r#"scenarios: {"a": ()}, vary: {"p0": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p1": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p2": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p3": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p4": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p5": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p6": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p7": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "p8": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}, metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[too-many] s.ron:2:30 «"p0"»: this study has 1000000000 scenarios: at most 10000 are possible
              help: a grid has every combination: shorten the lists, or vary with `Zip` or `List`
        "#]],
    );
}

#[test]
fn lists_of_different_lengths() {
    study(
        r#"vary: Zip({"k": [1, 2], "rate": [1, 2, 3]}), metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[zip-lengths] s.ron:2:25 «"rate"»: `Zip` needs lists of one length: `k` has 2, `rate` has 3
              s.ron:2:12 «"k"»: the first list
        "#]],
    );
}

#[test]
fn a_parameter_varied_and_changed() {
    study(
        r#"scenarios: {"a": (parameters: {"k": 3})}, vary: {"k": [1, 2]}, metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[varied-twice] s.ron:2:32 «"k"»: the parameter `k` is varied by the study and changed here, too
              s.ron:2:50 «"k"»: varied here
        "#]],
    );
}

#[test]
fn what_all_scenarios_change_is_judged_once() {
    study(
        r#"parameters: {"k": 3, "kk": 1}, timers: {"tok": Never}, scenarios: {"a": (), "b": ()}, vary: {"k": [1, 2]}, metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[varied-twice] s.ron:2:14 «"k"»: the parameter `k` is varied by the study and changed here, too
              s.ron:2:94 «"k"»: varied here
            error[unknown-parameter] s.ron:2:22 «"kk"»: unknown parameter `kk`
              ^ not declared
              help: there are `k` and `rate`
            error[timer-without-rule] s.ron:2:41 «"tok"»: a timer for the rule `tok`, which is not there
              ^ not declared
              m.ron:1:14 «"r.ron"»: not in this rule set
              help: there is only `tick`
        "#]],
    );
}

#[test]
fn an_unknown_parameter_is_varied() {
    study(
        r#"vary: {"kay": [1, 2]}, metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[unknown-parameter] s.ron:2:8 «"kay"»: unknown parameter `kay`
              ^ not declared
              help: there are `k` and `rate`
        "#]],
    );
}

#[test]
fn no_point_is_left() {
    study(
        r#"vary: {"k": [1, 2]}, constraints: ["k > 2"], metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[empty-vary] s.ron:2:36 «"k > 2"»: no point fulfils the constraints: nothing would run
        "#]],
    );
}

#[test]
fn a_constraint_that_is_no_condition() {
    study(
        r#"vary: {"k": [1, 2]}, constraints: ["k + 1", "n.x > 1"], metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[wrong-type] s.ron:2:37 «k + 1»: a Bool is needed here, this is an Int
              ^ an Int
              help: compare it: `k + 1 > 0`
            error[unknown-variable] s.ron:2:46 «n»: unknown variable `n`
              ^ no variable is declared here
        "#]],
    );
}

#[test]
fn nothing_is_varied() {
    study(
        r#"vary: {"k": []}, metrics: ["p"], replications: 5"#,
        expect![[r#"
            error[empty-vary] s.ron:2:8 «"k"»: `vary` has no values: nothing would run
        "#]],
    );
}

#[test]
fn the_command_line_levels_scenarios() {
    let text = format!(
        "--- s.ron\nStudy(model: \"m.ron\", parameters: {{\"rate\": 1.0}}, scenarios: {{\"a\": (), \"b\": (parameters: {{\"k\": 2}})}}, metrics: [\"p\"], replications: 5, horizon: 9.0)\n{MODEL}"
    );
    expect![[r#"
        warning[levelled] --set:1:1 «k»: `k` is set for all scenarios, and `b` says something else of it
          s.ron:1:90 «"k"»: this does not count
    "#]].assert_eq(&diagnose_with(&text, &[("k", "3"), ("rate", "2.0")]));
}

#[test]
fn the_command_line_changes_what_is_varied() {
    let text = format!(
        "--- s.ron\nStudy(model: \"m.ron\", vary: {{\"k\": [1, 2]}}, metrics: [\"p\"], replications: 5)\n{MODEL}"
    );
    expect![[r#"
        error[varied-twice] --set:1:1 «k»: the parameter `k` is varied by the study and changed here, too
          s.ron:1:30 «"k"»: varied here
    "#]].assert_eq(&diagnose_with(&text, &[("k", "3")]));
}
