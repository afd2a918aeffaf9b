#![no_main]
#![allow(clippy::unwrap_used)]

#[path = "../../tests/mutated/targets.rs"]
#[allow(dead_code)]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    targets::share(bytes);
});
