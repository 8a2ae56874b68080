//! A bump allocator: the cheapest one for an instance that lives for one call.
//!
//! Memory is handed out upwards from the end of the data and never taken back,
//! except that the newest block may grow or shrink in place. The host drops the
//! instance after the call, which frees everything at once. [`reserve`] grows
//! the memory when the plugin is prepared, so that an ordinary call never has
//! to (growing costs the host system calls).

use core::alloc::{GlobalAlloc, Layout};
use core::cell::Cell;

const PAGE: usize = 65536;

struct Bump {
    next: Cell<usize>,
    end: Cell<usize>,
}

// SAFETY: the default plugin world has no threads, so there is one caller.
unsafe impl Sync for Bump {}

#[global_allocator]
static BUMP: Bump = Bump {
    next: Cell::new(0),
    end: Cell::new(0),
};

unsafe extern "C" {
    /// First address behind the stack and the data, set by the linker.
    static __heap_base: u8;
}

impl Bump {
    /// The first free address and the first address that is not ours.
    fn bounds(&self) -> (usize, usize) {
        if self.next.get() == 0 {
            self.next.set(&raw const __heap_base as usize);
            self.end.set(core::arch::wasm32::memory_size(0) * PAGE);
        }
        (self.next.get(), self.end.get())
    }

    /// Makes the memory reach up to `top`. False when the host refuses.
    fn grow_to(&self, top: usize) -> bool {
        let (_, end) = self.bounds();
        if top <= end {
            return true;
        }
        let pages = (top - end).div_ceil(PAGE);
        if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
            return false;
        }
        self.end.set(end + pages * PAGE);
        true
    }
}

// SAFETY: blocks are disjoint because `next` only moves up past each block,
// aligned as asked, and within memory that `grow_to` made sure exists.
unsafe impl GlobalAlloc for Bump {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let (next, _) = self.bounds();
        let start = next.next_multiple_of(layout.align());
        let Some(top) = start.checked_add(layout.size()) else {
            return core::ptr::null_mut();
        };
        if !self.grow_to(top) {
            return core::ptr::null_mut();
        }
        self.next.set(top);
        start as *mut u8
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if block as usize + layout.size() == self.next.get() {
            self.next.set(block as usize);
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let start = block as usize;
        if start + layout.size() == self.next.get() {
            let Some(top) = start.checked_add(size) else {
                return core::ptr::null_mut();
            };
            if !self.grow_to(top) {
                return core::ptr::null_mut();
            }
            self.next.set(top);
            return block;
        }
        // SAFETY: the caller upholds `alloc`'s contract for the same alignment.
        let new = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !new.is_null() {
            // SAFETY: both blocks are live, disjoint and at least this long.
            unsafe { core::ptr::copy_nonoverlapping(block, new, layout.size().min(size)) };
        }
        new
    }
}

/// Makes sure that `bytes` more can be allocated without growing the memory.
pub(crate) fn reserve(bytes: usize) {
    let (next, _) = BUMP.bounds();
    BUMP.grow_to(next + bytes);
}
