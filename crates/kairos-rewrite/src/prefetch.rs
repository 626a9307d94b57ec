//! Asking for memory before it is read: large graphs do not fit the caches, but which events come next is known.

/// Asks the processor to fetch an item; nothing happens where there is none.
#[inline]
#[cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "no safe function hints at what will be read")
)]
pub fn prefetch<T>(items: &[T], index: usize) {
    #[cfg(target_arch = "x86_64")]
    if let Some(item) = items.get(index) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address is that of an item, and a hint neither reads nor writes what a program could notice.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(item).cast()) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (items, index);
}

/// From how many items on memory is asked for, if `many` of them do not stay in the caches by themselves. Debug builds always ask, so that every test is
/// one of this too: nothing must come of it.
#[must_use]
pub const fn from(many: usize) -> usize {
    if cfg!(debug_assertions) { 1 } else { many }
}
