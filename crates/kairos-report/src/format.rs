//! Numbers as text: all their digits for files, few for people.

/// All digits: the text reads back as the same bits. Empty where there is no number.
#[must_use]
pub fn exact(value: Option<f64>) -> String {
    value.map(|x| format!("{x:?}")).unwrap_or_default()
}

/// So many significant digits, without an exponent where that is readable.
#[must_use]
pub fn significant(value: f64, digits: usize) -> String {
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let exponent = scientific.split_once('e').and_then(|(_, e)| e.parse().ok());
    match exponent {
        Some(exponent @ -5..=8_i32) => {
            let decimals = digits as i32 - 1 - exponent;
            // Rounded to the digits first, so that 99999 with four is 100000, not 99999.
            let rounded: f64 = scientific.parse().unwrap_or(value);
            format!("{rounded:.*}", usize::try_from(decimals).unwrap_or(0))
        }
        _ => scientific,
    }
}

/// With as many decimals as give `width` two significant digits; four significant digits where the width is 0 or no decimals
/// can show it.
#[must_use]
pub fn rounded_like(value: f64, width: f64) -> String {
    let scientific = format!("{width:.1e}");
    let exponent = scientific.split_once('e').and_then(|(_, e)| e.parse().ok());
    match exponent {
        Some(exponent @ -7..=8_i32) if width > 0.0 => {
            let decimals = usize::try_from(1 - exponent).unwrap_or(0);
            let text = format!("{value:.decimals$}");
            // Rounding may leave a zero with a sign.
            match text.strip_prefix('-') {
                Some(zero) if zero.bytes().all(|b| matches!(b, b'0' | b'.')) => zero.to_owned(),
                _ => text,
            }
        }
        _ => significant(value, 4),
    }
}

/// Four significant digits, or a dash.
#[must_use]
pub fn short(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |x| significant(x, 4))
}

/// A count with thin groups of three: `1 234 567`.
#[must_use]
pub fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_four_digits() {
        for (value, text) in [
            (0.0, "0.000"),
            (1.0, "1.000"),
            (-12.3456, "-12.35"),
            (9.9996, "10.00"),
            (99_999.0, "100000"),
            (123_456_789.0, "123500000"),
            (0.000_123_456, "0.0001235"),
            (1.5e-7, "1.500e-7"),
            (6.022e23, "6.022e23"),
        ] {
            assert_eq!(significant(value, 4), text);
        }
    }

    #[test]
    fn decimals_follow_the_width() {
        for (value, width, text) in [
            (0.213_456, 0.031_2, "0.213"),
            (0.213_456, 0.000_312, "0.21346"),
            (1234.6, 57.0, "1235"),
            (-0.000_1, 0.031_2, "0.000"),
            (-12.0, 0.996, "-12.0"),
            (0.3, 0.0, "0.3000"),
            (3e-12, 2e-12, "3.000e-12"),
        ] {
            assert_eq!(rounded_like(value, width), text);
        }
    }

    #[test]
    fn files_keep_every_bit() {
        for value in [0.1, 1e300, 5e-324, -0.0, 1.0 / 3.0] {
            let read: f64 = exact(Some(value)).parse().unwrap();
            assert_eq!(read.to_bits(), value.to_bits());
        }
        assert_eq!(exact(None), "");
        assert_eq!(grouped(1_234_567), "1 234 567");
        assert_eq!(grouped(12), "12");
    }
}
