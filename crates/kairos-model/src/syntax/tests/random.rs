//! Random texts: nothing panics, and what is written reads as the same tree.

use proptest::prelude::*;

use super::*;

/// Texts made of the notation's tokens, most of them wrong.
fn token_soup() -> impl Strategy<Value = String> {
    let tokens = [
        "a",
        "b",
        "sc",
        "1",
        "2.5",
        "(",
        ")",
        "(a)",
        "(b:SC|SN {x: 1})",
        "-[:link]->",
        "<-[l:x]-",
        "~[:y]~",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        ".",
        "|",
        "=",
        "<>",
        "<",
        "<=",
        ">",
        "+",
        "-",
        "*",
        "/",
        "%",
        "AND",
        "OR",
        "NOT",
        "CASE WHEN",
        "THEN",
        "ELSE",
        "END",
        "EXISTS {",
        "COUNT {",
        "WHERE",
        "TRUE",
        "f(",
        "x:",
        "a.x",
        "9223372036854775808",
        "é",
    ];
    prop::collection::vec(prop::sample::select(tokens.to_vec()), 0..16).prop_map(|t| t.join(" "))
}

/// Valid expressions.
fn expressions_by_chance() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(
        &[
            "a",
            "a.x",
            "1",
            "2.5",
            "TRUE",
            "f()",
            "rtt(a, b).mean",
            "count.end",
            "1e300",
        ][..],
    );
    leaf.prop_map(str::to_owned)
        .prop_recursive(5, 60, 3, |inner| {
            let operators = [
                "OR", "AND", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%",
            ];
            let pair = (inner.clone(), inner.clone());
            prop_oneof![
                (prop::sample::select(operators.to_vec()), pair.clone())
                    .prop_map(|(o, (a, b))| format!("({a}) {o} ({b})")),
                inner.clone().prop_map(|a| format!("NOT {a}")),
                inner.clone().prop_map(|a| format!("-({a})")),
                pair.clone()
                    .prop_map(|(a, b)| format!("draw(Normal(mean: {a}, sd: {b}))")),
                pair.clone()
                    .prop_map(|(a, b)| format!("CASE WHEN {a} THEN {b} ELSE ({a}) END")),
                pair.prop_map(|(a, b)| format!(
                    "COUNT {{ (a {{x: {a}}})~[e:t]~(:T|U WHERE {b}) WHERE {a} }}"
                )),
            ]
        })
}

/// Parses by every parser; the places of mistakes stand in the text, at boundaries of characters.
fn parse_all(value: &str) -> Result<(), TestCaseError> {
    let text = text(value);
    let file = format!("\"{value}\"");
    let mistakes = [
        parse_pattern(&text).err(),
        parse_expr(&text).err(),
        parse_assignment(&text).err(),
        parse_name(&text).err(),
        parse_types(&text).err(),
    ];
    for mistake in mistakes.into_iter().flatten().flatten() {
        let places = mistake
            .related
            .iter()
            .map(|(span, _)| *span)
            .chain(mistake.span);
        for place in places {
            prop_assert!(file.get(place.range()).is_some(), "{:?}", mistake);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_has_mistakes(value in "\\PC*|[\\x00-\\x7f]*") {
        parse_all(&value)?;
    }

    #[test]
    fn any_tokens_are_parsed_or_have_mistakes(value in token_soup()) {
        parse_all(&value)?;
    }

    #[test]
    fn what_is_written_reads_as_the_same_tree(value in expressions_by_chance()) {
        let parse = |value: &str| parse_expr(&text(value)).map_err(|m| TestCaseError::fail(format!("{value}: {m:?}")));
        let tree = parse(&value)?;
        let written = tree.to_string();
        prop_assert_eq!(shape(&tree), shape(&parse(&written)?), "{}", written);
    }
}

/// A tree without its places.
fn shape(tree: &ExprTree) -> String {
    let debug = format!("{tree:?}");
    let mut parts = debug.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| {
        out + part.split_once('}').map_or(part, |(_, rest)| rest)
    })
}
