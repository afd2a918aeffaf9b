//! Limits of a run: the precision of its sums, and the free memory.

use super::error::ExperimentError;
use super::memory::free;
use super::plan::{self, Plan};
use super::resolved::Experiment;

impl Experiment {
    pub(super) fn can_run(&self, plan: &Plan) -> Result<(), ExperimentError> {
        self.can_build(plan)?;
        self.can_learn(self.learned_memory(false))?;
        // The experiment itself is in memory already.
        let needed = self.peak_memory(plan) - self.shared_memory();
        free::require(needed, "the run", self.place_of("target"))
    }

    pub(super) fn can_build(&self, plan: &Plan) -> Result<(), ExperimentError> {
        let finest = plan.weight_tolerance.iter().copied().fold(f64::INFINITY, f64::min);
        if finest < plan::FINEST_TOLERANCE * self.w_max {
            let message = format!(
                "expected at least {:.1e} as the accuracy of a weight, 1e-28 of w_max; found that it must be accurate to \
                 {finest:.3e}, finer than sums of 106 bits hold (`slth bounds` works)",
                plan::FINEST_TOLERANCE * self.w_max
            );
            return Err(ExperimentError::new(self.place_of("target"), message));
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

    /// Refuses a plan with lanes too large for the free memory on screens. `held`: bytes of existing lanes.
    pub(crate) fn check_screen_memory(&self, plan: &Plan, held: f64) -> Result<(), ExperimentError> {
        let needed = self.screen_memory(plan) - self.shared_memory() - held;
        free::require(needed, "the run on the screen", self.place_of("target"))
    }

    /// Refuses learned methods too large for the free memory by themselves. `needed`: their bytes.
    pub(crate) fn can_learn(&self, needed: f64) -> Result<(), ExperimentError> {
        free::require(needed, "the run of the learned methods", self.place_of("learned"))
    }
}
