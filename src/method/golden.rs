//! Shared parts of the methods with golden-ratio sums.

use super::{DemandKind, Facts, LawChoice, LayerTask, WeightCaption};

/// The facts of a golden-ratio sum; the rest is a method's own.
pub(super) const FACTS: Facts = Facts {
    id: "",
    name: "",
    allocation: None,
    letter: ' ',
    idea: "",
    law: LawChoice::Hyperbolic,
    matched: "product",
    summed: "golden-ratio sum",
    shared: "nobody",
    demands: DemandKind::Buckets,
    has_constant: true,
    searches: false,
    can_skip_ahead: false,
    is_rung: false,
    bounds_row: None,
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption {
        under_way: &[
            " {taken} taken, {missing} due and not found yet. t shows all: {passed} passed by, {open} open until the due \
             piece is found, even if its own is available.",
            " {taken} taken, {missing} not found yet; t shows all: {passed} passed by, {open} open.",
            " {taken} taken, {missing} not found yet; t shows all steps.",
        ],
        finished: &[
            " Each row takes a piece {taken}: the residual reaches what the bucket needs, so the bucket's product is \
             subtracted. Each takes away much of what was left, until that is within the tolerance. t: buckets passed by \
             {passed} too.",
            " Each piece {taken} takes away much of what was left, until that is within the tolerance. t: all buckets.",
            " Each piece {taken} takes away much of the residual, until it is small enough.",
            " Pieces {taken} are subtracted until the residual is small.",
        ],
    },
};

/// `InOrder` against `FirstFit` at Example 5: 310 neurons per weight, and 78.
pub(super) const IN_ORDER: f64 = 4.0;

/// `OnDemand` and `SharedGolden` there: 22 and 23.
pub(super) const PIECES_TAKEN: f64 = 0.3;

/// A bucket of a layer: its counts and edges.
const BUCKET: f64 = 64.0;

/// Demands of a weight.
pub(super) fn demands_of_weight(layer: &LayerTask<'_>) -> f64 {
    layer.halves() * layer.ranges.levels as f64
}

/// Demands of all weights other than 0.
pub(super) fn demands(layer: &LayerTask<'_>) -> f64 {
    layer.nonzero_weights() as f64 * demands_of_weight(layer)
}

/// Neurons until a sum alone has a piece for each of its demands, about.
pub(super) fn alone(layer: &LayerTask<'_>) -> f64 {
    /// Neurons per hit of any bucket: `Corollary10` takes 1,140 at Example 5, and 2k·H(2k) is 385.
    const HITS_NONE: f64 = 3.0;
    let buckets = demands_of_weight(layer);
    let harmonic: f64 = (1..=buckets as u64).map(|n| 1.0 / n as f64).sum();
    HITS_NONE * buckets * harmonic
}

/// Rows of a layer's ticket: a sum passes by the buckets above |w|, and takes every second or third of the others.
pub(super) fn expected_rows(layer: &LayerTask<'_>) -> f64 {
    let (ranges, weights) = (&layer.ranges, layer.target.weights(layer.layer));
    let ln_base = -ranges.gamma.ln();
    let above = |w: f64| ((ranges.w_max / w).ln() / ln_base).max(0.0);
    let large = weights.iter().map(|w| w.abs()).filter(|&w| w > ranges.half_tolerance);
    let levels: f64 = large.map(|w| (ranges.levels as f64 - above(w)).max(0.0)).sum();
    layer.halves() * levels * share_taken(ranges.gamma)
}

/// Bytes of the buckets of a layer.
pub(super) fn bucket_memory(layer: &LayerTask<'_>) -> f64 {
    BUCKET * layer.ranges.levels as f64
}

/// The share of the buckets below |w| with a piece in a golden-ratio sum, in the long run: a walk through the sum of
/// Lemma 9, with pieces spread evenly over their buckets on a logarithmic scale.
fn share_taken(gamma: f64) -> f64 {
    const STEPS: u32 = 2_000;
    /// Its multiples modulo 1 are spread evenly.
    const GOLDEN: f64 = 0.618_033_988_749_895;
    let (mut residual, mut taken) = (0.5, 0);
    for step in 0..STEPS {
        // In units of the bucket above.
        if residual >= gamma {
            residual -= gamma.powf(1.0 + (f64::from(step) * GOLDEN).fract());
            taken += 1;
        }
        residual /= gamma;
    }
    f64::from(taken) / f64::from(STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_taken_is_what_was_seen() {
        // Example 5 with weights uniform in ±w_max: 12.8 of 39 − 2.47 buckets.
        assert!((share_taken(2.0 / 3.0) - 12.8 / (39.0 - 2.47)).abs() < 0.02, "{}", share_taken(2.0 / 3.0));
        assert!(share_taken(0.99) < 0.02 && share_taken(0.62) > 0.38);
    }
}
