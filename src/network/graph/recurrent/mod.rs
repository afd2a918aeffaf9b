//! Recurrent layers, unrolled over the steps of a sequence.
//!
//! Every step uses the same linear maps, so each weight is rebuilt once:
//!
//! | cell | step |
//! |---|---|
//! | [`RecurrentCell::Lstm`] | c′ = f⊙c + i⊙g, h = o⊙tanh c′; the candidate g by tanh, the gates i, f, o by the logistic function |
//! | [`RecurrentCell::Gru`] | n = tanh(W_n·x + r⊙(U_n·h + b_n)), h′ = z⊙h + (1 − z)⊙n; or U_n·(r⊙h) + b_n |
//! | [`RecurrentCell::Rnn`] | h′ = σ(W·x + U·h) |
//!
//! | file | holds |
//! |---|---|
//! | `form` | kinds of cells, their gates in the order of PyTorch and of ONNX, their activations |
//! | `part` | the matrix of a layer in a linear map: its cell, what it reads, its gates |
//! | `weights` | the matrices of a layer, one for each of its maps |
//! | `step` | the equations of a step |
//! | `layer` | the steps of a sequence, forwards or backwards |
//! | `rows` | a layer in the form of PyTorch on a sequence of rows |

mod form;
mod layer;
mod part;
mod rows;
mod step;
#[cfg(test)]
mod tests;
mod weights;

pub use form::{Gate, GateOrder, RecurrentCell, RecurrentForm};
pub use layer::{RecurrentLayer, StepInputs};
pub use part::{RecurrentPart, RecurrentReads};
pub use rows::States;
pub use step::RecurrentState;
pub use weights::{BiasedMatrix, HiddenParts, RecurrentMatrices, RecurrentWeights};
