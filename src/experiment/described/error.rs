//! Why a graph and a file's tensors are no target.

use thiserror::Error;

use crate::network::files::FileError;
use crate::network::graph::GraphError;

/// Why a graph and a file's tensors are no target.
#[derive(Debug, Error)]
pub(in crate::experiment) enum DescriptionError {
    /// nodes that do not fit
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// a damaged tensor
    #[error("node {node}: {error}")]
    File {
        /// the node that takes the tensor
        node: String,
        /// what is wrong with it
        error: FileError,
    },
}
