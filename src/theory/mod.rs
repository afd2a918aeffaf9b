//! The closed forms of the paper, one file per statement. No randomness here.
//!
//! | file | statement |
//! |---|---|
//! | [`lemma1`] | how accurate a weight must be, for the whole network and layer by layer |
//! | [`walk`] | the same for a graph: differences of weights carried from node to node (new here) |
//! | [`section5`] | the ranges of weights and products, k′ and k |
//! | [`lemma9`] | the bases for the golden-ratio decomposition |
//! | [`corollary10`] | samples for one weight |
//! | [`lemma_c12`] | samples until every category holds enough |
//! | [`theorem3`] | M_i, neurons for one layer, as printed and repaired |
//! | [`corollary7`] | the size of G |
//! | [`shared_golden`] | neurons for one input, shared by its outputs (new here) |
//! | [`malach`] | the polynomial bound of Malach et al. (2020) |
//! | [`pensia`] | the logarithm in the bound of Pensia et al. (2020) |
//!
//! [`Count`] carries numbers of neurons, also beyond f64.
//!
//! Natural logarithms are correctly rounded (`pxfm`), not the platform's: Λ enters every weight of G, so its
//! bits must be the same everywhere.

pub mod corollary10;
pub mod corollary7;
mod count;
pub mod lemma1;
pub mod lemma9;
pub mod lemma_c12;
pub mod malach;
pub mod pensia;
pub mod section5;
pub mod shared_golden;
pub mod theorem3;
pub mod walk;

pub use count::Count;

/// ln x, correctly rounded, for x > 0.
pub(crate) fn ln(x: f64) -> f64 {
    pxfm::f_log(x)
}

/// ln (K/δ), for K > 0 and 0 < δ < 1 however small: K/δ itself may be beyond f64.
pub(crate) fn ln_over(k: f64, delta: f64) -> f64 {
    let ratio = k / delta;
    if ratio.is_finite() { ln(ratio) } else { ln(k) - ln(delta) }
}

/// Relative closeness for the figures quoted to ten digits.
#[cfg(test)]
pub(crate) fn assert_digits(found: f64, expected: f64) {
    let relative = (found / expected - 1.0).abs();
    assert!(relative < 5e-12, "expected {expected:e}, found {found:e}");
}
