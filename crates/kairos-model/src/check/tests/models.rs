//! Mistakes in models.

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
fn fields(fields: &str, more: &str, expected: Expect) {
    let text = format!("--- m.ron\nModel(rules: \"r.ron\",\n{fields}\n)\n{RULES}{more}");
    expected.assert_eq(&diagnose(&text));
}

fn timers(timers: &str, expected: Expect) {
    fields(&format!("timers: {{{timers}}}"), "", expected);
}

/// A model with a timer and other fields.
fn model(other: &str, more: &str, expected: Expect) {
    fields(
        &format!("timers: {{\"tick\": Never}},\n{other}"),
        more,
        expected,
    );
}

#[expect(clippy::needless_pass_by_value, reason = "`expect!` gives a value")]
fn whole(text: &str, expected: Expect) {
    expected.assert_eq(&diagnose(text));
}

#[test]
fn timers_and_rules() {
    timers(
        r#""tick": Never, "tock": Never"#,
        expect![[r#"
            error[timer-without-rule] m.ron:2:25 «"tock"»: a timer for the rule `tock`, which is not there
              ^ not declared
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
        r#""tick": Poisson(rate: 1)"#,
        expect![[r#"
            error[unknown-law] m.ron:2:18 «Poisson»: unknown law `Poisson`
              ^ not declared
              help: there are `Exponential`, `Normal`, `LogNormal`, `Uniform`, `Weibull`, `Gamma`, `Erlang`, `Triangular`, `Deterministic`, `Immediate`, `Never` and `Empirical`
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

#[test]
fn an_include_cycle() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"])
--- b.ron
RuleSet(include: ["a.ron"])
"#,
        expect![[r#"
            error[include-cycle] b.ron:1:19 «"a.ron"»: rule sets include each other: a.ron → b.ron → a.ron
              ^ closes the cycle
              help: move what both need into a file of its own and include that one
        "#]],
    );
}

#[test]
fn a_missing_include() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"], rules: {"r": (match: "(x:Nix)")})
"#,
        expect![[r#"
            error[unreadable-file] a.ron:1:19 «"b.ron"»: cannot read `b.ron`: there is no such file
              help: did you mean `a.ron`?
        "#]],
    );
}

#[test]
fn a_diamond_include() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron", "c.ron"], rules: {"r": (match: "(x:X)")})
--- b.ron
RuleSet(include: ["d.ron"])
--- c.ron
RuleSet(include: ["d.ron"])
--- d.ron
RuleSet(types: (nodes: {"X": ()}))
"#,
        expect![[""]],
    );
}

#[test]
fn duplicates_between_files() {
    whole(
        r#"--- a.ron
RuleSet(include: ["b.ron"], types: (nodes: {"X": ()}), parameters: {"k": 1}, rules: {"r": (match: "(:X)")})
--- b.ron
RuleSet(types: (nodes: {"X": ()}), parameters: {"k": 2}, rules: {"r": (match: "(:X)")})
"#,
        expect![[r#"
            error[duplicate-name] a.ron:1:45 «"X"»: node type `X` is declared twice
              ^ declared again
              b.ron:1:25 «"X"»: first declared here
            error[duplicate-name] a.ron:1:69 «"k"»: parameter `k` is declared twice
              ^ declared again
              b.ron:1:49 «"k"»: first declared here
            error[duplicate-name] a.ron:1:86 «"r"»: rule `r` is declared twice
              ^ declared again
              b.ron:1:66 «"r"»: first declared here
        "#]],
    );
}

#[test]
fn mistakes_of_types() {
    whole(
        r#"--- a.ron
RuleSet(types: (nodes: {
"A": (is: "B"), "B": (is: "A"), "C": (is: "Dee"), "D": (attributes: {"x": Int}), "E": (is: "D", attributes: {"x": Real, "e": Enum("Sta")}), "F G": ()},
edges: {"e": (from: "D", to: "Q")}, enumerations: {"State": ["on", "on"], "None": []}))
"#,
        expect![[r#"
            error[duplicate-name] a.ron:3:68 «"on"»: value of `State` `on` is declared twice
              ^ declared again
              a.ron:3:62 «"on"»: first declared here
            error[empty-enumeration] a.ron:3:75 «"None"»: the enumeration `None` has no values
            error[bad-name] a.ron:2:141 «"F G"»: `F G` cannot be the name of a node type
              ^ letters, digits and `_`, no digit first
            error[unknown-type] a.ron:2:43 «"Dee"»: unknown node type `Dee`
              ^ not declared
              help: there are `A`, `B`, `C`, `D` and `E`
            error[inheritance-cycle] a.ron:2:11 «"B"»: node types extend each other: A → B → A
              ^ closes the cycle
              a.ron:2:27 «"A"»: which extends `A`
            error[duplicate-name] a.ron:2:110 «"x"»: attribute `x` is declared twice
              ^ declared again
              a.ron:2:70 «"x"»: first declared here
            error[unknown-type] a.ron:2:131 «"Sta"»: unknown enumeration `Sta`
              ^ not declared
              help: there are `None` and `State`
            error[unknown-type] a.ron:3:31 «Q»: unknown node type `Q`
              ^ not declared
              help: there are `A`, `B`, `C`, `D` and `E`
        "#]],
    );
}

#[test]
fn unresolved_declarations_are_not_judged_further() {
    whole(
        r#"--- a.ron
RuleSet(types: (nodes: {"C": (is: "Dee"), "D": ()}, edges: {"e": (from: "C", to: "Q")}), rules: {"r": (match: "(c:C)-[e:e]->(d:D)", where: "c.x > e.y", set: ["c.z = 1"])})
"#,
        expect![[r#"
            error[unknown-type] a.ron:1:35 «"Dee"»: unknown node type `Dee`
              ^ not declared
              help: there are `C` and `D`
            error[unknown-type] a.ron:1:83 «Q»: unknown node type `Q`
              ^ not declared
              help: there are `C` and `D`
        "#]],
    );
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
fn a_missing_table_file() {
    model(
        r#"tables: {"t": Csv("{dta}.csv"), "u": Csv("nix.csv")}"#,
        r#""#,
        expect![[r#"
            error[unknown-parameter] m.ron:3:19 «"{dta}.csv"»: unknown parameter `dta`
              ^ not declared
              help: there are `k` and `rate`
            error[unreadable-file] m.ron:3:42 «"nix.csv"»: cannot read `nix.csv`: there is no such file
        "#]],
    );
}

#[test]
fn missing_columns() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["form"], missing: (ms: 1))}"#,
        r#"--- t.csv
from,ms,sd
1,2,3
"#,
        expect![[r#"
            error[unknown-column] m.ron:3:34 «"form"»: unknown column `form`
              ^ not declared
              t.csv:1:1 «from,ms,sd»: the columns of the file
              help: did you mean `from`?
        "#]],
    );
}

#[test]
fn an_incomplete_missing_row() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"], missing: (ms: 1, md: 2)), "u": Csv("t.csv", key: ["from"], missing: (ms: 1))}, probes: {"p": Mean("u(n.x).ms + u(n.x).sd", over: "(n:N)")}"#,
        r#"--- t.csv
from,ms,sd
1,2,3
"#,
        expect![[r#"
            error[unknown-column] m.ron:3:60 «md»: unknown column `md`
              ^ not declared
              help: did you mean `ms`?
            error[missing-column] m.ron:3:161 «sd»: the column `sd` has no value for keys that are not there
              m.ron:3:111 «(ms: 1)»: it is left out here
              help: add `sd: …` to `missing`
        "#]],
    );
}

#[test]
fn a_ragged_table() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"])}"#,
        r#"--- t.csv
from,ms
1,2
3
"#,
        expect![[r#"
            error[csv-ragged] t.csv:3:1 «3»: cells on this line: 1, in the header: 2
              t.csv:1:1 «from,ms»: the header
        "#]],
    );
}

#[test]
fn an_empty_table() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"])}"#,
        r#"--- t.csv
"#,
        expect![[r#"
            error[csv-empty] t.csv:1:1 «»: the file is empty: its first line must name the columns
        "#]],
    );
}

#[test]
fn bad_keys() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"]), "u": Csv("u.csv", key: ["from"])}"#,
        r#"--- t.csv
from,ms
a,2
--- u.csv
from,ms
1,2
1,3
"#,
        expect![[r#"
            error[bad-key] t.csv:2:1 «a,2»: the key `from` is `a`, not a whole number
            error[duplicate-key] u.csv:3:1 «1,3»: two lines have the same keys
              u.csv:2:1 «1,2»: the first one
        "#]],
    );
}

#[test]
fn a_text_column_that_is_used() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"])}, probes: {"p": Mean("t(n.x).city + t(n.x).gap + t(n.x).ms + t(n.x).nix + t(1, 2).ms + t(n.x)", over: "(n:N)")}"#,
        r#"--- t.csv
from,ms,city,gap
1,2,Lyon,3
2,3,Bern,
"#,
        expect![[r#"
            error[text-column] m.ron:3:72 «city»: the column `city` does not hold numbers or truth values
              t.csv:2:1 «1,2,Lyon,3»: the first line that has none: `Lyon` stands there
            error[text-column] m.ron:3:86 «gap»: the column `gap` does not hold numbers or truth values
              t.csv:3:1 «2,3,Bern,»: the first line that has none: the cell is empty
            error[unknown-column] m.ron:3:111 «nix»: unknown column `nix`
              ^ not declared
              help: there is only `ms`
            error[wrong-arguments] m.ron:3:117 «t»: `t` needs 1 argument, here are 2
            error[no-column] m.ron:3:130 «t(n.x)»: a look-up needs a column: `t(…).ms`
        "#]],
    );
}

/// What is wrong is the cell, not the name of its column.
#[test]
fn a_text_column_with_a_value_for_missing_keys() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"], missing: (ms: 0.5, gap: 1))}, probes: {"p": Mean("t(n.x).ms", over: "(n:N)")}"#,
        "--- t.csv\nfrom,ms,gap\n1,2,3\n2,1e400,\n",
        expect![[r#"
            error[text-column] m.ron:3:53 «ms»: the column `ms` does not hold numbers or truth values
              t.csv:3:1 «2,1e400,»: the first line that has none: `1e400` stands there
            error[text-column] m.ron:3:62 «gap»: the column `gap` does not hold numbers or truth values
              t.csv:3:1 «2,1e400,»: the first line that has none: the cell is empty
        "#]],
    );
}

#[test]
fn a_table_without_rows() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"], missing: (ms: 0.5))}, probes: {"p": Mean("t(n.x).ms", over: "(n:N)")}"#,
        "--- t.csv\nfrom,ms\n",
        expect![[r#"
            warning[empty-table] m.ron:3:19 «"t.csv"»: `t.csv` has a header and no rows: no key is in the table
        "#]],
    );
}

#[test]
fn a_table_with_carriage_returns_and_nan() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"])}, probes: {"p": Mean("t(n.x).ms", over: "(n:N)")}"#,
        "--- t.csv\n\u{feff}from,ms\r\n1,NaN\r\n",
        expect![[r#"
            error[text-column] m.ron:3:72 «ms»: the column `ms` does not hold numbers or truth values
              t.csv:2:1 «1,NaN»: the first line that has none: `NaN` stands there
        "#]],
    );
}

#[test]
fn a_table_named_like_a_function() {
    model(
        r#"tables: {"abs": Csv("t.csv")}"#,
        r#"--- t.csv
a
1
"#,
        expect![[r#"
            error[reserved-name] m.ron:3:10 «"abs"»: `abs` is a function: a table needs another name
        "#]],
    );
}

#[test]
fn mistakes_of_start() {
    model(
        r#"start: [Create("(n:N {x: 1.5})-[:e]->(q)"), Repeat("0 - 1", "(:N)"), Repeat("now", "(:M)"), Create("(:N {x: index})")]"#,
        r#""#,
        expect![[r#"
            error[wrong-type] m.ron:3:26 «1.5»: an Int is needed here, this is a Real
              ^ a Real
              r.ron:2:40 «"x"»: `x` is declared an Int here
              help: say how to round: `floor(1.5)`, `ceil(1.5)` or `round(1.5)`
            error[unknown-variable] m.ron:3:39 «q»: unknown variable `q`
              ^ not declared
              help: there is only `n`; a new node needs a type: `(q:Type)`
            error[out-of-domain] m.ron:3:53 «0 - 1»: a number of repetitions must not be negative, this is -1
            error[not-here] m.ron:3:78 «now»: `now` cannot be read in what is fixed before a run
              help: before a run there is no time: `now` is for effects, `choose`, tallies and timers
            error[attribute-without-value] m.ron:3:85 «(:M)»: `y` must be given a value
              r.ron:2:92 «"y"»: declared here, without a default
              help: write `{y: …}`, or declare a default
            error[not-here] m.ron:3:109 «index»: `index` cannot be read in the start graph
              help: `index` counts the repetitions of `Repeat` and the rows of `Nodes` and `Edges`
        "#]],
    );
}

#[test]
fn mistakes_of_topologies() {
    model(
        r#"start: [Topology(Rong, nodes: "N", edge: "e"), Topology(ErdosRenyi(p: 1.5), nodes: "N", edge: "e"), Topology(WattsStrogatz(k: 3, beta: 0.1), nodes: "N", edge: "e"), Topology(Ring, nodes: "M", edge: "e"), Topology(RandomRegular(m: 3), nodes: "N", edge: "e", draw: Once), Topology(BarabasiAlbert, nodes: "N", edge: "ee")]"#,
        r#""#,
        expect![[r#"
            error[unknown-topology] m.ron:3:18 «Rong»: unknown graph model `Rong`
              ^ not declared
              help: did you mean `Ring`?
            error[out-of-domain] m.ron:3:71 «1.5»: a probability must be between 0 and 1, this is 1.5
            error[out-of-domain] m.ron:3:127 «3»: `k` must be even, half of the neighbours on each side; this is 3
            error[edge-ends] m.ron:3:199 «"e"»: `e` cannot connect every `M` with every other
              r.ron:2:114 «"e"»: declared from `N` to `N`
            error[unknown-parameter] m.ron:3:228 «m»: unknown parameter `m` of `RandomRegular`
              ^ not declared
              help: there is only `degree`
            error[unknown-option] m.ron:3:264 «Once»: unknown option `Once`
              ^ not declared
              help: there are `PerReplication` and `PerStudy`
            error[missing-parameter] m.ron:3:280 «BarabasiAlbert»: `BarabasiAlbert` needs `m`
            error[unknown-type] m.ron:3:314 «"ee"»: unknown edge type `ee`
              ^ not declared
              help: there are `e` and `f`
        "#]],
    );
}

#[test]
fn a_slip_in_the_name_of_a_column() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Edges(csv: "e.csv", edge: "e", from: "a", to: "b")]"#,
        "--- n.csv\nid,onn,x,remark\n1,true,1,first\n--- e.csv\na,b,W2\n1,1,0.5\n",
        expect![[r#"
            warning[unread-column] n.csv:1:1 «id,onn,x,remark»: the column `onn` is not read, and `on` has its default in all rows
              help: name the column `on`, or write `columns: {"on": "onn"}`
            warning[unread-column] e.csv:1:1 «a,b,W2»: the column `W2` is not read, and `w` has its default in all rows
              help: name the column `w`, or write `columns: {"w": "W2"}`
        "#]],
    );
}

#[test]
fn nodes_from_a_file() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id", columns: {"z": "b"}), Nodes(csv: "n.csv", node: "M", key: "id"), Nodes(csv: "n.csv", node: "N", key: "a")]"#,
        r#"--- n.csv
id,a,x
1,7,1
2,7,one
"#,
        expect![[r#"
            error[unknown-attribute] m.ron:3:61 «"z"»: unknown attribute `z`
              ^ not declared
              help: there are `x` and `on`
            error[unknown-column] m.ron:3:66 «"b"»: unknown column `b`
              ^ not declared
              n.csv:1:1 «id,a,x»: the columns of the file
              help: there are `id`, `a` and `x`
            error[attribute-without-value] m.ron:3:99 «"M"»: `y` must be given a value
              r.ron:2:92 «"y"»: declared here, without a default
              help: write `{y: …}`, or declare a default
            error[duplicate-key] n.csv:3:1 «2,7,one»: two lines have the key `7`
              n.csv:2:1 «1,7,1»: the first one
        "#]],
    );
}

#[test]
fn bad_cells_and_duplicate_keys() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Nodes(csv: "m.csv", node: "N", key: "id")]"#,
        r#"--- n.csv
id,x
1,1
2,one
--- m.csv
id
1
1
"#,
        expect![[r#"
            error[bad-cell] n.csv:3:1 «2,one»: the column `x` needs a whole number, here is `one`
            error[duplicate-key] m.csv:3:1 «1»: two lines have the key `1`
              m.csv:2:1 «1»: the first one
        "#]],
    );
}

#[test]
fn edges_from_a_file() {
    model(
        r#"start: [Nodes(csv: "n.csv", node: "N", key: "id"), Edges(csv: "e.csv", edge: "e", from: "a", to: "b")]"#,
        r#"--- n.csv
id
1
2
--- e.csv
a,b
1,2
1,3
"#,
        expect![[r#"
            error[unknown-key] e.csv:3:1 «1,3»: no node that fits here has the key `3`
              help: read the nodes by `Nodes(…)` before, or let `nodes: "Type"` create them
        "#]],
    );
}

#[test]
fn edges_that_are_not_unique() {
    model(
        r#"start: [Edges(csv: "e.csv", edge: "e", from: "a", to: "b", nodes: "N")]"#,
        r#"--- e.csv
a,b
1,2
2,1
1,2
"#,
        expect![[r#"
            error[not-unique] e.csv:4:1 «1,2»: a second edge with the same ends, and `e` is unique
              r.ron:2:114 «"e"»: declared here
        "#]],
    );
}

#[test]
fn a_broken_graphml_file() {
    model(
        r#"start: [GraphMl("g.xml")]"#,
        r#"--- g.xml
<graphml><graph>
</graphm>
"#,
        expect![[r#"
            error[graphml] g.xml:2:1 «»: this is not well-formed XML: expected 'graph' tag, not 'graphm' at 2:1
        "#]],
    );
}

#[test]
fn a_graphml_file_without_types() {
    model(
        r#"start: [GraphMl("g.xml")]"#,
        r#"--- g.xml
<graphml><graph><node id="1"/></graph></graphml>
"#,
        expect![[r#"
            error[type-needed] g.xml:1:17 «<node id="1"/>»: this node has no `type`
              m.ron:3:17 «"g.xml"»: the file is read here
              help: say which type such elements have: `node: "Type"`
        "#]],
    );
}

#[test]
fn mistakes_of_a_graphml_file() {
    model(
        r#"start: [GraphMl("g.xml", node: "N", edge: "e")]"#,
        r#"--- g.xml
<graphml><key id="d0" for="node" attr.name="x" attr.type="int"/>
<graph><node id="1"><data key="d0">1</data></node>
<edge source="1" target="2"/></graph></graphml>
"#,
        expect![[r#"
            error[unknown-key] g.xml:3:1 «<edge source="1" target="2"/>»: no node of the file has the id `2`
        "#]],
    );
}

#[test]
fn mistakes_of_probes() {
    model(
        r#"probes: {"a": Count("(x:Nn)"), "b": Mean("n.on", over: "(n:N)"), "c": Firings("tik"), "d": Tally(on: "tick", value: "q.x"), "e": Between(from: "tick", to: "tick", same: "q"), "f": Count("(n:N WHERE n.x > now)")}"#,
        r#""#,
        expect![[r#"
            error[unknown-type] m.ron:3:25 «Nn»: unknown node type `Nn`
              ^ not declared
              help: there are `M` and `N`
            error[wrong-type] m.ron:3:43 «n.on»: a Real is needed here, this is a Bool
              ^ a Bool
              help: as a number: `CASE WHEN n.on THEN 1 ELSE 0 END`
            error[unknown-rule] m.ron:3:79 «"tik"»: unknown rule `tik`
              ^ not declared
              help: did you mean `tick`?
            error[unknown-variable] m.ron:3:118 «q»: unknown variable `q`
              ^ not declared
              help: there are `n` and `m`
            error[unknown-variable] m.ron:3:171 «q»: unknown element `q` of `tick`
              ^ not declared
              help: there are `n` and `m`
            error[not-here] m.ron:3:205 «now»: `now` cannot be read in a counted pattern
              help: whether a match holds may not depend on time passing: `now` is for effects, `choose`, tallies and timers
        "#]],
    );
}

#[test]
fn mistakes_of_derived_probes() {
    model(
        r#"probes: {"a": Firings("tick"), "b": Derived("a.cuont + nix.mean"), "c": Derived("d"), "d": Derived("c + 1"), "t": Tally(on: "tick", value: "n.x"), "q": Derived("t.p95 + t.p101 + a.p50 + now")}"#,
        r#""#,
        expect![[r#"
            error[unknown-statistic] m.ron:3:48 «cuont»: unknown statistic `cuont` of `a`
              ^ not declared
              help: did you mean `count`?
            error[unknown-probe] m.ron:3:56 «nix»: unknown probe `nix`
              ^ not declared
              help: there are `a`, `b`, `c`, `d`, `q` and `t`
            error[unknown-statistic] m.ron:3:172 «p101»: unknown statistic `p101` of `t`
              ^ not declared
              help: there are `mean`, `count`, `sum`, `sd`, `min`, `max` and `p50`; quantiles are `p0` to `p100`
            error[unknown-statistic] m.ron:3:181 «p50»: unknown statistic `p50` of `a`
              ^ not declared
              help: there are `count`, `rate`, `effectless` and `thinned`
            error[not-here] m.ron:3:187 «now»: `now` cannot be read in a derived probe
              help: a derived probe is computed of other metrics, at the end of a run; the time of a firing is for a `Tally`
            error[probe-cycle] m.ron:3:68 «"c"»: derived probes are defined by each other: c → d → c
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
