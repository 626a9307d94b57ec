//! Components and automorphisms of left-hand sides, and rules that can never fire.

use std::collections::BTreeSet;

use super::{canonical::Canonical, report::Report};
use crate::{
    diagnostic::Diagnostic,
    expr::{ExprKind, Var},
    pattern::{Pattern, PatternEdge, Scope, Sort, SubPattern},
    rule::Rule,
    source::Spanned,
    timer::Timer,
    types::TypeGraph,
};

/// More automorphisms than those of six interchangeable nodes are not listed.
const MAX_AUTOMORPHISMS: usize = 720;

/// Attempts of the search for automorphisms.
const MAX_ATTEMPTS: usize = 20_000;

/// Larger patterns are not searched.
const MAX_ELEMENTS: usize = 64;

/// The connected components of a pattern's elements, in the order of their first elements.
pub(super) fn components(pattern: &Pattern) -> Vec<Vec<Var>> {
    let position = |var: Var| pattern.elements.iter().position(|&v| v == var);
    let mut label: Vec<usize> = (0..pattern.elements.len()).collect();
    let root = |label: &[usize], mut at: usize| {
        while label[at] != at {
            at = label[at];
        }
        at
    };
    for edge in &pattern.edges {
        for end in [edge.from, edge.to] {
            if let (Some(a), Some(b)) = (position(edge.edge), position(end)) {
                let (a, b) = (root(&label, a), root(&label, b));
                label[a.max(b)] = a.min(b);
            }
        }
    }
    let roots: Vec<usize> = (0..label.len()).map(|at| root(&label, at)).collect();
    let members = |of: usize| {
        roots
            .iter()
            .zip(&pattern.elements)
            .filter(move |(root, _)| **root == of)
    };
    let firsts = (0..roots.len()).filter(|&at| roots[at] == at);
    firsts
        .map(|root| members(root).map(|(_, &var)| var).collect())
        .collect()
}

/// All automorphisms of a pattern, identity first; `None` where there are too many to list.
pub(super) fn automorphisms(scope: &Scope, pattern: &Pattern) -> Option<Vec<Vec<Var>>> {
    if pattern.elements.len() > MAX_ELEMENTS {
        return None;
    }
    let mut search = Search {
        scope,
        pattern,
        image: Vec::new(),
        used: BTreeSet::new(),
        found: Vec::new(),
        attempts: 0,
    };
    let complete = search.extend();
    complete.then_some(search.found)
}

/// Backtracking over the elements in their order; candidates in their order, so that the identity is found first.
struct Search<'p> {
    scope: &'p Scope,
    pattern: &'p Pattern,
    image: Vec<Var>,
    used: BTreeSet<Var>,
    found: Vec<Vec<Var>>,
    attempts: usize,
}

impl Search<'_> {
    /// Whether the search below this point was complete.
    fn extend(&mut self) -> bool {
        let Some(&next) = self.pattern.elements.get(self.image.len()) else {
            self.found.push(self.image.clone());
            return self.found.len() <= MAX_AUTOMORPHISMS;
        };
        for &candidate in &self.pattern.elements {
            self.attempts += 1;
            if self.attempts > MAX_ATTEMPTS {
                return false;
            }
            if self.used.contains(&candidate)
                || self.scope.element(next).sort != self.scope.element(candidate).sort
            {
                continue;
            }
            self.image.push(candidate);
            if self.edges_fit() {
                self.used.insert(candidate);
                if !self.extend() {
                    return false;
                }
                self.used.remove(&candidate);
            }
            self.image.pop();
        }
        true
    }

    fn image_of(&self, var: Var) -> Option<Var> {
        let position = self.pattern.elements.iter().position(|&v| v == var)?;
        self.image.get(position).copied()
    }

    /// Whether the edges that concern the newest element are mapped to edges.
    fn edges_fit(&self) -> bool {
        let newest = self.pattern.elements[self.image.len() - 1];
        let concerned = |e: &&PatternEdge| [e.edge, e.from, e.to].contains(&newest);
        self.pattern
            .edges
            .iter()
            .filter(concerned)
            .all(|edge| self.edge_fits(edge))
    }

    fn edge_fits(&self, edge: &PatternEdge) -> bool {
        let Some(image) = self.image_of(edge.edge) else {
            return true;
        };
        let Some(target) = self.pattern.edges.iter().find(|e| e.edge == image) else {
            return false;
        };
        let fits = |from: Var, to: Var| {
            self.image_of(edge.from).is_none_or(|v| v == from)
                && self.image_of(edge.to).is_none_or(|v| v == to)
        };
        target.undirected == edge.undirected
            && (fits(target.from, target.to) || edge.undirected && fits(target.to, target.from))
    }
}

/// Judges what a rule says of its symmetry, and lists its automorphisms.
pub(super) fn judge(
    report: &Report,
    types: &TypeGraph,
    rule: &mut Rule,
    timer: Option<&Timer>,
    said: Option<&Spanned<bool>>,
) {
    let identity = rule.lhs.elements.clone();
    let Some(all) = automorphisms(&rule.scope, &rule.lhs) else {
        if let Some(said) = said.filter(|s| s.value) {
            let message = "the automorphisms of this pattern are too many to list for `symmetric`";
            report.push(Diagnostic::error("symmetric", said.span, message));
        }
        rule.automorphisms = vec![identity];
        return;
    };
    rule.automorphisms = all;
    let canonical = Canonical::new(rule, types);
    let others = || rule.automorphisms.iter().skip(1);
    match said {
        Some(said) if said.value => {
            let broken = others().find_map(|a| Some((a, canonical.difference(a, timer)?)));
            if let Some((automorphism, what)) = broken {
                let message = format!(
                    "`symmetric: true` is not possible: {what} when {}",
                    swapped(rule, automorphism)
                );
                let mistake = Diagnostic::error("symmetric", said.span, message);
                report.push(
                    mistake.related(rule.span, "of this rule").help(
                        "write `symmetric: false`: then every embedding is an event of its own",
                    ),
                );
            }
        }
        Some(_) => {}
        None => {
            let same_guard = others().find(|a| canonical.guard_unchanged(a));
            if let Some(automorphism) = same_guard {
                let message = format!(
                    "the pattern of `{}` is the same when {}: each occurrence is {} events",
                    rule.name,
                    swapped(rule, automorphism),
                    count_unchanged(rule, &canonical)
                );
                let help = "write `symmetric: true` for one event per occurrence, or `symmetric: false` if this is meant";
                report
                    .push(Diagnostic::warning("symmetric-pattern", rule.span, message).help(help));
            }
        }
    }
}

fn count_unchanged(rule: &Rule, canonical: &Canonical<'_>) -> usize {
    rule.automorphisms
        .iter()
        .filter(|a| canonical.guard_unchanged(a))
        .count()
}

/// `` `a` and `b` change places ``
fn swapped(rule: &Rule, automorphism: &[Var]) -> String {
    let moved = rule
        .lhs
        .elements
        .iter()
        .zip(automorphism)
        .filter(|(a, b)| a != b);
    let name = |var: Var| rule.scope.element(var).name.clone();
    let names: Vec<String> = moved
        .filter_map(|(&a, _)| name(a))
        .map(|n| format!("`{n}`"))
        .collect();
    match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => {
            format!("{} and {last} change places", rest.join(", "))
        }
        _ => "elements without names change places".to_owned(),
    }
}

/// Warns of a NAC that the match itself always fulfils: a rule that can never fire.
///
/// Edges of a sub-pattern differ from those of the match, so only a sub-pattern without edges can be found in the match alone.
pub(super) fn warn_of_own_nac(report: &Report, types: &TypeGraph, rule: &Rule) {
    for condition in &rule.lhs.conditions {
        if let ExprKind::Not(inner) = &condition.expr.kind
            && let ExprKind::Exists(id) = inner.kind
        {
            let sub = &rule.scope.sub_patterns[id.index()];
            if found_in_match(types, rule, sub) {
                let message = format!(
                    "`{}` can never fire: its own match fulfils this negative condition",
                    rule.name
                );
                let warning = Diagnostic::warning("never-fires", sub.span, message);
                report.push(warning.help("a node of a sub-pattern may be a node of the match; for another one write `WHERE other <> …`"));
            }
        }
    }
}

fn found_in_match(types: &TypeGraph, rule: &Rule, sub: &SubPattern) -> bool {
    // larger ones are left to the run
    let small = sub.pattern.elements.len() <= 2 && rule.lhs.elements.len() <= MAX_ELEMENTS;
    if !sub.pattern.edges.is_empty() || !small {
        return false;
    }
    let canonical = Canonical::new(rule, types);
    let own = &sub.pattern.elements;
    let mut image: Vec<Var> = Vec::new();
    place(rule, sub, own, &mut image, &canonical)
}

/// Tries to put each of the sub-pattern's nodes onto a node of the match.
fn place(
    rule: &Rule,
    sub: &SubPattern,
    own: &[Var],
    image: &mut Vec<Var>,
    canonical: &Canonical<'_>,
) -> bool {
    let Some(&next) = own.get(image.len()) else {
        return canonical.implied(&sub.pattern.conditions, own, image);
    };
    rule.lhs.elements.iter().any(|&candidate| {
        if image.contains(&candidate) || !always_of(rule, candidate, next) {
            return false;
        }
        image.push(candidate);
        let found = place(rule, sub, own, image, canonical);
        image.pop();
        found
    })
}

/// Whether every type of a matched node is one that a sub-pattern's node may have.
fn always_of(rule: &Rule, matched: Var, wanted: Var) -> bool {
    match (
        &rule.scope.element(matched).sort,
        &rule.scope.element(wanted).sort,
    ) {
        (Sort::Node(have), Sort::Node(want)) => have.iter().all(|t| want.contains(t)),
        _ => false,
    }
}
