//! Spectral norms ‖A‖₂, the largest singular value.

use nalgebra::DMatrix;
use ndarray::ArrayView2;

/// ‖A‖₂ of an `rows × columns` matrix, by a full singular value decomposition.
///
/// The decomposition is backward stable: the value is that of a matrix A + E with ‖E‖₂ no more than a
/// modest multiple of (rows + columns)·2⁻⁵³·‖A‖₂. Where an upper bound is needed use
/// [`spectral_norm_bound`]. The empty matrix has norm 0.
pub fn spectral_norm(a: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    if a.is_empty() || a.iter().all(|&x| x == 0.0) {
        return 0.0;
    }
    // Scaled so that tiny errors (ΔW near 1e−27) do not underflow when squared.
    let scale = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let matrix = DMatrix::from_row_iterator(rows, columns, a.iter().map(|x| x / scale));
    scale * matrix.singular_values().max()
}

/// An upper bound on ‖A‖₂: the smallest of the computed spectral norm with a margin for its rounding,
/// the Frobenius norm, and √(‖A‖₁‖A‖_∞), the latter two with theirs.
pub fn spectral_norm_bound(a: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    let size = (rows + columns) as f64;
    // 64 stands for the unpublished constant of the decomposition's backward error; in practice it is below 1.
    let margin = 1.0 + 64.0 * size * f64::EPSILON;
    let scale = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    if scale == 0.0 {
        return 0.0;
    }
    let frobenius = scale * a.iter().map(|x| (x / scale) * (x / scale)).sum::<f64>().sqrt();
    let one = (0..columns).map(|j| a.column(j).iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max);
    let infinity = (0..rows).map(|i| a.row(i).iter().map(|x| x.abs()).sum::<f64>()).fold(0.0, f64::max);
    // Sums of n non-negative terms lose at most a relative n·2⁻⁵³.
    let summed = frobenius.min(one.sqrt() * infinity.sqrt()) * (1.0 + size * size * f64::EPSILON);
    (spectral_norm(a) * margin).min(summed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};

    #[test]
    fn norm_of_known_matrices() {
        assert!((spectral_norm(array![[3.0, 0.0], [0.0, -5.0]].view()) - 5.0).abs() < 1e-14);
        assert!((spectral_norm(array![[1.0, 1.0], [1.0, 1.0]].view()) - 2.0).abs() < 1e-14);
        assert!((spectral_norm(Array2::from_elem((30, 7), 0.5).view()) - 0.5 * 210f64.sqrt()).abs() < 1e-12);
        assert_eq!(spectral_norm(Array2::<f64>::zeros((4, 3)).view()), 0.0);
    }

    #[test]
    fn tiny_matrices_do_not_underflow() {
        let tiny = array![[3e-200, 0.0], [0.0, 4e-200]];
        assert!((spectral_norm(tiny.view()) / 4e-200 - 1.0).abs() < 1e-14);
        assert!(spectral_norm_bound(tiny.view()) >= 4e-200);
    }

    #[test]
    fn bound_is_above_every_stretch() {
        let a = Array2::from_shape_fn((9, 14), |(i, j)| ((i * 31 + j * 17) % 23) as f64 / 11.0 - 1.0);
        let bound = spectral_norm_bound(a.view());
        for seed in 0..200 {
            let x = ndarray::Array1::from_shape_fn(14, |j| (((seed * 13 + j * 7) % 29) as f64 - 14.0) / 7.0);
            let stretch = a.dot(&x).dot(&a.dot(&x)).sqrt() / x.dot(&x).sqrt();
            assert!(stretch <= bound);
        }
        assert!(bound <= spectral_norm(a.view()) * (1.0 + 1e-11));
    }
}
