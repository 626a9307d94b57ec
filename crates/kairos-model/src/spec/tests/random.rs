//! Random files: nothing panics, and what `ron` writes reads as the same value.

use proptest::prelude::*;

use super::*;
use crate::spec::ron::{Kind, Value, scan};

/// A number, string, list or map as the `ron` crate sees it.
fn ron_values() -> impl Strategy<Value = ::ron::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(::ron::Value::Bool),
        any::<i64>().prop_map(|n| ::ron::Value::Number(n.into())),
        prop::num::f64::NORMAL.prop_map(|x| ::ron::Value::Number(x.into())),
        "\\PC*|[\\x00-\\x7f]*".prop_map(::ron::Value::String),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(::ron::Value::Seq),
            prop::collection::btree_map("[a-z\"\\\\]{0,3}", inner, 0..6).prop_map(|map| {
                let pairs = map.into_iter().map(|(k, v)| (::ron::Value::String(k), v));
                ::ron::Value::Map(pairs.collect())
            }),
        ]
    })
}

/// Whether both say the same.
fn same(ours: &Value, theirs: &::ron::Value) -> bool {
    match (&ours.kind, theirs) {
        (Kind::Bool(a), ::ron::Value::Bool(b)) => a == b,
        (Kind::Int(a), ::ron::Value::Number(b)) => a.to_string() == ::ron::to_string(b).unwrap(),
        (Kind::Real(a), ::ron::Value::Number(b)) => *a == b.into_f64(),
        (Kind::Text(a), ::ron::Value::String(b)) => a.value == *b,
        (Kind::List(a), ::ron::Value::Seq(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Kind::Map(a), ::ron::Value::Map(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b.iter())
                    .all(|((ka, va), (kb, vb))| same(ka, kb) && same(va, vb))
        }
        _ => false,
    }
}

/// A valid file with some ranges of characters left out, repeated or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let snippet = prop_oneof![
        Just(""),
        Just("("),
        Just(")"),
        Just("{"),
        Just("]"),
        Just("\""),
        Just("\\"),
        Just("r#\""),
        Just(","),
        Just(":"),
        Just("1e999"),
        Just("Some("),
        Just("//"),
        Just("/*"),
        Just("é"),
        Just("'"),
        Just("-"),
        Just("Never"),
        Just("\0"),
    ];
    let edit = (any::<prop::sample::Index>(), 0..12_usize, snippet);
    let file = prop_oneof![Just(RULES), Just(MODEL), Just(STUDY)];
    (file, prop::collection::vec(edit, 1..6)).prop_map(|(file, edits)| {
        let mut chars: Vec<char> = file.chars().collect();
        for (at, length, snippet) in edits {
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            chars.splice(start..end, snippet.chars());
        }
        chars.into_iter().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_ron_writes_reads_as_the_same_value(value in ron_values(), pretty in any::<bool>()) {
        let text = if pretty {
            ::ron::ser::to_string_pretty(&value, ::ron::ser::PrettyConfig::default()).unwrap()
        } else {
            ::ron::to_string(&value).unwrap()
        };
        let (ours, mistakes) = scan(FileId(0), &text);
        prop_assert_eq!(mistakes, Vec::new());
        prop_assert!(same(&ours.unwrap(), &value), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_has_mistakes(text in "\\PC*|[(){}\\[\\],:\"'r#a-c0-9. /*\n\\\\]*") {
        mistakes(&text);
        mistakes(&format!("Model({text}"));
        mistakes(&format!("RuleSet(rules: {{\"a\": (match: \"{text}\")}})"));
    }

    #[test]
    fn any_change_of_a_file_is_read_or_has_mistakes(text in mutated()) {
        mistakes(&text);
    }
}
