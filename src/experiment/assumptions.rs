//! What theory assumes of a target, and what this one keeps of it.

use super::{Experiment, NormSource};

/// Relative excess that rounding may cause where a bound is met exactly.
const ROUNDING: f64 = 1e-9;

/// One of the assumptions of Malach et al. (2020), and what the target has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MalachAssumption {
    /// the assumption, as section 3 of the paper states it
    pub statement: &'static str,
    /// its right-hand side
    pub limit: f64,
    /// the largest value of its left-hand side
    pub found: f64,
    /// whether the target keeps it
    pub kept: bool,
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

    /// What Malach et al. (2020) assume, and whether this target keeps it (section 3 of the paper, (i) to (iv)): for every
    /// input ‖x‖₂ ≤ 1; |w| ≤ 1/√n_max; ‖W_i‖₂ ≤ 1; and ‖W_i‖₀ ≤ n_max, where ‖W_i‖₀ is "the number of non-zero weights
    /// at layer i", all rows of the matrix together. What is found is the largest of all inputs, weights or layers.
    pub fn malach_assumptions(&self) -> [MalachAssumption; 4] {
        let n_max = self.target.architecture().n_max() as f64;
        let layers = 1..=self.target.architecture().layers();
        let non_zero = layers.map(|layer| self.target.weights(layer).iter().filter(|&&w| w != 0.0).count());
        let assumption = |statement, limit: f64, found: f64| {
            let kept = found <= limit * (1.0 + ROUNDING);
            MalachAssumption { statement, limit, found, kept }
        };
        [
            assumption("‖x‖₂ ≤ 1", 1.0, self.bounds.norm[0]),
            assumption("|w| ≤ 1/√n_max", 1.0 / n_max.sqrt(), self.target.largest_weight().0),
            assumption("‖W_i‖₂ ≤ 1", 1.0, self.target_norms.iter().copied().fold(0.0, f64::max)),
            assumption("‖W_i‖₀ ≤ n_max", n_max, non_zero.max().unwrap_or(0) as f64),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assumptions(settings: &[&str]) -> [MalachAssumption; 4] {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        Experiment::load("tiny", None, &settings).unwrap().malach_assumptions()
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
}
