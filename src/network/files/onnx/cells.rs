//! One step of an LSTM, a GRU and a plain recurrent layer, by the equations of the ONNX standard.

use ndarray::{Array1, Array2, Axis, concatenate};

use super::OnnxError;
use super::walk::OnnxWalk;
use crate::network::Activation;
use crate::network::graph::{MapId, NodeId, Shape};

/// The gates in the order of their rows.
const LSTM_GATES: &[&str] = &["input", "output", "forget", "candidate"];
const GRU_GATES: &[&str] = &["update", "reset", "candidate"];

/// The states between two steps; `None` for 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct CellState {
    pub(super) hidden: Option<NodeId>,
    pub(super) cell: Option<NodeId>,
}

/// The step of a recurrent layer.
pub(super) trait RecurrentStep {
    /// The states behind a step with the input `x`.
    fn step(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        x: NodeId,
        state: CellState,
    ) -> Result<CellState, OnnxError>;
}

/// The biases of the input and of the hidden state.
type Biases = Option<(Array1<f64>, Array1<f64>)>;

/// W·x + R·h + b, of all gates one behind the other.
struct GateSums {
    input: MapId,
    hidden: MapId,
    units: usize,
}

impl GateSums {
    /// The key and name of the maps; of their biases one sum.
    fn new(
        walk: &mut OnnxWalk<'_>,
        (key, layer): (&str, &str),
        input: Array2<f64>,
        hidden: Array2<f64>,
        bias: Option<Array1<f64>>,
        gates: &'static [&'static str],
    ) -> Result<Self, OnnxError> {
        let units = hidden.ncols();
        // R of a GRU's candidate is a map of its own.
        let of_hidden = gates.get(..hidden.nrows() / units.max(1)).unwrap_or_default();
        let input = walk.dense(&format!("{key}|W"), &format!("{layer}/input"), input, bias, gates)?;
        let hidden = walk.dense(&format!("{key}|R"), &format!("{layer}/hidden"), hidden, None, of_hidden)?;
        Ok(Self { input, hidden, units })
    }

    fn of(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        x: NodeId,
        hidden: Option<NodeId>,
    ) -> Result<NodeId, OnnxError> {
        let sum = walk.builder.linear(&format!("{name}/input"), self.input, x)?;
        let Some(hidden) = hidden else { return Ok(sum) };
        let of_hidden = walk.builder.linear(&format!("{name}/hidden"), self.hidden, hidden)?;
        Ok(walk.builder.add(&format!("{name}/sum"), sum, of_hidden)?)
    }

    /// The part of a gate, from 0.
    fn part(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        sums: NodeId,
        gate: usize,
    ) -> Result<NodeId, OnnxError> {
        part(walk, name, sums, gate * self.units, self.units)
    }
}

/// Entries of a vector from a first one on.
fn part(
    walk: &mut OnnxWalk<'_>,
    name: &str,
    of: NodeId,
    first: usize,
    count: usize,
) -> Result<NodeId, OnnxError> {
    let entries = (first..first + count).map(|entry| entry as u32).collect();
    Ok(walk.builder.select(name, of, entries, Shape::new([count]))?)
}

fn both(biases: &Biases) -> Option<Array1<f64>> {
    biases.as_ref().map(|(input, hidden)| input + hidden)
}

/// A long short-term memory; its gates lie in the order i, o, f, c.
pub(super) struct Lstm {
    sums: GateSums,
    gate: Activation,
    candidate: Activation,
    output: Activation,
}

impl Lstm {
    pub(super) fn new(
        walk: &mut OnnxWalk<'_>,
        names: (&str, &str),
        input: Array2<f64>,
        hidden: Array2<f64>,
        biases: Biases,
        activations: &[Activation],
    ) -> Result<Self, OnnxError> {
        let sums = GateSums::new(walk, names, input, hidden, both(&biases), LSTM_GATES)?;
        Ok(Self { sums, gate: activations[0], candidate: activations[1], output: activations[2] })
    }
}

impl RecurrentStep for Lstm {
    fn step(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        x: NodeId,
        state: CellState,
    ) -> Result<CellState, OnnxError> {
        let sums = self.sums.of(walk, name, x, state.hidden)?;
        let mut gate = |at: usize, what: &str, activation: Activation| -> Result<NodeId, OnnxError> {
            let part = self.sums.part(walk, &format!("{name}/{what}/sum"), sums, at)?;
            Ok(walk.builder.activation(&format!("{name}/{what}"), activation, part)?)
        };
        let input_gate = gate(0, "input-gate", self.gate)?;
        let output_gate = gate(1, "output-gate", self.gate)?;
        let forget_gate =
            state.cell.map(|cell| Ok::<_, OnnxError>((gate(2, "forget-gate", self.gate)?, cell)));
        let forget_gate = forget_gate.transpose()?;
        let candidate = gate(3, "candidate", self.candidate)?;
        let mut cell = walk.builder.product(&format!("{name}/new"), input_gate, candidate)?;
        if let Some((forget_gate, before)) = forget_gate {
            let kept = walk.builder.product(&format!("{name}/kept"), forget_gate, before)?;
            cell = walk.builder.add(&format!("{name}/cell"), kept, cell)?;
        }
        let shown = walk.builder.activation(&format!("{name}/cell/shown"), self.output, cell)?;
        let hidden = walk.builder.product(&format!("{name}/state"), output_gate, shown)?;
        Ok(CellState { hidden: Some(hidden), cell: Some(cell) })
    }
}

/// A gated recurrent unit; its gates lie in the order z, r, h.
pub(super) struct Gru {
    sums: GateSums,
    /// R of the candidate; with its bias if applied before the reset
    candidate_hidden: MapId,
    has_hidden_bias: bool,
    resets_behind: bool,
    gate: Activation,
    candidate: Activation,
}

impl Gru {
    pub(super) fn new(
        walk: &mut OnnxWalk<'_>,
        (key, layer): (&str, &str),
        input: Array2<f64>,
        hidden: Array2<f64>,
        biases: Biases,
        activations: &[Activation],
        resets_behind: bool,
    ) -> Result<Self, OnnxError> {
        let units = hidden.ncols();
        let (gates, candidate) = hidden.view().split_at(Axis(0), 2 * units);
        // The reset gate scales R·h + b of the candidate: this b stays with R.
        let mut with_input = both(&biases);
        let mut with_hidden = None;
        if let (true, Some((input, hidden))) = (resets_behind, &biases) {
            let (gates, candidate) = input.view().split_at(Axis(0), 2 * units);
            let (hidden_gates, own) = hidden.view().split_at(Axis(0), 2 * units);
            let gates = &gates + &hidden_gates;
            with_input = concatenate(Axis(0), &[gates.view(), candidate]).ok();
            let own = own.to_owned();
            with_hidden = own.iter().any(|&b| b != 0.0).then_some(own);
        }
        let has_hidden_bias = with_hidden.is_some();
        let sums = GateSums::new(walk, (key, layer), input, gates.to_owned(), with_input, GRU_GATES)?;
        let candidate_hidden = walk.dense(
            &format!("{key}|R of the candidate"),
            &format!("{layer}/hidden-candidate"),
            candidate.to_owned(),
            with_hidden,
            &["candidate"],
        )?;
        let (gate, candidate) = (activations[0], activations[1]);
        Ok(Self { sums, candidate_hidden, has_hidden_bias, resets_behind, gate, candidate })
    }
}

impl RecurrentStep for Gru {
    fn step(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        x: NodeId,
        state: CellState,
    ) -> Result<CellState, OnnxError> {
        let units = self.sums.units;
        let all = walk.builder.linear(&format!("{name}/input"), self.sums.input, x)?;
        let mut gates = part(walk, &format!("{name}/gates/input"), all, 0, 2 * units)?;
        if let Some(hidden) = state.hidden {
            let of_hidden = walk.builder.linear(&format!("{name}/hidden"), self.sums.hidden, hidden)?;
            gates = walk.builder.add(&format!("{name}/gates"), gates, of_hidden)?;
        }
        let mut gate = |at: usize, what: &str| -> Result<NodeId, OnnxError> {
            let sum = self.sums.part(walk, &format!("{name}/{what}/sum"), gates, at)?;
            Ok(walk.builder.activation(&format!("{name}/{what}"), self.gate, sum)?)
        };
        let update = gate(0, "update-gate")?;
        let reset = gate(1, "reset-gate")?;
        let mut sum = part(walk, &format!("{name}/candidate/input"), all, 2 * units, units)?;
        let hidden = match state.hidden {
            Some(hidden) => hidden,
            None => {
                let zeros = vec![0.0; units];
                walk.builder.constant(&format!("{name}/zero"), zeros, Shape::new([units]))?
            }
        };
        let of_hidden = format!("{name}/hidden-candidate");
        let recurrent = if self.resets_behind {
            // At a state of 0 the bias alone is left.
            let is_zero = state.hidden.is_none() && !self.has_hidden_bias;
            let linear =
                |walk: &mut OnnxWalk<'_>| walk.builder.linear(&of_hidden, self.candidate_hidden, hidden);
            let linear = if is_zero { None } else { Some(linear(walk)?) };
            linear.map(|linear| walk.builder.product(&format!("{name}/reset"), reset, linear)).transpose()?
        } else if state.hidden.is_some() {
            let kept = walk.builder.product(&format!("{name}/reset"), reset, hidden)?;
            Some(walk.builder.linear(&of_hidden, self.candidate_hidden, kept)?)
        } else {
            None
        };
        if let Some(recurrent) = recurrent {
            sum = walk.builder.add(&format!("{name}/candidate/sum"), sum, recurrent)?;
        }
        let candidate = walk.builder.activation(&format!("{name}/candidate"), self.candidate, sum)?;
        let hidden = walk.builder.mix(&format!("{name}/state"), update, hidden, candidate)?;
        Ok(CellState { hidden: Some(hidden), cell: None })
    }
}

/// A plain recurrent layer.
pub(super) struct Rnn {
    sums: GateSums,
    activation: Activation,
}

impl Rnn {
    pub(super) fn new(
        walk: &mut OnnxWalk<'_>,
        names: (&str, &str),
        input: Array2<f64>,
        hidden: Array2<f64>,
        biases: Biases,
        activations: &[Activation],
    ) -> Result<Self, OnnxError> {
        let sums = GateSums::new(walk, names, input, hidden, both(&biases), &[])?;
        Ok(Self { sums, activation: activations[0] })
    }
}

impl RecurrentStep for Rnn {
    fn step(
        &self,
        walk: &mut OnnxWalk<'_>,
        name: &str,
        x: NodeId,
        state: CellState,
    ) -> Result<CellState, OnnxError> {
        let sums = self.sums.of(walk, name, x, state.hidden)?;
        let hidden = walk.builder.activation(&format!("{name}/state"), self.activation, sums)?;
        Ok(CellState { hidden: Some(hidden), cell: None })
    }
}
