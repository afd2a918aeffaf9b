//! Scores under training.

use std::sync::Arc;

use ndarray::{Array2, Zip};
use serde::{Deserialize, Serialize};

use super::frozen::initial_scores;
use super::{CutFinder, ScoreCut, kept_count};
use crate::learning::training::{BatchPlace, Batches, Masks, Parameters, Running};
use crate::learning::{CurvePoint, Dataset, EdgePopup, Ranking};

/// The scores of a network under training, batch by batch. Bits depend neither on threads nor on how steps are spread over
/// calls.
#[derive(Debug)]
pub struct ScoreTraining {
    options: Arc<EdgePopup>,
    seed: u64,
    dataset: Arc<Dataset>,
    frozen: Arc<Parameters>,
    state: ScoreState,
    cuts: Vec<ScoreCut>,
    /// the frozen weights, pruned ones 0
    pruned: Parameters,
    buffers: Option<ScoreBuffers>,
}

/// The changing part of a training of scores, for checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoreState {
    step: u64,
    /// of each layer, outputs × inputs
    scores: Vec<Array2<f32>>,
    /// the last steps' directions
    directions: Vec<Array2<f32>>,
    running: Running,
    curve: Vec<CurvePoint>,
}

/// What is computed again after a copy.
#[derive(Debug)]
struct ScoreBuffers {
    batches: Batches,
    finders: Vec<CutFinder>,
}

impl Clone for ScoreTraining {
    fn clone(&self) -> Self {
        Self {
            options: Arc::clone(&self.options),
            seed: self.seed,
            dataset: Arc::clone(&self.dataset),
            frozen: Arc::clone(&self.frozen),
            state: self.state.clone(),
            cuts: self.cuts.clone(),
            pruned: self.pruned.clone(),
            buffers: None,
        }
    }
}

impl ScoreTraining {
    /// Initial scores for the weights of `frozen`, a network without biases and with at least one weight in each layer.
    pub(super) fn new(
        options: &Arc<EdgePopup>,
        seed: u64,
        frozen: &Arc<Parameters>,
        dataset: &Arc<Dataset>,
    ) -> Self {
        let scores = initial_scores(seed, &frozen.widths());
        let directions = scores.iter().map(|scores| Array2::zeros(scores.raw_dim())).collect();
        let state =
            ScoreState { step: 0, scores, directions, running: Running::default(), curve: Vec::new() };
        let mut training = Self {
            options: Arc::clone(options),
            seed,
            dataset: Arc::clone(dataset),
            frozen: Arc::clone(frozen),
            state,
            cuts: Vec::new(),
            pruned: Parameters::clone(frozen),
            buffers: None,
        };
        training.cut();
        training
    }

    /// Goes to a saved state of the same options and data. `None`, and no change, for a state that does not fit.
    pub(super) fn restore(&mut self, state: ScoreState) -> Option<()> {
        let shapes = |arrays: &[Array2<f32>]| arrays.iter().map(Array2::dim).collect::<Vec<_>>();
        let expected = shapes(&self.state.scores);
        let is_standard = |arrays: &[Array2<f32>]| arrays.iter().all(Array2::is_standard_layout);
        let fits = state.step <= self.steps()
            && state.curve.len() as u64 == state.step / self.batches()
            && [&state.scores, &state.directions]
                .into_iter()
                .all(|a| shapes(a) == expected && is_standard(a));
        fits.then(|| {
            self.state = state;
            self.buffers = None;
            self.cut();
        })
    }

    /// The state for a checkpoint: all but options, weights and data.
    pub(super) fn state(&self) -> &ScoreState {
        &self.state
    }

    /// Trains on one batch. Nothing happens at the end.
    pub(super) fn step(&mut self) {
        if self.is_done() {
            return;
        }
        let (epoch, number) = (self.state.step / self.batches(), self.state.step % self.batches());
        let batch = BatchPlace { epoch, number, size: self.options.batch };
        let examples = &self.dataset.training;
        let buffers = self.buffers.get_or_insert_with(|| ScoreBuffers {
            batches: Batches::new(&self.pruned.widths(), batch.size, examples),
            finders: finders(&self.options, &self.frozen),
        });
        let network = (&self.pruned.weights[..], None);
        buffers.batches.pass(network, examples, (self.seed, batch), &mut self.state.running);
        self.update(epoch);
        self.cut();
        self.state.step += 1;
        if self.state.step.is_multiple_of(self.batches()) {
            self.end_epoch();
        }
    }

    /// One step of SGD on the scores, straight through the mask.
    fn update(&mut self, epoch: u64) {
        let Some(buffers) = &self.buffers else { return };
        let options = &self.options;
        let rate = options.schedule.rate(options.rate, epoch, options.epochs) as f32;
        let (momentum, decay) = (options.momentum as f32, options.decay as f32);
        let state = &mut self.state;
        let layers = state.scores.iter_mut().zip(&mut state.directions).zip(&self.frozen.weights);
        for (((scores, directions), weights), gradients) in
            layers.zip(buffers.batches.passes().weight_gradients())
        {
            let step = |score: &mut f32, direction: &mut f32, weight: f32, gradient: f32, sign: f32| {
                let gradient = weight * gradient * sign + decay * *score;
                *direction = momentum * *direction + gradient;
                *score -= rate * *direction;
            };
            let all = Zip::from(scores).and(directions).and(weights).and(gradients);
            match options.ranking {
                Ranking::Magnitude => all.for_each(|score, direction, &weight, &gradient| {
                    let sign = f32::from(u8::from(*score > 0.0)) - f32::from(u8::from(*score < 0.0));
                    step(score, direction, weight, gradient, sign);
                }),
                Ranking::Value => all.for_each(|score, direction, &weight, &gradient| {
                    step(score, direction, weight, gradient, 1.0);
                }),
            }
        }
    }

    /// Prunes by the scores.
    fn cut(&mut self) {
        let mut first;
        let finders = match &mut self.buffers {
            Some(buffers) => &mut buffers.finders,
            None => {
                first = finders(&self.options, &self.frozen);
                &mut first
            }
        };
        self.cuts.clear();
        let layers = finders.iter_mut().zip(&self.state.scores).zip(&self.frozen.weights);
        for (((finder, scores), weights), pruned) in layers.zip(&mut self.pruned.weights) {
            let slices = (scores.as_slice(), weights.as_slice(), pruned.as_slice_mut());
            if let (Some(scores), Some(weights), Some(pruned)) = slices {
                let cut = finder.find(scores);
                cut.prune(scores, weights, pruned);
                self.cuts.push(cut);
            }
        }
    }

    fn end_epoch(&mut self) {
        let state = &mut self.state;
        let (point, _) = state.running.point(state.step, &self.pruned, &self.dataset.validation);
        state.curve.push(point);
    }

    /// Batches of an epoch.
    pub(super) fn batches(&self) -> u64 {
        self.dataset.training.batches(self.options.batch)
    }

    /// Batches in all.
    pub(super) fn steps(&self) -> u64 {
        self.options.epochs * self.batches()
    }

    /// Batches computed.
    pub(super) fn steps_done(&self) -> u64 {
        self.state.step
    }

    /// Whether all batches are computed.
    pub(super) fn is_done(&self) -> bool {
        self.state.step >= self.steps()
    }

    /// The network: frozen weights where they are kept, 0 elsewhere.
    pub(super) fn network(&self) -> &Parameters {
        &self.pruned
    }

    /// The scores of each layer, outputs × inputs.
    pub(super) fn scores(&self) -> &[Array2<f32>] {
        &self.state.scores
    }

    /// The cut of each layer by the scores as they are.
    pub(super) fn cuts(&self) -> &[ScoreCut] {
        &self.cuts
    }

    /// The mask by the scores as they are.
    pub(super) fn masks(&self) -> Masks {
        let layers = self.state.scores.iter().zip(&self.cuts).map(|(scores, cut)| {
            let mask = cut.mask(scores.as_slice().unwrap_or_default());
            Array2::from_shape_vec(scores.dim(), mask).unwrap_or_default()
        });
        Masks { layers: layers.collect() }
    }

    /// A point at the end of each epoch so far.
    pub(super) fn curve(&self) -> &[CurvePoint] {
        &self.state.curve
    }

    /// Bytes of a copy.
    pub(super) fn bytes(&self) -> usize {
        3 * self.pruned.bytes() + self.state.curve.len() * size_of::<CurvePoint>()
    }
}

fn finders(options: &EdgePopup, frozen: &Parameters) -> Vec<CutFinder> {
    let finder =
        |weights: &Array2<f32>| CutFinder::new(options.ranking, kept_count(options.keep, weights.len()));
    frozen.weights.iter().map(finder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learning::training::streams::{self, signed_uniform, stream};
    use crate::learning::{Examples, FrozenWeights, Schedule};
    use crate::sampling::Side;

    const WIDTHS: [usize; 4] = [6, 7, 5, 3];
    const EXAMPLES: usize = 8;

    fn dataset() -> Arc<Dataset> {
        let words = stream(9, 77, 1, Side::In);
        let inputs = Array2::from_shape_fn((EXAMPLES, WIDTHS[0]), |(row, feature)| {
            signed_uniform(words.row(row as u64).word(feature as u64)) as f32
        });
        let labels = (0..EXAMPLES as u32).map(|example| example % 3).collect();
        let training = Examples { inputs, labels };
        let none = Examples { inputs: Array2::zeros((0, WIDTHS[0])), labels: Vec::new() };
        Arc::new(Dataset { training, validation: none.clone(), test: none, classes: 3 })
    }

    fn training(options: &EdgePopup) -> ScoreTraining {
        let law = super::super::frozen::FrozenLaw { weights: FrozenWeights::Normal, scaled_by: None };
        let frozen = Arc::new(law.network(3, streams::FROZEN, &WIDTHS));
        ScoreTraining::new(&Arc::new(options.clone()), 3, &frozen, &dataset())
    }

    /// Mean loss in f64.
    fn loss(weights: &[Array2<f64>], examples: &Examples) -> f64 {
        let losses = examples.inputs.rows().into_iter().zip(&examples.labels).map(|(input, &label)| {
            let last = weights.len() - 1;
            let outputs = weights.iter().enumerate().fold(input.mapv(f64::from), |x, (layer, weights)| {
                weights.dot(&x).mapv(|sum| if layer == last { sum } else { sum.max(0.0) })
            });
            outputs.mapv(f64::exp).sum().ln() - outputs[label as usize]
        });
        losses.sum::<f64>() / examples.len() as f64
    }

    /// The gradient of a score is that of its effective weight, by differences, times weight and sign; pruned weights have
    /// one, too. A sum of exactly 0 is a kink of ReLU: its two slopes differ, and such weights are left out.
    #[test]
    fn gradients_pass_straight_through_the_mask() {
        for ranking in [Ranking::Magnitude, Ranking::Value] {
            let options = EdgePopup {
                ranking,
                rate: 1.0,
                momentum: 0.0,
                decay: 0.0,
                batch: EXAMPLES,
                epochs: 1,
                schedule: Schedule::Constant,
                ..EdgePopup::default()
            };
            let mut training = training(&options);
            let (before, pruned) = (training.scores().to_vec(), training.network().weights.clone());
            training.step();
            let effective: Vec<_> = pruned.iter().map(|weights| weights.mapv(f64::from)).collect();
            let (mut largest_pruned, mut kinks) = (0.0_f64, 0);
            for layer in 0..pruned.len() {
                for ((place, &score), &weight) in
                    before[layer].indexed_iter().zip(&training.frozen.weights[layer])
                {
                    let moved = |by: f64| {
                        let mut weights = effective.clone();
                        weights[layer][place] += by;
                        loss(&weights, &training.dataset.training)
                    };
                    let at = moved(0.0);
                    let (right, left) = ((moved(1e-6) - at) / 1e-6, (at - moved(-1e-6)) / 1e-6);
                    if (right - left).abs() > 1e-6 {
                        kinks += 1;
                        continue;
                    }
                    let slope = f64::midpoint(left, right);
                    let sign = if ranking == Ranking::Magnitude { score.signum() } else { 1.0 };
                    let expected = slope * f64::from(weight * sign);
                    let found = f64::from(score) - f64::from(training.scores()[layer][place]);
                    // A score is rounded to 2⁻²⁵, a gradient is a sum of some hundred products in f32.
                    assert!((found - expected).abs() < 1e-6, "{layer} {place:?}: {found} {expected}");
                    if pruned[layer][place] == 0.0 {
                        largest_pruned = largest_pruned.max(expected.abs());
                    }
                }
            }
            assert!(largest_pruned > 1e-3 && kinks <= 9, "{largest_pruned} {kinks}");
        }
    }

    /// Two steps by hand: g = gradient + decay·s, v = momentum·v + g, s = s − rate·v.
    #[test]
    fn momentum_and_decay_act_on_the_scores() {
        let plain =
            EdgePopup { batch: EXAMPLES, epochs: 2, schedule: Schedule::Cosine, ..EdgePopup::default() };
        let gradient = |from: &ScoreTraining| {
            let options = EdgePopup { rate: 1.0, momentum: 0.0, decay: 0.0, epochs: 1, ..plain.clone() };
            let mut step = training(&options);
            step.state.scores = from.state.scores.clone();
            step.cut();
            step.step();
            from.state
                .scores
                .iter()
                .zip(&step.state.scores)
                .map(|(a, b)| (a - b).mapv(f64::from))
                .collect::<Vec<_>>()
        };
        let mut stepped = training(&plain);
        let start: Vec<_> = stepped.scores().iter().map(|scores| scores.mapv(f64::from)).collect();
        let first = gradient(&stepped);
        stepped.step();
        let between: Vec<_> = stepped.scores().iter().map(|scores| scores.mapv(f64::from)).collect();
        let second = gradient(&stepped);
        stepped.step();
        for layer in 0..start.len() {
            let v = &first[layer] + &(1e-4 * &start[layer]);
            let expected = &start[layer] - &(0.1 * &v);
            assert!((&expected - &between[layer]).iter().all(|x| x.abs() < 1e-7));
            let v = 0.9 * &v + &second[layer] + 1e-4 * &between[layer];
            // The second of two epochs: half the rate.
            let expected = &between[layer] - &(0.05 * &v);
            let found = stepped.scores()[layer].mapv(f64::from);
            assert!((&expected - &found).iter().all(|x| x.abs() < 1e-7));
        }
        assert!(stepped.is_done() && stepped.curve().len() == 2);
    }

    #[test]
    fn every_layer_keeps_exactly_its_share() {
        for keep in [0.05, 0.5, 0.93, 1.0] {
            let mut training = training(&EdgePopup { keep, batch: 3, epochs: 2, ..EdgePopup::default() });
            while !training.is_done() {
                let expected = WIDTHS.windows(2).map(|pair| kept_count(keep, pair[0] * pair[1]) as u64);
                assert!(training.masks().kept().into_iter().eq(expected));
                training.step();
            }
        }
    }

    #[test]
    fn states_that_do_not_fit_are_refused() {
        let mut training = training(&EdgePopup { batch: 3, epochs: 2, ..EdgePopup::default() });
        let good = training.state().clone();
        let too_far = ScoreState { step: 7, ..good.clone() };
        let other_shape = ScoreState { scores: vec![Array2::zeros((7, 6))], ..good.clone() };
        let no_curve = ScoreState { step: 3, ..good.clone() };
        for state in [too_far, other_shape, no_curve] {
            assert_eq!(training.restore(state), None);
        }
        assert_eq!(training.restore(good), Some(()));
    }
}
