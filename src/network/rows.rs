//! The number of inputs in one batch. Memory does not grow with the number of inputs.

use super::Architecture;
use super::graph::LinearMap;

/// Inputs in a block of the masked network's evaluation. A block of fewer takes as much memory as a full one.
pub const BLOCK: usize = 64;

/// Bytes of one value of a batch in the masked network: the value, and both parts of it by sign if any is negative.
pub const BYTES_PER_VALUE: usize = 24;

/// Most bytes of a batch's values.
const MOST_BYTES: usize = 64 << 20;

impl Architecture {
    /// Inputs evaluated together: as many blocks as fit into 64 MiB, and at least one. Results of an input do not depend
    /// on the others.
    pub fn inputs_together(&self) -> usize {
        let blocks = MOST_BYTES as f64 / (BLOCK as f64 * self.bytes_per_input());
        BLOCK * (blocks as usize).max(1)
    }

    /// Bytes of F and the masked network for one input: x and the outputs of F beside the inputs and outputs of a layer of Ĝ, or
    /// x beside the inputs and outputs of a layer of F.
    pub fn bytes_per_input(&self) -> f64 {
        if let Some(graph) = self.graph() {
            // All values of nodes at most, and a layer's patches and outputs, of F and in blocks of Ĝ.
            let values: usize = graph.nodes().iter().map(|node| node.shape.entries()).sum();
            let of_map = |map: &LinearMap| {
                let (rows, columns) = (map.rows() as f64, map.columns() as f64);
                map.places() as f64 * (8.0 + BYTES_PER_VALUE as f64) * (rows + columns)
            };
            return 8.0 * values as f64 + graph.maps().iter().map(of_map).fold(0.0, f64::max);
        }
        let widths = self.widths();
        let ends = widths.windows(2).map(|ends| ends[0] as f64 + ends[1] as f64).fold(0.0, f64::max);
        let [first, .., last] = widths else { return 0.0 };
        8.0 * (*first as f64 + 2.0 * *last as f64) + BYTES_PER_VALUE as f64 * ends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Activation;

    #[test]
    fn wide_networks_take_fewer_inputs_at_a_time() {
        let of = |widths: &[usize]| {
            let architecture =
                Architecture::new(widths.to_vec(), Activation::Relu, Activation::Relu).unwrap();
            (architecture.inputs_together(), architecture.bytes_per_input())
        };
        for widths in [&[2, 3, 2][..], &[784, 300, 10], &[4096, 4096], &[1, 20_000], &[20_000, 1]] {
            let (inputs, each) = of(widths);
            let bytes = inputs as f64 * each;
            assert!(inputs.is_multiple_of(BLOCK) && bytes <= MOST_BYTES as f64, "{widths:?}");
            assert!(bytes + BLOCK as f64 * each > MOST_BYTES as f64, "{widths:?}");
        }
        assert_eq!(of(&[1, 1_000_000]).0, BLOCK);
    }
}
