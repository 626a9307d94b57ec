//! The variables of a rule, a query or a start graph while they are being collected.

use std::collections::BTreeSet;

use super::{
    env::Env,
    place::Place,
    probe::MetricNames,
    report::{dense, unknown},
};
use crate::{
    diagnostic::Diagnostic,
    expr::{Expr, Formula, FormulaId, Var},
    pattern::{Element, Scope, Sort, SubPattern, SubPatternId},
    source::Span,
};

/// Names that an expression can see, and edges that a sub-pattern must differ from.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    pub(super) names: Vec<(String, Var)>,
    pub(super) taken: Vec<Var>,
}

/// A name that exists in the rule, but cannot be seen from where the check is.
#[derive(Clone)]
pub(super) struct Hidden {
    pub(super) name: String,
    pub(super) span: Span,
    /// Why: "is picked by `choose`, after the match was found".
    pub(super) why: &'static str,
    /// Whether another element of the same name would be taken for this one.
    pub(super) misleads: bool,
}

/// Lowers patterns and expressions that share one set of variables.
pub(super) struct Body<'e> {
    pub(super) env: &'e Env<'e>,
    pub(super) elements: Vec<Element>,
    /// Types as written, before they are narrowed; `None` where none is.
    pub(super) written: Vec<Option<Sort>>,
    /// Variables whose declaration has a mistake: what is said of them is not judged.
    pub(super) poison: BTreeSet<Var>,
    /// `None` where a sub-pattern has a mistake.
    pub(super) sub_patterns: Vec<Option<SubPattern>>,
    pub(super) view: View,
    pub(super) hidden: Vec<Hidden>,
    /// The sub-pattern in whose conditions the check is.
    pub(super) parent: Option<SubPatternId>,
    pub(super) place: Place,
    /// Draws so far.
    pub(super) draws: u32,
    /// Metrics, in a derived probe.
    pub(super) metrics: Option<MetricNames<'e>>,
}

impl<'e> Body<'e> {
    pub(super) fn new(env: &'e Env<'e>, place: Place) -> Self {
        Body {
            env,
            elements: Vec::new(),
            written: Vec::new(),
            poison: BTreeSet::new(),
            sub_patterns: Vec::new(),
            view: View::default(),
            hidden: Vec::new(),
            parent: None,
            place,
            draws: 0,
            metrics: None,
        }
    }

    /// All variables and sub-patterns. `None` where a sub-pattern has a mistake.
    pub(super) fn into_scope(self) -> Option<Scope> {
        Some(Scope {
            elements: self.elements,
            sub_patterns: self.sub_patterns.into_iter().collect::<Option<_>>()?,
        })
    }

    /// A new variable, not yet visible by its name.
    pub(super) fn add(&mut self, name: Option<&str>, sort: Sort, span: Span) -> Option<Var> {
        let id = dense(self.env.report, self.elements.len(), "elements", span)?;
        self.elements.push(Element {
            name: name.map(str::to_owned),
            sort,
            span,
        });
        self.written.push(None);
        Some(Var(id))
    }

    pub(super) fn sort(&self, var: Var) -> &Sort {
        &self.elements[var.index()].sort
    }

    pub(super) fn is_poison(&self, var: Var) -> bool {
        self.poison.contains(&var)
    }

    /// The variable of a name that is visible here.
    pub(super) fn visible(&self, name: &str) -> Option<Var> {
        let mut names = self.view.names.iter().rev();
        names.find(|(n, _)| n == name).map(|&(_, var)| var)
    }

    /// The variable of a name, or the mistake that there is none.
    pub(super) fn variable(&self, name: &str, span: Span) -> Option<Var> {
        self.visible(name).or_else(|| {
            let names = self.view.names.iter().map(|(n, _)| n.as_str());
            let mistake = unknown("unknown-variable", "variable", name, span, names);
            self.env.report.fail(self.explain_hidden(name, mistake))
        })
    }

    pub(super) fn hidden_named(&self, name: &str) -> Option<&Hidden> {
        self.hidden.iter().find(|h| h.name == name)
    }

    /// The mistake, with why a name of the rule cannot be seen here.
    pub(super) fn explain_hidden(&self, name: &str, mistake: Diagnostic) -> Diagnostic {
        match self.hidden_named(name) {
            Some(hidden) => Diagnostic {
                help: None,
                label: "not visible here".to_owned(),
                ..mistake
            }
            .related(hidden.span, format!("`{name}` {}", hidden.why)),
            None => mistake,
        }
    }

    /// Keeps an expression with its text.
    pub(super) fn formula(&self, expr: Expr, span: Span) -> Formula {
        Formula {
            id: FormulaId::UNSET,
            expr,
            text: self.env.loader.text(span),
            span,
        }
    }

    /// `a type` or ``one of the types `A`, `B` ``, as a mistake names it.
    pub(super) fn describe(&self, var: Var) -> String {
        let graph = &self.env.types.graph;
        let names: Vec<&str> = match self.sort(var) {
            Sort::Node(types) => types.iter().map(|&t| graph.node(t).name.as_str()).collect(),
            Sort::Edge(types) => types.iter().map(|&t| graph.edge(t).name.as_str()).collect(),
        };
        let shown = names.len().min(6);
        let dots = if shown < names.len() { "|…" } else { "" };
        format!("`{}{dots}`", names[..shown].join("|"))
    }

    /// Makes what `name` stands for visible.
    pub(super) fn show(&mut self, name: &str, var: Var) {
        self.view.names.push((name.to_owned(), var));
    }
}
