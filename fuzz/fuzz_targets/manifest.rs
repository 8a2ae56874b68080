#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coldnotch_fuzz::manifest::run(data));
