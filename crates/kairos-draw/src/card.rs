//! Cards: lines of text that belong to one node or edge.

use crate::{
    geometry::{Rect, Size, at},
    picture::{Mark, Outline, Picture, STACK},
    text::{Face, wrap},
};

/// The longest line of a card, px.
const WIDEST: f64 = 300.0;

/// Room around the text of a box.
const ACROSS: f64 = 10.0;
const DOWN: f64 = 6.0;

/// Around the text of an edge.
const LABEL_ACROSS: f64 = 4.0;

/// The text of a node or an edge and how it is drawn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Card {
    pub(crate) outline: Outline,
    lines: Vec<(Face, String)>,
}

impl Card {
    pub(crate) fn new(outline: Outline) -> Self {
        Card {
            outline,
            lines: Vec::new(),
        }
    }

    /// Adds a line, broken where it is too long. Lines come in the order of the faces: tags, name, details.
    pub(crate) fn line(&mut self, face: Face, text: &str) {
        let broken = wrap(text, face, WIDEST).into_iter();
        self.lines.extend(broken.map(|line| (face, line)));
    }

    pub(crate) fn with(mut self, face: Face, text: &str) -> Self {
        self.line(face, text);
        self
    }

    fn text_size(&self) -> Size {
        let widths = self.lines.iter().map(|(face, text)| face.width(text));
        Size {
            width: widths.fold(0.0, f64::max),
            height: self.lines.iter().map(|(face, _)| face.leading()).sum(),
        }
    }

    /// Room that the fold between name and details takes.
    fn fold(&self) -> f64 {
        match self.details().next() {
            Some(_) => DOWN,
            None => 0.0,
        }
    }

    fn details(&self) -> impl Iterator<Item = &(Face, String)> {
        self.lines.iter().filter(|(face, _)| *face == Face::Detail)
    }

    fn stack(&self) -> f64 {
        if self.outline.stacked { STACK } else { 0.0 }
    }

    /// Its size as the box of a node.
    pub(crate) fn box_size(&self) -> Size {
        let text = self.text_size();
        Size {
            width: (text.width + 2.0 * ACROSS).max(44.0) + self.stack(),
            height: text.height + 2.0 * DOWN + self.fold() + self.stack(),
        }
    }

    /// Its size as the label of an edge.
    pub(crate) fn label_size(&self) -> Size {
        let text = self.text_size();
        Size {
            width: text.width + 2.0 * LABEL_ACROSS,
            height: text.height,
        }
    }

    /// Draws it as the box of a node, in a rectangle of [`Card::box_size`].
    pub(crate) fn draw_box(&self, picture: &mut Picture, rect: Rect) {
        let front = Rect::new(
            rect.corner.by(0.0, self.stack()),
            Size {
                width: rect.size.width - self.stack(),
                height: rect.size.height - self.stack(),
            },
        );
        let above: f64 = self
            .lines
            .iter()
            .filter(|(face, _)| *face != Face::Detail)
            .map(|(face, _)| face.leading())
            .sum();
        let fold = (self.fold() > 0.0).then_some(front.top() + DOWN + above + 2.0);
        picture.marks.push(Mark::Box {
            rect,
            outline: self.outline,
            fold,
        });
        let mut y = front.top() + DOWN;
        let mut folded = false;
        for (face, text) in &self.lines {
            if *face == Face::Detail && !folded {
                y += self.fold();
                folded = true;
            }
            let centred = *face != Face::Detail;
            let size = Size {
                width: face.width(text),
                height: face.leading(),
            };
            let x = match centred {
                true => front.centre().x - size.width / 2.0,
                false => front.left() + ACROSS,
            };
            picture.marks.push(Mark::Text {
                rect: Rect::new(at(x, y), size),
                face: *face,
                tone: self.outline.tone,
                centred,
                text: text.clone(),
            });
            y += size.height;
        }
    }

    /// Draws it as the label of an edge, in a rectangle of [`Card::label_size`].
    pub(crate) fn draw_label(&self, picture: &mut Picture, rect: Rect) {
        let mut y = rect.top();
        for (face, text) in &self.lines {
            let size = Size {
                width: face.width(text),
                height: face.leading(),
            };
            let corner = at(rect.centre().x - size.width / 2.0, y);
            picture.marks.push(Mark::Text {
                rect: Rect::new(corner, size),
                face: *face,
                tone: self.outline.tone,
                centred: true,
                text: text.clone(),
            });
            y += size.height;
        }
    }
}
