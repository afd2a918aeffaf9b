//! How many neurons two options of a setup save.

use serde::Serialize;

use super::layer_plan::LayerPlan;
use super::outline::Outline;
use super::preset::ToleranceRule;
use crate::method::{Construction, DemandKind};
use crate::theory::Count;

/// The savings of `tolerance: PerLayer` and of `skip_dead_halves` for a construction, each against the same setup without
/// it, whether the setup has the option or not. Shares: 0 for nothing saved, negative for a cost.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Savings {
    /// saved neurons of the bounds, all layers, by tolerances per layer; `None` without a bound, and of a graph
    #[serde(rename = "tolerance_per_layer")]
    pub per_layer: Option<f64>,
    /// saved neurons of the bounds by leaving out dead halves; `None` without a bound
    #[serde(rename = "skip_dead_halves")]
    pub dead_halves: Option<f64>,
    /// saved demands, neurons to be found and kept at most: Σ over layers with dead halves of Q_i·k_i, of
    /// Σ 2Q_i·k_i, with Q_i of the P_i weights other than 0
    #[serde(rename = "skip_dead_halves_demands")]
    pub dead_demands: f64,
}

impl Outline {
    /// The savings of each option for a construction's bound, the other option as it is.
    pub fn savings(&self, construction: Construction) -> Savings {
        let neurons = |tolerance, skip_dead_halves| {
            let outline = self.with(|setup| {
                (setup.epsilon, setup.tolerance) = (self.epsilon(), tolerance);
                setup.skip_dead_halves = skip_dead_halves;
            });
            let neurons: Option<Count> = outline.layers(construction).iter().map(|layer| layer.neurons).sum();
            neurons
        };
        let saved = |without: Option<Count>, with: Option<Count>| {
            let share = 1.0 - with?.ratio(without?).as_f64();
            share.is_finite().then_some(share)
        };
        let demands = |layer: &LayerPlan| layer.nonzero_weights() as f64 * layer.ranges.levels as f64;
        let layers = self.layers(construction);
        let dead = (1..).zip(&layers).filter(|(layer, _)| self.is_half_dead(*layer));
        let all = 2.0 * layers.iter().map(demands).sum::<f64>();
        // Folded from 0: the sum of no terms is −0.
        let dead = dead.map(|(_, plan)| demands(plan)).fold(0.0, |sum, demands| sum + demands);
        // A whole neuron has no halves. With every tolerance at w_max, or weights of 0 only, there are no demands.
        let has_halves = construction.facts().demands != DemandKind::Neurons && all > 0.0;
        let (tolerance, skip) = (self.setup().tolerance, self.setup().skip_dead_halves);
        let per_layer =
            || saved(neurons(ToleranceRule::Uniform, skip), neurons(ToleranceRule::PerLayer, skip));
        Savings {
            per_layer: self.is_chain().then(per_layer).flatten(),
            dead_halves: saved(neurons(tolerance, false), neurons(tolerance, true)),
            dead_demands: if has_halves { dead / all } else { 0.0 },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Experiment;
    use super::*;

    #[test]
    fn savings_are_what_the_options_change() {
        let hyperbolic = Construction::Hyperbolic { allocation: Default::default() };
        let total = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
            let experiment = Experiment::load("digits", None, &settings).unwrap();
            let outline = experiment.outline();
            let layers = outline.layers(hyperbolic);
            let neurons: f64 = layers.iter().map(|layer| layer.neurons.unwrap().as_f64()).sum();
            (neurons, outline.savings(hyperbolic))
        };
        let (plain, savings) = total(&[]);
        let (per_layer, with) = total(&["tolerance=PerLayer"]);
        let (skipped, without) = total(&["skip_dead_halves=true"]);
        assert!((savings.per_layer.unwrap() - (1.0 - per_layer / plain)).abs() < 1e-9);
        assert!((with.per_layer.unwrap() - savings.per_layer.unwrap()).abs() < 1e-9);
        assert!((savings.dead_halves.unwrap() - (1.0 - skipped / plain)).abs() < 1e-12);
        assert_eq!(savings.dead_halves, without.dead_halves);
        // Every layer's inputs are pixels or outputs of ReLU.
        assert_eq!(savings.dead_demands, 0.5);
        assert!(per_layer < plain && skipped < plain);
        let experiment = Experiment::load("tiny", None, &[]).unwrap();
        let tiny = experiment.outline();
        assert!(tiny.savings(hyperbolic).dead_demands < 0.5);
        assert_eq!(tiny.savings(Construction::SubsetSum).per_layer, None);
        assert_eq!(tiny.savings(Construction::WholeNeuron).dead_demands, 0.0);
    }
}
