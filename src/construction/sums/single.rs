//! Weights that one product approximates.

use super::steps::{SumStep, plain_steps};
use super::summation::{HalfPaths, Summation};
use crate::construction::buckets::Buckets;
use crate::construction::ticket::Path;

/// One neuron for each half of a weight.
#[derive(Debug)]
pub(crate) struct Single;

/// One neuron for all weights of a target neuron.
#[derive(Debug)]
pub(crate) struct Whole;

impl Summation for Single {
    fn most_rows(&self, _: u32, _: &Buckets) -> u64 {
        2
    }

    fn follows(&self, _: &Path, _: &Path) -> bool {
        false
    }

    fn steps(&self, half: &HalfPaths<'_>) -> Vec<SumStep> {
        steps(half)
    }
}

impl Summation for Whole {
    fn is_whole(&self) -> bool {
        true
    }

    fn most_rows(&self, inputs: u32, _: &Buckets) -> u64 {
        inputs.into()
    }

    fn follows(&self, _: &Path, _: &Path) -> bool {
        false
    }

    fn steps(&self, half: &HalfPaths<'_>) -> Vec<SumStep> {
        steps(half)
    }
}

/// The only step is the product itself.
fn steps(half: &HalfPaths<'_>) -> Vec<SumStep> {
    plain_steps(half.weight, half.available, half.chosen.unwrap_or(half.available), half.weight != 0.0)
}
