//! Sums without rounding.
//!
//! A sum is held as a wide integer, in digits of 32 bits that may owe each other carries (the small accumulator of R. M. Neal, *Fast exact
//! summation using small and large superaccumulators*, arXiv:1505.05571, 2015). What is added and taken away again leaves no trace, so that
//! a sum depends on its summands alone, whatever their order and whatever happened before; and to change one takes a few additions.

/// Bits of a digit.
const BITS: usize = 32;

/// Digits that hold every finite number and the carries of [`MOST`] of them, and one more. The first counts units of 2^[`UNIT`].
const DIGITS: usize = 68;

/// The exponent of the smallest positive number.
const UNIT: i32 = -1074;

/// After so many changes no digit has overflowed.
const MOST: u32 = 1 << 30;

/// The digit whose unit is that of round numbers: 2^-18.
const ROUND: usize = 33;

/// How many units of round numbers make 1.
const PER_ONE: f64 = (1 << 18) as f64;

/// The sum of finite numbers.
#[derive(Clone, Debug)]
pub struct ExactSum {
    /// The sum of those that are round, in units: whole numbers and their quarters take no more than one addition. As far as it fits.
    round: i64,
    /// From the least on.
    digits: [i64; DIGITS],
    /// Digits before `low`, and from `high` on, are zero; the last one is.
    low: usize,
    high: usize,
    /// Changes since no digit owed a carry.
    changes: u32,
}

impl Default for ExactSum {
    fn default() -> Self {
        ExactSum {
            round: 0,
            digits: [0; DIGITS],
            low: DIGITS,
            high: 0,
            changes: 0,
        }
    }
}

impl ExactSum {
    /// Adds a finite number. What has no value, or an infinite one, must not come here.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let units = value * PER_ONE;
        // The largest integer that this may give is not exact, so that what it stands for is not taken for round.
        let whole = units as i64;
        match self.round.checked_add(whole) {
            Some(sum) if whole as f64 == units && whole != i64::MAX => self.round = sum,
            _ => self.add_wide(value),
        }
    }

    fn add_wide(&mut self, value: f64) {
        const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
        debug_assert!(value.is_finite());
        let bits = value.abs().to_bits();
        let (exponent, fraction) = (bits >> FRACTION, bits & ((1 << FRACTION) - 1));
        // Numbers without the hidden bit have the unit of the least that have it.
        let hidden = u64::from(exponent > 0) << FRACTION;
        let place = exponent.saturating_sub(1) as usize;
        let (first, end) = (place / BITS, place / BITS + 3);
        let mut rest = u128::from(hidden | fraction) << (place % BITS);
        for digit in &mut self.digits[first..end] {
            let part = i64::from(rest as u32);
            *digit += if value < 0.0 { -part } else { part };
            rest >>= BITS;
        }
        self.low = self.low.min(first);
        self.high = self.high.max(end);
        self.changes += 1;
        if self.changes == MOST {
            self.pay();
        }
    }

    /// Takes a finite number away.
    #[inline]
    pub fn subtract(&mut self, value: f64) {
        self.add(-value);
    }

    /// Adds a finite number in the place of another.
    #[inline]
    pub fn replace(&mut self, before: f64, now: f64) {
        self.subtract(before);
        self.add(now);
    }

    /// The sum, rounded once to the nearest number; infinite where it is too large.
    #[inline]
    #[must_use]
    pub fn value(&self) -> f64 {
        if self.high == 0 {
            return self.round as f64 / PER_ONE;
        }
        self.value_of_digits()
    }

    fn value_of_digits(&self) -> f64 {
        let all = self.with_round();
        let positive = all.times(1);
        positive.unwrap_or_else(|| all.times(-1).map_or(0.0, |negative| -negative))
    }

    /// The same sum in digits alone.
    fn with_round(&self) -> ExactSum {
        let mut all = self.clone();
        let mut rest = std::mem::take(&mut all.round);
        for digit in &mut all.digits[ROUND..ROUND + 4] {
            *digit += i64::from(rest as u32);
            rest >>= BITS;
        }
        // What is left is the sign.
        all.digits[ROUND + 4] += rest as i64;
        (all.low, all.high) = (all.low.min(ROUND), all.high.max(ROUND + 5));
        all
    }

    /// The sum times `sign`, if that is not negative.
    #[inline]
    fn times(&self, sign: i64) -> Option<f64> {
        // Three digits that follow each other, and whether any stands below them; the last such that begin with one that is not zero.
        let (mut window, mut below) = (0_u128, false);
        let mut leading = (0, 0);
        let mut carry = 0;
        let used = self.digits.get(self.low..=self.high).unwrap_or_default();
        for (place, digit) in (self.low as i32..).zip(used) {
            let sum = sign * digit + carry;
            carry = sum >> BITS;
            below |= window as u32 != 0;
            window = window >> BITS | u128::from(sum as u32) << (2 * BITS);
            if sum as u32 != 0 {
                // More than the bits of a number stand in the window; what stands below can only break a tie.
                leading = (window | u128::from(below), place - 2);
            }
        }
        let (digits, place) = leading;
        (carry >= 0).then(|| libm::scalbn(digits as f64, UNIT + BITS as i32 * place))
    }

    /// Pays the carries that digits owe. The last that can be other than zero keeps the sign.
    #[cold]
    fn pay(&mut self) {
        let mut carry = 0;
        for digit in self.digits[..DIGITS - 1].iter_mut().skip(self.low) {
            let sum = *digit + carry;
            *digit = sum & ((1 << BITS) - 1);
            carry = sum >> BITS;
        }
        self.digits[DIGITS - 2] += carry << BITS;
        let used = self.digits.iter().rposition(|&digit| digit != 0);
        self.high = used.map_or(0, |last| last + 1);
        self.changes = 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::ExactSum;

    fn sum_of(values: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        values.iter().for_each(|&value| sum.add(value));
        sum
    }

    /// Any finite number, of any magnitude.
    fn finite() -> impl Strategy<Value = f64> {
        any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |v| v.is_finite())
    }

    proptest! {
        /// A number alone is its own sum, two have the sum that the processor gives, which rounds once.
        #[test]
        fn one_and_two_are_exact(a in finite(), b in finite(), c in -1e3..1e3, d in -1e3..1e3) {
            prop_assert_eq!(sum_of(&[a]).value(), a);
            prop_assert_eq!(sum_of(&[a, b]).value(), a + b);
            prop_assert_eq!(sum_of(&[c, d]).value(), c + d);
        }

        /// Neither order nor what was taken away again matters.
        #[test]
        fn history_leaves_no_trace(kept in prop::collection::vec(finite(), 0..20), gone in prop::collection::vec(finite(), 0..20)) {
            let mut sum = sum_of(&gone);
            kept.iter().rev().for_each(|&value| sum.add(value));
            gone.iter().for_each(|&value| sum.subtract(value));
            prop_assert_eq!(sum.value().to_bits(), sum_of(&kept).value().to_bits());
        }

        /// Carries that are paid early change nothing.
        #[test]
        fn paid_carries_change_nothing(values in prop::collection::vec(-1e3..1e3, 0..20), more in prop::collection::vec(finite(), 0..20)) {
            let mut sum = sum_of(&values);
            sum.pay();
            more.iter().for_each(|&value| sum.add(value));
            sum.pay();
            let all: Vec<f64> = values.iter().chain(&more).copied().collect();
            prop_assert_eq!(sum.value().to_bits(), sum_of(&all).value().to_bits());
        }

        /// Whole numbers have the sums of integers.
        #[test]
        fn integers_add_up(values in prop::collection::vec(-(1_i64 << 50)..1 << 50, 0..200)) {
            let reals: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            let whole: i128 = values.iter().map(|&value| i128::from(value)).sum();
            prop_assert_eq!(sum_of(&reals).value(), whole as f64);
        }

        /// Whole numbers and their quarters take one addition, and no digits.
        #[test]
        fn round_numbers_take_no_digits(quarters in prop::collection::vec(-(1_i64 << 36)..1 << 36, 0..200)) {
            let reals: Vec<f64> = quarters.iter().map(|&number| number as f64 / 4.0).collect();
            let whole: i64 = quarters.iter().sum();
            let sum = sum_of(&reals);
            prop_assert_eq!((sum.value(), sum.high), (whole as f64 / 4.0, 0));
        }
    }

    /// What is too much for the sum of round numbers is kept among the others, and leaves no trace either.
    #[test]
    fn round_numbers_may_overflow() {
        let large = 2.0_f64.powi(44);
        for sign in [1.0, -1.0] {
            let mut sum = sum_of(&[sign * large; 9]);
            assert_eq!(sum.value(), sign * 9.0 * large);
            (0..8).for_each(|_| sum.subtract(sign * large));
            sum.add(0.25);
            assert_eq!(sum.value(), sign * large + 0.25);
        }
    }

    /// What floating-point addition loses.
    #[test]
    fn nothing_is_lost() {
        assert_eq!(sum_of(&[1e300, 1.0, -1e300]).value(), 1.0);
        assert_eq!(sum_of(&[0.1; 10]).value(), 1.0);
        assert_eq!(sum_of(&[f64::MAX, f64::MAX]).value(), f64::INFINITY);
        assert_eq!(sum_of(&[f64::MAX, f64::MAX, -f64::MAX]).value(), f64::MAX);
        // Round numbers and others, of either sign.
        for (round, other) in [(-3.0, 0.1), (3.0, -0.1), (-0.25, 1e-3), (-1e12, 0.3)] {
            assert_eq!(sum_of(&[round, other]).value(), round + other);
        }
        let tiny = f64::from_bits(1);
        assert_eq!(sum_of(&[tiny, 1.0, -1.0]).value(), tiny);
        // Half a unit in the last place is a tie, which the smallest excess breaks.
        let half = f64::EPSILON / 2.0;
        assert_eq!(sum_of(&[1.0, half]).value(), 1.0);
        assert_eq!(sum_of(&[1.0, half, tiny]).value(), 1.0 + f64::EPSILON);
    }
}
