//! Allocators that give each weight, input or target neuron a block of neurons of its own.

pub(crate) mod golden;
pub(crate) mod single;
pub(crate) mod subset;
pub(crate) mod whole_neuron;
