//! What there is in the language, and which of it an example shows.
//!
//! Features are read off the types that the language is made of: every struct is taken apart and every enumeration matched without a rest, so that
//! what is new in the language does not compile here until it has a name, and that name needs an example.

mod checked;
mod written;

use std::collections::BTreeMap;

pub use checked::{in_model, in_study};
pub use written::{in_model_text, in_rules_text, in_study_text, timed_rules};

/// The features met so far, and whether an example shows them.
#[derive(Clone, Debug, Default)]
pub struct Features(BTreeMap<String, bool>);

impl Features {
    /// Those that no example shows.
    #[must_use]
    pub fn missing(&self) -> Vec<&str> {
        let missing = self.0.iter().filter(|(_, shown)| !**shown);
        missing.map(|(name, _)| name.as_str()).collect()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    fn note(&mut self, name: String, shown: bool) {
        *self.0.entry(name).or_default() |= shown;
    }
}

/// Whether an author wrote something that may be left out. What cannot be left out always counts as written.
trait Given {
    fn is_given(&self) -> bool {
        true
    }
}

impl<T> Given for Option<T> {
    fn is_given(&self) -> bool {
        self.is_some()
    }
}

impl<T> Given for Vec<T> {
    fn is_given(&self) -> bool {
        !self.is_empty()
    }
}

impl Given for bool {
    fn is_given(&self) -> bool {
        *self
    }
}

/// Takes a struct apart: each field is a feature, but those after `without`, which no author writes or which are looked at otherwise.
macro_rules! fields {
    ($features:expr, $kind:expr, $value:expr, $ty:ident { $($field:ident $(: $name:literal)?),* $(,)? } without { $($skipped:ident),* }) => {
        let $ty { $($field,)* $($skipped: _,)* } = $value;
        $(
            let name = [$($name,)? stringify!($field)][0];
            $features.note(format!("{} {name}", $kind), crate::guide::features::Given::is_given($field));
        )*
    };
}

/// Matches an enumeration: each variant is a feature.
macro_rules! variants {
    ($features:expr, $kind:literal, $value:expr, { $($pattern:pat => $name:literal),* $(,)? }) => {{
        $($features.note(format!("{} {}", $kind, $name), false);)*
        let name = match $value { $($pattern => $name,)* };
        $features.note(format!("{} {name}", $kind), true);
    }};
}

use {fields, variants};
