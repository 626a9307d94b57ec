//! What the text of a model calls the elements of its start graph.

use std::collections::BTreeMap;

use kairos_model::start::Statement;
use kairos_rewrite::{graph::HostGraph, program::Program};

use crate::draw::Name;

/// Words for the elements of a start graph that was just built, by their numbers: `hub` for one of a `Create`, `sc[3]` for the one that
/// `Repeat` made at index 3, and the key of the row, in quotes, for a node from a file. What has no name in the text has none here.
#[must_use]
pub fn labels(program: &Program, graph: &HostGraph) -> BTreeMap<u64, String> {
    let nodes = graph
        .nodes()
        .map(|n| (graph.node_name(n), graph.node_number(n)));
    // Where the text names none, edges may have no names at all.
    let has_names = graph.schema().upkeep().names();
    let edges = graph.edges().filter(|_| has_names);
    let edges = edges.map(|e| (graph.edge_name(e), graph.edge_number(e)));
    let numbers: BTreeMap<u64, u64> = nodes.chain(edges).collect();
    let model = &program.model;
    let mut labels = BTreeMap::new();
    for (position, statement) in (0..).zip(&model.start.statements) {
        match statement {
            Statement::Create { count, create } => {
                let number = |index, at| numbers.get(&Name::start(position, index, at).0);
                let repetitions = (0..).take_while(|&index| number(index, 0).is_some());
                for index in repetitions.take(if count.is_some() { usize::MAX } else { 1 }) {
                    for (at, creation) in (0..).zip(create) {
                        let name = &model.start.scope.element(creation.var).name;
                        let (Some(name), Some(&number)) = (name, number(index, at)) else {
                            continue;
                        };
                        let repeated = count.as_ref().map(|_| format!("{name}[{index}]"));
                        labels.insert(number, repeated.unwrap_or_else(|| name.clone()));
                    }
                }
            }
            Statement::Nodes(rows) => {
                for row in &rows.rows {
                    let (ty, _) = &rows.templates[usize::from(row.template)];
                    let key = format!("{} {}", model.types.node(*ty).name, row.key);
                    if let Some(&number) = numbers.get(&Name::keyed_row(&key).0) {
                        labels.insert(number, format!("{:?}", row.key));
                    }
                }
            }
            Statement::Topology(_) | Statement::Edges(_) => {}
        }
    }
    labels
}

#[cfg(test)]
mod tests {
    use kairos_model::{
        check::{Overrides, load_model},
        source::MemoryFiles,
    };

    use super::*;
    use crate::draw::Randomness;

    #[test]
    fn elements_are_called_what_the_text_calls_them() {
        let rules =
            r#"RuleSet(types: (nodes: { "P": () }, edges: { "e": (between: ("P", "P")) }))"#;
        let model = r#"Model(
            rules: "rules.ron",
            start: [
                Create("(hub:P)"),
                Repeat(2, "(p:P), (:P)~[e:e]~(hub)"),
                Nodes(csv: "peers.csv", node: "P", key: "name"),
                Topology(Ring, nodes: "P", edge: "e"),
            ],
            timers: {},
        )"#;
        let files = [
            ("rules.ron", rules),
            ("model.ron", model),
            ("peers.csv", "name\nalice\n"),
        ];
        let files: MemoryFiles = files.into_iter().collect();
        let loaded = load_model(&files, "model.ron", &Overrides::default());
        let program = Program::compile(loaded.value.unwrap());
        let graph = crate::start::build(&program, &Randomness::new(1, 0)).unwrap();
        let labels: Vec<(u64, String)> = labels(&program, &graph).into_iter().collect();
        let expected = [
            (0, "hub"),
            (1, "p[0]"),
            (3, "e[0]"),
            (4, "p[1]"),
            (6, "e[1]"),
            (7, "\"alice\""),
        ];
        assert_eq!(labels, expected.map(|(n, label)| (n, label.to_owned())));
    }
}
