//! Speed of the engine on this machine: `slth bench` prints all figures, `cargo bench` one by one.
//!
//! Most figures are ratios within one run, since machines are shared and noisy: both sides of a ratio take
//! turns, and the median of their rounds counts. Beside each stands the figure of a named processor ([`Reference`]); there is no
//! verdict, as processors differ. Goals for the machine of development are in `benches/`.

mod construction;
mod figure;
mod forward_pass;
mod reference;
mod screen;
pub mod subset_sums;

pub use figure::Figure;
pub use forward_pass::ForwardPass;
pub use reference::Reference;

use std::path::Path;

use crate::experiment::ExperimentError;

/// A group of figures that are measured together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Example 5 by each allocation, a layer of a million weights, a network of 784-500-10
    Construction,
    /// best subset sums
    SubsetSums,
    /// the masked network's forward pass
    ForwardPass,
    /// the screen's first frame, and its answer to a key under full load
    Screen,
}

impl Work {
    /// All of them, in order.
    pub const ALL: [Self; 4] = [Self::Construction, Self::SubsetSums, Self::ForwardPass, Self::Screen];

    /// Measures it, on the threads of the current pool. `slth`: the program with the measured screen.
    ///
    /// # Errors
    /// [`ExperimentError`] if there is not enough memory.
    pub fn measure(self, slth: &Path) -> Result<Vec<Figure>, ExperimentError> {
        Ok(match self {
            Self::Construction => construction::figures()?,
            Self::SubsetSums => subset_sums::figures(),
            Self::ForwardPass => forward_pass::figures()?,
            Self::Screen => screen::figures(slth),
        })
    }
}
