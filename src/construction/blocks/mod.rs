//! Allocators that draw neurons in blocks: each weight, input or target neuron has a block of its own.
//!
//! ```text
//!  block 0          block 1          block 2
//!  ├─ neurons 0…m−1 ├─ neurons m…2m−1 ├─ …
//!  └─ weights:      └─ weights:
//!     w[0,0] ✓         w[0,1] open   ◀ the scheduler is here: it draws neurons of block 1
//!     w[1,0] ✓         w[1,1] ✓        until its weights are settled or m are drawn
//! ```
//! [`scheduler`] walks through the blocks. The four constructions differ in what the weights of a block do with a neuron:
//!
//! | file | a block serves | a weight is |
//! |---|---|---|
//! | [`golden`] | one weight, or all weights of one input | a golden-ratio sum |
//! | [`subset`] | one weight, or all weights of one input | a subset sum |
//! | [`single`] | one weight | one product for each half |
//! | [`whole_neuron`] | one target neuron | one path of the neuron that stands in for it |

pub(crate) mod golden;
pub(crate) mod scheduler;
pub(crate) mod single;
pub(crate) mod subset;
mod waiting;
pub(crate) mod whole_neuron;
mod wiring;
