//! Weights as the sum of some subset of their products.

use super::best_subset::MOST_VALUES;
use super::steps::{SumStep, open_steps, plain_steps};
use super::summation::{HalfPaths, Summation};
use crate::construction::buckets::Buckets;
use crate::construction::ticket::Path;

/// Any subset of the available products, the best one.
#[derive(Debug)]
pub(crate) struct Subset;

impl Summation for Subset {
    fn most_rows(&self, _: u32, _: &Buckets) -> u64 {
        2 * MOST_VALUES as u64
    }

    fn follows(&self, a: &Path, b: &Path) -> bool {
        a.neuron < b.neuron
    }

    fn steps(&self, half: &HalfPaths<'_>) -> Vec<SumStep> {
        let HalfPaths { weight, available, chosen, .. } = *half;
        if chosen.is_none() && !half.is_finished {
            return open_steps(weight, available);
        }
        // The empty sum is enough for a small weight.
        let needs_any = weight.abs() > half.tolerance;
        plain_steps(weight, available, chosen.unwrap_or(available), needs_any)
    }
}
