//! Markup that is well-formed and escaped by construction.

/// An element under construction.
#[derive(Clone, Debug)]
pub(crate) struct Element {
    tag: &'static str,
    head: String,
    inside: String,
}

/// A list of which the first few are seen, and the others unfolded.
pub(crate) fn list(class: &str, items: Vec<Element>) -> Element {
    let more = items.len().saturating_sub(SEEN);
    let mut items = items.into_iter();
    // One that is folded up would save no room.
    let seen = items.by_ref().take(if more > 1 { SEEN } else { SEEN + 1 });
    let all = el("div").add(el("ul").class(class).all(seen));
    match more > 1 {
        false => all,
        true => all.add(
            el("details")
                .add(el("summary").text(&format!("{more} more")))
                .add(el("ul").class(class).all(items)),
        ),
    }
}

/// So many items of a list are seen at once.
const SEEN: usize = 8;

/// Begins an element.
pub(crate) fn el(tag: &'static str) -> Element {
    Element {
        tag,
        head: String::new(),
        inside: String::new(),
    }
}

impl Element {
    /// Gives it an attribute.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.head += &format!(" {name}=\"{}\"", escaped(value));
        self
    }

    /// Gives it classes.
    pub(crate) fn class(self, names: &str) -> Self {
        self.with("class", names)
    }

    /// Appends text.
    pub(crate) fn text(mut self, text: &str) -> Self {
        self.inside += &escaped(text);
        self
    }

    /// Appends text in which names stand between backquotes.
    pub(crate) fn words(self, text: &str) -> Self {
        let parts = text.split('`').enumerate();
        parts.fold(self, |element, (i, part)| match i % 2 {
            0 => element.text(part),
            _ => element.add(el("b").text(part)),
        })
    }

    /// Appends a child.
    pub(crate) fn add(mut self, child: Element) -> Self {
        child.write(&mut self.inside);
        self
    }

    /// Appends children.
    pub(crate) fn all(self, children: impl IntoIterator<Item = Element>) -> Self {
        children.into_iter().fold(self, Element::add)
    }

    /// Appends what must not be escaped: our own script and style, and data in which `<` does not occur.
    pub(crate) fn verbatim(mut self, code: &str) -> Self {
        self.inside += code;
        self
    }

    /// Its markup.
    pub(crate) fn markup(self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(self, out: &mut String) {
        let Element { tag, head, inside } = self;
        *out += &format!("<{tag}{head}>");
        // These have no end tag in HTML.
        if !["meta", "img", "br"].contains(&tag) {
            *out += &format!("{inside}</{tag}>");
        }
        if [
            "section", "tr", "figure", "script", "style", "table", "p", "h2", "h3",
        ]
        .contains(&tag)
        {
            out.push('\n');
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            // HTML forbids these, and nobody can see them.
            c if c.is_control() && !matches!(c, '\n' | '\t') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_escaped() {
        let hostile = "<script>'\"&\u{0}";
        let made = el("p")
            .with("title", hostile)
            .words(&format!("a `{hostile}` b"));
        assert_eq!(
            made.markup(),
            "<p title=\"&lt;script&gt;&#39;&quot;&amp;\u{fffd}\">a <b>&lt;script&gt;&#39;&quot;&amp;\u{fffd}</b> b</p>\n"
        );
        assert_eq!(el("br").markup(), "<br>");
    }
}
