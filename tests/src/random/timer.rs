//! Random timers: every law, parameters that read matches, counts and the time, memory, streams, aggregate clocks.

use super::{
    rule::Sort,
    text::{Part, RuleText},
    writer::{Kind, Place, Writer},
};

impl Writer<'_> {
    /// The timer of a rule; what is visible is the left-hand side.
    pub(super) fn timer(&mut self, rule: &RuleText, sort: Sort) -> String {
        match sort {
            Sort::Immediate => self.immediate(),
            Sort::Aggregate => self.aggregate(rule),
            Sort::Timed => self.timed(),
        }
    }

    fn immediate(&mut self) -> String {
        self.tag("immediate");
        let place = Place {
            depth: 1,
            ..Place::GUARD
        };
        let priority = if self.dice.one_in(3) {
            format!("\"{}\"", self.int(place))
        } else {
            self.dice.below(3).to_string()
        };
        let weight = match self.dice.below(4) {
            0 => {
                self.tag("weight reads the match");
                format!("\"{}\"", self.varying(place))
            }
            _ if self.counting => {
                self.tag("weight reads counts");
                format!("\"{}\"", self.counted())
            }
            1 => "0.5".to_owned(),
            _ => "2.0".to_owned(),
        };
        format!("Immediate(priority: {priority}, weight: {weight})")
    }

    /// A number from 0 to 4 that is no constant, where anything can be read.
    fn varying(&mut self, place: Place) -> String {
        for _ in 0..20 {
            let text = self.positive_real(place);
            if [".v", ".w", ".x", ".y", ".z", "COUNT"]
                .iter()
                .any(|read| text.contains(read))
            {
                return text;
            }
        }
        "0.5".to_owned()
    }

    fn aggregate(&mut self, rule: &RuleText) -> String {
        self.tag("aggregate");
        let rate = *self.dice.pick(&["rate: 0.2", "rate: \"p\"", "mean: 3.0"]);
        let components = rule.of(Part::Match).len();
        if components > 1 {
            self.tag("aggregate over two components");
        }
        let visible: Vec<_> = self
            .seen
            .iter()
            .filter(|s| matches!(s.kind, Kind::Node(_)))
            .cloned()
            .collect();
        let Some(anchor) = self.any(&visible).filter(|_| self.dice.one_in(2)) else {
            return format!("Exponential({rate}, clock: Aggregate)");
        };
        self.tag("weights");
        let seen = std::mem::replace(&mut self.seen, vec![anchor.clone()]);
        let weight = if self.counting {
            self.tag("weight reads counts");
            self.counted()
        } else {
            self.positive_real(Place {
                depth: 2,
                ..Place::GUARD
            })
        };
        self.seen = seen;
        format!(
            "Exponential({rate}, clock: Aggregate, weights: {{\"{}\": \"{weight}\"}})",
            anchor.name
        )
    }

    /// A parameter from `low` to `low + 4`.
    fn parameter(&mut self, low: &str) -> String {
        if !self.counting && self.dice.one_in(2) {
            return (*self.dice.pick(&["0.5", "1.0", "1.5"])).to_owned();
        }
        self.tag("parameter is an expression");
        let mut text = self.positive_real(Place {
            now: false,
            depth: 2,
        });
        match self.dice.below(4) {
            0 => {
                text = format!("min(4.0, 0.1 * now) + {text}");
                self.tag("parameter reads the time");
            }
            1 => text = self.counted(),
            _ if self.counting => text = self.counted(),
            _ => {}
        }
        if text.contains("COUNT") || text.contains("EXISTS") {
            self.tag("parameter reads counts");
        } else if text.contains(".w") || text.contains(".v") {
            self.tag("parameter reads attributes");
        }
        format!("\"{low} + {text}\"")
    }

    /// A small number of what is found around the match.
    fn counted(&mut self) -> String {
        let sub_pattern = if self.counting && self.dice.one_in(2) {
            self.kept_count()
        } else {
            self.sub_pattern(Place {
                now: false,
                depth: 2,
            })
        };
        if self.dice.one_in(3) {
            format!("(CASE WHEN EXISTS {{ {sub_pattern} }} THEN 0.5 ELSE 1.5 END)")
        } else {
            format!("min(4.0, 0.3 * COUNT {{ {sub_pattern} }})")
        }
    }

    /// A sub-pattern around one node whose extensions are not searched for anew: as long as a list, or kept with the node.
    fn kept_count(&mut self) -> String {
        let n = self.schema.node("N").mask;
        let Some(a) = self.node_within(n) else {
            return (*self.dice.pick(&["(:A)", "(:N)-[:e]->(:N)"])).to_owned();
        };
        let x = self.fresh('n');
        match self.dice.below(5) {
            0 => format!("({a})-[:e]->(:N)"),
            1 => format!("({a})<-[:e]-(:A)"),
            2 => format!("({a})~[:r]~(:N)"),
            3 => format!("({a})-[:e]->({x}:N WHERE {x}.v > 1)"),
            _ => format!("({a})~[:r]~({x}:N)-[:e]->(:B)"),
        }
    }

    fn timed(&mut self) -> String {
        let law = if self.counting {
            // those with parameters that can be expressions, and above all those that follow at once
            *self.dice.pick(&[0, 0, 1, 2, 3, 3, 4, 5, 7, 8, 9, 10])
        } else {
            self.dice.below(14)
        };
        let (tag, law) = match law {
            0 => {
                let place = Place {
                    depth: 2,
                    ..Place::GUARD
                };
                let rate = if self.counting || self.dice.one_in(2) {
                    self.counted()
                } else {
                    self.varying(place)
                };
                (
                    "rate that may be 0",
                    format!("Exponential(rate: \"{rate}\""),
                )
            }
            1 | 2 => (
                "exponential",
                format!("Exponential(rate: {}", self.parameter("0.1")),
            ),
            3 => (
                "exponential",
                format!("Exponential(mean: {}", self.parameter("0.2")),
            ),
            4 => (
                "normal",
                format!("Normal(mean: {}, sd: 0.4", self.parameter("0.5")),
            ),
            5 => (
                "log-normal",
                format!("LogNormal(mean: {}, sd: 0.5", self.parameter("0.5")),
            ),
            6 => (
                "ties",
                (*self.dice.pick(&[
                    "Deterministic(value: 1.0",
                    "Deterministic(value: 0.5",
                    "Deterministic(value: 2.0",
                ]))
                .to_owned(),
            ),
            7 => (
                "uniform",
                format!("Uniform(low: 0.2, high: {}", self.parameter("0.5")),
            ),
            8 => (
                "Weibull",
                format!("Weibull(shape: 1.5, scale: {}", self.parameter("0.5")),
            ),
            9 => (
                "gamma",
                format!("Gamma(shape: 2.0, scale: {}", self.parameter("0.2")),
            ),
            10 => (
                "Erlang",
                format!("Erlang(k: 3, rate: {}", self.parameter("1.0")),
            ),
            11 => (
                "triangular",
                "Triangular(min: 0.2, mode: 0.5, max: 2.0".to_owned(),
            ),
            12 => (
                "empirical",
                "Empirical(table: \"t\", column: \"m\"".to_owned(),
            ),
            _ => ("log-normal", "LogNormal(mu: 0.0, sigma: 0.5".to_owned()),
        };
        self.tag(tag);
        let mut text = law;
        if self.dice.one_in(4) {
            self.tag("age memory");
            text += ", memory: Age";
        }
        if self.dice.one_in(if self.counting { 2 } else { 6 }) {
            self.tag("redraw");
            text += ", on_change: Redraw";
        }
        if self.dice.one_in(6) {
            self.tag("stream");
            let keys: Vec<_> = self
                .seen
                .iter()
                .take(2)
                .map(|s| format!("\"{}\"", s.name))
                .collect();
            text += &format!(
                ", stream: \"s{}\", key: [{}]",
                self.dice.below(2),
                keys.join(", ")
            );
        }
        text + ")"
    }
}
