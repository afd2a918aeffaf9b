//! Parts of several screens: lines of the frame, a text field, a filter, charts on a log axis.

pub(crate) mod bars;
pub mod clickable;
pub mod dots;
pub mod field;
pub mod filter;
pub(crate) mod frame_lines;
pub(crate) mod histogram;
pub(crate) mod line_chart;
pub(crate) mod log_axis;
pub mod pictures;
pub(crate) mod products;
pub(crate) mod table;
pub(crate) mod unshowable;
