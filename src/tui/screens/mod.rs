//! The screens, a folder each.

pub mod bounds;
pub mod compare;
pub mod explore;
pub mod outputs;
pub mod weight;
