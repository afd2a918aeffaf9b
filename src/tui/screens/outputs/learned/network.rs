//! The network of a learned lane on view: the one under training, or a finished one.

use crate::learning::{Arm, ArmResult};
use crate::session::{LearnedOutput, LearnedView, Snapshot, confusion, share_of_right};

/// A network at a test example.
pub(in crate::tui::screens::outputs) struct ShownNetwork {
    pub(super) round: usize,
    pub(super) arm: Arm,
    /// its answers; of a finished network without outputs and probabilities: these are not kept
    pub(in crate::tui::screens::outputs) output: LearnedOutput,
    /// steps of its training, if it is finished and chosen
    pub(super) finished: Option<u64>,
}

/// The network chosen by round and arm, or else the one under training, at the example of a number. `None` while the answer is
/// on its way.
pub(in crate::tui::screens::outputs) fn shown(
    snapshot: &Snapshot,
    lane: &LearnedView,
    chosen: Option<(usize, Arm)>,
    example: usize,
) -> Option<ShownNetwork> {
    let is_chosen = |(round, result): &(usize, &ArmResult)| Some((*round, result.arm)) == chosen;
    let Some((round, result)) = lane.finished().find(is_chosen) else {
        let (round, arm) = lane.network_on_view();
        let output = LearnedOutput::clone(snapshot.learned_output.as_ref()?);
        return Some(ShownNetwork { round, arm, output, finished: None });
    };
    let dataset = snapshot.experiment.dataset.as_ref()?;
    let test = &dataset.test;
    let example = example.min(test.len().saturating_sub(1));
    let counts = confusion(&result.predictions, &test.labels, dataset.classes);
    let output = LearnedOutput {
        example,
        examples: test.len(),
        label: *test.labels.get(example)?,
        prediction: *result.predictions.get(example)?,
        outputs: Vec::new(),
        probabilities: Vec::new(),
        input: test.inputs.row(example).to_vec(),
        accuracy: share_of_right(&counts),
        confusion: counts,
        predictions: result.predictions.clone(),
    };
    Some(ShownNetwork { round, arm: result.arm, output, finished: Some(result.steps) })
}

/// The choice after or before another one, in a circle: the network under training (`None`), then the finished ones.
pub(in crate::tui::screens::outputs) fn beside(
    lane: &LearnedView,
    chosen: Option<(usize, Arm)>,
    forward: bool,
) -> Option<(usize, Arm)> {
    let finished = lane.finished().map(|(round, result)| Some((round, result.arm)));
    let all: Vec<Option<(usize, Arm)>> = std::iter::once(None).chain(finished).collect();
    let here = all.iter().position(|choice| *choice == chosen).unwrap_or(0);
    all[(here + if forward { 1 } else { all.len() - 1 }) % all.len()]
}
