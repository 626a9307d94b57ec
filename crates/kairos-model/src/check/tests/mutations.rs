//! Whatever is written, the check ends with a value or with mistakes.

use proptest::prelude::*;

use super::{complete::STUDY, complete::skype, diagnose};

/// Words, numbers, strings' parts and signs of a text, in order.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let (token, behind) = rest.split_at(length);
        tokens.push(token);
        rest = behind;
    }
    tokens
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_texts_never_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..3_u8), 1..4)) {
        let text = format!("{STUDY}{}", skype());
        let original = tokens(&text);
        let mut changed = original.clone();
        for (at, from, what) in changes {
            let at = at.index(changed.len());
            // the lines that separate files stay
            if changed[at] == "-" || changed[at] == "\n" {
                continue;
            }
            let other = original[from.index(original.len())];
            match what {
                0 => changed[at] = "",
                1 => changed[at] = other,
                _ => changed.insert(at, other),
            }
        }
        diagnose(&changed.concat());
    }
}
