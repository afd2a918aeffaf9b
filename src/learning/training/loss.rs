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
