//! The keyed generator.

use std::convert::Infallible;

use rand::TryRng;
use rand::rand_core::utils::fill_bytes_via_next_word;

use super::mix::{Chain, GOLDEN, Kind, fold, mix};
use super::name::Name;

/// The part of every key that is the same all through a replication: random seed and replication, mixed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Randomness {
    seed: u64,
    replication: u64,
    name_key: u64,
    place_key: u64,
}

impl Randomness {
    /// The randomness of one replication of a study under a random seed.
    #[must_use]
    pub fn new(seed: u64, replication: u64) -> Self {
        let key = Chain::new(Kind::Randomness)
            .word(seed)
            .word(replication)
            .finish();
        Self {
            seed,
            replication,
            name_key: key,
            // Odd, so that the product in `rng` keeps every bit of the name.
            place_key: mix(key.wrapping_add(GOLDEN)) | 1,
        }
    }

    /// The random seed, as the user gave it.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of the replication.
    #[must_use]
    pub fn replication(&self) -> u64 {
        self.replication
    }

    /// The generator of one sample. About a nanosecond; nothing is shared with any other sample.
    #[inline]
    #[must_use]
    pub fn rng(&self, name: Name, place: Place) -> KeyedRng {
        KeyedRng {
            state: fold(name.0 ^ self.name_key, self.place_key ^ (place.0 << 1)),
        }
    }
}

/// Which of a firing's draws this is: a place in the text, and an attempt there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place(u64);

impl Place {
    /// The draw of the delay: position 0, attempt 0.
    pub const DELAY: Self = Self(0);

    /// The first attempt of a pick, a `draw(…)` or a statement of the start graph at this position of its text.
    /// Position 0 is the delay's.
    #[inline]
    #[must_use]
    pub const fn text(position: u32) -> Self {
        Self(position as u64)
    }

    /// The same place, attempt number `attempt` (from 0; below 2³¹).
    #[inline]
    #[must_use]
    pub const fn attempt(self, attempt: u32) -> Self {
        debug_assert!(attempt < 1 << 31, "an attempt number has 31 bits");
        Self((self.0 & 0xffff_ffff) | ((attempt as u64) << 32))
    }
}

/// A generator for one sample: SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number
/// generators*, OOPSLA 2014), started at a hash of (random seed, replication, name, place).
///
/// Its k-th word is a function of the key and k alone. It serves samplers that need more than one word; the next
/// sample has a key, and a generator, of its own.
#[derive(Clone, Debug)]
pub struct KeyedRng {
    state: u64,
}

impl KeyedRng {
    /// 64 random bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// A uniform number in (0, 1), open at both ends: an odd multiple of 2⁻⁵³, the mean exactly one half.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        open_fraction(self.word())
    }

    /// A uniform integer in `0..n`, without bias (Lemire, *Fast random integer generation in an interval*, 2019).
    ///
    /// # Panics
    /// If `n` is 0.
    #[inline]
    pub fn below(&mut self, n: u64) -> u64 {
        assert!(n > 0, "no integer lies in 0..0");
        loop {
            let product = u128::from(self.word()) * u128::from(n);
            let low = product as u64;
            // The remainder is dear, and decides only where the low half is below n.
            if low >= n || low >= n.wrapping_neg() % n {
                return (product >> 64) as u64;
            }
        }
    }
}

/// The high 52 bits of a word as an odd multiple of 2⁻⁵³ in (0, 1): written behind the exponent of the numbers from 1 to 2, from which what is
/// taken away rounds nothing.
#[inline]
pub(crate) fn open_fraction(word: u64) -> f64 {
    f64::from_bits(word >> 12 | 1_f64.to_bits()) - (1.0 - f64::EPSILON / 2.0)
}

impl TryRng for KeyedRng {
    type Error = Infallible;

    #[inline]
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.word() >> 32) as u32)
    }

    #[inline]
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.word())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        fill_bytes_via_next_word(bytes, || Ok(self.word()))
    }
}
