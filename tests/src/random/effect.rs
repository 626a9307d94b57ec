//! Random effects that keep systems small: what creates has a guard that counts what there is.

use super::{
    pattern::Want,
    rule::Sort,
    schema::{Mask, Ty},
    text::{Part, RuleText},
    writer::{Kind, Place, Writer},
};

/// An edge of a new node: type, direction, other end.
type Link = (usize, bool, String);

impl Writer<'_> {
    /// Deletions, creations, assignments and for_each blocks.
    pub(super) fn effects(&mut self, rule: &mut RuleText, sort: Sort) {
        let mut gone = Vec::new();
        if sort == Sort::Immediate {
            self.use_up(rule, &mut gone);
        }
        if self.dice.one_in(3) {
            self.deletion(rule, &mut gone);
        }
        let outside = self.seen.clone();
        self.seen.retain(|s| !gone.contains(&s.name));
        if self.dice.one_in(2) {
            self.creations(rule, Part::Create);
        }
        let mut set = Vec::new();
        for _ in 0..self.dice.below(3) {
            set.extend(self.assignment(&rule_assigned(rule)));
            for text in set.drain(..) {
                rule.add(Part::Set, text);
                self.tag("set");
            }
        }
        if self.dice.one_in(4) {
            let block = self.for_each(rule);
            rule.add(Part::ForEach, block);
        }
        self.seen = outside;
    }

    /// Makes an immediate event disable itself, mostly: time should move on.
    fn use_up(&mut self, rule: &mut RuleText, gone: &mut Vec<String>) {
        let counters: Vec<_> = self
            .attributes(Ty::Int)
            .into_iter()
            .filter(|(s, _)| binds(rule, Part::Match, &s.name))
            .collect();
        let edges: Vec<_> = self
            .seen
            .iter()
            .filter(|s| matches!(s.kind, Kind::Edge(_)) && binds(rule, Part::Match, &s.name))
            .cloned()
            .collect();
        match (self.any(&counters), self.any(&edges)) {
            (_, Some(edge)) if self.dice.one_in(2) => {
                rule.add(Part::Delete, edge.name.clone());
                gone.push(edge.name);
                self.tag("deleted edge");
            }
            (Some((seen, attribute)), _) if self.dice.below(5) > 0 => {
                rule.add(Part::Where, format!("{}.{attribute} > 0", seen.name));
                rule.add(
                    Part::Set,
                    format!("{}.{attribute} = {}.{attribute} - 1", seen.name, seen.name),
                );
            }
            _ => {}
        }
    }

    fn deletion(&mut self, rule: &mut RuleText, gone: &mut Vec<String>) {
        let left: Vec<_> = self
            .seen
            .iter()
            .filter(|s| {
                !gone.contains(&s.name) && !rule_assigned(rule).iter().any(|(n, _)| *n == s.name)
            })
            .cloned()
            .collect();
        let Some(victim) = self.any(&left) else {
            return;
        };
        match victim.kind {
            Kind::Node(_) => {
                rule.add(Part::Where, "COUNT { (:N) } > 3");
                self.tag("deleted node");
            }
            Kind::Edge(_) => self.tag("deleted edge"),
        }
        rule.add(Part::Delete, victim.name.clone());
        gone.push(victim.name);
    }

    /// New nodes at visible ones, and new edges between visible ones.
    fn creations(&mut self, rule: &mut RuleText, part: Part) {
        let text = if self.dice.one_in(2) {
            self.created_edge(rule)
        } else {
            None
        };
        let text = match text {
            Some(text) => text,
            None => self.created_node(rule),
        };
        if part == Part::Create {
            rule.add(part, text);
        }
    }

    fn created_edge(&mut self, rule: &mut RuleText) -> Option<String> {
        let nodes = self.nodes();
        let mut possible = Vec::new();
        for (i, edge) in self.schema.edges.iter().enumerate() {
            for a in &nodes {
                possible.extend(
                    nodes
                        .iter()
                        .filter(|b| edge.always_connects(a.1, b.1))
                        .map(|b| (i, a.0.clone(), b.0.clone())),
                );
            }
        }
        let (ty, a, b) = self.any(&possible)?;
        let edge = &self.schema.edges[ty];
        let name = edge.name;
        self.bound_edges(rule, ty);
        if edge.unique && self.dice.below(6) > 0 {
            let taken = edge.arrow(&format!(":{name}"), true);
            let guard = format!("NOT EXISTS {{ ({a}){taken}({b}) }}");
            let bound_by = |parts: &[Part]| {
                [&a, &b]
                    .into_iter()
                    .all(|n| parts.iter().any(|&p| binds(rule, p, n)))
            };
            if bound_by(&[Part::Match]) {
                rule.add(Part::Where, guard);
            } else if bound_by(&[Part::Match, Part::Choose]) && rule.of(Part::Required).is_empty() {
                rule.add(Part::ThenWhere, guard);
            }
        }
        self.tag(if a == b {
            "created loop"
        } else {
            "created edge"
        });
        let values = self.edge_values(ty);
        Some(format!(
            "({a}){}({b})",
            edge.arrow(&format!(":{name}{values}"), true)
        ))
    }

    /// A new node, sometimes another one, and edges from the first to these and to visible nodes.
    fn created_node(&mut self, rule: &mut RuleText) -> String {
        self.tag("created node");
        let (first, exact, text) = self.new_node(rule);
        let mut parts = vec![text];
        let mut others = self.nodes();
        if !self.basic {
            others.push((first.clone(), exact));
            if self.dice.one_in(4) {
                self.tag("two created nodes");
                let (second, exact, text) = self.new_node(rule);
                parts.push(text);
                others.push((second, exact));
            }
        }
        let links = self.links(exact, &others);
        for (edge, forwards, other) in self.some_of(links) {
            self.bound_edges(rule, edge);
            let edge = &self.schema.edges[edge];
            let arrow = edge.arrow(&format!(":{}", edge.name), forwards);
            parts.push(format!("({first}){arrow}({other})"));
        }
        if parts.len() > 2 {
            self.tag("several edges created at a node");
        }
        parts.join(", ")
    }

    /// Some edges of a new node; of a basic system at most one.
    fn some_of(&mut self, mut links: Vec<Link>) -> Vec<Link> {
        if self.basic {
            let link = self.any(&links).filter(|_| self.dice.below(4) > 0);
            return link.into_iter().collect();
        }
        let mut some = Vec::new();
        while self.dice.below(4) > 0
            && let Some(link) = self.any(&links)
        {
            links.retain(|other| *other != link);
            some.push(link);
        }
        some
    }

    /// Name, type and text of a node that is created, with a guard against too many.
    fn new_node(&mut self, rule: &mut RuleText) -> (String, Mask, String) {
        let all = self.schema.nodes.iter();
        let concrete: Vec<_> = all.filter(|n| !n.is_abstract).cloned().collect();
        let ty = self.dice.pick(&concrete).clone();
        let limit = if ty.name == "C" { 5 } else { 4 };
        rule.add(Part::Where, format!("COUNT {{ (:{}) }} < {limit}", ty.name));
        let exact = self.schema.exact(&ty);
        let new = self.fresh('n');
        let text = format!("({new}:{}{})", ty.name, self.node_values(exact));
        (new, exact, text)
    }

    /// Edges that may join a node of some types with others.
    fn links(&self, types: Mask, others: &[(String, Mask)]) -> Vec<Link> {
        let mut links = Vec::new();
        for (i, edge) in self.schema.edges.iter().enumerate() {
            for (name, mask) in others {
                if edge.always_connects(types, *mask) {
                    links.push((i, true, name.clone()));
                } else if edge.always_connects(*mask, types) {
                    links.push((i, false, name.clone()));
                }
            }
        }
        links
    }

    /// A guard against too many edges.
    fn bound_edges(&mut self, rule: &mut RuleText, ty: usize) {
        let edge = &self.schema.edges[ty];
        let limit = if edge.undirected { 18 } else { 12 };
        let arrow = edge.arrow(&format!(":{}", edge.name), true);
        rule.add(
            Part::Where,
            format!(
                "COUNT {{ (:{}){arrow}(:{}) }} < {limit}",
                edge.from.0, edge.to.0
            ),
        );
    }

    fn node_values(&mut self, exact: Mask) -> String {
        let attributes = self.schema.node_attributes(exact);
        let given: Vec<_> = attributes
            .into_iter()
            .filter(|_| self.dice.one_in(2))
            .collect();
        let values: Vec<_> = given
            .into_iter()
            .map(|(name, ty)| format!("{name}: {}", self.value(ty)))
            .collect();
        if values.is_empty() {
            String::new()
        } else {
            format!(" {{{}}}", values.join(", "))
        }
    }

    fn edge_values(&mut self, ty: usize) -> String {
        match self.schema.edges[ty].attribute {
            Some((name, ty)) if self.dice.one_in(2) => format!(" {{{name}: {}}}", self.value(ty)),
            _ => String::new(),
        }
    }

    /// A value that stays small however often it is computed from itself.
    fn value(&mut self, ty: Ty) -> String {
        let drawn = self.dice.one_in(5);
        if drawn {
            self.tag("drawn value");
        }
        match ty {
            Ty::Int if drawn => "draw(UniformInt(0, 3))".to_owned(),
            Ty::Int => format!("({} % 4)", self.int(Place::LATER)),
            Ty::Real if drawn => (*self.dice.pick(&[
                "draw(Uniform(0.0, 2.0))",
                "draw(Exponential(mean: 1.0))",
                "draw(LogNormal(mean: 1.0, sd: 0.5))",
                "draw(Empirical(table: t, column: m))",
            ]))
            .to_owned(),
            Ty::Real => self.bounded_real(Place::LATER),
            Ty::Bool if drawn => "draw(Bernoulli(0.5))".to_owned(),
            Ty::Bool => self.boolean(Place {
                depth: 1,
                ..Place::LATER
            }),
            Ty::State => format!("S.{}", self.dice.pick(&["idle", "busy"])),
        }
    }

    /// An assignment to an attribute that has none yet.
    fn assignment(&mut self, assigned: &[(String, String)]) -> Option<String> {
        let mut targets = Vec::new();
        for seen in &self.seen {
            let attributes = self.attributes_of(seen.kind);
            targets.extend(
                attributes
                    .into_iter()
                    .map(|(name, ty)| (seen.name.clone(), name, ty)),
            );
        }
        targets.retain(|(seen, name, _)| !assigned.iter().any(|(s, n)| s == seen && n == name));
        let (seen, name, ty) = self.any(&targets)?;
        let accumulates = matches!(ty, Ty::Int | Ty::Real) && self.dice.one_in(3);
        if accumulates {
            self.tag("accumulating assignment");
            let operator = self.dice.pick(&["+=", "-="]);
            return Some(format!(
                "{seen}.{name} {operator} {}",
                if ty == Ty::Int { "1" } else { "0.125" }
            ));
        }
        Some(format!("{seen}.{name} = {}", self.value(ty)))
    }

    fn for_each(&mut self, rule: &mut RuleText) -> String {
        self.tag("for_each");
        let known = self.seen.clone();
        let matched = known.len();
        let edges = usize::from(self.dice.below(5) > 0);
        let conditions = self.dice.one_in(2).then_some(Place {
            depth: 1,
            ..Place::LATER
        });
        let pattern = self.pattern(Want {
            edges,
            anchored: edges > 0,
            named: true,
            conditions,
        });
        let mut fields = vec![format!("match: \"{}\"", pattern.text)];
        if self.dice.one_in(4) {
            fields.push(format!(
                "where: \"{}\"",
                self.boolean(Place {
                    depth: 1,
                    ..Place::LATER
                })
            ));
        }
        let own: Vec<_> = self.seen[matched..].to_vec();
        let edge = own
            .iter()
            .find(|s| matches!(s.kind, Kind::Edge(_)))
            .cloned();
        match (edge, self.dice.below(4)) {
            (Some(edge), 0 | 1) => {
                fields.push(format!("delete: [\"{}\"]", edge.name));
                self.tag("for_each deletes");
                self.seen.retain(|s| s.name != edge.name);
            }
            (_, 2) => {
                if let Some(text) = self.created_edge(rule) {
                    fields.push(format!("create: [\"{text}\"]"));
                    self.tag("for_each creates");
                }
            }
            _ => {}
        }
        let assigned = rule_assigned(rule);
        if let Some(text) = self
            .assignment(&assigned)
            .filter(|_| self.dice.below(4) > 0)
        {
            fields.push(format!("set: [\"{text}\"]"));
            self.tag("for_each sets");
        }
        self.seen = known;
        format!("({})", fields.join(", "))
    }
}

/// Attributes that the main effect assigns: variable and attribute.
fn rule_assigned(rule: &RuleText) -> Vec<(String, String)> {
    let target = |text: &String| {
        let (variable, rest) = text.split_once('.')?;
        Some((variable.to_owned(), rest.split(' ').next()?.to_owned()))
    };
    rule.of(Part::Set).iter().filter_map(target).collect()
}

/// Whether a part of a rule binds a variable, or speaks of it.
fn binds(rule: &RuleText, part: Part, name: &str) -> bool {
    let speaks = |text: &String| {
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words.any(|word| word == name)
    };
    rule.of(part).iter().any(speaks)
}
