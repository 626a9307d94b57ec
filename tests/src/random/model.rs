//! Random start graphs, probes and settings.

use super::{
    pattern::Want,
    text::System,
    writer::{Place, Writer},
};

impl Writer<'_> {
    /// Start statements, probes and settings of a system whose rules are written.
    pub(super) fn model(&mut self, system: &mut System) {
        self.start(&mut system.start);
        self.probes(system);
        system.settings.push("horizon: 60.0".to_owned());
        system.settings.push("sample_every: 5.0".to_owned());
        system
            .settings
            .push("limits: { \"firings_at_one_time\": 60, \"elements\": 2000 }".to_owned());
        if self.dice.one_in(4) {
            let condition = if self.dice.one_in(2) {
                "COUNT { (:A) } = 0".to_owned()
            } else {
                format!(
                    "({} AND COUNT {{ (:N)-[:e]->(:N) }} = 0)",
                    self.boolean(Place::GUARD)
                )
            };
            system.settings.push(format!("stop_when: \"{condition}\""));
        }
        system.tags.append(&mut self.tags);
    }

    fn start(&mut self, start: &mut Vec<String>) {
        start.push("Create(\"(n0:A {v: 1})-[:e]->(n1:B)~[:r]~(n0), (n2:C)\")".to_owned());
        start.push(format!(
            "Repeat({}, \"(x:A {{v: index % 3, w: draw(Uniform(0.0, 2.0)), flag: draw(Bernoulli(0.5))}})-[:h]->(n2)\")",
            1 + self.dice.below(3)
        ));
        start.push(format!(
            "Repeat({}, \"(x:B {{v: index, w: 0.5 * index}})\")",
            1 + self.dice.below(3)
        ));
        for extra in ["D", "E"] {
            if self.schema.nodes.iter().any(|n| n.name == extra) {
                start.push(format!(
                    "Repeat({}, \"(x:{extra})\")",
                    1 + self.dice.below(2)
                ));
            }
        }
        self.topologies(start);
        if self.dice.one_in(6) {
            self.tag("nodes and edges from files");
            start.push("Nodes(csv: \"nodes.csv\", node: \"B\", key: \"id\")".to_owned());
            start.push("Edges(csv: \"edges.csv\", edge: \"e\", from: \"a\", to: \"b\")".to_owned());
        }
        for edge in self
            .schema
            .edges
            .iter()
            .skip(5)
            .filter(|e| !e.unique && e.from.0 == e.to.0 && !e.from.0.contains('|'))
        {
            start.push(format!(
                "Topology(Ring, nodes: \"{}\", edge: \"{}\")",
                edge.from.0, edge.name
            ));
        }
    }

    fn topologies(&mut self, start: &mut Vec<String>) {
        let kinds = [
            ("Ring", "ring"),
            ("Complete", "complete"),
            ("Star", "star"),
            ("ErdosRenyi(p: 0.4)", "Erdős–Rényi"),
            ("BarabasiAlbert(m: 1)", "Barabási–Albert"),
            ("RandomRegular(degree: 2)", "random regular"),
            ("WattsStrogatz(k: 2, beta: 0.3)", "Watts–Strogatz"),
        ];
        for edge in ["e", "r"] {
            if self.dice.one_in(2) {
                let (kind, tag) = *self.dice.pick(&kinds);
                let draw = *self.dice.pick(&["PerReplication", "PerStudy"]);
                self.tag(tag);
                start.push(format!(
                    "Topology({kind}, nodes: \"N\", edge: \"{edge}\", draw: {draw})"
                ));
            }
        }
        if self.dice.one_in(2) {
            start.push("Topology(Ring, nodes: \"A\", edge: \"q\")".to_owned());
        }
    }

    fn probes(&mut self, system: &mut System) {
        let fixed = [
            "Count(\"(a:N)-[:e]->(b:N WHERE b.v > 0)\")",
            "Count(\"(a:N WHERE NOT EXISTS { (a)~[:r]~(:N) })\")",
            "Mean(\"a.w\", over: \"(a:N)\")",
            "Sum(\"a.w * 0.3\", over: \"(a:A)-[:e]->(b:N)\")",
            "Min(\"a.w + a.v\", over: \"(a:A)\")",
            "Max(\"a.w\", over: \"(a:N WHERE a.v < 3)\")",
        ];
        let mut probes: Vec<String> = fixed.into_iter().map(str::to_owned).collect();
        for summary in ["Count", "Count", "Sum", "Mean", "Min", "Max"] {
            let edges = self.dice.below(3);
            let text = self.inside(|w| {
                let pattern = w.pattern(Want {
                    edges,
                    anchored: false,
                    named: true,
                    conditions: Some(Place {
                        depth: 2,
                        ..Place::GUARD
                    }),
                });
                match summary {
                    "Count" => format!("Count(\"{}\")", pattern.text),
                    _ => format!(
                        "{summary}(\"{}\", over: \"{}\")",
                        w.real(Place {
                            depth: 2,
                            ..Place::GUARD
                        }),
                        pattern.text
                    ),
                }
            });
            probes.push(text);
        }
        let rules: Vec<String> = system.rules.iter().map(|r| r.name.clone()).collect();
        probes.push(format!("Firings(\"{}\")", rules[0]));
        probes.push(format!(
            "Tally(on: \"{}\", value: \"now * 0.5\", when: \"k > 1\")",
            rules[self.dice.below(rules.len())]
        ));
        let probes = probes
            .into_iter()
            .enumerate()
            .map(|(i, text)| format!("\"p{i}\": {text}"));
        system.probes.extend(probes);
        system
            .probes
            .push("\"ratio\": Derived(\"p0.mean / (1.0 + p1.mean)\")".to_owned());
    }
}
