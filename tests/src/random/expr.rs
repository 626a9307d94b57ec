//! Random expressions over what is visible. Composite ones are in parentheses.

use super::{
    pattern::Want,
    schema::Ty,
    writer::{Kind, Place, Writer},
};

impl Writer<'_> {
    /// A condition.
    pub(super) fn boolean(&mut self, place: Place) -> String {
        if place.depth == 0 {
            return self.simple_condition(place);
        }
        match self.dice.below(14) {
            0 => format!(
                "({} AND {})",
                self.boolean(place.deeper()),
                self.boolean(place.deeper())
            ),
            1 => format!(
                "({} OR {})",
                self.boolean(place.deeper()),
                self.boolean(place.deeper())
            ),
            2 => format!("(NOT {})", self.boolean(place.deeper())),
            3 | 4 => format!("EXISTS {{ {} }}", self.sub_pattern(place)),
            5 | 6 => format!("(NOT EXISTS {{ {} }})", self.sub_pattern(place)),
            7 | 8 => {
                let bound = self.dice.below(4);
                format!(
                    "(COUNT {{ {} }} {} {bound})",
                    self.sub_pattern(place),
                    self.dice.pick(&["<", "<=", ">="])
                )
            }
            9 => self.identity(place),
            _ => self.simple_condition(place),
        }
    }

    fn simple_condition(&mut self, place: Place) -> String {
        let flags = self.attributes(Ty::Bool);
        let states = self.attributes(Ty::State);
        match self.dice.below(8) {
            0 if !flags.is_empty() => {
                let (seen, attribute) = self.dice.pick(&flags).clone();
                format!("{}.{attribute}", seen.name)
            }
            1 if !states.is_empty() => {
                let (seen, attribute) = self.dice.pick(&states).clone();
                let operator = self.dice.pick(&["=", "<>"]);
                format!(
                    "({}.{attribute} {operator} S.{})",
                    seen.name,
                    self.dice.pick(&["idle", "busy"])
                )
            }
            2 => self.identity(place),
            3 | 4 => {
                let (a, b) = (self.real(place.deeper()), self.real(place.deeper()));
                format!("({a} {} {b})", self.dice.pick(&["<", "<=", ">", ">="]))
            }
            _ => {
                let (a, b) = (self.int(place.deeper()), self.int(place.deeper()));
                format!(
                    "({a} {} {b})",
                    self.dice
                        .pick(&["<", "<=", ">", ">=", "=", "<>", "<=", "<="])
                )
            }
        }
    }

    /// Whether two elements are the same, or which has the smaller number.
    fn identity(&mut self, place: Place) -> String {
        let (Some(a), Some(b)) = (self.any(&self.seen.clone()), self.any(&self.seen.clone()))
        else {
            return format!("({} < 3)", self.int(place.deeper()));
        };
        let comparable = match (a.kind, b.kind) {
            (Kind::Node(a), Kind::Node(b)) | (Kind::Edge(a), Kind::Edge(b)) => a & b != 0,
            _ => false,
        };
        if comparable && self.dice.one_in(2) {
            return format!(
                "({} {} {})",
                a.name,
                self.dice.pick(&["<>", "<>", "="]),
                b.name
            );
        }
        self.tag("numbers in a condition");
        format!(
            "(id({}) {} id({}) + {})",
            a.name,
            self.dice.pick(&["<", "<=", ">"]),
            b.name,
            self.dice.below(5)
        )
    }

    /// The inside of EXISTS and COUNT.
    pub(super) fn sub_pattern(&mut self, place: Place) -> String {
        let anchored = !self.nodes().is_empty() && !self.dice.one_in(4);
        if !anchored {
            self.tag("global sub-pattern");
        }
        if place.depth < Place::GUARD.depth {
            self.tag("nested sub-pattern");
        }
        let inner = Place {
            now: false,
            depth: place.depth.min(3).saturating_sub(1),
        };
        let edges = if anchored {
            1 + usize::from(self.dice.one_in(3))
        } else {
            self.dice.below(2)
        };
        let conditions = (place.depth > 0 && self.dice.one_in(2)).then_some(inner);
        self.inside(|w| {
            w.pattern(Want {
                edges,
                anchored,
                named: false,
                conditions,
            })
            .text
        })
    }

    /// A whole number, seldom large.
    pub(super) fn int(&mut self, place: Place) -> String {
        let known = self.attributes(Ty::Int);
        if place.depth == 0 || self.dice.one_in(2) {
            return match self.dice.below(5) {
                0 => self.dice.below(4).to_string(),
                1 => "k".to_owned(),
                _ => match self.any(&known) {
                    Some((seen, attribute)) => format!("{}.{attribute}", seen.name),
                    None => self.dice.below(3).to_string(),
                },
            };
        }
        let inner = place.deeper();
        match self.dice.below(9) {
            0 => format!("({} + {})", self.int(inner), self.int(inner)),
            1 => format!("({} - {})", self.int(inner), self.int(inner)),
            2 => format!("(({} * {}) % 5)", self.int(inner), self.int(inner)),
            3 => format!("(abs({}) % 3)", self.int(inner)),
            4 => format!("floor({})", self.bounded_real(inner)),
            5 => format!("max({}, {})", self.int(inner), self.int(inner)),
            6 => format!(
                "(CASE WHEN {} THEN {} ELSE {} END)",
                self.simple_condition(inner),
                self.int(inner),
                self.int(inner)
            ),
            _ => format!("COUNT {{ {} }}", self.sub_pattern(place)),
        }
    }

    /// A real number.
    pub(super) fn real(&mut self, place: Place) -> String {
        let known = self.attributes(Ty::Real);
        if place.depth == 0 || self.dice.one_in(2) {
            return match self.dice.below(6) {
                0 => (*self.dice.pick(&["0.25", "0.5", "1.0", "1.5"])).to_owned(),
                1 => "p".to_owned(),
                2 if place.now => "(0.01 * now)".to_owned(),
                _ => match self.any(&known) {
                    Some((seen, attribute)) => format!("{}.{attribute}", seen.name),
                    None => (*self.dice.pick(&["0.75", "1.25"])).to_owned(),
                },
            };
        }
        let inner = place.deeper();
        match self.dice.below(8) {
            0 => format!("({} + {})", self.real(inner), self.int(inner)),
            1 => format!("({} - {})", self.real(inner), self.real(inner)),
            2 => format!("({} * {})", self.bounded_real(inner), self.real(inner)),
            3 => format!(
                "({} / {})",
                self.int(inner),
                self.dice.pick(&["2", "3.0", "7"])
            ),
            4 => format!("min({}, {})", self.real(inner), self.real(inner)),
            5 => {
                self.tag("table");
                format!("t({}).m", self.int(inner))
            }
            6 => format!("sqrt(abs({}))", self.real(inner)),
            _ => format!(
                "(CASE WHEN {} THEN {} ELSE {} END)",
                self.simple_condition(inner),
                self.real(inner),
                self.real(inner)
            ),
        }
    }

    /// A real number between -4 and 4, that stays so however often it is computed from itself.
    pub(super) fn bounded_real(&mut self, place: Place) -> String {
        format!("max(-4.0, min(4.0, {}))", self.real(place))
    }

    /// A real number from 0 to 4.
    pub(super) fn positive_real(&mut self, place: Place) -> String {
        format!("min(4.0, abs({}))", self.real(place))
    }
}
