//! The paper's further questions: what do convolutions, batch norm, skip connections and LSTMs cost in neurons of G?
//!
//! `cargo run --release --example further_questions`
//!
//! First the trained networks of the preset `further-questions`, built and checked; then by theory alone, against depth for
//! random weights, and against steps for one LSTM.

use std::error::Error;
use std::sync::Arc;

use ndarray::{Array1, Array2, Axis, Slice, concatenate};
use slth::experiment::Experiment;
use slth::network::graph::{
    Graph, GraphBounds, GraphBuilder, LinearMap, RecurrentCell, RecurrentState, RecurrentWeights, Shape,
};
use slth::network::{Activation, Domain, Network};
use slth::sampling::{Side, Stream};
use slth::session::{TargetFigures, TicketVerdict};
use slth::theory::Count;
use slth::theory::section5::Ranges;
use slth::theory::theorem3;
use slth::theory::walk::WeightWalk;

const EPSILON: f64 = 0.01;
const DELTA: f64 = 0.01;
const BASE: f64 = 1.5;

type Weighted = (Graph, Vec<Array2<f64>>);

/// What a graph costs: weights other than 0, ε_w, and neurons of Theorem 3.
struct Cost {
    weights: u64,
    tolerance: f64,
    neurons: f64,
}

impl Cost {
    fn of((graph, weights): Weighted, domain: &Domain) -> Self {
        let graph = Arc::new(graph);
        let bounds = Arc::new(GraphBounds::new(&graph, &weights, domain));
        let w_max = weights.iter().flatten().fold(0.0_f64, |m, w| m.max(w.abs()));
        let tolerance = WeightWalk::new(Arc::clone(&graph), bounds, &weights).tolerance(EPSILON, w_max);
        let nonzero = |w: &Array2<f64>| w.iter().filter(|&&w| w != 0.0).count() as u64;
        // Without a tolerance there is no number of neurons either.
        let k_prime = Ranges::new(tolerance / 2.0, w_max, BASE).k_prime.min(f64::MAX);
        let neurons = |w: &Array2<f64>| theorem3::neurons(k_prime, nonzero(w), graph.layers(), DELTA) as f64;
        Self {
            weights: weights.iter().map(nonzero).sum(),
            tolerance,
            neurons: weights.iter().map(neurons).sum(),
        }
    }

    fn line(&self, what: &str) {
        if self.tolerance == 0.0 {
            println!("{what:<24}{:>9}{:>12}", self.weights, "below f64");
            return;
        }
        let each = self.neurons / self.weights as f64;
        let Self { weights, tolerance, neurons } = self;
        println!("{what:<24}{weights:>9}{tolerance:>12.2e}{neurons:>14.0}{each:>9.0}");
    }
}

fn heading(title: &str, what: &str) {
    println!("\n{title}\n{what:<24}{:>9}{:>12}{:>14}{:>9}", "weights", "eps_w", "neurons", "each");
}

/// He's normal law in spirit: uniform, of variance 2 / columns.
fn random(rows: usize, columns: usize, stream: u64) -> Array2<f64> {
    let row = Stream::new(stream, 0, Side::In).row(0);
    let half_width = (6.0 / columns as f64).sqrt();
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        let unit = (row.word((i * columns + j) as u64) >> 11) as f64 / 2f64.powi(53);
        half_width * (2.0 * unit - 1.0)
    })
}

/// `blocks` of x + relu(Wx) or relu(Wx), of width 24.
fn blocks(blocks: usize, skips: bool, built: bool) -> Result<Weighted, Box<dyn Error>> {
    let width = 24;
    let mut graph = GraphBuilder::new(Shape::new([width]));
    let mut x = graph.input();
    for block in 0..blocks {
        let weights = random(width, width, block as u64) * 0.5;
        let map = graph.map(LinearMap::dense("block", Shape::new([width]), weights, None)?);
        let y = graph.linear("block", map, x)?;
        let y = graph.activation("relu", Activation::Relu, y)?;
        x = if skips { graph.add("sum", x, y)? } else { y };
    }
    let (graph, weights) = graph.build(x)?;
    Ok(if built { graph.with_built_skips(&weights)? } else { (graph, weights) })
}

/// A row of the table of trained networks.
fn trained(figures: &TargetFigures) -> String {
    let TargetFigures { name, nonzero, weight_tolerance, lanes, refused, .. } = figures;
    let Some(lane) = lanes.first() else {
        return format!("{name:<22}{}", refused.as_deref().unwrap_or_default());
    };
    let short = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.1e}"));
    let each =
        |neurons: Option<Count>| neurons.map_or("-".to_owned(), |neurons| format!("{:.0}", neurons.as_f64()));
    let percent = |share: f64| format!("{:.2}", 100.0 * share);
    let (f, g) = lane.accuracy.map_or(("-".to_owned(), "-".to_owned()), |(f, g)| (percent(f), percent(g)));
    let holds = match (refused, lane.verdict) {
        (Some(_), _) => "not built",
        (None, Some(TicketVerdict::Holds)) => "yes",
        (None, Some(TicketVerdict::HoldsExactly)) => "yes, exactly",
        (None, _) => "no",
    };
    format!(
        "{name:<22}{nonzero:>7}{:>10.2e}{:>8}{:>9}{:>9}{:>10}{f:>8}{g:>8}{holds:>14}",
        weight_tolerance.unwrap_or(f64::NAN),
        each(lane.neurons_bound),
        each(lane.neurons_sampled),
        short(lane.found),
        short(lane.certified),
    )
}

/// The LSTM trained over 8 steps, over another number of them. ONNX has its gates in the order i, o, f, c.
fn lstm(target: &Network, steps: usize) -> Result<Weighted, Box<dyn Error>> {
    let weights = |layer: usize| target.weights(layer).to_owned();
    let with_bias = |w: Array2<f64>| -> (Array2<f64>, Option<Array1<f64>>) {
        let last = w.ncols() - 1;
        (w.slice_axis(Axis(1), Slice::from(..last)).to_owned(), Some(w.column(last).to_owned()))
    };
    let units = weights(2).ncols();
    let in_order = |w: Array2<f64>| {
        let gate = |gate: usize| w.slice_axis(Axis(0), Slice::from(gate * units..(gate + 1) * units));
        concatenate(Axis(0), &[gate(0), gate(2), gate(3), gate(1)])
    };
    let (input, input_bias) = with_bias(in_order(weights(1))?);
    let weights_of_lstm =
        RecurrentWeights { input, hidden: in_order(weights(2))?, input_bias, hidden_bias: None };
    let mut graph = GraphBuilder::new(Shape::new([steps, 8]));
    let (sequence, none) = (graph.input(), RecurrentState::default());
    let states = graph.recurrent("lstm", RecurrentCell::Lstm, weights_of_lstm, sequence, none)?;
    let (dense, bias) = with_bias(weights(3));
    let map = graph.map(LinearMap::dense("dense", Shape::new([units]), dense, bias)?);
    let y = graph.linear("dense", map, states.last)?;
    Ok(graph.build(y)?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let experiment = Experiment::load("further-questions", None, &[])?;
    println!(
        "{:<22}{:>7}{:>10}{:>8}{:>9}{:>9}{:>10}{:>16}{:>14}",
        "trained on digits",
        "weights",
        "eps_w",
        "bound",
        "sampled",
        "found",
        "certified",
        "accuracy F, G",
        "holds"
    );
    let mut group = "";
    for place in 0..experiment.targets().len() {
        let Some(figures) = TargetFigures::built(&experiment, place, &|_| {}, &|| false) else { continue };
        let named = &experiment.targets()[place];
        if std::mem::replace(&mut group, &named.group) != named.group {
            println!();
        }
        println!("{}", trained(&figures));
    }

    let ball = Domain::Ball { radius: 1.0 };
    heading("Depth: blocks of 24 neurons with random weights, over the unit ball", "blocks");
    for depth in [1, 2, 4, 8, 16, 32] {
        Cost::of(blocks(depth, false, false)?, &ball).line(&format!("{depth}, plain"));
        Cost::of(blocks(depth, true, false)?, &ball).line(&format!("{depth}, skips free"));
        Cost::of(blocks(depth, true, true)?, &ball).line(&format!("{depth}, skips built"));
    }
    let eight = experiment.with_target("LSTM, 8 steps")?;
    let (target, digits) = (&eight.target, &eight.domain);
    heading("Steps: the LSTM of 8 steps, over 100 sequences of rows of images", "steps");
    for steps in [8, 16, 32, 64, 128, 256] {
        Cost::of(lstm(target, steps)?, &rows_of_images(digits, steps)).line(&format!("{steps}"));
    }
    println!("\nSteps: the bound on the error of the LSTM of 8 steps for eps_w = 1e-12");
    println!("{:<24}{:>12}{:>12}  ## for each power of ten above 1e-10", "steps", "box", "images");
    for steps in [1, 2, 4, 8, 16, 32, 64, 128, 256] {
        let all = Domain::Box { low: 0.0.into(), high: 1.0.into() };
        let [of_all, of_images] = [all, rows_of_images(digits, steps)].map(|domain| {
            let (graph, weights) = lstm(target, steps)?;
            let (graph, bounds) =
                (Arc::new(graph.clone()), Arc::new(GraphBounds::new(&graph, &weights, &domain)));
            Ok::<f64, Box<dyn Error>>(WeightWalk::new(graph, bounds, &weights).accuracy(1e-12))
        });
        let of_images = of_images?;
        // Two marks for each power of ten.
        let bar = "#".repeat((2.0 * (of_images.log10() + 10.0)).round().max(0.0) as usize);
        let line = format!("{steps:<24}{:>12.1e}{of_images:>12.1e}  {bar}", of_all?);
        println!("{}", line.trim_end());
    }
    Ok(())
}

/// 100 sequences of so many rows, image after image.
fn rows_of_images(digits: &Domain, steps: usize) -> Domain {
    let Domain::Points { points, .. } = digits.free() else { return digits.clone() };
    let images = points.nrows();
    let points = Array2::from_shape_fn((100, 8 * steps), |(sequence, at)| {
        points[[(3 * sequence + at / 64) % images, at % 64]]
    });
    Domain::Points { points, labels: None }
}
