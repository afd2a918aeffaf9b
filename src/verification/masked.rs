//! Ĝ itself: the masked network, evaluated neuron by neuron.

use ndarray::{Array2, ArrayView2, Axis};
use rayon::prelude::*;

use crate::construction::LayerTicket;
use crate::network::Activation;

/// Points evaluated together; their rows stay in the first cache while a layer's paths stream by.
const BLOCK: usize = 32;

/// One layer of Ĝ: the kept intermediate neurons between two layers of the target's shape.
///
/// A kept neuron s computes h = max{0, z_in·x_a} from the one input that its mask leaves it, and adds
/// z_out·h to the outputs that it still feeds. Nothing else of G is alive.
#[derive(Clone, Copy, Debug)]
pub struct MaskedLayer<'a> {
    ticket: &'a LayerTicket,
    outputs: usize,
    activation: Activation,
}

impl<'a> MaskedLayer<'a> {
    /// The layer of `ticket`, whose rows must be in the order of their outputs, as a finished ticket's are.
    pub fn new(ticket: &'a LayerTicket, outputs: usize, activation: Activation) -> Self {
        debug_assert!(ticket.output.is_sorted());
        Self { ticket, outputs, activation }
    }

    /// The layer applied to a batch: `points × n_{i−1}` in, `points × n_i` out. Each point's result is the same
    /// whatever the batch and the number of threads: paths are added in the order of the ticket.
    pub fn forward(&self, x: ArrayView2<'_, f64>) -> Array2<f64> {
        let mut y = Array2::zeros((x.nrows(), self.outputs));
        let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), BLOCK).collect();
        let targets: Vec<_> = y.axis_chunks_iter_mut(Axis(0), BLOCK).collect();
        blocks.into_par_iter().zip(targets).for_each(|(x, mut y)| {
            let mut columns = vec![[0.0; BLOCK]; x.ncols()];
            for ((point, input), &value) in x.indexed_iter() {
                columns[input][point] = value;
            }
            let points = x.nrows();
            let ticket = self.ticket;
            let mut row = 0;
            while row < ticket.len() {
                let output = ticket.output[row];
                let mut sum = [0.0; BLOCK];
                while row < ticket.len() && ticket.output[row] == output {
                    let (z_in, z_out) = (ticket.z_in[row], ticket.z_out[row]);
                    let column = &columns[ticket.input[row] as usize];
                    for (s, x) in sum.iter_mut().zip(column) {
                        let h = z_in * x;
                        *s += z_out * if h > 0.0 { h } else { 0.0 };
                    }
                    row += 1;
                }
                for point in 0..points {
                    y[[point, output as usize]] = sum[point];
                }
            }
            y.mapv_inplace(|v| self.activation.apply(v));
        });
        y
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn three_neurons_by_hand() {
        let ticket = LayerTicket {
            neuron: vec![4, 9, 2],
            input: vec![0, 0, 1],
            output: vec![0, 0, 2],
            z_in: vec![2.0, -1.0, 0.5],
            z_out: vec![3.0, -4.0, 1.0],
        };
        let layer = MaskedLayer::new(&ticket, 3, Activation::Identity);
        let y = layer.forward(array![[1.0, 2.0], [-1.0, -2.0]].view());
        // x₀ = 1: 3·2; x₀ = −1: −4·1. Output 1 has no path. Output 2 passes x₁ > 0 only.
        assert_eq!(y, array![[6.0, 0.0, 1.0], [-4.0, 0.0, 0.0]]);
    }

    #[test]
    fn a_point_does_not_depend_on_its_batch() {
        let ticket = LayerTicket {
            neuron: (0..60).collect(),
            input: (0..60).map(|i| i % 3).collect(),
            output: (0..60).map(|i| i / 30).collect(),
            z_in: (0..60).map(|i| f64::from(i * 37 % 19) - 9.0).collect(),
            z_out: (0..60).map(|i| f64::from(i * 23 % 17) / 7.0 - 1.0).collect(),
        };
        let layer = MaskedLayer::new(&ticket, 2, Activation::Tanh);
        let x = Array2::from_shape_fn((77, 3), |(p, a)| ((p * 3 + a) as f64).sin());
        let whole = layer.forward(x.view());
        for point in [0, 31, 32, 76] {
            let alone = layer.forward(x.slice_axis(Axis(0), ndarray::Slice::from(point..=point)));
            assert_eq!(alone.row(0), whole.row(point));
        }
    }
}
