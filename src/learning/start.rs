//! The learner of each method.

use std::sync::Arc;

use thiserror::Error;

use super::edge_popup::{EdgePopupError, EdgePopupLearner};
use super::rewinding::RewindingLearner;
use super::training::TrainingError;
use super::{Dataset, LearnedMethod, Learner};

/// Why a learned method cannot begin.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LearningError {
    /// edge-popup
    #[error(transparent)]
    EdgePopup(#[from] EdgePopupError),
    /// rewinding
    #[error("rewinding: {0}")]
    Rewinding(#[from] TrainingError),
}

/// The learner of a method at its beginning. `widths`: inputs, hidden layers, outputs; those of the options come first.
///
/// # Errors
/// [`LearningError`] for options out of range, and for data and widths that do not fit.
pub fn start(
    method: &LearnedMethod,
    widths: &[usize],
    dataset: &Arc<Dataset>,
    seed: u64,
) -> Result<Box<dyn Learner>, LearningError> {
    Ok(match method {
        LearnedMethod::EdgePopup(options) => Box::new(EdgePopupLearner::new(options, widths, dataset, seed)?),
        LearnedMethod::Rewinding(options) => Box::new(RewindingLearner::new(options, widths, seed, dataset)?),
    })
}
