//! Texts in; trees, or mistakes under the text, out.

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
                             ^ unexpected-token: expected an operand, found `.`
            -9223372036854775808 + 9223372036854775807
            rtt(sn.host, sc.host).mean_s / 2
            draw(Normal(mean: 3, sd: 0.001))
            CASE WHEN a THEN 1 WHEN b THEN 2 ELSE 3 END
            COUNT { (sc)-[:link]->(:SN) WHERE sc.x = 1 } < links AND count.end > 0
            lost.count / sent.count
        "#]],
    );
}
