//! Rules the way Khan, Torrini and Heckel (2009) draw them: left side → right side, NACs crossed out, conditions and assignments beside the
//! elements that they speak of.
//!
//! Sub-patterns that stand on their own in a guard are drawn into the left side, with a word that says what they are for:
//! `NAC`, `exists`, `COUNT < 2`; so is what `choose` picks, and, as stacked boxes, what `for_each` goes over. Sub-patterns inside other expressions stay text.

mod gather;

use kairos_model::{rule::Rule, timer::Timer};

use self::gather::{Gathered, Side, gather};
use crate::{
    Declared,
    card::Card,
    geometry::{Point, Rect, Size, at},
    net::{Net, Placed},
    picture::{Mark, Picture},
    text::{Face, LEADING, unbroken, wrap},
    words::Words,
};

/// Room around the picture and inside a panel.
const MARGIN: f64 = 16.0;

/// Room between the panels, for the arrow.
const BETWEEN: f64 = 56.0;

/// Notes below the graph of a side are broken at its width, but not before this one, px.
const NOTES: f64 = 340.0;

/// Draws a rule; a rule of a model has a timer.
///
/// `declared` is what the rule's file declares: `(&model).into()`, `(&rule_set).into()`.
#[must_use]
pub fn rule(declared: Declared<'_>, rule: &Rule, timer: Option<&Timer>) -> Picture {
    let words = Words::new(declared, &rule.scope);
    let gathered = gather(&words, rule);
    let net = gathered.net();
    let left = Panel::new(&gathered, &net, Side::Left);
    let right = Panel::new(&gathered, &net, Side::Right);

    let mut picture = Picture::new(format!("Rule {}", rule.name));
    let top = head(&mut picture, &words, rule, timer);
    let height = left.size().height.max(right.size().height);
    let corner = at(MARGIN, top);
    left.draw(&mut picture, corner, height);
    let width = left.size().width;
    let tail = corner.by(width + 12.0, height / 2.0);
    picture.marks.push(Mark::Becomes(tail, BETWEEN - 24.0));
    right.draw(&mut picture, corner.by(width + BETWEEN, 0.0), height);

    let parameters: Vec<String> = words.parameters().iter().map(|p| unbroken(p)).collect();
    let mut y = top + height + 8.0;
    let panels = width + BETWEEN + right.size().width;
    if !parameters.is_empty() {
        let line = format!("with {}", parameters.join(", "));
        for line in wrap(&line, Face::Detail, panels) {
            picture.text(at(MARGIN, y), Face::Detail, &line);
            y += LEADING;
        }
        y += 4.0;
    }
    picture.size = Size {
        width: widest(&picture).max(MARGIN + panels) + MARGIN,
        height: y + 4.0,
    };
    picture
}

fn widest(picture: &Picture) -> f64 {
    let rights = picture.marks.iter().map(|mark| match mark {
        Mark::Text { rect, .. } => rect.right(),
        _ => 0.0,
    });
    rights.fold(0.0, f64::max)
}

/// Name, timer and peculiarities of a rule. Returns where what follows may begin.
fn head(picture: &mut Picture, words: &Words<'_>, rule: &Rule, timer: Option<&Timer>) -> f64 {
    let heading = picture.text(at(MARGIN, 12.0), Face::Heading, &rule.name);
    let mut y = heading.bottom() + 2.0;
    for (i, line) in timer
        .map(|t| words.timer(t))
        .unwrap_or_default()
        .iter()
        .enumerate()
    {
        if i == 0 {
            picture
                .marks
                .push(Mark::Clock(at(MARGIN + 7.0, y + LEADING / 2.0)));
        }
        for line in wrap(line, Face::Detail, 2.0 * NOTES) {
            picture.text(at(MARGIN + 20.0, y), Face::Detail, &line);
            y += LEADING;
        }
    }
    let peculiar = [
        (rule.symmetric, "symmetric: one event for each occurrence"),
        (
            rule.required,
            "active only while there is something to choose",
        ),
    ];
    for (_, line) in peculiar.iter().filter(|(holds, _)| *holds) {
        picture.text(at(MARGIN, y), Face::Detail, line);
        y += LEADING;
    }
    y + 8.0
}

/// One side of a rule.
struct Panel<'n> {
    graph: Placed<'n>,
    notes: Vec<String>,
    /// Said where there is no graph.
    empty: &'static str,
}

impl<'n> Panel<'n> {
    fn new(gathered: &Gathered, net: &'n Net, side: Side) -> Self {
        let (nodes, edges) = gathered.cards(side);
        let nothing = nodes.iter().all(Option::is_none);
        let empty = match (nothing, side) {
            (false, _) => "",
            (true, Side::Left) => "matches once, whatever the graph",
            (true, Side::Right) => "nothing is left",
        };
        let graph = net.place(nodes, edges);
        let width = graph.size().width.max(NOTES);
        let notes = gathered.notes(side).iter();
        Panel {
            notes: notes.flat_map(|n| wrap(n, Face::Detail, width)).collect(),
            graph,
            empty,
        }
    }

    fn lines(&self) -> impl Iterator<Item = &str> {
        let empty = (!self.empty.is_empty()).then_some(self.empty);
        empty
            .into_iter()
            .chain(self.notes.iter().map(String::as_str))
    }

    fn size(&self) -> Size {
        let graph = self.graph.size();
        let count = self.lines().count() as f64;
        let between = if graph.height > 0.0 && count > 0.0 {
            10.0
        } else {
            0.0
        };
        let widths = self.lines().map(|line| Face::Detail.width(line));
        Size {
            width: widths.fold(graph.width.max(90.0), f64::max) + 2.0 * MARGIN,
            height: graph.height + between + count * LEADING + 2.0 * MARGIN,
        }
    }

    /// Draws it in the middle of a panel of this height.
    fn draw(&self, picture: &mut Picture, corner: Point, height: f64) {
        let own = self.size();
        let size = Size { height, ..own };
        picture.marks.push(Mark::Panel(Rect::new(corner, size)));
        let graph = self.graph.size();
        let x = corner.x + (own.width - graph.width) / 2.0;
        let y = corner.y + (height - own.height) / 2.0 + MARGIN;
        self.graph.draw(picture, x, y);
        let mut y = corner.y + height - (height - own.height) / 2.0 - MARGIN;
        y -= self.lines().count() as f64 * LEADING;
        for line in self.lines() {
            picture.text(at(corner.x + MARGIN, y), Face::Detail, line);
            y += LEADING;
        }
    }
}

/// Cards of the nodes and of the edges of one side; absent where it does not show them.
type Cards = (Vec<Option<Card>>, Vec<Option<Card>>);
