//! The seam between a session and the ways to find a ticket.

use super::facts::Facts;
use super::task::{Asked, Assumption, BuildOptions, LayerBound, LayerTask, Premises};
use crate::construction::{LayerProblem, Mode};
use crate::theory::Count;

/// A way to find a ticket, layer by layer.
pub trait Method: Sync {
    /// What reports and screens say of it.
    fn facts(&self) -> &Facts;

    /// What its bound assumes of a target beyond Lemma 1, and whether this target keeps it.
    fn assumptions(&self, premises: &Premises<'_>) -> Vec<Assumption> {
        let _ = premises;
        Vec::new()
    }

    /// Why no layer can be built for a target: expected, and found. `None` where it can.
    fn refusal(&self, premises: &Premises<'_>) -> Option<String> {
        let _ = premises;
        None
    }

    /// Neurons that are enough for a layer; all layers together are to succeed with probability ≥ 1 − δ.
    fn bound(&self, layer: &LayerTask<'_>, asked: &Asked) -> LayerBound;

    /// Neurons that a layer is expected to draw, roughly: to tell seconds from hours.
    fn expected_draws(&self, layer: &LayerTask<'_>, mode: Mode) -> Count;

    /// Rows that the ticket of a layer is expected to have.
    fn expected_rows(&self, layer: &LayerTask<'_>) -> f64;

    /// Bytes that a layer takes beside its ticket.
    fn memory(&self, layer: &LayerTask<'_>) -> LayerMemory {
        let _ = layer;
        LayerMemory::default()
    }

    /// Bytes to decide whether the ticket of a layer exists, where the allocation may run out of neurons. `ticket`: bytes of
    /// the layer's ticket.
    fn existence_memory(&self, layer: &LayerTask<'_>, bound: Option<Count>, ticket: f64) -> f64 {
        let _ = (layer, bound, ticket);
        0.0
    }

    /// The problem that a layer's builder starts from.
    fn start(&self, layer: &LayerTask<'_>, options: BuildOptions) -> LayerProblem;
}

/// Bytes that a layer takes beside its ticket.
#[derive(Clone, Copy, Debug, Default)]
pub struct LayerMemory {
    /// to the end of the run
    pub kept: f64,
    /// while it is built
    pub under_way: f64,
}

/// Bytes of an open pair of a block, its vectors' contents apart.
pub(super) const OPEN_PAIR: f64 = 160.0;
