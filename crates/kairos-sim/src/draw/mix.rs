//! The fixed 64-bit mixing functions under names and generator.

/// 2^64 divided by the golden ratio, odd: the increment of SplitMix64.
pub(super) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The multiplier of [`Chain`]: the first 64 bits of π's fraction, made odd.
const PI: u64 = 0x243f_6a88_85a3_08d3;

/// A bijection of 64 bits in which every input bit flips each output bit with probability about one half:
/// the finaliser "mix13" of D. Stafford (2011), as in SplitMix64.
#[inline]
pub(super) const fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The two halves of the 128-bit product, exclusive-ored: the quick step of wyhash and its family.
#[inline]
pub(super) const fn fold(a: u64, b: u64) -> u64 {
    let product = (a as u128) * (b as u128);
    (product as u64) ^ ((product >> 64) as u64)
}

/// A hash of a sequence of words: one folded multiplication for each word, and [`mix`] at the end.
///
/// It is a hash against accidents, not against enemies. Whoever hashes a sequence of variable length puts the
/// length in first, so that no sequence of words has two readings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chain(u64);

/// What is hashed. Each kind starts the chain elsewhere, so that equal words of two kinds have unlike hashes.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Rule = 1,
    Stream,
    Firing,
    Created,
    Start,
    Row,
    Streamed,
    Randomness,
    Step,
}

impl Chain {
    #[inline]
    pub(super) const fn new(kind: Kind) -> Self {
        Self((kind as u64).wrapping_mul(GOLDEN))
    }

    #[inline]
    pub(super) const fn word(self, word: u64) -> Self {
        Self(fold(self.0 ^ word, PI))
    }

    /// Length in bytes, then the UTF-8 bytes in little-endian words, the last one filled up with zeros.
    pub(super) fn text(self, text: &str) -> Self {
        text.as_bytes()
            .chunks(8)
            .fold(self.word(text.len() as u64), |chain, bytes| {
                let mut word = [0; 8];
                word[..bytes.len()].copy_from_slice(bytes);
                chain.word(u64::from_le_bytes(word))
            })
    }

    #[inline]
    pub(super) const fn finish(self) -> u64 {
        mix(self.0)
    }
}
