//! The lane on view, construction or learned: its number, its layers, and the place of a training in words.

use crate::learning::{Arm, LearnedMethod};
use crate::report::{arm_name, learned_names};
use crate::session::{LearnedView, Snapshot};
use crate::tui::look::Look;

/// Number of the lane on view in commands: constructions first, then learned lanes.
pub(crate) fn lane_on_view(snapshot: &Snapshot) -> usize {
    snapshot.learned_lane().map_or(snapshot.shown, |learned| learned.lane)
}

/// Lanes of the session, learned ones included.
pub(crate) fn lanes_in_all(snapshot: &Snapshot) -> usize {
    snapshot.lanes.len() + snapshot.learned.len()
}

/// The layer on view, from 1.
pub(crate) fn layer_on_view(snapshot: &Snapshot) -> usize {
    match snapshot.learned_lane() {
        Some(learned) => learned.layer.as_ref().map_or(1, |layer| layer.layer),
        None => snapshot.lane().view.layer,
    }
}

/// Layers of the lane on view.
pub(crate) fn layers_on_view(snapshot: &Snapshot) -> usize {
    match snapshot.learned_lane() {
        Some(learned) => layers(learned),
        None => snapshot.lane().layers.len(),
    }
}

fn layers(learned: &LearnedView) -> usize {
    let of_mask = || learned.rounds.last().map_or(1, |round| round.layers.len().max(1));
    learned.layer.as_ref().map_or_else(of_mask, |layer| layer.layers)
}

/// The name of a learned lane among the others: `edge-popup keep 0.5`.
pub(crate) fn name_of_learned(snapshot: &Snapshot, learned: &LearnedView) -> String {
    let methods: Vec<&LearnedMethod> = snapshot.learned.iter().map(|lane| &lane.method).collect();
    let place = snapshot.learned.iter().position(|lane| lane.lane == learned.lane);
    let names = learned_names(&methods);
    place.and_then(|place| names.into_iter().nth(place)).unwrap_or_else(|| learned.method.name().to_owned())
}

/// Name and place: `edge-popup keep 0.5`, `epoch 3 of 50`, `batch 7 of 12`.
pub(crate) fn place_parts(snapshot: &Snapshot, learned: &LearnedView) -> Vec<String> {
    let position = &learned.position;
    let mut parts = vec![name_of_learned(snapshot, learned)];
    if learned.is_done {
        parts.push("done".to_owned());
        return parts;
    }
    if position.rounds > 1 {
        parts.push(format!("round {} of {}", position.round, position.rounds - 1));
    }
    if position.rounds > 1 || position.arm != Arm::Ticket {
        parts.push(arm_name(position.arm).to_owned());
    }
    if position.epochs > 0 {
        parts.push(format!("epoch {} of {}", (position.epoch + 1).min(position.epochs), position.epochs));
        parts.push(format!("batch {} of {}", position.batch, position.batches));
    }
    parts
}

/// [`place_parts`] in one line.
pub(crate) fn place_of_learned(snapshot: &Snapshot, learned: &LearnedView, look: &Look) -> String {
    place_parts(snapshot, learned).join(look.glyphs.separator)
}
