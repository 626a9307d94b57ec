//! Random rules: left-hand side, guard, NACs, choices.

use super::{
    pattern::Want,
    schema::Ty,
    text::{Part, RuleText},
    writer::{Kind, Place, Seen, Writer},
};

/// What sort of rule is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Timed,
    Immediate,
    Aggregate,
}

impl Writer<'_> {
    /// A rule with its timer.
    pub(super) fn rule(mut self, name: String) -> RuleText {
        let mut rule = RuleText {
            name,
            ..RuleText::default()
        };
        if self.dice.one_in(10) {
            self.symmetric_rule(&mut rule);
        } else {
            let sort = match self.dice.below(10) {
                0 | 1 => Sort::Immediate,
                2 | 3 => Sort::Aggregate,
                _ => Sort::Timed,
            };
            self.any_rule(&mut rule, sort);
        }
        self.tags.sort_unstable();
        self.tags.dedup();
        rule.tags = self.tags;
        rule
    }

    /// A rule whose timer reads counts of what is around the match.
    pub(super) fn counting_rule(mut self, name: String) -> RuleText {
        self.counting = true;
        self.rule(name)
    }

    fn any_rule(&mut self, rule: &mut RuleText, sort: Sort) {
        if sort != Sort::Aggregate && self.dice.one_in(12) {
            self.tag("empty left-hand side");
        } else {
            self.left_hand_side(rule, sort);
        }
        for _ in 0..self.dice.below(3) {
            let condition = if self.dice.one_in(3) {
                self.idiom()
            } else {
                self.boolean(Place::GUARD)
            };
            if condition.contains('{') {
                self.tag("sub-pattern in a guard");
            } else {
                self.tag("plain guard");
            }
            rule.add(Part::Where, condition);
        }
        for _ in 0..[0, 0, 0, 1, 1, 2][self.dice.below(6)] {
            let nac = self.nac();
            rule.add(Part::Unless, nac);
            self.tag("NAC");
        }
        if rule.of(Part::Unless).len() > 1 {
            self.tag("several NACs");
        }
        let matched = self.seen.clone();
        if sort != Sort::Aggregate && self.dice.one_in(2) {
            self.choices(rule, sort);
        }
        self.effects(rule, sort);
        let chosen = std::mem::replace(&mut self.seen, matched);
        rule.timer = self.timer(rule, sort);
        self.seen = chosen;
    }

    fn left_hand_side(&mut self, rule: &mut RuleText, sort: Sort) {
        let components = if sort == Sort::Aggregate && self.dice.one_in(2) || self.dice.one_in(12) {
            2
        } else {
            1
        };
        for _ in 0..components {
            let edges = match self.dice.below(8) {
                _ if components == 2 => self.dice.below(2),
                0..=2 => 0,
                3..=5 => 1,
                6 => 2,
                _ => 3,
            };
            let conditions = self.dice.one_in(4).then_some(Place {
                depth: 1,
                ..Place::GUARD
            });
            let named = self.dice.below(3) > 0;
            let pattern = self.pattern(Want {
                edges,
                anchored: false,
                named,
                conditions,
            });
            if !named && pattern.new.len() < 2 * edges + 1 {
                self.tag("anonymous elements");
            }
            rule.add(Part::Match, pattern.text);
        }
        if components == 2 {
            self.tag("two components");
        }
    }

    /// Conditions that random ones seldom come to.
    fn idiom(&mut self) -> String {
        let n = self.schema.node("N").mask;
        let (Some(a), Some(b)) = (self.node_within(n), self.node_within(n)) else {
            self.tag("global sub-pattern");
            let idioms = [
                "EXISTS { (:A) }",
                "COUNT { (x:N WHERE x.v > 1) } < 4",
                "NOT EXISTS { (x:A)-[:e]->(y:B) }",
                "COUNT { (x:N)~[:r]~(y:N) } < 9",
            ];
            return (*self.dice.pick(&idioms)).to_owned();
        };
        let x = self.fresh('n');
        let y = self.fresh('n');
        let (tag, condition) = match self.dice.below(11) {
            0 => ("degree", format!("COUNT {{ ({a})-[:e]->(:N) }} < 3")),
            1 => ("degree", format!("NOT EXISTS {{ ({a})<-[:e]-(:A) }}")),
            2 => (
                "shared nodes",
                format!("NOT EXISTS {{ ({a})-[:e]->({b}) }}"),
            ),
            3 => (
                "shared nodes",
                format!("COUNT {{ ({x}:N)-[:e]->({a}) WHERE {x}.v = {b}.v }} < 2"),
            ),
            4 => (
                "shared nodes",
                format!("NOT EXISTS {{ ({a})-[:e]->({x}:N), ({b})~[:r]~({x}) }}"),
            ),
            5 => (
                "nested sub-pattern",
                format!(
                    "COUNT {{ ({a})-[:e]->({x}:N WHERE NOT EXISTS {{ ({x})~[:r]~({y}:N WHERE {y}.v > {b}.v) }}) }} < 2"
                ),
            ),
            6 => (
                "reads several elements",
                format!("EXISTS {{ ({x}:B WHERE {x}.w >= min({a}.w, {b}.w)) }}"),
            ),
            7 => (
                "reads several elements",
                format!(
                    "COUNT {{ ({x}:N WHERE {x}.v <= {a}.v AND {x} <> {b} AND {x}.w > {b}.w - 1.0) }} < 3"
                ),
            ),
            8 => (
                "two paths at a hub",
                format!("COUNT {{ ({a})-[:e]->({x}:N)-[:e]->({y}:N) }} <= 2 * k"),
            ),
            9 => ("table", format!("t({a}.v).m > 0.4")),
            _ => (
                "sub-patterns compared",
                format!("COUNT {{ ({a})-[:e]->(:N) }} <= COUNT {{ ({b})~[:r]~(:N) }} + 1"),
            ),
        };
        self.tag(tag);
        condition
    }

    fn nac(&mut self) -> String {
        let ranked = self
            .node_within(self.schema.node("N").mask)
            .filter(|_| self.dice.one_in(2));
        let Some(a) = ranked else {
            let anchored = self.dice.below(5) > 0;
            let edges = 1 + usize::from(self.dice.one_in(4));
            let conditions = self.dice.one_in(2).then_some(Place {
                depth: 1,
                ..Place::GUARD
            });
            return self.inside(|w| {
                w.pattern(Want {
                    edges,
                    anchored,
                    named: false,
                    conditions,
                })
                .text
            });
        };
        self.ranked(&a)
    }

    /// Figure 5 of the paper: no other node that ranks before this one.
    fn ranked(&mut self, a: &str) -> String {
        let ty = *self.dice.pick(&["N", "A", "B"]);
        let b = self
            .node_within(self.schema.node("N").mask)
            .expect("there is one");
        let o = self.fresh('n');
        let (tag, nac) = match self.dice.below(7) {
            0 => (
                "ranked",
                format!("({o}:{ty} WHERE {o}.w > {a}.w OR ({o}.w = {a}.w AND id({o}) < id({a})))"),
            ),
            1 => ("ranked", format!("({o}:{ty} WHERE {o}.v < {a}.v)")),
            2 => (
                "ranked",
                format!("({o}:{ty} WHERE {o}.v >= 0 AND {o}.w > {a}.w)"),
            ),
            3 => (
                "ranked with conditions",
                format!(
                    "({o}:{ty} WHERE NOT EXISTS {{ ({o})-[:e]->(:B) }} AND ({o}.w > {a}.w OR ({o}.w = {a}.w AND id({o}) > id({a}))))"
                ),
            ),
            4 => (
                "ranked with conditions",
                format!("({o}:{ty} WHERE NOT EXISTS {{ ({b})-[:e]->({o}) }} AND {o}.w > {a}.w)"),
            ),
            5 => (
                "ranked with conditions",
                format!(
                    "({o}:{ty} WHERE NOT EXISTS {{ ({b})~[:r]~({o}) }} AND ({o}.v < {a}.v OR ({o}.v = {a}.v AND id({o}) < id({a}))))"
                ),
            ),
            _ => (
                "ranked with conditions",
                format!(
                    "({o}:{ty} WHERE ({o}.w > {a}.w OR ({o}.w = {a}.w AND id({o}) < id({a}))) AND {o}.v < {b}.v + 2)"
                ),
            ),
        };
        self.tag(tag);
        nac
    }

    fn choices(&mut self, rule: &mut RuleText, sort: Sort) {
        let required = sort == Sort::Immediate || self.dice.one_in(4);
        let steps = if required || self.dice.one_in(2) {
            1
        } else {
            2
        };
        let place = if required {
            Place {
                depth: 2,
                ..Place::GUARD
            }
        } else {
            Place::LATER
        };
        for _ in 0..steps {
            let edges = [0, 1, 1, 1, 2][self.dice.below(5)];
            let conditions = (self.dice.below(3) > 0).then_some(place);
            let known = self.seen.clone();
            let anchored = edges > 0 && self.dice.below(4) > 0;
            let pattern = self.pattern(Want {
                edges,
                anchored,
                named: true,
                conditions,
            });
            let text = if pattern.new.is_empty() {
                "(:N)".to_owned()
            } else {
                pattern.text
            };
            // an anchor and what is new: what most rankings read
            self.seen = if self.dice.one_in(2) {
                pattern.new.clone()
            } else {
                self.seen.clone()
            };
            let (tag, step) = match self.dice.below(5) {
                0 | 1 => ("uniform choice", format!("Uniform(\"{text}\")")),
                2 => (
                    "best choice",
                    format!("Max(\"{}\", of: \"{text}\")", self.ranking(place)),
                ),
                3 => (
                    "best choice",
                    format!("Min(\"{}\", of: \"{text}\")", self.ranking(place)),
                ),
                _ => (
                    "weighted choice",
                    format!(
                        "Weighted(\"{}\", of: \"{text}\")",
                        self.positive_real(place)
                    ),
                ),
            };
            self.seen = known;
            self.seen.extend(pattern.new);
            self.tag(tag);
            rule.add(Part::Choose, step);
            if edges == 2 {
                self.tag("choice over several edges");
            }
        }
        if required {
            self.tag("required choice");
            rule.add(Part::Required, "true");
        } else if self.dice.one_in(3) {
            let condition = self.boolean(Place {
                depth: 1,
                ..Place::LATER
            });
            rule.add(Part::ThenWhere, condition);
            self.tag("then_where");
        } else if self.dice.one_in(3) {
            let nac = self.inside(|w| {
                w.pattern(Want {
                    edges: 1,
                    anchored: true,
                    named: false,
                    conditions: None,
                })
                .text
            });
            rule.add(Part::ThenUnless, nac);
            self.tag("then_unless");
        }
        if steps == 2 {
            self.tag("two choices");
        }
    }

    fn ranking(&mut self, place: Place) -> String {
        let numbers: Vec<_> = self
            .attributes(Ty::Real)
            .into_iter()
            .chain(self.attributes(Ty::Int))
            .collect();
        match self.any(&numbers) {
            Some((seen, attribute)) if self.dice.one_in(2) => format!("{}.{attribute}", seen.name),
            _ if self.dice.one_in(2) => self.real(place),
            _ => self.int(place),
        }
    }

    /// A rule whose left-hand side looks the same with two nodes exchanged, and so does all the rest.
    fn symmetric_rule(&mut self, rule: &mut RuleText) {
        let patterns = [
            "(a:A), (b:A)",
            "(a:N), (b:N)",
            "(a:N)~[l:r]~(b:N)",
            "(a:A)~[l:q]~(b:A)",
            "(a:A)-[:e]->(h:N)<-[:e]-(b:A)",
            "(a:B)-[:h]->(h:C)<-[:h]-(b:B)",
        ];
        let pattern = *self.dice.pick(&patterns);
        rule.add(Part::Match, pattern);
        rule.add(Part::Symmetric, "true");
        let types = &pattern[3..4];
        let mask = self.schema.node(types).mask;
        if self.dice.one_in(2) {
            let seen = std::mem::replace(
                &mut self.seen,
                vec![Seen {
                    name: "a".to_owned(),
                    kind: Kind::Node(mask),
                }],
            );
            let of_a = self.boolean(Place {
                depth: 2,
                ..Place::GUARD
            });
            self.seen = seen;
            let of_b = of_a
                .replace("(a)", "(b)")
                .replace("a.v", "b.v")
                .replace("a.w", "b.w")
                .replace("a.flag", "b.flag");
            // no whole condition may read both in an order
            if !of_a.contains(" a") && !of_a.contains("(a ") {
                rule.add(Part::Where, of_a);
                rule.add(Part::Where, of_b);
            }
        }
        if self.dice.one_in(2) {
            rule.add(Part::Set, "a.v += 1");
            rule.add(Part::Set, "b.v += 1");
        }
        if pattern.contains("[l:") && self.dice.one_in(2) {
            rule.add(Part::Delete, "l");
        }
        self.tag("symmetric");
        rule.timer = if self.dice.one_in(3) {
            self.tag("aggregate");
            "Exponential(rate: 0.3, clock: Aggregate)".to_owned()
        } else if self.dice.one_in(3) {
            "Normal(mean: 1.0, sd: 0.3)".to_owned()
        } else {
            "Exponential(rate: 0.3)".to_owned()
        };
    }
}
