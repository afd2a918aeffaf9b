//! Cross-entropy on the softmax of the outputs.

use ndarray::{ArrayView1, ArrayView2, ArrayViewMut2};

/// exp(z − max z), normalised; in f64.
pub fn softmax(outputs: ArrayView1<'_, f32>) -> Vec<f64> {
    let highest = f64::from(outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max));
    let powers: Vec<f64> = outputs.iter().map(|&z| pxfm::f_exp(f64::from(z) - highest)).collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The sum of −ln p(label) over the examples (a row each), and into `gradient` the gradient (p − 1_label)/n of its mean
/// with respect to the outputs.
pub fn cross_entropy(
    outputs: ArrayView2<'_, f32>,
    labels: impl IntoIterator<Item = u32>,
    mut gradient: ArrayViewMut2<'_, f32>,
) -> f64 {
    let n = outputs.nrows() as f64;
    let mut loss = 0.0;
    for ((outputs, mut gradient), label) in outputs.outer_iter().zip(gradient.outer_iter_mut()).zip(labels) {
        let label = label as usize;
        let highest = f64::from(outputs.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        let sum: f64 = outputs.iter().map(|&z| pxfm::f_exp(f64::from(z) - highest)).sum();
        for (class, (gradient, &z)) in gradient.iter_mut().zip(outputs).enumerate() {
            let p = pxfm::f_exp(f64::from(z) - highest) / sum;
            *gradient = ((p - f64::from(u8::from(class == label))) / n) as f32;
        }
        loss += pxfm::f_log(sum) - (f64::from(outputs[label]) - highest);
    }
    loss
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    /// Outputs ln 1, ln 2, ln 5 have the probabilities 1/8, 2/8, 5/8. Large outputs do not overflow.
    #[test]
    fn loss_and_gradient_by_hand() {
        let outputs = array![[0.0, 2.0_f32.ln(), 5.0_f32.ln()], [1e30, 0.0, -1e30]];
        let mut gradient = Array2::zeros((2, 3));
        let loss = cross_entropy(outputs.view(), [2, 0], gradient.view_mut());
        assert!((loss - 1.6_f64.ln()).abs() < 1e-7);
        let expected: Array2<f32> = array![[0.0625, 0.125, -0.1875], [0.0, 0.0, 0.0]];
        assert!((&gradient - &expected).iter().all(|difference| difference.abs() < 1e-7), "{gradient}");
        let p = softmax(outputs.row(0));
        assert!(p.iter().zip([0.125, 0.25, 0.625]).all(|(p, expected)| (p - expected).abs() < 1e-7));
        assert_eq!(softmax(outputs.row(1)), [1.0, 0.0, 0.0]);
    }
}
