//! Points, sizes and rectangles in px; x grows to the right, y downwards.

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// The point at `x`, `y`.
pub(crate) fn at(x: f64, y: f64) -> Point {
    Point { x, y }
}

impl Point {
    pub(crate) fn by(self, dx: f64, dy: f64) -> Point {
        at(self.x + dx, self.y + dy)
    }

    /// The point between the two.
    pub(crate) fn middle(self, other: Point) -> Point {
        at((self.x + other.x) / 2.0, (self.y + other.y) / 2.0)
    }
}

/// A width and a height.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Size {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A rectangle by its upper left corner.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub(crate) corner: Point,
    pub(crate) size: Size,
}

impl Rect {
    pub(crate) fn new(corner: Point, size: Size) -> Self {
        Rect { corner, size }
    }

    pub(crate) fn centred(centre: Point, size: Size) -> Self {
        Rect::new(centre.by(-size.width / 2.0, -size.height / 2.0), size)
    }

    pub(crate) fn left(&self) -> f64 {
        self.corner.x
    }

    pub(crate) fn right(&self) -> f64 {
        self.corner.x + self.size.width
    }

    pub(crate) fn top(&self) -> f64 {
        self.corner.y
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.corner.y + self.size.height
    }

    pub(crate) fn centre(&self) -> Point {
        self.corner
            .by(self.size.width / 2.0, self.size.height / 2.0)
    }

    pub(crate) fn by(self, dx: f64, dy: f64) -> Rect {
        Rect::new(self.corner.by(dx, dy), self.size)
    }

    /// The rectangle made larger by `margin` on every side.
    pub(crate) fn grown(self, margin: f64) -> Rect {
        let size = Size {
            width: self.size.width + 2.0 * margin,
            height: self.size.height + 2.0 * margin,
        };
        Rect::new(self.corner.by(-margin, -margin), size)
    }

    /// Whether the two have more than their borders in common.
    pub(crate) fn overlaps(&self, other: &Rect) -> bool {
        let apart = self.right() <= other.left()
            || other.right() <= self.left()
            || self.bottom() <= other.top()
            || other.bottom() <= self.top();
        !apart
    }

    /// Whether the other one lies in this one.
    pub(crate) fn contains(&self, other: &Rect) -> bool {
        self.left() <= other.left()
            && other.right() <= self.right()
            && self.top() <= other.top()
            && other.bottom() <= self.bottom()
    }

    /// Whether a point lies inside, not on the border.
    pub(crate) fn holds(&self, point: Point) -> bool {
        let across = self.left() < point.x && point.x < self.right();
        across && self.top() < point.y && point.y < self.bottom()
    }
}
