//! A rule system as texts that can be put together, taken apart and shrunk.

use std::collections::BTreeMap;

/// A part of a rule; several texts of one part are joined as the language wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Patterns of the left-hand side.
    Match,
    /// Conditions, joined by AND.
    Where,
    /// NACs.
    Unless,
    /// Steps of `choose`, as RON.
    Choose,
    /// Conditions on what was chosen, joined by AND.
    ThenWhere,
    /// NACs on what was chosen.
    ThenUnless,
    /// `true`.
    Required,
    /// Names.
    Delete,
    /// Patterns.
    Create,
    /// Assignments.
    Set,
    /// Blocks, as RON.
    ForEach,
    /// `true`.
    Symmetric,
}

/// A rule with its timer, and what it makes use of.
#[derive(Clone, Debug, Default)]
pub struct RuleText {
    /// Its name.
    pub name: String,
    /// Its parts.
    pub parts: BTreeMap<Part, Vec<String>>,
    /// Its timer, as RON.
    pub timer: String,
    /// Features that firing it exercises.
    pub tags: Vec<&'static str>,
}

impl RuleText {
    /// Adds to a part.
    pub fn add(&mut self, part: Part, text: impl Into<String>) {
        self.parts.entry(part).or_default().push(text.into());
    }

    /// The texts of a part.
    #[must_use]
    pub fn of(&self, part: Part) -> &[String] {
        self.parts.get(&part).map_or(&[], Vec::as_slice)
    }

    /// The rule as RON.
    #[must_use]
    pub fn body(&self) -> String {
        let fields = self.parts.iter().filter(|(_, texts)| !texts.is_empty());
        let fields: Vec<_> = fields.map(|(part, texts)| part.field(texts)).collect();
        format!("({})", fields.join(", "))
    }
}

impl Part {
    fn field(self, texts: &[String]) -> String {
        let quoted = || {
            texts
                .iter()
                .map(|t| format!("\"{t}\""))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let all = || {
            texts
                .iter()
                .map(|t| format!("({t})"))
                .collect::<Vec<_>>()
                .join(" AND ")
        };
        match self {
            Part::Match => format!("match: [{}]", quoted()),
            Part::Where => format!("where: \"{}\"", all()),
            Part::Unless => format!("unless: [{}]", quoted()),
            Part::Choose => format!("choose: [{}]", texts.join(", ")),
            Part::ThenWhere => format!("then_where: \"{}\"", all()),
            Part::ThenUnless => format!("then_unless: [{}]", quoted()),
            Part::Required => "required: true".to_owned(),
            Part::Delete => format!("delete: [{}]", quoted()),
            Part::Create => format!("create: [{}]", quoted()),
            Part::Set => format!("set: [{}]", quoted()),
            Part::ForEach => format!("for_each: [{}]", texts.join(", ")),
            Part::Symmetric => "symmetric: true".to_owned(),
        }
    }
}

/// A rule system with start graph and probes.
#[derive(Clone, Debug, Default)]
pub struct System {
    /// The type graph, as a field of the rule set.
    pub types: String,
    /// Rules.
    pub rules: Vec<RuleText>,
    /// Start statements, as RON.
    pub start: Vec<String>,
    /// Probes, as entries of a map.
    pub probes: Vec<String>,
    /// Horizon, stop condition and so on, as fields of the model.
    pub settings: Vec<String>,
    /// Features of the start graph.
    pub tags: Vec<&'static str>,
}

impl System {
    /// The files that a model can read: rule set, model, table, nodes and edges.
    #[must_use]
    pub fn files(&self, backwards: bool) -> BTreeMap<String, String> {
        let files = [
            ("rules.ron", self.rule_set(backwards)),
            ("model.ron", self.model()),
            ("t.csv", "k,m\n0,0.5\n1,1.5\n2,2.5\n5,0.25\n".to_owned()),
            (
                "nodes.csv",
                "id,v,w\nann,1,0.75\nbob,2,0.5\ncid,0,1.25\n".to_owned(),
            ),
            ("edges.csv", "a,b\nann,bob\nbob,ann\ncid,cid\n".to_owned()),
        ];
        files
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text))
            .collect()
    }

    /// The rule set, its rules in the order given or backwards.
    #[must_use]
    pub fn rule_set(&self, backwards: bool) -> String {
        let mut rules: Vec<_> = self
            .rules
            .iter()
            .map(|r| format!("        \"{}\": {},\n", r.name, r.body()))
            .collect();
        if backwards {
            rules.reverse();
        }
        format!(
            "RuleSet(\n{}    parameters: {{ \"k\": 2, \"p\": 0.5 }},\n    rules: {{\n{}    }},\n)\n",
            self.types,
            rules.concat()
        )
    }

    /// The model; the rule set is `rules.ron`.
    #[must_use]
    pub fn model(&self) -> String {
        let lines = |texts: &[String], indent: &str| {
            texts
                .iter()
                .map(|t| format!("{indent}{t},\n"))
                .collect::<String>()
        };
        let timers: Vec<_> = self
            .rules
            .iter()
            .map(|r| format!("\"{}\": {}", r.name, r.timer))
            .collect();
        format!(
            "Model(\n    rules: \"rules.ron\",\n    tables: {{ \"t\": Csv(\"t.csv\", key: [\"k\"], missing: (m: 0.7)) }},\n    start: [\n{}    ],\n    timers: {{\n{}    }},\n    probes: {{\n{}    }},\n{})\n",
            lines(&self.start, "        "),
            lines(&timers, "        "),
            lines(&self.probes, "        "),
            lines(&self.settings, "    "),
        )
    }

    /// The same system with one thing less, in every possible way, large things first.
    #[must_use]
    pub fn smaller(&self) -> Vec<System> {
        let mut all = Vec::new();
        let mut keep = |change: &dyn Fn(&mut System)| {
            let mut system = self.clone();
            change(&mut system);
            all.push(system);
        };
        for rule in 0..self.rules.len() {
            keep(&|s| drop(s.rules.remove(rule)));
        }
        for (rule, text) in self.rules.iter().enumerate() {
            for (&part, texts) in &text.parts {
                for at in 0..texts.len() {
                    keep(&|s| drop(s.rules[rule].parts.get_mut(&part).map(|t| t.remove(at))));
                }
            }
            const PLAIN: &str = "Exponential(rate: 1.0)";
            if text.timer != PLAIN {
                keep(&|s| s.rules[rule].timer = PLAIN.to_owned());
            }
        }
        for at in 0..self.start.len() {
            keep(&|s| drop(s.start.remove(at)));
        }
        for at in 0..self.probes.len() {
            keep(&|s| drop(s.probes.remove(at)));
        }
        for at in 0..self.settings.len() {
            keep(&|s| drop(s.settings.remove(at)));
        }
        all
    }

    /// Shrinks while a predicate holds: nothing more can be left out of the result.
    #[must_use]
    pub fn shrink(mut self, fails: &dyn Fn(&System) -> bool) -> Self {
        while let Some(smaller) = self.smaller().into_iter().find(|s| fails(s)) {
            self = smaller;
        }
        self
    }
}
