//! Edge-popup: a mask learned in a network that is never trained (Ramanujan et al. 2019, *What's Hidden in a Randomly
//! Weighted Neural Network?*).
//!
//! Every weight of a random network is frozen and has a score. A forward pass keeps the weights with the best scores of
//! each layer; a backward pass treats the mask as the identity, and SGD changes the scores.
//!
//! | file | holds |
//! |---|---|
//! | [`popup_learner`](EdgePopupLearner) | the method with its controls |
//! | [`scores`](ScoreTraining) | scores under training |
//! | [`frozen`] | the frozen weights, initial scores and shuffled masks: functions of the seed |
//! | [`top_scores`](CutFinder) | the exact top scores of a layer |

pub mod frozen;
mod popup_learner;
mod scores;
mod top_scores;

pub use popup_learner::{DENSE_BATCH, DENSE_RATE, EdgePopupError, EdgePopupLearner};
pub use scores::{ScoreState, ScoreTraining};
pub use top_scores::{CutFinder, ScoreCut, kept_count};
