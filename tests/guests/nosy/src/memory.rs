//! The whole linear memory, written or not.
#![allow(unsafe_code)] // reads and writes what nobody gave it

use std::collections::BTreeSet;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

#[cfg(target_family = "wasm")]
const PAGE: usize = 1 << 16;
/// Bytes of a stack frame filled with marks, and how many of them.
const FRAME: usize = 256;
const FRAMES: usize = 64;

/// Calls that left something in this instance's life: more than one if an
/// instance served twice.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// Whose marks, `mark-of-NAME;`, lie in memory, and whether anyone was here.
pub(crate) fn owners() -> BTreeSet<String> {
    let memory = whole();
    let chunks = (0..memory.len()).step_by(64);
    let worth = chunks.filter(|at| memory[*at..memory.len().min(at + 64)].contains(&b'm'));
    let mut owners = BTreeSet::new();
    for name in worth
        .flat_map(|at| at..at + 64)
        .filter_map(|at| name(memory.get(at..)?))
    {
        // Taken out at once: what is allocated next may lie where it was read.
        if !owners.contains(name) {
            owners.insert(name.to_owned());
        }
    }
    if LEFT.load(Ordering::Relaxed) > 0 {
        owners.insert("an earlier call".to_owned());
    }
    owners
}

fn name(memory: &[u8]) -> Option<&str> {
    let rest = memory.strip_prefix(b"mark-of-")?;
    let length = rest
        .iter()
        .take(32)
        .position(|byte| !byte.is_ascii_alphanumeric())?;
    let name = std::str::from_utf8(&rest[..length]).ok()?;
    (length > 0 && rest[length] == b';').then_some(name)
}

/// Sums up the memory, its size, where stack and heap are, and what was left.
pub(crate) fn sum() -> String {
    let (words, _) = whole().as_chunks::<8>();
    let sum = words.iter().fold(0, |sum: u64, word| {
        sum.rotate_left(5)
            .wrapping_add(u64::from_le_bytes(*word))
            .wrapping_mul(31)
    });
    let (stack, heap) = (black_box(0u8), Box::new(0u8));
    let left = LEFT.load(Ordering::Relaxed);
    format!(
        "{sum:x} {:p} {:p} {} {left}",
        &raw const stack,
        heap,
        whole().len()
    )
}

/// Spreads a mark over the stack, the heap and what is free above it, then ends
/// the call with the stack still full.
pub(crate) fn leave<T>(mark: &[u8], end: impl FnOnce() -> T) -> T {
    LEFT.fetch_add(1, Ordering::Relaxed);
    if mark.is_empty() {
        return end();
    }
    let heap: &[u8] = mark.repeat(64).leak();
    let (free, end_of_memory) = (heap.as_ptr_range().end as usize, whole().len());
    for at in (free..end_of_memory).step_by(mark.len()) {
        let length = mark.len().min(end_of_memory - at);
        // SAFETY: behind the newest block of an allocator that only moves up.
        unsafe { std::ptr::copy_nonoverlapping(mark.as_ptr(), at as *mut u8, length) };
    }
    deeper(FRAMES, mark, end)
}

#[inline(never)]
fn deeper<T>(frames: usize, mark: &[u8], end: impl FnOnce() -> T) -> T {
    if frames == 0 {
        return end();
    }
    let mut frame = [0; FRAME];
    frame
        .iter_mut()
        .zip(mark.iter().cycle())
        .for_each(|(to, from)| *to = *from);
    black_box(&mut frame);
    let answer = deeper(frames - 1, mark, end);
    black_box(&frame);
    answer
}

#[cfg(target_family = "wasm")]
pub(crate) fn grow(pages: usize) {
    core::arch::wasm32::memory_grow(0, pages);
}

/// From address 1 on: there is no slice at 0.
#[cfg(target_family = "wasm")]
fn whole() -> &'static [u8] {
    let size = core::arch::wasm32::memory_size(0) * PAGE;
    // SAFETY: it is memory of this instance. What else lies there is the question;
    // `black_box` keeps the compiler from knowing.
    unsafe { std::slice::from_raw_parts(black_box(std::ptr::dangling()), size - 1) }
}

#[cfg(not(target_family = "wasm"))]
pub(crate) fn grow(_: usize) {}

#[cfg(not(target_family = "wasm"))]
fn whole() -> &'static [u8] {
    &[]
}
