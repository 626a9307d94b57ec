//! Mistakes in tables.

use expect_test::expect;

use super::models::model;

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
fn symmetry_and_diagonal_are_about_two_keys() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from"], symmetric: true, diagonal: (ms: 0)), "u": Csv("t.csv", key: ["from", "to", "at"], symmetric: true, diagonal: (ms: 0, md: 1))}"#,
        r#"--- t.csv
from,to,at,ms
1,2,3,4
"#,
        expect![[r#"
            error[bad-key] m.ron:3:54 «true»: a symmetric table has two key columns, this one has 1
            error[bad-key] m.ron:3:70 «(ms: 0)»: the diagonal of a table is where its keys are equal: it needs two of them
              help: `missing` is about all keys that are not there
            error[bad-key] m.ron:3:136 «true»: a symmetric table has two key columns, this one has 3
            error[unknown-column] m.ron:3:160 «md»: unknown column `md`
              ^ not declared
              help: did you mean `ms`?
        "#]],
    );
}

#[test]
fn an_incomplete_diagonal() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from", "to"], diagonal: (ms: 0))}, probes: {"p": Mean("t(n.x, 1).ms + t(n.x, 1).sd", over: "(n:N)")}"#,
        r#"--- t.csv
from,to,ms,sd
1,2,3,4
"#,
        expect![[r#"
            error[missing-column] m.ron:3:115 «sd»: the column `sd` has no value for keys that are equal
              m.ron:3:59 «(ms: 0)»: it is left out here
              help: add `sd: …` to `diagonal`
        "#]],
    );
}

#[test]
fn a_pair_in_both_orders() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from", "to"]), "u": Csv("t.csv", key: ["from", "to"], symmetric: true)}"#,
        r#"--- t.csv
from,to,ms
1,2,3
4,4,0
2,1,3
"#,
        expect![[r#"
            error[duplicate-key] t.csv:4:1 «2,1,3»: two lines are about one pair of keys, and the table is symmetric
              t.csv:2:1 «1,2,3»: the first one
              help: without `symmetric: true`, either order of two keys has a line of its own
        "#]],
    );
}

/// A number for either row makes the column one of numbers.
#[test]
fn a_column_that_both_rows_widen() {
    model(
        r#"tables: {"t": Csv("t.csv", key: ["from", "to"], diagonal: (ms: 0), missing: (ms: 2.5))}, probes: {"p": Mean("sqrt(t(n.x, 1).ms)", over: "(n:N WHERE t(n.x, n.x).ms = 0.0)")}"#,
        r#"--- t.csv
from,to,ms
1,2,3
"#,
        expect![[""]],
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
