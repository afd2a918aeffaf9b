//! Bounds on the values and the errors of a graph, against dense grids of inputs and weights moved on purpose.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use ndarray::{Array1, Array2, ArrayView2, Axis, Slice};
use std::sync::Arc;

use rayon::prelude::*;
use slth::network::graph::{
    Deviation, Graph, GraphBounds, GraphBuilder, LinearMap, MapChange, MapRounding, NodeBounds, NodeId,
    Pooling, PoolingKind, RecurrentCell, RecurrentState, RecurrentWeights, Shape, Window,
};
use slth::network::{Activation, Domain};
use slth::sampling::{Side, Stream};
use slth::theory::walk::{WeightWalk, deviations};

/// Numbers in [−1, 1], or in [0, 1].
struct Draws {
    seed: u64,
    place: u64,
    positive: bool,
}

impl Draws {
    fn new(seed: u64, positive: bool) -> Self {
        Self { seed, place: 0, positive }
    }

    fn number(&mut self) -> f64 {
        self.place += 1;
        let word = Stream::new(self.seed, 0, Side::In).row(0).word(self.place);
        let number = (word >> 11) as f64 / 2f64.powi(52) - 1.0;
        if self.positive { number.abs() } else { number }
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> Array2<f64> {
        // A tenth are 0: they stay so.
        Array2::from_shape_simple_fn((rows, columns), || {
            let number = self.number();
            if number.abs() < 0.1 { 0.0 } else { 0.6 * number }
        })
    }

    fn biases(&mut self, rows: usize) -> Option<Array1<f64>> {
        Some(Array1::from_shape_simple_fn(rows, || 0.3 * self.number()))
    }
}

type Weights = Vec<Array2<f64>>;

/// Three inputs, one value of `shape` each from a dense layer with biases.
fn dense(g: &mut GraphBuilder, draws: &mut Draws, name: &str, from: NodeId, shape: Shape) -> NodeId {
    let (inputs, outputs) = (g.shape(from).entries(), shape.entries());
    let (w, b) = (draws.matrix(outputs, inputs), draws.biases(outputs));
    let map = LinearMap::dense(name, g.shape(from).clone(), w, b).unwrap();
    let map = g.map(map);
    let y = g.linear(name, map, from).unwrap();
    g.reshape(&format!("{name}.shape"), y, shape).unwrap()
}

const KINDS: [&str; 23] = [
    "dense",
    "rows",
    "convolution",
    "strides",
    "relu",
    "leaky-relu",
    "tanh",
    "logistic",
    "add",
    "product",
    "mix",
    "concat",
    "select",
    "max-pool",
    "average-pool",
    "scale-shift",
    "softmax",
    "log-softmax",
    "lstm",
    "gru",
    "shared",
    "leaky-below",
    "peak",
];

/// A dense layer, nodes of this kind, and for the signed ones a dense layer again.
fn graph(kind: &str, positive: bool) -> (Graph, Weights) {
    let seed = KINDS.iter().position(|&k| k == kind).unwrap() as u64;
    let draws = &mut Draws::new(100 + seed, positive);
    let mut g = GraphBuilder::new(Shape::new([3]));
    let x = g.input();
    let image = || Shape::new([2, 4, 4]);
    let of = |g: &mut GraphBuilder, draws: &mut Draws, activation| {
        let y = dense(g, draws, "first", x, Shape::new([6]));
        g.activation("σ", activation, y).unwrap()
    };
    let convolution = |g: &mut GraphBuilder, draws: &mut Draws, window: Window, groups: usize| {
        let y = dense(g, draws, "first", x, image());
        let kernel = draws.matrix(4, 2 / groups * window.taps());
        let map = LinearMap::convolution("conv", image(), kernel, draws.biases(4), window, groups).unwrap();
        let map = g.map(map);
        g.linear("conv", map, y).unwrap()
    };
    let pool = |g: &mut GraphBuilder, draws: &mut Draws, kind, padding| {
        let y = dense(g, draws, "first", x, image());
        let window = Window::new([3, 2]).with_padding(padding).with_stride(2);
        let window = Window { stride: vec![2, 1], ..window };
        let pool = Pooling::windowed("pool", kind, g.shape(y), window, (false, padding > 0)).unwrap();
        g.pool("pool", y, pool).unwrap()
    };
    let recurrent = |g: &mut GraphBuilder, draws: &mut Draws, cell: RecurrentCell| {
        let sequence = dense(g, draws, "first", x, Shape::new([4, 2]));
        let rows = 3 * cell.gates();
        let weights = RecurrentWeights {
            input: draws.matrix(rows, 2),
            hidden: draws.matrix(rows, 3),
            input_bias: draws.biases(rows),
            hidden_bias: draws.biases(rows),
        };
        g.recurrent("recurrent", cell, weights, sequence, RecurrentState::default()).unwrap().all
    };
    let two = |g: &mut GraphBuilder, draws: &mut Draws| {
        [dense(g, draws, "a", x, Shape::new([2, 3])), dense(g, draws, "b", x, Shape::new([2, 3]))]
    };
    let y = match kind {
        "dense" => {
            let y = dense(&mut g, draws, "first", x, Shape::new([5]));
            dense(&mut g, draws, "second", y, Shape::new([4]))
        }
        "rows" => {
            let y = dense(&mut g, draws, "first", x, Shape::new([4, 2]));
            let (w, b) = (draws.matrix(3, 2), draws.biases(3));
            let map = g.map(LinearMap::of_rows("rows", Shape::new([4, 2]), w, b).unwrap());
            g.linear("rows", map, y).unwrap()
        }
        "convolution" => convolution(&mut g, draws, Window::new([3, 3]).with_padding(1), 1),
        "strides" => {
            let window =
                Window { dilation: vec![1, 2], ..Window::new([3, 2]).with_padding(1).with_stride(2) };
            convolution(&mut g, draws, window, 2)
        }
        "relu" => of(&mut g, draws, Activation::Relu),
        "leaky-relu" => of(&mut g, draws, Activation::LeakyRelu(-0.3)),
        "leaky-below" => {
            let [a, _] = two(&mut g, draws);
            let below = g.scale_shift("below", a, vec![-1.0; 6], vec![-3.0; 6]).unwrap();
            g.activation("σ", Activation::LeakyRelu(0.3), below).unwrap()
        }
        "peak" => {
            // One entry above all others lies in nine windows, and so does its error.
            let mut w = Array2::zeros((16, 3));
            w.row_mut(5).fill(0.5);
            let mut bias = Array1::zeros(16);
            bias[5] = 2.0;
            let map = LinearMap::dense("first", Shape::new([3]), w, Some(bias)).unwrap();
            let map = g.map(map);
            let y = g.linear("first", map, x).unwrap();
            let y = g.reshape("image", y, Shape::new([1, 4, 4])).unwrap();
            let window = Window::new([3, 3]).with_padding(1);
            let pool =
                Pooling::windowed("pool", PoolingKind::Maximum, g.shape(y), window, (false, false)).unwrap();
            g.pool("pool", y, pool).unwrap()
        }
        "tanh" => of(&mut g, draws, Activation::Tanh),
        "logistic" => of(&mut g, draws, Activation::Logistic),
        "add" => {
            let [a, b] = two(&mut g, draws);
            let constant =
                g.constant("c", (0..6).map(|_| draws.number()).collect(), Shape::new([2, 3])).unwrap();
            let sum = g.add("sum", a, b).unwrap();
            g.add("skip", sum, constant).unwrap()
        }
        "product" => {
            let [a, b] = two(&mut g, draws);
            g.product("product", a, b).unwrap()
        }
        "mix" => {
            let [a, b] = two(&mut g, draws);
            let z = dense(&mut g, draws, "z", x, Shape::new([2, 3]));
            let gate = g.activation("gate", Activation::Logistic, z).unwrap();
            let mixed = g.mix("mix", gate, a, b).unwrap();
            // Shares beyond [0, 1].
            g.mix("beyond", z, mixed, a).unwrap()
        }
        "concat" => {
            let [a, b] = two(&mut g, draws);
            g.concat("both", 1, vec![a, b, a]).unwrap()
        }
        "select" => {
            let [a, _] = two(&mut g, draws);
            g.select("select", a, vec![5, 5, 0, 3, 5, 5, 5, 5, 5, 5], Shape::new([10])).unwrap()
        }
        "max-pool" => pool(&mut g, draws, PoolingKind::Maximum, 0),
        "average-pool" => pool(&mut g, draws, PoolingKind::Average, 1),
        "scale-shift" => {
            let [a, _] = two(&mut g, draws);
            let mut list = || (0..6).map(|_| 3.0 * draws.number()).collect::<Vec<f64>>();
            let (scale, shift) = (list(), list());
            g.scale_shift("scale", a, scale, shift).unwrap()
        }
        "softmax" => {
            let [a, _] = two(&mut g, draws);
            g.softmax("softmax", a).unwrap()
        }
        "log-softmax" => {
            let [a, _] = two(&mut g, draws);
            g.log_softmax("log", a).unwrap()
        }
        "lstm" => recurrent(&mut g, draws, RecurrentCell::Lstm),
        "gru" => recurrent(&mut g, draws, RecurrentCell::Gru),
        "shared" => {
            // One map, three times, with skips.
            let map = g.map(LinearMap::dense("same", Shape::new([3]), draws.matrix(3, 3), None).unwrap());
            let mut y = x;
            for step in ["1", "2", "3"] {
                let next = g.linear(step, map, y).unwrap();
                let next = g.activation(step, Activation::Relu, next).unwrap();
                y = g.add(step, next, y).unwrap();
            }
            y
        }
        _ => unreachable!(),
    };
    if positive {
        return g.build(y).unwrap();
    }
    let y = dense(&mut g, draws, "last", y, Shape::new([3]));
    g.build(y).unwrap()
}

/// The halves of Ŵ.
struct Moved([Weights; 2]);

impl Moved {
    fn apply(&self, layer: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let [positive, negative] = &self.0;
        let of_half = |x: Array2<f64>, w: &Array2<f64>| x.dot(&w.t());
        of_half(x.mapv(|v| v.max(0.0)), &positive[layer - 1])
            + of_half(x.mapv(|v| v.min(0.0)), &negative[layer - 1])
    }

    /// What is known of it, from its entries.
    fn changes(&self, graph: &Graph, weights: &Weights) -> Vec<MapChange> {
        let layers = weights.iter().enumerate().zip(graph.maps());
        let change = |((index, w), map): ((usize, &Array2<f64>), &LinearMap)| {
            let delta: Weights =
                self.0.iter().map(|half| (&half[index] - w).mapv(|d| d.abs() * (1.0 + 1e-15))).collect();
            let larger = Array2::from_shape_fn(w.dim(), |at| delta[0][at].max(delta[1][at]));
            let delta_norm = map.norm_bound(larger.view());
            MapChange {
                magnitudes: (w.mapv(f64::abs) + &larger).mapv(f64::next_up).into_shared(),
                bias_norm: map.bias_norm(delta[0].view()),
                gain: (map.norm_bound(w.view()) + delta_norm).next_up(),
                delta_norm,
                delta,
            }
        };
        layers.map(change).collect()
    }
}

/// Moves weights other than 0 by ε: at random, upwards, or as makes the output grow the most at some input.
fn moved(graph: &Graph, weights: &Weights, epsilon: f64, how: usize, x: ArrayView2<'_, f64>) -> Moved {
    let mut draws = Draws::new(900 + how as u64, false);
    let plain = |layer: usize, x: ArrayView2<'_, f64>| x.dot(&weights[layer - 1].t());
    let values = graph.values(x, &mut { plain });
    let by_output = Array2::from_shape_simple_fn(values[values.len() - 1].dim(), || draws.number());
    let mut slopes: Weights = weights.iter().map(|w| Array2::zeros(w.dim())).collect();
    graph.back(&values, by_output, &mut |layer, x, by| {
        slopes[layer - 1] += &by.t().dot(&x);
        by.dot(&weights[layer - 1])
    });
    let mut half = |_| {
        let matrix = |(w, slopes): (&Array2<f64>, &Array2<f64>)| {
            Array2::from_shape_fn(w.dim(), |at| {
                let by = match how {
                    0 => draws.number(),
                    1 => 1.0,
                    _ => slopes[at].signum(),
                };
                if w[at] == 0.0 { 0.0 } else { w[at] + epsilon * by }
            })
        };
        weights.iter().zip(&slopes).map(matrix).collect::<Weights>()
    };
    Moved([half(0), half(1)])
}

/// A grid over a box, with its corners, and random inputs to make up `count`; for a ball, scaled into it.
fn inputs(domain: &Domain, count: usize) -> Array2<f64> {
    let side = (count as f64 * 0.6).cbrt() as usize;
    let mut draws = Draws::new(5, false);
    let units = Array2::from_shape_fn((count, 3), |(point, at)| {
        if point < side.pow(3) {
            (point / side.pow(at as u32) % side) as f64 / (side - 1) as f64
        } else {
            (draws.number() + 1.0) / 2.0
        }
    });
    match domain {
        Domain::Box { low, high } => {
            Array2::from_shape_fn(units.dim(), |at| low.at(at.1) + (high.at(at.1) - low.at(at.1)) * units[at])
        }
        _ => {
            let mut points = units.mapv(|u| 2.2 * u - 1.1);
            points.rows_mut().into_iter().for_each(|row| domain.project(row));
            points
        }
    }
}

/// The bounds of e, and of the rounding of both evaluations.
fn certified(
    graph: &Graph,
    bounds: &GraphBounds,
    weights: &Weights,
    changes: &[MapChange],
) -> Vec<[Deviation; 3]> {
    let e = deviations(graph, bounds.nodes(), changes, None);
    let near: Vec<NodeBounds> =
        bounds.nodes().iter().zip(&e).map(|(node, e)| node.widened(e.norm, &e.entries)).collect();
    let none = |(w, norms): (&Array2<f64>, _)| MapChange::none(w, norms);
    let of_f: Vec<MapChange> = weights.iter().zip(bounds.norms().iter().copied()).map(none).collect();
    let of_g: Vec<MapChange> = changes
        .iter()
        .map(|change| MapChange { delta: Vec::new(), delta_norm: 0.0, bias_norm: 0.0, ..change.clone() })
        .collect();
    let plain: Vec<MapRounding> = weights.iter().map(|w| MapRounding::plain(w.view())).collect();
    // Two sums, one for each half.
    let twice: Vec<MapRounding> = changes
        .iter()
        .map(|change| MapRounding::plain(change.magnitudes.view()))
        .map(|one| MapRounding { relative: 3.0 * one.relative, underflow: 3.0 * one.underflow })
        .collect();
    let rounded_f = deviations(graph, bounds.nodes(), &of_f, Some(&plain));
    let rounded_g = deviations(graph, &near, &of_g, Some(&twice));
    e.into_iter().zip(rounded_f).zip(rounded_g).map(|((e, f), g)| [e, f, g]).collect()
}

fn norm(values: ndarray::ArrayView1<'_, f64>) -> f64 {
    values.dot(&values).sqrt()
}

/// Everything at all nodes and inputs lies within its bounds; else what does not. And the largest share of the bound on the output's error
/// found, in the norm and of an entry.
fn check(kind: &str, positive: bool, domain: &Domain, how: usize, count: usize) -> (Vec<String>, [f64; 2]) {
    let (graph, weights) = graph(kind, positive);
    let bounds = GraphBounds::new(&graph, &weights, domain);
    let epsilon = [1e-3, 1e-9, 0.05][how];
    let x = inputs(domain, count);
    let end = x.nrows() - 1;
    let corner = x.slice_axis(Axis(0), Slice::from(end..=end));
    let moved = moved(&graph, &weights, epsilon, how, corner.view());
    let certified = certified(&graph, &bounds, &weights, &moved.changes(&graph, &weights));
    let (mut wrong, mut share) = (Vec::new(), [0.0_f64; 2]);
    for x in x.axis_chunks_iter(Axis(0), 1000) {
        let f = graph.values(x, &mut |layer, x| x.dot(&weights[layer - 1].t()));
        let g = graph.values(x, &mut |layer, x| moved.apply(layer, x));
        for (number, (f, g)) in f.iter().zip(&g).enumerate() {
            let (node, [e, of_f, of_g]) = (&bounds.nodes()[number], &certified[number]);
            let name = || format!("{kind}, node {}", graph.nodes()[number].name);
            for (f, g) in f.rows().into_iter().zip(g.rows()) {
                let found = norm((&g - &f).view());
                let most = e.norm + of_f.norm + of_g.norm;
                if found > most * (1.0 + 1e-14) {
                    wrong.push(format!("{}: error {found} above {most}", name()));
                }
                if norm(f) > (node.norm + of_f.norm) * (1.0 + 1e-14) {
                    wrong.push(format!("{}: norm {} above {}", name(), norm(f), node.norm));
                }
                if number + 1 == bounds.nodes().len() {
                    share[0] = share[0].max(found / most);
                }
                for (entry, (f, g)) in f.iter().zip(g).enumerate() {
                    let (low, high) = node.intervals[entry];
                    let off = of_f.entries[entry];
                    if !(low - off..=high + off).contains(f) {
                        wrong.push(format!("{}: entry {entry} {f} beyond {low}…{high}", name()));
                    }
                    let most = e.entries[entry] + off + of_g.entries[entry];
                    if (f - g).abs() > most {
                        wrong.push(format!(
                            "{}: entry {entry} off by {} above {most}",
                            name(),
                            (f - g).abs()
                        ));
                    }
                    if number + 1 == bounds.nodes().len() {
                        share[1] = share[1].max((f - g).abs() / most);
                    }
                }
            }
        }
    }
    wrong.truncate(3);
    (wrong, share)
}

/// 10⁵ inputs for each kind of node, a grid and random ones; weights moved at random, all upwards, and as hurts most.
#[test]
fn no_input_and_no_weights_exceed_the_bounds() {
    let unit = Domain::Box { low: 0.2.into(), high: 1.0.into() };
    let square = Domain::Box { low: (-1.0).into(), high: vec![1.0, 0.5, 2.0].into() };
    let ball = Domain::Ball { radius: 1.5 };
    let runs: Vec<(&str, bool, &Domain, usize, usize)> = KINDS
        .iter()
        .flat_map(|&kind| {
            [
                (kind, true, &unit, 1, 20_000),
                (kind, true, &unit, 2, 10_000),
                (kind, false, &square, 0, 10_000),
                (kind, false, &square, 2, 40_000),
                (kind, false, &ball, 2, 20_000),
            ]
        })
        .collect();
    let found: Vec<_> = runs
        .par_iter()
        .map(|&(kind, positive, domain, how, count)| check(kind, positive, domain, how, count))
        .collect();
    let wrong: Vec<&String> = found.iter().flat_map(|(wrong, _)| wrong).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (&kind, of_kind) in KINDS.iter().zip(found.chunks(5)) {
        let shares: Vec<[f64; 2]> = of_kind.iter().map(|(_, share)| *share).collect();
        println!("{kind}: {shares:.3?}");
        // The bound is not idle: some input comes near it.
        let nearest = shares.iter().flatten().copied().fold(0.0, f64::max);
        let least = match kind {
            "softmax" | "log-softmax" | "lstm" | "gru" => 0.05,
            _ => 0.3,
        };
        assert!(nearest >= least, "{kind}: {nearest}");
    }
}

/// Over points, bounds are their maxima.
#[test]
fn bounds_over_points_are_near_their_maxima() {
    for kind in KINDS {
        let (graph, weights) = graph(kind, false);
        let points = inputs(&Domain::Ball { radius: 1.0 }, 70);
        let domain = Domain::Points { points: points.clone(), labels: None };
        let bounds = GraphBounds::new(&graph, &weights, &domain);
        let values = graph.values(points.view(), &mut |layer, x| x.dot(&weights[layer - 1].t()));
        for (node, values) in bounds.nodes().iter().zip(&values) {
            let largest = values.rows().into_iter().map(norm).fold(0.0, f64::max);
            assert!(node.norm >= largest * (1.0 - 1e-15), "{kind}");
            assert!(node.norm <= largest * (1.0 + 1e-12) + 1e-13, "{kind}: {} of {largest}", node.norm);
            for (entry, column) in values.columns().into_iter().enumerate() {
                let (low, high) = node.intervals[entry];
                let most = column.iter().copied().fold(f64::MIN, f64::max);
                let least = column.iter().copied().fold(f64::MAX, f64::min);
                assert!(low <= least && high >= most, "{kind}");
                assert!(low >= least - 1e-12 && high <= most + 1e-12, "{kind}: {low} {least} {most} {high}");
            }
        }
    }
}

/// ε_w of at most 1.
fn tolerance(graph: &Graph, bounds: &GraphBounds, weights: &[Array2<f64>], epsilon: f64) -> f64 {
    WeightWalk::new(Arc::new(graph.clone()), Arc::new(bounds.clone()), weights).tolerance(epsilon, 1.0)
}

/// Monotone in ε, and the walk at the tolerance ends just below ε.
#[test]
fn the_walk_at_the_tolerance_ends_just_below_epsilon() {
    for kind in KINDS {
        let (graph, weights) = graph(kind, false);
        let bounds = GraphBounds::new(&graph, &weights, &Domain::Ball { radius: 1.0 });
        let mut before = 0.0;
        for epsilon in [1e-12, 1e-6, 1e-3, 1e-2, 0.1, 0.3] {
            let found = tolerance(&graph, &bounds, &weights, epsilon);
            assert!(found >= before && found > 0.0, "{kind}: {found} below {before}");
            before = found;
            let changes: Vec<MapChange> = graph
                .maps()
                .iter()
                .zip(&weights)
                .map(|(map, w)| {
                    let delta = w.mapv(|w| if w == 0.0 { 0.0 } else { found });
                    let delta_norm = map.norm_bound(delta.view());
                    MapChange {
                        magnitudes: (w.mapv(f64::abs) + &delta).into_shared(),
                        bias_norm: map.bias_norm(delta.view()),
                        gain: map.norm_bound(w.view()) + delta_norm,
                        delta: vec![delta],
                        delta_norm,
                    }
                })
                .collect();
            let end = deviations(&graph, bounds.nodes(), &changes, None).pop().unwrap().norm;
            let range = 0.999 * epsilon..=epsilon * (1.0 + 1e-12);
            assert!(range.contains(&end) || (found == 1.0 && end <= epsilon), "{kind}: {end} for {epsilon}");
        }
    }
}

/// An LSTM of 4 inputs and 6 units over T steps: what is found at random sequences stays below the bound, which grows.
#[test]
fn the_error_of_an_lstm_stays_below_its_bound_for_every_number_of_steps() {
    let mut before = 0.0;
    for steps in [1, 2, 4, 8, 16, 32, 64] {
        let (graph, weights) = lstm(steps, 4, 6);
        let domain = Domain::Box { low: 0.0.into(), high: 1.0.into() };
        let bounds = GraphBounds::new(&graph, &weights, &domain);
        let mut draws = Draws::new(77, false);
        let x = Array2::from_shape_simple_fn((400, steps * 4), || (draws.number() + 1.0) / 2.0);
        let mut most = 0.0_f64;
        let mut bound = 0.0_f64;
        for how in [0, 2] {
            let moved = moved(&graph, &weights, 1e-5, how, x.slice_axis(Axis(0), Slice::from(..1)));
            let certified = certified(&graph, &bounds, &weights, &moved.changes(&graph, &weights));
            let [e, of_f, of_g] = certified.last().unwrap();
            let f = graph.forward(x.view(), &mut |layer, x| x.dot(&weights[layer - 1].t()), &mut |_, _| {});
            let g = graph.forward(x.view(), &mut |layer, x| moved.apply(layer, x), &mut |_, _| {});
            let found = (&f - &g).rows().into_iter().map(norm).fold(0.0, f64::max);
            let total = e.norm + of_f.norm + of_g.norm;
            assert!(found <= total, "{steps} steps: {found} above {total}");
            (most, bound) = (most.max(found), bound.max(total));
        }
        println!("T = {steps}: found {most:.3e}, certified {bound:.3e}");
        assert!(bound > before && most > 1e-3 * bound.min(1e-3), "{steps} steps");
        before = bound;
    }
}

/// An LSTM of weights as they are initialised, uniform in ±1/√units.
fn lstm(steps: usize, width: usize, units: usize) -> (Graph, Weights) {
    let mut g = GraphBuilder::new(Shape::new([steps, width]));
    let mut draws = Draws::new(31, false);
    let scale = 1.0 / (units as f64).sqrt();
    let mut matrix = |rows, columns| Array2::from_shape_simple_fn((rows, columns), || scale * draws.number());
    let weights = RecurrentWeights {
        input: matrix(4 * units, width),
        hidden: matrix(4 * units, units),
        input_bias: Some(Array1::zeros(4 * units)),
        hidden_bias: None,
    };
    let x = g.input();
    let states = g.recurrent("lstm", RecurrentCell::Lstm, weights, x, RecurrentState::default()).unwrap();
    g.build(states.last).unwrap()
}

/// An LSTM of 8 inputs and 32 units: the weights must be the more accurate the more steps it takes, and the walk says how much. Over
/// all sequences of a box, intervals of its cell are wide, and a step multiplies errors by much more than over the points of a list.
#[test]
fn the_tolerance_of_an_lstm_falls_with_the_number_of_steps() {
    let mut before = [1.0; 2];
    for steps in [1, 8, 32, 64, 128, 256] {
        let (graph, weights) = lstm(steps, 8, 32);
        let mut draws = Draws::new(78, true);
        let points = Array2::from_shape_simple_fn((100, steps * 8), || draws.number());
        let sequences =
            [Domain::Box { low: 0.0.into(), high: 1.0.into() }, Domain::Points { points, labels: None }];
        for (of_domain, before) in sequences.iter().zip(&mut before) {
            let bounds = GraphBounds::new(&graph, &weights, of_domain);
            let start = std::time::Instant::now();
            let found = tolerance(&graph, &bounds, &weights, 0.01);
            let over = if matches!(of_domain, Domain::Box { .. }) { "box" } else { "points" };
            println!("T = {steps}, {over}: ε_w = {found:.3e} in {:.2?}", start.elapsed());
            // No f64 is small enough for 256 steps over the box.
            assert!(
                (found > 0.0 && found < *before) || (over == "box" && steps == 256),
                "{steps} steps: {found}"
            );
            *before = found;
        }
        assert!(before[0] <= before[1]);
    }
}
