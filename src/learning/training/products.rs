//! Matrix products with the same bits on every processor.
//!
//! Each entry of C = A·B is a chain of fused multiply-adds over k in blocks of [`BLOCK`]: from 0 within a block, the blocks
//! added in order. matrixmultiply computes exactly this on processors with FMA and AVX2, and on AArch64; a plain loop of
//! [`f32::mul_add`] replaces it elsewhere. The tests hold the two to the same bits.
//!
//! The sign of a zero entry is left open: a chain that underflows ends in −0, which some kernels add to +0. No weight depends on it.

use ndarray::linalg::general_mat_mul;
use ndarray::{ArrayView2, ArrayViewMut2};

/// Length of a chain: the block size `S_KC` of matrixmultiply.
const BLOCK: usize = 256;

/// C = A·B.
///
/// # Panics
/// If the shapes disagree.
pub(super) fn product(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut c: ArrayViewMut2<'_, f32>) {
    if !has_fused_kernels() {
        return chains(a, b, c);
    }
    general_mat_mul(1.0, &a, &b, 0.0, &mut c);
}

/// Whether matrixmultiply has kernels of fused multiply-adds for this processor.
fn has_fused_kernels() -> bool {
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    return is_x86_feature_detected!("fma") && is_x86_feature_detected!("avx2");
    #[cfg(not(any(target_arch = "x86", target_arch = "x86_64")))]
    return cfg!(target_arch = "aarch64");
}

/// C = A·B by the definition.
fn chains(a: ArrayView2<'_, f32>, b: ArrayView2<'_, f32>, mut c: ArrayViewMut2<'_, f32>) {
    for ((i, j), entry) in c.indexed_iter_mut() {
        *entry = 0.0;
        for start in (0..a.ncols()).step_by(BLOCK) {
            let block = start..a.ncols().min(start + BLOCK);
            *entry += block.fold(0.0_f32, |sum, k| a[[i, k]].mul_add(b[[k, j]], sum));
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::learning::training::streams::{INITIAL, normal, stream};
    use crate::sampling::Side;

    fn drawn(seed: u64, shape: (usize, usize), scale: f32) -> Array2<f32> {
        let words = stream(seed, INITIAL, 1, Side::In);
        Array2::from_shape_fn(shape, |(i, j)| normal(words.row(i as u64).word(j as u64)) as f32 * scale)
    }

    /// Bits, −0 counted as +0.
    fn bits(matrix: &Array2<f32>) -> Vec<u32> {
        matrix.iter().map(|entry| (entry + 0.0).to_bits()).collect()
    }

    /// Shapes below, at and above the tiles (8), the blocks (64 × 256 × 1024) and their multiples; both orders of storage.
    /// At the scale of 1e−22 products underflow.
    #[test]
    fn the_librarys_bits_are_those_of_the_definition() {
        let edges = [1, 2, 7, 8, 9, 60, 63, 65];
        let mut shapes: Vec<(usize, usize, usize)> = Vec::new();
        for m in edges {
            shapes.extend([1, 3, 8, 255, 256, 257, 511, 513, 784].map(|k| (m, k, 11)));
            shapes.extend([1, 5, 8, 10, 17].map(|n| (m, 20, n)));
        }
        shapes.extend([(3, 5, 1023), (2, 3, 1025), (60, 784, 300), (300, 60, 784), (130, 300, 10)]);
        for (m, k, n) in shapes {
            for scale in [1.0, 1e-22] {
                let (a, b) = (drawn(1, (m, k), scale), drawn(2, (k, n), scale));
                let mut expected = Array2::from_elem((m, n), f32::NAN);
                chains(a.view(), b.view(), expected.view_mut());
                let (at, bt) =
                    (a.t().as_standard_layout().into_owned(), b.t().as_standard_layout().into_owned());
                let factors =
                    [(a.view(), b.view()), (at.t(), b.view()), (a.view(), bt.t()), (at.t(), bt.t())];
                for (order, (a, b)) in factors.into_iter().enumerate() {
                    let mut found = Array2::from_elem((m, n), f32::NAN);
                    product(a, b, found.view_mut());
                    assert_eq!(
                        bits(&found),
                        bits(&expected),
                        "{m} × {k} × {n}, scale {scale}, order {order}"
                    );
                }
            }
        }
    }
}
