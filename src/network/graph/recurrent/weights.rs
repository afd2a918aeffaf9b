//! The matrices of a recurrent layer: one for each of its linear maps.

use ndarray::{Array1, Array2, Axis};

use super::form::{RecurrentCell, RecurrentForm};
use super::part::{RecurrentPart, RecurrentReads};
use crate::network::graph::GraphError;

/// The weights of a recurrent layer of h units on a sequence of a width: gates one behind the other in the rows.
#[derive(Clone, Debug)]
pub struct RecurrentWeights {
    /// (gates · h) × width, for the inputs
    pub input: Array2<f64>,
    /// (gates · h) × h, for the state
    pub hidden: Array2<f64>,
    /// gates · h biases beside `input`
    pub input_bias: Option<Array1<f64>>,
    /// gates · h biases beside `hidden`
    pub hidden_bias: Option<Array1<f64>>,
}

/// The matrix of a linear map.
#[derive(Clone, Debug)]
pub struct BiasedMatrix {
    /// outputs × inputs
    pub weights: Array2<f64>,
    /// one for each output
    pub bias: Option<Array1<f64>>,
    /// its part in the layer
    pub part: RecurrentPart,
}

/// Matrices or maps on the state.
#[derive(Clone, Copy, Debug)]
pub enum HiddenParts<T> {
    /// one for all gates
    Whole(T),
    /// of a GRU: for r and z, and for the candidate
    Apart(T, T),
}

impl<T> HiddenParts<T> {
    /// Each part as another thing. `to` gets its name, `hidden` or `hidden-candidate`.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn placed<U, E>(self, mut to: impl FnMut(&str, T) -> Result<U, E>) -> Result<HiddenParts<U>, E> {
        Ok(match self {
            Self::Whole(all) => HiddenParts::Whole(to("hidden", all)?),
            Self::Apart(gates, candidate) => {
                let gates = to("hidden", gates)?;
                HiddenParts::Apart(gates, to("hidden-candidate", candidate)?)
            }
        })
    }
}

/// The matrices of a layer's linear maps. Both biases of a gate add up beside the inputs; b_n of a GRU stays beside U_n where r
/// multiplies their sum.
#[derive(Clone, Debug)]
pub struct RecurrentMatrices {
    /// units of the layer
    pub units: usize,
    /// on the inputs, for all gates
    pub input: BiasedMatrix,
    /// on the state
    pub hidden: HiddenParts<BiasedMatrix>,
}

impl RecurrentMatrices {
    /// The matrices of a layer of this form. `is_apart`: the candidate of a GRU has a matrix of its own on the state, as
    /// it needs where r multiplies the state.
    ///
    /// # Errors
    /// [`GraphError`] for other numbers of rows or biases than gates · units.
    pub fn new(
        name: &str,
        form: &RecurrentForm,
        weights: RecurrentWeights,
        is_apart: bool,
    ) -> Result<Self, GraphError> {
        let RecurrentWeights { input, hidden, input_bias, hidden_bias } = weights;
        let (units, gates) = (hidden.ncols(), form.cell().gates());
        let rows = gates * units;
        let check = |what: &str, found: usize| {
            let expected = format!("{rows} {what} ({gates} for each of {units} units)");
            if found == rows { Ok(()) } else { Err(GraphError::new(name, expected, found.to_string())) }
        };
        check("rows of its hidden weights", hidden.nrows())?;
        check("rows of its input weights", input.nrows())?;
        for bias in [&input_bias, &hidden_bias].into_iter().flatten() {
            check("biases", bias.len())?;
        }
        let is_gru = form.cell() == RecurrentCell::Gru;
        // Rows from here on keep their bias beside U.
        let first_kept = if is_gru && !form.resets_state() { 2 * units } else { rows };
        let part = |is_kept: bool| {
            let mut bias = hidden_bias.clone()?;
            let others = bias.iter_mut().enumerate().filter(|(row, _)| (*row >= first_kept) != is_kept);
            others.for_each(|(_, b)| *b = 0.0);
            Some(bias)
        };
        let kept = part(true).filter(|bias| bias.iter().any(|&b| b != 0.0));
        let bias = match (input_bias, part(false)) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        let all = form.gates();
        let of = |reads, gates| RecurrentPart { cell: form.cell(), reads, gates };
        let of_state = |gates| of(RecurrentReads::State, gates);
        let hidden = if is_gru && (is_apart || form.resets_state()) {
            let (gates, candidate) = hidden.view().split_at(Axis(0), 2 * units);
            let bias = kept.map(|bias| bias.iter().skip(2 * units).copied().collect());
            let gates = BiasedMatrix { weights: gates.to_owned(), bias: None, part: of_state(&all[..2]) };
            let candidate = BiasedMatrix { weights: candidate.to_owned(), bias, part: of_state(&all[2..]) };
            HiddenParts::Apart(gates, candidate)
        } else {
            HiddenParts::Whole(BiasedMatrix { weights: hidden, bias: kept, part: of_state(all) })
        };
        let input = BiasedMatrix { weights: input, bias, part: of(RecurrentReads::Input, all) };
        Ok(Self { units, input, hidden })
    }
}
