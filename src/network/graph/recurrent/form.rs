//! The kinds of recurrent cells, with the order of their gates and their activations.

use crate::network::Activation;

/// The kind of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecurrentCell {
    /// long short-term memory
    Lstm,
    /// gated recurrent unit
    Gru,
    /// one matrix and this activation
    Rnn(Activation),
}

impl RecurrentCell {
    /// Its name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lstm => "LSTM",
            Self::Gru => "GRU",
            Self::Rnn(_) => "RNN",
        }
    }

    /// Gates, and so blocks of rows of its matrices.
    pub fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
            Self::Rnn(_) => 1,
        }
    }
}

/// A block of rows in the matrices of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// i of an LSTM
    Input,
    /// f of an LSTM
    Forget,
    /// o of an LSTM
    Output,
    /// r of a GRU
    Reset,
    /// z of a GRU
    Update,
    /// g of an LSTM, n of a GRU: the new content of the state
    Candidate,
}

impl Gate {
    /// Its name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Forget => "forget",
            Self::Output => "output",
            Self::Reset => "reset",
            Self::Update => "update",
            Self::Candidate => "candidate",
        }
    }
}

/// The order of gates in the rows. The candidate of a GRU is the last of both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateOrder {
    /// i, f, g, o; r, z, n
    PyTorch,
    /// i, o, f, c; z, r, h
    Onnx,
}

/// A recurrent cell with its options.
#[derive(Clone, Copy, Debug)]
pub struct RecurrentForm {
    cell: RecurrentCell,
    order: GateOrder,
    /// of the gates, of the candidate, of the cell on its way to the state; an RNN has the second alone
    activations: [Activation; 3],
    /// of a GRU: whether r multiplies h, not U_n·h + b_n
    resets_state: bool,
}

impl RecurrentForm {
    /// A cell with the activations of its definition; r of a GRU multiplies U_n·h + b_n.
    pub fn new(cell: RecurrentCell, order: GateOrder) -> Self {
        let candidate = if let RecurrentCell::Rnn(activation) = cell { activation } else { Activation::Tanh };
        let activations = [Activation::Logistic, candidate, Activation::Tanh];
        Self { cell, order, activations, resets_state: false }
    }

    /// The same, r of a GRU multiplying h (`linear_before_reset` 0 in ONNX).
    #[must_use]
    pub fn with_reset_of_the_state(self) -> Self {
        Self { resets_state: true, ..self }
    }

    /// Its activations: of the gates, of the candidate, and of the cell on its way to the state, as far as it has them.
    pub fn activations_mut(&mut self) -> &mut [Activation] {
        match self.cell {
            RecurrentCell::Lstm => &mut self.activations,
            RecurrentCell::Gru => &mut self.activations[..2],
            RecurrentCell::Rnn(_) => &mut self.activations[1..2],
        }
    }

    /// Its kind.
    pub fn cell(&self) -> RecurrentCell {
        self.cell
    }

    /// The gates in the order of their rows; none of a cell with one matrix.
    pub fn gates(&self) -> &'static [Gate] {
        use Gate::{Candidate, Forget, Input, Output, Reset, Update};
        match (self.cell, self.order) {
            (RecurrentCell::Lstm, GateOrder::PyTorch) => &[Input, Forget, Candidate, Output],
            (RecurrentCell::Lstm, GateOrder::Onnx) => &[Input, Output, Forget, Candidate],
            (RecurrentCell::Gru, GateOrder::PyTorch) => &[Reset, Update, Candidate],
            (RecurrentCell::Gru, GateOrder::Onnx) => &[Update, Reset, Candidate],
            (RecurrentCell::Rnn(_), _) => &[],
        }
    }

    /// The activation of a gate.
    pub(super) fn activation(&self, gate: Gate) -> Activation {
        self.activations[usize::from(gate == Gate::Candidate)]
    }

    /// The activation of the cell on its way to the state.
    pub(super) fn shown(&self) -> Activation {
        self.activations[2]
    }

    /// Whether r of a GRU multiplies h.
    pub(super) fn resets_state(&self) -> bool {
        self.resets_state
    }
}
