//! Scales and shifts of a linear map's outputs as part of its weights: W′ = diag(s)·W, b′ = s·(b − m) + t.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::network::{range, spectral_norm_bound};

/// s·(y − m) + t of each output y of a linear map. What is not given is left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct OutputAffine<'a> {
    /// s
    pub scale: Option<&'a [f64]>,
    /// m
    pub mean: Option<&'a [f64]>,
    /// t
    pub shift: Option<&'a [f64]>,
}

impl OutputAffine<'_> {
    /// Makes it part of `weights`, outputs × inputs, and of the biases. Gives the biases, if there are any now.
    pub fn fold(&self, weights: &mut Array2<f64>, bias: Option<Array1<f64>>) -> Option<Array1<f64>> {
        if let Some(scale) = self.scale {
            weights.rows_mut().into_iter().zip(scale).for_each(|(mut row, s)| row *= *s);
        }
        if bias.is_none() && self.mean.is_none() && self.shift.is_none() {
            return None;
        }
        let mut bias = bias.unwrap_or_else(|| Array1::zeros(weights.nrows()));
        if let Some(mean) = self.mean {
            bias.iter_mut().zip(mean).for_each(|(b, m)| *b -= m);
        }
        if let Some(scale) = self.scale {
            bias.iter_mut().zip(scale).for_each(|(b, s)| *b *= s);
        }
        if let Some(shift) = self.shift {
            bias.iter_mut().zip(shift).for_each(|(b, t)| *b += t);
        }
        Some(bias)
    }
}

/// A batch norm or a scale folded into a linear map, and its effect on the weights to be built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FoldedNorm {
    /// the node of the batch norm
    pub node: String,
    /// the linear map
    pub map: String,
    /// largest |w| before and after, biases left out
    pub w_max: (f64, f64),
    /// ‖W‖₂ of the map's matrix (of a convolution, outputs × (channel, tap)) before and after, within 10⁻⁹, biases left out
    pub norm: (f64, f64),
}

impl FoldedNorm {
    /// From the matrices before and after, outputs × inputs. The outputs of each of `groups` read inputs of their own.
    pub fn new(
        (node, map): (&str, &str),
        groups: usize,
        before: ArrayView2<'_, f64>,
        after: ArrayView2<'_, f64>,
    ) -> Self {
        let largest = |w: ArrayView2<'_, f64>| range::largest(w.iter().copied());
        // The norm of a block-diagonal matrix is the largest of its blocks.
        let norm = |w: ArrayView2<'_, f64>| {
            let rows = w.nrows().div_ceil(groups.max(1)).max(1);
            w.axis_chunks_iter(Axis(0), rows).map(spectral_norm_bound).fold(0.0, f64::max)
        };
        Self {
            node: node.to_owned(),
            map: map.to_owned(),
            w_max: (largest(before), largest(after)),
            norm: (norm(before), norm(after)),
        }
    }

    /// Whether the largest weight or the norm is another than before.
    pub fn is_change(&self) -> bool {
        self.w_max.0 != self.w_max.1 || self.norm.0 != self.norm.1
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// Of two groups with the matrices (3, 4) and (0, 2) side by side, the norm is 5, not that of one above the other.
    #[test]
    fn groups_read_inputs_of_their_own() {
        let before = array![[3.0, 4.0], [0.0, 2.0]];
        let mut after = before.clone();
        let scale = [2.0, -10.0];
        let of = OutputAffine { scale: Some(&scale), ..OutputAffine::default() };
        assert_eq!(of.fold(&mut after, None), None);
        assert_eq!(after, array![[6.0, 8.0], [-0.0, -20.0]]);
        let folded = FoldedNorm::new(("n", "m"), 2, before.view(), after.view());
        assert_eq!(folded.w_max, (4.0, 20.0));
        assert!((folded.norm.0 - 5.0).abs() < 1e-8 && (folded.norm.1 - 20.0).abs() < 1e-7, "{folded:?}");
        let one = FoldedNorm::new(("n", "m"), 1, before.view(), after.view());
        assert!(one.norm.0 > 5.2 && folded.is_change());
    }

    #[test]
    fn parts_apply_in_order() {
        let (mut weights, parts) = (array![[1.0], [2.0]], [[3.0, 5.0], [1.0, -1.0], [7.0, 0.5]]);
        let [scale, mean, shift] = &parts;
        let of = OutputAffine { scale: Some(scale), mean: Some(mean), shift: Some(shift) };
        assert_eq!(of.fold(&mut weights, Some(array![2.0, 2.0])), Some(array![10.0, 15.5]));
        assert_eq!(weights, array![[3.0], [10.0]]);
        assert_eq!(of.fold(&mut weights, None), Some(array![4.0, 5.5]));
        let shift = OutputAffine { shift: Some(shift), ..OutputAffine::default() };
        assert_eq!(shift.fold(&mut weights, None), Some(array![7.0, 0.5]));
    }
}
