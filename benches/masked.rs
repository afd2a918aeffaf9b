//! The forward pass of Ĝ against a plain copy, in one run on the same threads: `cargo bench --bench masked`.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::verification::measured::ForwardPass;

fn main() {
    let rounds = std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(7);
    println!("forward pass of the masked network, {} threads", rayon::current_num_threads());
    println!("{}", ForwardPass::measure(7_800_000, 64, rounds));
}
