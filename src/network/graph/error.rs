//! Why nodes do not make a graph.

use thiserror::Error;

/// Why nodes do not make a graph.
#[derive(Debug, Error, PartialEq)]
#[error("node {node}: expected {expected}, found {found}")]
pub struct GraphError {
    /// the node's name
    pub node: String,
    /// what would have fitted
    pub expected: String,
    /// what was there
    pub found: String,
}

impl GraphError {
    /// An error at a node.
    pub fn new(node: &str, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { node: node.to_owned(), expected: expected.into(), found: found.into() }
    }
}
