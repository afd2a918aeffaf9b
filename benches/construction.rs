//! Layers drawn and pruned: `cargo bench --bench construction` prints the figures of `slth bench`, with their goals, that concern them.
#![allow(missing_docs, clippy::unwrap_used)]

use slth::speed::Work;

mod goals;

fn main() {
    println!("{} threads", rayon::current_num_threads());
    goals::print(Work::Construction, "");
}
