//! The target network F, and bounds for any network of its shape.
//!
//! An [`Architecture`] is the paper's A(ℓ, n, σ); a [`Network`] adds weights W*₁…W*_ℓ. Layers are
//! numbered from 1 as in the paper, so `weights(i)` is n_i × n_{i−1}. The paper's networks have no biases; one that has
//! them becomes one that has none, see [`Fold`].

mod activation;
mod activation_bounds;
mod architecture;
mod bias;
mod domain;
mod edge;
mod error;
pub mod files;
pub mod graph;
mod nonzero;
pub mod range;
mod rows;
mod spectral;
mod stop;
mod target;

pub use activation::Activation;
pub use activation_bounds::ActivationBounds;
pub use architecture::Architecture;
pub use bias::Fold;
pub use domain::{Domain, with_constant};
pub use edge::Edge;
pub use error::NetworkError;
pub use nonzero::NonzeroWeights;
pub use rows::{BLOCK, BYTES_PER_VALUE};
pub use spectral::{spectral_norm, spectral_norm_bound};
pub use stop::{NEVER, Stop};
pub use target::Network;
pub(crate) use target::through_layers;
