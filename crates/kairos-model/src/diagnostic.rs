//! Mistakes, with their places.

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file can be used, but is probably not what was meant.
    Warning,
    /// The file cannot be used.
    Error,
}

/// A mistake or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// A short stable name for tests and tools: `unknown-type`.
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Where; absent where no file could be read.
    pub span: Option<Span>,
    /// A few words under the underlined text.
    pub label: String,
    /// Other places that matter, such as the declaration that this conflicts with.
    pub related: Vec<(Span, String)>,
    /// What to do: "did you mean `SN`?", a line to paste.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic::error_at(code, message, Some(span))
    }

    /// An error at a place, if it has one: a file that was named on the command line has none.
    #[must_use]
    pub fn error_at(code: &'static str, message: impl Into<String>, span: Option<Span>) -> Self {
        Diagnostic {
            severity: Severity::Error,
            code,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: None,
        }
    }

    /// A warning at a place.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            ..Diagnostic::error(code, span, message)
        }
    }

    /// With words under the underlined text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// What other notations call something, and what it is called here.
const ELSEWHERE: [(&str, &str); 50] = [
    // Fields of rules and types.
    ("lhs", "match"),
    ("pattern", "match"),
    ("guard", "where"),
    ("if", "where"),
    ("when", "where"),
    ("condition", "where"),
    ("nac", "unless"),
    ("add", "create"),
    ("new", "create"),
    ("remove", "delete"),
    ("assign", "set"),
    ("update", "set"),
    ("extends", "is"),
    ("parent", "is"),
    ("source", "from"),
    ("target", "to"),
    // Types of attributes.
    ("float", "Real"),
    ("double", "Real"),
    ("number", "Real"),
    ("string", "Enum"),
    ("text", "Enum"),
    // Fields of models and studies.
    ("initial", "start"),
    ("init", "start"),
    ("graph", "start"),
    ("clocks", "timers"),
    ("delays", "timers"),
    ("observe", "probes"),
    ("observables", "probes"),
    ("until", "horizon"),
    ("end", "horizon"),
    ("duration", "horizon"),
    ("burn_in", "warm_up"),
    ("transient", "warm_up"),
    ("runs", "replications"),
    ("repetitions", "replications"),
    ("sweep", "vary"),
    ("random_seed", "seed"),
    // Laws.
    ("gaussian", "Normal"),
    ("gauss", "Normal"),
    ("exp", "Exponential"),
    ("poisson", "Exponential"),
    ("constant", "Deterministic"),
    ("fixed", "Deterministic"),
    ("dirac", "Deterministic"),
    ("infinite", "Never"),
    // Statistics and functions.
    ("average", "mean"),
    ("avg", "mean"),
    ("std", "sd"),
    ("stddev", "sd"),
    ("log", "ln"),
];

/// The candidate that is probably meant by a name that is not among them: what the name stands for in other notations, or the nearest one:
/// one that differs in case only, or else one within a third of the name's length (by Damerau and Levenshtein, at least one step); the first
/// of equals.
pub fn suggest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let meant = |candidate| ELSEWHERE.contains(&(&lower, candidate));
    let farthest = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| match meant(candidate) {
            true => (0, candidate),
            false => (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            ),
        })
        .filter(|(distance, candidate)| {
            *distance <= farthest && *distance < candidate.chars().count()
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A real number as messages write it: in full, or with a power of ten where that would be long.
#[derive(Clone, Copy, Debug)]
pub struct Written(pub f64);

impl std::fmt::Display for Written {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Written(number) = self;
        let size = number.abs();
        if size == 0.0 || (1e-6..1e16).contains(&size) || !number.is_finite() {
            write!(f, "{number}")
        } else {
            write!(f, "{number:e}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::suggest;

    #[test]
    fn the_nearest_name_is_suggested_if_it_is_near() {
        let names = ["SC", "SN", "bandwidth", "registration", "sn"];
        let cases = [
            ("SM", Some("SC")),
            ("sc", Some("SC")),
            ("bandwith", Some("bandwidth")),
            ("BandWidth", Some("bandwidth")),
            ("regsitration", Some("registration")),
            ("width", None),
            ("x", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(suggest(name, names), expected, "{name}");
        }
    }

    #[test]
    fn what_other_notations_call_something_is_known() {
        assert_eq!(suggest("Gaussian", ["Gamma", "Normal"]), Some("Normal"));
        assert_eq!(suggest("update", ["create", "set"]), Some("set"));
        assert_eq!(suggest("update", ["create", "updated"]), Some("updated"));
    }
}
