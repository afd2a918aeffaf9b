//! The graph under construction: values by name, nodes and maps so far.

use std::collections::{HashMap, HashSet};

use super::OnnxError;
use super::constant::OnnxConstant;
use super::node::{OnnxNode, shown};
use super::rearrangement::{Rearrangement, broadcast_axes};
use super::traced::{OnnxValue, TracedArray, TracedEntries};
use crate::network::graph::{FoldedNorm, GraphBuilder, MapId, Shape};

/// Entries of all values and tables together, at most: about 1 GiB.
const MOST_ENTRIES: usize = 1 << 26;

/// The graph while it is read.
pub(super) struct OnnxWalk<'a> {
    /// version of the standard's operators
    pub(super) opset: i64,
    /// a fixed size of the batch above 1
    pub(super) batch_size: Option<usize>,
    pub(super) builder: GraphBuilder,
    values: HashMap<&'a str, OnnxValue>,
    axes: HashMap<&'a str, Vec<usize>>,
    /// of each value, how many take it and have not yet
    uses: HashMap<&'a str, usize>,
    left: usize,
    pub(super) maps: HashMap<String, MapId>,
    pub(super) layer_names: HashSet<String>,
    /// the histories of each geometry
    pub(super) histories: HashMap<String, HashSet<String>>,
    /// geometries with several histories: nothing is folded into their matrices
    pub(super) bare: HashSet<String>,
    /// folded scales
    pub(super) folds: Vec<FoldedNorm>,
}

impl<'a> OnnxWalk<'a> {
    pub(super) fn new(
        opset: i64,
        batch_size: Option<usize>,
        input: Shape,
        uses: HashMap<&'a str, usize>,
        bare: HashSet<String>,
    ) -> Self {
        Self {
            opset,
            batch_size,
            builder: GraphBuilder::new(input),
            values: HashMap::new(),
            axes: HashMap::new(),
            uses,
            left: MOST_ENTRIES,
            maps: HashMap::new(),
            layer_names: HashSet::new(),
            histories: HashMap::new(),
            bare,
            folds: Vec::new(),
        }
    }

    /// Geometries with more than one history.
    pub(super) fn shared_geometries(&self) -> HashSet<String> {
        let several = self.histories.iter().filter(|(_, histories)| histories.len() > 1);
        several.map(|(geometry, _)| geometry.clone()).collect()
    }

    /// Room for entries, before they are made.
    pub(super) fn claim(&mut self, place: &str, entries: usize) -> Result<(), OnnxError> {
        match self.left.checked_sub(entries) {
            Some(left) => self.left = left,
            None => {
                let expected = format!("at most {MOST_ENTRIES} entries of values and tables");
                return Err(OnnxError::at(place, expected, format!("{entries} with {} left", self.left)));
            }
        }
        Ok(())
    }

    /// Room for an array of these axes.
    pub(super) fn claim_axes(&mut self, place: &str, axes: &[usize]) -> Result<(), OnnxError> {
        let entries = axes.iter().fold(1_usize, |product, &axis| product.saturating_mul(axis));
        self.claim(place, entries)
    }

    /// Gives a value its name.
    pub(super) fn set(&mut self, name: &'a str, value: OnnxValue) {
        let axes = match &value {
            OnnxValue::Constant(constant) => constant.axes(),
            OnnxValue::Traced(traced) => &traced.axes,
            OnnxValue::Linear(part) => &part.axes,
        };
        self.axes.insert(name, axes.to_vec());
        self.values.insert(name, value);
    }

    /// Whether anything takes a value.
    pub(super) fn is_used(&self, name: &str) -> bool {
        self.uses.get(name).is_some_and(|&uses| uses > 0)
    }

    /// The axes of an input.
    pub(super) fn axes(&self, node: &OnnxNode<'a>, at: usize) -> Result<&[usize], OnnxError> {
        let axes = node.input(at).and_then(|name| self.axes.get(name));
        axes.map(Vec::as_slice).ok_or_else(|| node.error(format!("an input {at}"), "none"))
    }

    /// The value of an input. A linear map without another use may still grow.
    pub(super) fn take(&mut self, node: &OnnxNode<'a>, at: usize) -> Result<OnnxValue, OnnxError> {
        match node.input(at) {
            Some(name) => self.take_named(name).map_err(|error| match error {
                None => node.error(format!("a value `{name}` as its input {at}"), "none"),
                Some(error) => error,
            }),
            None => Err(node.error(format!("an input {at}"), "none")),
        }
    }

    /// The value of a name; `Err(None)` if there is none.
    pub(super) fn take_named(&mut self, name: &'a str) -> Result<OnnxValue, Option<OnnxError>> {
        let uses = self.uses.get_mut(name).ok_or(None)?;
        *uses = uses.saturating_sub(1);
        let is_last = *uses == 0;
        let value = self.values.remove(name).ok_or(None)?;
        if is_last {
            return Ok(value);
        }
        let value = self.settled(value)?;
        if let OnnxValue::Traced(TracedArray { entries: TracedEntries::Chosen(array), .. }) = &value {
            self.claim(name, array.len())?;
        }
        self.values.insert(name, value.clone());
        Ok(value)
    }

    /// An input computed from the network's input.
    pub(super) fn traced(&mut self, node: &OnnxNode<'a>, at: usize) -> Result<TracedArray, OnnxError> {
        let value = self.take(node, at)?;
        match self.settled(value)? {
            OnnxValue::Traced(traced) => Ok(traced),
            _ => Err(node.error(format!("a value of the network as its input {at}"), "a constant")),
        }
    }

    /// A constant input; `None` if left out.
    pub(super) fn constant(
        &mut self,
        node: &OnnxNode<'a>,
        at: usize,
    ) -> Result<Option<OnnxConstant>, OnnxError> {
        if node.input(at).is_none() {
            return Ok(None);
        }
        match self.take(node, at)? {
            OnnxValue::Constant(constant) => Ok(Some(constant)),
            _ => {
                Err(node.error(format!("a constant as its input {at}"), "a value that depends on the input"))
            }
        }
    }

    /// A constant input of real numbers; `None` if left out.
    pub(super) fn reals(
        &mut self,
        node: &OnnxNode<'a>,
        at: usize,
    ) -> Result<Option<OnnxConstant>, OnnxError> {
        match self.constant(node, at)? {
            Some(constant) if constant.as_reals().is_none() => {
                Err(node.error(format!("real numbers as its input {at}"), "integers"))
            }
            other => Ok(other),
        }
    }

    /// A constant input of integers, whatever its shape; `None` if left out.
    pub(super) fn integers(&mut self, node: &OnnxNode<'a>, at: usize) -> Result<Option<Vec<i64>>, OnnxError> {
        let Some(constant) = self.constant(node, at)? else { return Ok(None) };
        match constant.as_integers() {
            Some(numbers) => Ok(Some(numbers.iter().copied().collect())),
            None => Err(node.error(format!("integers as its input {at}"), "real numbers")),
        }
    }

    /// The value with a linear map put into the graph.
    pub(super) fn settled(&mut self, value: OnnxValue) -> Result<OnnxValue, OnnxError> {
        Ok(match value {
            OnnxValue::Linear(part) => OnnxValue::Traced(self.place(*part)?),
            other => other,
        })
    }

    /// The value as entries of nodes; a constant becomes a node.
    pub(super) fn as_traced(
        &mut self,
        node: &OnnxNode<'a>,
        value: OnnxValue,
    ) -> Result<TracedArray, OnnxError> {
        match self.settled(value)? {
            OnnxValue::Constant(constant) => {
                let Some(numbers) = constant.as_reals() else {
                    return Err(node.error("real numbers beside values of the network", "integers"));
                };
                let axes = constant.axes().to_vec();
                self.claim_axes(&node.place, &axes)?;
                let values: Vec<f64> = numbers.iter().copied().collect();
                let shape = if axes.is_empty() { vec![1] } else { axes.clone() };
                let id = self.builder.constant(&node.name, values, Shape::new(shape))?;
                Ok(TracedArray::whole(id, axes, None))
            }
            OnnxValue::Traced(traced) => Ok(traced),
            OnnxValue::Linear(part) => self.place(*part),
        }
    }

    /// Rearranges a value; `batch` is the axis of the batch in the result.
    pub(super) fn rearranged(
        &mut self,
        node: &OnnxNode<'a>,
        value: OnnxValue,
        how: &Rearrangement,
        batch: Option<usize>,
    ) -> Result<OnnxValue, OnnxError> {
        Ok(match self.settled(value)? {
            OnnxValue::Traced(traced) => {
                OnnxValue::Traced(self.rearranged_entries(node, traced, how, batch)?)
            }
            OnnxValue::Constant(OnnxConstant { origin, numbers }) => {
                use super::constant::ConstantNumbers::{Integers, Reals};
                let before = match &numbers {
                    Reals(numbers) => numbers.shape(),
                    Integers(numbers) => numbers.shape(),
                };
                let axes = how.axes(before);
                self.claim_axes(&node.place, &axes)?;
                let misfit = || node.error(format!("a constant that fits into {}", shown(&axes)), "another");
                let origin = format!("{origin}|{how:?}");
                OnnxValue::Constant(match numbers {
                    Reals(numbers) => {
                        OnnxConstant::reals(origin, how.apply(numbers.view()).ok_or_else(misfit)?)
                    }
                    Integers(numbers) => {
                        OnnxConstant::integers(origin, how.apply(numbers.view()).ok_or_else(misfit)?)
                    }
                })
            }
            part @ OnnxValue::Linear(_) => part,
        })
    }

    /// Rearranges entries of nodes.
    pub(super) fn rearranged_entries(
        &mut self,
        node: &OnnxNode<'a>,
        traced: TracedArray,
        how: &Rearrangement,
        batch: Option<usize>,
    ) -> Result<TracedArray, OnnxError> {
        let axes = how.axes(&traced.axes);
        self.claim_axes(&node.place, &axes)?;
        if axes.contains(&0) {
            return Err(node.error("a value with entries", format!("shape {}", shown(&axes))));
        }
        if let (Rearrangement::Reshape(_), TracedEntries::Whole(id)) = (how, &traced.entries) {
            return Ok(TracedArray::whole(*id, axes, batch));
        }
        let before = shown(&traced.axes);
        match how.apply(traced.array().view()) {
            Some(array) => Ok(self.gathered(array, batch)),
            None => Err(node.error(format!("a value that fits into {}", shown(&axes)), before)),
        }
    }

    /// A value broadcast to the common axes.
    pub(super) fn broadcast(
        &mut self,
        node: &OnnxNode<'a>,
        mut traced: TracedArray,
        other: &[usize],
    ) -> Result<TracedArray, OnnxError> {
        let Some(axes) = broadcast_axes(&traced.axes, other) else {
            let expected = format!("a shape that fits to {}", shown(&traced.axes));
            return Err(node.error(expected, shown(other)));
        };
        let front = axes.len() - traced.axes.len();
        if front > 0 {
            let longer = [&vec![1; front][..], &traced.axes].concat();
            let batch = traced.batch.map(|batch| batch + front);
            traced = self.rearranged_entries(node, traced, &Rearrangement::Reshape(longer), batch)?;
        }
        if traced.axes == axes {
            return Ok(traced);
        }
        if let Some(batch) = traced.batch
            && axes[batch] != 1
        {
            let expected = format!("1 entry along the batch, axis {batch}");
            return Err(node.error(expected, axes[batch].to_string()));
        }
        let batch = traced.batch;
        self.rearranged_entries(node, traced, &Rearrangement::Broadcast(axes), batch)
    }
}
