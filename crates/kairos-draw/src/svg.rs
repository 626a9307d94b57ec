//! A picture as SVG text.

use std::fmt::Write;

use crate::{
    geometry::{Point, Rect, Size, at},
    layered::{End, Heading, Route},
    picture::{Mark, Outline, Picture, STACK, Tone, pieces},
    text::Face,
};

/// Colours of everything, by day and by night: selector, property, day, night.
///
/// The hues of the tones are those of Okabe and Ito, which people with any colour vision can tell apart, made darker or lighter until text in
/// them is easy to read.
#[rustfmt::skip]
const COLOURS: [(&str, &str, &str, &str); 34] = [
    (".ground", "fill", "#ffffff", "#0f1419"),
    (".panel", "fill", "#f7f8fa", "#171d24"),
    (".panel", "stroke", "#d8dde3", "#2d3640"),
    (".box", "stroke", "#57606a", "#8b98a5"),
    (".box", "fill", "#ffffff", "#1f2730"),
    (".line", "stroke", "#57606a", "#8b98a5"),
    (".head", "fill", "#57606a", "#8b98a5"),
    (".hollow", "fill", "#ffffff", "#0f1419"),
    (".hollow", "stroke", "#57606a", "#8b98a5"),
    ("text", "fill", "#1f2328", "#e6edf3"),
    (".tag", "fill", "#59636e", "#9aa6b2"),
    (".becomes", "stroke", "#57606a", "#8b98a5"),
    (".clock", "stroke", "#57606a", "#8b98a5"),
    ("text.new", "fill", "#00654a", "#4fd6a4"),
    (".box.new", "fill", "#e4f6ef", "#10332a"),
    (".box.new, .line.new", "stroke", "#008060", "#35c28f"),
    (".head.new", "fill", "#008060", "#35c28f"),
    ("text.gone", "fill", "#a13d00", "#ff9a5c"),
    (".box.gone", "fill", "#fdf0e7", "#3a2114"),
    (".box.gone, .line.gone", "stroke", "#c24a00", "#f0803c"),
    (".head.gone", "fill", "#c24a00", "#f0803c"),
    ("text.forbidden", "fill", "#8e1f63", "#f29fd0"),
    (".box.forbidden", "fill", "#fbeef6", "#371a2c"),
    (".box.forbidden, .line.forbidden, .cross", "stroke", "#b02a7c", "#e070b2"),
    (".head.forbidden", "fill", "#b02a7c", "#e070b2"),
    ("text.needed", "fill", "#084f86", "#8cc8f5"),
    (".box.needed", "fill", "#eaf4fc", "#132a3d"),
    (".box.needed, .line.needed", "stroke", "#0b69ad", "#56a9e8"),
    (".head.needed", "fill", "#0b69ad", "#56a9e8"),
    ("text.chosen", "fill", "#6b5000", "#ecc94b"),
    (".box.chosen", "fill", "#fcf6df", "#332a0d"),
    (".box.chosen, .line.chosen", "stroke", "#94700a", "#d6ae2c"),
    (".head.chosen", "fill", "#94700a", "#d6ae2c"),
    (".dot", "stroke", "#ffffff", "#0f1419"),
];

/// Everything else.
const SHAPES: &str = "\
.kairos text{font-family:sans-serif;font-size:12px}
.kairos .heading{font-size:17px;font-weight:bold}
.kairos .name{font-size:13px;font-weight:bold}
.kairos .abstract{font-style:italic}
.kairos .tag{font-size:10px;font-weight:bold}
.kairos .box,.kairos .line,.kairos .clock,.kairos .hollow{stroke-width:1.2}
.kairos .line,.kairos .becomes,.kairos .cross,.kairos .clock{fill:none}
.kairos .becomes{stroke-width:3}
.kairos .thread{fill:none;stroke-width:1;stroke-opacity:.55}
.kairos .thread.hue1,.kairos .thread.hue5{stroke-dasharray:5 2}
.kairos .thread.hue2,.kairos .thread.hue6{stroke-dasharray:1.5 1.5}
.kairos .thread.hue3,.kairos .thread.hue7{stroke-dasharray:7 2 1.5 2}
.kairos .dot{stroke-width:1}
.kairos .box.new,.kairos .line.new{stroke-width:2.6}
.kairos .box.gone,.kairos .line.gone{stroke-width:1.8;stroke-dasharray:7 4}
.kairos .box.forbidden,.kairos .line.forbidden,.kairos .cross{stroke-width:1.6}
.kairos .cross.wide{stroke-opacity:.3}
.kairos .box.needed,.kairos .line.needed{stroke-width:1.8;stroke-dasharray:1.5 3}
.kairos .chosen{stroke-width:1}
.kairos text{stroke:none}
";

/// Colours of the types of a host graph, by day and by night; they repeat after eight.
const HUES: [(&str, &str); 8] = [
    ("#0b69ad", "#56a9e8"),
    ("#c24a00", "#f0803c"),
    ("#008060", "#35c28f"),
    ("#b02a7c", "#e070b2"),
    ("#94700a", "#d6ae2c"),
    ("#5b51b8", "#a49bf2"),
    ("#57606a", "#8b98a5"),
    ("#17808a", "#4cc3cf"),
];

fn style() -> String {
    let sheet = |night: bool| {
        let mut sheet = String::new();
        for (selectors, property, day_colour, night_colour) in COLOURS {
            let scoped: Vec<String> = selectors
                .split(", ")
                .map(|s| format!(".kairos {s}"))
                .collect();
            let colour = if night { night_colour } else { day_colour };
            sheet += &format!("{}{{{property}:{colour}}}\n", scoped.join(","));
        }
        for (i, (day_colour, night_colour)) in HUES.into_iter().enumerate() {
            let colour = if night { night_colour } else { day_colour };
            sheet += &format!(
                ".kairos .dot.hue{i}{{fill:{colour}}}\n.kairos .thread.hue{i}{{stroke:{colour}}}\n.kairos .tip.hue{i}{{fill:{colour}}}\n"
            );
        }
        sheet
    };
    format!(
        "{}{SHAPES}@media (prefers-color-scheme:dark){{\n{}}}\n",
        sheet(false),
        sheet(true)
    )
}

pub(crate) fn write(picture: &Picture) -> String {
    let Size { width, height } = picture.size;
    let (w, h) = (number(width.ceil()), number(height.ceil()));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"kairos\" role=\"img\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n\
         <title>{}</title>\n<style>\n{}</style>\n<rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>\n",
        escape(&picture.title),
        style(),
    );
    for mark in &picture.marks {
        draw(&mut out, mark);
        out.push('\n');
    }
    out += "</svg>\n";
    out
}

fn draw(out: &mut String, mark: &Mark) {
    match mark {
        Mark::Panel(rect) => *out += &rectangle("panel", rect, 10.0),
        Mark::Box {
            rect,
            outline,
            fold,
        } => draw_box(out, rect, *outline, *fold),
        Mark::Text {
            rect,
            face,
            tone,
            centred,
            text,
        } => *out += &line_of_text(rect, *face, *tone, *centred, text),
        Mark::Line { route, tone } => {
            *out += &path(&classes("line", *tone), &way(route));
        }
        Mark::Head { end, tone, hollow } => {
            let class = if *hollow { "hollow" } else { "head" };
            *out += &path(&classes(class, *tone), &head(*end, *hollow));
        }
        Mark::Cross(point) => *out += &cross(point.by(-5.0, -5.0), point.by(5.0, 5.0), "cross"),
        Mark::Becomes(tail, length) => {
            let tip = tail.by(*length, 0.0);
            let d = format!(
                "M{} H{} M{} L{} L{}",
                pair(*tail),
                number(tip.x),
                pair(tip.by(-9.0, -9.0)),
                pair(tip),
                pair(tip.by(-9.0, 9.0))
            );
            *out += &path("becomes", &d);
        }
        Mark::Clock(centre) => {
            *out += &format!(
                "<circle class=\"clock\" cx=\"{}\" cy=\"{}\" r=\"6\"/>",
                number(centre.x),
                number(centre.y)
            );
            let d = format!(
                "M{} V{} H{}",
                pair(centre.by(0.0, -4.0)),
                number(centre.y),
                number(centre.x + 3.0)
            );
            *out += &path("clock", &d);
        }
        Mark::Dot {
            centre,
            radius,
            colour,
            text,
        } => {
            *out += &format!(
                "<circle class=\"dot hue{}\" cx=\"{}\" cy=\"{}\" r=\"{}\"><title>{}</title></circle>",
                colour % HUES.len(),
                number(centre.x),
                number(centre.y),
                number(*radius),
                escape(text)
            );
        }
        Mark::Thread {
            from,
            to,
            colour,
            directed,
        } => draw_thread(out, *from, *to, colour % HUES.len(), *directed),
    }
}

fn draw_box(out: &mut String, rect: &Rect, outline: Outline, fold: Option<f64>) {
    let class = classes("box", outline.tone);
    let mut front = *rect;
    if outline.stacked {
        front.size.width -= STACK;
        front.size.height -= STACK;
        *out += &rectangle(&class, &front.by(STACK, 0.0), 4.0);
        front = front.by(0.0, STACK);
    }
    *out += &rectangle(&class, &front, 4.0);
    if outline.tone == Tone::Chosen {
        *out += &rectangle(&class, &front.grown(-2.5), 2.5);
    }
    if let Some(y) = fold {
        let d = format!("M{} H{}", pair(at(front.left(), y)), number(front.right()));
        *out += &path(&classes("line", Tone::Plain), &d);
    }
    if outline.tone == Tone::Forbidden {
        let (a, b) = (front.corner, at(front.right(), front.bottom()));
        *out += &cross(a, b, "cross wide");
    }
}

fn draw_thread(out: &mut String, from: Point, to: Point, hue: usize, directed: bool) {
    if from == to {
        let (x, y) = (number(from.x), number(from.y - 9.0));
        *out += &format!("<circle class=\"thread hue{hue}\" cx=\"{x}\" cy=\"{y}\" r=\"6\"/>");
        return;
    }
    let d = format!("M{} L{}", pair(from), pair(to));
    *out += &path(&format!("thread hue{hue}"), &d);
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = (dx * dx + dy * dy).sqrt();
    if directed && length > 0.0 {
        let (ux, uy) = (dx / length, dy / length);
        let base = to.by(-6.0 * ux, -6.0 * uy);
        let d = format!(
            "M{} L{} L{} Z",
            pair(to),
            pair(base.by(-2.5 * uy, 2.5 * ux)),
            pair(base.by(2.5 * uy, -2.5 * ux))
        );
        *out += &path(&format!("tip hue{hue}"), &d);
    }
}

fn line_of_text(rect: &Rect, face: Face, tone: Tone, centred: bool, text: &str) -> String {
    // Viewers differ in what they do with blanks at the beginning.
    let begun = text.trim_start_matches('\u{a0}');
    let indent = face.width(&text[..text.len() - begun.len()]);
    let (x, anchor) = match centred {
        true => (rect.centre().x + indent / 2.0, " text-anchor=\"middle\""),
        false => (rect.left() + indent, ""),
    };
    // Letters of most fonts reach a quarter of their size below the base line.
    let y = rect.centre().y + face.size() * 0.36;
    format!(
        "<text class=\"{}\" x=\"{}\" y=\"{}\"{anchor}>{}</text>",
        classes(face.class(), tone),
        number(x),
        number(y),
        escape(begun)
    )
}

fn rectangle(class: &str, rect: &Rect, radius: f64) -> String {
    format!(
        "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>",
        number(rect.left()),
        number(rect.top()),
        number(rect.size.width),
        number(rect.size.height),
        number(radius)
    )
}

fn path(class: &str, d: &str) -> String {
    format!("<path class=\"{class}\" d=\"{d}\"/>")
}

/// The diagonals of a rectangle.
fn cross(a: Point, b: Point, class: &str) -> String {
    let d = format!(
        "M{} L{} M{} L{}",
        pair(a),
        pair(b),
        pair(at(a.x, b.y)),
        pair(at(b.x, a.y))
    );
    path(class, &d)
}

/// An edge, without the piece under its label.
fn way(route: &Route) -> String {
    let mut d = String::new();
    let mut pen = None;
    for (start, a, b, end) in pieces(route) {
        let (start, end) = (start, end);
        if start == end {
            continue;
        }
        if route.label.size.height > 0.0 && route.label.grown(0.1).holds(start.middle(end)) {
            // A label may be lower than its layer: the line goes up to it and on behind it.
            let (top, bottom) = (
                at(start.x, route.label.top()),
                at(end.x, route.label.bottom()),
            );
            for (from, to) in [(start, top), (bottom, end)] {
                if to.y - from.y > 0.1 {
                    straight(&mut d, &mut pen, from, to);
                }
            }
            pen = pen.filter(|p| *p == end);
            continue;
        }
        if (a, b) == (start, end) {
            straight(&mut d, &mut pen, start, end);
            continue;
        }
        begin(&mut d, &mut pen, start);
        let _ = write!(d, "C{} {} {} ", pair(a), pair(b), pair(end));
        pen = Some(end);
    }
    d.trim_end().to_owned()
}

fn begin(d: &mut String, pen: &mut Option<Point>, start: Point) {
    if *pen != Some(start) {
        let _ = write!(d, "M{} ", pair(start));
    }
}

fn straight(d: &mut String, pen: &mut Option<Point>, start: Point, end: Point) {
    begin(d, pen, start);
    let _ = write!(d, "L{} ", pair(end));
    *pen = Some(end);
}

/// A triangle; that of inheritance is larger.
fn head(end: End, large: bool) -> String {
    let (long, wide) = if large { (12.0, 7.0) } else { (9.0, 4.0) };
    let tip = end.tip;
    let (left, right) = match end.heading {
        Heading::Down => (tip.by(-wide, -long), tip.by(wide, -long)),
        Heading::Up => (tip.by(-wide, long), tip.by(wide, long)),
        Heading::Left => (tip.by(long, -wide), tip.by(long, wide)),
    };
    format!("M{} L{} L{} Z", pair(tip), pair(left), pair(right))
}

fn classes(class: &str, tone: Tone) -> String {
    let tone = match tone {
        Tone::Plain => return class.to_owned(),
        Tone::New => "new",
        Tone::Gone => "gone",
        Tone::Forbidden => "forbidden",
        Tone::Needed => "needed",
        Tone::Chosen => "chosen",
    };
    format!("{class} {tone}")
}

fn pair(point: Point) -> String {
    format!("{} {}", number(point.x), number(point.y))
}

/// With at most one decimal.
fn number(x: f64) -> String {
    let tenths = (x * 10.0).round();
    // No `-0`.
    let tenths = if tenths == 0.0 { 0.0 } else { tenths };
    format!("{}", tenths / 10.0)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            // XML 1.0 has no other control characters.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
