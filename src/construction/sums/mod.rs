//! How a weight is made up of products of random weights.
//!
//! | file | holds |
//! |---|---|
//! | [`mod@summation`] | the trait that all sums implement |
//! | [`golden`] | the golden-ratio sum of Lemma 9, a piece from each bucket |
//! | [`assembly`] | the same for four weights at once, in SIMD |
//! | [`subset`], [`best_subset`], [`incremental`] | subset sums, the best of all subsets, and the best as values come in |
//! | [`single`] | one product for a half, or one neuron for a whole target neuron |
//! | [`steps`] | the steps of a sum, for the screens |

pub(crate) mod assembly;
pub mod best_subset;
pub mod golden;
pub mod incremental;
mod single;
pub(crate) mod steps;
mod subset;
pub(crate) mod summation;

use self::summation::Summation;
use crate::construction::problem::Sum;

/// The one table of sums: a new one is a file, a variant of [`Sum`] and a line here.
pub(crate) fn summation(sum: Sum) -> &'static dyn Summation {
    match sum {
        Sum::Neuron => &single::Whole,
        Sum::Single => &single::Single,
        Sum::Golden => &golden::Golden,
        Sum::Subset => &subset::Subset,
    }
}
