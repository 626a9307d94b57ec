//! A picture as marks with known places, before it is written.

use crate::{
    geometry::{Point, Rect, Size},
    layered::{End, Heading, Route},
    text::Face,
};

/// A drawn type graph, rule or host graph.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// What it shows, for those who cannot see it.
    pub(crate) title: String,
    pub(crate) size: Size,
    /// What is drawn, the lowest first.
    pub(crate) marks: Vec<Mark>,
}

/// The part that an element plays; each has its colour and its outline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Matched, and still there afterwards.
    #[default]
    Plain,
    /// Created: a thick line.
    New,
    /// Deleted: a dashed line.
    Gone,
    /// Of a NAC: crossed out.
    Forbidden,
    /// Of a sub-pattern that is looked for or counted: a dotted line.
    Needed,
    /// Picked when the event fires: a double line.
    Chosen,
}

/// How a box is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outline {
    pub(crate) tone: Tone,
    /// One for each of several: with a second box behind.
    pub(crate) stacked: bool,
}

/// How far the second box of a stack is moved up and to the right.
pub(crate) const STACK: f64 = 4.0;

/// Something drawn.
#[derive(Clone, Debug)]
pub(crate) enum Mark {
    /// The ground of a side of a rule.
    Panel(Rect),
    /// The box of a node; with `fold` a line across it at this height.
    Box {
        rect: Rect,
        outline: Outline,
        fold: Option<f64>,
    },
    /// A line of text in its rectangle.
    Text {
        rect: Rect,
        face: Face,
        tone: Tone,
        centred: bool,
        text: String,
    },
    /// An edge.
    Line { route: Route, tone: Tone },
    /// The head of an arrow.
    Head {
        end: End,
        tone: Tone,
        /// Of an inheritance arrow.
        hollow: bool,
    },
    /// The cross of a forbidden edge.
    Cross(Point),
    /// The arrow from the left side of a rule to its right side, from its tail.
    Becomes(Point, f64),
    /// The face of a clock.
    Clock(Point),
    /// A node of a large host graph, coloured by the position of its type; the text shows under the pointer.
    Dot {
        centre: Point,
        radius: f64,
        colour: usize,
        text: String,
    },
    /// An edge of a large host graph.
    Thread {
        from: Point,
        to: Point,
        colour: usize,
        directed: bool,
    },
}

impl Picture {
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Picture {
            title: title.into(),
            ..Picture::default()
        }
    }

    /// Width and height in px.
    #[must_use]
    pub fn size(&self) -> (f64, f64) {
        (self.size.width, self.size.height)
    }

    /// The picture as an SVG document of its own. It follows the reader's light or dark mode.
    #[must_use]
    pub fn svg(&self) -> String {
        crate::svg::write(self)
    }

    /// Adds one line of text, its upper left corner given, and returns its rectangle.
    pub(crate) fn text(&mut self, corner: Point, face: Face, text: &str) -> Rect {
        let size = Size {
            width: face.width(text),
            height: face.leading(),
        };
        let rect = Rect::new(corner, size);
        self.marks.push(Mark::Text {
            rect,
            face,
            tone: Tone::Plain,
            centred: false,
            text: text.to_owned(),
        });
        rect
    }

    /// Adds an edge without its label.
    pub(crate) fn edge(&mut self, route: &Route, tone: Tone) {
        self.marks.push(Mark::Line {
            route: route.clone(),
            tone,
        });
        if tone == Tone::Forbidden {
            self.marks.push(Mark::Cross(route.mark));
        }
    }

    /// Every place where something lies on something else that it does not belong to, in words. Empty for a good picture.
    #[must_use]
    pub fn collisions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let whole = Rect::new(Point::default(), self.size);
        let solid: Vec<(Rect, String)> = self.marks.iter().filter_map(solid).collect();
        for (i, (rect, name)) in solid.iter().enumerate() {
            if !whole.contains(rect) {
                found.push(format!("{name} is beyond the border"));
            }
            for (other, other_name) in &solid[..i] {
                // A text may lie on a box, but then wholly.
                let nested = match (name.starts_with("text"), other_name.starts_with("text")) {
                    (true, false) => other.contains(rect),
                    (false, true) => rect.contains(other),
                    _ => false,
                };
                if rect.overlaps(other) && !nested {
                    found.push(format!("{name} lies on {other_name}"));
                }
            }
        }
        for mark in &self.marks {
            let Mark::Line { route, .. } = mark else {
                continue;
            };
            let own = route.label.grown(0.5);
            let strange = solid.iter().filter(|(rect, _)| !own.contains(rect));
            for (rect, name) in strange {
                if samples(route).any(|p| rect.grown(-0.5).holds(p)) {
                    found.push(format!("an edge runs through {name}"));
                }
            }
        }
        found
    }
}

/// What must not be covered, with a name for messages. Panels are grounds, and may be.
fn solid(mark: &Mark) -> Option<(Rect, String)> {
    match mark {
        Mark::Box { rect, .. } => Some((*rect, format!("a box at {:?}", rect.corner))),
        Mark::Text { rect, text, .. } => Some((*rect, format!("text `{text}`"))),
        Mark::Dot { centre, radius, .. } => {
            let size = Size {
                width: 2.0 * radius,
                height: 2.0 * radius,
            };
            Some((Rect::centred(*centre, size), format!("a dot at {centre:?}")))
        }
        _ => None,
    }
}

/// Points of an edge, close to each other.
fn samples(route: &Route) -> impl Iterator<Item = Point> + '_ {
    const STEPS: u32 = 16;
    pieces(route).flat_map(|(start, a, b, end)| {
        (0..=STEPS).map(move |i| {
            let t = f64::from(i) / f64::from(STEPS);
            let s = 1.0 - t;
            let mix = |p: f64, q: f64, r: f64, z: f64| {
                s * s * s * p + 3.0 * s * s * t * q + 3.0 * s * t * t * r + t * t * t * z
            };
            Point {
                x: mix(start.x, a.x, b.x, end.x),
                y: mix(start.y, a.y, b.y, end.y),
            }
        })
    })
}

/// The pieces of an edge as cubic Bézier curves: start, two control points, end.
pub(crate) fn pieces(route: &Route) -> impl Iterator<Item = (Point, Point, Point, Point)> + '_ {
    let is_loop = route.from.heading == Heading::Left;
    let pairs = route.points.windows(2).enumerate();
    pairs.map(move |(i, pair)| {
        let (start, end) = (pair[0], pair[1]);
        let (a, b) = match (i % 2 == 1, is_loop) {
            (false, _) => (start, end),
            (true, false) => {
                let half = (end.y - start.y) / 2.0;
                (start.by(0.0, half), end.by(0.0, -half))
            }
            (true, true) => (start.by(14.0, 0.0), end.by(14.0, 0.0)),
        };
        (start, a, b, end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::at;

    fn with(boxes: &[(f64, f64)], texts: &[(f64, &str)]) -> Picture {
        let mut picture = Picture::new("");
        picture.size = Size {
            width: 200.0,
            height: 100.0,
        };
        let size = Size {
            width: 50.0,
            height: 40.0,
        };
        for &(x, y) in boxes {
            picture.marks.push(Mark::Box {
                rect: Rect::new(at(x, y), size),
                outline: Outline::default(),
                fold: None,
            });
        }
        for &(x, text) in texts {
            picture.text(at(x, 10.0), Face::Detail, text);
        }
        picture
    }

    #[test]
    fn collisions_are_found() {
        // side by side, and a text in its box
        assert!(
            with(&[(0.0, 0.0), (50.0, 0.0)], &[(5.0, "in")])
                .collisions()
                .is_empty()
        );
        for (boxes, texts, says) in [
            (&[(0.0, 0.0), (49.0, 39.0)][..], &[][..], "a box at"),
            (
                &[(0.0, 0.0)],
                &[(30.0, "too long")],
                "text `too long` lies on a box",
            ),
            (
                &[],
                &[(10.0, "one"), (20.0, "two")],
                "text `two` lies on text `one`",
            ),
            (&[(180.0, 0.0)], &[], "beyond the border"),
        ] {
            let found = with(boxes, texts).collisions();
            assert!(
                found.len() == 1 && found[0].contains(says),
                "{says}: {found:?}"
            );
        }
    }

    #[test]
    fn lines_through_what_is_not_theirs_are_found() {
        let end = |y| End {
            tip: at(25.0, y),
            heading: Heading::Down,
        };
        let line = |label: Rect| {
            let mut picture = with(&[(0.0, 20.0)], &[]);
            let route = Route {
                points: vec![at(25.0, 0.0), at(25.0, 90.0)],
                from: end(0.0),
                to: end(90.0),
                label,
                mark: Point::default(),
            };
            picture.edge(&route, Tone::Plain);
            picture.collisions().len()
        };
        assert_eq!(line(Rect::default()), 1);
        let own = Size {
            width: 50.0,
            height: 40.0,
        };
        assert_eq!(line(Rect::new(at(0.0, 20.0), own)), 0);
    }
}
