//! Operator norms of linear maps: proven upper bounds, rounding included.
//!
//! # Convolutions
//! Let K be the kernel as a matrix of outputs × (channel, tap). Four bounds hold for ‖·‖₂ of the map, the biases apart; the smallest
//! counts.
//!
//! *Patches.* ‖Conv x‖₂² = Σ_places ‖K·patch‖₂² ≤ ‖K‖₂²·Σ_places ‖patch‖₂² ≤ m·‖K‖₂²·‖x‖₂², where an entry of x lies in at most m patches.
//! They are counted in the table of the map.
//!
//! *Torus.* Along an axis of n entries, a kernel of d taps with dilation s reaches over D = (d − 1)s + 1 entries. The linear
//! convolution of x with the kernel has n + D − 1 outputs on it, and equals the circular one on a torus of that side. The map picks
//! some of these outputs (stride), and outputs that read the padding alone are 0. The circular convolution acts on each
//! frequency f by K̂(f)_{o,c} = Σ_t K_{o,c,t}·e^{2πi·Σ_a f_a·t_a·s_a/N_a}, so its norm is max_f ‖K̂(f)‖₂. That is the norm of the real
//! matrix ((Re, −Im), (Im, Re)).
//!
//! *Sums.* √(‖A‖₁‖A‖_∞) of the whole map A.
//!
//! *Whole.* ‖A‖₂ of the whole map as one matrix, where it is small.
//!
//! # Rounding of the torus
//! u = 2⁻⁵³. The phase Σ f·t·s/N of a axes is a sum of a quotients below 1 and off by at most 2au; half the angle enters `sincospi`, so cosine and
//! sine are off by at most 4πau and two ulps. A component of K̂ is thus off by at most (13a + 2 + γ_{taps+1}/u)·u·Σ_t|K_{o,c,t}|, and ‖K̂‖₂ by at
//! most √2 times the Frobenius norm of that, for which 2·(taps + 16a + 16)·u·‖Σ_t|K_t|‖_F is taken.

use ndarray::{Array2, ArrayView2, Axis, concatenate};

use super::{LinearMap, Placement, Window};
use crate::network::range::{self, power_of_two, product};
use crate::network::spectral_norm_bound;

/// The unit roundoff of f64.
const UNIT: f64 = f64::EPSILON / 2.0;

/// The smaller side of a whole map, at most, to compute its norm.
const MOST_WHOLE_SIDE: usize = 300;

/// Entries of a whole map, at most, to compute its norm.
const MOST_WHOLE_ENTRIES: usize = 1 << 19;

/// Multiplications for all frequencies, at most: a second or two.
const MOST_TORUS_PRODUCTS: f64 = 4e9;

/// Bounds on the norms of a linear map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MapNorms {
    /// ‖·‖₂ from entries of the input to entries of the output, biases apart
    pub norm: f64,
    /// ‖·‖₂ of what the biases add to the output
    pub bias_norm: f64,
}

impl LinearMap {
    /// Both norms.
    pub fn norms(&self, weights: ArrayView2<'_, f64>) -> MapNorms {
        MapNorms { norm: self.norm_bound(weights), bias_norm: self.bias_norm(weights) }
    }

    /// An upper bound on ‖·‖₂ of the map with this matrix, rows × columns, from entries of the input to entries of the output. The
    /// column of the biases is left out.
    pub fn norm_bound(&self, weights: ArrayView2<'_, f64>) -> f64 {
        let (kernel, _) = self.without_biases(weights);
        let patches = spectral_norm_bound(kernel);
        let Placement::Convolution { window, .. } = self.placement() else { return patches };
        let reads = self.most_reads();
        let of_patches = product(product(patches, (reads as f64).sqrt()), 1.0 + 4.0 * UNIT);
        if reads <= 1 || patches == 0.0 || !patches.is_finite() {
            return of_patches;
        }
        let (inputs, outputs) = (self.input().entries(), self.output().entries());
        let is_small =
            inputs.min(outputs) <= MOST_WHOLE_SIDE && inputs.saturating_mul(outputs) <= MOST_WHOLE_ENTRIES;
        let whole = if is_small { spectral_norm_bound(self.unrolled(kernel).view()) } else { f64::INFINITY };
        of_patches.min(self.sums_bound(kernel)).min(whole).min(self.torus_bound(kernel, window))
    }

    /// ‖·‖₂ of what the biases add to the whole output: √places·‖b‖₂, rounded up.
    pub fn bias_norm(&self, weights: ArrayView2<'_, f64>) -> f64 {
        let (_, biases) = self.without_biases(weights);
        let norm = range::norm(biases.iter().map(|b| b * b).sum(), biases.iter().copied());
        let norm = if norm.is_nan() { f64::INFINITY } else { norm };
        let up = 1.0 + (2 * biases.len() + 16) as f64 * UNIT;
        product(product(norm, (self.places() as f64).sqrt()), up)
    }

    /// The most columns, over all places, that read one entry of the input; no place reads an entry twice.
    pub fn most_reads(&self) -> usize {
        let mut reads = vec![0_usize; self.input().entries()];
        for place in 0..self.places() {
            self.patch(place).flatten().for_each(|entry| reads[entry] += 1);
        }
        reads.into_iter().max().unwrap_or(0)
    }

    /// The columns that read the input, and that of the biases, if it is there.
    pub fn without_biases<'a>(
        &self,
        weights: ArrayView2<'a, f64>,
    ) -> (ArrayView2<'a, f64>, ArrayView2<'a, f64>) {
        weights.split_at(Axis(1), self.columns() - usize::from(self.has_bias()))
    }

    /// √(‖A‖₁‖A‖_∞) of the whole map.
    fn sums_bound(&self, kernel: ArrayView2<'_, f64>) -> f64 {
        let (rows, columns) = kernel.dim();
        let of_columns: Vec<f64> =
            kernel.columns().into_iter().map(|column| column.iter().map(|w| w.abs()).sum()).collect();
        let mut one = vec![0.0; self.input().entries()];
        let mut infinity = 0.0_f64;
        for place in 0..self.places() {
            let patch: Vec<Option<usize>> = self.patch(place).collect();
            for (entry, sum) in patch.iter().zip(&of_columns).filter_map(|(e, sum)| Some((e.as_ref()?, sum)))
            {
                one[*entry] += sum;
            }
            for row in kernel.rows() {
                let read = row.iter().zip(&patch).filter(|(_, entry)| entry.is_some());
                infinity = infinity.max(read.map(|(w, _)| w.abs()).sum());
            }
        }
        let one = range::largest(one.into_iter());
        let up = 1.0 + (2 * (rows * columns + self.places()) + 16) as f64 * UNIT;
        // √(ab) of numbers far below 1 would underflow.
        product(product(one.sqrt(), infinity.sqrt()), up)
    }

    /// max_f ‖K̂(f)‖₂ on the torus; ∞ where it would take long.
    fn torus_bound(&self, kernel: ArrayView2<'_, f64>, window: &Window) -> f64 {
        let [channels, sizes @ ..] = self.input().axes() else { return f64::INFINITY };
        let (rows, channels, axes, taps) = (kernel.nrows(), *channels, sizes.len(), window.taps());
        let sides: Vec<usize> =
            (0..axes).map(|axis| sizes[axis] + (window.kernel[axis] - 1) * window.dilation[axis]).collect();
        let frequencies: usize = sides.iter().product();
        let (small, large) = (2.0 * rows.min(channels) as f64, 2.0 * rows.max(channels) as f64);
        let of_one = small * small * (large + small) + (rows * channels * taps) as f64;
        if frequencies as f64 * of_one / 2.0 > MOST_TORUS_PRODUCTS {
            return f64::INFINITY;
        }
        let scale = power_of_two(range::largest(kernel.iter().copied()));
        let magnitudes = Array2::from_shape_fn((rows, channels), |(row, channel)| {
            (channel * taps..(channel + 1) * taps)
                .map(|column| (kernel[[row, column]] / scale).abs())
                .sum::<f64>()
        });
        let frobenius = |m: &Array2<f64>| {
            m.iter().map(|x| x * x).sum::<f64>().sqrt() * (1.0 + (m.len() + 16) as f64 * UNIT)
        };
        let lost = 2.0 * (taps + 16 * axes + 16) as f64 * UNIT * frobenius(&magnitudes);
        let mut largest = 0.0_f64;
        for frequency in 0..frequencies {
            let at = digits(frequency, &sides);
            // The transform of a real kernel at −f is the conjugate of that at f.
            let opposite =
                at.iter().zip(&sides).fold(0, |number, (&f, &side)| number * side + (side - f) % side);
            if opposite < frequency {
                continue;
            }
            let waves: Vec<(f64, f64)> = (0..taps)
                .map(|tap| {
                    let tap = digits(tap, &window.kernel);
                    let turns = (0..axes).map(|axis| {
                        let side = sides[axis];
                        (at[axis] * tap[axis] * window.dilation[axis] % side) as f64 / side as f64
                    });
                    pxfm::f_sincospi(2.0 * turns.sum::<f64>())
                })
                .collect();
            let part = |of: &dyn Fn(&(f64, f64)) -> f64| {
                Array2::from_shape_fn((rows, channels), |(row, channel)| {
                    let first = channel * taps;
                    waves
                        .iter()
                        .enumerate()
                        .map(|(tap, wave)| kernel[[row, first + tap]] / scale * of(wave))
                        .sum::<f64>()
                })
            };
            let (re, im) = (part(&|wave| wave.1), part(&|wave| wave.0));
            // No 2-norm is above the Frobenius norm.
            if frobenius(&re).hypot(frobenius(&im)) * (1.0 + 4.0 * UNIT) <= largest {
                continue;
            }
            largest = largest.max(of_complex(re, im));
        }
        product(product(scale, largest + lost), 1.0 + 16.0 * UNIT)
    }
}

/// A bound on ‖Re + i·Im‖₂.
fn of_complex(re: Array2<f64>, im: Array2<f64>) -> f64 {
    let negative = -&im;
    let real = concatenate(Axis(1), &[re.view(), negative.view()]);
    let other = concatenate(Axis(1), &[im.view(), re.view()]);
    match real.and_then(|upper| concatenate(Axis(0), &[upper.view(), other?.view()])) {
        Ok(real) => spectral_norm_bound(real.view()),
        Err(_) => f64::INFINITY,
    }
}

/// The digits of a number with these bases, the last one fastest.
fn digits(mut number: usize, bases: &[usize]) -> Vec<usize> {
    let mut digits = vec![0; bases.len()];
    for (digit, base) in digits.iter_mut().zip(bases).rev() {
        *digit = number % base;
        number /= base;
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::super::Shape;
    use super::*;
    use crate::network::spectral_norm;
    use crate::sampling::{Side, Stream};
    use ndarray::{Array1, Slice};

    /// Draws of a seed in order.
    struct Draws(u64);

    impl Draws {
        fn word(&mut self) -> u64 {
            self.0 += 1;
            Stream::new(20, 0, Side::In).row(0).word(self.0)
        }

        fn below(&mut self, n: usize) -> usize {
            (self.word() >> 11) as usize % n
        }

        fn number(&mut self) -> f64 {
            (self.word() >> 11) as f64 / 2f64.powi(52) - 1.0
        }
    }

    /// A convolution of any kind, and its kernel.
    fn draw(draws: &mut Draws) -> Option<(LinearMap, Array2<f64>)> {
        let axes = 1 + draws.below(2);
        let groups = 1 + draws.below(2);
        let (channels, outputs) = (groups * (1 + draws.below(2)), groups * (1 + draws.below(3)));
        let mut window = Window::new((0..axes).map(|_| 1 + draws.below(4)).collect::<Vec<_>>());
        for axis in 0..axes {
            window.stride[axis] = 1 + draws.below(3);
            window.padding[axis] = (draws.below(4), draws.below(4));
            window.dilation[axis] = 1 + draws.below(2);
        }
        let sizes: Vec<usize> = (0..axes).map(|_| 1 + draws.below(6)).collect();
        let input = Shape::new([&[channels][..], &sizes].concat());
        let columns = channels / groups * window.taps();
        // Positive kernels reach the bounds, random ones do not.
        let positive = draws.below(3) == 0;
        let kernel = Array2::from_shape_fn((outputs, columns), |_| {
            let x = draws.number();
            if positive { x.abs() } else { x }
        });
        let bias = (draws.below(2) == 0).then(|| Array1::from_elem(outputs, 5.0));
        LinearMap::convolution("conv", input, kernel, bias, window, groups).ok()
    }

    /// The true norm by the singular values of the whole map, the constant apart.
    fn true_norm(map: &LinearMap, w: &Array2<f64>) -> f64 {
        let whole = map.unrolled(w.view());
        spectral_norm(whole.slice_axis(Axis(1), Slice::from(..map.input().entries())))
    }

    #[test]
    fn no_bound_of_a_convolution_is_below_its_norm() {
        let mut draws = Draws(0);
        let (mut maps, mut above, mut torus_above) = (0, 0.0, 0.0);
        while maps < 1000 {
            let Some((map, w)) = draw(&mut draws) else { continue };
            let Placement::Convolution { window, .. } = map.placement() else { unreachable!() };
            maps += 1;
            let (kernel, _) = map.without_biases(w.view());
            let known = true_norm(&map, &w);
            let least = known * (1.0 - 1e-13);
            let patches = spectral_norm_bound(kernel) * (map.most_reads() as f64).sqrt() * (1.0 + 1e-15);
            let torus = map.torus_bound(kernel, window);
            for (name, bound) in [
                ("patches", patches),
                ("torus", torus),
                ("sums", map.sums_bound(kernel)),
                ("norm_bound", map.norm_bound(w.view())),
            ] {
                assert!(bound >= least, "{name}: {bound} below {known} of {map:?}");
            }
            // These maps are small: the whole one counts, unless patches lie apart.
            assert!(map.most_reads() <= 1 || map.norm_bound(w.view()) <= known * (1.0 + 1e-9));
            if window.stride.iter().all(|&stride| stride == 1) && known > 0.0 {
                torus_above = f64::max(torus_above, torus / known);
            }
            above += f64::from(torus < patches * (1.0 - 1e-9));
        }
        // The torus is the smaller one often, not always.
        assert!(above > 200.0 && above < 900.0, "{above}");
        assert!(torus_above > 1.0);
    }

    /// A circular bound against the norm of the map, whose outputs are all there: the larger the image, the closer.
    #[test]
    fn the_torus_is_close_for_a_large_image() {
        let mut draws = Draws(1 << 20);
        for size in [8, 16, 24] {
            let kernel = Array2::from_shape_fn((2, 9), |_| draws.number());
            let window = Window::new([3, 3]).with_padding(1);
            let (map, w) =
                LinearMap::convolution("conv", Shape::new([1, size, size]), kernel, None, window.clone(), 1)
                    .unwrap();
            let known = true_norm(&map, &w);
            let torus = map.torus_bound(w.view(), &window);
            assert!(
                torus >= known && torus <= known * (1.0 + 2.0 / size as f64),
                "{size}: {torus} of {known}"
            );
        }
    }

    #[test]
    fn tiny_kernels_do_not_underflow() {
        let mut draws = Draws(1 << 21);
        let kernel = Array2::from_shape_fn((3, 2 * 9), |_| draws.number());
        let window = Window::new([3, 3]).with_padding(1);
        let shape = Shape::new([2, 20, 20]);
        let (map, w) = LinearMap::convolution("conv", shape, kernel, None, window, 1).unwrap();
        let known = map.norm_bound(w.view());
        for exponent in [-90, -600, -1000] {
            let scale = 2_f64.powi(exponent);
            let bound = map.norm_bound((&w * scale).view());
            assert!(bound >= known * scale * (1.0 - 1e-15) && bound <= known * scale * (1.0 + 1e-15));
        }
        assert_eq!(map.norm_bound(Array2::zeros(w.dim()).view()), 0.0);
    }

    #[test]
    fn biases_count_at_every_place() {
        let kernel = Array2::ones((2, 3));
        let bias = Some(Array1::from_vec(vec![3.0, -4.0]));
        let (map, w) =
            LinearMap::convolution("c", Shape::new([1, 11]), kernel, bias, Window::new([3]), 1).unwrap();
        assert!((map.bias_norm(w.view()) / 15.0 - 1.0).abs() < 1e-14 && map.bias_norm(w.view()) >= 15.0);
        assert_eq!(map.most_reads(), 3);
        let (dense, w) = LinearMap::dense("d", Shape::new([2]), Array2::eye(2), None).unwrap();
        assert_eq!((dense.bias_norm(w.view()), dense.most_reads()), (0.0, 1));
        assert_eq!(dense.norm_bound(w.view()), spectral_norm_bound(w.view()));
    }
}
