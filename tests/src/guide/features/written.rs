//! Features of files and of patterns as they are written.

use kairos::model::{
    source::Sources,
    spec::{
        AttributeSpec, ChangesSpec, ChoiceSpec, EdgeTypeSpec, EndsSpec, ForEachSpec, ModelSpec,
        NodeTypeSpec, NumberOrText, PickSpec, ProbeKindSpec, ProbeSpec, ReplicationsSpec,
        RuleSetSpec, RuleSpec, StartSpec, StudySpec, TableSpec, Text, TimerSpec, VarySpec,
        WarmUpSpec, read_model, read_rule_set, read_study,
    },
    syntax::{
        parse_pattern,
        tree::{Direction, EdgeTree, NodeTree, PatternTree},
    },
};

use super::{Features, Given, fields, variants};

impl Given for Text {}
impl Given for NumberOrText {}

/// Notes what a rule set shows.
///
/// # Panics
/// If it cannot be read.
pub fn in_rules_text(features: &mut Features, text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("rules.ron".to_owned(), text.to_owned());
    features.rule_set(&read_rule_set(&sources, file).value.expect("a rule set"));
}

/// Notes what a model shows.
///
/// # Panics
/// If it cannot be read.
pub fn in_model_text(features: &mut Features, text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("model.ron".to_owned(), text.to_owned());
    features.model(&read_model(&sources, file).value.expect("a model"));
}

/// The rules to which a model gives timers.
///
/// # Panics
/// If it cannot be read.
#[must_use]
pub fn timed_rules(text: &str) -> Vec<String> {
    let mut sources = Sources::default();
    let file = sources.add("model.ron".to_owned(), text.to_owned());
    let timers = read_model(&sources, file).value.expect("a model").timers;
    timers.into_iter().map(|(name, _)| name.value).collect()
}

/// Notes what a study shows.
///
/// # Panics
/// If it cannot be read.
pub fn in_study_text(features: &mut Features, text: &str) {
    let mut sources = Sources::default();
    let file = sources.add("study.ron".to_owned(), text.to_owned());
    features.study(&read_study(&sources, file).value.expect("a study"));
}

impl Features {
    fn rule_set(&mut self, spec: &RuleSetSpec) {
        fields!(self, "rule set:", spec, RuleSetSpec {
            include, node_types: "nodes", edge_types: "edges", enumerations, parameters, rules,
        } without { file, unreadable });
        node_types.iter().for_each(|(_, ty)| self.node_type(ty));
        edge_types.iter().for_each(|(_, ty)| self.edge_type(ty));
        rules.iter().for_each(|(_, rule)| self.rule(rule));
    }

    fn node_type(&mut self, spec: &NodeTypeSpec) {
        fields!(self, "node type:", spec, NodeTypeSpec { is, is_abstract: "abstract", attributes } without {});
        attributes.iter().for_each(|(_, a)| self.attribute(a));
    }

    fn edge_type(&mut self, spec: &EdgeTypeSpec) {
        let ends = &spec.ends.value;
        variants!(self, "edge type:", ends, {
            EndsSpec::Directed(..) => "from, to",
            EndsSpec::Undirected(..) => "between",
        });
        fields!(self, "edge type:", spec, EdgeTypeSpec { unique, attributes } without { ends });
        attributes.iter().for_each(|(_, a)| self.attribute(a));
    }

    fn attribute(&mut self, spec: &AttributeSpec) {
        variants!(self, "attribute", spec, {
            AttributeSpec::Int(None) => "Int",
            AttributeSpec::Int(Some(_)) => "Int with a default",
            AttributeSpec::Real(None) => "Real",
            AttributeSpec::Real(Some(_)) => "Real with a default",
            AttributeSpec::Bool(None) => "Bool",
            AttributeSpec::Bool(Some(_)) => "Bool with a default",
            AttributeSpec::Enum(_, None) => "Enum",
            AttributeSpec::Enum(_, Some(_)) => "Enum with a default",
        });
    }

    fn rule(&mut self, spec: &RuleSpec) {
        fields!(self, "rule:", spec, RuleSpec {
            matches: "match", condition: "where", unless, choose, then_where, then_unless, required, delete, create, set,
            for_each, symmetric,
        } without {});
        matches
            .iter()
            .chain(unless)
            .chain(then_unless)
            .for_each(|p| self.pattern(p));
        choose.iter().for_each(|c| self.choice(c));
        for_each.iter().for_each(|f| self.for_each(f));
    }

    fn choice(&mut self, spec: &ChoiceSpec) {
        variants!(self, "choose", &spec.pick, {
            PickSpec::Uniform => "Uniform",
            PickSpec::Max(_) => "Max",
            PickSpec::Min(_) => "Min",
            PickSpec::Weighted(_) => "Weighted",
        });
        self.pattern(&spec.of);
    }

    fn for_each(&mut self, spec: &ForEachSpec) {
        fields!(self, "for_each:", spec, ForEachSpec {
            matches: "match", condition: "where", delete, create, set,
        } without {});
        matches.iter().for_each(|p| self.pattern(p));
    }

    fn pattern(&mut self, text: &Text) {
        let tree = parse_pattern(text).expect("a pattern");
        let PatternTree {
            paths,
            condition,
            span: _,
        } = &tree;
        self.note("pattern: WHERE at its end".to_owned(), condition.is_given());
        self.note("pattern: several paths".to_owned(), paths.len() > 1);
        for path in paths {
            self.node(&path.first);
            for (edge, node) in &path.steps {
                self.edge(edge);
                self.node(node);
            }
        }
    }

    fn node(&mut self, tree: &NodeTree) {
        self.note("node: alternatives".to_owned(), tree.types.len() > 1);
        self.note("node: no type".to_owned(), tree.types.is_empty());
        fields!(self, "node:", tree, NodeTree { name, types, attributes, condition: "WHERE" } without { span });
    }

    fn edge(&mut self, tree: &EdgeTree) {
        variants!(self, "edge:", tree.direction, {
            Direction::Right => "to the right",
            Direction::Left => "to the left",
            Direction::Undirected => "undirected",
        });
        self.note("edge: alternatives".to_owned(), tree.types.len() > 1);
        fields!(self, "edge:", tree, EdgeTree { name, types, attributes, condition: "WHERE" } without { direction, span });
    }

    fn model(&mut self, spec: &ModelSpec) {
        fields!(self, "model:", spec, ModelSpec {
            rules, parameters, tables, start, timers, probes, horizon, warm_up, sample_every, stop_when, time_unit, limits,
        } without { file, unreadable });
        for (_, table) in tables {
            fields!(self, "table:", table, TableSpec { file, key, symmetric, diagonal, missing } without {});
        }
        start.iter().for_each(|s| self.start(s));
        timers.iter().for_each(|(_, t)| self.timer(t));
        probes.iter().for_each(|(_, p)| self.probe(p));
    }

    fn timer(&mut self, spec: &TimerSpec) {
        let unnamed = spec.arguments.iter().any(|(name, _)| name.value.is_empty());
        self.note("timer: a lone argument without a name".to_owned(), unnamed);
    }

    fn start(&mut self, spec: &StartSpec) {
        variants!(self, "start:", spec, {
            StartSpec::Create(_) => "Create",
            StartSpec::Repeat(..) => "Repeat",
            StartSpec::Topology { .. } => "Topology",
            StartSpec::Nodes { .. } => "Nodes",
            StartSpec::Edges { .. } => "Edges",
            StartSpec::GraphMl { .. } => "GraphMl",
        });
        let given: Vec<(&str, bool)> = match spec {
            StartSpec::Create(_) | StartSpec::Repeat(..) => vec![],
            StartSpec::Topology {
                kind: _,
                arguments: _,
                nodes: _,
                edge: _,
                attributes,
                draw,
            } => {
                vec![
                    ("Topology attributes", attributes.is_given()),
                    ("Topology draw", draw.is_given()),
                ]
            }
            StartSpec::Nodes {
                csv: _,
                node: _,
                key: _,
                columns,
                attributes,
            } => {
                vec![
                    ("Nodes columns", columns.is_given()),
                    ("Nodes attributes", attributes.is_given()),
                ]
            }
            StartSpec::Edges {
                csv: _,
                edge: _,
                from: _,
                to: _,
                columns,
                attributes,
                nodes,
            } => vec![
                ("Edges columns", columns.is_given()),
                ("Edges attributes", attributes.is_given()),
                ("Edges nodes", nodes.is_given()),
            ],
            StartSpec::GraphMl {
                file: _,
                node,
                edge,
            } => {
                vec![
                    ("GraphMl node", node.is_given()),
                    ("GraphMl edge", edge.is_given()),
                ]
            }
        };
        given
            .into_iter()
            .for_each(|(name, shown)| self.note(format!("start: {name}"), shown));
    }

    fn probe(&mut self, spec: &ProbeSpec) {
        use kairos::model::probe::Summary as S;
        let ProbeSpec { kind, unit } = spec;
        self.note("probe: unit".to_owned(), unit.is_given());
        variants!(self, "probe", kind, {
            ProbeKindSpec::Count(_) => "Count",
            ProbeKindSpec::Summary { of: S::Sum, .. } => "Sum",
            ProbeKindSpec::Summary { of: S::Mean, .. } => "Mean",
            ProbeKindSpec::Summary { of: S::Min, .. } => "Min",
            ProbeKindSpec::Summary { of: S::Max, .. } => "Max",
            ProbeKindSpec::Firings(_) => "Firings",
            ProbeKindSpec::Tally { when: None, .. } => "Tally",
            ProbeKindSpec::Tally { when: Some(_), .. } => "Tally with `when`",
            ProbeKindSpec::Between { .. } => "Between",
            ProbeKindSpec::Derived(_) => "Derived",
        });
        if let ProbeKindSpec::Between { same: (a, b), .. } = kind {
            self.note(
                "probe Between with two names".to_owned(),
                a.value != b.value,
            );
        }
    }

    fn study(&mut self, spec: &StudySpec) {
        fields!(self, "study:", spec, StudySpec {
            model, scenarios, vary, constraints, metrics, baseline, best, warm_up, confidence, seed,
        } without { file, common, replications, unreadable });
        self.changes("study:", &spec.common);
        for (_, scenario) in scenarios {
            self.changes("scenario:", scenario);
        }
        if let Some(vary) = vary {
            variants!(self, "vary", vary, {
                VarySpec::Grid(_) => "a grid",
                VarySpec::Zip(_) => "Zip",
                VarySpec::List(_) => "List",
            });
        }
        if let Some(warm_up) = warm_up {
            variants!(self, "warm_up", warm_up, {
                WarmUpSpec::Given(_) => "a number",
                WarmUpSpec::Mser5 { .. } => "Mser5",
            });
            if let WarmUpSpec::Mser5 {
                of,
                pilots,
                span: _,
            } = warm_up
            {
                self.note("warm_up: Mser5 of".to_owned(), of.is_given());
                self.note("warm_up: Mser5 pilots".to_owned(), pilots.is_given());
            }
        }
        self.replications(&spec.replications.value);
    }

    fn changes(&mut self, whose: &str, spec: &ChangesSpec) {
        fields!(self, whose, spec, ChangesSpec { parameters, rules, timers, start, horizon } without {});
    }

    fn replications(&mut self, spec: &ReplicationsSpec) {
        variants!(self, "replications", spec, {
            ReplicationsSpec::Fixed(_) => "a number",
            ReplicationsSpec::Precision { .. } => "Precision",
            ReplicationsSpec::BatchMeans { .. } => "BatchMeans",
        });
        if let ReplicationsSpec::Precision {
            relative: _,
            or_absolute,
            confidence,
            at_least,
            at_most,
        } = spec
        {
            self.note("Precision: or_absolute".to_owned(), or_absolute.is_given());
            self.note("Precision: confidence".to_owned(), confidence.is_given());
            self.note("Precision: at_least".to_owned(), at_least.is_given());
            self.note("Precision: at_most".to_owned(), at_most.is_given());
        }
    }
}
