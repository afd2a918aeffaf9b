//! The reach of G's uniform weights: no product is above 1, and none is finer than their steps.

use super::{Assumption, Premises};
use crate::sampling::hits::LEAST_TOLERANCE;
use crate::visible;

/// `|w| ≤ 1`.
pub(super) fn within_one(premises: &Premises<'_>) -> Assumption {
    Assumption::new("|w| ≤ 1", 1.0, premises.target.largest_weight().0)
}

/// Refuses weights out of reach of every product.
pub(super) fn beyond_one(premises: &Premises<'_>) -> Option<String> {
    let (largest, layer, output, input) = premises.target.largest_weight();
    (largest > 1.0).then(|| {
        let place = format!("layer {layer}, output {output}, input {input}");
        format!(
            "expected weights in [-1, 1], as G's are; found |w*| = {} in {place}",
            visible::number(largest)
        )
    })
}

/// Refuses a tolerance below the steps of G's weights.
pub(super) fn too_fine(premises: &Premises<'_>) -> Option<String> {
    let finest = (premises.finest_tolerance)() / 2.0;
    (finest < LEAST_TOLERANCE).then(|| {
        let least = "128 steps of G's uniform weights";
        // Enough digits to tell the two apart.
        let differ =
            |&digits: &usize| format!("{LEAST_TOLERANCE:.digits$e}") != format!("{finest:.digits$e}");
        let digits = (1..17).find(differ).unwrap_or(17);
        format!(
            "expected a tolerance of at least {LEAST_TOLERANCE:.digits$e}, {least}; found {finest:.digits$e}"
        )
    })
}
