//! A recurrent layer in the form of PyTorch. Its map on the inputs reads all steps at once, as rows.

use super::form::{GateOrder, RecurrentCell, RecurrentForm};
use super::layer::{RecurrentLayer, StepInputs};
use super::step::RecurrentState;
use super::weights::{BiasedMatrix, RecurrentMatrices, RecurrentWeights};
use crate::network::graph::{GraphBuilder, GraphError, LinearMap, NodeId, Shape};

/// The values of an unrolled layer.
#[derive(Clone, Copy, Debug)]
pub struct States {
    /// h after the last step, of shape `[h]`
    pub last: NodeId,
    /// h after each step, of shape `[T, h]`
    pub all: NodeId,
    /// c after the last step, of shape `[h]`; of an LSTM
    pub last_cell: Option<NodeId>,
}

/// W·x + b of all steps, one behind the other.
struct SumsByRow<'g> {
    graph: &'g mut GraphBuilder,
    sums: NodeId,
    /// entries of a step
    length: usize,
}

impl StepInputs for SumsByRow<'_> {
    type Error = GraphError;

    fn graph(&mut self) -> &mut GraphBuilder {
        self.graph
    }

    fn at(&mut self, step: usize, name: &str) -> Result<NodeId, GraphError> {
        self.graph.part(&format!("{name}/input"), self.sums, step * self.length, self.length)
    }
}

impl GraphBuilder {
    /// A recurrent layer on a sequence of shape `[T, width]`, step by step. Its maps are called `name.input` and `name.hidden`.
    ///
    /// # Errors
    /// [`GraphError`] where shapes do not fit.
    pub fn recurrent(
        &mut self,
        name: &str,
        cell: RecurrentCell,
        weights: RecurrentWeights,
        sequence: NodeId,
        initial: RecurrentState,
    ) -> Result<States, GraphError> {
        let &[steps, _] = self.shape(sequence).axes() else {
            let found = self.shape(sequence).to_string();
            return Err(GraphError::new(name, "a sequence of shape [steps, width]", found));
        };
        let form = RecurrentForm::new(cell, GateOrder::PyTorch);
        let RecurrentMatrices { units, input, hidden } = RecurrentMatrices::new(name, &form, weights, false)?;
        let BiasedMatrix { weights, bias, part } = input;
        let shape = self.shape(sequence).clone();
        let (map, weights) = LinearMap::of_rows(&format!("{name}.input"), shape, weights, bias)?;
        let input = self.map((map.of_recurrent(part), weights));
        let hidden = hidden.placed(|what, matrix| {
            let BiasedMatrix { weights, bias, part } = matrix;
            let (map, weights) =
                LinearMap::dense(&format!("{name}.{what}"), Shape::new([units]), weights, bias)?;
            Ok::<_, GraphError>(self.map((map.of_recurrent(part), weights)))
        })?;
        let sums = self.linear(&format!("{name}.input"), input, sequence)?;
        for (what, state) in [("h", initial.hidden), ("c", initial.cell)] {
            if let Some(shape) = state.map(|state| self.shape(state)).filter(|shape| shape.axes() != [units])
            {
                let expected = format!("an initial {what} of {units} units");
                return Err(GraphError::new(name, expected, format!("shape {shape}")));
            }
        }
        let mut inputs = SumsByRow { graph: self, sums, length: cell.gates() * units };
        let layer = RecurrentLayer { form, units, hidden };
        let (all, last) = layer.unrolled(name, &mut inputs, (steps, false), initial)?;
        let Some(hidden) = last.hidden.filter(|_| steps > 0) else {
            return Err(GraphError::new(name, "at least one step", "none"));
        };
        let all = self.concat(&format!("{name}/states"), 0, all)?;
        let all = self.reshape(&format!("{name}/all"), all, Shape::new([steps, units]))?;
        Ok(States { last: hidden, all, last_cell: last.cell })
    }
}
