//! Linear maps and batch norm: the nodes with tensors.

use ndarray::Array2;

use super::super::preset::{BatchNormFields, ConvFields, DenseFields, GraphNode, SequenceOutput};
use super::error::DescriptionError;
use super::tensors::{NamedTensors, Naming, Tensor, misfit};
use super::windows::WindowOptions;
use crate::network::graph::{
    BatchNorm, BatchStatistics, FoldedNorm, GraphBuilder, LinearMap, NodeId, RecurrentCell, RecurrentState,
    RecurrentWeights,
};

/// PyTorch's e of batch norm.
const EPSILON: f64 = 1e-5;

/// A node with tensors while it becomes part of a graph.
pub(super) struct Layer<'a, 'f, 'b> {
    pub(super) graph: &'a mut GraphBuilder,
    pub(super) tensors: &'a mut NamedTensors<'f, 'b>,
    pub(super) name: &'a str,
    pub(super) node: &'a GraphNode,
    pub(super) of: NodeId,
}

impl Layer<'_, '_, '_> {
    /// The names of its tensors; the first `required` have one.
    fn names(&self, required: usize) -> Result<Vec<Option<String>>, DescriptionError> {
        let Some(naming) = Naming::of(self.node) else { return Ok(Vec::new()) };
        Ok(naming.names(self.name, required, |name| self.tensors.has(name))?)
    }

    /// A list of the tensor of this name, where there is one.
    fn list(&mut self, name: Option<&String>) -> Result<Option<ndarray::Array1<f64>>, DescriptionError> {
        name.map(|name| self.tensors.list(self.name, name)).transpose()
    }

    pub(super) fn convolution(&mut self, fields: &ConvFields) -> Result<NodeId, DescriptionError> {
        let names = self.names(1)?;
        let [Some(weight), bias] = &names[..] else { return Ok(self.of) };
        let Tensor { shape, numbers } = self.tensors.read(self.name, weight)?;
        let (&[outputs, channels, ref kernel @ ..], true) = (&shape[..], shape.len() > 2) else {
            let expected = "3 axes or more, outputs × channels of a group × sizes of the window,";
            return Err(misfit(self.name, weight, expected, &shape));
        };
        let input = self.graph.shape(self.of).clone();
        let groups = fields.groups.map_or(1, |groups| groups.0);
        let options = WindowOptions {
            stride: fields.stride.as_ref(),
            padding: fields.padding.as_ref(),
            dilation: fields.dilation.as_ref(),
        };
        let window = options.window(self.name, &input, kernel.to_vec(), vec![1; kernel.len()])?;
        if channels.checked_mul(groups) != input.axes().first().copied() {
            let expected = format!("channels of an input of {input} in {groups} groups");
            return Err(misfit(self.name, weight, &expected, &shape));
        }
        let columns = channels.saturating_mul(window.taps());
        let kernel = Array2::from_shape_vec((outputs, columns), numbers)
            .map_err(|_| misfit(self.name, weight, "as many numbers as its axes say", &shape))?;
        let bias = self.list(bias.as_ref())?;
        let map = LinearMap::convolution(self.name, input, kernel, bias, window, groups)?;
        let map = self.graph.map(map);
        Ok(self.graph.linear(self.name, map, self.of)?)
    }

    pub(super) fn dense(&mut self, fields: &DenseFields) -> Result<NodeId, DescriptionError> {
        let names = self.names(1)?;
        let [Some(weight), bias] = &names[..] else { return Ok(self.of) };
        let mut matrix = self.tensors.matrix(self.name, weight)?;
        if fields.transposed.unwrap_or(false) {
            matrix = matrix.reversed_axes().as_standard_layout().into_owned();
        }
        let bias = self.list(bias.as_ref())?;
        let input = self.graph.shape(self.of).clone();
        let map = match input.axes().len() {
            0 | 1 => LinearMap::dense(self.name, input, matrix, bias)?,
            _ => LinearMap::of_rows(self.name, input, matrix, bias)?,
        };
        let map = self.graph.map(map);
        Ok(self.graph.linear(self.name, map, self.of)?)
    }

    /// Batch norm, folded where it is the only use of a linear map's value.
    pub(super) fn batch_norm(
        &mut self,
        fields: &BatchNormFields,
        is_only_use: bool,
    ) -> Result<(NodeId, Option<FoldedNorm>), DescriptionError> {
        let names = self.names(0)?;
        let mut lists = Vec::new();
        for name in &names {
            lists.push(self.list(name.as_ref())?.map(|list| list.to_vec()));
        }
        let mut lists = lists.into_iter();
        let [mean, variance, weight, bias] = std::array::from_fn(|_| lists.next().flatten());
        let epsilon = fields.eps.map_or(EPSILON, |eps| eps.0);
        let norm = BatchNorm::new(self.name, BatchStatistics { weight, bias, mean, variance, epsilon })?;
        Ok(self.graph.batch_norm(self.name, &norm, self.of, is_only_use)?)
    }

    pub(super) fn recurrent(
        &mut self,
        cell: RecurrentCell,
        output: Option<SequenceOutput>,
    ) -> Result<NodeId, DescriptionError> {
        let names = self.names(2)?;
        let [Some(input), Some(hidden), input_bias, hidden_bias] = &names[..] else { return Ok(self.of) };
        let weights = RecurrentWeights {
            input: self.tensors.matrix(self.name, input)?,
            hidden: self.tensors.matrix(self.name, hidden)?,
            input_bias: self.list(input_bias.as_ref())?,
            hidden_bias: self.list(hidden_bias.as_ref())?,
        };
        let states = self.graph.recurrent(self.name, cell, weights, self.of, RecurrentState::default())?;
        Ok(match output.unwrap_or_default() {
            SequenceOutput::Last => states.last,
            SequenceOutput::All => states.all,
        })
    }
}
