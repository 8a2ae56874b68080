#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coldnotch_fuzz::lock::run(data));
