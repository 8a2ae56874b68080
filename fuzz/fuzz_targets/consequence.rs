#![no_main]

libfuzzer_sys::fuzz_target!(
    init: std::sync::LazyLock::force(&coldnotch_fuzz::consequence::JUDGE),
    |data: &[u8]| coldnotch_fuzz::consequence::run(data)
);
