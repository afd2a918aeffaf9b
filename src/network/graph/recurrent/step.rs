//! One step of a recurrent layer, by the equations of its cell.

use super::form::{Gate, RecurrentCell, RecurrentForm};
use super::weights::HiddenParts;
use crate::network::Activation;
use crate::network::graph::{GraphBuilder, GraphError, MapId, NodeId, Shape};

/// The state between two steps; 0 where none is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct RecurrentState {
    /// h
    pub hidden: Option<NodeId>,
    /// c of an LSTM
    pub cell: Option<NodeId>,
}

/// A step while its nodes are laid out, named after `name`.
pub(super) struct CellStep<'a> {
    pub(super) graph: &'a mut GraphBuilder,
    pub(super) form: RecurrentForm,
    pub(super) units: usize,
    pub(super) hidden: HiddenParts<MapId>,
    pub(super) name: &'a str,
}

impl CellStep<'_> {
    /// The state behind the step, `x` being W·x + b of all gates, and `before` the state before it.
    pub(super) fn state(&mut self, x: NodeId, before: RecurrentState) -> Result<RecurrentState, GraphError> {
        match self.form.cell() {
            RecurrentCell::Lstm => self.lstm(x, before),
            RecurrentCell::Gru => self.gru(x, before),
            RecurrentCell::Rnn(_) => {
                let sum = self.plus_hidden(x, before)?;
                let hidden = self.activation("state", self.form.activation(Gate::Candidate), sum)?;
                Ok(RecurrentState { hidden: Some(hidden), cell: None })
            }
        }
    }

    fn lstm(&mut self, x: NodeId, before: RecurrentState) -> Result<RecurrentState, GraphError> {
        let sums = self.plus_hidden(x, before)?;
        let [mut input, mut forget, mut output, mut candidate] = [sums; 4];
        for (number, &gate) in self.form.gates().iter().enumerate() {
            let value = match gate {
                Gate::Input => &mut input,
                Gate::Forget if before.cell.is_none() => continue,
                Gate::Forget => &mut forget,
                Gate::Output => &mut output,
                _ => &mut candidate,
            };
            *value = self.gate(gate, sums, number)?;
        }
        let mut cell = self.product("new", input, candidate)?;
        if let Some(before) = before.cell {
            let kept = self.product("kept", forget, before)?;
            cell = self.add("cell", kept, cell)?;
        }
        let shown = self.activation("cell/shown", self.form.shown(), cell)?;
        let hidden = self.product("state", output, shown)?;
        Ok(RecurrentState { hidden: Some(hidden), cell: Some(cell) })
    }

    fn gru(&mut self, x: NodeId, before: RecurrentState) -> Result<RecurrentState, GraphError> {
        let units = self.units;
        let state = match before.hidden {
            Some(hidden) => hidden,
            None => self.graph.constant(&self.called("zero"), vec![0.0; units], Shape::new([units]))?,
        };
        // U·h + b of r and z, and of the candidate. At a state of 0 only a bias is left.
        let (of_gates, of_candidate) = match self.hidden {
            HiddenParts::Whole(map) => match self.of_state("hidden", map, state, before)? {
                Some(all) => {
                    let gates = self.part("gates/hidden", all, 0, 2 * units)?;
                    (Some(gates), Some(self.part("candidate/hidden", all, 2 * units, units)?))
                }
                None => (None, None),
            },
            HiddenParts::Apart(gates, candidate) => {
                let gates = self.of_state("hidden", gates, state, before)?;
                let is_after_reset = self.form.resets_state();
                let candidate = if is_after_reset {
                    None
                } else {
                    self.of_state("hidden-candidate", candidate, state, before)?
                };
                (gates, candidate)
            }
        };
        let mut sums = self.part("gates/input", x, 0, 2 * units)?;
        if let Some(of_gates) = of_gates {
            sums = self.add("gates", sums, of_gates)?;
        }
        let [mut reset, mut update] = [sums; 2];
        for (number, &gate) in self.form.gates().iter().enumerate() {
            match gate {
                Gate::Reset => reset = self.gate(gate, sums, number)?,
                Gate::Update => update = self.gate(gate, sums, number)?,
                _ => {}
            }
        }
        let recurrent = match (self.hidden, of_candidate) {
            (_, Some(linear)) => Some(self.product("reset", reset, linear)?),
            (HiddenParts::Apart(_, map), None) if self.form.resets_state() && before.hidden.is_some() => {
                let kept = self.product("reset", reset, state)?;
                Some(self.graph.linear(&self.called("hidden-candidate"), map, kept)?)
            }
            _ => None,
        };
        let mut sum = self.part("candidate/input", x, 2 * units, units)?;
        if let Some(recurrent) = recurrent {
            sum = self.add("candidate/sum", sum, recurrent)?;
        }
        let candidate = self.activation("candidate", self.form.activation(Gate::Candidate), sum)?;
        let hidden = self.graph.mix(&self.called("state"), update, state, candidate)?;
        Ok(RecurrentState { hidden: Some(hidden), cell: None })
    }

    fn called(&self, what: &str) -> String {
        format!("{}/{what}", self.name)
    }

    /// x + U·h.
    fn plus_hidden(&mut self, x: NodeId, before: RecurrentState) -> Result<NodeId, GraphError> {
        let (HiddenParts::Whole(map) | HiddenParts::Apart(map, _)) = self.hidden;
        let Some(hidden) = before.hidden else { return Ok(x) };
        let of_hidden = self.graph.linear(&self.called("hidden"), map, hidden)?;
        self.add("sum", x, of_hidden)
    }

    /// A map of the state; `None` if the state before is 0 and the map has no bias.
    fn of_state(
        &mut self,
        what: &str,
        map: MapId,
        state: NodeId,
        before: RecurrentState,
    ) -> Result<Option<NodeId>, GraphError> {
        if before.hidden.is_none() && !self.graph.linear_map(map).has_bias() {
            return Ok(None);
        }
        self.graph.linear(&self.called(what), map, state).map(Some)
    }

    /// A gate, its sums being block `number` of those of all gates.
    fn gate(&mut self, gate: Gate, sums: NodeId, number: usize) -> Result<NodeId, GraphError> {
        let name = match gate {
            Gate::Candidate => gate.name().to_owned(),
            _ => format!("{}-gate", gate.name()),
        };
        let sum = self.part(&format!("{name}/sum"), sums, number * self.units, self.units)?;
        self.activation(&name, self.form.activation(gate), sum)
    }

    /// `length` entries of a value from entry `first` on.
    fn part(&mut self, what: &str, of: NodeId, first: usize, length: usize) -> Result<NodeId, GraphError> {
        self.graph.part(&self.called(what), of, first, length)
    }

    fn activation(&mut self, what: &str, by: Activation, of: NodeId) -> Result<NodeId, GraphError> {
        self.graph.activation(&self.called(what), by, of)
    }

    fn add(&mut self, what: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        self.graph.add(&self.called(what), a, b)
    }

    fn product(&mut self, what: &str, a: NodeId, b: NodeId) -> Result<NodeId, GraphError> {
        self.graph.product(&self.called(what), a, b)
    }
}
