//! Kinds of networks other than chains of dense layers.

use std::fmt;

/// A network of another kind than a chain of dense layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkKind {
    /// state is fed back
    Recurrent,
    /// queries, keys and values
    Attention,
    /// low-rank changes to another network's weights
    Adapter,
    /// kernels moving over their input
    Convolution,
    /// activations scaled by statistics or learned factors
    Normalised,
    /// rows looked up by number
    Embedding,
    /// paths around layers
    Residual,
    /// outputs multiplied with one another
    Gated,
    /// weights computed from other tensors
    Reparametrised,
    /// weights stored as codes
    Quantised,
    /// several networks or heads side by side
    Parallel,
}

impl fmt::Display for NetworkKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Recurrent => "a recurrent network (its state is fed back)",
            Self::Attention => "attention (queries, keys and values)",
            Self::Adapter => "a low-rank adapter (a change to another network's weights)",
            Self::Convolution => "a convolutional network",
            Self::Normalised => "a network with normalisation (or learned slopes)",
            Self::Embedding => "a network with an embedding",
            Self::Residual => "a network with paths around layers",
            Self::Gated => "a gated network",
            Self::Reparametrised => "a reparametrised network (weights computed from other tensors)",
            Self::Quantised => "a quantised network",
            Self::Parallel => "several networks or heads side by side",
        })
    }
}

impl NetworkKind {
    /// Description of one of its tensors, left out of a network.
    pub(super) fn part(self) -> &'static str {
        match self {
            Self::Recurrent => "part of a recurrent network",
            Self::Attention => "part of attention",
            Self::Adapter => "part of an adapter",
            Self::Convolution => "part of a convolutional layer",
            Self::Normalised => "part of a normalisation",
            Self::Embedding => "part of an embedding",
            Self::Residual => "part of a path around layers",
            Self::Gated => "part of a gate",
            Self::Reparametrised => "part of a reparametrised layer",
            Self::Quantised => "part of a quantised layer",
            Self::Parallel => "part of another network",
        }
    }
}
