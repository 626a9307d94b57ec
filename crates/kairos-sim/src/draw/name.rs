//! Names of firings and elements: hashes of their causes.

use super::mix::{Chain, Kind};

/// The hash of a rule's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleKey(u64);

impl RuleKey {
    /// The hash itself.
    #[must_use]
    pub fn value(self) -> u64 {
        self.0
    }

    /// The key of the rule with this name.
    #[must_use]
    pub fn of(rule: &str) -> Self {
        Self(Chain::new(Kind::Rule).text(rule).finish())
    }
}

/// The hash of the name of a timer's stream (`stream: "connect"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamKey(u64);

impl StreamKey {
    /// The key of the stream with this name.
    #[must_use]
    pub fn of(stream: &str) -> Self {
        Self(Chain::new(Kind::Stream).text(stream).finish())
    }
}

/// What a firing or an element is called: a 64-bit hash of its cause, the paper's unfolding in hashed form.
///
/// Names do not depend on the random seed or the replication; those enter with [`super::Randomness`]. Of n names two
/// are the same with probability about n²/2⁶⁵: one in 37 for a thousand million.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(pub u64);

impl Name {
    /// The cause of what is active, or there, at the start.
    pub const START: Self = Self(0);

    /// The firing of `rule` at a match, made active by the firing `cause`.
    ///
    /// `elements` are the names of the matched elements in the order of the left-hand side's text. A symmetric event
    /// goes by its embedding with the smallest names, which the caller picks; an aggregate clock has no elements, and
    /// as its cause the firing that it made last, or that started it.
    #[inline]
    #[must_use]
    pub fn firing(rule: RuleKey, elements: &[Name], cause: Name) -> Self {
        Causes::new(rule, elements.len()).firing(elements.iter().copied(), cause)
    }

    /// The element that `firing` created at `position` in the text of its rule.
    #[inline]
    #[must_use]
    pub fn created(firing: Name, position: u32) -> Self {
        Self::created_in(firing, position, &[])
    }

    /// The element that `firing` created at `position` inside a `for_each`, for the extension that binds these names.
    #[inline]
    #[must_use]
    pub fn created_in(firing: Name, position: u32, extension: &[Name]) -> Self {
        Self::created_among(firing, position, extension.iter().copied())
    }

    /// The same, of names that are only now looked up.
    #[inline]
    #[must_use]
    pub(crate) fn created_among(
        firing: Name,
        position: u32,
        extension: impl ExactSizeIterator<Item = Name>,
    ) -> Self {
        let chain = Chain::new(Kind::Created)
            .word(firing.0)
            .word(u64::from(position));
        Self(names(chain, extension).finish())
    }

    /// The element of the start graph made by a statement in its `index`-th repetition, at `position` in its text.
    #[must_use]
    pub fn start(statement: u32, index: u64, position: u32) -> Self {
        let chain = Chain::new(Kind::Start).word(u64::from(statement));
        Self(chain.word(index).word(u64::from(position)).finish())
    }

    /// The element of the start graph that a data file calls `key`.
    #[must_use]
    pub fn keyed_row(key: &str) -> Self {
        Self(Chain::new(Kind::Row).text(key).finish())
    }

    /// A hash with one more word in it: for chains of words that are not names of causes.
    #[inline]
    #[must_use]
    pub(crate) fn chained(hash: u64, word: u64) -> u64 {
        Chain::new(Kind::Step).word(hash).word(word).finish()
    }

    /// The firing of a timer with a stream: its `k`-th activation (from 0) under the key with these names.
    #[inline]
    #[must_use]
    pub fn stream(stream: StreamKey, key: &[Name], k: u64) -> Self {
        let chain = Chain::new(Kind::Streamed).word(stream.0);
        Self(names(chain, key.iter().copied()).word(k).finish())
    }
}

/// What the names of all firings of a rule at matches of so many elements begin with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Causes(Chain);

impl Causes {
    pub(crate) fn new(rule: RuleKey, elements: usize) -> Self {
        Self(Chain::new(Kind::Firing).word(rule.0).word(elements as u64))
    }

    /// The name of the firing at elements with these names, made active by `cause`.
    #[inline]
    pub(crate) fn firing(self, elements: impl Iterator<Item = Name>, cause: Name) -> Name {
        let chain = elements.fold(self.0, |chain, name| chain.word(name.0));
        Name(chain.word(cause.0).finish())
    }
}

/// How many names there are, then the names in their order.
#[inline]
fn names(chain: Chain, names: impl ExactSizeIterator<Item = Name>) -> Chain {
    let chain = chain.word(names.len() as u64);
    names.fold(chain, |chain, name| chain.word(name.0))
}
