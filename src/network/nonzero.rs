//! The weights of a layer other than 0: a weight of 0 needs no neuron.

use ndarray::Array2;

/// Weights of a layer other than 0 (and −0), and the inputs and outputs with any of them.
///
/// With an all-zero mask, ŵ = 0 = w* exactly. So a weight of 0 needs no neuron, neither does an input or an output with
/// no other weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NonzeroWeights {
    /// weights other than 0
    pub weights: u64,
    /// inputs with any of them: columns of the matrix
    pub inputs: u64,
    /// outputs with any of them: rows of the matrix
    pub outputs: u64,
}

impl NonzeroWeights {
    /// Those of a matrix n_i × n_{i−1}.
    pub fn of(weights: &Array2<f64>) -> Self {
        let mut inputs = vec![false; weights.ncols()];
        let (mut count, mut outputs) = (0, 0);
        for row in weights.rows() {
            let before = count;
            for (is_used, _) in inputs.iter_mut().zip(row).filter(|(_, w)| **w != 0.0) {
                *is_used = true;
                count += 1;
            }
            outputs += u64::from(count > before);
        }
        let inputs = inputs.into_iter().filter(|&is_used| is_used).count() as u64;
        Self { weights: count, inputs, outputs }
    }

    /// The same shares of another matrix of `to` inputs and outputs, both at least 1, in place of `from`: rounded, and
    /// none below 1 unless all weights are 0.
    pub fn scaled(self, from: (usize, usize), to: (usize, usize)) -> Self {
        let share = |count: u64, from: f64, to: f64| {
            if count == 0 { 0 } else { ((to * (count as f64 / from)).round() as u64).max(1) }
        };
        let product = |(inputs, outputs): (usize, usize)| inputs as f64 * outputs as f64;
        Self {
            weights: share(self.weights, product(from), product(to)),
            inputs: share(self.inputs, from.0 as f64, to.0 as f64),
            outputs: share(self.outputs, from.1 as f64, to.1 as f64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn both_zeros_count_as_zero() {
        let counted = NonzeroWeights::of(&array![[0.0, -0.0, 1e-300], [0.0, 0.0, -2.0], [0.0, -0.0, 0.0]]);
        assert_eq!(counted, NonzeroWeights { weights: 2, inputs: 1, outputs: 2 });
        let none = NonzeroWeights::of(&Array2::zeros((2, 3)));
        assert_eq!(none, NonzeroWeights { weights: 0, inputs: 0, outputs: 0 });
        assert_eq!(none.scaled((3, 2), (300, 200)), none);
    }

    #[test]
    fn another_size_has_the_same_shares() {
        let counted = NonzeroWeights { weights: 30, inputs: 8, outputs: 5 };
        assert_eq!(counted.scaled((10, 6), (10, 6)), counted);
        let scaled = NonzeroWeights { weights: 3_000, inputs: 80, outputs: 50 };
        assert_eq!(counted.scaled((10, 6), (100, 60)), scaled);
        assert_eq!(counted.scaled((10, 6), (1, 1)), NonzeroWeights { weights: 1, inputs: 1, outputs: 1 });
        // Dense layers stay dense, whatever their size.
        for (inputs, outputs) in [(3, 7), (784, 300), (1_000_003, 999_983)] {
            let dense = NonzeroWeights { weights: 21, inputs: 3, outputs: 7 };
            let scaled = dense.scaled((3, 7), (inputs, outputs));
            assert_eq!(scaled.weights, inputs as u64 * outputs as u64);
            assert_eq!((scaled.inputs, scaled.outputs), (inputs as u64, outputs as u64));
        }
    }
}
