//! slth
pub mod construction;
pub mod experiment;
pub mod network;
pub mod sampling;
pub mod session;
pub mod theory;
pub mod verification;
