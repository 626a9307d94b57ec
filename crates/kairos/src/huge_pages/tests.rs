//! Blocks of all sizes around those that are large keep what they hold when they grow and shrink.
#![expect(unsafe_code, reason = "what is tested is unsafe")]

use std::alloc::{GlobalAlloc, Layout};

use super::{HugePages, LARGE, PAGE};

const SIZES: [usize; 9] = [
    1,
    4096,
    LARGE - 1,
    LARGE,
    PAGE,
    PAGE + 1,
    3 * PAGE,
    9 * PAGE,
    20 * PAGE + 12345,
];

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size, 64).unwrap()
}

/// What should stand at a byte.
fn mark(at: usize) -> u8 {
    (at / 997 % 251) as u8
}

/// Writes to a block all over.
unsafe fn fill(block: *mut u8, size: usize) {
    for at in (0..size).step_by(997).chain([size - 1]) {
        // SAFETY: it lies inside the block.
        unsafe { block.add(at).write(mark(at)) };
    }
}

unsafe fn holds(block: *mut u8, size: usize) -> bool {
    let mut all = (0..size).step_by(997);
    // SAFETY: as above.
    all.all(|at| unsafe { block.add(at).read() } == mark(at))
}

#[test]
fn blocks_keep_what_they_hold() {
    for (before, after) in SIZES.into_iter().flat_map(|a| SIZES.map(|b| (a, b))) {
        // SAFETY: all layouts are those that the blocks have, and all accesses lie inside them.
        unsafe {
            let block = HugePages.alloc_zeroed(layout(before));
            assert!(!block.is_null() && block.align_offset(64) == 0);
            assert_eq!((*block, *block.add(before - 1)), (0, 0));
            fill(block, before);
            let block = HugePages.realloc(block, layout(before), after);
            assert!(!block.is_null() && block.align_offset(64) == 0);
            assert!(holds(block, before.min(after)), "from {before} to {after}");
            fill(block, after);
            HugePages.dealloc(block, layout(after));
        }
    }
}

/// Blocks that grow by turns, so that none has room behind it, move and touch none of the others.
#[test]
fn blocks_that_grow_do_not_touch_each_other() {
    let mut blocks = [std::ptr::null_mut(); 5];
    let size = |round: usize, block: usize| (2 + round * (block + 1)) * PAGE;
    // SAFETY: as above.
    unsafe {
        for (index, block) in blocks.iter_mut().enumerate() {
            *block = HugePages.alloc(layout(size(0, index)));
            fill(*block, size(0, index));
        }
        for round in 1..5 {
            for (index, block) in blocks.iter_mut().enumerate() {
                *block =
                    HugePages.realloc(*block, layout(size(round - 1, index)), size(round, index));
                assert!(holds(*block, size(round - 1, index)));
                fill(*block, size(round, index));
            }
            for (index, &block) in blocks.iter().enumerate() {
                assert!(holds(block, size(round, index)));
            }
        }
        for (index, &block) in blocks.iter().enumerate() {
            HugePages.dealloc(block, layout(size(4, index)));
        }
    }
}
