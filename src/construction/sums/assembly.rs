//! Golden-ratio sums of several weights at once, in SIMD.
//!
//! A piece takes a few hundred instructions: the words of its neuron, two exponentials, a product and a difference in 106 bits,
//! and the search for the next edge. All but the exponentials are branchless and the same for every sum, so several sums take a
//! step together.

use pulp::{Arch, Simd, WithSimd};

use super::golden::golden_sums;
use crate::construction::buckets::Buckets;
use crate::construction::ticket::Path;
use crate::exact::DoubleDouble;
use crate::sampling::{RandomLayer, Row};

/// Weights assembled together.
pub(crate) const WEIGHTS: usize = 4;

/// Both halves of a weight, assembled from their pieces, positive half first.
#[derive(Clone, Debug, Default)]
pub(crate) struct AssembledWeight {
    /// the paths of the pieces, those of a half in the order of its sum
    pub(crate) paths: [Vec<Path>; 2],
    /// |w*| less the pieces
    pub(crate) residuals: [DoubleDouble; 2],
}

impl AssembledWeight {
    /// Whether there is a path for each neuron found, given as [`WeightPieces::neurons`].
    pub(crate) fn has_all(&self, neurons: &[u64]) -> bool {
        let halves = neurons.split_at(neurons.len() / 2);
        let found = [halves.0, halves.1].map(|half| half.iter().filter(|&&neuron| neuron != 0).count());
        found == [self.paths[0].len(), self.paths[1].len()]
    }
}

/// Neurons found for the pieces of a weight.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WeightPieces<'a> {
    pub(crate) input: u32,
    pub(crate) output: u32,
    /// |w*| for each half, 0 for one that is not built
    pub(crate) magnitudes: [f64; 2],
    /// neuron + 1 for each (half, place), 0 for none; empty where none was found
    pub(crate) neurons: &'a [u64],
}

/// Assembles at most [`WEIGHTS`] weights into as many `sums`.
pub(crate) fn assemble(
    random: &RandomLayer,
    buckets: &Buckets,
    found: &[WeightPieces<'_>],
    sums: &mut [AssembledWeight],
) {
    if found.len() == 1 {
        dispatch(Assemble::<2> { random, buckets, found, sums });
    } else {
        dispatch(Assemble::<{ 2 * WEIGHTS }> { random, buckets, found, sums });
    }
}

/// Uses 256-bit vectors where available, unlike [`vectors::dispatch`](crate::construction::shared::vectors::dispatch): wider
/// ones take longer beside scalar exponentials.
fn dispatch(work: impl WithSimd<Output = ()>) {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = pulp::x86::V3::try_new() {
        return Simd::vectorize(simd, work);
    }
    Arch::new().dispatch(work);
}

/// Up to `SUMS` sums: of each weight that of the positive half, then that of the negative one.
struct Assemble<'a, const SUMS: usize> {
    random: &'a RandomLayer,
    buckets: &'a Buckets,
    found: &'a [WeightPieces<'a>],
    sums: &'a mut [AssembledWeight],
}

impl<const SUMS: usize> WithSimd for Assemble<'_, SUMS> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Self { random, buckets, found, sums } = self;
        let law = random.law();
        let (mut magnitudes, mut steps) = ([0.0; SUMS], [[0; SUMS]; 2]);
        for (weight, found) in found.iter().enumerate() {
            for half in 0..2 {
                let sum = 2 * weight + half;
                magnitudes[sum] = found.magnitudes[half];
                steps[0][sum] = Row::step(found.input.into());
                steps[1][sum] = Row::step(found.output.into());
            }
        }
        sums.iter_mut().flat_map(|sums| &mut sums.paths).for_each(Vec::clear);
        let residuals = golden_sums(buckets, magnitudes, |places, _| {
            let mut neurons = [0; SUMS];
            for (sum, (neuron, &place)) in neurons.iter_mut().zip(places).enumerate() {
                if place < buckets.levels() {
                    let place = sum % 2 * buckets.levels() + place;
                    *neuron = found[sum / 2].neurons.get(place).copied().unwrap_or_default();
                }
            }
            let mut words = [[0; SUMS]; 2];
            for (sum, neuron) in neurons.iter().enumerate() {
                let neuron = neuron.wrapping_sub(1);
                words[0][sum] = random.input_words(neuron).word_after(steps[0][sum]);
                words[1][sum] = random.output_words(neuron).word_after(steps[1][sum]);
            }
            let mut weights = [[0.0; SUMS]; 2];
            for (sum, neuron) in neurons.iter().enumerate() {
                let Some(neuron) = neuron.checked_sub(1) else { continue };
                let (z_in, z_out) = (law.weight(words[0][sum]), law.weight(words[1][sum]));
                (weights[0][sum], weights[1][sum]) = (z_in, z_out);
                let WeightPieces { input, output, .. } = found[sum / 2];
                sums[sum / 2].paths[sum % 2].push(Path { neuron, input, output, z_in, z_out });
            }
            let mut pieces = [DoubleDouble::ZERO; SUMS];
            for (piece, (&z_in, &z_out)) in pieces.iter_mut().zip(weights[0].iter().zip(&weights[1])) {
                *piece = DoubleDouble::product(z_in, z_out).abs();
            }
            pieces
        });
        for (sums, residuals) in sums.iter_mut().zip(residuals.as_chunks().0) {
            sums.residuals = *residuals;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::golden::golden_sum;
    use super::*;
    use crate::construction::buckets::levels;
    use crate::sampling::{Hyperbolic, Law, Side, Stream};
    use crate::theory::section5::Ranges;

    #[test]
    fn side_by_side_are_the_sums_one_by_one() {
        let ranges = Ranges::new(1e-4, 1.0, 1.5);
        let (buckets, row) = (Buckets::new(&ranges), Stream::new(4, 1, Side::Out).row(0));
        let k = buckets.levels();
        let law = Law::Hyperbolic(Hyperbolic::new(ranges.weight.0, ranges.weight.1).unwrap());
        let random = RandomLayer::new(3, 1, law);
        let (mut pieces, mut missing) = (0, 0);
        for case in 0..40_u32 {
            let ends = (0..1 + case % WEIGHTS as u32).map(|weight| (3 * case + weight, case));
            let weights: Vec<_> = ends
                .map(|(input, output)| {
                    let mut neurons = vec![0; 2 * k];
                    // Enough to find all pieces, or not.
                    for neuron in 0..if input.is_multiple_of(3) { 60 } else { 3_000 } {
                        let word_in = random.input_words(neuron).word(input.into());
                        let word_out = random.output_words(neuron).word(output.into());
                        let place = buckets.classify(levels::t(word_in, word_out));
                        if place < k {
                            neurons[(word_in & 1) as usize * k + place] = neuron + 1;
                        }
                    }
                    let magnitude = (row.word(input.into()) >> 11) as f64 / (1_u64 << 53) as f64;
                    (input, output, magnitude, neurons)
                })
                .collect();
            let found: Vec<_> = weights
                .iter()
                .map(|(input, output, magnitude, neurons)| WeightPieces {
                    input: *input,
                    output: *output,
                    magnitudes: [*magnitude, if case.is_multiple_of(5) { 0.0 } else { *magnitude }],
                    neurons,
                })
                .collect();
            let mut sums = vec![AssembledWeight::default(); found.len()];
            // Twice, as the earlier contents must not matter.
            assemble(&random, &buckets, &found, &mut sums);
            assemble(&random, &buckets, &found, &mut sums);
            for (found, sums) in found.iter().zip(&sums) {
                for half in 0..2 {
                    let mut paths = Vec::new();
                    let residual = golden_sum(&buckets, found.magnitudes[half], |place, _| {
                        let neuron = found.neurons[half * k + place].checked_sub(1);
                        missing += u32::from(neuron.is_none());
                        let path = Path::of(&random, neuron?, found.input, found.output);
                        paths.push(path);
                        Some(path.exact_product().abs())
                    });
                    assert_eq!((&sums.paths[half], sums.residuals[half]), (&paths, residual));
                    pieces += paths.len();
                }
            }
        }
        assert!(pieces > 1_000 && missing > 10, "{pieces}, {missing} missing");
    }
}
