//! Is the ticket what the theorem promises? Two bounds on sup ‖F(x) − Ĝ(x)‖₂ over the domain.
//!
//! From below, the error *found*: [`Search`] evaluates the masked network ([`MaskedNetwork`], neuron by neuron)
//! on many inputs and climbs from the worst of them. From above, the error *certified*: [`LayerCheck`] measures each layer's weights on the
//! ticket, and the [`Certificate`] carries the differences through the network as Lemma 1's proof does.
//! A sound run has found ≤ certified ≤ ε.

mod batch;
pub mod careful;
mod certificate;
mod climb;
mod inputs;
mod layer_check;
mod masked;
mod paths;
mod search;
mod whole;

pub use certificate::{Certificate, CertifiedLayer, Source};
pub use climb::{Climber, STARTS, STEPS};
pub use inputs::{INPUTS_TRIED, inputs, inputs_to_try};
pub use layer_check::{Evaluation, LayerCheck, Parts};
pub use masked::{MaskedLayer, MaskedNetwork};
pub use search::{Found, Search, error_between, prediction};
