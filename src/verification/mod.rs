//! Is the ticket what the theorem promises? Two bounds on sup ‖F(x) − Ĝ(x)‖₂ over the domain.
//!
//! From below, the error *found*: [`Search`] evaluates the masked network ([`MaskedNetwork`], neuron by neuron)
//! on many inputs and climbs from the worst of them. From above, the error *certified*: [`LayerCheck`] measures each layer's
//! weights on the ticket, and the [`Certificate`] propagates the differences through the network as in the proof of Lemma 1.
//! A sound run has found ≤ certified ≤ ε.
//!
//! | file | holds |
//! |---|---|
//! | `masked`, `paths`, `whole`, `batch` | Ĝ: its layers, neurons with one live input, with several, and batches of points |
//! | [`careful`], `evaluation` | compensated sums, and the choice between them and plain ones |
//! | `search`, `climb`, `inputs`, `outputs` | the error found: inputs tried, local search, and outputs compared |
//! | `layer_check`, `certificate` | the error certified |
//! | `graph_certificate` | the same for a graph, node by node |

mod batch;
pub mod careful;
mod certificate;
mod chain_certificate;
mod climb;
mod evaluation;
mod graph_certificate;
mod inputs;
mod layer_check;
mod masked;
mod outputs;
mod paths;
mod search;
mod whole;

pub use certificate::Certificate;
pub use chain_certificate::{CertifiedLayer, ChainCertificate, Source};
pub use climb::{Climber, STARTS, STEPS};
pub use evaluation::Evaluation;
pub use graph_certificate::{CertifiedNode, GraphCertificate};
pub use inputs::{INPUTS_TRIED, inputs, inputs_to_try};
pub use layer_check::{LayerCheck, Parts};
pub use masked::{MaskedLayer, MaskedNetwork};
pub use outputs::{error_between, prediction};
pub use search::{Found, Search};
