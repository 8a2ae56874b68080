//! How much of a text is read, where a hostile one could have it read again and again.
//! Tests hold it to bounds; else nothing is counted.

#[cfg(test)]
thread_local! {
    static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// So many bytes are read here.
#[cfg(test)]
pub(super) fn read(bytes: usize) {
    READ.set(READ.get() + bytes);
}

#[cfg(not(test))]
#[inline(always)]
pub(super) fn read(_: usize) {}

/// How many bytes this reads.
#[cfg(test)]
pub(super) fn of<T>(call: impl FnOnce() -> T) -> usize {
    let before = READ.get();
    call();
    READ.get() - before
}
