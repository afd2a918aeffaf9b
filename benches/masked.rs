//! The forward pass of Ĝ: `cargo bench --bench masked` prints the figures of `slth bench` that concern it.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use slth::report::{DEFAULT_WIDTH, Page, text};
use slth::speed::Work;

fn main() {
    println!("{} threads", rayon::current_num_threads());
    println!(
        "{}",
        text::speed(&Work::ForwardPass.measure(Path::new("")).unwrap(), Page::new(DEFAULT_WIDTH, false))
    );
}
