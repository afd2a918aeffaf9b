//! The outputs of F and Ĝ compared.

use ndarray::ArrayView1;

use crate::network::range::norm;

/// ‖F(x) − Ĝ(x)‖₂ of the outputs at x, f64's largest number where it is above that. NaN where an output is not finite: an
/// overflow carries no information about the error.
pub fn error_between(f: ArrayView1<'_, f64>, g: ArrayView1<'_, f64>) -> f64 {
    let differences = f.iter().zip(g).map(|(f, g)| f - g);
    let error = norm(differences.clone().map(|d| d * d).sum(), differences);
    match f.iter().chain(g).all(|y| y.is_finite()) {
        true if error > f64::MAX => f64::MAX,
        true => error,
        false => f64::NAN,
    }
}

/// The class a network chooses, from 0: the first of the largest outputs.
pub fn prediction(outputs: ArrayView1<'_, f64>) -> usize {
    let mut best = 0;
    for (class, &value) in outputs.iter().enumerate() {
        if value > outputs[best] {
            best = class;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn errors_hold_at_every_scale() {
        for scale in [1e-320, 1e-300, 1e-160, 1.0, 1e160, 1e300] {
            let (f, g) = (array![3.0, 0.0, 1.0] * scale, array![0.0, 4.0, 1.0] * scale);
            assert!((error_between(f.view(), g.view()) / (5.0 * scale) - 1.0).abs() < 1e-3, "{scale:e}");
        }
        assert_eq!(error_between(array![f64::MAX].view(), array![f64::MIN].view()), f64::MAX);
    }

    #[test]
    fn an_overflow_has_no_error() {
        assert!(error_between(array![f64::INFINITY, 0.0].view(), array![1.0, 0.0].view()).is_nan());
    }
}
