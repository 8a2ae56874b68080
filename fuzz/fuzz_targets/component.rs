#![no_main]

use libfuzzer_sys::fuzz_target;

// libFuzzer's panic hook ends the process even for a panic that the product
// catches; without it only one that reaches libFuzzer does.
fuzz_target!(
    init: drop(std::panic::take_hook()),
    |data: &[u8]| coldnotch_fuzz::component::run(data)
);
