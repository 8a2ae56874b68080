//! Leaves a mark wherever an instance can keep one, and looks for an earlier one.
//!
//! `payload.leave` is the mark. `payload.seek`, the mark to look for, comes
//! backwards, so that its own text is no find.
#![allow(unsafe_code)] // reads its own memory, written or not

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use coldnotch_plugin::{Action, Assessment};

#[cfg(target_family = "wasm")]
const PAGE: usize = 1 << 16;

/// What a call leaves in a global: its mark's length.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// Looks first, then leaves. Says what it found before and after.
pub(crate) fn leave_and_look(action: &Action) -> Assessment {
    let text = |key: &str| {
        action.payload()[key]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let (leave, seek) = (text("leave"), text("seek"));
    let global = LEFT.swap(leave.len(), Ordering::Relaxed);
    grow(2); // fresh pages may be somebody's old ones
    let before = count(seek.as_bytes());
    // In the heap, high up in the fresh pages, and on the stack.
    let heap: &mut [u8] = leave.repeat(64).into_bytes().leak();
    let mut stack = [0u8; 256];
    for (to, from) in stack.iter_mut().zip(leave.bytes().cycle()) {
        *to = from;
    }
    write_at_top(leave.as_bytes());
    black_box((heap, &stack));
    let own: Vec<u8> = leave.bytes().rev().collect();
    let after = count(&own);
    Assessment::abstain(0.0).because(
        "trace",
        format!("global {global}, found {before}, left {}", after > 64),
    )
}

/// How often the reverse of `backwards` stands in the whole memory.
fn count(backwards: &[u8]) -> usize {
    let Some((first, length)) = backwards.last().map(|first| (*first, backwards.len())) else {
        return 0;
    };
    let mark = |at: usize| {
        read(at) == first
            && (1..length).all(|place| read(at + place) == backwards[length - 1 - place])
    };
    (0..size().saturating_sub(length))
        .filter(|at| mark(*at))
        .count()
}

#[cfg(target_family = "wasm")]
fn size() -> usize {
    core::arch::wasm32::memory_size(0) * PAGE
}

#[cfg(target_family = "wasm")]
fn grow(pages: usize) {
    core::arch::wasm32::memory_grow(0, pages);
}

#[cfg(target_family = "wasm")]
fn read(at: usize) -> u8 {
    // SAFETY: `at` is below `size`. Whether the byte was ever written is the question.
    unsafe { (at as *const u8).read_volatile() }
}

#[cfg(target_family = "wasm")]
fn write_at_top(mark: &[u8]) {
    let start = size() - mark.len();
    for (place, byte) in mark.iter().enumerate() {
        // SAFETY: the last page was grown here and nobody else uses it.
        unsafe { ((start + place) as *mut u8).write_volatile(*byte) };
    }
}

#[cfg(not(target_family = "wasm"))]
mod native {
    pub(super) fn size() -> usize {
        0
    }
    pub(super) fn grow(_: usize) {}
    pub(super) fn read(_: usize) -> u8 {
        0
    }
    pub(super) fn write_at_top(_: &[u8]) {}
}
#[cfg(not(target_family = "wasm"))]
use native::{grow, read, size, write_at_top};
