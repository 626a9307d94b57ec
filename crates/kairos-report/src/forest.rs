//! Intervals side by side on one scale, as SVG in the cells of a table: no script, sharp on paper, as wide as the cell.

use crate::{
    format::significant,
    html::{Element, el},
};

/// The scale that the intervals of a table share.
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// Whether zero means "no difference", and is marked.
    zero: bool,
}

/// A mean with its interval.
#[derive(Clone, Copy)]
pub(crate) struct Whisker {
    pub(crate) mean: f64,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl Whisker {
    /// `None` without a mean; without an interval it is a point.
    pub(crate) fn new(mean: Option<f64>, low: Option<f64>, high: Option<f64>) -> Option<Self> {
        let mean = mean.filter(|m| m.is_finite())?;
        Some(Whisker {
            mean,
            low: low.unwrap_or(mean),
            high: high.unwrap_or(mean),
        })
    }
}

impl Scale {
    /// A scale on which all of them fit. `None` without any, or where they are too far apart for a double.
    pub(crate) fn new(whiskers: impl Iterator<Item = Whisker>, zero: bool) -> Option<Self> {
        let ends = whiskers.flat_map(|w| [w.low, w.high]);
        let ends = ends.chain(zero.then_some(0.0));
        let (low, high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        let width = if high > low {
            high - low
        } else {
            high.abs().max(1.0)
        };
        let scale = Scale {
            low: low - 0.06 * width,
            high: high + 0.06 * width,
            zero,
        };
        (scale.high - scale.low).is_finite().then_some(scale)
    }

    /// Where a value stands, from 0 to 100.
    fn place(&self, value: f64) -> f64 {
        100.0 * (value - self.low) / (self.high - self.low)
    }

    /// An interval; what it says in numbers appears when it is pointed at.
    pub(crate) fn interval(&self, whisker: Whisker, colour: usize, says: &str) -> Element {
        let line = |class: &str, from: f64, to: f64, top: &str, bottom: &str| {
            el("line")
                .class(class)
                .with("x1", &format!("{from:.3}"))
                .with("x2", &format!("{to:.3}"))
                .with("y1", top)
                .with("y2", bottom)
        };
        let Whisker { mean, low, high } = whisker;
        let [mean, low, high] = [mean, low, high].map(|x| self.place(x));
        let zero = self.zero.then(|| self.place(0.0));
        el("svg")
            .class(&format!("whisker s{}", colour % 8))
            .with("viewBox", "0 0 100 16")
            .with("preserveAspectRatio", "none")
            .with("role", "img")
            .add(el("title").text(says))
            .all(zero.map(|x| line("zero", x, x, "0", "16")))
            .add(line("range", low, high, "8", "8"))
            .add(line("end", low, low, "5", "11"))
            .add(line("end", high, high, "5", "11"))
            .add(line("mean", mean, mean, "3", "13"))
    }

    /// The numbers below.
    pub(crate) fn axis(&self) -> Element {
        let label = |(tick, text): (f64, String)| {
            el("span")
                .with("style", &format!("left:{:.3}%", self.place(tick)))
                .text(&text)
        };
        el("div")
            .class("axis")
            .all(self.labels().into_iter().map(label))
    }

    /// What stands there: every other number where they are long.
    fn labels(&self) -> Vec<(f64, String)> {
        let mut labels = ticks(self.low, self.high);
        // A number at the very edge would be cut off.
        labels.retain(|(tick, _)| (5.0..=95.0).contains(&self.place(*tick)));
        let length = labels.iter().map(|(_, text)| text.chars().count() + 2);
        if length.sum::<usize>() > ROOM {
            let zero = labels.iter().position(|(tick, _)| *tick == 0.0);
            let first = zero.unwrap_or(0) % 2;
            labels = labels.into_iter().skip(first).step_by(2).collect();
        }
        labels
    }
}

/// So many characters fit below the narrowest scale.
const ROOM: usize = 26;

/// Round values between two ends, with their texts: two to six multiples of 1, 2 or 5 times a power of ten.
fn ticks(low: f64, high: f64) -> Vec<(f64, String)> {
    let rough = (high - low) / 5.0;
    let power = libm::exp10(libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|step| *step >= rough)
        .unwrap_or(rough);
    let first = (low / step).ceil();
    let all = (0..6).map(|i| (first + f64::from(i)) * step);
    all.filter(|tick| *tick <= high)
        .map(|tick| (tick, plain(tick, step)))
        .collect()
}

/// A multiple of a step with the digits that tell it from the next one, without needless zeros.
fn plain(tick: f64, step: f64) -> String {
    let power = |x: f64| libm::floor(libm::log10(libm::fabs(x)));
    let digits = if tick == 0.0 {
        1.0
    } else {
        (power(tick) - power(step) + 1.0).clamp(1.0, 15.0)
    };
    let text = significant(tick, digits as usize);
    let (digits, power) = text.split_at(text.find('e').unwrap_or(text.len()));
    let digits = match digits.contains('.') {
        true => digits.trim_end_matches('0').trim_end_matches('.'),
        false => digits,
    };
    format!("{digits}{power}").replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        let whisker = Whisker::new(Some(low), Some(low), Some(high)).unwrap();
        let scale = Scale::new([whisker].into_iter(), false).unwrap();
        scale.labels().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn labels_are_round_and_inside() {
        assert_eq!(texts(-0.3, 1.1), ["0", "0.5", "1"]);
        assert_eq!(texts(97.0, 103.0), ["98", "100", "102"]);
        assert_eq!(texts(-2e-7, 1e-7), ["−2e−7", "−1e−7", "0", "1e−7"]);
    }

    #[test]
    fn labels_of_a_narrow_scale_differ() {
        assert_eq!(texts(12_340.0, 12_341.0), ["12340", "12340.5", "12341"]);
        assert_eq!(texts(0.99991, 0.99999), ["0.99992", "0.99996"]);
    }

    #[test]
    fn labels_do_not_overlap() {
        assert_eq!(texts(0.0, 0.003), ["0", "0.001", "0.002", "0.003"]);
        assert_eq!(texts(0.0, 0.0003), ["0", "0.0002"]);
    }

    #[test]
    fn one_value_or_none_has_a_scale_or_none() {
        let one = Whisker::new(Some(3.0), None, None);
        assert!(Scale::new(one.into_iter(), false).is_some());
        assert!(Scale::new(std::iter::empty(), false).is_none());
        let far = Whisker::new(Some(0.0), Some(-1.7e308), Some(1.7e308));
        assert!(Scale::new(far.into_iter(), false).is_none());
    }
}
