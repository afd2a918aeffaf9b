//! Ĝ itself: the masked network, evaluated neuron by neuron.
//!
//! # Rounding
//! A neuron computes h = z_in·x, rounded, and adds z_out·h to the sum of its output, rounded once: a fused multiply-add. A
//! neuron with several live inputs adds them up likewise. Sums start at 0 and take paths in the order of the ticket. All
//! processors agree on the bits; without an instruction for it (x86 before 2013) a library computes the multiply-add, at least
//! fifty times more slowly.
//!
//! # Skipped work
//! A neuron with z_in > 0 fires only at x > 0, one with z_in < 0 only at x < 0. Each half reads one part of the input,
//! max{0, x} or min{0, x}: the comparison in h = max{0, z_in·x} is done once per input, not once per neuron. A half is
//! skipped if its part is 0 at all points of the block. Inputs of layers 2…ℓ are outputs of ReLU with no negative part: half
//! of the neurons never fire.
//!
//! Neither changes a value. A silent neuron adds z_out·0 = ±0, and adding ±0 to a sum, NaN and infinities included, changes
//! at most the sign of a 0. Inputs of −0 or NaN fire no neuron.

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use pulp::{Arch, Simd, WithSimd};

use super::batch::{Batch, Spare, Values};
use super::careful;
use super::evaluation::Evaluation;
use super::paths::Paths;
use super::whole::OutputNeurons;
use crate::construction::LayerTicket;
use crate::network::graph::Graph;
use crate::network::{Activation, Architecture, through_layers};

/// Ĝ: the layers of a target's shape, each joined to the next by the kept neurons between them.
#[derive(Clone, Debug)]
pub struct MaskedNetwork {
    /// how the layers are connected, unless each takes the one before
    graph: Option<Arc<Graph>>,
    layers: Vec<MaskedLayer>,
    spare: Spare,
}

impl MaskedNetwork {
    /// The network of these tickets, layer 1 first, each as [`MaskedLayer::new`] expects it.
    pub fn new<'a>(architecture: &Architecture, tickets: impl Iterator<Item = &'a LayerTicket>) -> Self {
        let graph = architecture.graph().cloned();
        let layer = |(ticket, number): (&LayerTicket, usize)| {
            let (outputs, inputs) = architecture.shape(number);
            // In a graph, activations are nodes of their own.
            let activation =
                if graph.is_some() { Activation::Identity } else { architecture.activation(number) };
            MaskedLayer::new(ticket, inputs, outputs, activation)
        };
        let layers = tickets.zip(1..).map(layer).collect();
        Self { graph, layers, spare: Spare::default() }
    }

    /// The layers, layer 1 first.
    pub fn layers(&self) -> &[MaskedLayer] {
        &self.layers
    }

    /// The network applied to a batch: `points × n₀` in, `points × n_ℓ` out. A point's result depends neither on the batch nor
    /// on the number of threads. It is NaN where a sum has overflowed in any layer: a neuron with input NaN does not fire, and
    /// later outputs would look correct.
    pub fn forward(&self, evaluation: Evaluation, x: ArrayView2<'_, f64>) -> Array2<f64> {
        if let Some(graph) = &self.graph {
            return rayon::scope(|_| {
                graph.forward(x, &mut |layer, x| self.linear(evaluation, layer, x), &mut |_, _| {})
            });
        }
        let mut overflowed = vec![false; x.nrows()];
        // Enter the thread pool once, not at each layer. The result is allocated outside: the allocator keeps memory per
        // thread.
        let mut y = match evaluation {
            Evaluation::Plain => {
                let x = Batch::of(x, &self.spare);
                let y = rayon::scope(|_| {
                    self.layers.iter().fold(x, |x, layer| {
                        let y = layer.apply(&x, layer.activation, &self.spare);
                        y.note_overflow(&mut overflowed);
                        y
                    })
                });
                y.to_array()
            }
            Evaluation::Careful => rayon::scope(|_| {
                through_layers(&self.layers, x, |layer, x| {
                    let y = layer.forward_carefully(x);
                    for (overflowed, y) in overflowed.iter_mut().zip(y.rows()) {
                        *overflowed |= y.iter().any(|y| !y.is_finite());
                    }
                    y
                })
            }),
        };
        for (mut y, _) in y.rows_mut().into_iter().zip(overflowed).filter(|(_, overflowed)| *overflowed) {
            y.fill(f64::NAN);
        }
        y
    }

    /// A layer of a graph, from 1, at what its columns read: (points · places) × columns in, (points · places) × rows out.
    fn linear(&self, evaluation: Evaluation, layer: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
        match evaluation {
            Evaluation::Plain => self.sums(layer, x),
            Evaluation::Careful => self.layers[layer - 1].forward_carefully(x),
        }
    }

    /// Sums at the outputs of a layer, from 1, before its activation.
    pub(super) fn sums(&self, layer: usize, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let x = Batch::of(x, &self.spare);
        self.layers[layer - 1].apply(&x, Activation::Identity, &self.spare).to_array()
    }

    /// Memory of its weights and their ends.
    pub fn bytes(&self) -> usize {
        let of_layer = |layer: &MaskedLayer| match &layer.neurons {
            KeptNeurons::Single(paths) => paths.bytes(),
            KeptNeurons::Whole(neurons) => neurons.iter().map(OutputNeurons::bytes).sum(),
        };
        self.layers.iter().map(of_layer).sum()
    }
}

/// Layer 1 first.
impl FromIterator<MaskedLayer> for MaskedNetwork {
    fn from_iter<I: IntoIterator<Item = MaskedLayer>>(layers: I) -> Self {
        Self { graph: None, layers: layers.into_iter().collect(), spare: Spare::default() }
    }
}

/// One layer of Ĝ: the kept intermediate neurons between two layers of the target's shape.
///
/// A kept neuron s computes h = max{0, z_in·x_a} from its one live input (max{0, Σ z_in·x_a} if it has several), and adds
/// z_out·h to its live outputs. All else of G is pruned.
#[derive(Clone, Debug)]
pub struct MaskedLayer {
    neurons: KeptNeurons,
    activation: Activation,
}

/// The kept neurons of a layer.
#[derive(Clone, Debug)]
enum KeptNeurons {
    /// with one live input each
    Single(Paths),
    /// some with several
    Whole(Vec<OutputNeurons>),
}

impl MaskedLayer {
    /// The layer of a finished `ticket`: its rows are in the order of the pairs they serve, its weights finite and not 0.
    pub fn new(ticket: &LayerTicket, inputs: usize, outputs: usize, activation: Activation) -> Self {
        let neurons = match OutputNeurons::of(ticket, outputs) {
            Some(neurons) => KeptNeurons::Whole(neurons),
            None => KeptNeurons::Single(Paths::of(ticket, inputs, outputs)),
        };
        Self { neurons, activation }
    }

    /// How many outputs it has.
    pub(super) fn outputs(&self) -> usize {
        match &self.neurons {
            KeptNeurons::Single(paths) => paths.outputs(),
            KeptNeurons::Whole(neurons) => neurons.len(),
        }
    }

    /// The layer applied to a batch: `points × n_{i−1}` in, `points × n_i` out.
    pub fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let spare = Spare::default();
        self.apply(&Batch::of(x, &spare), self.activation, &spare).to_array()
    }

    /// The same with compensated sums, if all neurons have one live input.
    fn forward_carefully(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        match &self.neurons {
            KeptNeurons::Single(paths) => careful::forward_paths(paths, self.activation, x),
            KeptNeurons::Whole(_) => self.forward(x),
        }
    }

    /// `activation` of the sums at the outputs.
    fn apply(&self, inputs: &Batch, activation: Activation, spare: &Spare) -> Batch {
        let arch = Arch::new();
        Batch::of_columns(inputs.points(), self.outputs(), spare, |output, block, points| {
            arch.dispatch(OutputAt { neurons: &self.neurons, output, inputs, block, points, activation })
        })
    }

    /// Backpropagation at the inputs `x`: from derivatives by the sums at the outputs, points × outputs, to derivatives by the
    /// inputs, points × inputs.
    pub(super) fn back(&self, x: ArrayView2<'_, f64>, by_sums: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut by_inputs = Array2::zeros(x.dim());
        for (output, by_sum) in by_sums.columns().into_iter().enumerate() {
            match &self.neurons {
                KeptNeurons::Single(paths) => paths.back(output, x, by_sum, by_inputs.view_mut()),
                KeptNeurons::Whole(neurons) => neurons[output].back(x, by_sum, by_inputs.view_mut()),
            }
        }
        by_inputs
    }
}

/// An output at the points of a block, computed with the instructions available.
struct OutputAt<'a> {
    neurons: &'a KeptNeurons,
    output: usize,
    inputs: &'a Batch,
    block: usize,
    points: usize,
    activation: Activation,
}

impl WithSimd for OutputAt<'_> {
    type Output = Values;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Values {
        let Self { neurons, output, inputs, block, points, activation } = self;
        let mut y = match neurons {
            KeptNeurons::Single(paths) => paths.sums(simd, output, inputs, block, points),
            KeptNeurons::Whole(neurons) => neurons[output].sums(inputs, block),
        };
        y.0[..points].iter_mut().for_each(|y| *y = activation.of_sum(*y));
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::construction::{Half, Path};
    use crate::sampling::{Side, Stream, Uniform};
    use ndarray::{Axis, array};

    #[test]
    fn three_neurons_by_hand() {
        let ticket = LayerTicket {
            neuron: vec![4, 9, 2],
            input: vec![0, 0, 1],
            output: vec![0, 0, 2],
            z_in: vec![2.0, -1.0, 0.5],
            z_out: vec![3.0, -4.0, 1.0],
        };
        let layer = MaskedLayer::new(&ticket, 2, 3, Activation::Identity);
        let y = layer.forward(array![[1.0, 2.0], [-1.0, -2.0]].view());
        // x₀ = 1: 3·2; x₀ = −1: −4·1. Output 1 has no path. Output 2 passes x₁ > 0 only.
        assert_eq!(y, array![[6.0, 0.0, 1.0], [-4.0, 0.0, 0.0]]);
    }

    /// Paths in the order of a finished ticket.
    fn ordered(paths: impl Iterator<Item = Path>) -> LayerTicket {
        let mut paths: Vec<Path> = paths.collect();
        paths.sort_by_key(|path| (path.output, path.input, Half::of(path.z_in) as usize));
        paths.into_iter().collect()
    }

    /// The definition of the network: one neuron after the other, firing or not.
    fn plain(ticket: &LayerTicket, outputs: usize, x: &Array2<f64>) -> Array2<f64> {
        let mut y = Array2::<f64>::zeros((x.nrows(), outputs));
        for path in ticket.paths() {
            for (x, mut y) in x.rows().into_iter().zip(y.rows_mut()) {
                let h = path.z_in * x[path.input as usize];
                let sum = &mut y[path.output as usize];
                *sum = path.z_out.mul_add(if h > 0.0 { h } else { 0.0 }, *sum);
            }
        }
        y
    }

    /// The layer with the instructions of `simd`.
    fn with_instructions<S: Simd>(layer: &MaskedLayer, x: &Array2<f64>, simd: S) -> Array2<f64> {
        let spare = Spare::default();
        let inputs = &Batch::of(x.view(), &spare);
        let MaskedLayer { neurons, activation } = layer;
        let columns = Batch::of_columns(x.nrows(), layer.outputs(), &spare, |output, block, points| {
            OutputAt { neurons, output, inputs, block, points, activation: *activation }.with_simd(simd)
        });
        columns.to_array()
    }

    #[test]
    fn neither_skipped_work_nor_the_processor_changes_a_value() {
        let row = Stream::new(5, 0, Side::In).row(0);
        let draw = |place: u64| Uniform::new(1.0).unwrap().weight(row.word(place));
        let (inputs, outputs, of_output) = (46, 4, 1_000);
        // Runs of all lengths from 45 down to 1, of both halves; column 45 serves no path, output 3 has none.
        let input = |at: u32| 44 - ((8 * (of_output - 1 - at) + 1).isqrt() - 1) / 2;
        let path = |i: u32| Path {
            neuron: u64::from(i),
            input: input(i % of_output),
            output: i / of_output,
            z_in: draw(u64::from(i)),
            z_out: draw(1 << 20 | u64::from(i)),
        };
        let ticket = ordered((0..3 * of_output).map(path));
        let special =
            [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e-320, -1e-320, 5e-324, 1e308, -1e308];
        let mixed = |point: usize, input: usize| {
            let place = (point * inputs + input) as u64;
            match (input, row.word(2 << 20 | place) % 4) {
                // Never positive, never negative, never anything.
                (0, _) => -draw(3 << 20 | place).abs(),
                (1, _) => draw(3 << 20 | place).max(0.0),
                (2, _) => -0.0,
                // Special values.
                (3, 0) => special[point % special.len()],
                (_, 0) => 0.0,
                _ => draw(3 << 20 | place),
            }
        };
        for points in [0, 1, 7, 31, 64, 75, 130] {
            let x = Array2::from_shape_fn((points, inputs), |(point, input)| mixed(point, input));
            let layer = MaskedLayer::new(&ticket, inputs, outputs, Activation::Identity);
            let expected = plain(&ticket, outputs, &x);
            assert!(points < 31 || expected.iter().any(|y| y.is_nan()));
            assert!(points == 0 || expected.iter().any(|&y| y > 0.0) && expected.iter().any(|&y| y < 0.0));
            let mut found = vec![layer.forward(x.view()), with_instructions(&layer, &x, pulp::Scalar::new())];
            #[cfg(target_arch = "x86_64")]
            found.extend(pulp::x86::V3::try_new().map(|simd| with_instructions(&layer, &x, simd)));
            for found in found {
                for (found, expected) in found.iter().zip(&expected) {
                    assert!(found == expected || found.is_nan() && expected.is_nan(), "{found} {expected}");
                }
            }
        }
    }

    #[test]
    fn a_point_does_not_depend_on_its_batch() {
        let path = |i: u32| Path {
            neuron: u64::from(i),
            input: i % 3,
            output: i / 30,
            z_in: f64::from(i * 37 % 19) - 9.5,
            z_out: f64::from(i * 23 % 17) / 7.0 - 1.0,
        };
        let ticket = ordered((0..60).map(path));
        let layer = MaskedLayer::new(&ticket, 3, 2, Activation::Tanh);
        let x = Array2::from_shape_fn((137, 3), |(p, a)| ((p * 3 + a) as f64).sin());
        let whole = layer.forward(x.view());
        for point in [0, 15, 16, 63, 64, 136] {
            let alone = layer.forward(x.slice_axis(Axis(0), ndarray::Slice::from(point..=point)));
            assert_eq!(alone.row(0), whole.row(point));
        }
    }
}
