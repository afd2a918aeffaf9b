//! The seam between a session and the ways to find a ticket.

use super::facts::Facts;
use super::task::{Assumption, BoundParameters, BuildOptions, LayerBound, LayerTask, Premises};
use crate::construction::{LayerProblem, Mode};
use crate::theory::Count;

/// A way to find a ticket, layer by layer.
pub trait Method: Sync {
    /// Its facts, as reports and screens state them.
    fn facts(&self) -> &Facts;

    /// The assumptions of its bound beyond Lemma 1's, checked against a target.
    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        let _ = premises;
        Vec::new()
    }

    /// The reason why it cannot serve a target: expected, and found. `None` if it can.
    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        let _ = premises;
        None
    }

    /// A bound on the neurons of a layer: all layers together succeed with probability ≥ 1 − δ.
    fn bound(&self, layer: &LayerTask<'_>, parameters: &BoundParameters) -> LayerBound;

    /// Expected draws of a layer, roughly: to tell seconds from hours.
    fn expected_draws(&self, layer: &LayerTask<'_>, mode: Mode) -> Count;

    /// Expected rows of a layer's ticket.
    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64;

    /// Bytes of a layer beside its ticket.
    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        let _ = layer;
        LayerMemory::default()
    }

    /// Bytes needed to decide whether the ticket of a layer exists, if the allocation may run out of neurons. `ticket`:
    /// bytes of the layer's ticket.
    fn existence_memory(&self, layer: &LayerTask<'_>, bound: Option<Count>, ticket: f64) -> f64 {
        let _ = (layer, bound, ticket);
        0.0
    }

    /// The problem for the builder of a layer.
    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem;
}

/// Bytes of a layer beside its ticket.
#[derive(Clone, Copy, Debug, Default)]
pub struct LayerMemory {
    /// to the end of the run
    pub kept: f64,
    /// while it is built
    pub under_way: f64,
}

/// Bytes of an open pair of a block, its vectors' contents apart.
pub(super) const OPEN_PAIR: f64 = 160.0;
