//! Rules that keep a system changing, so that whatever its other rules wait for comes and goes.

use super::{
    schema::Schema,
    text::{Part, RuleText},
};
use crate::dice::Dice;

/// For some edge types a rule that adds an edge and one that takes one away; one that changes attributes, one that exchanges nodes.
pub(super) fn rules(dice: &mut Dice, schema: &Schema) -> Vec<RuleText> {
    let mut rules = vec![shake(dice)];
    for edge in &schema.edges {
        if !dice.one_in(2) {
            continue;
        }
        let arrow = |body: &str| edge.arrow(body, true);
        let link = arrow(&format!(":{}", edge.name));
        let mut join = rule(
            &format!("join_{}", edge.name),
            "Exponential(rate: 0.05, clock: Aggregate)",
            &["aggregate", "created edge"],
        );
        join.add(
            Part::Match,
            format!("(a:{}), (b:{})", edge.from.0, edge.to.0),
        );
        join.add(
            Part::Where,
            format!("COUNT {{ (:{}){link}(:{}) }} < 10", edge.from.0, edge.to.0),
        );
        if edge.unique {
            join.add(Part::Unless, format!("(a){link}(b)"));
        }
        join.add(Part::Create, format!("(a){link}(b)"));
        let mut cut = rule(
            &format!("cut_{}", edge.name),
            "Exponential(rate: 0.15)",
            &["deleted edge"],
        );
        cut.add(
            Part::Match,
            format!(
                "(a:{}){}(b:{})",
                edge.from.0,
                arrow(&format!("l:{}", edge.name)),
                edge.to.0
            ),
        );
        cut.add(Part::Delete, "l");
        rules.extend([join, cut]);
    }
    if dice.one_in(2) {
        rules.extend(renewal(dice));
    }
    rules
}

fn rule(name: &str, timer: &str, tags: &[&'static str]) -> RuleText {
    RuleText {
        name: name.to_owned(),
        timer: timer.to_owned(),
        tags: tags.to_vec(),
        ..RuleText::default()
    }
}

fn shake(dice: &mut Dice) -> RuleText {
    let mut shake = rule("shake", "Exponential(rate: 0.2)", &["set", "drawn value"]);
    shake.add(Part::Match, "(a:N)");
    shake.add(
        Part::Set,
        *dice.pick(&["a.v = (a.v + 1) % 4", "a.v = draw(UniformInt(0, 3))"]),
    );
    shake.add(
        Part::Set,
        *dice.pick(&[
            "a.w = draw(Uniform(0.0, 2.0))",
            "a.w = draw(UniformInt(0, 3)) * 0.5",
        ]),
    );
    shake
}

/// Nodes come and go, with the edges that they have.
fn renewal(dice: &mut Dice) -> [RuleText; 2] {
    let mut come = rule(
        "come",
        "Exponential(rate: 0.5)",
        &["created node", "empty left-hand side"],
    );
    come.add(Part::Where, "COUNT { (:N) } < 8");
    come.add(
        Part::Create,
        *dice.pick(&[
            "(:A {w: draw(Uniform(0.0, 2.0))})",
            "(:B {v: draw(UniformInt(0, 3))})",
            "(:A)-[:e]->(:B)",
        ]),
    );
    let mut go = rule(
        "go",
        "Exponential(rate: 0.3, clock: Aggregate)",
        &["aggregate", "deleted node"],
    );
    go.add(Part::Match, "(a:N)");
    go.add(Part::Where, "COUNT { (:N) } > 4");
    go.add(Part::Delete, "a");
    [come, go]
}
