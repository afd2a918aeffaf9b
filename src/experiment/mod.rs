//! What is asked: a preset, read, checked and put together into an [`Experiment`], and the [`Plan`] that theory
//! makes of it.

mod activation;
mod assumptions;
mod digest;
mod edited;
mod files;
mod memory;
mod outline;
mod parameter;
mod plan;
mod preset;
mod saved;
mod settings;
mod target;

pub use crate::method::{Assumption, Construction, LawChoice};
pub use activation::Lipschitz;
pub use edited::{EditedSetup, Forecast, Problem};
pub use files::source::{PresetSource, built_in_names, parse_override};
pub use files::weight_file::FileOptions;
pub(crate) use memory::free::require as require_memory;
pub use memory::free::{available as available_memory, is_known as is_memory_known};
pub use outline::{Outline, Savings};
pub use parameter::{Parameter, TargetKind};
pub use plan::{LanePlan, LayerPlan, Plan};
pub use preset::{NormSource, Preset, ToleranceRule};

use std::fmt;
use std::sync::{Arc, OnceLock};

use files::weight_file;
use memory::free as free_memory;
use settings::Settings;

use thiserror::Error;

use crate::construction::Mode;
use crate::network::files::readings::Reading;
use crate::network::{ActivationBounds, Domain, Network, spectral_norm, spectral_norm_bound};
use crate::visible::{self, number, shortened};

/// Where a mistake is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// line and column, from 1
    Position {
        /// file or built-in name
        file: String,
        /// line
        line: usize,
        /// column
        column: usize,
    },
    /// somewhere in a file
    File(String),
    /// an argument of the command line
    Argument(String),
    /// a field that is being edited
    Field(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Position { file, line, column } => write!(f, "{}:{line}:{column}", shortened(file)),
            Self::File(name) => f.write_str(&visible::file_name(name)),
            Self::Argument(name) | Self::Field(name) => f.write_str(&shortened(name)),
        }
    }
}

/// Why a preset cannot be used: where, what was expected, what was found.
#[derive(Debug, Error)]
#[error("{place}: {message}")]
pub struct ExperimentError {
    place: Place,
    message: String,
}

impl ExperimentError {
    pub(crate) fn new(place: Place, message: String) -> Self {
        Self { place, message: visible::message(&message) }
    }

    /// What was expected and what was found, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A validated experiment.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// name or path of the preset
    pub name: String,
    /// what the preset calls itself
    pub title: String,
    /// F
    pub target: Arc<Network>,
    /// how the target's file was read; `None` where it is from no file
    pub reading: Option<Arc<Reading>>,
    /// X, each input with a constant 1 behind it where the target has folded biases
    pub domain: Arc<Domain>,
    /// ‖W*_i‖₂ of each layer
    pub target_norms: Vec<f64>,
    /// proven bounds on them, once they are asked for
    norm_bounds: Arc<OnceLock<Vec<f64>>>,
    /// bounds on F's activations over X
    pub bounds: ActivationBounds,
    /// ε > 0, accuracy asked of the network, or what follows from a given ε_w
    pub epsilon: f64,
    /// δ in (0, 1), allowed failure probability
    pub delta: f64,
    /// bound on |w*|
    pub w_max: f64,
    /// bound on every activation, inputs included, outputs not
    pub f_max: f64,
    /// what Lemma 1 is given for the norms
    pub norms: NormSource,
    /// how tolerances follow from ε, or ε_w itself
    pub tolerance: ToleranceRule,
    /// 1/γ in (1, φ]
    pub base: f64,
    /// leave halves unbuilt that no input can use
    pub skip_dead_halves: bool,
    /// one lane each
    pub constructions: Vec<Construction>,
    /// whether lanes of single neurons draw them all; `None` lets each lane decide
    pub mode: Option<Mode>,
    /// seed of G and of the inputs tried
    pub seed: u64,
    /// what was assumed of a weight file that stands in a preset's place, as fields of a preset
    pub assumed: Vec<String>,
    source: PresetSource,
    /// what was set in place of the preset's fields
    settings: Settings,
    /// what was read, overrides included
    preset: Arc<Preset>,
}

impl Experiment {
    /// Reads a built-in preset, a preset's file or a weight file and applies overrides: `settings` are `key=value` with RON
    /// values. A weight file stands for a preset with it as target, ε = 0.01, δ = 0.01 and inputs in the unit ball.
    ///
    /// # Errors
    /// [`ExperimentError`] for anything that is missing, malformed, out of range, inconsistent or too large.
    pub fn load(name: &str, seed: Option<u64>, settings: &[String]) -> Result<Self, ExperimentError> {
        Self::open(name, &FileOptions::default(), seed, settings)
    }

    /// As [`load`](Self::load), with options for a weight file.
    ///
    /// # Errors
    /// As [`load`](Self::load), and where a preset is given options for weight files.
    pub fn open(
        name: &str,
        options: &FileOptions,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        Self::of_source(PresetSource::open(name, options)?, seed, settings)
    }

    /// As [`open`](Self::open), of regular files only: no pipe that opening waits for, and no device without an end.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_regular(
        name: &str,
        options: &FileOptions,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        Self::of_source(PresetSource::open_regular(name, options)?, seed, settings)
    }

    /// The experiment of a preset that was read before, with overrides.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn of_source(
        source: PresetSource,
        seed: Option<u64>,
        settings: &[String],
    ) -> Result<Self, ExperimentError> {
        let mut preset = source.parse()?;
        let settings = Settings::apply(&mut preset, settings)?;
        preset.seed = seed.or(preset.seed);
        let place_of = |key: &str| settings.place_of(key).unwrap_or_else(|| source.place_of(key));
        let assumed = weight_file::assumed(&preset, &source, settings.all());
        let made = Self::new(preset, &source, &place_of, &[]);
        let made = made.map_err(|error| settings.blame(error, &source))?;
        Ok(Self { assumed, settings, ..made })
    }

    /// Puts an experiment together. What needs the target alone, or target and inputs, is taken over from one of
    /// `known` that has the same.
    fn new(
        preset: Preset,
        source: &PresetSource,
        place_of: target::PlaceOf<'_>,
        known: &[&Self],
    ) -> Result<Self, ExperimentError> {
        let written = Arc::new(preset.clone());
        let missing = |key: &str| {
            ExperimentError::new(
                Place::File(source.name.clone()),
                format!("expected a field `{key}`, found none"),
            )
        };
        let at = |key: &str, message: String| ExperimentError::new(place_of(key), message);

        let tolerance = preset.tolerance.unwrap_or_default();
        let epsilon = match (preset.epsilon, tolerance.given()) {
            (Some(epsilon), None) => epsilon.0,
            // Filled in below: it follows.
            (None, Some(_)) => f64::NAN,
            (None, None) => return Err(missing("epsilon")),
            (Some(epsilon), Some(given)) => {
                let message = format!(
                    "expected no epsilon beside tolerance: Weight({}), from which it follows; found {}",
                    number(given),
                    number(epsilon.0)
                );
                return Err(at("epsilon", message));
            }
        };
        let delta = preset.delta.ok_or_else(|| missing("delta"))?.0;
        let target_source = preset.target.ok_or_else(|| missing("target"))?;
        let input_source = preset.inputs.ok_or_else(|| missing("inputs"))?;
        let same_target = known.iter().filter(|known| known.preset.target.as_ref() == Some(&target_source));
        let same_inputs =
            same_target.clone().find(|known| known.preset.inputs.as_ref() == Some(&input_source));
        let (target, reading, target_norms, norm_bounds) = match same_target.clone().next() {
            Some(known) => (
                Arc::clone(&known.target),
                known.reading.clone(),
                known.target_norms.clone(),
                Arc::clone(&known.norm_bounds),
            ),
            None => {
                let target::Target { network, reading } = target::network(&target_source, source, place_of)?;
                let norms = network.all_weights().map(spectral_norm).collect();
                (Arc::new(network), reading.map(Arc::new), norms, Arc::default())
            }
        };
        let architecture = target.architecture();
        let (domain, bounds) = match same_inputs {
            Some(known) => (Arc::clone(&known.domain), known.bounds.clone()),
            None => {
                let width = target.given_widths()[0];
                let mut domain = target::domain(&input_source, width, source, place_of)?;
                target::check_labels(&domain, architecture, place_of)?;
                if target.fold().is_some() {
                    domain = Domain::WithConstant(Box::new(domain));
                }
                let bounds = ActivationBounds::new(&target, &domain);
                (Arc::new(domain), bounds)
            }
        };

        let (largest, layer, output, input) = target.largest_weight();
        let w_max = preset.w_max.map_or(largest, |w| w.0);
        if largest > w_max {
            let (largest, w_max) = (number(largest), number(w_max));
            let found = format!("|w*| = {largest} in layer {layer}, output {output}, input {input}");
            return Err(at("w_max", format!("expected no weight above w_max = {w_max}, found {found}")));
        }
        if w_max == 0.0 {
            let message = "expected a target with a weight other than 0, or a w_max, found zeros only";
            return Err(at("target", message.to_owned()));
        }
        let f_max = preset.f_max.map_or_else(|| bounds.f_max(), |f| f.0);
        if f_max == 0.0 {
            return Err(at("inputs", "expected an input other than 0, found zeros only".to_owned()));
        }
        let mut experiment = Self {
            name: source.name.clone(),
            title: preset.title.unwrap_or_else(|| source.name.clone()),
            target,
            reading,
            domain,
            target_norms,
            norm_bounds,
            bounds,
            epsilon,
            delta,
            w_max,
            f_max,
            norms: preset.norms.unwrap_or_default(),
            tolerance,
            base: preset.base.map_or(1.5, |base| base.0),
            skip_dead_halves: preset.skip_dead_halves.unwrap_or(false),
            constructions: preset.constructions.unwrap_or_else(|| vec![Construction::default()]),
            mode: preset.mode,
            seed: preset.seed.unwrap_or(0),
            assumed: Vec::new(),
            source: source.clone(),
            settings: Settings::default(),
            preset: written,
        };
        if experiment.constructions.is_empty() {
            return Err(at("constructions", "expected at least one construction, found none".to_owned()));
        }
        let outline = Outline::of(&experiment);
        experiment.epsilon = outline.epsilon();
        let (epsilon, given) = (experiment.epsilon, tolerance.given());
        if let Some(given) = given.filter(|&given| given > w_max) {
            let (given, w_max) = (number(given), number(w_max));
            let message = format!(
                "expected a tolerance of at most w_max = {w_max}, which is met without any neuron; found {given}"
            );
            return Err(at("tolerance", message));
        }
        if !(epsilon > 0.0 && epsilon.is_finite()) {
            let found = number(given.unwrap_or(epsilon));
            let message = format!("expected a tolerance from which a finite epsilon follows, found {found}");
            return Err(at("tolerance", message));
        }
        if let Some(largest) = outline.largest_epsilon()
            && epsilon > largest
        {
            let bound =
                "e·√n_max·F_max·∏max{1, λ‖W*‖}, above which norms of the target are no substitute for Ŵ's";
            let (largest, epsilon) = (number(largest), number(epsilon));
            let message = format!("expected at most {largest}, which is {bound}; found {epsilon}");
            return Err(match given {
                None => at("epsilon", message),
                Some(given) => {
                    at("tolerance", format!("epsilon that follows from {}: {message}", number(given)))
                }
            });
        }
        outline.check_ranges().map_err(|(key, message)| at(key, message))?;
        Ok(experiment)
    }

    /// Where a field stands: in an argument or in the preset.
    fn place_of(&self, key: &str) -> Place {
        self.settings.place_of(key).unwrap_or_else(|| self.source.place_of(key))
    }

    /// Bounds on ‖W*_i‖₂, never below it, computed once for a target.
    fn norm_bounds(&self) -> &[f64] {
        self.norm_bounds.get_or_init(|| self.target.all_weights().map(spectral_norm_bound).collect())
    }

    /// What Lemma 1 is given of each layer: ‖Ŵ_i‖₂ and ε_{w,i}.
    pub fn promise(&self) -> Vec<(f64, f64)> {
        Outline::of(self).norms_and_tolerances()
    }

    /// Whether no input of layer i = 1…ℓ can be negative.
    pub fn inputs_never_negative(&self, layer: usize) -> bool {
        self.target.architecture().inputs_never_negative(layer)
            || (layer == 1 && self.domain.is_never_negative())
    }

    /// Refuses a run that would need more precision or memory than there is. The bounds of theory can be computed for
    /// any experiment.
    ///
    /// # Errors
    /// [`ExperimentError`] with what is needed and what there is.
    pub fn check_can_run(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_run(plan).map_err(|error| self.settings.blame_for_run(error, &self.source))
    }

    fn can_run(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_build(plan)?;
        // The experiment itself is there.
        let needed = self.peak_memory(plan) - self.shared_memory();
        free_memory::require(needed, "the run", self.place_of("target"))
    }

    /// Refuses a plan without lanes, or with tolerances that are too fine.
    pub(crate) fn check_can_build(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_build(plan).map_err(|error| self.settings.blame_for_run(error, &self.source))
    }

    fn can_build(&self, plan: &Plan) -> Result<(), ExperimentError> {
        let place = || self.place_of("target");
        let finest = plan.weight_tolerance.iter().copied().fold(f64::INFINITY, f64::min);
        if finest < plan::FINEST_TOLERANCE * self.w_max {
            let message = format!(
                "expected at least {:.1e} as the accuracy of a weight, 1e-28 of w_max; found that it must be accurate to \
                 {finest:.3e}, finer than sums of 106 bits hold (`slth bounds` works)",
                plan::FINEST_TOLERANCE * self.w_max
            );
            return Err(ExperimentError::new(place(), message));
        }
        if plan.lanes.is_empty() {
            let reasons: Vec<String> = plan
                .refused
                .iter()
                .map(|(construction, why)| format!("{}: {why}", construction.name()))
                .collect();
            return Err(ExperimentError::new(self.place_of("constructions"), reasons.join("; ")));
        }
        Ok(())
    }

    /// Refuses a plan whose lanes would need more memory on screens than there is. `held`: bytes of lanes that are there.
    pub(crate) fn check_screen_memory(&self, plan: &Plan, held: f64) -> Result<(), ExperimentError> {
        let needed = self.screen_memory(plan) - self.shared_memory() - held;
        free_memory::require(needed, "the run on the screen", self.place_of("target"))
    }
}
