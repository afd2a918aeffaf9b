//! Training of one dense network, masked or not: ReLU between the layers, cross-entropy on the softmax of the outputs.
//!
//! | file | holds |
//! |---|---|
//! | [`parameters`](Parameters) | weights and biases; the [mask](Masks) of the kept weights |
//! | [`initialisation`](Initialisation) | initial parameters, a function of their place |
//! | `streams` | the random words of learning, apart from those of G |
//! | `products` | matrix products with the same bits on every processor |
//! | [`passes`](Passes) | forward and backward pass in reused buffers |
//! | [`loss`](cross_entropy) | softmax, cross-entropy, its gradient |
//! | [`moments`](Moments) | the optimisers' state and step |
//! | [`order`](order()) | the order of the examples in an epoch |
//! | [`batches`](Batches) | the passes of a batch, the points of a curve |
//! | [`inference`](evaluate) | outputs, predictions and accuracy |
//! | [`run`](Training) | the training itself, batch by batch |
//!
//! # Bits
//! All arithmetic is f32 with fixed orders of summation, except for the softmax, the loss and the learning rates, which are f64.
//! A training is serial, and depends neither on threads nor on the processor.

mod batches;
mod inference;
mod initialisation;
mod loss;
mod moments;
mod order;
mod parameters;
mod passes;
mod products;
mod run;
pub mod streams;
#[cfg(test)]
mod tests;

pub use batches::{BatchPlace, Batches, Running};
pub use inference::{EVALUATION_BLOCK, evaluate, outputs, predictions, test_outputs};
pub use initialisation::{BiasLaw, Initialisation, WeightLaw};
pub use loss::{cross_entropy, softmax};
pub use moments::Moments;
pub use order::order;
pub use parameters::{Masks, Parameters};
pub use passes::Passes;
pub use run::{Training, TrainingError, TrainingOptions, TrainingState};
