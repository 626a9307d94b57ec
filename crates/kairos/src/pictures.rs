//! Pictures of what files hold, with names for them.

use std::{collections::BTreeSet, path::Path};

use kairos_draw::{Declared, Picture};
use kairos_model::{
    check::RuleSetInfo,
    model::Model,
    rule::Rule,
    timer::{Family, Timer},
    types::TypeGraph,
};
use kairos_rewrite::graph::HostGraph;

use crate::{error::Result, snapshot};

/// A picture and the name of its file.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The rule that it shows, if it shows one.
    pub rule: Option<String>,
    /// The name of a file for it: no two pictures of one model have the same.
    pub file: String,
    /// The picture.
    pub picture: Picture,
}

impl Drawn {
    fn new(stem: &str, picture: Picture) -> Self {
        Drawn {
            rule: None,
            file: format!("{stem}.svg"),
            picture,
        }
    }
}

/// The type graph and the rules of a rule set.
#[must_use]
pub fn rule_set(rules: &RuleSetInfo) -> Vec<Drawn> {
    let untimed = rules.rules.iter().map(|rule| (rule, None));
    all(&rules.types, rules.into(), untimed)
}

/// The type graph and the rules of a model, these with their timers.
#[must_use]
pub fn model(model: &Model) -> Vec<Drawn> {
    let timed = model.rules.iter().zip(model.timers.iter().map(Some));
    all(&model.types, model.into(), timed)
}

/// The type graph of the baseline, and every rule that any scenario of a study has: as it is in the baseline or, if it is not there or
/// switched off, in the first scenario in which it can fire.
#[must_use]
pub fn study(models: &[&Model], baseline: usize) -> Vec<Drawn> {
    let Some(first) = models.get(baseline) else {
        return Vec::new();
    };
    let in_turn = || std::iter::once(first).chain(models);
    let names: Vec<&str> = in_turn()
        .flat_map(|m| m.rules.iter().map(|r| r.name.as_str()))
        .collect();
    let mut taken = BTreeSet::new();
    let mut drawn = vec![Drawn::new("types", kairos_draw::types::types(&first.types))];
    for name in names {
        if !taken.insert(name) {
            continue;
        }
        let found = in_turn().filter_map(|&model| {
            let position = model.rules.iter().position(|rule| rule.name == name)?;
            Some((model, &model.rules[position], &model.timers[position]))
        });
        let is_on = |timer: &Timer| timer.law.family != Family::Never;
        let mut found = found.collect::<Vec<_>>();
        // Stable: those in which it is on come first, otherwise in their order.
        found.sort_by_key(|(_, _, timer)| !is_on(timer));
        if let Some(&(model, rule, timer)) = found.first() {
            drawn.push(Drawn {
                rule: Some(name.to_owned()),
                ..Drawn::new(
                    name,
                    kairos_draw::rule::rule(model.into(), rule, Some(timer)),
                )
            });
        }
    }
    drawn
}

/// The host graph of a model at the start.
#[must_use]
pub fn start(model: &Model, graph: &HostGraph) -> Drawn {
    let graph = snapshot::plain(&model.types, graph);
    Drawn::new("start", kairos_draw::graph::graph("Start graph", &graph))
}

/// The host graph in a GraphML file.
///
/// # Errors
/// Where the file cannot be read, or is no GraphML.
pub fn snapshot(path: &Path) -> Result<Drawn> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let graph = snapshot::read(path)?;
    Ok(Drawn::new(&stem, kairos_draw::graph::graph(&stem, &graph)))
}

fn all<'m>(
    types: &TypeGraph,
    declared: Declared<'m>,
    rules: impl Iterator<Item = (&'m Rule, Option<&'m Timer>)>,
) -> Vec<Drawn> {
    let mut taken: BTreeSet<String> = ["types", "start"].map(str::to_owned).into();
    let mut drawn = vec![Drawn::new("types", kairos_draw::types::types(types))];
    for (rule, timer) in rules {
        let picture = kairos_draw::rule::rule(declared, rule, timer);
        drawn.push(Drawn {
            rule: Some(rule.name.clone()),
            ..Drawn::new(&stem(&rule.name, &mut taken), picture)
        });
    }
    drawn
}

/// A rule's name as the name of a file on any system, which tells apart names that differ in case or in unusual characters only.
fn stem(rule: &str, taken: &mut BTreeSet<String>) -> String {
    let usual = |c: char| c.is_alphanumeric() || "_- ".contains(c);
    let plain: String = rule
        .chars()
        .map(|c| if usual(c) { c } else { '_' })
        .collect();
    let numbered = (2..).map(|n| format!("{plain}-{n}"));
    let mut names = std::iter::once(plain.clone()).chain(numbered);
    let free = names.find(|name| taken.insert(name.to_lowercase()));
    free.expect("there are more numbers than rules")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_rules_share_a_file() {
        let mut taken: BTreeSet<String> = ["types".to_owned()].into();
        let names = ["types", "Send", "send", "a/b", "a:b", "größer"];
        let stems = names.map(|name| stem(name, &mut taken));
        assert_eq!(
            stems,
            ["types-2", "Send", "send-2", "a_b", "a_b-2", "größer"]
        );
    }
}
