//! What theory makes of an experiment: tolerances, ranges and numbers of neurons.

use super::{Assumption, Construction, Experiment, LawChoice, Outline, Savings};
use crate::construction::best_subset::MOST_VALUES;
use crate::construction::{Allocation, Match, Mode, Sharing, Sum, ln_hit_probability, ln_neuron_probability};
use crate::network::Activation;
use crate::sampling::hits::LEAST_TOLERANCE;
use crate::theory::Count;
use crate::theory::section5::Ranges;
use crate::visible;

/// The finest ε_w/w_max for which residuals hold: they are carried to within 2·10⁻³¹·w_max (see [`exact`](crate::exact)), of
/// which half a tolerance is 250 times as much.
pub(super) const FINEST_TOLERANCE: f64 = 1e-28;

/// Above this many expected neurons a lane skips ahead, unless told otherwise.
const MOST_TO_DRAW: f64 = 1e9;

/// Two halves: the first of either after 1/2p neurons, the other 1/p later.
const WAITS_OF_TWO_HALVES: f64 = 1.5;

/// Theory's numbers for an experiment.
#[derive(Clone, Debug)]
pub struct Plan {
    /// ε_w of each layer
    pub weight_tolerance: Vec<f64>,
    /// one lane per construction that applies
    pub lanes: Vec<LanePlan>,
    /// the constructions that do not, and why
    pub refused: Vec<(Construction, String)>,
}

/// Theory's numbers for one construction.
#[derive(Clone, Debug)]
pub struct LanePlan {
    /// which one
    pub construction: Construction,
    /// whether every neuron is drawn
    pub mode: Mode,
    /// layers 1…ℓ
    pub layers: Vec<LayerPlan>,
    /// what two options save of it
    pub savings: Savings,
    /// what the bound assumes of the target
    pub assumptions: Vec<Assumption>,
}

/// Theory's numbers for one layer of one construction.
#[derive(Clone, Copy, Debug)]
pub struct LayerPlan {
    /// P_i
    pub weights: u64,
    /// ranges of weights and products
    pub ranges: Ranges,
    /// the bound as it is published, at which the construction stops; all layers together are to succeed with probability
    /// ≥ 1 − δ. `None` where no constant is published, or where a hit is not possible.
    ///
    /// For Theorem 3 it is M_i as printed, whose proof has a gap where P_i > 1 (see [`theorem3`](crate::theory::theorem3)): proven enough,
    /// for this target and all others, is `neurons_all_targets`. It promises nothing where the target breaks one of the
    /// [`assumptions`](LanePlan::assumptions), and never that a given allocation finds the ticket
    pub neurons: Option<Count>,
    /// neurons that are enough for all targets of the class at once (Theorem 3: with the proof's gap closed)
    pub neurons_all_targets: Option<Count>,
    /// leave the half unbuilt that passes x < 0
    pub skip_negative_half: bool,
}

impl Plan {
    /// The plan of an experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let outline = Outline::of(experiment);
        let mut plan =
            Self { weight_tolerance: outline.tolerances(), lanes: Vec::new(), refused: Vec::new() };
        for &construction in &experiment.constructions {
            match plan.lane(experiment, &outline, construction) {
                Ok(lane) => plan.lanes.push(lane),
                Err(reason) => plan.refused.push((construction, reason)),
            }
        }
        plan
    }

    /// Adds a lane, once; or the reason why there can be none. `held`: bytes that the lanes before it have taken.
    pub(crate) fn add(&mut self, experiment: &Experiment, construction: Construction, held: f64) {
        if self.lanes.iter().any(|lane| lane.construction == construction)
            || self.refused.iter().any(|(refused, _)| *refused == construction)
        {
            return;
        }
        match self.lane(experiment, &Outline::of(experiment), construction) {
            Ok(lane) => self.lanes.push(lane),
            Err(reason) => return self.refused.push((construction, reason)),
        }
        if let Err(reason) = experiment.check_screen_memory(self, held) {
            self.lanes.pop();
            self.refused.push((construction, reason.to_string()));
        }
    }

    /// A construction's lane, or why it cannot be built for this target.
    fn lane(
        &self,
        experiment: &Experiment,
        outline: &Outline,
        construction: Construction,
    ) -> Result<LanePlan, String> {
        if let Some(reason) = refusal(experiment, construction, &self.weight_tolerance) {
            return Err(reason);
        }
        let lane = LanePlan {
            construction,
            mode: mode(experiment, construction, &self.weight_tolerance),
            layers: outline.layers(construction),
            savings: outline.savings(construction),
            assumptions: experiment.assumptions(construction),
        };
        let bounds = lane.layers.iter().filter_map(|layer| layer.neurons);
        let largest = bounds.fold(Count::ZERO, |a, b| if b > a { b } else { a });
        if lane.mode == Mode::Drawn && largest > Count::from(u64::MAX) {
            return Err(format!(
                "expected at most 2^64 neurons a layer to draw and number, found {largest:.1}; it could skip ahead"
            ));
        }
        Ok(lane)
    }
}

impl LanePlan {
    /// Neurons that a run is expected to draw, roughly: to tell seconds from hours. A golden-ratio sum alone collects its
    /// buckets; in a shared pool each demand takes a neuron (`FirstFit`), and the last weight collects what it still needs
    /// alone. Single and whole neurons wait for their hits, exactly; where the waits are skipped, only hits are drawn. Subset
    /// sums take as many values as tell ±1 to within η.
    pub fn expected_draws(&self, experiment: &Experiment) -> Count {
        let layer = |(number, plan): (usize, &LayerPlan)| self.expected_draws_of(experiment, number, plan);
        (1..).zip(&self.layers).map(layer).sum()
    }

    pub(super) fn expected_draws_of(
        &self,
        experiment: &Experiment,
        number: usize,
        plan: &LayerPlan,
    ) -> Count {
        /// `InOrder` against `FirstFit` at Example 5: 310 neurons per weight, and 78.
        const IN_ORDER: f64 = 4.0;
        /// `OnDemand` and `SharedGolden` there: 22 and 23.
        const PIECES_TAKEN: f64 = 0.3;
        /// Neurons for one that hits any bucket: `Corollary10` takes 1,140 there, where 2k·H(2k) is 385.
        const HITS_NONE: f64 = 3.0;
        let (_, matching, sum, sharing) = self.construction.choices();
        let weights = plan.weights as f64;
        let inputs = experiment.target.architecture().widths()[number - 1] as f64;
        let halves = if plan.skip_negative_half { 1.0 } else { 2.0 };
        let buckets = halves * plan.ranges.levels as f64;
        let eta = plan.ranges.half_tolerance;
        let demands = weights * buckets;
        let harmonic: f64 = (1..=buckets as u64).map(|n| 1.0 / n as f64).sum();
        let alone = HITS_NONE * buckets * harmonic;
        match (sum, sharing) {
            (Sum::Golden, Sharing::Layer(Allocation::FirstFit)) => Count::new(demands + alone),
            (Sum::Golden, Sharing::Layer(Allocation::InOrder)) => Count::new(IN_ORDER * demands + alone),
            (Sum::Golden, Sharing::Layer(Allocation::OnDemand)) => {
                Count::new(PIECES_TAKEN * (demands + alone))
            }
            (Sum::Golden, Sharing::Input) => Count::new(PIECES_TAKEN * (demands + inputs * alone)),
            (Sum::Golden, Sharing::Nobody) => Count::new(weights * alone),
            (Sum::Single | Sum::Neuron, _) if self.mode == Mode::SkipAhead => Count::new(halves * weights),
            (Sum::Single | Sum::Neuron, _) => {
                let waits = if sum == Sum::Single { WAITS_OF_TWO_HALVES } else { 1.0 };
                let hits = ln_hits(experiment, number, matching, eta);
                hits.map(|ln_p| Count::new(waits).times_exp(-ln_p)).sum()
            }
            (Sum::Subset, sharing) => {
                let blocks = if sharing == Sharing::Input { inputs } else { weights };
                Count::new(blocks * halves * -eta.log2())
            }
        }
    }
}

impl LayerPlan {
    /// The layer with the finest tolerance: its ranges, k′ and k stand for the construction where one number is
    /// wanted. All layers agree unless tolerances are per layer. There is at least one layer.
    pub fn finest(layers: &[Self]) -> &Self {
        layers.iter().fold(&layers[0], |a, b| if b.ranges.k_prime > a.ranges.k_prime { b } else { a })
    }

    /// Neurons of all layers for each weight of the network; `None` where theory has no number for a layer.
    pub fn neurons_per_weight(layers: &[Self]) -> Option<Count> {
        let neurons: Option<Count> = layers.iter().map(|layer| layer.neurons).sum();
        let weights: u64 = layers.iter().map(|layer| layer.weights).sum();
        neurons.map(|neurons| neurons.ratio(weights.into()))
    }
}

/// ln of the probability of a hit for each weight of a layer, or for each neuron; those that need none are left out, and those
/// out of reach, which are refused before a lane is made.
fn ln_hits(experiment: &Experiment, layer: usize, matching: Match, eta: f64) -> impl Iterator<Item = f64> {
    let weights = experiment.target.weights(layer);
    let (rows, each) = match matching {
        Match::AllWeights => (Some(weights.rows()), None),
        Match::EachWeight | Match::Product => (None, Some(weights.iter())),
    };
    let rows = rows.into_iter().flatten().filter(|row| row.iter().any(|&w| w != 0.0));
    let rows = rows.filter_map(move |row| ln_neuron_probability(row.iter().copied(), eta));
    let each = each.into_iter().flatten().filter(|&&w| w != 0.0);
    rows.chain(each.filter_map(move |&w| ln_hit_probability(matching, w, eta)))
}

/// Why a construction cannot be built for this target.
fn refusal(experiment: &Experiment, construction: Construction, tolerances: &[f64]) -> Option<String> {
    let (law, matching, sum, _) = construction.choices();
    if law != LawChoice::Uniform {
        return None;
    }
    let (largest, layer, output, input) = experiment.target.largest_weight();
    if sum != Sum::Subset && largest > 1.0 {
        let place = format!("layer {layer}, output {output}, input {input}");
        return Some(format!(
            "expected weights in [-1, 1], as G's are; found |w*| = {} in {place}",
            visible::number(largest)
        ));
    }
    let activations = experiment.target.architecture().activations().iter();
    let other = (1..).zip(activations).find(|(_, activation)| **activation != Activation::Relu);
    if let (Match::AllWeights, Some((layer, other))) = (matching, other) {
        let why = "a neuron of G is a ReLU and stands in for the target's, activation included";
        return Some(format!(
            "expected ReLU in every layer ({why}); found {} in layer {layer}",
            other.name()
        ));
    }
    let finest = tolerances.iter().copied().fold(f64::INFINITY, f64::min) / 2.0;
    if finest < LEAST_TOLERANCE {
        let least = "128 steps of G's uniform weights";
        // So many digits that the two differ.
        let differ =
            |&digits: &usize| format!("{LEAST_TOLERANCE:.digits$e}") != format!("{finest:.digits$e}");
        let digits = (1..17).find(differ).unwrap_or(17);
        return Some(format!(
            "expected a tolerance of at least {LEAST_TOLERANCE:.digits$e}, {least}; found {finest:.digits$e}"
        ));
    }
    let values = (-finest.log2()).ceil() + 4.0;
    (sum == Sum::Subset && values > MOST_VALUES as f64).then(|| {
        let cost = "whose search holds 2^22 sums a half";
        format!(
            "a sum within {finest:.1e} takes about {values} values; expected at most {MOST_VALUES}, {cost}"
        )
    })
}

/// As asked for; else skip ahead where too many neurons would have to be drawn. Only single and whole neurons are that
/// rare.
fn mode(experiment: &Experiment, construction: Construction, tolerances: &[f64]) -> Mode {
    let (_, matching, sum, _) = construction.choices();
    let waits = match sum {
        Sum::Single => WAITS_OF_TWO_HALVES,
        Sum::Neuron => 1.0,
        Sum::Golden | Sum::Subset => return Mode::Drawn,
    };
    experiment.mode.unwrap_or_else(|| {
        let expected: f64 = (1..)
            .zip(tolerances)
            .flat_map(|(layer, tolerance)| ln_hits(experiment, layer, matching, tolerance / 2.0))
            .map(|ln_p| waits * pxfm::f_exp(-ln_p))
            .sum();
        if expected > MOST_TO_DRAW { Mode::SkipAhead } else { Mode::Drawn }
    })
}
