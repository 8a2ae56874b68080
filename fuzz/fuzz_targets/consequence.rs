#![no_main]

libfuzzer_sys::fuzz_target!(
    init: coldnotch_fuzz::consequence::ready(),
    |data: &[u8]| coldnotch_fuzz::consequence::run(data)
);
