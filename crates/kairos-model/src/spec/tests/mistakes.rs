//! Files with mistakes in; the mistakes, rendered, out.

use expect_test::{Expect, expect};

use super::*;

fn check(text: &str, expected: &Expect) {
    expected.assert_eq(&mistakes(text));
}

#[test]
fn every_mistake_of_a_rule_set_is_found() {
    check(
        r#"RuleSet(
    incude: ["a.ron"],
    types: (
        nodes: {
            "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
            "A": (),
            B: (is: 5),
        },
        edges: {
            "e": (from: "A"),
            "f": (between: ("A", "B", "C")),
            "g": (from: "A", to: "B", between: ("A", "B")),
            "h": ("A", "B"),
        },
        enumerations: { "State": "idle" },
    ),
    parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
    rules: {
        "r": (mach: "(a:A)", where: 1, where: "a.x = 1"),
        "s": (match: ["(a:A)", 2], choose: [Best("a.x", of: "(b)")], for_each: [(set: [])]),
        "t": "(a:A)",
        "u": (choose: [Max("a.x")], "(a:A)"),
    },
)"#,
        &expect![[r#"
            error[unknown-field]: a rule set has no `incude`
             --> file.ron:2:5
              |
            2 |     incude: ["a.ron"],
              |     ^^^^^^
              |
              = help: did you mean `include`?

            error[unknown-variant]: `Integer` is not an attribute type
             --> file.ron:5:38
              |
            5 |             "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
              |                                      ^^^^^^^
              |
              = help: there are `Int`, `Real`, `Bool` and `Enum`

            error[wrong-kind]: expected an integer, found a decimal number
             --> file.ron:5:59
              |
            5 |             "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
              |                                                           ^^^

            error[number-out-of-range]: the number is too great for a 64-bit integer
             --> file.ron:5:74
              |
            5 |             "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
              |                                                                          ^^^^^^^^^^^^^^^^^^^^

            error[duplicate-key]: `z` is given twice
             --> file.ron:5:97
              |
            5 |             "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
              |                                                                 --- first given here            ^^^ given again

            error[duplicate-key]: `A` is given twice
             --> file.ron:6:13
              |
            5 |             "A": (attributes: { "x": Integer(0), "y": Int(0.5), "z": Int(99999999999999999999), "z": Real }),
              |             --- first given here
            6 |             "A": (),
              |             ^^^ given again

            error[wrong-kind]: expected a name in double quotes, found the word `B`
             --> file.ron:7:13
              |
            7 |             B: (is: 5),
              |             ^
              |
              = help: write `"B"`

            error[missing-field]: an edge type needs `to`
              --> file.ron:10:18
               |
            10 |             "e": (from: "A"),
               |                  ^^^^^^^^^^^ `to` is missing

            error[wrong-kind]: expected two strings, `("a", "b")`, found a group in parentheses
              --> file.ron:11:28
               |
            11 |             "f": (between: ("A", "B", "C")),
               |                            ^^^^^^^^^^^^^^^

            error[ends-twice]: an edge type is either directed, `from` and `to`, or undirected, `between`
              --> file.ron:12:18
               |
            12 |             "g": (from: "A", to: "B", between: ("A", "B")),
               |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

            error[missing-field]: an edge type needs `from`
              --> file.ron:13:18
               |
            13 |             "h": ("A", "B"),
               |                  ^^^^^^^^^^ `from` is missing

            error[missing-field]: an edge type needs `to`
              --> file.ron:13:18
               |
            13 |             "h": ("A", "B"),
               |                  ^^^^^^^^^^ `to` is missing

            error[unknown-field]: an edge type takes no further unnamed value
              --> file.ron:13:19
               |
            13 |             "h": ("A", "B"),
               |                   ^^^ write `name: value`

            error[unknown-field]: an edge type takes no further unnamed value
              --> file.ron:13:24
               |
            13 |             "h": ("A", "B"),
               |                        ^^^ write `name: value`

            error[wrong-kind]: expected a list of strings, found a string
              --> file.ron:15:34
               |
            15 |         enumerations: { "State": "idle" },
               |                                  ^^^^^^

            error[number-not-finite]: all numbers are finite
              --> file.ron:17:26
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                          ^^^

            error[number-not-finite]: all numbers are finite
              --> file.ron:17:38
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                                      ^^^^

            error[number-out-of-range]: the number is too great for a 64-bit decimal number
              --> file.ron:17:51
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                                                   ^^^^^

            error[bad-number]: this is not a number
              --> file.ron:17:65
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                                                                 ^^^^^
               |
               = help: write `12`, `0.5`, `1e-3`; longer formulas are strings: `"2 * a"`

            error[single-quotes]: a string in single quotes
              --> file.ron:17:80
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                                                                                ^^^
               |
               = help: write double quotes: `"…"`

            error[wrong-kind]: expected a number or a string with an expression, found a list
              --> file.ron:17:93
               |
            17 |     parameters: { "nan": NaN, "inf": -inf, "big": 1e999, "odd": 1.2.3, "text": 'x', "list": [1] },
               |                                                                                             ^^^

            error[unknown-field]: a rule has no `mach`
              --> file.ron:19:15
               |
            19 |         "r": (mach: "(a:A)", where: 1, where: "a.x = 1"),
               |               ^^^^
               |
               = help: did you mean `match`?

            error[wrong-kind]: expected a string, found an integer
              --> file.ron:19:37
               |
            19 |         "r": (mach: "(a:A)", where: 1, where: "a.x = 1"),
               |                                     ^

            error[duplicate-field]: `where` is given twice
              --> file.ron:19:40
               |
            19 |         "r": (mach: "(a:A)", where: 1, where: "a.x = 1"),
               |                              -----     ^^^^^
               |                              |
               |                              first given here

            error[wrong-kind]: expected a string, found an integer
              --> file.ron:20:32
               |
            20 |         "s": (match: ["(a:A)", 2], choose: [Best("a.x", of: "(b)")], for_each: [(set: [])]),
               |                                ^

            error[unknown-variant]: `Best` is not a way to choose
              --> file.ron:20:45
               |
            20 |         "s": (match: ["(a:A)", 2], choose: [Best("a.x", of: "(b)")], for_each: [(set: [])]),
               |                                             ^^^^
               |
               = help: there are `Uniform`, `Max`, `Min` and `Weighted`

            error[missing-field]: a for_each block needs `match`
              --> file.ron:20:81
               |
            20 |         "s": (match: ["(a:A)", 2], choose: [Best("a.x", of: "(b)")], for_each: [(set: [])]),
               |                                                                                 ^^^^^^^^^ `match` is missing

            error[wrong-kind]: expected a rule in parentheses, `(…)`, found a string
              --> file.ron:21:14
               |
            21 |         "t": "(a:A)",
               |              ^^^^^^^

            error[missing-field]: a choice needs `of`
              --> file.ron:22:24
               |
            22 |         "u": (choose: [Max("a.x")], "(a:A)"),
               |                        ^^^ `of` is missing

            error[unknown-field]: a rule takes no further unnamed value
              --> file.ron:22:37
               |
            22 |         "u": (choose: [Max("a.x")], "(a:A)"),
               |                                     ^^^^^^^ write `name: value`

        "#]],
    );
}

#[test]
fn every_mistake_of_a_model_is_found() {
    check(
        r#"Model(
    tables: { "t": Cvs("f"), "u": Csv(key: "a"), "v": Csv("f", missing: (1, 2)) },
    start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
    timers: { "a": 5, "b": Normal(1, 2), "c": Normal(mean: 1, mean: 2), "d": Exponential(rate: (1)) },
    probes: { "p": Count("(a)", "(b)"), "q": Sum("x"), "r": Between(from: "a", to: "b", same: ("x")), "s": Firing("r") },
    horizon: [1],
)"#,
        &expect![[r#"
            error[missing-field]: a model needs `rules`
             --> file.ron:1:1
              |
            1 | Model(
              | ^^^^^ `rules` is missing

            error[unknown-variant]: `Cvs` is not a kind of table
             --> file.ron:2:20
              |
            2 |     tables: { "t": Cvs("f"), "u": Csv(key: "a"), "v": Csv("f", missing: (1, 2)) },
              |                    ^^^
              |
              = help: did you mean `Csv`?

            error[missing-field]: a table needs `file`
             --> file.ron:2:35
              |
            2 |     tables: { "t": Cvs("f"), "u": Csv(key: "a"), "v": Csv("f", missing: (1, 2)) },
              |                                   ^^^ `file` is missing

            error[wrong-kind]: expected a map, `{"name": …}`, found a group in parentheses
             --> file.ron:2:73
              |
            2 |     tables: { "t": Cvs("f"), "u": Csv(key: "a"), "v": Csv("f", missing: (1, 2)) },
              |                                                                         ^^^^^^

            error[missing-field]: `Create` needs `pattern`
             --> file.ron:3:13
              |
            3 |     start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
              |             ^^^^^^ `pattern` is missing

            error[missing-field]: `Repeat` needs `pattern`
             --> file.ron:3:23
              |
            3 |     start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
              |                       ^^^^^^ `pattern` is missing

            error[missing-field]: `Topology` needs `kind`
             --> file.ron:3:40
              |
            3 |     start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
              |                                        ^^^^^^^^ `kind` is missing

            error[wrong-kind]: expected a bare word, found a string
             --> file.ron:3:78
              |
            3 |     start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
              |                                                                              ^^^^^^^^^^
              |
              = help: without quotation marks: `PerStudy`

            error[unknown-variant]: `Topologie` is not a start statement
             --> file.ron:3:91
              |
            3 |     start: [Create(), Repeat("(a:A)"), Topology(nodes: "A", edge: "e", draw: "PerStudy"), Topologie(Ring)],
              |                                                                                           ^^^^^^^^^
              |
              = help: did you mean `Topology`?

            error[wrong-kind]: expected a timer like `Exponential(rate: 1.0)` or `Never`, found an integer
             --> file.ron:4:20
              |
            4 |     timers: { "a": 5, "b": Normal(1, 2), "c": Normal(mean: 1, mean: 2), "d": Exponential(rate: (1)) },
              |                    ^

            error[duplicate-field]: only a lone argument may go without a name
             --> file.ron:4:38
              |
            4 |     timers: { "a": 5, "b": Normal(1, 2), "c": Normal(mean: 1, mean: 2), "d": Exponential(rate: (1)) },
              |                                   -  ^
              |                                   |
              |                                   first given here
              |
              = help: give each its name, as in `Normal(mean: 1.0, sd: 0.1)`

            error[duplicate-field]: `mean` is given twice
             --> file.ron:4:63
              |
            4 |     timers: { "a": 5, "b": Normal(1, 2), "c": Normal(mean: 1, mean: 2), "d": Exponential(rate: (1)) },
              |                                                      ----     ^^^^
              |                                                      |
              |                                                      first given here

            error[wrong-kind]: expected a number, an expression, a word, a list or a map, found a group in parentheses
             --> file.ron:4:96
              |
            4 |     timers: { "a": 5, "b": Normal(1, 2), "c": Normal(mean: 1, mean: 2), "d": Exponential(rate: (1)) },
              |                                                                                                ^^^

            error[unknown-field]: this probe takes no further unnamed value
             --> file.ron:5:33
              |
            5 |     probes: { "p": Count("(a)", "(b)"), "q": Sum("x"), "r": Between(from: "a", to: "b", same: ("x")), "s": Firing("r") },
              |                                 ^^^^^ write `name: value`

            error[missing-field]: this probe needs `over`
             --> file.ron:5:46
              |
            5 |     probes: { "p": Count("(a)", "(b)"), "q": Sum("x"), "r": Between(from: "a", to: "b", same: ("x")), "s": Firing("r") },
              |                                              ^^^ `over` is missing

            error[wrong-kind]: expected two strings, `("a", "b")`, found a group in parentheses
             --> file.ron:5:95
              |
            5 |     probes: { "p": Count("(a)", "(b)"), "q": Sum("x"), "r": Between(from: "a", to: "b", same: ("x")), "s": Firing("r") },
              |                                                                                               ^^^^^

            error[unknown-variant]: `Firing` is not a kind of probe
             --> file.ron:5:108
              |
            5 |     probes: { "p": Count("(a)", "(b)"), "q": Sum("x"), "r": Between(from: "a", to: "b", same: ("x")), "s": Firing("r") },
              |                                                                                                            ^^^^^^
              |
              = help: did you mean `Firings`?

            error[wrong-kind]: expected a number or a string with an expression, found a list
             --> file.ron:6:14
              |
            6 |     horizon: [1],
              |              ^^^

        "#]],
    );
}

#[test]
fn every_mistake_of_a_study_is_found() {
    check(
        r#"Study(
    model: model,
    scenarios: { "a": Never, "b": (parameters: { "x": None }) },
    vary: Zap({"a": [1]}),
    metrics: [latency],
    replications: 2.5,
    seed: -1,
)"#,
        &expect![[r#"
            error[wrong-kind]: expected a string, found the word `model`
             --> file.ron:2:12
              |
            2 |     model: model,
              |            ^^^^^
              |
              = help: in quotation marks: `"model"`

            error[wrong-kind]: expected a scenario in parentheses, `(…)`, found the word `Never`
             --> file.ron:3:23
              |
            3 |     scenarios: { "a": Never, "b": (parameters: { "x": None }) },
              |                       ^^^^^

            error[wrong-kind]: expected a number or a string with an expression, found the word `None`
             --> file.ron:3:55
              |
            3 |     scenarios: { "a": Never, "b": (parameters: { "x": None }) },
              |                                                       ^^^^

            error[unknown-variant]: `Zap` is not a way to vary parameters
             --> file.ron:4:11
              |
            4 |     vary: Zap({"a": [1]}),
              |           ^^^
              |
              = help: did you mean `Zip`? (or parameters with their values alone: `{"n": [10, 20]}`)

            error[wrong-kind]: expected a string, found the word `latency`
             --> file.ron:5:15
              |
            5 |     metrics: [latency],
              |               ^^^^^^^
              |
              = help: in quotation marks: `"latency"`

            error[wrong-kind]: expected a whole number, `Precision(relative: …)` or `BatchMeans(batches: …)`, found a decimal number
             --> file.ron:6:19
              |
            6 |     replications: 2.5,
              |                   ^^^

            error[number-out-of-range]: the number is too small
             --> file.ron:7:11
              |
            7 |     seed: -1,
              |           ^^

        "#]],
    );
    check(
        r#"Study(model: "m", vary: {"a": 1}, replications: Precision(0.02))"#,
        &expect![[r#"
            error[wrong-kind]: expected a list, found an integer
             --> file.ron:1:31
              |
            1 | Study(model: "m", vary: {"a": 1}, replications: Precision(0.02))
              |                               ^

            error[missing-field]: `Precision` needs `relative`
             --> file.ron:1:49
              |
            1 | Study(model: "m", vary: {"a": 1}, replications: Precision(0.02))
              |                                                 ^^^^^^^^^ `relative` is missing

            error[unknown-field]: `Precision` takes no further unnamed value
             --> file.ron:1:59
              |
            1 | Study(model: "m", vary: {"a": 1}, replications: Precision(0.02))
              |                                                           ^^^^ write `name: value`

        "#]],
    );
}

#[test]
fn mistakes_of_form() {
    let texts = [
        "",
        "// nothing\n",
        "RuleSet(rules: {\"a\": (match: \"(a)\" where: \"x\"), \"b\": (mach: 1)})",
        "RuleSet(rules: {\"a\": (match: \"(a)\")",
        "RuleSet(rules: [\"a\"})",
        "RuleSet(rules: {\"a\" (match: \"(a)\")})",
        "RuleSet(parameters: {\"a\": “1”})",
        "RuleSet(parameters: {\"a\": \"b\\q\"})",
        "RuleSet(parameters: {\"a\": \"b)",
        "RuleSet(parameters: {\"a\": --1})",
        "RuleSet(parameters: {\"a\": 1;})",
        "RuleSet(rules: {\"a\": (create: [\"(n:N {x: \"now\"})\"])})",
        "RuleSet() more",
        "RuleSet( /* open",
        "(rules: {})",
        "[1, 2]",
        &format!("RuleSet(rules: {}", "[".repeat(100_000)),
    ];
    let all: String = texts.iter().map(|text| mistakes(text)).collect();
    expect![[r#"
        error[empty-file]: the file is empty
         --> file.ron:1:1
          |
        1 |
          | ^

        error[empty-file]: the file is empty
         --> file.ron:2:1
          |
        2 |
          | ^

        error[missing-comma]: a comma is missing
         --> file.ron:1:34
          |
        1 | RuleSet(rules: {"a": (match: "(a)" where: "x"), "b": (mach: 1)})
          |                                  ^ - the next value starts here
          |                                  |
          |                                  write `,` behind this

        error[unknown-field]: a rule has no `mach`
         --> file.ron:1:55
          |
        1 | RuleSet(rules: {"a": (match: "(a)" where: "x"), "b": (mach: 1)})
          |                                                       ^^^^
          |
          = help: did you mean `match`?

        error[unbalanced-bracket]: this `{` is never closed
         --> file.ron:1:16
          |
        1 | RuleSet(rules: {"a": (match: "(a)")
          |                ^

        error[unbalanced-bracket]: expected `]`, found `}`
         --> file.ron:1:20
          |
        1 | RuleSet(rules: ["a"})
          |                -   ^
          |                |
          |                this `[` is still open

        error[ron-syntax]: expected `:` and a value behind this key of a map
         --> file.ron:1:21
          |
        1 | RuleSet(rules: {"a" (match: "(a)")})
          |                     ^

        error[ron-syntax]: a typographic quote, `“`: write `"`
         --> file.ron:1:27
          |
        1 | RuleSet(parameters: {"a": “1”})
          |                           ^

        error[bad-escape]: an unknown escape in a string
         --> file.ron:1:29
          |
        1 | RuleSet(parameters: {"a": "b\q"})
          |                             ^
          |
          = help: a backslash itself is written `\\`; a raw string, `r"…"`, has no escapes

        error[ron-syntax]: this string is never closed
         --> file.ron:1:27
          |
        1 | RuleSet(parameters: {"a": "b)
          |                           ^

        error[bad-number]: this is not a number
         --> file.ron:1:27
          |
        1 | RuleSet(parameters: {"a": --1})
          |                           ^^^
          |
          = help: write `12`, `0.5`, `1e-3`; longer formulas are strings: `"2 * a"`

        error[ron-syntax]: expected a comma or a closing bracket, found `;`
         --> file.ron:1:28
          |
        1 | RuleSet(parameters: {"a": 1;})
          |                            ^

        error[ron-syntax]: expected a comma or a closing bracket, found `n`
         --> file.ron:1:43
          |
        1 | RuleSet(rules: {"a": (create: ["(n:N {x: "now"})"])})
          |                                -          ^
          |                                |
          |                                here begins the string that ends just before
          |
          = help: a quotation mark inside of a string is written `\"`

        error[ron-syntax]: the file goes on after its end
         --> file.ron:1:11
          |
        1 | RuleSet() more
          |           ^

        error[ron-syntax]: this comment is never closed
         --> file.ron:1:10
          |
        1 | RuleSet( /* open
          |          ^^

        error[wrong-file-kind]: this is not a rule set: it does not start with `RuleSet(`
         --> file.ron:1:1
          |
        1 | (rules: {})
          | ^ `RuleSet(` is expected here

        error[wrong-file-kind]: this is not a rule set: it does not start with `RuleSet(`
         --> file.ron:1:1
          |
        1 | [1, 2]
          | ^ `RuleSet(` is expected here

        error[too-deep]: brackets nested too deeply: more than 100 levels
         --> file.ron:1:115
          |
        1 | RuleSet(rules: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[...
          |                                                                                                                   ^

    "#]].assert_eq(&all);
}

#[test]
fn a_file_of_another_kind_is_said_to_be_one() {
    let sources = sources("// a study\nStudy(model: \"m.ron\")");
    let read = read_model(&sources, FileId(0));
    assert!(read.value.is_none());
    expect![[r#"
        error[wrong-file-kind]: this is a study, but a model is expected here
         --> file.ron:2:1
          |
        2 | Study(model: "m.ron")
          | ^^^^^ `Model(` is expected here
          |
          = help: `kairos study` runs studies

    "#]]
    .assert_eq(&render(&sources, &read.diagnostics, Colour::Never));
}

#[test]
fn a_string_is_told_what_it_could_have_been() {
    check(
        r#"Model(
    rules: "r.ron",
    start: ["(a:A {x: 0})"],
    timers: { "t": "Exponential(rate: 1.0)", "u": "1.0" },
    probes: { "p": "(a:A)", "q": "Firings(\"t\")", "r": "how many" },
    horizon: 1.0,
)"#,
        &expect![[r#"
            error[wrong-kind]: expected a start statement: `Create`, `Repeat`, `Topology`, `Nodes`, `Edges` or `GraphMl`, found a string
             --> file.ron:3:13
              |
            3 |     start: ["(a:A {x: 0})"],
              |             ^^^^^^^^^^^^^^
              |
              = help: a pattern is written `Create("(a:A {x: 0})")`

            error[wrong-kind]: expected a timer like `Exponential(rate: 1.0)` or `Never`, found a string
             --> file.ron:4:20
              |
            4 |     timers: { "t": "Exponential(rate: 1.0)", "u": "1.0" },
              |                    ^^^^^^^^^^^^^^^^^^^^^^^^
              |
              = help: without quotation marks: `Exponential(rate: 1.0)`

            error[wrong-kind]: expected a timer like `Exponential(rate: 1.0)` or `Never`, found a string
             --> file.ron:4:51
              |
            4 |     timers: { "t": "Exponential(rate: 1.0)", "u": "1.0" },
              |                                                   ^^^^^
              |
              = help: without quotation marks: `1.0`

            error[wrong-kind]: expected a kind of probe: `Count`, `Sum`, `Mean`, `Min`, `Max`, `Firings`, `Tally`, `Between` or `Derived`, found a string
             --> file.ron:5:20
              |
            5 |     probes: { "p": "(a:A)", "q": "Firings(\"t\")", "r": "how many" },
              |                    ^^^^^^^
              |
              = help: a pattern is written `Count("(a:A)")`

            error[wrong-kind]: expected a kind of probe: `Count`, `Sum`, `Mean`, `Min`, `Max`, `Firings`, `Tally`, `Between` or `Derived`, found a string
             --> file.ron:5:34
              |
            5 |     probes: { "p": "(a:A)", "q": "Firings(\"t\")", "r": "how many" },
              |                                  ^^^^^^^^^^^^^^^^
              |
              = help: without quotation marks: `Firings("t")`

            error[wrong-kind]: expected a kind of probe: `Count`, `Sum`, `Mean`, `Min`, `Max`, `Firings`, `Tally`, `Between` or `Derived`, found a string
             --> file.ron:5:57
              |
            5 |     probes: { "p": "(a:A)", "q": "Firings(\"t\")", "r": "how many" },
              |                                                         ^^^^^^^^^^

        "#]],
    );
}
