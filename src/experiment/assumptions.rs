//! What theory assumes of a target, and what this one keeps of it.

use serde::Serialize;

use super::{Construction, Experiment, NormSource, Outline};
use crate::network::Activation;

/// Relative excess that rounding may cause where a bound is met exactly.
const ROUNDING: f64 = 1e-9;

/// One thing that a bound of theory assumes of the target and its inputs, and what is found there.
///
/// A bound whose assumptions are not all kept promises nothing for this target. What is built, found and certified stays true.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Assumption {
    /// the assumption, as `left ≤ right`
    #[serde(rename = "assumption")]
    pub statement: &'static str,
    /// the largest value of its left-hand side over all inputs, weights or layers; of activations the proven bound on it
    pub found: f64,
    /// its right-hand side
    pub limit: f64,
    /// whether the target is known to keep it
    pub kept: bool,
}

impl Assumption {
    /// Whether all of them are kept, so that the bound applies to the target.
    pub fn all_kept(assumptions: &[Self]) -> bool {
        assumptions.iter().all(|assumption| assumption.kept)
    }

    fn new(statement: &'static str, limit: f64, found: f64) -> Self {
        Self { statement, limit, found, kept: found <= limit * (1.0 + ROUNDING) }
    }
}

impl Experiment {
    /// What the preset assumes and this target does not provably keep. The bounds of theory then promise nothing; what
    /// is found and certified stays true.
    pub fn broken_assumptions(&self) -> Vec<String> {
        let mut broken = Vec::new();
        if self.norms == NormSource::Unit {
            for (norm, layer) in self.target_norms.iter().zip(1..).filter(|(norm, _)| **norm > 1.0 + ROUNDING)
            {
                broken.push(format!("norms: Unit assumes ‖W_{layer}‖₂ ≤ 1, the target has {norm:.4}"));
            }
        }
        let proven = self.bounds.f_max();
        if self.f_max < proven * (1.0 - ROUNDING) {
            broken.push(format!("f_max {} is assumed; what is proven is {proven:.4}", self.f_max));
        }
        broken
    }

    /// What the bound of a construction assumes, and whether this target keeps it.
    ///
    /// | bound | assumes |
    /// |---|---|
    /// | all | Lemma 1's: `|w| ≤ w_max`, `|F_i| ≤ F_max`, and `‖W_i‖₂ ≤ 1` where the preset says `norms: Unit` |
    /// | Malach et al. | [those of section 3](Self::malach_assumptions), and a tolerance no finer than their proof's |
    /// | Ramanujan et al., whole neurons | `|w| ≤ 1`, and ReLU in every layer: a neuron of G stands in for the target's |
    /// | Ramanujan et al., product weights | `|w| ≤ 1`, which is as far as G's uniform weights reach |
    /// | Pensia et al. | `|w| ≤ 1` and `|x| ≤ 1`, "the max norms of the weights and of the inputs" (section 8) |
    pub fn assumptions(&self, construction: Construction) -> Vec<Assumption> {
        let largest = self.target.largest_weight().0;
        let mut all = vec![
            Assumption::new("|w| ≤ w_max", self.w_max, largest),
            Assumption::new("|F_i| ≤ F_max", self.f_max, self.bounds.f_max()),
        ];
        let unit_norms = Assumption::new("‖W_i‖₂ ≤ 1", 1.0, self.largest_norm());
        if self.norms == NormSource::Unit && construction != Construction::Malach {
            all.push(unit_norms);
        }
        match construction {
            Construction::Hyperbolic { .. } | Construction::Corollary10 | Construction::SharedGolden => {}
            Construction::Malach => all.extend(self.malach_assumptions()),
            Construction::WholeNeuron => {
                all.push(Assumption::new("|w| ≤ 1", 1.0, largest));
                let activations = self.target.architecture().activations().iter();
                let others = activations.filter(|&&activation| activation != Activation::Relu).count();
                all.push(Assumption::new("layers without ReLU ≤ 0", 0.0, others as f64));
            }
            Construction::ProductPair => all.push(Assumption::new("|w| ≤ 1", 1.0, largest)),
            Construction::SubsetSum | Construction::UniformSubSums => {
                all.push(Assumption::new("|w| ≤ 1", 1.0, largest));
                all.push(Assumption::new("|x| ≤ 1", 1.0, self.bounds.largest[0]));
            }
        }
        all
    }

    /// Whether the target keeps all that the bound of a construction assumes.
    pub fn bound_applies(&self, construction: Construction) -> bool {
        self.assumptions(construction).iter().all(|assumption| assumption.kept)
    }

    /// The largest ‖W*_i‖₂.
    fn largest_norm(&self) -> f64 {
        self.target_norms.iter().copied().fold(0.0, f64::max)
    }

    /// What Malach et al. (2020) assume, and whether this target keeps it (section 3 of the paper, (i) to (iv)): for every
    /// input ‖x‖₂ ≤ 1; |w| ≤ 1/√n_max; ‖W_i‖₂ ≤ 1; and ‖W_i‖₀ ≤ n_max, where ‖W_i‖₀ is "the number of non-zero weights
    /// at layer i", all rows of the matrix together; and a tolerance no finer than their proof's. What is found is the largest of
    /// all inputs, weights or layers.
    pub fn malach_assumptions(&self) -> [Assumption; 5] {
        let n_max = self.target.architecture().n_max() as f64;
        let layers = 1..=self.target.architecture().layers();
        let non_zero = layers.map(|layer| self.target.weights(layer).iter().filter(|&&w| w != 0.0).count());
        [
            Assumption::new("‖x‖₂ ≤ 1", 1.0, self.bounds.norm[0]),
            Assumption::new("|w| ≤ 1/√n_max", 1.0 / n_max.sqrt(), self.target.largest_weight().0),
            Assumption::new("‖W_i‖₂ ≤ 1", 1.0, self.largest_norm()),
            Assumption::new("‖W_i‖₀ ≤ n_max", n_max, non_zero.max().unwrap_or(0) as f64),
            self.malach_tolerance(),
        ]
    }

    /// Malach's number of neurons waits for hits within η = ε/(2eℓn_max^{3/2}) at the finest: 1/p = 2/η² = 8e²ℓ²n_max³/ε² = 59.1
    /// ℓ²n_max³/ε², for which their proof has 64. Lemma 1 asks for a finer ε_w = 2η where its norms or F_max are above 1 (`norms: Worst`).
    fn malach_tolerance(&self) -> Assumption {
        let architecture = self.target.architecture();
        let (layers, n) = (architecture.layers() as f64, architecture.n_max() as f64);
        let unit = self.epsilon / (std::f64::consts::E * layers * n * n.sqrt());
        let tolerances = Outline::of(self).tolerances();
        let finest = tolerances.into_iter().fold(f64::INFINITY, f64::min);
        Assumption::new("ε/(eℓ√n_max³·ε_w) ≤ 1", 1.0, unit.min(self.w_max) / finest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Those of section 3.
    fn assumptions(settings: &[&str]) -> [Assumption; 4] {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let [x, w, norm, non_zero, _] =
            Experiment::load("tiny", None, &settings).unwrap().malach_assumptions();
        [x, w, norm, non_zero]
    }

    #[test]
    fn a_sparse_target_of_small_weights_keeps_what_malach_assumes() {
        let target = "target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])";
        let found = assumptions(&[target, "inputs=Ball(radius:1.0)"]);
        assert_eq!(found.map(|assumption| assumption.kept), [true; 4]);
        assert_eq!(found.map(|assumption| assumption.found), [1.0, 0.5, 0.5, 2.0]);
        assert_eq!(found.map(|assumption| assumption.limit), [1.0, 1.0 / 2.0_f64.sqrt(), 1.0, 2.0]);
    }

    #[test]
    fn what_a_target_breaks_is_marked() {
        let keeps = ["target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])", "inputs=Ball(radius:1.0)"];
        let cases = [
            ("inputs=Ball(radius:1.1)", [false, true, true, true]),
            ("target=Explicit(layers:[[[0.8,0.0],[0.0,0.5]]])", [true, false, true, true]),
            ("target=Explicit(layers:[[[0.5,0.1],[0.0,0.5]]])", [true, true, true, false]),
            // A norm above 1 breaks one of the two that imply it: n_max weights of at most 1/√n_max have ‖W‖₂ ≤ 1.
            ("target=Explicit(layers:[[[0.6,0.6],[0.6,0.6]]])", [true, true, false, false]),
        ];
        for (setting, kept) in cases {
            let found = assumptions(&[keeps[0], keeps[1], setting]);
            assert_eq!(found.map(|assumption| assumption.kept), kept, "{setting}");
        }
    }

    fn broken(preset: &str, settings: &[&str], construction: Construction) -> Vec<&'static str> {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let experiment = Experiment::load(preset, None, &settings).unwrap();
        let all = experiment.assumptions(construction);
        assert_eq!(experiment.bound_applies(construction), all.iter().all(|assumption| assumption.kept));
        all.iter().filter(|assumption| !assumption.kept).map(|assumption| assumption.statement).collect()
    }

    #[test]
    fn each_bound_has_assumptions_of_its_own() {
        let hyperbolic = Construction::Hyperbolic { allocation: Default::default() };
        let five = "inputs=Ball(radius:5.0)";
        let sparse = "target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])";
        let none: [&str; 0] = [];
        // Norms of the target, F_max as proven: Theorem 3 assumes nothing more.
        assert_eq!(broken("tiny", &[five], hyperbolic), none);
        assert_eq!(broken("tiny", &["norms=Unit"], hyperbolic), ["‖W_i‖₂ ≤ 1"]);
        assert_eq!(broken("tiny", &["f_max=0.5"], hyperbolic), ["|F_i| ≤ F_max"]);
        assert_eq!(broken("tiny", &[five, "norms=Unit"], Construction::SharedGolden), ["‖W_i‖₂ ≤ 1"]);
        assert_eq!(broken("tiny", &[sparse], Construction::Malach), none);
        assert_eq!(
            broken("tiny", &[sparse, five], Construction::Malach),
            ["‖x‖₂ ≤ 1", "ε/(eℓ√n_max³·ε_w) ≤ 1"]
        );
        assert_eq!(broken("tiny", &[sparse, "norms=Worst"], Construction::Malach), none);
        assert_eq!(
            broken("tiny", &[sparse, "norms=Worst", "w_max=0.7"], Construction::Malach),
            ["ε/(eℓ√n_max³·ε_w) ≤ 1"]
        );
        assert_eq!(broken("tiny", &[five], Construction::SubsetSum), ["|x| ≤ 1"]);
        let large = "target=Explicit(layers:[[[1.5,0.0],[0.0,0.5]]])";
        assert_eq!(broken("tiny", &[large], Construction::ProductPair), ["|w| ≤ 1"]);
        assert_eq!(broken("tiny", &[large], Construction::Corollary10), none);
        // Its last layer is linear: a whole neuron cannot stand in for one of it.
        let identity = broken("digits", &[], Construction::WholeNeuron);
        assert!(identity.contains(&"layers without ReLU ≤ 0"), "{identity:?}");
        assert_eq!(broken("tiny", &[sparse], Construction::WholeNeuron), none);
        // Malach's assumptions are one list, wherever they are named.
        let experiment = Experiment::load("tiny", None, &[]).unwrap();
        let all = experiment.assumptions(Construction::Malach);
        assert!(all.ends_with(&experiment.malach_assumptions()), "{all:?}");
    }
}
