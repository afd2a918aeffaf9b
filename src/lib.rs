//! slth
pub mod construction;
pub mod network;
pub mod sampling;
pub mod theory;
