//! Explore of a learned lane in words: its place, its present work, the titles of the panes.

use ratatui::text::Line;

use crate::learning::{Arm, LearnedMethod, Quantity, Ranking};
use crate::report::arm_name;
use crate::report::numbers::{grouped, percent};
use crate::session::{LearnedView, ScoreView, Speed};
use crate::tui::learned_lane::{lanes_in_all, place_parts};
use crate::tui::look::Look;
use crate::tui::view::ScreenView;
use crate::tui::widgets::frame_lines::fitting;

/// The place, the steps, the speed and the number of the lane.
pub(super) fn status_line(view: &ScreenView<'_>, learned: &LearnedView, width: u16) -> Line<'static> {
    let (snapshot, look) = (view.scene.snapshot, view.look);
    let position = &learned.position;
    let mut parts = place_parts(snapshot, learned);
    let steps = match learned.is_done {
        true => format!("{} steps in {:.2} s", grouped(position.steps_done), learned.elapsed.as_secs_f64()),
        false => format!("{} of {} steps", grouped(position.steps_done), grouped(position.steps)),
    };
    parts.push(steps);
    parts.push(format!("lane {} of {}", learned.lane + 1, lanes_in_all(snapshot)));
    if !learned.is_done {
        parts.push(match snapshot.speed {
            Speed::PerSecond(speed) => format!("{} batches/s", grouped(speed)),
            Speed::FlatOut => "flat out".to_owned(),
        });
    }
    // Parts at the end give way, the place stays.
    let least = parts.len().min(4);
    let variants =
        (least..=parts.len()).rev().map(|count| format!(" {}", parts[..count].join(look.glyphs.separator)));
    Line::styled(fitting(variants.collect(), width), look.theme.text)
}

/// A message; else a hint before the first step; else the present work in one sentence.
pub(super) fn event_line(view: &ScreenView<'_>, learned: &LearnedView, width: u16) -> Line<'static> {
    let look = view.look;
    if let Some(message) = view.message_line() {
        return message;
    }
    if view.is_new && learned.position.steps_done == 0 {
        let hints = [
            " Press n for one batch, w for an epoch, space to run; Tab for the next lane, ? for help.",
            " Press n for a batch, w for an epoch, space to run; Tab: next lane.",
            " n: a batch, w: an epoch, space: run",
        ];
        return Line::styled(fitting(hints.map(str::to_owned).to_vec(), width), look.theme.text);
    }
    let sentence = if learned.is_done { end(learned) } else { present(learned) };
    let variants = sentence.into_iter().map(|text| format!(" {}", look.glyphs.write(&text))).collect();
    Line::styled(fitting(variants, width), look.theme.faint)
}

/// The layer's share kept, as far as it is known.
fn kept(layer: Option<&ScoreView>) -> String {
    layer.map_or("a share".to_owned(), |layer| percent(layer.kept as f64 / layer.weights() as f64))
}

/// The present work, at length and in short.
fn present(learned: &LearnedView) -> Vec<String> {
    let layer = learned.layer.as_deref();
    let (number, kept) = (layer.map_or(1, |layer| layer.layer), kept(layer));
    match (&learned.method, learned.position.arm) {
        (LearnedMethod::EdgePopup(options), Arm::Ticket) => {
            let largest = match options.ranking {
                Ranking::Magnitude => "|s|",
                Ranking::Value => "s",
            };
            vec![
                format!("Scores of layer {number}: the {kept} with the largest {largest} are kept; only scores are learned, weights never change."),
                format!("Layer {number}: the {kept} with the largest {largest} are kept; weights never change."),
                format!("the largest {largest} are kept, weights fixed"),
            ]
        }
        (LearnedMethod::EdgePopup(_), arm) => vec![
            format!("Control: {}. The ticket has to beat a network without its mask or its weights.", of_edge_popup(arm)),
            format!("Control: {}.", of_edge_popup(arm)),
        ],
        (LearnedMethod::Rewinding(_), Arm::Ticket) if learned.position.round == 0 => vec![
            "Round 0: the whole network is trained; then the smallest weights of each layer go, the rest start again.".to_owned(),
            "Round 0: the whole network is trained, nothing is pruned yet.".to_owned(),
            "the whole network is trained".to_owned(),
        ],
        (LearnedMethod::Rewinding(_), Arm::Ticket) => vec![
            format!("The ticket: {kept} of layer {number} is left, rewound and trained again; pruned weights stay 0."),
            format!("{kept} of layer {number} left, rewound, trained again."),
        ],
        (LearnedMethod::Rewinding(_), Arm::FreshWeights) => vec![
            "Control: the ticket's mask with newly drawn initial weights. If it does as well, the weights do not matter.".to_owned(),
            "Control: the ticket's mask with newly drawn weights.".to_owned(),
        ],
        (LearnedMethod::Rewinding(_), Arm::RandomMask) => vec![
            "Control: a random mask with as many weights in each layer. If it does as well, the mask does not matter.".to_owned(),
            "Control: a random mask with as many weights in each layer.".to_owned(),
        ],
        (LearnedMethod::Rewinding(_), arm) => vec![format!("Control: {}.", arm_name(arm))],
    }
}

/// A control of edge-popup.
fn of_edge_popup(arm: Arm) -> &'static str {
    match arm {
        Arm::Ticket => "the ticket itself",
        Arm::FreshWeights => "the ticket's mask on newly drawn weights",
        Arm::RandomMask => "a random mask with as many weights in each layer",
        Arm::ShuffledMask => "the mask shuffled within each layer",
        Arm::WholeNetwork => "the random network without a mask",
        Arm::Dense => "a dense network of the same widths, trained",
    }
}

/// The result, at length and in short.
fn end(learned: &LearnedView) -> Vec<String> {
    let Some(round) = learned.rounds.last() else { return vec!["Done.".to_owned()] };
    let accuracy = |arm| round.arm(arm).map(|result| percent(result.test.share()));
    let ticket = accuracy(Arm::Ticket).unwrap_or_default();
    let controls: Vec<String> = (round.arms.iter())
        .filter(|result| result.arm != Arm::Ticket)
        .map(|result| format!("{} {}", arm_name(result.arm), percent(result.test.share())))
        .collect();
    let head = format!(
        "Done: with {} of the weights the ticket is right on {ticket} of the test examples",
        percent(round.share())
    );
    vec![
        format!("{head}; {}. No theorem stands behind it.", controls.join(", ")),
        format!("{head}; {}.", controls.join(", ")),
        format!("{head}."),
        format!("Done: ticket {ticket}."),
    ]
}

/// `Layer 2 of 3: scores |s|, 50.0 % kept`
pub(super) fn scores_title(learned: &LearnedView, look: &Look, width: u16) -> String {
    let Some(layer) = &learned.layer else { return "Scores".to_owned() };
    let quantity = match layer.quantity {
        Quantity::Score => "scores s",
        Quantity::ScoreMagnitude => "scores |s|",
        Quantity::WeightMagnitude => "magnitudes |w|",
    };
    let kept = kept(Some(layer));
    let variants = vec![
        format!("Layer {} of {}: {quantity}, {kept} kept", layer.layer, layer.layers),
        format!("Layer {}: {quantity}, {kept} kept", layer.layer),
        format!("Layer {}: {quantity}", layer.layer),
        format!("Layer {}", layer.layer),
    ];
    look.glyphs.write(&fitting(variants, width.saturating_sub(4)))
}

/// `Loss 0.123, accuracy 97.2 %`: the last values.
pub(super) fn course_title(learned: &LearnedView, width: u16) -> String {
    let Some(last) = learned.curve.last() else { return "Loss and accuracy".to_owned() };
    let arm = arm_name(learned.position.arm);
    let values = format!("loss {:.3}, accuracy {}", last.loss, percent(last.accuracy));
    let variants = vec![
        format!("Training of the {arm}: {values}"),
        format!("Training: {values}"),
        format!("L{}", &values[1..]),
        format!("Loss {:.3}", last.loss),
    ];
    fitting(variants, width.saturating_sub(4))
}

/// `Share kept in round 3`
pub(super) fn shares_title(learned: &LearnedView, width: u16) -> String {
    let variants = match learned.rounds.last() {
        Some(round) if learned.position.rounds > 1 => {
            vec![format!("Share kept in round {}", round.round), "Share kept".to_owned()]
        }
        _ => vec!["Share kept".to_owned()],
    };
    fitting(variants, width.saturating_sub(4))
}

/// `Test accuracy in % by round`
pub(super) fn results_title(learned: &LearnedView, width: u16) -> String {
    let variants = match learned.method {
        LearnedMethod::Rewinding(_) => vec!["Test accuracy in %, by round", "Test accuracy"],
        LearnedMethod::EdgePopup(_) => vec!["Test accuracy: ticket and controls", "Test accuracy"],
    };
    fitting(variants.into_iter().map(str::to_owned).collect(), width.saturating_sub(4))
}
