//! Texts in; trees, or mistakes under the text, out.

mod random;

use expect_test::{Expect, expect};

use super::*;
use crate::source::{FileId, Span};

/// A text that stands verbatim in a file, its value at byte 1 behind the opening quote.
fn text(value: &str) -> Text {
    Text {
        value: value.to_owned(),
        span: Span {
            file: FileId(0),
            start: 0,
            end: u32::try_from(value.len()).unwrap() + 2,
        },
        offsets: Vec::new(),
        verbatim_start: 1,
    }
}

/// What became of a text: the tree written again, or the text with its mistakes underlined.
fn outcome<T: ToString>(
    value: &str,
    parse: impl Fn(&Text) -> Result<T, Vec<Diagnostic>>,
) -> String {
    match parse(&text(value)) {
        Ok(tree) => tree.to_string() + "\n",
        Err(mistakes) => mistakes.iter().fold(format!("\"{value}\"\n"), |out, m| {
            let range = m.span.expect("mistakes in a text have a place").range();
            let file = format!("\"{value}\"");
            let before = file[..range.start].chars().count();
            let width = file[range].chars().count().max(1);
            let help = m.help.as_ref().map_or(String::new(), |h| format!(" ({h})"));
            format!(
                "{out}{}{} {}: {}{help}\n",
                " ".repeat(before),
                "^".repeat(width),
                m.code,
                m.message
            )
        }),
    }
}

fn check_all<T: ToString>(
    parse: impl Fn(&Text) -> Result<T, Vec<Diagnostic>>,
    values: &[&str],
    expected: &Expect,
) {
    let outcomes: String = values.iter().map(|v| outcome(v, &parse)).collect();
    expected.assert_eq(&outcomes);
}

#[test]
fn patterns() {
    check_all(
        parse_pattern,
        &[
            "(n:Node)",
            "()",
            "(sc:SC)-[:registration]->(:RS)<-[:registration]-(sn:SN)",
            "(a)~[o:overlay]~(b), (c:SC|SN {x: 1, end: TRUE} WHERE c.x > a.x) where a <> b",
            "(sc) -[l:link|tried {primary: true} WHERE l.x = 1]-> (sn)",
            "(other:SN WHERE NOT EXISTS { (sc)-[:link]->(other) } AND (other.b > sn.b OR (other.b = sn.b AND id(other) < id(sn))))",
        ],
        &expect![[r#"
            (n:Node)
            ()
            (sc:SC)-[:registration]->(:RS)<-[:registration]-(sn:SN)
            (a)~[o:overlay]~(b), (c:SC|SN {x: 1, end: TRUE} WHERE c.x > a.x) WHERE a <> b
            (sc)-[l:link|tried {primary: TRUE} WHERE l.x = 1]->(sn)
            (other:SN WHERE NOT EXISTS { (sc)-[:link]->(other) } AND (other.b > sn.b OR other.b = sn.b AND id(other) < id(sn)))
        "#]],
    );
}

#[test]
fn expressions() {
    check_all(
        parse_expr,
        &[
            "a + b * c - -d % 2",
            "(a + b) * c - (d - e)",
            "NOT a = b AND c OR NOT NOT d",
            "(NOT a) = (b < c)",
            "2.5e3 + 1_000 * .5",
            "-9223372036854775808 + 9223372036854775807",
            "rtt(sn.host, sc.host).mean_s / 2",
            "draw(Normal(mean: 3, sd: 1e-3))",
            "case when a then 1 WHEN b THEN 2 else 3 end",
            "COUNT { (sc)-[:link]->(:SN) WHERE sc.x = 1 } < links and count.end > 0",
            "lost.count / sent.count",
        ],
        &expect![[r#"
            a + b * c - -d % 2
            (a + b) * c - (d - e)
            NOT a = b AND c OR NOT NOT d
            (NOT a) = (b < c)
            "2.5e3 + 1_000 * .5"
                             ^ unexpected-token: expected an operand, found `.` (a decimal number has digits on both sides of its point: `0.5`)
            -9223372036854775808 + 9223372036854775807
            rtt(sn.host, sc.host).mean_s / 2
            draw(Normal(mean: 3, sd: 0.001))
            CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END
            COUNT { (sc)-[:link]->(:SN) WHERE sc.x = 1 } < links AND count.end > 0
            lost.count / sent.count
        "#]],
    );
}

#[test]
fn small_parts() {
    check_all(
        parse_assignment,
        &[
            "n.chronos += 1",
            "a.end = b",
            "a.x -= -1",
            "a = 1",
            "a.x == 1",
            "a.x",
            "a.x = 1; b.x = 2",
            "a.x *= 2",
        ],
        &expect![[r#"
            n.chronos += 1
            a.end = b
            a.x -= -1
            "a = 1"
               ^ unexpected-token: expected `.` and an attribute, found `=` (assignments have the form `variable.attribute = expression`)
            "a.x == 1"
                 ^^ unknown-operator: there is no `==` in this notation (write `=`)
            "a.x"
                ^ unexpected-token: expected `=`, `+=` or `-=`, found the end of the text
            "a.x = 1; b.x = 2"
                    ^ unknown-operator: there is no `;` in this notation (several of them are several strings in a list: `["…", "…"]`)
            "a.x *= 2"
                 ^^ unknown-operator: there is no `*=` in this notation (write `a.x = a.x * …`)
        "#]],
    );
    check_all(
        |t| parse_name(t).map(|n| n.value),
        &["sc", " sc ", "sc.x", "where", "2", ""],
        &expect![[r#"
            sc
            sc
            "sc.x"
               ^ unexpected-token: `.` after the end of a name
            "where"
             ^^^^^ keyword-as-name: `where` is a keyword and cannot be a name
            "2"
             ^ unexpected-token: expected a name, found `2`
            ""
            ^^ empty-text: a name is missing: this text is empty
        "#]],
    );
    let types = |t: &Text| {
        parse_types(t).map(|names| {
            names
                .iter()
                .map(|n| n.value.as_str())
                .collect::<Vec<_>>()
                .join("|")
        })
    };
    check_all(
        types,
        &["SC", "SC | SN", "SC|:SN", "SC|", "SC SN"],
        &expect![[r#"
            SC
            SC|SN
            SC|SN
            "SC|"
                ^ unexpected-token: expected a type, found the end of the text
            "SC SN"
                ^^ unexpected-token: `SN` after the end of a type
        "#]],
    );
}

#[test]
fn mistakes_in_patterns() {
    check_all(
        parse_pattern,
        &[
            "",
            "   ",
            "a",
            "(a",
            "(a))",
            "(a)-->(b)",
            "(a)--(b)",
            "(a)<--(b)",
            "(a)~(b)",
            "(a)-[:x]-(b)",
            "(a)<-[:x]->(b)",
            "(a)~[:x]->(b)",
            "(a)-[:x->(b)",
            "(a)-[:x]->",
            "(a) (b)",
            "(a:)",
            "(a {x = 1})",
            "(a {x: 1)",
            "(a WHERE)",
            "(case)",
            "(a:SC||SN)",
            "(a)→(b)",
            "(a) WHERE a.x > 1 (b)",
            "(“a”)",
            "(ä:SC)",
            "(aä)",
            "(a), ",
        ],
        &expect![[r#"
            ""
            ^^ empty-text: a pattern is missing: this text is empty
            "   "
            ^^^^^ empty-text: a pattern is missing: this text is empty
            "a"
             ^ unexpected-token: expected a node, `(…)`, found `a`
            "(a"
             ^ unbalanced-bracket: a bracket is never closed: `)` is missing
            "(a))"
                ^ unbalanced-bracket: this `)` closes nothing
            "(a)-->(b)"
                ^^^ edge-without-brackets: an edge needs brackets with its type (write `-[:type]->`, `<-[:type]-` or, for an undirected type, `~[:type]~`)
            "(a)--(b)"
                ^^ edge-without-brackets: an edge needs brackets with its type (write `-[:type]->`, `<-[:type]-` or, for an undirected type, `~[:type]~`)
            "(a)<--(b)"
                ^^^ edge-without-brackets: an edge needs brackets with its type (write `-[:type]->`, `<-[:type]-` or, for an undirected type, `~[:type]~`)
            "(a)~(b)"
                ^ edge-without-brackets: an edge needs brackets with its type (write `-[:type]->`, `<-[:type]-` or, for an undirected type, `~[:type]~`)
            "(a)-[:x]-(b)"
                ^^^^^^ edge-without-direction: this edge has no direction (write `-[…]->` or `<-[…]-` or, for an undirected type, `~[…]~`)
            "(a)<-[:x]->(b)"
                ^^^^^^^^ edge-without-direction: this edge points both ways (write `-[…]->` or `<-[…]-` or, for an undirected type, `~[…]~`)
            "(a)~[:x]->(b)"
                ^^^^^^^ edge-without-direction: this edge is half directed and half undirected (write `-[…]->` or `<-[…]-` or, for an undirected type, `~[…]~`)
            "(a)-[:x->(b)"
                    ^ unexpected-token: expected `]->` or `]-` or `]~`, found `-`
            "(a)-[:x]->"
                       ^ unexpected-token: expected a node, `(…)`, found the end of the text
            "(a) (b)"
                 ^ unexpected-token: `(` after the end of a pattern
            "(a:)"
                ^ unexpected-token: expected a type, found `)`
            "(a {x = 1})"
                   ^ unexpected-token: expected `:`, found `=` (values in braces have the form `{attribute: value}`; conditions stand behind `WHERE`)
            "(a {x: 1)"
                     ^ unexpected-token: expected `}`, found `)`
            "(a WHERE)"
                     ^ unexpected-token: expected an operand, found `)`
            "(case)"
              ^^^^ keyword-as-name: `case` is a keyword and cannot be a variable
            "(a:SC||SN)"
                  ^^ unknown-operator: there is no `||` in this notation (write `OR`)
                  ^^ unexpected-token: expected `)`, found `||`
            "(a)→(b)"
                ^ unknown-operator: there is no `→` in this notation (write `-[:type]->`)
            "(a) WHERE a.x > 1 (b)"
                               ^ unexpected-token: `(` after the end of a pattern
            "(“a”)"
              ^ unknown-character: a typographic quote, `“` (names are written without quotes)
                ^ unknown-character: a typographic quote, `”` (names are written without quotes)
            "(ä:SC)"
              ^ unknown-character: `ä` cannot stand in a name (names are made of the letters A to Z and a to z, digits and `_`)
            "(aä)"
              ^^ unknown-character: `ä` cannot stand in a name (names are made of the letters A to Z and a to z, digits and `_`)
            "(a), "
                  ^ unexpected-token: expected a node, `(…)`, found the end of the text
        "#]],
    );
}

#[test]
fn mistakes_in_expressions() {
    check_all(
        parse_expr,
        &[
            "a == b && c != d || !e",
            "a < b < c",
            "a = NOT b",
            "(a + b",
            "a + b)",
            "a +",
            "* a",
            "9223372036854775808",
            "18446744073709551616",
            "1e999",
            "inf + NaN",
            "1.x",
            "0x10",
            "2a",
            "'text'",
            "a.b(c)",
            "f(a, b",
            "f(a b)",
            "f(mean 3)",
            "CASE WHEN a THEN b END",
            "CASE a WHEN 1 THEN 2 ELSE 3 END",
            "COUNT(a)",
            "EXISTS { (a) ",
            "a ≤ b",
            "a AND",
            "a ^ 2",
            "f(where: 1) + where",
            "a -> b",
            "[1]",
            "$a",
            "é",
        ],
        &expect![[r#"
            "a == b && c != d || !e"
               ^^ unknown-operator: there is no `==` in this notation (write `=`)
                    ^^ unknown-operator: there is no `&&` in this notation (write `AND`)
                         ^^ unknown-operator: there is no `!=` in this notation (write `<>`)
                              ^^ unknown-operator: there is no `||` in this notation (write `OR`)
                                 ^ unknown-operator: there is no `!` in this notation (write `NOT`)
            "a < b < c"
                   ^ chained-comparison: comparisons do not chain (write `a < b AND b < …`)
            "a = NOT b"
                 ^^^ not-needs-parentheses: `NOT` binds less tightly than the operator before it (put it in parentheses: `(NOT …)`)
            "(a + b"
             ^ unbalanced-bracket: a bracket is never closed: `)` is missing
            "a + b)"
                  ^ unbalanced-bracket: this `)` closes nothing
            "a +"
                ^ unexpected-token: expected an operand, found the end of the text
            "* a"
             ^ unexpected-token: expected an operand, found `*`
            "9223372036854775808"
             ^^^^^^^^^^^^^^^^^^^ number-out-of-range: the number is too great for a 64-bit integer (the greatest is 9223372036854775807)
            "18446744073709551616"
             ^^^^^^^^^^^^^^^^^^^^ number-out-of-range: the number is too great for a 64-bit integer (the greatest is 9223372036854775807; a decimal number, `1e20`, may be greater)
            "1e999"
             ^^^^^ number-out-of-range: the number is too great for a 64-bit decimal number (the greatest is about 1.8e308)
            "inf + NaN"
             ^^^ number-not-finite: `inf` is no number here: all numbers are finite
            "1.x"
              ^ bad-number: a number has no members (a decimal number has digits on both sides of its one point: `1.0`)
            "0x10"
             ^^^^ bad-number: `0x10` is neither a number nor a name
            "2a"
             ^^ bad-number: `2a` is neither a number nor a name
            "'text'"
             ^^^^^^ unknown-operator: there is no `'` in this notation (there are no texts here: a value of an enumeration is written `State.idle`)
            "a.b(c)"
                ^ call-of-member: `.b` is not a function (functions and tables are called by a bare name: `rtt(a, b).mean_s`)
            "f(a, b"
              ^ unbalanced-bracket: a bracket is never closed: `)` is missing
            "f(a b)"
                 ^ unexpected-token: expected `)`, found `b`
            "f(mean 3)"
                    ^ unexpected-token: expected `)`, found `3`
            "CASE WHEN a THEN b END"
                                ^^^ case-without-else: `CASE` needs an `ELSE`: every expression has a value
            "CASE a WHEN 1 THEN 2 ELSE 3 END"
                  ^ unexpected-token: expected `WHEN`, found `a`
            "COUNT(a)"
             ^^^^^ unexpected-token: `COUNT` is followed by a pattern in braces (write `COUNT { (a)-[:type]->(b) }`)
            "EXISTS { (a) "
                    ^ unbalanced-bracket: a bracket is never closed: `}` is missing
            "a ≤ b"
               ^ unknown-operator: there is no `≤` in this notation (write `<=`)
            "a AND"
                  ^ unexpected-token: expected an operand, found the end of the text
            "a ^ 2"
               ^ unknown-operator: there is no `^` in this notation (`pow(x, y)` is the power)
            "f(where: 1) + where"
                           ^^^^^ keyword-as-name: `where` is a keyword and cannot be a value
            "a -> b"
                ^ unexpected-token: expected an operand, found `>`
            "[1]"
             ^ unexpected-token: expected an operand, found `[`
            "$a"
             ^ unknown-operator: there is no `$` in this notation (parameters are written by their bare names)
            "é"
             ^ unknown-character: `é` cannot stand in a name (names are made of the letters A to Z and a to z, digits and `_`)
        "#]],
    );
}

#[test]
fn no_text_is_too_deep_for_the_stack() {
    let repeated = [
        "(",
        "NOT ",
        "-",
        "a + ",
        "a.",
        "f(",
        "f(x: ",
        "CASE WHEN ",
        "EXISTS { (a WHERE ",
        "(a + ",
        "COUNT { (a)-[b {x: ",
    ];
    let small_stack = std::thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(move || {
            for part in repeated {
                let value = part.repeat(100_000);
                let mistakes = parse_expr(&text(&value)).unwrap_err();
                assert_eq!(mistakes[0].code, "too-deep", "{part}");
            }
            // The highest trees that there are can be dropped and written.
            for part in ["-", "a + ", "NOT "] {
                let value = part.repeat(usize::from(MAX_DEPTH) - 1) + "a";
                let tree = parse_expr(&text(&value)).unwrap();
                assert_eq!((tree.height, tree.to_string()), (MAX_DEPTH, value));
            }
        });
    small_stack.unwrap().join().unwrap();
}
