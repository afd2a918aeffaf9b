//! The graph of a preset with the tensors of a file: a target.
//!
//! | file | holds |
//! |---|---|
//! | `connections` | which node takes the values of which |
//! | `tensors` | tensors by their names, their shapes checked |
//! | `layers` | linear maps and batch norm |
//! | `windows` | windows with PyTorch's options |
//! | `nodes` | every other node |
//! | `error` | what does not fit |

mod connections;
mod error;
mod layers;
mod nodes;
mod tensors;
#[cfg(test)]
mod tests;
mod windows;

use ndarray::Array2;

pub(super) use error::DescriptionError;

use self::connections::Connections;
use self::nodes::Described;
use self::tensors::NamedTensors;
use self::windows::MOST_ENTRIES;
use super::preset::GraphSource;
use crate::network::files::WeightFile;
use crate::network::files::readings::{Reading, Unused};
use crate::network::graph::{Graph, GraphError, Shape};

/// A target of tensors connected by a preset.
#[derive(Debug)]
pub(super) struct DescribedTarget {
    pub(super) graph: Graph,
    /// of its layers, layer 1 first, as the graph has them
    pub(super) weights: Vec<Array2<f64>>,
    /// the batch norms folded into them, and the tensors left over
    pub(super) reading: Reading,
}

/// Numbers of the tensors that a graph names, those it shares counted once. Tensors that the file lacks count nothing.
pub(super) fn numbers_of(source: &GraphSource, file: &WeightFile<'_>) -> f64 {
    let names = tensors::named(source);
    let entries = file.entries().iter().filter(|entry| names.contains(&entry.name));
    entries.map(|entry| entry.shape.iter().map(|&n| n as f64).product::<f64>()).sum()
}

/// Connects the tensors of a file.
///
/// # Errors
/// [`DescriptionError`]: the node, what it expected, and what it found.
pub(super) fn target(
    source: &GraphSource,
    file: &mut WeightFile<'_>,
) -> Result<DescribedTarget, DescriptionError> {
    let input = Shape::new(source.input.iter().map(|axis| axis.0).collect::<Vec<_>>());
    if input.axes().is_empty() || input.entries() > MOST_ENTRIES {
        let expected = format!("at least one axis and at most {MOST_ENTRIES} entries");
        return Err(GraphError::new("input", expected, format!("shape {input}")).into());
    }
    let connections = Connections::of(&source.nodes)?;
    let mut described = Described::new(input, NamedTensors::of(file), &connections);
    for (number, node) in (1..).zip(&source.nodes) {
        described.push(number, node)?;
    }
    let (graph, weights, folded) = described.build()?;
    let names = tensors::named(source);
    let unused = file.entries().iter().filter(|entry| !names.contains(&entry.name)).map(|entry| Unused {
        name: entry.name.clone(),
        dtype: Some(entry.dtype.clone()),
        shape: Some(entry.shape.clone()),
        why: "the graph does not name it".into(),
    });
    let reading = Reading {
        why: "connected by the graph of the preset".to_owned(),
        layers: Vec::new(),
        unused: unused.collect(),
        folded,
        says_activations: true,
    };
    Ok(DescribedTarget { graph, weights, reading })
}
