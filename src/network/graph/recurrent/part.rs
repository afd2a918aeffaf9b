//! Which matrix of a recurrent layer a linear map has.

use super::form::{Gate, RecurrentCell};

/// What a matrix of a recurrent layer reads at each step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecurrentReads {
    /// the step's input
    Input,
    /// the state of the step before
    State,
}

impl RecurrentReads {
    /// Its name, as in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::State => "state",
        }
    }
}

/// A matrix of a recurrent layer. Its rows are those of the gates, equally many each, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecurrentPart {
    /// the layer's cell
    pub cell: RecurrentCell,
    /// what the matrix reads
    pub reads: RecurrentReads,
    /// the gates in the order of their rows; none of a cell with one matrix
    pub gates: &'static [Gate],
}

impl RecurrentPart {
    /// The gate of one of so many rows, and the number of its unit, from 0.
    pub(in crate::network::graph) fn gate(self, row: usize, rows: usize) -> Option<(&'static str, usize)> {
        let units = rows.checked_div(self.gates.len())?;
        Some((self.gates.get(row.checked_div(units)?)?.name(), row % units))
    }
}
