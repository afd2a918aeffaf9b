//! The same setup with another target: another one of its list, or a learned network.

use ndarray::Array2;

use super::builder::Inputs;
use super::error::{ExperimentError, Place};
use super::preset::{NamedTarget, Preset};
use super::resolved::Experiment;
use super::targets::{choose, setting_of};
use crate::learning::TicketLayers;
use crate::method::Construction;

impl Experiment {
    /// All targets listed for the task; none without `targets`.
    pub fn targets(&self) -> &[NamedTarget] {
        self.preset.targets.as_deref().unwrap_or_default()
    }

    /// The place of F among [`targets`](Self::targets), from 0; `None` for a target that is not listed.
    pub fn chosen_target(&self) -> Option<usize> {
        self.chosen
    }

    /// The title of the task: without the name of F.
    pub fn title_of_all(&self) -> &str {
        self.preset.title.as_deref().unwrap_or(&self.source.name)
    }

    /// Whether another experiment differs at most in its choice among the same targets.
    pub fn is_of_same_task(&self, other: &Self) -> bool {
        let without_choice = |experiment: &Self| Preset { target: None, ..Preset::clone(&experiment.preset) };
        let both_chosen = self.chosen.is_some() && other.chosen.is_some();
        both_chosen && self.name == other.name && without_choice(self) == without_choice(other)
    }

    /// The same setup with another of its [`targets`](Self::targets) as F. Overrides and edits of other fields stay.
    ///
    /// # Errors
    /// As [`load`](Self::load), and for a name that is not listed.
    pub fn with_target(&self, name: &str) -> Result<Self, ExperimentError> {
        let mut preset = Preset::clone(&self.preset);
        let field = || Place::Field("target".to_owned());
        choose(&mut preset, name).map_err(|message| ExperimentError::new(field(), message))?;
        let place_of = |key: &str| self.place_of(key);
        let mut other = Self::new(preset, &self.source, &place_of, &[self])?;
        other.name.clone_from(&self.name);
        other.settings = self.settings.with("target", setting_of(name));
        Ok(other)
    }

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
