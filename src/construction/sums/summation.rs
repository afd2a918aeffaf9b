//! The seam between a layer and the ways of making up a weight from products.

use std::fmt::Debug;

use super::steps::SumStep;
use crate::construction::buckets::Buckets;
use crate::construction::ticket::Path;

/// How a weight is made up of the products of its paths.
pub(crate) trait Summation: Debug + Send + Sync {
    /// Demands of one half of a weight.
    fn demands_per_half(&self, buckets: &Buckets) -> usize {
        let _ = buckets;
        1
    }

    /// Whether one neuron stands in for a whole target neuron, for all of its weights and for inputs of both signs.
    fn is_whole(&self) -> bool {
        false
    }

    /// The most ticket rows of a weight; of a target neuron where neurons stand in for whole ones.
    fn most_rows(&self, inputs: u32, buckets: &Buckets) -> u64;

    /// Whether row `b` can follow row `a` of the same half.
    fn follows(&self, a: &Path, b: &Path) -> bool;

    /// The steps of one half's sum.
    fn steps(&self, half: &HalfPaths<'_>) -> Vec<SumStep>;
}

/// Paths of one half of a weight.
pub(crate) struct HalfPaths<'a> {
    pub(crate) buckets: &'a Buckets,
    /// tolerance of the half
    pub(crate) tolerance: f64,
    /// w*
    pub(crate) weight: f64,
    /// paths found for it
    pub(crate) available: &'a [Path],
    /// the paths of the sum it has settled on; `None` where nothing is settled or all available paths are taken
    pub(crate) chosen: Option<&'a [Path]>,
    /// whether the weight is finished, with all its pieces or without
    pub(crate) is_finished: bool,
}
