//! Iterative magnitude pruning with rewinding: train, remove the smallest weights, return the rest to earlier values, train
//! again (Frankle and Carbin 2019, arXiv:1803.03635).
//!
//! | file | holds |
//! |---|---|
//! | [`protocols`](RewindingOptions) | the options in force; the published protocols |
//! | [`pruning`](prune) | the weights removed in a round |
//! | `inputs` | the scaled inputs |
//! | `plan` | the trainings of a run: their order, beginnings and options |
//! | `progress` | finished trainings and those under way |
//! | [`rewinding_learner`](RewindingLearner) | the learner |
//! | `saved` | the state in a checkpoint |

mod inputs;
mod plan;
mod progress;
mod protocols;
mod pruning;
mod rewinding_learner;
mod saved;

pub use inputs::inputs_of_norm_1;
pub use protocols::{RewindingOptions, TrainingLength};
pub use pruning::{Pruning, prune, random_mask};
pub use rewinding_learner::RewindingLearner;
