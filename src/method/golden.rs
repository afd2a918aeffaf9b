//! What the methods with golden-ratio sums share.

use super::{DemandKind, Facts, LawChoice, WeightCaption};

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
    is_rung: false,
    bounds_row: None,
    bound_note: None,
    shape_note: None,
    weight_caption: WeightCaption {
        under_way: &[
            " {taken} taken, {passed} passed by, {missing} asked for and not found yet; {open} what comes after that is \
             open, whatever is at hand already.",
            " {taken} taken, {passed} passed by, {missing} not found yet, {open} open until it is.",
        ],
        finished: &[
            " Bucket by bucket, largest first: where the residual reaches the threshold, the bucket's piece is taken \
             {taken} and subtracts its product, else passed by {passed}. Bars: the residual, empty when near enough.",
            " Where the residual reaches a bucket's threshold, its piece is taken {taken}, else it is passed by {passed}.",
            " Residual at the threshold or above: the bucket's piece is taken {taken}.",
        ],
    },
};
