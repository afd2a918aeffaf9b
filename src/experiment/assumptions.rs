//! Theory's assumptions about a target, and whether this one keeps them.

use super::preset::NormSource;
use super::resolved::Experiment;
use crate::method::{Assumption, Construction, Premises, ROUNDING};

impl Experiment {
    /// The preset's assumptions without proof for this target. The bounds of theory then promise nothing; the error found
    /// and the error certified stay true.
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

    /// The assumptions of a construction's bound, and whether this target keeps them: Lemma 1's `|w| ≤ w_max`, `|F_i| ≤ F_max`
    /// and, with `norms: Unit`, `‖W_i‖₂ ≤ 1`; then the assumptions of the method.
    pub fn assumptions(&self, construction: Construction) -> Vec<Assumption> {
        let own = self.method_assumptions(construction);
        let unit_norms = Assumption::new("‖W_i‖₂ ≤ 1", 1.0, self.largest_norm());
        let asks_unit = own.iter().any(|assumption| assumption.statement == unit_norms.statement);
        let mut all = vec![
            Assumption::new("|w| ≤ w_max", self.w_max, self.target.largest_weight().0),
            Assumption::new("|F_i| ≤ F_max", self.f_max, self.bounds.f_max()),
        ];
        if self.norms == NormSource::Unit && !asks_unit {
            all.push(unit_norms);
        }
        all.extend(own);
        all
    }

    /// The assumptions of a method beyond Lemma 1, and whether this target keeps them.
    pub fn method_assumptions(&self, construction: Construction) -> Vec<Assumption> {
        let finest = || self.outline().tolerances().into_iter().fold(f64::INFINITY, f64::min);
        construction.method().assumptions(&self.premises(&finest))
    }

    /// The target as methods see it.
    pub(super) fn premises<'a>(&'a self, finest_tolerance: &'a dyn Fn() -> f64) -> Premises<'a> {
        Premises {
            target: &self.target,
            largest_norm: self.largest_norm(),
            largest_input: self.bounds.largest_input(),
            largest_input_norm: self.bounds.largest_input_norm(),
            epsilon: self.epsilon,
            w_max: self.w_max,
            finest_tolerance,
        }
    }

    /// Whether the target keeps all assumptions of a construction's bound.
    pub fn bound_applies(&self, construction: Construction) -> bool {
        self.assumptions(construction).iter().all(|assumption| assumption.kept)
    }

    /// The largest ‖W*_i‖₂.
    fn largest_norm(&self) -> f64 {
        self.target_norms.iter().copied().fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The assumptions of section 3.
    fn assumptions(settings: &[&str]) -> [Assumption; 4] {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let experiment = Experiment::load("tiny", None, &settings).unwrap();
        let all = experiment.method_assumptions(Construction::Malach);
        let Ok([x, w, norm, non_zero, _]) = <[Assumption; 5]>::try_from(all.clone()) else {
            panic!("expected 5, found {}", all.len())
        };
        [x, w, norm, non_zero]
    }

    #[test]
    fn a_sparse_target_of_small_weights_keeps_what_malach_assumes() {
        let target = "target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])";
        let found = assumptions(&[target, "inputs=Ball(radius:1.0)"]);
        assert_eq!(found.clone().map(|assumption| assumption.kept), [true; 4]);
        assert_eq!(found.clone().map(|assumption| assumption.found), [1.0, 0.5, 0.5, 2.0]);
        assert_eq!(found.map(|assumption| assumption.limit), [1.0, 1.0 / 2.0_f64.sqrt(), 1.0, 2.0]);
    }

    #[test]
    fn what_a_target_breaks_is_marked() {
        let keeps = ["target=Explicit(layers:[[[0.5,0.0],[0.0,0.5]]])", "inputs=Ball(radius:1.0)"];
        let cases = [
            ("inputs=Ball(radius:1.1)", [false, true, true, true]),
            ("target=Explicit(layers:[[[0.8,0.0],[0.0,0.5]]])", [true, false, true, true]),
            ("target=Explicit(layers:[[[0.5,0.1],[0.0,0.5]]])", [true, true, true, false]),
            // A norm above 1 breaks one of its two premises: n_max weights of at most 1/√n_max have ‖W‖₂ ≤ 1.
            ("target=Explicit(layers:[[[0.6,0.6],[0.6,0.6]]])", [true, true, false, false]),
        ];
        for (setting, kept) in cases {
            let found = assumptions(&[keeps[0], keeps[1], setting]);
            assert_eq!(found.map(|assumption| assumption.kept), kept, "{setting}");
        }
    }

    fn broken(preset: &str, settings: &[&str], construction: Construction) -> Vec<String> {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let experiment = Experiment::load(preset, None, &settings).unwrap();
        let all = experiment.assumptions(construction);
        assert_eq!(experiment.bound_applies(construction), all.iter().all(|assumption| assumption.kept));
        all.iter()
            .filter(|assumption| !assumption.kept)
            .map(|assumption| assumption.statement.to_string())
            .collect()
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
        assert!(identity.iter().any(|each| each == "layers without ReLU ≤ 0"), "{identity:?}");
        assert_eq!(broken("tiny", &[sparse], Construction::WholeNeuron), none);
        // Malach's assumptions are one list, wherever they are named.
        let experiment = Experiment::load("tiny", None, &[]).unwrap();
        let all = experiment.assumptions(Construction::Malach);
        assert!(all.ends_with(&experiment.method_assumptions(Construction::Malach)), "{all:?}");
    }
}
