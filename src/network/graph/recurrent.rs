//! Recurrent layers, unrolled over the steps of a sequence.
//!
//! Every step uses the same two linear maps, so each weight is rebuilt once:
//!
//! | cell | gates, one behind the other in the rows | step |
//! |---|---|---|
//! | [`RecurrentCell::Lstm`] | i, f, g, o | c′ = f⊙c + i⊙g, h = o⊙tanh c′; g by tanh, the others by the logistic function |
//! | [`RecurrentCell::Gru`] | r, z, n | n = tanh(W_n·x + r⊙(U_n·h + b_n)), h′ = z⊙h + (1 − z)⊙n |
//! | [`RecurrentCell::Rnn`] | one | h′ = σ(W·x + U·h) |
//!
//! These are the gates of PyTorch, in its order. The map on the inputs reads all steps at once, as rows. Its bias is the sum of both
//! biases; the n gate of a GRU keeps its own in the map on the state, where r multiplies it.

use ndarray::{Array1, Array2};

use super::{GraphBuilder, GraphError, LinearMap, MapId, NodeId, Shape, WeightedMap};
use crate::network::Activation;

/// The kind of a recurrent layer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RecurrentCell {
    /// long short-term memory
    Lstm,
    /// gated recurrent unit; the reset gate multiplies U_n·h + b_n (`linear_before_reset` in ONNX)
    Gru,
    /// one matrix and this activation
    Rnn(Activation),
}

impl RecurrentCell {
    /// Gates, and so blocks of rows of its matrices.
    pub fn gates(self) -> usize {
        self.gate_names().len().max(1)
    }

    /// The gates in the order of their rows; none of a cell with one matrix.
    fn gate_names(self) -> &'static [&'static str] {
        match self {
            Self::Lstm => &["input", "forget", "candidate", "output"],
            Self::Gru => &["reset", "update", "candidate"],
            Self::Rnn(_) => &[],
        }
    }
}

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

/// The state before the first step; 0 where none is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct InitialState {
    /// h₀
    pub hidden: Option<NodeId>,
    /// c₀ of an LSTM
    pub cell: Option<NodeId>,
}

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
        initial: InitialState,
    ) -> Result<States, GraphError> {
        let &[steps, _] = self.shape(sequence).axes() else {
            let found = self.shape(sequence).to_string();
            return Err(GraphError::new(name, "a sequence of shape [steps, width]", found));
        };
        let units = weights.hidden.ncols();
        let (input, hidden) = self.maps_of(name, cell, weights, sequence)?;
        let at_inputs = self.linear(&format!("{name}.input"), input, sequence)?;
        let mut unrolled = Unrolled { graph: self, name, units, hidden, h: initial.hidden, c: initial.cell };
        unrolled.check_state("h", initial.hidden)?;
        unrolled.check_state("c", initial.cell)?;
        let mut all = Vec::with_capacity(steps);
        for step in 0..steps {
            let first = step * cell.gates() * units;
            let x = unrolled.slice("input", at_inputs, first, cell.gates() * units)?;
            let h = match cell {
                RecurrentCell::Lstm => unrolled.lstm(x)?,
                RecurrentCell::Gru => unrolled.gru(x)?,
                RecurrentCell::Rnn(activation) => {
                    let sum = unrolled.plus_hidden(x)?;
                    unrolled.activation("h", activation, sum)?
                }
            };
            unrolled.h = Some(h);
            all.push(h);
        }
        let last_cell = unrolled.c;
        let Some(&last) = all.last() else {
            return Err(GraphError::new(name, "at least one step", "none"));
        };
        let all = self.concat(&format!("{name}.states"), 0, all)?;
        let all = self.reshape(&format!("{name}.all"), all, Shape::new([steps, units]))?;
        Ok(States { last, all, last_cell })
    }

    /// The maps on the inputs of all steps and on the state.
    fn maps_of(
        &mut self,
        name: &str,
        cell: RecurrentCell,
        weights: RecurrentWeights,
        sequence: NodeId,
    ) -> Result<(MapId, MapId), GraphError> {
        let RecurrentWeights { input, hidden, input_bias, hidden_bias } = weights;
        let (units, rows) = (hidden.ncols(), hidden.ncols() * cell.gates());
        let check = |what: &str, found: usize| {
            let expected = format!("{rows} {what} ({} for each of {units} units)", cell.gates());
            if found == rows { Ok(()) } else { Err(GraphError::new(name, expected, found.to_string())) }
        };
        check("rows of its hidden weights", hidden.nrows())?;
        check("rows of its input weights", input.nrows())?;
        for bias in [&input_bias, &hidden_bias].into_iter().flatten() {
            check("biases", bias.len())?;
        }
        // Rows whose hidden bias r multiplies; the others add up.
        let own = if cell == RecurrentCell::Gru { 2 * units } else { rows };
        let kept = hidden_bias.clone().filter(|_| own < rows).map(|mut bias| {
            bias.iter_mut().take(own).for_each(|b| *b = 0.0);
            bias
        });
        let moved = hidden_bias.map(|mut bias| {
            bias.iter_mut().skip(own).for_each(|b| *b = 0.0);
            bias
        });
        let bias = match (input_bias, moved) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        let input = LinearMap::of_rows(&format!("{name}.input"), self.shape(sequence).clone(), input, bias)?;
        let hidden = LinearMap::dense(&format!("{name}.hidden"), Shape::new([units]), hidden, kept)?;
        let named = |(map, weights): WeightedMap| (map.with_gates(cell.gate_names()), weights);
        Ok((self.map(named(input)), self.map(named(hidden))))
    }
}

/// A layer while its steps are laid out.
struct Unrolled<'a> {
    graph: &'a mut GraphBuilder,
    name: &'a str,
    units: usize,
    hidden: MapId,
    /// the state; `None` for 0
    h: Option<NodeId>,
    /// the cell; `None` for 0
    c: Option<NodeId>,
}

impl Unrolled<'_> {
    fn called(&self, what: &str) -> String {
        format!("{}.{what}", self.name)
    }

    fn check_state(&self, what: &str, state: Option<NodeId>) -> Result<(), GraphError> {
        match state.map(|state| self.graph.shape(state)) {
            Some(shape) if *shape != Shape::new([self.units]) => {
                let expected = format!("an initial {what} of {} units", self.units);
                Err(GraphError::new(self.name, expected, format!("shape {shape}")))
            }
            _ => Ok(()),
        }
    }

    /// `length` entries of a value from entry `first` on.
    fn slice(&mut self, what: &str, of: NodeId, first: usize, length: usize) -> Result<NodeId, GraphError> {
        let entries = (first..first + length).map(|entry| entry as u32).collect();
        self.graph.select(&self.called(what), of, entries, Shape::new([length]))
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

    fn zero(&mut self) -> Result<NodeId, GraphError> {
        self.graph.constant(&self.called("zero"), vec![0.0; self.units], Shape::new([self.units]))
    }

    /// x + U·h.
    fn plus_hidden(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let Some(h) = self.h else { return Ok(x) };
        let hidden = self.graph.linear(&self.called("hidden"), self.hidden, h)?;
        self.add("sum", x, hidden)
    }

    /// A gate of the sums of all gates.
    fn gate(
        &mut self,
        what: &str,
        by: Activation,
        sums: NodeId,
        number: usize,
    ) -> Result<NodeId, GraphError> {
        let sum = self.slice(&format!("{what}.sum"), sums, number * self.units, self.units)?;
        self.activation(what, by, sum)
    }

    fn lstm(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let sums = self.plus_hidden(x)?;
        let i = self.gate("i", Activation::Logistic, sums, 0)?;
        let g = self.gate("g", Activation::Tanh, sums, 2)?;
        let o = self.gate("o", Activation::Logistic, sums, 3)?;
        let mut c = self.product("i*g", i, g)?;
        if let Some(before) = self.c {
            let f = self.gate("f", Activation::Logistic, sums, 1)?;
            let kept = self.product("f*c", f, before)?;
            c = self.add("c", kept, c)?;
        }
        self.c = Some(c);
        let tanh = self.activation("tanh(c)", Activation::Tanh, c)?;
        self.product("h", o, tanh)
    }

    fn gru(&mut self, x: NodeId) -> Result<NodeId, GraphError> {
        let units = self.units;
        let before = match self.h {
            Some(h) => h,
            None => self.zero()?,
        };
        let hidden = self.graph.linear(&self.called("hidden"), self.hidden, before)?;
        let (x_gates, h_gates) =
            (self.slice("input.rz", x, 0, 2 * units)?, self.slice("hidden.rz", hidden, 0, 2 * units)?);
        let sums = self.add("sum", x_gates, h_gates)?;
        let r = self.gate("r", Activation::Logistic, sums, 0)?;
        let z = self.gate("z", Activation::Logistic, sums, 1)?;
        let (x_n, h_n) =
            (self.slice("input.n", x, 2 * units, units)?, self.slice("hidden.n", hidden, 2 * units, units)?);
        let reset = self.product("r*hidden", r, h_n)?;
        let sum = self.add("n.sum", x_n, reset)?;
        let n = self.activation("n", Activation::Tanh, sum)?;
        self.graph.mix(&self.called("h"), z, before, n)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayView2;

    use super::*;

    /// A number in [−1, 1).
    fn number(place: usize) -> f64 {
        ((place * 7919 + 13) % 1009) as f64 / 1009.0 * 2.0 - 1.0
    }

    fn matrix(rows: usize, columns: usize, from: usize) -> Array2<f64> {
        Array2::from_shape_fn((rows, columns), |(i, j)| number(from + i * columns + j))
    }

    fn weights(cell: RecurrentCell) -> RecurrentWeights {
        let rows = 2 * cell.gates();
        let bias = |from: usize| Some(Array1::from_shape_fn(rows, |at| number(from + at)));
        RecurrentWeights {
            input: matrix(rows, 2, 0),
            hidden: matrix(rows, 2, 1000),
            input_bias: bias(2000),
            hidden_bias: bias(3000),
        }
    }

    fn value(graph: GraphBuilder, output: NodeId, x: ArrayView2<'_, f64>) -> Vec<f64> {
        let (graph, w) = graph.build(output).unwrap();
        graph.forward(x, &mut |layer, x| x.dot(&w[layer - 1].t()), &mut |_, _| {}).into_raw_vec_and_offset().0
    }

    fn is_near(found: &[f64], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-14, "{found} {expected}");
        }
    }

    /// Three steps of two inputs, two units, in f64. The expected states are PyTorch's (`torch.nn.LSTM`, `GRU`, `RNN`), without an
    /// initial state and from (0.5, −0.25), c₀ = −h₀.
    #[test]
    fn states_are_those_of_pytorch() {
        let lstm = [-0.023491709127362256, 0.2049670584218542, -0.15952381686440537, 0.18829473104197098];
        let expected = [
            (
                RecurrentCell::Lstm,
                [&lstm[..], &[-0.3818600763061626, 0.12538476023464634]].concat(),
                [
                    -0.13520762014750873,
                    0.26964160185321545,
                    -0.2530186997805299,
                    0.19938377938355015,
                    -0.4542947840601018,
                    0.13002119574523366,
                ],
            ),
            (
                RecurrentCell::Gru,
                vec![
                    -0.09649335331349877,
                    0.31362317155449565,
                    -0.3035450204459825,
                    0.5472444056234295,
                    -0.4649014605442166,
                    0.6860598598380832,
                ],
                [
                    0.2006783598267578,
                    0.27193635907238695,
                    -0.08901059201345951,
                    0.5789607130700414,
                    -0.29294439328034905,
                    0.7332534044356875,
                ],
            ),
            (
                RecurrentCell::Rnn(Activation::Tanh),
                vec![
                    -0.597855853447505,
                    0.8890033827369697,
                    -0.7054144275220708,
                    0.9820829365288238,
                    -0.635145108745634,
                    0.9756817887338439,
                ],
                [
                    -0.5883803718907487,
                    0.6527845402102046,
                    -0.6356573682348476,
                    0.9729772952010696,
                    -0.6423001136894433,
                    0.9722384915808998,
                ],
            ),
            (
                RecurrentCell::Rnn(Activation::Relu),
                vec![0.0, 1.4171524662575963, 0.0, 2.29059036874393, 0.0, 2.7043766132551528],
                [0.0, 0.7801356178928787, 0.0, 1.7520617546159776, 0.0, 2.2491091129071417],
            ),
        ];
        let x = matrix(1, 6, 5000);
        for (cell, from_zero, from_state) in expected {
            for (is_given, expected) in [(false, &from_zero[..]), (true, &from_state[..])] {
                let mut g = GraphBuilder::new(Shape::new([3, 2]));
                let mut initial = InitialState::default();
                if is_given {
                    initial.hidden = Some(g.constant("h0", vec![0.5, -0.25], Shape::new([2])).unwrap());
                    initial.cell = (cell == RecurrentCell::Lstm)
                        .then(|| g.constant("c0", vec![-0.5, 0.25], Shape::new([2])).unwrap());
                }
                let states = g.recurrent("r", cell, weights(cell), g.input(), initial).unwrap();
                is_near(&value(g.clone(), states.all, x.view()), expected);
                is_near(&value(g.clone(), states.last, x.view()), &expected[4..]);
                if let Some(cell) = states.last_cell.filter(|_| !is_given) {
                    is_near(&value(g.clone(), cell, x.view()), &[-0.5595902777759556, 0.7848325543622652]);
                }
                // Two matrices, however many steps.
                let (graph, _) = g.build(states.last).unwrap();
                assert_eq!((graph.layers(), graph.uses(1).count()), (2, 1));
                let uses = 3 - usize::from(!is_given && cell != RecurrentCell::Gru);
                assert_eq!(graph.uses(2).count(), uses);
            }
        }
    }

    #[test]
    fn misfits_are_named() {
        let refused = |cell, weights, shape: Shape| {
            let mut g = GraphBuilder::new(shape);
            g.recurrent("r", cell, weights, g.input(), InitialState::default()).unwrap_err().to_string()
        };
        let sequence = || Shape::new([3, 2]);
        assert_eq!(
            refused(RecurrentCell::Gru, weights(RecurrentCell::Lstm), sequence()),
            "node r: expected 6 rows of its hidden weights (3 for each of 2 units), found 8"
        );
        assert_eq!(
            refused(RecurrentCell::Lstm, weights(RecurrentCell::Lstm), Shape::new([6])),
            "node r: expected a sequence of shape [steps, width], found 6"
        );
        assert_eq!(
            refused(RecurrentCell::Lstm, weights(RecurrentCell::Lstm), Shape::new([2, 3])),
            "node r.input: expected 3 inputs (columns of its weights), found 2"
        );
        let mut g = GraphBuilder::new(sequence());
        let initial = InitialState { hidden: Some(g.input()), cell: None };
        let error = g
            .recurrent("r", RecurrentCell::Lstm, weights(RecurrentCell::Lstm), g.input(), initial)
            .unwrap_err();
        assert_eq!(error.to_string(), "node r: expected an initial h of 2 units, found shape 3×2");
    }
}
