//! The experiment with a learned network as its target.

use ndarray::Array2;

use super::builder::Inputs;
use super::error::ExperimentError;
use super::preset::Preset;
use super::resolved::Experiment;
use crate::learning::TicketLayers;
use crate::method::Construction;

impl Experiment {
    /// The same fields with a learned network as the target: ε, δ, base, norms, tolerance and the options of the
    /// constructions stay. `w_max` and `f_max` belong to a target: both follow from the new one. X: `inputs`, a row each,
    /// or without them the test examples of the data. Theorem 3's construction is the only one.
    ///
    /// # Errors
    /// [`ExperimentError`] for a network that no construction can have as its target, for example by norms that put ε
    /// out of reach.
    pub fn retargeted(
        &self,
        layers: TicketLayers,
        inputs: Option<Array2<f64>>,
    ) -> Result<Self, ExperimentError> {
        let activations = layers.activations();
        let fields = Preset {
            target: None,
            targets: None,
            inputs: None,
            w_max: None,
            f_max: None,
            constructions: Some(vec![Construction::default()]),
            learned: None,
            ..Preset::clone(&self.preset)
        };
        let mut builder = Self::builder(layers.weights).activations(activations).fields(fields);
        if layers.biases.iter().any(Option::is_some) {
            builder = builder.biases(layers.biases);
        }
        if let Some(inputs) = inputs {
            builder = builder.inputs(Inputs::Points(inputs));
        }
        builder.build_beside(&self.source, &[self])
    }
}
