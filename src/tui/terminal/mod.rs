//! The terminal: input, output in whole frames, signals, and its state restored on every way out.

mod capped;
pub(crate) mod display;
mod hold;
pub mod images;
pub(crate) mod input;
pub mod keeper;
pub(crate) mod line;
pub mod recording;
mod sequences;
pub(crate) mod signals;

pub use sequences::Extras;
