#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| coldnotch_fuzz::find_values::run(data));
