//! Blocks that are mappings of whole huge pages.
#![expect(unsafe_code, reason = "memory is mapped by address")]

use std::ptr::null_mut;

use rustix::{
    io::Result,
    mm::{
        Advice, MapFlags, MremapFlags, ProtFlags, madvise, mmap_anonymous, mremap, mremap_fixed,
        munmap,
    },
};

use super::PAGE;

/// The bytes of whole pages that a block of a size takes.
const fn whole(size: usize) -> usize {
    size.next_multiple_of(PAGE)
}

/// An empty block, or null where there is no memory.
#[cold]
pub(super) fn map(size: usize) -> *mut u8 {
    let size = whole(size);
    let Ok(block) = reserve(size, ProtFlags::READ | ProtFlags::WRITE) else {
        return null_mut();
    };
    // SAFETY: the pages were just reserved. This advice changes nothing of what they hold; it is a wish, and that it cannot be granted is no error.
    let _ = unsafe { madvise(block.cast(), size, Advice::LinuxHugepage) };
    block
}

/// Gives a block back.
///
/// # Safety
/// It is a block of this size.
#[cold]
pub(super) unsafe fn unmap(block: *mut u8, size: usize) {
    // SAFETY: nobody uses the block any more. Where there are too many mappings to cut one, its memory is lost, and nothing else.
    let _ = unsafe { munmap(block.cast(), whole(size)) };
}

/// Makes a block larger or smaller, with what it holds; null where there is no memory, and then the block is as it was.
///
/// # Safety
/// It is a block of the size `before`.
#[cold]
pub(super) unsafe fn resize(block: *mut u8, before: usize, after: usize) -> *mut u8 {
    let (before, after) = (whole(before), whole(after));
    if before == after {
        return block;
    }
    // SAFETY: the caller promises the block. In place, only pages behind it are taken or given back.
    if let Ok(block) = unsafe { mremap(block.cast(), before, after, MremapFlags::empty()) } {
        return block.cast();
    }
    // Between whole pages, they move as they are.
    let Ok(place) = reserve(after, ProtFlags::empty()) else {
        return null_mut();
    };
    // SAFETY: what was reserved is nobody else's, and is replaced by the pages of the block, which is used at its old place no more.
    let moved = unsafe {
        mremap_fixed(
            block.cast(),
            before,
            after,
            MremapFlags::MAYMOVE,
            place.cast(),
        )
    };
    // Where that fails, it is not known whether the addresses are still reserved; so they are left, which costs no memory.
    moved.map_or(null_mut(), |_| place)
}

/// Addresses of whole pages that nobody uses.
fn reserve(size: usize, access: ProtFlags) -> Result<*mut u8> {
    // SAFETY: a new mapping touches no other one; what is cut off again of it was never given out.
    unsafe {
        let mapping = mmap_anonymous(null_mut(), size + PAGE, access, MapFlags::PRIVATE)?;
        let mapping = mapping.cast::<u8>();
        let before = mapping.align_offset(PAGE);
        let block = mapping.wrapping_add(before);
        if before > 0 {
            munmap(mapping.cast(), before)?;
        }
        munmap(block.wrapping_add(size).cast(), PAGE - before)?;
        Ok(block)
    }
}
