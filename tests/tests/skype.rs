//! The whole Skype model: what its rules must keep true in every state, whatever happens.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use kairos::{
    load,
    model::{
        check::Overrides,
        model::Model,
        render::Colour,
        source::{Files, MemoryFiles},
        types::{NodeTypeId, TypeGraph},
    },
    rewrite::{binding::Slot, graph::HostGraph, matcher::Matcher},
    sim::{
        draw::Randomness,
        engine::{Firing, FiringOutcome, Observer},
    },
    simulate::Compiled,
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
const CALL_KBPS: f64 = 5.0;

/// Small, with much coming and going, so that every way out is taken.
const RESTLESS: [(&str, &str); 9] = [
    ("clients", "14"),
    ("super_nodes", "5"),
    ("links", "2"),
    ("stay", "40"),
    ("uptime", "40"),
    ("pause", "4"),
    ("talk", "4"),
    ("pace", "0.2"),
    ("selfish_share", "0.2"),
];

/// The shipped files, with a text in one of the rule sets replaced.
fn files(edit: Option<(&str, &str, &str)>) -> MemoryFiles {
    let mut files = MemoryFiles::default();
    for folder in ["rules", "models", "models/data"] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if let (true, Ok(mut text)) = (path.is_file(), fs::read_to_string(&path)) {
                let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
                if let Some((_, old, new)) = edit.filter(|(file, ..)| *file == name) {
                    assert!(text.contains(old), "{name} no longer says {old}");
                    text = text.replacen(old, new, 1);
                }
                files.0.insert(name, text);
            }
        }
    }
    files
}

fn model(files: &dyn Files, parameters: &[(&str, &str)]) -> Model {
    let parameters = parameters
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    load::model(files, "models/skype.ron", &Overrides { parameters })
        .unwrap_or_else(|m| panic!("{}", m.render(Colour::Never)))
        .value
}

/// A host graph, read by the names of its types and attributes.
struct View<'a> {
    types: &'a TypeGraph,
    graph: &'a HostGraph,
}

impl View<'_> {
    fn nodes(&self, ty: &str) -> &[Slot] {
        let position = self.types.nodes.iter().position(|t| t.name == ty).unwrap();
        self.graph.nodes_of(NodeTypeId(position as u16))
    }

    fn word(&self, node: Slot, attribute: &str) -> u64 {
        let attributes = &self.types.node(self.graph.node_type(node)).attributes;
        let name = |id: usize| self.types.attributes[id].as_str();
        let column = attributes
            .iter()
            .position(|a| name(a.id.index()) == attribute);
        self.graph.node_word(node, column.unwrap())
    }

    fn real(&self, node: Slot, attribute: &str) -> f64 {
        f64::from_bits(self.word(node, attribute))
    }

    fn edges(&self, node: Slot, ty: &str) -> usize {
        let named = |edge| self.types.edge(self.graph.edge_type(edge)).name == ty;
        self.graph
            .halves_of(node)
            .filter(|h| named(h.edge()))
            .count()
    }

    /// Super-nodes whose bandwidth and links do not add up to what they had.
    fn unaccounted(&self) -> Option<String> {
        self.nodes("SN").iter().find_map(|&sn| {
            let (spare, all) = (self.real(sn, "bandwidth"), self.real(sn, "capacity"));
            let links = self.edges(sn, "link");
            let new = links == 0 && spare == 0.0;
            (!new && spare + CALL_KBPS * links as f64 != all)
                .then(|| format!("{spare} Kbps to spare and {links} links of {all} Kbps"))
        })
    }

    /// Calls whose packets were neither heard, nor lost, nor are under way.
    fn missing_packets(&self) -> Option<String> {
        self.nodes("Call").iter().find_map(|&call| {
            let [sent, heard, lost] =
                ["sent", "heard", "lost"].map(|a| self.word(call, a) as usize);
            let under_way = self.edges(call, "in");
            (sent != heard + lost + under_way)
                .then(|| format!("{sent} sent, {heard} heard, {lost} lost, {under_way} under way"))
        })
    }
}

/// Looks at the graph after every step, and counts what fired.
#[derive(Default)]
struct Auditor {
    broken: Option<String>,
    firings: Vec<u64>,
}

impl<M: Matcher> Observer<M> for Auditor {
    fn after(&mut self, matcher: &M, firing: &Firing<'_>, outcome: &FiringOutcome) {
        let model = &matcher.program().model;
        self.firings.resize(model.rules.len(), 0);
        self.firings[firing.rule.index()] +=
            u64::from(matches!(outcome, FiringOutcome::Applied(_)));
        let view = View {
            types: &model.types,
            graph: matcher.graph(),
        };
        let broken = view.unaccounted().or_else(|| view.missing_packets());
        if let (Some(broken), None) = (broken, &self.broken) {
            let rule = &model.rule(firing.rule).name;
            self.broken = Some(format!("after `{rule}` at {}: {broken}", firing.time));
        }
    }
}

fn audit(model: Model, replications: std::ops::Range<u64>, steps: usize) -> (Auditor, Compiled) {
    let compiled = Compiled::new(model);
    let mut auditor = Auditor::default();
    for replication in replications {
        let mut simulation = compiled
            .start(Randomness::new(20_261_121, replication))
            .unwrap();
        for _ in 0..steps {
            simulation.step(f64::INFINITY, &mut auditor).unwrap();
        }
    }
    (auditor, compiled)
}

fn fired(auditor: &Auditor, compiled: &Compiled, rule: &str) -> u64 {
    auditor.firings[compiled.model().rule_named(rule).unwrap().index()]
}

#[test]
fn bandwidth_and_packets_are_conserved_in_every_history() {
    let (auditor, compiled) = audit(model(&files(None), &RESTLESS), 0..12, 6000);
    assert_eq!(auditor.broken, None);
    // The histories are worth something only if all that can happen did happen.
    for rule in compiled.model().rules.iter().map(|r| r.name.as_str()) {
        let off = ["clock_tick", "ping_widest", "ping_widest_nac"].contains(&rule);
        assert_eq!(fired(&auditor, &compiled, rule) == 0, off, "{rule}");
    }
}

/// Controls: the audit finds a rule that forgets to give back, on each way out.
#[test]
fn a_forgotten_way_out_is_found() {
    let ways = [
        (
            "rules/skype-peers.ron",
            "set: [\"sn.bandwidth += call_kbps\"]",
            "set: []",
        ),
        (
            "rules/skype-voice.ron",
            "set: [\"sn.bandwidth += call_kbps\", ",
            "set: [",
        ),
        (
            "rules/skype-connect.ron",
            "set: [\"sn.bandwidth -= call_kbps\"]",
            "set: []",
        ),
        ("rules/skype-voice.ron", "set: [\"c.lost += 1\"]", "set: []"),
    ];
    for (file, old, new) in ways {
        let (auditor, _) = audit(model(&files(Some((file, old, new))), &RESTLESS), 0..3, 4000);
        assert!(auditor.broken.is_some(), "{file}: {old}");
    }
}

/// Figure 7: who may be reached from outside decides how packets go.
#[test]
fn packets_take_the_way_that_figure_7_says() {
    let routes = |nat_share| {
        let quiet = [
            ("nat_share", nat_share),
            ("uptime", "1e9"),
            ("clients", "10"),
            ("pause", "4"),
            ("spread", "0.0001"),
        ];
        let (auditor, compiled) = audit(model(&files(None), &quiet), 0..6, 6000);
        [
            "direct",
            "to_sender_sn",
            "to_receiver_sn",
            "forward",
            "deliver",
        ]
        .map(|rule| fired(&auditor, &compiled, rule) > 0)
    };
    assert_eq!(routes("0"), [true, false, false, false, false]);
    assert_eq!(routes("1"), [false, true, false, true, true]);
    assert_eq!(routes("0.5"), [true, true, true, true, true]);
}

/// A client whose super-node does not route hears nothing, and looks for another one.
#[test]
fn selfish_super_nodes_are_left() {
    let selfish = [
        ("nat_share", "1"),
        ("selfish_share", "1"),
        ("uptime", "1e9"),
        ("clients", "10"),
        ("pause", "4"),
    ];
    let (auditor, compiled) = audit(model(&files(None), &selfish), 0..2, 6000);
    assert_eq!(fired(&auditor, &compiled, "hear"), 0);
    assert!(fired(&auditor, &compiled, "despair") > 10);
}
