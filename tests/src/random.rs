//! Random rule systems, written as RON text, so that a failing one can be read, shrunk and kept.

use crate::dice::Dice;

/// Node and edge types that every system has: inheritance, alternatives, parallel edges, loops, undirected and unique edges, attributes of every type.
const TYPES: &str = r#"    types: (
        enumerations: { "S": ["idle", "busy"] },
        nodes: {
            "N": (abstract: true, attributes: { "v": Int(0), "w": Real(1.0) }),
            "A": (is: "N", attributes: { "flag": Bool(false) }),
            "B": (is: "N"),
            "C": (attributes: { "v": Int(1), "s": Enum("S", "idle") }),
        },
        edges: {
            "e": (from: "N", to: "N", attributes: { "x": Int(0) }),
            "u": (from: "A", to: "B", unique: true),
            "r": (between: ("N", "N")),
            "q": (between: ("A", "A"), unique: true),
            "h": (from: "N|C", to: "C"),
        },
    ),
"#;

/// A left-hand side: pattern, nodes with their types, edges with theirs, whether it has a symmetry that exchanges `a` and `b`.
struct Shape {
    pattern: &'static str,
    nodes: &'static [(&'static str, &'static str)],
    edges: &'static [(&'static str, &'static str)],
    symmetric: bool,
}

const fn shape(
    pattern: &'static str,
    nodes: &'static [(&'static str, &'static str)],
    edges: &'static [(&'static str, &'static str)],
    symmetric: bool,
) -> Shape {
    Shape {
        pattern,
        nodes,
        edges,
        symmetric,
    }
}

const SHAPES: &[Shape] = &[
    shape("", &[], &[], false),
    shape("(a:A)", &[("a", "A")], &[], false),
    shape("(a:N)", &[("a", "N")], &[], false),
    shape("(a:B)", &[("a", "B")], &[], false),
    shape("(c:C)", &[("c", "C")], &[], false),
    shape("(a:A), (b:B)", &[("a", "A"), ("b", "B")], &[], false),
    shape("(a:A), (b:A)", &[("a", "A"), ("b", "A")], &[], true),
    shape(
        "(a:N)-[l:e]->(b:N)",
        &[("a", "N"), ("b", "N")],
        &[("l", "e")],
        false,
    ),
    shape(
        "(a:A)-[l:e]->(b:A|B)",
        &[("a", "A"), ("b", "N")],
        &[("l", "e")],
        false,
    ),
    shape(
        "(a:A)-[l:u]->(b:B)",
        &[("a", "A"), ("b", "B")],
        &[("l", "u")],
        false,
    ),
    shape(
        "(a:N)~[l:r]~(b:N)",
        &[("a", "N"), ("b", "N")],
        &[("l", "r")],
        true,
    ),
    shape(
        "(a:A)~[l:r]~(b:B)",
        &[("a", "A"), ("b", "B")],
        &[("l", "r")],
        false,
    ),
    shape(
        "(a:A)~[l:q]~(b:A)",
        &[("a", "A"), ("b", "A")],
        &[("l", "q")],
        true,
    ),
    shape("(a:N)-[l:e]->(a)", &[("a", "N")], &[("l", "e")], false),
    shape("(a:N)~[l:r]~(a)", &[("a", "N")], &[("l", "r")], false),
    shape(
        "(a:N)-[l:e]->(b:N), (a)-[m:e]->(b)",
        &[("a", "N"), ("b", "N")],
        &[("l", "e"), ("m", "e")],
        false,
    ),
    shape(
        "(a:N)-[l:e]->(b:N)<-[m:e]-(d:A)",
        &[("a", "N"), ("b", "N"), ("d", "A")],
        &[("l", "e"), ("m", "e")],
        false,
    ),
    shape(
        "(a:A)~[l:r]~(b:N)-[m:h]->(c:C)",
        &[("a", "A"), ("b", "N"), ("c", "C")],
        &[("l", "r"), ("m", "h")],
        false,
    ),
    shape(
        "(a:A)-[l:e|u]->(b:B)",
        &[("a", "A"), ("b", "B")],
        &[],
        false,
    ),
];

/// A rule with its timer, and what it makes use of.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// Its name.
    pub name: String,
    /// The rule.
    pub body: String,
    /// Its timer.
    pub timer: String,
    /// Features that firing it exercises.
    pub tags: Vec<&'static str>,
}

/// A random rule system with start graph and probes.
#[derive(Clone, Debug)]
pub struct System {
    /// Rules.
    pub rules: Vec<RuleText>,
    start: String,
    settings: String,
}

impl System {
    /// The system of a seed.
    #[must_use]
    pub fn random(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let count = 2 + dice.below(5);
        let rules = (0..count)
            .map(|i| Writer::new(&mut dice).rule(format!("r{i}")))
            .collect();
        System {
            rules,
            start: start(&mut dice),
            settings: settings(&mut dice),
        }
    }

    /// The rule set's file, its rules in the order given or backwards.
    #[must_use]
    pub fn rule_set(&self, backwards: bool) -> String {
        let mut rules: Vec<_> = self
            .rules
            .iter()
            .map(|r| format!("        \"{}\": {},\n", r.name, r.body))
            .collect();
        if backwards {
            rules.reverse();
        }
        format!(
            "RuleSet(\n{TYPES}    parameters: {{ \"k\": 2 }},\n    rules: {{\n{}    }},\n)\n",
            rules.concat()
        )
    }

    /// The model's file; the rule set is `rules.ron`.
    #[must_use]
    pub fn model(&self) -> String {
        let timers: String = self
            .rules
            .iter()
            .map(|r| format!("        \"{}\": {},\n", r.name, r.timer))
            .collect();
        format!(
            "Model(\n    rules: \"rules.ron\",\n    tables: {{ \"t\": Csv(\"t.csv\", key: [\"k\"], missing: (m: 0.7)) }},\n    start: [\n{}    ],\n    timers: {{\n{timers}    }},\n{}    limits: {{ \"firings_at_one_time\": 60 }},\n)\n",
            self.start, self.settings
        )
    }

    /// The table that the model looks things up in.
    pub const TABLE: &'static str = "k,m\n0,0.5\n1,1.5\n2,2.5\n5,0.25\n";

    /// The same system without one of its rules.
    #[must_use]
    pub fn without(&self, rule: usize) -> Self {
        let mut smaller = self.clone();
        smaller.rules.remove(rule);
        smaller
    }
}

fn start(dice: &mut Dice) -> String {
    let mut text =
        String::from("        Create(\"(n0:A {v: 1})-[:e]->(n1:B)~[:r]~(n0), (n2:C)\"),\n");
    text += &format!(
        "        Repeat({}, \"(x:A {{v: index % 3, w: draw(Uniform(0.0, 2.0)), flag: draw(Bernoulli(0.5))}})-[:h]->(n2)\"),\n",
        1 + dice.below(3)
    );
    text += &format!(
        "        Repeat({}, \"(x:B {{v: index, w: 0.5 * index}})\"),\n",
        1 + dice.below(3)
    );
    let kinds = [
        "Ring",
        "Complete",
        "Star",
        "ErdosRenyi(p: 0.4)",
        "BarabasiAlbert(m: 1)",
    ];
    for edge in ["e", "r"] {
        if dice.one_in(2) {
            let draw = dice.pick(&["PerReplication", "PerStudy"]);
            text += &format!(
                "        Topology({}, nodes: \"N\", edge: \"{edge}\", draw: {draw}),\n",
                dice.pick(&kinds)
            );
        }
    }
    if dice.one_in(2) {
        text += "        Topology(Ring, nodes: \"A\", edge: \"q\"),\n";
    }
    text
}

fn settings(dice: &mut Dice) -> String {
    let mut text = String::from(
        "    probes: {\n        \"edges\": Count(\"(a:N)-[:e]->(b:N WHERE b.v > 0)\"),\n",
    );
    text += "        \"lonely\": Count(\"(a:N WHERE NOT EXISTS { (a)~[:r]~(:N) })\"),\n";
    text += "        \"mean\": Mean(\"a.w\", over: \"(a:N)\"),\n        \"sum\": Sum(\"a.w * 0.3\", over: \"(a:A)-[:e]->(b:N)\"),\n";
    text += "        \"least\": Min(\"a.w + a.v\", over: \"(a:A)\"),\n        \"most\": Max(\"a.w\", over: \"(a:N WHERE a.v < 3)\"),\n";
    text +=
        "        \"fired\": Firings(\"r0\"),\n    },\n    horizon: 60.0,\n    sample_every: 5.0,\n";
    if dice.one_in(4) {
        text += "    stop_when: \"COUNT { (:A) } = 0\",\n";
    }
    text
}

/// Writes one rule.
struct Writer<'a> {
    dice: &'a mut Dice,
    shape: &'static Shape,
    guards: Vec<String>,
    unless: Vec<String>,
    fields: Vec<String>,
    tags: Vec<&'static str>,
    /// Nodes that effects may speak of.
    nodes: Vec<(String, &'static str)>,
    chosen: bool,
}

impl<'a> Writer<'a> {
    fn new(dice: &'a mut Dice) -> Self {
        let shape = &SHAPES[dice.below(SHAPES.len())];
        let nodes = shape.nodes.iter().map(|n| (n.0.to_owned(), n.1)).collect();
        Writer {
            dice,
            shape,
            guards: Vec::new(),
            unless: Vec::new(),
            fields: Vec::new(),
            tags: Vec::new(),
            nodes,
            chosen: false,
        }
    }

    fn rule(mut self, name: String) -> RuleText {
        if !self.shape.pattern.is_empty() {
            self.fields
                .push(format!("match: \"{}\"", self.shape.pattern));
        } else {
            self.tags.push("empty left-hand side");
        }
        if self.shape.symmetric && self.dice.one_in(2) {
            return self.symmetric(name);
        }
        let aggregate = !self.shape.pattern.is_empty() && self.dice.one_in(5);
        for _ in 0..self.dice.below(3) {
            self.guard();
        }
        if self.dice.one_in(3) {
            self.nac();
        }
        if !aggregate && self.dice.one_in(3) {
            self.choose();
        }
        self.effects();
        let timer = if aggregate {
            self.aggregate()
        } else {
            self.timer()
        };
        self.finish(name, timer)
    }

    fn finish(mut self, name: String, timer: String) -> RuleText {
        if !self.guards.is_empty() {
            self.fields
                .push(format!("where: \"{}\"", self.guards.join(" AND ")));
        }
        if !self.unless.is_empty() {
            let quoted: Vec<_> = self.unless.iter().map(|u| format!("\"{u}\"")).collect();
            self.fields.push(format!("unless: [{}]", quoted.join(", ")));
        }
        let body = format!("({})", self.fields.join(", "));
        RuleText {
            name,
            body,
            timer,
            tags: self.tags,
        }
    }

    /// A node of the match that is an `N`, by name.
    fn node(&mut self) -> Option<String> {
        let nodes: Vec<_> = self
            .nodes
            .iter()
            .filter(|n| n.1 != "C")
            .map(|n| n.0.clone())
            .collect();
        if nodes.is_empty() {
            None
        } else {
            Some(self.dice.pick(&nodes).clone())
        }
    }

    fn guard(&mut self) {
        let Some(a) = self.node() else {
            self.tags.push("global sub-pattern");
            let guards = [
                "EXISTS { (:A) }",
                "COUNT { (x:N WHERE x.v > 1) } < 4",
                "NOT EXISTS { (x:A)-[:e]->(y:B) }",
                "COUNT { (:C) } < 5",
            ];
            let guard = *self.dice.pick(&guards);
            self.guards.push(guard.to_owned());
            return;
        };
        let b = self.node().unwrap_or_else(|| a.clone());
        let (tag, guard) = match self.dice.below(20) {
            0 => ("attribute guard", format!("{a}.v < 3")),
            1 => ("guard that can fail", format!("{a}.v % 2 = 0")),
            2 => ("attribute guard", format!("({a}.w > 0.4 OR {b}.v > 0)")),
            3 => ("numbers in a guard", format!("id({a}) <= id({b}) + 3")),
            4 => ("degree", format!("COUNT {{ ({a})-[:e]->(:N) }} < 3")),
            5 => ("degree", format!("NOT EXISTS {{ ({a})<-[:e]-(:A) }}")),
            6 => (
                "stored sub-pattern",
                format!("EXISTS {{ ({a})~[:r]~(x:N WHERE x.v > 0) }}"),
            ),
            7 => (
                "stored sub-pattern",
                format!("COUNT {{ ({a})-[:e]->(x:N)-[:e]->(y:N) }} <= k"),
            ),
            8 => (
                "shared nodes",
                format!("NOT EXISTS {{ ({a})-[:e]->({b}) }}"),
            ),
            9 => (
                "shared nodes",
                format!("COUNT {{ (x:N)-[:e]->({a}) WHERE x.v = {b}.v }} < 2"),
            ),
            10 => (
                "nested sub-pattern",
                format!("COUNT {{ ({a})-[:e]->(x:N WHERE NOT EXISTS {{ (x)~[:r]~(:B) }}) }} < 2"),
            ),
            11 => (
                "nested sub-pattern",
                format!("NOT EXISTS {{ ({a})~[:r]~(x:N WHERE EXISTS {{ (x)-[:e]->({b}) }}) }}"),
            ),
            12 => (
                "sub-pattern without edges",
                format!("EXISTS {{ (x:B WHERE x.w > {a}.w) }}"),
            ),
            13 => (
                "sub-pattern without edges",
                format!("COUNT {{ (x:N WHERE x.v <= {a}.v AND x <> {b}) }} < 5"),
            ),
            14 => (
                "global sub-pattern",
                String::from("COUNT { (x:N)~[:r]~(y:N) } < 9"),
            ),
            15 => (
                "alternatives",
                format!("COUNT {{ ({a})-[:h]->(x:C WHERE x.s = S.idle) }} < 3"),
            ),
            16 => ("table", format!("t({a}.v).m > 0.4")),
            17 => (
                "case",
                format!("CASE WHEN {a}.v > 1 THEN {b}.w < 1.5 ELSE TRUE END"),
            ),
            18 => (
                "edge attribute in a sub-pattern",
                format!("NOT EXISTS {{ ({a})-[y:e WHERE y.x > 1]->(:N) }}"),
            ),
            _ => (
                "two nodes in a sub-pattern",
                format!("NOT EXISTS {{ ({a})-[:e]->(x:N), ({b})~[:r]~(x) }}"),
            ),
        };
        self.tags.push(tag);
        self.guards.push(guard);
    }

    fn nac(&mut self) {
        let Some(a) = self.node() else { return };
        let b = self.node().unwrap_or_else(|| a.clone());
        let ty = self.nodes.iter().find(|n| n.0 == a).map_or("N", |n| n.1);
        let (tag, nac) = match self.dice.below(6) {
            0 => (
                "ranked",
                format!("(o:{ty} WHERE o.w > {a}.w OR (o.w = {a}.w AND id(o) < id({a})))"),
            ),
            1 => ("ranked", format!("(o:{ty} WHERE o.v < {a}.v)")),
            2 => (
                "ranked with conditions",
                format!(
                    "(o:{ty} WHERE NOT EXISTS {{ (o)-[:e]->(:B) }} AND (o.w > {a}.w OR (o.w = {a}.w AND id(o) > id({a}))))"
                ),
            ),
            3 if a != b => (
                "ranked with conditions",
                format!("(o:{ty} WHERE NOT EXISTS {{ ({b})-[:e]->(o) }} AND o.w > {a}.w)"),
            ),
            4 => ("NAC", format!("({a})-[:e]->(:B)")),
            _ => ("NAC", format!("({a})~[:r]~(o:N WHERE o.v > {b}.v)")),
        };
        self.tags.push(tag);
        self.unless.push(nac);
    }

    fn choose(&mut self) {
        let a = self.node();
        let global = [
            "Uniform(\"(ch:N)\")",
            "Uniform(\"(ch:B WHERE ch.v >= 0)\")",
            "Max(\"ch.w\", of: \"(ch:N)\")",
            "Min(\"ch.v\", of: \"(ch:A WHERE NOT ch.flag)\")",
            "Weighted(\"ch.w * ch.w\", of: \"(ch:A)\")",
            "Uniform(\"(ch:A)-[ce:e]->(cf:N)\")",
        ];
        let step = match (&a, self.dice.below(9)) {
            (None, _) | (_, 0) => (*self.dice.pick(&global)).to_owned(),
            (Some(a), 1) => format!("Uniform(\"({a})-[ce:e]->(ch:N)\")"),
            (Some(a), 2) => format!(
                "Uniform(\"({a})-[ce:e]->(ch:A WHERE ch.v > 0 AND NOT EXISTS {{ (ch)~[:r]~({a}) }})\")"
            ),
            (Some(a), 3) => format!("Max(\"ch.w\", of: \"({a})~[ce:r]~(ch:N WHERE ch.v < 4)\")"),
            (Some(a), 4) => format!("Min(\"id(ch)\", of: \"(ch:N)-[ce:e]->({a})\")"),
            (Some(a), 5) => format!("Weighted(\"ch.w * ch.w\", of: \"({a})~[ce:r]~(ch:N)\")"),
            (Some(a), 6) => {
                format!("Weighted(\"ch.w * ch.w + {a}.w * {a}.w\", of: \"(ch:N WHERE ch <> {a})\")")
            }
            (Some(a), 7) => format!("Max(\"ch.w * {a}.w\", of: \"(ch:B)\")"),
            (Some(a), _) => format!("Uniform(\"({a})-[ce:e]->(ch:N)-[cd:e]->(cg:N)\")"),
        };
        self.tags.push(if step.starts_with("Uniform") {
            "uniform choice"
        } else if step.starts_with("Weighted") {
            "weighted choice"
        } else {
            "best choice"
        });
        let mut steps = vec![step];
        let mut then = Vec::new();
        match self.dice.below(5) {
            0 => {
                self.fields.push("required: true".to_owned());
                self.tags.push("required choice");
            }
            1 => {
                steps.push("Uniform(\"(ch)-[cs:e]->(second:N)\")".to_owned());
                self.tags.push("two choices");
            }
            2 => then.push("then_where: \"ch.v < 3\"".to_owned()),
            3 => then.push("then_unless: [\"(ch)-[:e]->(:B)\"]".to_owned()),
            _ => {}
        }
        self.fields.push(format!("choose: [{}]", steps.join(", ")));
        self.fields.extend(then);
        // Whatever is chosen is an N.
        self.nodes.push(("ch".to_owned(), "N"));
        self.chosen = true;
    }

    fn effects(&mut self) {
        let (mut set, mut delete, mut create) = (Vec::new(), Vec::new(), Vec::new());
        let mut nodes = self.nodes.clone();
        if self.dice.one_in(5) && !self.shape.nodes.is_empty() {
            let victim = self.dice.below(self.shape.nodes.len());
            delete.push(self.shape.nodes[victim].0.to_owned());
            self.guards.push("COUNT { (:N) } > 3".to_owned());
            self.tags.push("deleted node");
        } else if !self.shape.edges.is_empty() && self.dice.one_in(2) {
            delete.push(self.dice.pick(self.shape.edges).0.to_owned());
            self.tags.push("deleted edge");
        }
        nodes.retain(|n| !delete.contains(&n.0));
        let ns: Vec<String> = nodes
            .iter()
            .filter(|n| n.1 != "C")
            .map(|n| n.0.clone())
            .collect();
        if let Some(a) = ns.first().cloned() {
            let b = ns[self.dice.below(ns.len())].clone();
            if self.dice.one_in(2) {
                self.set(&a, &b, &mut set);
            }
            if self.dice.one_in(2) {
                self.create_at(&a, &b, &mut create);
            }
            if self.dice.one_in(4) {
                let a_is_set = set.iter().any(|s| s.starts_with(&format!("{a}.w")));
                self.for_each(&a, a_is_set);
            }
        } else if self.dice.one_in(2) {
            create.push(
                "(k1:A {v: draw(UniformInt(0, 2)), w: draw(Exponential(mean: 1.0))})".to_owned(),
            );
            self.tags.push("created node");
        }
        if let (Some((edge, "e")), true) = (self.shape.edges.first(), self.dice.one_in(3))
            && !delete.contains(&(*edge).to_owned())
        {
            set.push(format!("{edge}.x += 1"));
            self.tags.push("edge attribute");
        }
        if !create.is_empty() {
            self.guards
                .push("COUNT { (:N) } < 9 AND COUNT { (:C) } < 6".to_owned());
            self.guards.push(
                "COUNT { (:N)-[:e]->(:N) } < 12 AND COUNT { (:N)~[:r]~(:N) } < 18".to_owned(),
            );
        }
        for (field, list) in [("delete", delete), ("create", create), ("set", set)] {
            if !list.is_empty() {
                let quoted: Vec<_> = list.iter().map(|t| format!("\"{t}\"")).collect();
                self.fields
                    .push(format!("{field}: [{}]", quoted.join(", ")));
            }
        }
    }

    fn set(&mut self, a: &str, b: &str, set: &mut Vec<String>) {
        let value = match self.dice.below(7) {
            0 => format!("{a}.v += 1"),
            1 => format!("{a}.v = ({b}.v + 1) % 4"),
            2 => format!("{a}.w = {b}.w * 0.5 + 0.25"),
            3 => format!("{a}.w -= 0.125"),
            4 => format!("{a}.v = COUNT {{ ({b})-[:e]->(:N) }}"),
            5 => format!("{a}.w = draw(Uniform(0.0, 2.0))"),
            _ => format!("{a}.w = min({b}.w, 3.0) + 0.01 * now"),
        };
        self.tags.push("set");
        set.push(value);
        if a != b && self.dice.one_in(3) {
            // Where both are one node this accumulates.
            set.push(format!("{b}.v += 2"));
            set.retain(|s| !s.starts_with(&format!("{b}.v = ")));
        }
    }

    fn create_at(&mut self, a: &str, b: &str, create: &mut Vec<String>) {
        let (tag, text) = match self.dice.below(8) {
            0 => ("created edge", format!("({a})-[:e {{x: {b}.v}}]->({b})")),
            1 => ("created edge", format!("({a})~[:r]~({b})")),
            2 => ("created node", format!("(k1:A {{w: {a}.w}})-[:e]->({a})")),
            3 => (
                "created node",
                format!("(k1:B {{w: draw(Uniform(0.0, 2.0))}})~[:r]~({a})"),
            ),
            4 => ("created node", format!("({a})-[:h]->(k1:C)")),
            5 => ("created loop", format!("({a})-[:e]->({a})")),
            6 => ("created loop", format!("({a})~[:r]~({a})")),
            _ => (
                "created node",
                format!("(k1:A)-[:u]->(k2:B), (k1)-[:e]->({a})"),
            ),
        };
        self.tags.push(tag);
        create.push(text);
    }

    fn for_each(&mut self, a: &str, a_is_set: bool) {
        let block = match self.dice.below(5) {
            0 => format!("(match: \"({a})-[t1:e]->(y1:N)\", set: [\"y1.v += 1\"])"),
            1 => format!("(match: \"({a})~[t1:r]~(y1:N)\", where: \"y1.v > 0\", delete: [\"t1\"])"),
            2 if !a_is_set => {
                format!("(match: \"({a})-[t1:e]->(y1:N)\", set: [\"{a}.w += y1.w\"])")
            }
            3 => format!("(match: \"(y1:C)\", create: [\"({a})-[:h]->(y1)\"])"),
            _ => format!(
                "(match: \"({a})-[t1:h]->(y1:C)\", delete: [\"t1\"], set: [\"y1.s = S.busy\"])"
            ),
        };
        if block.contains("create") {
            self.guards
                .push("COUNT { (:N)-[:h]->(:C) } < 14".to_owned());
        }
        self.tags.push("for_each");
        self.fields.push(format!("for_each: [{block}]"));
    }

    /// A rule whose left-hand side looks the same with `a` and `b` exchanged.
    fn symmetric(mut self, name: String) -> RuleText {
        self.tags.push("symmetric");
        self.fields.push("symmetric: true".to_owned());
        if self.dice.one_in(2) {
            self.guards.push("a.v < 3 AND b.v < 3".to_owned());
        }
        if self.dice.one_in(2) {
            self.fields
                .push("set: [\"a.v += 1\", \"b.v += 1\"]".to_owned());
        }
        if let (Some((edge, _)), true) = (self.shape.edges.first(), self.dice.one_in(2)) {
            self.fields.push(format!("delete: [\"{edge}\"]"));
        }
        let timer = if self.dice.one_in(3) {
            self.tags.push("aggregate");
            "Exponential(rate: 0.3, clock: Aggregate)".to_owned()
        } else {
            "Exponential(rate: 0.3)".to_owned()
        };
        self.finish(name, timer)
    }

    fn aggregate(&mut self) -> String {
        self.tags.push("aggregate");
        match (self.shape.nodes.first(), self.dice.one_in(2)) {
            (Some((a, ty)), true) if *ty != "C" => {
                self.tags.push("weights");
                format!(
                    "Exponential(rate: 0.2, clock: Aggregate, weights: {{\"{a}\": \"{a}.w * {a}.w\"}})"
                )
            }
            _ => "Exponential(rate: 0.2, clock: Aggregate)".to_owned(),
        }
    }

    fn timer(&mut self) -> String {
        let matched: Vec<_> = self
            .shape
            .nodes
            .iter()
            .filter(|n| n.1 != "C")
            .map(|n| n.0)
            .collect();
        let a = if matched.is_empty() {
            None
        } else {
            Some(*self.dice.pick(&matched))
        };
        let memory = if self.dice.one_in(3) {
            ", memory: Age"
        } else {
            ""
        };
        let (tag, text) = match (a, self.dice.below(14)) {
            (_, 0) => ("normal", format!("Normal(mean: 1.0, sd: 0.4{memory})")),
            (_, 1) => ("ties", format!("Deterministic(value: 1.0{memory})")),
            (_, 2) => ("uniform", format!("Uniform(low: 0.2, high: 1.5{memory})")),
            (_, 3) => (
                "immediate",
                "Immediate(priority: 1, weight: 2.0)".to_owned(),
            ),
            (Some(a), 4) => (
                "immediate",
                format!("Immediate(priority: \"{a}.v\", weight: \"{a}.w * {a}.w\")"),
            ),
            (Some(a), 5) => (
                "rate reads attributes",
                format!("Exponential(rate: \"abs({a}.v) * 0.3\"{memory})"),
            ),
            (Some(a), 6) => (
                "rate reads counts",
                format!("Exponential(rate: \"0.2 * COUNT {{ ({a})-[:e]->(:N) }}\")"),
            ),
            (Some(a), 7) => (
                "rate reads counts",
                format!(
                    "Exponential(rate: \"0.1 + COUNT {{ ({a})~[:r]~(x:N WHERE x.v > {a}.v) }}\")"
                ),
            ),
            (Some(a), 8) => (
                "redraw",
                format!("Normal(mean: \"1.0 + {a}.w * {a}.w\", sd: 0.3, on_change: Redraw)"),
            ),
            (Some(a), 9) => (
                "stream",
                format!("Exponential(mean: 1.0, stream: \"s\", key: [\"{a}\"])"),
            ),
            (Some(a), 10) => (
                "log-normal",
                format!("LogNormal(mean: \"t({a}.v).m\", sd: 0.5)"),
            ),
            (Some(a), 11) => (
                "rate reads now",
                format!("Weibull(shape: 1.5, scale: \"0.5 + 0.01 * now + {a}.w * {a}.w\"{memory})"),
            ),
            (_, 12) => ("gamma", "Gamma(shape: 2.0, scale: 0.5)".to_owned()),
            _ => ("exponential", format!("Exponential(mean: 1.5{memory})")),
        };
        // A required choice may not read the time; an immediate event requires its choice.
        let text = if tag == "immediate" && self.chosen {
            "Exponential(rate: 1.0)".to_owned()
        } else {
            text
        };
        self.tags.push(if text.contains("Age") {
            "age memory"
        } else {
            tag
        });
        text
    }
}
