//! The layer, the weight and the test example on view of a learned lane, renewed while the lane moves.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::moment::Moment;
use super::output::ConfusionCount;
use super::weight::WeightHistory;
use super::{LearnedOutput, LearnedWeight, ScoreView};
use crate::session::Session;

/// Between two looks at a moving lane: megabytes are copied at each.
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The watched parts of the learned lane on view.
#[derive(Debug, Default)]
pub(in crate::session) struct LearnedWatch {
    /// (output, input)
    weight: Option<(usize, usize)>,
    example: Option<usize>,
    /// the moment of the layer, and its time
    looked: Option<(Moment, Instant)>,
    scores: Option<Arc<ScoreView>>,
    /// the weights of the same layer
    weights: Vec<f32>,
    history: WeightHistory,
    weight_view: Option<Arc<LearnedWeight>>,
    confusion: ConfusionCount,
    output_view: Option<Arc<LearnedOutput>>,
    counts: bool,
}

impl LearnedWatch {
    /// Watches the weight (output, input), or none. Beyond the layer's ends the nearest weight takes its place.
    pub(in crate::session) fn turn_to_weight(&mut self, weight: Option<(usize, usize)>) {
        self.weight = weight;
    }

    /// Watches a test example, or none. Beyond the last one, the last one takes its place.
    pub(in crate::session) fn turn_to_example(&mut self, example: Option<usize>) {
        self.example = example;
    }

    /// Watches the first test example, if any was watched.
    pub(in crate::session) fn turn_back(&mut self) {
        self.example = self.example.map(|_| 0);
    }

    /// Looks at a lane, from 0, as it is now, or as it was a tenth of a second ago while it moves.
    pub(in crate::session) fn look(
        &mut self,
        session: &Session,
        run: u64,
        number: usize,
        layer: Option<usize>,
        moves: bool,
    ) {
        let lane = &session.learned()[number];
        let position = lane.learner().position();
        let moment = Moment {
            run,
            lane: number,
            steps: position.steps_done,
            arms: lane.rounds().iter().map(|round| round.arms.len()).sum(),
            goes_back: lane.back.is_some(),
            arm: position.arm,
        };
        let layer = layer.unwrap_or(1).clamp(1, lane.layers());
        let is_layer = self.scores.as_ref().is_some_and(|scores| scores.layer == layer);
        let is_fresh = self.looked.is_some_and(|(of, at)| {
            of == moment || moves && of.is_same_run(moment) && at.elapsed() < BETWEEN_LOOKS
        });
        let is_new = !is_layer || !is_fresh;
        if is_new {
            let mut values = lane.learner().layer(layer);
            self.weights = std::mem::take(&mut values.weights);
            self.scores = Some(Arc::new(ScoreView::new(values, lane.layers())));
            self.looked = Some((moment, Instant::now()));
        }
        self.look_at_weight(session, number);
        let examples = lane.dataset().test.len();
        let example = self.example.map(|example| example.min(examples.saturating_sub(1)));
        let Some(example) = example.filter(|_| examples > 0) else {
            (self.output_view, self.counts, self.confusion) = (None, false, ConfusionCount::default());
            return;
        };
        let counted = self.confusion.look(lane, moment, moves);
        let has_counted = counted && self.counts;
        let is_shown = self.output_view.as_ref().is_some_and(|view| view.example == example);
        if is_new || has_counted || !is_shown {
            self.output_view = Some(Arc::new(self.confusion.show(lane, example)));
        }
        self.counts = !counted;
    }

    fn look_at_weight(&mut self, session: &Session, number: usize) {
        let (Some((output, input)), Some(scores), Some((moment, _))) =
            (self.weight, &self.scores, self.looked)
        else {
            self.weight_view = None;
            return;
        };
        let weight = (output.min(scores.shape.0 - 1), input.min(scores.shape.1 - 1));
        let lane = (number, moment.run, &session.learned()[number]);
        let view = self.history.look(lane, (scores, &self.weights), (moment.steps, moment.arm), weight);
        if self.weight_view.as_deref() != Some(&view) {
            self.weight_view = Some(Arc::new(view));
        }
    }

    /// Whether the past of the watched weight is still unknown.
    pub(in crate::session) fn seeks_history(&self) -> bool {
        self.weight.is_some() && self.history.is_behind()
    }

    /// Whether test examples are still being counted.
    pub(in crate::session) fn is_counting(&self) -> bool {
        self.counts
    }

    /// The layer of the last look.
    pub(in crate::session) fn scores(&self) -> Option<Arc<ScoreView>> {
        self.scores.clone()
    }

    /// The weight of the last look.
    pub(in crate::session) fn weight(&self) -> Option<Arc<LearnedWeight>> {
        self.weight_view.clone()
    }

    /// The outputs of the last look.
    pub(in crate::session) fn output(&self) -> Option<Arc<LearnedOutput>> {
        self.output_view.clone()
    }
}
