//! States of unrolled layers.

use ndarray::{Array1, Array2, ArrayView2};

use super::*;
use crate::network::Activation;
use crate::network::graph::{GraphBuilder, NodeId, Shape};

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
            let mut initial = RecurrentState::default();
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
        g.recurrent("r", cell, weights, g.input(), RecurrentState::default()).unwrap_err().to_string()
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
    let initial = RecurrentState { hidden: Some(g.input()), cell: None };
    let error =
        g.recurrent("r", RecurrentCell::Lstm, weights(RecurrentCell::Lstm), g.input(), initial).unwrap_err();
    assert_eq!(error.to_string(), "node r: expected an initial h of 2 units, found shape 3×2");
}
