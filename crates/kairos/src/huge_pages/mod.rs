//! An allocator that keeps large blocks in huge pages.
//!
//! From about 10⁵ elements on, a step waits above all for memory, and much of that is the processor looking up where a page lies: each step
//! goes to a dozen places that have nothing in common. Pages of 2 MB are 512 times fewer to look up. Most Linux systems give them only to
//! whoever asks (`madvise`), and only where a whole one fits. So large blocks are mapped one by one, at addresses of whole pages; one that
//! grows takes its pages along, which is neither copied nor wiped twice. Elsewhere this is the system's allocator and nothing more.

#[cfg(target_os = "linux")]
mod mapped;
#[cfg(test)]
mod tests;

use std::alloc::{GlobalAlloc, Layout, System};

/// Lets small blocks that are freed stay with the process, where the system's allocator is glibc's: one replication after the other takes the same
/// again, and what was given back in between would come page by page, wiped. To be said at the beginning, once.
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use libc::{M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, c_int, mallopt};
        // SAFETY: these parameters say when memory is given back and nothing else; one that is refused changes nothing.
        #[expect(unsafe_code, reason = "a parameter of the C library")]
        unsafe {
            mallopt(M_MMAP_THRESHOLD, LARGE as c_int);
            mallopt(M_TRIM_THRESHOLD, c_int::MAX);
        }
    }
}

/// The system's allocator, but for large blocks.
#[derive(Clone, Copy, Debug)]
pub struct HugePages;

/// Bytes of a huge page.
const PAGE: usize = 2 << 20;

/// Bytes from which on a block is large. Most of its pages are full then, and there are few such blocks.
const LARGE: usize = PAGE / 2;

/// Whether a block of a layout is large.
#[inline]
const fn is_large(layout: Layout) -> bool {
    cfg!(target_os = "linux") && layout.size() >= LARGE && layout.align() <= PAGE
}

// SAFETY: a large block is a mapping of its own, all others come from the system's allocator. Which it is follows from the layout, so that every
// block goes back to where it came from; and one that changes from one to the other is copied.
#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for HugePages {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        if is_large(layout) {
            return mapped::map(layout.size());
        }
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        #[cfg(target_os = "linux")]
        if is_large(layout) {
            // SAFETY: a block of a large layout was mapped with its size.
            return unsafe { mapped::unmap(block, layout.size()) };
        }
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        #[cfg(target_os = "linux")]
        if is_large(layout) {
            // New pages are empty.
            return mapped::map(layout.size());
        }
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller promises that size and alignment make a layout, and that the block has the one given. Two blocks that are there at
        // once are different.
        unsafe {
            let other = Layout::from_size_align_unchecked(size, layout.align());
            match (is_large(layout), is_large(other)) {
                (false, false) => System.realloc(block, layout, size),
                #[cfg(target_os = "linux")]
                (true, true) => mapped::resize(block, layout.size(), size),
                _ => {
                    let moved = self.alloc(other);
                    if !moved.is_null() {
                        moved.copy_from_nonoverlapping(block, size.min(layout.size()));
                        self.dealloc(block, layout);
                    }
                    moved
                }
            }
        }
    }
}
