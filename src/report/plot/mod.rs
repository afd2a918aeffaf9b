//! The plot kit of screens, texts and SVG: log axes with their ticks, labels that do not touch, curves in cells.

mod axis;
mod cells;

pub use axis::LogAxis;
pub use cells::{Label, curve, labels};
