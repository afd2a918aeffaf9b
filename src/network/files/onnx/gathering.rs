//! Entries of several nodes as one node: selections and concatenations.

use std::collections::{HashMap, HashSet};

use ndarray::{ArrayD, Axis, IxDyn};

use super::OnnxError;
use super::node::shown;
use super::traced::{TracedArray, TracedEntries, TracedEntry};
use super::walk::OnnxWalk;
use crate::network::graph::{GraphError, NodeId, Shape};

/// An axis, and the nodes along it with their shapes.
type Concatenation = (usize, Vec<(NodeId, Vec<usize>)>);

impl OnnxWalk<'_> {
    /// Entries of nodes as a value; all of one node in order are recognised as the node.
    pub(super) fn gathered(&self, array: ArrayD<TracedEntry>, batch: Option<usize>) -> TracedArray {
        let axes = array.shape().to_vec();
        let entries = match array.first() {
            Some(&(id, 0)) if self.is_whole(id, array.iter()) => TracedEntries::Whole(id),
            _ => TracedEntries::Chosen(array),
        };
        TracedArray { axes, batch, entries }
    }

    /// Whether entries are all of one node, in order.
    fn is_whole<'e>(&self, id: NodeId, entries: impl ExactSizeIterator<Item = &'e TracedEntry>) -> bool {
        entries.len() == self.builder.shape(id).entries()
            && entries.enumerate().all(|(at, entry)| *entry == (id, at as u32))
    }

    /// A node with the value's entries; its shape may be another.
    pub(super) fn node(&mut self, name: &str, traced: TracedArray) -> Result<NodeId, OnnxError> {
        let shape = traced.inner_axes();
        let array = match traced.entries {
            TracedEntries::Whole(id) => return Ok(id),
            TracedEntries::Chosen(array) => array,
        };
        let (mut order, mut seen) = (Vec::new(), HashSet::new());
        for &(id, _) in &array {
            if order.last() != Some(&id) && seen.insert(id) {
                order.push(id);
            }
        }
        let array = array.into_shape_with_order(IxDyn(&shape)).map_err(|error| {
            GraphError::new(name, format!("entries of shape {}", shown(&shape)), error.to_string())
        })?;
        if let [only] = order[..] {
            let entries = array.iter().map(|&(_, entry)| entry).collect();
            return Ok(self.builder.select(name, only, entries, Shape::new(shape))?);
        }
        if let Some((axis, parts)) = self.as_concatenation(&array, order.len()) {
            let mut flat = Vec::new();
            for (id, axes) in parts {
                flat.push(self.with_shape(name, id, &axes)?);
            }
            return Ok(self.builder.concat(name, axis, flat)?);
        }
        let (mut starts, mut next, mut flat) = (HashMap::new(), 0, Vec::new());
        for id in order {
            let entries = self.builder.shape(id).entries();
            self.claim(name, entries)?;
            flat.push(self.with_shape(name, id, &[entries])?);
            starts.insert(id, next);
            next += entries as u32;
        }
        let all = self.builder.concat(name, 0, flat)?;
        let entries = array.iter().map(|(id, entry)| starts[id] + entry).collect();
        Ok(self.builder.select(name, all, entries, Shape::new(shape))?)
    }

    /// Whole nodes one behind the other along an axis, with their shapes; `None` for any other array.
    fn as_concatenation(&self, array: &ArrayD<TracedEntry>, nodes: usize) -> Option<Concatenation> {
        (0..array.ndim()).find_map(|axis| {
            let (mut parts, mut first) = (Vec::new(), 0);
            let length = array.shape()[axis];
            while first < length {
                let lane = array.slice_axis(Axis(axis), (first..).into());
                let &(id, _) = lane.first()?;
                // As many places along the axis as the node has entries for.
                let across = array.len() / length;
                let places = self.builder.shape(id).entries() / across;
                let end = first.checked_add(places).filter(|&end| places > 0 && end <= length)?;
                let part = array.slice_axis(Axis(axis), (first..end).into());
                if !self.is_whole(id, part.iter()) || parts.len() > 4 * nodes {
                    return None;
                }
                parts.push((id, part.shape().to_vec()));
                first = end;
            }
            Some((axis, parts))
        })
    }

    /// A node with the value's entries and these axes.
    pub(super) fn shaped_node(
        &mut self,
        name: &str,
        traced: TracedArray,
        axes: &[usize],
    ) -> Result<NodeId, OnnxError> {
        let id = self.node(name, traced)?;
        self.with_shape(name, id, axes)
    }

    fn with_shape(&mut self, name: &str, id: NodeId, axes: &[usize]) -> Result<NodeId, OnnxError> {
        if self.builder.shape(id).axes() == axes {
            return Ok(id);
        }
        Ok(self.builder.reshape(name, id, Shape::new(axes))?)
    }
}
