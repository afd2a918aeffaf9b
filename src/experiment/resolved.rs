//! A setup resolved: target and inputs read, every field in force, and the network as theory sees it.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use super::data;
use super::error::{ExperimentError, Place, PlaceOf};
use super::files::source::PresetSource;
use super::found_target::FoundTarget;
use super::inputs;
use super::outline::Outline;
use super::preset::{
    Derived, InputSource, NormSource, Preset, Setup, TargetKind, TargetSource, ToleranceRule,
};
use super::settings::Settings;
use super::target;
use super::target_bounds::TargetBounds;
use super::targets;
use crate::learning::Dataset;
use crate::network::files::readings::Reading;
use crate::network::{Domain, Network, spectral_norm, spectral_norm_bound};
use crate::visible::number;

/// A validated experiment. Its fields in force are the fields of [`Setup`]: `experiment.epsilon`, `experiment.target`.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// name or path of the preset
    pub name: String,
    /// the reading of the target's file; `None` without a file
    pub reading: Option<Arc<Reading>>,
    /// ‖W*_i‖₂ of each layer; of a graph, a bound on it, biases apart
    pub target_norms: Vec<f64>,
    /// proven bounds on them, computed when first needed
    pub(super) norm_bounds: Arc<OnceLock<Vec<f64>>>,
    /// bounds on F's values over X
    pub bounds: TargetBounds,
    /// the examples to learn from; `None` without `data`
    pub dataset: Option<Arc<Dataset>>,
    /// assumptions about a weight file in a preset's place, as fields of a preset
    pub assumed: Vec<String>,
    /// the place of F in the list of targets
    pub(super) chosen: Option<usize>,
    /// the fields in force, and the network as theory sees it
    outline: Outline,
    pub(super) source: PresetSource,
    /// the `--set` of the call
    pub(super) settings: Settings,
    /// the fields as written, overrides included
    pub(super) preset: Arc<Preset>,
}

impl Deref for Experiment {
    type Target = Setup;

    fn deref(&self) -> &Setup {
        self.outline.setup()
    }
}

/// For the seeds of a series of runs. A changed field is not validated again.
impl DerefMut for Experiment {
    fn deref_mut(&mut self) -> &mut Setup {
        self.outline.setup_mut()
    }
}

/// A target network and its measures.
struct MeasuredTarget {
    target: Arc<Network>,
    reading: Option<Arc<Reading>>,
    norms: Vec<f64>,
    norm_bounds: Arc<OnceLock<Vec<f64>>>,
}

impl Experiment {
    /// Resolves a preset. Measures of the target, and of target and inputs, are taken over from one of `known` with the
    /// same.
    pub(super) fn new(
        mut preset: Preset,
        source: &PresetSource,
        place_of: PlaceOf<'_>,
        known: &[&Self],
    ) -> Result<Self, ExperimentError> {
        let chosen = targets::settle(&mut preset, place_of)?;
        let at = |key: &str, message: String| ExperimentError::new(place_of(key), message);
        if let (Some(epsilon), Some(given)) = (preset.epsilon, preset.given_tolerance()) {
            let message = format!(
                "expected no epsilon beside tolerance: Weight({}), from which it follows; found {}",
                number(given),
                number(epsilon.0)
            );
            return Err(at("epsilon", message));
        }
        let target_source = target_source(&preset, source)?;
        let same_data = known.iter().find(|known| known.preset.data == preset.data);
        let dataset = match (&preset.data, same_data) {
            (_, Some(known)) => known.dataset.clone(),
            (Some(data), None) => Some(Arc::new(data::dataset(data, source, place_of)?)),
            (None, None) => None,
        };
        let same_target = known.iter().filter(|known| {
            let is_same_data = known.preset.data == preset.data;
            let is_trained = target_source.kind() == TargetKind::Trained;
            let is_same_form = walks(&known.preset) == walks(&preset);
            known.preset.target.as_ref() == Some(target_source)
                && is_same_form
                && (is_same_data || !is_trained)
        });
        let same_inputs = same_target.clone().find(|known| {
            let is_same_data = known.preset.data == preset.data;
            known.preset.inputs == preset.inputs && (preset.inputs.is_some() || is_same_data)
        });
        let measured = match same_target.clone().next() {
            Some(known) => known.measured(),
            None => {
                let found = target::network(target_source, dataset.as_ref(), source, place_of)?;
                MeasuredTarget::of(if walks(&preset) { found.into_graph() } else { found })
            }
        };
        let (domain, bounds) = match same_inputs {
            Some(known) => (Arc::clone(&known.domain), known.bounds.clone()),
            None => {
                let inputs = (preset.inputs.as_ref(), dataset.as_deref());
                domain_of(inputs, &measured.target, source, place_of)?
            }
        };

        let (largest, layer, output, input) = measured.target.largest_weight();
        let is_graph = measured.target.graph().is_some();
        let tolerance = if is_graph { ToleranceRule::Walk } else { ToleranceRule::default() };
        let derived =
            Derived { name: &source.name, largest_weight: largest, f_max: bounds.f_max(), tolerance };
        let mut setup = preset.resolve(Arc::clone(&measured.target), domain, &derived);
        if let Some(named) = chosen.and_then(|chosen| preset.targets.as_ref()?.get(chosen)) {
            setup.title = format!("{}: {}", setup.title, named.name);
        }
        if is_graph {
            check_rules_of_graphs(&setup, place_of)?;
        }
        if largest > setup.w_max {
            let (largest, w_max) = (number(largest), number(setup.w_max));
            let found = format!("|w*| = {largest} in layer {layer}, output {output}, input {input}");
            return Err(at("w_max", format!("expected no weight above w_max = {w_max}, found {found}")));
        }
        if setup.w_max == 0.0 {
            let message = "expected a target with a weight other than 0, or a w_max, found zeros only";
            return Err(at("target", message.to_owned()));
        }
        if setup.f_max == 0.0 {
            return Err(at("inputs", "expected an input other than 0, found zeros only".to_owned()));
        }
        if setup.constructions.is_empty() {
            return Err(at("constructions", "expected at least one construction, found none".to_owned()));
        }
        data::check_learned(&setup, dataset.as_deref(), place_of)?;
        // Tolerances per layer need proven bounds on the norms; the other rules take the norms.
        let needs_bounds = setup.tolerance == ToleranceRule::PerLayer && setup.norms == NormSource::Target;
        let norms = if needs_bounds { measured.norm_bounds() } else { &measured.norms };
        let outline = Outline::new(setup, norms, &bounds);
        check_tolerance(&outline, place_of)?;
        Ok(Self {
            name: source.name.clone(),
            reading: measured.reading,
            target_norms: measured.norms,
            norm_bounds: measured.norm_bounds,
            bounds,
            dataset,
            assumed: Vec::new(),
            chosen,
            outline,
            source: source.clone(),
            settings: Settings::default(),
            preset: Arc::new(preset),
        })
    }

    fn measured(&self) -> MeasuredTarget {
        MeasuredTarget {
            target: Arc::clone(&self.target),
            reading: self.reading.clone(),
            norms: self.target_norms.clone(),
            norm_bounds: Arc::clone(&self.norm_bounds),
        }
    }

    /// The network as theory sees it.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// The place of a field: an argument, or a position in the preset.
    pub(super) fn place_of(&self, key: &str) -> Place {
        self.settings.place_of(key).unwrap_or_else(|| self.source.place_of(key))
    }

    /// The quantities in Lemma 1 of each layer: ‖Ŵ_i‖₂ and ε_{w,i}.
    pub fn promise(&self) -> Vec<(f64, f64)> {
        self.outline.norms_and_tolerances()
    }
}

impl MeasuredTarget {
    fn of(FoundTarget { network, reading }: FoundTarget) -> Self {
        let norms = match network.graph() {
            None => network.all_weights().map(spectral_norm).collect(),
            Some(graph) => {
                let maps = graph.maps().iter().zip(network.matrices());
                maps.map(|(map, w)| map.norm_bound(w.view())).collect()
            }
        };
        let (target, reading) = (Arc::new(network), reading.map(Arc::new));
        Self { target, reading, norms, norm_bounds: Arc::default() }
    }

    /// Bounds on ‖W*_i‖₂, never below it, computed once for a target.
    fn norm_bounds(&self) -> &[f64] {
        self.norm_bounds.get_or_init(|| self.target.all_weights().map(spectral_norm_bound).collect())
    }
}

/// Whether the tolerance follows from the walk through the network, as a graph.
fn walks(preset: &Preset) -> bool {
    preset.tolerance == Some(ToleranceRule::Walk)
}

/// Lemma 1 and its norms speak of layers that take one another.
fn check_rules_of_graphs(setup: &Setup, place_of: PlaceOf<'_>) -> Result<(), ExperimentError> {
    let of_chains = "which speaks of layers that take one another; the target is a graph";
    if let ToleranceRule::Uniform | ToleranceRule::PerLayer = setup.tolerance {
        let found = format!("found {:?}, by Lemma 1, {of_chains}", setup.tolerance);
        return Err(ExperimentError::new(
            place_of("tolerance"),
            format!("expected Walk or Weight(..), {found}"),
        ));
    }
    if setup.norms != NormSource::Target {
        let found = format!("found {:?}, a choice of Lemma 1, {of_chains}", setup.norms);
        return Err(ExperimentError::new(place_of("norms"), format!("expected Target, {found}")));
    }
    Ok(())
}

/// The source of the target; every required field is given.
fn target_source<'a>(preset: &'a Preset, source: &PresetSource) -> Result<&'a TargetSource, ExperimentError> {
    match (preset.missing().first(), &preset.target) {
        (None, Some(target)) => Ok(target),
        (missing, _) => {
            let key = missing.unwrap_or(&"target");
            let message = format!("expected a field `{key}`, found none");
            Err(ExperimentError::new(Place::File(source.name.clone()), message))
        }
    }
}

/// X, and the bounds on F's activations over it. Without `inputs` the test examples are X.
fn domain_of(
    (inputs, dataset): (Option<&InputSource>, Option<&Dataset>),
    target: &Network,
    source: &PresetSource,
    place_of: PlaceOf<'_>,
) -> Result<(Arc<Domain>, TargetBounds), ExperimentError> {
    let width = target.given_widths()[0];
    let mut domain = match (inputs, dataset) {
        (None, Some(dataset)) => data::test_domain(dataset, width, place_of)?,
        (Some(inputs), _) => inputs::domain(inputs, width, source, place_of)?,
        (None, None) => {
            let message = "expected a field `inputs`, found none".to_owned();
            return Err(ExperimentError::new(Place::File(source.name.clone()), message));
        }
    };
    inputs::check_labels(&domain, target.architecture(), place_of)?;
    if target.fold().is_some() {
        domain = Domain::WithConstant(Box::new(domain));
    }
    let bounds = TargetBounds::new(target, &domain);
    Ok((Arc::new(domain), bounds))
}

/// ε and ε_w must be within the reach of theory and of f64.
fn check_tolerance(outline: &Outline, place_of: PlaceOf<'_>) -> Result<(), ExperimentError> {
    let fail = |key: &str, message: String| Err(ExperimentError::new(place_of(key), message));
    let setup = outline.setup();
    let (epsilon, given) = (setup.epsilon, setup.tolerance.given());
    if let Some(given) = given.filter(|&given| given > setup.w_max) {
        let (given, w_max) = (number(given), number(setup.w_max));
        let message = format!(
            "expected a tolerance of at most w_max = {w_max}, which is met without any neuron; found {given}"
        );
        return fail("tolerance", message);
    }
    if !(epsilon > 0.0 && epsilon.is_finite()) {
        let found = number(given.unwrap_or(epsilon));
        let message = format!("expected a tolerance from which a finite epsilon follows, found {found}");
        return fail("tolerance", message);
    }
    if let Some(largest) = outline.largest_epsilon()
        && epsilon > largest
    {
        let bound =
            "e·√n_max·F_max·∏max{1, λ‖W*‖}, above which norms of the target are no substitute for Ŵ's";
        let (largest, epsilon) = (number(largest), number(epsilon));
        let message = format!("expected at most {largest}, which is {bound}; found {epsilon}");
        return match given {
            None => fail("epsilon", message),
            Some(given) => {
                fail("tolerance", format!("epsilon that follows from {}: {message}", number(given)))
            }
        };
    }
    outline.check_ranges().or_else(|(key, message)| fail(key, message))
}
