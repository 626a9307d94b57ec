//! How wide text is, and where it breaks.
//!
//! A picture names no font but `sans-serif`, so its text is measured with a wide one: the advance widths of DejaVu Sans.
//! Text set in Helvetica, Arial or Liberation Sans is narrower and fits all the more.

/// Size of the letters of details, px.
pub(crate) const SIZE: f64 = 12.0;

/// Distance between two base lines of details, px.
pub(crate) const LEADING: f64 = 16.0;

/// How text is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Face {
    /// The heading of a picture.
    Heading,
    /// The name of a node or an edge.
    Name,
    /// The name of an abstract type.
    AbstractName,
    /// A condition, an attribute, an assignment.
    Detail,
    /// What becomes of an element, or what it is for.
    Tag,
}

impl Face {
    /// The class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Face::Heading => "heading",
            Face::Name => "name",
            Face::AbstractName => "name abstract",
            Face::Detail => "detail",
            Face::Tag => "tag",
        }
    }

    fn is_bold(self) -> bool {
        !matches!(self, Face::Detail)
    }

    /// Size of its letters, px.
    pub(crate) fn size(self) -> f64 {
        match self {
            Face::Heading => 17.0,
            Face::Name | Face::AbstractName => 13.0,
            Face::Detail => SIZE,
            Face::Tag => 10.0,
        }
    }

    /// The height of a line, px.
    pub(crate) fn leading(self) -> f64 {
        match self {
            Face::Heading => 24.0,
            Face::Name | Face::AbstractName => 18.0,
            Face::Detail => LEADING,
            Face::Tag => 13.0,
        }
    }

    /// The width of a line, px.
    pub(crate) fn width(self, text: &str) -> f64 {
        let widths = if self.is_bold() { &BOLD } else { &REGULAR };
        let thousandths: u32 = text.chars().map(|c| advance(widths, c)).sum();
        f64::from(thousandths) * self.size() / 1000.0
    }
}

/// A text that does not break.
pub(crate) fn unbroken(text: &str) -> String {
    text.replace(' ', "\u{a0}")
}

/// Breaks a text at blanks into lines of at most `width` px where its words allow it. Later lines are indented.
pub(crate) fn wrap(text: &str, face: Face, width: f64) -> Vec<String> {
    const INDENT: &str = "\u{a0}\u{a0}";
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let words = text.split([' ', '\n', '\t']).filter(|w| !w.is_empty());
    for word in words {
        let longer = match line.is_empty() {
            true => word.to_owned(),
            false => format!("{line} {word}"),
        };
        if face.width(&longer) <= width || line.is_empty() || line == INDENT {
            line = longer;
        } else {
            lines.push(line);
            line = format!("{INDENT}{word}");
        }
    }
    lines.push(line);
    lines
}

/// Widths of the characters from blank to tilde, in thousandths of the size of the letters.
type Widths = [u16; 95];

/// Characters beyond ASCII are taken to be as wide as they are high.
fn advance(widths: &Widths, c: char) -> u32 {
    let c = if c == '\u{a0}' { ' ' } else { c };
    let position = (c as usize).checked_sub(' ' as usize);
    position
        .and_then(|p| widths.get(p))
        .map_or(1000, |&w| u32::from(w))
}

/// DejaVu Sans 2.37.
#[rustfmt::skip]
const REGULAR: Widths = [318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838];

/// DejaVu Sans Bold 2.37.
#[rustfmt::skip]
const BOLD: Widths = [348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712, 365, 712, 838];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        // S 635, k 579, y 592, p 635, e 615
        assert!((Face::Detail.width("Skype") - 3.056 * 12.0).abs() < 1e-9);
        assert!((Face::Name.width("SN") - 1.557 * 13.0).abs() < 1e-9);
    }

    #[test]
    fn lines_break_at_blanks_only() {
        let text = "one two_which_is_long three";
        let lines = wrap(text, Face::Detail, 60.0);
        assert_eq!(
            lines,
            ["one", "\u{a0}\u{a0}two_which_is_long", "\u{a0}\u{a0}three"]
        );
        assert_eq!(wrap(text, Face::Detail, 1000.0), [text]);
        let whole = unbroken("a = 1");
        assert_eq!(wrap(&whole, Face::Detail, 10.0), [whole]);
    }
}
