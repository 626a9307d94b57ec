//! Mistakes in timers.

use expect_test::{Expect, expect};

use super::models::fields;

fn timers(timers: &str, expected: Expect) {
    fields(&format!("timers: {{{timers}}}"), "", expected);
}

#[test]
fn timers_and_rules() {
    timers(
        r#""tick": Never, "tock": Never"#,
        expect![[r#"
            error[timer-without-rule] m.ron:2:25 «"tock"»: a timer for the rule `tock`, which is not there
              ^ not declared
              m.ron:1:14 «"r.ron"»: not in this rule set
              help: did you mean `tick`?
        "#]],
    );
}

#[test]
fn no_timer() {
    timers(
        r#""#,
        expect![[r#"
            error[rule-without-timer] m.ron:1:14 «"r.ron"»: the rule `tick` has no timer
              ^ every rule of a model needs one
              r.ron:4:13 «"tick"»: declared here
              help: add to `timers`: `"tick": Exponential(rate: 1.0),` or `"tick": Never,`
        "#]],
    );
}

#[test]
fn unknown_laws_and_parameters() {
    timers(
        r#""tick": Normall(mean: 1, sd: 1)"#,
        expect![[r#"
            error[unknown-law] m.ron:2:18 «Normall»: unknown law `Normall`
              ^ not declared
              help: did you mean `Normal`?
        "#]],
    );
    timers(
        r#""tick": Gumbel(rate: 1)"#,
        expect![[r#"
            error[unknown-law] m.ron:2:18 «Gumbel»: unknown law `Gumbel`
              ^ not declared
              help: there are `Exponential`, `Normal`, `LogNormal`, `Uniform`, `Weibull`, `Pareto`, `Gamma`, `Erlang`, `Triangular`, `Deterministic`, `Immediate`, `Never` and `Empirical`
        "#]],
    );
}

#[test]
fn wrong_parameters() {
    timers(
        r#""tick": Normal(men: 1, sd: 1)"#,
        expect![[r#"
            error[unknown-parameter] m.ron:2:25 «men»: unknown parameter `men` of `Normal`
              ^ not declared
              help: did you mean `mean`?
        "#]],
    );
}

#[test]
fn missing_parameters() {
    timers(
        r#""tick": Normal(mean: 1)"#,
        expect![[r#"
            error[missing-parameter] m.ron:2:18 «Normal»: `Normal` needs `sd`
              ^ `sd` is not given
              help: write `Normal(mean: …, sd: …)`
        "#]],
    );
}

#[test]
fn a_lone_parameter_of_two_meanings() {
    timers(
        r#""tick": Exponential(2)"#,
        expect![[r#"
            error[wrong-arguments] m.ron:2:18 «Exponential»: which parameters are meant? Write `Exponential(rate: …)` or `Exponential(mean: …)`
        "#]],
    );
}

#[test]
fn parameters_of_two_ways_of_writing() {
    timers(
        r#""tick": Weibull(mean: 1, scale: 2)"#,
        expect![[r#"
            error[wrong-arguments] m.ron:2:18 «Weibull»: which parameters are meant? Write `Weibull(shape: …, scale: …)` or `Weibull(mean: …, shape: …)`
        "#]],
    );
    timers(
        r#""tick": Erlang(k: 3)"#,
        expect![[r#"
        error[wrong-arguments] m.ron:2:18 «Erlang»: which parameters are meant? Write `Erlang(k: …, rate: …)` or `Erlang(k: …, mean: …)`
    "#]],
    );
    timers(
        r#""tick": Gamma(mean: 1)"#,
        expect![[r#"
        error[missing-parameter] m.ron:2:18 «Gamma»: `Gamma` needs `sd`
          ^ `sd` is not given
          help: write `Gamma(mean: …, sd: …)`
    "#]],
    );
    timers(
        r#""tick": Gamma(mean: -1, sd: 1)"#,
        expect![[r#"
            error[out-of-domain] m.ron:2:30 «-1»: the mean of positive values must be positive, this is -1
        "#]],
    );
}

#[test]
fn a_negative_rate() {
    timers(
        r#""tick": Exponential(rate: "-rate")"#,
        expect![[r#"
            error[out-of-domain] m.ron:2:37 «-rate»: a rate must not be negative, this is -2
              r.ron:3:26 «2.0»: given here
        "#]],
    );
}

#[test]
fn a_negative_spread() {
    timers(
        r#""tick": LogNormal(mean: 1, sd: -1)"#,
        expect![[r#"
            error[out-of-domain] m.ron:2:41 «-1»: a standard deviation must not be negative, this is -1
        "#]],
    );
}

#[test]
fn a_low_above_its_high() {
    timers(
        r#""tick": Uniform(low: 3, high: 1)"#,
        expect![[r#"
            error[out-of-domain] m.ron:2:40 «1»: `high` must not be below `low`, this is 1
        "#]],
    );
}

#[test]
fn a_deterministic_zero() {
    timers(
        r#""tick": Deterministic(0)"#,
        expect![[r#"
            error[out-of-domain] m.ron:2:32 «0»: a delay must be positive (for none at all write `Immediate`), this is 0
        "#]],
    );
}

#[test]
fn a_truncated_normal() {
    timers(
        r#""tick": Normal(mean: 1, sd: 1)"#,
        expect![[r#"
            warning[truncated-normal] m.ron:2:18 «Normal»: this delay is a normal conditioned on being positive: its mean is 1.2876 instead of 1
              help: if the mean matters, take a law of positive values with the same moments, such as `LogNormal`
        "#]],
    );
}

#[test]
fn a_law_for_draws() {
    timers(
        r#""tick": Bernoulli(p: 0.5)"#,
        expect![[r#"
            error[unknown-law] m.ron:2:18 «Bernoulli»: `Bernoulli` cannot be used in a timer: it is for draws
        "#]],
    );
}

#[test]
fn a_timer_that_divides_by_zero() {
    timers(
        r#""tick": Exponential(rate: "1 / (rate - 2)")"#,
        expect![[r#"
            error[no-value] m.ron:2:37 «1 / (rate - 2)»: `1 / (rate - 2)` has no value: division by zero
        "#]],
    );
}

#[test]
fn unknown_options() {
    timers(
        r#""tick": Exponential(rate: 1, memory: Agee, clock: Agregate, on_change: 3)"#,
        expect![[r#"
            error[wrong-arguments] m.ron:2:70 «on_change»: `on_change` is `Keep` or `Redraw`
            error[unknown-option] m.ron:2:47 «Agee»: unknown option `Agee`
              ^ not declared
              help: did you mean `Age`?
            error[unknown-option] m.ron:2:60 «Agregate»: unknown option `Agregate`
              ^ not declared
              help: did you mean `Aggregate`?
        "#]],
    );
}

#[test]
fn an_aggregate_normal() {
    timers(
        r#""tick": Normal(mean: 10, sd: 1, clock: Aggregate)"#,
        expect![[r#"
            error[aggregate] m.ron:2:49 «Aggregate»: `clock: Aggregate` needs an exponential timer: only exponential clocks add up to one
        "#]],
    );
}

#[test]
fn an_aggregate_rate_of_matches() {
    timers(
        r#""tick": Exponential(rate: "n.x", clock: Aggregate)"#,
        expect![[r#"
            error[aggregate] m.ron:2:37 «n.x»: the rate of an aggregate clock reads model parameters only
              help: what differs between matches goes into `weights`
        "#]],
    );
}

#[test]
fn aggregate_weights() {
    timers(
        r#""tick": Exponential(rate: 1, clock: Aggregate, weights: {"n": "m.x", "q": 1})"#,
        expect![[r#"
            error[aggregate] m.ron:2:73 «m.x»: the weight of `n` reads `N`, which is not connected to it
              help: a weight belongs to one connected part of the pattern and reads only that
            error[unknown-variable] m.ron:2:80 «q»: unknown variable `q`
              ^ not declared
              help: there are `n` and `m`
        "#]],
    );
}

#[test]
fn weights_without_aggregate() {
    timers(
        r#""tick": Exponential(rate: 1, weights: {"n": "1"})"#,
        expect![[r#"
            error[weights-without-aggregate] m.ron:2:39 «weights»: `weights` need `clock: Aggregate`
        "#]],
    );
}

#[test]
fn a_key_without_stream() {
    timers(
        r#""tick": Exponential(rate: 1, key: ["n"])"#,
        expect![[r#"
            error[key-without-stream] m.ron:2:39 «key»: `key` needs `stream`, the name that couples the draws
        "#]],
    );
}

#[test]
fn an_unknown_key() {
    timers(
        r#""tick": Exponential(rate: 1, stream: "s", key: ["q"])"#,
        expect![[r#"
            error[unknown-variable] m.ron:2:59 «q»: unknown variable `q`
              ^ not declared
              help: there are `n` and `m`
        "#]],
    );
}
