//! The forward pass of Ĝ: `cargo bench --bench masked` prints the figures of `slth bench`, with their goals, that concern it.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::speed::Work;

mod goals;

fn main() {
    println!("{} threads", rayon::current_num_threads());
    goals::print(Work::ForwardPass, "");
}
