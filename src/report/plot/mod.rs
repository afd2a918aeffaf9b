//! The plot kit for screens, texts and SVG: log axes with ticks, labels without overlap, curves in cells.

mod axis;
mod cells;
#[cfg(feature = "plots")]
mod ticked;

pub use axis::LogAxis;
pub use cells::{Label, apart, curve, labels};
#[cfg(feature = "plots")]
pub(crate) use ticked::Ticked;
