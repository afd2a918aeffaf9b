//! Iterative magnitude pruning with rewinding: train, remove the smallest weights, return the rest to earlier values, train
//! again (Frankle and Carbin 2019, arXiv:1803.03635).
//!
//! | file | holds |
//! |---|---|
//! | [`protocols`](RewindingOptions) | the options in force; the published protocols |
//! | [`pruning`](prune) | the weights removed in a round |

mod protocols;
mod pruning;

pub use protocols::{RewindingOptions, TrainingLength};
pub use pruning::{Pruning, prune, random_mask};
