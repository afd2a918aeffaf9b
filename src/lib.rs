//! slth
pub mod cli;
pub mod construction;
pub mod experiment;
pub mod network;
pub mod report;
pub mod sampling;
pub mod session;
pub mod theory;
pub mod tui;
pub mod verification;
