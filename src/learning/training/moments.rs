//! The optimisers: their state and step.

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

    /// One step of array `index`, at `rate`. `mask`: which of its values are kept; others become 0.
    ///
    /// # Panics
    /// If lengths disagree.
    pub fn update(
        &mut self,
        optimiser: Optimiser,
        rate: f64,
        decay: f64,
        index: usize,
        values: &mut [f32],
        gradient: &[f32],
        mask: Option<&[bool]>,
    ) {
        let (first, second) = (&mut self.first[index], &mut self.second[index]);
        let decay = decay as f32;
        let kept = |i: usize| mask.is_none_or(|mask| mask[i]);
        match optimiser {
            Optimiser::Adam(_) => {
                let (b1, b2) = (BETAS.0 as f32, BETAS.1 as f32);
                let (c1, c2) = ((1.0 - BETAS.0) as f32, (1.0 - BETAS.1) as f32);
                let a = (rate / (1.0 - self.powers.0)) as f32;
                let b = (1.0 / (1.0 - self.powers.1).sqrt()) as f32;
                for i in 0..values.len() {
                    let g = if kept(i) { gradient[i] + decay * values[i] } else { 0.0 };
                    first[i] = b1 * first[i] + c1 * g;
                    second[i] = b2 * second[i] + c2 * (g * g);
                    let value = values[i] - a * first[i] / (second[i].sqrt() * b + EPSILON);
                    values[i] = if kept(i) { value } else { 0.0 };
                }
            }
            Optimiser::Sgd { momentum, .. } => {
                let (rate, momentum) = (rate as f32, momentum as f32);
                for i in 0..values.len() {
                    let mut g = if kept(i) { gradient[i] + decay * values[i] } else { 0.0 };
                    if let Some(first) = first.get_mut(i) {
                        *first = momentum * *first + g;
                        g = *first;
                    }
                    values[i] = if kept(i) { values[i] - rate * g } else { 0.0 };
                }
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
