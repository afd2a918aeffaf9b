//! Spectral norms ‖A‖₂, the largest singular value.
//!
//! # A proven bound
//! An eigenvalue that an iteration has found may not be the largest, so it proves nothing. What does is a Cholesky
//! factorization that runs to its end (Rump, *Verification of positive definiteness*, BIT 46, 2006).
//!
//! Let u = 2⁻⁵³, γ_n = nu/(1 − nu), A of m × n with n ≤ m (else A is transposed), G the computed AᵀA, μ a guess, and M the
//! computed μI − G, its lower triangle taken for both. If Cholesky's factorization of M runs to its end in f64, then
//!
//! ‖A‖₂² ≤ μ + (γ_{n+4}/(1 − γ_{n+4}) + u)·tr M + γ_{m+2}·‖A‖_F².
//!
//! *Proof.* The computed factor R has RᵀR = M + Δ, |Δ_ij| ≤ γ_{n+4}·‖r_i‖‖r_j‖ with r_i the columns of R (Higham, *Accuracy and
//! Stability of Numerical Algorithms*, theorem 10.3, in any order of the sums; three more roundings are allowed for
//! here). Hence ‖Δ‖₂ ≤ ‖Δ‖_F ≤ γ_{n+4}·Σ‖r_i‖², where ‖r_i‖² = M_ii + Δ_ii ≤ M_ii/(1 − γ_{n+4}); so ‖Δ‖₂ ≤ γ_{n+4}/(1 − γ_{n+4})·tr M.
//! RᵀR has no negative eigenvalue, so M has none below −‖Δ‖₂. The diagonal of M is that of μI − G but for a rounding of at most
//! u·M_ii ≤ u·tr M. Thus λ_max(G) ≤ μ + ‖Δ‖₂ + u·tr M. And |G − AᵀA| ≤ γ_m·|A|ᵀ|A| entry by entry, in any order of the sums, so that
//! ‖G − AᵀA‖₂ ≤ γ_m·‖|A|‖_F². ∎
//!
//! The guess comes from Lanczos' method on G; where it is too low, the factorization fails and a larger one is tried. The bound is
//! loose by about n·γ_{m+n}/2, relative: 10⁻¹⁰ for 1000×1000.

use nalgebra::DMatrix;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use super::range::{self, power_of_two, product};

/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;

/// ‖A‖₂ of a `rows × columns` matrix, by a full singular value decomposition.
///
/// The decomposition is backward stable: the value is that of a matrix A + E with ‖E‖₂ no more than a
/// modest multiple of (rows + columns)·2⁻⁵³·‖A‖₂. For an upper bound use
/// [`spectral_norm_bound`]. The empty matrix has norm 0.
pub fn spectral_norm(a: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    if a.is_empty() || a.iter().all(|&x| x == 0.0) {
        return 0.0;
    }
    // Scaled: squares of tiny errors (ΔW near 1e−27) would underflow.
    let scale = a.iter().fold(0.0_f64, |m, x| m.max(x.abs()));
    let matrix = DMatrix::from_row_iterator(rows, columns, a.iter().map(|x| x / scale));
    scale * matrix.singular_values().max()
}

/// A proven upper bound on ‖A‖₂, within 10⁻⁹ of it for matrices of up to 1000×1000; see the module for the proof. Never above
/// the Frobenius norm and √(‖A‖₁‖A‖_∞), rounded up. ∞ if an entry is not finite, or the norm overflows.
pub fn spectral_norm_bound(a: ArrayView2<'_, f64>) -> f64 {
    let (rows, columns) = a.dim();
    let largest = range::largest(a.iter().copied());
    if largest == 0.0 {
        return 0.0;
    }
    if !largest.is_finite() {
        return f64::INFINITY;
    }
    // Tiny errors (ΔW near 1e−27) do not underflow when squared.
    let scale = power_of_two(largest);
    let scaled = a.mapv(|x| x / scale);
    let sum = |values: ArrayView1<'_, f64>| values.iter().map(|x| x.abs()).sum::<f64>();
    let one = scaled.columns().into_iter().map(sum).fold(0.0, f64::max);
    let infinity = scaled.rows().into_iter().map(sum).fold(0.0, f64::max);
    let frobenius = scaled.iter().map(|x| x * x).sum::<f64>().sqrt();
    // Sums of n non-negative terms lose at most a relative γ_n.
    let frobenius = frobenius * (1.0 + gamma(rows * columns + 4));
    let summed = frobenius.min((one * infinity).sqrt() * (1.0 + gamma(rows + columns + 4)));
    let gram = if columns <= rows { scaled.t().dot(&scaled) } else { scaled.dot(&scaled.t()) };
    let terms = rows.max(columns);
    let bound = largest_eigenvalue_bound(&gram)
        .map_or(f64::INFINITY, |bound| (bound + gamma(terms + 2) * frobenius * frobenius).sqrt());
    product(product(scale, bound.min(summed)), 1.0 + 16.0 * UNIT)
}

/// γ_n = n·u/(1 − n·u), the relative loss of n roundings.
fn gamma(n: usize) -> f64 {
    let lost = n as f64 * UNIT;
    lost / (1.0 - lost)
}

/// A proven bound on the largest eigenvalue of a symmetric positive semidefinite matrix (its lower triangle is read), or `None`
/// where no factorization succeeds.
fn largest_eigenvalue_bound(g: &Array2<f64>) -> Option<f64> {
    let n = g.nrows();
    let estimate = lanczos(g);
    let mut slack = 2.0 * (n + 4) as f64 * UNIT;
    // The estimate comes from below; the first slack or the second is almost always enough.
    while slack < 0.01 {
        let shift = estimate * (1.0 + slack);
        let shifted = DMatrix::from_fn(n, n, |i, j| {
            let entry = g[[i.max(j), i.min(j)]];
            if i == j { shift - entry } else { -entry }
        });
        let trace = shifted.trace() * (1.0 + gamma(n));
        if shifted.cholesky().is_some() {
            let lost = gamma(n + 4);
            return Some((shift + (lost / (1.0 - lost) + UNIT) * trace) * (1.0 + 8.0 * UNIT));
        }
        slack *= 8.0;
    }
    None
}

/// The largest eigenvalue of a symmetric positive semidefinite matrix, from below, by Lanczos' method with full
/// reorthogonalization. It stops where the value does.
fn lanczos(g: &Array2<f64>) -> f64 {
    const BETWEEN_LOOKS: usize = 10;
    const MOST_STEPS: usize = 300;
    let n = g.nrows();
    // No direction is favoured, and none is left out but by chance.
    let mut v = Array1::from_shape_fn(n, |i| 1.0 + ((i * 7919 + 13) % 1009) as f64 / 1009.0);
    v /= v.dot(&v).sqrt();
    let (mut basis, mut diagonal, mut beside) = (Vec::<Array1<f64>>::new(), Vec::new(), Vec::new());
    let mut largest = 0.0;
    for step in 1..=n.min(MOST_STEPS) {
        let mut w = g.dot(&v);
        diagonal.push(v.dot(&w));
        basis.push(v);
        for _ in 0..2 {
            for q in &basis {
                let along = q.dot(&w);
                w.scaled_add(-along, q);
            }
        }
        let length = w.dot(&w).sqrt();
        let ends = step == n.min(MOST_STEPS) || length <= 1e-15 * diagonal[0].abs();
        if ends || step % BETWEEN_LOOKS == 0 {
            let tridiagonal = DMatrix::from_fn(step, step, |i, j| match i.abs_diff(j) {
                0 => diagonal[i],
                1 => beside[i.min(j)],
                _ => 0.0,
            });
            let before = std::mem::replace(&mut largest, tridiagonal.symmetric_eigenvalues().max());
            if ends || largest - before <= 1e-14 * largest {
                break;
            }
        }
        beside.push(length);
        v = w / length;
    }
    largest
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
        // Exact: 3 and 4 times the smallest f64.
        let least = array![[15e-324, 20e-324]];
        assert!((25e-324..=35e-324).contains(&spectral_norm_bound(least.view())));
        assert_eq!(spectral_norm_bound(array![[f64::NAN, 1.0]].view()), f64::INFINITY);
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

    /// P·diag(σ)·Q with reflections P and Q by vectors of four ones: all entries
    /// are exact, and ‖·‖₂ = max σ.
    fn with_singular_values(sigma: &[f64]) -> Array2<f64> {
        let n = sigma.len();
        // Four ones have squared length 4.
        let reflection = |from: usize| {
            let v = Array1::from_shape_fn(n, |i| f64::from((from..from + 4).contains(&i)));
            Array2::from_shape_fn((n, n), |(i, j)| f64::from(i == j) - 2.0 * v[i] * v[j] / 4.0)
        };
        let (p, q) = (reflection(1), reflection(3));
        p.dot(&Array2::from_diag(&Array1::from(sigma.to_vec()))).dot(&q)
    }

    #[test]
    fn the_bound_holds_for_known_norms_and_is_tight() {
        let spread = |largest: f64, n: usize| -> Vec<f64> {
            // Whole numbers over 2¹⁰: the products of reflections are exact.
            (0..n).map(|i| largest - ((i * i) % 701) as f64 / 1024.0).collect()
        };
        let cases = [
            spread(3.0, 8),
            spread(1.0, 40),
            vec![1.0; 24],
            // Two nearly equal ones, and one far above the others.
            [vec![1.0, 1.0 + 2_f64.powi(-40)], vec![0.5; 14]].concat(),
            [vec![1024.0], vec![2_f64.powi(-10); 30]].concat(),
            [vec![2.0], vec![0.0; 11]].concat(),
        ];
        for sigma in cases {
            let known = sigma.iter().copied().fold(0.0, f64::max);
            for scale in [1.0, 2_f64.powi(-90), 2_f64.powi(300)] {
                let a = with_singular_values(&sigma) * scale;
                let wide = ndarray::concatenate![ndarray::Axis(1), a, Array2::zeros((a.nrows(), 3))];
                for a in [a.view(), a.t(), wide.view(), wide.t()] {
                    let bound = spectral_norm_bound(a) / scale;
                    assert!(bound >= known && bound <= known * (1.0 + 1e-12), "{bound} of {known}");
                }
            }
        }
    }

    #[test]
    fn the_bound_of_large_random_matrices_is_within_a_billionth() {
        for (rows, columns, seed) in [(150, 150, 1), (300, 40, 2), (7, 260, 3)] {
            let row = crate::sampling::Stream::new(seed, 0, crate::sampling::Side::Out).row(0);
            let a = Array2::from_shape_fn((rows, columns), |(i, j)| {
                (row.word((i * columns + j) as u64) >> 11) as f64 / 2_f64.powi(52) - 1.0
            });
            let (bound, norm) = (spectral_norm_bound(a.view()), spectral_norm(a.view()));
            assert!(bound >= norm * (1.0 - 1e-13) && bound <= norm * (1.0 + 1e-9), "{bound} of {norm}");
        }
    }

    #[test]
    fn a_matrix_of_ones_is_bounded_by_its_norm() {
        let ones = Array2::<f64>::ones((64, 16));
        let bound = spectral_norm_bound(ones.view());
        assert!((32.0..32.0 * (1.0 + 1e-13)).contains(&bound), "{bound}");
        assert_eq!(spectral_norm_bound(Array2::<f64>::zeros((0, 3)).view()), 0.0);
    }
}
