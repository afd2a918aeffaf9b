//! Where randomness comes from, and the laws it follows.
//!
//! [`Stream`], [`Row`]: the words, a pure function of place (its definition, evidence and limits are in the
//! docs of `words`, reprinted below). [`Hyperbolic`]: the law of one weight. [`ProductLaw`]: the exact law of a product of
//! two. [`RandomLayer`]: the neurons of one layer of G. [`Uniform`], [`Geometric`], [`hits`]: the law of the older
//! constructions, and skipping ahead to the neuron that hits, in the same distribution as drawing every neuron.

pub mod hits;
mod hyperbolic;
mod network;
mod product;
mod uniform;
mod waiting;
pub mod words;

pub use hyperbolic::{Error as HyperbolicError, Hyperbolic};
pub use network::{Law, RandomLayer};
pub use product::{ProductLaw, UniformProductLaw};
pub use uniform::{Error as UniformError, Uniform};
pub use waiting::{Error as GeometricError, Geometric};
pub use words::{Row, RowReader, Side, Stream, VERSION};
