//! The optimisers: their state and step.

use pulp::{Arch, Simd, WithSimd};
use serde::{Deserialize, Serialize};

use super::super::Optimiser;

/// β₁ and β₂ of Adam.
const BETAS: (f64, f64) = (0.9, 0.999);
/// ε of Adam.
const EPSILON: f32 = 1e-8;

/// The state of an optimiser for some arrays of parameters.
///
/// # Steps
/// g is the gradient plus decay·w, 0 for a pruned weight; f32.
///
/// | optimiser | state | step |
/// |---|---|---|
/// | SGD | – | w ← w − rate·g |
/// | SGD with momentum μ | v ← μ·v + g | w ← w − rate·v |
/// | Adam | m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g·g | w ← w − a·m/(√v·b + ε) |
///
/// In step t = 1, 2, … of Adam a = rate/(1 − β₁ᵗ) and b = 1/√(1 − β₂ᵗ), computed in f64 and rounded to f32. These are
/// the steps of PyTorch's `SGD` and `Adam`. All initial moments are 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    first: Vec<Vec<f32>>,
    second: Vec<Vec<f32>>,
    /// β₁ᵗ, β₂ᵗ
    powers: (f64, f64),
}

impl Moments {
    /// The state before the first step, for arrays of these lengths.
    pub fn new(optimiser: Optimiser, lengths: impl IntoIterator<Item = usize>) -> Self {
        let zeros: Vec<Vec<f32>> = lengths.into_iter().map(|length| vec![0.0; length]).collect();
        let none = vec![Vec::new(); zeros.len()];
        let (first, second) = match optimiser {
            Optimiser::Adam(_) => (zeros.clone(), zeros),
            Optimiser::Sgd { momentum, .. } if momentum > 0.0 => (zeros, none),
            Optimiser::Sgd { .. } => (none.clone(), none),
        };
        Self { first, second, powers: (1.0, 1.0) }
    }

    /// Begins the next step: the arrays follow, each by [`update`](Self::update).
    pub fn begin_step(&mut self) {
        self.powers = (self.powers.0 * BETAS.0, self.powers.1 * BETAS.1);
    }

    /// One step of array `index`, at `rate`. `mask`: which of its values are kept; others become 0. `values`, `gradient`
    /// and `mask` are as long as the array.
    pub fn update(
        &mut self,
        (optimiser, rate, decay): (Optimiser, f64, f64),
        index: usize,
        values: &mut [f32],
        gradient: &[f32],
        mask: Option<&[bool]>,
    ) {
        let (first, second) = (&mut self.first[index], &mut self.second[index]);
        let decay = decay as f32;
        match optimiser {
            Optimiser::Adam(_) => {
                let a = (rate / (1.0 - self.powers.0)) as f32;
                let b = (1.0 / (1.0 - self.powers.1).sqrt()) as f32;
                Arch::new().dispatch(AdamStep { a, b, decay, first, second, values, gradient, mask });
            }
            Optimiser::Sgd { momentum, .. } => {
                let (rate, momentum) = (rate as f32, momentum as f32);
                Arch::new().dispatch(SgdStep { rate, momentum, decay, first, values, gradient, mask });
            }
        }
    }

    /// Whether this is a state of the same arrays.
    pub(super) fn has_shape_of(&self, other: &Self) -> bool {
        let lengths = |moments: &Self| -> Vec<usize> {
            moments.first.iter().chain(&moments.second).map(Vec::len).collect()
        };
        lengths(self) == lengths(other)
    }

    /// Bytes of the state.
    pub fn bytes(&self) -> usize {
        self.first.iter().chain(&self.second).map(Vec::len).sum::<usize>() * size_of::<f32>()
    }
}

/// One step of Adam for an array. No operation is fused: the bits are the same for any vector width.
struct AdamStep<'a> {
    a: f32,
    b: f32,
    decay: f32,
    first: &'a mut [f32],
    second: &'a mut [f32],
    values: &'a mut [f32],
    gradient: &'a [f32],
    mask: Option<&'a [bool]>,
}

impl WithSimd for AdamStep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { a, b, decay, first, second, values, gradient, mask } = self;
        let (b1, b2) = (BETAS.0 as f32, BETAS.1 as f32);
        let (c1, c2) = ((1.0 - BETAS.0) as f32, (1.0 - BETAS.1) as f32);
        let step = |value: f32, gradient: f32, m: &mut f32, v: &mut f32| {
            *m = b1 * *m + c1 * gradient;
            *v = b2 * *v + c2 * (gradient * gradient);
            value - a * *m / (v.sqrt() * b + EPSILON)
        };
        let arrays = values.iter_mut().zip(gradient).zip(first.iter_mut().zip(second));
        match mask {
            Some(mask) => arrays.zip(mask).for_each(|(((value, &gradient), (m, v)), &kept)| {
                let gradient = if kept { gradient + decay * *value } else { 0.0 };
                let next = step(*value, gradient, m, v);
                *value = if kept { next } else { 0.0 };
            }),
            None => arrays.for_each(|((value, &gradient), (m, v))| {
                *value = step(*value, gradient + decay * *value, m, v);
            }),
        }
    }
}

/// One step of SGD for an array; without momentum `first` is empty.
struct SgdStep<'a> {
    rate: f32,
    momentum: f32,
    decay: f32,
    first: &'a mut [f32],
    values: &'a mut [f32],
    gradient: &'a [f32],
    mask: Option<&'a [bool]>,
}

impl WithSimd for SgdStep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _simd: S) {
        let Self { rate, momentum, decay, first, values, gradient, mask } = self;
        let has_momentum = !first.is_empty();
        let gradients = values.iter_mut().zip(gradient);
        match (has_momentum, mask) {
            (true, Some(mask)) => {
                gradients.zip(first).zip(mask).for_each(|(((value, &gradient), m), &kept)| {
                    *m = momentum * *m + if kept { gradient + decay * *value } else { 0.0 };
                    *value = if kept { *value - rate * *m } else { 0.0 };
                });
            }
            (true, None) => gradients.zip(first).for_each(|((value, &gradient), m)| {
                *m = momentum * *m + (gradient + decay * *value);
                *value -= rate * *m;
            }),
            (false, Some(mask)) => gradients.zip(mask).for_each(|((value, &gradient), &kept)| {
                *value = if kept { *value - rate * (gradient + decay * *value) } else { 0.0 };
            }),
            (false, None) => gradients.for_each(|(value, &gradient)| {
                *value -= rate * (gradient + decay * *value);
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of one weight from 1 on, with these gradients.
    fn path(optimiser: Optimiser, rate: f64, decay: f64, gradients: &[f32]) -> Vec<f32> {
        let (mut moments, mut values) = (Moments::new(optimiser, [1]), [1.0_f32]);
        let mut step = |gradient: f32| {
            moments.begin_step();
            moments.update((optimiser, rate, decay), 0, &mut values, &[gradient], None);
            values[0]
        };
        gradients.iter().map(|&gradient| step(gradient)).collect()
    }

    fn assert_near(found: &[f32], expected: &[f64]) {
        assert_eq!(found.len(), expected.len());
        let near = |(found, expected): (&f32, &f64)| (f64::from(*found) - expected).abs() < 3e-7;
        assert!(found.iter().zip(expected).all(near), "{found:?}, {expected:?}");
    }

    #[test]
    fn sgd_by_hand() {
        let sgd = Optimiser::Sgd { rate: 0.1, momentum: 0.0 };
        assert_near(&path(sgd, 0.1, 0.0, &[0.5, -1.0]), &[0.95, 1.05]);
        // 1 − 0.1·(0.5 + 0.2·1), 0.93 − 0.1·(−1 + 0.2·0.93)
        assert_near(&path(sgd, 0.1, 0.2, &[0.5, -1.0]), &[0.93, 1.0114]);
        // v = 0.5, −0.55, 0.505
        let momentum = Optimiser::Sgd { rate: 0.1, momentum: 0.9 };
        assert_near(&path(momentum, 0.1, 0.0, &[0.5, -1.0, 1.0]), &[0.95, 1.005, 0.9545]);
        // v = 0.7, −1 + 0.2·0.93 + 0.63
        assert_near(&path(momentum, 0.1, 0.2, &[0.5, -1.0]), &[0.93, 0.9484]);
    }

    /// m = 0.1, −0.01, 0.041 over 0.1, 0.19, 0.271; v = 1e−3, 1.999e−3, 2.247001e−3 over 1e−3, 1.999e−3, 2.997001e−3.
    #[test]
    fn adam_by_hand() {
        let first = 1.0 - 0.1;
        let second = first + 0.1 * 0.01 / 0.19;
        let third = second - 0.1 * (0.041 / 0.271) / (2.247_001_f64 / 2.997_001).sqrt();
        assert_near(&path(Optimiser::Adam(0.1), 0.1, 0.0, &[1.0, -1.0, 0.5]), &[first, second, third]);
        // With decay the first gradient is −0.1 + 0.2·1 = 0.1, the second 0.4 − 0.2·0.9 … of the sign alone.
        assert_near(&path(Optimiser::Adam(0.1), 0.1, 0.2, &[-0.1]), &[0.9]);
    }

    /// Lengths around the vectors' multiples; an infinite gradient of a pruned weight leaves no trace.
    #[test]
    fn any_length_and_mask_gives_the_steps_of_single_weights() {
        let optimisers = [
            Optimiser::Adam(0.1),
            Optimiser::Sgd { rate: 0.1, momentum: 0.9 },
            Optimiser::Sgd { rate: 0.1, momentum: 0.0 },
        ];
        for optimiser in optimisers {
            for length in (0..20).chain([31, 32, 33, 64, 67]) {
                let gradient = |i: usize, step: usize| ((i * 37 + step * 11) % 19) as f32 / 19.0 - 0.4;
                let mask: Vec<bool> = (0..length).map(|i| i % 3 != 1).collect();
                for mask in [None, Some(mask.as_slice())] {
                    let (mut moments, mut values) = (Moments::new(optimiser, [length]), vec![1.0; length]);
                    for step in 0..3 {
                        let pruned = |i: usize| mask.is_some_and(|mask| !mask[i]);
                        let gradients: Vec<f32> = (0..length)
                            .map(|i| if pruned(i) { f32::INFINITY } else { gradient(i, step) })
                            .collect();
                        moments.begin_step();
                        moments.update((optimiser, 0.1, 0.2), 0, &mut values, &gradients, mask);
                    }
                    for (i, value) in values.iter().enumerate() {
                        let steps: Vec<f32> = (0..3).map(|step| gradient(i, step)).collect();
                        let kept = mask.is_none_or(|mask| mask[i]);
                        let expected = if kept { path(optimiser, 0.1, 0.2, &steps)[2] } else { 0.0 };
                        assert_eq!(value.to_bits(), expected.to_bits(), "{optimiser:?}: {i} of {length}");
                    }
                    assert!(moments.first.iter().chain(&moments.second).flatten().all(|m| m.is_finite()));
                }
            }
        }
    }
}
