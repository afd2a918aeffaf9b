//! Waits between hits, for constructions that skip ahead.

use rand::Rng;
use rand::distr::Distribution;

use crate::construction::workbench::Workbench;
use crate::sampling::{Geometric, Side, Stream};
use crate::theory::Count;

/// The words of skipping ahead, a row per weight or target neuron: those of a layer that G does not have.
pub(crate) fn skipping_words(seed: u64, bench: &Workbench) -> Stream {
    Stream::new(seed, (1 << 32) + bench.layer as u64, Side::In)
}

/// Neurons up to the next hit of any of `open` demands, each hit with probability e^`ln_p`, no two by one neuron.
pub(crate) fn wait(ln_p: f64, open: usize, words: &mut impl Rng) -> Count {
    let ln_any = ln_p + crate::theory::ln(open as f64);
    // Demands never share a neuron, so their probabilities add up to at most 1.
    Geometric::new(ln_any.min(0.0)).map_or(Count::from_ln(f64::INFINITY), |law| law.sample(words))
}
