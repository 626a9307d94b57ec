//! An allocator that asks for huge pages where much memory is asked for.
//!
//! From about 10⁵ elements on, a step waits above all for memory, and much of that is the processor looking up where a page lies: each step
//! goes to a dozen places that have nothing in common. Pages of 2 MB are 512 times fewer to look up. Most Linux systems give them only to
//! whoever asks (`madvise`); elsewhere this is the system's allocator and nothing more.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, which is told that large blocks should lie in huge pages.
#[derive(Clone, Copy, Debug)]
pub struct HugePages;

// SAFETY: every block comes from the system's allocator and goes back to it; what is asked of the pages inside a block changes neither its
// place nor what it holds.
#[expect(unsafe_code, reason = "an allocator cannot be written without")]
unsafe impl GlobalAlloc for HugePages {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promise is the one that is asked for.
        advised(unsafe { System.alloc(layout) }, layout.size())
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(block, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        advised(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if size < LARGE || size <= layout.size() {
            // SAFETY: as above.
            return unsafe { System.realloc(block, layout, size) };
        }
        // Pages that were written to stay as small as they were: a block that grows moves into new ones.
        // SAFETY: the caller promises that size and alignment make a layout, and that the block has the one given; the two blocks are
        // different, and the new one is the larger.
        unsafe {
            let grown = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if !grown.is_null() {
                grown.copy_from_nonoverlapping(block, layout.size());
                self.dealloc(block, layout);
            }
            grown
        }
    }
}

/// The same block, for whose pages huge ones were asked if there are at least a few.
#[inline]
fn advised(block: *mut u8, size: usize) -> *mut u8 {
    if size >= LARGE && !block.is_null() {
        advise(block, size);
    }
    block
}

/// Bytes of a huge page.
const PAGE: usize = 2 << 20;

/// A block that is worth the question.
const LARGE: usize = 2 * PAGE;

/// Asks for huge pages where whole ones lie inside the block. It is a wish: that it cannot be granted is no error.
#[cold]
#[cfg_attr(
    target_os = "linux",
    expect(unsafe_code, reason = "advice is given on addresses")
)]
fn advise(block: *mut u8, size: usize) {
    #[cfg(target_os = "linux")]
    {
        let before = block.align_offset(PAGE);
        let whole = size.saturating_sub(before) / PAGE * PAGE;
        let first = block.wrapping_add(before);
        // SAFETY: the pages lie inside a block that was just given out; this advice changes nothing of what they hold.
        let _ =
            unsafe { rustix::mm::madvise(first.cast(), whole, rustix::mm::Advice::LinuxHugepage) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (block, size);
}

#[cfg(test)]
mod tests {
    use super::HugePages;
    use std::alloc::{GlobalAlloc, Layout};

    /// Blocks of all sizes around those that are advised keep what they hold when they grow and shrink.
    #[test]
    #[expect(unsafe_code, reason = "what is tested is unsafe")]
    fn blocks_keep_what_they_hold() {
        for size in [1, 4096, (8 << 20) - 1, 8 << 20, (20 << 20) + 12345] {
            let layout = Layout::from_size_align(size, 64).unwrap();
            // SAFETY: the layout is not empty, all accesses lie inside the block, and it is given back in the layout that it has.
            unsafe {
                let block = HugePages.alloc_zeroed(layout);
                assert!(!block.is_null() && block.align_offset(64) == 0);
                assert_eq!((*block, *block.add(size - 1)), (0, 0));
                block.add(size - 1).write(7);
                let block = HugePages.realloc(block, layout, 3 * size);
                assert_eq!(*block.add(size - 1), 7);
                block.add(3 * size - 1).write(8);
                let grown = Layout::from_size_align(3 * size, 64).unwrap();
                let block = HugePages.realloc(block, grown, size);
                assert_eq!(*block.add(size - 1), 7);
                HugePages.dealloc(block, layout);
            }
        }
    }
}
