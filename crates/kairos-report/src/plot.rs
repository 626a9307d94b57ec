//! Plots: data for the script of the page, and for a download.

use serde::Serialize;

use crate::html::{Element, el};

/// A plot. Its columns are as long as each other; the first is the horizontal axis, ascending.
#[derive(Debug, Serialize)]
pub(crate) struct Plot {
    /// The name of the file that it is downloaded as, without extension.
    pub(crate) file: String,
    /// What the horizontal axis shows.
    pub(crate) x: String,
    /// What the vertical axis shows.
    pub(crate) y: String,
    /// How lines go from point to point.
    pub(crate) style: Style,
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
    /// Values, column by column.
    pub(crate) data: Vec<Vec<Option<f64>>>,
    /// What is drawn of them.
    pub(crate) curves: Vec<Curve>,
}

/// How a curve goes from point to point.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Style {
    /// Straight.
    Line,
    /// Straight, with a mark at each point.
    Marked,
    /// Level until the next point.
    Step,
    /// Bars side by side; the last column is the upper end of each.
    Bins,
}

/// A curve.
#[derive(Debug, Serialize)]
pub(crate) struct Curve {
    /// What the legend says.
    pub(crate) name: String,
    /// The number of its colour.
    pub(crate) colour: usize,
    /// The column of its values.
    pub(crate) value: usize,
    /// The columns of the lower and the upper end of its band.
    pub(crate) band: Option<(usize, usize)>,
}

impl Plot {
    /// A figure with the plot, its caption and a button that downloads the data.
    pub(crate) fn figure(&self, caption: &str) -> Element {
        el("figure")
            .class("plot")
            .add(
                el("figcaption")
                    .add(el("span").words(caption))
                    .add(button()),
            )
            .add(el("div").class("canvas"))
            .add(data(self))
    }
}

/// A table's data, for a download alone.
#[derive(Debug, Serialize)]
pub(crate) struct Download<'a> {
    /// The name of the file, without extension.
    pub(crate) file: &'a str,
    /// Names of the columns.
    pub(crate) columns: &'a [&'a str],
    /// Cells, row by row.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Download<'_> {
    /// The button, with the data behind it.
    pub(crate) fn button(&self) -> Element {
        el("span").class("download").add(button()).add(data(self))
    }
}

/// A number in a cell, in full; an empty one where there is none.
pub(crate) fn in_full(number: Option<f64>) -> String {
    number.map(|x| format!("{x:?}")).unwrap_or_default()
}

fn button() -> Element {
    el("button")
        .class("csv")
        .with("type", "button")
        .with("title", "Download the data as CSV")
        .text("CSV")
}

/// Data for the script. No `<` is left in it, so that nothing in it can end the element.
fn data(value: &impl Serialize) -> Element {
    let json = serde_json::to_string(value).expect("plain data, with text as keys");
    el("script")
        .with("type", "application/json")
        .verbatim(&json.replace('<', "\\u003c"))
}

/// A name as part of a file's name.
pub(crate) fn slug(name: &str) -> String {
    let usual = |c: char| {
        if c.is_alphanumeric() || ".-_".contains(c) {
            c
        } else {
            '-'
        }
    };
    name.chars().map(usual).collect()
}
